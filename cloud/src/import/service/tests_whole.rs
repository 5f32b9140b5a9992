//! What a list says of a whole product, and of a whole catalogue.

use vitrine_protocol::VariantId;

use super::tests::{import, new, products};
use super::*;
use crate::app::testing::{each_app, owner};
use crate::catalog::Product;
use crate::import::{Format, ImportState, MissingRule, NewImportAddress, Options, StockRule};

const HEAD: &str = "id,item_group_id,title,price,link,quantity,size\n";

fn row(id: &str, group: &str, size: &str, price: &str) -> String {
    format!("{id},{group},{group},{price},https://shop.example/{group},3,{size}\n")
}

fn plain() -> NewImport {
    new(Format::Csv, StockRule::Keep)
}

fn hidden(products: &[Product]) -> Vec<&str> {
    products.iter().filter(|one| one.hidden.is_some()).map(|one| one.title.as_str()).collect()
}

#[tokio::test]
async fn a_feed_in_any_order_keeps_each_variant_and_what_is_left_of_it() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (m, l, hat) =
            (row("S-M", "scarf", "M", "29"), row("S-L", "scarf", "L", "31"), row("H", "hat", "S", "15"));
        let send = async |rows: &[&String]| {
            let list = rows.iter().fold(HEAD.to_owned(), |list, row| list + row);
            let (done, problems) = import(&app, &actor, org, plain(), &list).await;
            assert!(problems.is_empty(), "{problems:?}");
            done.counts
        };
        assert_eq!(send(&[&m, &hat, &l]).await.created, 2);
        let by_sku = async || {
            let scarf = products(&app, &actor, org).await.remove(1);
            let mut variants: Vec<(String, VariantId, i64)> =
                scarf.variants.into_iter().map(|one| (one.sku, one.id, one.stock)).collect();
            variants.sort();
            variants
        };
        let before = by_sku().await;
        assert_eq!(
            before.iter().map(|(sku, _, stock)| (sku.as_str(), *stock)).collect::<Vec<_>>(),
            [("S-L", 3), ("S-M", 3)]
        );
        for order in [[&l, &hat, &m], [&hat, &l, &m], [&m, &hat, &l]] {
            send(&order).await;
            assert_eq!(by_sku().await, before);
        }
        // What the shop has removed is gone all the same.
        send(&[&hat, &l]).await;
        assert_eq!(by_sku().await, before[..1]);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_could_not_be_read_one_day_is_looked_at_again_the_next() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (m, l) = (row("S-M", "scarf", "M", "29"), row("S-L", "scarf", "L", "31"));
        let skus = async |list: String| {
            import(&app, &actor, org, plain(), &list).await;
            let scarf = products(&app, &actor, org).await.remove(0);
            scarf.variants.into_iter().map(|one| one.sku).collect::<Vec<_>>()
        };
        let (all, torn) = (format!("{HEAD}{m}{l}"), format!("{HEAD}{m}{}", l.replace(",31,", ",n/a,")));
        assert_eq!(skus(all).await, ["S-M", "S-L"]);
        assert_eq!(skus(torn).await, ["S-M", "S-L"], "what cannot be read is not gone");
        assert_eq!(skus(format!("{HEAD}{m}")).await, ["S-M"], "what is not there is");
    })
    .await;
}

#[tokio::test]
async fn tags_that_do_not_fit_are_cut_and_told_and_the_price_is_taken() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let tags: Vec<_> = (0..60).map(|n| format!("tag {n}")).collect();
        let list = |price: &str| {
            format!(
                "id,title,price,link,tags,external_ids\nH,Hat,{price},https://x/h,\"{},{}\",Shopify=7; bad name=8\n",
                "long ".repeat(20),
                tags.join(",")
            )
        };
        for price in ["15", "12"] {
            let (done, problems) = import(&app, &actor, org, plain(), &list(price)).await;
            assert_eq!((done.counts.failed, done.counts.problems), (0, 2));
            let told: Vec<_> = problems.iter().map(|one| (one.line, one.field.as_deref())).collect();
            assert_eq!(told, [(2, Some("tags")), (2, Some("external_ids"))]);
            assert!(problems[0].sentence.starts_with("12 of `tags`"), "{}", problems[0].sentence);
        }
        let hat = products(&app, &actor, org).await.remove(0);
        assert_eq!((hat.price_minor(), hat.tags.len()), (1_200, 50));
        assert_eq!(hat.variants[0].external_ids["shopify"], "7");
    })
    .await;
}

fn hats(names: &[&str]) -> String {
    names.iter().fold(HEAD.to_owned(), |list, name| list + &row(name, name, "", "15"))
}

fn whole(source: &str) -> NewImport {
    let options = Options { missing: Some(MissingRule::Hide), ..plain().options };
    NewImport { source: source.into(), options, ..plain() }
}

#[tokio::test]
async fn a_list_of_another_name_keeps_products_on_sale_only_while_it_sells_them() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, whole("shop"), &hats(&["a", "b", "c", "d"])).await;
        let all = products(&app, &actor, org).await;
        let ours = |price: &str, left: &[Product]| {
            left.iter().fold("vitrine_id,title,price,link\n".to_owned(), |list, one| {
                list + &format!("{},{},{price},https://x/{}\n", one.id, one.title, one.title)
            })
        };
        // Once somebody sent a list of all by another name.
        import(&app, &actor, org, NewImport { source: "main".into(), ..plain() }, &ours("16", &all)).await;
        let (done, _) = import(&app, &actor, org, whole("shop"), &hats(&["a", "b", "c"])).await;
        assert_eq!(done.counts.hidden, 1);
        assert_eq!(hidden(&products(&app, &actor, org).await), ["d"]);
        // Another shop sells two of them, and later one of the two.
        import(&app, &actor, org, whole("other"), &ours("17", &all[1..3])).await;
        let (done, _) = import(&app, &actor, org, whole("shop"), &hats(&["a", "b"])).await;
        assert_eq!((done.counts.hidden, done.counts.missing), (0, 0));
        import(&app, &actor, org, whole("other"), &ours("17", &all[1..2])).await;
        let (held, _) = import(&app, &actor, org, whole("shop"), &hats(&["a"])).await;
        assert_eq!((held.counts.hidden, held.counts.missing), (0, 1), "{:?}", held.reason);
    })
    .await;
}

#[tokio::test]
async fn an_address_keeps_what_becomes_of_missing_products_until_somebody_says_otherwise() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let set = async |missing, every_minutes| {
            let new = NewImportAddress {
                address: "https://shop.example/feed".into(),
                format: Format::Csv,
                options: Options { missing, ..Options::default() },
                every_minutes,
            };
            app.imports.set_address(&actor, org, "main".into(), new).await.unwrap().options.missing
        };
        assert_eq!(set(Some(MissingRule::Keep), 360).await, Some(MissingRule::Keep));
        assert_eq!(set(None, 1_440).await, Some(MissingRule::Keep));
        assert_eq!(set(Some(MissingRule::Hide), 1_440).await, Some(MissingRule::Hide));
    })
    .await;
}

#[tokio::test]
async fn a_fetched_list_that_is_confirmed_is_not_fetched_again() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, whole("main"), &hats(&["a", "b", "c"])).await;
        let (held, _) = import(&app, &actor, org, whole("main"), &hats(&["a"])).await;
        assert_eq!(held.counts.missing, 2);
        // Nobody answers there any more.
        let moved = format!("UPDATE imports SET address = 'http://127.0.0.1:9/' WHERE id = '{}'", held.id);
        crate::db::testing::run(&app.db, &moved).await;
        app.imports.confirm_missing(&actor, org, held.id).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        let key = held.id.to_string();
        assert_eq!(standing(&mut tx, runner::FETCH_KIND, &key).await.unwrap(), Standing::Gone);
        assert_eq!(standing(&mut tx, runner::KIND, &key).await.unwrap(), Standing::Living);
        drop(tx);
        app.imports.fetch_list(org, held.id).await.unwrap();
        app.imports.take_in(org, held.id).await.unwrap();
        let (done, _) = app.imports.report(&actor, org, held.id, None, 9).await.unwrap();
        assert_eq!((done.state, done.counts.hidden), (ImportState::Done, 2), "{:?}", done.reason);
    })
    .await;
}
