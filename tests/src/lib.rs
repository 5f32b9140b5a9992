//! Harness, tidy checks and benches.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod hls_lint;
