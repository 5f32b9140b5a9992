//! V4L2 itself: nokhwa waits for a picture without end, and what waits cannot be closed.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use nokhwa::utils::{CameraFormat, CameraIndex, FrameFormat, Resolution};
use v4l::{
    Device, FourCC, Timestamp,
    buffer::Type,
    io::{mmap::Stream, traits::CaptureStream},
    video::{Capture, capture::Parameters},
};

use super::super::{Camera, nokhwa::picture};
use crate::capture::Frame;

/// Pictures that the driver fills while one is looked at.
const BUFFERS: u32 = 4;

/// Who held the camera last, this program among them, has so long to let go of it.
const BUSY: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(50);

/// Opens a camera in exactly this format.
pub(in super::super) fn open(index: CameraIndex, format: CameraFormat) -> Result<Box<dyn Camera>, String> {
    let number = index.as_index().map_err(|e| e.to_string())?;
    let end = Instant::now() + BUSY;
    loop {
        match open_now(number as usize, format) {
            Ok(camera) => return Ok(Box::new(camera)),
            Err(error) if error.kind() == ErrorKind::ResourceBusy && Instant::now() < end => {
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn open_now(number: usize, format: CameraFormat) -> std::io::Result<OpenCamera> {
    let device = Device::new(number)?;
    let mut wish = device.format()?;
    (wish.width, wish.height, wish.fourcc) = (format.width(), format.height(), fourcc(format.format()));
    let given = device.set_format(&wish)?;
    if (given.width, given.height, given.fourcc) != (wish.width, wish.height, wish.fourcc) {
        return Err(std::io::Error::other(format!("it gives {given} where it offered {format}")));
    }
    device.set_params(&Parameters::with_fps(format.frame_rate()))?;
    let mut stream = Stream::with_buffers(&device, Type::VideoCapture, BUFFERS)?;
    // It waits nowhere but in `frame`. The first call hands out the buffers and starts; there is no picture yet.
    stream.set_timeout(Duration::ZERO);
    let holds_one = match stream.next() {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::TimedOut => false,
        Err(error) => return Err(error),
    };
    Ok(OpenCamera { stream, holds_one, size: format.resolution(), kind: format.format() })
}

fn fourcc(format: FrameFormat) -> FourCC {
    FourCC::new(match format {
        FrameFormat::YUYV => b"YUYV",
        FrameFormat::NV12 => b"NV12",
        FrameFormat::MJPEG => b"MJPG",
        FrameFormat::RAWRGB => b"RGB3",
        FrameFormat::RAWBGR => b"BGR3",
        FrameFormat::GRAY => b"GRAY",
    })
}

struct OpenCamera {
    stream: Stream<'static>,
    /// A buffer is in our hands: the driver gets it back for the next one.
    holds_one: bool,
    size: Resolution,
    kind: FrameFormat,
}

impl Camera for OpenCamera {
    fn frame(&mut self, within: Duration) -> Result<Option<Frame>, String> {
        let millis = i32::try_from(within.as_millis()).unwrap_or(i32::MAX);
        match self.stream.handle().poll(libc::POLLIN, millis) {
            Ok(0) => return Ok(None),
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(None),
            Err(error) => return Err(error.to_string()),
            Ok(_) => {}
        }
        if !self.holds_one {
            // The stream shows only what follows a buffer that it gives back: the first picture is left out.
            CaptureStream::dequeue(&mut self.stream).map_err(|e| e.to_string())?;
            self.holds_one = true;
            return Ok(None);
        }
        match self.stream.next() {
            Ok((data, meta)) => picture(self.size, self.kind, data, seen_at(meta.timestamp)).map(Some),
            Err(error) => {
                self.holds_one = error.kind() != ErrorKind::TimedOut;
                Err(error.to_string())
            }
        }
    }
}

/// Where a driver's time, on the system's monotonic clock, is on ours. Nothing that cannot be: later than now, or long ago.
fn seen_at(time: Timestamp) -> Option<Instant> {
    let now = gstreamer::prelude::ClockExt::time(&gstreamer::SystemClock::obtain());
    let age = Duration::from_nanos(now.nseconds()).checked_sub(time.into())?;
    if age < Duration::from_secs(1) { Instant::now().checked_sub(age) } else { None }
}
