//! Cameras through nokhwa: V4L2, Media Foundation, AVFoundation.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nokhwa::{
    Camera as Driver,
    pixel_format::RgbFormat,
    utils::{CameraFormat, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType},
};

use super::{Camera, Cameras, Offer, choose};
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
        let kind = [format.format()];
        let request = RequestedFormat::with_formats(RequestedFormatType::Exact(format), &kind);
        let mut driver = Driver::new(index, request).map_err(|e| e.to_string())?;
        driver.open_stream().map_err(|e| e.to_string())?;
        tracing::info!(camera = id, format = %driver.camera_format(), "camera opened");
        Ok(Box::new(OpenCamera(driver)))
    }
}

fn formats(index: &CameraIndex) -> Result<Vec<CameraFormat>, String> {
    let any = RequestedFormat::with_formats(RequestedFormatType::None, &FORMATS);
    let mut driver = Driver::new(index.clone(), any).map_err(|e| e.to_string())?;
    driver.compatible_camera_formats().map_err(|e| e.to_string())
}

struct OpenCamera(Driver);

impl Camera for OpenCamera {
    fn frame(&mut self) -> Result<Frame, String> {
        let buffer = self.0.frame().map_err(|e| e.to_string())?;
        let seen = buffer.capture_timestamp().and_then(seen_at);
        let size = buffer.resolution();
        let (width, height) = (size.width(), size.height());
        let (pixels, data) = match buffer.source_frame_format() {
            FrameFormat::YUYV => (Pixels::Yuy2, buffer.buffer().to_vec()),
            FrameFormat::NV12 => (Pixels::Nv12, buffer.buffer().to_vec()),
            FrameFormat::GRAY => (Pixels::Gray, buffer.buffer().to_vec()),
            FrameFormat::RAWRGB => (Pixels::Rgb, buffer.buffer().to_vec()),
            FrameFormat::RAWBGR => (Pixels::Bgr, buffer.buffer().to_vec()),
            FrameFormat::MJPEG => {
                let image = buffer.decode_image::<RgbFormat>().map_err(|e| e.to_string())?;
                (Pixels::Rgb, image.into_raw())
            }
        };
        Ok(Frame { pixels, width, height, data, color: None, seen })
    }
}

/// Where a driver's time of day (since the Unix epoch) is on our clock. Nothing that cannot be: later than now, or long ago.
fn seen_at(time_of_day: Duration) -> Option<Instant> {
    let age = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.checked_sub(time_of_day)?;
    if age < Duration::from_secs(1) { Instant::now().checked_sub(age) } else { None }
}
