//! What can go wrong with the catalogue.

use vitrine_protocol::{CouponId, OrderId, ProductId, ReservationId, VariantId};

use crate::base::{Denied, Invalid};
use crate::blobs::BlobError;
use crate::db::DbError;
use crate::plan::PlanError;

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
    /// The product has no such variant.
    #[error("no variant {0}")]
    NoVariant(VariantId),
    /// The product has no such picture.
    #[error("no picture {0}")]
    NoPicture(String),
    /// There is no such order.
    #[error("no order {0}")]
    NoOrder(OrderId),
    /// There is no such coupon.
    #[error("no coupon {0}")]
    NoCoupon(CouponId),
    /// There is no such reservation, or no longer.
    #[error("no reservation {0}")]
    NoReservation(ReservationId),
    /// The organisation has a coupon of that code.
    #[error("a coupon has that code already")]
    CodeTaken,
    /// The caller saw an older version.
    #[error("it has changed meanwhile; its version is {0}")]
    Stale(i64),
    /// The change needs the version that the caller saw.
    #[error("the change needs the version that was seen")]
    Unseen,
    /// Fewer are left than are to be held; holds the line, from 1, and what it is of.
    #[error("line {0}: not enough of {1} is left")]
    OutOfStock(usize, String),
    /// A line names no variant of the catalogue, or several; holds the line, from 1, and what it says.
    #[error("line {0}: nothing in the catalogue, or more than one thing, is called {1}")]
    UnknownName(usize, String),
    /// The number came with another body before.
    #[error("the number {0} stands for something else")]
    RefTaken(String),
    /// Another variant has that id of a platform; holds both.
    #[error("another variant is called {1} on {0}")]
    ExternalIdTaken(String, String),
    /// The order was called off before.
    #[error("the order is cancelled already")]
    Cancelled,
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
    /// The plan has no more of it, or the organisation is suspended.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The disk failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
