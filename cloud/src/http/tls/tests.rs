//! Stories over TLS: real handshakes on loopback, certificates made on the spot.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{Request, Version};
use axum::routing::{any, get};
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite;

use super::super::connection::Patience;
use super::super::descriptors::Descriptors;
use super::super::server::tests::{Serving, plenty, start_with};
use super::*;

const SOON: Duration = Duration::from_secs(20);

/// A folder with a certificate's files, as an operator keeps them.
struct Shelf {
    dir: tempfile::TempDir,
    roots: RootCertStore,
}

impl Shelf {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), roots: RootCertStore::empty() }
    }

    fn chain(&self) -> PathBuf {
        self.dir.path().join("chain.pem")
    }

    fn key(&self) -> PathBuf {
        self.dir.path().join("key.pem")
    }

    /// Puts a new pair on the shelf, which this shelf's clients trust; the certificate as it goes over the wire.
    fn renew(&mut self) -> CertificateDer<'static> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(self.key(), made.signing_key.serialize_pem()).unwrap();
        std::fs::write(self.chain(), made.cert.pem()).unwrap();
        self.roots.add(made.cert.der().clone()).unwrap();
        made.cert.der().clone()
    }

    fn open(&self) -> Result<Certificates, TlsError> {
        Certificates::open_and_read_every(Duration::from_millis(50), &self.chain(), &self.key())
    }

    async fn serve(&self, router: Router) -> Serving {
        start_with(Some(self.open().unwrap()), plenty(), Patience::default(), router).await
    }

    /// A handshake that offers these protocols.
    async fn connect(&self, address: SocketAddr, protocols: &[&str]) -> TlsStream<TcpStream> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let socket = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap()
    }
}

fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

type Asking = http2::SendRequest<Body>;

async fn h2(stream: TlsStream<TcpStream>) -> (Asking, tokio::task::JoinHandle<()>) {
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (asking, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    (asking, tokio::spawn(async move { drop(connection.await) }))
}

async fn ask(asking: &mut Asking, path: &str) -> (u16, Version, String) {
    let request = Request::get(format!("https://localhost{path}")).body(Body::empty()).unwrap();
    let answer = timeout(SOON, asking.send_request(request)).await.unwrap().unwrap();
    let (status, version) = (answer.status().as_u16(), answer.version());
    let body = to_bytes(Body::new(answer.into_body()), 1 << 20).await.unwrap();
    (status, version, String::from_utf8(body.to_vec()).unwrap())
}

fn peer() -> Router {
    Router::new().route("/peer", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()))
}

#[tokio::test]
async fn a_certificate_replaced_on_disk_is_shown_to_the_next_and_the_old_connection_goes_on() {
    let mut shelf = Shelf::new();
    let first = shelf.renew();
    let serving = shelf.serve(peer()).await;
    let stream = shelf.connect(serving.address, &["h2"]).await;
    assert_eq!(shown(&stream), first);
    let (mut old, _going) = h2(stream).await;
    assert_eq!(ask(&mut old, "/peer").await.0, 200);

    let second = shelf.renew();
    let since = Instant::now();
    while shown(&shelf.connect(serving.address, &["h2"]).await) != second {
        assert!(since.elapsed() < SOON, "the new certificate is never shown");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(ask(&mut old, "/peer").await.0, 200, "the connection of before goes on");
}

#[tokio::test]
async fn a_broken_new_file_keeps_the_old_certificate_until_it_is_mended() {
    let mut shelf = Shelf::new();
    let first = shelf.renew();
    let certificates = shelf.open().unwrap();
    let chain = std::fs::read(shelf.chain()).unwrap();

    std::fs::write(shelf.chain(), "-----BEGIN CERTIFICATE-----\nnonsense").unwrap();
    let error = certificates.reload().await.unwrap_err();
    assert!(error.to_string().contains("chain.pem holds no certificate"), "{error}");
    std::fs::remove_file(shelf.chain()).unwrap();
    assert!(matches!(certificates.reload().await, Err(TlsError::Read { .. })));
    // The half of a renewal: a new certificate beside the old key.
    let key = std::fs::read(shelf.key()).unwrap();
    shelf.renew();
    let new_key = std::fs::read(shelf.key()).unwrap();
    std::fs::write(shelf.key(), &key).unwrap();
    assert!(matches!(certificates.reload().await, Err(TlsError::Pair { .. })));

    let serving = start_with(Some(certificates.clone()), plenty(), Patience::default(), peer()).await;
    assert_eq!(shown(&shelf.connect(serving.address, &[]).await), first);
    std::fs::write(shelf.key(), new_key).unwrap();
    let since = Instant::now();
    while shown(&shelf.connect(serving.address, &[]).await) == first {
        assert!(since.elapsed() < SOON, "the mended pair is never shown");
        sleep(Duration::from_millis(50)).await;
    }
    // And back, as it is when a backup is restored.
    std::fs::write(shelf.chain(), chain).unwrap();
    std::fs::write(shelf.key(), key).unwrap();
    while shown(&shelf.connect(serving.address, &[]).await) != first {
        assert!(since.elapsed() < SOON, "the first pair is never shown again");
        sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn what_cannot_be_used_is_told_at_the_start() {
    let mut shelf = Shelf::new();
    let told = |shelf: &Shelf| format!("{:#}", anyhow::Error::from(shelf.open().unwrap_err()));
    assert!(told(&shelf).contains("chain.pem, named by --tls-certificate, cannot be read: No such file"));
    shelf.renew();
    std::fs::copy(shelf.chain(), shelf.key()).unwrap();
    let text = told(&shelf);
    assert!(
        text.contains("key.pem holds no private key in PEM form; name the right file with --tls-key"),
        "{text}"
    );
    std::fs::write(shelf.key(), rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let text = told(&shelf);
    assert!(text.contains("cannot be used together"), "{text}");
    std::fs::write(shelf.chain(), vec![b'x'; 2 << 20]).unwrap();
    let text = told(&shelf);
    assert!(text.contains("larger than any certificate"), "{text}");
}

/// One connection for all: the playlist that waits for a part does not hold up what is there.
#[tokio::test]
async fn a_playlist_that_waits_lets_other_requests_pass_on_one_connection() {
    let mut shelf = Shelf::new();
    shelf.renew();
    let part = Arc::new(Notify::new());
    let announced = part.clone();
    let playlist = async move || {
        announced.notified().await;
        "#EXTM3U"
    };
    let serving = shelf.serve(peer().route("/live/index.m3u8", get(playlist))).await;
    let stream = shelf.connect(serving.address, &["h2", "http/1.1"]).await;
    let home = stream.get_ref().0.local_addr().unwrap().to_string();
    let (mut asking, _going) = h2(stream).await;
    let mut waiting = asking.clone();
    let playlist =
        tokio::spawn(async move { ask(&mut waiting, "/live/index.m3u8?_HLS_msn=4&_HLS_part=1").await });
    for _ in 0..10 {
        assert_eq!(ask(&mut asking, "/peer").await, (200, Version::HTTP_2, home.clone()));
    }
    assert!(!playlist.is_finished());
    part.notify_one();
    assert_eq!(playlist.await.unwrap(), (200, Version::HTTP_2, "#EXTM3U".to_owned()));
}

#[tokio::test]
async fn a_client_that_knows_http_1_alone_is_served_too() {
    let mut shelf = Shelf::new();
    shelf.renew();
    let serving = shelf.serve(peer()).await;
    let stream = shelf.connect(serving.address, &["http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let (mut asking, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("/peer").header("host", "localhost").body(Body::empty()).unwrap();
    let answer = timeout(SOON, asking.send_request(request)).await.unwrap().unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_11));
}

/// Proxies speak HTTP/2 in plain text to what stands behind them.
#[tokio::test]
async fn http_2_in_plain_text_by_prior_knowledge() {
    let serving = start_with(None, plenty(), Patience::default(), peer()).await;
    let socket = TcpStream::connect(serving.address).await.unwrap();
    let home = socket.local_addr().unwrap().to_string();
    let (mut asking, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(socket)).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(ask(&mut asking, "/peer").await, (200, Version::HTTP_2, home));
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_)) && socket.send(message).await.is_err() {
            break;
        }
    }
}

#[tokio::test]
async fn a_websocket_over_tls_keeps_its_place_and_talks() {
    let mut shelf = Shelf::new();
    shelf.renew();
    let router = Router::new().route("/v1/rtm", any(async |up: WebSocketUpgrade| up.on_upgrade(echo)));
    let descriptors = Descriptors::with_limit(Some(100), || Err(io::ErrorKind::Unsupported.into()));
    descriptors.count(Ok(89));
    let serving = start_with(Some(shelf.open().unwrap()), descriptors, Patience::default(), router).await;
    let stream = shelf.connect(serving.address, &["http/1.1"]).await;
    let (mut socket, answer) =
        tokio_tungstenite::client_async("wss://localhost/v1/rtm", stream).await.unwrap();
    assert_eq!(answer.status(), 101);
    socket.send(tungstenite::Message::text("is it still there?")).await.unwrap();
    let heard = timeout(SOON, socket.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(heard.to_text().unwrap(), "is it still there?");

    // Upgraded or not, it has the last place; the refusal comes over TLS and HTTP/2 as well.
    let (mut refused, going) = h2(shelf.connect(serving.address, &["h2"]).await).await;
    let (status, _, body) = ask(&mut refused, "/v1/rtm").await;
    assert!(status == 503 && body.contains("\"overloaded\""), "{status} {body}");
    drop(refused);
    timeout(SOON, going).await.unwrap().unwrap();
    drop(socket);
    let since = Instant::now();
    loop {
        let (mut asking, _going) = h2(shelf.connect(serving.address, &["h2"]).await).await;
        if ask(&mut asking, "/nothing").await.0 == 404 {
            break;
        }
        assert!(since.elapsed() < SOON, "its place is never free again");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_never_says_hello_is_let_go_in_ten_seconds() {
    let mut shelf = Shelf::new();
    shelf.renew();
    let certificates = Certificates::open(&shelf.chain(), &shelf.key()).unwrap();
    let serving = start_with(Some(certificates), plenty(), Patience::default(), peer()).await;
    let since = Instant::now();
    let mut socket = TcpStream::connect(serving.address).await.unwrap();
    assert_eq!(socket.read(&mut [0; 1]).await.unwrap(), 0);
    assert!((9..=12).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
}

#[tokio::test]
async fn http_2_that_rests_is_ended() {
    let mut shelf = Shelf::new();
    shelf.renew();
    let patience = Patience { head: Duration::from_millis(200), ..Patience::default() };
    let slow = async || {
        sleep(Duration::from_millis(700)).await;
        "at last"
    };
    let router = peer().route("/slow", get(slow));
    let serving = start_with(Some(shelf.open().unwrap()), plenty(), patience, router).await;
    let (mut asking, going) = h2(shelf.connect(serving.address, &["h2"]).await).await;
    assert_eq!(ask(&mut asking, "/slow").await.2, "at last", "who waits for an answer does not rest");
    timeout(SOON, going).await.expect("a resting connection stays").unwrap();
}

#[tokio::test]
async fn a_stop_lets_answers_end() {
    let mut shelf = Shelf::new();
    shelf.renew();
    let slow = async || {
        sleep(Duration::from_millis(300)).await;
        "at last"
    };
    let serving = shelf.serve(Router::new().route("/slow", get(slow))).await;
    let (mut asking, _going) = h2(shelf.connect(serving.address, &["h2"]).await).await;
    let answer = tokio::spawn(async move { ask(&mut asking, "/slow").await });
    sleep(Duration::from_millis(100)).await;
    serving.stop.cancel();
    serving.task.await.unwrap();
    assert_eq!(answer.await.unwrap().2, "at last");
}
