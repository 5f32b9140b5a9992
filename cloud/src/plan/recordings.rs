//! How long recordings are kept, and what happens when a plan keeps them for fewer days. Pure.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::service::NOTICE;
use super::store::Terms;

/// How long an organisation's recordings are kept after their show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordingTerms {
    /// Days; null is as long as the server keeps any.
    pub days: Option<i64>,
    /// When the days become fewer, and older recordings go; null when they do not.
    pub fewer_at: Option<DateTime<Utc>>,
    /// How many days it is from then on.
    pub fewer_days: Option<i64>,
}

/// Whether `one` many days are fewer than `other`; none is without limit.
fn fewer(one: Option<i64>, other: Option<i64>) -> bool {
    one.is_some_and(|one| other.is_none_or(|other| one < other))
}

impl Terms {
    /// What holds at `now`.
    pub(super) fn at(self, now: DateTime<Utc>) -> RecordingTerms {
        match self.before.filter(|(_, since)| now < *since + NOTICE) {
            Some((before, since)) => {
                RecordingTerms { days: before, fewer_at: Some(since + NOTICE), fewer_days: self.days }
            }
            None => RecordingTerms { days: self.days, fewer_at: None, fewer_days: None },
        }
    }

    /// What is to be noted now that the plan keeps recordings for `allowed` days. The first time, `had` says whether there may be
    /// recordings that were kept for longer until now.
    pub(super) fn now_that(noted: Option<Self>, allowed: Option<i64>, had: bool, now: DateTime<Utc>) -> Self {
        let Some(noted) = noted else {
            let before = (had && allowed.is_some()).then_some((None, now));
            return Self { days: allowed, before };
        };
        if noted.days == allowed {
            return noted;
        }
        let kept = noted.at(now);
        if fewer(allowed, noted.days) {
            return Self { days: allowed, before: Some((kept.days, now)) };
        }
        // More than was to come. What was promised meanwhile still is.
        let promised = noted.before.filter(|(before, _)| kept.fewer_at.is_some() && fewer(allowed, *before));
        Self { days: allowed, before: promised }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::base::from_ms;

    fn day(n: i64) -> DateTime<Utc> {
        from_ms(1_000_000_000_000) + TimeDelta::days(n)
    }

    #[test]
    fn fewer_days_hold_after_a_fortnight_and_more_at_once() {
        let year = Terms::now_that(None, Some(365), false, day(0));
        assert_eq!(year.at(day(0)), RecordingTerms { days: Some(365), fewer_at: None, fewer_days: None });
        let week = Terms::now_that(Some(year), Some(7), true, day(1));
        let notice = RecordingTerms { days: Some(365), fewer_at: Some(day(15)), fewer_days: Some(7) };
        assert_eq!((week.at(day(1)), week.at(day(14))), (notice, notice));
        assert_eq!(week.at(day(15)).days, Some(7));
        assert_eq!(Terms::now_that(Some(week), Some(7), true, day(9)), week, "it is noted once");
        let back = Terms::now_that(Some(week), Some(365), true, day(9));
        assert_eq!(back.at(day(9)), year.at(day(0)));
        let month = Terms::now_that(Some(week), Some(30), true, day(9));
        assert_eq!((month.at(day(9)).days, month.at(day(15)).days), (Some(365), Some(30)));
        let late = Terms::now_that(Some(week), Some(30), true, day(20));
        assert_eq!(late.at(day(20)), RecordingTerms { days: Some(30), fewer_at: None, fewer_days: None });
    }

    #[test]
    fn down_twice_in_a_fortnight_deletes_nothing_at_once() {
        let open = Terms::now_that(None, None, true, day(0));
        let month = Terms::now_that(Some(open), Some(30), true, day(1));
        let week = Terms::now_that(Some(month), Some(7), true, day(10));
        assert_eq!((week.at(day(16)).days, week.at(day(24)).days), (None, Some(7)));
    }

    #[test]
    fn what_was_kept_before_anybody_counted_stays_for_the_notice() {
        let old = Terms::now_that(None, Some(7), true, day(0));
        assert_eq!((old.at(day(13)).days, old.at(day(14)).days), (None, Some(7)));
        assert_eq!(Terms::now_that(None, Some(7), false, day(0)).at(day(0)).days, Some(7));
    }
}
