//! Sees rows stand still, on this machine's monotonic clock. Pure.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use vitrine_protocol::ShowId;

use super::{LEASE, Lease};

/// A longer pause between two looks proves nothing: the database may have been away for the owner too.
const LONGEST_GAP: Duration = Duration::from_millis(1_500);

#[derive(Debug, Clone, Copy)]
struct Seen {
    fence: i64,
    beat: i64,
    /// The end of the look that saw this first.
    since: Instant,
}

/// What was seen of rows that others hold.
#[derive(Debug, Default)]
pub struct Watch {
    seen: HashMap<ShowId, Seen>,
    /// The end of the last look.
    last: Option<Instant>,
    /// The begin of the last look.
    begun: Option<Instant>,
}

impl Watch {
    /// Notes a look that `began` and `ended`: each row was so at some moment in between.
    pub fn look(&mut self, leases: &[Lease], began: Instant, ended: Instant) {
        let continuous = self.last.is_some_and(|last| began.saturating_duration_since(last) <= LONGEST_GAP);
        let before = std::mem::take(&mut self.seen);
        for lease in leases {
            let known = before
                .get(&lease.show)
                .filter(|seen| continuous && (seen.fence, seen.beat) == (lease.fence, lease.beat));
            let since = known.map_or(ended, |seen| seen.since);
            self.seen.insert(lease.show, Seen { fence: lease.fence, beat: lease.beat, since });
        }
        (self.last, self.begun) = (Some(ended), Some(began));
    }

    /// Whether the row was seen as it is for the lease's length and `longer`.
    pub fn stands_still(&self, lease: &Lease, longer: Duration) -> bool {
        let (Some(seen), Some(begun)) = (self.seen.get(&lease.show), self.begun) else { return false };
        (seen.fence, seen.beat) == (lease.fence, lease.beat)
            && begun.saturating_duration_since(seen.since) >= LEASE + longer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::lease::Owner;

    fn lease(show: ShowId, beat: i64) -> Lease {
        let text = || String::from("x");
        let owner = Owner { node: text(), boot: text(), serve: text(), rtmp: text() };
        Lease { show, owner, fence: 1, beat, released: false, placed: None, msn_end: 0, head_end_ms: 0 }
    }

    struct Looker {
        watch: Watch,
        now: Instant,
    }

    impl Looker {
        /// Looks after a pause; each look takes 10 ms.
        fn look(&mut self, lease: &Lease, pause_ms: u64) -> bool {
            let began = self.now + Duration::from_millis(pause_ms);
            self.now = began + Duration::from_millis(10);
            self.watch.look(std::slice::from_ref(lease), began, self.now);
            self.watch.stands_still(lease, Duration::ZERO)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_row_that_stands_still_for_the_whole_lease_may_be_taken() {
        let show = ShowId::new();
        let mut looker = Looker { watch: Watch::default(), now: Instant::now() };
        assert!(!looker.look(&lease(show, 1), 0));
        let still: Vec<bool> = (0..7).map(|_| looker.look(&lease(show, 1), 500)).collect();
        assert_eq!(still, [false, false, false, false, false, true, true]);
        assert!(!looker.look(&lease(show, 2), 500), "the owner lives");
        assert!(!looker.watch.stands_still(&lease(ShowId::new(), 1), Duration::ZERO), "never seen");
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_was_away_proves_nothing_about_the_owner() {
        let show = ShowId::new();
        let mut looker = Looker { watch: Watch::default(), now: Instant::now() };
        looker.look(&lease(show, 1), 0);
        assert!(!looker.look(&lease(show, 1), 80_000));
        assert!(!looker.look(&lease(show, 1), 500));
    }
}
