//! A warm room with a rail of clothes, drifting light, a clock on the wall and soft music.
//!
//! What a demo publishes: it needs no device, moves all the time, can be heard, and tells the time of day, so that
//! anybody can see how old the picture is. Everything is drawn and played from formulas.

mod music;
mod paint;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use self::{music::Music, paint::Canvas};
use super::{Door, Frame, Pixels};
use crate::{
    format::VideoFormat,
    scene::strip::{RATE, Strip},
    time::WallClock,
};

/// Feeds picture and music until `door` is closed.
pub(crate) fn run(format: VideoFormat, door: &Door, sound: &Mutex<Strip>, wall: &WallClock) {
    let room = Room::new(format.width as usize, format.height as usize);
    let (start, mut music, mut played) = (Instant::now(), Music::new(), 0u64);
    let mut frame = 0u32;
    loop {
        let elapsed = start.elapsed();
        let due = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX) * u64::from(RATE) / 1000;
        // After a long sleep of the machine there is nothing to catch up with.
        played = played.max(due.saturating_sub(u64::from(RATE) / 2));
        let block = music.play(usize::try_from(due - played).unwrap_or(0));
        played = due;
        if door.is_open() {
            let length = Duration::from_secs_f64(block.len() as f64 / 2.0 / f64::from(RATE));
            let heard = Instant::now().checked_sub(length).unwrap_or(start);
            sound.lock().push(&block, 2, RATE, heard);
        }
        let picture = Frame {
            pixels: Pixels::Ayuv,
            width: format.width,
            height: format.height,
            data: room.paint(elapsed.as_secs_f32(), time_of_day(wall)),
            color: Some("bt709"),
            seen: None,
        };
        if !door.push(picture) {
            return;
        }
        let by_time = elapsed.as_nanos() / format.fps.frame().as_nanos().max(1);
        frame = frame.max(u32::try_from(by_time).unwrap_or(frame)).wrapping_add(1);
        std::thread::sleep(format.fps.frame().saturating_mul(frame).saturating_sub(start.elapsed()));
    }
}

fn time_of_day(wall: &WallClock) -> Duration {
    let since_epoch = wall().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(u64::try_from(since_epoch.as_millis()).unwrap_or_default() % 86_400_000)
}

type Rgb = [u8; 3];

const WALL_TOP: Rgb = [238, 222, 203];
const WALL_LOW: Rgb = [214, 188, 162];
const FLOOR: Rgb = [138, 98, 70];
const FLOOR_NEAR: Rgb = [104, 70, 48];
const LIGHT: Rgb = [255, 244, 222];
const BRASS: Rgb = [186, 142, 82];
const INK: Rgb = [44, 36, 34];
const SHADE: Rgb = [92, 68, 54];
const LAMP: Rgb = [62, 74, 68];
const LED: Rgb = [255, 214, 150];
const LED_OFF: Rgb = [70, 58, 50];
/// The clothes on the rail, left to right.
const CLOTHES: [Rgb; 6] =
    [[246, 240, 228], [120, 140, 122], [196, 112, 84], [60, 78, 104], [222, 182, 120], [150, 108, 122]];

/// The room: what stands still is painted once.
struct Room {
    width: usize,
    height: usize,
    still: Arc<[u8]>,
}

impl Room {
    fn new(width: usize, height: usize) -> Self {
        let mut data = vec![0u8; width * height * 4];
        let mut canvas = Canvas::new(&mut data, width, height);
        canvas.gradient(0.0, 0.74, WALL_TOP, WALL_LOW);
        canvas.gradient(0.74, 1.0, FLOOR, FLOOR_NEAR);
        for plank in 1..9 {
            // Planks run towards the viewer: their joints spread out below.
            let (top, low) = (0.5 + (plank as f32 - 4.5) * 0.13, 0.5 + (plank as f32 - 4.5) * 0.24);
            canvas.line((top, 0.74), (low, 1.0), 0.0016, FLOOR_NEAR, 0.7);
        }
        canvas.rect((0.0, 0.715), (1.0, 0.74), LIGHT, 0.45);
        // The rail and its stand.
        canvas.soft_disc((0.33, 0.83), (0.33, 0.035), SHADE, 0.35);
        for x in [0.075, 0.585] {
            canvas.line((x, 0.17), (x, 0.82), 0.0042, BRASS, 1.0);
            canvas.line((x - 0.03, 0.825), (x + 0.03, 0.825), 0.005, BRASS, 1.0);
        }
        // A table with a vase, on the right.
        canvas.soft_disc((0.84, 0.9), (0.16, 0.03), INK, 0.3);
        canvas.rect((0.70, 0.66), (0.98, 0.685), SHADE, 1.0);
        canvas.rect((0.72, 0.685), (0.735, 0.9), SHADE, 1.0);
        canvas.rect((0.945, 0.685), (0.96, 0.9), SHADE, 1.0);
        canvas.disc((0.90, 0.60), (0.034, 0.062), [176, 92, 70], 1.0);
        canvas.rect((0.888, 0.515), (0.912, 0.56), [176, 92, 70], 1.0);
        canvas.rect((0.745, 0.60), (0.83, 0.66), [226, 206, 176], 1.0);
        canvas.rect((0.782, 0.60), (0.793, 0.66), [196, 112, 84], 1.0);
        canvas.rect((0.757, 0.55), (0.818, 0.60), [120, 140, 122], 1.0);
        canvas.rect((0.783, 0.55), (0.792, 0.60), LIGHT, 0.8);
        Self { width, height, still: data.into() }
    }

    /// The room after `t` seconds, packed AYUV.
    fn paint(&self, t: f32, clock: Duration) -> Vec<u8> {
        let mut data = self.still.to_vec();
        let mut canvas = Canvas::new(&mut data, self.width, self.height);
        Self::sunlight(&mut canvas, t);
        Self::clothes(&mut canvas, t);
        Self::twigs(&mut canvas, t);
        Self::lamp(&mut canvas, t, 0.72, 0.22);
        Self::lamp(&mut canvas, t + 1.9, 0.90, 0.30);
        Self::dust(&mut canvas, t);
        Self::clock(&mut canvas, clock);
        data
    }

    /// A window's light wanders over the wall.
    fn sunlight(canvas: &mut Canvas, t: f32) {
        let left = 0.20 + 0.16 * (t * 0.11).sin();
        for pane in 0..2 {
            let x = left + pane as f32 * 0.15;
            let strength = 0.26 + 0.06 * (t * 0.7 + pane as f32).sin();
            canvas.slant((x, 0.08), (x + 0.13, 0.70), 0.14, LIGHT, strength);
        }
    }

    /// Clothes that sway on their hangers, each in its own time.
    fn clothes(canvas: &mut Canvas, t: f32) {
        canvas.line((0.06, 0.185), (0.60, 0.185), 0.0045, BRASS, 1.0);
        for (n, color) in CLOTHES.into_iter().enumerate() {
            let own = n as f32;
            let sway = 0.007 * (t * (1.15 + own * 0.07) + own * 1.7).sin();
            let x = 0.125 + own * 0.082;
            let length = 0.30 + 0.07 * (own * 2.4).sin();
            canvas.line((x, 0.185), (x + sway * 0.3, 0.235), 0.003, INK, 1.0);
            canvas.garment((x + sway * 0.3, 0.235), sway, 0.060, length, color);
        }
    }

    fn twigs(canvas: &mut Canvas, t: f32) {
        for (n, lean) in [-0.055f32, -0.02, 0.022, 0.06].into_iter().enumerate() {
            let tip = (0.90 + lean + 0.006 * (t * 1.3 + n as f32).sin(), 0.36 + 0.02 * (n % 2) as f32);
            canvas.line((0.90, 0.53), tip, 0.0022, [96, 112, 84], 1.0);
            for leaf in 1..4 {
                let part = leaf as f32 / 3.4;
                let at = (0.90 + (tip.0 - 0.90) * part, 0.53 + (tip.1 - 0.53) * part);
                let side = if leaf % 2 == 0 { 0.011 } else { -0.011 };
                canvas.disc((at.0 + side, at.1 - 0.006), (0.011, 0.013), [122, 142, 104], 0.95);
            }
        }
    }

    fn lamp(canvas: &mut Canvas, t: f32, x: f32, length: f32) {
        let swing = 0.010 * (t * 0.9).sin();
        let at = (x + swing, length);
        let glow = 0.30 + 0.03 * (t * 2.1).sin();
        canvas.soft_disc((at.0, at.1 + 0.05), (0.115, 0.20), LIGHT, glow);
        canvas.line((x, 0.157), at, 0.0018, INK, 1.0);
        canvas.shade(at, 0.030, 0.058, LAMP);
        canvas.disc((at.0, at.1 + 0.058), (0.013, 0.016), [255, 236, 190], 1.0);
    }

    fn dust(canvas: &mut Canvas, t: f32) {
        for n in 0..16 {
            let own = n as f32;
            let x = (own * 0.618 + 0.02 * (t * 0.4 + own).sin() + t * 0.004).fract();
            let y = 0.72 - (own * 0.377 + t * (0.012 + 0.0015 * own)).fract() * 0.66;
            let size = 0.003 + 0.0011 * (n % 5) as f32;
            let twinkle = 0.22 + 0.16 * (t * 0.8 + own * 2.0).sin();
            canvas.soft_disc((x, y), (size * 1.6, size * 2.8), LIGHT, twinkle);
        }
    }

    /// A board of lights with the time of day, UTC, and a bar that runs through each second.
    fn clock(canvas: &mut Canvas, time: Duration) {
        let s = time.as_secs();
        let text =
            format!("{:02}:{:02}:{:02}.{}", s / 3600 % 24, s / 60 % 60, s % 60, time.subsec_millis() / 100);
        let (left, top, dot) = (0.637, 0.045, 0.0046);
        canvas.rect((left - 0.018, top - 0.026), (left + 0.348, top + 0.112), INK, 0.92);
        let right = canvas.board(&text, (left, top), dot, LED, LED_OFF);
        canvas.board("UTC", (right, top + 0.026), dot * 0.55, LED, LED_OFF);
        let part = time.subsec_millis() as f32 / 1000.0;
        canvas.rect((left, top + 0.088), (left + 0.328, top + 0.094), LED_OFF, 1.0);
        canvas.rect((left, top + 0.088), (left + 0.328 * part, top + 0.094), LED, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_moves_from_frame_to_frame() {
        let room = Room::new(640, 360);
        let noon = Duration::from_secs(43_200);
        let (a, b) = (room.paint(1.0, noon), room.paint(1.08, noon));
        let changed = a.chunks(4).zip(b.chunks(4)).filter(|(a, b)| a != b).count();
        assert!(changed > 1_000, "{changed} pixels changed");
    }

    #[test]
    fn only_the_clock_changes_when_only_time_of_day_does() {
        let room = Room::new(640, 360);
        let (a, b) = (room.paint(1.0, Duration::from_secs(1)), room.paint(1.0, Duration::from_secs(2)));
        let rows: Vec<usize> = a
            .chunks(640 * 4)
            .zip(b.chunks(640 * 4))
            .enumerate()
            .filter(|(_, (a, b))| a != b)
            .map(|(y, _)| y)
            .collect();
        assert!(!rows.is_empty() && rows.iter().all(|y| *y < 80), "{rows:?}");
    }

    #[test]
    fn the_smallest_and_an_upright_room_are_painted_within_their_bounds() {
        for (width, height) in [(64, 64), (360, 640)] {
            let room = Room::new(width, height);
            for n in 0..40u8 {
                let data = room.paint(f32::from(n) * 1.7, Duration::from_millis(u64::from(n) * 137));
                assert_eq!(data.len(), width * height * 4);
                assert!(data.chunks(4).all(|pixel| pixel[0] == 255));
            }
        }
    }
}
