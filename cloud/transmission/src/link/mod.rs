//! The control connection between `ingest` and one transmission: the only thing a transmission talks to.
//!
//! A Unix socket or TCP ([`ControlAddress`]) on which the transmission is the client. Frames are [`crate::encoder::Frame`]s: kind 0 is a
//! JSON message ([`Report`] up, [`Command`] down), kind 1 an FLV tag (down only). Encoding and decoding do no I/O
//! ([`message`]); [`client`] is the transmission's end, the other one lives in `ingest`.

pub mod address;
pub mod client;
pub mod message;

pub use address::{ControlAddress, ControlStream};
pub use client::{Control, Identity, Link, LinkEvent, Standing};
pub use message::{Command, Down, Hello, LinkError, Report};
