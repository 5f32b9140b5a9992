//! One listener's way through the facts: batch by batch, and one by one where a batch holds a poisonous fact.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::relay::{BATCH, LOOK_EVERY};
use super::{Event, ListenError, Listener, Recorded, store};
use crate::base::{Clock, to_ms};
use crate::db::{Db, DbError};

/// How often a fact is tried by itself before it is buried.
const TRIES: u32 = 5;

pub(super) struct Delivery {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) listener: Arc<dyn Listener>,
    /// When it is looked next for facts that were set aside.
    look: Instant,
    first_retry: Duration,
    /// By partition. The others go on meanwhile: one organisation's poison is no other's delay.
    failing: BTreeMap<i64, Failing>,
}

/// A partition whose batch failed: up to `until`, its facts go one by one.
struct Failing {
    until: i64,
    /// How often the fact after the cursor was tried.
    attempts: u32,
    /// When it is tried next.
    due: Instant,
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

impl Delivery {
    pub(super) fn new(db: Db, clock: Clock, listener: Arc<dyn Listener>, first_retry: Duration) -> Self {
        Self { db, clock, listener, look: Instant::now(), first_retry, failing: BTreeMap::new() }
    }

    pub(super) fn name(&self) -> &'static str {
        self.listener.name()
    }

    /// Gives the listener its cursors; it hears what commits after this.
    pub(super) async fn begin(&self) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        store::start_cursors(&mut tx, self.name(), self.listener.hears_the_past()).await?;
        tx.commit().await
    }

    /// Hands over a batch of each partition that has one. How long to rest, when there is nothing to do.
    pub(super) async fn round(&mut self) -> Result<Option<Duration>, DbError> {
        let (mut worked, mut rest) = (self.replay().await?, LOOK_EVERY);
        if self.look <= Instant::now() {
            self.look = Instant::now() + LOOK_EVERY;
            worked |= self.catch_up().await?;
        }
        let mut unheard = store::unheard(&self.db, self.name()).await?;
        worked |= self.together(&mut unheard).await?;
        for (partition, cursor, head) in unheard {
            let pause = self.failing.get(&partition).map(|failing| failing.due - Instant::now());
            match pause {
                Some(pause) if !pause.is_zero() => rest = rest.min(pause),
                _ => worked |= self.step(partition, cursor, head).await?,
            }
            if partition == store::UNPARTITIONED {
                break; // They are older than all others.
            }
        }
        Ok(if worked { None } else { Some(rest) })
    }

    /// Hands over what several partitions have, in one transaction, and takes those out of `unheard`; whether there were any.
    ///
    /// Where one connection writes, each transaction keeps everybody else waiting for a disk. Where many write, each partition has
    /// a transaction of its own, so that organisations wait for their own facts only. Nothing happens where a fact fails: the
    /// partitions go one by one then, and those that failed before do so anyway.
    async fn together(&mut self, unheard: &mut Vec<(i64, i64, i64)>) -> Result<bool, DbError> {
        let old = unheard.first().is_some_and(|(partition, ..)| *partition == store::UNPARTITIONED);
        if self.db.is_shared() || old || unheard.len() < 2 {
            return Ok(false);
        }
        let mut batches: BTreeMap<i64, Vec<Recorded>> = BTreeMap::new();
        for (partition, fact) in store::after_cursors(&self.db, self.name(), BATCH).await? {
            batches.entry(partition).or_default().push(fact);
        }
        batches.retain(|partition, _| !self.failing.contains_key(partition));
        let mut tx = self.db.begin().await?;
        let mut moved = Vec::new();
        for &(partition, cursor, _) in unheard.iter() {
            let Some(facts) = batches.get(&partition) else { continue };
            let Some(last) = facts.last().map(|fact| fact.seq) else { continue };
            if !store::move_cursor(&mut tx, self.name(), partition, cursor, last).await? {
                continue;
            }
            let wanted: Vec<_> = facts.iter().filter(|fact| self.listener.wants(&fact.event)).collect();
            if self.listener.handle_all(&mut tx, &wanted).await.is_err() {
                return Ok(false);
            }
            self.set_aside(&mut tx, facts).await?;
            moved.push(partition);
        }
        tx.commit().await?;
        unheard.retain(|(partition, ..)| !moved.contains(partition));
        Ok(!moved.is_empty())
    }

    /// Tries again what people asked for, each fact once; whether there was anything.
    async fn replay(&self) -> Result<bool, DbError> {
        let listener = self.name();
        let mut facts = store::asked_again(&self.db, listener, BATCH).await?;
        facts.retain(|fact| fact.event != Event::Unknown); // Another process knows it.
        for fact in &facts {
            let mut tx = self.db.begin().await?;
            if !store::unbury(&mut tx, listener, fact.seq).await? {
                continue;
            }
            let handled = match self.listener.wants(&fact.event) {
                true => self.listener.handle(&mut tx, fact).await,
                false => Ok(()),
            };
            let Err(error) = handled else {
                tx.commit().await?;
                continue;
            };
            drop(tx);
            let (seq, reason) = (fact.seq, error.to_string());
            tracing::warn!(listener, seq, reason, "a fact that was to be tried again was not handled");
            let mut tx = self.db.begin().await?;
            store::stay_dead(&mut tx, listener, seq, to_ms(self.clock.now()), &reason).await?;
            tx.commit().await?;
        }
        Ok(!facts.is_empty())
    }

    /// Goes on in one partition, up to the `head` that was read before; whether that moved anything.
    async fn step(&mut self, partition: i64, cursor: i64, head: i64) -> Result<bool, DbError> {
        let mut facts = store::after(&self.db, partition, cursor, BATCH).await?;
        let wanted = facts.iter().filter(|fact| self.listener.wants(&fact.event)).count();
        let one_by_one = self.failing.contains_key(&partition);
        if one_by_one && let Some(index) = facts.iter().position(|fact| self.listener.wants(&fact.event)) {
            facts.truncate(index + 1);
        }
        // A counter begins above zero: up to there nothing is to be heard, and nothing to be looked for again.
        let last = facts.last().map_or(head, |fact| fact.seq);
        let error = match self.hand_over(partition, cursor, last, &facts).await {
            Ok(()) => {
                self.passed(partition, last);
                return Ok(true);
            }
            Err(Failure::Db(error)) => return Err(error),
            Err(Failure::Listener(error)) => error,
        };
        if !one_by_one && wanted > 1 {
            let failing = Failing { until: last, attempts: 0, due: Instant::now() };
            self.failing.insert(partition, failing);
            return Ok(true);
        }
        self.failed(partition, cursor, &facts, last, error.to_string()).await?;
        Ok(true)
    }

    /// Hands `facts` to the listener in one transaction, which also moves the cursor behind the last of them.
    async fn hand_over(&self, partition: i64, from: i64, to: i64, facts: &[Recorded]) -> Result<(), Failure> {
        let mut tx = self.db.begin().await?;
        // The cursor first: its row's lock keeps a second process from the same facts.
        if !store::move_cursor(&mut tx, self.name(), partition, from, to).await? {
            return Ok(());
        }
        let wanted: Vec<_> = facts.iter().filter(|fact| self.listener.wants(&fact.event)).collect();
        self.listener.handle_all(&mut tx, &wanted).await.map_err(Failure::Listener)?;
        self.set_aside(&mut tx, facts).await?;
        Ok(tx.commit().await?)
    }

    /// Notes that the fact `seq`, the last of `facts`, failed by itself; buries it after the last try.
    async fn failed(
        &mut self,
        partition: i64,
        cursor: i64,
        facts: &[Recorded],
        seq: i64,
        reason: String,
    ) -> Result<(), DbError> {
        let (listener, now) = (self.name(), Instant::now());
        let failing = self.failing.entry(partition).or_insert(Failing { until: seq, attempts: 0, due: now });
        failing.attempts += 1;
        let attempt = failing.attempts;
        tracing::warn!(listener, seq, attempt, reason, "a fact was not handled");
        if attempt < TRIES {
            failing.due = now + self.first_retry * 2u32.pow(attempt - 1);
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        if store::move_cursor(&mut tx, listener, partition, cursor, seq).await? {
            store::bury(&mut tx, listener, seq, to_ms(self.clock.now()), &reason).await?;
            self.set_aside(&mut tx, facts).await?;
            tx.commit().await?;
            tracing::error!(listener, seq, reason, "a fact was buried as a dead letter");
        }
        self.passed(partition, seq);
        Ok(())
    }

    /// The cursor stands at `seq`: the next fact is tried anew, behind the failed batch with others.
    fn passed(&mut self, partition: i64, seq: i64) {
        let Some(failing) = self.failing.get_mut(&partition) else { return };
        (failing.attempts, failing.due) = (0, Instant::now());
        if seq >= failing.until {
            self.failing.remove(&partition);
        }
    }
}
