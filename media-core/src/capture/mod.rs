//! Where pictures and sound come from: one file per source.
//!
//! A source runs on threads of its own and hands pictures through a [`Door`]. Closing the door is how it is stopped: a
//! thread that hangs inside a driver can be abandoned, because nothing that it brings later gets in.

pub(crate) mod camera;
pub(crate) mod file;
mod flash_beep;
#[cfg(feature = "capture")]
pub(crate) mod microphone;
pub(crate) mod showroom;
pub(crate) mod still;
pub(crate) mod test_pattern;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

pub use self::{
    camera::{Camera, Cameras},
    still::Still,
};
use crate::{MediaError, format::VideoFormat, scene::strip::Strip, time::WallClock};

/// What the picture shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VideoSource {
    /// A moving picture with a running clock that needs no device.
    TestPattern,
    /// The still with the organisation's name.
    Still,
    /// A camera.
    Camera {
        /// As in [`crate::device::Device::id`].
        id: String,
    },
    /// A media file, played over and over with its sound.
    File {
        /// Where it is.
        path: PathBuf,
    },
}

/// What [`VideoSource::TestPattern`] looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// A ball, colour bars and a clock; silent.
    #[default]
    Test,
    /// A white flash and a beep once a second, to measure by; nothing else moves.
    FlashBeep {
        /// By how many millionths its sound's clock is fast.
        sound_ppm: i32,
    },
    /// A warm room with a rail of clothes, a clock on the wall and soft music, for demos.
    Showroom,
}

/// Which microphone is heard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MicrophoneChoice {
    /// The system's default.
    #[default]
    Default,
    /// This one.
    Device {
        /// As in [`crate::device::Device::id`].
        id: String,
    },
    /// Silence.
    None,
}

/// How the bytes of a picture are laid out, rows without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pixels {
    /// Four bytes a pixel: alpha, luma, two chromas.
    Ayuv,
    /// Four bytes for two pixels.
    Yuy2,
    /// Luma, then both chromas of each two by two pixels.
    Nv12,
    /// Three bytes a pixel, red first.
    Rgb,
    /// Three bytes a pixel, blue first.
    Bgr,
    /// One byte a pixel.
    Gray,
}

impl Pixels {
    /// Bytes of a picture of this size; `None` for a size that no picture has.
    pub(crate) fn bytes(self, width: u32, height: u32) -> Option<usize> {
        let sane = |side| (2..=LARGEST).contains(&side);
        let even = |side: u32| side.is_multiple_of(2);
        let fits = match self {
            Self::Yuy2 => even(width),
            Self::Nv12 => even(width) && even(height),
            _ => true,
        };
        if !(sane(width) && sane(height) && fits) {
            return None;
        }
        let pixels = width as usize * height as usize;
        Some(match self {
            Self::Ayuv => pixels * 4,
            Self::Yuy2 => pixels * 2,
            Self::Nv12 => pixels * 3 / 2,
            Self::Rgb | Self::Bgr => pixels * 3,
            Self::Gray => pixels,
        })
    }
}

/// No side of a picture is longer.
const LARGEST: u32 = 8192;

/// One picture in memory.
pub struct Frame {
    /// How its bytes are laid out.
    pub pixels: Pixels,
    /// Pixels; even where pixels share their colour.
    pub width: u32,
    /// Pixels; even where pixels share their colour.
    pub height: u32,
    /// At least as many bytes as a picture of this size has.
    pub data: Vec<u8>,
    /// Colorimetry, where the source knows it.
    pub color: Option<&'static str>,
    /// When the device saw it, where its driver says so; else it is taken to be seen when it arrives.
    pub seen: Option<Instant>,
}

/// A picture on its way into the scene.
pub(crate) enum Picture {
    Frame(Frame),
    Sample(gstreamer::Sample),
}

impl Picture {
    /// When its device saw it, where that is known.
    pub(crate) fn seen(&self) -> Option<Instant> {
        match self {
            Self::Frame(frame) => frame.seen,
            Self::Sample(_) => None,
        }
    }
}

type Taker = dyn Fn(Picture) + Send + Sync;

/// The way into the scene for one source.
#[derive(Clone)]
pub(crate) struct Door {
    open: Arc<AtomicBool>,
    taker: Arc<Taker>,
}

impl Door {
    pub(crate) fn new(taker: Arc<Taker>) -> Self {
        Self { open: Arc::new(AtomicBool::new(true)), taker }
    }

    /// Hands a picture in. `false`: the door is closed, the source should end.
    pub(crate) fn push(&self, frame: Frame) -> bool {
        self.take(Picture::Frame(frame))
    }

    pub(crate) fn take(&self, picture: Picture) -> bool {
        let open = self.is_open();
        if open {
            (self.taker)(picture);
        }
        open
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::Release);
    }
}

/// Told, at most once, why a source ended by itself.
pub(crate) type Lost = Arc<dyn Fn(String) + Send + Sync>;

/// A source that is on. Dropping it closes its door; its threads end by themselves.
pub(crate) struct Running {
    door: Door,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.door.close();
    }
}

/// What sources are started with.
pub(crate) struct Settings {
    pub cameras: Arc<dyn Cameras>,
    pub pattern: Pattern,
    pub format: VideoFormat,
    pub wall: WallClock,
}

/// Starts a source. Devices and files report what goes wrong later through `lost`. The still needs no start.
pub(crate) fn start(
    source: &VideoSource,
    settings: &Settings,
    door: Door,
    sound: &Arc<Mutex<Strip>>,
    lost: Lost,
) -> Result<Running, MediaError> {
    sound.lock().clear();
    let format = settings.format;
    match source {
        VideoSource::TestPattern => {
            let (door, wall, sound) = (door.clone(), settings.wall.clone(), sound.clone());
            let pattern = settings.pattern;
            spawn("test-pattern", move || match pattern {
                Pattern::Test => test_pattern::run(format, &door, wall),
                Pattern::Showroom => showroom::run(format, &door, &sound, &wall),
                Pattern::FlashBeep { sound_ppm } => flash_beep::run(format, &door, &sound, sound_ppm),
            })?;
        }
        VideoSource::Still => {}
        VideoSource::Camera { id } => camera::start(settings.cameras.clone(), id, format, &door, lost)?,
        VideoSource::File { path } => file::start(path, &door, sound, lost)?,
    }
    Ok(Running { door })
}

/// Starts a named thread.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), MediaError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
        .map_err(|e| MediaError::build("thread", format!("{name}: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_through_a_closed_door() {
        let seen = Arc::new(Mutex::new(0));
        let door = Door::new(Arc::new({
            let seen = seen.clone();
            move |_| *seen.lock() += 1
        }));
        let frame = || Frame {
            pixels: Pixels::Ayuv,
            width: 2,
            height: 2,
            data: vec![0; 16],
            color: None,
            seen: None,
        };
        assert!(door.push(frame()));
        door.clone().close();
        assert!(!door.push(frame()));
        assert_eq!(*seen.lock(), 1);
    }
}
