//! Measures how far picture and sound of real devices are apart: a camera looks at something that flashes and beeps at the same time, and
//! here it is found by how much the beep is heard after the flash is seen.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::capture::{Frame, Pixels};

/// What is kept of each kind: 30 s of a quick camera, and of sound in 5 ms steps.
const MOST: usize = 6_000;
/// A flash and a beep further apart than this are not of one moment.
const APART: Duration = Duration::from_millis(480);
/// Pairs that are needed for an answer.
const PAIRS: usize = 4;
/// An answer that scatters more is none, in milliseconds.
const MOST_SPREAD_MS: f64 = 60.0;
/// Between two flashes.
const REST: Duration = Duration::from_millis(400);

/// How far picture and sound are apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LipMeasure {
    /// By how much the sound is heard after the picture is seen, in milliseconds; before, when negative.
    pub sound_after_ms: i32,
    /// Half of the answers lie within this of it, in milliseconds.
    pub spread_ms: u32,
    /// Flashes that were matched with a beep.
    pub pairs: u32,
}

/// Collects brightness and loudness while a measurement runs.
#[derive(Debug, Default)]
pub(crate) struct LipTest {
    runs: AtomicBool,
    seen: Mutex<Vec<(Instant, f32)>>,
    heard: Mutex<Vec<(Instant, f32)>>,
}

impl LipTest {
    pub(crate) fn start(&self) {
        self.seen.lock().clear();
        self.heard.lock().clear();
        self.runs.store(true, Ordering::Release);
    }

    /// Ends it. `None`: no flashes were seen, or no beeps heard, or they do not belong together.
    pub(crate) fn end(&self) -> Option<LipMeasure> {
        self.runs.store(false, Ordering::Release);
        measure(&onsets(&self.seen.lock()), &onsets(&self.heard.lock()))
    }

    /// Takes a camera's picture that was seen at `seen`.
    pub(crate) fn picture(&self, frame: &Frame, seen: Instant) {
        if self.runs.load(Ordering::Acquire) {
            note(&self.seen, seen, brightness(frame));
        }
    }

    /// Takes a microphone's interleaved samples, the first of which was heard at `heard`.
    #[cfg(any(feature = "capture", test))]
    pub(crate) fn sound(&self, samples: &[f32], channels: u16, rate: u32, heard: Instant) {
        if !self.runs.load(Ordering::Acquire) {
            return;
        }
        let step = (rate as usize / 200).max(1) * usize::from(channels.max(1));
        for (n, part) in samples.chunks(step).enumerate() {
            let peak = part.iter().fold(0.0f32, |most, sample| most.max(sample.abs()));
            note(&self.heard, heard + Duration::from_millis(5) * u32::try_from(n).unwrap_or(0), peak);
        }
    }
}

fn note(list: &Mutex<Vec<(Instant, f32)>>, at: Instant, value: f32) {
    let mut list = list.lock();
    if list.len() < MOST && value.is_finite() {
        list.push((at, value));
    }
}

/// Mean brightness of some hundred places, 0 to 1; good enough to tell a flash.
fn brightness(frame: &Frame) -> f32 {
    let (stride, first) = match frame.pixels {
        Pixels::Ayuv => (4, 1),
        Pixels::Yuy2 => (2, 0),
        Pixels::Nv12 | Pixels::Gray => (1, 0),
        Pixels::Rgb | Pixels::Bgr => (3, 1),
    };
    let pixels = frame.width as usize * frame.height as usize;
    let step = (pixels / 997).max(1);
    let places = (0..pixels).step_by(step).filter_map(|n| frame.data.get(n * stride + first));
    let (sum, count) = places.fold((0u64, 0u64), |(sum, count), value| (sum + u64::from(*value), count + 1));
    sum as f32 / (count.max(1) as f32 * 255.0)
}

/// The moments at which a value rises from the lower half of its range into the upper one.
fn onsets(values: &[(Instant, f32)]) -> Vec<Instant> {
    let low = values.iter().fold(f32::MAX, |least, (_, value)| least.min(*value));
    let high = values.iter().fold(f32::MIN, |most, (_, value)| most.max(*value));
    if high - low < 0.05 {
        return Vec::new();
    }
    let middle = (low + high) / 2.0;
    let mut found: Vec<Instant> = Vec::new();
    for pair in values.windows(2) {
        let rises = pair[0].1 < middle && pair[1].1 >= middle;
        if rises && found.last().is_none_or(|last| pair[1].0.saturating_duration_since(*last) > REST) {
            found.push(pair[1].0);
        }
    }
    found
}

fn measure(flashes: &[Instant], beeps: &[Instant]) -> Option<LipMeasure> {
    let after = |flash: &Instant| {
        let nearest = beeps.iter().min_by_key(|beep| apart(**beep, *flash))?;
        (apart(*nearest, *flash) < APART).then(|| signed_ms(*nearest, *flash))
    };
    let mut all: Vec<f64> = flashes.iter().filter_map(after).collect();
    if all.len() < PAIRS {
        return None;
    }
    all.sort_by(f64::total_cmp);
    let middle = all[all.len() / 2];
    let mut off: Vec<f64> = all.iter().map(|one| (one - middle).abs()).collect();
    off.sort_by(f64::total_cmp);
    let spread = off[off.len() / 2];
    (spread <= MOST_SPREAD_MS).then_some(LipMeasure {
        sound_after_ms: middle.round() as i32,
        spread_ms: spread.round() as u32,
        pairs: u32::try_from(all.len()).unwrap_or(u32::MAX),
    })
}

fn apart(a: Instant, b: Instant) -> Duration {
    a.saturating_duration_since(b).max(b.saturating_duration_since(a))
}

fn signed_ms(a: Instant, b: Instant) -> f64 {
    (a.saturating_duration_since(b).as_secs_f64() - b.saturating_duration_since(a).as_secs_f64()) * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A camera at 30 frames a second and a microphone, for `seconds`; the beep comes `late_ms` after the flash.
    fn film(seconds: u32, late_ms: i64, beeps: bool) -> Option<LipMeasure> {
        let test = LipTest::default();
        let start = Instant::now() + Duration::from_secs(1);
        test.start();
        for n in 0..seconds * 30 {
            let at = Duration::from_secs_f64(f64::from(n) / 30.0);
            let luma = if at.subsec_millis() < 100 { 220 } else { 60 };
            let data = [255, luma, 128, 128].repeat(64 * 64);
            let frame = Frame { pixels: Pixels::Ayuv, width: 64, height: 64, data, color: None, seen: None };
            test.picture(&frame, start + at);
        }
        for n in 0..seconds * 20 {
            let from = i64::from(n) * 50;
            let samples: Vec<f32> = (0..2400)
                .map(|k| {
                    let ms = (from + k / 48 - late_ms).rem_euclid(1000);
                    let noise = (k as f32 * 12.9).sin() * 0.01;
                    if beeps && ms < 100 { (k as f32 * 0.13).sin() * 0.4 + noise } else { noise }
                })
                .collect();
            test.sound(&samples, 1, 48_000, start + Duration::from_millis(from as u64));
        }
        test.end()
    }

    #[test]
    fn a_late_or_early_sound_is_measured() {
        for late in [-140, 0, 35, 220] {
            let measure = film(8, late, true).unwrap();
            assert!((i64::from(measure.sound_after_ms) - late).abs() <= 8, "{measure:?} for {late}");
            assert!(measure.spread_ms <= 8 && measure.pairs >= 6, "{measure:?}");
        }
    }

    #[test]
    fn no_answer_is_given_where_nothing_is_heard_or_too_little_is_seen() {
        assert_eq!(film(8, 0, false), None);
        assert_eq!(film(2, 0, true), None);
    }

    #[test]
    fn what_is_noted_is_bounded_and_only_while_it_runs() {
        let test = LipTest::default();
        test.sound(&[0.5; 480], 1, 48_000, Instant::now());
        assert!(test.heard.lock().is_empty());
        test.start();
        for _ in 0..100 {
            test.sound(&[0.5; 48_000], 1, 48_000, Instant::now());
        }
        assert_eq!(test.heard.lock().len(), MOST);
    }
}
