//! Drawings that stand still: an SVG of escaped fields, rendered once into pixels.

use gstreamer::prelude::*;

use crate::{MediaError, gst};

const CHAIN: &str = "drawing";
/// Vitrine's own accent.
pub(crate) const ACCENT: &str = "#5b8cff";
const TIMEOUT: gstreamer::ClockTime = gstreamer::ClockTime::from_seconds(5);

/// The pixels a drawing is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    /// A picture of its own, as the encoder takes it: BT.709 in limited range, without alpha.
    I420,
    /// To lie over a picture: BT.709 in limited range, not multiplied with its alpha.
    Ayuv,
}

impl Paint {
    fn caps(self) -> gstreamer::Caps {
        let raw = gstreamer::Caps::builder("video/x-raw");
        match self {
            Self::I420 => raw.field("format", "I420").field("colorimetry", "bt709"),
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
    let room = room * EM / size;
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean = clean.trim();
    if width(clean) <= room {
        return escape(clean);
    }
    let mut left = room.saturating_sub(NARROW);
    let fits = clean.chars().map_while(|c| {
        left = left.checked_sub(letter(c))?;
        Some(c)
    });
    escape(fits.collect::<String>().trim_end()) + "…"
}

/// How wide a text is at most, in hundredths of its size.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(letter).sum()
}

/// A letter's size.
const EM: usize = 100;
/// DejaVu Sans, the widest of the fonts asked for, is about so wide a letter.
const NARROW: usize = 62;
/// Little pictures are wider than they are high.
const EMOJI: usize = 125;

/// Source: Unicode 16, `EastAsianWidth.txt` (wide and full-width), by block.
fn letter(c: char) -> usize {
    match c {
        // marks over the letter before, joiners, variations
        '\u{300}'..='\u{36f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff01}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{16fe0}'..='\u{1b2ff}'
        | '\u{20000}'..='\u{3fffd}' => EM,
        '\u{231a}'..='\u{231b}' | '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' => EMOJI,
        _ => NARROW,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_take_their_whole_size() {
        let title = "手織りのリネンシャツ、洗いざらしの風合いと軽さ".repeat(2);
        let cut = line(&title, 52, 900);
        assert!(cut.chars().count() * 52 <= 900, "{cut}");
        assert!(cut.ends_with('…') && cut.chars().count() >= 15, "as much as fits: {cut}");
        let korean = line(&"한글".repeat(20), 52, 900);
        assert!(korean.chars().count() * 52 <= 900, "{korean}");
        let short = "夏のシャツ";
        assert_eq!(line(short, 52, 900), short);
    }

    #[test]
    fn signs_that_take_no_room_are_not_counted() {
        let title = "e\u{301}".repeat(20);
        assert_eq!(line(&title, 52, 900), title);
    }

    #[test]
    fn narrow_letters_fill_the_line_as_before() {
        let fits = "n".repeat(27);
        assert_eq!(line(&fits, 52, 900), fits);
        assert_eq!(line(&"n".repeat(28), 52, 900), format!("{}…", "n".repeat(26)));
    }
}
