//! Maps the timestamps of publish sessions onto the show's media clock.

use super::lead::Lead;
use crate::hls::MediaTime;

/// Pictures in a row lie at most this far apart; beyond it a timestamp must be plausible for another reason.
const NEAR: i64 = 1_000;
/// A step back up to this is jitter.
const JITTER: i64 = 100;
/// A publisher that sends no key frame for this long sends none: its run begins at any picture, as the encoder does.
const PATIENCE: MediaTime = MediaTime::from_ms(10_000);
/// Without control a transmission goes on for this long: pictures that were not taken meanwhile come all at once.
const AWAY: i64 = 30_000;

/// Where a packet stands on the media clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// Before the picture that the run begins with, or from no time that can be believed: to be dropped.
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
/// Each run of a publisher gets an offset fixed at its first key frame, or after ten seconds without one at any picture, to
/// `max(last output, now)`; decode times rise strictly, over all runs; 32-bit timestamps may wrap. One picture with an absurd stamp is put where it was due; when
/// the next one agrees with it, the publisher has set its clock, and the offset changes once.
#[derive(Debug, Clone)]
pub struct MediaClock {
    last: MediaTime,
    run: Option<Run>,
    /// Since when pictures have waited for one that a run can begin with.
    waiting: Option<MediaTime>,
    lead: Lead,
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
    /// Stamps in a row that did not go on.
    standing: u32,
}

impl Run {
    fn new(raw: u32, ms: i64, offset_ms: i64) -> Self {
        Self { last_raw: raw, last_ms: ms, first_ms: ms, offset_ms, step: 33, suspect: None, standing: 0 }
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
        Self { last: last_output, run: None, waiting: None, lead: Lead::default() }
    }

    /// A new run begins: nothing is mapped until its first key frame, or for ten seconds without one.
    pub fn begin(&mut self) {
        (self.run, self.waiting) = (None, None);
    }

    /// A run goes on whose offset is known from before a crash. `raw` is the stamp of the next packet, `head` the end of
    /// what was announced: the packet's unwrapped time is the one nearest to it.
    pub fn resume(&mut self, raw: u32, offset_ms: i64, head: MediaTime, now: MediaTime) {
        let near = head.ms().saturating_sub(offset_ms);
        let ms = near + i64::from(raw.wrapping_sub(near as u32) as i32);
        self.run = Some(Run::new(raw, ms - 1, offset_ms));
        if let Some(run) = &mut self.run {
            run.last_raw = raw.wrapping_sub(1);
        }
        self.last = MediaTime::from_ms(ms.saturating_add(offset_ms)) - MediaTime::from_ticks(1);
        self.lead.place(ms.saturating_add(offset_ms).saturating_sub(now.ms()));
        self.lead.ordinary = self.lead.ordinary.max(AWAY);
    }

    /// Whether a run is being mapped.
    pub fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// How far the pictures are ahead of the show's clock (or behind, when negative): a publisher's quartz is 0.1 % off,
    /// which makes seconds in an hour. What people do "now" belongs at the show's time plus this.
    pub fn lead_ms(&self) -> i64 {
        self.lead.shown
    }

    /// Maps a picture's decode timestamp. `begins`: a run can begin here. `now` is the show's clock.
    pub fn map_video(&mut self, raw: u32, begins: bool, now: MediaTime) -> Mapped {
        let last = self.last;
        let Some(run) = &mut self.run else {
            let since = *self.waiting.get_or_insert(now);
            return if begins || now - since >= PATIENCE { self.anchor(raw, now) } else { Mapped::Dropped };
        };
        let ms = run.unwrap(raw);
        let (step, lead) = (ms - run.last_ms, ms.saturating_add(run.offset_ms).saturating_sub(now.ms()));
        if self.lead.is_exceeded(lead) && step < NEAR {
            (self.run, self.waiting) = (None, Some(now));
            return Mapped::Dropped;
        }
        let due = last + MediaTime::from_ms(run.step);
        run.standing = if step > 0 { 0 } else { run.standing + 1 };
        // Two stamps in a row that stand still: time goes on without them.
        if run.standing > 1 && step >= -JITTER && !self.lead.is_exceeded((due - now).ms()) {
            self.last = due;
            return Mapped::At(due);
        }
        let is_gap = step > NEAR && lead <= self.lead.behind_a_gap();
        if (-JITTER..=NEAR).contains(&step) || is_gap {
            let time = MediaTime::from_ms(ms.saturating_add(run.offset_ms));
            if step > 0 && time < last - MediaTime::from_ms(NEAR) {
                // They go on again, from where they stood.
                return self.shift(raw, ms, due, now);
            }
            if step >= 0 {
                run.believe(raw, ms);
                self.lead.note(now.ms(), lead);
            }
            self.last = time.max(last + MediaTime::from_ticks(1));
            return Mapped::At(self.last);
        }
        if !run.suspect.is_some_and(|suspect| (1..=NEAR).contains(&(ms - suspect))) {
            run.suspect = Some(ms);
            self.last = due;
            return Mapped::At(due);
        }
        // Two that agree.
        self.shift(raw, ms, due, now)
    }

    /// The run goes on with this stamp under another offset. What passed on the wall clock since the last picture has passed
    /// in the show too.
    fn shift(&mut self, raw: u32, ms: i64, due: MediaTime, now: MediaTime) -> Mapped {
        let Some(run) = &mut self.run else { return Mapped::Dropped };
        let due_ms = (due + MediaTime::from_ticks(89)).ms().max(now.ms() + self.lead.newest.min(0));
        run.offset_ms = due_ms - ms;
        run.first_ms = run.first_ms.min(ms);
        run.believe(raw, ms);
        self.lead.note(now.ms(), due_ms - now.ms());
        let offset_ms = run.offset_ms;
        self.last = MediaTime::from_ms(due_ms);
        Mapped::Shifted { time: self.last, offset_ms }
    }

    /// Maps the timestamp of sound by the pictures' offset. `None`: older than the first picture.
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
        (self.run, self.waiting) = (Some(Run::new(raw, ms, offset_ms)), None);
        self.last = MediaTime::from_ms(start_ms);
        self.lead.place(start_ms - now.ms());
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
    fn a_run_without_key_frames_begins_after_a_while_at_any_picture() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let begins = |clock: &mut MediaClock, from: i64| {
            let mapped = |n| clock.map_video(u32::try_from(n * 40).unwrap(), false, ms(from + n * 40));
            (0..500i64).map(mapped).position(|mapped| matches!(mapped, Mapped::Anchored { .. }))
        };
        assert_eq!(begins(&mut clock, 60_000), Some(250));
        clock.begin();
        assert_eq!(begins(&mut clock, 200_000), Some(250), "the pause before was no waiting");
        // One that had run too far ahead goes on too.
        (0..1_000u32).for_each(|n| _ = clock.map_video(10_000 + n * 40, false, ms(220_000)));
        assert_eq!(begins(&mut clock, 221_000), Some(225));
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
    fn stamps_that_stand_still_do_not_stop_time() {
        let mut clock = running();
        for n in 1..=300i64 {
            let mapped = clock.map_video(400, n % 60 == 0, ms(10_400 + n * 40));
            assert!(matches!(mapped, Mapped::At(_)), "{n}");
        }
        assert!((ms(22_300)..=ms(22_400)).contains(&clock.last()), "{:?}", clock.last());
        let shifted = clock.map_video(440, false, ms(22_440));
        assert!(matches!(shifted, Mapped::Shifted { time, .. } if time < ms(22_450)), "{shifted:?}");
        let next = clock.last() + ms(40);
        assert_eq!(clock.map_video(480, false, ms(22_480)), Mapped::At(next));
        // All at once they are held back as others are.
        (0..3_000).for_each(|_| assert_ne!(clock.map_video(480, false, ms(22_480)), Mapped::Dropped));
        assert!(clock.last() < ms(28_000), "{:?}", clock.last());
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
            again.resume(first, offset_ms, ms(90_300), ms(90_400));
            assert_eq!(again.map_video(first, true, ms(90_400)), at(90_000));
            assert_eq!(again.map_video(first.wrapping_add(40), false, ms(90_400)), before);
        }
    }

    /// Pictures of `seconds`, 40 ms apart by a quartz of which 40 ms last `lasts_us` of ours, with up to 30 ms of network.
    /// Gives the stamp and the time of what comes next.
    fn quartz(clock: &mut MediaClock, lasts_us: i64, seconds: i64) -> (i64, i64) {
        let now = |n: i64| 1_000 + n * lasts_us / 1_000;
        let count = seconds * 25;
        for n in 0..count {
            let mapped = clock.map_video(u32::try_from(n * 40).unwrap(), n == 0, ms(now(n) + n * 7 % 30));
            assert_ne!(mapped, Mapped::Dropped, "{n}");
        }
        (count * 40, now(count))
    }

    #[test]
    fn a_quartz_that_is_slow_is_noticed() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        quartz(&mut clock, 40_040, 3_600);
        assert!((-3_620..=-3_560).contains(&clock.lead_ms()), "{}", clock.lead_ms());
    }

    #[test]
    fn a_stray_picture_of_a_slow_quartz_is_not_believed_and_a_gap_of_it_is_one() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let (stamp, now) = quartz(&mut clock, 40_040, 3_600);
        let raw = |later: i64| u32::try_from(stamp + later).unwrap();
        let due = clock.last() + ms(40);
        assert_eq!(clock.map_video(raw(3_000), false, ms(now)), Mapped::At(due));
        assert_eq!(clock.map_video(raw(40), false, ms(now + 40)), Mapped::At(due + ms(40)));
        assert_eq!(clock.map_video(raw(9_000), false, ms(now + 9_009)), Mapped::At(due + ms(9_000)));
    }

    #[test]
    fn pictures_that_a_thin_uplink_held_up_for_a_minute_come_at_their_own_time_again() {
        let mut clock = running();
        for n in 11..1_500i64 {
            let late = (n - 11).min(100) * 80;
            clock.map_video(u32::try_from(n * 40).unwrap(), n % 50 == 0, ms(10_000 + n * 40 + late));
        }
        assert_eq!(clock.map_video(68_000, false, ms(78_000)), at(78_000), "eight seconds were left out");
    }

    #[test]
    fn a_fast_publisher_that_comes_back_goes_on_at_once() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let (_, now) = quartz(&mut clock, 39_960, 3 * 3_600);
        assert!((10_700..10_900).contains(&clock.lead_ms()), "{}", clock.lead_ms());
        clock.begin();
        for n in 0..500u32 {
            let mapped = clock.map_video(n * 40, n % 50 == 0, ms(now + 2_000 + i64::from(n) * 40));
            assert_eq!(matches!(mapped, Mapped::Anchored { .. }), n == 0, "{n}: {mapped:?}");
            assert_ne!(mapped, Mapped::Dropped, "{n}");
        }
        assert!((8_700..8_900).contains(&clock.lead_ms()), "{}", clock.lead_ms());
    }

    #[test]
    fn a_run_that_goes_on_after_a_crash_or_under_a_new_stamp_keeps_its_lead() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let (stamp, now) = quartz(&mut clock, 40_040, 3_600);
        let mut shifted = clock.clone();
        // The group of pictures since the last key frame comes again, all at once.
        let mut again = MediaClock::new(clock.last());
        for n in 0..750i64 {
            let (raw, now) = (u32::try_from(stamp - 4_000 + n * 40).unwrap(), now + (n - 100).max(0) * 40);
            if n == 0 {
                again.resume(raw, 1_000, clock.last(), ms(now));
            }
            assert_ne!(again.map_video(raw, n == 0, ms(now)), Mapped::Dropped, "{n}");
            if n >= 100 {
                assert!((-3_660..=-3_540).contains(&again.lead_ms()), "{n}: {}", again.lead_ms());
            }
        }
        for n in 0..750i64 {
            let raw = u32::try_from(80_000_000 + n * 40).unwrap();
            shifted.map_video(raw, false, ms(now + n * 40));
            assert!((-3_660..=-3_540).contains(&shifted.lead_ms()), "{n}: {}", shifted.lead_ms());
        }
    }

    #[test]
    fn what_came_while_nobody_took_it_is_taken_after_a_crash() {
        let mut clock = MediaClock::new(ms(20_000));
        for n in 0..300u32 {
            if n == 0 {
                clock.resume(0, 15_000, ms(20_000), ms(20_000));
            }
            assert_ne!(clock.map_video(n * 40, n == 0, ms(20_000)), Mapped::Dropped, "{n}");
        }
    }

    #[test]
    fn who_sends_faster_than_time_passes_is_held_back() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        let dropped =
            (0..25 * 60u32).filter(|n| clock.map_video(n * 40, *n == 0, ms(1_000)) == Mapped::Dropped);
        assert!(dropped.count() > 25 * 50);
        assert!(clock.last() < ms(7_000));
        // Neither key frames nor new runs get it further.
        for n in 0..100u32 {
            clock.begin();
            for m in 0..50 {
                clock.map_video(n + m * 40, m % 10 == 0, ms(1_000));
            }
        }
        assert!(clock.last() < ms(7_000), "{:?}", clock.last());
        // A second of ours is a second of its own.
        assert!(matches!(clock.map_video(0, true, ms(3_000)), Mapped::Anchored { .. }));
    }

    #[test]
    fn twice_as_fast_as_time_is_no_quartz() {
        let mut clock = MediaClock::new(MediaTime::ZERO);
        for n in 0..25 * 120u32 {
            clock.map_video(n * 40, n % 50 == 0, ms(1_000 + i64::from(n) * 20));
        }
        assert!(clock.last() < ms(61_000 + 7_000), "{:?}", clock.last());
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
