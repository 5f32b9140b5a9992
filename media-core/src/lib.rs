//! Picture and sound: what the studio sends and what the cloud's encoder makes of it.
//!
//! Knows no account, no database, no window. The rooms, each using only those above it:
//!
//! - [`error`], [`time`], [`format`]: plain values; no GStreamer type leaves this crate.
//! - [`memory`]: what a program that builds pipelines again and again asks of the C library.
//! - [`device`]: cameras and microphones, and when they come and go.
//! - `capture`: one file per source. [`scene`]: layers, drawn by a compositor and mixed by a mixer.
//! - [`encode`]: renditions, the H.264 and AAC encoders, the encoder of a ladder of rungs.
//! - [`output`]: preview, RTMP, recording: fed from one encoding, never holding it up.
//! - [`pipeline`]: links them, owns state and the stop. **Start here.**
//!
//! Feature `capture` (on by default) brings cameras and microphones; the cloud does without.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod capture;
pub mod device;
pub mod encode;
pub mod error;
pub mod format;
mod gst;
pub mod memory;
pub mod output;
pub mod pipeline;
pub mod scene;
pub mod time;

pub use capture::{Camera, Cameras, Frame, MicrophoneChoice, Pattern, Pixels, Still, VideoSource};
pub use error::MediaError;
pub use output::rtmp::AirPosition;
pub use pipeline::{Config, Event, Pipeline, Showing, Stats};
