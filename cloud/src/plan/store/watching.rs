//! SQL of how many watch, through which process.

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::OrgId;

use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::on;

/// What a process said longer ago does not count: it is gone.
pub(in crate::plan) const HEARD_WITHIN: TimeDelta = TimeDelta::seconds(40);

/// Notes how many watch an organisation's shows through a process.
pub(in crate::plan) async fn note_watching(
    tx: &mut Tx,
    serve: &str,
    org: OrgId,
    viewers: i64,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO watching (serve, org_id, viewers, at_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (serve, org_id) DO UPDATE SET viewers = excluded.viewers, at_ms = excluded.at_ms"
    ).bind(serve).bind(org).bind(viewers).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets what a process said before `now`, and what others said long ago.
pub(in crate::plan) async fn forget_watching(
    tx: &mut Tx,
    serve: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM watching WHERE (serve = $1 AND at_ms < $2) OR at_ms < $3")
        .bind(serve).bind(to_ms(now)).bind(to_ms(now - HEARD_WITHIN * 4)).execute(c).await.map(drop))?;
    Ok(())
}

/// How many watch an organisation's shows through other processes than `serve`.
pub(in crate::plan) async fn watching_elsewhere(
    db: &Db,
    org: OrgId,
    serve: &str,
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(viewers), 0) AS BIGINT) FROM watching WHERE org_id = $1 AND serve <> $2 AND at_ms >= $3"
    ).bind(org).bind(serve).bind(to_ms(now - HEARD_WITHIN)).fetch_one(c).await)?)
}

/// The same through all processes, within a transaction.
pub(in crate::plan) async fn watching_now(
    tx: &mut Tx,
    org: OrgId,
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(viewers), 0) AS BIGINT) FROM watching WHERE org_id = $1 AND at_ms >= $2"
    ).bind(org).bind(to_ms(now - HEARD_WITHIN)).fetch_one(c).await)?)
}
