//! A lint for LL-HLS: reads a show as a player would and says what a player could trip over.
//!
//! [`MediaPlaylist::parse`] reads a media playlist; [`MediaPlaylist::check`] judges one; [`Watch`] follows a
//! rung in real time with blocking reloads, loads every part, and judges what only time shows: hints that
//! are kept, numbers that rise, reloads that are answered.
//!
//! Source: draft-pantos-hls-rfc8216bis, sections 4.4 and B.

mod playlist;
mod watch;

pub use playlist::{MediaPlaylist, Part, Segment, Variant, parse_multivariant};
pub use watch::{Report, Watch, first_sample_is_sync};
