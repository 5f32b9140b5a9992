//! Plain values that describe picture and sound.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{MediaError, time::Pts};

/// Frames per second, as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fps {
    num: u32,
    den: u32,
}

impl Fps {
    /// `num / den` frames per second.
    ///
    /// # Errors
    /// [`MediaError::BadSetting`] outside of 1 to 240 frames per second.
    pub fn new(num: u32, den: u32) -> Result<Self, MediaError> {
        if den == 0 || num < den || num / den > 240 {
            return Err(MediaError::BadSetting(format!("{num}/{den} frames per second")));
        }
        Ok(Self { num, den })
    }

    /// A whole number of frames per second, at least 1.
    pub const fn whole(fps: u16) -> Self {
        Self { num: if fps == 0 { 1 } else { fps as u32 }, den: 1 }
    }

    /// Numerator.
    pub const fn num(self) -> u32 {
        self.num
    }

    /// Denominator.
    pub const fn den(self) -> u32 {
        self.den
    }

    /// As a decimal number.
    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// How long one frame is shown.
    pub fn frame(self) -> Duration {
        Duration::from_nanos(1_000_000_000 * u64::from(self.den) / u64::from(self.num))
    }

    pub(crate) fn fraction(self) -> gstreamer::Fraction {
        gstreamer::Fraction::new(
            i32::try_from(self.num).unwrap_or(i32::MAX),
            i32::try_from(self.den).unwrap_or(1),
        )
    }
}

/// Bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bitrate(u32);

impl Bitrate {
    /// Kilobits (1000 bits) per second.
    pub const fn kbps(kbps: u32) -> Self {
        Self(kbps.saturating_mul(1000))
    }

    /// Bits per second.
    pub const fn bps(bps: u32) -> Self {
        Self(bps)
    }

    /// In bits per second.
    pub const fn as_bps(self) -> u32 {
        self.0
    }

    /// In kilobits (1000 bits) per second, at least 1.
    pub const fn as_kbps(self) -> u32 {
        if self.0 < 1000 { 1 } else { self.0 / 1000 }
    }
}

/// Size and rate of a picture. Width and height are pixels and even.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VideoFormat {
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Rate.
    pub fps: Fps,
}

impl VideoFormat {
    /// 1280x720 at 30 frames per second.
    pub const HD: Self = Self { width: 1280, height: 720, fps: Fps::whole(30) };
    /// 640x360 at 15 frames per second: cheap, for tests and small machines.
    pub const SMALL: Self = Self { width: 640, height: 360, fps: Fps::whole(15) };

    /// Checks the size.
    ///
    /// # Errors
    /// [`MediaError::BadSetting`] when odd, under 64 or over 4096.
    pub fn check(self) -> Result<Self, MediaError> {
        let fine = |n: u32| (64..=4096).contains(&n) && n.is_multiple_of(2);
        if fine(self.width) && fine(self.height) {
            Ok(self)
        } else {
            Err(MediaError::BadSetting(format!("a picture of {}x{}", self.width, self.height)))
        }
    }
}

/// Rate and channels of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AudioFormat {
    /// Samples per second and channel.
    pub rate: u32,
    /// Channels.
    pub channels: u16,
}

impl AudioFormat {
    /// What Vitrine sends: 48 kHz stereo.
    pub const STEREO: Self = Self { rate: 48_000, channels: 2 };
}

/// One encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessUnit {
    /// When it is shown.
    pub pts: Pts,
    /// When it is decoded; not after `pts`.
    pub dts: Pts,
    /// An IDR: decoding can start here.
    pub key: bool,
    /// H.264 as in MP4 and FLV (AVCC): each NAL unit after its length in 4 bytes, big-endian.
    pub data: Bytes,
}
