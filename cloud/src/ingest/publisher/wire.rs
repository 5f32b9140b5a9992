//! A publisher's socket: woken by whatever comes until it publishes, then looked at in fixed moments.
//!
//! An encoder sends a picture in many small pieces, and each piece that wakes us costs more than the copying of all of
//! them. The moments are the same for all publishers, so that one look of the process serves them all.

use std::io::{self, Read as _, Write as _};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::sleep;

const READ_BYTES: usize = 64 << 10;
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The socket, and what was read last.
pub struct Wire {
    socket: Socket,
    scratch: Vec<u8>,
    /// The last read left something there.
    more: bool,
}

enum Socket {
    Woken(TcpStream),
    Looked(std::net::TcpStream),
    /// It changed hands and failed.
    Lost,
}

impl Wire {
    /// A connection that was just accepted.
    ///
    /// # Errors
    /// The socket takes no settings: it is closed already.
    pub fn new(socket: TcpStream) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        Ok(Self { socket: Socket::Woken(socket), scratch: vec![0; READ_BYTES], more: false })
    }

    /// It publishes from now on: small pieces may wait for each other.
    ///
    /// # Errors
    /// The socket has failed.
    pub fn publishes(&mut self) -> io::Result<()> {
        self.socket = match std::mem::replace(&mut self.socket, Socket::Lost) {
            Socket::Woken(socket) => Socket::Looked(socket.into_std()?),
            other => other,
        };
        Ok(())
    }

    /// What came, in memory of its own; empty at the end of the connection. May be dropped and called again.
    ///
    /// # Errors
    /// The socket has failed.
    pub async fn read(&mut self) -> io::Result<Bytes> {
        let read = match &mut self.socket {
            Socket::Woken(socket) => socket.read(&mut self.scratch).await?,
            Socket::Lost => return Err(io::ErrorKind::NotConnected.into()),
            Socket::Looked(socket) => loop {
                if !self.more {
                    sleep(until_next_look()).await;
                }
                match socket.read(&mut self.scratch) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.more = false,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read?,
                }
            },
        };
        Ok(self.take(read))
    }

    /// What has come already, as [`Wire::read`] gives it; `None` when nothing has.
    ///
    /// # Errors
    /// The socket has failed.
    pub fn read_now(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let read = match &mut self.socket {
                Socket::Woken(socket) => socket.try_read(&mut self.scratch),
                Socket::Looked(socket) => socket.read(&mut self.scratch),
                Socket::Lost => return Err(io::ErrorKind::NotConnected.into()),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map(|read| Some(self.take(read))),
            }
        }
    }

    /// So many bytes that were just read.
    fn take(&mut self, read: usize) -> Bytes {
        self.more = read == READ_BYTES;
        Bytes::copy_from_slice(self.scratch.get(..read).unwrap_or_default())
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// The socket has failed.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        match &mut self.socket {
            Socket::Woken(socket) => socket.write_all(bytes).await,
            Socket::Lost => Err(io::ErrorKind::NotConnected.into()),
            Socket::Looked(socket) => {
                while !bytes.is_empty() {
                    match socket.write(bytes) {
                        Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                        Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                            sleep(until_next_look()).await;
                        }
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            }
        }
    }

    /// Says that nothing more will be sent, and reads until the peer says the same.
    ///
    /// # Errors
    /// The socket has failed.
    pub async fn finish(&mut self) -> io::Result<()> {
        let mut socket = match std::mem::replace(&mut self.socket, Socket::Lost) {
            Socket::Woken(socket) => socket,
            Socket::Looked(socket) => TcpStream::from_std(socket)?,
            Socket::Lost => return Ok(()),
        };
        socket.shutdown().await?;
        while socket.read(&mut self.scratch).await? > 0 {}
        Ok(())
    }
}

fn until_next_look() -> Duration {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    let since = FIRST.get_or_init(Instant::now).elapsed().as_micros();
    let every = LOOK_EVERY.as_micros();
    Duration::from_micros(u64::try_from(every - since % every).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (Wire, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Wire::new(listener.accept().await.unwrap().0).unwrap(), peer)
    }

    #[tokio::test]
    async fn small_pieces_come_together_and_nothing_is_lost() {
        let (mut wire, mut peer) = pair().await;
        peer.write_all(b"hello").await.unwrap();
        assert_eq!(wire.read().await.unwrap(), "hello");
        wire.publishes().unwrap();
        let sent: Vec<u8> = (0..600_000u32).map(|n| (n / 7) as u8).collect();
        let copy = sent.clone();
        let sender = tokio::spawn(async move {
            for piece in copy.chunks(1_000) {
                peer.write_all(piece).await.unwrap();
            }
            peer
        });
        let (mut received, mut reads) = (Vec::new(), 0);
        while received.len() < sent.len() {
            received.extend_from_slice(&wire.read().await.unwrap());
            reads += 1;
        }
        assert!(received == sent && reads < 400, "{reads} reads");
        assert_eq!(wire.read_now().unwrap(), None);
        let mut peer = sender.await.unwrap();
        peer.write_all(b"more").await.unwrap();
        assert_eq!(wire.read_now().unwrap().unwrap(), "more", "without waiting for the next look");
        drop(peer);
        assert!(wire.read().await.unwrap().is_empty(), "the end");
    }

    #[tokio::test]
    async fn it_writes_to_a_peer_that_reads_slowly_and_says_goodbye() {
        let (mut wire, mut peer) = pair().await;
        wire.publishes().unwrap();
        let reader = tokio::spawn(async move {
            let mut all = Vec::new();
            peer.read_to_end(&mut all).await.unwrap();
            all.len()
        });
        wire.write_all(&vec![7; 8 << 20]).await.unwrap();
        wire.finish().await.unwrap();
        assert_eq!(reader.await.unwrap(), 8 << 20);
        assert!(wire.read().await.is_err());
    }
}
