//! What a transaction says of the work that it is part of, beside its changes.

use super::{DbError, Tx};
use crate::on;

tokio::task_local! {
    static CURRENT: Mark;
}

/// A row that each transaction of a piece of work marks as it commits: so it is known, whatever happens next, that something stands.
#[derive(Debug, Clone)]
pub struct Mark {
    sql: &'static str,
    ids: [String; 2],
}

impl Mark {
    /// `sql` takes `ids` as `$1` and `$2`, and changes one row as long as the work is still its doer's.
    #[must_use]
    pub fn new(sql: &'static str, ids: [String; 2]) -> Self {
        Self { sql, ids }
    }

    /// Does `work`. What its transactions commit is marked, and refused with [`DbError::Overtaken`] once somebody else does the work;
    /// not that of tasks that it spawns.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }
}

/// Writes the mark of the work that is being done, if it has one.
pub(super) async fn write(tx: &mut Tx) -> Result<(), DbError> {
    let Ok(Mark { sql, ids: [row, doer] }) = CURRENT.try_with(Clone::clone) else { return Ok(()) };
    let marked = on!(tx, c => sqlx::query(sql).bind(&row).bind(&doer).execute(c).await
        .map(|done| done.rows_affected()))?;
    if marked == 1 { Ok(()) } else { Err(DbError::Overtaken) }
}
