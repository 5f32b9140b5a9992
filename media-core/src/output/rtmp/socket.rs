//! What the system's socket keeps of ours: little that is not on its way, and how much that is. One door for every platform.

use tokio::net::{TcpSocket, TcpStream};

/// The system may hold so much that has left us and has not arrived: 6 Mb/s over 170 ms.
const SEND_BUFFER_BYTES: u32 = 128 << 10;

/// Keeps what waits for the network in our own queue, where pictures can be left out.
pub(super) fn hold_back(socket: &TcpSocket) -> std::io::Result<()> {
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)
}

/// Tells how much of what was written to a connection has not arrived. It may outlive the connection.
#[derive(Debug)]
pub(super) struct Unsent {
    #[cfg(unix)]
    socket: Option<std::os::fd::OwnedFd>,
}

#[cfg(unix)]
impl Unsent {
    pub(super) fn of(stream: &TcpStream) -> Self {
        use std::os::fd::AsFd;
        let socket = stream.as_fd().try_clone_to_owned();
        if let Err(error) = &socket {
            tracing::debug!(%error, "the socket cannot be watched");
        }
        let socket = socket.ok();
        if let Some(socket) = &socket {
            sys::keep_little_unsent(socket);
        }
        Self { socket }
    }

    /// Bytes, sent or not, that the other side has not acknowledged; 0 where the system does not tell.
    pub(super) fn bytes(&self) -> u64 {
        self.socket.as_ref().and_then(sys::unacknowledged).unwrap_or(0)
    }
}

#[cfg(not(unix))]
impl Unsent {
    pub(super) fn of(_stream: &TcpStream) -> Self {
        Self {}
    }

    pub(super) fn bytes(&self) -> u64 {
        0
    }
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "one ioctl or getsockopt that writes one int, one setsockopt that reads one")]
mod sys {
    use std::os::fd::{AsRawFd, OwnedFd};

    use libc::c_int;

    /// What the system takes before it is on its way.
    const NOT_SENT_BYTES: c_int = 16 << 10;

    pub(super) fn keep_little_unsent(socket: &OwnedFd) {
        let bytes = NOT_SENT_BYTES;
        // SAFETY: the descriptor is open and the option's value is an int of the size given
        let result = unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::IPPROTO_TCP,
                NOTSENT_LOWAT,
                (&raw const bytes).cast(),
                size_of::<c_int>() as libc::socklen_t,
            )
        };
        if result != 0 {
            tracing::debug!(error = %std::io::Error::last_os_error(), "more may wait in the system");
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    const NOTSENT_LOWAT: c_int = libc::TCP_NOTSENT_LOWAT;
    /// `<netinet/tcp.h>` of Darwin.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const NOTSENT_LOWAT: c_int = 0x201;

    /// Source: tcp(7), SIOCOUTQ, which has the number of TIOCOUTQ.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn unacknowledged(socket: &OwnedFd) -> Option<u64> {
        let mut bytes: c_int = 0;
        // SAFETY: the descriptor is open and the call writes one int
        let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
        (result == 0).then(|| u64::try_from(bytes).unwrap_or(0))
    }

    /// Source: getsockopt(2) of Darwin, SO_NWRITE.
    #[cfg(target_vendor = "apple")]
    pub(super) fn unacknowledged(socket: &OwnedFd) -> Option<u64> {
        let (mut bytes, mut size) = (0 as c_int, size_of::<c_int>() as libc::socklen_t);
        // SAFETY: the descriptor is open and the call writes one int of the size given
        let result = unsafe {
            libc::getsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_NWRITE,
                (&raw mut bytes).cast(),
                &raw mut size,
            )
        };
        (result == 0).then(|| u64::try_from(bytes).unwrap_or(0))
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    pub(super) fn unacknowledged(_socket: &OwnedFd) -> Option<u64> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn what_a_reader_leaves_lying_is_told_and_is_little() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        hold_back(&socket).unwrap();
        let mut stream = socket.connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut reader, _) = listener.accept().await.unwrap();
        let unsent = Unsent::of(&stream);
        assert_eq!(unsent.bytes(), 0);

        let block = [0u8; 8 << 10];
        let mut written = 0;
        let patience = std::time::Duration::from_millis(200);
        while let Ok(bytes) = tokio::time::timeout(patience, stream.write(&block)).await {
            written += bytes.unwrap();
        }
        let kept = unsent.bytes();
        assert!(kept > 0 && kept < 300 << 10, "{kept} of {written}");

        tokio::spawn(async move {
            let mut sink = vec![0; 64 << 10];
            while reader.read(&mut sink).await.is_ok_and(|read| read > 0) {}
        });
        for _ in 0..100 {
            if unsent.bytes() == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{} bytes never arrived", unsent.bytes());
    }
}
