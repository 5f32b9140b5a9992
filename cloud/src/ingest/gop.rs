//! What a transmission that comes (back) needs to start at once: headers and the pictures since the last key frame. Pure.

use std::collections::VecDeque;

use vitrine_rtmp::flv::{Tag, TagKind};

/// Most that is kept, over all tags: four seconds of a 40 Mb/s stream.
const MAX_BYTES: usize = 20 << 20;
const MAX_TAGS: usize = 8_192;

/// The publisher's sequence headers, metadata and current group of pictures.
#[derive(Debug, Default)]
pub struct GopCache {
    metadata: Option<Tag>,
    video_header: Option<Tag>,
    audio_header: Option<Tag>,
    gop: VecDeque<Tag>,
    has_key: bool,
    bytes: usize,
}

impl GopCache {
    /// Takes the publisher's next tag.
    pub fn push(&mut self, tag: &Tag) {
        if tag.kind == TagKind::Script {
            self.metadata = Some(tag.clone());
            return;
        }
        if tag.is_sequence_header() {
            let old = if tag.kind == TagKind::Video { &self.video_header } else { &self.audio_header };
            if old.as_ref().is_some_and(|old| old.payload != tag.payload) {
                self.forget_pictures();
            }
            let slot =
                if tag.kind == TagKind::Video { &mut self.video_header } else { &mut self.audio_header };
            *slot = Some(tag.clone());
            return;
        }
        if tag.is_keyframe() {
            self.forget_pictures();
            self.has_key = true;
        } else if tag.kind == TagKind::Video && !self.has_key {
            return; // nothing to lean on
        }
        self.bytes += tag.payload.len();
        self.gop.push_back(tag.clone());
        if self.bytes > MAX_BYTES || self.gop.len() > MAX_TAGS {
            self.forget_pictures();
        }
    }

    /// The tags to begin with: metadata, headers, then everything since the last key frame.
    pub fn replay(&self) -> impl Iterator<Item = &Tag> {
        let headers = [&self.metadata, &self.video_header, &self.audio_header];
        headers.into_iter().flatten().chain(&self.gop)
    }

    /// Whether the publisher sends pictures.
    pub fn has_video(&self) -> bool {
        self.video_header.is_some() || self.has_key
    }

    /// Forgets the current group of pictures; headers stay.
    pub fn forget_pictures(&mut self) {
        self.gop.clear();
        (self.has_key, self.bytes) = (false, 0);
    }

    /// Forgets all: the publisher is another one.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn video(time: u32, payload: &'static [u8]) -> Tag {
        Tag { kind: TagKind::Video, timestamp_ms: time, payload: Bytes::from_static(payload) }
    }
    const HEADER: &[u8] = b"\x17\x00\0\0\0avcC";
    const KEY: &[u8] = b"\x17\x01\0\0\0key";
    const INTER: &[u8] = b"\x27\x01\0\0\0inter";

    fn times(cache: &GopCache) -> Vec<u32> {
        cache.replay().map(|tag| tag.timestamp_ms).collect()
    }

    #[test]
    fn it_begins_with_the_headers_and_the_last_key_frame() {
        let mut cache = GopCache::default();
        for tag in [
            video(0, HEADER),
            video(1, INTER),
            video(2, KEY),
            video(3, INTER),
            video(4, KEY),
            video(5, INTER),
        ] {
            cache.push(&tag);
        }
        assert_eq!(times(&cache), [0, 4, 5]);
    }

    #[test]
    fn a_changed_header_forgets_pictures_that_lean_on_the_old_one() {
        let mut cache = GopCache::default();
        for tag in [video(0, HEADER), video(2, KEY), video(3, b"\x17\x00\0\0\0other"), video(4, INTER)] {
            cache.push(&tag);
        }
        assert_eq!(times(&cache), [3]);
    }

    #[test]
    fn an_endless_group_of_pictures_does_not_fill_the_memory() {
        let mut cache = GopCache::default();
        cache.push(&video(0, KEY));
        for time in 1..20_000 {
            cache.push(&video(time, INTER));
        }
        assert!(cache.replay().count() <= MAX_TAGS);
    }
}
