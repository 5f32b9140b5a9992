//! Open files: as many as the system allows, and a part of them that visitors never get.
//!
//! Every connection takes a descriptor, and so do the database, journals, publishers and encoders' pipes.
//! Connections are counted as they come and go; what else is open is counted once a second. From 90 % of the
//! limit on, newcomers are turned away, so that the show that is on always finds a descriptor; from half of it on, those
//! of a network that has many already. Long before there are too many for the limit they may be too many for the memory:
//! the share of a network that its connections can fill is asked from the first one on.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use parking_lot::Mutex;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio_util::sync::CancellationToken;

use crate::base::{Network, SHARES_OF_A_SITE, usable_memory};

/// How often everything that is open is counted.
const COUNT_EVERY: Duration = Duration::from_secs(1);
/// Refusals that are put into words at once; beyond them the socket is closed without one.
const MOST_ANSWERS: u64 = 64;
/// What is asked for where the system names no end (macOS refuses more).
const ENDLESS: u64 = 10_240;
/// The part of the limit that one network may hold once half of it is in use.
const OF_A_NETWORK: u64 = 16;
/// The part of the machine's memory that the connections of one network may fill, and what one may take: what it is in the
/// middle of, what it read ahead, TLS.
const OF_MEMORY: u64 = 8;
const A_CONNECTION: u64 = 64 * 1024;
/// What every network gets: a carrier has a thousand viewers behind one address.
const ALWAYS: u64 = 1024;

/// The process's open files. Clones share the count.
#[derive(Debug, Clone)]
pub struct Descriptors {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Open at most; `None` is without end.
    limit: Option<u64>,
    /// Connections that one network may have, by the machine's memory.
    share: u64,
    /// Connections, the refused ones that still get their answer among them.
    connections: AtomicU64,
    /// Of these, the refused.
    refused: AtomicU64,
    /// Connections of each network that is known, and of each site.
    held: Mutex<Held>,
    /// Everything else, as it was when last counted.
    others: AtomicU64,
    /// Counts everything.
    counter: fn() -> io::Result<u64>,
    /// Whether the log's last word was that newcomers are turned away.
    told_full: AtomicBool,
    /// Whether it was told that a network has all that it gets.
    told_share: AtomicBool,
}

#[derive(Debug, Default)]
struct Held {
    networks: HashMap<Network, u64>,
    sites: HashMap<Network, u64>,
}

/// What a newcomer gets.
#[derive(Debug)]
pub(super) enum Admission {
    /// A place.
    Welcome(Place),
    /// A refusal in words.
    Busy(Place),
    /// Nothing: the socket is closed.
    Full,
}

/// One connection in the count, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    inner: Arc<Inner>,
    network: Option<Network>,
    refused: bool,
}

impl Descriptors {
    /// Raises the limit of open files to the highest that the system allows, for this process and those that
    /// it starts, and logs what it is. A system that refuses leaves the limit as it was.
    #[must_use]
    pub fn raise() -> Self {
        let before = getrlimit(Resource::Nofile);
        let highest = Rlimit { current: before.maximum.or(Some(ENDLESS)), maximum: before.maximum };
        if before.current.is_some_and(|soft| highest.current.is_none_or(|hard| soft < hard))
            && let Err(error) = setrlimit(Resource::Nofile, highest)
        {
            tracing::warn!(%error, "the limit of open files cannot be raised");
        }
        let limit = getrlimit(Resource::Nofile).current;
        tracing::info!(limit, before = before.current, "open files");
        let descriptors = Self::with_limit(limit, open_now);
        descriptors.count(open_now());
        descriptors
    }

    /// Open connections.
    pub(super) fn connections(&self) -> u64 {
        self.inner.connections.load(Relaxed)
    }

    /// Open files, connections among them, as they were counted last.
    pub(super) fn open(&self) -> u64 {
        self.connections() + self.inner.others.load(Relaxed)
    }

    /// How many may be open; `None` is without end.
    pub(super) fn limit(&self) -> Option<u64> {
        self.inner.limit
    }

    /// With a limit and a counter of one's own.
    pub(super) fn with_limit(limit: Option<u64>, counter: fn() -> io::Result<u64>) -> Self {
        let inner = Inner {
            limit,
            share: share_of(usable_memory()),
            counter,
            connections: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            held: Mutex::default(),
            others: AtomicU64::new(0),
            told_full: AtomicBool::new(false),
            told_share: AtomicBool::new(false),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Counts what is open, once a second until `stop`.
    pub(super) async fn keep_count(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(COUNT_EVERY)).await.is_some() {
            if let Ok(open) = tokio::task::spawn_blocking(self.inner.counter).await {
                self.count(open);
            }
        }
    }

    /// Takes over a count of all that is open; a system that cannot count leaves the connections alone.
    pub(super) fn count(&self, open: io::Result<u64>) {
        let Ok(open) = open else { return };
        self.inner.others.store(open.saturating_sub(self.inner.connections.load(Relaxed)), Relaxed);
        self.tell();
    }

    /// A place for a connection that was just accepted, of somebody in `network`. Its own descriptor counts.
    pub(super) fn admit(&self, network: Option<Network>) -> Admission {
        let inner = &self.inner;
        let used = inner.connections.fetch_add(1, Relaxed) + 1 + inner.others.load(Relaxed);
        let held = network.map_or(0, |network| inner.hold(network));
        let mut place = Place { inner: inner.clone(), network, refused: false };
        let fills_memory = held > inner.share;
        if fills_memory && !inner.told_share.swap(true, Relaxed) {
            let (network, share) = (place.network.map(|network| network.to_string()), inner.share);
            tracing::warn!(
                network,
                share,
                "one network has as many connections as the memory of this machine allows it: more are refused; name the \
                 proxy in VITRINE_TRUSTED_PROXIES if it is one"
            );
        }
        let is_scarce = inner.is_past(used, 50) && inner.is_past(held.saturating_mul(OF_A_NETWORK), 100);
        let has_enough = fills_memory || is_scarce;
        if !has_enough && !inner.is_past(used, 90) {
            return Admission::Welcome(place);
        }
        self.tell();
        // A tenth of what visitors never get may be spent on being polite.
        let answers = inner.limit.map_or(MOST_ANSWERS, |limit| (limit / 100).clamp(1, MOST_ANSWERS));
        if inner.refused.fetch_add(1, Relaxed) < answers {
            place.refused = true;
            return Admission::Busy(place);
        }
        inner.refused.fetch_sub(1, Relaxed);
        Admission::Full
    }

    /// Logs when newcomers begin to be turned away, and when there is room again: once each.
    fn tell(&self) {
        let inner = &self.inner;
        let open = inner.connections.load(Relaxed) + inner.others.load(Relaxed);
        let limit = inner.limit;
        if inner.is_past(open, 90) && !inner.told_full.swap(true, Relaxed) {
            tracing::warn!(
                open,
                limit,
                "90 % of the open files are in use: new connections are refused until some end; \
                 raise the limit (LimitNOFILE=, ulimit -n) or share the load"
            );
        } else if !inner.is_past(open, 80) && inner.told_full.swap(false, Relaxed) {
            tracing::info!(open, limit, "there is room for connections again");
        }
    }
}

impl Inner {
    /// How many connections this network has with one more. The networks of one site have the shares of two.
    fn hold(&self, network: Network) -> u64 {
        let mut held = self.held.lock();
        let of_site = one_more(&mut held.sites, network.site());
        one_more(&mut held.networks, network).max(of_site.div_ceil(SHARES_OF_A_SITE as u64))
    }

    fn let_go(&self, network: Network) {
        let mut held = self.held.lock();
        one_less(&mut held.networks, network);
        one_less(&mut held.sites, network.site());
    }

    /// Whether `open` is more than this part of the limit.
    fn is_past(&self, open: u64, percent: u64) -> bool {
        self.limit.is_some_and(|limit| u128::from(open) * 100 > u128::from(limit) * u128::from(percent))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.inner.connections.fetch_sub(1, Relaxed);
        if let Some(network) = self.network {
            self.inner.let_go(network);
        }
        if self.refused {
            self.inner.refused.fetch_sub(1, Relaxed);
        }
    }
}

fn one_more(counts: &mut HashMap<Network, u64>, of: Network) -> u64 {
    let count = counts.entry(of).or_default();
    *count += 1;
    *count
}

fn one_less(counts: &mut HashMap<Network, u64>, of: Network) {
    if let Some(count) = counts.get_mut(&of) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&of);
        }
    }
}

/// How many connections one network may have on a machine with so much memory.
fn share_of(memory: u64) -> u64 {
    (memory / OF_MEMORY / A_CONNECTION).max(ALWAYS)
}

/// How many descriptors this process has open. Linux 6.2 and later say it in one call.
fn open_now() -> io::Result<u64> {
    let folder = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    let said = if cfg!(target_os = "linux") { std::fs::metadata(folder)?.len() } else { 0 };
    if said > 0 {
        return Ok(said);
    }
    // The folder's own descriptor is among them: one too many does no harm.
    Ok(std::fs::read_dir(folder)?.count() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn welcome(descriptors: &Descriptors) -> Place {
        match descriptors.admit(None) {
            Admission::Welcome(place) => place,
            refused => panic!("{refused:?}"),
        }
    }

    #[test]
    fn the_next_is_refused_at_ninety_percent_and_taken_when_another_goes() {
        let descriptors = Descriptors::with_limit(Some(100), open_now);
        descriptors.count(Ok(80));
        let mut places: Vec<_> = (0..10).map(|_| welcome(&descriptors)).collect();
        let Admission::Busy(polite) = descriptors.admit(None) else { panic!("the 91st was taken") };
        assert!(
            matches!(descriptors.admit(None), Admission::Full),
            "one refusal in words at a time, of a hundred"
        );
        drop(polite);
        assert!(matches!(descriptors.admit(None), Admission::Busy(_)));
        places.pop();
        places.push(welcome(&descriptors));
        descriptors.count(Ok(20));
        welcome(&descriptors);
        drop(places);
        assert_eq!(descriptors.inner.connections.load(Relaxed), 0);
        assert_eq!(descriptors.inner.refused.load(Relaxed), 0);
    }

    #[test]
    fn one_address_gets_no_more_than_its_part_of_what_is_scarce() {
        let descriptors = Descriptors::with_limit(Some(100), open_now);
        let network = |last| Some(Network::from(std::net::IpAddr::from([203, 0, 113, last])));
        let mut laptop = Vec::new();
        while let Admission::Welcome(place) = descriptors.admit(network(66)) {
            laptop.push(place);
        }
        assert_eq!(laptop.len(), 50, "while there is plenty nobody is refused");
        let mut others: Vec<_> = (0..5)
            .flat_map(|last| (0..6).map(move |_| last))
            .map(|last| match descriptors.admit(network(last)) {
                Admission::Welcome(place) => place,
                refused => panic!("{refused:?}"),
            })
            .collect();
        assert!(!matches!(descriptors.admit(network(4)), Admission::Welcome(_)));
        others.push(welcome(&descriptors)); // a proxy's
        drop((laptop, others));
        let held = descriptors.inner.held.lock();
        assert!(held.networks.is_empty() && held.sites.is_empty());
        assert_eq!(descriptors.connections(), 0);
    }

    #[test]
    fn one_address_fills_no_more_than_its_part_of_the_memory_however_many_files_may_be_open() {
        let descriptors = Descriptors::with_limit(Some(64 << 20), open_now);
        let network = |last| Some(Network::from(std::net::IpAddr::from([203, 0, 113, last])));
        let mut laptop = Vec::new();
        while let Admission::Welcome(place) = descriptors.admit(network(66)) {
            laptop.push(place);
            assert!(laptop.len() as u64 <= usable_memory() / OF_MEMORY / A_CONNECTION + ALWAYS);
        }
        assert!(descriptors.inner.told_share.load(Relaxed));
        assert!(matches!(descriptors.admit(network(67)), Admission::Welcome(_)));
        assert!(matches!(descriptors.admit(None), Admission::Welcome(_)), "a proxy has many visitors");
        drop(laptop);
        assert!(matches!(descriptors.admit(network(66)), Admission::Welcome(_)));
        assert_eq!([512 << 20, 2 << 30, 8 << 30].map(share_of), [1_024, 4_096, 16_384]);
    }

    #[test]
    fn the_lines_of_one_house_have_the_shares_of_two() {
        let descriptors = Descriptors::with_limit(Some(320), open_now);
        descriptors.count(Ok(160));
        let admit = |n: u16| {
            let address = std::net::Ipv6Addr::from([0x2001, 0xdb8, 7, n, 0, 0, 0, 1]);
            match descriptors.admit(Some(std::net::IpAddr::from(address).into())) {
                Admission::Welcome(place) => Some(place),
                _ => None,
            }
        };
        let house: Vec<_> = (0..100).filter_map(|n| admit(n % 10)).collect();
        assert_eq!(house.len(), 40, "of twenty each");
    }

    #[test]
    fn the_log_hears_of_it_once() {
        let descriptors = Descriptors::with_limit(Some(100), open_now);
        let told = || descriptors.inner.told_full.load(Relaxed);
        descriptors.count(Ok(91));
        assert!(told());
        descriptors.count(Ok(85));
        assert!(told(), "a few that go are no news");
        descriptors.count(Ok(80));
        assert!(!told());
    }

    #[test]
    fn without_a_limit_nobody_is_refused() {
        let descriptors = Descriptors::with_limit(None, open_now);
        descriptors.count(Ok(u64::MAX / 2));
        welcome(&descriptors);
    }

    #[test]
    fn what_is_open_is_counted() {
        let before = open_now().unwrap();
        let files: Vec<_> = (0..500).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
        let with_files = open_now().unwrap();
        drop(files);
        // Other tests open and close files meanwhile.
        assert!(before > 0 && with_files >= before + 300, "{before}, then {with_files}");
    }

    #[test]
    fn the_limit_is_raised_to_the_hard_one() {
        let descriptors = Descriptors::raise();
        let now = getrlimit(Resource::Nofile);
        assert_eq!(now.current.is_none(), descriptors.inner.limit.is_none());
        assert!(now.current >= now.maximum.min(Some(ENDLESS)), "{now:?}");
    }
}
