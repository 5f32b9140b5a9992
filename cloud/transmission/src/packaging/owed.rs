//! How long pictures have come that must be transcoded, and nothing has come of them. Pure.

use crate::hls::MediaTime;

/// Longer than it takes to notice an encoder that hangs, and to begin with another.
pub const WITHIN: MediaTime = MediaTime::from_ms(15_000);
/// The same once pictures were shown: another encoder may first have to decode up to half a minute that leads it there.
pub const WITHIN_ONCE_SHOWN: MediaTime = MediaTime::from_ms(60_000);
/// A longer pause between two pictures counts as this: while none come, none are owed.
const STEP: MediaTime = MediaTime::from_ms(500);

/// What the encoder owes to the pictures of one coding of a run.
#[derive(Debug, Default)]
pub struct Owed {
    waited: MediaTime,
    last: Option<MediaTime>,
    /// When the first of them is decoded.
    begun: Option<MediaTime>,
    shown: bool,
}

impl Owed {
    /// A picture came that is decoded at `dts`. For how long nothing has come of it, and of those before.
    pub fn came(&mut self, dts: MediaTime, now: MediaTime) -> MediaTime {
        self.begun.get_or_insert(dts);
        let last = self.last.replace(now).unwrap_or(now);
        self.waited += (now - last).min(STEP);
        self.waited
    }

    /// Nothing is owed for now.
    pub fn nothing(&mut self) {
        (self.waited, self.last) = (MediaTime::ZERO, None);
    }

    /// A picture came out that is shown at `pts`: one of these, or a late one of others before.
    pub fn paid(&mut self, pts: MediaTime) {
        self.shown |= self.begun.is_some_and(|begun| pts >= begun);
        self.nothing();
    }

    /// It is known from before a crash that these were shown.
    pub fn known(&mut self) {
        self.shown = true;
    }

    /// Whether any of these was shown.
    pub fn is_shown(&self) -> bool {
        self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> MediaTime {
        MediaTime::from_ms(ms)
    }

    /// The first of these times at which too much is owed.
    fn first(owed: &mut Owed, times: impl IntoIterator<Item = i64>) -> Option<i64> {
        times.into_iter().find(|ms| owed.came(at(*ms), at(*ms)) > WITHIN)
    }

    #[test]
    fn only_the_time_in_which_pictures_come_counts() {
        let every = |range: std::ops::Range<i64>| range.step_by(100);
        let mut owed = Owed::default();
        assert_eq!(first(&mut owed, every(0..5_000)), None);
        assert_eq!(first(&mut owed, every(600_000..620_000)), Some(609_700), "a break of ten minutes");
        owed.paid(at(609_700));
        assert_eq!(first(&mut owed, every(620_000..650_000)), Some(635_100));
    }

    #[test]
    fn a_late_picture_of_the_run_before_is_none_of_this_one() {
        let mut owed = Owed::default();
        owed.came(at(20_000), at(20_100));
        owed.paid(at(19_960));
        assert!(!owed.is_shown());
        owed.paid(at(20_000));
        assert!(owed.is_shown());
    }
}
