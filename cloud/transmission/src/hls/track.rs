//! What one rung has to offer, its initialisation segments, segments and parts, and the pins beside them.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use vitrine_protocol::Highlight;

use super::{fact::TrackInfo, time::MediaTime};

/// What the playlists show.
pub(super) const WINDOW: MediaTime = MediaTime::from_ms(60_000);
/// What is held in memory: players at the live edge ask for nothing older.
const HELD: MediaTime = MediaTime::from_ms(12_000);
/// What is kept: a segment stays for its own length and that of the longest playlist it was in after it has left the list.
/// Source: RFC 8216, section 6.2.2.
const KEPT: MediaTime = MediaTime::from_ms(134_000);

/// No closed segment is asked for a part beyond this one, unless it is here and has more: 4.5 s are 26 parts of 0.18 s.
const MOST_PARTS: usize = 128;

/// A pinned product or coupon as players see it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pin {
    pub shown: Highlight,
    pub cleared: Option<DateTime<Utc>>,
}

/// Where the journal keeps a part's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The journal file's number.
    pub file: u64,
    /// Where they begin in it.
    pub offset: u64,
    /// How many they are.
    pub length: u32,
}

/// A part's bytes: in memory while they are new, then in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Media {
    /// Here.
    Held(Bytes),
    /// To be read.
    Stored(Stored),
}

impl Media {
    /// How many bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::Held(bytes) => bytes.len(),
            Self::Stored(stored) => stored.length as usize,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Part {
    pub duration: MediaTime,
    pub independent: bool,
    /// Video samples in it.
    pub pictures: u32,
    pub media: Media,
    pub stored: Option<Stored>,
}

#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub msn: u64,
    pub start: MediaTime,
    pub init: u32,
    pub discontinuity: bool,
    pub discontinuity_sequence: u64,
    pub parts: Vec<Part>,
    /// Set once it is closed.
    pub duration: Option<MediaTime>,
    pub gap: bool,
}

impl Segment {
    /// Its length so far.
    pub fn length(&self) -> MediaTime {
        self.duration.unwrap_or_else(|| self.parts.iter().fold(MediaTime::ZERO, |sum, p| sum + p.duration))
    }

    pub fn size(&self) -> usize {
        self.parts.iter().map(|p| p.media.size()).sum()
    }
}

#[derive(Debug, Clone)]
pub(super) struct Init {
    pub info: TrackInfo,
    pub bytes: Bytes,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    pub inits: BTreeMap<u32, Init>,
    pub segments: VecDeque<Segment>,
}

impl Track {
    pub fn get(&self, msn: u64) -> Option<&Segment> {
        // Numbers rise but may leave room where the rung was down.
        let at = self.segments.binary_search_by_key(&msn, |s| s.msn).ok()?;
        self.segments.get(at)
    }

    pub fn open(&mut self, segment: Segment) {
        if self.segments.back().is_none_or(|last| last.msn < segment.msn) {
            self.segments.push_back(segment);
        }
        let mut length = self.segments.iter().fold(MediaTime::ZERO, |sum, s| sum + s.length());
        while self.segments.len() > 3
            && let Some(first) = self.segments.front()
            && length - first.length() >= KEPT
        {
            length = length - first.length();
            self.segments.pop_front();
        }
        self.let_go();
        if let Some(oldest) = self.segments.front().map(|s| s.init) {
            self.inits.retain(|version, _| *version >= oldest);
        }
    }

    /// It does not play any more. Its last segment stays, without its bytes: numbers and time go on from there.
    pub fn leave(&mut self) {
        self.segments.drain(..self.segments.len().saturating_sub(1));
        for part in self.segments.iter_mut().flat_map(|segment| &mut segment.parts) {
            part.media = part.stored.map_or(Media::Held(Bytes::new()), Media::Stored);
        }
    }

    /// Lets go of bytes that the journal has and that are not new any more.
    fn let_go(&mut self) {
        let mut length = MediaTime::ZERO;
        for segment in self.segments.iter_mut().rev() {
            length += segment.length();
            if length <= HELD {
                continue;
            }
            for part in &mut segment.parts {
                match (&part.media, part.stored) {
                    (Media::Held(_), Some(stored)) => part.media = Media::Stored(stored),
                    // What is older was let go before.
                    (Media::Stored(_), _) => return,
                    (Media::Held(_), None) => {}
                }
            }
        }
    }

    /// What comes next: the segment and part number that the preload hint names.
    pub fn head(&self) -> Option<(u64, u32)> {
        let last = self.segments.back()?;
        Some(match last.duration {
            Some(_) => (last.msn + 1, 0),
            None => (last.msn, u32::try_from(last.parts.len()).unwrap_or(u32::MAX)),
        })
    }

    /// Whether segment `msn` may have a `part` of this number. There are more numbers than parts: each that is taken makes
    /// another playlist of what is long past.
    pub fn may_have(&self, msn: u64, part: u32) -> bool {
        let is_past = self.head().is_some_and(|(head_msn, _)| msn < head_msn);
        let parts = self.get(msn).map_or(0, |segment| segment.parts.len());
        !is_past || part as usize <= MOST_PARTS.max(parts)
    }

    /// Whether segment `msn`, or its `part`, is there. A part past the last one of a closed segment is the next segment's
    /// first. Source: the draft's section 6.2.5.2.
    pub fn has_reached(&self, msn: u64, part: Option<u32>) -> bool {
        let Some((head_msn, head_part)) = self.head() else { return false };
        let Some(part) = part else { return msn < head_msn };
        let closed = self.get(msn).filter(|s| s.duration.is_some());
        match closed {
            Some(segment) if part as usize >= segment.parts.len() => (msn + 1, 0) < (head_msn, head_part),
            _ => (msn, part) < (head_msn, head_part),
        }
    }

    /// The public segments: from `from_msn` on, and not older than the window.
    pub fn visible(&self, from_msn: u64) -> Vec<&Segment> {
        let mut length = MediaTime::ZERO;
        let mut shown: Vec<_> = self
            .segments
            .iter()
            .rev()
            .take_while(|s| {
                let fits = s.msn >= from_msn && length < WINDOW;
                length += s.length();
                fits
            })
            .collect();
        shown.reverse();
        shown
    }

    /// Its newest configuration, whether a segment of it is here or not.
    pub fn newest_info(&self) -> Option<&TrackInfo> {
        self.inits.values().next_back().map(|init| &init.info)
    }

    /// The configuration of its newest segment.
    pub fn info(&self) -> Option<&TrackInfo> {
        self.inits.get(&self.segments.back()?.init).map(|i| &i.info)
    }
}
