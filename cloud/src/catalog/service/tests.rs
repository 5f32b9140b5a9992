use vitrine_protocol::{CouponId, Currency, OrderId, ViewerId};

use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::catalog::{CouponDraft, Order, OrderDraft, OrderLineDraft, OrderSum};
use crate::show::ShowDraft;

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
    }
}

fn order(product: &Product, quantity: i64, external_ref: &str) -> OrderDraft {
    OrderDraft {
        show_id: None,
        viewer_id: Some(ViewerId::new()),
        lines: vec![OrderLineDraft {
            product_id: product.id,
            variant_id: product.variants[0].id,
            quantity,
            price_minor: 2900,
        }],
        currency: product.currency,
        total_minor: 2900 * quantity,
        coupon_code: Some("LIVE10".into()),
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
async fn the_same_order_twice_is_one_order() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let (first, new) = app.catalog.record_order(&actor, org, order(&product, 2, "A-1")).await.unwrap();
        assert!(new);
        let (again, new) = app.catalog.record_order(&actor, org, order(&product, 2, "A-1")).await.unwrap();
        assert_eq!((&again, new), (&first, false));
        assert_eq!(stock(&app, org, product.id).await, 3);
        let listed = app.catalog.orders(&actor, org, None, None, 10).await.unwrap().items;
        assert_eq!(listed, [first]);
    })
    .await;
}

#[tokio::test]
async fn many_shoppers_at_once_never_buy_more_than_there_is() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let mut shoppers = tokio::task::JoinSet::new();
        for n in 0..12 {
            let (catalog, actor) = (app.catalog.clone(), actor.clone());
            // Each order arrives twice, as from a shop that retries.
            let draft = order(&product, 1, &format!("A-{}", n / 2));
            shoppers.spawn(async move { catalog.record_order(&actor, org, draft).await });
        }
        let done: Vec<_> = shoppers.join_all().await;
        let new: Vec<&Order> =
            done.iter().flatten().filter(|(_, new)| *new).map(|(order, _)| order).collect();
        assert_eq!(new.len(), 5);
        let refused =
            |error: &CatalogError| matches!(error, CatalogError::OutOfStock(title) if title == "Scarf");
        assert!(done.iter().filter_map(|result| result.as_ref().err()).all(refused), "{done:?}");
        assert_eq!(stock(&app, org, product.id).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_order_names_only_what_the_organisation_has() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (other, other_org, _) = owner(&app, "Sud").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let foreign = app.catalog.record_order(&other, other_org, order(&product, 1, "B-1")).await;
        assert!(matches!(foreign, Err(CatalogError::Invalid(_))));
        let draft = ShowDraft { title: "Sud".into(), ..ShowDraft::default() };
        let show = app.shows.create(&other, other_org, draft).await.unwrap();
        let foreign = OrderDraft { show_id: Some(show.id), ..order(&product, 1, "A-1") };
        assert!(matches!(
            app.catalog.record_order(&actor, org, foreign).await,
            Err(CatalogError::Invalid(_))
        ));
        assert_eq!(stock(&app, org, product.id).await, 5, "what is refused leaves nothing");

        let draft = ShowDraft { title: "Nord".into(), ..ShowDraft::default() };
        let show = app.shows.create(&actor, org, draft).await.unwrap();
        let own = OrderDraft { show_id: Some(show.id), ..order(&product, 1, "A-2") };
        app.catalog.record_order(&actor, org, own).await.unwrap();
        assert_eq!(app.catalog.orders(&actor, org, Some(show.id), None, 10).await.unwrap().items.len(), 1);
        let told = app.shows.timeline(&actor, org, show.id, 0, 10).await.unwrap().items;
        assert!(matches!(told[1].event, Event::OrderRecorded { items: 1, .. }));
        assert!(matches!(told[2].event, Event::StockChanged { stock: 4, .. }));
        let deleted = app.shows.delete(&actor, org, show.id).await;
        assert!(matches!(deleted, Err(crate::show::ShowError::InUse)));
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
        let name = product.image.clone().unwrap();
        assert!(app.catalog.image_url(&product).unwrap().ends_with(&format!("/media/{org}/{name}")));
        assert_eq!(product.image_sizes.iter().map(|size| size.width).collect::<Vec<_>>(), [320, 800, 900]);
        for size in &product.image_sizes {
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
        assert_eq!((product.image.as_deref(), product.image_sizes.len()), (Some(old), 0));
        assert_eq!(app.catalog.image(org, old).await.unwrap().unwrap().content_type, "image/png");
    })
    .await;
}

#[tokio::test]
async fn a_coupon_code_is_taken_once_in_an_organisation() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft = || CouponDraft {
            code: "live10".into(),
            title: "10 % off".into(),
            percent_off: Some(10),
            amount_off_minor: None,
            currency: None,
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
        let cards = app.catalog.coupon_cards(org, &[CouponId::new(), coupon.id]).await.unwrap();
        assert_eq!(cards, [coupon.card()]);
    })
    .await;
}

#[tokio::test]
async fn totals_are_of_all_orders_and_no_sum_overflows_or_mixes_currencies() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (other, other_org, _) = owner(&app, "Sud").await;
        let draft = ShowDraft { title: "Nord".into(), ..ShowDraft::default() };
        let show = app.shows.create(&actor, org, draft).await.unwrap().id;
        let none = app.catalog.order_totals(&actor, org, Some(show)).await.unwrap();
        assert_eq!((none.orders, none.sums.len()), (0, 0));

        let mut tx = app.db.begin().await.unwrap();
        let mut write = async |org, show_id, code: &str, total_minor, count: usize| {
            for _ in 0..count {
                let id = OrderId::new();
                let order = Order {
                    id,
                    org,
                    show_id,
                    viewer_id: None,
                    lines: Vec::new(),
                    currency: Currency::try_from(code).unwrap(),
                    total_minor,
                    coupon_code: None,
                    external_ref: id.to_string(),
                    created_at: app.clock.now(),
                };
                store::sales::insert_order(&mut tx, &order).await.unwrap();
            }
        };
        write(org, Some(show), "EUR", 2_999_999, 600).await;
        write(org, Some(show), "JPY", i64::MAX, 3).await;
        write(org, None, "EUR", 1, 1).await;
        write(other_org, None, "EUR", 7, 2).await;
        tx.commit().await.unwrap();

        let sum = |code: &str, orders, total_minor| OrderSum {
            currency: Currency::try_from(code).unwrap(),
            orders,
            total_minor,
        };
        let of_show = app.catalog.order_totals(&actor, org, Some(show)).await.unwrap();
        assert_eq!(of_show.orders, 603);
        assert_eq!(of_show.sums, [sum("EUR", 600, 2_999_999 * 600), sum("JPY", 3, i64::MAX)]);
        let of_org = app.catalog.order_totals(&actor, org, None).await.unwrap();
        assert_eq!((of_org.orders, of_org.sums[0]), (604, sum("EUR", 601, 2_999_999 * 600 + 1)));
        let foreign = app.catalog.order_totals(&other, other_org, Some(show)).await.unwrap();
        assert_eq!(foreign.orders, 0, "another organisation's show sold nothing here");
        assert!(matches!(app.catalog.order_totals(&other, org, None).await, Err(CatalogError::Denied(_))));

        let newest = app.catalog.orders(&actor, org, None, None, 1).await.unwrap().items;
        assert_eq!(newest[0].total_minor, 1, "the list begins with the newest");
    })
    .await;
}
