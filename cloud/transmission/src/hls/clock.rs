//! Maps the timestamps of publish sessions onto the show's media clock.

use super::time::MediaTime;

/// A timestamp further ahead of the wall clock than this is not believed.
const TOO_FAR_AHEAD: MediaTime = MediaTime::from_ms(5_000);
/// A step back larger than this inside a session means that the publisher restarted its own clock.
const TOO_FAR_BACK: MediaTime = MediaTime::from_ms(1_000);

/// Where a packet stands on the media clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// Older than the session's first IDR: to be dropped.
    Dropped,
    /// Belongs at this media time.
    At(MediaTime),
    /// Belongs at this media time, and the offset was just fixed: from here
    /// `media_time_ms = rtmp_ts_ms + offset_ms`. What follows is a discontinuity.
    Anchored {
        /// The packet's media time.
        time: MediaTime,
        /// Media time minus the session's own (unwrapped) time, in milliseconds.
        offset_ms: i64,
    },
}

/// The media clock of one show.
///
/// Each publish session gets an offset fixed at its first IDR to `max(last output, now)`; decode times
/// rise strictly, over all sessions; 32-bit timestamps may wrap.
#[derive(Debug, Clone)]
pub struct MediaClock {
    last: MediaTime,
    session: Option<Session>,
}

#[derive(Debug, Clone, Copy)]
struct Session {
    last_raw: u32,
    last_ms: i64,
    first_ms: i64,
    offset_ms: i64,
}

impl Session {
    /// The 64-bit time of a 32-bit timestamp: the nearest one to the last seen.
    fn unwrap(&mut self, raw: u32) -> i64 {
        self.last_ms += i64::from(raw.wrapping_sub(self.last_raw) as i32);
        self.last_raw = raw;
        self.last_ms
    }
}

impl MediaClock {
    /// A clock that goes on after `last_output`, which is [`MediaTime::ZERO`] for a new show.
    pub fn new(last_output: MediaTime) -> Self {
        Self { last: last_output, session: None }
    }

    /// The end of what has been put out so far.
    pub fn last_output(&self) -> MediaTime {
        self.last
    }

    /// A new publish session begins: nothing is mapped until its first IDR.
    pub fn begin_session(&mut self) {
        self.session = None;
    }

    /// Nothing was put out before `end`: sessions to come start there or later.
    pub fn reserve(&mut self, end: MediaTime) {
        self.last = self.last.max(end);
    }

    /// Maps a video packet's decode timestamp. `now` is the wall clock's media time.
    pub fn map_video(&mut self, raw: u32, idr: bool, now: MediaTime) -> Mapped {
        let Some(session) = &mut self.session else {
            return if idr { self.anchor(raw, now) } else { Mapped::Dropped };
        };
        let ms = session.unwrap(raw);
        let time = MediaTime::from_ms(ms.saturating_add(session.offset_ms));
        if time < self.last - TOO_FAR_BACK || time > now + TOO_FAR_AHEAD {
            // The publisher's clock jumped. Wait for a picture that can stand alone, then anchor again.
            self.session = None;
            return if idr { self.anchor(raw, now) } else { Mapped::Dropped };
        }
        self.last = time.max(self.last + MediaTime::from_ticks(1));
        Mapped::At(self.last)
    }

    /// Maps an audio packet's timestamp. `None`: older than the first IDR, to be dropped.
    pub fn map_audio(&mut self, raw: u32) -> Option<MediaTime> {
        let session = self.session.as_mut()?;
        // Audio must not move the reference that video unwraps against.
        let ms = session.last_ms + i64::from(raw.wrapping_sub(session.last_raw) as i32);
        (ms >= session.first_ms).then(|| MediaTime::from_ms(ms.saturating_add(session.offset_ms)))
    }

    fn anchor(&mut self, raw: u32, now: MediaTime) -> Mapped {
        let start = self.last.max(now).max(MediaTime::ZERO);
        // Whole milliseconds, rounded up so that it is never before the last output.
        let start_ms = (start + MediaTime::from_ticks(89)).ms();
        let ms = i64::from(raw);
        let offset_ms = start_ms - ms;
        self.session = Some(Session { last_raw: raw, last_ms: ms, first_ms: ms, offset_ms });
        self.last = MediaTime::from_ms(start_ms);
        Mapped::Anchored { time: self.last, offset_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ms: i64) -> Mapped {
        Mapped::At(MediaTime::from_ms(ms))
    }

    #[test]
    fn a_session_starts_at_its_first_idr_and_drops_what_is_older() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let now = MediaTime::from_ms(60_000);
        assert_eq!(clock.map_audio(990), None);
        assert_eq!(clock.map_video(1_000, false, now), Mapped::Dropped);
        let time = MediaTime::from_ms(60_000);
        assert_eq!(clock.map_video(1_033, true, now), Mapped::Anchored { time, offset_ms: 58_967 });
        assert_eq!(clock.map_audio(1_010), None);
        assert_eq!(clock.map_audio(1_040), Some(MediaTime::from_ms(60_007)));
        assert_eq!(clock.map_video(1_066, false, now), at(60_033));
    }

    #[test]
    fn a_second_session_never_goes_back() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        clock.map_video(0, true, MediaTime::from_ms(10_000));
        clock.map_video(4_000, false, MediaTime::from_ms(10_100));
        clock.begin_session();
        let time = MediaTime::from_ms(14_000);
        let mapped = clock.map_video(7, true, MediaTime::from_ms(12_000));
        assert_eq!(mapped, Mapped::Anchored { time, offset_ms: 13_993 });
    }

    #[test]
    fn timestamps_wrap() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let now = MediaTime::from_ms(1_000);
        clock.map_video(u32::MAX - 10, true, now);
        assert_eq!(clock.map_audio(12), Some(MediaTime::from_ms(1_023)));
        assert_eq!(clock.map_video(22, false, now), at(1_033));
    }

    #[test]
    fn a_publisher_that_restarts_its_clock_is_anchored_again_at_an_idr() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        clock.map_video(50_000, true, MediaTime::from_ms(1_000));
        let later = MediaTime::from_ms(9_000);
        assert_eq!(clock.map_video(0, false, later), Mapped::Dropped);
        assert!(matches!(clock.map_video(33, true, later), Mapped::Anchored { time, .. } if time == later));
    }

    proptest! {
        #[test]
        fn decode_times_rise_strictly_whatever_comes(
            steps in proptest::collection::vec((any::<u32>(), any::<bool>(), 0i64..200, any::<bool>()), 1..200)
        ) {
            let mut clock = MediaClock::new(MediaTime::ZERO);
            let (mut now, mut last) = (0, MediaTime::from_ticks(-1));
            for (raw, idr, wait, fresh) in steps {
                now += wait;
                if fresh { clock.begin_session(); }
                match clock.map_video(raw, idr, MediaTime::from_ms(now)) {
                    Mapped::At(time) => { prop_assert!(time > last); last = time; }
                    Mapped::Anchored { time, .. } => { prop_assert!(time >= last); last = time; }
                    Mapped::Dropped => {}
                }
            }
        }
    }
}
