//! Soft music from formulas: four chords that come and go, and a slow string of plucked notes.

use std::f32::consts::TAU;

use crate::scene::strip::RATE;

/// Seconds of one chord.
const BAR: f32 = 4.0;
/// Seconds between two plucked notes.
const PLUCK: f32 = 0.5;
/// Half-tones above A2 (110 Hz): A minor 7, F major 7, C major 7, G 6.
const CHORDS: [[i32; 4]; 4] = [[0, 7, 12, 15], [-4, 8, 12, 15], [3, 10, 14, 19], [-2, 5, 10, 14]];
/// Which note of the chord is plucked, an octave up.
const STRING: [usize; 8] = [0, 2, 1, 3, 2, 1, 3, 2];

pub(super) struct Music {
    frame: u64,
}

impl Music {
    pub(super) fn new() -> Self {
        Self { frame: 0 }
    }

    /// The next `frames` frames, interleaved stereo, never louder than half of full scale.
    pub(super) fn play(&mut self, frames: usize) -> Vec<f32> {
        let mut block = Vec::with_capacity(frames * 2);
        for _ in 0..frames {
            // A round of the four chords, so that numbers stay small and exact for days.
            let round = (BAR * CHORDS.len() as f32) as u64 * u64::from(RATE);
            let t = (self.frame % round) as f32 / RATE as f32;
            block.extend(sample(t));
            self.frame += 1;
        }
        block
    }
}

fn sample(t: f32) -> [f32; 2] {
    let bar = t / BAR;
    let chord = CHORDS[bar as usize % CHORDS.len()];
    let swell = (bar.fract() * TAU / 2.0).sin().powf(0.7);
    let mut out = [0.0f32; 2];
    for (n, half_tones) in chord.into_iter().enumerate() {
        let pad = (t * pitch(half_tones) * TAU).sin() * swell * 0.035;
        let side = if n % 2 == 0 { 0.65 } else { 0.35 };
        out[0] += pad * side * 2.0;
        out[1] += pad * (1.0 - side) * 2.0;
    }
    let step = t / PLUCK;
    let note = chord[STRING[step as usize % STRING.len()]] + 12;
    let since = step.fract() * PLUCK;
    let touch = (since * 400.0).min(1.0) * (-since * 5.5).exp();
    let tone = (since * pitch(note) * TAU).sin() + 0.3 * (since * pitch(note) * 2.0 * TAU).sin();
    let pan = 0.5 + 0.25 * (t * 0.7).sin();
    out[0] += tone * touch * 0.10 * pan;
    out[1] += tone * touch * 0.10 * (1.0 - pan);
    out
}

fn pitch(half_tones: i32) -> f32 {
    110.0 * (half_tones as f32 / 12.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_heard_and_never_loud() {
        let mut music = Music::new();
        let round = music.play(RATE as usize * 17);
        let peak = round.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!((0.05..0.5).contains(&peak), "{peak}");
        for second in round.chunks(RATE as usize * 2) {
            let power = second.iter().map(|s| s * s).sum::<f32>() / second.len() as f32;
            assert!(power.sqrt() > 0.005, "a silent second");
        }
    }

    #[test]
    fn blocks_join_without_a_step() {
        let (mut whole, mut parts) = (Music::new(), Music::new());
        let one = whole.play(4_800);
        let many: Vec<f32> = (0..10).flat_map(|_| parts.play(480)).collect();
        assert_eq!(one, many);
    }
}
