//! Long lists, and lists of which nothing can be taken, beside those of others.

use super::tests::{body, import, new};
use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::import::{Format, StockRule};

/// A list of so many hats at a price.
fn hats(count: usize, price: &str) -> String {
    let rows = (0..count).map(|n| format!("{n},Hat {n:05},{price},https://shop.example/{n},4\n"));
    std::iter::once("id,title,price,link,quantity\n".to_owned()).chain(rows).collect()
}

async fn jobs_of(app: &App, id: ImportId) -> [Standing; 2] {
    let mut tx = app.db.begin().await.unwrap();
    let [first, rest] = runner::keys(id);
    [
        standing(&mut tx, runner::KIND, &first).await.unwrap(),
        standing(&mut tx, runner::KIND, &rest).await.unwrap(),
    ]
}

#[tokio::test]
async fn a_long_list_gives_its_place_to_others_that_wait_and_goes_on_behind_them() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (other, other_org, _) = owner(&app, "Sud").await;
        let csv = || new(Format::Csv, StockRule::Keep);
        let imports = Imports { run_for: Duration::ZERO, ..app.imports.clone() };
        let long = imports.upload(&actor, org, csv(), body(&hats(250, "15.00"))).await.unwrap();
        let short = imports.upload(&other, other_org, csv(), body(&hats(3, "15.00"))).await.unwrap();
        let told = async |actor: &Actor, org: OrgId, id: ImportId| {
            let (import, _) = imports.report(actor, org, id, None, 9).await.unwrap();
            (import.state, import.counts.created)
        };

        imports.take_in(org, long.id).await.unwrap();
        assert_eq!(
            told(&actor, org, long.id).await,
            (ImportState::Waiting, 100),
            "a batch, as no time is left"
        );
        assert_eq!(jobs_of(&app, long.id).await, [Standing::Living; 2], "its rest is left beside what runs");
        // The job that ran is done then; nobody takes the import for dead, or leaves its work twice.
        crate::db::testing::run(&app.db, &format!("DELETE FROM jobs WHERE key = '{}'", long.id)).await;
        hands.advance(Duration::from_secs(120));
        imports.mend().await.unwrap();
        assert_eq!(told(&actor, org, long.id).await, (ImportState::Waiting, 100));
        assert_eq!(jobs_of(&app, long.id).await, [Standing::Gone, Standing::Living]);

        imports.take_in(org, long.id).await.unwrap();
        assert_eq!(told(&actor, org, long.id).await, (ImportState::Waiting, 200), "from where it was");
        assert_eq!(jobs_of(&app, long.id).await, [Standing::Living; 2], "under the other name");
        app.imports.take_in(other_org, short.id).await.unwrap();
        assert_eq!(told(&other, other_org, short.id).await, (ImportState::Done, 3));
        imports.take_in(org, long.id).await.unwrap();
        assert_eq!(told(&actor, org, long.id).await, (ImportState::Done, 250), "nobody waits any more");
        assert!(!imports.file(long.id).exists());
    })
    .await;
}

#[tokio::test]
async fn a_list_of_which_nothing_can_be_taken_is_given_up_in_words() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let csv = || new(Format::Csv, StockRule::Keep);
        let bad = hats(10_050, "cheap");
        let (given_up, _) =
            import(&app, &actor, org, csv(), &format!("{bad}x,Last,15.00,https://shop.example/x,4\n")).await;
        assert_eq!(
            (given_up.state, given_up.counts.failed, given_up.counts.created),
            (ImportState::Failed, 10_000, 0)
        );
        let reason = given_up.reason.unwrap();
        assert!(reason.contains("the first 10000 products of the list all failed"), "{reason}");
        assert!(!app.imports.file(given_up.id).exists(), "its file is gone");
        // One that can be taken is enough to read on.
        let first = bad.replacen("0,Hat 00000,cheap", "0,Hat 00000,15.00", 1);
        let (done, _) = import(&app, &actor, org, csv(), &first).await;
        assert_eq!((done.state, done.counts.created, done.counts.failed), (ImportState::Done, 1, 10_049));
    })
    .await;
}
