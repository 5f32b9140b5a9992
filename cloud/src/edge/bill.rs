//! Who pays for the memory of an answer, for as long as anybody holds it.

use bytes::Bytes;
use parking_lot::Mutex;

use super::flights::Flights;
use crate::base::{Budget, Charge};

/// For whom bytes are fetched.
#[derive(Debug, Clone, Copy)]
pub(super) enum Payer<'a> {
    /// All viewers of a show: it is what is on the air now, and no more than that.
    Everybody,
    /// Those who wait for the flight of this name, whoever asked first before the others.
    Waiting(&'a [u8]),
}

/// The bytes of one answer that is coming in.
pub(super) struct Bill<'a> {
    payer: Payer<'a>,
    budget: &'a Budget,
    flights: &'a Mutex<Flights>,
    charge: Charge,
    /// Those of the waiting who have no room for it.
    without_room: usize,
}

impl<'a> Bill<'a> {
    /// Nothing yet.
    pub fn new(payer: Payer<'a>, budget: &'a Budget, flights: &'a Mutex<Flights>) -> Self {
        let first = match payer {
            Payer::Everybody => None,
            Payer::Waiting(key) => flights.lock().asker(key, 0).flatten(),
        };
        Self { payer, budget, flights, charge: budget.charge(first), without_room: 0 }
    }

    /// Counts `bytes` altogether; `false` when that is more than any payer gets. One network's share says nothing to others
    /// who wait for the same, and what everybody waits for is refused to nobody.
    pub fn covers(&mut self, bytes: u64) -> bool {
        let Payer::Waiting(key) = self.payer else {
            self.charge.count(bytes);
            return true;
        };
        while !self.charge.cover(bytes) {
            self.without_room += 1;
            let Some(next) = self.flights.lock().asker(key, self.without_room) else { return false };
            self.charge = self.budget.charge(next);
        }
        true
    }

    /// All of them, counted while anybody holds them.
    pub fn pay(self, bytes: Vec<u8>) -> Bytes {
        Bytes::from_owner(Paid { bytes, _charge: self.charge })
    }
}

struct Paid {
    bytes: Vec<u8>,
    _charge: Charge,
}

impl AsRef<[u8]> for Paid {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
