//! SQL of what an organisation has of each thing that plans limit. It reads tables of the rooms below, and writes none.

use chrono::{DateTime, Datelike as _, TimeZone as _, Utc};
use vitrine_protocol::{OrgId, ShowId};

use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::on;
use crate::plan::Limit;

/// A row that was not written for so long is of a server that is gone.
const LEASE_AGE_MS: i64 = 60_000;

/// When the calendar month of an instant began (UTC).
pub(in crate::plan) fn month_of(now: DateTime<Utc>) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(now.year(), now.month(), 1, 0, 0, 0).single().unwrap_or(now)
}

/// The statement that counts, which takes the organisation, the beginning of the month, and now. `None` for what is not kept in rows.
fn counting(limit: Limit) -> Option<&'static str> {
    // The placeholders are typed: Postgres has to know what those are that a statement does not need.
    Some(match limit {
        Limit::ShowsAMonth => {
            "SELECT COUNT(*) FROM shows WHERE org_id = $1 AND (created_ms >= $2 OR live_ms >= $2) AND $3 > 0"
        }
        Limit::ConcurrentShows => {
            "SELECT COUNT(*) FROM shows WHERE org_id = $1 AND state IN ('live', 'interrupted') AND $2 < $3"
        }
        Limit::MinutesAMonth => {
            "SELECT CAST(COALESCE(SUM(COALESCE(ended_ms, $3) - CASE WHEN live_ms > $2 THEN live_ms ELSE $2 END), 0) AS BIGINT)
                / 60000
             FROM shows WHERE org_id = $1 AND live_ms IS NOT NULL AND COALESCE(ended_ms, $3) > $2"
        }
        Limit::Seats => {
            "SELECT (SELECT COUNT(*) FROM members WHERE org_id = $1)
                + (SELECT COUNT(*) FROM invitations WHERE org_id = $1 AND expires_ms > $3 AND $2 < $3)"
        }
        Limit::Products => "SELECT COUNT(*) FROM products WHERE org_id = $1 AND $2 < $3",
        Limit::BlobBytes => {
            "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM blob_use WHERE org_id = $1 AND $2 < $3"
        }
        Limit::LadderTop | Limit::Viewers | Limit::RetentionDays => return None,
    })
}

/// Shows that went on air in the month.
const AIRED: &str = "SELECT COUNT(*) FROM shows WHERE org_id = $1 AND live_ms >= $2";

/// Shows that are not on air and that some server looks after for an encoder's sake, but `show`.
pub(in crate::plan) async fn rehearsals(
    tx: &mut Tx,
    org: OrgId,
    show: ShowId,
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM shows s JOIN show_leases l ON l.show_id = s.id
         WHERE s.org_id = $1 AND s.id <> $2 AND s.state IN ('draft', 'scheduled') AND l.released = FALSE AND l.expires_ms > $3"
    ).bind(org).bind(show).bind(to_ms(now) - LEASE_AGE_MS).fetch_one(c).await)?)
}

/// How much of a thing there is; 0 of what is not kept in rows.
pub(in crate::plan) async fn count(
    db: &Db,
    org: OrgId,
    limit: Limit,
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    let Some(sql) = counting(limit) else { return Ok(0) };
    Ok(on!(db, c => sqlx::query_scalar(sql).bind(org).bind(to_ms(month_of(now))).bind(to_ms(now))
        .fetch_one(c).await)?)
}

/// The same within a transaction.
pub(in crate::plan) async fn count_in(
    tx: &mut Tx,
    org: OrgId,
    limit: Limit,
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    let Some(sql) = counting(limit) else { return Ok(0) };
    Ok(on!(tx, c => sqlx::query_scalar(sql).bind(org).bind(to_ms(month_of(now))).bind(to_ms(now))
        .fetch_one(c).await)?)
}

/// How many shows of this month were on air.
pub(in crate::plan) async fn aired(tx: &mut Tx, org: OrgId, now: DateTime<Utc>) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(AIRED).bind(org).bind(to_ms(month_of(now))).fetch_one(c).await)?)
}

/// Counts a picture no more.
pub(in crate::plan) async fn forget_blob(tx: &mut Tx, org: OrgId, name: &str) -> Result<(), DbError> {
    let bytes: Option<i64> = on!(tx, c => sqlx::query_scalar(
        "DELETE FROM counted_blobs WHERE org_id = $1 AND name = $2 RETURNING bytes"
    ).bind(org).bind(name).fetch_optional(c).await)?;
    if let Some(bytes) = bytes {
        on!(tx, c => sqlx::query("UPDATE blob_use SET bytes = bytes - $2 WHERE org_id = $1")
            .bind(org).bind(bytes).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Notes that a picture takes `bytes`; false when it was there before.
pub(in crate::plan) async fn note_blob(
    tx: &mut Tx,
    org: OrgId,
    name: &str,
    bytes: i64,
) -> Result<bool, DbError> {
    let new = on!(tx, c => sqlx::query(
        "INSERT INTO counted_blobs (org_id, name, bytes) VALUES ($1, $2, $3) ON CONFLICT (org_id, name) DO NOTHING"
    ).bind(org).bind(name).bind(bytes).execute(c).await.map(|done| done.rows_affected()))?;
    if new == 1 {
        on!(tx, c => sqlx::query(
            "INSERT INTO blob_use (org_id, bytes) VALUES ($1, $2)
             ON CONFLICT (org_id) DO UPDATE SET bytes = blob_use.bytes + excluded.bytes"
        ).bind(org).bind(bytes).execute(c).await.map(drop))?;
    }
    Ok(new == 1)
}
