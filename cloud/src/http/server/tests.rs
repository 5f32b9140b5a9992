use axum::extract::ConnectInfo;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use super::*;
use crate::base::{Proxies, Remote};

/// A server on a free port; it ends with `stop`.
pub struct Serving {
    pub address: SocketAddr,
    pub stop: CancellationToken,
    pub task: tokio::task::JoinHandle<()>,
}

/// Plenty of descriptors; nobody counts them.
pub fn plenty() -> Descriptors {
    Descriptors::with_limit(None, || Ok(0))
}

pub async fn start_with(
    certificates: Option<Certificates>,
    descriptors: Descriptors,
    patience: Patience,
    site: impl Into<Site>,
) -> Serving {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let server = Server { patience, ..Server::new(listener, certificates, descriptors) };
    let task = tokio::spawn(server.run(site.into(), stop.clone()));
    Serving { address, stop, task }
}

fn routes() -> Router {
    let peer = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string();
    Router::new().route("/peer", get(peer)).route("/slow", get(slow))
}

async fn start(head: Duration) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
    let patience = Patience { head, ..Patience::default() };
    let Serving { address, stop, task } = start_with(None, plenty(), patience, routes()).await;
    (address, stop, task)
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(400)).await;
    "at last"
}

async fn say(socket: &mut TcpStream, text: &str) -> String {
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut heard = String::new();
    let read = socket.read_to_string(&mut heard);
    timeout(Duration::from_secs(10), read).await.expect("nobody hung up").unwrap();
    heard
}

#[tokio::test]
async fn who_never_finishes_a_request_is_hung_up_on() {
    let (address, _stop, _serving) = start(Duration::from_millis(200)).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    let heard = say(&mut socket, "GET /peer HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    assert!(!heard.starts_with("HTTP/1.1 200"), "{heard}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes_whole_is_answered_and_hung_up_on() {
    let read = async |crate::base::Json(_): crate::base::Json<serde_json::Value>| "read";
    let router = Router::new().route("/body", axum::routing::post(read));
    let serving = start_with(None, plenty(), Patience::default(), router).await;
    let since = Instant::now();
    let mut socket = TcpStream::connect(serving.address).await.unwrap();
    let head =
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n{";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut heard = String::new();
    socket.read_to_string(&mut heard).await.unwrap();
    assert!(heard.starts_with("HTTP/1.1 408"), "{heard}");
    assert!(since.elapsed() < Duration::from_secs(60), "{:?}", since.elapsed());
}

#[tokio::test]
async fn a_slow_answer_is_not_a_slow_request() {
    let (address, _stop, _serving) = start(Duration::from_millis(200)).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    let heard = say(&mut socket, "GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(heard.ends_with("at last"), "{heard}");
}

#[tokio::test]
async fn handlers_know_the_peer_and_a_stop_lets_answers_end() {
    let (address, stop, serving) = start(Patience::default().head).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    let peer = socket.local_addr().unwrap().to_string();
    let heard = say(&mut socket, "GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(heard.ends_with(&peer), "{heard}");

    let mut socket = TcpStream::connect(address).await.unwrap();
    let asked = tokio::spawn(async move {
        say(&mut socket, "GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.cancel();
    serving.await.unwrap();
    assert!(asked.await.unwrap().ends_with("at last"));
    assert!(TcpStream::connect(address).await.is_err(), "nobody accepts any more");
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_at_all_is_let_go() {
    let serving = start_with(None, plenty(), Patience::default(), routes()).await;
    let since = Instant::now();
    let mut socket = TcpStream::connect(serving.address).await.unwrap();
    assert_eq!(socket.read(&mut [0; 1]).await.unwrap(), 0);
    assert!((29..=32).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
}

/// The answer of a new connection: its head and body; empty when it was closed without a word.
async fn knock(address: SocketAddr) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let _ = socket.write_all(b"GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let mut heard = Vec::new();
    let _ = timeout(Duration::from_secs(10), socket.read_to_end(&mut heard)).await.expect("nobody hung up");
    String::from_utf8(heard).unwrap()
}

#[tokio::test]
async fn at_ninety_percent_the_next_is_refused_and_after_others_close_it_is_taken() {
    let descriptors = Descriptors::with_limit(Some(100), || Err(io::ErrorKind::Unsupported.into()));
    descriptors.count(Ok(81));
    let serving = start_with(None, descriptors, Patience::default(), routes()).await;
    let mut visitors = Vec::new();
    for _ in 0..9 {
        let mut visitor = TcpStream::connect(serving.address).await.unwrap();
        visitor.write_all(b"GET /peer HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        assert!(visitor.read(&mut [0; 512]).await.unwrap() > 0);
        visitors.push(visitor);
    }

    let refused = knock(serving.address).await.to_lowercase();
    assert!(refused.starts_with("http/1.1 503"), "{refused}");
    for part in ["retry-after: 5", "connection: close", "\"code\":\"overloaded\"", "\"retryable\":true"] {
        assert!(refused.contains(part), "{part} is missing: {refused}");
    }
    // Whoever is inside goes on.
    visitors[0].write_all(b"GET /peer HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(visitors[0].read(&mut [0; 512]).await.unwrap() > 0);

    visitors.truncate(8);
    let since = Instant::now();
    while !knock(serving.address).await.starts_with("HTTP/1.1 200") {
        assert!(since.elapsed() < Duration::from_secs(10), "nobody is taken any more");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn beyond_the_refusals_in_words_a_socket_is_closed_at_once() {
    let descriptors = Descriptors::with_limit(Some(100), || Err(io::ErrorKind::Unsupported.into()));
    descriptors.count(Ok(95));
    let serving = start_with(None, descriptors, Patience::default(), routes()).await;
    let mut silent = TcpStream::connect(serving.address).await.unwrap();
    let since = Instant::now();
    assert_eq!(knock(serving.address).await, "");
    assert!(since.elapsed() < REFUSED_WITHIN);
    // The one that could have been answered says nothing, and is let go soon.
    assert_eq!(timeout(Duration::from_secs(10), silent.read(&mut [0; 1])).await.unwrap().unwrap(), 0);
}

/// Bytes that tell whether somebody still has them.
struct Media(std::sync::Arc<Vec<u8>>);

impl AsRef<[u8]> for Media {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// An HTTP/2 connection that takes nothing: its window is shut, and PINGs are answered. The task ends with it.
async fn take_nothing(
    address: SocketAddr,
) -> (hyper::client::conn::http2::SendRequest<axum::body::Body>, tokio::task::JoinHandle<hyper::Result<()>>) {
    let stream = hyper_util::rt::TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (asking, going) = hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
        .initial_stream_window_size(0)
        .handshake(stream)
        .await
        .unwrap();
    (asking, tokio::spawn(going))
}

#[tokio::test]
async fn who_asks_for_media_and_takes_none_of_it_does_not_keep_it_in_memory() {
    let media = std::sync::Arc::new(vec![7; 16 * 1024]);
    let kept = std::sync::Arc::downgrade(&media);
    let once = std::sync::Arc::new(std::sync::Mutex::new(Some(media)));
    let give = move || {
        let media = once.lock().unwrap().take().unwrap();
        async move { axum::body::Bytes::from_owner(Media(media)) }
    };
    let (head, answer) = (Duration::from_millis(200), Duration::from_millis(300));
    let patience = Patience { head, answer, ..Patience::default() };
    let router = Router::new().route("/media", get(give));
    let serving = start_with(None, plenty(), patience, router).await;
    let (mut asking, going) = take_nothing(serving.address).await;
    let request = hyper::Request::get(format!("http://{}/media", serving.address));
    let response = asking.send_request(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(kept.upgrade().is_some());
    let _ = timeout(Duration::from_secs(10), going).await.expect("the connection stays");
    let since = Instant::now();
    while kept.upgrade().is_some() {
        assert!(since.elapsed() < Duration::from_secs(5), "the bytes stay");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What a visitor's connection comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Through {
    /// From himself.
    Nobody,
    /// From a proxy that nobody named, and that says for whom it asks.
    Proxy,
    /// From one that was named, and says nothing.
    NamedProxy,
}

/// Asks for two answers that are not taken, each of which has half a second, and for `third` on the same connection. Whether the
/// third was answered, and after how long the connection ended.
async fn leave_two_untaken(through: Through, third: Option<&str>) -> (bool, Duration) {
    let late = async || {
        tokio::time::sleep(Duration::from_secs(1)).await;
        axum::http::StatusCode::NO_CONTENT
    };
    let router = Router::new()
        .route("/media", get(async || vec![7; 1024]))
        .route("/late", get(late))
        .route("/never", get(std::future::pending::<()>));
    let (head, answer) = (Duration::from_millis(200), Duration::from_millis(500));
    let patience = Patience { head, answer, ..Patience::default() };
    let named: &[_] = if through == Through::NamedProxy { &["127.0.0.0/8".parse().unwrap()] } else { &[] };
    let site = Site::from(router).behind(Proxies::new(named));
    let serving = start_with(None, plenty(), patience, site).await;
    let since = Instant::now();
    let (mut asking, going) = take_nothing(serving.address).await;
    let mut ask = |path: &str| {
        let mut request = hyper::Request::get(format!("http://{}{path}", serving.address));
        if through == Through::Proxy {
            request = request.header("x-forwarded-for", "203.0.113.7");
        }
        asking.send_request(request.body(axum::body::Body::empty()).unwrap())
    };
    let _untaken = (ask("/media").await.unwrap(), ask("/media").await.unwrap());
    let third = third.map(&mut ask);
    let third = tokio::spawn(async move { third?.await.ok() });
    let _ = timeout(Duration::from_secs(20), going).await.expect("the connection stays");
    (third.await.unwrap().is_some(), since.elapsed())
}

#[tokio::test]
async fn a_visitor_beside_us_is_one_visitor_however_many_answers_he_leaves() {
    let (answered, within) = leave_two_untaken(Through::Nobody, Some("/late")).await;
    assert!(!answered && within >= Duration::from_millis(500), "{within:?}");
}

#[tokio::test]
async fn behind_a_proxy_answers_that_nobody_takes_go_when_those_of_others_have_come() {
    for proxy in [Through::Proxy, Through::NamedProxy] {
        let (_, within) = leave_two_untaken(proxy, None).await;
        assert!(within < Duration::from_secs(1), "nobody else is on it: {within:?}");
        let (answered, within) = leave_two_untaken(proxy, Some("/late")).await;
        assert!(answered && within < Duration::from_secs(2), "{within:?}");
    }
}

#[tokio::test]
async fn behind_a_proxy_answers_that_nobody_takes_do_not_stay_for_ever() {
    let (answered, within) = leave_two_untaken(Through::Proxy, Some("/never")).await;
    assert!(!answered && within >= Duration::from_secs(2), "{within:?}");
}

/// Knows of no show.
struct Nowhere;

impl crate::edge::Origins for Nowhere {
    fn origin_within(
        &self,
        _: vitrine_protocol::ShowId,
        _: Duration,
    ) -> futures_util::future::BoxFuture<'_, Result<crate::ingest::Origin, crate::ingest::NoOrigin>> {
        Box::pin(async { Err(crate::ingest::NoOrigin::Nobody) })
    }
}

#[tokio::test]
async fn what_players_ask_for_goes_to_the_edge_and_everything_else_to_the_rooms() {
    let edge =
        crate::edge::Edge::new(crate::edge::EdgeConfig::default(), std::sync::Arc::new(Nowhere)).unwrap();
    let site = Site::new(Some(edge), routes());
    let serving = start_with(None, plenty(), Patience::default(), site).await;
    let ask = async |head: &str| {
        let mut socket = TcpStream::connect(serving.address).await.unwrap();
        say(&mut socket, &format!("{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
            .await
            .to_lowercase()
    };
    let show = vitrine_protocol::ShowId::new();
    let heard = ask(&format!("GET /live/{show}/index.m3u8?token=me")).await;
    assert!(
        heard.starts_with("http/1.1 404") && heard.contains("\r\ncache-control: no-store\r\n"),
        "{heard}"
    );
    assert!(
        heard.contains("\r\naccess-control-allow-origin: *\r\n"),
        "a page of a shop may read why: {heard}"
    );
    assert!(ask(&format!("POST /live/{show}/index.m3u8")).await.starts_with("http/1.1 405"));
    assert!(ask("GET /peer").await.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn behind_a_named_proxy_rooms_know_who_asks() {
    let from = async |Remote(from): Remote| from.to_string();
    let site = Site::from(Router::new().route("/from", get(from)));
    let ask = async |site: Site| {
        let serving = start_with(None, plenty(), Patience::default(), site).await;
        let mut socket = TcpStream::connect(serving.address).await.unwrap();
        let head = "GET /from HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-for: 8.8.8.8, 203.0.113.7\r\n\r\n";
        say(&mut socket, head).await
    };
    let heard = ask(site.clone()).await;
    assert!(heard.ends_with("127.0.0.1"), "{heard}");
    let heard = ask(site.behind(Proxies::new(&["127.0.0.0/8".parse().unwrap()]))).await;
    assert!(heard.ends_with("203.0.113.7"), "{heard}");
}

#[tokio::test]
async fn a_viewer_who_waits_takes_a_few_kilobytes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let _viewer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (socket, peer) = listener.accept().await.unwrap();
    let Admission::Welcome(place) = plenty().admit(None) else { panic!() };
    let speaker = Speaker::new(Patience::default(), CancellationToken::new());
    let speaking = speaker.serve(Socket::new(socket, place), None, peer, routes().into());
    let size = size_of_val(&speaking);
    assert!(size <= 12 << 10, "a connection is {size} bytes before its buffers");
}
