//! One connection: TLS when it is set, HTTP/1.1 or HTTP/2 as the peer likes, each within bounds.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, interval_at, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::answers::{Answers, End};
use super::site::Site;
use super::socket::Socket;
use crate::base::Proxies;

/// Requests at once on one HTTP/2 connection: a player waits on a few playlists and parts, a page on its files.
const MOST_STREAMS: u32 = 64;
/// Bytes of a head: HTTP/2 counts them as RFC 9113, section 6.5.2 does.
const MOST_HEAD: u32 = 16 * 1024;
/// Bytes that an HTTP/1.1 connection reads ahead, a head among them.
const READ_AHEAD: usize = 64 * 1024;
/// Bytes of a body that may be on the way before a handler took them: per request, and all together.
const BODY_WINDOW: u32 = 256 * 1024;
const BODIES_WINDOW: u32 = 1024 * 1024;
/// Bytes of answers that wait for a slow reader, per request.
const SEND_BUFFER: usize = 128 * 1024;
/// Requests that a peer took back before they were begun, and those that were refused as malformed: past
/// these the connection is closed ("rapid reset", CVE-2023-44487 and CVE-2025-8671).
const MOST_TAKEN_BACK: usize = 20;
const MOST_MALFORMED: usize = 128;
/// A silent HTTP/2 peer is asked for a sign of life, and let go without one.
const PING_AFTER: Duration = Duration::from_secs(20);
const PONG_WITHIN: Duration = Duration::from_secs(10);

/// How long a peer may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For its side of the TLS handshake.
    pub handshake: Duration,
    /// For the head of a request; also how long a connection may rest between two.
    pub head: Duration,
    /// For an answer, beside what its size allows.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            answer: Duration::from_secs(30),
        }
    }
}

/// Speaks HTTP on sockets.
#[derive(Clone)]
pub(super) struct Speaker {
    http: Builder<TokioExecutor>,
    patience: Patience,
    stop: CancellationToken,
}

impl Speaker {
    pub fn new(patience: Patience, stop: CancellationToken) -> Self {
        let mut http = Builder::new(TokioExecutor::new());
        http.http1().timer(TokioTimer::new()).header_read_timeout(patience.head).max_buf_size(READ_AHEAD);
        http.http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(MOST_STREAMS)
            .max_header_list_size(MOST_HEAD)
            .initial_stream_window_size(BODY_WINDOW)
            .initial_connection_window_size(BODIES_WINDOW)
            .max_send_buf_size(SEND_BUFFER)
            .max_pending_accept_reset_streams(MOST_TAKEN_BACK)
            .max_local_error_reset_streams(MOST_MALFORMED)
            .keep_alive_interval(PING_AFTER)
            .keep_alive_timeout(PONG_WITHIN);
        Self { http, patience, stop }
    }

    /// Serves one connection until it ends, or becomes a WebSocket.
    pub async fn serve(self, socket: Socket, tls: Option<TlsAcceptor>, peer: SocketAddr, site: Site) {
        let Some(tls) = tls else { return self.speak(socket, peer, site).await };
        let handshake = timeout(self.patience.handshake, tls.accept(socket));
        match self.stop.run_until_cancelled(handshake).await {
            Some(Ok(Ok(stream))) => self.speak(stream, peer, site).await,
            Some(Ok(Err(error))) => tracing::debug!(%error, "a TLS handshake failed"),
            Some(Err(_)) => tracing::debug!("a TLS handshake took too long"),
            None => {}
        }
    }

    /// HTTP/2 is told from HTTP/1.1 by its first bytes: after TLS they follow what was agreed (ALPN), in plain
    /// text they are a proxy's prior knowledge.
    async fn speak(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: SocketAddr,
        site: Site,
    ) {
        let requests = Arc::new(Requests::default());
        let may_be_proxy = site.holder(peer.ip()).is_none();
        let is_proxy = site.is_named_proxy(peer.ip());
        let answers = Answers::new(self.patience.answer, site.budget().clone());
        let (counted, watched) = (requests.clone(), answers.clone());
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            // A visitor beside us, and one whom a balancer passes on unseen, has a connection of his own.
            if is_proxy || may_be_proxy && Proxies::forwarded(request.headers()) {
                watched.are_for_many();
            }
            let answer = site.answer(request, peer);
            let (under_way, watched) = (counted.clone().begin(), watched.clone());
            async move {
                let answer = answer.await;
                drop(under_way);
                answer.map(|answer| watched.watch(answer))
            }
        });
        let connection = self.http.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        // Looked at only when it has something to say: every connection's every step would ask the one stop.
        let mut end =
            FuturesUnordered::from_iter([self.time_to_end(requests.clone(), answers.clone(), false)]);
        let ended = loop {
            tokio::select! {
                ended = connection.as_mut() => break ended,
                Some(how) = end.next() => match how {
                    End::Softly => {
                        connection.as_mut().graceful_shutdown();
                        end.push(self.time_to_end(requests.clone(), answers.clone(), true));
                    }
                    End::Now => {
                        tracing::debug!("an answer was not taken in time");
                        return;
                    }
                },
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke");
        }
    }

    /// Returns when the connection is to end: with the process, because nobody uses it, or because somebody asked for
    /// more than they take. One that is `ending` already has the last reason alone.
    fn time_to_end(
        &self,
        requests: Arc<Requests>,
        answers: Arc<Answers>,
        ending: bool,
    ) -> impl Future<Output = End> + Send + use<> {
        let (stop, rest) = (self.stop.clone(), self.patience.head);
        async move {
            let mut look = interval_at(Instant::now() + rest, rest);
            let mut seen = 0;
            let unused = async {
                let mut now = Instant::now();
                let mut why = answers.overdue(requests.are_under_way(), now);
                loop {
                    if let Some(how) = why.filter(|how| !ending || *how == End::Now) {
                        return how;
                    }
                    // One that is begun from here on is due no sooner than the next look.
                    let due = answers.next_due(now);
                    let in_need = tokio::select! {
                        _ = look.tick() => {
                            if !ending && requests.rest_since(&mut seen) {
                                return End::Softly;
                            }
                            false
                        }
                        () = sleep_until(due.unwrap_or(now)), if due.is_some() => false,
                        () = answers.pressed() => true,
                    };
                    now = Instant::now();
                    let under_way = requests.are_under_way();
                    let in_the_way = in_need.then(|| answers.in_the_way(under_way, now)).flatten();
                    why = in_the_way.max(answers.overdue(under_way, now));
                }
            };
            if ending { unused.await } else { stop.run_until_cancelled(unused).await.unwrap_or(End::Softly) }
        }
    }
}

/// The requests of one connection. HTTP/1.1 ends a connection that rests by itself; HTTP/2 and a peer that
/// says nothing at all would stay for ever.
#[derive(Debug, Default)]
struct Requests {
    begun: AtomicU64,
    answered: AtomicU64,
}

/// A request whose answer has not begun; one that was given up counts as answered.
struct UnderWay(Arc<Requests>);

impl Requests {
    fn begin(self: Arc<Self>) -> UnderWay {
        self.begun.fetch_add(1, Relaxed);
        UnderWay(self)
    }

    fn are_under_way(&self) -> bool {
        self.answered.load(Relaxed) != self.begun.load(Relaxed)
    }

    /// Whether nothing is under way and nothing came since `seen`, which is brought up to now.
    fn rest_since(&self, seen: &mut u64) -> bool {
        let begun = self.begun.load(Relaxed);
        let nothing_new = std::mem::replace(seen, begun) == begun;
        nothing_new && self.answered.load(Relaxed) == begun
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.answered.fetch_add(1, Relaxed);
    }
}
