//! The RTMP wire without sockets: handshake, chunks, AMF0, messages, FLV tags, and the sessions of a server
//! and of a publishing client.
//!
//! Nothing here reads a socket, a clock or a random number: bytes and moments come in as arguments, bytes
//! and events go out. Every length that a peer declares is held against [`Limits`] before memory is taken.
//!
//! | module | holds |
//! |---|---|
//! | [`session`] | [`ServerSession`], [`ClientSession`]: what applications use |
//! | [`flv`] | [`Tag`](flv::Tag), what its first bytes say, FLV files and pipes |
//! | [`amf0`] | values of commands and metadata |
//! | [`message`], [`chunk`], [`handshake`] | the layers below a session, top to bottom |
//! | [`Limits`], [`ConnectionGate`] | every bound of a connection; the cap on connections without a key |
//! | [`url`] | what an RTMP address says |
//!
//! # Specifications
//! - Adobe's Real Time Messaging Protocol 1.0 (2012): chunks, messages, commands.
//! - Action Message Format, AMF 0 (Adobe, 2007).
//! - Video File Format Specification 10.1 (Adobe, 2010), annex E: FLV.
//! - Enhanced RTMP v2 (Veovera Software Organization, 2024): codecs by four characters, reconnect request.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod amf0;
pub mod chunk;
mod error;
pub mod flv;
mod gate;
pub mod handshake;
mod limits;
pub mod message;
pub mod session;
pub mod url;

pub use amf0::Amf0Value;
pub use error::{Error, Fault, Phase};
pub use gate::{ConnectionGate, Network, Permit, SHARES_OF_A_SITE, Stay};
pub use limits::{AmfLimits, Limits};
pub use session::{
    ClientConfig, ClientEvent, ClientSession, ConnectInfo, PublishKind, ServerConfig, ServerEvent,
    ServerSession, StreamKey,
};
