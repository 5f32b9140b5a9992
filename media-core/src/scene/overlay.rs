//! What lies over the source: blended into the finished picture where it lies, and nowhere else.

use gstreamer_video::{
    VideoFormat as RawFormat, VideoFrameFlags, VideoFrameRef, VideoInfo, VideoMeta, VideoOverlayComposition,
    VideoOverlayFormatFlags, VideoOverlayRectangle,
};

use super::{drawing::Drawing, fade::Fade, model::Rect};
use crate::{MediaError, time::Pts};

const CHAIN: &str = "overlay";
/// Less than this is not seen.
const FAINTEST: f64 = 0.002;

/// A card that comes and goes.
pub(super) struct Overlay {
    fade: Fade,
    card: Option<VideoOverlayRectangle>,
}

impl Overlay {
    /// Nothing, yet.
    pub(super) const fn new() -> Self {
        Self { fade: Fade::still(0.0), card: None }
    }

    /// Shows `drawing`, AYUV of the size of `rect`, there from now on.
    pub(super) fn put(
        &mut self,
        drawing: Drawing,
        rect: Rect,
        opacity: f64,
        now: Pts,
    ) -> Result<(), MediaError> {
        self.card = Some(rectangle(drawing, rect)?);
        self.fade = self.fade.toward(opacity.clamp(0.0, 1.0), now);
        Ok(())
    }

    /// Lets what is there go.
    pub(super) fn leave(&mut self, now: Pts) {
        self.fade = self.fade.toward(0.0, now);
    }

    /// Draws it into the picture of `pts`. A picture that nothing lies over is not touched.
    pub(super) fn draw(&mut self, picture: &mut gstreamer::Buffer, info: &VideoInfo, pts: Pts) {
        let opacity = self.fade.at(pts);
        let Some(card) = self.card.as_mut().filter(|_| opacity > FAINTEST) else { return };
        // who shares the card is nobody: this is no copy
        card.make_mut().set_global_alpha(opacity as f32);
        let drawn = VideoOverlayComposition::new([&*card]).and_then(|composition| {
            let mut frame = VideoFrameRef::from_buffer_ref_writable(picture.make_mut(), info)?;
            composition.blend(&mut frame)
        });
        if let Err(error) = drawn {
            tracing::warn!(%error, "the card was not drawn");
        }
    }
}

fn rectangle(mut drawing: Drawing, rect: Rect) -> Result<VideoOverlayRectangle, MediaError> {
    let failed = |what: &dyn std::fmt::Display| MediaError::failed(CHAIN, what);
    let info = VideoInfo::from_caps(&drawing.caps).map_err(|e| failed(&e))?;
    if info.format() != RawFormat::Ayuv {
        return Err(failed(&"a card in another format"));
    }
    let pixels = drawing.buffer.make_mut();
    if pixels.meta::<VideoMeta>().is_none() {
        let (flags, width, height) = (VideoFrameFlags::empty(), info.width(), info.height());
        VideoMeta::add(pixels, flags, info.format(), width, height).map_err(|e| failed(&e))?;
    }
    let at = |n: u32| i32::try_from(n).unwrap_or_default();
    Ok(VideoOverlayRectangle::new_raw(
        &drawing.buffer,
        at(rect.x),
        at(rect.y),
        rect.width,
        rect.height,
        VideoOverlayFormatFlags::empty(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        gst,
        scene::drawing::{self, Paint},
    };

    const SIDE: u32 = 64;
    const RECT: Rect = Rect { x: 17, y: 9, width: 20, height: 10 };

    fn half_white() -> Drawing {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="#fff" fill-opacity="0.5"/></svg>"##;
        drawing::render(svg.into(), Paint::Ayuv).unwrap()
    }

    fn info() -> VideoInfo {
        VideoInfo::builder(RawFormat::I420, SIDE, SIDE).build().unwrap()
    }

    /// Luma of a black picture after `overlay` was drawn into it.
    fn luma(overlay: &mut Overlay, at: Pts) -> Vec<u8> {
        let info = info();
        let mut data = vec![16u8; info.size()];
        data[(SIDE * SIDE) as usize..].fill(128);
        let mut picture = gstreamer::Buffer::from_mut_slice(data);
        overlay.draw(&mut picture, &info, at);
        picture.map_readable().unwrap()[..(SIDE * SIDE) as usize].to_vec()
    }

    fn is_inside(n: usize) -> bool {
        let (x, y) = (n as u32 % SIDE, n as u32 / SIDE);
        (RECT.x..RECT.x + RECT.width).contains(&x) && (RECT.y..RECT.y + RECT.height).contains(&y)
    }

    #[test]
    fn a_card_is_blended_where_it_lies_and_nowhere_else() {
        gst::init().unwrap();
        let mut overlay = Overlay::new();
        overlay.put(half_white(), RECT, 1.0, Pts::ZERO).unwrap();
        let luma = luma(&mut overlay, Pts::from_millis(1000));
        for (n, luma) in luma.into_iter().enumerate() {
            let wanted = if is_inside(n) { 125..=128 } else { 16..=16 };
            assert!(wanted.contains(&luma), "{luma} at {n}");
        }
    }

    #[test]
    fn a_card_fades_in_and_is_gone_again() {
        gst::init().unwrap();
        let mut overlay = Overlay::new();
        overlay.put(half_white(), RECT, 1.0, Pts::ZERO).unwrap();
        let middle = ((RECT.y + 5) * SIDE + RECT.x + 10) as usize;
        let seen: Vec<u8> =
            [0, 40, 80, 200].map(|ms| luma(&mut overlay, Pts::from_millis(ms))[middle]).into();
        assert_eq!(seen[0], 16);
        assert!(seen.windows(2).all(|w| w[0] < w[1]), "{seen:?}");
        overlay.leave(Pts::from_millis(1000));
        assert_eq!(luma(&mut overlay, Pts::from_millis(1200))[middle], 16);
    }

    #[test]
    fn a_card_that_reaches_over_the_edge_is_cut() {
        gst::init().unwrap();
        let mut overlay = Overlay::new();
        let rect = Rect { x: SIDE - 7, y: SIDE - 3, ..RECT };
        overlay.put(half_white(), rect, 1.0, Pts::ZERO).unwrap();
        let luma = luma(&mut overlay, Pts::from_millis(1000));
        assert!((125..=128).contains(luma.last().unwrap()));
        assert_eq!(luma.iter().filter(|n| **n != 16).count(), 7 * 3);
    }
}
