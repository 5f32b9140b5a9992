//! Media Foundation and AVFoundation, by nokhwa. Their calls wait for as long as the driver does: a camera that stalls for ever
//! stays in this program's hands, and is left behind.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nokhwa::{
    Camera as Driver,
    utils::{CameraFormat, CameraIndex, RequestedFormat, RequestedFormatType},
};

use super::super::{Camera, nokhwa::picture};
use crate::capture::Frame;

/// Opens a camera in exactly this format.
pub(in super::super) fn open(index: CameraIndex, format: CameraFormat) -> Result<Box<dyn Camera>, String> {
    let kind = [format.format()];
    let request = RequestedFormat::with_formats(RequestedFormatType::Exact(format), &kind);
    let mut driver = Driver::new(index, request).map_err(|e| e.to_string())?;
    driver.open_stream().map_err(|e| e.to_string())?;
    Ok(Box::new(OpenCamera(driver)))
}

struct OpenCamera(Driver);

impl Camera for OpenCamera {
    fn frame(&mut self, _within: Duration) -> Result<Option<Frame>, String> {
        let buffer = self.0.frame().map_err(|e| e.to_string())?;
        let seen = buffer.capture_timestamp().and_then(seen_at);
        picture(buffer.resolution(), buffer.source_frame_format(), buffer.buffer(), seen).map(Some)
    }
}

/// Where a driver's time of day (since the Unix epoch) is on our clock. Nothing that cannot be: later than now, or long ago.
fn seen_at(time_of_day: Duration) -> Option<Instant> {
    let age = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.checked_sub(time_of_day)?;
    if age < Duration::from_secs(1) { Instant::now().checked_sub(age) } else { None }
}
