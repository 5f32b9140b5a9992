//! The one place that configures x264.

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
}

/// x264 knows this number as "no limit".
const NO_LIMIT: u32 = 1 << 30;

impl X264 {
    /// The encoder element: key frames only where asked, no B-frames, no look-ahead, one second of rate buffer.
    ///
    /// The same settings and input caps always give the same SPS and PPS.
    pub(crate) fn element(self) -> Result<gstreamer::Element, MediaError> {
        let x264 = gst::make("x264enc")?;
        x264.set_property_from_str("speed-preset", self.preset.name());
        x264.set_property_from_str("tune", "zerolatency");
        x264.set_property_from_str("option-string", "scenecut=0:open-gop=0");
        x264.set_property("bitrate", self.bitrate.as_kbps());
        x264.set_property("vbv-buf-capacity", 1000u32);
        x264.set_property("bframes", 0u32);
        x264.set_property("threads", self.threads);
        x264.set_property("key-int-max", NO_LIMIT);
        x264.set_property("aud", false);
        Ok(x264)
    }
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
