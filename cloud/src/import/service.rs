//! The handle of imports: lists come in, and people see what became of them.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::Stream;
use serde_json::json;
use vitrine_protocol::{ImportId, OrgId};

use super::{Import, ImportProblem, ImportState, ImportsError, NewImport, receive, runner, store};
use crate::base::{Actor, Clock, Egress, EgressError, FairTurns, NoTurn, Page, Permission};
use crate::catalog::Catalog;
use crate::db::{Db, Tx};
use crate::jobs::{NewJob, Standing, enqueue, standing};

/// How many files may come in at once in this process.
const AT_ONCE: usize = 6;
/// How many of them one organisation may send.
const OF_ONE: usize = 1;
/// How many of an organisation may wait or run.
const OF_AN_ORG: i64 = 3;
/// How long an import is left alone before somebody looks whether it has a job.
const LINGERS: TimeDelta = TimeDelta::minutes(1);
/// How many organisations one look takes care of.
const LOOK_AT: i64 = 200;
/// Why an import did not end by itself.
pub(super) const GIVEN_UP: &str = "it was tried several times and failed on our side; send the list again";
const SUPERSEDED: &str = "a later list of the source has come, and takes its place";
/// How long reports are kept, and files that nobody reads.
const REPORTS_FOR: TimeDelta = TimeDelta::days(90);
const FILES_FOR: Duration = Duration::from_secs(24 * 3600);

/// Lists of products. Clones share everything.
#[derive(Clone)]
pub struct Imports {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) catalog: Catalog,
    pub(super) egress: Egress,
    dir: PathBuf,
    uploads: FairTurns,
    /// How long an import is taken in while others wait.
    pub(super) run_for: Duration,
}

impl Imports {
    /// The handle; `dir` is where files wait, for all nodes, and `egress` the way to other people's servers.
    #[must_use]
    pub fn new(db: Db, clock: Clock, catalog: Catalog, dir: PathBuf, egress: Egress) -> Self {
        let (uploads, run_for) = (FairTurns::new(AT_ONCE, OF_ONE), runner::RUN_FOR);
        Self { db, clock, catalog, egress, dir, uploads, run_for }
    }

    /// Takes a file in and leaves the work for later. Nothing of the file is read here.
    ///
    /// # Errors
    /// [`ImportsError::Denied`]; [`ImportsError::Invalid`]; [`ImportsError::TooLarge`]; [`ImportsError::BrokenOff`];
    /// [`ImportsError::Enough`]; [`ImportsError::Coming`]; [`ImportsError::Busy`].
    pub async fn upload<E>(
        &self,
        actor: &Actor,
        org: OrgId,
        new: NewImport,
        body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Result<Import, ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        let new = new.checked()?;
        // Before its bytes come: nobody sends 256 MB to be told that.
        if store::under_way_now(&self.db, org).await? >= OF_AN_ORG {
            return Err(ImportsError::Enough);
        }
        let _turn = self.uploads.turn(org).map_err(|none| match none {
            NoTurn::Own => ImportsError::Coming,
            NoTurn::All => ImportsError::Busy,
        })?;
        let coming = self.file(ImportId::new());
        let kept = async {
            receive::write(&coming, body).await?;
            // Its place in the line is that of its arrival.
            let import = Import::new(org, new, None, self.clock.now());
            let file = self.file(import.id);
            tokio::fs::rename(&coming, &file).await?;
            match self.leave(&import).await {
                Ok(()) => Ok(import),
                Err(error) => {
                    // Nobody will read it; the first error is the one to tell.
                    drop(tokio::fs::remove_file(&file).await);
                    Err(error)
                }
            }
        };
        let kept = kept.await;
        if kept.is_err() {
            drop(tokio::fs::remove_file(&coming).await);
        }
        kept
    }

    /// Writes an import down and leaves the work. It takes the place of those of its source that it makes needless.
    pub(super) async fn leave(&self, import: &Import) -> Result<(), ImportsError> {
        let mut tx = self.db.begin().await?;
        store::turn(&mut tx, import.org).await?;
        store::line::supersede(&mut tx, import, SUPERSEDED, self.clock.now()).await?;
        self.leave_in(&mut tx, import).await?;
        Ok(tx.commit().await?)
    }

    /// The same, behind those that are there. Whoever calls has the organisation's turn.
    pub(super) async fn leave_in(&self, tx: &mut Tx, import: &Import) -> Result<(), ImportsError> {
        if store::under_way(tx, import.org).await? >= OF_AN_ORG {
            return Err(ImportsError::Enough);
        }
        store::insert(tx, import).await?;
        self.leave_next(tx, import.org).await
    }

    /// Leaves the work of whatever is next in an organisation's line: one import is taken in at a time, so that no organisation
    /// holds all places, and those of a source one after the other. Lists are fetched meanwhile. Whoever calls has the turn.
    pub(super) async fn leave_next(&self, tx: &mut Tx, org: OrgId) -> Result<(), ImportsError> {
        let line = store::line::of(tx, org).await?;
        let mut is_taken = line.iter().any(|import| import.is_running);
        let mut sources: Vec<&str> = Vec::new();
        for import in &line {
            if sources.contains(&import.source.as_str()) {
                continue;
            }
            sources.push(&import.source);
            if import.is_running {
                continue;
            }
            let needs_file = import.is_fetched && !import.is_confirmed;
            let kind = if needs_file && !tokio::fs::try_exists(self.file(import.id)).await? {
                runner::FETCH_KIND
            } else if is_taken {
                continue;
            } else {
                is_taken = true;
                let [_, rest] = runner::keys(import.id);
                if standing(tx, runner::KIND, &rest).await? == Standing::Living {
                    continue;
                }
                runner::KIND
            };
            let body = json!({ "org": org, "import": import.id });
            enqueue(tx, self.clock.now(), &NewJob::new(kind, import.id.to_string(), body).of(org)).await?;
        }
        Ok(())
    }

    /// Ends imports whose jobs have died, and leaves the work of those that have none; how many organisations were looked at.
    ///
    /// # Errors
    /// The database or the disk does not answer.
    pub async fn mend(&self) -> Result<usize, ImportsError> {
        let now = self.clock.now();
        let lingering = store::line::lingering(&self.db, now - LINGERS, LOOK_AT).await?;
        for org in &lingering {
            let mut tx = self.db.begin().await?;
            store::turn(&mut tx, *org).await?;
            for import in store::line::of(&mut tx, *org).await? {
                let [first, rest] = runner::keys(import.id);
                let jobs = [
                    standing(&mut tx, runner::KIND, &first).await?,
                    standing(&mut tx, runner::KIND, &rest).await?,
                    standing(&mut tx, runner::FETCH_KIND, &first).await?,
                ];
                let is_dead = if jobs.contains(&Standing::Living) {
                    false
                } else {
                    jobs.contains(&Standing::Dead) || import.is_running
                };
                if is_dead {
                    store::end(&mut tx, import.id, ImportState::Failed, Some(GIVEN_UP), now).await?;
                }
            }
            self.leave_next(&mut tx, *org).await?;
            tx.commit().await?;
        }
        Ok(lingering.len())
    }

    /// Lets what a whole list leaves out leave the sale, however much it is.
    ///
    /// # Errors
    /// [`ImportsError::Denied`]; [`ImportsError::NoImport`]; [`ImportsError::NothingMissing`].
    pub async fn confirm_missing(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ImportId,
    ) -> Result<Import, ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        let mut tx = self.db.begin().await?;
        store::turn(&mut tx, org).await?;
        let import = store::get_in(&mut tx, org, id).await?.ok_or(ImportsError::NoImport(id))?;
        if import.counts.missing == 0 || !store::line::confirm(&mut tx, org, id).await? {
            return Err(ImportsError::NothingMissing);
        }
        self.leave_next(&mut tx, org).await?;
        let import = store::get_in(&mut tx, org, id).await?.ok_or(ImportsError::NoImport(id))?;
        tx.commit().await?;
        Ok(import)
    }

    /// Fetches the file of an import from its address, unless it is there.
    ///
    /// # Errors
    /// [`ImportsError::Egress`]; [`ImportsError::TooLarge`]; [`ImportsError::BrokenOff`].
    pub(super) async fn fetch(&self, import: &Import, address: &str) -> Result<(), ImportsError> {
        let file = self.file(import.id);
        if tokio::fs::try_exists(&file).await? {
            return Ok(());
        }
        let url = url::Url::parse(address).map_err(|_| EgressError::NoAddress)?;
        let part = file.with_extension("part");
        receive::write(&part, self.egress.get(&url).await?.bytes_stream()).await?;
        Ok(tokio::fs::rename(&part, &file).await?)
    }

    /// Imports, newest first.
    ///
    /// # Errors
    /// [`ImportsError::Denied`].
    pub async fn list(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<ImportId>,
        limit: i64,
    ) -> Result<Page<Import>, ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        let imports = store::list(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(imports, limit, |import| import.id.to_string()))
    }

    /// An import, and what is wrong with rows of it, in the order of the list.
    ///
    /// # Errors
    /// [`ImportsError::Denied`]; [`ImportsError::NoImport`].
    pub async fn report(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ImportId,
        after: Option<i64>,
        limit: i64,
    ) -> Result<(Import, Page<ImportProblem>), ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        let import = store::get(&self.db, org, id).await?.ok_or(ImportsError::NoImport(id))?;
        let problems = store::problems(&self.db, id, after.unwrap_or(0), limit + 1).await?;
        Ok((import, Page::cut(problems, limit, |problem| problem.number.to_string())))
    }

    /// Forgets old reports, and files that nobody reads any more. How many files went.
    ///
    /// # Errors
    /// The database or the disk does not answer.
    pub async fn sweep(&self) -> Result<u64, ImportsError> {
        let mut tx = self.db.begin().await?;
        store::forget(&mut tx, self.clock.now() - REPORTS_FOR).await?;
        tx.commit().await?;
        let mut files = match tokio::fs::read_dir(&self.dir).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            files => files?,
        };
        let mut gone = 0;
        while let Some(file) = files.next_entry().await? {
            let age = file.metadata().await?.modified()?.elapsed().unwrap_or_default();
            if age < FILES_FOR {
                continue;
            }
            let name = file.file_name();
            let id = name.to_str().and_then(|name| name.parse::<ImportId>().ok());
            let is_read = match id {
                Some(id) => store::is_under_way(&self.db, id).await?,
                None => false,
            };
            if !is_read {
                tokio::fs::remove_file(file.path()).await?;
                gone += 1;
            }
        }
        Ok(gone)
    }

    /// Where the file of an import is.
    pub(super) fn file(&self, id: ImportId) -> PathBuf {
        self.dir.join(id.to_string())
    }
}

#[cfg(test)]
pub(super) mod tests;
#[cfg(test)]
mod tests_back;
#[cfg(test)]
mod tests_line;
#[cfg(test)]
mod tests_locals;
#[cfg(test)]
mod tests_sale;
#[cfg(test)]
mod tests_turns;
#[cfg(test)]
mod tests_whole;
