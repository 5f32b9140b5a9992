//! From raw pictures and sound to H.264 and AAC.
//!
//! [`ladder`] says which renditions a source gets, without touching a media library; [`video`] is the one place
//! that configures x264; [`rung`] decodes a source and encodes a ladder of it; [`probe`] tells what is missing.

mod key_clock;
pub mod ladder;
pub(crate) mod live;
pub mod probe;
pub mod rung;
pub mod video;

pub use ladder::Rendition;
