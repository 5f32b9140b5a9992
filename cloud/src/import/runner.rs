//! Takes lists in: reads a file on a thread of its own, and writes what it finds, a batch at a time.

use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::Instant;
use vitrine_protocol::{ImportId, OrgId, ProductId};

use super::parse::{self, FileError, Found, Incoming, Outcome};
use super::{Import, ImportProblem, ImportState, Imports, ImportsError, StockRule, store};
use crate::base::Actor;
use crate::catalog::{BatchDone, BatchItem, ProductDraft, VariantDraft};
use crate::jobs::{Job, Policy, Ran, Runner};

/// The kind of jobs.
pub(super) const KIND: &str = "catalog.import";

/// Products of one transaction: others who write wait no longer than one takes.
const BATCH: usize = 100;
/// The pause after one is as long as it took, within these bounds.
const LEAST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// What is wrong with rows is kept up to here.
const MOST_PROBLEMS: u64 = 1_000;
const ATTEMPTS: u32 = 6;

/// Does jobs of the kind `catalog.import`.
pub struct RunImports(Imports);

impl RunImports {
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

impl Runner for RunImports {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy {
            at_once: 2,
            attempts: ATTEMPTS,
            longest_pause: Duration::from_secs(600),
            ..Policy::default()
        }
    }

    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        Box::pin(async move {
            let Body { org, import } = job.body()?;
            match self.0.take_in(org, import).await {
                Ok(()) => Ok(()),
                Err(error) if job.attempt >= ATTEMPTS => {
                    let reason = match &error {
                        ImportsError::Egress(_) | ImportsError::BrokenOff => error.to_string(),
                        _ => "it was tried several times and failed on our side; send the list again"
                            .to_owned(),
                    };
                    self.0.end(import, ImportState::Failed, Some(&reason)).await?;
                    Err(error.into())
                }
                Err(error) => Err(error.into()),
            }
        })
    }
}

/// How reading ended.
enum End {
    Whole,
    /// The list cannot be read on, or not at all.
    Unreadable(FileError),
}

impl Imports {
    /// Takes an import in from where it is to its end. Safe to do twice, and for two at once: what was taken is written with
    /// how far that is.
    pub(super) async fn take_in(&self, org: OrgId, id: ImportId) -> Result<(), ImportsError> {
        let mut tx = self.db.begin().await?;
        let runs = store::begin(&mut tx, id, self.clock.now()).await?;
        tx.commit().await?;
        let Some(mut import) = store::get(&self.db, org, id).await?.filter(|_| runs) else {
            return self.drop_file(id).await;
        };
        if let Some(address) = import.address.clone() {
            match self.fetch(&import, &address).await {
                Ok(()) => {}
                Err(ImportsError::Egress(error)) if !error.is_passing() => {
                    return self.end(id, ImportState::Failed, Some(&error.to_string())).await;
                }
                Err(error @ ImportsError::TooLarge) => {
                    return self.end(id, ImportState::Failed, Some(&error.to_string())).await;
                }
                Err(error) => return Err(error),
            }
        }
        let file = match File::open(self.file(id)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let reason = "the file is gone from the server's disk; send the list again";
                return self.end(id, ImportState::Failed, Some(reason)).await;
            }
            Err(error) => return Err(error.into()),
        };
        match self.take_all(&mut import, file).await? {
            End::Whole => self.end(id, ImportState::Done, None).await,
            End::Unreadable(why) => self.end(id, ImportState::Failed, Some(&why.to_string())).await,
        }
    }

    async fn take_all(&self, import: &mut Import, file: File) -> Result<End, ImportsError> {
        let (batches, mut found) = mpsc::channel::<Vec<Outcome>>(2);
        let (format, options, now) = (import.format, import.options.clone(), import.created_at);
        let behind = usize::try_from(import.taken).unwrap_or(usize::MAX);
        let reading = tokio::task::spawn_blocking(move || {
            let mut batch = Vec::with_capacity(BATCH);
            for outcome in parse::products(BufReader::new(file), format, &options, now)?.skip(behind) {
                match outcome {
                    Ok(outcome) => batch.push(outcome),
                    Err(error) => {
                        drop(batches.blocking_send(batch));
                        return Err(error);
                    }
                }
                if batch.len() == BATCH
                    && batches
                        .blocking_send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))
                        .is_err()
                {
                    return Ok(()); // nobody takes it any more
                }
            }
            drop(batches.blocking_send(batch));
            Ok(())
        });
        while let Some(batch) = found.recv().await {
            if !batch.is_empty() {
                let began = Instant::now();
                self.take(import, batch).await?;
                // Who waits to write gets a turn: SQLite has one writer.
                tokio::time::sleep(began.elapsed().clamp(LEAST_PAUSE, LONGEST_PAUSE)).await;
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
        let mut problems: Vec<(u64, Option<String>, String)> = Vec::new();
        let mut products: Vec<(Box<Incoming>, String)> = Vec::new();
        for outcome in batch {
            counts.rows += outcome.rows;
            let told = |error: parse::RowError| (error.line, error.field.map(str::to_owned), error.sentence);
            problems.extend(outcome.errors.into_iter().map(told));
            match outcome.found {
                Found::Product(product) => {
                    let hash = product.digest(with_stock);
                    products.push((product, hash));
                }
                Found::NotSold => counts.not_sold += 1,
                Found::Bad => counts.failed += 1,
            }
        }

        let mut tx = self.db.begin().await?;
        let names: Vec<&str> = products.iter().map(|(product, _)| product.external_id.as_str()).collect();
        let known = store::known(&mut tx, import.org, &import.source, &names).await?;
        let (mut items, mut of_items) = (Vec::new(), Vec::new());
        for (product, hash) in products {
            let before = known.get(&product.external_id);
            if before.is_some_and(|(_, said)| *said == hash) {
                counts.unchanged += 1;
                continue;
            }
            let id = before.map(|(id, _)| *id).or(product.vitrine_id);
            of_items.push((product.line, product.external_id.clone(), hash));
            items.push(item(id, *product, with_stock));
        }
        let done = self.catalog.put_many(&mut tx, &Actor::service("import"), import.org, items).await?;
        let mut remembered: Vec<(String, ProductId, String)> = Vec::with_capacity(done.len());
        for ((line, name, hash), done) in of_items.into_iter().zip(done) {
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
            remembered.push((name, id, hash));
        }
        store::remember(&mut tx, import.org, &import.source, &remembered).await?;
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

    /// Says that an import is over, and lets its file go.
    pub(super) async fn end(
        &self,
        id: ImportId,
        state: ImportState,
        reason: Option<&str>,
    ) -> Result<(), ImportsError> {
        let mut tx = self.db.begin().await?;
        store::end(&mut tx, id, state, reason, self.clock.now()).await?;
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

/// What the catalogue takes of a product of a list.
fn item(id: Option<ProductId>, product: Incoming, replace_stock: bool) -> BatchItem {
    let variants = product
        .variants
        .into_iter()
        .map(|variant| VariantDraft {
            id: variant.vitrine_id,
            title: variant.title,
            sku: variant.sku,
            price_minor: Some(variant.price_minor),
            stock: variant.stock,
            sell_when_empty: None,
        })
        .collect();
    let draft = ProductDraft {
        title: product.title,
        description: product.description,
        url: product.url,
        currency: product.currency,
        price_minor: None,
        compare_at_minor: product.compare_at_minor,
        stock: None,
        variants,
    };
    BatchItem { id, draft, replace_stock, is_whole: product.is_whole }
}

/// The field that a sentence of the catalogue begins with.
fn field_of(sentence: &str) -> Option<String> {
    let (field, _) = sentence.strip_prefix('`')?.split_once('`')?;
    Some(field.rsplit('.').next().unwrap_or(field).to_owned())
}
