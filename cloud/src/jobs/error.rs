//! What can go wrong with jobs.

use vitrine_protocol::JobId;

use crate::base::Denied;
use crate::db::DbError;

/// All but [`JobsError::Db`] are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such dead letter.
    #[error("no dead letter {0}")]
    NotFound(JobId),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
