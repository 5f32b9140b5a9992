//! A transaction that may write.

use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};
use tokio::sync::watch;

use super::{DbError, OutboxRow, mark, outbox};

/// The driver's own side of a [`Db`](super::Db) or [`Tx`]; see [`on!`](crate::on).
#[derive(Debug)]
pub enum Side<S, P> {
    /// SQLite.
    Sqlite(S),
    /// Postgres.
    Pg(P),
}

/// A transaction. Dropped without [`Tx::commit`], it leaves nothing behind.
///
/// On SQLite it holds the one writer from its begin, so hold it over SQL only, never over a wait
/// for the network.
pub struct Tx {
    inner: Side<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>,
    outbox: Vec<OutboxRow>,
    left_job: bool,
    wake_listeners: bool,
    commits: Commits,
}

/// How often this process committed facts and jobs, for those who wait for them.
#[derive(Clone, Default)]
pub(super) struct Commits {
    pub(super) facts: watch::Sender<u64>,
    pub(super) jobs: watch::Sender<u64>,
}

impl Tx {
    pub(super) fn new(
        inner: Side<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>,
        commits: Commits,
    ) -> Self {
        Self { inner, outbox: Vec::new(), left_job: false, wake_listeners: false, commits }
    }

    /// The connection, for [`on!`](crate::on).
    pub fn side(&mut self) -> Side<&mut SqliteConnection, &mut PgConnection> {
        match &mut self.inner {
            Side::Sqlite(tx) => Side::Sqlite(&mut **tx),
            Side::Pg(tx) => Side::Pg(&mut **tx),
        }
    }

    /// Leaves a row for the outbox; it is written last, at the commit.
    pub fn leave(&mut self, row: OutboxRow) {
        self.outbox.push(row);
    }

    /// Says that a job was left: at the commit, those who run jobs are woken.
    pub fn leave_job(&mut self) {
        self.left_job = true;
    }

    /// Says that listeners have to look, though no fact was left.
    pub fn wake_listeners(&mut self) {
        self.wake_listeners = true;
    }

    /// Writes the [`Mark`](super::Mark) and the outbox, and commits.
    ///
    /// The counters that number the rows are locked here and not before: their locks are held for the
    /// shortest time, always taken last and in one order (so that no two transactions wait for each
    /// other), and a counter's order is the order of commits.
    ///
    /// # Errors
    /// The database refused, or [`DbError::Overtaken`]; nothing is kept.
    pub async fn commit(mut self) -> Result<(), DbError> {
        let rows = std::mem::take(&mut self.outbox);
        let facts = !rows.is_empty() || self.wake_listeners;
        mark::write(&mut self).await?;
        if !rows.is_empty() {
            outbox::write(&mut self, rows).await?;
        }
        match self.inner {
            Side::Sqlite(tx) => tx.commit().await?,
            Side::Pg(tx) => tx.commit().await?,
        }
        if facts {
            self.commits.facts.send_modify(|count| *count += 1);
        }
        if self.left_job {
            self.commits.jobs.send_modify(|count| *count += 1);
        }
        Ok(())
    }
}
