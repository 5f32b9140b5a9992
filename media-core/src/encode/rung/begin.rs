//! Where decoding may begin. Pure.

use std::time::Duration;

use super::SourceCodec;
use crate::time::Pts;

/// A source that sends no key frame for this long sends none: decoding begins at any picture. What that leans on and
/// never came is concealed by the decoder, and heals as the pictures refresh.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits for a picture to begin at.
#[derive(Debug)]
pub(super) struct Begin {
    waiting: bool,
    /// Decode time of the first picture that was left out.
    since: Option<Pts>,
    /// The decoder can begin at a key frame only.
    strict: bool,
}

impl Begin {
    /// Nothing was fed yet.
    pub(super) fn new(codec: SourceCodec) -> Self {
        Self { waiting: true, since: None, strict: codec == SourceCodec::Av1 }
    }

    /// What comes next does not follow what was fed.
    pub(super) fn again(&mut self) {
        (self.waiting, self.since) = (true, None);
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// Whether the next picture is to be fed.
    pub(super) fn takes(&mut self, key: bool, dts: Pts) -> bool {
        if self.waiting {
            let since = *self.since.get_or_insert(dts);
            self.waiting = !key && (self.strict || dts.since(since) < PATIENCE);
        }
        !self.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of the pictures of 20 s, one in 100 ms, that is taken.
    fn first_taken(begin: &mut Begin, key: Option<u64>) -> Option<u64> {
        (0..200).find(|n| begin.takes(Some(*n) == key, Pts::from_millis(60_000 + n * 100)))
    }

    #[test]
    fn it_begins_at_a_key_frame() {
        let mut begin = Begin::new(SourceCodec::H264);
        assert_eq!(first_taken(&mut begin, Some(30)), Some(30));
        assert!(begin.takes(false, Pts::ZERO), "and goes on");
        begin.again();
        assert!(!begin.takes(false, Pts::ZERO) && begin.takes(true, Pts::ZERO));
    }

    #[test]
    fn without_key_frames_it_begins_anywhere_after_a_while() {
        let mut begin = Begin::new(SourceCodec::H265);
        assert!(!begin.takes(false, Pts::ZERO));
        begin.again();
        assert_eq!(first_taken(&mut begin, None), Some(100), "the pause before is not waiting");
        assert_eq!(first_taken(&mut Begin::new(SourceCodec::Av1), None), None);
    }
}
