//! Options, tags, and what platforms call variants.

use std::collections::BTreeMap;

use super::*;
use crate::catalog::{ExternalId, VariantDraft};

fn pairs(all: &[(&str, &str)]) -> Option<BTreeMap<String, String>> {
    Some(all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn shirt(id: &str) -> ProductDraft {
    let variant = |size: &str, n: &str| VariantDraft {
        title: size.into(),
        stock: Some(5),
        options: pairs(&[("Size", size), ("Colour", "Red")]),
        external_ids: pairs(&[("shopify", &format!("{id}{n}")), ("woocommerce", &format!("w{id}{n}"))]),
        ..VariantDraft::default()
    };
    ProductDraft {
        stock: None,
        variants: vec![variant("M", "1"), variant("L", "2")],
        options: vec!["Size".into(), "Colour".into()],
        tags: vec!["Wool".into(), "autumn".into()],
        ..scarf(0)
    }
}

#[tokio::test]
async fn options_and_tags_are_kept_shown_and_found() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let shirt = app.catalog.create_product(&actor, org, shirt("1")).await.unwrap();
        let plain = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        assert_eq!(app.catalog.product(&actor, org, shirt.id).await.unwrap(), shirt);
        let card = app.catalog.product_cards(org, &[shirt.id]).await.unwrap().remove(0);
        let told: Vec<_> =
            card.variants[1].options.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
        assert_eq!(told, [("Size", "L"), ("Colour", "Red")]);
        let found = async |tag: &str| {
            let page = app.catalog.products_with(&actor, org, Some(tag), None, 10).await.unwrap();
            page.items.iter().map(|product| product.id).collect::<Vec<_>>()
        };
        assert_eq!(found(" WOOL").await, [shirt.id]);
        let tagged = ProductPatch { tags: Some(vec!["wool".into()]), ..ProductPatch::default() };
        app.catalog.change_product(&actor, org, plain.id, None, tagged).await.unwrap();
        assert_eq!(found("wool").await, [plain.id, shirt.id], "newest first");
        assert!(found("winter").await.is_empty());
        // A sale changes none of it.
        app.catalog.record_order(&actor, org, order(&shirt, 1, "A-1")).await.unwrap();
        let sold = app.catalog.product(&actor, org, shirt.id).await.unwrap();
        assert_eq!(
            (&sold.options, &sold.tags, &sold.variants[0].options),
            (&shirt.options, &shirt.tags, &shirt.variants[0].options)
        );
    })
    .await;
}

#[tokio::test]
async fn an_id_of_a_platform_is_one_variants_and_orders_name_it_by_that() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let shirt1 = app.catalog.create_product(&actor, org, shirt("1")).await.unwrap();
        let taken = app.catalog.create_product(&actor, org, shirt("1")).await;
        assert!(matches!(taken, Err(CatalogError::ExternalIdTaken(platform, _)) if platform == "shopify"));
        let other = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let steal = |id: &str| ProductPatch {
            variants: Some(vec![VariantDraft {
                id: Some(other.variants[0].id),
                title: "One".into(),
                price_minor: Some(2_900),
                external_ids: pairs(&[("shopify", id)]),
                ..VariantDraft::default()
            }]),
            ..ProductPatch::default()
        };
        let taken = app.catalog.change_product(&actor, org, other.id, Some(1), steal("12")).await;
        assert!(matches!(taken, Err(CatalogError::ExternalIdTaken(..))));
        app.catalog.change_product(&actor, org, other.id, Some(1), steal("99")).await.unwrap();
        // Another organisation has numbers of its own.
        let (sud, sud_org, _) = owner(&app, "Sud").await;
        app.catalog.create_product(&sud, sud_org, shirt("1")).await.unwrap();

        let by = |id: &str| {
            let mut draft = order(&shirt1, 2, "A-1");
            draft.lines[0].product_id = Some(ProductId(uuid::Uuid::nil()));
            draft.lines[0].external = Some(ExternalId { platform: "shopify".into(), id: id.into() });
            draft
        };
        let sent = by("12");
        let (sold, is_new) = app.catalog.record_order(&actor, org, sent.clone()).await.unwrap();
        assert!(is_new);
        let line = &sold.lines[0];
        assert_eq!((line.product_id, line.variant_id), (Some(shirt1.id), Some(shirt1.variants[1].id)));
        let left = app.catalog.product(&actor, org, shirt1.id).await.unwrap();
        assert_eq!(left.variants.iter().map(|one| one.stock).collect::<Vec<_>>(), [5, 3]);
        // The same again is the same, though the variant is called otherwise by now.
        app.catalog.remove_product(&actor, org, shirt1.id).await.unwrap();
        let (again, is_new) = app.catalog.record_order(&actor, org, sent).await.unwrap();
        assert_eq!((again.id, is_new), (sold.id, false));
        let unknown = OrderDraft { external_ref: "A-2".into(), ..by("12") };
        let (unknown, _) = app.catalog.record_order(&actor, org, unknown).await.unwrap();
        assert!(unknown.flags.contains(&"unknown_product".to_owned()), "it was paid");
        let nothing = OrderDraft {
            lines: vec![OrderLineDraft { external: None, variant_id: None, ..by("1").lines[0].clone() }],
            external_ref: "A-3".into(),
            ..by("1")
        };
        assert!(matches!(
            app.catalog.record_order(&actor, org, nothing).await,
            Err(CatalogError::Invalid(_))
        ));
    })
    .await;
}

#[tokio::test]
async fn products_are_found_by_how_title_or_number_begins_and_by_their_ids() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (other, other_org, _) = owner(&app, "Sud").await;
        let mut ids = Vec::new();
        for title in ["Scarf", "Scarab", "Hat"] {
            let draft = ProductDraft { title: title.into(), ..scarf(5) };
            ids.push(app.catalog.create_product(&actor, org, draft).await.unwrap());
        }
        let foreign = app.catalog.create_product(&other, other_org, scarf(5)).await.unwrap();
        let find = async |text: &str| {
            let page = app.catalog.find_products(&actor, org, text, None, 10).await.unwrap();
            page.items.into_iter().map(|one| one.title).collect::<Vec<_>>()
        };
        assert_eq!(find("sCAR").await, ["Scarab", "Scarf"]);
        assert_eq!(find("scarf").await, ["Scarf"]);
        assert_eq!(find(&ids[2].variants[0].sku.to_uppercase()).await, ["Hat"]);
        assert!(find("car").await.is_empty() && find("%").await.is_empty());
        let named = [ids[2].id, foreign.id, ids[0].id];
        let page = app.catalog.products_named(&actor, org, &named).await.unwrap();
        assert_eq!(page.items.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["Hat", "Scarf"]);
        let denied = app.catalog.products_named(&other, org, &named).await;
        assert!(matches!(denied, Err(CatalogError::Denied(_))));
    })
    .await;
}

#[tokio::test]
async fn an_order_keeps_what_its_variant_was_called_and_what_a_platform_calls_an_unknown_one() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let (variant, mut draft) = (product.variants[0].clone(), order(&product, 1, "A-1"));
        let unknown = ExternalId { platform: "shopify".into(), id: "447".into() };
        draft.lines.push(OrderLineDraft {
            product_id: None,
            variant_id: None,
            external: Some(unknown.clone()),
            sku: None,
            quantity: 2,
            price_minor: 100,
            title: None,
        });
        let (recorded, _) = app.catalog.record_order(&actor, org, draft).await.unwrap();
        let kept = app.catalog.order(&actor, org, recorded.id).await.unwrap();
        assert_eq!(kept.lines, recorded.lines);
        assert_eq!(kept.lines[0].variant_title.as_deref(), Some(variant.title.as_str()));
        assert_eq!(
            (kept.lines[0].sku.as_deref(), &kept.lines[0].external),
            (Some(variant.sku.as_str()), &None)
        );
        assert_eq!((&kept.lines[1].sku, kept.lines[1].external.as_ref()), (&None, Some(&unknown)));
    })
    .await;
}

#[tokio::test]
async fn a_variant_is_called_otherwise_without_its_price_being_sent_again() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let id = product.variants[0].id;
        let named = |id| serde_json::json!({ "variants": [{ "id": id, "title": "Blue" }] });
        let patch = serde_json::from_value(named(serde_json::json!(id))).unwrap();
        let changed = app.catalog.change_product(&actor, org, product.id, Some(1), patch).await.unwrap();
        let variant = &changed.variants[0];
        assert_eq!(
            (variant.id, variant.title.as_str(), variant.price_minor, variant.stock),
            (id, "Blue", 2_900, 5)
        );
        let new = serde_json::from_value(named(serde_json::Value::Null)).unwrap();
        let refused = app.catalog.change_product(&actor, org, product.id, Some(2), new).await;
        assert!(matches!(refused, Err(CatalogError::Invalid(_))), "a new one has no price to keep");
    })
    .await;
}

#[tokio::test]
async fn no_variant_is_struck_at_the_price_of_another() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let size = |title: &str, price, before| VariantDraft {
            title: title.into(),
            price_minor: Some(price),
            compare_at_minor: before,
            ..VariantDraft::default()
        };
        let variants = vec![size("M", 2_900, Some(Some(3_900))), size("L", 3_100, Some(None))];
        let draft = ProductDraft { stock: None, compare_at_minor: None, variants, ..scarf(5) };
        let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
        let kept = app.catalog.product(&actor, org, product.id).await.unwrap();
        assert_eq!(kept.variants, product.variants);
        assert!(kept.reduces(&kept.variants[0]) && !kept.reduces(&kept.variants[1]));
        let card = app.catalog.product_cards(org, &[product.id]).await.unwrap().remove(0);
        let struck: Vec<_> = card.variants.iter().map(|one| one.compare_at_minor).collect();
        assert_eq!((card.compare_at_minor, struck), (Some(3_900), vec![Some(3_900), None]));
        // Who says it of the product says it of all.
        let patch = ProductPatch { compare_at_minor: Some(Some(5_000)), ..ProductPatch::default() };
        let all =
            app.catalog.change_product(&actor, org, product.id, Some(kept.version), patch).await.unwrap();
        assert!(all.variants.iter().all(|one| all.base_tag(one).shown_before() == Some(5_000)));
        assert_eq!(app.catalog.product(&actor, org, product.id).await.unwrap(), all);
    })
    .await;
}
