//! What was used in each month, counted from facts as they are heard: each once.

use chrono::{DateTime, Months, Utc};
use futures_util::FutureExt as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, month_of};
use crate::base::{Invalid, from_ms, to_ms};
use crate::db::{DbError, Tx};
use crate::events::{Event, Heard, Listener, Recorded};

/// What an organisation used in a calendar month (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Usage {
    /// The month: `2026-11`.
    pub month: String,
    /// Shows that went on air in it.
    pub shows: i64,
    /// Whole minutes on air of shows that are over.
    pub minutes: i64,
    /// The most viewers at one time, over all shows, to a minute.
    pub peak_viewers: i64,
    /// Orders.
    pub orders: i64,
}

impl Usage {
    /// Nothing, in a month.
    #[must_use]
    pub(super) fn none(month: String) -> Self {
        Self { month, shows: 0, minutes: 0, peak_viewers: 0, orders: 0 }
    }
}

/// The word of an instant's month: `2026-11`.
pub(super) fn month(at: DateTime<Utc>) -> String {
    at.format("%Y-%m").to_string()
}

/// A month that somebody asks for.
pub(super) fn check_month(text: &str) -> Result<String, Invalid> {
    let bytes = text.as_bytes();
    let fits = bytes.len() == 7
        && bytes.iter().enumerate().all(|(n, b)| if n == 4 { *b == b'-' } else { b.is_ascii_digit() })
        && matches!(text[5..].parse::<u32>(), Ok(1..=12));
    if fits { Ok(text.to_owned()) } else { Err(Invalid::new("`month` takes a month: `2026-11`")) }
}

/// What of a time on air lies in which month, in milliseconds.
fn split(from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(String, i64)> {
    let (mut parts, mut begun) = (Vec::new(), from);
    while begun < to && parts.len() < 24 {
        let next = month_of(begun).checked_add_months(Months::new(1)).unwrap_or(to);
        let until = next.min(to);
        parts.push((month(begun), to_ms(until) - to_ms(begun)));
        begun = until;
    }
    parts
}

/// Counts what is used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meter;

impl Listener for Meter {
    fn name(&self) -> &'static str {
        "plan.meter"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::ShowWentLive { .. } | Event::ShowEnded { .. } | Event::OrderRecorded { .. })
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        async move { Ok(meter(tx, fact).await?) }.boxed()
    }
}

async fn meter(tx: &mut Tx, fact: &Recorded) -> Result<(), DbError> {
    if !store::exists(tx, fact.org).await? {
        return Ok(());
    }
    match fact.event {
        Event::ShowWentLive { show, at } => {
            // To the millisecond, as everything that is kept.
            let at = from_ms(to_ms(at));
            if store::begin(tx, fact.org, show, at).await? {
                store::add(tx, fact.org, &month(at), (1, 0, 0)).await?;
            }
        }
        Event::ShowEnded { show, .. } => {
            if let Some(live) = store::end(tx, show, fact.at).await? {
                for (month, ms) in split(live, fact.at) {
                    store::add(tx, fact.org, &month, (0, ms, 0)).await?;
                }
            }
        }
        Event::OrderRecorded { .. } => store::add(tx, fact.org, &month(fact.at), (0, 0, 1)).await?,
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_night_between_two_months_counts_in_both() {
        let parts = split(at("2026-11-30T23:30:00Z"), at("2026-12-01T00:45:00Z"));
        assert_eq!(parts, [("2026-11".to_owned(), 30 * 60_000), ("2026-12".to_owned(), 45 * 60_000)]);
        assert_eq!(split(at("2026-11-30T23:30:00Z"), at("2026-11-30T23:30:00Z")), []);
        assert_eq!(split(at("2026-12-30T00:00:00Z"), at("2027-01-01T00:00:01Z")).len(), 2);
    }

    #[test]
    fn a_month_is_a_month() {
        assert!(check_month("2026-11").is_ok());
        for bad in ["", "2026", "2026-13", "2026-00", "2026-1", "11-2026", "2026/11", "２026-1"] {
            assert!(check_month(bad).is_err(), "{bad}");
        }
    }
}
