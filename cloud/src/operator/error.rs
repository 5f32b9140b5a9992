//! What can go wrong for an operator.

use crate::base::{Denied, Invalid};
use crate::billing::BillingError;
use crate::db::DbError;
use crate::leaving::LeavingError;
use crate::org::OrgError;
use crate::plan::PlanError;
use crate::show::ShowError;

/// All but [`OperatorError::Db`] are the caller's to mend, or another room's.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The caller runs no cloud.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field does not hold what it should.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such organisation.
    #[error("there is no such organisation")]
    NoOrganization,
    /// There is no such show.
    #[error("there is no such show")]
    NoShow,
    /// Somebody pays for what would have no price any more.
    #[error(
        "{0} organisations pay for this plan by invoice: give it another price, or end what they pay for first"
    )]
    PaidFor(i64),
    /// It pays for another.
    #[error(
        "the organisation pays for {0}; to give it another plan all the same, say `override`: it goes on paying until that is ended"
    )]
    Paying(String),
    /// Nothing was given that could be taken back.
    #[error("the organisation has no plan that an operator gave it")]
    NotGiven,
    /// Leaving said no.
    #[error(transparent)]
    Leaving(#[from] LeavingError),
    /// Billing said no.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// Plans said no.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Organisations said no.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// Shows said no.
    #[error(transparent)]
    Show(#[from] ShowError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
