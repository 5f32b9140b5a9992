//! The cap on connections that have not shown a valid key yet.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What one line is given: an IPv4 address, or an IPv6 /64. Callers are limited by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Network {
    /// An address.
    V4([u8; 4]),
    /// The upper half of an address.
    V6(u64),
}

/// How many lines' shares the lines of one site have together: a site takes more of them than anybody can count.
pub const SHARES_OF_A_SITE: usize = 2;

impl Network {
    /// What one site is given: an IPv6 /48, which holds 65,536 lines. An IPv4 address is a site of its own.
    pub fn site(self) -> Self {
        match self {
            Self::V4(address) => Self::V4(address),
            Self::V6(half) => Self::V6(half >> 16 << 16),
        }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4(octets) => IpAddr::from(octets).fmt(f),
            Self::V6(half) => write!(f, "{}/64", Ipv6Addr::from_bits(u128::from(half) << 64)),
        }
    }
}

/// Counts connections that are not authenticated yet, in total and for each network.
///
/// The listener asks for a [`Permit`] before it reads a byte, and drops it when the publish was accepted
/// or the connection has ended. Clones share one count.
#[derive(Clone)]
pub struct ConnectionGate {
    total: usize,
    per_network: usize,
    inside: Arc<Mutex<Inside>>,
}

/// Who is inside, by the order in which they came.
#[derive(Default)]
struct Inside {
    places: BTreeMap<u64, Place>,
    next: u64,
}

struct Place {
    network: Network,
    /// Closes the connection; absent when it may not be sent away.
    send_away: Option<Box<dyn FnOnce() + Send>>,
    /// It has said who it is, and waits for the answer.
    named: bool,
}

/// One connection's place in a [`ConnectionGate`]; dropping it gives the place back.
#[derive(Debug)]
pub struct Permit {
    gate: ConnectionGate,
    number: u64,
}

/// Keeps a connection in its place while what it said of itself is looked at, up to its end.
#[derive(Debug)]
pub struct Stay {
    gate: ConnectionGate,
    number: u64,
}

impl ConnectionGate {
    /// A gate for `total` connections, of which one network may hold `per_network`, and an IPv6 /48 twice as many.
    ///
    /// Behind a load balancer that hides addresses, give both the same value.
    pub fn new(total: usize, per_network: usize) -> Self {
        Self { total, per_network, inside: Arc::default() }
    }

    /// Takes a place, or `None` when the gate or the network's share is full: close the connection unread.
    pub fn enter(&self, address: IpAddr) -> Option<Permit> {
        self.take(address.into(), None)
    }

    /// The same for a connection that `send_away` closes. Where the gate, or the network's share, is full, the oldest that has
    /// not said who it is makes room: of that network, else of whoever holds most. Who opens connections and says nothing keeps
    /// nobody out.
    pub fn enter_or_replace(
        &self,
        address: IpAddr,
        send_away: impl FnOnce() + Send + 'static,
    ) -> Option<Permit> {
        self.take(address.into(), Some(Box::new(send_away)))
    }

    fn take(&self, network: Network, send_away: Option<Box<dyn FnOnce() + Send>>) -> Option<Permit> {
        let mut inside = self.lock();
        let (own, of_site) =
            (|other: Network| other == network, |other: Network| other.site() == network.site());
        let goes = if inside.count(own) >= self.per_network {
            Some(inside.oldest(own)?)
        } else if inside.count(of_site) >= self.per_network.saturating_mul(SHARES_OF_A_SITE) {
            Some(inside.oldest(of_site)?)
        } else if inside.places.len() >= self.total {
            Some(inside.oldest_of_the_largest()?)
        } else {
            None
        };
        let replaced =
            goes.and_then(|number| inside.places.remove(&number)).and_then(|place| place.send_away);
        let number = inside.next;
        inside.next += 1;
        inside.places.insert(number, Place { network, send_away, named: false });
        drop(inside);
        if let Some(send_away) = replaced {
            send_away();
        }
        Some(Permit { gate: self.clone(), number })
    }

    /// Connections that hold a place now.
    pub fn occupied(&self) -> usize {
        self.lock().places.len()
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn count(&self, counts: impl Fn(Network) -> bool) -> usize {
        self.places.values().filter(|place| counts(place.network)).count()
    }

    /// The oldest of these networks that may be sent away.
    fn oldest(&self, of: impl Fn(Network) -> bool) -> Option<u64> {
        self.places.iter().find(|(_, place)| place.may_go() && of(place.network)).map(|(number, _)| *number)
    }

    /// The oldest that may be sent away, of the site that holds most places; of several such sites, the oldest of all.
    fn oldest_of_the_largest(&self) -> Option<u64> {
        let mut counts = BTreeMap::<Network, usize>::new();
        self.places.values().for_each(|place| *counts.entry(place.network.site()).or_default() += 1);
        let held = |network: Network| counts.get(&network.site()).copied().unwrap_or_default();
        let may_go = self.places.iter().filter(|(_, place)| place.may_go());
        // Of equals the last is taken.
        may_go.rev().max_by_key(|(_, place)| held(place.network)).map(|(number, _)| *number)
    }
}

impl Place {
    fn may_go(&self) -> bool {
        self.send_away.is_some() && !self.named
    }
}

impl fmt::Debug for ConnectionGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionGate")
            .field("total", &self.total)
            .field("per_network", &self.per_network)
            .field("occupied", &self.occupied())
            .finish()
    }
}

impl Permit {
    /// The connection has said who it is: it is not sent away until what this gives is dropped.
    #[must_use]
    pub fn stay(&self) -> Stay {
        let stay = Stay { gate: self.gate.clone(), number: self.number };
        stay.is_named(true);
        stay
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.lock().places.remove(&self.number);
    }
}

impl Stay {
    fn is_named(&self, named: bool) {
        if let Some(place) = self.gate.lock().places.get_mut(&self.number) {
            place.named = named;
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.is_named(false);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))
    }

    #[test]
    fn gate_refuses_past_its_total_and_reopens_when_a_permit_is_dropped() {
        let gate = ConnectionGate::new(2, 2);
        let first = gate.enter(address(1)).unwrap();
        let _second = gate.enter(address(2)).unwrap();
        assert!(gate.enter(address(3)).is_none());
        drop(first);
        assert!(gate.enter(address(3)).is_some());
    }

    #[test]
    fn one_line_cannot_take_every_place_whatever_addresses_it_has() {
        let gate = ConnectionGate::new(10, 2);
        let line = |last| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last));
        let permits = [gate.enter(line(1)), gate.enter(line(2))];
        assert!(gate.enter(line(3)).is_none());
        assert!(gate.enter(address(2)).is_some());
        drop(permits);
        assert_eq!(gate.occupied(), 0);
    }

    /// Enters places that note, in the order in which they are sent away, who that was.
    fn entrance(gate: &ConnectionGate) -> (impl Fn(IpAddr) -> Option<Permit>, Arc<Mutex<Vec<IpAddr>>>) {
        let (gate, gone) = (gate.clone(), Arc::<Mutex<Vec<IpAddr>>>::default());
        let log = gone.clone();
        let enter = move |from: IpAddr| {
            let log = log.clone();
            gate.enter_or_replace(from, move || log.lock().unwrap().push(from))
        };
        (enter, gone)
    }

    #[test]
    fn a_newcomer_takes_the_place_of_the_oldest_of_who_holds_most() {
        let gate = ConnectionGate::new(6, 3);
        let (enter, gone) = entrance(&gate);
        let crowd: Vec<_> = [2, 1, 1, 2, 1, 3].into_iter().map(|last| enter(address(last))).collect();
        assert!(crowd.iter().all(Option::is_some));
        let host = enter(address(4));
        assert_eq!((host.is_some(), &gone.lock().unwrap()[..]), (true, &[address(1)][..]));
        assert_eq!(gate.occupied(), 6);
        drop(crowd);
        assert_eq!(gate.occupied(), 1, "who was sent away gives back no place of another");
    }

    #[test]
    fn who_says_nothing_keeps_out_nobody_behind_the_same_address() {
        let gate = ConnectionGate::new(256, 32);
        let (enter, gone) = entrance(&gate);
        let silent: Vec<_> = (0..32).map(|_| enter(address(1)).unwrap()).collect();
        let host = enter(address(1)).expect("a host behind the same load balancer");
        let stay = host.stay();
        let more: Vec<_> = (0..100).map(|_| enter(address(1)).unwrap()).collect();
        assert_eq!((gone.lock().unwrap().len(), gate.occupied()), (101, 32));
        drop((silent, more));
        assert_eq!(gate.occupied(), 1, "the host has said who it is");
        drop(stay);
        let _crowd: Vec<_> = (0..32).map(|_| enter(address(1)).unwrap()).collect();
        assert_eq!(gone.lock().unwrap().len(), 102, "and was refused: it is one like the others");
    }

    #[test]
    fn a_site_has_as_many_places_however_many_lines_it_has() {
        let line = |site, line| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, site, line, 0, 0, 0, 1));
        let gate = ConnectionGate::new(16, 4);
        let (enter, gone) = entrance(&gate);
        let neighbour = enter(line(2, 0)).unwrap();
        let _silent: Vec<_> = (0..100).map(|n| enter(line(1, n)).unwrap()).collect();
        assert_eq!((gate.occupied(), gone.lock().unwrap().len()), (9, 92));
        // Sites enough, each with one: the oldest makes room.
        let _sites: Vec<_> = (10..100).map(|n| enter(line(n, 0)).unwrap()).collect();
        let host = enter(address(1));
        assert!(host.is_some() && gate.occupied() == 16);
        drop(neighbour);
    }

    #[test]
    fn nobody_is_sent_away_where_all_have_said_who_they_are() {
        let gate = ConnectionGate::new(2, 2);
        let (enter, gone) = entrance(&gate);
        let both = [enter(address(1)).unwrap(), enter(address(2)).unwrap()];
        let _stays = both.each_ref().map(Permit::stay);
        assert!(enter(address(3)).is_none() && gone.lock().unwrap().is_empty());
    }
}
