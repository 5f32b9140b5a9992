//! How loud it is: RMS and peak, in decibels below full scale.

use serde::{Deserialize, Serialize};

/// The quietest level that is told apart from silence.
pub const FLOOR_DB: f32 = -100.0;

/// Loudness of a stretch of sound, louder channel counting. 0 is full scale, [`FLOOR_DB`] is silence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Root mean square.
    pub rms_db: f32,
    /// Highest sample.
    pub peak_db: f32,
}

impl Level {
    /// No sound.
    pub const SILENCE: Self = Self { rms_db: FLOOR_DB, peak_db: FLOOR_DB };
}

impl Default for Level {
    fn default() -> Self {
        Self::SILENCE
    }
}

/// Gathers stereo samples until a window is full.
#[derive(Debug)]
pub(crate) struct Meter {
    window: usize,
    frames: usize,
    squares: [f64; 2],
    peak: f32,
}

impl Meter {
    /// A meter that answers every `window` frames.
    pub(crate) fn new(window: usize) -> Self {
        Self { window: window.max(1), frames: 0, squares: [0.0; 2], peak: 0.0 }
    }

    /// Takes interleaved stereo; gives the newest level whenever a window has been filled.
    pub(crate) fn feed(&mut self, stereo: &[f32]) -> Option<Level> {
        let mut level = None;
        for [left, right] in stereo.as_chunks::<2>().0 {
            self.squares[0] += f64::from(*left).powi(2);
            self.squares[1] += f64::from(*right).powi(2);
            self.peak = self.peak.max(left.abs()).max(right.abs());
            self.frames += 1;
            if self.frames == self.window {
                level = Some(self.take());
            }
        }
        level
    }

    fn take(&mut self) -> Level {
        let loudest = self.squares[0].max(self.squares[1]);
        let level = Level {
            rms_db: decibels((loudest / self.frames as f64).sqrt() as f32),
            peak_db: decibels(self.peak),
        };
        *self = Self::new(self.window);
        level
    }
}

fn decibels(amplitude: f32) -> f32 {
    if amplitude <= 0.0 { FLOOR_DB } else { (20.0 * amplitude.log10()).max(FLOOR_DB) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_scale_sine_has_minus_nine_decibels_rms_and_minus_six_peak() {
        let sine: Vec<f32> = (0..4800)
            .flat_map(|n| {
                let s = 0.5 * (n as f32 * 1000.0 * std::f32::consts::TAU / 48_000.0).sin();
                [s, s]
            })
            .collect();
        let level = Meter::new(4800).feed(&sine).unwrap();
        assert!((level.rms_db + 9.03).abs() < 0.1, "{level:?}");
        assert!((level.peak_db + 6.02).abs() < 0.1, "{level:?}");
    }

    #[test]
    fn silence_is_the_floor() {
        assert_eq!(Meter::new(10).feed(&[0.0; 20]), Some(Level::SILENCE));
    }

    #[test]
    fn a_window_spans_calls() {
        let mut meter = Meter::new(10);
        assert!(meter.feed(&[0.1; 18]).is_none());
        assert!(meter.feed(&[0.1; 2]).is_some());
    }
}
