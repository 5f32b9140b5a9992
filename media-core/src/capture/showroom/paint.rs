//! A canvas in parts of the picture's width and height, with soft edges. Packed AYUV, BT.709.

use super::{super::test_pattern::glyphs, Rgb};

/// A point: 0 is left and top, 1 is right and bottom.
type Point = (f32, f32);

pub(super) struct Canvas<'a> {
    data: &'a mut [u8],
    width: usize,
    height: usize,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(data: &'a mut [u8], width: usize, height: usize) -> Self {
        Self { data, width, height }
    }

    /// Fills the rows from `top` to `low` with one colour turning into another.
    pub(super) fn gradient(&mut self, top: f32, low: f32, from: Rgb, to: Rgb) {
        let (first, last) = (self.row(top), self.row(low));
        for row in first..last {
            let part = (row - first) as f32 / (last - first).max(1) as f32;
            let mixed =
                std::array::from_fn(|n| (f32::from(from[n]) * (1.0 - part) + f32::from(to[n]) * part) as u8);
            let color = yuv(mixed);
            self.span(row, 0.0, self.width as f32, color, 1.0);
        }
    }

    pub(super) fn rect(&mut self, from: Point, to: Point, color: Rgb, opacity: f32) {
        let color = yuv(color);
        for row in self.row(from.1)..self.row(to.1) {
            self.span(row, from.0 * self.width as f32, to.0 * self.width as f32, color, opacity);
        }
    }

    /// A rectangle whose lower edge is moved by `lean`.
    pub(super) fn slant(&mut self, from: Point, to: Point, lean: f32, color: Rgb, opacity: f32) {
        let (color, w) = (yuv(color), self.width as f32);
        let (first, last) = (self.row(from.1), self.row(to.1));
        for row in first..last {
            let part = (row - first) as f32 / (last - first).max(1) as f32;
            let fade = (1.0 - (2.0 * part - 1.0).abs()).sqrt().min(0.5) * 2.0;
            let (left, right) = ((from.0 + lean * part) * w, (to.0 + lean * part) * w);
            self.span(row, left, right, color, opacity * fade);
        }
    }

    /// A line that is `thick` of the width.
    pub(super) fn line(&mut self, from: Point, to: Point, thick: f32, color: Rgb, opacity: f32) {
        let (w, h, color) = (self.width as f32, self.height as f32, yuv(color));
        let (ax, ay, bx, by) = (from.0 * w, from.1 * h, to.0 * w, to.1 * h);
        let half = (thick * w / 2.0).max(0.6);
        let (dx, dy) = (bx - ax, by - ay);
        let length = (dx * dx + dy * dy).sqrt().max(0.001);
        let rows = self.rows(ay.min(by) - half, ay.max(by) + half);
        for row in rows {
            let y = row as f32 + 0.5;
            let (near, far) = if dy.abs() < 0.01 {
                (ax.min(bx), ax.max(bx))
            } else {
                let reach = half * length / dy.abs();
                let x = ax + dx * ((y - ay) / dy).clamp(0.0, 1.0);
                (x - reach.min(w), x + reach.min(w))
            };
            let (low, high) = (ax.min(bx) - half, ax.max(bx) + half);
            self.span(row, near.max(low), far.min(high), color, opacity);
        }
    }

    /// A filled ellipse.
    pub(super) fn disc(&mut self, at: Point, size: Point, color: Rgb, opacity: f32) {
        let (w, h, color) = (self.width as f32, self.height as f32, yuv(color));
        let (cx, cy, rx, ry) = (at.0 * w, at.1 * h, size.0 * w, (size.1 * h).max(0.5));
        for row in self.rows(cy - ry, cy + ry) {
            let away = (row as f32 + 0.5 - cy) / ry;
            let half = rx * (1.0 - away * away).max(0.0).sqrt();
            self.span(row, cx - half, cx + half, color, opacity);
        }
    }

    /// An ellipse that fades towards its edge.
    pub(super) fn soft_disc(&mut self, at: Point, size: Point, color: Rgb, opacity: f32) {
        let (w, h, color) = (self.width as f32, self.height as f32, yuv(color));
        let (cx, cy, rx, ry) = (at.0 * w, at.1 * h, (size.0 * w).max(0.5), (size.1 * h).max(0.5));
        let left = (cx - rx).clamp(0.0, w) as usize;
        let right = (cx + rx + 1.0).clamp(0.0, w) as usize;
        for row in self.rows(cy - ry, cy + ry) {
            let y = (row as f32 + 0.5 - cy) / ry;
            for column in left..right {
                let x = (column as f32 + 0.5 - cx) / rx;
                let near = 1.0 - (x * x + y * y);
                if near > 0.0 {
                    self.blend(row, column, color, near * near * opacity);
                }
            }
        }
    }

    /// A piece of clothing that hangs from `at` and leans by `sway` at its hem.
    pub(super) fn garment(&mut self, at: Point, sway: f32, width: f32, length: f32, color: Rgb) {
        let (w, h) = (self.width as f32, self.height as f32);
        let (first, last) = (self.row(at.1), self.row(at.1 + length));
        let (body, fold) = (yuv(color), yuv(color.map(|c| (u16::from(c) * 4 / 5) as u8)));
        let shine = yuv(color.map(|c| c.saturating_add(14)));
        for row in first..last {
            let part = (row - first) as f32 / (last - first).max(1) as f32;
            // Shoulders first, then a body that opens a little towards its hem.
            let half = if part < 0.14 { 0.34 + part * 2.2 } else { 0.62 + (part - 0.14) * 0.22 } * width * w;
            let x = (at.0 + sway * part * part * 2.4) * w;
            self.span(row, x - half, x + half, body, 1.0);
            self.span(row, x + half * 0.45, x + half, fold, 0.55);
            self.span(row, x - half * 0.14, x - half * 0.02, fold, 0.35 * part);
            self.span(row, x - half * 0.86, x - half * 0.62, shine, 0.5);
        }
        let hem = (at.1 + length) - 2.0 / h;
        self.rect(
            (at.0 + sway * 2.4 - 0.7 * width, hem),
            (at.0 + sway * 2.4 + 0.7 * width, hem + 1.0 / h),
            color,
            0.5,
        );
    }

    /// A lamp's shade below `at`.
    pub(super) fn shade(&mut self, at: Point, width: f32, height: f32, color: Rgb) {
        let (w, color) = (self.width as f32, yuv(color));
        let (first, last) = (self.row(at.1), self.row(at.1 + height));
        for row in first..last {
            let part = (row - first) as f32 / (last - first).max(1) as f32;
            let half = (0.12 + 0.88 * part.sqrt()) * width * w;
            self.span(row, at.0 * w - half, at.0 * w + half, color, 1.0);
        }
    }

    /// Letters as dots of light; gives the right edge. `dot` is the distance of two dots in parts of the width.
    pub(super) fn board(&mut self, text: &str, at: Point, dot: f32, on: Rgb, off: Rgb) -> f32 {
        let shape = self.width as f32 / self.height as f32;
        let size = (dot * 0.43, dot * 0.43 * shape);
        for (n, letter) in text.chars().enumerate() {
            for (row, bits) in glyphs::rows(letter).into_iter().enumerate() {
                for column in 0..5usize {
                    let lit = bits & (0b10000 >> column) != 0;
                    let x = at.0 + ((n * 6 + column) as f32 + 0.5) * dot;
                    let y = at.1 + (row as f32 + 0.5) * dot * shape;
                    self.disc((x, y), size, if lit { on } else { off }, if lit { 1.0 } else { 0.5 });
                }
            }
        }
        at.0 + (text.chars().count() * 6) as f32 * dot
    }

    fn row(&self, part: f32) -> usize {
        (part.clamp(0.0, 1.0) * self.height as f32).round() as usize
    }

    fn rows(&self, from: f32, to: f32) -> std::ops::Range<usize> {
        let clamp = |y: f32| y.clamp(0.0, self.height as f32) as usize;
        clamp(from.floor())..clamp(to.ceil())
    }

    /// One row from `left` to `right` (pixels), its ends as soft as they are broken.
    fn span(&mut self, row: usize, left: f32, right: f32, color: [u8; 3], opacity: f32) {
        let (left, right) = (left.max(0.0), right.min(self.width as f32));
        if right <= left || row >= self.height || opacity <= 0.0 {
            return;
        }
        let (first, last) = (left.floor() as usize, (right.ceil() as usize).min(self.width));
        let (solid, end) = (left.ceil() as usize, right.floor() as usize);
        if solid > end {
            return self.blend(row, first, color, (right - left) * opacity);
        }
        if first < solid {
            self.blend(row, first, color, (solid as f32 - left) * opacity);
        }
        if end < last {
            self.blend(row, end, color, (right - end as f32) * opacity);
        }
        let at = row * self.width * 4;
        let Some(pixels) = self.data.get_mut(at + solid * 4..at + end * 4) else { return };
        if opacity >= 1.0 {
            for pixel in pixels.chunks_exact_mut(4) {
                pixel.copy_from_slice(&[255, color[0], color[1], color[2]]);
            }
        } else {
            let part = (opacity * 256.0) as i32;
            for pixel in pixels.chunks_exact_mut(4) {
                mix(pixel, color, part);
            }
        }
    }

    fn blend(&mut self, row: usize, column: usize, color: [u8; 3], opacity: f32) {
        let at = (row * self.width + column) * 4;
        if column < self.width
            && let Some(pixel) = self.data.get_mut(at..at + 4)
        {
            mix(pixel, color, (opacity.clamp(0.0, 1.0) * 256.0) as i32);
        }
    }
}

/// Moves a pixel towards `color` by `part` of 256.
fn mix(pixel: &mut [u8], color: [u8; 3], part: i32) {
    pixel[0] = 255;
    for (n, to) in color.into_iter().enumerate() {
        let from = i32::from(pixel[n + 1]);
        pixel[n + 1] = (from + (i32::from(to) - from) * part / 256) as u8;
    }
}

/// BT.709, studio range.
fn yuv([r, g, b]: Rgb) -> [u8; 3] {
    let (r, g, b) = (f32::from(r), f32::from(g), f32::from(b));
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let scale = |v: f32| (128.0 + v * 224.0 / 255.0).round() as u8;
    [(16.0 + y * 219.0 / 255.0).round() as u8, scale((b - y) / 1.8556), scale((r - y) / 1.5748)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_and_black_are_those_of_the_standard() {
        assert_eq!(yuv([255; 3]), [235, 128, 128]);
        assert_eq!(yuv([0; 3]), [16, 128, 128]);
        assert_eq!(yuv([255, 0, 0]), [63, 102, 240]);
    }

    #[test]
    fn a_span_covers_broken_pixels_in_part() {
        let mut data = vec![0; 8 * 4];
        Canvas::new(&mut data, 8, 1).span(0, 1.5, 4.25, [200, 0, 0], 1.0);
        let lit: Vec<u8> = data.chunks(4).map(|pixel| pixel[1]).collect();
        assert_eq!(lit, [0, 100, 200, 200, 50, 0, 0, 0]);
    }
}
