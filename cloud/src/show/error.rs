//! What can go wrong with a show.

use vitrine_protocol::{ShowId, ShowState};

use crate::base::{Denied, Invalid};
use crate::catalog::CatalogError;
use crate::db::DbError;
use crate::plan::PlanError;

/// All but [`ShowError::Db`] and [`ShowError::Catalog`] are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field does not hold what it should.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such show.
    #[error("no show {0}")]
    NotFound(ShowId),
    /// The show cannot make this move in its state.
    #[error("not possible while the show is {}", .0.as_str())]
    IllegalMove(ShowState),
    /// The show is over.
    #[error("the show is over")]
    Ended,
    /// Going live needs a picture that arrives.
    #[error("no picture arrives")]
    NotReceiving,
    /// The caller's: the show never had such a highlight.
    #[error("there is no such highlight")]
    NoHighlight,
    /// The product or coupon is not in the line-up.
    #[error("not in the line-up")]
    NotInLineup,
    /// The product is not sold, or the coupon gives nothing, now.
    #[error("it is not on sale now")]
    NotOnSale,
    /// The line-up names something that the catalogue does not hold.
    #[error("the catalogue does not hold {0}")]
    NotInCatalog(String),
    /// There is no highlight to take off.
    #[error("nothing is pinned")]
    NothingPinned,
    /// The publish key is unknown, rotated or revoked.
    #[error("the publish key opens nothing")]
    BadPublishKey,
    /// The caller saw an older version.
    #[error("the show has changed meanwhile; its version is {0}")]
    Stale(i64),
    /// Somebody else looks after the show's media now.
    #[error("the show's media has another owner")]
    OldOwner,
    /// Orders point at the show.
    #[error("orders point at the show")]
    InUse,
    /// The plan has no more of it, or the organisation is suspended.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
