//! What is sold: products with variants and pictures, coupons, and the orders that the shop took.
//!
//! Owns: products, variants (price and stock), coupons, orders. Records `Product…`, `StockChanged`,
//! `CouponCreated`, `OrderRecorded`. Leans on `base`, `db`, `events`, `blobs`.

mod error;
mod image;
mod model;
mod model_order;
mod routes;
mod routes_sales;
mod service;
mod service_sales;
mod store;
mod store_sales;

pub use error::CatalogError;
pub use image::Image;
pub use model::{Product, ProductDraft, ProductPatch, Variant, VariantDraft};
pub use model_order::{Coupon, CouponDraft, Order, OrderDraft, OrderLine, OrderLineDraft};
pub use routes::{media_router, router};
pub use service::Catalog;
