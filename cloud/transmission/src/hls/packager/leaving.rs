//! When a source that is not fit to be shown is left for what the encoder makes of it. Pure.

use super::super::{grid::MAX_SEGMENT, time::MediaTime};

/// How long an encoder has to be at work before it is trusted again, when viewers had to come back from it; twice as long
/// each time, up to `MOST_TRUST`.
const LEAST_TRUST: MediaTime = MediaTime::from_ms(15_000);
const MOST_TRUST: MediaTime = MediaTime::from_ms(240_000);
/// One that held for so long is a good one.
const HELD: MediaTime = MediaTime::from_ms(300_000);
/// Viewers are moved to a rung that is behind when they have waited for a better one for so many times as long.
const PATIENCE: i64 = 8;

/// The source waits for a rung that viewers can go on with.
#[derive(Debug, Default)]
pub(super) struct Leaving {
    since: Option<MediaTime>,
    /// Since when an encoded rung is shown.
    shown_since: Option<MediaTime>,
    /// When the source was left last.
    left: Option<MediaTime>,
    trust: MediaTime,
}

impl Leaving {
    /// The source is fit, or is not shown.
    pub fn end(&mut self) {
        self.since = None;
    }

    /// The source's picture before was decoded at `dts`, and encoded rungs are `shown` then.
    pub fn note(&mut self, dts: MediaTime, shown: bool) {
        self.shown_since = self.shown_since.or(Some(dts)).filter(|_| shown);
    }

    /// Nothing but the source is there any more.
    pub fn failed(&mut self, dts: MediaTime) {
        (self.since, self.shown_since) = (None, None);
        if let Some(left) = self.left.take() {
            let longer = if dts - left < HELD { self.trust + self.trust } else { MediaTime::ZERO };
            self.trust = longer.clamp(LEAST_TRUST, MOST_TRUST);
        }
    }

    /// Whether the source, whose picture before was decoded at `dts`, is left now. `behind`: how far the rung that is best
    /// off is behind it, if one is shown; `carried`: all that is offered keeps up with it. Behind [`Leaving::note`].
    pub fn is_due(&mut self, dts: MediaTime, behind: Option<MediaTime>, carried: bool) -> bool {
        let waited = dts - *self.since.get_or_insert(dts);
        let Some((behind, shown_since)) = behind.zip(self.shown_since) else { return false };
        let trusted = dts - shown_since >= self.trust;
        let near = waited > MAX_SEGMENT && behind.nanos().saturating_mul(PATIENCE) <= waited.nanos();
        let due = trusted && (carried || near);
        if due {
            self.end();
            self.left = Some(dts);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: i64) -> MediaTime {
        MediaTime::from_ms(ms)
    }

    fn is_due(leaving: &mut Leaving, at: i64, behind: Option<i64>, carried: bool) -> bool {
        leaving.note(ms(at), behind.is_some());
        leaving.is_due(ms(at), behind.map(ms), carried)
    }

    /// When it is left, asked ten times a second from `from` on.
    fn left(leaving: &mut Leaving, from: i64, behind: Option<i64>, carried: bool) -> Option<i64> {
        let mut times = (0..6_000).map(|n| from + n * 100);
        times.find(|at| is_due(leaving, *at, behind, carried)).map(|at| at - from)
    }

    #[test]
    fn it_is_left_at_once_for_all_that_keeps_up_and_later_for_what_is_behind() {
        for (behind, carried, expected) in [
            (Some(100), true, Some(0)),
            (Some(300), false, Some(4_500)),
            (Some(1_000), false, Some(8_000)),
            (Some(2_900), false, Some(23_200)),
            (None, false, None),
        ] {
            assert_eq!(left(&mut Leaving::default(), 7_000, behind, carried), expected, "{behind:?}");
        }
    }

    #[test]
    fn an_encoder_that_viewers_had_to_come_back_from_is_trusted_later_each_time() {
        let mut leaving = Leaving::default();
        let mut at = 10_000;
        for trust in [0, 15_000, 30_000, 60_000, 120_000, 240_000, 240_000] {
            assert_eq!(left(&mut leaving, at, Some(100), true), Some(trust));
            at += trust + 10_000;
            leaving.failed(ms(at));
        }
        assert_eq!(left(&mut leaving, at, Some(100), true), Some(240_000));
        leaving.failed(ms(at + 240_000 + 300_000));
        assert_eq!(left(&mut leaving, at + 600_000, Some(100), true), Some(15_000), "it had held for long");
    }

    #[test]
    fn two_near_key_frames_now_and_then_cost_an_encoder_no_trust() {
        let mut leaving = Leaving::default();
        assert_eq!(left(&mut leaving, 0, Some(100), true), Some(0));
        leaving.failed(ms(8_000));
        let left_at = (100..400).find(|n| {
            let at = n * 100;
            leaving.note(ms(at), true);
            if n % 40 == 0 {
                leaving.end();
                return false;
            }
            leaving.is_due(ms(at), Some(ms(100)), true)
        });
        assert_eq!(left_at, Some(250));
    }

    #[test]
    fn one_that_goes_before_it_is_trusted_moves_nobody() {
        let mut leaving = Leaving::default();
        assert_eq!(left(&mut leaving, 0, Some(100), true), Some(0));
        leaving.failed(ms(8_000));
        for at in 0..10 {
            let at = 20_000 + at * 20_000;
            assert!((0..120).all(|n| !is_due(&mut leaving, at + n * 100, Some(100), true)), "{at}");
            leaving.failed(ms(at + 14_000));
        }
        assert_eq!(left(&mut leaving, 300_000, Some(100), true), Some(15_000));
    }
}
