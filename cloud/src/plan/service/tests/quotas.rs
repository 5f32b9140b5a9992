//! What happens at a limit, in the rooms where the cost arises.

use std::time::Duration;

use futures_util::future::join_all;
use vitrine_protocol::{Currency, Role, ShowId};

use super::*;
use crate::app::App;
use crate::base::TestClock;
use crate::catalog::{BatchDone, BatchItem, CatalogError, ProductDraft};
use crate::events::Listener as _;
use crate::org::{NewInvitation, OrgError};
use crate::plan::{Meter, Names, PlanDraft};
use crate::show::{MediaFact, ShowDraft, ShowError, Told};

/// Gives an organisation a plan with these limits.
pub(super) async fn limit(app: &App, org: OrgId, limits: Limits) {
    let names = Names { en: "Small".into(), de: None, fr: None };
    let draft = PlanDraft { names, limits, price: None, offered: false };
    let mut tx = app.db.begin().await.unwrap();
    app.plans.put_plan(&mut tx, "small", draft).await.unwrap();
    app.plans.assign(&mut tx, org, &Assignment::of("small"), &Actor::service("test")).await.unwrap();
    tx.commit().await.unwrap();
}

fn hit<T: std::fmt::Debug>(result: Result<T, ShowError>) -> LimitHit {
    match result {
        Err(ShowError::Plan(PlanError::Limit(hit))) => hit,
        other => panic!("{other:?} is no limit"),
    }
}

fn scarf() -> ProductDraft {
    ProductDraft {
        title: "Scarf".into(),
        description: String::new(),
        url: "https://shop.example/scarf".into(),
        currency: Currency::try_from("EUR").unwrap(),
        price_minor: Some(2900),
        compare_at_minor: None,
        stock: Some(5),
        variants: Vec::new(),
        options: Vec::new(),
        tags: Vec::new(),
    }
}

async fn show(app: &App, actor: &Actor, org: OrgId) -> Result<ShowId, ShowError> {
    let draft = ShowDraft { title: "Autumn".into(), ..ShowDraft::default() };
    app.shows.create(actor, org, draft).await.map(|show| show.id)
}

async fn report(app: &App, show: ShowId, fact: MediaFact) {
    let told = Told { fence: 1, at: app.clock.now() };
    app.shows.report(show, told, fact).await.unwrap();
}

/// A publisher comes, and its picture.
async fn publish(app: &App, actor: &Actor, org: OrgId, show: ShowId) -> Result<(), ShowError> {
    let key = app.shows.issue_key(actor, org, show).await?.key;
    let admission = app.shows.admit(&key).await?;
    report(app, show, MediaFact::Receiving { session: admission.session }).await;
    Ok(())
}

async fn air(app: &App, actor: &Actor, org: OrgId, show: ShowId) -> Result<(), ShowError> {
    publish(app, actor, org, show).await?;
    app.shows.go_live(actor, org, show).await.map(drop)
}

#[tokio::test]
async fn of_many_who_make_a_show_at_once_no_more_pass_than_the_plan_has() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        limit(&app, org, Limits { shows_a_month: Some(3), ..Limits::default() }).await;
        let made = join_all((0..8).map(|_| show(&app, &actor, org))).await;
        assert_eq!(made.iter().filter(|one| one.is_ok()).count(), 3);
        let hit = hit(show(&app, &actor, org).await);
        assert_eq!((hit.limit, hit.allowed, hit.used), (Limit::ShowsAMonth, 3, 3));
        let deleted = made.into_iter().flatten().next().unwrap();
        app.shows.delete(&actor, org, deleted).await.unwrap();
        show(&app, &actor, org).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_next_month_begins_anew() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        limit(&app, org, Limits { shows_a_month: Some(1), ..Limits::default() }).await;
        show(&app, &actor, org).await.unwrap();
        hit(show(&app, &actor, org).await);
        hands.advance(Duration::from_secs(32 * 86_400));
        show(&app, &actor, org).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_more_on_air_than_the_plan_has_is_refused_and_the_one_on_air_goes_on() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (first, second) =
            (show(&app, &actor, org).await.unwrap(), show(&app, &actor, org).await.unwrap());
        publish(&app, &actor, org, second).await.unwrap();
        limit(&app, org, Limits { concurrent_shows: Some(1), ..Limits::default() }).await;
        air(&app, &actor, org, first).await.unwrap();
        assert_eq!(hit(app.shows.go_live(&actor, org, second).await).limit, Limit::ConcurrentShows);
        assert_eq!(hit(publish(&app, &actor, org, second).await).limit, Limit::ConcurrentShows);
        // Whoever is on air may lose the line and come back.
        publish(&app, &actor, org, first).await.unwrap();
        app.shows.end(&actor, org, first).await.unwrap();
        air(&app, &actor, org, second).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_many_that_go_live_at_once_one_does() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let mut shows = Vec::new();
        for _ in 0..4 {
            let show = show(&app, &actor, org).await.unwrap();
            publish(&app, &actor, org, show).await.unwrap();
            shows.push(show);
        }
        limit(&app, org, Limits { concurrent_shows: Some(1), ..Limits::default() }).await;
        let live = join_all(shows.iter().map(|show| app.shows.go_live(&actor, org, *show))).await;
        assert_eq!(live.iter().filter(|one| one.is_ok()).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_show_on_air_past_its_minutes_goes_on_and_the_next_is_refused() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        limit(&app, org, Limits { minutes_a_month: Some(60), ..Limits::default() }).await;
        let (long, next) = (show(&app, &actor, org).await.unwrap(), show(&app, &actor, org).await.unwrap());
        air(&app, &actor, org, long).await.unwrap();
        hands.advance(Duration::from_secs(3 * 3600));
        app.shows.sweep_deserted(|_| true).await.unwrap();
        assert!(app.shows.find(long).await.unwrap().unwrap().state.on_air());
        publish(&app, &actor, org, long).await.unwrap();
        let hit = hit(air(&app, &actor, org, next).await);
        assert_eq!((hit.limit, hit.used), (Limit::MinutesAMonth, 180));
        app.shows.end(&actor, org, long).await.unwrap();
        assert_eq!(app.plans.used(org).await.unwrap().minutes_a_month, Some(180));
    })
    .await;
}

#[tokio::test]
async fn a_show_that_goes_live_by_itself_waits_while_the_plan_has_no_room() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft = ShowDraft { title: "Auto".into(), auto_live: true, ..ShowDraft::default() };
        let auto = app.shows.create(&actor, org, draft).await.unwrap().id;
        let key = app.shows.issue_key(&actor, org, auto).await.unwrap().key;
        let admission = app.shows.admit(&key).await.unwrap();
        // The plan shrinks between the knock and the picture.
        limit(&app, org, Limits { concurrent_shows: Some(0), ..Limits::default() }).await;
        report(&app, auto, MediaFact::Receiving { session: admission.session }).await;
        let waits = app.shows.find(auto).await.unwrap().unwrap();
        assert!(waits.receiving && !waits.state.on_air() && waits.auto_live);
        limit(&app, org, Limits::default()).await;
        let again = app.shows.admit(&key).await.unwrap();
        report(&app, auto, MediaFact::Receiving { session: again.session }).await;
        assert!(app.shows.find(auto).await.unwrap().unwrap().state.on_air());
    })
    .await;
}

#[tokio::test]
async fn seats_are_members_and_those_who_are_invited() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        limit(&app, org, Limits { seats: Some(2), ..Limits::default() }).await;
        let invite = async |email: &str| {
            let new = NewInvitation { email: email.into(), role: Role::Host, role_id: None, locale: None };
            app.orgs.invite(&actor, org, new).await
        };
        let mo = invite("mo@example.com").await.unwrap();
        let full = |result| matches!(result, Err(OrgError::Plan(PlanError::Limit(hit))) if hit.used == 2);
        assert!(full(invite("jo@example.com").await.map(drop)));
        let mo_again = invite("mo@example.com").await.unwrap();
        assert_ne!(mo.link, mo_again.link, "who is invited once more has a seat already");
        // A smaller plan lets nobody more in.
        limit(&app, org, Limits { seats: Some(1), ..Limits::default() }).await;
        let token = mo_again.link.split(['=', '&']).nth(1).unwrap().to_owned();
        let home: std::net::IpAddr = std::net::Ipv4Addr::LOCALHOST.into();
        let enter = async || app.orgs.accept_as_new(&token, "Mo", "battery staple".into(), home).await;
        assert!(matches!(enter().await, Err(OrgError::Plan(PlanError::Limit(_)))));
        limit(&app, org, Limits { seats: Some(2), ..Limits::default() }).await;
        enter().await.unwrap();
        assert!(full(invite("jo@example.com").await.map(drop)));
        // What nobody accepts in time holds no seat.
        limit(&app, org, Limits { seats: Some(3), ..Limits::default() }).await;
        invite("jo@example.com").await.unwrap();
        hands.advance(Duration::from_secs(8 * 86_400));
        invite("li@example.com").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn products_are_counted_one_by_one_and_in_lists() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        limit(&app, org, Limits { products: Some(3), ..Limits::default() }).await;
        let first = app.catalog.create_product(&actor, org, scarf()).await.unwrap();
        let item = || BatchItem {
            id: None,
            draft: scarf(),
            has_no_tags: false,
            replace_stock: true,
            listed: None,
            is_whole: true,
            texts: Vec::new(),
            prices: Vec::new(),
            adds_only: false,
        };
        let mut tx = app.db.begin().await.unwrap();
        let items = vec![item(), item(), item()];
        let done = app.catalog.put_many(&mut tx, &actor, org, items).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(done[0], Ok(BatchDone::Created(_))) && matches!(done[1], Ok(BatchDone::Created(_))));
        assert!(done[2].as_ref().is_err_and(|why| why.0.contains("3 products")), "{done:?}");
        assert_eq!(app.catalog.products(&actor, org, None, 50).await.unwrap().items.len(), 3);
        let full = app.catalog.create_product(&actor, org, scarf()).await;
        assert!(matches!(full, Err(CatalogError::Plan(PlanError::Limit(_)))));
        app.catalog.remove_product(&actor, org, first.id).await.unwrap();
        app.catalog.create_product(&actor, org, scarf()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn pictures_are_counted_once_and_what_is_refused_leaves_nothing() {
    each_app(async |app, _| {
        let (_, org, _) = owner(&app, "Nord").await;
        limit(&app, org, Limits { blob_bytes: Some(1000), ..Limits::default() }).await;
        let take = async |blobs: &[(&str, usize)]| {
            let mut tx = app.db.begin().await.unwrap();
            app.plans.take_blobs(&mut tx, org, blobs).await?;
            Ok::<_, PlanError>(tx.commit().await?)
        };
        take(&[("a.jpg", 400), ("b.jpg", 300)]).await.unwrap();
        take(&[("a.jpg", 400), ("b.jpg", 300)]).await.unwrap();
        assert!(matches!(take(&[("c.jpg", 400)]).await, Err(PlanError::Limit(hit)) if hit.used == 700));
        assert_eq!(app.plans.used(org).await.unwrap().blob_bytes, Some(700));
        take(&[("c.jpg", 300)]).await.unwrap();
        for _ in 0..2 {
            let mut tx = app.db.begin().await.unwrap();
            app.plans.give_back_blobs(&mut tx, org, &["a.jpg".to_owned(), "z.jpg".to_owned()]).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(
            app.plans.used(org).await.unwrap().blob_bytes,
            Some(600),
            "what is gone is counted no more, once"
        );
    })
    .await;
}

#[tokio::test]
async fn shows_minutes_and_the_most_viewers_are_metered_once_each() {
    each_app(async |app: App, hands: TestClock| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let show = show(&app, &actor, org).await.unwrap();
        air(&app, &actor, org, show).await.unwrap();
        hands.advance(Duration::from_secs(90 * 60 + 30));
        app.shows.end(&actor, org, show).await.unwrap();
        app.plans.note_viewers(&[(org, 40), (OrgId::new(), 9)]).await.unwrap();
        app.plans.note_viewers(&[(org, 12)]).await.unwrap();
        // Twice, as facts come that were dead letters.
        let facts = app.shows.timeline(&actor, org, show, 0, 200).await.unwrap().items;
        for _ in 0..2 {
            let mut tx = app.db.begin().await.unwrap();
            for fact in facts.iter().filter(|fact| Meter.wants(&fact.event)) {
                Meter.handle(&mut tx, fact).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        let usage = app.plans.usage(org, None).await.unwrap();
        assert_eq!((usage.shows, usage.minutes, usage.peak_viewers, usage.orders), (1, 90, 40, 0));
        let long_ago = app.plans.usage(org, Some("2001-01")).await.unwrap();
        assert_eq!((long_ago.shows, long_ago.minutes), (0, 0));
        assert!(matches!(app.plans.usage(org, Some("soon")).await, Err(PlanError::Invalid(_))));
    })
    .await;
}
