//! A picture that needs no device: it moves, shows a running clock, and is pleasant enough to leave on.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Door, Frame, Pixels};
use crate::{format::VideoFormat, time::WallClock};

pub(super) mod glyphs;

/// Luma and the two chromas of BT.709.
type Yuv = [u8; 3];

const NIGHT: Yuv = [24, 132, 126];
const DUSK: Yuv = [62, 148, 132];
const BALL: Yuv = [170, 62, 176];
const SHADE: Yuv = [16, 128, 128];
const WHITE: Yuv = [232, 128, 128];
const MUTED: Yuv = [150, 134, 124];
/// Eight bars: white, yellow, cyan, green, magenta, red, blue, black.
const BARS: [Yuv; 8] = [
    [180, 128, 128],
    [168, 44, 136],
    [145, 147, 44],
    [134, 63, 52],
    [63, 193, 204],
    [51, 109, 212],
    [28, 212, 120],
    [16, 128, 128],
];

/// Feeds the pattern into `door` until it is closed.
pub(crate) fn run(format: VideoFormat, door: &Door, wall: WallClock) {
    let painter = Painter::new(format.width as usize, format.height as usize);
    let start = Instant::now();
    let mut frame = 0u64;
    loop {
        let elapsed = start.elapsed();
        let mut data = vec![0; painter.background.len()];
        painter.paint(elapsed, time_of_day(&wall), &mut data);
        let picture = Frame {
            pixels: Pixels::Ayuv,
            width: format.width,
            height: format.height,
            data,
            color: Some("bt709"),
            seen: None,
        };
        if !door.push(picture) {
            return;
        }
        frame = due_frame(frame, elapsed, format) + 1;
        let due = format.fps.frame().saturating_mul(u32::try_from(frame).unwrap_or(u32::MAX));
        std::thread::sleep(due.saturating_sub(start.elapsed()));
    }
}

/// The frame whose turn it is: the next one, or a later one when painting took too long.
fn due_frame(frame: u64, elapsed: Duration, format: VideoFormat) -> u64 {
    let by_time = u64::try_from(elapsed.as_nanos() / format.fps.frame().as_nanos().max(1)).unwrap_or(frame);
    frame.max(by_time)
}

fn time_of_day(wall: &WallClock) -> Duration {
    let since_epoch = wall().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(u64::try_from(since_epoch.as_millis()).unwrap_or_default() % 86_400_000)
}

/// Paints packed AYUV: four bytes a pixel, alpha first.
struct Painter {
    width: usize,
    height: usize,
    background: Arc<[u8]>,
}

impl Painter {
    fn new(width: usize, height: usize) -> Self {
        let mut painter = Self { width, height, background: Arc::from([]) };
        let mut background = vec![0u8; width * height * 4];
        for (y, row) in background.chunks_exact_mut(width * 4).enumerate() {
            let color = mix(NIGHT, DUSK, (y * 255 / height.max(1)) as u8);
            row.chunks_exact_mut(4).for_each(|pixel| set(pixel, color));
        }
        let bars_top = height * 9 / 10;
        for (n, bar) in BARS.into_iter().enumerate() {
            let (left, right) = (width * n / 8, width * (n + 1) / 8);
            painter.fill(&mut background, left, bars_top, right - left, height - bars_top, bar);
        }
        let cell = (width / 320).max(1);
        painter.write(&mut background, "TEST PICTURE", width / 24, height / 14, cell * 2, MUTED);
        painter.background = background.into();
        painter
    }

    fn paint(&self, elapsed: Duration, time_of_day: Duration, out: &mut [u8]) {
        out.copy_from_slice(&self.background);
        let t = elapsed.as_secs_f64();
        let (w, h) = (self.width as f64, self.height as f64);
        let radius = w.min(h) / 9.0;
        let x = w / 2.0 + (w / 2.0 - radius * 1.5) * (t * 0.9).sin();
        let floor = h * 0.52;
        let y = floor - (floor - h * 0.3) * (t * 2.2).sin().abs();
        self.ball(out, x, y, radius);

        let text = clock_text(time_of_day);
        let cell = (self.width / 100).max(1);
        let (text_width, text_height) = (text.len() * 6 * cell - cell, 7 * cell);
        let (left, top) = (self.width.saturating_sub(text_width) / 2, self.height * 3 / 5);
        let pad = cell * 3;
        self.fill(
            out,
            left.saturating_sub(pad),
            top.saturating_sub(pad),
            text_width + 2 * pad,
            text_height + 2 * pad,
            SHADE,
        );
        self.write(out, &text, left, top, cell, WHITE);
        // one sweep a second
        let sweep = (text_width + 2 * pad) * (time_of_day.subsec_millis() as usize) / 1000;
        self.fill(out, left.saturating_sub(pad), top + text_height + pad, sweep, cell.max(2), BALL);
    }

    fn ball(&self, out: &mut [u8], x: f64, y: f64, radius: f64) {
        let clamp = |v: f64, max: usize| v.clamp(0.0, max as f64) as usize;
        let (left, right) = (clamp(x - radius - 1.0, self.width), clamp(x + radius + 2.0, self.width));
        let (top, bottom) = (clamp(y - radius - 1.0, self.height), clamp(y + radius + 2.0, self.height));
        for row in top..bottom {
            for column in left..right {
                let (dx, dy) = (column as f64 - x, row as f64 - y);
                let inside = (radius - (dx * dx + dy * dy).sqrt() + 0.5).clamp(0.0, 1.0);
                let at = (row * self.width + column) * 4;
                let Some(pixel) = out.get_mut(at..at + 4) else { continue };
                let under = [pixel[1], pixel[2], pixel[3]];
                let lit = mix(BALL, WHITE, ((-(dx + dy) / radius).clamp(0.0, 1.0) * 110.0) as u8);
                set(pixel, mix(under, lit, (inside * 255.0) as u8));
            }
        }
    }

    fn write(&self, out: &mut [u8], text: &str, left: usize, top: usize, cell: usize, color: Yuv) {
        for (n, letter) in text.chars().enumerate() {
            for (row, bits) in glyphs::rows(letter).into_iter().enumerate() {
                for column in (0..5).filter(|column| bits & (0b10000 >> column) != 0) {
                    let x = left + (n * 6 + column) * cell;
                    self.fill(out, x, top + row * cell, cell, cell, color);
                }
            }
        }
    }

    fn fill(&self, out: &mut [u8], left: usize, top: usize, width: usize, height: usize, color: Yuv) {
        let right = (left + width).min(self.width);
        for row in top..(top + height).min(self.height) {
            let at = row * self.width * 4;
            if let Some(pixels) = out.get_mut(at + left.min(right) * 4..at + right * 4) {
                pixels.chunks_exact_mut(4).for_each(|pixel| set(pixel, color));
            }
        }
    }
}

fn set(pixel: &mut [u8], [y, u, v]: Yuv) {
    pixel.copy_from_slice(&[255, y, u, v]);
}

/// `a` where `part` is 0, `b` where it is 255.
fn mix(a: Yuv, b: Yuv, part: u8) -> Yuv {
    std::array::from_fn(|n| {
        let (a, b, part) = (u32::from(a[n]), u32::from(b[n]), u32::from(part));
        ((a * (255 - part) + b * part) / 255) as u8
    })
}

/// `HH:MM:SS.T`, UTC.
fn clock_text(time: Duration) -> String {
    let s = time.as_secs();
    format!("{:02}:{:02}:{:02}.{}", s / 3600 % 24, s / 60 % 60, s % 60, time.subsec_millis() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(at: Duration) -> Vec<u8> {
        let painter = Painter::new(640, 360);
        let mut out = vec![0; 640 * 360 * 4];
        painter.paint(at, Duration::from_secs(45_296) + at, &mut out);
        out
    }

    #[test]
    fn the_picture_moves_from_frame_to_frame() {
        let (a, b) = (painted(Duration::ZERO), painted(Duration::from_millis(66)));
        let changed = a.chunks(4).zip(b.chunks(4)).filter(|(a, b)| a != b).count();
        assert!(changed > 200, "{changed} pixels changed");
    }

    #[test]
    fn the_clock_reads_hours_to_tenths() {
        assert_eq!(clock_text(Duration::from_millis(45_296_789)), "12:34:56.7");
    }

    #[test]
    fn the_smallest_picture_is_painted_within_its_bounds() {
        let painter = Painter::new(64, 64);
        let mut out = vec![0; 64 * 64 * 4];
        for n in 0..100 {
            painter.paint(Duration::from_millis(n * 90), Duration::from_secs(n), &mut out);
        }
        assert!(out.chunks(4).all(|p| p[0] == 255));
    }

    #[test]
    fn a_slow_painter_skips_frames_instead_of_falling_behind() {
        let format = VideoFormat::SMALL;
        assert_eq!(due_frame(3, Duration::from_millis(1000), format), 15);
        assert_eq!(due_frame(20, Duration::from_millis(1000), format), 20);
    }
}
