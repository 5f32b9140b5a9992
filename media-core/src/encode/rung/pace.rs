//! Which decoded pictures are encoded, which become key frames, which are shown again. No I/O.

use std::{collections::BTreeSet, time::Duration};

/// Where encoded rungs have their key frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyGrid {
    /// Exactly where the source has them.
    Source,
    /// At the first picture of each multiple of this time on the timeline, whatever the source does. The multiples count from the
    /// timeline's zero, so that a restarted encoder finds the same grid.
    Every(Duration),
}

/// A gap longer than this is a pause of the source, not a long picture: nothing is repeated into it.
const LONGEST_REPEAT: Duration = Duration::from_secs(5);

/// What to do with one decoded picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Drop,
    Encode {
        /// Times at which the picture before is shown again first.
        repeats: Vec<Repeat>,
        /// Ask the encoder for a key frame.
        force: bool,
    },
}

/// A repeated picture: its time, and whether it is a key frame.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) struct Repeat {
    pub pts: u64,
    pub force: bool,
}

pub(super) struct Pacer {
    grid: KeyGrid,
    longest_frame: Option<u64>,
    source_keys: BTreeSet<u64>,
    last: Option<u64>,
    next_grid: Option<u64>,
    half_rate: bool,
    odd: bool,
}

impl Pacer {
    pub(super) fn new(grid: KeyGrid, longest_frame: Option<Duration>) -> Self {
        Self {
            grid,
            longest_frame: longest_frame.map(ns).filter(|n| *n > 0),
            source_keys: BTreeSet::new(),
            last: None,
            next_grid: None,
            half_rate: false,
            odd: false,
        }
    }

    /// The source has a key frame at `pts`; called before that picture is decoded.
    pub(super) fn source_key(&mut self, pts: u64) {
        if self.grid == KeyGrid::Source {
            self.source_keys.insert(pts);
        }
    }

    pub(super) fn set_half_rate(&mut self, on: bool) {
        self.half_rate = on;
    }

    /// Decides for a decoded picture at `pts`.
    pub(super) fn step(&mut self, pts: u64) -> Step {
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

    fn repeats(&mut self, pts: u64) -> Vec<Repeat> {
        let (Some(last), Some(longest)) = (self.last, self.longest_frame) else { return Vec::new() };
        if pts - last > ns(LONGEST_REPEAT) {
            return Vec::new();
        }
        let mut at = last + longest;
        let mut repeats = Vec::new();
        while at < pts {
            // A key frame of the source is never brought forward onto a repeated picture.
            let force = matches!(self.grid, KeyGrid::Every(_)) && self.is_key(at);
            repeats.push(Repeat { pts: at, force });
            at += longest;
        }
        repeats
    }

    fn is_key(&mut self, pts: u64) -> bool {
        match self.grid {
            KeyGrid::Source => {
                let mut due = false;
                while self.source_keys.first().is_some_and(|key| *key <= pts) {
                    self.source_keys.pop_first();
                    due = true;
                }
                due
            }
            KeyGrid::Every(every) => {
                let every = ns(every).max(1);
                let due = self.next_grid.is_none_or(|next| pts >= next);
                if due {
                    self.next_grid = Some((pts / every + 1) * every);
                }
                due
            }
        }
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
    fn key_frames_stand_where_the_source_has_them() {
        let mut pacer = Pacer::new(KeyGrid::Source, None);
        pacer.source_key(0);
        pacer.source_key(100 * MS);
        assert_eq!(keys(&mut pacer, (0..10).map(|n| n * 33)), [132]);
        let mut pacer = Pacer::new(KeyGrid::Source, None);
        pacer.source_key(0);
        pacer.source_key(99 * MS);
        assert_eq!(keys(&mut pacer, (0..10).map(|n| n * 33)), [99]);
    }

    #[test]
    fn an_own_grid_counts_from_zero_so_a_restart_finds_it_again() {
        let grid = KeyGrid::Every(Duration::from_secs(2));
        assert_eq!(keys(&mut Pacer::new(grid, None), (0..150).map(|n| n * 40)), [2000, 4000]);
        assert_eq!(keys(&mut Pacer::new(grid, None), (20..150).map(|n| n * 40)), [2000, 4000]);
    }

    #[test]
    fn a_long_picture_is_shown_again_within_the_part_target() {
        let mut pacer = Pacer::new(KeyGrid::Source, Some(Duration::from_millis(300)));
        pacer.step(0);
        let Step::Encode { repeats, force } = pacer.step(1000 * MS) else { panic!("dropped") };
        assert!(!force);
        assert_eq!(repeats.iter().map(|r| r.pts / MS).collect::<Vec<_>>(), [300, 600, 900]);
    }

    #[test]
    fn a_pause_of_the_source_is_not_filled() {
        let mut pacer = Pacer::new(KeyGrid::Source, Some(Duration::from_millis(300)));
        pacer.step(0);
        assert_eq!(pacer.step(60_000 * MS), Step::Encode { repeats: vec![], force: false });
    }

    #[test]
    fn half_the_rate_keeps_every_key_frame() {
        let mut pacer = Pacer::new(KeyGrid::Source, None);
        for n in 0..4 {
            pacer.source_key(n * 30 * 33 * MS);
        }
        pacer.set_half_rate(true);
        let kept = (0..120u64).filter(|n| pacer.step(n * 33 * MS) != Step::Drop).collect::<Vec<_>>();
        assert!((60..=64).contains(&kept.len()), "{}", kept.len());
        assert!([0, 30, 60, 90].iter().all(|k| kept.contains(k)));
    }

    #[test]
    fn time_never_steps_back() {
        let mut pacer = Pacer::new(KeyGrid::Source, None);
        pacer.step(100);
        assert_eq!(pacer.step(100), Step::Drop);
        assert_eq!(pacer.step(50), Step::Drop);
    }
}
