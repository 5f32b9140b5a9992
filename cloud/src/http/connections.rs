//! Connections: accepts them, bounds how long the head of a request may take, and ends them with the process.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// How long the head of a request may take, and how long a connection may rest between two.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// How long open connections may take to end when the process stops.
const DRAIN: Duration = Duration::from_secs(5);
/// Pause when the machine has no socket left.
const OUT_OF_SOCKETS: Duration = Duration::from_secs(1);

/// Serves until `stop`, then lets open requests end for a few seconds.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    serve_within(listener, router, stop, HEAD_WITHIN).await;
}

async fn serve_within(listener: TcpListener, router: Router, stop: CancellationToken, head_within: Duration) {
    let mut http = Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_within);
    let open = TaskTracker::new();
    while let Some((socket, peer)) = accept(&listener, &stop).await {
        let router = router.clone();
        let service = tower::service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = http.serve_connection(TokioIo::new(socket), TowerToHyperService::new(service));
        let stop = stop.clone();
        open.spawn(async move {
            let mut connection = pin!(connection.with_upgrades());
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    open.close();
    if tokio::time::timeout(DRAIN, open.wait()).await.is_err() {
        tracing::debug!("connections were still open at the end");
    }
}

/// The next connection; `None` when it is time to stop.
async fn accept(listener: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return None,
        };
        match accepted {
            Ok((socket, peer)) => {
                // Small answers must not wait for a full packet.
                if let Err(error) = socket.set_nodelay(true) {
                    tracing::debug!(%error, "TCP_NODELAY was refused");
                }
                return Some((socket, peer));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(OUT_OF_SOCKETS).await;
            }
        }
    }
}

/// A peer that went before it was accepted; the next one is not concerned.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn start(head_within: Duration) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let peer = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string();
        let router = Router::new().route("/peer", get(peer)).route("/slow", get(slow));
        let serving = tokio::spawn(serve_within(listener, router, stop.clone(), head_within));
        (address, stop, serving)
    }

    async fn slow() -> &'static str {
        tokio::time::sleep(Duration::from_millis(400)).await;
        "at last"
    }

    async fn say(socket: &mut TcpStream, text: &str) -> String {
        socket.write_all(text.as_bytes()).await.unwrap();
        let mut heard = String::new();
        let read = socket.read_to_string(&mut heard);
        tokio::time::timeout(Duration::from_secs(10), read).await.expect("nobody hung up").unwrap();
        heard
    }

    #[tokio::test]
    async fn who_never_finishes_a_request_is_hung_up_on() {
        let (address, _stop, _serving) = start(Duration::from_millis(200)).await;
        let mut socket = TcpStream::connect(address).await.unwrap();
        let heard = say(&mut socket, "GET /peer HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
        assert!(!heard.starts_with("HTTP/1.1 200"), "{heard}");
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
        let (address, stop, serving) = start(HEAD_WITHIN).await;
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
}
