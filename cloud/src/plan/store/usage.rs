//! SQL of what was used in each month, counted from facts.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, ShowId};

use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::plan::Usage;
use crate::{on, row};

row! {
    struct UsageRow {
        month: String,
        shows: i64,
        on_air_ms: i64,
        peak_viewers: i64,
        orders: i64,
    }
}

impl UsageRow {
    fn into_usage(self) -> Usage {
        Usage {
            month: self.month,
            shows: self.shows,
            minutes: self.on_air_ms / 60_000,
            peak_viewers: self.peak_viewers,
            orders: self.orders,
        }
    }
}

/// What was used in a month; `None` where nothing was.
pub(in crate::plan) async fn usage(db: &Db, org: OrgId, month: &str) -> Result<Option<Usage>, DbError> {
    let row: Option<UsageRow> = on!(db, c => sqlx::query_as(
        "SELECT month, shows, on_air_ms, peak_viewers, orders FROM org_usage WHERE org_id = $1 AND month = $2"
    ).bind(org).bind(month).fetch_optional(c).await)?;
    Ok(row.map(UsageRow::into_usage))
}

/// Adds to what was used in a month.
pub(in crate::plan) async fn add(
    tx: &mut Tx,
    org: OrgId,
    month: &str,
    (shows, on_air_ms, orders): (i64, i64, i64),
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO org_usage (org_id, month, shows, on_air_ms, peak_viewers, orders) VALUES ($1, $2, $3, $4, 0, $5)
         ON CONFLICT (org_id, month) DO UPDATE SET shows = org_usage.shows + excluded.shows,
            on_air_ms = org_usage.on_air_ms + excluded.on_air_ms, orders = org_usage.orders + excluded.orders"
    ).bind(org).bind(month).bind(shows).bind(on_air_ms).bind(orders).execute(c).await.map(drop))?;
    Ok(())
}

/// Raises the most viewers of a month.
pub(in crate::plan) async fn raise_peak(
    tx: &mut Tx,
    org: OrgId,
    month: &str,
    viewers: i64,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO org_usage (org_id, month, shows, on_air_ms, peak_viewers, orders) VALUES ($1, $2, 0, 0, $3, 0)
         ON CONFLICT (org_id, month) DO UPDATE SET peak_viewers =
            CASE WHEN org_usage.peak_viewers < excluded.peak_viewers THEN excluded.peak_viewers ELSE org_usage.peak_viewers END"
    ).bind(org).bind(month).bind(viewers).execute(c).await.map(drop))?;
    Ok(())
}

/// Whether the organisation is still there: facts outlive it.
pub(in crate::plan) async fn exists(tx: &mut Tx, org: OrgId) -> Result<bool, DbError> {
    let found: i64 = on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM organizations WHERE id = $1")
        .bind(org).fetch_one(c).await)?;
    Ok(found == 1)
}

/// Notes that a show is on air from `at`; false when that is known.
pub(in crate::plan) async fn begin(
    tx: &mut Tx,
    org: OrgId,
    show: ShowId,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let new = on!(tx, c => sqlx::query(
        "INSERT INTO metered_shows (show_id, org_id, live_ms) VALUES ($1, $2, $3) ON CONFLICT (show_id) DO NOTHING"
    ).bind(show).bind(org).bind(to_ms(at)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(new == 1)
}

/// Notes that it is over; since when it was on air, if that was not known before.
pub(in crate::plan) async fn end(
    tx: &mut Tx,
    show: ShowId,
    at: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let live: Option<i64> = on!(tx, c => sqlx::query_scalar(
        "UPDATE metered_shows SET ended_ms = $2 WHERE show_id = $1 AND ended_ms IS NULL RETURNING live_ms"
    ).bind(show).bind(to_ms(at)).fetch_optional(c).await)?;
    Ok(live.map(from_ms))
}
