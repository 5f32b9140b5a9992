//! Shows that go on after their planned end.

use super::*;
use crate::on;
use crate::org::OrganizationPatch;

const MINUTE: Duration = Duration::from_secs(60);

impl Stage {
    /// The organisation's rule for shows that go on: they end so many minutes after their planned end.
    async fn rule(&self, minutes: Option<u16>) {
        let patch =
            OrganizationPatch { end_after_planned_min: Some(minutes), ..OrganizationPatch::default() };
        self.app.orgs.change_organization(&self.actor, self.org, None, patch).await.unwrap();
    }

    async fn plan(&self, end: Option<DateTime<Utc>>) -> Result<Show, ShowError> {
        let patch = ShowPatch { planned_end_at: Some(end), ..ShowPatch::default() };
        self.app.shows.change(&self.actor, self.org, self.show, None, patch).await
    }

    async fn state(&self) -> ShowState {
        self.app.shows.find(self.show).await.unwrap().unwrap().state
    }
}

#[tokio::test]
async fn a_show_ends_by_itself_so_long_after_its_planned_end_as_its_organisation_wants() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let shows = &stage.app.shows;
        let now = stage.app.clock.now();
        let show = stage.plan(Some(now + TimeDelta::minutes(60))).await.unwrap();
        assert_eq!(shows.ends_at(&show).await.unwrap(), None, "it is not on air");
        stage.publish().await;
        let show = stage.go_live().await;
        assert_eq!(shows.ends_at(&show).await.unwrap(), None, "nobody said that it should end by itself");
        stage.hands.advance(MINUTE * 300);
        assert_eq!(shows.sweep_overrunning().await.unwrap(), 0);

        stage.rule(Some(300)).await;
        assert_eq!(shows.ends_at(&show).await.unwrap(), Some(now + TimeDelta::minutes(360)));
        assert_eq!(shows.sweep_overrunning().await.unwrap(), 0, "there is an hour left");
        // The host goes on.
        stage.plan(Some(now + TimeDelta::minutes(90))).await.unwrap();
        stage.hands.advance(MINUTE * 60);
        assert_eq!(shows.sweep_overrunning().await.unwrap(), 0);
        stage.hands.advance(MINUTE * 30);
        assert_eq!(shows.sweep_overrunning().await.unwrap(), 1);
        assert_eq!(shows.sweep_overrunning().await.unwrap(), 0);
        assert_eq!(stage.state().await, ShowState::Ended);
        let facts = shows.timeline(&stage.actor, stage.org, stage.show, 0, 200).await.unwrap().items;
        let last = facts.last().unwrap();
        assert_eq!(last.event, Event::ShowEnded { show: stage.show, reason: EndReason::PastPlannedEnd });
        assert_eq!(last.actor, "service:show");
    })
    .await;
}

#[tokio::test]
async fn a_planned_end_lies_after_the_start_and_within_the_calendar() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let now = stage.app.clock.now();
        let hour = TimeDelta::hours(1);
        let draft = |start, end| ShowDraft {
            title: "Winter".into(),
            scheduled_at: Some(start),
            planned_end_at: Some(end),
            ..ShowDraft::default()
        };
        let create = async |draft| stage.app.shows.create(&stage.actor, stage.org, draft).await;
        assert!(matches!(create(draft(now + hour, now + hour)).await, Err(ShowError::Invalid(_))));
        assert!(matches!(
            create(draft(now, now + TimeDelta::days(90_000))).await,
            Err(ShowError::Invalid(_))
        ));
        let made = create(draft(now + hour, now + hour * 2)).await.unwrap();
        let later = ShowPatch { scheduled_at: Some(Some(now + hour * 3)), ..ShowPatch::default() };
        let refused = stage.app.shows.change(&stage.actor, stage.org, made.id, None, later.clone()).await;
        assert!(matches!(refused, Err(ShowError::Invalid(_))), "its end would lie before its start");
        let both = ShowPatch { planned_end_at: Some(Some(now + hour * 4)), ..later };
        let moved = stage.app.shows.change(&stage.actor, stage.org, made.id, None, both).await.unwrap();
        assert_eq!(moved.planned_end_at, Some(now + hour * 4));
        let patch =
            OrganizationPatch { end_after_planned_min: Some(Some(721)), ..OrganizationPatch::default() };
        assert!(stage.app.orgs.change_organization(&stage.actor, stage.org, None, patch).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_show_that_goes_live_after_its_planned_end_goes_on_until_another_one_is_planned() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let (shows, now) = (&stage.app.shows, stage.app.clock.now());
        stage.plan(Some(now + TimeDelta::minutes(10))).await.unwrap();
        stage.rule(Some(0)).await;
        stage.hands.advance(MINUTE * 20);
        stage.publish().await;
        let late = stage.go_live().await;
        assert_eq!(shows.ends_at(&late).await.unwrap(), None);
        stage.hands.advance(MINUTE * 300);
        assert_eq!(shows.sweep_overrunning().await.unwrap(), 0);
        assert_eq!(stage.state().await, ShowState::Live);
        let end = now + TimeDelta::minutes(400);
        let planned = stage.plan(Some(end)).await.unwrap();
        assert_eq!(shows.ends_at(&planned).await.unwrap(), Some(end));
        stage.hands.advance(MINUTE * 80);
        assert_eq!(shows.sweep_overrunning().await.unwrap(), 1);
        assert_eq!(stage.state().await, ShowState::Ended);
    })
    .await;
}

#[tokio::test]
async fn a_show_that_cannot_be_ended_keeps_no_other_on_air() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let now = stage.app.clock.now();
        let draft = ShowDraft { title: "Broken".into(), ..ShowDraft::default() };
        let broken = stage.app.shows.create(&stage.actor, stage.org, draft).await.unwrap().id;
        stage.plan(Some(now + TimeDelta::minutes(60))).await.unwrap();
        stage.rule(Some(15)).await;
        stage.publish().await;
        stage.go_live().await;
        let mut tx = stage.app.db.begin().await.unwrap();
        let (live, end) = (now.timestamp_millis(), (now + TimeDelta::minutes(30)).timestamp_millis());
        on!(tx, c => sqlx::query(
            "UPDATE shows SET state = 'live', live_ms = $2, planned_end_ms = $3 WHERE id = $1"
        ).bind(broken).bind(live).bind(end).execute(c).await.map(drop))
        .unwrap();
        on!(tx, c => sqlx::query(
            "INSERT INTO lineup_items (show_id, position, kind, target_id) VALUES ($1, 0, 'product', 'nothing')"
        ).bind(broken).execute(c).await.map(drop))
        .unwrap();
        tx.commit().await.unwrap();
        stage.hands.advance(MINUTE * 75);
        assert_eq!(stage.app.shows.sweep_overrunning().await.unwrap(), 1);
        assert_eq!(stage.state().await, ShowState::Ended);
    })
    .await;
}
