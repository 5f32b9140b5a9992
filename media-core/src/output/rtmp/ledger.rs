//! What was handed to the system, and how old the oldest of it is that has not arrived. No I/O.

use std::{collections::VecDeque, time::Duration};

use crate::{
    output::{adapt::Look, queue::Fill},
    time::Pts,
};

/// The books of one connection.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Bytes written to the connection.
    written: u64,
    /// Where each packet ends in the stream of bytes, and its time.
    packets: VecDeque<(u64, Pts)>,
}

impl Ledger {
    /// A packet's last byte comes `bytes` after what was written so far.
    pub(super) fn handed(&mut self, bytes: usize, time: Pts) {
        self.packets.push_back((self.written + bytes as u64, time));
    }

    pub(super) fn wrote(&mut self, bytes: usize) {
        self.written += bytes as u64;
    }

    /// The uplink at `at`: `unsent` bytes have not arrived, `outgoing` are not written yet, and `fill` waits before them.
    pub(super) fn look(&mut self, at: Duration, unsent: u64, outgoing: usize, fill: &Fill) -> Look {
        let delivered = self.written.saturating_sub(unsent);
        while self.packets.pop_front_if(|(end, _)| *end <= delivered).is_some() {}
        let oldest = self.packets.front().map(|(_, time)| *time).into_iter().chain(fill.oldest).min();
        let behind = fill.newest.zip(oldest).map_or(Duration::ZERO, |(newest, oldest)| newest.since(oldest));
        let waiting = self.written - delivered + outgoing as u64 + fill.bytes as u64;
        Look { at, behind, waiting, delivered }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_that_has_not_arrived_says_how_late_we_are() {
        let mut ledger = Ledger::default();
        let at = Duration::from_secs(9);
        let newest = |ms| Fill { newest: Some(Pts::from_millis(ms)), ..Fill::default() };
        ledger.wrote(3000); // the handshake
        for n in 0..10u64 {
            ledger.handed(1000, Pts::from_millis(n * 100));
            ledger.wrote(1000);
        }
        let look = ledger.look(at, 2500, 0, &newest(1000));
        assert_eq!(look, Look { at, behind: Duration::from_millis(300), waiting: 2500, delivered: 10_500 });
        let look = ledger.look(at, 0, 0, &newest(1000));
        assert_eq!((look.behind, look.waiting), (Duration::ZERO, 0));
        let fill = Fill { bytes: 70, oldest: Some(Pts::from_millis(1000)), ..newest(1200) };
        let look = ledger.look(at, 0, 30, &fill);
        assert_eq!((look.behind, look.waiting), (Duration::from_millis(200), 100));
    }
}
