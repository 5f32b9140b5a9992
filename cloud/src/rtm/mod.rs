//! The chat server: rooms of people, and the highlights, moves and counts they are told.
//!
//! Owns: the rooms and their ticks, chat messages, bans, viewer tokens and their sealed key. Records
//! `MessageRemoved`, `ViewerBanned`, `ViewerUnbanned`. Leans on `secrets`, `org` (sessions) and `show`.
//! Spec: `cloud/protocol/PROTOCOL.md`.
//!
//! A socket ([`conn`](self)) says hello, is seated in the one task of its room and hears ticks that
//! are written once for shoppers and once for members. A message is stored first (many in one
//! commit), then told. Every other act comes in as a fact that the room follows.

mod conn;
mod error;
mod history;
mod hub;
mod limits;
mod listen;
mod model;
mod room;
mod routes;
mod seats;
mod service;
mod state;
mod store;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_again;
#[cfg(test)]
mod tests_chat;
mod viewer;
mod viewer_key;

pub use error::RtmError;
pub use model::{Ban, ModeratedMessage};
pub use routes::router;
pub use service::Rtm;
pub use viewer::{Viewer, ViewerTokens};
pub use viewer_key::ViewerKeyError;
