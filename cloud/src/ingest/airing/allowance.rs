//! How many publishers of a show are let in: one that comes and goes all the time neither fills the timeline nor takes the
//! turn of another one. Pure.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;
use vitrine_rtmp::Network;

/// Of one encoder.
const OF_ONE: Rate = Rate { at_once: 20, every: Duration::from_secs(6) };
/// Of all of them together. Each publisher makes some rows of the timeline, none of which may be left out.
const OF_ALL: Rate = Rate { at_once: 100, every: Duration::from_secs(2) };
/// More encoders are not told apart at a time.
const MOST_ENCODERS: usize = 32;

/// Where a publisher comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its address.
    pub address: IpAddr,
    /// The encoder's name, as it says: two behind one router have one address, and seldom one name.
    pub encoder: String,
}

/// So many at once; of more, one in this time.
#[derive(Clone, Copy)]
struct Rate {
    at_once: u32,
    every: Duration,
}

impl Rate {
    /// When all have had their time, with one more that comes `now`; `None` when too many came of late.
    fn with_one_more(self, until: Option<Instant>, now: Instant) -> Option<Instant> {
        let from = until.map_or(now, |until| until.max(now));
        (from - now <= self.every * (self.at_once - 1)).then(|| from + self.every)
    }
}

/// What is left of a show's allowance, for each encoder and for all.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    /// When all that were let in have had their time.
    all: Option<Instant>,
    each: HashMap<(Network, String), Instant>,
}

impl Allowance {
    /// Counts a publisher that is to be let in; false when too many came of late, of its own kind or in all.
    #[must_use]
    pub(super) fn takes(&mut self, remote: &Remote, now: Instant) -> bool {
        let who = (remote.address.into(), remote.encoder.clone());
        let own = OF_ONE.with_one_more(self.each.get(&who).copied(), now);
        let Some((own, all)) = own.zip(OF_ALL.with_one_more(self.all, now)) else { return false };
        if !self.each.contains_key(&who) {
            self.make_room(now);
        }
        self.each.insert(who, own);
        self.all = Some(all);
        true
    }

    /// Forgets those that have had their time; when there are too many others, the one that is the first to.
    fn make_room(&mut self, now: Instant) {
        self.each.retain(|_, until| *until > now);
        if self.each.len() >= MOST_ENCODERS
            && let Some(first) = self.each.iter().min_by_key(|(_, until)| **until).map(|(who, _)| who.clone())
        {
            self.each.remove(&first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(address: &str, encoder: &str) -> Remote {
        Remote { address: address.parse().unwrap(), encoder: encoder.into() }
    }

    /// How many are let in when each of these tries every three seconds, for so many minutes.
    fn let_in(allowance: &mut Allowance, remotes: &[Remote], start: Instant, minutes: u32) -> usize {
        let times = (0..minutes * 20).map(|n| start + n * Duration::from_secs(3));
        times
            .flat_map(|now| remotes.iter().map(move |remote| (remote, now)))
            .filter(|(remote, now)| allowance.takes(remote, *now))
            .count()
    }

    #[test]
    fn an_encoder_that_comes_and_goes_all_the_time_is_let_in_now_and_then() {
        let (mut allowance, start) = (Allowance::default(), Instant::now());
        let own = remote("203.0.113.7", "box");
        let at = |n: u32| start + n * Duration::from_millis(10);
        let taken = (0..6_000).filter(|n| allowance.takes(&own, at(*n))).count();
        assert!((20..=31).contains(&taken), "{taken} in a minute");
        assert!(allowance.takes(&own, at(6_600)), "who waits gets in");
    }

    #[test]
    fn one_that_was_left_running_takes_nobody_elses_turn() {
        for studio in [remote("198.51.100.4", "box"), remote("203.0.113.7", "studio")] {
            let (mut allowance, start) = (Allowance::default(), Instant::now());
            let own = remote("203.0.113.7", "box");
            assert!(let_in(&mut allowance, std::slice::from_ref(&own), start, 10) < 125);
            let now = start + Duration::from_secs(600);
            assert!(!allowance.takes(&own, now) || !allowance.takes(&own, now), "it has used up its own");
            assert!((0..20).all(|_| allowance.takes(&studio, now)), "{studio:?}");
        }
    }

    #[test]
    fn all_together_are_bounded_whatever_they_call_themselves() {
        let (mut allowance, start) = (Allowance::default(), Instant::now());
        let many: Vec<_> = (0..200).map(|n| remote("203.0.113.7", &n.to_string())).collect();
        let taken = let_in(&mut allowance, &many, start, 10);
        assert!((300..=401).contains(&taken), "{taken} in ten minutes");
        assert!(allowance.each.len() <= MOST_ENCODERS);
        assert!(allowance.takes(&remote("203.0.113.8", "new"), start + Duration::from_secs(3_600)));
        assert_eq!(allowance.each.len(), 1, "who has had his time is forgotten");
    }
}
