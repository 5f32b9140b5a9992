//! The publisher's AAC packets on the media clock, shared by every rung.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;

use super::{
    boxes::AudioRun,
    codec::AudioConfig,
    time::{MediaTime, TIMESCALE},
};

/// A packet may stray this far from the count of samples before the count is anchored again.
const STRAY: MediaTime = MediaTime::from_ms(40);
/// Packets older than this behind the newest are forgotten; no rung comes later.
const KEPT: MediaTime = MediaTime::from_ms(15_000);

/// Audio this far behind the pictures has stopped. Silence takes its place: a player with an audio track
/// and nothing in it stands still.
pub(super) const DEAD: MediaTime = MediaTime::from_ms(1_000);
/// One packet of silence, AAC-LC, as an encoder makes it of zeros; the same for every sample rate.
const SILENCE: [&[u8]; 2] = [&[0x01, 0x18, 0x20, 0x07], &[0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c]];

/// Raw AAC with its place on the media clock.
#[derive(Debug, Clone)]
struct Packet {
    sequence: u64,
    config: u32,
    start: u64,
    time: MediaTime,
    data: Bytes,
}

/// The audio of the show: time counts samples, and is anchored to the timestamps again only when
/// they disagree by more than 40 ms.
#[derive(Debug, Default)]
pub(super) struct AudioTimeline {
    configs: Vec<Arc<AudioConfig>>,
    packets: VecDeque<Packet>,
    next_sequence: u64,
    /// Sample number that follows the last packet; `None` after a cut.
    next_sample: Option<u64>,
    head: MediaTime,
}

impl AudioTimeline {
    /// Takes a new configuration; true if it differs from the one before.
    pub fn configure(&mut self, config: AudioConfig) -> bool {
        if self.configs.last().is_some_and(|last| **last == config) {
            return false;
        }
        self.configs.push(Arc::new(config));
        self.next_sample = None;
        true
    }

    /// The number of the current configuration.
    pub fn current(&self) -> Option<u32> {
        self.configs.len().checked_sub(1).and_then(|n| u32::try_from(n).ok())
    }

    pub fn config(&self, number: u32) -> Option<&Arc<AudioConfig>> {
        self.configs.get(number as usize)
    }

    /// End of the newest packet.
    pub fn head(&self) -> MediaTime {
        self.head
    }

    /// The next packet starts afresh at its own timestamp.
    pub fn cut(&mut self) {
        self.next_sample = None;
    }

    /// Takes a packet at media time `time`. Dropped before a configuration and when it overlaps.
    pub fn push(&mut self, time: MediaTime, data: Bytes) {
        let (Some(number), Some(config)) = (self.current(), self.configs.last()) else { return };
        let rate = config.sample_rate;
        let Ok(stamped) = u64::try_from(to_samples(time, rate)) else { return };
        let start = match self.next_sample {
            Some(next) => {
                let stray = stamped as i64 - next as i64;
                let bound = to_samples(STRAY, rate);
                if stray > bound {
                    stamped
                } else if stray < -bound {
                    return; // Its time is taken already: one packet less until the clocks agree again.
                } else {
                    next
                }
            }
            // Never over what is there: a cut may come with a step back of a few samples.
            None => stamped.max(to_samples(self.head, rate).max(0) as u64),
        };
        let end = start + u64::from(config.frame_samples);
        self.next_sample = Some(end);
        self.head = to_time(end, rate);
        let time = to_time(start, rate);
        self.packets.push_back(Packet { sequence: self.next_sequence, config: number, start, time, data });
        self.next_sequence += 1;
        while self.packets.front().is_some_and(|p| p.time < self.head - KEPT) {
            self.packets.pop_front();
        }
    }

    /// Fills with silence what lies between the audio (or `from`, if that is later) and `until`, if it is so
    /// much that the audio must have stopped. Real packets go on behind it.
    pub fn fill(&mut self, from: MediaTime, until: MediaTime) {
        let Some(config) = self.configs.last().filter(|c| c.object_type == 2) else { return };
        let Some(silence) = SILENCE.get(usize::from(config.channels.saturating_sub(1))) else { return };
        if until - self.head.max(from) <= DEAD {
            return;
        }
        let from = from.max(until - KEPT);
        if self.head < from {
            self.cut();
        }
        while self.head < until {
            let before = self.head;
            self.push(before.max(from), Bytes::from_static(silence));
            if self.head <= before {
                return;
            }
        }
    }

    /// Moves the cursor behind all packets that start before `until`.
    pub fn skip(&self, cursor: &mut u64, until: MediaTime) {
        if let Some(packet) = self.packets.iter().rev().find(|p| p.time < until) {
            *cursor = (*cursor).max(packet.sequence + 1);
        }
    }

    /// Takes from `cursor` on the packets of configuration `number` that start in `from..until`, as runs
    /// without holes, and moves the cursor behind them. Older ones are skipped for good.
    pub fn take(&self, cursor: &mut u64, number: u32, from: MediaTime, until: MediaTime) -> Vec<AudioRun> {
        let mut runs: Vec<AudioRun> = Vec::new();
        let Some(config) = self.config(number) else { return runs };
        let frame_samples = config.frame_samples;
        let first = self.packets.partition_point(|p| p.sequence < *cursor);
        for packet in self.packets.range(first..) {
            if packet.time >= until {
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
        runs
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

    fn all(audio: &AudioTimeline) -> Vec<AudioRun> {
        audio.take(&mut 0, 0, MediaTime::ZERO, MediaTime::from_ms(1_000_000))
    }

    #[test]
    fn rounded_timestamps_make_one_run_without_holes() {
        let mut audio = timeline();
        for n in 0..100i64 {
            audio.push(MediaTime::from_ms(1_000 + n * 1024 * 1000 / 44_100), Bytes::from_static(b"x"));
        }
        let runs = all(&audio);
        assert_eq!(runs.len(), 1);
        assert_eq!((runs[0].start, runs[0].packets.len()), (44_100, 100));
    }

    #[test]
    fn a_hole_beyond_forty_milliseconds_anchors_again() {
        let mut audio = timeline();
        audio.push(MediaTime::from_ms(1_000), Bytes::from_static(b"x"));
        audio.push(MediaTime::from_ms(1_060), Bytes::from_static(b"x"));
        assert_eq!(all(&audio).len(), 1, "37 ms of stray is jitter");
        audio.push(MediaTime::from_ms(1_200), Bytes::from_static(b"x"));
        let runs = all(&audio);
        assert_eq!(runs.len(), 2);
        assert_eq!(runs[1].start, 52_920);
    }

    #[test]
    fn a_clock_that_runs_slow_drops_packets_and_never_overlaps() {
        let mut audio = timeline();
        for _ in 0..5 {
            audio.push(MediaTime::from_ms(1_000), Bytes::from_static(b"x"));
        }
        assert_eq!(all(&audio)[0].packets.len(), 2);
    }

    #[test]
    fn silence_takes_the_place_of_audio_that_stopped() {
        let mut audio = timeline();
        audio.push(MediaTime::from_ms(1_000), Bytes::from_static(b"x"));
        audio.fill(MediaTime::ZERO, MediaTime::from_ms(1_900));
        assert_eq!(all(&audio)[0].packets.len(), 1, "late is not stopped");
        audio.fill(MediaTime::ZERO, MediaTime::from_ms(2_100));
        let runs = all(&audio);
        assert_eq!(runs.len(), 1, "without a hole");
        assert!(audio.head() >= MediaTime::from_ms(2_100) && audio.head() < MediaTime::from_ms(2_130));
        audio.fill(MediaTime::from_ms(9_000), MediaTime::from_ms(10_100));
        assert_eq!(all(&audio)[1].start, 9 * 44_100, "a new session's begins with it");
    }

    #[test]
    fn a_cursor_takes_each_packet_once_and_stops_at_the_cut() {
        let mut audio = timeline();
        for n in 0..10 {
            audio.push(MediaTime::from_ms(n * 23), Bytes::from_static(b"x"));
        }
        let mut cursor = 0;
        let count = |runs: Vec<AudioRun>| runs.iter().map(|r| r.packets.len()).sum::<usize>();
        assert_eq!(count(audio.take(&mut cursor, 0, MediaTime::ZERO, MediaTime::from_ms(100))), 5);
        assert_eq!(count(audio.take(&mut cursor, 0, MediaTime::ZERO, MediaTime::from_ms(100))), 0);
        assert_eq!(count(audio.take(&mut cursor, 0, MediaTime::ZERO, MediaTime::from_ms(1_000))), 5);
    }
}
