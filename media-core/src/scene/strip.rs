//! One sound source on its way into the mix: any rate and channel count in, 48 kHz stereo out, on our clock.
//!
//! A device's clock is never quite ours. The strip keeps some frames in hand and bends its speed by at most half a percent to hold that
//! level, so that sound neither runs dry nor piles up over hours. What it keeps grows when it runs dry and shrinks when it was not
//! needed; how late the sound is by that is known at any time, so that the picture can be as late ([`super::lip_sync`]).

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Frames per second of the mix.
pub(crate) const RATE: u32 = 48_000;
/// Frames (of the mix) that are kept in hand at first: 60 ms. Each time they run out it is half as much again.
const TARGET: f64 = 2_880.0;
/// At least so many are kept in hand: 40 ms.
const LEAST_TARGET: f64 = 1_920.0;
/// At most so many are kept in hand against running dry: 250 ms.
const MOST_TARGET: f64 = 12_000.0;
/// So many more than the target in hand are thrown away: 440 ms.
const TOO_MUCH: f64 = 21_120.0;
/// The most that the speed is bent.
const MOST_BEND: f64 = 0.005;
/// Frames of the mix between two looks at what was not needed: 10 s.
const WINDOW: f64 = 480_000.0;
/// Frames that stay in hand at the worst moment of a window: 10 ms.
const SPARE: f64 = 480.0;
/// The picture can make the sound wait for it by at most so much.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

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
    /// The largest block of the current window, in frames of the mix.
    block: f64,
    /// The least in hand before a pull in the current window, and how much of the window is over.
    least: f64,
    window: f64,
    /// What the picture needs in hand: it may be later than the sound.
    wait: f64,
    /// When the sound after the newest frame is heard by the microphone.
    newest: Option<Instant>,
    /// From being heard by the microphone to its place in the mix, smoothed; seconds.
    delay: Option<f64>,
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
            block: 0.0,
            least: f64::MAX,
            window: 0.0,
            wait: 0.0,
            newest: None,
            delay: None,
        }
    }

    /// Forgets what is in hand: the source has changed.
    pub(crate) fn clear(&mut self) {
        *self = Self { gaps: self.gaps, wait: self.wait, ..Self::new() };
    }

    /// How long after it was heard the sound stands in the mix; `None` while none flows.
    pub(crate) fn delay(&self) -> Option<Duration> {
        self.delay.filter(|_| self.primed).map(|seconds| Duration::from_secs_f64(seconds.max(0.0)))
    }

    /// Keeps the sound back so that it can stand as late as `delay` in the mix: the picture is that late.
    pub(crate) fn wait_for(&mut self, delay: Duration) {
        let delay = delay.min(LONGEST_WAIT);
        self.wait = delay.as_secs_f64() * f64::from(RATE) + if delay.is_zero() { 0.0 } else { 1_440.0 };
    }

    /// How often sound ran out or had to be thrown away.
    pub(crate) fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Takes interleaved samples of `channels` channels at `rate`, the first of which was heard at `heard`.
    pub(crate) fn push(&mut self, samples: &[f32], channels: u16, rate: u32, heard: Instant) {
        let channels = usize::from(channels.max(1));
        if self.rate != f64::from(rate.max(1)) {
            self.clear();
            self.rate = f64::from(rate.max(1));
        }
        // a device that delivers in large blocks needs as much in hand
        let frames = samples.len() / channels;
        self.block = self.block.max(frames as f64 * self.step());
        self.target = self.target.max((self.block * 1.5).min(MOST_TARGET));
        self.newest = Some(heard + Duration::from_secs_f64(frames as f64 / self.rate));
        for frame in samples.chunks_exact(channels) {
            let left = frame[0];
            self.frames.push_back([left, frame.get(1).copied().unwrap_or(left)]);
        }
        if self.in_hand() > self.aim() + TOO_MUCH {
            self.gaps += 1;
            let keep = (self.aim() / self.step()) as usize;
            self.frames.drain(..self.frames.len().saturating_sub(keep));
        }
    }

    /// Adds the next frames to `mix` (interleaved stereo), as many as fit. Silence while there is nothing. The first of them stands at
    /// `at` in the mix.
    pub(crate) fn pull(&mut self, mix: &mut [f32], at: Instant) {
        if !self.primed {
            if self.in_hand() < self.aim() {
                return;
            }
            self.primed = true;
            self.level = self.in_hand();
        }
        self.level += (self.in_hand() - self.level) * 0.02;
        self.measure(at);
        self.shrink(mix.len() / 2);
        let aim = self.aim();
        let bend = ((self.level - aim) / aim * 0.004).clamp(-MOST_BEND, MOST_BEND);
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
        (self.window, self.least) = (0.0, f64::MAX);
    }

    /// Notes how late the sound is that stands at `at`.
    fn measure(&mut self, at: Instant) {
        let Some(newest) = self.newest else { return };
        let queued = (self.frames.len() as f64 - self.phase) / self.rate;
        let since_newest = at.saturating_duration_since(newest).as_secs_f64()
            - newest.saturating_duration_since(at).as_secs_f64();
        let now = since_newest + queued;
        self.delay = Some(self.delay.map_or(now, |before| before + (now - before) * 0.02));
    }

    /// Gives up what was in hand at the worst moment of a whole window and so was not needed.
    fn shrink(&mut self, pulled: usize) {
        self.least = self.least.min(self.in_hand() - pulled as f64);
        self.window += pulled as f64;
        if self.window < WINDOW {
            return;
        }
        let on_the_way = (self.level - self.aim()).max(0.0);
        let unneeded = self.least - SPARE - on_the_way;
        let floor = LEAST_TARGET.max(self.block * 1.5).min(MOST_TARGET);
        if unneeded > 0.0 {
            self.target = (self.target - unneeded / 2.0).max(floor);
        }
        (self.window, self.least, self.block) = (0.0, f64::MAX, 0.0);
    }

    /// Frames of the mix that are to be in hand.
    fn aim(&self) -> f64 {
        self.target.max(self.wait)
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

    const BLOCK_TIME: Duration = Duration::from_millis(20);

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
        let start = Instant::now();
        let (mut made, mut out) = (0, Vec::new());
        for tick in 1..=seconds * 50 {
            let due = (tick as f64 * 0.02 * f64::from(rate) * (1.0 + drift)) as usize;
            let heard = start + BLOCK_TIME * (tick as u32 - 1);
            strip.push(&sine(hz, rate, due - made, made, usize::from(channels)), channels, rate, heard);
            made = due;
            let mut block = [0.0; 1920];
            strip.pull(&mut block, heard);
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
        let start = Instant::now();
        let mut gaps_late = 0;
        for tick in 0..2000 {
            let at = start + BLOCK_TIME * tick;
            // everything of 140 ms comes at once
            if tick % 7 == 0 {
                strip.push(&vec![0.1; 960 * 2 * 7], 2, RATE, at);
            }
            let before = strip.gaps();
            strip.pull(&mut [0.0; 1920], at);
            gaps_late += if tick > 200 { strip.gaps() - before } else { 0 };
        }
        assert_eq!(gaps_late, 0, "of {} in all", strip.gaps());
    }

    #[test]
    fn silence_is_heard_when_nothing_comes() {
        let mut strip = Strip::new();
        let mut block = [0.0; 64];
        strip.pull(&mut block, Instant::now());
        assert_eq!(block, [0.0; 64]);
    }

    #[test]
    fn a_flood_is_cut_to_the_target() {
        let mut strip = Strip::new();
        strip.push(&vec![0.1; 48_000 * 2 * 10], 2, 48_000, Instant::now());
        assert!(strip.in_hand() <= strip.aim(), "{}", strip.in_hand());
    }

    /// Blocks of 20 ms; `bad` of them come 200 ms late, all at once. Gives the strip after `seconds`.
    fn stutter(strip: &mut Strip, from: u32, seconds: u32, bad: bool) {
        let start = Instant::now();
        for tick in from..from + seconds * 50 {
            let at = start + BLOCK_TIME * tick;
            let due = !bad || tick % 10 == 0;
            let blocks = if !bad { 1 } else { 10 };
            if due {
                strip.push(&vec![0.1; 960 * 2 * blocks], 2, RATE, at);
            }
            strip.pull(&mut [0.0; 1920], at);
        }
    }

    #[test]
    fn what_a_bad_minute_asked_for_is_given_back_in_a_good_one() {
        let mut strip = Strip::new();
        stutter(&mut strip, 0, 20, true);
        let grown = strip.in_hand();
        let gaps = strip.gaps();
        stutter(&mut strip, 1000, 180, false);
        let shrunk = strip.in_hand();
        assert!(grown > 8_000.0, "{grown}");
        assert!(shrunk < 3_200.0, "from {grown} to {shrunk}");
        assert!(strip.gaps() <= gaps + 1, "shrinking never runs dry");
    }

    #[test]
    fn the_delay_is_what_lies_between_the_microphone_and_the_mix() {
        for drift in [0.0, 0.0002] {
            let mut strip = Strip::new();
            let start = Instant::now();
            let mut made = 0;
            let mut seen = Duration::ZERO;
            for tick in 1..=60 * 50u32 {
                // heard in 20 ms that are over now; handed over 30 ms later
                let due = (f64::from(tick) * 960.0 * (1.0 + drift)) as usize;
                let heard = start + BLOCK_TIME * (tick - 1);
                strip.push(&vec![0.1; (due - made) * 2], 2, RATE, heard);
                made = due;
                let now = heard + Duration::from_millis(50);
                strip.pull(&mut [0.0; 1920], now);
                seen = strip.delay().unwrap_or_default();
            }
            let in_hand = Duration::from_secs_f64((strip.in_hand() + 960.0) / 48_000.0);
            let expected = in_hand + Duration::from_millis(30);
            assert!(seen.abs_diff(expected) < Duration::from_millis(3), "{seen:?} for {expected:?}");
        }
    }

    #[test]
    fn sound_waits_for_a_late_picture_and_no_longer() {
        let mut strip = Strip::new();
        strip.wait_for(Duration::from_millis(300));
        stutter(&mut strip, 0, 10, false);
        let waiting = strip.in_hand() / 48.0;
        assert!((290.0..=350.0).contains(&waiting), "{waiting} ms");
        strip.wait_for(Duration::ZERO);
        stutter(&mut strip, 500, 120, false);
        assert!(strip.in_hand() < 3_200.0, "{}", strip.in_hand());
        assert_eq!(strip.gaps(), 0);
    }

    #[test]
    fn the_curve_passes_through_its_points() {
        assert_eq!(cubic([0.0, 1.0, 2.0, 3.0], 0.0), 1.0);
        assert!((cubic([0.0, 1.0, 2.0, 3.0], 0.5) - 1.5).abs() < 1e-6);
        assert!((cubic([5.0, 1.0, 2.0, -3.0], 1.0) - 2.0).abs() < 1e-6);
    }
}
