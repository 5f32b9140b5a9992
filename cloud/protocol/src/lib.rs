//! What the cloud, the studio and the widget say to each other.
//!
//! Owns: [`ids`], [`Code`], the RTM frames ([`rtm`]) and the transitions of a [`Highlight`].
//! No I/O. `PROTOCOL.md` beside this crate is the text for people who write a client in
//! another language; `fixtures/*.json` are read by the Rust and the TypeScript tests alike.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod code;
pub mod highlight;
pub mod ids;
pub mod money;
pub mod permission;
pub mod rtm;
pub mod show;

pub use code::Code;
pub use highlight::{
    CouponCard, Highlight, HighlightAction, HighlightCard, PublishInstant, VariantCard, VariantOption,
};
pub use highlight::{
    HighlightTarget, Offer, OfferPrice, PictureCard, PictureSize, ProductCard, VariantOffer,
};
pub use ids::*;
pub use money::Currency;
pub use permission::{Permission, Permissions};
pub use show::{Role, ShowState};
