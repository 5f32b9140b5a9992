//! What players ask for, and what they get.

use super::{fact::RungName, track::Media};

/// What a player asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// The multivariant playlist.
    Multivariant,
    /// The multivariant playlist of the plain media playlists.
    PlainMultivariant,
    /// A media playlist; with `msn` it blocks until that segment (or its `part`) is there.
    Playlist {
        /// Which rung.
        rung: RungName,
        /// `_HLS_msn`.
        msn: Option<u64>,
        /// `_HLS_part`.
        part: Option<u32>,
        /// `_HLS_skip`: a delta update is welcome.
        skip: bool,
    },
    /// A media playlist of whole segments alone, for players that stay three target durations behind.
    PlainPlaylist {
        /// Which rung.
        rung: RungName,
        /// `_HLS_skip`: a delta update is welcome.
        skip: bool,
    },
    /// An initialisation segment.
    Init {
        /// Which rung.
        rung: RungName,
        /// Its version.
        version: u32,
    },
    /// A whole segment.
    Segment {
        /// Which rung.
        rung: RungName,
        /// Its number.
        msn: u64,
    },
    /// One part.
    Part {
        /// Which rung.
        rung: RungName,
        /// Its segment.
        msn: u64,
        /// Its number in the segment.
        index: u32,
    },
}

impl Want {
    /// The rung that it is of; `None` for what names them all.
    pub(super) fn rung(&self) -> Option<&RungName> {
        match self {
            Self::Multivariant | Self::PlainMultivariant => None,
            Self::Playlist { rung, .. }
            | Self::PlainPlaylist { rung, .. }
            | Self::Init { rung, .. }
            | Self::Segment { rung, .. }
            | Self::Part { rung, .. } => Some(rung),
        }
    }
}

/// What they get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A playlist, text.
    Playlist(String),
    /// Media that never changes: to be sent one after the other.
    Media(Vec<Media>),
    /// Not there yet, but promised: wait for the next fact and ask again.
    NotYet,
    /// Isn't there and won't come: 404.
    Missing,
    /// A rung that does not play now: 410, so that players change to another one at once.
    Gone,
    /// Asked too far ahead, or nonsense: 400.
    Refused,
}
