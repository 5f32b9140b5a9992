//! The handle of imports: lists come in, and people see what became of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::{Stream, StreamExt as _};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Semaphore;
use vitrine_protocol::{ImportId, OrgId};

use super::{Import, ImportProblem, ImportsError, NewImport, runner, store};
use crate::base::{Actor, Clock, Egress, EgressError, Page, Permission};
use crate::catalog::Catalog;
use crate::db::{Db, Tx};
use crate::jobs::{NewJob, enqueue};

/// The largest file.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// How many files may come in at once in this process.
const AT_ONCE: usize = 4;
/// How many of an organisation may wait or run.
const OF_AN_ORG: i64 = 3;
/// How long the next piece of a file may take, and the whole.
const PIECE_WITHIN: Duration = Duration::from_secs(30);
const ALL_WITHIN: Duration = Duration::from_secs(15 * 60);
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
    uploads: Arc<Semaphore>,
}

impl Imports {
    /// The handle; `dir` is where files wait, for all nodes, and `egress` the way to other people's servers.
    #[must_use]
    pub fn new(db: Db, clock: Clock, catalog: Catalog, dir: PathBuf, egress: Egress) -> Self {
        Self { db, clock, catalog, egress, dir, uploads: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Takes a file in and leaves the work for later. Nothing of the file is read here.
    ///
    /// # Errors
    /// [`ImportsError::Denied`]; [`ImportsError::Invalid`]; [`ImportsError::TooLarge`]; [`ImportsError::BrokenOff`];
    /// [`ImportsError::Enough`]; [`ImportsError::Busy`].
    pub async fn upload<E>(
        &self,
        actor: &Actor,
        org: OrgId,
        new: NewImport,
        body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Result<Import, ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        let import = Import::new(org, new.checked()?, None, self.clock.now());
        let _turn = self.uploads.try_acquire().map_err(|_| ImportsError::Busy)?;
        let file = self.file(import.id);
        let kept = async {
            let written = tokio::time::timeout(ALL_WITHIN, write(&file, body)).await;
            written.map_err(|_| ImportsError::BrokenOff)??;
            self.leave(&import).await
        };
        match kept.await {
            Ok(()) => Ok(import),
            Err(error) => {
                // Nobody will read it; the first error is the one to tell.
                drop(tokio::fs::remove_file(&file).await);
                Err(error)
            }
        }
    }

    /// Writes an import down and leaves the work.
    pub(super) async fn leave(&self, import: &Import) -> Result<(), ImportsError> {
        let mut tx = self.db.begin().await?;
        self.leave_in(&mut tx, import).await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn leave_in(&self, tx: &mut Tx, import: &Import) -> Result<(), ImportsError> {
        if store::under_way(tx, import.org).await? >= OF_AN_ORG {
            return Err(ImportsError::Enough);
        }
        store::insert(tx, import).await?;
        let body = json!({ "org": import.org, "import": import.id });
        let job = NewJob::new(runner::KIND, import.id.to_string(), body).of(import.org);
        enqueue(tx, self.clock.now(), &job).await?;
        Ok(())
    }

    /// Fetches the file of an import from its address, unless it is there.
    ///
    /// # Errors
    /// [`ImportsError::Egress`]; [`ImportsError::TooLarge`]; [`ImportsError::BrokenOff`].
    pub(super) async fn fetch(&self, import: &Import, address: &str) -> Result<(), ImportsError> {
        let file = self.file(import.id);
        // What was begun is gone on with as it was: fetched again it may be another list.
        if import.taken > 0 || tokio::fs::try_exists(&file).await? {
            return Ok(());
        }
        let url = url::Url::parse(address).map_err(|_| EgressError::NoAddress)?;
        let part = file.with_extension("part");
        let fetched = tokio::time::timeout(ALL_WITHIN, async {
            let answer = self.egress.get(&url).await?;
            write(&part, answer.bytes_stream()).await
        });
        fetched.await.map_err(|_| ImportsError::BrokenOff)??;
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

/// Writes what comes to `file`, within bounds.
async fn write<E>(
    file: &Path,
    mut body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<(), ImportsError> {
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let mut written = 0_u64;
    let mut out = tokio::fs::File::create(file).await?;
    loop {
        let piece = tokio::time::timeout(PIECE_WITHIN, body.next()).await;
        let Some(piece) = piece.map_err(|_| ImportsError::BrokenOff)? else { break };
        let piece = piece.map_err(|_| ImportsError::BrokenOff)?;
        written += piece.len() as u64;
        if written > MOST_BYTES {
            return Err(ImportsError::TooLarge);
        }
        out.write_all(&piece).await?;
    }
    Ok(out.sync_all().await?)
}

#[cfg(test)]
mod tests;
