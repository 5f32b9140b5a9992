//! Sessions: what the two ends of a connection say to each other, without sockets and without a clock.
//!
//! The owner of the socket feeds what it reads to `receive`, sends what `take_output` gives, polls events,
//! sleeps until `deadline` and then calls `check`. Sessions are plain values: dropping one frees all it held.
//!
//! # A server's loop
//! With blocking sockets for brevity; `tests/interop/` has both loops on tokio.
//! ```no_run
//! # use std::{io::{Read, Write}, net::TcpStream, time::Instant};
//! # use bytes::BytesMut;
//! # use vitrine_rtmp::{ServerConfig, ServerEvent, ServerSession};
//! # fn serve(mut socket: TcpStream) -> Result<(), Box<dyn std::error::Error>> {
//! let mut session = ServerSession::new(ServerConfig::default(), Instant::now());
//! let mut buffer = BytesMut::zeroed(65_536);
//! while !session.is_closed() {
//!     while let Some(event) = session.poll_event() {
//!         match event {
//!             ServerEvent::PublishRequested { stream_key, .. } if stream_key.expose() == "secret" => {
//!                 session.accept_publish(&[("session", "0198c1f0".into())], Instant::now())?;
//!             }
//!             ServerEvent::PublishRequested { .. } => {
//!                 session.reject_publish("NetStream.Publish.BadName", "No show has this key.")?;
//!                 socket.write_all(&session.take_output())?;
//!                 return Ok(());
//!             }
//!             ServerEvent::Tag(tag) => println!("{tag:?}"),
//!             _ => {}
//!         }
//!     }
//!     socket.write_all(&session.take_output())?;
//!     socket.set_read_timeout(session.deadline().map(|at| at - Instant::now()))?;
//!     match socket.read(&mut buffer)? {
//!         0 => session.peer_closed(),
//!         // Tags are slices of this read and keep its memory alive, so a read is given away whole.
//!         length => session.receive(buffer.split_to(length).freeze(), Instant::now())?,
//!     }
//!     if buffer.len() < 4096 {
//!         buffer = BytesMut::zeroed(65_536);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod client;
mod link;
mod server;

pub use client::{ClientConfig, ClientEvent, ClientSession};
pub use server::{ConnectInfo, PublishKind, ServerConfig, ServerEvent, ServerSession};

use std::fmt;

/// The secret name that a publisher gives in `publish`. It is never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct StreamKey(String);

impl StreamKey {
    /// Wraps a key.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key itself, for comparing its hash or for sending it. Not for logs.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The part before `?`: some encoders append parameters to the key.
    pub fn without_query(&self) -> &str {
        self.0.split_once('?').map_or(self.0.as_str(), |(key, _)| key)
    }
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_key_does_not_reach_debug_output() {
        let key = StreamKey::new("vtp_secret?backup=1");
        assert_eq!(format!("{key:?}"), "StreamKey(redacted)");
        assert_eq!(key.without_query(), "vtp_secret");
        assert_eq!(key.expose(), "vtp_secret?backup=1");
    }
}
