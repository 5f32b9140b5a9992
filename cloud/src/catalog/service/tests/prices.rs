use std::time::Duration;

use vitrine_protocol::VariantId;

use super::*;
use crate::base::{TestClock, to_ms};
use crate::db::testing::each_db_at;
use crate::on;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What a form sends: the price, and the one before it.
fn priced(price_minor: i64, before: Option<i64>) -> ProductPatch {
    ProductPatch { price_minor: Some(price_minor), compare_at_minor: Some(before), ..ProductPatch::default() }
}

#[tokio::test]
async fn the_prior_price_is_the_lowest_of_thirty_days_before_a_reduction_and_stays_while_it_lasts() {
    each_app(async |app, hands: TestClock| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft = ProductDraft { price_minor: Some(4_900), compare_at_minor: None, ..scarf(5) };
        let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
        let mut day = 0;
        for (on, price, before, prior) in [
            (5, 3_900, None, None),
            (10, 4_900, None, None),
            (20, 3_500, Some(4_900), Some(3_900)), // Not 4 900, which the page would like to say.
            (25, 3_000, Some(4_900), Some(3_900)), // It goes further.
            (89, 2_900, Some(4_900), Some(3_900)), // However long.
            (90, 3_200, Some(4_900), Some(2_900)), // A raise ends it: this is no reduction.
            (91, 4_900, None, None),
            (110, 4_500, Some(4_900), Some(2_900)), // It was that until twenty days ago.
            (111, 4_900, None, None),
            (200, 4_500, Some(5_900), Some(4_900)),
            (201, 4_700, Some(5_900), Some(4_500)),
            (260, 4_500, Some(5_900), Some(4_700)), // The one of day 200 is over.
            (261, 4_000, Some(5_900), Some(4_700)),
        ] {
            hands.advance(DAY * (on - day));
            day = on;
            let seen = app.catalog.product(&actor, org, product.id).await.unwrap().version;
            let patch = priced(price, before);
            let changed =
                app.catalog.change_product(&actor, org, product.id, Some(seen), patch).await.unwrap();
            assert_eq!(changed.variants[0].prior_price_minor, prior, "day {on}");
            let kept = app.catalog.product(&actor, org, product.id).await.unwrap();
            assert_eq!(kept, changed, "day {on}, as it is kept");
        }
        app.catalog.record_order(&actor, org, order(&product, 7, "A-1")).await.unwrap();
        let words = ProductPatch { title: Some("Warm scarf".into()), ..ProductPatch::default() };
        let renamed = app.catalog.change_product(&actor, org, product.id, None, words).await.unwrap();
        assert_eq!(
            renamed.variants[0].prior_price_minor,
            Some(4_700),
            "a sale and another name change no price"
        );
        let prices =
            app.catalog.prices(&actor, org, product.id, product.variants[0].id, None, 50).await.unwrap();
        assert_eq!((prices.items.len(), prices.next), (14, None));
        assert_eq!((prices.items[13].price_minor, prices.items[13].reduced), (4_900, false));
        assert_eq!((prices.items[0].price_minor, prices.items[0].reduced), (4_000, true));
    })
    .await;
}

#[tokio::test]
async fn a_price_that_is_not_known_is_not_made_up() {
    each_app(async |app, hands: TestClock| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        assert_eq!(product.variants[0].prior_price_minor, None, "it came reduced");
        hands.advance(DAY);
        let yen = ProductPatch { currency: Currency::try_from("JPY").ok(), ..priced(300, Some(900)) };
        let changed =
            app.catalog.change_product(&actor, org, product.id, Some(product.version), yen).await.unwrap();
        assert_eq!(changed.variants[0].prior_price_minor, None, "euros are no yen");
    })
    .await;
}

#[tokio::test]
async fn what_the_version_before_kept_goes_on_and_its_prices_are_known_from_the_newest_fact_on() {
    each_db_at(66, async |db| {
        let (org, product, variant, coupon) =
            (OrgId::new(), ProductId::new(), VariantId::new(), vitrine_protocol::CouponId::new());
        let mut tx = db.begin().await.unwrap();
        on!(tx, c => sqlx::query("INSERT INTO organizations (id, slug, name, created_ms, version) VALUES ($1, 'nord', 'Nord', 1, 1)")
            .bind(org).execute(c).await.map(drop)).unwrap();
        on!(tx, c => sqlx::query(
            "INSERT INTO products (id, org_id, title, description, url, currency, created_ms, version)
             VALUES ($1, $2, 'Scarf', '', 'https://shop.example/s', 'EUR', 1, 3)"
        ).bind(product).bind(org).execute(c).await.map(drop)).unwrap();
        on!(tx, c => sqlx::query(
            "INSERT INTO variants (id, product_id, position, title, sku, price_minor, stock)
             VALUES ($1, $2, 0, 'M', 's-m', 2900, 4)"
        ).bind(variant).bind(product).execute(c).await.map(drop)).unwrap();
        on!(tx, c => sqlx::query(
            "INSERT INTO coupons (id, org_id, code, title, percent_off, created_ms)
             VALUES ($1, $2, 'LIVE10', '10 % off', 10, 1)"
        ).bind(coupon).bind(org).execute(c).await.map(drop)).unwrap();
        let actor = Actor::service("test");
        let newest = crate::base::from_ms(1_700_000_000_000);
        record(&mut tx, &actor, newest, org, None, Event::ProductChanged { product }).unwrap();
        tx.commit().await.unwrap();
        db.migrate().await.unwrap();

        let found = store::get_many(&db, org, &[product]).await.unwrap().remove(0);
        assert_eq!((found.variants[0].stock, found.variants[0].owed, found.variants[0].sell_when_empty), (4, 0, false));
        let prices = store::prices::list(&db, product, variant, None, 10).await.unwrap();
        assert_eq!((prices.len(), prices[0].price_minor, prices[0].at), (1, 2_900, newest));
        let kept = store::coupons::get(&db, org, coupon).await.unwrap().unwrap();
        assert!(kept.is_valid(newest) && kept.is_for(product) && kept.version == 1);
        assert_eq!((kept.off(2_900), kept.quota, kept.used), (290, None, 0));
    })
    .await;
}

#[tokio::test]
async fn shoppers_see_the_prior_price_struck_out_and_never_a_higher_one() {
    each_app(async |app, hands: TestClock| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft = ProductDraft { price_minor: Some(4_900), compare_at_minor: None, ..scarf(5) };
        let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
        let set = async |price, before| {
            hands.advance(DAY * 5);
            let seen = app.catalog.product(&actor, org, product.id).await.unwrap().version;
            let patch = priced(price, before);
            app.catalog.change_product(&actor, org, product.id, Some(seen), patch).await.unwrap();
            let card = app.catalog.product_cards(org, &[product.id]).await.unwrap().remove(0);
            assert_eq!(card.prior_price_minor, card.variants[0].prior_price_minor);
            (card.compare_at_minor, card.prior_price_minor, card.discount_percent)
        };
        assert_eq!(set(3_900, None).await, (None, None, None));
        assert_eq!(set(4_900, None).await, (None, None, None));
        // The shop would like to say 59.00, and half of it.
        assert_eq!(set(2_950, Some(5_900)).await, (Some(3_900), Some(3_900), Some(24)));
        assert_eq!(set(4_900, None).await, (None, None, None));
        assert_eq!(set(4_500, Some(5_900)).await, (None, Some(2_950), None), "it costs more than it did");
    })
    .await;
}

#[tokio::test]
async fn a_coupon_for_everybody_and_a_price_of_the_version_before_are_prices_of_their_days() {
    each_app(async |app, hands: TestClock| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft = ProductDraft { price_minor: Some(5_000), compare_at_minor: None, ..scarf(5) };
        let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
        let coupon = crate::catalog::CouponDraft {
            code: "LIVE20".into(),
            title: "20 % off".into(),
            percent_off: Some(20),
            ..crate::catalog::CouponDraft::default()
        };
        let coupon = app.catalog.create_coupon(&actor, org, coupon).await.unwrap();
        let show = vitrine_protocol::ShowId::new();
        hands.advance(DAY);
        let mut tx = app.db.begin().await.unwrap();
        app.catalog.coupon_shown(&mut tx, org, show, coupon.id, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        hands.advance(DAY);
        let mut tx = app.db.begin().await.unwrap();
        app.catalog.coupon_cleared(&mut tx, org, show, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        hands.advance(DAY);
        let reduce = async |price| {
            let seen = app.catalog.product(&actor, org, product.id).await.unwrap().version;
            let patch = priced(price, Some(5_000));
            let changed =
                app.catalog.change_product(&actor, org, product.id, Some(seen), patch).await.unwrap();
            changed.variants[0].prior_price_minor
        };
        assert_eq!(reduce(4_500).await, Some(4_000));
        let seen = app.catalog.product(&actor, org, product.id).await.unwrap().version;
        app.catalog.change_product(&actor, org, product.id, Some(seen), priced(5_000, None)).await.unwrap();
        hands.advance(DAY * 40);
        // A process of the version before writes no history.
        let mut tx = app.db.begin().await.unwrap();
        on!(tx, c => sqlx::query("UPDATE variants SET price_minor = 3300").execute(c).await.map(drop))
            .unwrap();
        tx.commit().await.unwrap();
        hands.advance(DAY);
        let seen = app.catalog.product(&actor, org, product.id).await.unwrap().version;
        app.catalog.change_product(&actor, org, product.id, Some(seen), priced(5_000, None)).await.unwrap();
        hands.advance(DAY);
        assert_eq!(reduce(4_500).await, Some(3_300));
    })
    .await;
}

#[tokio::test]
async fn a_coupon_counts_however_many_were_shown_after_it_and_all_are_read_once() {
    each_app(async |app, hands: TestClock| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft = ProductDraft { price_minor: Some(5_000), compare_at_minor: None, ..scarf(5) };
        let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
        let coupon = async |code: &str, percent| {
            let draft = crate::catalog::CouponDraft {
                code: code.into(),
                title: "Off".into(),
                percent_off: Some(percent),
                ..crate::catalog::CouponDraft::default()
            };
            app.catalog.create_coupon(&actor, org, draft).await.unwrap().id
        };
        let (deep, small) = (coupon("LIVE20", 20).await, coupon("LIVE5", 5).await);
        hands.advance(DAY);
        let show = vitrine_protocol::ShowId::new();
        let mut tx = app.db.begin().await.unwrap();
        app.catalog.coupon_shown(&mut tx, org, show, deep, app.clock.now()).await.unwrap();
        hands.advance(DAY);
        app.catalog.coupon_cleared(&mut tx, org, show, app.clock.now()).await.unwrap();
        for n in 0..1_200 {
            let show = vitrine_protocol::ShowId::new();
            app.catalog.coupon_shown(&mut tx, org, show, small, app.clock.now()).await.unwrap();
            if n % 2 == 0 {
                hands.advance(Duration::from_secs(1));
                app.catalog.coupon_cleared(&mut tx, org, show, app.clock.now()).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        hands.advance(DAY);
        let changed =
            app.catalog.change_product(&actor, org, product.id, Some(1), priced(4_500, Some(5_000)));
        assert_eq!(changed.await.unwrap().variants[0].prior_price_minor, Some(4_000));

        let mut tx = app.db.begin().await.unwrap();
        let (mut shown, until) = (Shown::default(), to_ms(app.clock.now()));
        let mut read = async |tx: &mut Tx, until| {
            format!("{:?}", shown.between(tx, org, 0, until).await.unwrap()).matches("product_ids").count()
        };
        assert_eq!(read(&mut tx, until).await, 2, "those of the same terms are one");
        on!(tx, c => sqlx::query("DELETE FROM coupon_showings").execute(c).await.map(drop)).unwrap();
        assert_eq!(read(&mut tx, until).await, 2, "what was read is kept for the transaction");
        assert_eq!(read(&mut tx, until + 1).await, 0, "for the same days alone");
    })
    .await;
}
