//! From raw pictures and sound to H.264 and AAC.
//!
//! [`ladder`] says which renditions a source gets, without touching a media library; [`video`] is the one place
//! that configures x264; [`rung`] decodes a source and encodes a ladder of it.

pub mod ladder;
pub mod rung;
pub mod video;

pub use ladder::Rendition;
