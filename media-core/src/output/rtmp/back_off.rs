//! Pauses between attempts: growing, capped, and never in step with anybody else's.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct BackOff {
    pause: Duration,
}

impl BackOff {
    pub(super) fn new() -> Self {
        Self { pause: FIRST }
    }

    pub(super) fn reset(&mut self) {
        self.pause = FIRST;
    }

    /// The next pause; `chance` from 0 to 1 moves it by up to a quarter either way.
    pub(super) fn next(&mut self, chance: f64) -> Duration {
        let pause = self.pause.mul_f64(0.75 + chance.clamp(0.0, 1.0) * 0.5);
        self.pause = (self.pause * 2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_seconds() {
        let mut back_off = BackOff::new();
        let pauses: Vec<_> = (0..8).map(|_| back_off.next(0.5).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
        back_off.reset();
        assert_eq!(back_off.next(0.0).as_micros(), 187_500);
    }
}
