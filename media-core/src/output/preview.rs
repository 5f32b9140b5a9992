//! What the scene looks like now, as JPEG in a slot for one: a slow reader sees the newest picture, never an old queue.

use bytes::Bytes;
use gstreamer::prelude::*;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    MediaError,
    format::{Fps, VideoFormat},
    gst,
    time::Pts,
};

const CHAIN: &str = "preview";
const QUALITY: i32 = 75;

/// Size and rate of the preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewSettings {
    /// Pixels; the height keeps the picture's shape.
    pub width: u32,
    /// Pictures a second at most.
    pub fps: Fps,
}

impl Default for PreviewSettings {
    fn default() -> Self {
        Self { width: 640, fps: Fps::whole(15) }
    }
}

/// One picture of the preview.
#[derive(Debug, Clone, Default)]
pub struct PreviewFrame {
    /// Counts from 1; 0 before the first picture.
    pub sequence: u64,
    /// The picture's time on the pipeline's timeline.
    pub pts: Pts,
    /// JPEG; empty before the first picture.
    pub jpeg: Bytes,
}

/// The slot.
pub(crate) type PreviewSlot = watch::Sender<PreviewFrame>;

/// Adds the preview to a pipeline. Nothing is drawn while nobody looks.
pub(crate) fn add_to(
    pipeline: &gstreamer::Pipeline,
    program: &gstreamer::Element,
    canvas: VideoFormat,
    settings: PreviewSettings,
    slot: PreviewSlot,
) -> Result<(), MediaError> {
    let (width, height) = size(canvas, settings.width);
    let caps = gstreamer::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", width)
        .field("height", height)
        .field("pixel-aspect-ratio", gstreamer::Fraction::new(1, 1))
        .build();
    let queue = gst::queue(1, true)?;
    thin_out(&queue, canvas.fps, settings.fps, slot.clone())?;
    let jpeg = gst::make("jpegenc")?;
    jpeg.set_property("quality", QUALITY);
    let sink = gst::sink(
        None,
        move |sample| {
            if let Some((pts, jpeg)) = gst::running(sample).zip(gst::bytes(sample)) {
                slot.send_modify(|frame| {
                    *frame = PreviewFrame { sequence: frame.sequence + 1, pts, jpeg };
                });
            }
            Ok(())
        },
        || {},
    );
    let chain = [&queue, &gst::scaler(false)?, &gst::filter(&caps)?, &jpeg, &sink];
    let first = gst::add(CHAIN, pipeline, &chain)?;
    gst::link(CHAIN, program, &first)
}

/// The preview's size: as wide as asked but no wider than the picture, of the same shape, even.
fn size(canvas: VideoFormat, width: u32) -> (i32, i32) {
    let width = (width.clamp(64, canvas.width.max(64)) / 2 * 2).max(2);
    let height = u64::from(width) * u64::from(canvas.height) / u64::from(canvas.width.max(1));
    let height = (height / 2 * 2).max(2);
    (i32::try_from(width).unwrap_or(640), i32::try_from(height).unwrap_or(360))
}

fn thin_out(queue: &gstreamer::Element, from: Fps, to: Fps, slot: PreviewSlot) -> Result<(), MediaError> {
    let pad = queue.static_pad("sink").ok_or_else(|| MediaError::build(CHAIN, "no input"))?;
    // half a picture early is in time: times are rounded
    let slack = from.frame() / 2;
    let next = Mutex::new(Pts::ZERO);
    pad.add_probe(gstreamer::PadProbeType::BUFFER, move |_, info| {
        let now = info.buffer().and_then(|b| b.pts()).map_or(Pts::ZERO, |t| Pts::from_nanos(t.nseconds()));
        let mut next = next.lock();
        if slot.receiver_count() == 0 || now.after(slack) < *next {
            return gst::DROP;
        }
        let behind = now.since(*next) > to.frame();
        *next = if behind { now } else { *next }.after(to.frame());
        gstreamer::PadProbeReturn::Ok
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_keeps_the_shape_and_is_never_enlarged() {
        assert_eq!(size(VideoFormat::HD, 640), (640, 360));
        assert_eq!(size(VideoFormat::SMALL, 4000), (640, 360));
        let phone = VideoFormat { width: 720, height: 1280, fps: Fps::whole(30) };
        assert_eq!(size(phone, 361), (360, 640));
    }
}
