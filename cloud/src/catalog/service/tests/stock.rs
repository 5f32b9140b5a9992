use super::*;
use crate::catalog::{StockChangeDraft, StockCount, StockReason, VariantDraft};

fn moved(delta: i64, reason: StockReason) -> StockChangeDraft {
    StockChangeDraft { delta, reason, note: String::new() }
}

#[tokio::test]
async fn an_edit_that_overlaps_with_a_sale_loses_nothing() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let seen = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        app.catalog.record_order(&actor, org, order(&seen, 2, "A-1")).await.unwrap();
        // A colleague's form still says 5.
        let words = ProductPatch { title: Some("Warm scarf".into()), ..ProductPatch::default() };
        let changed = app.catalog.change_product(&actor, org, seen.id, None, words).await.unwrap();
        assert_eq!(changed.stock(), 3, "what says nothing of stock leaves it alone");
        let renamed = VariantDraft {
            id: Some(seen.variants[0].id),
            title: "One size".into(),
            sku: None,
            price_minor: Some(2900),
            stock: None,
            sell_when_empty: Some(true),
            ..VariantDraft::default()
        };
        let patch = ProductPatch { variants: Some(vec![renamed.clone()]), ..ProductPatch::default() };
        let now = Some(changed.version);
        let changed = app.catalog.change_product(&actor, org, seen.id, now, patch).await.unwrap();
        assert_eq!((changed.stock(), changed.variants[0].sell_when_empty), (3, true));

        let counted = VariantDraft { stock: Some(5), ..renamed.clone() };
        for counts in [
            ProductPatch { stock: Some(5), ..ProductPatch::default() },
            ProductPatch { variants: Some(vec![counted]), ..ProductPatch::default() },
            // What the form did not name would be gone with its stock, and the price the old one.
            ProductPatch { variants: Some(vec![renamed]), ..ProductPatch::default() },
            ProductPatch { price_minor: Some(100), ..ProductPatch::default() },
            ProductPatch { compare_at_minor: Some(None), ..ProductPatch::default() },
            ProductPatch { currency: Currency::try_from("SEK").ok(), ..ProductPatch::default() },
        ] {
            let unseen = app.catalog.change_product(&actor, org, seen.id, None, counts.clone()).await;
            assert!(matches!(unseen, Err(CatalogError::Unseen)));
            let stale = app.catalog.change_product(&actor, org, seen.id, Some(seen.version), counts).await;
            assert!(matches!(stale, Err(CatalogError::Stale(_))));
        }
        assert_eq!(app.catalog.product(&actor, org, seen.id).await.unwrap().stock(), 3);
    })
    .await;
}

#[tokio::test]
async fn stock_moves_by_deltas_and_each_is_told_with_its_reason() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let (id, variant) = (product.id, product.variants[0].id);
        let mut hands = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (catalog, actor) = (app.catalog.clone(), actor.clone());
            let draft = order(&product, 1, &n.to_string());
            hands.spawn(async move {
                if n % 2 == 0 {
                    catalog.record_order(&actor, org, draft).await.map(drop).unwrap();
                } else {
                    let draft = moved(10, StockReason::Received);
                    catalog.move_stock(&actor, org, id, variant, draft).await.map(drop).unwrap();
                }
            });
        }
        hands.join_all().await;
        assert_eq!(stock(&app, org, id).await, 5 - 4 + 40);

        let broken = StockChangeDraft { note: "Fell".into(), ..moved(-42, StockReason::Damaged) };
        let told = app.catalog.move_stock(&actor, org, id, variant, broken).await.unwrap();
        assert_eq!((told.balance, told.reason.as_str(), told.note.as_str()), (-1, "damaged", "Fell"));
        let seen = app.catalog.product(&actor, org, id).await.unwrap();
        assert_eq!((seen.stock(), seen.variants[0].owed), (0, 1));

        let count = || StockCount { stock: 7, note: "Shelf 3".into() };
        let unseen = app.catalog.count_stock(&actor, org, id, variant, None, count()).await;
        assert!(matches!(unseen, Err(CatalogError::Unseen)));
        let stale = app.catalog.count_stock(&actor, org, id, variant, Some(1), count()).await;
        assert!(matches!(stale, Err(CatalogError::Stale(_))));
        let counted =
            app.catalog.count_stock(&actor, org, id, variant, Some(seen.version), count()).await.unwrap();
        assert_eq!((counted.stock(), counted.variants[0].owed, counted.version), (7, 0, seen.version + 1));

        let first = app.catalog.stock_changes(&actor, org, id, variant, None, 4).await.unwrap();
        let after = first.next.clone().unwrap().parse().unwrap();
        let rest = app.catalog.stock_changes(&actor, org, id, variant, Some(after), 50).await.unwrap();
        assert_eq!(
            (first.items[0].reason.as_str(), first.items[0].delta, first.items[0].balance),
            ("counted", 8, 7)
        );
        assert_eq!(first.items[1], told);
        let all: Vec<_> = first.items.iter().chain(&rest.items).collect();
        assert_eq!(all.len(), 1 + 8 + 2);
        assert_eq!(all.iter().map(|change| change.delta).sum::<i64>(), 7, "the moves come to the count");
        assert!(all.iter().filter(|change| change.reason == "sold").all(|change| change.order_id.is_some()));
        assert_eq!((all[10].reason.as_str(), all[10].balance), ("created", 5));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_move_is_refused_and_moves_nothing() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let variant = product.variants[0].id;
        for bad in [0, i64::MAX, i64::MIN, 1_000_000_000] {
            let refused = app
                .catalog
                .move_stock(&actor, org, product.id, variant, moved(bad, StockReason::Correction))
                .await;
            assert!(matches!(refused, Err(CatalogError::Invalid(_))), "{bad}");
        }
        // Nobody is owed what nobody bought or holds.
        let lost = moved(-6, StockReason::Lost);
        let refused = app.catalog.move_stock(&actor, org, product.id, variant, lost).await;
        assert!(
            matches!(&refused, Err(CatalogError::Invalid(why)) if why.0.contains("6 pieces away, and 5 are"))
        );
        let unknown = vitrine_protocol::VariantId::new();
        let refused =
            app.catalog.move_stock(&actor, org, product.id, unknown, moved(1, StockReason::Lost)).await;
        assert!(matches!(refused, Err(CatalogError::NoVariant(_))));
        let unknown = app.catalog.stock_changes(&actor, org, product.id, unknown, None, 5).await;
        assert!(matches!(unknown, Err(CatalogError::NoVariant(_))));
        let (stranger, other_org, _) = owner(&app, "Sud").await;
        let foreign = app
            .catalog
            .move_stock(&stranger, other_org, product.id, variant, moved(1, StockReason::Lost))
            .await;
        assert!(matches!(foreign, Err(CatalogError::NoProduct(_))));
        let changes = app.catalog.stock_changes(&actor, org, product.id, variant, None, 5).await.unwrap();
        assert_eq!((changes.items.len(), stock(&app, org, product.id).await), (1, 5));
    })
    .await;
}

#[tokio::test]
async fn what_is_sold_when_none_is_left_never_looks_sold_out() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let variants = vec![VariantDraft {
            id: None,
            title: "M".into(),
            sku: Some("s-m".into()),
            price_minor: None,
            stock: Some(1),
            sell_when_empty: Some(true),
            ..VariantDraft::default()
        }];
        let draft = ProductDraft { stock: None, variants, ..scarf(0) };
        let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
        let (sold, _) = app.catalog.record_order(&actor, org, order(&product, 3, "A-1")).await.unwrap();
        assert_eq!((sold.flags.len(), sold.lines[0].oversold), (0, 0), "it was meant to be");
        let known = app.catalog.product(&actor, org, product.id).await.unwrap();
        assert_eq!((known.variants[0].stock, known.variants[0].owed), (0, 2));
        let card = app.catalog.product_cards(org, &[product.id]).await.unwrap().remove(0);
        assert!(card.stock > 0 && card.variants[0].stock > 0);
    })
    .await;
}
