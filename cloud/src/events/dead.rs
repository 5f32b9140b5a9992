//! Facts that a listener could not handle, for the people of the organisation.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use vitrine_protocol::OrgId;

use super::{EventsError, Recorded, store};
use crate::base::{Actor, Clock, Page, Permission, to_ms};
use crate::db::{Db, DbError};

/// A version that is not back by then was given up.
const KEEP_UNKNOWN: TimeDelta = TimeDelta::days(90);

/// A fact that a listener failed on again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DeadFact {
    /// Who could not handle it.
    pub listener: String,
    /// Why, in the last try.
    pub reason: String,
    /// When it was given up.
    pub died_at: DateTime<Utc>,
    /// When somebody asked for another try that has not come yet.
    pub replay_asked_at: Option<DateTime<Utc>>,
    /// What happened.
    pub fact: Recorded,
}

/// A place in the list of dead letters: `SEQ:LISTENER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) seq: i64,
    pub(super) listener: String,
}

/// The dead letters of listeners. Clones share everything.
#[derive(Clone)]
pub struct DeadFacts {
    db: Db,
    clock: Clock,
}

impl DeadFacts {
    /// The handle over `db`.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// An organisation's facts that a listener could not handle, newest first.
    ///
    /// # Errors
    /// [`EventsError::Denied`].
    pub(super) async fn list(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<Place>,
        limit: i64,
    ) -> Result<Page<DeadFact>, EventsError> {
        actor.require(Permission::ManageJobs, org)?;
        let dead = store::dead(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(dead, limit, |dead| {
            Place { seq: dead.fact.seq, listener: dead.listener.clone() }.to_string()
        }))
    }

    /// One of them.
    ///
    /// # Errors
    /// [`EventsError::Denied`]; [`EventsError::NotFound`].
    pub(super) async fn one(
        &self,
        actor: &Actor,
        org: OrgId,
        listener: &str,
        seq: i64,
    ) -> Result<DeadFact, EventsError> {
        actor.require(Permission::ManageJobs, org)?;
        if listener.contains('\0') {
            return Err(EventsError::NotFound); // Postgres takes no such text.
        }
        store::dead_one(&self.db, org, listener, seq).await?.ok_or(EventsError::NotFound)
    }

    /// Has the listener try the fact again, once. If it fails, the letter is back with its new reason.
    ///
    /// # Errors
    /// [`EventsError::Denied`]; [`EventsError::NotFound`].
    pub async fn replay(
        &self,
        actor: &Actor,
        org: OrgId,
        listener: &str,
        seq: i64,
    ) -> Result<(), EventsError> {
        actor.require(Permission::ManageJobs, org)?;
        if listener.contains('\0') {
            return Err(EventsError::NotFound); // Postgres takes no such text.
        }
        let mut tx = self.db.begin().await?;
        if !store::ask_again(&mut tx, org, listener, seq, to_ms(self.clock.now())).await? {
            return Err(EventsError::NotFound);
        }
        tx.wake_listeners();
        Ok(tx.commit().await?)
    }
}

impl DeadFacts {
    /// Forgets facts that were set aside a long time ago for a version that never came; how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_unknown(&self) -> Result<u64, DbError> {
        let mut tx = self.db.begin().await?;
        let swept = store::forget_aside(&mut tx, to_ms(self.clock.now() - KEEP_UNKNOWN)).await?;
        tx.commit().await?;
        Ok(swept)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.listener)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (seq, listener) = text.split_once(':').filter(|_| !text.contains('\0')).ok_or(())?;
        Ok(Self { seq: seq.parse().map_err(drop)?, listener: listener.to_owned() })
    }
}
