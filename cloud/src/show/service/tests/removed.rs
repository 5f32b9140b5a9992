//! Shows whose start, or whose products, are gone.

use super::*;
use crate::on;

#[tokio::test]
async fn a_product_that_is_removed_while_it_is_pinned_comes_off_the_screen() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        crate::worker::start(&stage.app).await.unwrap();
        stage.publish().await;
        stage.go_live().await;
        let shows = &stage.app.shows;
        let target = HighlightTarget::Product { product_id: stage.product };
        let pin = shows.highlight(&stage.actor, stage.org, stage.show, target, None).await.unwrap();
        // Even where the line-up does not hold it any more.
        let rest = vec![LineupItem::Coupon { coupon_id: stage.coupon }];
        shows.set_lineup(&stage.actor, stage.org, stage.show, None, rest).await.unwrap();
        stage.app.catalog.remove_product(&stage.actor, stage.org, stage.product).await.unwrap();
        for _ in 0..500 {
            let show = shows.find(stage.show).await.unwrap().unwrap();
            if shows.pinned(&show).await.unwrap().is_none() {
                let since = pin.at - TimeDelta::seconds(1);
                let last = shows.highlights(&show, since).await.unwrap().pop().unwrap();
                assert_eq!((last.id, last.action), (pin.id, HighlightAction::Clear));
                assert_eq!(stage.kinds().await.last().unwrap(), "highlight_cleared");
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it is still pinned");
    })
    .await;
}

#[tokio::test]
async fn a_lineup_never_takes_what_is_being_removed() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        for (sql, item) in [
            ("DELETE FROM products WHERE id = $1", LineupItem::Product { product_id: stage.product }),
            ("DELETE FROM coupons WHERE id = $1", LineupItem::Coupon { coupon_id: stage.coupon }),
        ] {
            let id = match item {
                LineupItem::Product { product_id } => product_id.to_string(),
                LineupItem::Coupon { coupon_id } => coupon_id.to_string(),
            };
            let mut removal = stage.app.db.begin().await.unwrap();
            on!(removal, c => sqlx::query(sql).bind(&id).execute(c).await.map(drop)).unwrap();
            let (shows, actor) = (stage.app.shows.clone(), stage.actor.clone());
            let (org, show) = (stage.org, stage.show);
            let set =
                tokio::spawn(async move { shows.set_lineup(&actor, org, show, None, vec![item]).await });
            tokio::time::sleep(Duration::from_millis(100)).await;
            removal.commit().await.unwrap();
            assert!(matches!(set.await.unwrap(), Err(ShowError::NotInCatalog(words)) if words.contains(&id)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_show_that_did_not_begin_gives_its_channel_back() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let shows = &stage.app.shows;
        let shown = async || shows.channel(stage.org).await.unwrap();
        let start = |hours| Some(stage.app.clock.now() + TimeDelta::hours(hours));
        let make = async |title: &str, hours| {
            let draft = ShowDraft { title: title.into(), scheduled_at: start(hours), ..ShowDraft::default() };
            shows.create(&stage.actor, stage.org, draft).await.unwrap().id
        };
        stage.publish().await;
        stage.go_live().await;
        shows.end(&stage.actor, stage.org, stage.show).await.unwrap();
        let (missed, next) = (make("Missed", 1).await, make("Next", 4).await);
        stage.hands.advance(Duration::from_secs(2 * 3600 - 1));
        assert_eq!(shown().await.0.unwrap().id, missed, "a host may be late");
        stage.hands.advance(Duration::from_secs(1));
        assert_eq!(shown().await.0.unwrap().id, next);
        stage.hands.advance(Duration::from_secs(4 * 3600));
        let (last, reason) = shown().await;
        assert_eq!((last.unwrap().id, reason), (stage.show, ChannelReason::Last));
        // Its host is there after all.
        let key = shows.issue_key(&stage.actor, stage.org, missed).await.unwrap().key;
        let session = shows.admit(&key).await.unwrap().session;
        shows.report(missed, stage.told(1), MediaFact::Receiving { session }).await.unwrap();
        assert_eq!(shown().await.1, ChannelReason::Next);
    })
    .await;
}

/// What is pinned on the stage's show: a coupon's words, or nothing.
async fn pinned_words(stage: &Stage) -> Option<String> {
    let show = stage.app.shows.find(stage.show).await.unwrap().unwrap();
    match stage.app.shows.pinned(&show).await.unwrap()?.card {
        HighlightCard::Coupon(card) => Some(card.title),
        HighlightCard::Product(card) => Some(card.title),
    }
}

async fn pin_coupon(stage: &Stage) -> Result<Highlight, ShowError> {
    let target = HighlightTarget::Coupon { coupon_id: stage.coupon };
    stage.app.shows.highlight(&stage.actor, stage.org, stage.show, target, None).await
}

/// What a worker does when it hears that the coupon changed.
async fn hear(stage: &Stage) {
    let mut tx = stage.app.db.begin().await.unwrap();
    stage.app.shows.follow_coupon(&mut tx, stage.org, stage.coupon).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_coupon_that_changes_is_shown_anew_and_one_that_ends_leaves_the_screen() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        stage.publish().await;
        stage.go_live().await;
        let first = pin_coupon(&stage).await.unwrap();
        let catalog = &stage.app.catalog;
        let patch = crate::catalog::CouponPatch {
            title: Some("5 % off".into()),
            percent_off: Some(Some(5)),
            ..crate::catalog::CouponPatch::default()
        };
        catalog.change_coupon(&stage.actor, stage.org, stage.coupon, Some(1), patch).await.unwrap();
        hear(&stage).await;
        assert_eq!(pinned_words(&stage).await.as_deref(), Some("5 % off"));
        let told = stage.kinds().await;
        assert_eq!(told[told.len() - 2..], ["highlight_cleared", "highlight_shown"]);
        hear(&stage).await;
        assert_eq!(stage.kinds().await, told, "heard twice, it is done once");
        catalog.end_coupon(&stage.actor, stage.org, stage.coupon).await.unwrap();
        hear(&stage).await;
        assert_eq!(pinned_words(&stage).await, None);
        let show = stage.app.shows.find(stage.show).await.unwrap().unwrap();
        let last = stage.app.shows.highlights(&show, first.at).await.unwrap().pop().unwrap();
        assert_eq!(last.action, HighlightAction::Clear);
        assert!(matches!(pin_coupon(&stage).await, Err(ShowError::NotOnSale)));
    })
    .await;
}

#[tokio::test]
async fn a_coupon_leaves_the_screen_when_its_time_is_over_or_it_is_used_up() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        stage.publish().await;
        stage.go_live().await;
        let until = stage.app.clock.now() + TimeDelta::seconds(60);
        let terms = |valid_until, quota| crate::catalog::CouponPatch {
            valid_until: Some(valid_until),
            quota: Some(quota),
            ..crate::catalog::CouponPatch::default()
        };
        let change = async |seen, patch| {
            let catalog = &stage.app.catalog;
            catalog.change_coupon(&stage.actor, stage.org, stage.coupon, Some(seen), patch).await.unwrap();
        };
        change(1, terms(Some(until), None)).await;
        pin_coupon(&stage).await.unwrap();
        assert_eq!(stage.app.shows.sweep_coupons().await.unwrap(), 0);
        stage.hands.advance(Duration::from_secs(60));
        assert_eq!(stage.app.shows.sweep_coupons().await.unwrap(), 1);
        assert_eq!(pinned_words(&stage).await, None);
        assert!(matches!(pin_coupon(&stage).await, Err(ShowError::NotOnSale)));

        change(2, terms(None, Some(1))).await;
        pin_coupon(&stage).await.unwrap();
        let mut tx = stage.app.db.begin().await.unwrap();
        on!(tx, c => sqlx::query("UPDATE coupons SET used = 1").execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(stage.app.shows.sweep_coupons().await.unwrap(), 1);
        assert_eq!(pinned_words(&stage).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_product_that_leaves_the_sale_leaves_the_screen_and_keeps_its_place() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        stage.publish().await;
        stage.go_live().await;
        stage.pin(None).await.unwrap();
        let sale = |on_sale| crate::catalog::ProductPatch {
            on_sale: Some(on_sale),
            ..crate::catalog::ProductPatch::default()
        };
        let catalog = &stage.app.catalog;
        catalog.change_product(&stage.actor, stage.org, stage.product, None, sale(false)).await.unwrap();
        let mut tx = stage.app.db.begin().await.unwrap();
        stage.app.shows.hide_product(&mut tx, stage.org, stage.product).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(pinned_words(&stage).await, None);
        assert!(matches!(stage.pin(None).await, Err(ShowError::NotOnSale)));
        catalog.change_product(&stage.actor, stage.org, stage.product, None, sale(true)).await.unwrap();
        stage.pin(None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_pin_that_cannot_be_read_keeps_no_used_up_coupon_on_other_screens() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        stage.publish().await;
        stage.go_live().await;
        pin_coupon(&stage).await.unwrap();
        let draft = ShowDraft { title: "Broken".into(), ..ShowDraft::default() };
        let broken = stage.app.shows.create(&stage.actor, stage.org, draft).await.unwrap().id;
        let pin = vitrine_protocol::HighlightId::new();
        let mut tx = stage.app.db.begin().await.unwrap();
        on!(tx, c => sqlx::query(
            "INSERT INTO highlights (show_id, id, action, at_ms, card) VALUES ($1, $2, 'show', 0, $3)"
        ).bind(broken).bind(pin).bind("{\"kind\":\"wheel\",\"coupon_id\":1}").execute(c).await.map(drop))
        .unwrap();
        on!(tx, c => sqlx::query("UPDATE shows SET state = 'live', highlight_id = $2 WHERE id = $1")
            .bind(broken).bind(pin).execute(c).await.map(drop))
        .unwrap();
        on!(tx, c => sqlx::query("UPDATE coupons SET quota = 1, used = 1").execute(c).await.map(drop))
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(stage.app.shows.sweep_coupons().await.unwrap(), 1);
        assert_eq!(pinned_words(&stage).await, None);
    })
    .await;
}
