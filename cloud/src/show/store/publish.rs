//! SQL of publish keys, publish sessions and transmission epochs.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, PublishSessionId, ShowId};

use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::on;

/// Retires every key of the show; returns how many opened something until now.
pub(in crate::show) async fn retire_keys(
    tx: &mut Tx,
    show: ShowId,
    now: DateTime<Utc>,
) -> Result<u64, DbError> {
    Ok(
        on!(tx, c => sqlx::query("UPDATE publish_keys SET retired_ms = $2 WHERE show_id = $1 AND retired_ms IS NULL")
        .bind(show).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?,
    )
}

/// Shows of the organisation that a key opens which was made until `then`, in the order of ids.
pub(in crate::show) async fn opened_before(
    tx: &mut Tx,
    org: OrgId,
    then: DateTime<Utc>,
) -> Result<Vec<ShowId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT DISTINCT k.show_id FROM publish_keys k JOIN shows s ON s.id = k.show_id
         WHERE s.org_id = $1 AND k.retired_ms IS NULL AND k.created_ms <= $2 ORDER BY k.show_id"
    ).bind(org).bind(to_ms(then)).fetch_all(c).await)?)
}

pub(in crate::show) async fn insert_key(
    tx: &mut Tx,
    show: ShowId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("INSERT INTO publish_keys (key_hash, show_id, created_ms) VALUES ($1, $2, $3)")
        .bind(hash).bind(show).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Whether a show is not on air, and its organisation is suspended or is being deleted.
pub(in crate::show) async fn is_barred(db: &Db, show: ShowId) -> Result<bool, DbError> {
    let barred: i64 = on!(db, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM shows s JOIN organizations o ON o.id = s.org_id
         WHERE s.id = $1 AND s.state NOT IN ('live', 'interrupted')
           AND (o.suspended_ms IS NOT NULL OR o.leaving_ms IS NOT NULL)"
    ).bind(show).fetch_one(c).await)?;
    Ok(barred > 0)
}

/// When the key that opens the show was made.
pub(in crate::show) async fn key_made(db: &Db, show: ShowId) -> Result<Option<i64>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT created_ms FROM publish_keys WHERE show_id = $1 AND retired_ms IS NULL
         ORDER BY created_ms DESC LIMIT 1"
    ).bind(show).fetch_optional(c).await)?)
}

/// The show that a key opens, before the show is locked.
pub(in crate::show) async fn show_of_key(db: &Db, hash: &str) -> Result<Option<ShowId>, DbError> {
    Ok(
        on!(db, c => sqlx::query_scalar("SELECT show_id FROM publish_keys WHERE key_hash = $1 AND retired_ms IS NULL")
        .bind(hash).fetch_optional(c).await)?,
    )
}

/// Locks the show for who reports with `fence`; false when a newer owner has reported, or there is no such show.
pub(in crate::show) async fn heed(tx: &mut Tx, show: ShowId, fence: i64) -> Result<bool, DbError> {
    let heeded = on!(tx, c => sqlx::query("UPDATE shows SET media_fence = $2 WHERE id = $1 AND media_fence <= $2")
        .bind(show).bind(fence).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(heeded == 1)
}

/// The fencing number of who reported last; 0 when nobody has.
pub(in crate::show) async fn heard(db: &Db, show: ShowId) -> Result<i64, DbError> {
    let fence: Option<i64> = on!(db, c => sqlx::query_scalar("SELECT media_fence FROM shows WHERE id = $1")
        .bind(show).fetch_optional(c).await)?;
    Ok(fence.unwrap_or(0))
}

pub(in crate::show) async fn org(tx: &mut Tx, show: ShowId) -> Result<Option<OrgId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT org_id FROM shows WHERE id = $1")
        .bind(show).fetch_optional(c).await)?)
}

/// Whether the key still opens its show, asked again once the show is locked.
pub(in crate::show) async fn key_opens(tx: &mut Tx, hash: &str) -> Result<bool, DbError> {
    let found: Option<String> = on!(tx, c => sqlx::query_scalar(
        "SELECT show_id FROM publish_keys WHERE key_hash = $1 AND retired_ms IS NULL"
    ).bind(hash).fetch_optional(c).await)?;
    Ok(found.is_some())
}

/// Begins a session of the show; false when it is there already.
pub(in crate::show) async fn insert_session(
    tx: &mut Tx,
    session: PublishSessionId,
    show: ShowId,
    remote: IpAddr,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let inserted = on!(tx, c => sqlx::query(
        "INSERT INTO publish_sessions (id, show_id, remote, started_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO NOTHING"
    )
        .bind(session).bind(show).bind(remote.to_string()).bind(to_ms(now)).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// Keeps where the session's time zero lies on the media clock; false when it is no session of the show, or lay there
/// already.
pub(in crate::show) async fn map_session(
    tx: &mut Tx,
    show: ShowId,
    session: PublishSessionId,
    offset_ms: i64,
) -> Result<bool, DbError> {
    let mapped = on!(tx, c => sqlx::query(
        "UPDATE publish_sessions SET offset_ms = $3 WHERE id = $2 AND show_id = $1 AND offset_ms IS DISTINCT FROM $3")
        .bind(show).bind(session).bind(offset_ms).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(mapped == 1)
}

/// Keeps how far the session's pictures have run ahead of the wall clock.
pub(in crate::show) async fn set_drift(
    tx: &mut Tx,
    show: ShowId,
    session: PublishSessionId,
    drift_ms: i64,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE publish_sessions SET drift_ms = $3 WHERE id = $2 AND show_id = $1")
        .bind(show).bind(session).bind(drift_ms).execute(c).await.map(drop))?;
    Ok(())
}

/// How far the pictures of the show's newest session have run ahead of the wall clock.
pub(in crate::show) async fn drift(tx: &mut Tx, show: ShowId) -> Result<i64, DbError> {
    let drift: Option<i64> = on!(tx, c => sqlx::query_scalar(
        "SELECT drift_ms FROM publish_sessions WHERE show_id = $1 ORDER BY started_ms DESC, id DESC LIMIT 1"
    ).bind(show).fetch_optional(c).await)?;
    Ok(drift.unwrap_or(0))
}

/// Ends a session of the show; false when there is none, or it had ended already.
pub(in crate::show) async fn end_session(
    tx: &mut Tx,
    show: ShowId,
    session: PublishSessionId,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let ended = on!(tx, c => sqlx::query(
        "UPDATE publish_sessions SET ended_ms = $3 WHERE id = $2 AND show_id = $1 AND ended_ms IS NULL"
    ).bind(show).bind(session).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

/// A session of the show goes on that seemed to have ended.
pub(in crate::show) async fn reopen_session(
    tx: &mut Tx,
    show: ShowId,
    session: PublishSessionId,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE publish_sessions SET ended_ms = NULL WHERE id = $2 AND show_id = $1")
        .bind(show).bind(session).execute(c).await.map(drop))?;
    Ok(())
}

/// Whether `session` is one of the show, and its offset if it is on the media clock.
pub(in crate::show) async fn offset(
    tx: &mut Tx,
    show: ShowId,
    session: PublishSessionId,
) -> Result<Option<Option<i64>>, DbError> {
    Ok(
        on!(tx, c => sqlx::query_scalar("SELECT offset_ms FROM publish_sessions WHERE id = $2 AND show_id = $1")
        .bind(show).bind(session).fetch_optional(c).await)?,
    )
}

pub(in crate::show) async fn next_transmission_epoch(
    tx: &mut Tx,
    show: ShowId,
) -> Result<Option<i64>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "UPDATE shows SET transmission_epoch = transmission_epoch + 1 WHERE id = $1 RETURNING transmission_epoch"
    ).bind(show).fetch_optional(c).await)?)
}
