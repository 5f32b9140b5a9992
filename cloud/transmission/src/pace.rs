//! How often `ingest` is told of one thing: a few times at once, then once in a while, the newest in place of those before.
//!
//! Each report is a row of the timeline and a line of the log. A publisher that alternates two headers does not write as many
//! of them as its line allows.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use std::time::Duration;

use tokio::time::Instant;
use vitrine_protocol::PublishSessionId;

use super::link::Report;

/// So many of one subject are told at once: more than a healthy show has in a minute.
const AT_ONCE: u32 = 8;
/// What comes on top is told once in this time.
const EVERY: Duration = Duration::from_secs(10);

/// A kind of report, and whose it is.
type Subject = (Discriminant<Report>, String);

/// What was told of late, and what waits.
#[derive(Debug, Default)]
pub struct Pace(HashMap<Subject, Told>);

#[derive(Debug)]
struct Told {
    /// When all that was told has had its time.
    until: Instant,
    /// The newest that was not told yet.
    waiting: Option<Report>,
}

impl Pace {
    /// Takes a report, and gives it back if it is to be told now. Else it waits for [`due`](Self::due), in the place of what
    /// waited before.
    pub fn take(&mut self, report: Report, now: Instant) -> Option<Report> {
        let Some(subject) = subject(&report) else { return Some(report) };
        let told = self.0.entry(subject).or_insert(Told { until: now, waiting: None });
        told.waiting = Some(report);
        told.next(now)
    }

    /// What has waited long enough.
    pub fn due(&mut self, now: Instant) -> Vec<Report> {
        let due = self.0.values_mut().filter_map(|told| told.next(now)).collect();
        self.0.retain(|_, told| told.waiting.is_some() || told.until > now);
        due
    }

    /// A publisher begins: its place on the clock is told at once, whatever was told of it before.
    pub fn begin(&mut self, session: PublishSessionId) {
        self.0.retain(|(kind, of), _| {
            *kind != discriminant(&Report::SessionMapped { session, offset_ms: 0 })
                || *of != session.to_string()
        });
    }
}

impl Told {
    fn next(&mut self, now: Instant) -> Option<Report> {
        let until = self.until.max(now);
        if self.waiting.is_none() || until - now > EVERY * (AT_ONCE - 1) {
            return None;
        }
        self.until = until + EVERY;
        self.waiting.take()
    }
}

/// What a report is of; `None` for what has a pace of its own, or comes once.
fn subject(report: &Report) -> Option<Subject> {
    let of = match report {
        Report::SessionMapped { session, .. } | Report::NotCarried { session, .. } => session.to_string(),
        Report::Rung { name, .. } => name.clone(),
        Report::Recording { .. }
        | Report::Journal { .. }
        | Report::HalfRate { .. }
        | Report::Codec { .. } => String::new(),
        Report::Hello(_)
        | Report::Heartbeat { .. }
        | Report::Health(_)
        | Report::Moved { .. }
        | Report::Ended => return None,
    };
    Some((discriminant(report), of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codec(text: &str) -> Report {
        Report::Codec { text: text.to_owned() }
    }

    #[test]
    fn headers_that_alternate_are_told_a_few_times_and_the_newest_in_the_end() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let mut told = Vec::new();
        for ms in 0..65_000 {
            let now = start + Duration::from_millis(ms);
            told.extend(pace.take(codec(["AAC 48000 Hz", "AAC 44100 Hz"][ms as usize % 2]), now));
            told.extend(pace.due(now));
        }
        assert_eq!(told.len(), 8 + 6, "in a minute");
        assert!(pace.take(codec("AAC 32000 Hz"), start + Duration::from_secs(65)).is_none());
        assert_eq!(pace.due(start + Duration::from_secs(70)), [codec("AAC 32000 Hz")]);
        assert!(pace.due(start + Duration::from_secs(600)).is_empty() && pace.0.is_empty());
    }

    #[test]
    fn one_subject_does_not_hold_up_another_nor_a_publisher_that_begins() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let session = PublishSessionId::new();
        let mapped = |session, offset_ms| Report::SessionMapped { session, offset_ms };
        let rung = |name: &str| Report::Rung { name: name.to_owned(), up: true, reason: None };
        (0..100).for_each(|n| drop(pace.take(mapped(session, n), now)));
        (0..100).for_each(|_| drop(pace.take(rung("480p"), now)));
        assert!(pace.take(mapped(session, 100), now).is_none() && pace.take(rung("480p"), now).is_none());
        for other in [rung("720p"), codec("H.264"), mapped(PublishSessionId::new(), 1), Report::Ended] {
            assert_eq!(pace.take(other.clone(), now), Some(other));
        }
        pace.begin(session);
        assert_eq!(pace.take(mapped(session, 101), now), Some(mapped(session, 101)));
        assert!(pace.take(rung("480p"), now).is_none());
    }
}
