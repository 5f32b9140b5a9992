//! Layers and layout, without a media library.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::format::VideoFormat;

/// What is on the picture, undermost layer first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// From bottom to top.
    pub layers: Vec<Layer>,
}

/// One thing on the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// What is drawn.
    pub content: Content,
    /// Where it is drawn.
    pub place: Place,
    /// 0 is invisible, 1 is solid.
    pub opacity: f64,
}

/// What a layer draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// The chosen picture source, whole, with borders where its shape differs.
    Source,
    /// A card that names a product.
    LowerThird(LowerThird),
}

/// A card in the lower third of the picture that names a product.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LowerThird {
    /// The product's name.
    pub title: String,
    /// The price as people read it, currency included.
    #[serde(default)]
    pub price: Option<String>,
    /// A short line below the title: a variant, a coupon.
    #[serde(default)]
    pub detail: Option<String>,
    /// PNG or JPEG, drawn as a square; left out when over 4 MB or of another kind.
    #[serde(default, skip)]
    pub picture: Option<Bytes>,
    /// `#rrggbb`; Vitrine's own accent when missing or malformed.
    #[serde(default)]
    pub accent: Option<String>,
}

/// A place on the picture in parts of its width and height: 0 is left and top, 1 is right and bottom.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A place in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Even.
    pub width: u32,
    /// Even.
    pub height: u32,
}

/// Width to height of a lower third.
const CARD_SHAPE: f64 = 4.0;

impl Place {
    /// The whole picture.
    pub const FULL: Self = Self { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };

    /// Where a lower third stands on a picture of this shape: lower left, wider on portrait pictures.
    pub fn of_lower_third(canvas: VideoFormat) -> Self {
        let (width, height) = (f64::from(canvas.width), f64::from(canvas.height));
        let (card, margin) = if width >= height { (0.44, 0.035) } else { (0.90, 0.05) };
        let card_height = card * width / CARD_SHAPE / height;
        Self { x: margin, y: 1.0 - card_height - margin * width / height, width: card, height: card_height }
    }

    /// The same place in pixels of `canvas`, kept inside it.
    pub fn on(self, canvas: VideoFormat) -> Rect {
        let pixels = |part: f64, whole: u32| (part.clamp(0.0, 1.0) * f64::from(whole)).round() as u32;
        let even = |pixels: u32| (pixels / 2 * 2).max(2);
        let (x, y) = (pixels(self.x, canvas.width), pixels(self.y, canvas.height));
        let width = even(pixels(self.width, canvas.width).min(canvas.width.saturating_sub(x)));
        let height = even(pixels(self.height, canvas.height).min(canvas.height.saturating_sub(y)));
        Rect { x, y, width, height }
    }
}

impl Scene {
    /// The source alone, or with a lower third over it.
    pub fn new(canvas: VideoFormat, lower_third: Option<LowerThird>) -> Self {
        let source = Layer { content: Content::Source, place: Place::FULL, opacity: 1.0 };
        let card = lower_third.map(|card| Layer {
            content: Content::LowerThird(card),
            place: Place::of_lower_third(canvas),
            opacity: 1.0,
        });
        Self { layers: std::iter::once(source).chain(card).collect() }
    }

    /// The lower third and its layer, if there is one.
    pub fn lower_third(&self) -> Option<(&Layer, &LowerThird)> {
        self.layers.iter().find_map(|layer| match &layer.content {
            Content::LowerThird(card) => Some((layer, card)),
            Content::Source => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Fps;

    const PHONE: VideoFormat = VideoFormat { width: 720, height: 1280, fps: Fps::whole(30) };

    #[test]
    fn a_lower_third_stays_in_the_lower_third() {
        for canvas in [VideoFormat::HD, VideoFormat::SMALL, PHONE] {
            let rect = Place::of_lower_third(canvas).on(canvas);
            assert!(rect.y > canvas.height * 2 / 3, "{rect:?}");
            assert!(rect.y + rect.height <= canvas.height && rect.x + rect.width <= canvas.width);
            assert!(rect.width.is_multiple_of(2) && rect.height.is_multiple_of(2));
        }
    }

    #[test]
    fn a_scene_without_a_card_has_one_layer() {
        assert_eq!(Scene::new(PHONE, None).layers.len(), 1);
        let card = LowerThird { title: "Linen shirt".into(), ..LowerThird::default() };
        let scene = Scene::new(PHONE, Some(card.clone()));
        assert_eq!(scene.lower_third().map(|(_, c)| c), Some(&card));
    }

    #[test]
    fn a_place_outside_is_pulled_in() {
        let rect = Place { x: 0.9, y: -1.0, width: 5.0, height: 0.5 }.on(PHONE);
        assert_eq!((rect.y, rect.x + rect.width), (0, 720));
    }
}
