//! The cap on connections that have not shown a valid key yet.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts connections that are not authenticated yet, in total and per address.
///
/// The listener asks for a [`Permit`] before it reads a byte, and drops it when the publish was accepted
/// or the connection has ended. Clones share one count.
#[derive(Clone, Debug)]
pub struct ConnectionGate {
    total: usize,
    per_address: usize,
    inside: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection's place in a [`ConnectionGate`]; dropping it gives the place back.
#[derive(Debug)]
pub struct Permit {
    gate: ConnectionGate,
    address: IpAddr,
}

impl ConnectionGate {
    /// A gate for `total` connections, of which one address may hold `per_address`.
    ///
    /// Behind a load balancer that hides addresses, give both the same value.
    pub fn new(total: usize, per_address: usize) -> Self {
        Self { total, per_address, inside: Arc::default() }
    }

    /// Takes a place, or `None` when the gate or the address's share is full: close the connection unread.
    pub fn enter(&self, address: IpAddr) -> Option<Permit> {
        let mut inside = self.lock();
        let here = inside.get(&address).copied().unwrap_or(0);
        if here >= self.per_address || inside.values().sum::<usize>() >= self.total {
            return None;
        }
        inside.insert(address, here + 1);
        Some(Permit { gate: self.clone(), address })
    }

    /// Connections that hold a place now.
    pub fn occupied(&self) -> usize {
        self.lock().values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut inside = self.gate.lock();
        match inside.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(inside.remove(&self.address)),
        }
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
    fn one_address_cannot_take_every_place() {
        let gate = ConnectionGate::new(10, 2);
        let permits = [gate.enter(address(1)), gate.enter(address(1))];
        assert!(gate.enter(address(1)).is_none());
        assert!(gate.enter(address(2)).is_some());
        drop(permits);
        assert_eq!(gate.occupied(), 0);
    }
}
