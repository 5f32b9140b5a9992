//! The live-shopping cloud.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod edge;
pub mod hls;
