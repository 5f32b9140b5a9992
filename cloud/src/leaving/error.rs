//! What can go wrong with leaving.

use crate::base::{Denied, Invalid};
use crate::billing::BillingError;
use crate::blobs::BlobError;
use crate::db::DbError;
use crate::org::OrgError;
use crate::secrets::SecretsError;
use crate::show::ShowError;

/// All but the last six are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum LeavingError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field does not hold what it should.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The link does not hold any more.
    #[error("the link does not hold any more")]
    BadLink,
    /// An export is under way.
    #[error("an export is under way")]
    Running,
    /// A show is on air.
    #[error("a show is on air")]
    OnAir,
    /// No deletion is to come that could be stopped.
    #[error("no deletion is to come")]
    NoDeletion,
    /// Its account or organisation.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// What it pays for.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// Its shows.
    #[error(transparent)]
    Show(#[from] ShowError),
    /// A link could not be sealed.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The archive could not be kept.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The disk failed.
    #[error("an archive could not be written")]
    Io(#[from] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
