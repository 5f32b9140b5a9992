//! What can go wrong with plans.

use vitrine_protocol::OrgId;

use super::{Limit, Suspension};
use crate::base::{Denied, Invalid};
use crate::db::DbError;

/// A limit of the plan that stands in the way. Its text says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitHit {
    /// Which.
    pub limit: Limit,
    /// How much there may be.
    pub allowed: i64,
    /// How much there is.
    pub used: i64,
    /// The plan's key.
    pub plan: String,
}

impl std::fmt::Display for LimitHit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { limit, allowed, used, plan } = self;
        match limit {
            Limit::Seats => {
                write!(
                    f,
                    "the plan {plan} has {allowed} members, and {used} are taken, by who is invited too; "
                )?;
            }
            _ => write!(f, "the plan {plan} has {allowed} {}, and {used} are in use; ", limit.what())?,
        }
        f.write_str(match limit {
            Limit::ShowsAMonth | Limit::MinutesAMonth => {
                "wait for the next month, or ask for a larger plan or an add-on"
            }
            Limit::ConcurrentShows => "end another show first, or ask for a larger plan or an add-on",
            Limit::Viewers | Limit::LadderTop | Limit::RetentionDays => "ask for a larger plan or an add-on",
            Limit::Seats | Limit::Products | Limit::BlobBytes => {
                "remove some that are not needed, or ask for a larger plan or an add-on"
            }
        })
    }
}

impl std::error::Error for LimitHit {}

/// All but [`PlanError::Db`] are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field does not hold what it should.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such organisation.
    #[error("no organisation {0}")]
    NotFound(OrgId),
    /// There is no such plan.
    #[error("there is no plan {0}")]
    NoPlan(String),
    /// There is no such add-on.
    #[error("there is no add-on {0}")]
    NoAddOn(String),
    /// The plan has no more of it.
    #[error(transparent)]
    Limit(#[from] LimitHit),
    /// The operator suspended the organisation.
    #[error("the organisation is suspended: {}", .0.reason)]
    Suspended(Suspension),
    /// What costs something is chosen where it is paid for.
    #[error("the plan is paid for")]
    Paid,
    /// The operator gave the present plan.
    #[error(
        "whoever runs this server gave the organisation its plan; to have another in its place, say `override`"
    )]
    Given,
    /// As many encoders are connected as may be.
    #[error(
        "{used} shows that are not on air have an encoder connected, and the plan {plan} lets {allowed} rehearse at a time; stop one of them first"
    )]
    Rehearsals {
        /// The plan's key.
        plan: String,
        /// How many may be.
        allowed: i64,
        /// How many others there are.
        used: i64,
    },
    /// Only the operator changes plans here.
    #[error("only the operator changes plans here")]
    OperatorOnly,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
