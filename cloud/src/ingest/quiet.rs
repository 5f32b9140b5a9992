//! A Unix socket that wakes its reader only for what can be read.
//!
//! The system also says that there is room to write, each time that the other end has read something: for a stream of
//! pictures that is one needless wake for each. Here a write that finds no room is tried again a moment later.

use std::future::Future as _;
use std::io::{self, Read as _, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::UnixStream;
use tokio::time::{Sleep, sleep};

const AGAIN_AFTER: Duration = Duration::from_millis(2);

/// The socket.
pub struct Quiet {
    socket: AsyncFd<std::os::unix::net::UnixStream>,
    /// Set while a write waits for room.
    again: Option<Pin<Box<Sleep>>>,
}

impl Quiet {
    /// Takes over an accepted socket.
    ///
    /// # Errors
    /// It cannot be registered anew.
    pub fn new(socket: UnixStream) -> io::Result<Self> {
        let socket = socket.into_std()?;
        #[expect(unsafe_code, reason = "a registration by file descriptor")]
        // SAFETY: the socket's descriptor is its own and stays the same until it is dropped, with this.
        let socket = unsafe { AsyncFd::register_with_interest(socket, Interest::READABLE)? };
        Ok(Self { socket, again: None })
    }
}

impl AsyncRead for Quiet {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut ready = ready!(self.socket.poll_read_ready(cx))?;
            if let Ok(read) = ready.try_io(|socket| socket.get_ref().read(buffer.initialize_unfilled())) {
                return Poll::Ready(read.map(|bytes| buffer.advance(bytes)));
            }
        }
    }
}

impl AsyncWrite for Quiet {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            if let Some(again) = &mut self.again {
                ready!(again.as_mut().poll(cx));
                self.again = None;
            }
            match self.socket.get_ref().write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.again = Some(Box::pin(sleep(AGAIN_AFTER)));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.socket.get_ref().shutdown(std::net::Shutdown::Write))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn it_carries_more_than_fits_at_once_both_ways() {
        let (a, b) = UnixStream::pair().unwrap();
        let (mut a, mut b) = (Quiet::new(a).unwrap(), Quiet::new(b).unwrap());
        let sent: Vec<u8> = (0..3_000_000u32).map(|n| (n / 11) as u8).collect();
        let copy = sent.clone();
        let writer = tokio::spawn(async move {
            a.write_all(&copy).await.unwrap();
            let mut answer = [0; 2];
            a.read_exact(&mut answer).await.unwrap();
            a.shutdown().await.unwrap();
            answer
        });
        let mut received = vec![0; sent.len()];
        b.read_exact(&mut received).await.unwrap();
        assert!(received == sent);
        b.write_all(b"ok").await.unwrap();
        assert_eq!(b.read(&mut received).await.unwrap(), 0, "the end");
        assert_eq!(&writer.await.unwrap(), b"ok");
    }
}
