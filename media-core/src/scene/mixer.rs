//! Sound of the scene. Its count of samples is the timeline: sound is never cut to follow the picture.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::{
    lip_sync::LipSync,
    lip_test::LipTest,
    meter::{Level, Meter},
    strip::{RATE, Strip},
};

/// Frames in one block: 20 ms.
pub(crate) const BLOCK: usize = 960;
/// A busy machine delivers sound late. The mix waits so long for it before it goes on with silence: late sound is
/// better than sound with holes.
const PATIENCE: Duration = Duration::from_millis(400);
/// Ten levels a second.
const METER_WINDOW: usize = RATE as usize / 10;

/// How loud things are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// The microphone, before it is muted.
    pub microphone: Level,
    /// What is sent.
    pub program: Level,
}

/// The strips that are heard, and whether the microphone is.
#[derive(Clone)]
pub(crate) struct Desk {
    pub microphone: Arc<Mutex<Strip>>,
    pub source: Arc<Mutex<Strip>>,
    pub muted: Arc<AtomicBool>,
    /// Keeps a camera's picture with the microphone.
    pub microphone_sync: Arc<LipSync>,
    /// Keeps any other picture with its own sound.
    pub source_sync: Arc<LipSync>,
    /// Measures how far camera and microphone are apart.
    pub lip_test: Arc<LipTest>,
}

impl Desk {
    pub(crate) fn new(muted: bool) -> Self {
        let strip = || Arc::new(Mutex::new(Strip::new()));
        Self {
            microphone: strip(),
            source: strip(),
            muted: Arc::new(AtomicBool::new(muted)),
            microphone_sync: Arc::default(),
            source_sync: Arc::default(),
            lip_test: Arc::default(),
        }
    }
}

/// Mixes block after block.
pub(crate) struct Mixer {
    desk: Desk,
    gain: f32,
    microphone_meter: Meter,
    program_meter: Meter,
    microphone: Level,
}

impl Mixer {
    pub(crate) fn new(desk: Desk) -> Self {
        let gain = if desk.muted.load(Ordering::Relaxed) { 0.0 } else { 1.0 };
        Self {
            desk,
            gain,
            microphone_meter: Meter::new(METER_WINDOW),
            program_meter: Meter::new(METER_WINDOW),
            microphone: Level::SILENCE,
        }
    }

    /// Whether the next block, which is overdue by `overdue`, can be mixed without a hole.
    pub(crate) fn is_ready(&self, overdue: Duration) -> bool {
        let late = |strip: &Mutex<Strip>| strip.lock().is_late(BLOCK);
        overdue > PATIENCE || !(late(&self.desk.microphone) || late(&self.desk.source))
    }

    /// The next block of interleaved stereo, which is heard from `at` on, and the levels whenever a tenth of a second is over.
    pub(crate) fn block(&mut self, at: Instant) -> ([f32; BLOCK * 2], Option<Levels>) {
        let mut mix = [0.0; BLOCK * 2];
        pull(&self.desk.microphone, &self.desk.microphone_sync, &mut mix, at);
        if let Some(level) = self.microphone_meter.feed(&mix) {
            self.microphone = level;
        }
        self.mute(&mut mix);
        pull(&self.desk.source, &self.desk.source_sync, &mut mix, at);
        for sample in &mut mix {
            *sample = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
        }
        let levels =
            self.program_meter.feed(&mix).map(|program| Levels { microphone: self.microphone, program });
        (mix, levels)
    }

    /// Opens and closes over one block, without a click.
    fn mute(&mut self, mix: &mut [f32; BLOCK * 2]) {
        let wanted = if self.desk.muted.load(Ordering::Relaxed) { 0.0 } else { 1.0 };
        let step = (wanted - self.gain) / BLOCK as f32;
        for frame in mix.as_chunks_mut::<2>().0 {
            self.gain += step;
            frame.iter_mut().for_each(|sample| *sample *= self.gain);
        }
        self.gain = wanted;
    }
}

fn pull(strip: &Mutex<Strip>, sync: &LipSync, mix: &mut [f32], at: Instant) {
    let mut strip = strip.lock();
    strip.pull(mix, at);
    sync.follow(&mut strip);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Block `n` of a steady tone.
    fn tone(desk: &Desk, n: usize) {
        let samples = (n * BLOCK..(n + 1) * BLOCK).flat_map(|n| [(n as f32 * 0.13).sin() * 0.5; 2]);
        let samples: Vec<f32> = samples.collect();
        desk.microphone.lock().push(&samples, 2, RATE, Instant::now());
    }

    #[test]
    fn a_muted_microphone_is_metered_and_not_heard() {
        let desk = Desk::new(true);
        let mut mixer = Mixer::new(desk.clone());
        let mut last = None;
        for n in 0..20 {
            tone(&desk, n);
            let (mix, levels) = mixer.block(Instant::now());
            assert!(mix.iter().all(|s| *s == 0.0));
            last = levels.or(last);
        }
        let levels = last.unwrap();
        assert!((levels.microphone.rms_db + 9.0).abs() < 0.5, "{levels:?}");
        assert_eq!(levels.program, Level::SILENCE);
    }

    #[test]
    fn the_mix_waits_for_late_sound_but_not_for_ever() {
        let desk = Desk::new(false);
        let mut mixer = Mixer::new(desk.clone());
        assert!(mixer.is_ready(Duration::ZERO), "nothing flows, nothing is waited for");
        for n in 0..4 {
            tone(&desk, n);
        }
        while mixer.is_ready(Duration::ZERO) {
            assert!(mixer.block(Instant::now()).0.iter().any(|s| *s != 0.0));
        }
        assert!(!mixer.is_ready(PATIENCE));
        assert!(mixer.is_ready(PATIENCE * 2));
        mixer.block(Instant::now());
        mixer.block(Instant::now());
        assert!(mixer.is_ready(Duration::ZERO), "it has run dry and is waited for no longer");
    }

    #[test]
    fn muting_makes_no_click() {
        let desk = Desk::new(false);
        let mut mixer = Mixer::new(desk.clone());
        let mut heard = Vec::new();
        for n in 0..20 {
            tone(&desk, n);
            desk.muted.store(n >= 12, Ordering::Relaxed);
            heard.extend(mixer.block(Instant::now()).0.into_iter().step_by(2));
        }
        let steepest = heard.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.13, "{steepest}");
        assert!(heard.last().unwrap().abs() < 1e-6);
    }

    #[test]
    fn two_loud_sources_stay_within_full_scale() {
        let desk = Desk::new(false);
        let mut mixer = Mixer::new(desk.clone());
        for _ in 0..10 {
            for strip in [&desk.microphone, &desk.source] {
                strip.lock().push(&[0.9; BLOCK * 2], 2, RATE, Instant::now());
            }
            assert!(mixer.block(Instant::now()).0.iter().all(|s| s.abs() <= 1.0));
        }
    }
}
