use std::time::Duration;

use vitrine_protocol::{CouponId, ProductId};

use super::*;
use crate::catalog::{Coupon, CouponDraft, CouponPatch};

fn ten() -> CouponDraft {
    CouponDraft {
        code: "live10".into(),
        title: "10 % off".into(),
        percent_off: Some(10),
        ..CouponDraft::default()
    }
}

/// The flags of an order of one scarf that was paid with the coupon's ten per cent off.
async fn flags(app: &App, actor: &Actor, org: OrgId, draft: OrderDraft) -> Vec<String> {
    let paid = OrderDraft { coupon_code: Some("Live10".into()), total_minor: 2_610, ..draft };
    app.catalog.record_order(actor, org, paid).await.unwrap().0.flags
}

async fn used(app: &App, actor: &Actor, org: OrgId, coupon: &Coupon) -> i64 {
    app.catalog.coupon(actor, org, coupon.id).await.unwrap().used
}

#[tokio::test]
async fn a_coupon_code_is_taken_once_in_an_organisation() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft = || CouponDraft {
            code: "live10".into(),
            title: "10 % off".into(),
            percent_off: Some(10),
            ..CouponDraft::default()
        };
        let coupon = app.catalog.create_coupon(&actor, org, draft()).await.unwrap();
        assert!(matches!(
            app.catalog.create_coupon(&actor, org, draft()).await,
            Err(CatalogError::CodeTaken)
        ));
        assert_eq!(
            app.catalog.coupons(&actor, org, None, 10).await.unwrap().items,
            std::slice::from_ref(&coupon)
        );
        let cards = app.catalog.coupons_of(org, &[CouponId::new(), coupon.id]).await.unwrap();
        let cards: Vec<_> = cards.iter().map(Coupon::card).collect();
        assert_eq!(cards, [coupon.card()]);
    })
    .await;
}

#[tokio::test]
async fn coupons_of_a_lineup_come_in_its_order_and_one_that_cannot_be_read_is_told_apart() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (_, stranger, _) = owner(&app, "Sud").await;
        let mut ids = Vec::new();
        for code in ["ONE", "TWO", "THREE"] {
            let draft = CouponDraft { code: code.into(), ..ten() };
            ids.push(app.catalog.create_coupon(&actor, org, draft).await.unwrap().id);
        }
        ids.reverse();
        let found = app.catalog.coupons_of(org, &ids).await.unwrap();
        assert_eq!(found.iter().map(|coupon| coupon.id).collect::<Vec<_>>(), ids);
        assert!(app.catalog.coupons_of(stranger, &ids).await.unwrap().is_empty());
        let mut tx = app.db.begin().await.unwrap();
        crate::on!(tx, c => sqlx::query("UPDATE coupons SET product_ids = 'nothing' WHERE id = $1")
            .bind(ids[1]).execute(c).await.map(drop))
        .unwrap();
        tx.commit().await.unwrap();
        let found = app.catalog.coupons_by_id(&ids).await.unwrap();
        let can_be_read = |id: &CouponId| found.get(id).map(|(of, coupon)| (*of == org, coupon.is_some()));
        let told: Vec<_> = ids.iter().map(can_be_read).collect();
        assert_eq!(told, [Some((true, true)), Some((true, false)), Some((true, true))]);
    })
    .await;
}

#[tokio::test]
async fn a_quota_is_counted_by_orders_and_what_goes_beyond_is_recorded_and_flagged() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(50)).await.unwrap();
        let draft = CouponDraft { quota: Some(3), ..ten() };
        let coupon = app.catalog.create_coupon(&actor, org, draft).await.unwrap();
        let mut shoppers = tokio::task::JoinSet::new();
        for n in 0..10 {
            let (app, actor) = (app.clone(), actor.clone());
            // Each order arrives twice.
            let draft = OrderDraft { viewer_id: None, ..order(&product, 1, &format!("A-{}", n / 2)) };
            shoppers
                .spawn(async move { (draft.external_ref.clone(), flags(&app, &actor, org, draft).await) });
        }
        let done: std::collections::BTreeMap<_, _> = shoppers.join_all().await.into_iter().collect();
        let beyond = done.values().filter(|flags| **flags == ["coupon_over_quota"]).count();
        assert_eq!((done.len(), beyond), (5, 2), "{done:?}");
        assert_eq!(used(&app, &actor, org, &coupon).await, 5);
    })
    .await;
}

#[tokio::test]
async fn one_shopper_uses_a_coupon_as_often_as_it_says() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(50)).await.unwrap();
        let draft = CouponDraft { per_shopper: Some(1), ..ten() };
        app.catalog.create_coupon(&actor, org, draft).await.unwrap();
        let viewer_id = Some(ViewerId::new());
        let by = |shopper: Option<&str>, number: &str| OrderDraft {
            viewer_id,
            shopper: shopper.map(str::to_owned),
            ..order(&product, 1, number)
        };
        for (number, (shopper, beyond)) in [
            (Some("mo@example.com"), false),
            (Some("mo@example.com"), true),
            (Some("bo@example.com"), false),
            (None, false),
            (None, true),
        ]
        .into_iter()
        .enumerate()
        {
            let flags = flags(&app, &actor, org, by(shopper, &number.to_string())).await;
            assert_eq!(flags.len(), usize::from(beyond), "order {number}: {flags:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_coupon_that_gives_nothing_is_flagged_and_not_used() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(50)).await.unwrap();
        let now = app.clock.now();
        let hour = Duration::from_secs(3_600);
        let draft = CouponDraft { valid_from: Some(now + hour), valid_until: Some(now + 2 * hour), ..ten() };
        let coupon = app.catalog.create_coupon(&actor, org, draft).await.unwrap();
        let mut number = 0;
        let mut ordered = async || {
            number += 1;
            flags(&app, &actor, org, order(&product, 1, &number.to_string())).await
        };
        assert_eq!(ordered().await, ["unknown_coupon"], "too early");
        hands.advance(hour);
        assert!(ordered().await.is_empty());
        hands.advance(hour);
        assert_eq!(ordered().await, ["unknown_coupon"], "too late");
        assert_eq!(used(&app, &actor, org, &coupon).await, 1);

        let change = |patch| app.catalog.change_coupon(&actor, org, coupon.id, Some(coupon.version), patch);
        let longer = || CouponPatch { valid_until: Some(None), ..CouponPatch::default() };
        let unseen = app.catalog.change_coupon(&actor, org, coupon.id, None, longer()).await;
        assert!(matches!(unseen, Err(CatalogError::Unseen)));
        let changed = change(longer()).await.unwrap();
        assert_eq!((changed.version, changed.valid_until), (coupon.version + 1, None));
        assert!(matches!(change(longer()).await, Err(CatalogError::Stale(_))));
        assert_eq!(app.catalog.coupon(&actor, org, coupon.id).await.unwrap(), changed);
        assert!(ordered().await.is_empty());

        let other = app.catalog.create_product(&actor, org, scarf(1)).await.unwrap().id;
        let others = CouponPatch { product_ids: Some(vec![other]), ..CouponPatch::default() };
        let seen = Some(changed.version);
        app.catalog.change_coupon(&actor, org, coupon.id, seen, others).await.unwrap();
        assert_eq!(ordered().await, ["unknown_coupon"], "it is for something else");
        let all = CouponPatch { product_ids: Some(Vec::new()), ..CouponPatch::default() };
        app.catalog.change_coupon(&actor, org, coupon.id, Some(changed.version + 1), all).await.unwrap();
        assert!(ordered().await.is_empty());
        let ended = app.catalog.end_coupon(&actor, org, coupon.id).await.unwrap();
        assert_eq!(app.catalog.end_coupon(&actor, org, coupon.id).await.unwrap(), ended, "once is enough");
        assert_eq!(ordered().await, ["unknown_coupon"], "it is over");
        let unknown = app.catalog.coupon(&actor, org, CouponId::new()).await;
        assert!(matches!(unknown, Err(CatalogError::NoCoupon(_))));
    })
    .await;
}

#[tokio::test]
async fn a_coupon_names_what_its_own_catalogue_holds_and_keeps_what_it_named() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (stranger, elsewhere, _) = owner(&app, "Sud").await;
        let [own, gone] = [scarf(9), scarf(9)].map(|draft| app.catalog.create_product(&actor, org, draft));
        let (own, gone) = (own.await.unwrap().id, gone.await.unwrap().id);
        let foreign = app.catalog.create_product(&stranger, elsewhere, scarf(9)).await.unwrap().id;
        let told = |refused: Result<Coupon, CatalogError>| match refused {
            Err(CatalogError::Invalid(words)) => words.0,
            other => panic!("{other:?}"),
        };
        for missing in [foreign, ProductId::new()] {
            let draft = CouponDraft { product_ids: vec![own, missing], ..ten() };
            let words = told(app.catalog.create_coupon(&actor, org, draft).await);
            assert_eq!(words, format!("the catalogue does not hold product {missing}"));
        }
        let draft = CouponDraft { product_ids: vec![gone], ..ten() };
        let coupon = app.catalog.create_coupon(&actor, org, draft).await.unwrap();
        app.catalog.remove_product(&actor, org, gone).await.unwrap();
        let naming = |product_ids| CouponPatch { product_ids: Some(product_ids), ..CouponPatch::default() };
        let change = |seen, patch| app.catalog.change_coupon(&actor, org, coupon.id, Some(seen), patch);
        let kept = change(coupon.version, naming(vec![gone, own])).await.unwrap();
        told(change(kept.version, naming(vec![own, foreign])).await);
        let fewer = change(kept.version, naming(vec![own])).await.unwrap();
        assert_eq!((kept.product_ids.len(), fewer.product_ids), (2, vec![own]));
    })
    .await;
}

#[tokio::test]
async fn a_total_is_compared_with_what_the_coupon_takes_off() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(50)).await.unwrap();
        let eur = Some(product.currency);
        let off =
            |code: &str, draft: CouponDraft| CouponDraft { code: code.into(), percent_off: None, ..draft };
        for draft in [
            ten(),
            off("FIVE", CouponDraft { amount_off_minor: Some(500), currency: eur, ..ten() }),
            off("SHIP", CouponDraft { free_shipping: true, ..ten() }),
            off(
                "YEN",
                CouponDraft {
                    amount_off_minor: Some(500),
                    currency: Currency::try_from("JPY").ok(),
                    ..ten()
                },
            ),
        ] {
            app.catalog.create_coupon(&actor, org, draft).await.unwrap();
        }
        for (code, shipping_minor, total_minor, flags) in [
            ("live10", 0, 2_610, &[][..]),
            ("LIVE10", 490, 3_100, &[]),
            ("LIVE10", 0, 2_900, &["price_differs"]),
            ("five", 0, 2_400, &[]),
            ("five", 0, 2_300, &["price_differs"]),
            ("ship", 490, 2_900, &[]),
            ("ship", 490, 3_390, &["price_differs"]),
            ("yen", 0, 2_400, &["unknown_coupon"]),
        ] {
            let draft = OrderDraft {
                coupon_code: Some(code.into()),
                shipping_minor,
                total_minor,
                ..order(&product, 1, &format!("{code}-{total_minor}-{shipping_minor}"))
            };
            let recorded = app.catalog.record_order(&actor, org, draft).await.unwrap().0;
            assert_eq!(recorded.flags, flags, "{code} {total_minor}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_that_was_called_off_gives_its_coupon_back_once() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(9)).await.unwrap();
        let coupon = CouponDraft { per_shopper: Some(1), ..ten() };
        let coupon = app.catalog.create_coupon(&actor, org, coupon).await.unwrap();
        let by_ada = |number: &str| OrderDraft {
            coupon_code: Some("live10".into()),
            total_minor: 2_610,
            shopper: Some("ada".into()),
            ..order(&product, 1, number)
        };
        let (first, _) = app.catalog.record_order(&actor, org, by_ada("1")).await.unwrap();
        assert_eq!(used(&app, &actor, org, &coupon).await, 1);
        let off = |number: &str| crate::catalog::OrderChangeDraft {
            external_ref: number.into(),
            amount_minor: None,
            reason: String::new(),
            lines: None,
        };
        for _ in 0..2 {
            let kind = crate::catalog::OrderChangeKind::Cancellation;
            app.catalog.change_order(&actor, org, first.id, kind, off("C-1")).await.unwrap();
        }
        assert_eq!(used(&app, &actor, org, &coupon).await, 0);
        assert!(flags(&app, &actor, org, by_ada("2")).await.is_empty(), "she may use it again");
    })
    .await;
}
