//! Media time: the one clock of a show.

use std::ops::{Add, AddAssign, Div, Sub};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Ticks in a second of [`MediaTime`]; also the time scale of every video track.
pub const TIMESCALE: u32 = 90_000;

/// A point on (or a stretch of) the show's media clock: 90 kHz ticks since the show's UTC epoch.
///
/// One millisecond of RTMP time is exactly 90 ticks. Arithmetic saturates: a hostile timestamp
/// makes a wrong time, never a panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaTime(i64);

impl MediaTime {
    /// The epoch itself.
    pub const ZERO: Self = Self(0);

    /// From 90 kHz ticks.
    pub const fn from_ticks(ticks: i64) -> Self {
        Self(ticks)
    }

    /// From milliseconds.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms.saturating_mul(TIMESCALE as i64 / 1000))
    }

    /// From nanoseconds, rounded to the nearest tick.
    pub const fn from_nanos(nanos: i64) -> Self {
        let wide = (nanos as i128 * TIMESCALE as i128 + 500_000_000).div_euclid(1_000_000_000);
        Self(wide as i64)
    }

    /// The instant `now` on the media clock of a show whose epoch is `epoch`.
    pub fn at(now: DateTime<Utc>, epoch: DateTime<Utc>) -> Self {
        Self::from_nanos((now - epoch).num_nanoseconds().unwrap_or(i64::MAX / 2))
    }

    /// 90 kHz ticks.
    pub const fn ticks(self) -> i64 {
        self.0
    }

    /// Whole milliseconds, rounded down.
    pub const fn ms(self) -> i64 {
        self.0.div_euclid(TIMESCALE as i64 / 1000)
    }

    /// Seconds, for playlists.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / f64::from(TIMESCALE)
    }

    /// Nanoseconds, for GStreamer.
    pub const fn nanos(self) -> i64 {
        (self.0 as i128 * 1_000_000_000 / TIMESCALE as i128) as i64
    }

    /// The UTC instant of this point for a show whose epoch is `epoch`.
    pub fn utc(self, epoch: DateTime<Utc>) -> DateTime<Utc> {
        epoch + TimeDelta::microseconds((self.0 as i128 * 1_000_000 / TIMESCALE as i128) as i64)
    }
}

impl Add for MediaTime {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for MediaTime {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for MediaTime {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Div<i64> for MediaTime {
    type Output = Self;
    fn div(self, by: i64) -> Self {
        Self(self.0.checked_div(by).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_millisecond_is_ninety_ticks_there_and_back() {
        assert_eq!(MediaTime::from_ms(33).ticks(), 2970);
        assert_eq!(MediaTime::from_ticks(2971).ms(), 33);
        assert_eq!(MediaTime::from_nanos(33_333_333).ticks(), 3000);
        assert_eq!(MediaTime::from_nanos(MediaTime::from_ticks(3001).nanos()).ticks(), 3001);
    }

    #[test]
    fn arithmetic_saturates() {
        let far = MediaTime::from_ticks(i64::MAX);
        assert_eq!(far + far, far);
        assert_eq!(MediaTime::from_ms(i64::MAX), far);
    }
}
