//! Lists that meet each other, whole lists, and jobs that die.

use futures_util::TryStreamExt as _;

use super::tests::{body, import, new, products};
use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::catalog::{HiddenBy, ReservationDraft, ReservedLine};
use crate::import::receive::write;
use crate::import::{Format, MissingRule, NewImportAddress, Options, StockRule};
use tokio::time::Instant;

/// Hats at a price, by their names.
fn hats(names: &[&str], price: &str) -> String {
    let rows = names.iter().map(|name| format!("{name},Hat {name},{price},https://shop.example/{name},10\n"));
    std::iter::once("id,title,price,link,quantity\n".to_owned()).chain(rows).collect()
}

fn whole() -> NewImport {
    let mut new = new(Format::Csv, StockRule::Keep);
    new.options.missing = Some(MissingRule::Hide);
    new
}

async fn run_sql(app: &App, sql: &'static str) {
    crate::db::testing::run(&app.db, sql).await;
}

async fn is_left(app: &App, id: ImportId) -> bool {
    let mut tx = app.db.begin().await.unwrap();
    standing(&mut tx, runner::KIND, &id.to_string()).await.unwrap() == Standing::Living
}

#[tokio::test]
async fn lists_of_a_source_are_taken_one_after_the_other_in_the_order_in_which_they_came() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let send = async |price: &str| {
            let list = hats(&["a", "b"], price);
            app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), body(&list)).await.unwrap()
        };
        let (older, newer) = (send("15.00").await, send("12.00").await);
        assert!(is_left(&app, older.id).await && !is_left(&app, newer.id).await);
        // Whoever runs the newer one all the same, as a process of an earlier version left it, does nothing.
        app.imports.take_in(org, newer.id).await.unwrap();
        assert!(products(&app, &actor, org).await.is_empty());
        // Both at once: whatever happens first, each hat is there once, and costs what the newer list says.
        let ran = tokio::join!(app.imports.take_in(org, older.id), app.imports.take_in(org, newer.id));
        assert!(ran.0.is_ok() && ran.1.is_ok(), "{ran:?}");
        assert!(is_left(&app, newer.id).await, "whoever ends leaves the work of the next");
        app.imports.take_in(org, newer.id).await.unwrap();
        let hats = products(&app, &actor, org).await;
        assert_eq!(hats.iter().map(Product::price_minor).collect::<Vec<_>>(), [1_200, 1_200]);
        assert!(std::fs::read_dir(&app.imports.dir).unwrap().next().is_none());
    })
    .await;
}

use crate::catalog::Product;

#[tokio::test]
async fn a_whole_list_takes_the_place_of_those_of_its_source_that_are_not_done() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let old = hats(&["a"], "15.00");
        let older =
            app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), body(&old)).await.unwrap();
        // It had begun, and waits to be tried again.
        run_sql(&app, "UPDATE imports SET state = 'running'").await;
        let list = hats(&["a", "b"], "12.00");
        let (newer, _) = import(&app, &actor, org, whole(), &list).await;
        assert_eq!((newer.state, newer.counts.created), (ImportState::Done, 2));
        let (ended, _) = app.imports.report(&actor, org, older.id, None, 9).await.unwrap();
        assert_eq!((ended.state, ended.reason.as_deref()), (ImportState::Failed, Some(SUPERSEDED)));
        app.imports.take_in(org, older.id).await.unwrap();
        assert_eq!(products(&app, &actor, org).await[0].price_minor(), 1_200);
    })
    .await;
}

#[tokio::test]
async fn a_number_of_a_list_leaves_what_is_held_to_those_who_hold_it() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let replace = || new(Format::Csv, StockRule::Replace);
        import(&app, &actor, org, replace(), &hats(&["a"], "15.00")).await;
        let hat = products(&app, &actor, org).await.remove(0);
        let line = ReservedLine { product_id: hat.id, variant_id: hat.variants[0].id, quantity: 3 };
        let draft = ReservationDraft {
            lines: vec![line.into()],
            ttl_seconds: Some(60),
            show_id: None,
            viewer_id: None,
        };
        let held = app.catalog.reserve(&actor, org, draft).await.unwrap();
        // The shop knows nothing of it, and still counts ten.
        import(&app, &actor, org, replace(), &hats(&["a"], "14.00")).await;
        assert_eq!(products(&app, &actor, org).await[0].stock(), 7);
        app.catalog.release(&actor, org, held.id).await.unwrap();
        assert_eq!(products(&app, &actor, org).await[0].stock(), 10);
    })
    .await;
}

#[tokio::test]
async fn what_a_whole_list_leaves_out_or_calls_archived_leaves_the_sale_and_comes_back_with_it() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, whole(), &hats(&["a", "b", "c", "d"], "15.00")).await;
        let sold = async || {
            let all = products(&app, &actor, org).await;
            all.iter().filter(|one| one.hidden.is_none()).map(|one| one.title.clone()).collect::<Vec<_>>()
        };
        // A list of a part of it says nothing of the rest.
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &hats(&["a"], "15.00")).await;
        assert_eq!(sold().await.len(), 4);
        let (done, _) = import(&app, &actor, org, whole(), &hats(&["a", "b", "c"], "15.00")).await;
        assert_eq!((done.counts.hidden, done.counts.missing, done.reason), (1, 0, None));
        assert_eq!(sold().await, ["Hat a", "Hat b", "Hat c"]);
        let archived = hats(&["a", "b", "d"], "15.00")
            .replace("quantity\n", "quantity,status\n")
            .replace("/b,10", "/b,10,archived");
        let (done, _) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &archived).await;
        assert_eq!((done.counts.not_sold, done.counts.hidden, done.counts.changed), (1, 1, 1));
        assert_eq!(sold().await, ["Hat a", "Hat c", "Hat d"], "and d is back");
        let hidden = products(&app, &actor, org).await.remove(1);
        assert_eq!((hidden.hidden, hidden.stock()), (Some(HiddenBy::Import), 10));
        // What a person hid stays hidden, whatever lists say.
        let hide =
            crate::catalog::ProductPatch { on_sale: Some(false), ..crate::catalog::ProductPatch::default() };
        let first = products(&app, &actor, org).await.remove(0);
        app.catalog.change_product(&actor, org, first.id, None, hide).await.unwrap();
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &hats(&["a", "b"], "16.00")).await;
        assert_eq!(sold().await, ["Hat b", "Hat c", "Hat d"]);
    })
    .await;
}

#[tokio::test]
async fn a_list_that_leaves_much_out_waits_for_a_person() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, whole(), &hats(&["a", "b", "c"], "15.00")).await;
        let hidden =
            async || products(&app, &actor, org).await.iter().filter(|one| one.hidden.is_some()).count();
        let (held, _) = import(&app, &actor, org, whole(), &hats(&["a"], "15.00")).await;
        assert_eq!((held.state, held.counts.missing, held.counts.hidden), (ImportState::Done, 2, 0));
        assert!(held.reason.as_ref().unwrap().contains("2 of 3"), "{:?}", held.reason);
        assert_eq!(hidden().await, 0);
        let (other, other_org, _) = owner(&app, "Sud").await;
        let foreign = app.imports.confirm_missing(&other, other_org, held.id).await;
        assert!(matches!(foreign, Err(ImportsError::NoImport(_))));
        let waiting = app.imports.confirm_missing(&actor, org, held.id).await.unwrap();
        assert_eq!(waiting.state, ImportState::Waiting);
        app.imports.take_in(org, held.id).await.unwrap();
        let (done, _) = app.imports.report(&actor, org, held.id, None, 9).await.unwrap();
        assert_eq!((done.state, done.counts.missing, done.counts.hidden), (ImportState::Done, 0, 2));
        assert_eq!(hidden().await, 2);
        let again = app.imports.confirm_missing(&actor, org, held.id).await;
        assert!(matches!(again, Err(ImportsError::NothingMissing)));

        // Who cannot read a row does not know whether it was there.
        import(&app, &actor, org, whole(), &hats(&["a", "b", "c", "d", "e"], "15.00")).await;
        let torn = hats(&["a", "b", "c", "d"], "15.00") + ",Hat e,15.00,https://shop.example/e,10\n";
        let (held, _) = import(&app, &actor, org, whole(), &torn).await;
        assert_eq!((held.counts.unnamed, held.counts.missing, hidden().await), (1, 1, 0));
        // A row that says its name and nothing else that can be read was there.
        let broken = hats(&["a", "b", "c", "d", "e"], "15.00").replace("Hat e,15.00", "Hat e,n/a");
        let (done, _) = import(&app, &actor, org, whole(), &broken).await;
        assert_eq!((done.counts.failed, done.counts.missing, hidden().await), (1, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn an_import_whose_job_died_ends_with_a_sentence_and_lets_the_next_begin() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let send = async || {
            let list = hats(&["a"], "15.00");
            app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), body(&list)).await.unwrap()
        };
        let (first, second) = (send().await, send().await);
        // It was killed with its process, again and again.
        run_sql(&app, "UPDATE imports SET state = 'running' WHERE state = 'waiting'").await;
        run_sql(&app, "UPDATE jobs SET dead_ms = 1 WHERE kind = 'catalog.import'").await;
        app.imports.mend().await.unwrap();
        let state = async |id| app.imports.report(&actor, org, id, None, 9).await.unwrap().0;
        assert_eq!(state(first.id).await.state, ImportState::Running, "a moment ago");
        hands.advance(Duration::from_secs(61));
        run_sql(&app, "UPDATE imports SET state = 'waiting' WHERE started_ms IS NULL AND id = (SELECT MAX(id) FROM imports)").await;
        app.imports.mend().await.unwrap();
        let ended = state(first.id).await;
        assert_eq!((ended.state, ended.reason.as_deref()), (ImportState::Failed, Some(GIVEN_UP)));
        assert!(is_left(&app, second.id).await);
        app.imports.mend().await.unwrap();
        app.imports.take_in(org, second.id).await.unwrap();
        assert_eq!(state(second.id).await.state, ImportState::Done);
    })
    .await;
}

#[tokio::test]
async fn words_of_a_later_version_are_left_to_it_and_stop_nobody() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (done, _) =
            import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &hats(&["a"], "15.00")).await;
        for sql in [
            "UPDATE imports SET state = 'postponed'",
            "UPDATE imports SET state = 'done', format = 'parquet'",
            "UPDATE imports SET options = '{\"stock\":\"merge\",\"locale\":\"de\"}'",
        ] {
            run_sql(&app, sql).await;
            let listed = app.imports.list(&actor, org, None, 9).await.unwrap().items;
            assert_eq!((listed.len(), listed[0].id), (1, done.id), "{sql}");
            app.imports.report(&actor, org, done.id, None, 9).await.unwrap();
        }
        let address = |every_minutes| NewImportAddress {
            address: "https://shop.example/feed".into(),
            format: Format::Csv,
            options: Options::default(),
            every_minutes,
        };
        let set = app.imports.set_address(&actor, org, "later".into(), address(60)).await.unwrap();
        assert!(set.options.is_whole(), "what is fetched again and again is the whole catalogue");
        run_sql(&app, "UPDATE import_addresses SET format = 'parquet'").await;
        app.imports.set_address(&actor, org, "today".into(), address(60)).await.unwrap();
        hands.advance(Duration::from_secs(60));
        assert_eq!(app.imports.addresses(&actor, org).await.unwrap().len(), 2);
        assert_eq!(app.imports.fetch_due().await.unwrap(), 1, "the other one is begun");
        let bad: Result<Format, _> = serde_json::from_value("unknown".into());
        assert!(bad.is_err(), "nobody asks for it");
    })
    .await;
}

#[tokio::test]
async fn problems_of_the_last_lists_of_a_source_are_kept() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let mut sent = Vec::new();
        for _ in 0..5 {
            let bad = hats(&["a"], "cheap");
            sent.push(import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &bad).await.0);
        }
        let mut kept = Vec::new();
        for import in &sent {
            kept.push(app.imports.report(&actor, org, import.id, None, 9).await.unwrap().1.items.len());
        }
        assert_eq!((kept, sent[0].counts.problems), (vec![0, 0, 1, 1, 1], 1));
    })
    .await;
}

#[tokio::test]
async fn whoever_may_send_no_more_is_told_before_a_byte_is_read_and_sends_one_list_at_a_time() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let list = hats(&["a"], "15.00");
        // A body that never comes.
        let never = || futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let (imports, sender) = (app.imports.clone(), actor.clone());
        let slow = tokio::spawn(async move {
            imports.upload(&sender, org, new(Format::Csv, StockRule::Keep), never()).await
        });
        let (other, other_org, _) = owner(&app, "Sud").await;
        let mut refused = None;
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            match app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), body(&list)).await {
                Err(error) => {
                    refused = Some(error);
                    break;
                }
                Ok(_) => continue,
            }
        }
        assert!(matches!(refused, Some(ImportsError::Coming | ImportsError::Enough)), "{refused:?}");
        app.imports.upload(&other, other_org, new(Format::Csv, StockRule::Keep), body(&list)).await.unwrap();
        slow.abort();
        let mut is_full = false;
        for _ in 0..400 {
            let sent = app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), body(&list)).await;
            is_full = matches!(sent, Err(ImportsError::Enough));
            if is_full {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(is_full);
        let enough = app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), never());
        let enough = tokio::time::timeout(Duration::from_secs(5), enough).await.expect("an answer");
        assert!(matches!(enough, Err(ImportsError::Enough)));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let drips = |pause: u64, bytes: usize| {
        Box::pin(futures_util::stream::unfold(0, move |n| async move {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            (n < 20).then(|| (Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; bytes])), n + 1))
        }))
    };
    let began = Instant::now();
    let dripping = write(&dir.path().join("a"), drips(29, 1)).await;
    assert!(matches!(dripping, Err(ImportsError::BrokenOff)));
    assert!(began.elapsed() < Duration::from_secs(90));
    write(&dir.path().join("b"), drips(10, 100_000)).await.unwrap();
}

#[tokio::test]
async fn an_export_of_the_largest_products_comes_in_small_pieces_and_says_each_word_once() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let long = |count: usize| "\u{1f9e3}".repeat(count);
        let variants: Vec<_> = (0..100)
            .map(|at| serde_json::json!({"title": format!("{at}{}", long(90)), "sku": format!("{at}{}", long(90)), "price": 5}))
            .collect();
        for n in 0..4 {
            let product = serde_json::json!({
                "id": format!("{n}"), "title": long(200), "description": long(5_000), "currency": "EUR",
                "link": format!("https://shop.example/{n}"), "variants": variants,
            });
            let (done, problems) =
                import(&app, &actor, org, new(Format::Json, StockRule::Keep), &product.to_string()).await;
            assert_eq!(done.counts.created, 1, "{problems:?}");
        }
        for (format, row) in [(Format::Csv, 24_000), (Format::Json, 120_000)] {
            let pieces: Vec<Bytes> =
                app.imports.export(&actor, org, format).await.unwrap().try_collect().await.unwrap();
            let all: usize = pieces.iter().map(Bytes::len).sum();
            assert!(pieces.len() > 2 && all < 600_000, "{} pieces, {all} bytes", pieces.len());
            assert!(pieces.iter().all(|piece| piece.len() < 64 * 1024 + row));
        }
    })
    .await;
}

#[tokio::test]
async fn options_tags_and_ids_of_platforms_come_in_and_go_out_again() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let list = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price,Variant SKU,Tags,external_ids\n\
            shirt,Shirt,Size,M,Farbe,Rot,20.00,S-M,\"Wool, Autumn\",shopify=1; woocommerce=9\n\
            shirt,,,L,,Rot,20.00,S-L,,shopify=2\n\
            hat,Hat,Title,Default Title,,,15.00,H,,\n";
        let mut feed = new(Format::Csv, StockRule::Keep);
        feed.options.shop_url = Some("https://shop.example".into());
        let (done, problems) = import(&app, &actor, org, feed.clone(), list).await;
        assert_eq!((done.counts.created, problems.len()), (2, 0), "{problems:?}");
        let before = products(&app, &actor, org).await;
        let (hat, shirt) = (&before[0], &before[1]);
        assert!(hat.options.is_empty() && hat.variants[0].options.is_empty());
        assert_eq!((&shirt.options[..], &shirt.tags[..]), (&["Size".to_owned(), "Farbe".into()][..], &["autumn".to_owned(), "wool".into()][..]));
        assert_eq!((shirt.variants[1].options["Farbe"].as_str(), shirt.variants[1].external_ids["shopify"].as_str()), ("Rot", "2"));
        for format in [Format::Csv, Format::Json] {
            let pieces: Vec<Bytes> =
                app.imports.export(&actor, org, format).await.unwrap().try_collect().await.unwrap();
            let text = String::from_utf8(pieces.concat()).unwrap();
            let again = NewImport { source: format!("{format:?}"), ..new(format, StockRule::Keep) };
            let (done, problems) = import(&app, &actor, org, again, &text).await;
            assert_eq!((done.counts.unchanged, done.counts.problems), (2, 0), "{format:?}: {problems:?} {text}");
        }
        assert_eq!(products(&app, &actor, org).await, before);
        // Google's columns; and a number that is another product's by now is told with its row.
        let google = "id,item_group_id,title,link,price,color,size,external_ids\n\
            a,cap,Cap,https://shop.example/c,5 EUR,Red,M,\nb,cap,Cap,https://shop.example/c,5 EUR,Red,L,\n\
            c,,Sock,https://shop.example/s,5 EUR,,,shopify=1\n";
        let (done, problems) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), google).await;
        assert_eq!((done.counts.created, done.counts.failed), (1, 1));
        assert!(problems[0].line == 4 && problems[0].sentence.contains("shopify"), "{problems:?}");
        let cap = products(&app, &actor, org).await.remove(0);
        assert_eq!(cap.options, ["Color", "Size"]);
    })
    .await;
}
