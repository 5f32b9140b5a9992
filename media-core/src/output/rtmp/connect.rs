//! A connection to a server, plain or through TLS.

use std::{
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

const TIMEOUT: Duration = Duration::from_secs(8);
/// Small, so that what waits for the network waits in our queue, where it can be dropped.
const SEND_BUFFER_BYTES: u32 = 128 << 10;

/// Bytes in both directions.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Duplex for T {}

/// Connects within 8 s; gives the connection and how long the server took to answer.
pub(super) async fn connect(url: &RtmpUrl) -> Result<(Pin<Box<dyn Duplex>>, Duration), String> {
    tokio::time::timeout(TIMEOUT, open(url))
        .await
        .unwrap_or_else(|_| Err(format!("no answer from {} for {} seconds", url.host, TIMEOUT.as_secs())))
}

async fn open(url: &RtmpUrl) -> Result<(Pin<Box<dyn Duplex>>, Duration), String> {
    let (tcp, rtt) = dial(url).await.map_err(|e| format!("{}: {e}", url.host))?;
    if !url.tls {
        return Ok((Box::pin(tcp), rtt));
    }
    let name = ServerName::try_from(url.host.clone()).map_err(|e| e.to_string())?;
    let tls = TlsConnector::from(tls_config()?).connect(name, tcp).await.map_err(|e| e.to_string())?;
    Ok((Box::pin(tls), rtt))
}

/// Tries each address of the host in turn.
async fn dial(url: &RtmpUrl) -> std::io::Result<(TcpStream, Duration)> {
    let mut failure = std::io::Error::new(std::io::ErrorKind::NotFound, "no such host");
    for address in lookup_host((url.host.as_str(), url.port)).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
        let started = Instant::now();
        match socket.connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok((stream, started.elapsed()));
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
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
