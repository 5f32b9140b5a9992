//! The clock of one show.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::hls::MediaTime;

/// Media time as it passes: the wall clock is read once, at the start, and monotonic time counts from there.
///
/// A wall clock that is set, forward or back, while the show runs moves nothing.
#[derive(Debug, Clone, Copy)]
pub struct ShowClock {
    offset: MediaTime,
    ahead: MediaTime,
    started: Instant,
}

impl ShowClock {
    /// A clock for a show whose media time zero is `epoch`. It never starts before `head`, the end of what was
    /// announced: a wall clock that was set back between two processes of one show makes no time run twice.
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
    pub fn start(epoch: DateTime<Utc>, head: MediaTime) -> Self {
        Self::start_at(Utc::now(), epoch, head)
    }

    fn start_at(wall: DateTime<Utc>, epoch: DateTime<Utc>, head: MediaTime) -> Self {
        let wall = MediaTime::at(wall, epoch);
        let offset = wall.max(head);
        Self { offset, ahead: offset - wall, started: Instant::now() }
    }

    /// How far it is ahead of the wall clock, since what was announced was.
    pub fn ahead(&self) -> MediaTime {
        self.ahead
    }

    /// The present media time.
    pub fn now(&self) -> MediaTime {
        let passed = i64::try_from(self.started.elapsed().as_nanos()).unwrap_or(i64::MAX);
        self.offset + MediaTime::from_nanos(passed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_goes_on_from_what_was_announced_though_the_wall_clock_was_set_back() {
        let epoch = DateTime::UNIX_EPOCH;
        let wall = epoch + Duration::from_secs(10);
        let clock = ShowClock::start_at(wall, epoch, MediaTime::from_ms(90_000));
        assert_eq!(clock.now(), MediaTime::from_ms(90_000));
        assert_eq!(clock.ahead(), MediaTime::from_ms(80_000));
        tokio::time::advance(Duration::from_millis(1_500)).await;
        assert_eq!(clock.now(), MediaTime::from_ms(91_500));
        let new = ShowClock::start_at(wall, epoch, MediaTime::ZERO);
        assert_eq!((new.now(), new.ahead()), (MediaTime::from_ms(10_000), MediaTime::ZERO));
    }
}
