//! The process of one show: it turns a publisher's tags into what players fetch, and survives what it can.
//!
//! Owns: the control link's words ([`Command`], [`Report`]) and client end; the timeline, which puts a publisher's tags on
//! the show's clock; the packaging of that ([`hls`], pure); the journal, the recording, the encoder ([`encoder`]) and its
//! keeper, and the origin that players are served from. A crate of its own, so that the compiler holds what it promises: it opens neither database nor bus.
//!
//! Promises: the encoder may die without the source rung noticing; killed itself, it resumes from its journal with the
//! same bytes under the same URLs; without `serve` it waits 30 s.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod arguments;
mod clock;
pub mod encoder;
mod health;
pub mod hls;
mod journal;
mod keeper;
mod link;
mod origin;
mod origin_access;
mod pace;
mod packaging;
mod process;
mod recorder;
mod stage;
pub mod timeline;

pub use arguments::Arguments;
pub use health::Health;
pub use link::{Command, ControlAddress, ControlStream, Down, Hello, LinkError, Report};
pub use origin_access::{CONTROL_PATH, HandOver};
pub use process::{Options, TransmissionError, run};

/// The environment variable that carries the control token.
pub const TOKEN_ENV: &str = "VITRINE_TRANSMISSION_TOKEN";
/// The environment variable that carries the token of those who may ask the origin.
pub const ORIGIN_TOKEN_ENV: &str = "VITRINE_ORIGIN_TOKEN";
/// The exit code of a transmission whose journal is damaged.
pub const EXIT_JOURNAL_UNUSABLE: i32 = 3;
/// The exit code of a transmission whose predecessor still holds the journal.
pub const EXIT_JOURNAL_HELD: i32 = 4;
