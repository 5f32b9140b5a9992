//! How long pictures have come that must be transcoded, and nothing has come of them. Pure.

use crate::hls::MediaTime;

/// Longer than it takes to notice an encoder that hangs, and to begin with another.
pub const WITHIN: MediaTime = MediaTime::from_ms(15_000);
/// A longer pause between two pictures counts as this: while none come, none are owed.
const STEP: MediaTime = MediaTime::from_ms(500);

/// What the encoder owes.
#[derive(Debug, Default)]
pub struct Owed {
    waited: MediaTime,
    last: Option<MediaTime>,
}

impl Owed {
    /// A picture came. True when nothing has come of it, and of those before, for too long.
    pub fn came(&mut self, now: MediaTime) -> bool {
        let last = self.last.replace(now).unwrap_or(now);
        self.waited += (now - last).min(STEP);
        self.waited > WITHIN
    }

    /// A picture came out.
    pub fn paid(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of these times at which too much is owed.
    fn first(owed: &mut Owed, times: impl IntoIterator<Item = i64>) -> Option<i64> {
        times.into_iter().find(|at| owed.came(MediaTime::from_ms(*at)))
    }

    #[test]
    fn only_the_time_in_which_pictures_come_counts() {
        let every = |range: std::ops::Range<i64>| range.step_by(100);
        let mut owed = Owed::default();
        assert_eq!(first(&mut owed, every(0..5_000)), None);
        assert_eq!(first(&mut owed, every(600_000..620_000)), Some(609_700), "a break of ten minutes");
        owed.paid();
        assert_eq!(first(&mut owed, every(620_000..650_000)), Some(635_100));
    }
}
