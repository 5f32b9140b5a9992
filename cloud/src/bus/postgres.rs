//! The bus of several processes on one Postgres, without a NATS server: it carries wake-ups and measurements
//! between them, by NOTIFY.
//!
//! Everything else stays in its process. Bursts of wake-ups are said once, 20 ms apart at most. A connection that is lost
//! is opened again, and then everybody here is woken, since wake-ups may have been missed.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Bus, CARRIED, LocalBus, MOST_CARRIED, Subscription, WAKE_UPS};
use crate::db::{Db, DbError};

/// Postgres' name for the channel.
const CHANNEL: &str = "vitrine_wake";
/// Bodies that wait to be carried; the oldest give way.
const MOST_WAITING: usize = 64;
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
    /// Subjects and bodies.
    uncarried: Mutex<VecDeque<String>>,
    more: Notify,
}

impl Bus for PostgresBus {
    fn publish(&self, subject: &str, body: Bytes) {
        if CARRIED.contains(&subject) {
            self.carry(subject, &body);
        }
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
            uncarried: Mutex::default(),
            more: Notify::new(),
        }));
        let (say, hear) = (bus.clone(), bus.clone());
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move { say.say().await }));
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move { hear.hear().await }));
        bus
    }

    fn carry(&self, subject: &str, body: &Bytes) {
        let Some(text) = std::str::from_utf8(body).ok().filter(|text| text.len() <= MOST_CARRIED) else {
            return tracing::error!(subject, bytes = body.len(), "this cannot be carried to other processes");
        };
        let mut uncarried = self.0.uncarried.lock();
        if uncarried.len() >= MOST_WAITING {
            uncarried.pop_front();
        }
        uncarried.push_back(format!("{subject} {text}"));
        self.0.more.notify_one();
    }

    async fn say(&self) {
        loop {
            self.0.more.notified().await;
            let subjects = std::mem::take(&mut *self.0.unsaid.lock());
            let bodies = std::mem::take(&mut *self.0.uncarried.lock());
            for said in subjects.into_iter().map(str::to_owned).chain(bodies) {
                if let Err(error) = self.0.db.notify(CHANNEL, &format!("{} {said}", self.0.origin)).await {
                    tracing::warn!(%error, "other processes could not be told; they look by themselves");
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
        let Some((origin, said)) = text.split_once(' ') else { return };
        if origin == self.0.origin {
            return;
        }
        if let Some(known) = WAKE_UPS.into_iter().find(|known| *known == said) {
            self.wake(&[known]);
        } else if let Some((subject, body)) = said.split_once(' ')
            && CARRIED.contains(&subject)
        {
            self.0.local.publish(subject, Bytes::copy_from_slice(body.as_bytes()));
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
    use super::super::{FACTS, JOBS, MEASURED, Received};
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
    async fn what_is_measured_is_heard_once_in_every_process_as_it_was_said() {
        two_processes(async |one, other| {
            let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
            let (here, there) =
                (PostgresBus::start(one, &tasks, &stop), PostgresBus::start(other, &tasks, &stop));
            let mut listens = there.subscribe(FACTS);
            woken(&mut listens).await;
            let (mut at_home, mut away) = (here.subscribe(MEASURED), there.subscribe(MEASURED));
            let said = |text: String| Received::Message(Bytes::from(text));
            here.publish(MEASURED, Bytes::from("x".repeat(MOST_CARRIED + 1)));
            for text in ["[{\"a\": 1}]", "two", ""] {
                here.publish(MEASURED, Bytes::from(text));
            }
            at_home.next().await;
            for text in ["[{\"a\": 1}]", "two", ""] {
                assert_eq!(at_home.next().await, said(text.to_owned()));
                let heard = tokio::time::timeout(Duration::from_secs(20), away.next()).await.unwrap();
                assert_eq!(heard, said(text.to_owned()), "too long a body is not carried");
            }
            assert!(tokio::time::timeout(Duration::from_millis(50), at_home.next()).await.is_err());
            stop.cancel();
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
