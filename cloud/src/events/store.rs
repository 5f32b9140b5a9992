//! SQL of facts, cursors and dead letters.

use vitrine_protocol::{OrgId, ShowId};

use super::{Event, Recorded};
use crate::base::from_ms;
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct Row {
        seq: i64,
        at_ms: i64,
        org_id: OrgId,
        show_id: Option<ShowId>,
        actor: String,
        body: String,
    }
}

impl Row {
    /// A body that cannot be read is a fact we do not know, never a listener stuck before it.
    fn into_recorded(self) -> Recorded {
        let event = serde_json::from_str(&self.body).unwrap_or(Event::Unknown);
        Recorded {
            seq: self.seq,
            at: from_ms(self.at_ms),
            org: self.org_id,
            show: self.show_id,
            actor: self.actor,
            event,
        }
    }
}

pub(super) async fn of_show(
    db: &Db,
    org: OrgId,
    show: ShowId,
    after: i64,
    limit: i64,
) -> Result<Vec<Recorded>, DbError> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT seq, at_ms, org_id, show_id, actor, body FROM events
         WHERE show_id = $1 AND org_id = $2 AND seq > $3 ORDER BY seq LIMIT $4"
    ).bind(show).bind(org).bind(after).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Row::into_recorded).collect())
}

pub(super) async fn after(db: &Db, seq: i64, limit: i64) -> Result<Vec<Recorded>, DbError> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT seq, at_ms, org_id, show_id, actor, body FROM events WHERE seq > $1 ORDER BY seq LIMIT $2"
    ).bind(seq).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Row::into_recorded).collect())
}

pub(super) async fn head(db: &Db) -> Result<i64, DbError> {
    Ok(on!(db, c => sqlx::query_scalar("SELECT seq FROM event_counter WHERE id = 1").fetch_one(c).await)?)
}

pub(super) async fn cursor(db: &Db, listener: &str) -> Result<Option<i64>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar("SELECT seq FROM event_cursors WHERE listener = $1")
        .bind(listener).fetch_optional(c).await)?)
}

pub(super) async fn start_cursor(tx: &mut Tx, listener: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO event_cursors (listener, seq) VALUES ($1, 0) ON CONFLICT (listener) DO NOTHING"
    ).bind(listener).execute(c).await.map(drop))?;
    Ok(())
}

/// Moves the cursor; false when another process moved it first.
pub(super) async fn move_cursor(tx: &mut Tx, listener: &str, from: i64, to: i64) -> Result<bool, DbError> {
    let moved = on!(tx, c => sqlx::query("UPDATE event_cursors SET seq = $3 WHERE listener = $1 AND seq = $2")
        .bind(listener).bind(from).bind(to).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(moved == 1)
}

pub(super) async fn bury(
    tx: &mut Tx,
    listener: &str,
    seq: i64,
    at_ms: i64,
    reason: &str,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO event_dead_letters (listener, seq, at_ms, reason) VALUES ($1, $2, $3, $4)
         ON CONFLICT (listener, seq) DO NOTHING"
    ).bind(listener).bind(seq).bind(at_ms).bind(reason).execute(c).await.map(drop))?;
    Ok(())
}

#[cfg(test)]
pub(super) async fn dead_letters(db: &Db) -> Result<Vec<(String, i64, String)>, DbError> {
    Ok(on!(db, c => sqlx::query_as("SELECT listener, seq, reason FROM event_dead_letters ORDER BY seq")
        .fetch_all(c).await)?)
}
