//! The one place that configures x264.

use std::time::Duration;

use gstreamer::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{MediaError, format::Bitrate, gst};

/// How much work x264 puts into a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Least work: for tests and small machines.
    Ultrafast,
    /// In between.
    Superfast,
    /// What a broadcast wants.
    #[default]
    Veryfast,
}

impl Preset {
    const fn name(self) -> &'static str {
        match self {
            Self::Ultrafast => "ultrafast",
            Self::Superfast => "superfast",
            Self::Veryfast => "veryfast",
        }
    }
}

/// H.264 profile of what is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Main,
    High,
}

/// Settings of one encoder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct X264 {
    pub preset: Preset,
    pub bitrate: Bitrate,
    /// Threads; 0 lets x264 choose.
    pub threads: u32,
    /// Rate buffer: how far the encoder may run ahead of its bitrate.
    pub buffer: Duration,
}

/// x264 knows this number as "no limit".
const NO_LIMIT: u32 = 1 << 30;

impl X264 {
    /// The encoder element: key frames only where asked, no B-frames, no look-ahead.
    ///
    /// The same settings and input caps always give the same SPS and PPS.
    pub(crate) fn element(self) -> Result<gstreamer::Element, MediaError> {
        let x264 = gst::make("x264enc")?;
        x264.set_property_from_str("speed-preset", self.preset.name());
        x264.set_property_from_str("tune", "zerolatency");
        x264.set_property_from_str("option-string", "scenecut=0:open-gop=0");
        set_rate(&x264, self.bitrate, self.buffer, false);
        x264.set_property("bframes", 0u32);
        x264.set_property("threads", self.threads);
        x264.set_property("key-int-max", NO_LIMIT);
        x264.set_property("aud", false);
        Ok(x264)
    }
}

/// Sets an encoder's bitrate and rate buffer, also while it runs. `half`: it gets only every other picture, and x264, which counts
/// pictures instead of time, has to be told twice the rate and half the buffer.
pub(crate) fn set_rate(x264: &gstreamer::Element, bitrate: Bitrate, buffer: Duration, half: bool) {
    let twice = if half { 2 } else { 1 };
    let buffer_ms = u32::try_from(buffer.as_millis()).unwrap_or(u32::MAX);
    x264.set_property("vbv-buf-capacity", (buffer_ms / twice).clamp(1, 10_000));
    x264.set_property("bitrate", bitrate.as_kbps().saturating_mul(twice).min(2_048_000));
}

/// Caps of encoded pictures as MP4 and FLV want them.
pub(crate) fn avc_caps(profile: Profile) -> gstreamer::Caps {
    gstreamer::Caps::builder("video/x-h264")
        .field("stream-format", "avc")
        .field("alignment", "au")
        .field(
            "profile",
            match profile {
                Profile::Main => "main",
                Profile::High => "high",
            },
        )
        .build()
}
