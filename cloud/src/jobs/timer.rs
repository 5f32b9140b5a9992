//! Timers: work that comes round for ever, in one process at a time.
//!
//! A timer is a row of `jobs`. Whoever claims it is its owner and does the work, again and again, as long as
//! it renews its lease; when the owner dies, another process takes it once the lease has run out.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::runner::chain;
use super::{NewJob, store};
use crate::base::Clock;
use crate::db::{Db, DbError};

/// How long an owner holds a timer unless it renews that, where another process could take it.
const LEASE: Duration = Duration::from_secs(15);
/// Where no other process can: the disk is left in peace, and the next process takes everything over at its
/// start.
const LONE_LEASE: Duration = Duration::from_secs(3600);

/// What a timer's work gives; an error is logged, and the timer goes on.
pub type TimerResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Work that comes round.
pub struct Timer {
    name: &'static str,
    pause: Duration,
    work: Box<dyn Fn() -> BoxFuture<'static, TimerResult> + Send + Sync>,
}

impl Timer {
    /// `work` again and again, `pause` apart. `name` is never changed; pauses longer than a quarter of a minute are kept
    /// over restarts.
    pub fn new<F>(name: &'static str, pause: Duration, work: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = TimerResult> + Send + 'static,
    {
        Self { name, pause, work: Box::new(move || work().boxed()) }
    }
}

/// One process's part in a timer.
pub(super) struct Turn {
    db: Db,
    clock: Clock,
    timer: Timer,
    lease: Duration,
    owned: Option<Owned>,
}

#[derive(Debug, Clone)]
struct Owned {
    claim: String,
    until: DateTime<Utc>,
    due: DateTime<Utc>,
}

impl Turn {
    pub(super) fn new(db: Db, clock: Clock, timer: Timer) -> Self {
        let lease = if db.is_shared() { LEASE } else { LONE_LEASE };
        Self { db, clock, timer, lease, owned: None }
    }

    /// Makes the timer's row, unless it is there.
    pub(super) async fn begin(&self) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        let row = NewJob::new("timer", self.timer.name, serde_json::Value::Null);
        store::insert(&mut tx, &row, self.clock.now()).await?;
        tx.commit().await
    }

    /// Goes round until `stop`, then lets go.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        loop {
            let rest = match stop.run_until_cancelled(self.turn()).await {
                None => break,
                Some(Ok(rest)) => rest,
                Some(Err(error)) => {
                    tracing::error!(timer = self.timer.name, error = %chain(&error), "the database failed a timer");
                    Duration::from_secs(1)
                }
            };
            if stop.run_until_cancelled(tokio::time::sleep(rest)).await.is_none() {
                break;
            }
        }
        if let Some(owned) = self.owned.take()
            && let Err(error) = self.let_go(&owned).await
        {
            tracing::warn!(timer = self.timer.name, error = %chain(&error), "a timer waits for its lease to run out");
        }
    }

    /// Takes or keeps the timer and does its work when it is due. How long to rest.
    async fn turn(&mut self) -> Result<Duration, DbError> {
        let now = self.clock.now();
        let Some(known) = &mut self.owned else { return self.take(now).await };
        // A clock that was set back must not stop the timer for long, nor keep it from others once this process is gone.
        known.due = known.due.min(now + self.timer.pause);
        let owned = known.clone();
        let was_set_back = owned.until > now + self.lease;
        if was_set_back || now + self.lease * 2 / 3 >= owned.until {
            self.keep(owned.due).await?;
            return Ok(Duration::ZERO);
        }
        if now < owned.due {
            let renewal = owned.until - self.lease / 3 - now;
            return Ok(until(owned.due - now).min(until(renewal)).max(Duration::from_millis(1)));
        }
        if !self.work().await? {
            return Ok(Duration::ZERO);
        }
        let due = self.clock.now() + self.timer.pause;
        if let Some(owned) = &mut self.owned {
            owned.due = due;
        }
        if self.timer.pause >= LEASE {
            self.keep(due).await?;
        }
        Ok(Duration::ZERO)
    }

    async fn take(&mut self, now: DateTime<Utc>) -> Result<Duration, DbError> {
        let (claim, until) = (Uuid::now_v7().to_string(), now + self.lease);
        let mut tx = self.db.begin().await?;
        let due = store::take_timer(&mut tx, self.timer.name, &claim, now, until).await?;
        tx.commit().await?;
        // A clock that was set back must not stop the timer for long.
        let due = due.map(|due| due.min(now + self.timer.pause));
        self.owned = due.map(|due| Owned { claim, until, due });
        Ok(if self.owned.is_some() { Duration::ZERO } else { LEASE / 3 })
    }

    /// Does the work and holds on to the timer meanwhile; false when it was lost, and the work dropped.
    async fn work(&mut self) -> Result<bool, DbError> {
        let mut work = (self.timer.work)();
        loop {
            tokio::select! {
                result = &mut work => {
                    if let Err(error) = result {
                        tracing::error!(timer = self.timer.name, error = %chain(error.as_ref()), "a timer's work failed");
                    }
                    return Ok(true);
                }
                () = tokio::time::sleep(self.lease / 3) => {
                    let due = self.owned.as_ref().map_or_else(|| self.clock.now(), |owned| owned.due);
                    if !self.keep(due).await? {
                        return Ok(false);
                    }
                }
            }
        }
    }

    /// Renews the lease and keeps when the timer is due; false, and no owner any more, when another has it.
    async fn keep(&mut self, due: DateTime<Utc>) -> Result<bool, DbError> {
        let Some(owned) = &mut self.owned else { return Ok(false) };
        let until = self.clock.now() + self.lease;
        let mut tx = self.db.begin().await?;
        let kept = store::keep_timer(&mut tx, &owned.claim, until, due).await?;
        tx.commit().await?;
        if kept {
            owned.until = until;
        } else {
            tracing::warn!(timer = self.timer.name, "another process has taken the timer over");
            self.owned = None;
        }
        Ok(kept)
    }

    async fn let_go(&self, owned: &Owned) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        store::release_timer(&mut tx, &owned.claim, owned.due).await?;
        tx.commit().await
    }
}

fn until(time: chrono::TimeDelta) -> Duration {
    time.to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::base::TestClock;
    use crate::db::testing::each_db;

    /// A process whose timer counts; its lease is as if others could take it.
    async fn process(db: &Db, hands: &TestClock, pause: Duration, count: &Arc<AtomicU32>) -> Turn {
        let count = count.clone();
        let timer = Timer::new("test", pause, move || {
            count.fetch_add(1, Ordering::Relaxed);
            async { Err("an error stops no timer".into()) }
        });
        let turn = Turn { lease: LEASE, ..Turn::new(db.clone(), hands.clock(), timer) };
        turn.begin().await.unwrap();
        turn
    }

    /// Turns until the process wants to rest.
    async fn until_rest(turn: &mut Turn) -> Duration {
        loop {
            let rest = turn.turn().await.unwrap();
            if !rest.is_zero() {
                return rest;
            }
        }
    }

    #[tokio::test]
    async fn of_two_processes_one_owns_the_timer_until_it_dies() {
        each_db(async |db| {
            let (hands, counts) = (TestClock::new(), <[Arc<AtomicU32>; 2]>::default());
            let told = |n: usize| counts[n].load(Ordering::Relaxed);
            let second = Duration::from_secs(1);
            let mut one = process(&db, &hands, second, &counts[0]).await;
            let mut other = process(&db, &hands, second, &counts[1]).await;
            for n in 1..=60 {
                assert!(until_rest(&mut one).await <= second);
                assert_eq!(until_rest(&mut other).await, LEASE / 3);
                assert_eq!((told(0), told(1)), (n, 0), "the lease is renewed");
                hands.advance(second);
            }
            hands.advance(LEASE); // The first process sleeps or is gone.
            until_rest(&mut other).await;
            assert_eq!((told(0), told(1)), (60, 1));
            until_rest(&mut one).await;
            assert_eq!((told(0), told(1)), (60, 1), "it notices before it works");
        })
        .await;
    }

    #[tokio::test]
    async fn a_long_pause_outlives_its_owner_and_a_short_one_starts_anew() {
        each_db(async |db| {
            let (hands, count) = (TestClock::new(), Arc::<AtomicU32>::default());
            let hour = Duration::from_secs(3600);
            let mut one = process(&db, &hands, hour, &count).await;
            until_rest(&mut one).await;
            one.let_go(&one.owned.clone().unwrap()).await.unwrap();
            hands.advance(hour / 2);
            let mut other = process(&db, &hands, hour, &count).await;
            until_rest(&mut other).await;
            assert_eq!(count.load(Ordering::Relaxed), 1, "half an hour is missing");
            hands.advance(hour / 2);
            until_rest(&mut other).await;
            assert_eq!(count.load(Ordering::Relaxed), 2);
        })
        .await;
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_neither_stops_a_timer_nor_keeps_it_from_others() {
        each_db(async |db| {
            let (ahead, right, counts) =
                (TestClock::new(), TestClock::new(), <[Arc<AtomicU32>; 2]>::default());
            let (pause, told) = (Duration::from_secs(10), |n: usize| counts[n].load(Ordering::Relaxed));
            ahead.advance(Duration::from_secs(7_200));
            let mut one = process(&db, &ahead, pause, &counts[0]).await;
            until_rest(&mut one).await;
            one.clock = right.clock();
            assert!(until_rest(&mut one).await <= pause);
            right.advance(pause);
            until_rest(&mut one).await;
            assert_eq!(told(0), 2, "it goes round as before");
            right.advance(LEASE); // The process is gone.
            let mut other = process(&db, &right, pause, &counts[1]).await;
            until_rest(&mut other).await;
            assert_eq!((told(0), told(1)), (2, 1), "its lease has run out");
        })
        .await;
    }

    #[tokio::test]
    async fn whoever_stops_lets_go_at_once() {
        each_db(async |db| {
            let (hands, count) = (TestClock::new(), Arc::<AtomicU32>::default());
            let one = process(&db, &hands, Duration::from_secs(5), &count).await;
            let stop = CancellationToken::new();
            let task = tokio::spawn(one.run(stop.clone()));
            while count.load(Ordering::Relaxed) == 0 {
                tokio::task::yield_now().await;
            }
            stop.cancel();
            task.await.unwrap();
            hands.advance(Duration::from_secs(5));
            let mut other = process(&db, &hands, Duration::from_secs(5), &count).await;
            until_rest(&mut other).await;
            assert_eq!(count.load(Ordering::Relaxed), 2, "no lease stands in the way");
        })
        .await;
    }
}
