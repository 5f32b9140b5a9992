//! A publisher whose show another node looks after: its tags go on to that node, which decides as if it had come there.

use std::net::IpAddr;
use std::time::{Duration, Instant as Moment};

use bytes::BytesMut;
use subtle::ConstantTimeEq as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use vitrine_rtmp::flv::Tag;
use vitrine_rtmp::{Amf0Value, ClientConfig, ClientEvent, ClientSession, StreamKey};

use super::code::{self, FAILED};
use crate::ingest::lease::Owner;

const CONNECT_WITHIN: Duration = Duration::from_secs(1);
const ACCEPT_WITHIN: Duration = Duration::from_secs(6);
/// An owner that takes nothing for this long hangs.
const WRITE_WITHIN: Duration = Duration::from_secs(10);
const READ_BYTES: usize = 4 << 10;
/// Marks a publish that was forwarded once, so that two nodes never send one back and forth.
const MARK: &str = "?forwarded";

/// The connection to the owner.
pub struct Forward {
    socket: TcpStream,
    session: ClientSession,
    read: BytesMut,
    /// What the session wants sent and the socket has not taken.
    unsent: BytesMut,
}

/// Why the owner does not take a publisher.
#[derive(Debug)]
pub enum NotTaken {
    /// It said why; the sentence is for the person at the encoder.
    Refused {
        /// Its code.
        code: String,
        /// Its sentence.
        why: String,
    },
    /// It is not there, or says nothing.
    Away(std::io::Error),
}

impl From<std::io::Error> for NotTaken {
    fn from(error: std::io::Error) -> Self {
        Self::Away(error)
    }
}

/// Whether a stream key comes from another node of ours. A stranger who writes the mark only loses the forwarding.
pub fn was_forwarded(key: &StreamKey) -> bool {
    key.expose().ends_with(MARK)
}

/// `key` as it is handed on to `owner` for a publisher at `from`.
fn handed_on(key: &str, from: IpAddr, owner: &Owner) -> StreamKey {
    StreamKey::new(format!("{key}?from={from}&to={}{MARK}", owner.serve))
}

/// The address of the publisher whose key another node handed on to `me`.
///
/// Believed only of who names this run of `serve`: that stands in the rows of leases, which no publisher can read.
pub fn publisher_behind(key: &StreamKey, me: &Owner) -> Option<IpAddr> {
    let (_, mark) = key.expose().strip_suffix(MARK)?.split_once('?')?;
    let (from, to) = mark.strip_prefix("from=")?.split_once("&to=")?;
    let is_for_us = bool::from(to.as_bytes().ct_eq(me.serve.as_bytes()));
    from.parse().ok().filter(|_| is_for_us)
}

impl Forward {
    /// Publishes with `key` to the owner, for a publisher at `from` whose `encoder` calls itself so; gives the session that it
    /// opened.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn open(
        owner: &Owner,
        key: &str,
        from: IpAddr,
        encoder: &str,
    ) -> Result<(Self, String), NotTaken> {
        let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
        let socket = timeout(CONNECT_WITHIN, TcpStream::connect(&owner.rtmp)).await.map_err(late)??;
        socket.set_nodelay(true)?;
        let url = format!("rtmp://{}/live", owner.rtmp);
        let mut config = ClientConfig::new("live", url, handed_on(key, from, owner));
        config.flash_ver = encoder.to_owned();
        let session = ClientSession::new(config, Moment::now());
        let read = BytesMut::with_capacity(READ_BYTES);
        let mut forward = Self { socket, session, read, unsent: BytesMut::new() };
        let asked = async {
            loop {
                match forward.next().await? {
                    ClientEvent::Publishing { info } => {
                        let session = info.get("session").and_then(Amf0Value::as_str).unwrap_or_default();
                        return Ok(session.to_owned());
                    }
                    ClientEvent::Rejected { code, description: why } => {
                        return Err(NotTaken::Refused { code, why });
                    }
                    ClientEvent::Closed => return Err(gone().into()),
                    ClientEvent::Status { .. } | ClientEvent::ReconnectRequested { .. } => {}
                }
            }
        };
        let session = timeout(ACCEPT_WITHIN, asked).await.map_err(late)??;
        Ok((forward, session))
    }

    /// Sends a tag on, as fast as the owner takes it.
    ///
    /// # Errors
    /// The owner is gone, hangs, or the tag does not fit.
    pub async fn send(&mut self, tag: &Tag) -> std::io::Result<()> {
        self.session.send_tag(tag).map_err(std::io::Error::other)?;
        self.flush().await
    }

    /// Reads until the owner ends the publish; gives its code, as one of ours, and its sentence. May be dropped and called
    /// again.
    pub async fn ended(&mut self) -> (&'static str, String) {
        loop {
            match self.next().await {
                Ok(ClientEvent::Status { level, code, description }) if level == "error" => {
                    return (code::known(&code), description);
                }
                Ok(ClientEvent::Closed) | Err(_) => {
                    return (FAILED, "The show has moved to another server. Connect again.".to_owned());
                }
                Ok(_) => {}
            }
        }
    }

    /// Says goodbye, or breaks off as the publisher did.
    pub async fn close(mut self, said_goodbye: bool) {
        if said_goodbye {
            self.session.close();
            let _ = self.flush().await; // the owner notices the end of the connection otherwise
            let _ = self.socket.shutdown().await;
        }
    }

    async fn next(&mut self) -> std::io::Result<ClientEvent> {
        loop {
            self.flush().await?;
            if let Some(event) = self.session.poll_event() {
                return Ok(event);
            }
            let far = Instant::now() + Duration::from_secs(60);
            let wake = self.session.deadline().map_or(far, Instant::from_std);
            tokio::select! {
                read = self.socket.read_buf(&mut self.read) => {
                    if read? == 0 {
                        self.session.peer_closed();
                        return Err(gone());
                    }
                    let bytes = self.read.split().freeze();
                    self.session.receive(bytes, Moment::now()).map_err(std::io::Error::other)?;
                }
                () = sleep_until(wake) => self.session.check(Moment::now()).map_err(std::io::Error::other)?,
            }
            self.read.reserve(READ_BYTES);
        }
    }

    /// Sends what is to be sent. Dropped in between, it goes on where it was: nothing is lost.
    async fn flush(&mut self) -> std::io::Result<()> {
        self.unsent.extend_from_slice(&self.session.take_output());
        while !self.unsent.is_empty() {
            let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
            let written =
                timeout(WRITE_WITHIN, self.socket.write_buf(&mut self.unsent)).await.map_err(late)??;
            if written == 0 {
                return Err(gone());
            }
        }
        Ok(())
    }
}

fn gone() -> std::io::Error {
    std::io::ErrorKind::ConnectionAborted.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::lease::fake::owner;

    #[test]
    fn a_publisher_that_is_handed_on_keeps_its_address_and_a_stranger_cannot_make_one_up() {
        let (here, there) = (owner("here"), owner("there"));
        for from in ["203.0.113.7", "2001:db8::7"] {
            let from: IpAddr = from.parse().unwrap();
            let key = handed_on("vtp_key", from, &here);
            assert_eq!(key.without_query(), "vtp_key");
            assert!(was_forwarded(&key));
            assert_eq!(publisher_behind(&key, &here), Some(from));
            assert_eq!(publisher_behind(&key, &there), None);
        }
        for made_up in ["?from=203.0.113.7&to=?forwarded", "?from=203.0.113.7?forwarded", "?forwarded", ""] {
            let key = StreamKey::new(format!("vtp_key{made_up}"));
            assert_eq!(publisher_behind(&key, &here), None, "{made_up}");
        }
    }
}
