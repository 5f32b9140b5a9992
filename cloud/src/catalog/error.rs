//! What can go wrong with the catalogue.

use vitrine_protocol::ProductId;

use crate::base::{Denied, Invalid};
use crate::blobs::BlobError;
use crate::db::DbError;

/// All but [`CatalogError::Blob`] and [`CatalogError::Db`] are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field does not hold what it should.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such product.
    #[error("no product {0}")]
    NoProduct(ProductId),
    /// The organisation has a coupon of that code.
    #[error("a coupon has that code already")]
    CodeTaken,
    /// The caller saw an older version.
    #[error("the product has changed meanwhile; its version is {0}")]
    Stale(i64),
    /// Fewer are left than were ordered; holds the product's title.
    #[error("not enough of {0} is left")]
    OutOfStock(String),
    /// The picture's bytes are none of the types taken.
    #[error("not a PNG, JPEG or WebP picture")]
    NotAPicture,
    /// The picture breaks off, or cannot be decoded.
    #[error("the picture breaks off or is damaged; export it anew")]
    BrokenPicture,
    /// The picture would take too much memory.
    #[error("a picture takes at most 8,000 pixels a side and 40 million in all")]
    TooManyPixels,
    /// As many pictures as can be taken are on their way in; it goes better in a moment.
    #[error("many pictures are coming in; send it again in a moment")]
    PicturesBusy,
    /// The disk failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
