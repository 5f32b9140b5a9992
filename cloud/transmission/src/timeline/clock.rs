//! Maps the timestamps of publish sessions onto the show's media clock.

use crate::hls::MediaTime;

/// Pictures in a row lie at most this far apart; beyond it a timestamp must be plausible for another reason.
const NEAR: i64 = 1_000;
/// A jump forward is a gap when it lands no further ahead of the wall clock than the pictures before it, and this.
const SLACK: i64 = 700;
/// A step back up to this is jitter.
const JITTER: i64 = 100;
/// Pictures that run this far ahead of the wall clock come from no camera: they are dropped up to a key frame.
const TOO_FAR_AHEAD: i64 = 5_000;
/// The publisher's clock is compared with ours over windows of this length.
const DRIFT_WINDOW: i64 = 10_000;

/// Where a packet stands on the media clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// Before the session's first key frame, or from no time that can be believed: to be dropped.
    Dropped,
    /// Belongs at this media time.
    At(MediaTime),
    /// The run begins here, with its offset: from here `media_time_ms = rtmp_ts_ms + offset_ms`.
    Anchored {
        /// The packet's media time.
        time: MediaTime,
        /// Media time minus the session's own (unwrapped) time, in milliseconds.
        offset_ms: i64,
    },
    /// The publisher set its own clock: the run goes on without a hole, under this new offset.
    Shifted {
        /// The packet's media time.
        time: MediaTime,
        /// The new offset, in milliseconds.
        offset_ms: i64,
    },
}

/// The media clock of one show.
///
/// Each run of a publisher gets an offset fixed at its first key frame to `max(last output, now)`; decode times rise
/// strictly, over all runs; 32-bit timestamps may wrap. One picture with an absurd stamp is put where it was due; when
/// the next one agrees with it, the publisher has set its clock, and the offset changes once.
#[derive(Debug, Clone)]
pub struct MediaClock {
    last: MediaTime,
    run: Option<Run>,
}

#[derive(Debug, Clone)]
struct Run {
    last_raw: u32,
    last_ms: i64,
    first_ms: i64,
    offset_ms: i64,
    /// Distance between pictures, as far as it was ordinary.
    step: i64,
    /// A stamp that was not believed.
    suspect: Option<i64>,
    drift: Drift,
}

/// How far the pictures are ahead of the wall clock: the least delay of the network in each window is compared with
/// that of the first.
#[derive(Debug, Clone, Default)]
struct Drift {
    first: Option<i64>,
    shown: i64,
    window: Option<(i64, i64)>,
    newest: i64,
}

impl Drift {
    fn note(&mut self, now: i64, lead: i64) {
        self.newest = lead;
        let (until, most) = self.window.get_or_insert((now + DRIFT_WINDOW, lead));
        *most = (*most).max(lead);
        if now >= *until {
            let most = *most;
            self.window = None;
            self.shown = most - *self.first.get_or_insert(most);
        }
    }

    /// After a change of the offset nothing before compares with what comes.
    fn restart(&mut self) {
        *self = Self { first: None, window: None, ..*self };
    }
}

impl Run {
    fn new(raw: u32, ms: i64, offset_ms: i64) -> Self {
        let drift = Drift::default();
        Self { last_raw: raw, last_ms: ms, first_ms: ms, offset_ms, step: 33, suspect: None, drift }
    }

    /// The 64-bit time of a 32-bit timestamp: the nearest one to the last that was believed.
    fn unwrap(&self, raw: u32) -> i64 {
        self.last_ms + i64::from(raw.wrapping_sub(self.last_raw) as i32)
    }

    fn believe(&mut self, raw: u32, ms: i64) {
        let step = ms - self.last_ms;
        if (1..=250).contains(&step) {
            self.step = step;
        }
        (self.last_raw, self.last_ms, self.suspect) = (raw, ms, None);
    }
}

impl MediaClock {
    /// A clock that goes on after `last_output`, which is [`MediaTime::ZERO`] for a new show.
    pub fn new(last_output: MediaTime) -> Self {
        Self { last: last_output, run: None }
    }

    /// A new run begins: nothing is mapped until its first key frame.
    pub fn begin(&mut self) {
        self.run = None;
    }

    /// A run goes on whose offset is known from before a crash. `raw` is the stamp of the next packet, `head` the end of
    /// what was announced: the packet's unwrapped time is the one nearest to it.
    pub fn resume(&mut self, raw: u32, offset_ms: i64, head: MediaTime) {
        let near = head.ms().saturating_sub(offset_ms);
        let ms = near + i64::from(raw.wrapping_sub(near as u32) as i32);
        self.run = Some(Run::new(raw, ms - 1, offset_ms));
        if let Some(run) = &mut self.run {
            run.last_raw = raw.wrapping_sub(1);
        }
        self.last = MediaTime::from_ms(ms.saturating_add(offset_ms)) - MediaTime::from_ticks(1);
    }

    /// Whether a run is being mapped.
    pub fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// How far the picture clock has run ahead of the wall clock (or behind, when negative) since the run began: a
    /// publisher's quartz is 0.1 % off, which makes seconds in an hour. What people do "now" belongs at wall time plus this.
    pub fn drift_ms(&self) -> i64 {
        self.run.as_ref().map_or(0, |run| run.drift.shown)
    }

    /// Maps a picture's decode timestamp. `key`: a decoder can start here. `now` is the show's clock.
    pub fn map_video(&mut self, raw: u32, key: bool, now: MediaTime) -> Mapped {
        let last = self.last;
        let Some(run) = &mut self.run else {
            return if key { self.anchor(raw, now) } else { Mapped::Dropped };
        };
        let ms = run.unwrap(raw);
        let (step, lead) = (ms - run.last_ms, ms.saturating_add(run.offset_ms).saturating_sub(now.ms()));
        if lead - run.drift.shown > TOO_FAR_AHEAD && step < NEAR {
            self.run = None;
            return if key { self.anchor(raw, now) } else { Mapped::Dropped };
        }
        let is_gap = step > NEAR && lead <= run.drift.newest.max(0) + SLACK;
        if (-JITTER..=NEAR).contains(&step) || is_gap {
            let time = MediaTime::from_ms(ms.saturating_add(run.offset_ms));
            if step >= 0 {
                run.believe(raw, ms);
                run.drift.note(now.ms(), lead);
            }
            self.last = time.max(last + MediaTime::from_ticks(1));
            return Mapped::At(self.last);
        }
        let due = last + MediaTime::from_ms(run.step);
        if !run.suspect.is_some_and(|suspect| (1..=NEAR).contains(&(ms - suspect))) {
            run.suspect = Some(ms);
            self.last = due;
            return Mapped::At(due);
        }
        // Two that agree. What passed on the wall clock since the last picture has passed in the show too.
        let due_ms = (due + MediaTime::from_ticks(89)).ms().max(now.ms() + run.drift.newest.min(0));
        run.offset_ms = due_ms - ms;
        run.first_ms = run.first_ms.min(ms);
        run.believe(raw, ms);
        run.drift.restart();
        let offset_ms = run.offset_ms;
        self.last = MediaTime::from_ms(due_ms);
        Mapped::Shifted { time: self.last, offset_ms }
    }

    /// Maps the timestamp of sound by the pictures' offset. `None`: older than the first key frame.
    pub fn map_audio(&self, raw: u32) -> Option<MediaTime> {
        let run = self.run.as_ref()?;
        let ms = run.unwrap(raw);
        (ms >= run.first_ms).then(|| MediaTime::from_ms(ms.saturating_add(run.offset_ms)))
    }

    /// The newest picture's decode time, or the end of what came before.
    pub fn last(&self) -> MediaTime {
        self.last
    }

    fn anchor(&mut self, raw: u32, now: MediaTime) -> Mapped {
        let start = self.last.max(now).max(MediaTime::ZERO);
        // Whole milliseconds, rounded up so that it is never before the last output.
        let start_ms = (start + MediaTime::from_ticks(89)).ms();
        let ms = i64::from(raw);
        let offset_ms = start_ms - ms;
        self.run = Some(Run::new(raw, ms, offset_ms));
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

    fn ms(ms: i64) -> MediaTime {
        MediaTime::from_ms(ms)
    }

    /// A clock anchored at 10 s of media time with a picture stamped 0, and ten more, 40 ms apart.
    fn running() -> MediaClock {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        for n in 0..=10u32 {
            clock.map_video(n * 40, n == 0, ms(10_000 + i64::from(n) * 40));
        }
        clock
    }

    #[test]
    fn a_run_starts_at_its_first_key_frame_and_drops_what_is_older() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let now = ms(60_000);
        assert_eq!(clock.map_audio(990), None);
        assert_eq!(clock.map_video(1_000, false, now), Mapped::Dropped);
        assert_eq!(clock.map_video(1_033, true, now), Mapped::Anchored { time: now, offset_ms: 58_967 });
        assert_eq!(clock.map_audio(1_010), None);
        assert_eq!(clock.map_audio(1_040), Some(ms(60_007)));
        assert_eq!(clock.map_video(1_066, false, now), at(60_033));
    }

    #[test]
    fn a_second_run_never_goes_back() {
        let mut clock = running();
        clock.begin();
        let mapped = clock.map_video(7, true, ms(9_000));
        assert_eq!(mapped, Mapped::Anchored { time: ms(10_400), offset_ms: 10_393 });
    }

    #[test]
    fn timestamps_wrap() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let now = ms(1_000);
        clock.map_video(u32::MAX - 10, true, now);
        assert_eq!(clock.map_audio(12), Some(ms(1_023)));
        assert_eq!(clock.map_video(22, false, now), at(1_033));
    }

    #[test]
    fn one_stray_picture_is_put_where_it_was_due_and_the_next_one_where_it_says() {
        for stray in [400 + 3_600_000, 400 + 2_000, 400u32.wrapping_sub(5_000)] {
            let mut clock = running();
            assert_eq!(clock.map_video(stray, false, ms(10_440)), at(10_440), "{stray}");
            assert_eq!(clock.map_video(480, false, ms(10_480)), at(10_480), "{stray}");
        }
    }

    #[test]
    fn a_publisher_that_sets_its_clock_goes_on_without_a_hole_under_one_new_offset() {
        let mut clock = running();
        assert_eq!(clock.map_video(3_600_000, false, ms(10_440)), at(10_440));
        let shifted = clock.map_video(3_600_040, false, ms(10_480));
        assert_eq!(shifted, Mapped::Shifted { time: ms(10_480), offset_ms: 10_480 - 3_600_040 });
        assert_eq!(clock.map_video(3_600_080, false, ms(10_520)), at(10_520));
        assert_eq!(clock.map_audio(3_600_060), Some(ms(10_500)));
    }

    #[test]
    fn a_gap_is_a_gap_and_what_was_held_up_comes_at_its_own_time() {
        let mut clock = running();
        assert_eq!(clock.map_video(12_400, false, ms(22_400)), at(22_400), "frozen for 12 s");
        let mut clock = running();
        assert_eq!(clock.map_video(440, false, ms(14_000)), at(10_440), "held up by the network");
        assert_eq!(clock.map_video(480, false, ms(14_000)), at(10_480));
    }

    #[test]
    fn a_resumed_run_maps_as_it_did_before_also_over_the_wrap() {
        for first in [5_000u32, u32::MAX - 20] {
            let mut clock = MediaClock::new(MediaTime::ZERO);
            let Mapped::Anchored { offset_ms, .. } = clock.map_video(first, true, ms(90_000)) else {
                panic!()
            };
            let before = clock.map_video(first.wrapping_add(40), false, ms(90_040));
            let mut again = MediaClock::new(MediaTime::ZERO);
            again.resume(first, offset_ms, ms(90_300));
            assert_eq!(again.map_video(first, true, ms(90_400)), at(90_000));
            assert_eq!(again.map_video(first.wrapping_add(40), false, ms(90_400)), before);
        }
    }

    #[test]
    fn a_quartz_that_is_slow_is_noticed() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        for n in 0..25 * 3_600i64 {
            // 40 ms of the publisher are 40.04 of ours, and the network adds up to 30.
            let now = ms(1_000 + n * 40 + n * 40 / 1_000 + n * 7 % 30);
            clock.map_video(u32::try_from(n * 40).unwrap(), n == 0, now);
        }
        assert!((-3_620..=-3_560).contains(&clock.drift_ms()), "{}", clock.drift_ms());
    }

    #[test]
    fn who_sends_faster_than_time_passes_is_held_back() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let dropped =
            (0..25 * 60u32).filter(|n| clock.map_video(n * 40, *n == 0, ms(1_000)) == Mapped::Dropped);
        assert!(dropped.count() > 25 * 50);
        assert!(clock.last() < ms(7_000));
    }

    proptest! {
        #[test]
        fn decode_times_rise_strictly_whatever_comes(
            steps in proptest::collection::vec((any::<u32>(), any::<bool>(), 0i64..200, any::<bool>()), 1..200)
        ) {
            let mut clock = MediaClock::new(MediaTime::ZERO);
            let (mut now, mut last) = (0, MediaTime::from_ticks(-1));
            for (raw, key, wait, fresh) in steps {
                now += wait;
                if fresh { clock.begin(); }
                match clock.map_video(raw, key, MediaTime::from_ms(now)) {
                    Mapped::At(time) | Mapped::Shifted { time, .. } => { prop_assert!(time > last); last = time; }
                    Mapped::Anchored { time, .. } => { prop_assert!(time >= last); last = time; }
                    Mapped::Dropped => {}
                }
            }
        }
    }
}
