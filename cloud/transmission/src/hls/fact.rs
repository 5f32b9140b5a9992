//! What the packager says happened. Journalled first, then shown to players.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{Highlight, PublishSessionId};

use super::time::MediaTime;

/// The name of a rendition: `source`, `480p`. It is part of URLs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RungName(Arc<str>);

impl RungName {
    /// The publisher's own pictures, passed through untouched.
    pub const SOURCE: &str = "source";

    /// A name of at most 16 small letters and digits; `None` for anything else.
    pub fn new(name: &str) -> Option<Self> {
        let fits = (1..=16).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        fits.then(|| Self(name.into()))
    }

    /// The source rung's name.
    pub fn source() -> Self {
        Self(Self::SOURCE.into())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RungName {
    type Error = &'static str;
    fn try_from(name: String) -> Result<Self, &'static str> {
        Self::new(&name).ok_or("a rung's name has 1 to 16 small letters and digits")
    }
}

impl From<RungName> for String {
    fn from(name: RungName) -> Self {
        name.0.as_ref().into()
    }
}

impl fmt::Display for RungName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a player is told of a rung before it loads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackInfo {
    /// The `CODECS` attribute.
    pub codecs: String,
    /// Visible width.
    pub width: u32,
    /// Visible height.
    pub height: u32,
    /// Frames in a second, when the stream says so.
    pub frame_rate: Option<f64>,
}

/// A rung that will play: what players may be told of it before its first picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Its name.
    pub rung: RungName,
    /// What it will be.
    pub info: TrackInfo,
    /// Bits in a second that it is encoded at; pictures and sound.
    pub bits_per_second: u64,
}

/// The reason of a [`Fact::RungDown`] of the source: the rungs beside it are shown in its place.
pub(super) const KEYS_ARE_FAR: &str = "its key frames are too far apart";
/// Another one.
pub(super) const PICTURES_TOO_SELDOM: &str = "its pictures come too seldom";
/// The reason of a [`Fact::RungDown`] that is as it should be: the source is as small as that rung.
pub const NOT_LARGER: &str = "the source is not larger any more";
/// Another one: the rung stood in for a source of its size.
pub const SOURCE_IS_SHOWN: &str = "the source itself is shown at this size again";

/// Something that happened to the packaged show. Folding all facts in order gives the
/// [`Window`](super::Window); the journal is nothing but facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A rung has a (new) initialisation segment. Comes before the first segment that needs it.
    Init {
        /// Which rung.
        rung: RungName,
        /// Counts up within the rung; part of the URL.
        version: u32,
        /// For the multivariant playlist.
        info: TrackInfo,
        /// `ftyp` + `moov`.
        #[serde(skip)]
        bytes: Bytes,
    },
    /// A rung begins a segment.
    SegmentOpened {
        /// Which rung.
        rung: RungName,
        /// Media sequence number, the same in every rung for the same media time.
        msn: u64,
        /// Media time of its start, the same in every rung.
        start: MediaTime,
        /// The initialisation segment it needs.
        init: u32,
        /// Whether `EXT-X-DISCONTINUITY` stands before it.
        discontinuity: bool,
        /// Its discontinuity sequence number.
        discontinuity_sequence: u64,
    },
    /// A part is complete.
    Part {
        /// Which rung.
        rung: RungName,
        /// Its segment.
        msn: u64,
        /// Its number in the segment, from 0.
        index: u32,
        /// Media time from its start to the next part's start.
        duration: MediaTime,
        /// Whether it begins with an IDR.
        independent: bool,
        /// `moof` + `mdat`; empty for a part without pictures and sound.
        #[serde(skip)]
        bytes: Bytes,
    },
    /// A segment is complete in a rung.
    SegmentClosed {
        /// Which rung.
        rung: RungName,
        /// Which segment.
        msn: u64,
        /// Media time from its start to the next one's start.
        duration: MediaTime,
        /// Whether pictures are missing: players must not load it (`EXT-X-GAP`).
        gap: bool,
    },
    /// The rungs that will play beside the source, largest first. Players wait for it: a rung that they are not told of
    /// with the first answer they never use.
    Ladder {
        /// Them; none when the source is all there is.
        offers: Vec<Offer>,
    },
    /// A run was given its place, so that it keeps it over a crash: `media_time_ms = rtmp_ts_ms + offset_ms`.
    Anchored {
        /// The publish session.
        session: PublishSessionId,
        /// In milliseconds.
        offset_ms: i64,
    },
    /// A rung does not play now: it answers 410.
    RungDown {
        /// Which rung.
        rung: RungName,
        /// Why, in words for the log and the timeline.
        reason: String,
    },
    /// The show is on air: public playlists begin with this segment.
    WentLive {
        /// First public media sequence number.
        from_msn: u64,
        /// When it was told to.
        at: DateTime<Utc>,
    },
    /// A product or coupon was pinned or unpinned.
    Highlight {
        /// The transition.
        highlight: Highlight,
    },
    /// The show is over: playlists end.
    Ended,
}

impl Fact {
    /// The media bytes it carries, if any.
    pub fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Init { bytes, .. } | Self::Part { bytes, .. } => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn set_bytes(&mut self, value: Bytes) {
        if let Self::Init { bytes, .. } | Self::Part { bytes, .. } = self {
            *bytes = value;
        }
    }
}
