//! The source's pictures since its last key frame: what a decoder must have seen to show the next one.

use bytes::Bytes;

use super::time::MediaTime;

/// A group of pictures longer than this is not kept: nobody should have to decode so much to see one picture.
const MOST_PICTURES: usize = 600;
const MOST_BYTES: usize = 24 << 20;
/// A source that sends no key frame for this long sends none: what came of late leads as well as it can, as in the encoder.
const PATIENCE: MediaTime = MediaTime::from_ms(10_000);

/// The current group of pictures, or a part of one that does not end.
#[derive(Debug, Default)]
pub(super) struct LeadIn {
    pictures: Vec<Bytes>,
    bytes: usize,
    /// When the last key frame came, or the first picture.
    since: Option<MediaTime>,
}

impl LeadIn {
    /// Takes the next picture, which is decoded at `dts`.
    pub fn push(&mut self, key: bool, dts: MediaTime, data: Bytes) {
        if key {
            self.clear();
            self.since = Some(dts);
        }
        let since = *self.since.get_or_insert(dts);
        if !key && self.pictures.is_empty() && dts - since < PATIENCE {
            return;
        }
        self.bytes += data.len();
        self.pictures.push(data);
        if self.pictures.len() > MOST_PICTURES || self.bytes > MOST_BYTES {
            self.clear();
        }
    }

    /// What comes next does not follow what came.
    pub fn clear(&mut self) {
        self.pictures.clear();
        self.bytes = 0;
    }

    /// Another run begins, or another coding.
    pub fn restart(&mut self) {
        *self = Self::default();
    }

    /// Whether it leads a decoder to the next picture.
    pub fn is_usable(&self) -> bool {
        !self.pictures.is_empty()
    }

    /// The pictures, from the key frame on if there is one.
    pub fn pictures(&self) -> &[Bytes] {
        &self.pictures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(lead_in: &mut LeadIn, key: bool, at_ms: i64) {
        let data = if key { "i" } else { "p" };
        lead_in.push(key, MediaTime::from_ms(at_ms), Bytes::from_static(data.as_bytes()));
    }

    #[test]
    fn it_begins_at_a_key_frame_and_has_a_bound() {
        let mut lead_in = LeadIn::default();
        push(&mut lead_in, false, 0);
        assert!(!lead_in.is_usable());
        push(&mut lead_in, true, 10);
        push(&mut lead_in, false, 20);
        assert_eq!(lead_in.pictures(), [Bytes::from_static(b"i"), Bytes::from_static(b"p")]);
        (0..MOST_PICTURES).for_each(|_| push(&mut lead_in, false, 30));
        assert!(!lead_in.is_usable(), "too long a way");
        push(&mut lead_in, true, 40);
        assert_eq!(lead_in.pictures().len(), 1);
    }

    #[test]
    fn without_key_frames_it_begins_anywhere_after_a_while() {
        let mut lead_in = LeadIn::default();
        let first = (0..1_000).position(|n| {
            push(&mut lead_in, n == 0, n * 40);
            lead_in.clear(); // a picture is missing
            push(&mut lead_in, false, n * 40);
            lead_in.is_usable()
        });
        assert_eq!(first, Some(250));
        lead_in.restart();
        push(&mut lead_in, false, 90_000);
        assert!(!lead_in.is_usable(), "the pause before is no waiting");
    }
}
