//! Brings facts to listeners and followers: one task each, woken by commits.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Follower, ListenError, Listener, Recorded, store};
use crate::base::{Clock, to_ms};
use crate::db::{Db, DbError};

/// How many facts are loaded at once.
const BATCH: i64 = 100;
/// How often a fact is tried before it is buried.
const TRIES: u32 = 5;
/// Looks by itself after this time, since a nudge may be lost.
const LOOK_EVERY: Duration = Duration::from_secs(2);

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
    first_retry: Duration,
}

enum Failure {
    Db(DbError),
    Listener(ListenError),
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
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

    /// Runs `listener` on `tasks` until `stop`.
    pub fn listen(&self, listener: Arc<dyn Listener>, tasks: &TaskTracker, stop: CancellationToken) {
        let mut run = Run {
            db: self.db.clone(),
            clock: self.clock.clone(),
            nudges: self.nudges.subscribe(),
            first_retry: self.first_retry,
            stop,
        };
        tasks.spawn(async move {
            let stop = run.stop.clone();
            while !stop.is_cancelled() {
                if let Err(error) = run.listen(listener.as_ref()).await {
                    tracing::error!(listener = listener.name(), error = %cause(&error), "the database failed a listener");
                    run.wait(Duration::from_secs(1)).await;
                }
            }
        });
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
        let nudges = self.nudges.subscribe();
        let mut cursor = store::head(&self.db).await?;
        let mut run = Run {
            db: self.db.clone(),
            clock: self.clock.clone(),
            nudges,
            first_retry: self.first_retry,
            stop,
        };
        tasks.spawn(async move {
            while !run.stop.is_cancelled() {
                match store::after(&run.db, cursor, BATCH).await {
                    Ok(facts) if facts.is_empty() => run.wait(LOOK_EVERY).await,
                    Ok(facts) => {
                        for fact in facts {
                            follower.follow(&fact).await;
                            cursor = fact.seq;
                        }
                    }
                    Err(error) => {
                        tracing::error!(follower = follower.name(), error = %cause(&error), "facts cannot be read");
                        run.wait(Duration::from_secs(1)).await;
                    }
                }
            }
        });
        Ok(())
    }
}

struct Run {
    db: Db,
    clock: Clock,
    nudges: watch::Receiver<u64>,
    first_retry: Duration,
    stop: CancellationToken,
}

impl Run {
    /// Waits for a nudge, the stop, or `at_most`.
    async fn wait(&mut self, at_most: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            _ = self.nudges.changed() => {}
            () = tokio::time::sleep(at_most) => {}
        }
    }

    /// Waits for the stop or `time`, deaf to nudges.
    async fn pause(&self, time: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(time) => {}
        }
    }

    async fn listen(&mut self, listener: &dyn Listener) -> Result<(), DbError> {
        while !self.stop.is_cancelled() {
            let Some(cursor) = store::cursor(&self.db, listener.name()).await? else {
                let mut tx = self.db.begin().await?;
                store::start_cursor(&mut tx, listener.name()).await?;
                tx.commit().await?;
                continue;
            };
            let facts = store::after(&self.db, cursor, BATCH).await?;
            match facts.iter().position(|fact| listener.wants(&fact.event)) {
                // Nothing of it concerns the listener: one step over all.
                None if facts.is_empty() => self.wait(LOOK_EVERY).await,
                None => {
                    let last = facts.last().map_or(cursor, |fact| fact.seq);
                    let mut tx = self.db.begin().await?;
                    store::move_cursor(&mut tx, listener.name(), cursor, last).await?;
                    tx.commit().await?;
                }
                Some(index) => self.deliver(listener, cursor, &facts[index]).await?,
            }
        }
        Ok(())
    }

    /// Hands one fact over, again and again; buries it after the last try.
    async fn deliver(&self, listener: &dyn Listener, cursor: i64, fact: &Recorded) -> Result<(), DbError> {
        let mut pause = self.first_retry;
        for attempt in 1..=TRIES {
            let reason = match self.attempt(listener, cursor, fact).await {
                Ok(()) => return Ok(()),
                Err(Failure::Db(error)) => return Err(error),
                Err(Failure::Listener(error)) => error.to_string(),
            };
            tracing::warn!(
                listener = listener.name(),
                seq = fact.seq,
                attempt,
                reason,
                "a fact was not handled"
            );
            if attempt == TRIES {
                let mut tx = self.db.begin().await?;
                if store::move_cursor(&mut tx, listener.name(), cursor, fact.seq).await? {
                    store::bury(&mut tx, listener.name(), fact.seq, to_ms(self.clock.now()), &reason).await?;
                    tx.commit().await?;
                }
                return Ok(());
            }
            self.pause(pause).await;
            if self.stop.is_cancelled() {
                return Ok(());
            }
            pause *= 2;
        }
        Ok(())
    }

    async fn attempt(&self, listener: &dyn Listener, cursor: i64, fact: &Recorded) -> Result<(), Failure> {
        let mut tx = self.db.begin().await?;
        // The cursor first: its row's lock keeps a second process from the same fact.
        if !store::move_cursor(&mut tx, listener.name(), cursor, fact.seq).await? {
            return Ok(());
        }
        listener.handle(&mut tx, fact).await.map_err(Failure::Listener)?;
        tx.commit().await?;
        Ok(())
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
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::future::BoxFuture;
    use parking_lot::Mutex;
    use vitrine_protocol::{OrgId, ShowId};

    use super::*;
    use crate::base::{Actor, TestClock};
    use crate::db::{Tx, testing::each_db};
    use crate::events::{Event, Heard, record};

    #[derive(Default)]
    struct Ears {
        heard: Mutex<Vec<i64>>,
        deaf_to: Option<i64>,
    }

    impl Listener for Ears {
        fn name(&self) -> &'static str {
            "ears"
        }
        fn wants(&self, event: &Event) -> bool {
            matches!(event, Event::ShowChanged { .. })
        }
        fn handle<'a>(&'a self, _: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
            async move {
                if self.deaf_to == Some(fact.seq) {
                    return Err("poison".into());
                }
                self.heard.lock().push(fact.seq);
                Ok(())
            }
            .boxed()
        }
    }

    impl Follower for Ears {
        fn name(&self) -> &'static str {
            "ears"
        }
        fn follow<'a>(&'a self, fact: &'a Recorded) -> BoxFuture<'a, ()> {
            async move { self.heard.lock().push(fact.seq) }.boxed()
        }
    }

    async fn leave(db: &Db, event: Event) {
        let mut tx = db.begin().await.unwrap();
        let now = TestClock::new().clock().now();
        record(&mut tx, &Actor::service("test"), now, OrgId::new(), None, event).unwrap();
        tx.commit().await.unwrap();
    }

    async fn until(mut done: impl AsyncFnMut() -> bool) {
        for _ in 0..500 {
            if done().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it did not happen within 5 s");
    }

    fn relay(db: &Db) -> Relay {
        let mut relay = Relay::new(db.clone(), TestClock::new().clock());
        relay.first_retry = Duration::from_millis(1);
        relay
    }

    #[tokio::test]
    async fn a_listener_hears_each_fact_once_even_after_a_restart() {
        each_db(async |db| {
            let show = ShowId::new();
            leave(&db, Event::ShowChanged { show }).await;
            leave(&db, Event::ShowResumed { show }).await;
            for newest in [1, 3] {
                let (ears, stop, tasks) =
                    (Arc::new(Ears::default()), CancellationToken::new(), TaskTracker::new());
                relay(&db).listen(ears.clone(), &tasks, stop.clone());
                until(async || *ears.heard.lock() == [newest]).await;
                stop.cancel();
                tasks.close();
                tasks.wait().await;
                leave(&db, Event::ShowChanged { show }).await;
            }
        })
        .await;
    }

    #[tokio::test]
    async fn a_poisonous_fact_is_buried_and_the_next_is_heard() {
        each_db(async |db| {
            let show = ShowId::new();
            leave(&db, Event::ShowChanged { show }).await;
            leave(&db, Event::ShowChanged { show }).await;
            let ears = Arc::new(Ears { deaf_to: Some(1), ..Ears::default() });
            let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
            relay(&db).listen(ears.clone(), &tasks, stop.clone());
            until(async || *ears.heard.lock() == [2]).await;
            stop.cancel();
            let letters = store::dead_letters(&db).await.unwrap();
            assert_eq!(letters, [("ears".to_owned(), 1, "poison".to_owned())]);
        })
        .await;
    }

    #[tokio::test]
    async fn a_follower_hears_only_what_commits_after_its_start() {
        each_db(async |db| {
            let show = ShowId::new();
            leave(&db, Event::ShowChanged { show }).await;
            let (ears, stop, tasks) =
                (Arc::new(Ears::default()), CancellationToken::new(), TaskTracker::new());
            let relay = relay(&db);
            relay.follow(ears.clone(), &tasks, stop.clone()).await.unwrap();
            leave(&db, Event::ShowResumed { show }).await;
            relay.nudge().nudge();
            until(async || *ears.heard.lock() == [2]).await;
            stop.cancel();
        })
        .await;
    }
}
