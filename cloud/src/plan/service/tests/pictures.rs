//! What plans say about pictures: who rehearses, how large they are, who watches, how long recordings stay.

use std::time::Duration;

use vitrine_protocol::ShowId;

use super::quotas::limit;
use super::*;
use crate::app::App;
use crate::db::testing::run;
use crate::show::{ShowDraft, ShowError};

async fn show(app: &App, actor: &Actor, org: OrgId) -> (ShowId, String) {
    let draft = ShowDraft { title: "Autumn".into(), ..ShowDraft::default() };
    let show = app.shows.create(actor, org, draft).await.unwrap().id;
    (show, app.shows.issue_key(actor, org, show).await.unwrap().key)
}

/// A server looks after a show, as it says at `at`.
async fn look_after(app: &App, show: ShowId, at: DateTime<Utc>) {
    let ms = at.timestamp_millis() + 3_000;
    let row = format!(
        "INSERT INTO show_leases (show_id, node, boot, serve, rtmp, fence, beat, expires_ms)
         VALUES ('{show}', 'n', 'b', 's', 'r', 1, 1, {ms})"
    );
    run(&app.db, &row).await;
}

#[tokio::test]
async fn shows_that_never_go_live_cannot_have_more_encoders_than_the_plan_lets_rehearse() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        limit(&app, org, Limits { concurrent_shows: Some(1), ..Limits::default() }).await;
        let now = app.clock.now();
        let mut last = String::new();
        for n in 0..5 {
            let (show, key) = show(&app, &actor, org).await;
            let admitted = app.shows.admit(&key).await;
            match n {
                0..3 => {
                    admitted.unwrap();
                    look_after(&app, show, now).await;
                    app.shows.admit(&key).await.expect("its own encoder may come back");
                }
                _ => {
                    let refused = admitted.unwrap_err();
                    let limit = (3, 3);
                    assert!(
                        matches!(&refused, ShowError::Plan(PlanError::Rehearsals { allowed, used, .. }) if (*allowed, *used) == limit),
                        "{refused:?}"
                    );
                    last = key;
                }
            }
        }
        // The server of the others is gone and never said so.
        hands.advance(Duration::from_secs(120));
        app.shows.admit(&last).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_a_suspended_organisation_all_shows_are_barred_that_are_not_on_air() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (other, _, _) = owner(&app, "Sud").await;
        let theirs = other.memberships[0].org;
        let ((idle, _), (live, _)) = (show(&app, &actor, org).await, show(&app, &actor, org).await);
        let (elsewhere, _) = show(&app, &other, theirs).await;
        run(&app.db, &format!("UPDATE shows SET state = 'live', live_ms = 1 WHERE id = '{live}'")).await;
        let all = [idle, live, elsewhere, ShowId::new()];
        assert!(app.shows.barred(&all).await.unwrap().is_empty());
        let mut tx = app.db.begin().await.unwrap();
        app.plans.suspend(&mut tx, org, "unpaid", &Actor::service("test")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.shows.barred(&all).await.unwrap(), [idle]);
    })
    .await;
}

#[tokio::test]
async fn the_height_of_a_shows_pictures_is_fixed_when_it_is_let_in_and_stays_while_it_is_on_air() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (show, key) = show(&app, &actor, org).await;
        assert_eq!(app.shows.admit(&key).await.unwrap().ladder_top, None);
        limit(&app, org, Limits { ladder_top: Some(720), ..Limits::default() }).await;
        assert_eq!(app.shows.admit(&key).await.unwrap().ladder_top, Some(720));
        let standing = app.shows.find_running(show).await.unwrap().unwrap();
        assert_eq!(standing.ladder_top, Some(720), "whoever takes the show over knows it, too");
        run(&app.db, "UPDATE shows SET state = 'live', live_ms = 1").await;
        limit(&app, org, Limits { ladder_top: Some(360), ..Limits::default() }).await;
        assert_eq!(app.shows.admit(&key).await.unwrap().ladder_top, Some(720));
    })
    .await;
}

#[tokio::test]
async fn viewers_count_through_all_processes_and_those_of_one_that_is_gone_count_no_more() {
    each_app(async |app, hands| {
        let (_, org, _) = owner(&app, "Nord").await;
        limit(&app, org, Limits { viewers: Some(100), ..Limits::default() }).await;
        let other = Plans::new(app.db.clone(), app.clock.clone(), "open");
        other.note_viewers(&[(org, 70)]).await.unwrap();
        app.plans.note_viewers(&[(org, 20)]).await.unwrap();
        assert_eq!(app.plans.watching_elsewhere(org).await.unwrap(), 70);
        assert_eq!(other.watching_elsewhere(org).await.unwrap(), 20);
        assert_eq!(app.orgs.most_viewers(org).await.unwrap(), Some(30), "what is left for this process");
        assert_eq!(app.plans.usage(org, None).await.unwrap().peak_viewers, 90);
        app.plans.note_viewers(&[]).await.unwrap();
        hands.advance(Duration::from_secs(1));
        app.plans.note_viewers(&[]).await.unwrap();
        assert_eq!(other.watching_elsewhere(org).await.unwrap(), 0, "nobody watches there any more");
        hands.advance(Duration::from_secs(60));
        assert_eq!(app.plans.watching_elsewhere(org).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_smaller_plan_deletes_no_recording_at_once_however_it_came() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (show, _) = show(&app, &actor, org).await;
        let plans = Plans::new(app.db.clone(), app.clock.clone(), "free");
        let kept = async || plans.recordings_of(&[show, ShowId::new()]).await.unwrap();
        give(&plans, org, Assignment::of("pro")).await.unwrap();
        assert_eq!(kept().await, [(show, Some(365))].into(), "of a show that is not known nothing is said");
        // The grace of a payment that failed is over: the default plan holds from one moment to the next.
        let state = PlanState::Cancelled;
        give(&plans, org, Assignment { state, ..Assignment::of("pro") }).await.unwrap();
        assert_eq!(kept().await[&show], Some(365));
        let told = plans.view(org).await.unwrap().recordings;
        assert_eq!(
            (told.days, told.fewer_at, told.fewer_days),
            (Some(365), Some(app.clock.now() + NOTICE), Some(7))
        );
        hands.advance(Duration::from_secs(13 * 86_400));
        assert_eq!(kept().await[&show], Some(365));
        hands.advance(Duration::from_secs(86_400));
        assert_eq!(kept().await[&show], Some(7));
        give(&plans, org, Assignment::of("pro")).await.unwrap();
        assert_eq!(kept().await[&show], Some(365), "more days hold at once");
        assert_eq!(plans.view(org).await.unwrap().recordings.fewer_at, None);
    })
    .await;
}
