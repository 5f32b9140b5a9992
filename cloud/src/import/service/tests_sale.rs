//! What a shop does after its list was taken in.

use serde_json::json;
use vitrine_protocol::Currency;

use super::tests::{import, new, products};
use super::*;
use crate::app::testing::{each_app, owner};
use crate::catalog::{CatalogError, OrderDraft, OrderLine, ProductPatch, ReservationDraft};
use crate::import::{Format, Options, StockRule};

/// A product of one row, one of two rows with numbers beside their ids, and one with numbers alone.
const LIST: &str = "id,item_group_id,sku,title,price,link,quantity,size\n\
    1,,,Hat,15.00,https://shop.example/1,4,\n\
    11,scarf,S-M,Scarf,29.00,https://shop.example/s,3,M\n\
    12,scarf,S-L,Scarf,31.00,https://shop.example/s,2,L\n\
    ,,MUG,Mug,9.00,https://shop.example/m,7,\n";

fn order(number: &str, lines: serde_json::Value) -> OrderDraft {
    let body = json!({ "external_ref": number, "currency": "EUR", "total_minor": 1, "lines": lines });
    serde_json::from_value(body).unwrap()
}

fn of(source: &str, id: &str) -> serde_json::Value {
    json!({ "external": { "platform": source, "id": id }, "quantity": 1, "price_minor": 1 })
}

#[tokio::test]
async fn a_shop_sells_by_the_ids_of_its_list() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (other, other_org, _) = owner(&app, "Sud").await;
        let shop = || NewImport { source: "Shop".into(), ..new(Format::Csv, StockRule::Replace) };
        import(&app, &actor, org, shop(), LIST).await;
        import(&app, &other, other_org, shop(), LIST).await;
        let [hat, mug, scarf] = products(&app, &actor, org).await.try_into().unwrap();
        let named = |line: &OrderLine| (line.product_id, line.variant_id);
        let lines = json!([
            of("Shop", "1"), of("Shop", "12"), of("Shop", "S-M"), of("Shop", "MUG"),
            { "sku": "S-L", "quantity": 1, "price_minor": 1 },
            of("Shop", "scarf"), of("main", "1"),
            { "sku": "none", "quantity": 1, "price_minor": 1 },
            { "title": "Embroidery", "quantity": 2, "price_minor": 500 },
        ]);
        let (sold, _) = app.catalog.record_order(&actor, org, order("1", lines.clone())).await.unwrap();
        let wanted = [
            (Some(hat.id), Some(hat.variants[0].id)),
            (Some(scarf.id), Some(scarf.variants[1].id)),
            (Some(scarf.id), Some(scarf.variants[0].id)),
            (Some(mug.id), Some(mug.variants[0].id)),
            (Some(scarf.id), Some(scarf.variants[1].id)),
            (None, None), // A product of two variants, a list that there is not, a number that nobody has.
            (None, None),
            (None, None),
            (None, None),
        ];
        assert_eq!(sold.lines.iter().map(named).collect::<Vec<_>>(), wanted);
        assert_eq!(
            (sold.lines[8].title.as_str(), sold.lines[7].sku.as_deref()),
            ("Embroidery", Some("none"))
        );
        assert!(sold.flags.contains(&"unknown_product".to_owned()), "{:?}", sold.flags);
        assert_eq!(app.catalog.order(&actor, org, sold.id).await.unwrap(), sold, "as it is kept");
        assert_eq!(
            app.catalog.record_order(&actor, org, order("1", lines)).await.unwrap(),
            (sold.clone(), false)
        );
        let left = products(&app, &actor, org).await;
        assert_eq!(left.iter().map(|one| one.stock()).collect::<Vec<_>>(), [3, 6, 2]);
        // Of the other organisation nothing was sold.
        assert_eq!(products(&app, &other, other_org).await[0].stock(), 4);

        // One mug came back, by the name that it was sold by; and what was never sold does not.
        let refund = async |number: &str, line: serde_json::Value| {
            let body = json!({ "external_ref": number, "amount_minor": 0, "lines": [line] });
            let kind = crate::catalog::OrderChangeKind::Refund;
            let draft = serde_json::from_value(body).unwrap();
            app.catalog.change_order(&actor, org, sold.id, kind, draft).await
        };
        let by = |id: &str| json!({ "external": { "platform": "Shop", "id": id }, "quantity": 1 });
        assert!(matches!(refund("R-1", by("9")).await, Err(CatalogError::Invalid(_))));
        assert!(matches!(
            refund("R-1", json!({ "sku": "none", "quantity": 1 })).await,
            Err(CatalogError::Invalid(_))
        ));
        let (back, _) = refund("R-1", by("MUG")).await.unwrap();
        assert_eq!(back.changes[0].lines[0].variant_id, mug.variants[0].id);
        assert!(!refund("R-1", by("MUG")).await.unwrap().1, "the same number again is the same");

        // What nobody knows goes back to no shelf.
        let draft = serde_json::from_value(json!({ "external_ref": "C-1" })).unwrap();
        let kind = crate::catalog::OrderChangeKind::Cancellation;
        let (called_off, _) = app.catalog.change_order(&actor, org, sold.id, kind, draft).await.unwrap();
        assert_eq!(called_off.changes[1].lines.iter().map(|line| line.quantity).sum::<i64>(), 4);
        let left = products(&app, &actor, org).await;
        assert_eq!(left.iter().map(|one| one.stock()).collect::<Vec<_>>(), [4, 7, 5]);

        let hold = async |lines| {
            let draft: ReservationDraft = serde_json::from_value(json!({ "lines": lines })).unwrap();
            app.catalog.reserve(&actor, org, draft).await
        };
        let line = |sku: &str| json!({ "sku": sku, "quantity": 1 });
        let held =
            hold(json!([line("MUG"), { "external": { "platform": "Shop", "id": "11" }, "quantity": 1 }]))
                .await;
        assert_eq!(held.unwrap().lines[1].variant_id, scarf.variants[0].id);
        assert!(matches!(
            hold(json!([line("MUG"), line("none")])).await,
            Err(CatalogError::UnknownName(2, name)) if name == "`none`"
        ));
        assert!(matches!(hold(json!([{ "quantity": 1 }])).await, Err(CatalogError::Invalid(_))));
    })
    .await;
}

#[tokio::test]
async fn a_name_of_two_products_of_a_list_sells_neither_and_one_that_moved_sells_where_it_is() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let json = || new(Format::Json, StockRule::Keep);
        let product = |id: &str, variants: &str| {
            format!(r#"{{"id":"{id}","title":"Hat {id}","link":"https://shop.example/{id}","price":5,"variants":[{variants}]}}"#)
        };
        let one = |id: &str, sku: &str| format!(r#"{{"id":"{id}","sku":"{sku}","title":"{sku}","quantity":1}}"#);
        let list = [product("a", &one("1", "A-1")), product("b", &one("1", "B-1")), product("c", &one("1", "C-1"))];
        import(&app, &actor, org, json(), &list.join("\n")).await;
        let sells = async |number: &str, id: &str| {
            let draft = order(number, json!([of("main", id)]));
            app.catalog.record_order(&actor, org, draft).await.unwrap().0.lines[0].sku.clone()
        };
        assert_eq!(sells("1", "1").await, None);
        assert_eq!((sells("2", "b").await, sells("3", "C-1").await), (Some("B-1".into()), Some("C-1".into())));
        // Now it is one of another product.
        let moved = [product("a", &one("2", "A-2")), product("d", &one("9", "A-1"))];
        import(&app, &actor, org, json(), &moved.join("\n")).await;
        assert_eq!((sells("4", "A-1").await, sells("5", "2").await), (Some("A-1".into()), Some("A-2".into())));
    })
    .await;
}

#[tokio::test]
async fn the_report_says_what_is_sold_without_a_count_and_what_waits_for_one() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let table = |rule| new(Format::Csv, rule);
        let none = "id,title,price,link\n1,Hat,15.00,https://shop.example/1\n";
        let (done, _) = import(&app, &actor, org, table(StockRule::Keep), none).await;
        assert_eq!((done.counts.untracked, done.counts.uncounted), (1, 0));
        assert_eq!(done.notes.iter().map(|note| note.kind).collect::<Vec<_>>(), ["untracked"]);
        assert!(done.notes[0].sentence.starts_with("1 product has no number of pieces"), "{:?}", done.notes);
        let hat = products(&app, &actor, org).await.remove(0);
        assert!(hat.variants[0].sell_when_empty && hat.variants[0].stock == 0, "no pieces are made up");

        let some = "id,title,price,link,quantity,availability\n2,Mug,9.00,https://shop.example/2,4,\n\
            3,Pan,9.00,https://shop.example/3,,\n4,Pot,9.00,https://shop.example/4,,in_stock\n";
        let (done, _) = import(&app, &actor, org, table(StockRule::Keep), some).await;
        assert_eq!(
            done.notes.iter().map(|note| (note.kind, note.products)).collect::<Vec<_>>(),
            [("uncounted", 1), ("untracked", 1)]
        );
        let said = async || {
            let all = products(&app, &actor, org).await;
            all.iter().map(|one| (one.variants[0].stock, one.variants[0].sell_when_empty)).collect::<Vec<_>>()
        };
        assert_eq!(said().await, [(0, true), (4, false), (0, false), (0, true)]);
        // The shop ran out of pots; and what is counted here stays counted, whatever the list says.
        let count = crate::catalog::StockCount { stock: 3, note: String::new() };
        let (pan, mug) =
            (products(&app, &actor, org).await.remove(2), products(&app, &actor, org).await.remove(1));
        app.catalog
            .count_stock(&actor, org, pan.id, pan.variants[0].id, Some(pan.version), count)
            .await
            .unwrap();
        let later = some
            .replace("in_stock", "out_of_stock")
            .replace("https://shop.example/3,,", "https://shop.example/3,,in_stock");
        import(&app, &actor, org, table(StockRule::Keep), &later).await;
        assert_eq!(said().await, [(0, true), (4, false), (3, false), (0, false)]);
        assert_eq!(products(&app, &actor, org).await[1].version, mug.version);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_changed_here_is_told_until_its_row_changes() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let table = || new(Format::Csv, StockRule::Keep);
        import(&app, &actor, org, table(), LIST).await;
        let mug = products(&app, &actor, org).await.remove(1);
        let patch = ProductPatch { price_minor: Some(1_100), ..ProductPatch::default() };
        app.catalog.change_product(&actor, org, mug.id, Some(mug.version), patch).await.unwrap();
        let (same, _) = import(&app, &actor, org, table(), LIST).await;
        assert_eq!((same.counts.unchanged, same.counts.edited, same.notes[0].kind), (3, 1, "edited"));
        let cheaper = LIST.replace(",9.00,", ",8.00,");
        let (other, _) = import(&app, &actor, org, table(), &cheaper).await;
        assert_eq!((other.counts.changed, other.counts.edited), (1, 0));
        assert_eq!(products(&app, &actor, org).await[1].price_minor(), 800);
        let (same, _) = import(&app, &actor, org, table(), &cheaper).await;
        assert_eq!((same.counts.edited, same.notes.len()), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn prices_of_a_list_without_a_currency_are_in_the_organisations() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let plain = || NewImport { options: Options::default(), ..new(Format::Csv, StockRule::Keep) };
        let (none, problems) = import(&app, &actor, org, plain(), LIST).await;
        assert_eq!(none.counts.failed, 3);
        assert!(problems[0].sentence.contains("no currency stands there"), "{problems:?}");
        crate::db::testing::run(&app.db, "UPDATE organizations SET settings = '{\"currency\":\"CHF\"}'")
            .await;
        let (own, _) = import(&app, &actor, org, plain(), LIST).await;
        assert_eq!((own.counts.created, own.counts.failed), (3, 0));
        assert_eq!(products(&app, &actor, org).await[0].currency, Currency::try_from("CHF").unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_number_that_comes_back_under_another_product_sells_the_one_that_is_on_sale() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let table = || {
            let mut new = new(Format::Csv, StockRule::Keep);
            new.options.missing = Some(crate::import::MissingRule::Hide);
            new
        };
        let head = "id,item_group_id,sku,title,price,link,quantity\n";
        let row = |group: &str, sku: &str| {
            format!("{group}{sku},{group},{sku},{group},15.00,https://shop.example/{group},4\n")
        };
        let kept: String = ["k", "l", "m"].iter().map(|group| row(group, &group.to_uppercase())).collect();
        import(&app, &actor, org, table(), &format!("{head}{kept}{}", row("a", "Y"))).await;
        let (done, _) = import(&app, &actor, org, table(), &format!("{head}{kept}{}", row("b", "Y"))).await;
        assert_eq!((done.counts.created, done.counts.hidden), (1, 1));
        let b = products(&app, &actor, org).await.remove(1);
        for (number, line) in
            [("1", of("main", "Y")), ("2", json!({ "sku": "Y", "quantity": 1, "price_minor": 1 }))]
        {
            let (sold, _) =
                app.catalog.record_order(&actor, org, order(number, json!([line]))).await.unwrap();
            assert_eq!(sold.lines[0].variant_id, Some(b.variants[0].id));
        }
        assert_eq!(products(&app, &actor, org).await[1].stock(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_was_sold_since_a_list_came_is_not_undone_by_its_counts() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let replace = || new(Format::Csv, StockRule::Replace);
        import(&app, &actor, org, replace(), LIST).await;
        let later = LIST.replace(",9.00,", ",8.00,");
        let minute = Duration::from_secs(60);
        hands.advance(minute);
        let sent = app.imports.upload(&actor, org, replace(), tests::body(&later)).await.unwrap();
        hands.advance(minute);
        let line = json!({ "sku": "MUG", "quantity": 5, "price_minor": 900 });
        app.catalog.record_order(&actor, org, order("1", json!([line]))).await.unwrap();
        app.imports.take_in(org, sent.id).await.unwrap();
        let mug = products(&app, &actor, org).await.remove(1);
        assert_eq!((mug.price_minor(), mug.stock()), (800, 2));
        // The next one knows of it.
        hands.advance(minute);
        let known = later.replace("/m,7,", "/m,3,");
        import(&app, &actor, org, replace(), &known).await;
        assert_eq!(products(&app, &actor, org).await[1].stock(), 3);
    })
    .await;
}

#[tokio::test]
async fn the_same_list_again_fills_what_was_sold_out_and_changes_nothing_where_its_counts_hold() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let replace = || new(Format::Csv, StockRule::Replace);
        let later = || hands.advance(Duration::from_secs(60));
        let line = |sku: &str, quantity: i64| json!({ "sku": sku, "quantity": quantity, "price_minor": 1 });
        let sell = async |number: &str, lines: serde_json::Value| {
            app.catalog.record_order(&actor, org, order(number, lines)).await.unwrap();
        };
        let again = async || {
            let (done, problems) = import(&app, &actor, org, replace(), LIST).await;
            assert!(problems.is_empty(), "{problems:?}");
            (done.counts.changed, done.counts.unchanged, done.counts.edited)
        };
        let left = async || {
            let all = products(&app, &actor, org).await;
            all.iter()
                .flat_map(|one| &one.variants)
                .map(|one| (one.sku.clone(), one.balance()))
                .collect::<Vec<_>>()
        };
        import(&app, &actor, org, replace(), LIST).await;
        let full = left().await;
        assert_eq!(full.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [4, 7, 3, 2]);
        // The mugs are sold out, one size of the scarf nearly, and somebody found a better word for it.
        later();
        sell("1", json!([line("MUG", 7), line("S-L", 1)])).await;
        let scarf = products(&app, &actor, org).await.remove(2);
        let patch = ProductPatch { title: Some("Scarf of Nord".into()), ..ProductPatch::default() };
        app.catalog.change_product(&actor, org, scarf.id, Some(scarf.version), patch).await.unwrap();
        later();
        assert_eq!(again().await, (2, 1, 1));
        assert_eq!(left().await, full);
        let before = products(&app, &actor, org).await;
        assert_eq!(before[2].title, "Scarf of Nord", "what says the same changes nothing but counts");

        // What is held is on the shelf that the list counts, and what was sold since it was sent is not on it any more.
        later();
        assert_eq!(again().await, (0, 3, 1));
        assert_eq!(products(&app, &actor, org).await, before, "not even a version");
        let draft: ReservationDraft =
            serde_json::from_value(json!({ "lines": [{ "sku": "MUG", "quantity": 2 }], "ttl_seconds": 900 }))
                .unwrap();
        app.catalog.reserve(&actor, org, draft).await.unwrap();
        later();
        let sent = app.imports.upload(&actor, org, replace(), tests::body(LIST)).await.unwrap();
        later();
        sell("2", json!([line("MUG", 1)])).await;
        app.imports.take_in(org, sent.id).await.unwrap();
        let (done, _) = app.imports.report(&actor, org, sent.id, None, 9).await.unwrap();
        assert_eq!((done.counts.changed, done.counts.unchanged), (0, 3));
        assert_eq!(left().await[1].1, 4);
        // The next one counts seven all the same: somebody brought more.
        later();
        assert_eq!(again().await, (1, 2, 1));
        assert_eq!(left().await[1].1, 5);
        // By a list that lets stock be, nothing of it is done.
        sell("3", json!([line("MUG", 5)])).await;
        later();
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        assert_eq!(left().await[1].1, 0);
    })
    .await;
}

#[tokio::test]
async fn a_variant_whose_number_and_name_change_is_found_by_the_lists_own_id() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let table = || new(Format::Csv, StockRule::Keep);
        import(&app, &actor, org, table(), LIST).await;
        let before = products(&app, &actor, org).await.remove(2);
        let other = LIST.replace("S-M", "SC-38").replace(",3,M\n", ",3,38\n");
        import(&app, &actor, org, table(), &other).await;
        let after = products(&app, &actor, org).await.remove(2);
        assert_eq!((after.variants[0].sku.as_str(), after.variants[0].id), ("SC-38", before.variants[0].id));
        assert_eq!(after.variants[1].id, before.variants[1].id);
        let prices = app.catalog.prices(&actor, org, after.id, after.variants[0].id, None, 9).await.unwrap();
        assert_eq!(prices.items.len(), 1, "with its history");
    })
    .await;
}
