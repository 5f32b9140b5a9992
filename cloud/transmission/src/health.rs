//! How the show's media is doing, measured over windows of two seconds. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hls::{Fact, MediaTime, PART_TARGET, RungName};
use crate::timeline::Moment;

/// The length of a window.
const WINDOW: MediaTime = MediaTime::from_ms(2_000);

/// What people and metrics see of a show's media.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// Pictures of the publisher in a second.
    pub pictures_per_second: f64,
    /// Bits of the publisher in a second, picture and sound.
    pub bits_per_second: u64,
    /// Between the last two key frames.
    pub key_interval_ms: u64,
    /// How far the newest sound is ahead of the newest picture; behind it when negative.
    pub sound_ahead_ms: i64,
    /// Whether no sound came in this window.
    pub silent: bool,
    /// Pictures that lasted longer than a part, since the transmission started.
    pub gaps: u64,
    /// The longest time from the end of a part to its being offered to players, in this window.
    pub part_delay_ms: i64,
    /// How far the encoder is behind what it was fed; absent without an encoder.
    pub encoder_behind_ms: Option<u64>,
    /// Whether the encoder leaves out every second picture.
    pub half_rate: bool,
    /// Bits in a second of each rung that played in this window.
    pub rungs: BTreeMap<String, u64>,
    /// Why wanted rungs cannot be chosen, by name.
    pub left_out: BTreeMap<String, String>,
}

/// Counts.
#[derive(Debug, Default)]
pub struct Meter {
    since: MediaTime,
    pictures: u32,
    bytes: u64,
    last_picture: Option<MediaTime>,
    last_sound: Option<MediaTime>,
    sounds: u32,
    last_key: Option<MediaTime>,
    rungs: BTreeMap<RungName, u64>,
    encoder: Option<(u64, bool)>,
    health: Health,
}

impl Meter {
    /// Takes a moment of the timeline.
    pub fn moment(&mut self, moment: &Moment) {
        match moment {
            Moment::Picture(picture) => {
                self.pictures += 1;
                self.bytes += picture.data.len() as u64;
                if self.last_picture.is_some_and(|last| picture.dts - last > PART_TARGET) {
                    self.health.gaps += 1;
                }
                self.last_picture = Some(picture.dts);
                if picture.key
                    && let Some(before) = self.last_key.replace(picture.dts)
                {
                    self.health.key_interval_ms = u64::try_from((picture.dts - before).ms()).unwrap_or(0);
                }
            }
            Moment::Sound(sound) => {
                self.bytes += sound.data.len() as u64;
                self.sounds += 1;
                self.last_sound = Some(sound.time);
            }
            Moment::Anchored { joins: false, .. } => (self.last_picture, self.last_key) = (None, None),
            _ => {}
        }
    }

    /// Takes facts that are being announced.
    pub fn announced(&mut self, facts: &[Fact]) {
        for fact in facts {
            if let Fact::Part { rung, bytes, .. } = fact {
                *self.rungs.entry(rung.clone()).or_default() += bytes.len() as u64;
            }
        }
    }

    /// A part was offered this long after its end.
    pub fn delayed(&mut self, by: MediaTime) {
        self.health.part_delay_ms = self.health.part_delay_ms.max(by.ms());
    }

    /// The encoder's word on itself; `None` when there is none any more.
    pub fn encoder(&mut self, said: Option<(u64, bool)>) {
        self.encoder = said;
    }

    /// The health of the window that ends at `now`, once it is over.
    pub fn take(&mut self, now: MediaTime) -> Option<Health> {
        let length = now - self.since;
        if length < WINDOW {
            return None;
        }
        let a_second = |count: f64| count / length.seconds();
        let bits = |bytes: u64| a_second(bytes as f64 * 8.0) as u64;
        self.health.pictures_per_second = (a_second(f64::from(self.pictures)) * 10.0).round() / 10.0;
        self.health.bits_per_second = bits(self.bytes);
        self.health.sound_ahead_ms = match (self.last_sound, self.last_picture) {
            (Some(sound), Some(picture)) => (sound - picture).ms(),
            _ => 0,
        };
        self.health.silent = self.sounds == 0;
        self.health.rungs = self.rungs.iter().map(|(rung, bytes)| (rung.to_string(), bits(*bytes))).collect();
        self.health.encoder_behind_ms = self.encoder.map(|(behind_ms, _)| behind_ms);
        self.health.half_rate = self.encoder.is_some_and(|(_, half_rate)| half_rate);
        let health = self.health.clone();
        (self.since, self.pictures, self.bytes, self.health.part_delay_ms) = (now, 0, 0, 0);
        self.sounds = 0;
        self.rungs.clear();
        Some(health)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::timeline::{Picture, Sound};

    #[test]
    fn a_window_says_rates_distances_and_gaps() {
        let ms = MediaTime::from_ms;
        let mut meter = Meter::default();
        assert_eq!(meter.take(ms(1_999)), None);
        for n in 0..60i64 {
            let late = if n >= 40 { 400 } else { 0 };
            let (dts, data) = (ms(n * 33 + late), Bytes::from(vec![0; 1_000]));
            let picture = Picture { run: 1, dts, pts: dts, key: n % 30 == 0, known: false, data };
            meter.moment(&Moment::Picture(picture));
        }
        meter.moment(&Moment::Sound(Sound { run: 1, time: ms(2_300), data: Bytes::from(vec![0; 500]) }));
        let rung = RungName::source();
        let (duration, bytes) = (ms(200), Bytes::from(vec![0; 2_000]));
        let part = Fact::Part { rung, msn: 0, index: 0, duration, independent: true, bytes };
        meter.announced(&[part]);
        meter.delayed(ms(120));
        meter.encoder(Some((40, true)));
        let health = meter.take(ms(2_000)).unwrap();
        assert_eq!(health.pictures_per_second, 30.0);
        assert_eq!(health.bits_per_second, 4 * 60_500);
        assert_eq!((health.key_interval_ms, health.gaps, health.part_delay_ms), (990, 1, 120));
        assert_eq!(health.sound_ahead_ms, 2_300 - (59 * 33 + 400));
        assert_eq!(health.rungs, BTreeMap::from([("source".to_owned(), 8_000)]));
        assert_eq!((health.encoder_behind_ms, health.half_rate), (Some(40), true));
        assert!(!health.silent);
        let after = meter.take(ms(4_000)).unwrap();
        assert!(after.pictures_per_second == 0.0 && after.silent);
    }
}
