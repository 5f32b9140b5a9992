//! Whether an encoder hangs. Pure.

use std::time::Duration;

use tokio::time::Instant;

use crate::encoder::{Answer, Told};

/// Two segments: without a picture for this long while pictures go in, it hangs.
const SILENT_AFTER: Duration = Duration::from_secs(4);

/// Watches one encoder: what goes in, and what it says.
#[derive(Debug, Default)]
pub struct Watch {
    /// Since when it owes an answer to the pictures that went in.
    unanswered: Option<Instant>,
}

impl Watch {
    /// A picture went in.
    pub fn fed(&mut self, now: Instant) {
        self.unanswered.get_or_insert(now);
    }

    /// It said something: a picture is an answer, and so is that none is due.
    pub fn heard(&mut self, answer: &Answer) {
        if matches!(answer, Answer::Unit(_) | Answer::Told(Told::Alive { nothing_due: true, .. })) {
            self.unanswered = None;
        }
    }

    /// Whether it has owed an answer for too long.
    pub fn hangs(&self, now: Instant) -> bool {
        self.unanswered.is_some_and(|since| now.duration_since(since) > SILENT_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// Pictures go in for ten seconds while `answer` is all that is said, each half second.
    fn hangs(answer: &Answer) -> bool {
        let (mut watch, start) = (Watch::default(), Instant::now());
        (0..=100u32).any(|n| {
            let now = start + n * Duration::from_millis(100);
            watch.fed(now);
            if n % 5 == 0 {
                watch.heard(answer);
            }
            watch.hangs(now)
        })
    }

    fn alive(nothing_due: bool) -> Answer {
        Answer::Told(Told::Alive { behind_ms: 0, half_rate: false, nothing_due })
    }

    #[test]
    fn an_encoder_without_rungs_lives_on_its_word() {
        assert!(!hangs(&alive(true)));
    }

    #[test]
    fn one_that_owes_pictures_hangs_whatever_else_it_says() {
        assert!(hangs(&alive(false)));
        assert!(hangs(&Answer::Thumbnail { pts_ns: 0, jpeg: Bytes::new() }));
    }

    #[test]
    fn what_is_fed_nothing_owes_nothing() {
        assert!(!Watch::default().hangs(Instant::now() + Duration::from_secs(60)));
    }
}
