//! Brings facts to listeners and followers: one task each, woken by commits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::delivery::Delivery;
use super::{Follower, Listener, store};
use crate::base::Clock;
use crate::db::{Db, DbError};

/// How many facts are handed over at once.
pub(super) const BATCH: i64 = 100;
/// Looks by itself after this time, since a nudge may be lost.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Wakes the relay. Clones wake the same one; a wake too many does no harm.
#[derive(Clone, Debug)]
pub struct Nudge(watch::Sender<u64>);

impl Nudge {
    /// Facts may have been committed.
    pub fn nudge(&self) {
        self.0.send_modify(|count| *count += 1);
    }
}

/// The tasks that bring facts.
pub struct Relay {
    db: Db,
    clock: Clock,
    nudges: watch::Sender<u64>,
    pub(super) first_retry: Duration,
}

impl Relay {
    /// A relay over `db`; nothing runs yet.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, nudges: watch::Sender::new(0), first_retry: Duration::from_millis(200) }
    }

    /// The handle that wakes it.
    #[must_use]
    pub fn nudge(&self) -> Nudge {
        Nudge(self.nudges.clone())
    }

    /// Runs `listener` on `tasks` until `stop`. When this returns, every later commit will be told.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn listen(
        &self,
        listener: Arc<dyn Listener>,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<(), DbError> {
        let mut rest = Rest { nudges: self.nudges.subscribe(), stop };
        let mut delivery = Delivery::new(self.db.clone(), self.clock.clone(), listener, self.first_retry);
        delivery.begin().await?;
        tasks.spawn(async move {
            while !rest.stop.is_cancelled() {
                match delivery.round().await {
                    Ok(None) => {}
                    Ok(Some(pause)) => rest.wait(pause).await,
                    Err(error) => {
                        let listener = delivery.name();
                        tracing::error!(listener, error = %cause(&error), "the database failed a listener");
                        rest.wait(Duration::from_secs(1)).await;
                    }
                }
            }
        });
        Ok(())
    }

    /// Runs `follower` on `tasks` until `stop`. When this returns, every later commit will be told.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn follow(
        &self,
        follower: Arc<dyn Follower>,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<(), DbError> {
        let mut rest = Rest { nudges: self.nudges.subscribe(), stop };
        let mut heard: BTreeMap<i64, i64> = store::heads(&self.db).await?.into_iter().collect();
        let db = self.db.clone();
        tasks.spawn(async move {
            while !rest.stop.is_cancelled() {
                match tell(&db, follower.as_ref(), &mut heard).await {
                    Ok(true) => {}
                    Ok(false) => rest.wait(LOOK_EVERY).await,
                    Err(error) => {
                        let follower = follower.name();
                        tracing::error!(follower, error = %cause(&error), "facts cannot be read");
                        rest.wait(Duration::from_secs(1)).await;
                    }
                }
            }
        });
        Ok(())
    }
}

/// Tells a follower what it has not heard, a batch of each partition; false when that was nothing.
async fn tell(db: &Db, follower: &dyn Follower, heard: &mut BTreeMap<i64, i64>) -> Result<bool, DbError> {
    let mut told = false;
    for (partition, head) in store::heads(db).await? {
        let cursor = heard.entry(partition).or_default();
        if head <= *cursor {
            continue;
        }
        let facts = store::after(db, partition, *cursor, BATCH).await?;
        let Some(last) = facts.last() else { continue };
        follower.follow_all(&facts).await;
        *cursor = last.seq;
        told = true;
    }
    Ok(told)
}

/// Waiting between rounds.
struct Rest {
    nudges: watch::Receiver<u64>,
    stop: CancellationToken,
}

impl Rest {
    /// Waits for a nudge, the stop, or `at_most`.
    async fn wait(&mut self, at_most: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            _ = self.nudges.changed() => {}
            () = tokio::time::sleep(at_most) => {}
        }
    }
}

/// An error with its causes, on one line.
fn cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", cause(source)),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
