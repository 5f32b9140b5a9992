//! The handle of jobs: leaving them, running them, and what people do with dead ones.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vitrine_protocol::{JobId, OrgId};

use super::timer::{Timer, Turn};
use super::work::Work;
use super::{DeadJob, JobsError, NewJob, Runner, store};
use crate::base::{Actor, Clock, Page, Permission};
use crate::db::{Db, DbError, Tx};

/// Jobs. Clones share everything.
#[derive(Clone)]
pub struct Jobs {
    db: Db,
    clock: Clock,
    nudges: watch::Sender<u64>,
}

/// Wakes those who run jobs. Clones wake the same ones; a wake too many does no harm.
#[derive(Clone, Debug)]
pub struct Nudge(watch::Sender<u64>);

impl Nudge {
    /// Jobs may have been left.
    pub fn nudge(&self) {
        self.0.send_modify(|count| *count += 1);
    }
}

/// Leaves `job` in the transaction: it is run after `tx` commits. False when one of its kind and key is
/// waiting, running, or dead and somebody's; that one stays as it is.
///
/// # Errors
/// The database does not answer, or the organisation does not exist.
pub async fn enqueue(tx: &mut Tx, now: DateTime<Utc>, job: &NewJob) -> Result<bool, DbError> {
    let new = store::insert(tx, job, now).await?;
    if new {
        tx.leave_job();
    }
    Ok(new)
}

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It waits or runs.
    Living,
    /// It was given up.
    Dead,
    /// There is none: it is done, or never was.
    Gone,
}

/// What became of the job of that kind and key.
///
/// # Errors
/// The database does not answer.
pub async fn standing(tx: &mut Tx, kind: &str, key: &str) -> Result<Standing, DbError> {
    Ok(match store::died(tx, kind, key).await? {
        None => Standing::Gone,
        Some(None) => Standing::Living,
        Some(Some(_)) => Standing::Dead,
    })
}

impl Jobs {
    /// The handle over `db`; nothing runs yet.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, nudges: watch::Sender::new(0) }
    }

    /// The handle that wakes those who run jobs.
    #[must_use]
    pub fn nudge(&self) -> Nudge {
        Nudge(self.nudges.clone())
    }

    /// Takes back what the process before this one held, where no other can hold anything: a SQLite file has
    /// one owner. On Postgres, leases run out by themselves. Call it once, before anything runs.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_over(&self) -> Result<(), DbError> {
        if self.db.is_shared() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        store::release_all(&mut tx).await?;
        tx.commit().await
    }

    /// Runs jobs of the runner's kind on `tasks` until `stop`; what is running then has three seconds to end,
    /// and goes back to the others after that.
    pub fn run(&self, runner: Arc<dyn Runner>, tasks: &TaskTracker, stop: CancellationToken) {
        let work = Work::new(self.db.clone(), self.clock.clone(), runner);
        tasks.spawn(work.run(self.nudges.clone(), stop));
    }

    /// Lets `timer` go round on `tasks` until `stop`, in this process or in another of the same database.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn every(
        &self,
        timer: Timer,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<(), DbError> {
        let turn = Turn::new(self.db.clone(), self.clock.clone(), timer);
        turn.begin().await?;
        tasks.spawn(turn.run(stop));
        Ok(())
    }

    /// Jobs of an organisation that failed for good, newest first.
    ///
    /// # Errors
    /// [`JobsError::Denied`].
    pub async fn dead(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<JobId>,
        limit: i64,
    ) -> Result<Page<DeadJob>, JobsError> {
        actor.require(Permission::ManageJobs, org)?;
        let dead = store::dead(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(dead, limit, |job| job.id.to_string()))
    }

    /// One of them.
    ///
    /// # Errors
    /// [`JobsError::Denied`]; [`JobsError::NotFound`].
    pub async fn dead_one(&self, actor: &Actor, org: OrgId, id: JobId) -> Result<DeadJob, JobsError> {
        actor.require(Permission::ManageJobs, org)?;
        store::dead_one(&self.db, org, id).await?.ok_or(JobsError::NotFound(id))
    }

    /// Has a dead job tried again, as if it were new.
    ///
    /// # Errors
    /// [`JobsError::Denied`]; [`JobsError::NotFound`].
    pub async fn replay(&self, actor: &Actor, org: OrgId, id: JobId) -> Result<(), JobsError> {
        actor.require(Permission::ManageJobs, org)?;
        let mut tx = self.db.begin().await?;
        if !store::revive(&mut tx, org, id, self.clock.now()).await? {
            return Err(JobsError::NotFound(id));
        }
        tx.leave_job();
        Ok(tx.commit().await?)
    }
}
