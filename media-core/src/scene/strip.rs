//! One sound source on its way into the mix: any rate and channel count in, 48 kHz stereo out, on our clock.
//!
//! A device's clock is never quite ours. The strip keeps about [`TARGET`] frames in hand and bends its speed by at most
//! half a percent to hold that level, so that sound neither runs dry nor piles up over hours.

use std::collections::VecDeque;

/// Frames per second of the mix.
pub(crate) const RATE: u32 = 48_000;
/// Frames (of the mix) that are kept in hand at first: 60 ms. Each time they run out it is half as much again.
const TARGET: f64 = 2_880.0;
/// At most so many are kept in hand: 250 ms.
const MOST_TARGET: f64 = 12_000.0;
/// More than this in hand is thrown away down to the target: 500 ms.
const TOO_MUCH: f64 = 24_000.0;
/// The most that the speed is bent.
const MOST_BEND: f64 = 0.005;

#[derive(Debug)]
pub(crate) struct Strip {
    frames: VecDeque<[f32; 2]>,
    rate: f64,
    /// Position between the second and third frame of the queue, 0 to 1.
    phase: f64,
    /// Frames in hand, smoothed.
    level: f64,
    /// Filled to the target since it last ran dry.
    primed: bool,
    target: f64,
    gaps: u64,
}

impl Strip {
    pub(crate) fn new() -> Self {
        Self {
            frames: VecDeque::new(),
            rate: f64::from(RATE),
            phase: 0.0,
            level: 0.0,
            primed: false,
            target: TARGET,
            gaps: 0,
        }
    }

    /// Forgets what is in hand: the source has changed.
    pub(crate) fn clear(&mut self) {
        *self = Self { gaps: self.gaps, ..Self::new() };
    }

    /// How often sound ran out or had to be thrown away.
    pub(crate) fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Takes interleaved samples of `channels` channels at `rate`.
    pub(crate) fn push(&mut self, samples: &[f32], channels: u16, rate: u32) {
        let channels = usize::from(channels.max(1));
        if self.rate != f64::from(rate.max(1)) {
            self.clear();
            self.rate = f64::from(rate.max(1));
        }
        // a device that delivers in large blocks needs as much in hand
        let block = samples.len() as f64 / channels as f64 * self.step();
        self.target = self.target.max((block * 1.5).min(MOST_TARGET));
        for frame in samples.chunks_exact(channels) {
            let left = frame[0];
            self.frames.push_back([left, frame.get(1).copied().unwrap_or(left)]);
        }
        if self.in_hand() > TOO_MUCH {
            self.gaps += 1;
            let keep = (self.target / self.step()) as usize;
            self.frames.drain(..self.frames.len().saturating_sub(keep));
        }
    }

    /// Adds the next frames to `mix` (interleaved stereo), as many as fit. Silence while there is nothing.
    pub(crate) fn pull(&mut self, mix: &mut [f32]) {
        if !self.primed {
            if self.in_hand() < self.target {
                return;
            }
            self.primed = true;
            self.level = self.in_hand();
        }
        self.level += (self.in_hand() - self.level) * 0.02;
        let bend = ((self.level - self.target) / self.target * 0.004).clamp(-MOST_BEND, MOST_BEND);
        let step = self.rate / f64::from(RATE) * (1.0 + bend);
        for out in mix.as_chunks_mut::<2>().0 {
            if self.frames.len() < 4 {
                self.run_dry();
                return;
            }
            let at = self.phase as f32;
            for (channel, sample) in out.iter_mut().enumerate() {
                let point = |n: usize| self.frames[n][channel];
                *sample += cubic([point(0), point(1), point(2), point(3)], at);
            }
            self.phase += step;
            while self.phase >= 1.0 && !self.frames.is_empty() {
                self.frames.pop_front();
                self.phase -= 1.0;
            }
        }
    }

    /// True when sound is flowing and the next `frames` of the mix have not come yet.
    pub(crate) fn is_late(&self, frames: usize) -> bool {
        self.primed && self.in_hand() < frames as f64 * (1.0 + MOST_BEND) + 4.0 * self.step()
    }

    fn run_dry(&mut self) {
        self.primed = false;
        self.gaps += 1;
        self.target = (self.target * 1.5).min(MOST_TARGET);
    }

    /// Frames of the mix that are in hand.
    fn in_hand(&self) -> f64 {
        self.frames.len() as f64 * self.step()
    }

    /// Frames of the mix that one frame of the source makes.
    fn step(&self) -> f64 {
        f64::from(RATE) / self.rate
    }
}

/// The curve through four points, between the second (0) and the third (1).
fn cubic([a, b, c, d]: [f32; 4], at: f32) -> f32 {
    let slope_b = (c - a) / 2.0;
    let slope_c = (d - b) / 2.0;
    let bow = b - c + slope_b;
    let twist = bow + (b - c + slope_c);
    ((twist * at - (bow + twist)) * at + slope_b) * at + b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, rate: u32, frames: usize, from: usize, channels: usize) -> Vec<f32> {
        (from..from + frames)
            .flat_map(|n| {
                let s = (n as f64 * hz * std::f64::consts::TAU / f64::from(rate)).sin() as f32 * 0.5;
                std::iter::repeat_n(s, channels)
            })
            .collect()
    }

    /// Plays `seconds` of a tone from a device at `rate` whose clock is `drift` fast; gives the mix.
    fn play(hz: f64, rate: u32, drift: f64, channels: u16, seconds: usize) -> Vec<f32> {
        let mut strip = Strip::new();
        let (mut made, mut out) = (0, Vec::new());
        for tick in 1..=seconds * 50 {
            let due = (tick as f64 * 0.02 * f64::from(rate) * (1.0 + drift)) as usize;
            strip.push(&sine(hz, rate, due - made, made, usize::from(channels)), channels, rate);
            made = due;
            let mut block = [0.0; 1920];
            strip.pull(&mut block);
            out.extend_from_slice(&block);
        }
        out
    }

    fn measured_hz(stereo: &[f32]) -> f64 {
        let left: Vec<f32> = stereo.iter().copied().step_by(2).collect();
        let ups = left.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count();
        ups as f64 * f64::from(RATE) / left.len() as f64
    }

    #[test]
    fn a_tone_keeps_its_pitch_from_any_rate_and_channel_count() {
        for (rate, channels) in [(48_000, 2), (44_100, 1), (16_000, 1), (96_000, 2)] {
            let heard = play(997.0, rate, 0.0, channels, 4);
            let hz = measured_hz(&heard[96_000..]);
            assert!((hz - 997.0).abs() < 3.0, "{hz} Hz from {rate} Hz");
        }
    }

    #[test]
    fn a_drifting_device_never_runs_dry_or_piles_up() {
        for drift in [-0.002, 0.002] {
            let heard = play(997.0, 48_000, drift, 2, 60);
            let quiet = heard[48_000..].chunks(960).filter(|c| c.iter().all(|s| s.abs() < 0.01)).count();
            assert_eq!(quiet, 0, "gaps with a drift of {drift}");
        }
    }

    #[test]
    fn a_device_that_stutters_is_given_more_time() {
        let mut strip = Strip::new();
        let mut gaps_late = 0;
        for tick in 0..2000 {
            // everything of 140 ms comes at once
            if tick % 7 == 0 {
                strip.push(&vec![0.1; 960 * 2 * 7], 2, RATE);
            }
            let before = strip.gaps();
            strip.pull(&mut [0.0; 1920]);
            gaps_late += if tick > 200 { strip.gaps() - before } else { 0 };
        }
        assert_eq!(gaps_late, 0, "of {} in all", strip.gaps());
    }

    #[test]
    fn silence_is_heard_when_nothing_comes() {
        let mut strip = Strip::new();
        let mut block = [0.0; 64];
        strip.pull(&mut block);
        assert_eq!(block, [0.0; 64]);
    }

    #[test]
    fn a_flood_is_cut_to_the_target() {
        let mut strip = Strip::new();
        strip.push(&vec![0.1; 48_000 * 2 * 10], 2, 48_000);
        assert!(strip.in_hand() <= TOO_MUCH, "{}", strip.in_hand());
    }

    #[test]
    fn the_curve_passes_through_its_points() {
        assert_eq!(cubic([0.0, 1.0, 2.0, 3.0], 0.0), 1.0);
        assert!((cubic([0.0, 1.0, 2.0, 3.0], 0.5) - 1.5).abs() < 1e-6);
        assert!((cubic([5.0, 1.0, 2.0, -3.0], 1.0) - 2.0).abs() < 1e-6);
    }
}
