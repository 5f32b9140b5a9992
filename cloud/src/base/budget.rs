//! How many bytes of answers may lie in memory because of somebody who does not take them.
//!
//! What counts is memory, not what is under way: bytes that thousands of viewers take at the same time are there once.
//! They are counted for whoever had them fetched, if that could be told from what everybody gets: what all viewers of a
//! show ask for at this moment is nobody's own, and never refused for want of memory: it has a bound where it is in memory
//! once, however often it is asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Network, usable_memory};

/// The part of the machine's memory that answers may fill, and what they may in any case.
const OF_MEMORY: u64 = 8;
const AT_LEAST: u64 = 256 << 20;
/// No answer up to here is refused for want of memory: playlists, signs of life.
const SMALL: u64 = 16 << 10;
/// How often slow readers are told to hurry while memory is short.
const PRESS_EVERY: Duration = Duration::from_secs(1);

/// Bytes of answers, in all and of each site ([`Network::site`]): one site never gets more than half. Clones share one count.
#[derive(Debug, Clone)]
pub struct Budget {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    most: u64,
    held: Mutex<Held>,
    press: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Held {
    all: u64,
    sites: HashMap<Network, u64>,
}

/// Marks an answer whose bytes are in memory whether anybody asks for them or not: they are nobody's to count.
#[derive(Debug, Clone, Copy)]
pub struct InMemory;

/// Bytes that one answer keeps in memory; they count until this is dropped.
#[derive(Debug)]
pub struct Charge {
    inner: Arc<Inner>,
    site: Option<Network>,
    bytes: u64,
}

impl Budget {
    /// One of `most` bytes.
    #[must_use]
    pub fn new(most: u64) -> Self {
        Self::pressed_by(most, Arc::default())
    }

    /// Another one of `most` bytes: what fills the one leaves the other's room, and who takes too slowly is pressed by
    /// both.
    #[must_use]
    pub fn beside(&self, most: u64) -> Self {
        Self::pressed_by(most, self.inner.press.clone())
    }

    fn pressed_by(most: u64, press: Arc<Notify>) -> Self {
        Self { inner: Arc::new(Inner { most, held: Mutex::default(), press }) }
    }

    /// How many bytes it is.
    #[must_use]
    pub fn most(&self) -> u64 {
        self.inner.most
    }

    /// The bytes that suit this machine: an eighth of its memory, 256 MiB at least.
    #[must_use]
    pub fn of_this_machine() -> u64 {
        (usable_memory() / OF_MEMORY).max(AT_LEAST)
    }

    /// Nothing yet, because of somebody in `network`; of whom nobody knows it, the whole budget is the only bound.
    #[must_use]
    pub fn charge(&self, network: Option<Network>) -> Charge {
        Charge { inner: self.inner.clone(), site: network.map(Network::site), bytes: 0 }
    }

    /// Whether most of it is used up.
    fn is_tight(&self) -> bool {
        self.inner.held.lock().all > self.inner.most / 4 * 3
    }

    /// Wakes those who wait in [`pressed`](Self::pressed), again and again while most of it is used up, until `stop`.
    pub async fn press_while_tight(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(PRESS_EVERY)).await.is_some() {
            if self.is_tight() {
                self.inner.press.notify_waiters();
            }
        }
    }

    /// Returns when memory is short: who takes too slowly has to go now.
    pub async fn pressed(&self) {
        self.inner.press.notified().await;
    }
}

impl Charge {
    /// Counts `bytes` altogether, however many there are already.
    pub fn count(&mut self, bytes: u64) {
        let more = bytes.saturating_sub(self.bytes);
        let mut held = self.inner.held.lock();
        held.all = held.all.saturating_add(more);
        if let Some(site) = self.site.filter(|_| more > 0) {
            *held.sites.entry(site).or_default() += more;
        }
        self.bytes += more;
    }

    /// Counts `bytes` altogether. `false`, and no change, when that is more than there is or than one site gets; a few
    /// kilobytes never are.
    #[must_use]
    pub fn cover(&mut self, bytes: u64) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        if more == 0 {
            return true;
        }
        let most = self.inner.most;
        let mut held = self.inner.held.lock();
        let all = held.all.saturating_add(more);
        let of_site = self.site.map(|site| {
            let of_it = held.sites.get(&site).copied().unwrap_or(0);
            (site, of_it.saturating_add(more))
        });
        if bytes > SMALL && (all > most || of_site.is_some_and(|(_, of_it)| of_it > most / 2)) {
            return false;
        }
        held.all = all;
        held.sites.extend(of_site);
        self.bytes = bytes;
        true
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut held = self.inner.held.lock();
        held.all -= self.bytes;
        if let Some(site) = self.site
            && let Some(of_it) = held.sites.get_mut(&site)
        {
            *of_it -= self.bytes;
            if *of_it == 0 {
                held.sites.remove(&site);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv6Addr};

    use super::*;

    const PART: u64 = 225_000;

    fn network(last: u8) -> Option<Network> {
        Some(IpAddr::from([203, 0, 113, last]).into())
    }

    /// As many parts as are held for a network.
    fn flood(budget: &Budget, network: Option<Network>) -> Vec<Charge> {
        let charge = || {
            let mut charge = budget.charge(network);
            charge.cover(PART).then_some(charge)
        };
        std::iter::from_fn(charge).collect()
    }

    #[test]
    fn one_network_holds_half_at_most_and_leaves_nothing_behind() {
        let budget = Budget::new(100 * PART);
        let laptop = flood(&budget, network(66));
        assert_eq!(laptop.len(), 50);
        let mut others = flood(&budget, network(67));
        assert_eq!(others.len(), 50, "the others have the rest");
        assert!(flood(&budget, None).is_empty() && budget.is_tight());
        let mut playlist = budget.charge(network(66));
        assert!(playlist.cover(4_000), "what is small goes out in any case");
        drop(playlist);
        others.pop();
        assert_eq!(flood(&budget, None).len(), 1);
        drop((laptop, others));
        let held = budget.inner.held.lock();
        assert!(held.all == 0 && held.sites.is_empty());
    }

    #[test]
    fn the_lines_of_one_site_share_its_half() {
        let budget = Budget::new(100 * PART);
        let line = |n: u16| Some(IpAddr::from(Ipv6Addr::from([0x2001, 0xdb8, 7, n, 0, 0, 0, 1])).into());
        let (first, second) = (flood(&budget, line(1)), flood(&budget, line(2)));
        assert_eq!((first.len(), second.len()), (50, 0));
    }

    #[test]
    fn what_is_nobodys_own_is_counted_and_never_refused_and_leaves_the_other_budgets_room() {
        let budget = Budget::new(100 * PART);
        let beside = budget.beside(10 * PART);
        let _full = (flood(&budget, network(66)), flood(&budget, network(67)));
        let mut everybodys = budget.charge(None);
        everybodys.count(PART);
        everybodys.count(3 * PART);
        assert_eq!(budget.inner.held.lock().all, 103 * PART);
        assert_eq!(flood(&beside, network(66)).len(), 5);
        drop(everybodys);
        assert_eq!(budget.inner.held.lock().all, 100 * PART);
    }

    #[test]
    fn an_answer_that_grows_is_counted_once() {
        let budget = Budget::new(10 * PART);
        let mut charge = budget.charge(network(66));
        assert!(charge.cover(3 * PART) && charge.cover(PART) && charge.cover(5 * PART));
        assert!(!charge.cover(5 * PART + 1));
        assert_eq!(budget.inner.held.lock().all, 5 * PART);
    }

    #[tokio::test(start_paused = true)]
    async fn the_slow_are_pressed_while_memory_is_short_and_only_then() {
        let (budget, stop) = (Budget::new(100 * PART), CancellationToken::new());
        tokio::spawn(budget.clone().press_while_tight(stop.clone()));
        let is_pressed = async || tokio::time::timeout(PRESS_EVERY * 3, budget.pressed()).await.is_ok();
        let mut charge = budget.charge(None);
        assert!(charge.cover(70 * PART) && !is_pressed().await);
        assert!(charge.cover(80 * PART) && is_pressed().await);
        drop(charge);
        assert!(!is_pressed().await);
        stop.cancel();
    }
}
