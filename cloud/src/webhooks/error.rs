//! What can go wrong with webhooks.

use crate::base::{Denied, EgressError, Invalid};
use crate::db::DbError;
use crate::org::OrgError;
use crate::secrets::SecretsError;

/// All but the last three are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum WebhooksError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field does not hold what it should.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The address cannot be called.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The organisation has no such webhook.
    #[error("no such webhook")]
    NotFound,
    /// The webhook has no such delivery, or it is forgotten.
    #[error("no such delivery")]
    NoDelivery,
    /// There are as many as there can be; the sentence says of what.
    #[error("{0}")]
    TooMany(&'static str),
    /// It is switched off.
    #[error("the webhook is switched off")]
    Off,
    /// Somebody changed it meanwhile; this is its version now.
    #[error("it has changed and is at version {0}")]
    Stale(i64),
    /// Its owners could not be written to.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// Its secret does not open.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
