//! The publisher's AAC packets on the media clock, shared by every rung.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use bytes::Bytes;

use super::{
    boxes::AudioRun,
    codec::AudioConfig,
    silence,
    time::{MediaTime, TIMESCALE},
};

/// A packet may stray this far from the count of samples before the count is anchored again.
const STRAY: MediaTime = MediaTime::from_ms(40);
/// Packets older than this behind the newest are forgotten; no rung comes later.
const KEPT: MediaTime = MediaTime::from_ms(15_000);
/// Sound may come this much later than its pictures and still be waited for.
pub const LONGEST_LAG: MediaTime = MediaTime::from_ms(3_000);

/// When silence has stood in for this long, the audio has stopped: nobody waits for it any more.
const STOPPED: MediaTime = MediaTime::from_ms(1_000);
/// Sound that comes this much later than it is waited for still joins its pictures in a later part.
const GRACE: MediaTime = MediaTime::from_ms(200);

/// Raw AAC with its place on the media clock.
#[derive(Debug, Clone)]
struct Packet {
    sequence: u64,
    config: u32,
    start: u64,
    time: MediaTime,
    data: Bytes,
}

/// A configuration, its silence, and where its packets end.
#[derive(Debug)]
struct Coding {
    number: u32,
    config: Arc<AudioConfig>,
    silence: Option<Bytes>,
    end: u64,
}

/// The audio of the show: time counts samples, and is anchored to the timestamps again only when
/// they disagree by more than 40 ms.
#[derive(Debug, Default)]
pub(super) struct AudioTimeline {
    /// The current one is the last; before it, those that segments still carry.
    codings: Vec<Coding>,
    next_coding: u32,
    packets: VecDeque<Packet>,
    next_sequence: u64,
    /// Sample number that follows the last packet; `None` after a cut.
    next_sample: Option<u64>,
    head: MediaTime,
    /// A packet has come since the last cut.
    heard: bool,
    /// Where silence began to stand in for packets that did not come.
    silent_from: Option<MediaTime>,
    /// Decode time of the newest picture, and how far sound was behind it when it came, of late.
    picture: MediaTime,
    lag: MediaTime,
    /// Stamp of the newest packet.
    stamp: Option<MediaTime>,
}

impl AudioTimeline {
    /// Takes a new configuration; true if its packets are decoded otherwise than those before.
    pub fn configure(&mut self, config: AudioConfig) -> bool {
        if self.codings.last().is_some_and(|last| last.config.sounds_like(&config)) {
            return false;
        }
        let (number, silence) = (self.next_coding, silence::packet(&config));
        self.next_coding = number.wrapping_add(1);
        self.codings.push(Coding { number, config: Arc::new(config), silence, end: 0 });
        self.next_sample = None;
        true
    }

    /// Forgets configurations that are over and that no segment carries: a publisher may alternate two for ever.
    pub fn forget_unless(&mut self, is_carried: impl Fn(u32) -> bool) {
        let current = self.current();
        self.codings.retain(|coding| Some(coding.number) == current || is_carried(coding.number));
    }

    /// The number of the current configuration.
    pub fn current(&self) -> Option<u32> {
        self.codings.last().map(|coding| coding.number)
    }

    pub fn config(&self, number: u32) -> Option<&Arc<AudioConfig>> {
        self.coding(number).map(|coding| &coding.config)
    }

    fn coding(&self, number: u32) -> Option<&Coding> {
        self.codings.iter().find(|coding| coding.number == number)
    }

    /// End of the newest packet.
    pub fn head(&self) -> MediaTime {
        self.head
    }

    /// How much later than its pictures sound has come of late.
    pub fn lag(&self) -> MediaTime {
        self.lag
    }

    /// Whether nothing has come for so long that nothing will.
    pub fn has_stopped(&self) -> bool {
        self.silent_from.is_some_and(|from| self.head - from > STOPPED)
    }

    /// The next packet starts afresh at its own timestamp.
    pub fn cut(&mut self) {
        (self.next_sample, self.silent_from, self.lag) = (None, None, MediaTime::ZERO);
        self.stamp = None;
        self.heard = false;
    }

    /// A picture came.
    pub fn picture(&mut self, dts: MediaTime) {
        self.picture = dts;
    }

    /// Takes a packet at media time `time`. Dropped before a configuration and when it overlaps. A
    /// hole before it is filled with silence.
    pub fn push(&mut self, time: MediaTime, data: Bytes) {
        let Some(coding) = self.codings.last() else { return };
        let (rate, silence) = (coding.config.sample_rate, coding.silence.clone());
        let Ok(stamped) = u64::try_from(to_samples(time, rate)) else { return };
        // Stamps that stand still say nothing of when sound comes.
        if self.stamp.replace(time).is_none_or(|last| time > last) {
            // What comes too late to be waited for is not waited for at all.
            let behind = Some(self.picture - time).filter(|behind| *behind <= LONGEST_LAG);
            self.lag = behind.unwrap_or_default().max(self.lag - self.lag / 50);
        }
        (self.silent_from, self.heard) = (None, true);
        let start = match self.next_sample {
            Some(next) => {
                let stray = stamped as i64 - next as i64;
                let bound = to_samples(STRAY, rate);
                if stray > bound {
                    if let Some(silence) = silence.filter(|_| stray < to_samples(KEPT, rate)) {
                        let packets = stray as u64 / u64::from(coding.config.frame_samples);
                        (0..packets)
                            .for_each(|_| self.append(self.next_sample.unwrap_or(next), silence.clone()));
                        self.next_sample.unwrap_or(stamped)
                    } else {
                        stamped
                    }
                } else if stray < -bound {
                    return; // Its time is taken already: one packet less until the clocks agree again.
                } else {
                    next
                }
            }
            // Never over what is there: a cut may come with a step back of a few samples.
            None => stamped.max(to_samples(self.head, rate).max(0) as u64),
        };
        self.append(start, data);
    }

    fn append(&mut self, start: u64, data: Bytes) {
        let Some(config) = self.current() else { return };
        let Some(coding) = self.codings.last_mut() else { return };
        let rate = coding.config.sample_rate;
        let end = start + u64::from(coding.config.frame_samples);
        (coding.end, self.next_sample) = (end, Some(end));
        self.head = to_time(end, rate);
        let time = to_time(start, rate);
        self.packets.push_back(Packet { sequence: self.next_sequence, config, start, time, data });
        self.next_sequence += 1;
        while self.packets.front().is_some_and(|p| p.time < self.head - KEPT) {
            self.packets.pop_front();
        }
    }

    /// Nobody waits any longer for the sound of the pictures up to `until`: silence stands in for it from the end of the
    /// audio, or from `from` if that is later, so that a player with an audio track never stands still. What comes later
    /// goes on behind it. Where sound is all that there is (`alone`), none may be missing.
    pub fn stand_in_until(&mut self, from: MediaTime, until: MediaTime, alone: bool) {
        let never = !self.heard && self.has_stopped();
        let until = if alone || never { until } else { until - GRACE };
        let Some(coding) = self.codings.last() else { return };
        let (Some(silence), rate) = (coding.silence.clone(), coding.config.sample_rate) else { return };
        let from = from.max(until - KEPT);
        if self.head.max(from) >= until {
            return;
        }
        if self.head < from {
            self.next_sample = None;
        }
        self.silent_from.get_or_insert(self.head.max(from));
        while self.head < until {
            let first = to_samples(self.head.max(from), rate).max(0) as u64;
            self.append(self.next_sample.unwrap_or(first), silence.clone());
        }
    }

    /// Moves the cursor behind all packets that start before `until`.
    pub fn skip(&self, cursor: &mut u64, until: MediaTime) {
        if let Some(packet) = self.packets.iter().rev().find(|p| p.time < until) {
            *cursor = (*cursor).max(packet.sequence + 1);
        }
    }

    /// Takes from `cursor` on the packets of configuration `number` that start at `from` or later and before the end of
    /// `part`, as runs without holes, and moves the cursor behind them. Older ones are skipped for good. Once another
    /// configuration has taken over, silence in the old one takes its place up to the segment's end.
    pub fn take(
        &self,
        cursor: &mut u64,
        number: u32,
        from: MediaTime,
        part: Range<MediaTime>,
    ) -> Vec<AudioRun> {
        let mut runs: Vec<AudioRun> = Vec::new();
        let Some(config) = self.config(number) else { return runs };
        let frame_samples = config.frame_samples;
        let first = self.packets.partition_point(|p| p.sequence < *cursor);
        for packet in self.packets.range(first..) {
            if packet.time >= part.end {
                break;
            }
            *cursor = packet.sequence + 1;
            if packet.config != number || packet.time < from {
                continue;
            }
            match runs.last_mut() {
                Some(run)
                    if run.start + run.packets.len() as u64 * u64::from(frame_samples) == packet.start =>
                {
                    run.packets.push(packet.data.clone());
                }
                _ => runs.push(AudioRun {
                    start: packet.start,
                    frame_samples,
                    packets: vec![packet.data.clone()],
                }),
            }
        }
        if self.current() != Some(number) {
            runs.extend(self.silence_of(number, part));
        }
        runs
    }

    fn silence_of(&self, number: u32, part: Range<MediaTime>) -> Option<AudioRun> {
        let coding = self.coding(number)?;
        let (silence, rate) = (coding.silence.clone()?, coding.config.sample_rate);
        let frame_samples = coding.config.frame_samples;
        let frame = u64::from(frame_samples);
        let bound = |time: MediaTime| {
            let samples = u64::try_from(to_samples(time, rate)).unwrap_or(0).saturating_sub(coding.end);
            coding.end + samples.div_ceil(frame) * frame
        };
        let (start, end) = (bound(part.start), bound(part.end));
        let packets = usize::try_from(end.saturating_sub(start) / frame)
            .ok()
            .filter(|count| (1..1_000).contains(count))?;
        Some(AudioRun { start, frame_samples, packets: vec![silence; packets] })
    }
}

fn to_samples(time: MediaTime, rate: u32) -> i64 {
    let scaled = i128::from(time.ticks()) * i128::from(rate) + i128::from(TIMESCALE / 2);
    scaled.div_euclid(i128::from(TIMESCALE)) as i64
}

fn to_time(sample: u64, rate: u32) -> MediaTime {
    let ticks = (u128::from(sample) * u128::from(TIMESCALE)).div_ceil(u128::from(rate));
    MediaTime::from_ticks(i64::try_from(ticks).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline() -> AudioTimeline {
        let mut audio = AudioTimeline::default();
        assert!(audio.configure(AudioConfig::parse(Bytes::from_static(&[0x12, 0x10])).unwrap()));
        audio
    }

    fn ms(ms: i64) -> MediaTime {
        MediaTime::from_ms(ms)
    }

    fn push(audio: &mut AudioTimeline, time: i64) {
        audio.push(ms(time), Bytes::from_static(b"x"));
    }

    fn all(audio: &AudioTimeline) -> Vec<AudioRun> {
        audio.take(&mut 0, 0, MediaTime::ZERO, MediaTime::ZERO..ms(1_000_000))
    }

    #[test]
    fn pictures_do_not_wait_for_stamps_that_stand_still() {
        let mut audio = timeline();
        for (now, stamp) in (0..4_000).step_by(20).map(|now| (now, now.min(1_000))) {
            audio.picture(ms(now));
            push(&mut audio, stamp);
        }
        assert_eq!(audio.lag(), MediaTime::ZERO);
        (4_000..4_500).step_by(20).for_each(|now| push(&mut audio, now - 800));
        assert!(audio.lag() > MediaTime::ZERO, "late sound is waited for");
    }

    #[test]
    fn rounded_timestamps_make_one_run_without_holes() {
        let mut audio = timeline();
        (0..100i64).for_each(|n| push(&mut audio, 1_000 + n * 1024 * 1000 / 44_100));
        let runs = all(&audio);
        assert_eq!(runs.len(), 1);
        assert_eq!((runs[0].start, runs[0].packets.len()), (44_100, 100));
    }

    #[test]
    fn a_hole_is_filled_with_silence_up_to_less_than_a_packet() {
        let mut audio = timeline();
        push(&mut audio, 1_000);
        push(&mut audio, 1_060);
        assert_eq!(all(&audio)[0].packets.len(), 2, "37 ms of stray is jitter");
        push(&mut audio, 1_800);
        let runs = all(&audio);
        assert_eq!(runs.len(), 1, "without a hole");
        assert!(audio.head() > ms(1_795) && audio.head() < ms(1_830), "{:?}", audio.head());
        assert_eq!(runs[0].packets.last(), Some(&Bytes::from_static(b"x")));
    }

    #[test]
    fn a_clock_that_runs_slow_drops_packets_and_never_overlaps() {
        let mut audio = timeline();
        (0..5).for_each(|_| push(&mut audio, 1_000));
        assert_eq!(all(&audio)[0].packets.len(), 2);
    }

    #[test]
    fn silence_takes_the_place_of_audio_that_stopped_part_by_part() {
        let mut audio = timeline();
        push(&mut audio, 1_000);
        audio.stand_in_until(MediaTime::ZERO, ms(1_200), false);
        assert_eq!(all(&audio)[0].packets.len(), 1, "late is not stopped");
        for until in [1_400, 1_600, 1_800, 2_000] {
            audio.stand_in_until(MediaTime::ZERO, ms(until), false);
            assert!(audio.head() >= ms(until) - GRACE && audio.head() < ms(until + 30) - GRACE);
            assert!(!audio.has_stopped(), "{until}");
        }
        audio.stand_in_until(MediaTime::ZERO, ms(2_300), false);
        assert!(audio.has_stopped());
        assert_eq!(all(&audio).len(), 1, "without a hole");
        push(&mut audio, 2_110);
        assert!(!audio.has_stopped() && all(&audio).len() == 1, "it goes on behind");
        audio.cut();
        audio.stand_in_until(ms(9_000), ms(10_100), false);
        assert_eq!(all(&audio)[1].start, 9 * 44_100, "a new session's begins with it");
    }

    #[test]
    fn sound_that_is_always_late_is_waited_for_after_its_first_silence() {
        let mut audio = timeline();
        let late = 1_500;
        for n in 0..200i64 {
            let at = 5_000 + n * 23;
            audio.picture(ms(at));
            // a part is let go when it has waited
            audio.stand_in_until(ms(5_000), ms(at) - audio.lag() - ms(100), false);
            if n * 23 >= late {
                audio.push(ms(at - late), Bytes::from_static(b"x"));
            }
        }
        let all: Vec<Bytes> = all(&audio).into_iter().flat_map(|run| run.packets).collect();
        let first = all.iter().position(|data| data == "x").unwrap();
        assert!(all[first..].iter().all(|data| data == "x"), "silence only once");
        assert!((first as i64) * 23 < late, "{first}");
        assert!(audio.lag() > ms(1_400) && audio.lag() < ms(1_600), "{:?}", audio.lag());
    }

    #[test]
    fn nobody_waits_for_sound_that_is_too_late_to_be_waited_for() {
        let mut audio = timeline();
        for n in 0..400i64 {
            let at = 5_000 + n * 23;
            audio.picture(ms(at));
            audio.stand_in_until(ms(5_000), ms(at) - audio.lag() - ms(100), false);
            audio.push(ms(at - 4_000), Bytes::from_static(b"x"));
            assert!(audio.lag() < ms(1_000), "{n}: {:?}", audio.lag());
        }
    }

    #[test]
    fn a_cursor_takes_each_packet_once_and_stops_at_the_cut() {
        let mut audio = timeline();
        (0..10).for_each(|n| push(&mut audio, n * 23));
        let mut cursor = 0;
        let count = |runs: Vec<AudioRun>| runs.iter().map(|r| r.packets.len()).sum::<usize>();
        let mut take = |until| count(audio.take(&mut cursor, 0, MediaTime::ZERO, MediaTime::ZERO..ms(until)));
        assert_eq!((take(100), take(100), take(1_000)), (5, 0, 5));
    }

    #[test]
    fn configurations_that_alternate_are_forgotten_but_for_those_that_a_segment_carries() {
        let mut audio = timeline();
        for n in 0..10_000u32 {
            let config: &'static [u8] = if n % 2 == 0 { &[0x11, 0x90] } else { &[0x12, 0x10] };
            assert!(audio.configure(AudioConfig::parse(Bytes::from_static(config)).unwrap()));
            audio.forget_unless(|number| number == 0);
        }
        assert_eq!((audio.codings.len(), audio.current()), (2, Some(10_000)));
        let rate = |number| audio.config(number).map(|config| config.sample_rate);
        assert_eq!((rate(0), rate(9_999), rate(10_000)), (Some(44_100), None, Some(44_100)));
        assert!(audio.silence_of(0, ms(1_000)..ms(1_210)).is_some(), "an open segment still gets its sound");
    }

    #[test]
    fn silence_stands_in_for_a_configuration_that_is_over_part_by_part() {
        let mut audio = timeline();
        (0..10).for_each(|n| push(&mut audio, 1_000 + n * 1024 * 1000 / 44_100));
        assert!(
            !audio.configure(AudioConfig::parse(Bytes::from_static(&[0x12, 0x10, 0x56])).unwrap()),
            "as before"
        );
        assert!(audio.configure(AudioConfig::parse(Bytes::from_static(&[0x11, 0x88])).unwrap()));
        push(&mut audio, 1_240);
        let mut cursor = 0;
        let mut end = 44_100;
        for part in 0..5 {
            let (start, until) = (ms(1_000 + part * 210), ms(1_210 + part * 210));
            for run in audio.take(&mut cursor, 0, MediaTime::ZERO, start..until) {
                assert_eq!(run.start, end, "no hole and no overlap in part {part}");
                end += 1024 * run.packets.len() as u64;
            }
        }
        assert!(end > 2 * 44_100, "{end}");
    }
}
