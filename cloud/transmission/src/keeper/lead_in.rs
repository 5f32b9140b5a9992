//! The source's newest pictures, which lead a new encoder's decoder to the next one. Pure.

use std::collections::VecDeque;

use crate::encoder::Unit;

/// More is not kept of a group of pictures: decoding it again has to be quick.
const MOST_BYTES: usize = 20 << 20;
const LONGEST_NS: u64 = 30_000_000_000;

/// The current group of pictures, or the newest part of a long one.
#[derive(Debug, Default)]
pub struct LeadIn {
    units: VecDeque<Unit>,
    bytes: usize,
    /// The next picture does not follow these.
    ended: bool,
}

impl LeadIn {
    /// Takes the next picture.
    pub fn push(&mut self, unit: Unit) {
        if unit.key || self.ended {
            *self = Self::default();
        }
        let oldest = unit.dts_ns.saturating_sub(LONGEST_NS);
        self.bytes += unit.data.len();
        self.units.push_back(unit);
        while self.bytes > MOST_BYTES || self.units.front().is_some_and(|first| first.dts_ns < oldest) {
            let Some(gone) = self.units.pop_front() else { return };
            self.bytes -= gone.data.len();
        }
    }

    /// The run is over; what was kept still leads to its end.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Whether the run is over.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// The pictures, oldest first. The first is a key frame unless the group is a long one.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn unit(second: u64, key: bool, bytes: usize) -> Unit {
        let ns = second * 1_000_000_000;
        Unit { rung: 0, key, cut_ns: None, pts_ns: ns, dts_ns: ns, data: vec![0; bytes].into() }
    }

    fn seconds(lead_in: &LeadIn) -> Vec<u64> {
        lead_in.units().map(|unit| unit.dts_ns / 1_000_000_000).collect()
    }

    #[test]
    fn it_begins_at_a_key_frame_and_anew_at_the_next() {
        let mut lead_in = LeadIn::default();
        (0..7).for_each(|n| lead_in.push(unit(n, n % 5 == 0, 1)));
        assert_eq!(seconds(&lead_in), [5, 6]);
        lead_in.end();
        assert_eq!(seconds(&lead_in), [5, 6], "an encoder that is late still needs them");
        lead_in.push(unit(60, false, 1));
        assert_eq!(seconds(&lead_in), [60]);
    }

    #[test]
    fn its_pictures_keep_the_cuts_that_segments_begin_with() {
        let mut lead_in = LeadIn::default();
        let cut = |n| (n % 2 == 0).then_some(n * 1_000_000_000);
        (0..7).for_each(|n| lead_in.push(Unit { cut_ns: cut(n), ..unit(n, n == 0, 1) }));
        assert!(lead_in.units().map(|unit| unit.cut_ns).eq((0..7).map(cut)));
    }

    #[test]
    fn of_a_long_group_the_newest_pictures_are_kept() {
        let mut lead_in = LeadIn::default();
        (0..100).for_each(|n| lead_in.push(unit(n, n == 0, 1)));
        assert_eq!(seconds(&lead_in), (69..100).collect::<Vec<_>>());
        let mut lead_in = LeadIn::default();
        (0..25).for_each(|n| lead_in.push(unit(n, n == 0, 1 << 20)));
        assert_eq!(seconds(&lead_in), (5..25).collect::<Vec<_>>());
        lead_in.push(Unit { data: Bytes::from(vec![0; MOST_BYTES + 1]), ..unit(25, false, 0) });
        assert_eq!(seconds(&lead_in), [0; 0]);
    }
}
