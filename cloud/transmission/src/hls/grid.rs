//! The segment grid: where segments begin, for all rungs at once.

use std::collections::VecDeque;

use super::time::MediaTime;

/// `EXT-X-TARGETDURATION`, in seconds, for every show.
pub const TARGET_DURATION: u32 = 4;
/// Longest part. Whole frames of 23.976 to 60 in a second fill at least 85 % of it.
pub const PART_TARGET: MediaTime = MediaTime::from_ms(210);
/// How far from the end players are asked to stay, in thousandths of a part. The draft's least is 2 parts.
pub const HOLD_BACK_MILLIPARTS: i64 = 2_500;
/// Length of the segments that the grid makes when the source's key frames cannot.
pub const OWN_SEGMENT: MediaTime = MediaTime::from_ms(2_000);
/// A segment closes at the first IDR that comes this long after its start.
pub const MIN_SEGMENT: MediaTime = MediaTime::from_ms(1_900);
/// A segment closes before this, IDR or not: `EXTINF` must round to 4 at most.
pub const MAX_SEGMENT: MediaTime = MediaTime::from_ms(4_470);

/// A segment that would last longer, because its last picture stands for long, ends before it.
pub const LONGEST_SEGMENT: MediaTime = MediaTime::from_ms(4_499);

/// Segments remembered: rungs come at most a few seconds late.
const KEPT: usize = 64;

/// Which audio configuration a segment carries; the same in every rung. Each carries one: a part whose only picture began
/// before it would be empty else, which players ask for again and again, and browsers refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AudioChoice {
    Undecided,
    With(u32),
}

#[derive(Debug, Clone)]
pub(super) struct GridSegment {
    pub msn: u64,
    pub start: MediaTime,
    pub end: Option<MediaTime>,
    /// Presentation minus decode time of its first picture: what encoded rungs, whose two times are
    /// equal, are moved back by, so that decode times agree in all rungs.
    pub shift: MediaTime,
    pub discontinuity: bool,
    pub discontinuity_sequence: u64,
    pub audio: AudioChoice,
    /// Wall clock when it closed.
    pub closed_at: MediaTime,
}

#[derive(Debug)]
pub(super) struct Grid {
    segments: VecDeque<GridSegment>,
    next_msn: u64,
    discontinuity_sequence: u64,
    /// Something was announced before what comes next.
    begun: bool,
    /// The next segment begins with a discontinuity.
    pub discontinuity_pending: bool,
}

impl Grid {
    /// `first_msn` and `discontinuity_sequence` go on from what was announced before.
    pub fn new(first_msn: u64, discontinuity_sequence: u64, resumed: bool) -> Self {
        Self {
            segments: VecDeque::new(),
            next_msn: first_msn,
            discontinuity_sequence,
            begun: resumed,
            discontinuity_pending: resumed,
        }
    }

    /// Whether anything was announced before what comes next.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// The segment that is open.
    pub fn current(&self) -> Option<&GridSegment> {
        self.segments.back().filter(|s| s.end.is_none())
    }

    pub fn next_msn(&self) -> u64 {
        self.next_msn
    }

    /// Whether a segment that is remembered carries this audio configuration.
    pub fn carries(&self, audio: u32) -> bool {
        self.segments.iter().any(|segment| segment.audio == AudioChoice::With(audio))
    }

    /// Whether a segment that is remembered, `msn` or a later one, begins with a discontinuity.
    pub fn is_marked_from(&self, msn: u64) -> bool {
        self.segments.iter().any(|segment| segment.msn >= msn && segment.discontinuity)
    }

    pub fn get(&self, msn: u64) -> Option<&GridSegment> {
        let first = self.segments.front()?.msn;
        self.segments.get(usize::try_from(msn.checked_sub(first)?).ok()?)
    }

    pub fn get_mut(&mut self, msn: u64) -> Option<&mut GridSegment> {
        let first = self.segments.front()?.msn;
        self.segments.get_mut(usize::try_from(msn.checked_sub(first)?).ok()?)
    }

    /// The segment that a picture shown at `pts` belongs to, whose own decode time is not shifted.
    pub fn for_presentation(&self, pts: MediaTime, snap: MediaTime) -> Option<&GridSegment> {
        self.segments.iter().rev().find(|s| pts + snap >= s.start + s.shift)
    }

    /// Closes the open segment at `end`, if there is one.
    pub fn close(&mut self, end: MediaTime, now: MediaTime) {
        if let Some(last) = self.segments.back_mut().filter(|s| s.end.is_none()) {
            last.end = Some(end.max(last.start + MediaTime::from_ticks(1)));
            last.closed_at = now;
        }
    }

    /// Opens the next segment at `start`; the one before is closed there if it is still open.
    pub fn open(&mut self, start: MediaTime, shift: MediaTime, audio: Option<u32>, now: MediaTime) {
        self.close(start, now);
        self.begun = true;
        let audio = audio.map_or(AudioChoice::Undecided, AudioChoice::With);
        let discontinuity = std::mem::take(&mut self.discontinuity_pending);
        self.discontinuity_sequence += u64::from(discontinuity);
        self.segments.push_back(GridSegment {
            msn: self.next_msn,
            start,
            end: None,
            shift,
            discontinuity,
            discontinuity_sequence: self.discontinuity_sequence,
            audio,
            closed_at: MediaTime::ZERO,
        });
        self.next_msn += 1;
        if self.segments.len() > KEPT {
            self.segments.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_discontinuities_go_on_from_what_was_announced() {
        let mut grid = Grid::new(41, 3, true);
        let ms = MediaTime::from_ms;
        grid.open(ms(1_000), ms(66), None, ms(0));
        grid.open(ms(3_000), ms(66), None, ms(0));
        let first = grid.get(41).unwrap();
        assert_eq!(
            (first.discontinuity, first.discontinuity_sequence, first.end),
            (true, 4, Some(ms(3_000)))
        );
        let second = grid.current().unwrap();
        assert_eq!((second.msn, second.discontinuity, second.discontinuity_sequence), (42, false, 4));
        assert_eq!(grid.for_presentation(ms(3_065), ms(0)).unwrap().msn, 41);
        assert_eq!(grid.for_presentation(ms(3_066), ms(0)).unwrap().msn, 42);
        assert!(grid.get(40).is_none() && grid.get(43).is_none());
    }
}
