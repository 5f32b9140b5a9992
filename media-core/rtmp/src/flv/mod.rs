//! FLV: tags, what their first bytes say, and files of them.
//!
//! Sources: Video File Format Specification 10.1 (Adobe), annex E; Enhanced RTMP v2 (Veovera, 2024).

mod audio;
mod file;
mod video;

pub use audio::{AudioCodec, AudioHeader, AudioPacket};
pub(crate) use file::aggregate;
pub use file::{FileReader, file_header, write_tag};
pub use video::{FrameType, VideoCodec, VideoHeader, VideoPacket};

use std::fmt;

use bytes::Bytes;
use thiserror::Error;

use crate::amf0::{self, Amf0Value};
use crate::message;

/// The three kinds of tag, which are message types 8, 9 and 18 too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagKind {
    /// Type 8.
    Audio,
    /// Type 9.
    Video,
    /// Type 18: a name and values in AMF0, such as `onMetaData`.
    Script,
}

/// One FLV tag without its header: what RTMP carries as one message.
#[derive(Clone, PartialEq, Eq)]
pub struct Tag {
    /// Audio, video or script.
    pub kind: TagKind,
    /// Decode time in milliseconds as the publisher counts it, wrapping at 2^32.
    pub timestamp_ms: u32,
    /// The tag's body, starting with the codec byte.
    pub payload: Bytes,
}

/// Why FLV bytes cannot be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The file does not start with `FLV` and version 1.
    #[error("not an FLV file")]
    Signature,
    /// A tag type other than 8, 9 and 18.
    #[error("unknown tag type {0}")]
    TagType(u8),
    /// A tag's body ends before its header does.
    #[error("tag ends inside its header")]
    Truncated,
    /// A tag or file header is larger than the limit that the reader was given.
    #[error("tag of {0} bytes is too large")]
    TooLarge(usize),
}

impl TagKind {
    /// The tag type on the wire.
    pub fn type_id(self) -> u8 {
        match self {
            Self::Audio => message::AUDIO,
            Self::Video => message::VIDEO,
            Self::Script => message::DATA,
        }
    }

    /// The kind of a tag type on the wire.
    pub fn from_type_id(type_id: u8) -> Option<Self> {
        match type_id {
            message::AUDIO => Some(Self::Audio),
            message::VIDEO => Some(Self::Video),
            message::DATA => Some(Self::Script),
            _ => None,
        }
    }
}

impl Tag {
    /// An `onMetaData` tag of these properties, as an ECMA array.
    pub fn metadata(timestamp_ms: u32, properties: Vec<(String, Amf0Value)>) -> Self {
        let payload = amf0::encode_all(&["onMetaData".into(), Amf0Value::EcmaArray(properties)]).freeze();
        Self { kind: TagKind::Script, timestamp_ms, payload }
    }

    /// What the first bytes of a video tag say; `None` for other kinds and for what cannot be read.
    pub fn video_header(&self) -> Option<VideoHeader> {
        (self.kind == TagKind::Video).then(|| VideoHeader::parse(&self.payload).ok()).flatten()
    }

    /// What the first bytes of an audio tag say; `None` for other kinds and for what cannot be read.
    pub fn audio_header(&self) -> Option<AudioHeader> {
        (self.kind == TagKind::Audio).then(|| AudioHeader::parse(&self.payload).ok()).flatten()
    }

    /// True for a decoder configuration: it must reach every reader and is never dropped.
    pub fn is_sequence_header(&self) -> bool {
        self.video_header().is_some_and(|header| header.is_sequence_header())
            || self.audio_header().is_some_and(|header| header.is_sequence_header())
    }

    /// True for coded video that a decoder can start with.
    pub fn is_keyframe(&self) -> bool {
        self.video_header().is_some_and(|header| header.is_keyframe())
    }
}

/// Media stays out of logs: only its size is shown.
impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tag")
            .field("kind", &self.kind)
            .field("timestamp_ms", &self.timestamp_ms)
            .field("payload_bytes", &self.payload.len())
            .finish()
    }
}

/// The four-character codec names of Enhanced RTMP.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FourCc(pub [u8; 4]);

impl FourCc {
    /// H.264.
    pub const AVC: FourCc = FourCc(*b"avc1");
    /// H.265.
    pub const HEVC: FourCc = FourCc(*b"hvc1");
    /// H.266.
    pub const VVC: FourCc = FourCc(*b"vvc1");
    /// AV1.
    pub const AV1: FourCc = FourCc(*b"av01");
    /// VP8.
    pub const VP8: FourCc = FourCc(*b"vp08");
    /// VP9.
    pub const VP9: FourCc = FourCc(*b"vp09");
    /// AAC.
    pub const AAC: FourCc = FourCc(*b"mp4a");
    /// MP3.
    pub const MP3: FourCc = FourCc(*b".mp3");
    /// Opus.
    pub const OPUS: FourCc = FourCc(*b"Opus");
    /// FLAC.
    pub const FLAC: FourCc = FourCc(*b"fLaC");
    /// AC-3.
    pub const AC3: FourCc = FourCc(*b"ac-3");
    /// Enhanced AC-3.
    pub const EAC3: FourCc = FourCc(*b"ec-3");

    /// The name as text, other bytes than printable ASCII escaped.
    pub fn text(self) -> String {
        self.0.escape_ascii().to_string()
    }
}

impl fmt::Debug for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Reads the parts that enhanced audio and video headers share: the packet type behind any number of ModEx
/// prefixes. Gives the packet type and the bytes after it.
///
/// `first` is the packet type that the header's first byte names; `mod_ex` the value that means ModEx.
///
/// Source: Enhanced RTMP v2, "ModEx".
fn skip_mod_ex(first: u8, mod_ex: u8, mut rest: &[u8]) -> Result<(u8, &[u8]), Error> {
    let mut packet = first;
    while packet == mod_ex {
        let (&size, after) = rest.split_first().ok_or(Error::Truncated)?;
        let (size, after) = if size == u8::MAX {
            let (long, after) = after.split_first_chunk::<2>().ok_or(Error::Truncated)?;
            (usize::from(u16::from_be_bytes(*long)) + 1, after)
        } else {
            (usize::from(size) + 1, after)
        };
        let after = after.get(size..).ok_or(Error::Truncated)?;
        let (&types, after) = after.split_first().ok_or(Error::Truncated)?;
        (packet, rest) = (types & 0x0F, after);
    }
    Ok((packet, rest))
}

/// Reads the start of a multitrack body: the packet type its tracks share, and their codec unless each track
/// names its own.
///
/// Source: Enhanced RTMP v2, "Multitrack".
fn multitrack(rest: &[u8]) -> Result<(u8, Option<FourCc>, &[u8]), Error> {
    let (&types, rest) = rest.split_first().ok_or(Error::Truncated)?;
    if types >> 4 == 2 {
        return Ok((types & 0x0F, None, rest));
    }
    let (name, rest) = four_cc(rest)?;
    Ok((types & 0x0F, Some(name), rest))
}

fn four_cc(rest: &[u8]) -> Result<(FourCc, &[u8]), Error> {
    let (name, rest) = rest.split_first_chunk::<4>().ok_or(Error::Truncated)?;
    Ok((FourCc(*name), rest))
}
