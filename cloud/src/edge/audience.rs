//! About how many low-latency viewers a show has at this edge.
//!
//! A low-latency player asks for its playlist once for each part, whatever connections it uses and whoever stands
//! between: the asking, over the length of a part, is the viewers. One that cannot keep up asks less and counts less.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use parking_lot::RwLock;
use tokio::time::Instant;
use vitrine_protocol::ShowId;
use vitrine_transmission::hls::PART_TARGET;

/// How long asking is counted before it is told.
const SPAN: Duration = Duration::from_secs(2);

/// Counts those who ask.
#[derive(Debug)]
pub(super) struct Audience {
    start: Instant,
    shows: RwLock<HashMap<ShowId, Arc<Askers>>>,
}

#[derive(Debug, Default)]
struct Askers {
    /// Which span is being counted, how many asked in it, and in the one before.
    span: AtomicU64,
    now: AtomicU32,
    before: AtomicU32,
}

impl Audience {
    pub fn new() -> Self {
        Self { start: Instant::now(), shows: RwLock::default() }
    }

    /// Somebody got a moment of one of the show's playlists.
    pub fn asked(&self, show: ShowId, now: Instant) {
        let span = self.span(now);
        let known = self.shows.read().get(&show).cloned();
        let askers = known.unwrap_or_else(|| {
            let mut shows = self.shows.write();
            // Shows that nobody asks for any more.
            shows.retain(|_, askers| askers.span.load(Relaxed) + 30 > span);
            shows.entry(show).or_default().clone()
        });
        askers.turn(span);
        askers.now.fetch_add(1, Relaxed);
    }

    /// How many viewers of `show` that means.
    pub fn viewers(&self, show: ShowId, now: Instant) -> u64 {
        let Some(askers) = self.shows.read().get(&show).cloned() else { return 0 };
        askers.turn(self.span(now));
        // The span that is being counted is not over, but tells already of a crowd that has just come.
        let asked = askers.before.load(Relaxed).max(askers.now.load(Relaxed));
        u64::from(asked) * PART_TARGET.ms().unsigned_abs() / SPAN.as_millis() as u64
    }

    fn span(&self, now: Instant) -> u64 {
        (now.saturating_duration_since(self.start).as_millis() / SPAN.as_millis()) as u64
    }
}

impl Askers {
    /// Begins to count `span`, if nobody has yet. Who asks in the same instant may fall between two spans.
    fn turn(&self, span: u64) {
        let counted = self.span.load(Relaxed);
        if counted < span && self.span.compare_exchange(counted, span, Relaxed, Relaxed).is_ok() {
            let asked = self.now.swap(0, Relaxed);
            self.before.store(if counted + 1 == span { asked } else { 0 }, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_thousand_players_are_counted_as_about_a_thousand_and_then_forgotten() {
        let (audience, show) = (Audience::new(), ShowId::new());
        let start = Instant::now();
        for part in 0..40u32 {
            let now = start + Duration::from_millis(210) * part;
            (0..1_000).for_each(|_| audience.asked(show, now));
        }
        let end = start + Duration::from_millis(210) * 40;
        let viewers = audience.viewers(show, end);
        assert!((900..=1_100).contains(&viewers), "{viewers}");
        assert_eq!(audience.viewers(ShowId::new(), end), 0);
        assert_eq!(audience.viewers(show, end + 2 * SPAN), 0, "they have left");
    }

    #[tokio::test(start_paused = true)]
    async fn shows_that_are_over_take_no_memory() {
        let audience = Audience::new();
        let start = Instant::now();
        (0..100).for_each(|_| audience.asked(ShowId::new(), start));
        audience.asked(ShowId::new(), start + 60 * SPAN);
        assert_eq!(audience.shows.read().len(), 1);
    }
}
