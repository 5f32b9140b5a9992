//! Failed sign-ins are counted for a while, so that guessing is slow.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

/// The time in which failures count.
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// How many keys are remembered; beyond it the oldest windows go first.
const KEYS: usize = 10_000;

/// Counts failures by key.
#[derive(Clone, Default)]
pub(super) struct Throttle(Arc<Mutex<HashMap<String, Count>>>);

struct Count {
    since: DateTime<Utc>,
    failures: u32,
}

impl Throttle {
    /// Whether `key` has failed `limit` times in the present window.
    pub(super) fn is_over(&self, key: &str, limit: u32, now: DateTime<Utc>) -> bool {
        self.0.lock().get(key).is_some_and(|count| now - count.since < WINDOW && count.failures >= limit)
    }

    /// Counts a failure of `key`.
    pub(super) fn failed(&self, key: String, now: DateTime<Utc>) {
        let mut counts = self.0.lock();
        if counts.len() >= KEYS && !counts.contains_key(&key) {
            counts.retain(|_, count| now - count.since < WINDOW);
            if counts.len() >= KEYS
                && let Some(oldest) =
                    counts.iter().min_by_key(|(_, count)| count.since).map(|(key, _)| key.clone())
            {
                counts.remove(&oldest);
            }
        }
        let count = counts.entry(key).or_insert(Count { since: now, failures: 0 });
        if now - count.since >= WINDOW {
            *count = Count { since: now, failures: 0 };
        }
        count.failures += 1;
    }

    /// Forgets the failures of `key`, who has shown the right password.
    pub(super) fn succeeded(&self, key: &str) {
        self.0.lock().remove(key);
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
            assert!(!throttle.is_over("a", 3, now));
            throttle.failed("a".into(), now);
        }
        assert!(throttle.is_over("a", 3, now + TimeDelta::seconds(299)));
        assert!(!throttle.is_over("b", 3, now));
        assert!(!throttle.is_over("a", 3, now + TimeDelta::seconds(300)));
    }

    #[test]
    fn memory_stays_bounded_whatever_is_tried() {
        let throttle = Throttle::default();
        for n in 0..KEYS + 50 {
            throttle.failed(n.to_string(), from_ms(i64::try_from(n).unwrap()));
        }
        assert_eq!(throttle.0.lock().len(), KEYS);
    }
}
