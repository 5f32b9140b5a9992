//! Whether an encoder hangs, and whether none is there for too long. Pure.

use std::time::Duration;

use tokio::time::Instant;

use crate::encoder::{Answer, Told};

/// Two segments: without a picture for this long while pictures go in, it hangs.
const SILENT_AFTER: Duration = Duration::from_secs(4);
/// Once an encoder was lost, its rungs play on for this long while pictures come and nothing comes of them.
const AWAY: Duration = Duration::from_secs(8);
/// Nothing went in for this long: the publisher was silent, and the last pictures may wait for the next ones.
const PAUSE: Duration = Duration::from_secs(2);

/// Watches one encoder: what goes in, and what it says.
#[derive(Debug, Default)]
pub struct Watch {
    /// Since when it owes an answer to the pictures that went in.
    unanswered: Option<Instant>,
    /// When the last one went in.
    fed: Option<Instant>,
}

impl Watch {
    /// A picture went in.
    pub fn fed(&mut self, now: Instant) {
        let paused = self.fed.replace(now).is_none_or(|last| now.duration_since(last) > PAUSE);
        if paused || self.unanswered.is_none() {
            self.unanswered = Some(now);
        }
    }

    /// It said something: a picture is an answer, and so is that none is due.
    pub fn heard(&mut self, answer: &Answer) {
        if matches!(answer, Answer::Unit(_) | Answer::Told(Told::Alive { nothing_due: true, .. })) {
            self.unanswered = None;
        }
    }

    /// Whether it has owed an answer for too long, with pictures going in up to now.
    pub fn hangs(&self, now: Instant) -> bool {
        self.has_owed(now, SILENT_AFTER)
    }

    fn has_owed(&self, now: Instant, most: Duration) -> bool {
        self.fed.is_some_and(|last| now.duration_since(last) <= PAUSE)
            && self.unanswered.is_some_and(|since| now.duration_since(since) > most)
    }
}

/// Watches the encoders that come one after the other, from the loss of one on.
#[derive(Debug, Default)]
pub struct Away {
    /// Why the first one was lost.
    lost: Option<String>,
    watch: Watch,
}

impl Away {
    /// An encoder was lost.
    pub fn lost(&mut self, reason: &str) {
        if self.lost.is_none() {
            *self = Self { lost: Some(reason.to_owned()), watch: Watch::default() };
        }
    }

    /// A picture came, whether there was an encoder for it or not.
    pub fn fed(&mut self, now: Instant) {
        self.watch.fed(now);
    }

    /// Pictures come out again, or none are wanted.
    pub fn is_back(&mut self) {
        *self = Self::default();
    }

    /// Why there is no encoder, once that has been so for too long.
    pub fn is_over(&mut self, now: Instant) -> Option<String> {
        self.lost.take_if(|_| self.watch.has_owed(now, AWAY))
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
    fn one_whose_publisher_is_silent_owes_nothing_until_it_is_fed_for_a_while_again() {
        let (mut watch, start) = (Watch::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        watch.fed(at(0));
        assert!((0..100).all(|n| !watch.hangs(at(n * 100))), "it may wait for the next picture");
        for n in 0..=40 {
            watch.fed(at(10_000 + n * 100));
            assert!(!watch.hangs(at(10_000 + n * 100)), "{n}");
        }
        watch.fed(at(14_100));
        assert!(watch.hangs(at(14_100)));
    }

    #[test]
    fn an_encoder_is_away_for_as_long_as_pictures_come_and_nothing_comes_of_them() {
        let (mut away, start) = (Away::default(), Instant::now());
        let at = |tenths: u32| start + tenths * Duration::from_millis(100);
        let first = |away: &mut Away, fed: std::ops::Range<u32>, until: u32| {
            (fed.start..until).find(|n| {
                if fed.contains(n) {
                    away.fed(at(*n));
                }
                away.is_over(at(*n)).is_some()
            })
        };
        assert_eq!(first(&mut away, 0..200, 200), None, "none was lost");
        away.lost("it ended");
        assert_eq!(first(&mut away, 200..240, 1_000), None, "the publisher takes a break");
        away.lost("it ended again");
        assert_eq!(first(&mut away, 1_000..2_000, 2_000), Some(1_081));
        away.lost("it ended");
        assert_eq!(first(&mut away, 2_000..2_060, 2_060), None);
        away.is_back();
        assert_eq!(first(&mut away, 2_060..2_300, 2_300), None);
    }

    #[test]
    fn what_is_fed_nothing_owes_nothing() {
        assert!(!Watch::default().hangs(Instant::now() + Duration::from_secs(60)));
    }
}
