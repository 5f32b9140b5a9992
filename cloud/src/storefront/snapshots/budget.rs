//! How many bytes snapshots hold.

use std::collections::HashMap;

use parking_lot::Mutex;
use vitrine_protocol::OrgId;

/// The most that all of them hold, and those of one organisation.
pub(super) const MOST_BYTES: usize = 128 * 1024 * 1024;
pub(super) const MOST_OF_ONE: usize = MOST_BYTES / 4;
/// Beyond this what was asked for longest ago goes, so that there is room for forms of what is asked for now.
pub(super) const FULL: usize = MOST_BYTES / 8 * 7;
pub(super) const FULL_OF_ONE: usize = MOST_OF_ONE / 8 * 7;

/// What all snapshots hold, and those of each organisation.
#[derive(Debug, Default)]
pub(super) struct Budget {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    of: HashMap<OrgId, usize>,
}

impl Budget {
    /// What is in memory already counts, however much it is.
    pub(super) fn add(&self, org: OrgId, bytes: usize) {
        let mut held = self.held.lock();
        held.all += bytes;
        *held.of.entry(org).or_default() += bytes;
    }

    /// Counts so many bytes more; false when there is no room for them.
    pub(super) fn try_add(&self, org: OrgId, bytes: usize) -> bool {
        let mut held = self.held.lock();
        let own = held.of.get(&org).copied().unwrap_or_default();
        if held.all + bytes > MOST_BYTES || own + bytes > MOST_OF_ONE {
            return false;
        }
        held.all += bytes;
        held.of.insert(org, own + bytes);
        true
    }

    /// They are in memory no more.
    pub(super) fn give_back(&self, org: OrgId, bytes: usize) {
        let mut held = self.held.lock();
        held.all = held.all.saturating_sub(bytes);
        let own = held.of.get(&org).copied().unwrap_or_default().saturating_sub(bytes);
        if own == 0 {
            held.of.remove(&org);
        } else {
            held.of.insert(org, own);
        }
    }

    /// Bytes of all, and of one organisation.
    pub(super) fn held(&self, org: OrgId) -> (usize, usize) {
        let held = self.held.lock();
        (held.all, held.of.get(&org).copied().unwrap_or_default())
    }
}
