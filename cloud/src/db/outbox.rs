//! Rows that a transaction writes last: the facts of `events`, numbered in the order of commits.

use super::{DbError, Tx};
use crate::on;

/// A fact before it has its number.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// When it happened, milliseconds since 1970.
    pub at_ms: i64,
    /// Whose it is.
    pub org_id: String,
    /// The show it belongs to, if any.
    pub show_id: Option<String>,
    /// Who did it.
    pub actor: String,
    /// The fact, as JSON.
    pub body: String,
}

/// Numbers and writes `rows`; returns the last number.
pub(super) async fn write(tx: &mut Tx, rows: Vec<OutboxRow>) -> Result<i64, DbError> {
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let last: i64 = on!(tx, c => sqlx::query_scalar(
        "UPDATE event_counter SET seq = seq + $1 WHERE id = 1 RETURNING seq"
    ).bind(count).fetch_one(c).await)?;
    let mut seq = last - count;
    for row in rows {
        seq += 1;
        on!(tx, c => sqlx::query(
            "INSERT INTO events (seq, at_ms, org_id, show_id, actor, body) VALUES ($1, $2, $3, $4, $5, $6)"
        ).bind(seq).bind(row.at_ms).bind(&row.org_id).bind(&row.show_id).bind(&row.actor).bind(&row.body)
            .execute(c).await.map(drop))?;
    }
    Ok(last)
}
