//! SQL of the proofs of keys.

use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct Row { key_id: String, proof: String }
}

/// Key id and proof of every key that ever sealed, oldest first.
pub(super) async fn proofs(tx: &mut Tx) -> Result<Vec<(String, String)>, DbError> {
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as("SELECT key_id, proof FROM secret_keys ORDER BY number")
        .fetch_all(c).await)?;
    Ok(rows.into_iter().map(|row| (row.key_id, row.proof)).collect())
}

/// The id of the key that came last, if any ever sealed.
pub(super) async fn newest(db: &Db) -> Result<Option<String>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar("SELECT key_id FROM secret_keys ORDER BY number DESC LIMIT 1")
        .fetch_optional(c).await)?)
}

/// Leaves a proof under `number`, unless another process was first.
pub(super) async fn leave_proof(
    tx: &mut Tx,
    number: i64,
    key_id: &str,
    proof: &str,
    at_ms: i64,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO secret_keys (number, key_id, proof, since_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
    ).bind(number).bind(key_id).bind(proof).bind(at_ms).execute(c).await.map(drop))?;
    Ok(())
}
