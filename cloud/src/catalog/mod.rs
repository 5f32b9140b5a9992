//! What is sold: products with variants and pictures, coupons, and the orders that the shop took.
//!
//! Owns: products, variants (price and stock), coupons, orders. Records `Product…`, `StockChanged`,
//! `CouponCreated`, `OrderRecorded`. Leans on `base`, `db`, `events`, `blobs`.

mod error;
mod image;
mod model;
mod routes;
mod service;
mod store;

pub use error::CatalogError;
pub use image::{Image, ImageSize, PictureTurn};
pub use model::{Coupon, CouponDraft, Order, OrderDraft, OrderLine, OrderLineDraft, OrderSum, OrderTotals};
pub use model::{Product, ProductDraft, ProductPatch, Variant, VariantDraft};
pub use routes::{media_router, router};
pub use service::{BatchDone, BatchItem, Catalog};
