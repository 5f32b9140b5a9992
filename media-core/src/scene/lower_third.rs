//! Draws a lower third once, as an SVG of escaped fields, into pixels with alpha.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    drawing::{self, Drawing, Paint, is_color, line},
    model::{LowerThird, Rect},
};
use crate::MediaError;

const LARGEST_PICTURE: usize = 4 << 20;
/// Vitrine's own accent.
const ACCENT: &str = drawing::ACCENT;

/// Draws `card` at the size of `rect`. Takes some ten milliseconds.
pub(super) fn draw(card: &LowerThird, rect: Rect) -> Result<Drawing, MediaError> {
    drawing::render(svg(card, rect), Paint::Ayuv)
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
        assert_eq!(pixels[0], 0, "the corner is see-through");
        let middle = &pixels[(50 * 400 + 200) * 4..][..4];
        assert!(middle[0] > 200, "the panel is not: {middle:?}");
        assert!(pixels.chunks(4).filter(|p| p[0] > 200 && p[1] > 200).count() > 100, "no text");
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
