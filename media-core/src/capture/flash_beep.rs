//! A white flash and a beep once a second: shows how far picture and sound are apart at any place behind it.
//!
//! It behaves as two devices do: pictures carry the moment at which they were seen, sound comes in blocks of 50 ms, and the sound's
//! clock can be off.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{Door, Frame, Pixels};
use crate::{
    format::VideoFormat,
    scene::strip::{RATE, Strip},
};

/// Of each second, so much is white and loud.
const LASTS: f64 = 0.1;
const HZ: f64 = 1_000.0;
/// Sound frames that are handed over at once.
const BLOCK: u64 = 2_400;
/// After a sleep of the machine there is no more than this to catch up with.
const MOST_BEHIND: u64 = 24_000;
const DARK: u8 = 40;
const WHITE: u8 = 235;

/// Feeds flashes into `door` and beeps into `sound` until the door is closed. The sound's clock runs `sound_ppm` millionths fast.
pub(super) fn run(format: VideoFormat, door: &Door, sound: &Mutex<Strip>, sound_ppm: i32) {
    let rate = f64::from(RATE) * (1.0 + f64::from(sound_ppm) / 1e6);
    let (start, mut handed, mut frame) = (Instant::now(), 0u64, 0u32);
    loop {
        let elapsed = start.elapsed();
        let heard = (elapsed.as_secs_f64() * rate) as u64;
        handed = handed.max(heard.saturating_sub(MOST_BEHIND));
        while heard - handed >= BLOCK {
            let block: Vec<f32> = (handed..handed + BLOCK).map(|n| beep(n as f64 / rate)).collect();
            if door.is_open() {
                sound.lock().push(&block, 1, RATE, start + Duration::from_secs_f64(handed as f64 / rate));
            }
            handed += BLOCK;
        }
        let due = format.fps.frame().saturating_mul(frame);
        if elapsed >= due {
            if !door.push(flash(format, due, start + due)) {
                return;
            }
            let by_time = elapsed.as_nanos() / format.fps.frame().as_nanos().max(1);
            frame = frame.max(u32::try_from(by_time).unwrap_or(frame)).wrapping_add(1);
        }
        if !door.is_open() {
            return;
        }
        let next = format.fps.frame().saturating_mul(frame).saturating_sub(start.elapsed());
        std::thread::sleep(next.min(Duration::from_millis(10)));
    }
}

fn is_on(seconds: f64) -> bool {
    seconds.fract() < LASTS && seconds >= 1.0
}

fn beep(seconds: f64) -> f32 {
    if is_on(seconds) { ((seconds * HZ * std::f64::consts::TAU).sin() * 0.5) as f32 } else { 0.0 }
}

fn flash(format: VideoFormat, moment: Duration, seen: Instant) -> Frame {
    let luma = if is_on(moment.as_secs_f64()) { WHITE } else { DARK };
    let pixels = format.width as usize * format.height as usize;
    Frame {
        pixels: Pixels::Ayuv,
        width: format.width,
        height: format.height,
        data: [255, luma, 128, 128].repeat(pixels),
        color: Some("bt709"),
        seen: Some(seen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flash_and_beep_are_of_one_moment() {
        let format = VideoFormat::SMALL;
        for at in [0.0, 0.5, 1.0, 1.05, 1.2, 2.09, 2.11, 61.01] {
            let moment = Duration::from_secs_f64(at);
            let white = flash(format, moment, Instant::now()).data[1] == WHITE;
            let loud = (0..48).any(|n| beep(at + f64::from(n) / 96_000.0).abs() > 0.3);
            assert_eq!(white, loud, "at {at} s");
        }
    }
}
