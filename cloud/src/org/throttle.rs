//! Tries are spread over time, so that guessing is slow.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::base::{Network, SHARES_OF_A_SITE};

/// How many keys are remembered; beyond it those that are quiet again first go first.
const KEYS: usize = 10_000;

/// How fast something may be tried: so many at once, then one in each `every`. Source: the generic cell rate algorithm, ITU-T
/// I.371.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane {
    pub at_once: u32,
    pub every: Duration,
    /// A try that is too early by at most this waits for its time; others are refused.
    pub patience: Duration,
}

impl Lane {
    /// What a try costs.
    pub(super) fn step(self) -> TimeDelta {
        delta(self.every)
    }

    /// How far the tries may be ahead of the time before another one.
    pub(super) fn ahead(self) -> TimeDelta {
        self.step() * i32::try_from(self.at_once.saturating_sub(1)).unwrap_or(i32::MAX)
    }
}

/// Counts tries by key.
#[derive(Clone, Default)]
pub(super) struct Throttle(Arc<Mutex<HashMap<String, DateTime<Utc>>>>);

impl Throttle {
    /// Counts a try of `key` before it is made, so that many at once count too. How long it has to wait; `None` when it is one
    /// too many.
    pub(super) fn try_once(&self, key: &str, lane: Lane, now: DateTime<Utc>) -> Option<Duration> {
        let mut all = self.0.lock();
        if all.len() >= KEYS && !all.contains_key(key) {
            make_room(&mut all, now);
        }
        let from = all.get(key).map_or(now, |until| (*until).max(now));
        let early = from - now - lane.ahead();
        let wait = early.to_std().unwrap_or_default();
        if wait > lane.patience {
            return None;
        }
        all.insert(key.to_owned(), from + lane.step());
        Some(wait)
    }

    /// Counts a try of who comes from `network`, for its line and for its site; whether both have room.
    pub(super) fn try_from(&self, prefix: &str, network: Network, lane: Lane, now: DateTime<Utc>) -> bool {
        lanes_of(prefix, network, lane).iter().all(|(key, lane)| self.try_once(key, *lane, now).is_some())
    }

    /// Takes one try of `key` back: it was a good one.
    pub(super) fn give_back(&self, key: &str, lane: Lane) {
        if let Some(until) = self.0.lock().get_mut(key) {
            *until -= lane.step();
        }
    }

    /// Forgets the tries of `key`, who has shown the right password.
    pub(super) fn forget(&self, key: &str) {
        self.0.lock().remove(key);
    }
}

/// The lanes of who comes from a network: its own, and the one that all lines of its site share. Of IPv6, one holder has 65,536 lines.
pub(super) fn lanes_of(prefix: &str, network: Network, lane: Lane) -> Vec<(String, Lane)> {
    let mut lanes = vec![(format!("{prefix}:{network}"), lane)];
    let site = network.site();
    if matches!(network, Network::V6(_)) {
        let shares = u32::try_from(SHARES_OF_A_SITE).unwrap_or(u32::MAX);
        let shared =
            Lane { at_once: lane.at_once.saturating_mul(shares), every: lane.every / shares, ..lane };
        lanes.push((format!("{prefix}/48:{site}"), shared));
    }
    lanes
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

fn make_room(all: &mut HashMap<String, DateTime<Utc>>, now: DateTime<Utc>) {
    all.retain(|_, until| *until > now);
    if all.len() >= KEYS
        && let Some(first) = all.iter().min_by_key(|(_, until)| **until).map(|(key, _)| key.clone())
    {
        all.remove(&first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::from_ms;

    const LANE: Lane = Lane { at_once: 3, every: Duration::from_secs(30), patience: Duration::ZERO };

    #[test]
    fn so_many_at_once_and_then_one_after_the_other() {
        let (throttle, now) = (Throttle::default(), from_ms(1_000_000));
        let tried = |key, after| throttle.try_once(key, LANE, now + TimeDelta::seconds(after)).is_some();
        assert!((0..3).all(|_| tried("a", 0)));
        assert!(!tried("a", 29));
        assert!(tried("b", 0));
        assert!(tried("a", 30) && !tried("a", 31) && tried("a", 60));
        assert!((0..3).all(|_| tried("a", 600)) && !tried("a", 600));
    }

    #[test]
    fn the_lines_of_one_site_together_have_two_shares_and_take_nobody_elses() {
        let (throttle, now) = (Throttle::default(), from_ms(1_000_000));
        let line =
            |site: u16, n: u16| Network::from(std::net::IpAddr::from([0x2001, 0xdb8, site, n, 0, 0, 0, 1]));
        let taken = (0..1_000).filter(|n| throttle.try_from("a", line(1, *n), LANE, now)).count();
        assert_eq!(taken, 6, "a new line for each try helps nothing");
        assert!(throttle.try_from("a", line(2, 1), LANE, now), "another site has its own");
        assert!(throttle.try_from("b", line(1, 1), LANE, now), "and another lane, too");
        assert!(throttle.try_from("a", std::net::IpAddr::from([203, 0, 113, 7]).into(), LANE, now));
        let one = (0..9).filter(|_| throttle.try_from("c", line(3, 1), LANE, now)).count();
        assert_eq!(one, 3, "a line has no more than its own share");
    }

    #[test]
    fn with_patience_a_try_waits_for_its_time() {
        let (throttle, now) = (Throttle::default(), from_ms(1_000_000));
        let lane = Lane { every: Duration::from_secs(3), patience: Duration::from_secs(5), ..LANE };
        let waits: Vec<_> =
            (0..6).map(|_| throttle.try_once("a", lane, now).map(|wait| wait.as_secs())).collect();
        assert_eq!(waits, [Some(0), Some(0), Some(0), Some(3), None, None]);
    }

    #[test]
    fn a_try_that_was_good_is_taken_back() {
        let (throttle, now) = (Throttle::default(), from_ms(1_000_000));
        let lane = Lane { at_once: 1, ..LANE };
        for _ in 0..9 {
            assert!(throttle.try_once("a", lane, now).is_some());
            throttle.give_back("a", lane);
        }
        assert!(throttle.try_once("a", lane, now).is_some());
        assert!(throttle.try_once("a", lane, now).is_none());
        throttle.forget("a");
        assert!(throttle.try_once("a", lane, now).is_some());
    }

    #[test]
    fn memory_stays_bounded_whatever_is_tried() {
        let throttle = Throttle::default();
        for n in 0..KEYS + 50 {
            throttle.try_once(&n.to_string(), LANE, from_ms(1_000_000));
        }
        assert_eq!(throttle.0.lock().len(), KEYS);
    }
}
