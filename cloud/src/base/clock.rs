//! Time comes in through here.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

/// Something that knows the time.
pub trait Time: Send + Sync + 'static {
    /// The present instant, UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The time, handed to every room. Whole milliseconds, as SQL keeps them.
#[derive(Clone)]
pub struct Clock(Arc<dyn Time>);

struct System;

impl Time for System {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(System))
    }

    /// Now, UTC, cut to whole milliseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        from_ms(self.0.now().timestamp_millis())
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// A clock that tests move by hand. Clones share the hands.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl TestClock {
    /// A clock that stands at 2026-01-02 10:00:00 UTC.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(from_ms(1_767_348_000_000))))
    }

    /// The handle that rooms take.
    #[must_use]
    pub fn clock(&self) -> Clock {
        Clock(Arc::new(self.clone()))
    }

    /// Moves the hands forward.
    pub fn advance(&self, by: Duration) {
        *self.0.lock() += by;
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Time for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock()
    }
}

/// Milliseconds since 1970, as SQL keeps times.
#[must_use]
pub fn to_ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// The instant of a stored number of milliseconds; 1970 when no calendar holds it.
#[must_use]
pub fn from_ms(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sql_keeps_is_what_the_clock_said() {
        let now = Clock::system().now();
        assert_eq!(from_ms(to_ms(now)), now);
    }

    #[test]
    fn the_test_clock_moves_only_by_hand() {
        let hands = TestClock::new();
        let before = hands.clock().now();
        hands.advance(Duration::from_secs(90));
        assert_eq!((hands.clock().now() - before).num_seconds(), 90);
    }
}
