//! How a publisher's pictures are coded.

use bytes::Bytes;
use vitrine_rtmp::flv::VideoCodec;

use super::{av1, hevc};
use crate::encoder::SourceCodec;
use crate::hls::VideoConfig;

/// The coding of a run's pictures.
#[derive(Debug, Clone, PartialEq)]
pub enum Coding {
    /// H.264: can be passed through.
    H264(VideoConfig),
    /// A coding that few browsers play: transcoded, never listed.
    Other(Other),
}

/// H.265 or AV1.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    /// Which.
    pub codec: SourceCodec,
    /// `hvcC` or `av1C`.
    pub record: Bytes,
    /// Visible width and height in pixels.
    pub size: (u32, u32),
}

/// A decoder configuration as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Whose it is.
    pub codec: VideoCodec,
    /// `avcC`, `hvcC` or `av1C`.
    pub record: Bytes,
}

impl Record {
    /// Reads it; an error is a sentence for the person at the encoder.
    pub fn parse(self) -> Result<Coding, String> {
        let record = self.record;
        let (codec, size) = match self.codec {
            VideoCodec::Avc => {
                return VideoConfig::parse(record)
                    .map(Coding::H264)
                    .map_err(|error| format!("H.264 that cannot be read: {error}"));
            }
            VideoCodec::Hevc => (SourceCodec::H265, hevc::size(&record)),
            VideoCodec::Av1 => (SourceCodec::Av1, av1::size(&record)),
            other => return Err(format!("{other:?} video, which is not carried; send H.264")),
        };
        match size {
            Some(size) => Ok(Coding::Other(Other { codec, record, size })),
            None => Err(format!("{codec:?} video whose configuration cannot be read; send H.264")),
        }
    }
}

impl Coding {
    /// Whether a decoder can start at `unit`; `flagged` is the publisher's word.
    pub fn is_key(&self, unit: &[u8], flagged: bool) -> bool {
        match self {
            Self::H264(config) => config.is_idr(unit),
            Self::Other(_) => flagged,
        }
    }

    /// Visible width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::H264(config) => (config.sps.width, config.sps.height),
            Self::Other(other) => other.size,
        }
    }

    /// Frames in a second, when the stream says so.
    pub fn frame_rate(&self) -> Option<f64> {
        match self {
            Self::H264(config) => config.sps.frame_rate,
            Self::Other(_) => None,
        }
    }

    /// Which decoder it needs, and that decoder's configuration.
    pub fn record(&self) -> (SourceCodec, &Bytes) {
        match self {
            Self::H264(config) => (SourceCodec::H264, &config.avcc),
            Self::Other(other) => (other.codec, &other.record),
        }
    }

    /// Its name for people.
    pub fn name(&self) -> &'static str {
        match self.record().0 {
            SourceCodec::H264 => "H.264",
            SourceCodec::H265 => "H.265",
            SourceCodec::Av1 => "AV1",
        }
    }
}
