//! Rows that a transaction writes last: the facts of `events`, numbered in the order of commits.

use std::collections::BTreeMap;

use super::{DbError, Side, Tx};
use crate::on;

/// How many counters number the facts; see `migrations/0051_event_partitions.sql`.
pub const PARTITIONS: i64 = 16;

/// Rows of one statement.
const ROWS: usize = 1_000;

/// A fact before it has its number.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// Whose counter numbers it, 0 to [`PARTITIONS`] - 1.
    pub partition: i64,
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

/// Numbers and writes `rows`.
pub(super) async fn write(tx: &mut Tx, rows: Vec<OutboxRow>) -> Result<(), DbError> {
    // Ordered: whoever needs two counters locks them in the order in which everybody does.
    let mut partitions: BTreeMap<i64, Vec<OutboxRow>> = BTreeMap::new();
    for row in rows {
        partitions.entry(row.partition).or_default().push(row);
    }
    for (partition, rows) in partitions {
        let numbers = PARTITIONS * i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let mut rows = rows.into_iter();
        let Some(first) = rows.next() else { continue };
        let seq = take(tx, numbers, first).await?;
        let rows: Vec<_> = (1..).map(|at| seq + at * PARTITIONS).zip(rows).collect();
        for rows in rows.chunks(ROWS) {
            on!(tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO events (seq, partition, at_ms, org_id, show_id, actor, body) ",
                );
                query.push_values(rows, |mut values, (seq, row)| {
                    values.push_bind(*seq).push_bind(partition).push_bind(row.at_ms).push_bind(&row.org_id)
                        .push_bind(&row.show_id).push_bind(&row.actor).push_bind(&row.body);
                });
                query.build().execute(c).await.map(drop)
            })?;
        }
    }
    Ok(())
}

/// Moves the counter on by `numbers` and writes the first row, in one message to the database: most transactions leave one fact.
/// The first row's number.
async fn take(tx: &mut Tx, numbers: i64, row: OutboxRow) -> Result<i64, DbError> {
    let behind = numbers - PARTITIONS;
    let sql = match tx.side() {
        Side::Sqlite(_) => {
            "UPDATE event_counters SET seq = seq + $7 WHERE partition = $1;
             INSERT INTO events (seq, partition, at_ms, org_id, show_id, actor, body)
             SELECT seq - $8, partition, $2, $3, $4, $5, $6 FROM event_counters WHERE partition = $1 RETURNING seq"
        }
        Side::Pg(_) => {
            "WITH counter AS (UPDATE event_counters SET seq = seq + $7 WHERE partition = $1 RETURNING seq, partition)
             INSERT INTO events (seq, partition, at_ms, org_id, show_id, actor, body)
             SELECT seq - $8, partition, $2::BIGINT, $3, $4, $5, $6 FROM counter RETURNING seq"
        }
    };
    Ok(
        on!(tx, c => sqlx::query_scalar(sql).bind(row.partition).bind(row.at_ms).bind(&row.org_id).bind(&row.show_id)
        .bind(&row.actor).bind(&row.body).bind(numbers).bind(behind).fetch_one(c).await)?,
    )
}
