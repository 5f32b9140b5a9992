//! Takes lists in: reads a file on a thread of its own, and writes what it finds, a batch at a time.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;
use vitrine_protocol::{ImportId, OrgId, ProductId};

use super::item::{field_of, item};
use super::parse::{self, FileError, Found, Incoming, IncomingVariant, Outcome};
use super::pictures::Drawn;
use super::service::GIVEN_UP;
use super::{Import, ImportProblem, ImportState, Imports, ImportsError, StockRule, store};
use crate::base::Actor;
use crate::catalog::{BatchDone, BatchItem, CatalogError, Numbered, Pieces};
use crate::db::Tx;
use crate::jobs::{Failed, Job, NewJob, Policy, Ran, Runner, enqueue};
use crate::plan::PlanError;

/// The kind of jobs that take lists in, and of those that fetch them: a far side that drips holds no place of those who write.
pub(super) const KIND: &str = "catalog.import";
pub(super) const FETCH_KIND: &str = "catalog.fetch_list";

/// The pause after one is as long as it took, within these bounds.
const LEAST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// How long one holds a place of which others wait for one.
pub(super) const RUN_FOR: Duration = Duration::from_secs(60);
/// So many products of a list that all failed are enough to read no further.
const MOST_FAILED: u64 = 10_000;
/// The same of a list that adds to products: it may be of somebody who sells far more of them.
const MOST_FAILED_OF_ADDED: u64 = 100_000;
/// What is wrong with rows is kept up to here.
const MOST_PROBLEMS: u64 = 1_000;
const ATTEMPTS: u32 = 6;
/// How many per cent of a source's products may be missing from a list at once before a person is asked.
const MOST_MISSING: u64 = 30;
/// Products that leave the sale in one transaction.
const HIDE_AT_ONCE: i64 = 100;

/// Does jobs of the kind `catalog.import`.
pub struct RunImports(Imports);

/// Does jobs of the kind `catalog.fetch_list`.
pub struct FetchLists(Imports);

impl RunImports {
    /// The runner over the room's handle.
    #[must_use]
    pub fn new(imports: Imports) -> Self {
        Self(imports)
    }
}

impl FetchLists {
    /// The runner over the room's handle.
    #[must_use]
    pub fn new(imports: Imports) -> Self {
        Self(imports)
    }
}

#[derive(Deserialize)]
struct Body {
    org: OrgId,
    import: ImportId,
}

fn policy(at_once: u32) -> Policy {
    Policy { at_once, attempts: ATTEMPTS, longest_pause: Duration::from_secs(600), ..Policy::default() }
}

impl Runner for RunImports {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        policy(2)
    }

    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        Box::pin(async move {
            let Body { org, import } = job.body()?;
            let ran = self.0.take_in(org, import).await;
            self.0.give_up_after(job, org, import, ran).await
        })
    }
}

impl Runner for FetchLists {
    fn kind(&self) -> &'static str {
        FETCH_KIND
    }

    fn policy(&self) -> Policy {
        policy(8)
    }

    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        Box::pin(async move {
            let Body { org, import } = job.body()?;
            let ran = self.0.fetch_list(org, import).await;
            self.0.give_up_after(job, org, import, ran).await
        })
    }
}

/// How reading ended.
enum End {
    Whole,
    /// The list cannot be read on, or not at all.
    Unreadable(FileError),
    /// Nothing of it can be taken, as far as that is known.
    Hopeless(u64),
    /// Not yet: others have their turn first.
    Later,
}

impl Imports {
    /// What a job's run came to; with its last one the import ends, too. Should that fail, somebody mends it later.
    async fn give_up_after(
        &self,
        job: &Job,
        org: OrgId,
        id: ImportId,
        ran: Result<(), ImportsError>,
    ) -> Result<(), Failed> {
        let Err(error) = ran else { return Ok(()) };
        if job.attempt >= ATTEMPTS {
            let reason = match &error {
                ImportsError::Egress(_) | ImportsError::BrokenOff | ImportsError::Invalid(_) => {
                    error.to_string()
                }
                _ => GIVEN_UP.to_owned(),
            };
            self.end(org, id, ImportState::Failed, Some(&reason)).await?;
        }
        Err(error.into())
    }

    /// Fetches the list of an import that waits for it, and leaves the rest of the work.
    pub(super) async fn fetch_list(&self, org: OrgId, id: ImportId) -> Result<(), ImportsError> {
        let found = store::get(&self.db, org, id).await?;
        let waits = found.filter(|import| import.state == ImportState::Waiting);
        let Some(import) = waits else { return Ok(()) };
        let Some(address) = import.address.clone() else { return Ok(()) };
        if store::is_suspended(&mut self.db.begin().await?, org).await? {
            let reason = ImportsError::Suspended.to_string();
            return self.end(org, id, ImportState::Failed, Some(&reason)).await;
        }
        let asked = self.clock.now();
        let fetched = match import.confirmed {
            true => Ok(()), // As a process of an earlier version left it: what it left out is known.
            false => self.fetch(&import, &address).await,
        };
        match fetched {
            Ok(()) => {}
            Err(ImportsError::Egress(error)) if !error.is_passing() => {
                return self.end(org, id, ImportState::Failed, Some(&error.to_string())).await;
            }
            Err(error @ (ImportsError::TooLarge | ImportsError::Invalid(_))) => {
                return self.end(org, id, ImportState::Failed, Some(&error.to_string())).await;
            }
            Err(error) => return Err(error),
        }
        let mut tx = self.db.begin().await?;
        store::turn(&mut tx, org).await?;
        store::fetched(&mut tx, id, asked).await?;
        self.leave_next(&mut tx, org).await?;
        Ok(tx.commit().await?)
    }

    /// Takes an import in from where it is to its end, if it is its turn, or for a while when others wait. Safe to do twice, and for two
    /// at once: what was taken is written with how far that is.
    pub(super) async fn take_in(&self, org: OrgId, id: ImportId) -> Result<(), ImportsError> {
        match self.take_in_turn(org, id).await {
            // Another list took its place, or another process its work.
            Err(ImportsError::Overtaken) if !store::is_under_way(&self.db, id).await? => {
                self.drop_file(id).await
            }
            // It does not come right by itself: nobody tries again.
            Err(
                ImportsError::Suspended | ImportsError::Catalog(CatalogError::Plan(PlanError::Suspended(_))),
            ) => self.end(org, id, ImportState::Failed, Some(&ImportsError::Suspended.to_string())).await,
            ran => ran,
        }
    }

    async fn take_in_turn(&self, org: OrgId, id: ImportId) -> Result<(), ImportsError> {
        let Some(import) = store::get(&self.db, org, id).await? else { return self.drop_file(id).await };
        if !import.is_readable {
            return Err(ImportsError::LaterVersion);
        }
        let mut tx = self.db.begin().await?;
        store::turn(&mut tx, org).await?;
        if import.address.is_some() && !import.confirmed && !tokio::fs::try_exists(self.file(id)).await? {
            // As a process of an earlier version left it: it is fetched first.
            self.leave_next(&mut tx, org).await?;
            return Ok(tx.commit().await?);
        }
        let runs = store::begin(&mut tx, id, self.clock.now()).await?;
        tx.commit().await?;
        if !runs {
            // It is over, or behind another: whoever ends that leaves this one's work.
            return match store::is_under_way(&self.db, id).await? {
                true => Ok(()),
                false => self.drop_file(id).await,
            };
        }
        let Some(mut import) = store::get(&self.db, org, id).await? else { return self.drop_file(id).await };
        if store::is_suspended(&mut self.db.begin().await?, org).await? {
            return Err(ImportsError::Suspended);
        }
        if import.confirmed {
            let held = self.hide_missing(&mut import).await?;
            return self.end(org, id, ImportState::Done, held.as_deref()).await;
        }
        let file = match File::open(self.file(id)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let reason = "the file is gone from the server's disk; send the list again";
                return self.end(org, id, ImportState::Failed, Some(reason)).await;
            }
            Err(error) => return Err(error.into()),
        };
        match self.take_all(&mut import, file).await? {
            End::Whole => {
                let held = self.hide_missing(&mut import).await?;
                self.end(org, id, ImportState::Done, held.as_deref()).await
            }
            End::Unreadable(why) => self.end(org, id, ImportState::Failed, Some(&why.to_string())).await,
            End::Hopeless(failed) => {
                let reason = format!(
                    "the first {failed} products of the list all failed and none was taken, so it was read no further; see what is \
                     wrong with its rows, and send it again when that is mended"
                );
                self.end(org, id, ImportState::Failed, Some(&reason)).await
            }
            End::Later => self.leave_rest(org, id).await,
        }
    }

    /// Gives a running import's place back: what is left of it is done behind those who wait.
    async fn leave_rest(&self, org: OrgId, id: ImportId) -> Result<(), ImportsError> {
        let mut tx = self.db.begin().await?;
        store::turn(&mut tx, org).await?;
        store::line::pause(&mut tx, id).await?;
        let body = json!({ "org": org, "import": id });
        for key in keys(id) {
            // One of them is the job that runs this.
            let job = NewJob::new(KIND, key, body.clone()).of(org);
            if enqueue(&mut tx, self.clock.now(), &job).await? {
                break;
            }
        }
        Ok(tx.commit().await?)
    }

    async fn take_all(&self, import: &mut Import, file: File) -> Result<End, ImportsError> {
        let (batches, mut found) = mpsc::channel::<Vec<Outcome>>(2);
        let (format, options, now) = (import.format, import.options.clone(), import.created_at);
        let own = store::currency_of(&self.db, import.org).await?;
        let behind = usize::try_from(import.taken).unwrap_or(usize::MAX);
        let reading = tokio::task::spawn_blocking(move || {
            let found = parse::products(BufReader::new(file), format, &options, own, now)?.skip(behind);
            for batch in parse::batches(found) {
                let (batch, end) = batch;
                // Nobody may take it any more.
                let is_taken = batches.blocking_send(batch).is_ok();
                if let Some(error) = end {
                    return Err(error);
                }
                if !is_taken {
                    break;
                }
            }
            Ok(())
        });
        // From the first batch on: a long list is read up to it, so that each turn gets further.
        let mut turn: Option<Instant> = None;
        while let Some(batch) = found.recv().await {
            if batch.is_empty() {
                continue;
            }
            let began = Instant::now();
            self.take(import, batch).await?;
            if is_hopeless(import) {
                return Ok(End::Hopeless(import.counts.failed));
            }
            // Who waits to write gets a turn: SQLite has one writer.
            tokio::time::sleep(began.elapsed().clamp(LEAST_PAUSE, LONGEST_PAUSE)).await;
            if turn.get_or_insert(began).elapsed() >= self.run_for {
                if store::line::others_wait(&self.db, import.org).await? {
                    return Ok(End::Later);
                }
                turn = None;
            }
        }
        match reading.await {
            Ok(Ok(())) => Ok(End::Whole),
            Ok(Err(error)) => Ok(End::Unreadable(error)),
            // A reader that panics has met a file that it does not understand.
            Err(_) => Ok(End::Unreadable(FileError("the list cannot be read".into()))),
        }
    }

    /// Takes a batch in, in one transaction.
    async fn take(&self, import: &mut Import, batch: Vec<Outcome>) -> Result<(), ImportsError> {
        let (before, mut counts) = (import.taken, import.counts);
        let taken = before + batch.len() as u64;
        let with_stock = import.options.stock == StockRule::Replace;
        let adds = import.options.adds_to.is_some();
        let mut problems: Vec<(u64, Option<String>, String)> = Vec::new();
        let mut products: Vec<(Box<Incoming>, String)> = Vec::new();
        let (mut named, mut not_sold): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut not_sold_ids: Vec<ProductId> = Vec::new();
        for outcome in batch {
            counts.rows += outcome.rows;
            counts.unnamed += outcome.unnamed;
            let told = |error: parse::RowError| (error.line, error.field.map(str::to_owned), error.sentence);
            problems.extend(outcome.errors.into_iter().map(told));
            named.extend(outcome.name.clone());
            match outcome.found {
                Found::Product(product) => {
                    let hash = product.digest(with_stock);
                    let is_uncounted = |one: &IncomingVariant| {
                        !adds && one.stock.is_none() && one.sell_when_empty != Some(true)
                    };
                    counts.uncounted += u64::from(product.variants.iter().any(is_uncounted));
                    let is_untracked = |one: &IncomingVariant| !adds && one.pieces != Pieces::Told;
                    counts.untracked += u64::from(product.variants.iter().any(is_untracked));
                    products.push((product, hash));
                }
                Found::NotSold(id) => {
                    counts.not_sold += 1;
                    not_sold.extend(outcome.name);
                    not_sold_ids.extend(id);
                }
                Found::Bad => counts.failed += 1,
            }
        }
        counts.hidden += self.hide_named(import, &not_sold, not_sold_ids).await?;

        let mut tx = self.db.begin().await?;
        if store::is_suspended(&mut tx, import.org).await? {
            return Err(ImportsError::Suspended);
        }
        store::turn(&mut tx, import.org).await?;
        let names: Vec<&str> = products.iter().map(|(product, _)| product.external_id.as_str()).collect();
        let source = import.options.adds_to.as_ref().unwrap_or(&import.source);
        let known = store::known(&mut tx, import.org, source, &names).await?;
        let by_sku =
            if adds { self.by_number(&mut tx, import.org, &products, &known).await? } else { HashMap::new() };
        let (mut items, mut of_items) = (Vec::new(), Vec::new());
        let mut drawn: Vec<Drawn> = Vec::new();
        for (mut product, hash) in products {
            let before = known.get(&product.external_id);
            let pictures = product.pictures.take();
            if let Some(before) = before.filter(|before| !adds && before.hash == hash) {
                counts.edited += u64::from(before.is_edited);
                let id = before.id;
                if with_stock && product.variants.iter().any(|one| one.stock.is_some()) {
                    of_items.push((product.line, product.external_id.clone(), None, pictures));
                    let mut item = item(Some(id), *product, with_stock, import);
                    if let Some(listed) = &mut item.listed {
                        listed.is_same = true;
                    }
                    items.push(item);
                    continue;
                }
                counts.unchanged += 1;
                drawn.extend(pictures.map(|pictures| Drawn { product: id, line: product.line, pictures }));
                continue;
            }
            let id = before.map(|before| before.id).or(product.vitrine_id);
            let id = id.or_else(|| by_sku.get(&product.external_id).copied());
            of_items.push((product.line, product.external_id.clone(), Some(hash), pictures));
            let item = item(id, *product, with_stock, import);
            // Who adds to products calls them nothing.
            items.push(if adds { BatchItem { adds_only: true, listed: None, ..item } } else { item });
        }
        let done = self.catalog.put_many(&mut tx, &Actor::service("import"), import.org, items).await?;
        let mut remembered: Vec<(String, ProductId, String)> = Vec::with_capacity(done.len());
        for ((line, name, hash, pictures), done) in of_items.into_iter().zip(done) {
            let (count, id) = match done {
                Ok(BatchDone::Created(id)) => (&mut counts.created, id),
                Ok(BatchDone::Changed(id)) => (&mut counts.changed, id),
                Ok(BatchDone::Unchanged(id)) => (&mut counts.unchanged, id),
                Err(invalid) => {
                    counts.failed += 1;
                    problems.push((line, field_of(&invalid.0), invalid.0));
                    continue;
                }
            };
            *count += 1;
            // Of what says the same as before, it is remembered already.
            if let Some(hash) = hash.filter(|_| !adds) {
                remembered.push((name, id, hash));
            }
            drawn.extend(pictures.map(|pictures| Drawn { product: id, line, pictures }));
        }
        problems.extend(self.wish(&mut tx, import, drawn).await?);
        store::remember(&mut tx, import.org, &import.source, &remembered).await?;
        if import.options.is_whole() {
            let named: Vec<&str> = named.iter().map(String::as_str).collect();
            store::missing::see(&mut tx, import, &named).await?;
        }
        problems.sort_by_key(|(line, ..)| *line);
        let first = counts.problems;
        counts.problems += problems.len() as u64;
        let room = usize::try_from(MOST_PROBLEMS.saturating_sub(first)).unwrap_or(0);
        let kept: Vec<_> = (first + 1..)
            .zip(problems)
            .take(room)
            .map(|(number, (line, field, sentence))| ImportProblem {
                number: i64::try_from(number).unwrap_or(i64::MAX),
                line,
                field,
                sentence: sentence.chars().filter(|c| !c.is_control()).take(300).collect(),
            })
            .collect();
        store::add_problems(&mut tx, import.id, &kept).await?;
        if !store::advance(&mut tx, import.id, before, taken, &counts).await? {
            return Err(ImportsError::Overtaken);
        }
        tx.commit().await?;
        (import.taken, import.counts) = (taken, counts);
        Ok(())
    }

    /// The product of each list's name that is not known by it, by the number of its first variant that the catalogue knows.
    async fn by_number(
        &self,
        tx: &mut Tx,
        org: OrgId,
        products: &[(Box<Incoming>, String)],
        known: &HashMap<String, store::Known>,
    ) -> Result<HashMap<String, ProductId>, ImportsError> {
        let is_unknown = |product: &&Incoming| !known.contains_key(&product.external_id);
        let unknown: Vec<&Incoming> =
            products.iter().map(|(product, _)| product.as_ref()).filter(is_unknown).collect();
        let mut wanted = Vec::with_capacity(unknown.len());
        for product in &unknown {
            let named = product.variants.iter().flat_map(|one| &one.external_ids);
            let numbers = product.variants.iter().filter_map(|one| one.sku.as_deref());
            wanted.push(Numbered {
                named: named.map(|(platform, id)| (platform.as_str(), id.as_str())).collect(),
                // One that is known by its number alone goes by the list's name, too.
                numbers: numbers.chain([product.external_id.as_str()]).collect(),
            });
        }
        let found = self.catalog.find_by_number(tx, org, &wanted).await?;
        let named = unknown.iter().zip(found);
        Ok(named.filter_map(|(product, id)| Some((product.external_id.clone(), id?))).collect())
    }

    /// Takes products off the sale that the list says are not sold, by its own names or by our ids; how many were sold until now.
    async fn hide_named(
        &self,
        import: &Import,
        names: &[String],
        mut ids: Vec<ProductId>,
    ) -> Result<u64, ImportsError> {
        if names.is_empty() {
            return Ok(0);
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut tx = self.db.begin().await?;
        store::turn(&mut tx, import.org).await?;
        ids.extend(store::missing::sold(&mut tx, import.org, &import.source, &names).await?);
        ids.sort_unstable();
        ids.dedup();
        let hidden = self.hide_in(&mut tx, import, ids).await?;
        tx.commit().await?;
        Ok(hidden)
    }

    async fn hide_in(&self, tx: &mut Tx, import: &Import, ids: Vec<ProductId>) -> Result<u64, ImportsError> {
        // Products first, what lists said of them behind: so whoever removes one goes, too.
        let hidden = self.catalog.hide_many(tx, &Actor::service("import"), import.org, ids.clone()).await?;
        store::missing::forget(tx, import.org, &ids).await?;
        Ok(hidden as u64)
    }

    /// Takes products off the sale that a whole list leaves out. Gives a sentence when that is for a person to say.
    async fn hide_missing(&self, import: &mut Import) -> Result<Option<String>, ImportsError> {
        if !import.options.is_whole() {
            return Ok(None);
        }
        let (missing, all) = store::missing::count(&self.db, import).await?;
        if missing == 0 && import.counts.missing == 0 {
            return Ok(None);
        }
        let unnamed = import.counts.unnamed;
        let refusal = if import.confirmed || missing == 0 {
            None
        } else if unnamed > 0 {
            Some(format!(
                "{unnamed} rows could not be read, so it is not known what the list leaves out: {missing} products stay on sale \
                 until you confirm that they are gone, or a list comes that can be read"
            ))
        } else if missing * 100 > all * MOST_MISSING {
            Some(format!(
                "the list leaves out {missing} of {all} products of its source, more than {MOST_MISSING} % at once: they stay on \
                 sale until you confirm that they are gone, or a list comes that has them"
            ))
        } else {
            None
        };
        import.counts.missing = if refusal.is_some() { missing } else { 0 };
        loop {
            let began = Instant::now();
            let ids = match refusal {
                Some(_) => Vec::new(),
                None => store::missing::some(&self.db, import, HIDE_AT_ONCE).await?,
            };
            let is_last = ids.is_empty();
            let mut tx = self.db.begin().await?;
            store::turn(&mut tx, import.org).await?;
            import.counts.hidden += self.hide_in(&mut tx, import, ids).await?;
            if !store::advance(&mut tx, import.id, import.taken, import.taken, &import.counts).await? {
                return Err(ImportsError::Overtaken);
            }
            tx.commit().await?;
            if is_last {
                return Ok(refusal);
            }
            tokio::time::sleep(began.elapsed().clamp(LEAST_PAUSE, LONGEST_PAUSE)).await;
        }
    }

    /// Says that an import is over, leaves the work of the next, and lets its file go.
    pub(super) async fn end(
        &self,
        org: OrgId,
        id: ImportId,
        state: ImportState,
        reason: Option<&str>,
    ) -> Result<(), ImportsError> {
        let mut tx = self.db.begin().await?;
        store::turn(&mut tx, org).await?;
        store::end(&mut tx, id, state, reason, self.clock.now()).await?;
        if let Some(import) = store::get_in(&mut tx, org, id).await? {
            store::line::trim(&mut tx, org, &import.source).await?;
        }
        self.leave_next(&mut tx, org).await?;
        tx.commit().await?;
        self.drop_file(id).await
    }

    async fn drop_file(&self, id: ImportId) -> Result<(), ImportsError> {
        let file = self.file(id);
        for file in [file.with_extension("part"), file] {
            match tokio::fs::remove_file(file).await {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The keys of an import's jobs: the second is of one that is left while the first runs, and the first again while that does.
pub(super) fn keys(id: ImportId) -> [String; 2] {
    [id.to_string(), format!("{id}/rest")]
}

/// Whether so many products of a list failed, and none was taken, that the rest is not worth reading.
fn is_hopeless(import: &Import) -> bool {
    let (counts, adds) = (&import.counts, import.options.adds_to.is_some());
    let most = if adds { MOST_FAILED_OF_ADDED } else { MOST_FAILED };
    counts.failed >= most && counts.created + counts.changed + counts.unchanged + counts.not_sold == 0
}
