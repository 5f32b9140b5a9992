//! What shoppers' browsers read: channels, shows, viewer tokens, the widget's files.
//!
//! Owns: the public view of a show and its snapshots in memory, the widget's files inside the binary. Records nothing. Leans
//! on `org`, `catalog`, `show` and `rtm`. A draft does not exist for the public, a coupon's code is not told before it was
//! pinned, and of the stock it is told how many are left when they are few.

mod error;
mod files;
mod listen;
mod model;
mod routes;
mod service;
mod snapshots;

pub use error::StorefrontError;
pub use files::{Embedded, WebFile, WebFiles};
pub use model::{Channel, CouponTeaser, PublicShow, ViewerPass};
pub use routes::{router, serve_file};
pub use service::Storefront;
