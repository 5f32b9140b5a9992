//! Whether the publisher's own pictures can be listed as they are.

use super::{
    grid::{MAX_SEGMENT, PART_TARGET},
    time::MediaTime,
};

/// So many pictures in a row, each longer than a part, are a rate and no accident.
const SLOW_PICTURES: u32 = 12;
/// So long without a long picture, and the rate is a good one again.
const STEADY_FOR: MediaTime = MediaTime::from_ms(3_000);
/// So many distances between key frames in a row must fit before the source is listed again.
const GOOD_DISTANCES: u32 = 2;

/// So many, and they will go on to fit.
const STEADY_DISTANCES: u32 = 15;

/// What is known of the source's key frames and rate.
#[derive(Debug, Clone, Default)]
pub(super) struct Fitness {
    last: Option<MediaTime>,
    last_key: Option<MediaTime>,
    good_distances: u32,
    slow: u32,
    last_slow: Option<MediaTime>,
}

impl Fitness {
    /// Takes the next picture.
    pub fn note(&mut self, dts: MediaTime, key: bool) {
        if self.last.is_some_and(|last| dts - last > PART_TARGET) {
            self.slow += 1;
            self.last_slow = Some(dts);
        } else {
            self.slow = 0;
        }
        self.last = Some(dts);
        if key {
            let fits = self.last_key.is_some_and(|before| dts - before < MAX_SEGMENT);
            self.good_distances = if fits { self.good_distances + 1 } else { 0 };
            self.last_key = Some(dts);
        }
    }

    /// Its pictures come so seldom that parts cannot be filled with them.
    pub fn is_slow(&self) -> bool {
        self.slow >= SLOW_PICTURES
    }

    /// Key frames and rate have been good for a while, up to the picture at `dts`.
    pub fn has_recovered(&self, dts: MediaTime) -> bool {
        self.good_distances >= GOOD_DISTANCES && self.last_slow.is_none_or(|slow| dts - slow > STEADY_FOR)
    }

    /// Key frames have been good for so long that they are so on purpose.
    pub fn is_steady(&self) -> bool {
        self.good_distances >= STEADY_DISTANCES
    }

    /// Another publisher begins, or the same one again.
    pub fn restart(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(times: impl IntoIterator<Item = (i64, bool)>) -> (Fitness, MediaTime) {
        let (mut fitness, mut last) = (Fitness::default(), MediaTime::ZERO);
        for (ms, key) in times {
            last = MediaTime::from_ms(ms);
            fitness.note(last, key);
        }
        (fitness, last)
    }

    #[test]
    fn a_few_long_pictures_are_no_rate() {
        let (fitness, _) = after([(0, true), (400, false), (800, false), (833, false), (2_000, true)]);
        assert!(!fitness.is_slow());
        let (fitness, _) = after((0..13).map(|n| (n * 250, n == 0)));
        assert!(fitness.is_slow());
    }

    #[test]
    fn it_recovers_when_key_frames_and_rate_have_been_good_for_a_while() {
        let (fitness, last) = after((0..=120).map(|n| (n * 33, n % 60 == 0)));
        assert!(fitness.has_recovered(last));
        let (fitness, last) = after((0..=250).map(|n| (n * 33, n % 250 == 0)));
        assert!(!fitness.has_recovered(last));
        let gap = (0..=120).map(|n| (n * 33 + if n > 100 { 400 } else { 0 }, n % 60 == 0));
        let (fitness, last) = after(gap);
        assert!(!fitness.has_recovered(last), "the gap was less than three seconds ago");
    }
}
