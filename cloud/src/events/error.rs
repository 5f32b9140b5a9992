//! What can go wrong with dead letters of facts.

use crate::base::Denied;
use crate::db::DbError;

/// All but [`EventsError::Db`] are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such dead letter.
    #[error("no such dead letter")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
