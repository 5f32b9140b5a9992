//! What many ask for at once, kept in memory until a fact of its organisation changes it.
//!
//! A snapshot is loaded once, however many wait for it: a sale makes every widget ask again in the same second. Whoever
//! asks after a fact was heard gets what was loaded after it.

mod budget;
mod snapshot;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use vitrine_protocol::{OrgId, ShowId};

use budget::{Budget, FULL, FULL_OF_ONE};
pub(super) use snapshot::{Answer, Snapshot, View, Wares};

/// How many are kept.
const MOST: usize = 4_096;
/// How long one is kept at most: it changes by time too, and a fact may be late.
const LONGEST: Duration = Duration::from_secs(5);

/// One that is older than what somebody heard of is loaded anew after this: the fact has not come here yet.
const OLDER: Duration = Duration::from_secs(1);

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A show.
    Show(ShowId),
    /// A channel, by its name in addresses.
    Channel(String),
}

/// Snapshots of every organisation.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    kept: Mutex<Kept>,
    /// Whether facts are heard. Before that nothing is kept.
    heard: AtomicBool,
    budget: Arc<Budget>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: HashMap<Key, Entry>,
    /// How many facts were heard, and which one was the last of an organisation. One that is not here had none since the oldest
    /// of the entries was made.
    facts: u64,
    last: HashMap<OrgId, u64>,
    /// How often something was asked for.
    asked: u64,
}

#[derive(Debug)]
struct Entry {
    cell: Arc<OnceCell<Arc<Snapshot>>>,
    made: Instant,
    /// How many facts had been heard before it was loaded.
    facts: u64,
    /// When it was asked for last, in the order of asking.
    used: u64,
}

/// What somebody who asks waits for.
struct Ticket {
    cell: Arc<OnceCell<Arc<Snapshot>>>,
    /// How many facts had been heard before it was loaded, and when this one asked.
    facts: u64,
    asked: u64,
}

impl Kept {
    fn drop_old(&mut self, now: Instant) {
        self.entries.retain(|_, entry| now - entry.made < LONGEST);
    }

    /// Lets go of the one that was asked for longest ago; the bytes it holds, or None when there is none.
    fn drop_oldest(&mut self, may: impl Fn(&Key, Option<&Arc<Snapshot>>) -> bool) -> Option<usize> {
        let some = self.entries.iter().filter(|(key, entry)| may(key, entry.cell.get()));
        let key = some.min_by_key(|(_, entry)| entry.used)?.0.clone();
        let entry = self.entries.remove(&key)?;
        Some(entry.cell.get().map_or(0, |snapshot| snapshot.bytes()))
    }
}

impl Snapshots {
    /// From here on facts are heard, so that snapshots may be kept.
    pub(super) fn keep(&self) {
        self.heard.store(true, Relaxed);
    }

    /// What was loaded, ready to be asked.
    pub(super) fn made(&self, org: OrgId, view: View, wares: Wares) -> Arc<Snapshot> {
        Arc::new(Snapshot::new(org, view, wares, self.budget.clone()))
    }

    /// A fact of `org` was heard.
    pub(super) fn forget(&self, org: OrgId) {
        let mut kept = self.kept.lock();
        kept.facts += 1;
        let fact = kept.facts;
        kept.last.insert(org, fact);
        // Whose it is that is still being loaded is known when it is there: [`Self::get`] looks then.
        kept.entries.retain(|_, entry| entry.cell.get().is_none_or(|snapshot| snapshot.org != org));
        if kept.last.len() > MOST {
            let oldest = kept.entries.values().map(|entry| entry.facts).min().unwrap_or(fact);
            kept.last.retain(|_, last| *last > oldest);
        }
    }

    /// Lets go of what is too old to be given to anybody.
    pub(super) fn drop_old(&self) {
        self.kept.lock().drop_old(Instant::now());
    }

    /// The snapshot of `key`; loaded unless there is one.
    pub(super) async fn get<E, F>(&self, key: Key, load: impl Fn() -> F) -> Result<Arc<Snapshot>, E>
    where
        F: Future<Output = Result<Arc<Snapshot>, E>>,
    {
        self.get_of(key, 0, load).await
    }

    /// The same for somebody who heard of a version. Who asks for one that never comes has it loaded once a second.
    pub(super) async fn get_of<E, F>(
        &self,
        key: Key,
        version: i64,
        load: impl Fn() -> F,
    ) -> Result<Arc<Snapshot>, E>
    where
        F: Future<Output = Result<Arc<Snapshot>, E>>,
    {
        if !self.heard.load(Relaxed) {
            return load().await;
        }
        let mut asked = None;
        // What another began to load before this one asked may be too old for this one. The next is not.
        loop {
            let ticket = self.ticket(&key, version);
            let asked = *asked.get_or_insert(ticket.asked);
            let loaded = ticket.cell.get_or_try_init(&load).await.cloned();
            match loaded {
                Ok(snapshot) if self.may_have(&key, &ticket, asked, snapshot.org) => {
                    self.make_room(&key, snapshot.org);
                    return Ok(snapshot);
                }
                Ok(_) => {}
                Err(error) => {
                    self.drop_failed(&key, &ticket);
                    return Err(error);
                }
            }
        }
    }

    fn ticket(&self, key: &Key, version: i64) -> Ticket {
        let (mut kept, now) = (self.kept.lock(), Instant::now());
        let most = |entry: &Entry| match entry.cell.get() {
            Some(snapshot) if snapshot.version() < version => OLDER,
            _ => LONGEST,
        };
        let kept = &mut *kept;
        kept.asked += 1;
        let (asked, facts) = (kept.asked, kept.facts);
        if let Some(entry) = kept.entries.get_mut(key).filter(|entry| now - entry.made < most(entry)) {
            entry.used = asked;
            return Ticket { cell: entry.cell.clone(), facts: entry.facts, asked: facts };
        }
        if kept.entries.len() >= MOST {
            kept.drop_old(now);
        }
        if kept.entries.len() >= MOST {
            kept.drop_oldest(|_, _| true);
        }
        let entry = Entry { cell: Arc::default(), made: now, facts, used: asked };
        let ticket = Ticket { cell: entry.cell.clone(), facts, asked: facts };
        kept.entries.insert(key.clone(), entry);
        ticket
    }

    /// Whether what is there now is right for one who asked after so many facts. Forgets it when a fact of its organisation came
    /// while it was being loaded.
    fn may_have(&self, key: &Key, ticket: &Ticket, asked: u64, org: OrgId) -> bool {
        let mut kept = self.kept.lock();
        let is_kept = kept.entries.get(key).is_some_and(|entry| Arc::ptr_eq(&entry.cell, &ticket.cell));
        if is_kept {
            if kept.last.get(&org).is_none_or(|last| *last <= ticket.facts) {
                return true;
            }
            kept.entries.remove(key);
        }
        asked <= ticket.facts
    }

    fn drop_failed(&self, key: &Key, ticket: &Ticket) {
        let mut kept = self.kept.lock();
        if kept.entries.get(key).is_some_and(|entry| Arc::ptr_eq(&entry.cell, &ticket.cell)) {
            kept.entries.remove(key);
        }
    }

    /// What was asked for longest ago goes when there is too much: first of the same organisation, then of all.
    fn make_room(&self, key: &Key, org: OrgId) {
        let is_too_much = |(all, own): (usize, usize)| all > FULL || own > FULL_OF_ONE;
        if !is_too_much(self.budget.held(org)) {
            return;
        }
        let mut kept = self.kept.lock();
        kept.drop_old(Instant::now());
        let mut excess = self.budget.held(org).1.saturating_sub(FULL_OF_ONE);
        while excess > 0 {
            let own = |other: &Key, snapshot: Option<&Arc<Snapshot>>| {
                other != key && snapshot.is_some_and(|snapshot| snapshot.org == org)
            };
            let Some(freed) = kept.drop_oldest(own) else { break };
            excess = excess.saturating_sub(freed);
        }
        let mut excess = self.budget.held(org).0.saturating_sub(FULL);
        while excess > 0 {
            let Some(freed) = kept.drop_oldest(|other, snapshot| other != key && snapshot.is_some()) else {
                break;
            };
            excess = excess.saturating_sub(freed);
        }
    }
}

#[cfg(test)]
mod tests;
