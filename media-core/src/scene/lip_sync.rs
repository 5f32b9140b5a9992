//! Keeps a picture with its sound. Both are stamped by the moment at which the device saw and heard them; sound stands a little later in
//! the mix than that ([`Strip::delay`]), and the picture is made as late.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::strip::Strip;

/// The picture's delay changes by so much a second at most, so that nobody sees it move.
const SLEW: f64 = 0.05;
/// A jump of the clock, or a source that was away: begin anew.
const BREAK: Duration = Duration::from_secs(2);
/// No camera is later than this; a driver that says so is wrong.
const OLDEST: Duration = Duration::from_secs(1);
/// The largest correction by hand, either way.
pub(crate) const MOST_OFFSET_MS: i32 = 500;

/// One picture and the sound that belongs to it.
#[derive(Debug, Default)]
pub(crate) struct LipSync {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How late the sound stands in the mix.
    sound: Option<Duration>,
    /// How old pictures are when they arrive: the oldest of late, forgotten slowly.
    age: Duration,
    /// What is added to a picture's moment now; seconds.
    delay: f64,
    last: Option<Instant>,
    /// Sound later by so much than the devices say; milliseconds.
    offset_ms: i32,
}

impl LipSync {
    /// Corrects by hand what devices do not tell: sound is `ms` later than it would be (earlier when negative).
    pub(crate) fn set_offset(&self, ms: i32) {
        self.state.lock().offset_ms = ms.clamp(-MOST_OFFSET_MS, MOST_OFFSET_MS);
    }

    /// By how many milliseconds the host moved the sound.
    pub(crate) fn offset(&self) -> i32 {
        self.state.lock().offset_ms
    }

    /// Takes how late the sound is, and makes it wait where the picture is later.
    pub(crate) fn follow(&self, strip: &mut Strip) {
        let mut state = self.state.lock();
        state.sound = strip.delay().or(state.sound);
        strip.wait_for(later(state.age, state.offset_ms));
    }

    /// The moment on the programme's clock at which a picture that was seen at `seen` is shown: that moment, later by what is given.
    /// `now` is when it arrived.
    pub(crate) fn delay(&self, seen: Instant, now: Instant) -> Duration {
        let mut state = self.state.lock();
        let age = now.saturating_duration_since(seen).min(OLDEST);
        // pictures without a moment of their own are as old as nothing: nobody waits for them
        state.age = if age >= state.age { age } else { state.age.mul_f64(0.998) };
        let wanted = later(state.sound.unwrap_or_default(), -state.offset_ms).as_secs_f64();
        let passed = state.last.map(|last| now.saturating_duration_since(last));
        state.last = Some(now);
        state.delay = match passed {
            Some(passed) if passed < BREAK => {
                let most = passed.as_secs_f64() * SLEW;
                state.delay + (wanted - state.delay).clamp(-most, most)
            }
            _ => wanted,
        };
        Duration::from_secs_f64(state.delay)
    }
}

/// `moment` and `by_ms`, never before zero.
fn later(moment: Duration, by_ms: i32) -> Duration {
    let by = Duration::from_millis(u64::from(by_ms.unsigned_abs()));
    if by_ms >= 0 { moment + by } else { moment.saturating_sub(by) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::strip::RATE;

    const TICK: Duration = Duration::from_millis(20);

    /// A camera whose pictures are `age` old, and a microphone whose sound comes in blocks of `blocks` ticks, for a minute. Gives how much
    /// later than the picture the sound of the same moment is shown, in milliseconds.
    fn apart(age: Duration, blocks: u32, offset_ms: i32) -> f64 {
        let (sync, mut strip) = (LipSync::default(), Strip::new());
        sync.set_offset(offset_ms);
        let start = Instant::now() + Duration::from_secs(5);
        let mut picture = 0.0;
        for tick in 1..=3000u32 {
            let now = start + TICK * tick;
            if tick % blocks == 0 {
                let heard = now - TICK * blocks;
                strip.push(&vec![0.1; 960 * 2 * blocks as usize], 2, RATE, heard);
            }
            strip.pull(&mut [0.0; 1920], now - TICK);
            sync.follow(&mut strip);
            let shown = (sync.delay(now - age, now)).max(age); // none is shown before it is there
            picture = shown.as_secs_f64();
        }
        (strip.delay().unwrap().as_secs_f64() - picture) * 1000.0
    }

    #[test]
    fn picture_and_sound_of_one_moment_are_shown_together() {
        for (age, blocks) in [(0, 1), (0, 3), (30, 3), (120, 1), (250, 4)] {
            let apart = apart(Duration::from_millis(age), blocks, 0);
            assert!(apart.abs() < 12.0, "{apart} ms with pictures {age} ms old");
        }
    }

    #[test]
    fn the_hosts_correction_moves_the_sound_either_way() {
        for offset in [-200, -40, 60, 300] {
            let apart = apart(Duration::from_millis(40), 3, offset);
            assert!((apart - f64::from(offset)).abs() < 12.0, "{apart} ms for {offset}");
        }
    }

    #[test]
    fn the_picture_never_jumps_when_the_sound_begins() {
        let sync = LipSync::default();
        let start = Instant::now();
        sync.delay(start, start);
        sync.state.lock().sound = Some(Duration::from_millis(120));
        let mut before = Duration::ZERO;
        for n in 1..200 {
            let now = start + Duration::from_millis(33) * n;
            let delay = sync.delay(now, now);
            assert!(delay >= before && delay - before < Duration::from_millis(2), "{before:?} to {delay:?}");
            before = delay;
        }
        assert!(before.abs_diff(Duration::from_millis(120)) < Duration::from_millis(1), "{before:?}");
    }
}
