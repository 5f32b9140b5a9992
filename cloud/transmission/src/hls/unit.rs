//! What the packager takes, and what it gives.

use bytes::Bytes;

use super::{fact::Fact, time::MediaTime};

/// One coded picture on the media clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessUnit {
    /// Decode time; rises strictly within a rung.
    pub dts: MediaTime,
    /// Presentation time.
    pub pts: MediaTime,
    /// Whether a decoder can start here.
    pub key: bool,
    /// NAL units, each behind its length (AVCC form, no parameter sets needed inside).
    pub data: Bytes,
}

/// What a picture of the source leads to.
#[derive(Debug, Default)]
pub struct Packaged {
    /// To be announced.
    pub facts: Vec<Fact>,
    /// A segment begins: encoded rungs need a key frame at the first picture shown at this time or later.
    pub cut: Option<MediaTime>,
}

/// Where the public part of a show begins when it goes live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LiveFrom {
    /// At the next key frame: what was before the button stays private.
    #[default]
    Next,
    /// At the newest segment: viewers see a picture at once.
    Newest,
}
