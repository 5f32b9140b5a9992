//! Where `ingest` listens for its transmissions: opaque text to everybody but the two ends.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// Nobody answers within this.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// The address of a control server: `unix:/path` or `tcp:host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlAddress {
    /// A Unix socket of this machine.
    Unix(PathBuf),
    /// A host and port, as a resolver takes them.
    Tcp(String),
}

/// The text names no control server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a control address is unix:/PATH or tcp:HOST:PORT")]
pub struct NotAControlAddress;

/// A connection to a control server, of either kind.
pub trait ControlStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ControlStream for T {}

impl ControlAddress {
    /// Connects, within 2 s.
    ///
    /// # Errors
    /// Nobody listens there, or nobody answers in time.
    pub async fn connect(&self) -> io::Result<Box<dyn ControlStream>> {
        let connecting = async {
            Ok(match self {
                Self::Unix(path) => Box::new(UnixStream::connect(path).await?) as Box<dyn ControlStream>,
                Self::Tcp(address) => {
                    let socket = TcpStream::connect(address).await?;
                    socket.set_nodelay(true)?;
                    Box::new(socket)
                }
            })
        };
        timeout(CONNECT_WITHIN, connecting).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }
}

impl FromStr for ControlAddress {
    type Err = NotAControlAddress;

    fn from_str(text: &str) -> Result<Self, NotAControlAddress> {
        match text.split_once(':') {
            Some(("unix", path)) if path.starts_with('/') => Ok(Self::Unix(path.into())),
            Some(("tcp", address)) if address.rsplit_once(':').is_some_and(is_host_and_port) => {
                Ok(Self::Tcp(address.to_owned()))
            }
            _ => Err(NotAControlAddress),
        }
    }
}

fn is_host_and_port((host, port): (&str, &str)) -> bool {
    !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
}

impl fmt::Display for ControlAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_is_written() {
        for text in ["unix:/run/control.sock", "tcp:10.0.0.7:4100", "tcp:[::1]:4100", "tcp:ingest-0:4100"] {
            assert_eq!(text.parse::<ControlAddress>().unwrap().to_string(), text);
        }
        for wrong in
            ["", "unix:", "unix:relative", "tcp:", "tcp:host", "tcp::1", "tcp:host:0", "tcp:host:99999", "/x"]
        {
            assert!(wrong.parse::<ControlAddress>().is_err(), "{wrong}");
        }
    }
}
