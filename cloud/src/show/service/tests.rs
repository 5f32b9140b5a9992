mod media;
mod overrun;
mod removed;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use vitrine_protocol::{
    CouponId, Currency, HighlightAction, HighlightCard, HighlightTarget, ProductId, PublishInstant,
    PublishSessionId,
};

use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::base::TestClock;
use crate::catalog::{CouponDraft, ProductDraft};
use crate::events::LossReason;
use crate::show::{Admission, MediaFact, Told};

const STUDIO: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Stage {
    app: App,
    hands: TestClock,
    actor: Actor,
    org: OrgId,
    show: ShowId,
    product: ProductId,
    coupon: CouponId,
}

impl Stage {
    /// A show that sells a product and a coupon.
    async fn set(app: App, hands: TestClock) -> Self {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = ProductDraft {
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
        };
        let product = app.catalog.create_product(&actor, org, product).await.unwrap().id;
        let coupon = CouponDraft {
            code: "LIVE10".into(),
            title: "10 % off".into(),
            percent_off: Some(10),
            ..CouponDraft::default()
        };
        let coupon = app.catalog.create_coupon(&actor, org, coupon).await.unwrap().id;
        let draft = ShowDraft { title: "Autumn".into(), ..ShowDraft::default() };
        let show = app.shows.create(&actor, org, draft).await.unwrap().id;
        let items =
            vec![LineupItem::Product { product_id: product }, LineupItem::Coupon { coupon_id: coupon }];
        app.shows.set_lineup(&actor, org, show, None, items).await.unwrap();
        Self { app, hands, actor, org, show, product, coupon }
    }

    async fn key(&self) -> String {
        self.app.shows.issue_key(&self.actor, self.org, self.show).await.unwrap().key
    }

    async fn publish(&self) -> Admission {
        let admission = self.app.shows.admit(&self.key().await).await.unwrap();
        self.report(MediaFact::Admitted { session: admission.session, remote: STUDIO }).await;
        self.report(MediaFact::Receiving { session: admission.session }).await;
        admission
    }

    async fn report(&self, fact: MediaFact) -> Show {
        self.app.shows.report(self.show, self.told(1), fact).await.unwrap();
        self.app.shows.find(self.show).await.unwrap().unwrap()
    }

    fn told(&self, fence: i64) -> Told {
        Told { fence, at: self.app.clock.now() }
    }

    async fn go_live(&self) -> Show {
        self.app.shows.go_live(&self.actor, self.org, self.show).await.unwrap()
    }

    async fn pin(&self, at: Option<PublishInstant>) -> Result<Highlight, ShowError> {
        let target = HighlightTarget::Product { product_id: self.product };
        self.app.shows.highlight(&self.actor, self.org, self.show, target, at).await
    }

    async fn kinds(&self) -> Vec<String> {
        let facts = self.app.shows.timeline(&self.actor, self.org, self.show, 0, 200).await.unwrap().items;
        facts
            .iter()
            .map(|fact| serde_json::to_value(&fact.event).unwrap()["kind"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn a_show_goes_from_draft_to_its_end_and_its_timeline_tells_it() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let session = stage.publish().await.session;
        let live = stage.go_live().await;
        assert_eq!((live.state, live.receiving), (ShowState::Live, true));
        stage.pin(None).await.unwrap();
        let ended = stage.app.shows.end(&stage.actor, stage.org, stage.show).await.unwrap();
        assert_eq!((ended.state, ended.highlight), (ShowState::Ended, None));
        stage.report(MediaFact::PublisherLost { session, reason: LossReason::Closed }).await;
        let told = stage.kinds().await;
        assert_eq!(
            told,
            [
                "show_created",
                "lineup_changed",
                "publish_key_issued",
                "publisher_admitted",
                "publisher_arrived",
                "show_went_live",
                "highlight_shown",
                "highlight_cleared",
                "show_ended",
                "publisher_lost"
            ]
        );
        let loaded = stage.app.shows.get(&stage.actor, stage.org, stage.show).await.unwrap();
        assert_eq!((loaded.state, loaded.receiving), (ShowState::Ended, false));
        assert_eq!(loaded.lineup.items().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_new_key_closes_the_door_behind_the_old_one() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let old = stage.key().await;
        let new = stage.key().await;
        assert!(matches!(stage.app.shows.admit(&old).await, Err(ShowError::BadPublishKey)));
        let admission = stage.app.shows.admit(&new).await.unwrap();
        assert_eq!((admission.show, admission.on_air), (stage.show, false));
        let version = async || stage.app.shows.get(&stage.actor, stage.org, stage.show).await.unwrap().version;
        let before = version().await;
        stage.app.shows.admit(&new).await.unwrap();
        assert_eq!(version().await, before, "a knock at the door is no change of the show");
        stage.app.shows.revoke_keys(&stage.actor, stage.org, stage.show).await.unwrap();
        assert!(matches!(stage.app.shows.admit(&new).await, Err(ShowError::BadPublishKey)));
        for bad in ["", "vtp_", "vts_x", &"vtp_".repeat(100)] {
            assert!(matches!(stage.app.shows.admit(bad).await, Err(ShowError::BadPublishKey)));
        }
        let stored: Vec<String> =
            crate::on!(stage.app.db, c => sqlx::query_scalar("SELECT key_hash FROM publish_keys").fetch_all(c).await)
                .unwrap();
        assert!(stored.iter().all(|hash| !new.contains(hash) && !hash.contains(&new[4..])));
    })
    .await;
}

#[tokio::test]
async fn an_interrupted_show_resumes_in_time_and_ends_when_nobody_comes() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let first = stage.publish().await;
        stage.go_live().await;
        let away = stage
            .report(MediaFact::PublisherLost { session: first.session, reason: LossReason::Disconnected })
            .await;
        assert_eq!(away.state, ShowState::Interrupted);
        stage.hands.advance(Duration::from_secs(599));
        assert_eq!(stage.app.shows.sweep_deserted(|_| true).await.unwrap(), 0);
        let second = stage.publish().await;
        assert!(second.on_air);
        assert_eq!(second.clock_epoch, first.clock_epoch, "one clock for the whole show");
        assert_eq!(stage.app.shows.find(stage.show).await.unwrap().unwrap().state, ShowState::Live);

        stage.report(MediaFact::PublisherLost { session: second.session, reason: LossReason::Closed }).await;
        stage.hands.advance(Duration::from_secs(600));
        assert_eq!(
            stage.app.shows.sweep_deserted(|_| false).await.unwrap(),
            0,
            "somebody else looks after it"
        );
        assert_eq!(stage.app.shows.sweep_deserted(|_| true).await.unwrap(), 1);
        assert_eq!(stage.app.shows.sweep_deserted(|_| true).await.unwrap(), 0);
        let over = stage.app.shows.find(stage.show).await.unwrap().unwrap();
        assert_eq!(over.state, ShowState::Ended);
        assert_eq!(stage.kinds().await.last().unwrap(), "show_ended");
    })
    .await;
}

#[tokio::test]
async fn why_a_publisher_without_a_picture_is_gone_is_told_once_and_moves_nothing() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let session = stage.app.shows.admit(&stage.key().await).await.unwrap().session;
        let lost = MediaFact::PublisherLost { session, reason: LossReason::NotCarried };
        stage.report(lost.clone()).await;
        assert!(!stage.kinds().await.contains(&"publisher_lost".to_owned()), "it was never let in");
        stage.report(MediaFact::Admitted { session, remote: STUDIO }).await;
        let seen = stage.publish().await.session;
        let before = stage.go_live().await;
        for _ in 0..2 {
            let after = stage.report(lost.clone()).await;
            assert_eq!((after.state, after.publish_session), (before.state, Some(seen)));
        }
        let told = stage.app.shows.timeline(&stage.actor, stage.org, stage.show, 0, 200).await.unwrap().items;
        let told: Vec<_> = told
            .iter()
            .filter(|fact| matches!(fact.event, Event::PublisherLost { .. }))
            .map(|fact| serde_json::to_value(&fact.event).unwrap())
            .collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["reason"], "not_carried");
    })
    .await;
}

#[tokio::test]
async fn who_was_replaced_is_not_heard_any_more() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let shows = &stage.app.shows;
        let first = stage.publish().await.session;
        stage.go_live().await;
        let second = PublishSessionId::new();
        shows.report(stage.show, stage.told(2), MediaFact::Receiving { session: second }).await.unwrap();
        for late in [
            MediaFact::Receiving { session: first },
            MediaFact::PublisherLost { session: second, reason: LossReason::Disconnected },
            MediaFact::RungUp { name: "480p".into() },
        ] {
            let refused = shows.report(stage.show, stage.told(1), late).await;
            assert!(matches!(refused, Err(ShowError::OldOwner)));
        }
        let show = shows.find(stage.show).await.unwrap().unwrap();
        assert_eq!((show.state, show.publish_session), (ShowState::Live, Some(second)));
        let nowhere =
            shows.report(ShowId::new(), stage.told(1), MediaFact::RungUp { name: "x".into() }).await;
        assert!(matches!(nowhere, Err(ShowError::NotFound(_))));
    })
    .await;
}

#[tokio::test]
async fn what_is_told_late_happened_when_it_happened() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let session = stage.publish().await.session;
        stage.go_live().await;
        let told = stage.told(1);
        stage.hands.advance(Duration::from_secs(80));
        let fact = MediaFact::PublisherLost { session, reason: LossReason::Silent };
        stage.app.shows.report(stage.show, told, fact).await.unwrap();
        let show = stage.app.shows.find(stage.show).await.unwrap().unwrap();
        assert_eq!(show.interrupted_until, Some(told.at + TimeDelta::minutes(10)));
        let future = Told { at: stage.app.clock.now() + TimeDelta::hours(1), ..told };
        stage.app.shows.report(stage.show, future, MediaFact::RungUp { name: "480p".into() }).await.unwrap();
        let facts =
            stage.app.shows.timeline(&stage.actor, stage.org, stage.show, 0, 200).await.unwrap().items;
        assert_eq!(facts.last().unwrap().at, stage.app.clock.now(), "never in the future");
    })
    .await;
}

#[tokio::test]
async fn who_takes_a_show_over_learns_how_it_stands() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let shows = &stage.app.shows;
        assert_eq!(shows.find_running(stage.show).await.unwrap().unwrap().clock_epoch, None);
        let admission = stage.publish().await;
        stage.go_live().await;
        let running = shows.list_running().await.unwrap();
        assert_eq!(running, [stage.show]);
        let running = [shows.find_running(stage.show).await.unwrap().unwrap()];
        assert_eq!(running[0].publish_session, Some(admission.session));
        assert_eq!(running[0].clock_epoch, Some(admission.clock_epoch));
        stage.app.shows.end(&stage.actor, stage.org, stage.show).await.unwrap();
        assert_eq!(shows.find_running(stage.show).await.unwrap().unwrap().state, ShowState::Ended);
        assert_eq!(shows.find_running(ShowId::new()).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_show_that_goes_live_by_itself_airs_with_the_first_picture() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let patch = ShowPatch { auto_live: Some(true), ..ShowPatch::default() };
        stage.app.shows.change(&stage.actor, stage.org, stage.show, None, patch).await.unwrap();
        let admission = stage.app.shows.admit(&stage.key().await).await.unwrap();
        assert!(admission.auto_live);
        let show = stage.report(MediaFact::Receiving { session: admission.session }).await;
        assert_eq!(show.state, ShowState::Live);
    })
    .await;
}

#[tokio::test]
async fn a_publisher_is_mapped_on_the_timeline_when_its_place_changes_and_only_then() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let session = stage.publish().await.session;
        // A transmission that comes back after a crash tells it again.
        for offset_ms in [700, 700, 900, 900] {
            stage.report(MediaFact::SessionMapped { session, offset_ms }).await;
        }
        let kinds = stage.kinds().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "publisher_mapped").count(), 2, "{kinds:?}");
    })
    .await;
}

#[tokio::test]
async fn a_pin_lands_on_the_frame_the_host_saw() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let session = stage.publish().await.session;
        stage.report(MediaFact::SessionMapped { session, offset_ms: 700 }).await;
        stage.go_live().await;
        stage.hands.advance(Duration::from_secs(30));
        let at = |rtmp_ts_ms| Some(PublishInstant { session, rtmp_ts_ms });
        let epoch = stage.app.shows.find(stage.show).await.unwrap().unwrap().clock_epoch.unwrap();

        let pinned = stage.pin(at(28_000)).await.unwrap();
        assert_eq!(pinned.media_time_ms, Some(28_700));
        assert_eq!(pinned.at, epoch + TimeDelta::milliseconds(28_700));
        assert!(matches!(&pinned.card, HighlightCard::Product(card) if card.price_minor == 2900));

        // From anyone else, or about a session that is not the show's: the present.
        let stranger = PublishInstant { session: PublishSessionId::new(), rtmp_ts_ms: 5 };
        assert_eq!(stage.pin(Some(stranger)).await.unwrap().media_time_ms, Some(30_000));
        // The present is that of the pictures, whose clock has run four seconds behind by now.
        stage.report(MediaFact::Drift { session, drift_ms: -4_000 }).await;
        stage.hands.advance(Duration::from_secs(4));
        let cleared =
            stage.app.shows.clear_highlight(&stage.actor, stage.org, stage.show, None).await.unwrap();
        assert_eq!(cleared.media_time_ms, Some(30_000));
        assert_eq!(cleared.at, epoch + TimeDelta::milliseconds(30_000));
        // No farther than ten seconds ahead.
        assert_eq!(stage.pin(at(90_000)).await.unwrap().media_time_ms, Some(40_000));
        // Never before the transition that came last.
        let cleared =
            stage.app.shows.clear_highlight(&stage.actor, stage.org, stage.show, at(1_000)).await.unwrap();
        assert_eq!((cleared.action, cleared.media_time_ms), (HighlightAction::Clear, Some(40_000)));
        let again = stage.app.shows.clear_highlight(&stage.actor, stage.org, stage.show, None).await;
        assert!(matches!(again, Err(ShowError::NothingPinned)));
    })
    .await;
}

#[tokio::test]
async fn a_new_pin_takes_the_old_one_off_at_the_same_instant() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        stage.publish().await;
        assert!(matches!(stage.pin(None).await, Err(ShowError::IllegalMove(ShowState::Draft))));
        stage.go_live().await;
        stage.hands.advance(Duration::from_secs(1));
        let first = stage.pin(None).await.unwrap();
        stage.hands.advance(Duration::from_secs(1));
        let target = HighlightTarget::Coupon { coupon_id: stage.coupon };
        let second =
            stage.app.shows.highlight(&stage.actor, stage.org, stage.show, target, None).await.unwrap();
        assert!(matches!(&second.card, HighlightCard::Coupon(card) if card.code == "LIVE10"));

        let show = stage.app.shows.find(stage.show).await.unwrap().unwrap();
        assert_eq!(stage.app.shows.pinned(&show).await.unwrap().as_ref(), Some(&second));
        let told = stage.app.shows.highlights(&show, first.at).await.unwrap();
        let told: Vec<_> = told.iter().map(|h| (h.id, h.action, h.at)).collect();
        let (show_action, clear) = (HighlightAction::Show, HighlightAction::Clear);
        assert_eq!(
            told,
            [
                (first.id, show_action, first.at),
                (first.id, clear, second.at),
                (second.id, show_action, second.at)
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn only_what_stands_in_the_lineup_is_pinned() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        stage.publish().await;
        stage.go_live().await;
        let items = vec![LineupItem::Coupon { coupon_id: stage.coupon }];
        stage.app.shows.set_lineup(&stage.actor, stage.org, stage.show, None, items).await.unwrap();
        assert!(matches!(stage.pin(None).await, Err(ShowError::NotInLineup)));
        let unknown = vec![LineupItem::Product { product_id: ProductId::new() }];
        let refused = stage.app.shows.set_lineup(&stage.actor, stage.org, stage.show, None, unknown).await;
        assert!(matches!(refused, Err(ShowError::NotInCatalog(_))));
    })
    .await;
}

#[tokio::test]
async fn who_saw_an_older_version_is_told() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let seen = stage.app.shows.get(&stage.actor, stage.org, stage.show).await.unwrap().version;
        let patch = |title: &str| ShowPatch { title: Some(title.into()), ..ShowPatch::default() };
        let change =
            |seen, title| stage.app.shows.change(&stage.actor, stage.org, stage.show, seen, patch(title));
        assert_eq!(change(Some(seen), "Winter").await.unwrap().version, seen + 1);
        assert!(matches!(change(Some(seen), "Spring").await, Err(ShowError::Stale(now)) if now == seen + 1));
        let line_up = |seen| {
            let items = vec![LineupItem::Coupon { coupon_id: stage.coupon }];
            stage.app.shows.set_lineup(&stage.actor, stage.org, stage.show, seen, items)
        };
        assert!(matches!(line_up(Some(seen)).await, Err(ShowError::Stale(now)) if now == seen + 1));
        assert_eq!(line_up(Some(seen + 1)).await.unwrap().version, seen + 2);
        assert_eq!(change(None, "Summer").await.unwrap().title, "Summer");
    })
    .await;
}

#[tokio::test]
async fn shows_are_sealed_off_between_organisations() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let (other, other_org, _) = owner(&stage.app, "Sud").await;
        let shows = &stage.app.shows;
        assert!(matches!(shows.get(&other, stage.org, stage.show).await, Err(ShowError::Denied(_))));
        assert!(matches!(shows.get(&other, other_org, stage.show).await, Err(ShowError::NotFound(_))));
        assert!(matches!(shows.go_live(&other, other_org, stage.show).await, Err(ShowError::NotFound(_))));
        assert!(matches!(shows.end(&other, stage.org, stage.show).await, Err(ShowError::Denied(_))));
        let foreign = vec![LineupItem::Product { product_id: stage.product }];
        let own = shows
            .create(&other, other_org, ShowDraft { title: "X".into(), ..ShowDraft::default() })
            .await
            .unwrap();
        let stolen = shows.set_lineup(&other, other_org, own.id, None, foreign).await;
        assert!(matches!(stolen, Err(ShowError::NotInCatalog(_))));
    })
    .await;
}

#[tokio::test]
async fn a_channel_prefers_the_show_that_plays_to_one_that_waits_for_its_publisher() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let shows = &stage.app.shows;
        stage.publish().await;
        stage.go_live().await;
        stage.hands.advance(Duration::from_secs(60));
        let draft = ShowDraft { title: "Newer".into(), auto_live: true, ..ShowDraft::default() };
        let newer = shows.create(&stage.actor, stage.org, draft).await.unwrap().id;
        let key = shows.issue_key(&stage.actor, stage.org, newer).await.unwrap().key;
        let session = shows.admit(&key).await.unwrap().session;
        let shown = async || shows.channel(stage.org).await.unwrap().0.unwrap().id;
        shows.report(newer, stage.told(1), MediaFact::Receiving { session }).await.unwrap();
        assert_eq!(shown().await, newer, "of two that play, the newer one");
        shows
            .report(newer, stage.told(1), MediaFact::PublisherLost { session, reason: LossReason::Closed })
            .await
            .unwrap();
        assert_eq!(shown().await, stage.show);
    })
    .await;
}

#[tokio::test]
async fn a_channel_shows_what_is_on_then_what_comes_then_what_was() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let shows = &stage.app.shows;
        let reason = async || shows.channel(stage.org).await.unwrap().1;
        assert_eq!(reason().await, ChannelReason::None, "a draft is nobody's business");
        let start = Some(stage.app.clock.now() + TimeDelta::hours(1));
        let next = ShowDraft { title: "Next".into(), scheduled_at: start, ..ShowDraft::default() };
        let next = shows.create(&stage.actor, stage.org, next).await.unwrap();
        assert_eq!(shows.channel(stage.org).await.unwrap().0.unwrap().id, next.id);
        stage.publish().await;
        stage.go_live().await;
        assert_eq!(reason().await, ChannelReason::Live);
        shows.end(&stage.actor, stage.org, stage.show).await.unwrap();
        assert_eq!(reason().await, ChannelReason::Next);
        shows.delete(&stage.actor, stage.org, next.id).await.unwrap();
        assert_eq!(shows.channel(stage.org).await.unwrap().0.unwrap().id, stage.show);
        let aired = shows.delete(&stage.actor, stage.org, stage.show).await;
        assert!(matches!(aired, Err(ShowError::IllegalMove(ShowState::Ended))));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_announced_for_a_day_that_is_over() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let at = |hours| Some(stage.app.clock.now() + TimeDelta::hours(hours));
        let draft = |start| ShowDraft { title: "Next".into(), scheduled_at: start, ..ShowDraft::default() };
        let shows = &stage.app.shows;
        let past = shows.create(&stage.actor, stage.org, draft(at(-25))).await;
        assert!(matches!(past, Err(ShowError::Invalid(_))));
        let late = shows.create(&stage.actor, stage.org, draft(at(-1))).await.unwrap();
        let change = |start| {
            let patch = ShowPatch { scheduled_at: Some(start), ..ShowPatch::default() };
            shows.change(&stage.actor, stage.org, late.id, None, patch)
        };
        assert!(matches!(change(at(-48)).await, Err(ShowError::Invalid(_))));
        stage.hands.advance(Duration::from_secs(3 * 24 * 3_600));
        change(late.scheduled_at).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn each_transmission_gets_its_own_number() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let before = stage.app.shows.find(stage.show).await.unwrap().unwrap().version;
        assert_eq!(stage.app.shows.next_transmission_epoch(stage.show).await.unwrap(), 1);
        assert_eq!(stage.app.shows.next_transmission_epoch(stage.show).await.unwrap(), 2);
        stage.report(MediaFact::TransmissionStarted { epoch: 2 }).await;
        stage.report(MediaFact::RungUp { name: "480p".into() }).await;
        stage.report(MediaFact::RungDown { name: "480p".into(), reason: "x".repeat(5000) }).await;
        stage.report(MediaFact::HalfRate { on: true }).await;
        stage.report(MediaFact::HalfRate { on: false }).await;
        let kinds = stage.kinds().await;
        assert_eq!(kinds[kinds.len() - 2..], ["frame_rate_halved", "frame_rate_restored"]);
        stage.report(MediaFact::Journal { stopped: Some("The disk is full.".into()) }).await;
        stage.report(MediaFact::Journal { stopped: None }).await;
        let kinds = stage.kinds().await;
        assert_eq!(kinds[kinds.len() - 2..], ["journal_stopped", "journal_resumed"]);
        let after = stage.app.shows.find(stage.show).await.unwrap().unwrap();
        assert_eq!((after.version, after.transmission_epoch), (before, 2), "media news change no words");
    })
    .await;
}

#[tokio::test]
async fn a_removed_product_leaves_the_lineup() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        crate::worker::start(&stage.app).await.unwrap();
        stage.app.catalog.remove_product(&stage.actor, stage.org, stage.product).await.unwrap();
        for _ in 0..500 {
            let show = stage.app.shows.find(stage.show).await.unwrap().unwrap();
            if show.lineup.items() == [LineupItem::Coupon { coupon_id: stage.coupon }] {
                assert_eq!(stage.kinds().await.last().unwrap(), "lineup_changed");
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the line-up still holds the product");
    })
    .await;
}
