//! Draws a lower third once, as an SVG of escaped fields, into pixels with alpha.

use base64::{Engine, prelude::BASE64_STANDARD};
use gstreamer::prelude::*;

use super::model::{LowerThird, Rect};
use crate::{MediaError, gst};

const CHAIN: &str = "lower third";
const LARGEST_PICTURE: usize = 4 << 20;
const ACCENT: &str = "#5b8cff";
const TIMEOUT: gstreamer::ClockTime = gstreamer::ClockTime::from_seconds(5);

/// A drawn card.
pub(super) struct Drawing {
    /// What GStreamer calls it: format, size.
    pub caps: gstreamer::Caps,
    pub buffer: gstreamer::Buffer,
}

/// Draws `card` at the size of `rect`. Takes some ten milliseconds.
pub(super) fn draw(card: &LowerThird, rect: Rect) -> Result<Drawing, MediaError> {
    gst::init()?;
    let svg = svg(card, rect);
    let source = gst::source(Some(&gstreamer::Caps::builder("image/svg+xml").build()), false);
    let raw = gstreamer::Caps::builder("video/x-raw").field("format", "BGRA").build();
    let sink = gstreamer_app::AppSink::builder().caps(&raw).sync(false).build();
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
        tracing::warn!(%error, "the chain that draws a lower third did not stop");
    }
    drawn
}

fn sample(sink: &gstreamer_app::AppSink) -> Result<Drawing, MediaError> {
    let sample =
        sink.try_pull_sample(TIMEOUT).ok_or_else(|| MediaError::failed(CHAIN, "nothing was drawn"))?;
    let (caps, buffer) = (sample.caps_owned(), sample.buffer_owned());
    let (caps, buffer) = caps.zip(buffer).ok_or_else(|| MediaError::failed(CHAIN, "an empty drawing"))?;
    let mut caps = caps;
    // one picture that stands until the next: no rate
    caps.make_mut().set("framerate", gstreamer::Fraction::new(0, 1));
    Ok(Drawing { caps, buffer })
}

/// 1000 units wide, 250 high.
fn svg(card: &LowerThird, rect: Rect) -> String {
    let accent = card.accent.as_deref().filter(|c| is_color(c)).unwrap_or(ACCENT);
    let picture = card.picture.as_deref().and_then(picture);
    let (text_left, room) = if picture.is_some() { (270, 690) } else { (60, 900) };
    let title = line(&card.title, 52, room);
    let detail = card.detail.as_deref().map(|d| line(d, 32, room)).unwrap_or_default();
    let price = card.price.as_deref().map(|p| line(p, 48, room)).unwrap_or_default();
    let (title_y, detail_y, price_y) = match (detail.is_empty(), price.is_empty()) {
        (true, true) => (142, 0, 0),
        (false, true) => (118, 172, 0),
        (true, false) => (104, 0, 178),
        (false, false) => (84, 130, 202),
    };
    let picture = picture.unwrap_or_default();
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" height="{height}" viewBox="0 0 1000 250" preserveAspectRatio="none">
<defs><clipPath id="square"><rect x="38" y="30" width="190" height="190" rx="20"/></clipPath></defs>
<rect x="4" y="4" width="992" height="242" rx="30" fill="#0e1014" fill-opacity="0.86"/>
<rect x="4" y="4" width="992" height="242" rx="30" fill="none" stroke="#ffffff" stroke-opacity="0.14" stroke-width="3"/>
<rect x="4" y="52" width="10" height="146" rx="5" fill="{accent}"/>
{picture}
<g font-family="Inter, 'DejaVu Sans', sans-serif" fill="#ffffff">
<text x="{text_left}" y="{title_y}" font-size="52" font-weight="600">{title}</text>
<text x="{text_left}" y="{detail_y}" font-size="32" fill="#c3cad6">{detail}</text>
<text x="{text_left}" y="{price_y}" font-size="48" font-weight="700" fill="{accent}">{price}</text>
</g></svg>"##,
        width = rect.width,
        height = rect.height,
    )
}

/// Text that fits into `room` units at this size, escaped.
fn line(text: &str, size: usize, room: usize) -> String {
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

fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
}

fn picture(bytes: &[u8]) -> Option<String> {
    let kind = match bytes {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, ..] => "jpeg",
        _ => return None,
    };
    (bytes.len() <= LARGEST_PICTURE).then(|| {
        format!(
            r#"<image x="38" y="30" width="190" height="190" preserveAspectRatio="xMidYMid slice" clip-path="url(#square)" xlink:href="data:image/{kind};base64,{}"/>"#,
            BASE64_STANDARD.encode(bytes)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: Rect = Rect { x: 0, y: 0, width: 400, height: 100 };

    fn card(title: &str) -> LowerThird {
        LowerThird { title: title.into(), price: Some("49 €".into()), ..LowerThird::default() }
    }

    fn pixels(drawing: &Drawing) -> Vec<u8> {
        drawing.buffer.map_readable().unwrap().as_slice().to_vec()
    }

    #[test]
    fn fields_are_escaped_and_cut() {
        let svg = svg(&card("<script>&\"'\u{1}"), RECT);
        assert!(svg.contains("&lt;script&gt;&amp;&quot;&#39;"), "{svg}");
        assert!(svg_text_of(&"wide ".repeat(40)).ends_with('…'));
    }

    fn svg_text_of(title: &str) -> String {
        line(title, 52, 900)
    }

    #[test]
    fn a_strange_accent_is_replaced() {
        let mut card = card("x");
        card.accent = Some("#12345\"/>".into());
        assert!(svg(&card, RECT).contains(ACCENT));
        card.accent = Some("#ff8800".into());
        assert!(svg(&card, RECT).contains("#ff8800"));
    }

    #[test]
    fn a_card_is_drawn_with_see_through_corners() {
        let drawing = draw(&card("Linen shirt"), RECT).unwrap();
        let pixels = pixels(&drawing);
        assert_eq!(pixels.len(), 400 * 100 * 4);
        assert_eq!(pixels[3], 0, "the corner is see-through");
        let middle = &pixels[(50 * 400 + 200) * 4..][..4];
        assert!(middle[3] > 200, "the panel is not: {middle:?}");
        assert!(pixels.chunks(4).filter(|p| p[0] > 200 && p[1] > 200 && p[2] > 200).count() > 100, "no text");
    }

    #[test]
    fn hostile_fields_never_break_the_drawing() {
        for title in ["\u{0}\u{ffff}", "]]></svg>", "&#0;", "שלום 日本語 🎉", &"x".repeat(100_000)] {
            assert_eq!(pixels(&draw(&card(title), RECT).unwrap()).len(), 400 * 100 * 4, "{title:.20}");
        }
        let mut broken = card("x");
        broken.picture = Some(bytes::Bytes::from_static(b"\x89PNG but not really"));
        draw(&broken, RECT).unwrap();
    }
}
