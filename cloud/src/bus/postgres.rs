//! The bus of several processes on one Postgres, without a NATS server: it carries wake-ups between them, by
//! NOTIFY.
//!
//! Everything else stays in its process. Bursts are said once, 20 ms apart at most. A connection that is lost
//! is opened again, and then everybody here is woken, since wake-ups may have been missed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Bus, LocalBus, Subscription, WAKE_UPS};
use crate::db::{Db, DbError};

/// Postgres' name for the channel.
const CHANNEL: &str = "vitrine_wake";
/// Between two messages of this process.
const PAUSE: Duration = Duration::from_millis(20);
/// Waits before the connection is opened again: the first, and the longest.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// Clones share everything.
#[derive(Clone)]
pub struct PostgresBus(Arc<Inner>);

struct Inner {
    local: LocalBus,
    db: Db,
    /// Tells this process's own messages from those of others.
    origin: String,
    unsaid: Mutex<BTreeSet<&'static str>>,
    more: Notify,
}

impl Bus for PostgresBus {
    fn publish(&self, subject: &str, body: Bytes) {
        self.0.local.publish(subject, body);
        if let Some(subject) = WAKE_UPS.into_iter().find(|known| *known == subject) {
            self.0.unsaid.lock().insert(subject);
            self.0.more.notify_one();
        }
    }

    fn subscribe(&self, subject: &str) -> Subscription {
        self.0.local.subscribe(subject)
    }
}

impl PostgresBus {
    /// The bus over `db`; its tasks run until `stop`.
    pub(super) fn start(db: Db, tasks: &TaskTracker, stop: &CancellationToken) -> Self {
        let bus = Self(Arc::new(Inner {
            local: LocalBus::new(),
            db,
            origin: format!("{:016x}", rand::random::<u64>()),
            unsaid: Mutex::default(),
            more: Notify::new(),
        }));
        let (say, hear) = (bus.clone(), bus.clone());
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move { say.say().await }));
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move { hear.hear().await }));
        bus
    }

    async fn say(&self) {
        loop {
            self.0.more.notified().await;
            let subjects = std::mem::take(&mut *self.0.unsaid.lock());
            for subject in subjects {
                if let Err(error) = self.0.db.notify(CHANNEL, &format!("{} {subject}", self.0.origin)).await {
                    tracing::warn!(%error, "other processes could not be woken; they look by themselves");
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn hear(&self) {
        let mut pause = RECONNECT.0;
        loop {
            let error = match self.0.db.notifications(CHANNEL).await {
                Ok(None) => return,
                Ok(Some(mut heard)) => {
                    pause = RECONNECT.0;
                    self.wake(&WAKE_UPS);
                    loop {
                        match heard.next().await {
                            Ok(Some(text)) => self.heard(&text),
                            Ok(None) => self.wake(&WAKE_UPS),
                            Err(error) => break error,
                        }
                    }
                }
                Err(error) => error,
            };
            tracing::warn!(error = %cause(&error), "wake-ups of other processes are not heard; looking again");
            tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
            pause = (pause * 2).min(RECONNECT.1);
        }
    }

    fn heard(&self, text: &str) {
        if let Some((origin, subject)) = text.split_once(' ')
            && origin != self.0.origin
            && let Some(known) = WAKE_UPS.into_iter().find(|known| *known == subject)
        {
            self.wake(&[known]);
        }
    }

    fn wake(&self, subjects: &[&str]) {
        for subject in subjects {
            self.0.local.publish(subject, Bytes::new());
        }
    }
}

fn cause(error: &DbError) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::{FACTS, JOBS, Received};
    use super::*;
    use crate::db::testing::two_processes;
    use crate::on;

    async fn woken(heard: &mut Subscription) {
        let next = tokio::time::timeout(Duration::from_secs(20), heard.next()).await;
        assert_eq!(next.expect("a wake-up within 20 s"), Received::Message(Bytes::new()));
    }

    #[tokio::test]
    async fn a_wake_up_reaches_the_other_process_also_after_its_connection_was_cut() {
        two_processes(async |one, other| {
            let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
            let there = PostgresBus::start(other, &tasks, &stop);
            let mut heard = there.subscribe(FACTS);
            woken(&mut heard).await; // It listens now.
            let here = PostgresBus::start(one.clone(), &tasks, &stop);
            here.publish(FACTS, Bytes::new());
            woken(&mut heard).await;

            let mut tx = one.begin().await.unwrap();
            on!(tx, c => sqlx::query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND query LIKE 'LISTEN %'"
            ).execute(c).await.map(drop))
            .unwrap();
            drop(tx);
            woken(&mut heard).await; // It listens again.
            here.publish(FACTS, Bytes::new());
            woken(&mut heard).await;

            stop.cancel();
            tasks.close();
            tasks.wait().await;
        })
        .await;
    }

    #[tokio::test]
    async fn ones_own_wake_ups_come_once_and_words_of_strangers_are_passed_over() {
        two_processes(async |one, other| {
            let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
            let bus = PostgresBus::start(one, &tasks, &stop);
            let mut heard = bus.subscribe(FACTS);
            woken(&mut heard).await;
            let mut jobs = bus.subscribe(JOBS);
            bus.publish(FACTS, Bytes::new());
            woken(&mut heard).await;
            for text in ["", "x", "x vt.unknown", "x  vt.facts"] {
                other.notify(CHANNEL, text).await.unwrap();
            }
            other.notify(CHANNEL, &format!("x {JOBS}")).await.unwrap();
            woken(&mut jobs).await;
            assert!(tokio::time::timeout(Duration::from_millis(50), heard.next()).await.is_err());
            stop.cancel();
        })
        .await;
    }
}
