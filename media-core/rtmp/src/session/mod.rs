//! Sessions: what the two ends of a connection say to each other, without sockets and without a clock.
//!
//! The owner of the socket feeds what it reads to `receive`, sends what `take_output` gives, polls events,
//! sleeps until `deadline` and then calls `check`. Sessions are plain values: dropping one frees all it held.

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
