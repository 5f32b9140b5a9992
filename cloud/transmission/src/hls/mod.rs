//! Low-latency HLS: pictures and sound become parts, segments and playlists. Pure: no I/O, no clock.
//!
//! Owns: the segment grid and the cutting of parts ([`Packager`]),
//! the boxes ([`boxes`]), the facts that a show's packaging consists of ([`Fact`]), their journal form
//! ([`journal`]) and the state players see ([`Window`]).
//! Leans on: `vitrine-protocol` for highlights.
//!
//! The way of a picture: it comes with its media time, `Packager` returns facts, the caller appends them to the journal ([`journal::encode`]) and only then lets `Window` take them in, from
//! where the origin answers players. After a crash [`Window::restore`] and [`Packager::resume`].
//!
//! Source: draft-pantos-hls-rfc8216bis; ISO/IEC 14496-12.

mod address;
mod announcer;
mod audio;
pub(crate) mod bits;
pub mod boxes;
pub mod codec;
mod fact;
mod fitness;
mod grid;
pub mod journal;
mod lead_in;
mod packager;
mod playlist;
mod rate;
mod references;
mod resume;
mod rung;
mod silence;
mod sps;
#[cfg(test)]
mod tests;
mod time;
mod track;
mod unit;
mod want;
mod window;

pub use address::AddressError;
pub use audio::LONGEST_LAG;
pub use codec::{AudioConfig, CodecError, VideoConfig};
pub use fact::{Fact, NOT_LARGER, Offer, RungName, SOURCE_IS_SHOWN, TrackInfo};
pub use grid::{HOLD_BACK_MILLIPARTS, MAX_SEGMENT, MIN_SEGMENT, PART_TARGET, TARGET_DURATION};
pub use packager::Packager;
pub use rate::usual_rate;
pub use sps::Sps;
pub use time::{MediaTime, TIMESCALE};
pub use track::{Media, Stored};
pub use unit::{AccessUnit, LiveFrom, Packaged};
pub use want::{Answer, Want};
pub use window::Window;
