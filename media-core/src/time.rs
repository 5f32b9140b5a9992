//! Media time: one clock for all devices, in nanoseconds.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

/// A moment on a media timeline: nanoseconds since that timeline's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pts(u64);

impl Pts {
    /// The start of the timeline.
    pub const ZERO: Self = Self(0);

    /// `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// `millis` milliseconds after the start.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the start, rounded to the nearest.
    pub const fn as_millis(self) -> u64 {
        self.0.saturating_add(500_000) / 1_000_000
    }

    /// This moment, `by` later.
    pub const fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(nanos(by)))
    }

    /// How long after `earlier` this is; zero when it is before.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// The time of day, handed in so that tests may choose it.
pub type WallClock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// The system's own time of day.
pub fn system_clock() -> WallClock {
    Arc::new(SystemTime::now)
}

const fn nanos(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    if nanos > u64::MAX as u128 { u64::MAX } else { nanos as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_round_to_the_nearest() {
        assert_eq!(Pts::from_nanos(33_333_333).as_millis(), 33);
        assert_eq!(Pts::from_nanos(66_666_666).as_millis(), 67);
        assert_eq!(Pts::from_millis(40).as_nanos(), 40_000_000);
    }

    #[test]
    fn a_later_moment_is_no_time_before_an_earlier_one() {
        let early = Pts::from_millis(10);
        let late = early.after(Duration::from_millis(5));
        assert_eq!(late.since(early), Duration::from_millis(5));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
