//! What a transmission needs: headers and the pictures since the last key frame when it begins, and what it lacks when it
//! could not take all at once. Pure.

use std::collections::VecDeque;

use vitrine_rtmp::flv::{Tag, TagKind};

/// Most that is kept, over all tags: four seconds of a 40 Mb/s stream.
const MAX_BYTES: usize = 20 << 20;
const MAX_TAGS: usize = 8_192;

/// The publisher's sequence headers, metadata and current group of pictures.
///
/// Tags are numbered as they come, over all publishers of the show: whoever is sent them remembers one number.
#[derive(Debug, Default)]
pub struct GopCache {
    metadata: Option<Tag>,
    video_header: Option<Tag>,
    audio_header: Option<Tag>,
    tags: VecDeque<Tag>,
    /// The number of the first of them.
    first: u64,
    /// The first of them is a key frame.
    has_key: bool,
    bytes: usize,
}

impl GopCache {
    /// Takes the publisher's next tag.
    pub fn push(&mut self, tag: &Tag) {
        if tag.kind == TagKind::Script {
            self.metadata = Some(tag.clone());
        } else if tag.is_sequence_header() {
            let slot =
                if tag.kind == TagKind::Video { &mut self.video_header } else { &mut self.audio_header };
            if slot.replace(tag.clone()).is_some_and(|old| old.payload != tag.payload) {
                self.forget_pictures(); // they lean on the old one
            }
        } else if tag.is_keyframe() {
            self.forget_pictures();
            self.has_key = true;
        }
        self.bytes += tag.payload.len();
        self.tags.push_back(tag.clone());
        while self.bytes > MAX_BYTES || self.tags.len() > MAX_TAGS {
            self.forget_first();
        }
    }

    /// The tag of this number; `None` when it has not come yet, or is forgotten.
    pub fn get(&self, number: u64) -> Option<&Tag> {
        self.tags.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// The number of the oldest tag that is kept, or of the next to come.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// What goes before the first tag when a transmission begins there: metadata and headers.
    pub fn headers(&self) -> impl Iterator<Item = &Tag> {
        [&self.metadata, &self.video_header, &self.audio_header].into_iter().flatten()
    }

    /// Whether the oldest tag that is kept is a key frame.
    pub fn has_key(&self) -> bool {
        self.has_key
    }

    /// Whether a transmission can begin with the oldest tag: where there are pictures, it must be a key frame.
    pub fn can_begin(&self) -> bool {
        self.has_key || self.video_header.is_none()
    }

    /// Everything before this number was sent: without a key frame, nobody will ask for it again.
    pub fn sent(&mut self, next: u64) {
        while !self.has_key && self.first < next && !self.tags.is_empty() {
            self.forget_first();
        }
    }

    /// Forgets all: the publisher is another one.
    pub fn clear(&mut self) {
        self.forget_pictures();
        (self.metadata, self.video_header, self.audio_header) = (None, None, None);
    }

    /// Forgets the current group of pictures; headers stay.
    fn forget_pictures(&mut self) {
        self.first += self.tags.len() as u64;
        self.tags.clear();
        (self.has_key, self.bytes) = (false, 0);
    }

    fn forget_first(&mut self) {
        if let Some(tag) = self.tags.pop_front() {
            self.first += 1;
            self.bytes -= tag.payload.len();
            self.has_key = false;
        }
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

    fn cache(tags: impl IntoIterator<Item = Tag>) -> GopCache {
        let mut cache = GopCache::default();
        tags.into_iter().for_each(|tag| cache.push(&tag));
        cache
    }

    /// The times of what a transmission that begins is given; `None` when it cannot begin.
    fn times(cache: &GopCache) -> Option<Vec<u32>> {
        let tags = (cache.first()..).map_while(|number| cache.get(number));
        cache.can_begin().then(|| cache.headers().chain(tags).map(|tag| tag.timestamp_ms).collect())
    }

    #[test]
    fn it_begins_with_the_headers_and_the_last_key_frame() {
        let mut cache = cache([video(0, HEADER), video(1, INTER)]);
        assert_eq!(times(&cache), None);
        for tag in [video(2, KEY), video(3, INTER), video(4, KEY), video(5, INTER)] {
            cache.push(&tag);
        }
        assert_eq!(times(&cache), Some(vec![0, 4, 5]));
        assert_eq!(cache.get(cache.first() - 1), None, "what is forgotten");
    }

    #[test]
    fn a_changed_header_forgets_pictures_that_lean_on_the_old_one() {
        let mut cache = cache([video(0, HEADER), video(2, KEY), video(2, HEADER), video(2, INTER)]);
        assert_eq!(times(&cache), Some(vec![2, 2, 2, 2]), "the same one again changes nothing");
        for tag in [video(3, b"\x17\x00\0\0\0other"), video(4, INTER)] {
            cache.push(&tag);
        }
        assert_eq!(times(&cache), None);
    }

    #[test]
    fn an_endless_group_of_pictures_does_not_fill_the_memory() {
        let mut cache = cache([video(0, HEADER), video(0, KEY)]);
        for time in 1..20_000 {
            cache.push(&video(time, INTER));
        }
        assert!(cache.tags.len() <= MAX_TAGS && times(&cache).is_none());
        cache.sent(20_000);
        assert_eq!(
            (cache.tags.len(), cache.bytes),
            (1, cache.tags[0].payload.len()),
            "what was not sent yet"
        );
        cache.sent(u64::MAX);
        assert_eq!((cache.tags.len(), cache.bytes, cache.first()), (0, 0, 20_001));
    }

    #[test]
    fn numbers_go_on_over_publishers() {
        let mut cache = cache([video(0, KEY), video(1, INTER)]);
        cache.clear();
        cache.push(&video(7, KEY));
        assert_eq!((cache.first(), cache.get(2).map(|tag| tag.timestamp_ms)), (2, Some(7)));
    }
}
