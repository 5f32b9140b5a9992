use futures_util::TryStreamExt as _;
use vitrine_protocol::Currency;

use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::catalog::{Product, ProductPatch};
use crate::import::{Counts, Format, ImportState, Options, StockRule};

pub(in crate::import) fn new(format: Format, stock: StockRule) -> NewImport {
    let options = Options { currency: Currency::try_from("EUR").ok(), stock, ..Options::default() };
    NewImport { source: "main".into(), format, options }
}

pub(in crate::import) fn body(
    text: &str,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + Unpin + use<> {
    let pieces: Vec<_> =
        text.as_bytes().chunks(1000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    futures_util::stream::iter(pieces)
}

/// Sends a list and takes it in; what became of it.
pub(in crate::import) async fn import(
    app: &App,
    actor: &Actor,
    org: OrgId,
    new: NewImport,
    text: &str,
) -> (Import, Vec<ImportProblem>) {
    let sent = app.imports.upload(actor, org, new, body(text)).await.unwrap();
    app.imports.take_in(org, sent.id).await.unwrap();
    let (import, problems) = app.imports.report(actor, org, sent.id, None, 200).await.unwrap();
    (import, problems.items)
}

pub(in crate::import) async fn products(app: &App, actor: &Actor, org: OrgId) -> Vec<Product> {
    let mut products = app.catalog.products(actor, org, None, 200).await.unwrap().items;
    products.sort_by(|a, b| a.title.cmp(&b.title));
    products
}

const LIST: &str = "id,item_group_id,title,price,link,quantity,size\n\
    H,,Hat,15.00,https://shop.example/h,4,\n\
    S-M,scarf,Scarf,29.00,https://shop.example/s,3,M\n\
    S-L,scarf,Scarf,31.00,https://shop.example/s,2,L\n\
    B,,Bag,free,https://shop.example/b,1,\n";

#[tokio::test]
async fn a_list_is_taken_and_the_same_list_again_changes_nothing() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (first, problems) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        assert_eq!((first.state, first.reason), (ImportState::Done, None));
        assert_eq!(first.counts, Counts { rows: 4, created: 2, failed: 1, problems: 1, ..Counts::default() });
        assert_eq!((problems[0].line, problems[0].field.as_deref()), (5, Some("price")));
        let before = products(&app, &actor, org).await;
        assert_eq!(before.len(), 2);
        assert_eq!(
            (before[1].price_minor(), before[1].stock(), before[1].variants[1].sku.as_str()),
            (2900, 5, "S-L")
        );
        assert!(!app.imports.file(first.id).exists(), "its file is gone");

        let (again, _) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        assert_eq!(
            again.counts,
            Counts { rows: 4, unchanged: 2, failed: 1, problems: 1, ..Counts::default() }
        );
        assert_eq!(products(&app, &actor, org).await, before, "not even a version");
        let listed = app.imports.list(&actor, org, None, 1).await.unwrap();
        assert_eq!((listed.items[0].id, listed.next.is_some()), (again.id, true));
    })
    .await;
}

#[tokio::test]
async fn a_changed_row_changes_its_product_and_never_what_was_sold() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        let before = products(&app, &actor, org).await;
        // Three of the hats are sold, and the scarf gets another size and another price.
        let sold = ProductPatch { stock: Some(1), ..ProductPatch::default() };
        app.catalog.change_product(&actor, org, before[0].id, Some(before[0].version), sold).await.unwrap();
        let later = LIST.replace("15.00", "13.00").replace("29.00", "25.00")
            + "S-S,scarf2,Scarf 2,5,https://shop.example/s2,9,S\n";
        let later = later.replace("S-L,scarf,Scarf,31.00,https://shop.example/s,2,L\n", "S-L,scarf,Scarf,31.00,https://shop.example/s,99,L\nS-XL,scarf,Scarf,33.00,https://shop.example/s,7,XL\n");
        let (done, _) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &later).await;
        assert_eq!((done.counts.created, done.counts.changed, done.counts.unchanged), (1, 2, 0));
        let after = products(&app, &actor, org).await;
        assert_eq!((after[0].id, after[0].price_minor(), after[0].stock()), (before[0].id, 1300, 1));
        let sizes: Vec<_> = after[1].variants.iter().map(|one| (one.title.as_str(), one.price_minor, one.stock)).collect();
        assert_eq!(sizes, [("M", 2500, 3), ("L", 3100, 2), ("XL", 3300, 7)]);
        assert_eq!(after[1].variants[0].id, before[1].variants[0].id, "the same variants");

        let (done, _) = import(&app, &actor, org, new(Format::Csv, StockRule::Replace), &later).await;
        assert_eq!(done.counts.changed, 2);
        let after = products(&app, &actor, org).await;
        assert_eq!((after[0].stock(), after[1].variants[1].stock), (4, 99), "now the list says so");
    })
    .await;
}

#[tokio::test]
async fn a_product_that_a_person_removed_comes_back_and_one_they_changed_stays_until_its_row_changes() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        let before = products(&app, &actor, org).await;
        app.catalog.remove_product(&actor, org, before[0].id).await.unwrap();
        let title = ProductPatch { title: Some("Scarf of Nord".into()), ..ProductPatch::default() };
        app.catalog.change_product(&actor, org, before[1].id, None, title).await.unwrap();
        let (done, _) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        assert_eq!((done.counts.created, done.counts.unchanged), (1, 1));
        let after = products(&app, &actor, org).await;
        assert!(after[0].id != before[0].id && after[1].title == "Scarf of Nord");
    })
    .await;
}

#[tokio::test]
async fn sources_have_names_of_their_own_and_so_have_organisations() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (other, other_org, _) = owner(&app, "Sud").await;
        let again = NewImport { source: "second shop".into(), ..new(Format::Csv, StockRule::Keep) };
        for (actor, org, new) in [
            (&actor, org, new(Format::Csv, StockRule::Keep)),
            (&other, other_org, new(Format::Csv, StockRule::Keep)),
            (&actor, org, again),
        ] {
            let (done, _) = import(&app, actor, org, new, LIST).await;
            assert_eq!(done.counts.created, 2);
        }
        let newest = app.imports.list(&actor, org, None, 9).await.unwrap().items;
        let foreign = app.imports.report(&other, other_org, newest[0].id, None, 9).await;
        assert!(matches!(foreign, Err(ImportsError::NoImport(_))));
        let denied = app.imports.upload(&other, org, new(Format::Csv, StockRule::Keep), body(LIST)).await;
        assert!(matches!(denied, Err(ImportsError::Denied(_))));
        assert_eq!((newest.len(), std::fs::read_dir(&app.imports.dir).unwrap().count()), (2, 0));
    })
    .await;
}

#[tokio::test]
async fn what_was_exported_is_imported_again_with_nothing_changed() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let list = r#"[{"id":"1","title":"=HYPERLINK(\"http://x\")","description":"- wool\n- \"warm\"; 'tis","link":"https://shop.example/1",
            "currency":"JPY","price":1200,"compare_at_price":1500,"variants":[{"title":"'=x","sku":"@1","price":1200,"quantity":3},{"title":"+L","sku":"-2","price":1300}]},
            {"id":"2","title":"Hat","link":"https://shop.example/2","currency":"KWD","price":"1.250","quantity":7}]"#;
        let (done, problems) = import(&app, &actor, org, new(Format::Json, StockRule::Keep), list).await;
        assert_eq!((done.counts.created, problems.len()), (2, 0), "{problems:?}");
        let before = products(&app, &actor, org).await;
        assert_eq!(before[0].title, "=HYPERLINK(\"http://x\")");
        for format in [Format::Csv, Format::Json] {
            let pieces: Vec<Bytes> =
                app.imports.export(&actor, org, format).await.unwrap().try_collect().await.unwrap();
            let text = String::from_utf8(pieces.concat()).unwrap();
            if format == Format::Csv {
                for cell in text.lines().flat_map(|line| line.split(',')) {
                    assert!(!cell.trim_matches('"').starts_with(['=', '+', '@']), "{cell}");
                }
            }
            for stock in [StockRule::Keep, StockRule::Replace] {
                let again = NewImport { source: format!("{format:?}{stock:?}"), ..new(format, stock) };
                let (done, problems) = import(&app, &actor, org, again, &text).await;
                assert_eq!((done.counts.unchanged, done.counts.problems), (2, 0), "{format:?}: {problems:?} {text}");
            }
        }
        assert_eq!(products(&app, &actor, org).await, before);
        // In another organisation the list makes products of its own.
        let (other, other_org, _) = owner(&app, "Sud").await;
        let pieces: Vec<Bytes> =
            app.imports.export(&actor, org, Format::Csv).await.unwrap().try_collect().await.unwrap();
        let text = String::from_utf8(pieces.concat()).unwrap();
        let (done, _) = import(&app, &other, other_org, new(Format::Csv, StockRule::Keep), &text).await;
        assert_eq!(done.counts.created, 2);
        assert_eq!(products(&app, &actor, org).await, before);
    })
    .await;
}

/// A list of so many hats.
fn hats(count: usize) -> String {
    let rows = (0..count).map(|n| format!("{n},Hat {n:05},15.00,https://shop.example/{n},4\n"));
    std::iter::once("id,title,price,link,quantity\n".to_owned()).chain(rows).collect()
}

#[tokio::test]
async fn whoever_goes_on_after_a_crash_begins_where_it_ended() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let sent = app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), body(&hats(350))).await.unwrap();
        // As a process leaves it that died after two batches of it.
        let file = app.imports.file(sent.id);
        let whole = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, hats(200)).unwrap();
        app.imports.take_in(org, sent.id).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        crate::on!(tx, c => sqlx::query("UPDATE imports SET state = 'running', ended_ms = NULL").execute(c).await.map(drop))
            .unwrap();
        tx.commit().await.unwrap();
        std::fs::write(&file, whole).unwrap();

        app.imports.take_in(org, sent.id).await.unwrap();
        let (import, _) = app.imports.report(&actor, org, sent.id, None, 9).await.unwrap();
        assert_eq!(import.counts, Counts { rows: 350, created: 350, ..Counts::default() });
        app.imports.take_in(org, sent.id).await.unwrap();
        let (again, _) = app.imports.report(&actor, org, sent.id, None, 9).await.unwrap();
        assert_eq!(again, import, "once more does nothing");
    })
    .await;
}

#[tokio::test]
async fn two_processes_with_the_same_list_take_it_once() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let sent = app
            .imports
            .upload(&actor, org, new(Format::Csv, StockRule::Keep), body(&hats(450)))
            .await
            .unwrap();
        let ran = tokio::join!(app.imports.take_in(org, sent.id), app.imports.take_in(org, sent.id));
        assert!(ran.0.is_ok() || ran.1.is_ok(), "{ran:?}");
        let (import, _) = app.imports.report(&actor, org, sent.id, None, 9).await.unwrap();
        assert_eq!((import.counts.created, import.counts.rows), (450, 450));
        let mut after = None;
        let mut count = 0;
        loop {
            let page = app.catalog.products(&actor, org, after, 200).await.unwrap();
            count += page.items.len();
            let Some(next) = page.next else { break };
            after = Some(next.parse().unwrap());
        }
        assert_eq!(count, 450);
    })
    .await;
}

#[tokio::test]
async fn a_list_that_breaks_off_or_is_gone_says_so_and_keeps_what_was_taken() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let whole = r#"{"id":"1","title":"Hat","link":"https://x","price":5}"#;
        let (import1, _) =
            import(&app, &actor, org, new(Format::Json, StockRule::Keep), &format!("[{whole},{{\"id\":"))
                .await;
        assert_eq!((import1.state, import1.counts.created), (ImportState::Failed, 1));
        assert!(import1.reason.unwrap().contains("breaks off"));

        let sent =
            app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), body(LIST)).await.unwrap();
        std::fs::remove_file(app.imports.file(sent.id)).unwrap();
        app.imports.take_in(org, sent.id).await.unwrap();
        let (gone, _) = app.imports.report(&actor, org, sent.id, None, 9).await.unwrap();
        assert!(gone.state == ImportState::Failed && gone.reason.unwrap().contains("send the list again"));

        for _ in 0..OF_AN_ORG {
            app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), body(LIST)).await.unwrap();
        }
        let enough = app.imports.upload(&actor, org, new(Format::Csv, StockRule::Keep), body(LIST)).await;
        assert!(matches!(enough, Err(ImportsError::Enough)));
        let broken = futures_util::stream::iter([
            Ok(Bytes::from_static(b"id,title")),
            Err(std::io::Error::other("gone")),
        ]);
        let (other, other_org, _) = owner(&app, "Sud").await;
        let broken = app.imports.upload(&other, other_org, new(Format::Csv, StockRule::Keep), broken).await;
        assert!(matches!(broken, Err(ImportsError::BrokenOff)));
        assert_eq!(std::fs::read_dir(&app.imports.dir).unwrap().count(), 3, "files of the three that wait");

        hands.advance(Duration::from_secs(91 * 24 * 3600));
        app.imports.sweep().await.unwrap();
        assert_eq!(
            app.imports.list(&actor, org, None, 9).await.unwrap().items.len(),
            3,
            "reports go, what waits stays"
        );
    })
    .await;
}

#[tokio::test]
async fn a_thousand_problems_are_kept_and_all_are_counted() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let list: String = std::iter::once("id,title,price,link\n".to_owned())
            .chain((0..1_234).map(|n| format!("{n},Hat,cheap,https://x\n")))
            .collect();
        let (done, first) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &list).await;
        assert_eq!((done.counts.problems, done.counts.failed, first.len()), (1_234, 1_234, 200));
        let (_, last) = app.imports.report(&actor, org, done.id, Some(990), 200).await.unwrap();
        assert_eq!((last.items.len(), last.items[9].line, last.next), (10, 1_001, None));
    })
    .await;
}

#[tokio::test]
async fn what_the_catalogue_refuses_is_told_with_its_row() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let list = format!(
            "id,title,price,link,currency\n1,{},5,https://x,\n2,Hat,5,javascript:alert(1),\n3,Hat,5,https://x,XXX\n4,Hat,5,https://x,\n",
            "x".repeat(201)
        );
        let (done, problems) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &list).await;
        assert_eq!((done.counts.created, done.counts.failed), (1, 3));
        let told: Vec<_> = problems.iter().map(|one| (one.line, one.field.as_deref().unwrap())).collect();
        assert_eq!(told, [(2, "title"), (3, "url"), (4, "currency")]);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_takes_no_variant_away() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        let before = products(&app, &actor, org).await;
        let broken = LIST.replace("31.00", "n/a").replace("29.00", "27.00");
        let (_, problems) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &broken).await;
        assert_eq!(problems.len(), 2);
        let after = products(&app, &actor, org).await;
        let of = |product: &Product| {
            product.variants.iter().map(|one| (one.id, one.price_minor, one.stock)).collect::<Vec<_>>()
        };
        let (was, is) = (of(&before[1]), of(&after[1]));
        assert_eq!((is[0], is[1]), ((was[0].0, 2_700, was[0].2), was[1]), "the other row counts");
        // Said by a list that can be read, it is gone.
        let without: String =
            LIST.lines().filter(|line| !line.starts_with("S-L")).map(|line| format!("{line}\n")).collect();
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &without).await;
        assert_eq!(products(&app, &actor, org).await[1].variants.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_variant_is_found_by_its_number_before_another_takes_it_by_its_name() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let head = "id,item_group_id,title,price,link,quantity,colour\n";
        let row =
            |sku: &str, colour: &str| format!("{sku},hat,Hat,15.00,https://shop.example/h,5,{colour}\n");
        let first = format!("{head}{}{}", row("2", "Red"), row("4", "Blue"));
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &first).await;
        let before = products(&app, &actor, org).await;
        let later = format!("{head}{}{}{}", row("3", "Red"), row("2", "Old red"), row("4", "Blue"));
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &later).await;
        let after = products(&app, &actor, org).await;
        let id_of = |products: &[Product], sku: &str| {
            products[0].variants.iter().find(|one| one.sku == sku).map(|one| one.id)
        };
        assert_eq!(id_of(&after, "2"), id_of(&before, "2"));
        assert!(id_of(&after, "3").is_some_and(|id| Some(id) != id_of(&before, "2")));
    })
    .await;
}
