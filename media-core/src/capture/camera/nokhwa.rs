//! What cameras offer, and their pictures, through nokhwa: V4L2, Media Foundation, AVFoundation.

use std::time::Instant;

use nokhwa::{
    Buffer, Camera as Driver,
    pixel_format::RgbFormat,
    utils::{CameraFormat, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType, Resolution},
};

use super::{Camera, Cameras, Offer, choose, platform};
use crate::{
    capture::{Frame, Pixels},
    device::camera_index,
    format::VideoFormat,
};

/// Formats that [`Nokhwa`] can hand on.
pub(crate) const FORMATS: [FrameFormat; 6] = [
    FrameFormat::YUYV,
    FrameFormat::NV12,
    FrameFormat::MJPEG,
    FrameFormat::RAWRGB,
    FrameFormat::RAWBGR,
    FrameFormat::GRAY,
];

#[derive(Clone, Copy)]
pub(crate) struct Nokhwa;

impl Cameras for Nokhwa {
    fn open(&self, id: &str, wish: VideoFormat) -> Result<Box<dyn Camera>, String> {
        let index = camera_index(id).ok_or("it is not plugged in")?;
        let formats = formats(&index)?;
        let offers: Vec<_> = formats
            .iter()
            .map(|f| Offer {
                width: f.width(),
                height: f.height(),
                fps: f.frame_rate(),
                compressed: f.format() == FrameFormat::MJPEG,
            })
            .collect();
        let format =
            *choose(&offers, wish).and_then(|n| formats.get(n)).ok_or("it offers no known format")?;
        let camera = platform::open(index, format)?;
        tracing::info!(camera = id, %format, "camera opened");
        Ok(camera)
    }
}

fn formats(index: &CameraIndex) -> Result<Vec<CameraFormat>, String> {
    let any = RequestedFormat::with_formats(RequestedFormatType::None, &FORMATS);
    let mut driver = Driver::new(index.clone(), any).map_err(|e| e.to_string())?;
    driver.compatible_camera_formats().map_err(|e| e.to_string())
}

/// A picture as the driver gave it, in pixels that we know.
pub(super) fn picture(
    size: Resolution,
    format: FrameFormat,
    data: &[u8],
    seen: Option<Instant>,
) -> Result<Frame, String> {
    let (width, height) = (size.width(), size.height());
    let (pixels, data) = match format {
        FrameFormat::YUYV => (Pixels::Yuy2, data.to_vec()),
        FrameFormat::NV12 => (Pixels::Nv12, data.to_vec()),
        FrameFormat::GRAY => (Pixels::Gray, data.to_vec()),
        FrameFormat::RAWRGB => (Pixels::Rgb, data.to_vec()),
        FrameFormat::RAWBGR => (Pixels::Bgr, data.to_vec()),
        FrameFormat::MJPEG => {
            let buffer = Buffer::new(size, data, format);
            let image = buffer.decode_image::<RgbFormat>().map_err(|e| e.to_string())?;
            (Pixels::Rgb, image.into_raw())
        }
    };
    Ok(Frame { pixels, width, height, data, color: None, seen })
}
