//! SQLite's one writer. Transactions that wait for it share a commit: the disk is asked once for all of them.
//!
//! Each is a savepoint of the transaction that is open. Whoever is done stands in line once more and commits for all when its turn
//! comes, if nobody did before: so a commit holds those who stood in line when the first of them was done. None is told that it
//! stands before the disk has it; when the commit fails, none of them happened.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use super::connect::ACQUIRE_WITHIN;

/// [`HAND_ON`], for statements that end by it.
macro_rules! hand_on {
    () => {
        "RELEASE one; SAVEPOINT one"
    };
}
pub(super) use hand_on;

/// Ends a savepoint, and begins that of the next in line.
pub(super) const HAND_ON: &str = hand_on!();

/// The most that share a commit.
const MOST: usize = 64;

/// The writer. Clones share it.
#[derive(Clone)]
pub(super) struct Writer {
    line: Arc<Mutex<Seat>>,
    /// How many stand in line to begin.
    waiting: Arc<AtomicUsize>,
}

/// The connection, held by one at a time.
struct Seat {
    options: SqliteConnectOptions,
    /// None once it is closed.
    connection: Option<SqliteConnection>,
    /// Those of the open transaction.
    group: Option<Group>,
    /// Whether the next one's savepoint is there already.
    is_ready: bool,
}

/// Transactions that share a commit: they hear what became of it.
struct Group(watch::Sender<Fate>);

#[derive(Clone, Debug)]
enum Fate {
    Open,
    Stands,
    Failed(Arc<str>),
}

/// A transaction. Dropped before its commit, it leaves nothing.
pub(super) struct Turn {
    writer: Writer,
    /// None once it is over.
    seat: Option<OwnedMutexGuard<Seat>>,
    /// Whether it shares its commit with nobody.
    alone: bool,
    /// Whether it has begun. Before, there is nothing to take back.
    has_begun: bool,
}

/// One that is done and waits for the commit. Whoever gives up waiting leaves it to a task: it is too late to take anything back.
struct Done {
    writer: Writer,
    fate: watch::Receiver<Fate>,
    is_over: bool,
}

/// Counts somebody who stands in line.
struct Standing<'a>(&'a AtomicUsize);

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Writer {
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = Some(options.connect().await?);
        let line = Arc::new(Mutex::new(Seat { options, connection, group: None, is_ready: false }));
        Ok(Self { line, waiting: Arc::default() })
    }

    /// Begins a transaction. `alone`: one that may take long, and keeps nobody's commit waiting.
    pub(super) async fn begin(&self, alone: bool) -> Result<Turn, sqlx::Error> {
        let seat = {
            self.waiting.fetch_add(1, Relaxed);
            let _standing = Standing(&self.waiting);
            self.seat().await?
        };
        let mut turn = Turn { writer: self.clone(), seat: Some(seat), alone, has_begun: false };
        let Some(seat) = turn.seat.as_deref_mut() else { return Err(sqlx::Error::PoolClosed) };
        if alone {
            seat.end().await?;
        }
        if seat.group.is_some() {
            if !std::mem::take(&mut seat.is_ready) {
                seat.say("SAVEPOINT one").await?;
            }
            turn.has_begun = true;
            return Ok(turn);
        }
        seat.group = Some(Group(watch::Sender::new(Fate::Open)));
        let begun = match seat.say("BEGIN IMMEDIATE; SAVEPOINT one").await {
            Err(sqlx::Error::WorkerCrashed) => {
                seat.connection = Some(seat.options.connect().await?);
                seat.say("BEGIN IMMEDIATE; SAVEPOINT one").await
            }
            begun => begun,
        };
        begun?;
        turn.has_begun = true;
        Ok(turn)
    }

    /// The connection outside of any transaction.
    pub(super) async fn outside<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let mut seat = self.seat().await?;
        seat.end().await?;
        work(seat.connection()?).await
    }

    /// Closes the connection; what is done is committed first.
    pub(super) async fn close(&self) {
        let mut seat = self.line.lock().await;
        if let Err(error) = seat.end().await {
            tracing::error!(%error, "what was done last could not be committed");
        }
        if let Some(connection) = seat.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database's file could not be closed");
        }
    }

    async fn seat(&self) -> Result<OwnedMutexGuard<Seat>, sqlx::Error> {
        let seat = tokio::time::timeout(ACQUIRE_WITHIN, self.line.clone().lock_owned()).await;
        let seat = seat.map_err(|_| sqlx::Error::PoolTimedOut)?;
        if seat.connection.is_none() { Err(sqlx::Error::PoolClosed) } else { Ok(seat) }
    }
}

impl Seat {
    fn connection(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    async fn say(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        sqlx::query(sql).execute(self.connection()?).await.map(drop)
    }

    /// Commits what is open.
    async fn end(&mut self) -> Result<(), sqlx::Error> {
        if self.group.is_none() {
            return Ok(());
        }
        let ended = self.say("COMMIT").await;
        self.tell(ended).await
    }

    /// Tells those of the open transaction what became of it.
    async fn tell(&mut self, ended: Result<(), sqlx::Error>) -> Result<(), sqlx::Error> {
        let fate = match &ended {
            Ok(()) => Fate::Stands,
            Err(error) => Fate::Failed(error.to_string().into()),
        };
        if ended.is_err() {
            drop(self.say("ROLLBACK").await); // Often it is over already.
        }
        self.is_ready = false;
        if let Some(Group(told)) = self.group.take() {
            told.send_replace(fate);
        }
        ended
    }

    /// Takes back what was not finished. The others of the open transaction keep theirs.
    async fn take_back(&mut self, has_begun: bool) {
        let Some(Group(told)) = &self.group else { return };
        if told.receiver_count() > 0 {
            if has_begun && let Err(error) = self.say("ROLLBACK TO one; RELEASE one").await {
                drop(self.tell(Err(error)).await);
            }
            return;
        }
        (self.group, self.is_ready) = (None, false);
        drop(self.say("ROLLBACK").await); // It may not have begun.
    }
}

impl Turn {
    /// The connection, within the transaction.
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        let connection = self.seat.as_mut().and_then(|seat| seat.connection.as_mut());
        connection.unwrap_or_else(|| unreachable!("a turn has the connection until it is over"))
    }

    /// Whether it shares its commit: somebody stands in line. It ends by [`HAND_ON`] then, which its last statement may hold.
    pub(super) fn hands_on(&self) -> bool {
        let group = self.seat.as_ref().and_then(|seat| seat.group.as_ref());
        let others = group.map_or(0, |group| group.0.receiver_count());
        !self.alone && others < MOST && self.writer.waiting.load(Relaxed) > 0
    }

    /// Gives when the disk has it. `is_handed_on`: its last statement ended it.
    pub(super) async fn commit(mut self, is_handed_on: bool) -> Result<(), sqlx::Error> {
        let hands_on = is_handed_on || self.hands_on();
        let Some(mut seat) = self.seat.take() else { return Err(sqlx::Error::PoolClosed) };
        if !hands_on {
            // A caller who leaves must not keep the others from hearing what became of it.
            let ending = async move {
                let ended = seat.say("RELEASE one; COMMIT").await;
                seat.tell(ended).await
            };
            return tokio::spawn(ending).await.unwrap_or(Err(sqlx::Error::WorkerCrashed));
        }
        let Some(fate) = seat.group.as_ref().map(|group| group.0.subscribe()) else {
            return Err(sqlx::Error::PoolClosed);
        };
        let done = Done { writer: self.writer.clone(), fate, is_over: false };
        if !is_handed_on && let Err(error) = seat.say(HAND_ON).await {
            return seat.tell(Err(error)).await;
        }
        seat.is_ready = true;
        drop(seat);
        done.wait().await
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut seat) = self.seat.take() else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let has_begun = self.has_begun;
            runtime.spawn(async move { seat.take_back(has_begun).await });
        }
    }
}

impl Done {
    async fn wait(mut self) -> Result<(), sqlx::Error> {
        let seat = tokio::select! {
            biased;
            _ = self.fate.wait_for(|fate| !matches!(fate, Fate::Open)) => None,
            seat = self.writer.line.clone().lock_owned() => Some(seat),
        };
        if let Some(mut seat) = seat
            && matches!(*self.fate.borrow(), Fate::Open)
        {
            drop(seat.end().await); // All of them are told.
        }
        let told = self.fate.borrow().clone();
        self.is_over = true;
        match told {
            Fate::Stands => Ok(()),
            Fate::Failed(why) => Err(sqlx::Error::Protocol(format!("the commit failed: {why}"))),
            Fate::Open => Err(sqlx::Error::PoolClosed),
        }
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        if self.is_over || !matches!(*self.fate.borrow(), Fate::Open) {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let rest = Self { writer: self.writer.clone(), fate: self.fate.clone(), is_over: false };
            runtime.spawn(async move { drop(rest.wait().await) });
        }
    }
}

#[cfg(test)]
mod tests;
