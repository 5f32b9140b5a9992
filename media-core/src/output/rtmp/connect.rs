//! A connection to a server, plain or through TLS.

use std::{
    io::ErrorKind,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpSocket, TcpStream, lookup_host},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto, pki_types::ServerName},
};
use vitrine_rtmp::url::RtmpUrl;

use super::{
    LossCause,
    socket::{self, Unsent},
};

const TIMEOUT: Duration = Duration::from_secs(8);
/// What TLS keeps back unsent: as little as the system, and a record fits.
const TLS_BUFFER_BYTES: usize = 32 << 10;

/// Bytes in both directions.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Duplex for T {}

/// Why there is no connection.
pub(super) struct Failure {
    pub cause: LossCause,
    pub reason: String,
}

impl Failure {
    fn broken(error: impl std::fmt::Display) -> Self {
        Self { cause: LossCause::Broken, reason: error.to_string() }
    }
}

/// A connection that was made.
pub(super) struct Connection {
    pub stream: Pin<Box<dyn Duplex>>,
    pub unsent: Unsent,
    /// How long the server took to answer.
    pub round_trip: Duration,
}

/// Connects within 8 s.
pub(super) async fn connect(url: &RtmpUrl) -> Result<Connection, Failure> {
    tokio::time::timeout(TIMEOUT, open(url)).await.unwrap_or_else(|_| {
        let reason = format!("no answer from {} for {} seconds", url.host, TIMEOUT.as_secs());
        Err(Failure { cause: LossCause::NoAnswer, reason })
    })
}

async fn open(url: &RtmpUrl) -> Result<Connection, Failure> {
    let (tcp, round_trip) = dial(url).await?;
    let unsent = Unsent::of(&tcp);
    if !url.tls {
        return Ok(Connection { stream: Box::pin(tcp), unsent, round_trip });
    }
    let name = ServerName::try_from(url.host.clone()).map_err(Failure::broken)?;
    let connector = TlsConnector::from(tls_config().map_err(Failure::broken)?);
    let mut tls = connector.connect(name, tcp).await.map_err(Failure::broken)?;
    tls.get_mut().1.set_buffer_limit(Some(TLS_BUFFER_BYTES));
    Ok(Connection { stream: Box::pin(tls), unsent, round_trip })
}

/// Tries each address of the host in turn.
async fn dial(url: &RtmpUrl) -> Result<(TcpStream, Duration), Failure> {
    let in_words =
        |cause, error: &std::io::Error| Failure { cause, reason: format!("{}: {error}", url.host) };
    let addresses = lookup_host((url.host.as_str(), url.port)).await;
    let addresses = addresses.map_err(|error| in_words(LossCause::NameUnknown, &error))?;
    let mut failure =
        Failure { cause: LossCause::NameUnknown, reason: format!("{}: no such host", url.host) };
    for address in addresses {
        let (started, connected) = (Instant::now(), attach(address).await);
        match connected {
            Ok(stream) => return Ok((stream, started.elapsed())),
            Err(error) => failure = in_words(cause_of(error.kind()), &error),
        }
    }
    Err(failure)
}

async fn attach(address: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket::hold_back(&socket)?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn cause_of(kind: ErrorKind) -> LossCause {
    match kind {
        ErrorKind::ConnectionRefused => LossCause::Refused,
        ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            LossCause::NoAnswer
        }
        _ => LossCause::Broken,
    }
}

fn tls_config() -> Result<Arc<ClientConfig>, String> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn cause(address: &str) -> LossCause {
        let url = RtmpUrl::parse(&format!("rtmp://{address}/live")).unwrap();
        connect(&url).await.err().unwrap().cause
    }

    #[tokio::test]
    async fn a_name_that_leads_nowhere_and_a_port_that_nobody_listens_at_are_told_apart() {
        assert_eq!(cause("nowhere.invalid").await, LossCause::NameUnknown);
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert_eq!(cause(&port.to_string()).await, LossCause::Refused);
    }
}
