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
}

/// One connection's place in a [`ConnectionGate`]; dropping it gives the place back.
#[derive(Debug)]
pub struct Permit {
    gate: ConnectionGate,
    number: u64,
}

impl ConnectionGate {
    /// A gate for `total` connections, of which one network may hold `per_network`.
    ///
    /// Behind a load balancer that hides addresses, give both the same value.
    pub fn new(total: usize, per_network: usize) -> Self {
        Self { total, per_network, inside: Arc::default() }
    }

    /// Takes a place, or `None` when the gate or the network's share is full: close the connection unread.
    pub fn enter(&self, address: IpAddr) -> Option<Permit> {
        self.take(address.into(), None)
    }

    /// The same for a connection that `send_away` closes. When the gate is full, the oldest of the network that holds most
    /// places makes room for a newcomer of one that holds fewer: who opens connections and says nothing keeps out only himself.
    pub fn enter_or_replace(
        &self,
        address: IpAddr,
        send_away: impl FnOnce() + Send + 'static,
    ) -> Option<Permit> {
        self.take(address.into(), Some(Box::new(send_away)))
    }

    fn take(&self, network: Network, send_away: Option<Box<dyn FnOnce() + Send>>) -> Option<Permit> {
        let mut inside = self.lock();
        let own = inside.of(network);
        if own >= self.per_network {
            return None;
        }
        let mut replaced = None;
        if inside.places.len() >= self.total {
            let number = inside.oldest_of_the_largest(own + 1)?;
            replaced = inside.places.remove(&number).and_then(|place| place.send_away);
        }
        let number = inside.next;
        inside.next += 1;
        inside.places.insert(number, Place { network, send_away });
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
    fn of(&self, network: Network) -> usize {
        self.places.values().filter(|place| place.network == network).count()
    }

    /// The oldest that may be sent away, of the network that holds most places, if those are more than `more_than`.
    fn oldest_of_the_largest(&self, more_than: usize) -> Option<u64> {
        let mut counts = BTreeMap::<Network, usize>::new();
        self.places.values().for_each(|place| *counts.entry(place.network).or_default() += 1);
        let (largest, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        let goes = |place: &Place| place.network == largest && place.send_away.is_some();
        let oldest = self.places.iter().find(|(_, place)| goes(place));
        oldest.filter(|_| count > more_than).map(|(number, _)| *number)
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

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.lock().places.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::atomic::{AtomicUsize, Ordering};

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

    #[test]
    fn a_newcomer_takes_the_place_of_the_oldest_of_who_holds_most() {
        let gate = ConnectionGate::new(6, 3);
        let sent_away = Arc::new(AtomicUsize::new(0));
        let enter = |last: u8, number: usize| {
            let sent_away = sent_away.clone();
            gate.enter_or_replace(address(last), move || sent_away.store(number, Ordering::Relaxed))
        };
        let crowd: Vec<_> = [(1, 11), (2, 21), (1, 12), (2, 22), (1, 13), (3, 31)]
            .into_iter()
            .map(|(a, n)| enter(a, n))
            .collect();
        assert!(crowd.iter().all(Option::is_some));
        let host = enter(4, 41);
        assert_eq!((host.is_some(), sent_away.load(Ordering::Relaxed)), (true, 11));
        assert_eq!(gate.occupied(), 6);
        drop(crowd);
        assert_eq!(gate.occupied(), 1, "who was sent away gives back no place of another");
        let alone: Vec<_> = (10..15).map(|last| enter(last, 0)).collect();
        assert!(
            alone.iter().all(Option::is_some) && enter(20, 0).is_none(),
            "nobody holds more than he would"
        );
    }
}
