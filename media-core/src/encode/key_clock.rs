//! When the live encoder makes a key frame: on a steady beat, and at once when somebody asks.

use std::time::Duration;

use crate::time::Pts;

/// Picture times are rounded; a beat that is missed by less is not missed.
const ROUNDING: Duration = Duration::from_millis(1);

#[derive(Debug)]
pub(super) struct KeyClock {
    every: Duration,
    next: Option<Pts>,
    asked: bool,
}

impl KeyClock {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, next: None, asked: false }
    }

    /// Makes the next picture a key frame; the beat starts again from there.
    pub(super) fn ask(&mut self) {
        self.asked = true;
    }

    /// Whether the encoder has to be told to make the picture at `pts` a key frame. Not for the first: it is one by itself.
    pub(super) fn due(&mut self, pts: Pts) -> bool {
        let first = self.next.is_none();
        let due = self.asked || self.next.is_none_or(|next| pts.after(ROUNDING) >= next);
        if due {
            self.asked = false;
            self.next = Some(pts.after(self.every));
        }
        due && !first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(clock: &mut KeyClock, frames: std::ops::Range<u64>) -> Vec<u64> {
        frames.filter(|n| clock.due(Pts::from_nanos(n * 33_333_333))).collect()
    }

    #[test]
    fn the_beat_is_two_seconds_to_the_frame() {
        let mut clock = KeyClock::new(Duration::from_secs(2));
        assert_eq!(keys(&mut clock, 0..200), [60, 120, 180]);
    }

    #[test]
    fn a_key_frame_that_was_asked_for_moves_the_beat() {
        let mut clock = KeyClock::new(Duration::from_secs(2));
        keys(&mut clock, 0..10);
        clock.ask();
        assert_eq!(keys(&mut clock, 10..100), [10, 70]);
    }
}
