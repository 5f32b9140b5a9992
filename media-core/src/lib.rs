//! Picture and sound: what the studio sends and what the cloud's encoder makes of it.
//!
//! Knows no account, no database, no window. The rooms, each using only those above it:
//!
//! - [`error`], [`time`], [`format`]: plain values; no GStreamer type leaves this crate.
//! - [`encode`]: renditions, the H.264 and AAC encoders, the encoder of a ladder of rungs.
//!
//! Feature `capture` (on by default) brings cameras and microphones; the cloud does without.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod encode;
pub mod error;
pub mod format;
mod gst;
pub mod time;

pub use error::MediaError;
