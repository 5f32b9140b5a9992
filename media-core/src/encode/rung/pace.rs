//! Which decoded pictures are encoded, which become key frames, which are shown again. No I/O.

use std::{collections::BTreeSet, time::Duration};

/// A gap longer than this is a pause of the source, not a long picture: nothing is repeated into it.
const LONGEST_REPEAT: Duration = Duration::from_millis(2_200);

/// Wanted key frames that wait for their pictures: more than a decoder can hold.
const MOST_KEYS: usize = 64;

/// What to do with one decoded picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Drop,
    Encode {
        /// Times at which the picture before is shown again first.
        repeats: Vec<u64>,
        /// Ask the encoder for a key frame.
        force: bool,
    },
}

pub(super) struct Pacer {
    longest_frame: Option<u64>,
    start: u64,
    keys: BTreeSet<u64>,
    last: Option<u64>,
    half_rate: bool,
    odd: bool,
    led: u64,
}

impl Pacer {
    /// Pictures shown before `start` are decoded and not encoded.
    pub(super) fn new(longest_frame: Option<Duration>, start: u64) -> Self {
        Self {
            longest_frame: longest_frame.map(ns).filter(|n| *n > 0),
            start,
            keys: BTreeSet::new(),
            last: None,
            half_rate: false,
            odd: false,
            led: 0,
        }
    }

    /// A key frame is wanted at the first picture shown at `pts` or later; called before that picture is decoded.
    pub(super) fn key(&mut self, pts: u64) {
        self.keys.insert(pts);
        if self.keys.len() > MOST_KEYS {
            self.keys.pop_first();
        }
    }

    pub(super) fn set_half_rate(&mut self, on: bool) {
        self.half_rate = on;
    }

    /// Pictures so far that only led the decoder to the start.
    pub(super) fn led(&self) -> u64 {
        self.led
    }

    /// Decides for a decoded picture at `pts`.
    pub(super) fn step(&mut self, pts: u64) -> Step {
        if pts < self.start {
            self.led += 1;
            return Step::Drop;
        }
        if self.last.is_some_and(|last| pts <= last) {
            return Step::Drop;
        }
        let repeats = self.repeats(pts);
        let key = self.is_key(pts);
        self.odd = !self.odd;
        if self.half_rate && self.odd && !key && repeats.is_empty() {
            return Step::Drop;
        }
        // the first picture is a key frame by itself, and must not be asked for: see `gst::force_key`
        let first = self.last.replace(pts).is_none();
        Step::Encode { repeats, force: key && !first }
    }

    /// Times at which the picture before `pts` is shown again. A key frame is never brought forward onto one of them.
    fn repeats(&self, pts: u64) -> Vec<u64> {
        let (Some(last), Some(longest)) = (self.last, self.longest_frame) else { return Vec::new() };
        if pts - last > ns(LONGEST_REPEAT) {
            return Vec::new();
        }
        (1..).map(|n| last + n * longest).take_while(|at| *at < pts).collect()
    }

    fn is_key(&mut self, pts: u64) -> bool {
        let mut due = false;
        while self.keys.first().is_some_and(|key| *key <= pts) {
            self.keys.pop_first();
            due = true;
        }
        due
    }
}

fn ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    /// The pictures (ms) for which a key frame is asked.
    fn keys(pacer: &mut Pacer, times: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut keys = Vec::new();
        for pts in times {
            if let Step::Encode { force: true, .. } = pacer.step(pts * MS) {
                keys.push(pts);
            }
        }
        keys
    }

    #[test]
    fn key_frames_stand_at_the_first_picture_from_where_they_are_wanted() {
        let mut pacer = Pacer::new(None, 0);
        pacer.key(0);
        pacer.key(100 * MS);
        assert_eq!(keys(&mut pacer, (0..10).map(|n| n * 33)), [132]);
        let mut pacer = Pacer::new(None, 0);
        pacer.key(99 * MS);
        assert_eq!(keys(&mut pacer, (0..10).map(|n| n * 33)), [99]);
    }

    #[test]
    fn what_only_leads_the_decoder_in_is_not_encoded() {
        let mut pacer = Pacer::new(None, 100 * MS);
        let kept: Vec<_> = (0..10u64).filter(|n| pacer.step(n * 33 * MS) != Step::Drop).collect();
        assert_eq!(kept, [4, 5, 6, 7, 8, 9]);
        assert_eq!(pacer.led(), 4);
    }

    #[test]
    fn of_the_key_frames_before_its_start_none_is_asked_for() {
        let mut pacer = Pacer::new(None, 100 * MS);
        [0, 66, 100, 200].into_iter().for_each(|at| pacer.key(at * MS));
        assert_eq!(keys(&mut pacer, (0..10).map(|n| n * 33)), [231]);
    }

    #[test]
    fn a_long_picture_is_shown_again_within_the_part_target() {
        let mut pacer = Pacer::new(Some(Duration::from_millis(300)), 0);
        pacer.step(0);
        let Step::Encode { repeats, force } = pacer.step(1000 * MS) else { panic!("dropped") };
        assert!(!force);
        assert_eq!(repeats.iter().map(|pts| pts / MS).collect::<Vec<_>>(), [300, 600, 900]);
    }

    #[test]
    fn a_pause_of_the_source_is_not_filled() {
        let mut pacer = Pacer::new(Some(Duration::from_millis(300)), 0);
        pacer.step(0);
        assert_eq!(pacer.step(60_000 * MS), Step::Encode { repeats: vec![], force: false });
    }

    #[test]
    fn half_the_rate_keeps_every_key_frame() {
        let mut pacer = Pacer::new(None, 0);
        for n in 0..4 {
            pacer.key(n * 30 * 33 * MS);
        }
        pacer.set_half_rate(true);
        let kept = (0..120u64).filter(|n| pacer.step(n * 33 * MS) != Step::Drop).collect::<Vec<_>>();
        assert!((60..=64).contains(&kept.len()), "{}", kept.len());
        assert!([0, 30, 60, 90].iter().all(|k| kept.contains(k)));
    }

    #[test]
    fn time_never_steps_back() {
        let mut pacer = Pacer::new(None, 0);
        pacer.step(100);
        assert_eq!(pacer.step(100), Step::Drop);
        assert_eq!(pacer.step(50), Step::Drop);
    }
}
