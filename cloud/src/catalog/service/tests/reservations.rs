use std::time::Duration;

use super::*;
use crate::catalog::{Reservation, ReservationDraft, ReservedLine};

async fn reserve(
    app: &App,
    actor: &Actor,
    org: OrgId,
    product: &Product,
    quantity: i64,
) -> Result<Reservation, CatalogError> {
    let line = ReservedLine { product_id: product.id, variant_id: product.variants[0].id, quantity };
    let draft =
        ReservationDraft { lines: vec![line.into()], ttl_seconds: Some(60), show_id: None, viewer_id: None };
    app.catalog.reserve(actor, org, draft).await
}

#[tokio::test]
async fn many_shoppers_at_once_never_hold_more_than_there_is() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let mut shoppers = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (app, actor, product) = (app.clone(), actor.clone(), product.clone());
            shoppers.spawn(async move { reserve(&app, &actor, org, &product, 1).await });
        }
        let done = shoppers.join_all().await;
        assert_eq!(done.iter().filter(|held| held.is_ok()).count(), 5);
        let short =
            |error: &CatalogError| matches!(error, CatalogError::OutOfStock(1, title) if title == "Scarf");
        assert!(done.iter().filter_map(|held| held.as_ref().err()).all(short), "{done:?}");
        assert_eq!(stock(&app, org, product.id).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_order_uses_what_was_held_for_it() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(2)).await.unwrap();
        let held = reserve(&app, &actor, org, &product, 2).await.unwrap();
        assert_eq!(stock(&app, org, product.id).await, 0);
        assert_eq!(app.catalog.reservation(&actor, org, held.id).await.unwrap(), held);
        let other = app.catalog.record_order(&actor, org, order(&product, 1, "A-1")).await.unwrap().0;
        assert_eq!(other.flags, ["oversold"], "it is somebody else's");
        let draft = OrderDraft { reservation_id: Some(held.id), ..order(&product, 2, "A-2") };
        let own = app.catalog.record_order(&actor, org, draft.clone()).await.unwrap().0;
        let known = app.catalog.product(&actor, org, product.id).await.unwrap();
        assert_eq!((known.variants[0].stock, known.variants[0].owed), (0, 1));
        assert_eq!(own.lines[0].oversold, 1, "one of them was sold twice");
        assert!(matches!(
            app.catalog.release(&actor, org, held.id).await,
            Err(CatalogError::NoReservation(_))
        ));

        // Tried again with another reservation, it is the same order, and nothing stays held.
        let change = crate::catalog::StockChangeDraft {
            delta: 4,
            reason: crate::catalog::StockReason::Received,
            note: String::new(),
        };
        app.catalog.move_stock(&actor, org, product.id, product.variants[0].id, change).await.unwrap();
        let again = reserve(&app, &actor, org, &product, 2).await.unwrap();
        let draft = OrderDraft { reservation_id: Some(again.id), ..draft };
        assert_eq!(app.catalog.record_order(&actor, org, draft).await.unwrap(), (own, false));
        assert_eq!(stock(&app, org, product.id).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_reservation_that_is_confirmed_sells_the_last_piece_once() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(1)).await.unwrap();
        let held = reserve(&app, &actor, org, &product, 1).await.unwrap();
        assert!(reserve(&app, &actor, org, &product, 1).await.is_err());
        let draft = OrderDraft { reservation_id: Some(held.id), ..order(&product, 1, "A-1") };
        assert!(app.catalog.record_order(&actor, org, draft).await.unwrap().0.flags.is_empty());
        let variant = product.variants[0].id;
        let moves =
            app.catalog.stock_changes(&actor, org, product.id, variant, None, 10).await.unwrap().items;
        let told: Vec<_> = moves.iter().map(|change| (change.reason.as_str(), change.balance)).collect();
        assert_eq!(told, [("sold", 0), ("released", 1), ("reserved", 0), ("created", 1)]);
    })
    .await;
}

#[tokio::test]
async fn what_nobody_came_for_goes_back_once_however_many_look_after_it() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        for _ in 0..3 {
            reserve(&app, &actor, org, &product, 1).await.unwrap();
        }
        hands.advance(Duration::from_secs(59));
        assert_eq!(app.catalog.release_expired().await.unwrap(), 0);
        let late = reserve(&app, &actor, org, &product, 1).await.unwrap();
        hands.advance(Duration::from_secs(1));
        let mut nodes = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let catalog = app.catalog.clone();
            nodes.spawn(async move { catalog.release_expired().await.unwrap() });
        }
        assert_eq!(nodes.join_all().await.into_iter().sum::<usize>(), 3);
        assert_eq!(stock(&app, org, product.id).await, 4, "one is still held");
        app.catalog.release(&actor, org, late.id).await.unwrap();
        assert_eq!(stock(&app, org, product.id).await, 5);
        assert!(matches!(
            app.catalog.release(&actor, org, late.id).await,
            Err(CatalogError::NoReservation(_))
        ));
        let draft = OrderDraft { reservation_id: Some(late.id), ..order(&product, 1, "A-1") };
        let order = app.catalog.record_order(&actor, org, draft).await.unwrap().0;
        assert!(order.flags.is_empty(), "too late to hold, and early enough to buy");
    })
    .await;
}

#[tokio::test]
async fn a_reservation_takes_all_of_its_lines_or_none() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (other, other_org, _) = owner(&app, "Sud").await;
        let plenty = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let few = app.catalog.create_product(&actor, org, scarf(1)).await.unwrap();
        let foreign = app.catalog.create_product(&other, other_org, scarf(5)).await.unwrap();
        let line = |product: &Product, quantity| ReservedLine {
            product_id: product.id,
            variant_id: product.variants[0].id,
            quantity,
        };
        let draft = |lines: Vec<ReservedLine>| {
            let lines = lines.into_iter().map(Into::into).collect();
            ReservationDraft { lines, ttl_seconds: None, show_id: None, viewer_id: None }
        };
        let asked = async |lines| app.catalog.reserve(&actor, org, draft(lines)).await;
        let short = asked(vec![line(&plenty, 1), line(&few, 1), line(&few, 1)]).await;
        assert!(matches!(short, Err(CatalogError::OutOfStock(3, _))), "the same piece twice");
        let short = asked(vec![line(&plenty, 1), line(&foreign, 1)]).await;
        assert!(matches!(short, Err(CatalogError::OutOfStock(2, _))));
        for bad in [vec![], vec![line(&plenty, 0)], vec![line(&plenty, 1); 101]] {
            assert!(matches!(asked(bad).await, Err(CatalogError::Invalid(_))));
        }
        for ttl in [0, 59, 3_601, i64::MAX] {
            let draft = ReservationDraft { ttl_seconds: Some(ttl), ..draft(vec![line(&plenty, 1)]) };
            assert!(matches!(app.catalog.reserve(&actor, org, draft).await, Err(CatalogError::Invalid(_))));
        }
        assert_eq!((stock(&app, org, plenty.id).await, stock(&app, org, few.id).await), (5, 1));
        let held = asked(vec![line(&plenty, 2)]).await.unwrap();
        assert_eq!((held.expires_at - held.created_at).num_seconds(), 900);
        let foreign = app.catalog.release(&other, other_org, held.id).await;
        assert!(matches!(foreign, Err(CatalogError::NoReservation(_))));
        assert_eq!(stock(&app, org, plenty.id).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_count_of_the_shelf_leaves_what_is_held_to_those_who_hold_it() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(10)).await.unwrap();
        let held = reserve(&app, &actor, org, &product, 3).await.unwrap();
        let count = async |pieces: i64| {
            let seen = app.catalog.product(&actor, org, product.id).await.unwrap().version;
            let count = crate::catalog::StockCount { stock: pieces, note: String::new() };
            let variant = product.variants[0].id;
            app.catalog.count_stock(&actor, org, product.id, variant, Some(seen), count).await.unwrap()
        };
        assert_eq!(count(10).await.stock(), 7);
        let short = count(2).await;
        assert_eq!(
            (short.stock(), short.variants[0].owed),
            (0, 1),
            "one of those that are held is not there"
        );
        app.catalog.release(&actor, org, held.id).await.unwrap();
        assert_eq!(stock(&app, org, product.id).await, 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_on_sale_is_not_held_or_shown_and_comes_back_as_it_was() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let sale = |on_sale| ProductPatch { on_sale: Some(on_sale), ..ProductPatch::default() };
        let hidden = app.catalog.change_product(&actor, org, product.id, None, sale(false)).await.unwrap();
        assert_eq!(hidden.hidden, Some(crate::catalog::HiddenBy::Member));
        assert_eq!(app.catalog.product(&actor, org, product.id).await.unwrap(), hidden);
        assert!(app.catalog.product_cards(org, &[product.id]).await.unwrap().is_empty());
        let refused = reserve(&app, &actor, org, &product, 1).await;
        assert!(matches!(refused, Err(CatalogError::OutOfStock(..))));
        app.catalog.change_product(&actor, org, product.id, None, sale(true)).await.unwrap();
        assert_eq!(stock(&app, org, product.id).await, 5);
    })
    .await;
}

#[tokio::test]
async fn a_reservation_that_cannot_be_let_go_of_keeps_no_other_held() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let broken = reserve(&app, &actor, org, &product, 1).await.unwrap();
        hands.advance(Duration::from_secs(1));
        reserve(&app, &actor, org, &product, 2).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        crate::on!(tx, c => sqlx::query("UPDATE reservation_lines SET product_id = 'nothing' WHERE reservation_id = $1")
            .bind(broken.id).execute(c).await.map(drop))
        .unwrap();
        tx.commit().await.unwrap();
        hands.advance(Duration::from_secs(60));
        assert_eq!(app.catalog.release_expired().await.unwrap(), 1);
        assert_eq!(stock(&app, org, product.id).await, 4, "one is held still");
    })
    .await;
}
