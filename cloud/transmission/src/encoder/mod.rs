//! The GStreamer process of one show, the only process that may crash.
//!
//! Owns: the frames that the per-show processes speak ([`Frames`]), the words between a transmission and its encoder
//! ([`Ask`], [`Answer`]), and, behind the feature `encoder`, the process. Pictures of the source in, pictures of each smaller rung
//! out, with the same times and key frames at the same places.

mod cores;
mod frame;
#[cfg(feature = "encoder")]
mod process;
#[cfg(feature = "encoder")]
mod stills;
mod wire;

pub use cores::{Claim, Cores};
pub use frame::{Frame, FrameError, Frames};
#[cfg(feature = "encoder")]
pub use process::{EncoderError, run};
pub use wire::{Answer, Ask, CoreShare, Rung, Setup, SourceCodec, Told, Unit, WireError};
