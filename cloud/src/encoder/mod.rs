//! The GStreamer process of one show, the only process that may crash.
//!
//! Owns: the frames that the per-show processes speak ([`frame`]), the words between a transmission and its encoder
//! ([`wire`]), and, behind the feature `encoder`, the process. Pictures of the source in, pictures of each smaller rung
//! out, with the same times and key frames at the same places.

pub mod frame;
#[cfg(feature = "encoder")]
mod process;
pub mod wire;

#[cfg(feature = "encoder")]
pub use process::{EncoderError, run};
