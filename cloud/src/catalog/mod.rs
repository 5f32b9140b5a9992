//! What is sold: products with variants and pictures, coupons, and the orders that the shop took.
//!
//! Owns: products, variants (price and stock) with every move of either, reservations, coupons, orders with
//! their cancellations and refunds. An order is paid when it comes: it is recorded whatever it says, and flagged.
//! Records `Product…`, `StockChanged`, `Coupon…`, `Order…`. Leans on `base`, `db`, `events`, `blobs`.

mod error;
mod image;
mod model;
mod routes;
mod service;
mod store;

pub use error::CatalogError;
pub use image::{Image, ImageSize, MAX_BYTES as MAX_PICTURE_BYTES, PictureTurn};
pub use model::{
    Choice, Language, Market, MarketPrice, MarketPriceDraft, Offered, ProductText, ProductTextDraft,
};
pub use model::{Coupon, CouponDraft, CouponPatch};
pub use model::{
    ExternalId, Order, OrderChange, OrderChangeDraft, OrderChangeKind, OrderDraft, OrderFilter, OrderLine,
    OrderLineDraft, OrderState, OrderSum, OrderTotals, ReturnedLine, ReturnedLineDraft,
};
pub use model::{Held, HiddenBy, PriceChange, Product, ProductDraft, ProductPatch, Variant, VariantDraft};
pub use model::{ListedPicture, Picture, PictureDraft};
pub use model::{
    Reservation, ReservationDraft, ReservationLineDraft, ReservedLine, StockChange, StockChangeDraft,
    StockCount, StockReason,
};
pub use model::{fitting_external_ids, fitting_tags};
pub use routes::{media_router, router};
pub use service::{BatchDone, BatchItem, Catalog, Listed, ListedVariant, NewPicture, Numbered, Pieces};
