mod coupons;
mod details;
mod locals;
mod orders;
mod pictures;
mod prices;
mod reservations;
mod stock;

use vitrine_protocol::{Currency, ViewerId};

use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::catalog::{OrderDraft, OrderLineDraft};

fn scarf(stock: i64) -> ProductDraft {
    ProductDraft {
        title: "Scarf".into(),
        description: "Wool".into(),
        url: "https://shop.example/scarf".into(),
        currency: Currency::try_from("EUR").unwrap(),
        price_minor: Some(2900),
        compare_at_minor: Some(3900),
        stock: Some(stock),
        variants: Vec::new(),
        options: Vec::new(),
        tags: Vec::new(),
    }
}

fn order(product: &Product, quantity: i64, external_ref: &str) -> OrderDraft {
    OrderDraft {
        show_id: None,
        viewer_id: Some(ViewerId::new()),
        lines: vec![OrderLineDraft {
            product_id: Some(product.id),
            variant_id: Some(product.variants[0].id),
            quantity,
            price_minor: 2900,
            title: None,
            external: None,
            sku: None,
        }],
        currency: product.currency,
        market: None,
        total_minor: 2900 * quantity,
        shipping_minor: 0,
        tax_minor: 0,
        coupon_code: None,
        shopper: None,
        reservation_id: None,
        source: None,
        external_ref: external_ref.into(),
    }
}

async fn stock(app: &App, org: OrgId, id: ProductId) -> i64 {
    app.catalog.product_cards(org, &[id]).await.unwrap()[0].stock
}

#[tokio::test]
async fn what_was_created_is_listed_newest_first_and_changed_with_care() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let first = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let second = app.catalog.create_product(&actor, org, scarf(6)).await.unwrap();
        let page = app.catalog.products(&actor, org, None, 1).await.unwrap();
        assert_eq!((page.items[0].id, page.next.is_some()), (second.id, true));
        let after = page.next.unwrap().parse().unwrap();
        let page = app.catalog.products(&actor, org, Some(after), 1).await.unwrap();
        assert_eq!((&page.items, page.next), (&vec![first.clone()], None));

        let patch = || ProductPatch { stock: Some(9), ..ProductPatch::default() };
        let changed = app.catalog.change_product(&actor, org, first.id, Some(1), patch()).await.unwrap();
        assert_eq!((changed.stock(), changed.version, changed.variants[0].id), (9, 2, first.variants[0].id));
        let stale = app.catalog.change_product(&actor, org, first.id, Some(1), patch()).await;
        assert!(matches!(stale, Err(CatalogError::Stale(2))));
        app.catalog.remove_product(&actor, org, first.id).await.unwrap();
        assert!(matches!(app.catalog.product(&actor, org, first.id).await, Err(CatalogError::NoProduct(_))));
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_served_under_a_name_made_of_its_content() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let turn = || app.catalog.picture_turn(&actor, org).unwrap();
        let picture = Bytes::from(image::testing::png(900, 600));
        let product = app.catalog.set_image(&actor, org, product.id, turn(), picture.clone()).await.unwrap();
        assert_eq!(app.catalog.product(&actor, org, product.id).await.unwrap(), product);
        let picture_kept = product.image().unwrap().clone();
        let name = picture_kept.name.clone();
        assert!(app.catalog.image_url(&product).unwrap().ends_with(&format!("/media/{org}/{name}")));
        assert_eq!(picture_kept.sizes.iter().map(|size| size.width).collect::<Vec<_>>(), [320, 800, 900]);
        for size in &picture_kept.sizes {
            for (name, content_type) in [(&size.jpeg, "image/jpeg"), (&size.webp, "image/webp")] {
                let served = app.catalog.image(org, name).await.unwrap().unwrap();
                assert_eq!(
                    (served.content_type, image::name(&served.bytes, &name[33..])),
                    (content_type, name.clone())
                );
            }
        }
        assert!(app.catalog.image(OrgId::new(), &name).await.unwrap().is_none());
        let refused = app.catalog.set_image(&actor, org, product.id, turn(), picture.slice(..900)).await;
        assert!(matches!(refused, Err(CatalogError::BrokenPicture)));
        assert_eq!(
            app.catalog.product(&actor, org, product.id).await.unwrap(),
            product,
            "it keeps its picture"
        );
    })
    .await;
}

#[tokio::test]
async fn a_picture_of_an_earlier_version_is_served_and_lays_aside_the_sizes_of_the_one_before() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let turn = app.catalog.picture_turn(&actor, org).unwrap();
        let picture = Bytes::from(image::testing::png(40, 40));
        app.catalog.set_image(&actor, org, product.id, turn, picture).await.unwrap();
        // As the version before sets one: it knows no sizes.
        let old = "0123456789abcdef0123456789abcdef.png";
        app.blobs.put(&blob(org, old), Bytes::from_static(b"\x89PNG\r\n\x1a\n")).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        crate::on!(tx, c => sqlx::query("UPDATE products SET image = $2 WHERE id = $1")
            .bind(product.id).bind(old).execute(c).await.map(drop))
        .unwrap();
        tx.commit().await.unwrap();
        let product = app.catalog.product(&actor, org, product.id).await.unwrap();
        let main = product.image().unwrap();
        assert_eq!((main.name.as_str(), main.sizes.len()), (old, 0));
        assert_eq!(app.catalog.image(org, old).await.unwrap().unwrap().content_type, "image/png");
    })
    .await;
}

#[tokio::test]
async fn files_of_pictures_go_a_day_after_nobody_uses_them_and_never_one_that_somebody_does() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let day = std::time::Duration::from_secs(25 * 3_600);
        let first = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let second = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let put = async |product: &Product, size: u32| {
            let turn = app.catalog.picture_turn(&actor, org).unwrap();
            let picture = Bytes::from(image::testing::png(size, size));
            let product = app.catalog.set_image(&actor, org, product.id, turn, picture).await.unwrap();
            product.pictures[0].name.clone()
        };
        let is_there = async |name: &str| app.catalog.image(org, name).await.unwrap().is_some();
        let both = put(&first, 40).await;
        assert_eq!(put(&second, 40).await, both, "the same picture is the same file");
        let other = put(&first, 50).await;
        hands.advance(day);
        assert_eq!(app.catalog.sweep_pictures().await.unwrap(), 0);
        assert!(is_there(&both).await && is_there(&other).await);
        app.catalog.remove_product(&actor, org, second.id).await.unwrap();
        assert_eq!(app.catalog.sweep_pictures().await.unwrap(), 0, "not at once");
        hands.advance(day);
        assert_eq!(app.catalog.sweep_pictures().await.unwrap(), 2, "the JPEG and the WebP");
        assert!(!is_there(&both).await && is_there(&other).await);
        // It comes again while nobody has looked, and stays.
        put(&first, 60).await;
        hands.advance(day);
        assert_eq!(put(&first, 50).await, other);
        assert_eq!(app.catalog.sweep_pictures().await.unwrap(), 0, "the one before is not a day unused");
        hands.advance(day);
        assert_eq!(app.catalog.sweep_pictures().await.unwrap(), 2);
        assert!(is_there(&other).await);
    })
    .await;
}
