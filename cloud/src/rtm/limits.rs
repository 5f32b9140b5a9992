//! How often one socket may speak.

use std::time::Duration;

use tokio::time::Instant;

/// A bucket that holds `burst` tokens and gets one more every `refill`.
#[derive(Debug)]
pub(super) struct Bucket {
    burst: u32,
    refill: Duration,
    tokens: u32,
    since: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(super) fn new(burst: u32, refill: Duration, now: Instant) -> Self {
        Self { burst, refill, tokens: burst, since: now }
    }

    /// Takes one token, if there is one.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.since);
        let grown = u32::try_from(passed.as_nanos() / self.refill.as_nanos().max(1)).unwrap_or(u32::MAX);
        if grown > 0 {
            self.tokens = self.tokens.saturating_add(grown).min(self.burst);
            self.since = if self.tokens == self.burst { now } else { self.since + self.refill * grown };
        }
        if self.tokens == 0 {
            return false;
        }
        if self.tokens == self.burst {
            self.since = now; // it starts to grow again from here
        }
        self.tokens -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_each_refill() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut bucket = Bucket::new(3, second, start);
        assert_eq!((0..5).filter(|_| bucket.take(start)).count(), 3);
        assert!(!bucket.take(start + second / 2));
        assert!(bucket.take(start + second));
        assert!(!bucket.take(start + second));
        assert_eq!((0..9).filter(|_| bucket.take(start + second * 100)).count(), 3);
    }
}
