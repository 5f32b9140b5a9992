//! SQL of the marks of what nodes share.

use crate::db::{Db, DbError, Tx};
use crate::on;

pub(super) async fn mark(db: &Db, name: &str) -> Result<Option<String>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar("SELECT mark FROM shared_marks WHERE name = $1")
        .bind(name).fetch_optional(c).await)?)
}

/// Sets the mark unless somebody was quicker; gives the one that stands.
pub(super) async fn set_mark(tx: &mut Tx, name: &str, mark: &str) -> Result<String, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "INSERT INTO shared_marks (name, mark) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET mark = shared_marks.mark RETURNING mark"
    ).bind(name).bind(mark).fetch_one(c).await)?)
}
