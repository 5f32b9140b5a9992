//! Where there is plenty of room, it is not counted each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::OrgId;

/// How long a count is known: other processes add some, too.
const KNOWN_FOR: TimeDelta = TimeDelta::seconds(30);
/// The most that one asks for at a time: a batch of an import.
pub(super) const AT_ONCE: i64 = 1000;
/// Of how many organisations it is known.
const MOST: usize = 10_000;

/// Organisations that were counted not long ago, and had plenty of room left. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Plenty(Arc<Mutex<HashMap<OrgId, Known>>>);

#[derive(Debug)]
struct Known {
    used: i64,
    allowed: i64,
    /// How much may still be asked for before it is counted anew.
    left: i64,
    until: DateTime<Utc>,
}

impl Plenty {
    /// How many there are at most, if that is known and far enough from `allowed`. A batch is taken off what is left.
    pub(super) fn used(&self, org: OrgId, allowed: i64, now: DateTime<Utc>) -> Option<i64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get_mut(&org)?;
        if known.until <= now || known.allowed != allowed || known.left < AT_ONCE {
            all.remove(&org);
            return None;
        }
        known.left -= AT_ONCE;
        known.used += AT_ONCE;
        Some(known.used - AT_ONCE)
    }

    /// Keeps a count. Only an eighth of what is free is given out on it, so that several processes together stay below the limit.
    pub(super) fn note(&self, org: OrgId, (used, allowed): (i64, i64), now: DateTime<Utc>) {
        let left = (allowed - used) / 8;
        if left < 2 * AT_ONCE {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, known| known.until > now);
        }
        if all.len() < MOST {
            // Whoever counted adds a batch of its own.
            let (used, left) = (used + AT_ONCE, left - AT_ONCE);
            all.insert(org, Known { used, allowed, left, until: now + KNOWN_FOR });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TestClock;

    #[test]
    fn where_there_is_plenty_it_is_counted_now_and_then_and_near_the_limit_each_time() {
        let (plenty, org, now) = (Plenty::default(), OrgId::new(), TestClock::new().clock().now());
        assert_eq!(plenty.used(org, 100_000, now), None);
        plenty.note(org, (0, 100_000), now);
        let mut asked = 0;
        while plenty.used(org, 100_000, now).is_some() {
            asked += 1;
        }
        assert_eq!(asked, 11, "an eighth, less what the first took");
        plenty.note(org, (0, 100_000), now);
        assert_eq!(plenty.used(org, 50_000, now), None, "of another plan nothing is known");
        plenty.note(org, (0, 100_000), now);
        assert_eq!(plenty.used(org, 100_000, now + KNOWN_FOR), None);
        plenty.note(org, (99_000, 100_000), now);
        assert_eq!(plenty.used(org, 100_000, now), None);
    }
}
