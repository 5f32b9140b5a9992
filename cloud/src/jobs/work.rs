//! Running the jobs of one kind: claim, work, write down; and hold on to what is being worked on.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;
use vitrine_protocol::JobId;

use super::runner::chain;
use super::{Failed, Job, Policy, Runner, store};
use crate::base::Clock;
use crate::db::{Db, DbError};

/// Looks by itself after this time: a nudge may be lost, and time alone makes jobs due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What running jobs have when the process ends.
const GRACE: Duration = Duration::from_secs(3);
/// Characters of a reason that are kept.
const REASON_CHARS: usize = 500;

pub(super) struct Work {
    db: Db,
    clock: Clock,
    runner: Arc<dyn Runner>,
    policy: Policy,
    running: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// What is running, and how each is told that its claim was lost.
    held: BTreeMap<JobId, (Job, CancellationToken)>,
    /// When the first lease of those runs out, unless it is renewed.
    held_until: DateTime<Utc>,
    /// What ended and is not written down yet.
    ended: Vec<Ended>,
}

type Ended = (Job, Outcome);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Done,
    Failed(Failed),
    /// Somebody else has it now.
    Lost,
}

impl Work {
    pub(super) fn new(db: Db, clock: Clock, runner: Arc<dyn Runner>) -> Self {
        let policy = runner.policy();
        let (running, held, ended) = (FuturesUnordered::new(), BTreeMap::new(), Vec::new());
        Self { db, clock, runner, policy, running, held, held_until: DateTime::<Utc>::MAX_UTC, ended }
    }

    /// Works until `stop`.
    pub(super) async fn run(mut self, nudges: watch::Sender<u64>, stop: CancellationToken) {
        let mut woken = nudges.subscribe();
        let mut renewal = tokio::time::interval(self.policy.lease / 3);
        renewal.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !stop.is_cancelled() {
            if let Err(error) = self.turn().await {
                tracing::error!(kind = self.runner.kind(), error = %chain(&error), "the database failed a runner");
            }
            let room = self.room() > 0;
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = self.running.next() => self.note(ended),
                _ = renewal.tick(), if !self.held.is_empty() => self.hold_on().await,
                _ = woken.changed(), if room => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        self.end().await;
    }

    /// Writes down what ended and claims what is due.
    async fn turn(&mut self) -> Result<(), DbError> {
        self.settle().await?;
        self.claim().await?;
        Ok(())
    }

    fn room(&self) -> u32 {
        let taken = u32::try_from(self.held.len() + self.ended.len()).unwrap_or(u32::MAX);
        self.policy.at_once.max(1).saturating_sub(taken)
    }

    /// Claims as many jobs as there is room for, and starts them.
    async fn claim(&mut self) -> Result<usize, DbError> {
        let (room, kind, now) = (self.room(), self.runner.kind(), self.clock.now());
        if room == 0 || !store::any_due(&self.db, kind, now).await? {
            return Ok(0);
        }
        // What is due may be what runs here, when its lease ran out unnoticed: it is held on to, or lost, but not run twice.
        if !self.held.is_empty() && self.held_until <= now {
            self.renew().await?;
        }
        let name = Uuid::now_v7().to_string();
        let mut tx = self.db.begin().await?;
        let jobs = store::claim(&mut tx, kind, &name, now, now + self.policy.lease, room.into()).await?;
        let (worn_out, jobs): (Vec<_>, Vec<_>) =
            jobs.into_iter().partition(|job| job.attempt > self.policy.attempts);
        for job in &worn_out {
            store::bury(&mut tx, job, now, "whoever ran it never came back").await?;
        }
        tx.commit().await?;
        for job in &worn_out {
            tracing::error!(kind, job.id = %job.id, "a job is dead: whoever ran it never came back");
        }
        let count = jobs.len();
        if count > 0 {
            let until = now + self.policy.lease;
            self.held_until = if self.held.is_empty() { until } else { self.held_until.min(until) };
        }
        for job in jobs {
            self.start(job);
        }
        Ok(count)
    }

    fn start(&mut self, job: Job) {
        let (runner, lost) = (self.runner.clone(), CancellationToken::new());
        if let Some((_, lost_before)) = self.held.insert(job.id, (job.clone(), lost.clone())) {
            lost_before.cancel();
        }
        let lost_job = job.clone();
        let work = async move {
            let run = AssertUnwindSafe(async { runner.run(&job).await }).catch_unwind();
            let outcome = match lost.run_until_cancelled(run).await {
                None => Outcome::Lost,
                Some(Ok(Ok(()))) => Outcome::Done,
                Some(Ok(Err(failed))) => Outcome::Failed(failed),
                Some(Err(_)) => Outcome::Failed(Failed::later("the work panicked")),
            };
            (job, outcome)
        };
        // A task of its own: who writes leases down between looks at the work would wait for the database's writer while the work
        // holds it, and goes on with only when it is looked at. It ends with its handle.
        let task = AbortOnDropHandle::new(tokio::spawn(work));
        self.running.push(async move { task.await.unwrap_or((lost_job, Outcome::Lost)) }.boxed());
    }

    /// Notes an end, and those that came with it, to be written down together.
    fn note(&mut self, first: Ended) {
        let mut next = Some(first);
        while let Some((job, outcome)) = next {
            if self.held.get(&job.id).is_some_and(|(held, _)| held.claim == job.claim) {
                self.held.remove(&job.id);
            }
            self.ended.push((job, outcome));
            next = self.running.next().now_or_never().flatten();
        }
    }

    /// Writes down what ended, in one transaction. What could not be written stays for the next time.
    async fn settle(&mut self) -> Result<(), DbError> {
        if self.ended.is_empty() {
            return Ok(());
        }
        let (kind, now) = (self.runner.kind(), self.clock.now());
        let mut tx = self.db.begin().await?;
        let mut told = Vec::new();
        for (job, outcome) in &self.ended {
            let ours = match outcome {
                Outcome::Lost => false,
                Outcome::Done => store::complete(&mut tx, job).await?,
                Outcome::Failed(failed) => {
                    let (reason, pause) = self.verdict(job, failed);
                    let ours = match pause {
                        Some(pause) => store::retry(&mut tx, job, now + pause, &reason).await?,
                        None => store::bury(&mut tx, job, now, &reason).await?,
                    };
                    told.push((job.id, job.attempt, reason, pause));
                    ours
                }
            };
            if !ours {
                tracing::warn!(kind, job.id = %job.id, "a job's lease was lost; it is run again");
            }
        }
        tx.commit().await?;
        for (id, attempt, reason, pause) in told {
            match pause {
                Some(_) => {
                    tracing::warn!(kind, job.id = %id, attempt, reason, "a job failed and is tried again")
                }
                None => tracing::error!(kind, job.id = %id, attempt, reason, "a job is dead"),
            }
        }
        self.ended.clear();
        Ok(())
    }

    /// The reason to keep, and how long the job waits; none when it is given up.
    fn verdict(&self, job: &Job, failed: &Failed) -> (String, Option<Duration>) {
        let (reason, pause) = match failed {
            Failed::Never { reason } => (reason, None),
            Failed::Later { reason, .. } if job.attempt >= self.policy.attempts => (reason, None),
            Failed::Later { reason, after } => {
                let pause = self.policy.pause(job.attempt, rand::random());
                (reason, Some(pause.max(after.unwrap_or_default().min(self.policy.longest_pause))))
            }
        };
        (reason.chars().filter(|c| *c != '\0').take(REASON_CHARS).collect(), pause)
    }

    /// Renews the leases of what is running, and lets go of what others have taken.
    async fn hold_on(&mut self) {
        if let Err(error) = self.renew().await {
            tracing::error!(kind = self.runner.kind(), error = %chain(&error), "leases of jobs could not be renewed");
        }
    }

    async fn renew(&mut self) -> Result<(), DbError> {
        let until = self.clock.now() + self.policy.lease;
        let mut claims: Vec<_> = self.held.values().map(|(job, _)| job.claim.clone()).collect();
        claims.sort();
        claims.dedup();
        let (mut tx, mut ours) = (self.db.begin().await?, Vec::new());
        for claim in claims {
            ours.extend(store::renew(&mut tx, &claim, until).await?);
        }
        tx.commit().await?;
        self.held_until = until;
        for (_, lost) in self.held.values().filter(|(job, _)| !ours.contains(&job.id)) {
            lost.cancel();
        }
        Ok(())
    }

    /// The process ends: waits a moment for what is running, and gives the rest back.
    async fn end(mut self) {
        let patience = tokio::time::sleep(GRACE);
        tokio::pin!(patience);
        while !self.held.is_empty() {
            tokio::select! {
                Some(ended) = self.running.next() => self.note(ended),
                () = &mut patience => break,
            }
        }
        if let Err(error) = self.give_back().await {
            tracing::warn!(kind = self.runner.kind(), error = %chain(&error), "jobs wait for their leases to run out");
        }
    }

    async fn give_back(&mut self) -> Result<(), DbError> {
        self.running.clear();
        self.settle().await?;
        if self.held.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        for (job, _) in self.held.values() {
            store::release(&mut tx, job).await?;
        }
        tx.commit().await
    }
}

#[cfg(test)]
mod tests;
