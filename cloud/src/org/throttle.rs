//! Tries are counted for a while, so that guessing is slow.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

/// The time in which tries count.
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// How many keys are remembered; beyond it the oldest windows go first.
const KEYS: usize = 10_000;

/// Counts tries by key.
#[derive(Clone, Default)]
pub(super) struct Throttle(Arc<Mutex<HashMap<String, Count>>>);

struct Count {
    since: DateTime<Utc>,
    tries: u32,
}

impl Throttle {
    /// Counts a try of `key` before it is made, so that many at once count too; false when it is one too many.
    pub(super) fn try_once(&self, key: &str, limit: u32, now: DateTime<Utc>) -> bool {
        let mut counts = self.0.lock();
        if counts.len() >= KEYS && !counts.contains_key(key) {
            make_room(&mut counts, now);
        }
        let count = counts.entry(key.to_owned()).or_insert(Count { since: now, tries: 0 });
        if now - count.since >= WINDOW {
            *count = Count { since: now, tries: 0 };
        }
        if count.tries >= limit {
            return false;
        }
        count.tries += 1;
        true
    }

    /// Forgets the tries of `key`, who has shown the right password.
    pub(super) fn forget(&self, key: &str) {
        self.0.lock().remove(key);
    }

    /// Takes one try of `key` back.
    pub(super) fn give_back(&self, key: &str) {
        if let Some(count) = self.0.lock().get_mut(key) {
            count.tries = count.tries.saturating_sub(1);
        }
    }
}

fn make_room(counts: &mut HashMap<String, Count>, now: DateTime<Utc>) {
    counts.retain(|_, count| now - count.since < WINDOW);
    if counts.len() >= KEYS
        && let Some(oldest) = counts.iter().min_by_key(|(_, count)| count.since).map(|(key, _)| key.clone())
    {
        counts.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::from_ms;

    #[test]
    fn the_limit_holds_for_a_window_and_then_opens_again() {
        let (throttle, now) = (Throttle::default(), from_ms(1_000_000));
        for _ in 0..3 {
            assert!(throttle.try_once("a", 3, now));
        }
        assert!(!throttle.try_once("a", 3, now + TimeDelta::seconds(299)));
        assert!(throttle.try_once("b", 3, now));
        assert!(throttle.try_once("a", 3, now + TimeDelta::seconds(300)));
    }

    #[test]
    fn a_try_that_was_good_is_taken_back() {
        let (throttle, now) = (Throttle::default(), from_ms(1_000_000));
        for _ in 0..9 {
            assert!(throttle.try_once("a", 1, now));
            throttle.give_back("a");
        }
        assert!(throttle.try_once("a", 1, now));
        assert!(!throttle.try_once("a", 1, now));
        throttle.forget("a");
        assert!(throttle.try_once("a", 1, now));
    }

    #[test]
    fn memory_stays_bounded_whatever_is_tried() {
        let throttle = Throttle::default();
        for n in 0..KEYS + 50 {
            throttle.try_once(&n.to_string(), 3, from_ms(i64::try_from(n).unwrap()));
        }
        assert_eq!(throttle.0.lock().len(), KEYS);
    }
}
