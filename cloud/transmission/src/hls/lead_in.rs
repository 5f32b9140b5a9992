//! The source's pictures since its last key frame: what a decoder must have seen to show the next one.

use bytes::Bytes;

/// A group of pictures longer than this is not kept: nobody should have to decode so much to see one picture.
const MOST_PICTURES: usize = 600;
const MOST_BYTES: usize = 24 << 20;

/// The current group of pictures.
#[derive(Debug, Default)]
pub(super) struct LeadIn {
    pictures: Vec<Bytes>,
    bytes: usize,
}

impl LeadIn {
    /// Takes the next picture.
    pub fn push(&mut self, key: bool, data: Bytes) {
        if key {
            self.clear();
        }
        if !key && self.pictures.is_empty() {
            return;
        }
        self.bytes += data.len();
        self.pictures.push(data);
        if self.pictures.len() > MOST_PICTURES || self.bytes > MOST_BYTES {
            self.clear();
        }
    }

    /// What comes next does not lean on what came.
    pub fn clear(&mut self) {
        self.pictures.clear();
        self.bytes = 0;
    }

    /// Whether it leads a decoder to the next picture.
    pub fn is_usable(&self) -> bool {
        !self.pictures.is_empty()
    }

    /// The pictures, from the key frame on.
    pub fn pictures(&self) -> &[Bytes] {
        &self.pictures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_at_a_key_frame_and_has_a_bound() {
        let mut lead_in = LeadIn::default();
        lead_in.push(false, Bytes::from_static(b"p"));
        assert!(!lead_in.is_usable());
        lead_in.push(true, Bytes::from_static(b"i"));
        lead_in.push(false, Bytes::from_static(b"p"));
        assert_eq!(lead_in.pictures(), [Bytes::from_static(b"i"), Bytes::from_static(b"p")]);
        (0..MOST_PICTURES).for_each(|_| lead_in.push(false, Bytes::from_static(b"p")));
        assert!(!lead_in.is_usable(), "too long a way");
        lead_in.push(true, Bytes::from_static(b"i"));
        assert_eq!(lead_in.pictures().len(), 1);
    }
}
