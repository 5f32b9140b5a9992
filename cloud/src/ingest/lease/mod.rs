//! Who owns a show's media: one row for each show, and the rules by which it changes hands.
//!
//! An owner bumps the row's beat each second. Others act only when they saw the same beat for [`LEASE`] on their own
//! monotonic clock ([`Watch`]), or when the owner let go. Each taking makes the fencing number grow, and every write of an
//! owner names its number: one who was replaced changes nothing any more.

mod desk;
#[cfg(test)]
pub mod fake;
mod store;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use vitrine_protocol::ShowId;

pub use self::desk::Desk;
pub use self::watch::Watch;
use super::launcher::JobHandle;
use crate::base::Clock;
use crate::db::{Db, DbError};

/// How often an owner shows that it lives.
pub const BEAT: Duration = Duration::from_secs(1);
/// How long a row must stand still before another may take it: a node that is lost is replaced within 5 s.
pub const LEASE: Duration = Duration::from_secs(3);
/// A database that takes longer to write takes its owners' beats as late.
const WRITTEN_WITHIN: Duration = Duration::from_millis(300);
/// One that refused a write so recently has refused its owners' beats too.
const REFUSED_SINCE: Duration = Duration::from_secs(3);
/// Media sequence numbers that are spoken for at once: nine hours of segments of two seconds.
pub const MSN_BLOCK: u64 = 1 << 14;
/// Media time that is spoken for at once, in milliseconds. An epoch that follows a lost one begins at its end, so it is
/// not much longer than the loss takes to be noticed.
pub const HEAD_BLOCK_MS: i64 = 8_000;

/// One run of `serve`, as other nodes know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The node, the same after a restart.
    pub node: String,
    /// The boot of its machine: what was not synced before it is lost.
    pub boot: String,
    /// This run, made up at its start.
    pub serve: String,
    /// Where it takes publishers that reached another node: `host:port`.
    pub rtmp: String,
}

impl Owner {
    /// Whether what has this home is on the machine of this owner, and reaches what only that machine can.
    pub fn shares_machine(&self, home: &str) -> bool {
        home.rsplit_once('/').is_some_and(|(_, boot)| boot == self.boot)
    }

    /// Whose disk holds what this owner writes.
    pub fn home(&self) -> String {
        format!("{}/{}", self.node, self.boot)
    }
}

/// The newest transmission of a show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its epoch.
    pub epoch: u32,
    /// [`Owner::home`] of the one that started it: where its journal is.
    pub home: String,
    /// The number its epoch began with.
    pub first_msn: u64,
    /// Its process, unless that is gone.
    pub run: Option<Run>,
}

/// A process and how to know it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What its launcher knows it by, once it is started.
    pub handle: Option<JobHandle>,
    /// SHA-256 of its token: enough to recognise it, useless to a thief.
    pub token_hash: String,
    /// Base URL of its origin, once it said hello.
    pub origin: Option<String>,
    /// What the origin asks for.
    pub origin_token: String,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The show.
    pub show: ShowId,
    /// Who has it, or had it last.
    pub owner: Owner,
    /// The fencing number.
    pub fence: i64,
    /// Bumped by the owner.
    pub beat: i64,
    /// The owner has let go.
    pub released: bool,
    /// The newest transmission.
    pub placed: Option<Placed>,
    /// End of the block of media sequence numbers that are spoken for.
    pub msn_end: u64,
    /// End of the media time that is spoken for, in milliseconds.
    pub head_end_ms: i64,
}

impl Lease {
    /// The right that its owner has.
    pub fn hold(&self) -> Hold {
        Hold { show: self.show, fence: self.fence }
    }

    /// The transmission's process, if it may still run.
    pub fn run(&self) -> Option<&Run> {
        self.placed.as_ref()?.run.as_ref()
    }
}

/// The right to act for a show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The show.
    pub show: ShowId,
    /// The fencing number it was taken with.
    pub fence: i64,
}

/// What an owner writes into its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The newest transmission.
    pub placed: Option<Placed>,
    /// End of the block of media sequence numbers.
    pub msn_end: u64,
    /// End of the media time that is spoken for, in milliseconds.
    pub head_end_ms: i64,
    /// The owner lets go.
    pub released: bool,
}

/// The rows. Every method answers with the database's word, or not at all.
pub trait Leases: Send + Sync + 'static {
    /// A show's row.
    fn get(&self, show: ShowId) -> BoxFuture<'_, Result<Option<Lease>, DbError>>;
    /// Rows that are held, or whose transmission may still run.
    fn held(&self) -> BoxFuture<'_, Result<Vec<Lease>, DbError>>;
    /// Takes a show that has no row, or whose row still is as it was `seen`: fencing number and beat. `None` when
    /// somebody else was first, or its owner lives.
    fn take<'a>(
        &'a self,
        show: ShowId,
        by: &'a Owner,
        seen: Option<(i64, i64)>,
    ) -> BoxFuture<'a, Result<Option<Lease>, DbError>>;
    /// Shows that the run `serve` lives and looks after `shows`; gives what it still holds of them.
    fn beat<'a>(&'a self, serve: &'a str, shows: &'a [ShowId]) -> BoxFuture<'a, Result<Vec<Hold>, DbError>>;
    /// Writes what the owner knows; false when it is the owner no more.
    fn write<'a>(&'a self, hold: Hold, written: &'a Written) -> BoxFuture<'a, Result<bool, DbError>>;
    /// Lets go of everything that the run `serve` holds; transmissions go on.
    fn release_all<'a>(&'a self, serve: &'a str) -> BoxFuture<'a, Result<(), DbError>>;
}

/// The rows in SQL.
#[derive(Clone)]
pub struct SqlLeases {
    db: Db,
    clock: Clock,
    /// When the database last refused to write a row, or kept it waiting.
    refused: Arc<Mutex<Option<Instant>>>,
}

impl SqlLeases {
    /// The rows of `db`.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, refused: Arc::default() }
    }

    /// Whether a row still is as it was `seen`, once the database takes writes: while it takes none, its owner's beat stands
    /// still too, and gets time to go on.
    async fn takes_writes(&self, show: ShowId, seen: (i64, i64)) -> Result<bool, DbError> {
        let stands = self.writing(async {
            let mut tx = self.db.begin().await?;
            let stands = store::touch(&mut tx, show, seen).await?;
            tx.commit().await?;
            Ok(stands)
        });
        let stands = stands.await?;
        let was_away = self.refused.lock().is_some_and(|at| at.elapsed() < REFUSED_SINCE);
        if stands && was_away {
            tokio::time::sleep(BEAT + WRITTEN_WITHIN).await;
        }
        Ok(stands)
    }

    /// Takes note when the database does not take the `work`, or not at once: no other node's beat was written then either.
    async fn writing<T>(&self, work: impl Future<Output = Result<T, DbError>>) -> Result<T, DbError> {
        let asked = Instant::now();
        let done = work.await;
        if done.is_err() || asked.elapsed() > WRITTEN_WITHIN {
            *self.refused.lock() = Some(Instant::now());
        }
        done
    }

    fn expires_ms(&self) -> i64 {
        crate::base::to_ms(self.clock.now() + LEASE)
    }
}

impl Leases for SqlLeases {
    fn get(&self, show: ShowId) -> BoxFuture<'_, Result<Option<Lease>, DbError>> {
        Box::pin(store::get(&self.db, show))
    }

    fn held(&self) -> BoxFuture<'_, Result<Vec<Lease>, DbError>> {
        Box::pin(store::held(&self.db))
    }

    fn take<'a>(
        &'a self,
        show: ShowId,
        by: &'a Owner,
        seen: Option<(i64, i64)>,
    ) -> BoxFuture<'a, Result<Option<Lease>, DbError>> {
        Box::pin(async move {
            if let Some(seen) = seen
                && !self.takes_writes(show, seen).await?
            {
                return Ok(None);
            }
            let mut tx = self.db.begin().await?;
            let lease = match seen {
                None => store::insert(&mut tx, show, by, self.expires_ms()).await?,
                Some(seen) => store::take(&mut tx, show, by, seen, self.expires_ms()).await?,
            };
            tx.commit().await?;
            Ok(lease)
        })
    }

    fn beat<'a>(&'a self, serve: &'a str, shows: &'a [ShowId]) -> BoxFuture<'a, Result<Vec<Hold>, DbError>> {
        Box::pin(self.writing(async move {
            let mut tx = self.db.begin().await?;
            let held = store::beat(&mut tx, serve, shows, self.expires_ms()).await?;
            tx.commit().await?;
            Ok(held.into_iter().map(|(show, fence)| Hold { show, fence }).collect())
        }))
    }

    fn write<'a>(&'a self, hold: Hold, written: &'a Written) -> BoxFuture<'a, Result<bool, DbError>> {
        Box::pin(self.writing(async move {
            let mut tx = self.db.begin().await?;
            let kept = store::write(&mut tx, hold, written).await?;
            tx.commit().await?;
            Ok(kept)
        }))
    }

    fn release_all<'a>(&'a self, serve: &'a str) -> BoxFuture<'a, Result<(), DbError>> {
        Box::pin(async move {
            let mut tx = self.db.begin().await?;
            store::release_all(&mut tx, serve).await?;
            tx.commit().await
        })
    }
}
