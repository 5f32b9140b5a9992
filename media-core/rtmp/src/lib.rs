//! The RTMP wire without sockets.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]
