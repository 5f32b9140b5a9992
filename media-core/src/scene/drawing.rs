//! Drawings that stand still: an SVG of escaped fields, rendered once into pixels with alpha.

use gstreamer::prelude::*;

use crate::{MediaError, gst};

const CHAIN: &str = "drawing";
/// Vitrine's own accent.
pub(crate) const ACCENT: &str = "#5b8cff";
const TIMEOUT: gstreamer::ClockTime = gstreamer::ClockTime::from_seconds(5);

/// The pixels a drawing is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    /// A picture of its own.
    Bgra,
    /// To lie over a picture: BT.709 in limited range, not multiplied with its alpha.
    Ayuv,
}

impl Paint {
    fn caps(self) -> gstreamer::Caps {
        let raw = gstreamer::Caps::builder("video/x-raw");
        match self {
            Self::Bgra => raw.field("format", "BGRA"),
            Self::Ayuv => raw.field("format", "AYUV").field("colorimetry", "bt709"),
        }
        .build()
    }
}

/// What was drawn: one picture.
pub(crate) struct Drawing {
    /// What GStreamer calls it: format, size.
    pub caps: gstreamer::Caps,
    pub buffer: gstreamer::Buffer,
}

/// Renders an SVG at its own size. Takes some ten milliseconds.
pub(crate) fn render(svg: String, paint: Paint) -> Result<Drawing, MediaError> {
    gst::init()?;
    let source = gst::source(Some(&gstreamer::Caps::builder("image/svg+xml").build()), false);
    let sink = gstreamer_app::AppSink::builder().caps(&paint.caps()).sync(false).build();
    let pipeline = gstreamer::Pipeline::new();
    let chain = [source.upcast_ref(), &gst::make("rsvgdec")?, &gst::make("videoconvert")?, sink.upcast_ref()];
    gst::add(CHAIN, &pipeline, &chain)?;
    pipeline.set_state(gstreamer::State::Playing).map_err(|e| MediaError::build(CHAIN, e))?;
    let drawn = source
        .push_buffer(gstreamer::Buffer::from_slice(svg.into_bytes()))
        .and_then(|_| source.end_of_stream())
        .map_err(|e| MediaError::failed(CHAIN, e))
        .and_then(|_| sample(&sink));
    if let Err(error) = pipeline.set_state(gstreamer::State::Null) {
        tracing::warn!(%error, "the chain that draws did not stop");
    }
    drawn
}

fn sample(sink: &gstreamer_app::AppSink) -> Result<Drawing, MediaError> {
    let sample =
        sink.try_pull_sample(TIMEOUT).ok_or_else(|| MediaError::failed(CHAIN, "nothing was drawn"))?;
    let (caps, buffer) = (sample.caps_owned(), sample.buffer_owned());
    let (mut caps, buffer) = caps.zip(buffer).ok_or_else(|| MediaError::failed(CHAIN, "an empty drawing"))?;
    // one picture that stands until the next: no rate
    caps.make_mut().set("framerate", gstreamer::Fraction::new(0, 1));
    Ok(Drawing { caps, buffer })
}

/// Text that fits into `room` units at this size, escaped.
pub(crate) fn line(text: &str, size: usize, room: usize) -> String {
    // DejaVu Sans, the widest of the fonts asked for, is about 0.62 of its size a letter
    let fits = room * 100 / (size * 62);
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean = clean.trim();
    if clean.chars().count() <= fits {
        return escape(clean);
    }
    let cut: String = clean.chars().take(fits.saturating_sub(1)).collect();
    escape(cut.trim_end()) + "…"
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // characters that XML 1.0 does not know
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// `#rrggbb`.
pub(crate) fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
}
