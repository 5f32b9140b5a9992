//! What can go wrong with the public side.

use crate::catalog::CatalogError;
use crate::org::OrgError;
use crate::show::ShowError;

/// Why the public side did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StorefrontError {
    /// The caller's: there is no such channel or show, or it is a draft.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The caller's: their page is none of those that may show the organisation's shows.
    #[error("the shop does not let its shows be shown on this page; its settings name those that may")]
    Page,
    /// The operator suspended the shop.
    #[error("this shop is closed for the moment")]
    Suspended,
    /// The caller's: the body is not what this address takes.
    #[error("{0}")]
    BadBody(String),
    /// Ours: the shows failed.
    #[error(transparent)]
    Shows(#[from] ShowError),
    /// Ours: the catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Ours: the organisations failed.
    #[error(transparent)]
    Orgs(#[from] OrgError),
}
