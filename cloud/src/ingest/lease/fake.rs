//! Leases in memory, for tests.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use vitrine_protocol::ShowId;

use super::{Hold, Lease, Leases, Owner, Written};
use crate::db::DbError;

/// Rows in memory; they can be away, or slow.
#[derive(Default)]
pub struct FakeLeases {
    rows: Mutex<HashMap<ShowId, Lease>>,
    away: Mutex<bool>,
    read_only: Mutex<bool>,
    answers_after: Mutex<Duration>,
}

/// An owner on the node of this name.
pub fn owner(node: &str) -> Owner {
    let serve = format!("{node} runs");
    Owner { node: node.into(), boot: "boot".into(), serve, rtmp: "127.0.0.1:1".into() }
}

impl FakeLeases {
    /// Whether the database is away.
    pub fn away(&self, away: bool) {
        *self.away.lock() = away;
    }

    /// Whether owners can write nothing; rows can still be read and taken.
    pub fn read_only(&self, read_only: bool) {
        *self.read_only.lock() = read_only;
    }

    /// How long each answer takes.
    pub fn answers_after(&self, wait: Duration) {
        *self.answers_after.lock() = wait;
    }

    /// Puts a row in place.
    pub fn put(&self, lease: Lease) {
        self.rows.lock().insert(lease.show, lease);
    }

    /// Its owner lives.
    pub fn bump(&self, show: ShowId) {
        if let Some(lease) = self.rows.lock().get_mut(&show) {
            lease.beat += 1;
        }
    }

    /// The row of a show.
    pub fn row(&self, show: ShowId) -> Option<Lease> {
        self.rows.lock().get(&show).cloned()
    }

    fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut HashMap<ShowId, Lease>) -> T,
    ) -> BoxFuture<'static, Result<T, DbError>> {
        let away = *self.away.lock();
        let outcome =
            if away { Err(DbError::Corrupt("away".into())) } else { Ok(act(&mut self.rows.lock())) };
        let wait = *self.answers_after.lock();
        Box::pin(async move {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            outcome
        })
    }
}

impl Leases for FakeLeases {
    fn get(&self, show: ShowId) -> BoxFuture<'_, Result<Option<Lease>, DbError>> {
        self.with(|rows| rows.get(&show).cloned())
    }

    fn held(&self) -> BoxFuture<'_, Result<Vec<Lease>, DbError>> {
        self.with(|rows| {
            rows.values().filter(|lease| !lease.released || lease.run().is_some()).cloned().collect()
        })
    }

    fn take<'a>(
        &'a self,
        show: ShowId,
        by: &'a Owner,
        seen: Option<(i64, i64)>,
    ) -> BoxFuture<'a, Result<Option<Lease>, DbError>> {
        self.with(|rows| {
            let known = rows.get(&show).cloned();
            let lease = match (known, seen) {
                (None, None) => Lease {
                    show,
                    owner: by.clone(),
                    fence: 1,
                    beat: 1,
                    released: false,
                    placed: None,
                    msn_end: 0,
                    head_end_ms: 0,
                },
                (Some(lease), Some((fence, beat))) if (lease.fence, lease.beat) == (fence, beat) => {
                    Lease { owner: by.clone(), fence: fence + 1, beat: beat + 1, released: false, ..lease }
                }
                _ => return None,
            };
            rows.insert(show, lease.clone());
            Some(lease)
        })
    }

    fn beat<'a>(&'a self, serve: &'a str, shows: &'a [ShowId]) -> BoxFuture<'a, Result<Vec<Hold>, DbError>> {
        self.with(|rows| {
            let own = rows
                .values_mut()
                .filter(|lease| lease.owner.serve == serve && !lease.released && shows.contains(&lease.show));
            own.map(|lease| {
                lease.beat += 1;
                Hold { show: lease.show, fence: lease.fence }
            })
            .collect()
        })
    }

    fn write<'a>(&'a self, hold: Hold, written: &'a Written) -> BoxFuture<'a, Result<bool, DbError>> {
        if *self.read_only.lock() {
            return Box::pin(std::future::ready(Err(DbError::Corrupt("read only".into()))));
        }
        self.with(|rows| {
            let Some(lease) = rows.get_mut(&hold.show).filter(|lease| lease.fence == hold.fence) else {
                return false;
            };
            lease.placed = written.placed.clone();
            (lease.msn_end, lease.head_end_ms) = (written.msn_end, written.head_end_ms);
            lease.released = written.released;
            true
        })
    }

    fn release_all<'a>(&'a self, serve: &'a str) -> BoxFuture<'a, Result<(), DbError>> {
        self.with(|rows| {
            rows.values_mut().filter(|l| l.owner.serve == serve).for_each(|l| l.released = true);
        })
    }
}
