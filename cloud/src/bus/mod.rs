//! Wakes the other parts, on this machine or on others. Losing a message loses nothing.
//!
//! Owns: the [`Bus`] trait, its in-process side, and wake-ups between processes on one Postgres.
//! Carries wake-ups and what lives a moment only; whatever must not be lost is SQL. Leans on `db`.

mod local;
mod postgres;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use local::LocalBus;
pub use postgres::PostgresBus;

use crate::db::Db;

/// Says things to whoever listens now.
pub trait Bus: Send + Sync + 'static {
    /// Sends `body` to the present subscribers of `subject`.
    fn publish(&self, subject: &str, body: Bytes);

    /// Hears what is published to exactly `subject` from now on.
    fn subscribe(&self, subject: &str) -> Subscription;
}

/// The bus as rooms hold it.
pub type BusHandle = Arc<dyn Bus>;

/// The subject that tells of committed facts; empty bodies.
pub const FACTS: &str = "vt.facts";

/// The subject that tells of committed jobs; empty bodies.
pub const JOBS: &str = "vt.jobs";

/// The subject that tells what a process measures; bodies are text of at most [`MOST_CARRIED`] bytes.
pub const MEASURED: &str = "vt.measured";

/// Bytes of a body that reaches other processes.
pub const MOST_CARRIED: usize = 7_000;

/// The subjects that reach every process, whichever bus carries them.
const WAKE_UPS: [&str; 2] = [FACTS, JOBS];
/// Those of them whose bodies do too.
const CARRIED: [&str; 1] = [MEASURED];

/// The bus that fits `db`: in-process where one process owns the database, else one that wakes the others
/// too. Its tasks run on `tasks` until `stop`. Needs a running tokio runtime.
#[must_use]
pub fn open(db: &Db, tasks: &TaskTracker, stop: &CancellationToken) -> BusHandle {
    if db.is_shared() {
        Arc::new(PostgresBus::start(db.clone(), tasks, stop))
    } else {
        Arc::new(LocalBus::new())
    }
}

/// One subscriber's end.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<Bytes>);

/// What a subscriber gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A message.
    Message(Bytes),
    /// The subscriber was too slow and this many are gone: it must load its state again.
    Lagged(u64),
    /// The bus is gone.
    Closed,
}

impl Subscription {
    /// Waits for the next message.
    pub async fn next(&mut self) -> Received {
        match self.0.recv().await {
            Ok(body) => Received::Message(body),
            Err(broadcast::error::RecvError::Lagged(count)) => Received::Lagged(count),
            Err(broadcast::error::RecvError::Closed) => Received::Closed,
        }
    }
}
