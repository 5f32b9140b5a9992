//! The picture that stands in while a source is away: the organisation's name, calm, and nothing that moves.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Frame, Picture, Pixels};
use crate::{
    format::VideoFormat,
    scene::drawing::{self, ACCENT, Drawing, Paint, is_color, line},
};

/// What is written on the still.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Still {
    /// The organisation's name; Vitrine's own when empty.
    pub name: String,
    /// A line below it, for viewers; may be empty.
    pub line: String,
    /// `#rrggbb`; Vitrine's own accent when missing or malformed.
    #[serde(default)]
    pub accent: Option<String>,
}

/// A drawn still, cheap to hand in again.
#[derive(Clone)]
pub(crate) struct Drawn(Arc<Kind>);

enum Kind {
    Drawing(Drawing),
    /// What is left where nothing can be drawn: a dark picture.
    Plain(VideoFormat),
}

impl Drawn {
    /// Draws it at the size of `canvas`. Takes some ten milliseconds.
    pub(crate) fn of(still: &Still, canvas: VideoFormat) -> Self {
        let drawing = drawing::render(svg(still, canvas), Paint::I420);
        Self(Arc::new(match drawing {
            Ok(drawing) => Kind::Drawing(drawing),
            Err(error) => {
                tracing::warn!(%error, "the still is plain");
                Kind::Plain(canvas)
            }
        }))
    }

    pub(crate) fn picture(&self) -> Picture {
        match &*self.0 {
            Kind::Drawing(Drawing { caps, buffer }) => {
                Picture::Sample(gstreamer::Sample::builder().buffer(buffer).caps(caps).build())
            }
            Kind::Plain(VideoFormat { width, height, .. }) => Picture::Frame(Frame {
                pixels: Pixels::Ayuv,
                width: *width,
                height: *height,
                data: [255, 30, 131, 127].repeat(*width as usize * *height as usize),
                color: Some("bt709"),
                seen: None,
            }),
        }
    }
}

/// Drawn in units of a picture whose shorter side is 720.
fn svg(still: &Still, canvas: VideoFormat) -> String {
    let shorter = canvas.width.min(canvas.height).max(1);
    let units = |pixels: u32| u64::from(pixels) * 720 / u64::from(shorter);
    let (width, height) = (units(canvas.width), units(canvas.height));
    let accent = still.accent.as_deref().filter(|c| is_color(c)).unwrap_or(ACCENT);
    let name = if still.name.trim().is_empty() { "Vitrine" } else { &still.name };
    let room = usize::try_from(width.saturating_sub(160)).unwrap_or(560);
    // as large as fits on one line, within what looks calm
    let size = (room * 100 / drawing::width(name).max(1)).clamp(40, 88);
    let name = line(name, size, room);
    let below = line(&still.line, 30, room);
    let (middle, across) = (height / 2, width / 2);
    // without a second line the name stands in the middle
    let name_y = if below.is_empty() { middle + size as u64 / 3 } else { middle - 6 };
    let (rule_y, below_y) = (name_y + 38, name_y + 102);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {width} {height}" preserveAspectRatio="none">
<defs>
<radialGradient id="glow" cx="0.5" cy="0.42" r="0.75"><stop offset="0" stop-color="#1e232c"/><stop offset="0.6" stop-color="#14171d"/><stop offset="1" stop-color="#0b0d11"/></radialGradient>
<linearGradient id="rule" x1="0" x2="1"><stop offset="0" stop-color="{accent}" stop-opacity="0"/><stop offset="0.5" stop-color="{accent}"/><stop offset="1" stop-color="{accent}" stop-opacity="0"/></linearGradient>
</defs>
<rect width="{width}" height="{height}" fill="url(#glow)"/>
<g font-family="Inter, 'DejaVu Sans', sans-serif" text-anchor="middle">
<text x="{across}" y="{name_y}" font-size="{size}" font-weight="600" fill="#f3f5f8">{name}</text>
<rect x="{rule_x}" y="{rule_y}" width="220" height="3" fill="url(#rule)"/>
<text x="{across}" y="{below_y}" font-size="30" fill="#a7b0bf">{below}</text>
</g></svg>"##,
        w = canvas.width,
        h = canvas.height,
        rule_x = across.saturating_sub(110),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Fps;

    fn still(name: &str) -> Still {
        Still { name: name.into(), line: "Back in a moment".into(), accent: None }
    }

    fn pixels(still: &Still, canvas: VideoFormat) -> Vec<u8> {
        let Picture::Sample(sample) = Drawn::of(still, canvas).picture() else { panic!("it is plain") };
        sample.buffer().unwrap().map_readable().unwrap().as_slice().to_vec()
    }

    #[test]
    fn a_still_is_dark_and_carries_a_name() {
        let pixels = pixels(&still("Atelier Nord"), VideoFormat::HD);
        assert_eq!(pixels.len(), 1280 * 720 * 3 / 2);
        let (luma, chroma) = pixels.split_at(1280 * 720);
        let bright = luma.iter().filter(|v| **v > 180).count();
        assert!((2_000..100_000).contains(&bright), "{bright} bright pixels");
        assert!(luma[..4].iter().all(|v| *v < 50), "the corner is dark: {:?}", &luma[..4]);
        assert!(chroma[..4].iter().all(|v| v.abs_diff(128) < 10), "and nearly grey: {:?}", &chroma[..4]);
    }

    #[test]
    fn hostile_names_and_every_shape_are_drawn() {
        let phone = VideoFormat { width: 720, height: 1280, fps: Fps::whole(30) };
        for name in ["", "</svg>&#0;", "שלום 日本語 🎉", &"x".repeat(100_000), "\u{0}\u{ffff}"] {
            for canvas in [phone, VideoFormat::SMALL] {
                let size = canvas.width as usize * canvas.height as usize * 3 / 2;
                assert_eq!(pixels(&still(name), canvas).len(), size, "{name:.20}");
            }
        }
    }

    #[test]
    fn a_long_name_is_written_smaller_and_then_cut() {
        assert!(svg(&still("Nord"), VideoFormat::HD).contains("font-size=\"88\""));
        assert!(
            svg(&still("The Very Long Name of an Atelier"), VideoFormat::HD).contains("font-size=\"56\"")
        );
        assert!(svg(&still(&"wide ".repeat(40)), VideoFormat::HD).contains('…'));
    }
}
