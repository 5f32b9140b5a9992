use vitrine_protocol::OrderId;

use super::*;
use crate::catalog::{
    Order, OrderChangeDraft, OrderChangeKind, OrderFilter, OrderState, OrderSum, ReturnedLine,
};
use crate::show::ShowDraft;
use crate::{db::DbError, on};

#[tokio::test]
async fn the_same_order_twice_is_one_order() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let draft = order(&product, 2, "A-1");
        let (first, new) = app.catalog.record_order(&actor, org, draft.clone()).await.unwrap();
        assert!(new);
        let (again, new) = app.catalog.record_order(&actor, org, draft).await.unwrap();
        assert_eq!((&again, new), (&first, false));
        assert_eq!(stock(&app, org, product.id).await, 3);
        let listed = app.catalog.orders(&actor, org, &OrderFilter::default(), None, 10).await.unwrap().items;
        assert_eq!(listed, [first]);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_comes_again_with_another_body_is_refused() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        app.catalog.record_order(&actor, org, order(&product, 2, "A-1")).await.unwrap();
        let other = app.catalog.record_order(&actor, org, order(&product, 1, "A-1")).await;
        assert!(matches!(other, Err(CatalogError::RefTaken(number)) if number == "A-1"));
        assert_eq!(stock(&app, org, product.id).await, 3);
    })
    .await;
}

#[tokio::test]
async fn two_shops_may_both_have_a_number_1001() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let from = |source: &str, number: &str| OrderDraft {
            source: Some(source.into()),
            ..order(&product, 1, number)
        };
        let drafts = [
            order(&product, 1, "#1001"),
            from("shopify:main", "#1001"),
            from("shopify:outlet", "#1001"),
            // What the number of another source might be kept as.
            order(&product, 1, "shopify:main:#1001"),
        ];
        for draft in drafts.clone() {
            assert!(app.catalog.record_order(&actor, org, draft).await.unwrap().1);
        }
        for draft in drafts {
            let (again, new) = app.catalog.record_order(&actor, org, draft.clone()).await.unwrap();
            assert_eq!(
                (again.external_ref.as_str(), again.source.as_str()),
                (draft.external_ref.as_str(), draft.source())
            );
            assert!(!new);
        }
        let filter = OrderFilter { source: Some("shopify:main".into()), ..OrderFilter::default() };
        let listed = app.catalog.orders(&actor, org, &filter, None, 10).await.unwrap().items;
        assert_eq!((listed.len(), listed[0].external_ref.as_str()), (1, "#1001"));
        let filter = OrderFilter { external_ref: Some("#1001".into()), ..OrderFilter::default() };
        assert_eq!(app.catalog.orders(&actor, org, &filter, None, 10).await.unwrap().items.len(), 3);
        assert_eq!(stock(&app, org, product.id).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_order_of_the_version_before_is_read_and_replayed() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let draft = order(&product, 1, "OLD-1");
        let id = OrderId::new();
        let mut tx = app.db.begin().await.unwrap();
        on!(tx, c => sqlx::query(
            "INSERT INTO orders (id, org_id, show_id, viewer_id, currency, total_minor, coupon_code, external_ref, created_ms)
             VALUES ($1, $2, NULL, $3, 'EUR', 2900, NULL, 'OLD-1', 7)"
        ).bind(id).bind(org).bind(draft.viewer_id).execute(c).await.map(drop)).unwrap();
        on!(tx, c => sqlx::query(
            "INSERT INTO order_lines (order_id, position, product_id, variant_id, title, quantity, price_minor)
             VALUES ($1, 0, $2, $3, 'Scarf', 1, 2900)"
        ).bind(id).bind(product.id).bind(product.variants[0].id).execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();

        let (again, new) = app.catalog.record_order(&actor, org, draft.clone()).await.unwrap();
        assert_eq!((again.id, new, again.source.as_str()), (id, false, "shop"));
        let other = OrderDraft { total_minor: 1, ..draft };
        let refused = app.catalog.record_order(&actor, org, other).await;
        assert!(matches!(refused, Err(CatalogError::RefTaken(_))));
        // And the version before records one that this version has, under the same key.
        app.catalog.record_order(&actor, org, order(&product, 1, "NEW-1")).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        let clash = on!(tx, c => sqlx::query(
            "INSERT INTO orders (id, org_id, currency, total_minor, external_ref, created_ms)
             VALUES ($1, $2, 'EUR', 2900, 'NEW-1', 7)"
        ).bind(OrderId::new()).bind(org).execute(c).await.map(drop)).map_err(DbError::from);
        assert!(matches!(clash, Err(DbError::Clash)));
    })
    .await;
}

#[tokio::test]
async fn of_two_buyers_of_the_last_piece_both_are_recorded_and_one_is_flagged() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(1)).await.unwrap();
        let mut buyers = tokio::task::JoinSet::new();
        for n in 0..4 {
            let (catalog, actor) = (app.catalog.clone(), actor.clone());
            // Each order arrives twice, as from a shop that retries.
            let draft = OrderDraft { viewer_id: None, ..order(&product, 1, &format!("A-{}", n / 2)) };
            buyers.spawn(async move { catalog.record_order(&actor, org, draft).await.unwrap() });
        }
        let done = buyers.join_all().await;
        let new: Vec<&Order> = done.iter().filter(|(_, new)| *new).map(|(order, _)| order).collect();
        assert_eq!(new.len(), 2, "{done:?}");
        let (flagged, fine): (Vec<&Order>, Vec<&Order>) =
            new.into_iter().partition(|order| !order.flags.is_empty());
        assert_eq!((flagged.len(), fine.len()), (1, 1));
        assert_eq!((flagged[0].flags[0].as_str(), flagged[0].lines[0].oversold), ("oversold", 1));
        assert_eq!(stock(&app, org, product.id).await, 0, "no page shows less than nothing");
        let known = app.catalog.product(&actor, org, product.id).await.unwrap();
        assert_eq!(
            (known.variants[0].stock, known.variants[0].owed),
            (0, 1),
            "the seller sees what is missing"
        );
        let filter = OrderFilter { flag: Some("oversold".into()), ..OrderFilter::default() };
        let listed = app.catalog.orders(&actor, org, &filter, None, 10).await.unwrap().items;
        assert_eq!(listed.iter().map(|order| order.id).collect::<Vec<_>>(), [flagged[0].id]);
    })
    .await;
}

#[tokio::test]
async fn a_paid_order_is_never_lost() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (other, other_org, _) = owner(&app, "Sud").await;
        let product = app.catalog.create_product(&actor, org, scarf(50)).await.unwrap();
        let gone = app.catalog.create_product(&actor, org, scarf(50)).await.unwrap();
        app.catalog.remove_product(&actor, org, gone.id).await.unwrap();
        let foreign = app.catalog.create_product(&other, other_org, scarf(50)).await.unwrap();
        let draft = ShowDraft { title: "Sud".into(), ..ShowDraft::default() };
        let foreign_show = app.shows.create(&other, other_org, draft).await.unwrap().id;
        let plain = || order(&product, 1, "");
        let named = |of: &Product, title: Option<&str>| {
            let mut draft = order(of, 1, "");
            draft.lines[0].title = title.map(str::to_owned);
            draft
        };
        let priced = |price_minor: i64| {
            let mut draft = plain();
            draft.lines[0].price_minor = price_minor;
            OrderDraft { total_minor: price_minor, ..draft }
        };
        let currency = Currency::try_from("BTC").unwrap();
        for (number, (draft, flags, title)) in [
            (plain(), &[][..], "Scarf"),
            (OrderDraft { total_minor: 3_390, shipping_minor: 490, ..plain() }, &[], "Scarf"),
            (OrderDraft { total_minor: 2_000, ..plain() }, &["price_differs"], "Scarf"),
            (priced(1_900), &["price_differs"], "Scarf"),
            (OrderDraft { currency, ..plain() }, &["currency_differs"], "Scarf"),
            (OrderDraft { coupon_code: Some("NO".into()), ..plain() }, &["unknown_coupon"], "Scarf"),
            (OrderDraft { show_id: Some(foreign_show), ..plain() }, &["unknown_show"], "Scarf"),
            // What a platform says at length, or with characters that nobody sees, is cut and cleaned.
            (
                OrderDraft { coupon_code: Some("long\u{202e}".repeat(20)), ..plain() },
                &["unknown_coupon"],
                "Scarf",
            ),
            (named(&product, Some(&"\u{202e}x".repeat(300))), &[], "Scarf"),
            (
                OrderDraft { show_id: Some(vitrine_protocol::ShowId::new()), ..plain() },
                &["unknown_show"],
                "Scarf",
            ),
            (named(&gone, None), &["unknown_product"], "Unknown product"),
            (named(&foreign, Some("Hat")), &["unknown_product"], "Hat"),
        ]
        .into_iter()
        .enumerate()
        {
            let draft = OrderDraft { external_ref: format!("A-{number}"), ..draft };
            let (order, new) = app.catalog.record_order(&actor, org, draft.clone()).await.unwrap();
            assert_eq!(
                (order.flags.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), new),
                (flags, true),
                "{draft:?}"
            );
            assert_eq!((order.lines[0].title.as_str(), order.show_id), (title, None));
            assert_eq!(app.catalog.order(&actor, org, order.id).await.unwrap(), order, "as it is kept");
        }
        assert_eq!(app.catalog.order_totals(&actor, org, None).await.unwrap().orders, 12);
        assert_eq!(stock(&app, org, product.id).await, 40);
        assert_eq!(stock(&app, other_org, foreign.id).await, 50, "nobody sells what is another's");
        let nonsense = OrderDraft { lines: Vec::new(), ..plain() };
        assert!(matches!(
            app.catalog.record_order(&actor, org, nonsense).await,
            Err(CatalogError::Invalid(_))
        ));
    })
    .await;
}

#[tokio::test]
async fn an_order_of_a_show_stands_in_its_list_and_timeline() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let draft = ShowDraft { title: "Nord".into(), ..ShowDraft::default() };
        let show = app.shows.create(&actor, org, draft).await.unwrap();
        let own = OrderDraft { show_id: Some(show.id), ..order(&product, 1, "A-2") };
        let (recorded, _) = app.catalog.record_order(&actor, org, own).await.unwrap();
        let filter = OrderFilter { show: Some(show.id), ..OrderFilter::default() };
        assert_eq!(app.catalog.orders(&actor, org, &filter, None, 10).await.unwrap().items.len(), 1);
        let refund = OrderChangeDraft { amount_minor: Some(100), ..change("R-1") };
        app.catalog.change_order(&actor, org, recorded.id, OrderChangeKind::Refund, refund).await.unwrap();
        let told = app.shows.timeline(&actor, org, show.id, 0, 10).await.unwrap().items;
        assert!(matches!(told[1].event, Event::OrderRecorded { items: 1, .. }));
        assert!(matches!(told[2].event, Event::StockChanged { stock: 4, .. }));
        assert!(matches!(told[3].event, Event::OrderRefunded { amount_minor: 100, .. }));
        let deleted = app.shows.delete(&actor, org, show.id).await;
        assert!(matches!(deleted, Err(crate::show::ShowError::InUse)));
    })
    .await;
}

fn change(external_ref: &str) -> OrderChangeDraft {
    OrderChangeDraft {
        external_ref: external_ref.into(),
        amount_minor: None,
        reason: "Too small".into(),
        lines: None,
    }
}

#[tokio::test]
async fn what_is_paid_back_is_never_more_than_what_was_paid() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let (recorded, _) = app.catalog.record_order(&actor, org, order(&product, 2, "A-1")).await.unwrap();
        let variant_id = product.variants[0].id;
        let refund = async |draft| {
            app.catalog.change_order(&actor, org, recorded.id, OrderChangeKind::Refund, draft).await
        };
        let one = OrderChangeDraft {
            amount_minor: Some(2_900),
            lines: Some(vec![ReturnedLine { variant_id, quantity: 1 }.into()]),
            ..change("R-1")
        };
        let (order, new) = refund(one.clone()).await.unwrap();
        assert_eq!((order.state, order.refunded_minor, new), (OrderState::PartlyRefunded, 2_900, true));
        let (again, new) = refund(one.clone()).await.unwrap();
        assert_eq!((&again, new), (&order, false), "tried again it is the same");
        let other = OrderChangeDraft { amount_minor: Some(1), ..one };
        assert!(matches!(refund(other).await, Err(CatalogError::RefTaken(_))));
        for bad in [
            change("R-2"),
            OrderChangeDraft { amount_minor: Some(2_901), ..change("R-2") },
            OrderChangeDraft { amount_minor: Some(-1), ..change("R-2") },
            OrderChangeDraft { amount_minor: Some(0), ..change("R-2") },
            OrderChangeDraft {
                amount_minor: Some(1),
                lines: Some(vec![ReturnedLine { variant_id, quantity: 2 }.into()]),
                ..change("R-2")
            },
        ] {
            assert!(matches!(refund(bad.clone()).await, Err(CatalogError::Invalid(_))), "{bad:?}");
        }
        assert_eq!(stock(&app, org, product.id).await, 4, "one went back, once");
        let (order, _) =
            refund(OrderChangeDraft { amount_minor: Some(2_900), ..change("R-2") }).await.unwrap();
        assert_eq!((order.state, order.left_minor()), (OrderState::Refunded, 0));
        assert_eq!(app.catalog.order(&actor, org, order.id).await.unwrap(), order);
        let totals = app.catalog.order_totals(&actor, org, None).await.unwrap();
        assert_eq!((totals.orders, totals.sums[0].total_minor), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn many_refunds_at_once_never_pay_more_than_there_is() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let (recorded, _) = app.catalog.record_order(&actor, org, order(&product, 1, "A-1")).await.unwrap();
        let mut clerks = tokio::task::JoinSet::new();
        for n in 0..6 {
            let (catalog, actor) = (app.catalog.clone(), actor.clone());
            let draft = OrderChangeDraft { amount_minor: Some(1_000), ..change(&format!("R-{n}")) };
            clerks.spawn(async move {
                catalog.change_order(&actor, org, recorded.id, OrderChangeKind::Refund, draft).await.is_ok()
            });
        }
        assert_eq!(clerks.join_all().await.into_iter().filter(|done| *done).count(), 2);
        assert_eq!(app.catalog.order(&actor, org, recorded.id).await.unwrap().refunded_minor, 2_000);
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_order_gives_back_what_is_left_of_it_and_counts_no_more() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(1)).await.unwrap();
        let (first, _) = app.catalog.record_order(&actor, org, order(&product, 2, "A-1")).await.unwrap();
        app.catalog.record_order(&actor, org, order(&product, 1, "A-2")).await.unwrap();
        let known = app.catalog.product(&actor, org, product.id).await.unwrap();
        assert_eq!(known.variants[0].owed, 2);
        let cancel = async |number: &str| {
            app.catalog
                .change_order(&actor, org, first.id, OrderChangeKind::Cancellation, change(number))
                .await
        };
        let (order, new) = cancel("C-1").await.unwrap();
        assert_eq!((order.state, order.refunded_minor, new), (OrderState::Cancelled, 5_800, true));
        assert_eq!(order.changes[0].lines[0].quantity, 2);
        assert!(!cancel("C-1").await.unwrap().1);
        assert!(matches!(cancel("C-2").await, Err(CatalogError::Cancelled)));
        let known = app.catalog.product(&actor, org, product.id).await.unwrap();
        assert_eq!((known.variants[0].stock, known.variants[0].owed), (0, 0), "what was owed is there now");
        let totals = app.catalog.order_totals(&actor, org, None).await.unwrap();
        assert_eq!((totals.orders, totals.sums[0].orders, totals.sums[0].total_minor), (1, 1, 2_900));
        let (stranger, other_org, _) = owner(&app, "Sud").await;
        let kind = OrderChangeKind::Cancellation;
        let foreign = app.catalog.change_order(&stranger, other_org, first.id, kind, change("C-3")).await;
        assert!(matches!(foreign, Err(CatalogError::NoOrder(_))));
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
                    market: None,
                    total_minor,
                    shipping_minor: 0,
                    tax_minor: 0,
                    coupon_code: None,
                    source: "shop".into(),
                    external_ref: id.to_string(),
                    flags: Vec::new(),
                    state: OrderState::Paid,
                    refunded_minor: 0,
                    changes: Vec::new(),
                    created_at: app.clock.now(),
                };
                store::orders::insert(&mut tx, &order, "").await.unwrap();
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

        let newest = app.catalog.orders(&actor, org, &OrderFilter::default(), None, 1).await.unwrap().items;
        assert_eq!(newest[0].total_minor, 1, "the list begins with the newest");
    })
    .await;
}

#[tokio::test]
async fn a_replay_of_an_order_waits_for_nobody_who_writes() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let mut draft = order(&product, 1, "A-1");
        draft.lines[0].sku = Some(product.variants[0].sku.clone());
        let (first, _) = app.catalog.record_order(&actor, org, draft.clone()).await.unwrap();
        let mut writing = app.db.begin().await.unwrap();
        on!(writing, c => sqlx::query("UPDATE products SET version = version").execute(c).await.map(drop))
            .unwrap();
        let again = app.catalog.record_order(&actor, org, draft);
        let again = tokio::time::timeout(std::time::Duration::from_secs(3), again).await;
        assert_eq!(again.expect("an answer at once").unwrap(), (first, false));
    })
    .await;
}

#[tokio::test]
async fn an_order_of_a_thousand_lines_finds_each_variant_by_whatever_it_is_named() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let mut products = Vec::new();
        for n in 0..20 {
            let variant = crate::catalog::VariantDraft {
                title: "M".into(),
                sku: Some(format!("Sku-{n}")),
                price_minor: Some(2_900),
                stock: Some(60),
                external_ids: Some([("shopify".to_owned(), format!("id-{n}"))].into()),
                ..crate::catalog::VariantDraft::default()
            };
            let draft = ProductDraft {
                price_minor: None,
                compare_at_minor: None,
                stock: None,
                variants: vec![variant],
                ..scarf(0)
            };
            products.push(app.catalog.create_product(&actor, org, draft).await.unwrap());
        }
        let mut draft = order(&products[0], 1, "A-1");
        let line = OrderLineDraft { product_id: None, variant_id: None, ..draft.lines[0].clone() };
        draft.lines = (0..1_000)
            .map(|n| {
                let named = |platform: &str, id: String| {
                    Some(crate::catalog::ExternalId { platform: platform.into(), id })
                };
                let (product, line) = (&products[n % 20], line.clone());
                match n / 20 % 5 {
                    0 => OrderLineDraft { external: named("Shopify", format!("id-{}", n % 20)), ..line },
                    1 => OrderLineDraft { sku: Some(format!("Sku-{}", n % 20)), ..line },
                    2 => OrderLineDraft {
                        external: named("elsewhere", "no such id".into()),
                        sku: Some(format!("Sku-{}", n % 20)),
                        ..line
                    },
                    3 => OrderLineDraft {
                        product_id: Some(product.id),
                        variant_id: Some(product.variants[0].id),
                        ..line
                    },
                    // In other letters it is another number.
                    _ => OrderLineDraft { sku: Some(format!("sku-{}", n % 20)), ..line },
                }
            })
            .collect();
        draft.total_minor = 2_900 * 1_000;
        let (recorded, is_new) = app.catalog.record_order(&actor, org, draft.clone()).await.unwrap();
        assert_eq!((is_new, recorded.flags.as_slice()), (true, &["unknown_product".to_owned()][..]));
        for (n, line) in recorded.lines.iter().enumerate() {
            let product = Some(products[n % 20].id).filter(|_| n / 20 % 5 != 4);
            assert_eq!((line.product_id, line.sku.is_some()), (product, true), "line {n}");
        }
        assert_eq!(app.catalog.order(&actor, org, recorded.id).await.unwrap(), recorded, "as it is kept");
        for product in &products {
            let now = app.catalog.product(&actor, org, product.id).await.unwrap();
            assert_eq!((now.stock(), now.version), (60 - 40, product.version + 1));
        }
        assert!(!app.catalog.record_order(&actor, org, draft).await.unwrap().1);
    })
    .await;
}
