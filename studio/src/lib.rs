//! The desktop studio, Rust side: a window over a desk.
//!
//! [`desk`] is the app and knows no window; `commands` is the bridge; `shell` is everything that is
//! Tauri; `platform` is what each system does in its own way. Picture and sound are in `vitrine-media`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod bindings;
mod commands;
pub mod desk;
mod error;
mod platform;
mod shell;

pub use error::CommandError;
pub use shell::run;
