//! Who may ask the origin, and the one thing that is asked of it besides media: `POST /control`, by which a new owner of
//! the show shows its fencing number.
//!
//! Edges and owners carry the origin's token. A new owner calls the transmission to its own control server, or sends it
//! away; an older one is refused, whatever it wants. Connections on which nobody has shown the token yet are bounded in number
//! and time: the show's own process serves them.

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};
use subtle::ConstantTimeEq as _;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
    time,
};
use tokio_util::sync::CancellationToken;
use vitrine_rtmp::{ConnectionGate, Permit};

use super::link::{Control, ControlAddress};

/// How long a connection may be open without the token.
const SHOWN_WITHIN: Duration = Duration::from_secs(5);
/// Connections without the token, in all and from one address: an edge opens some hundred at once when a show begins.
const MOST_UNKNOWN: (usize, usize) = (512, 256);
/// Bytes that a connection reads ahead, a head among them.
const READ_AHEAD: usize = 16 << 10;
/// After a failed accept (no file descriptor left): long enough not to spin.
const PAUSE: Duration = Duration::from_millis(100);

/// Where a new owner shows its fencing number.
pub const CONTROL_PATH: &str = "/control";

/// What a new owner says. Answers: 204 it is obeyed; 400 it cannot be read; 401 a wrong token; 409 there is a newer owner;
/// 502 its control server cannot be reached from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// The owner's fencing number.
    pub fence: u64,
    /// Its control server. Without one the transmission stops destinations and recording and leaves at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
}

/// A connection's place among those on which nobody has shown the token; it is given back when somebody does.
#[derive(Clone)]
struct Unknown(Arc<Mutex<Option<Permit>>>);

/// Checks the token of whoever asks, and knows the owner.
#[derive(Clone)]
pub struct Access {
    token: Arc<str>,
    control: watch::Sender<Control>,
}

impl Access {
    /// Lets in who shows `token`; tells of new owners through `control`.
    pub fn new(token: String, control: watch::Sender<Control>) -> Self {
        Self { token: token.into(), control }
    }

    /// Serves `router` behind the check until the process ends. Where there are too many connections without the token, the
    /// oldest of them makes room.
    pub async fn serve(self, listener: TcpListener, router: Router) {
        let (router, gate) = (self.around(router), ConnectionGate::new(MOST_UNKNOWN.0, MOST_UNKNOWN.1));
        loop {
            match listener.accept().await {
                Ok((socket, remote)) => {
                    let _ = socket.set_nodelay(true); // without it small answers wait for a full packet
                    if let Some(serving) = converse(router.clone(), socket, remote.ip(), &gate) {
                        tokio::spawn(serving);
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection to the origin could not be accepted");
                    time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// The routes behind the check, with [`CONTROL_PATH`] beside them.
    pub fn around(self, router: Router) -> Router {
        Router::new()
            .route(CONTROL_PATH, post(hand_over))
            .with_state(self.clone())
            .merge(router)
            .layer(middleware::from_fn_with_state(self, check))
    }
}

/// Listens on a free port of `ip`; without one of `host`, or of every interface when that is a name. Gives the origin's base
/// URL too.
pub async fn listen(host: &str, ip: Option<IpAddr>) -> io::Result<(TcpListener, String)> {
    let address = host.parse().ok();
    let ip = ip.or(address).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let listener = TcpListener::bind((ip, 0)).await?;
    let port = listener.local_addr()?.port();
    let host = if address.is_some_and(|ip| ip.is_ipv6()) { format!("[{host}]") } else { host.to_owned() };
    Ok((listener, format!("http://{host}:{port}")))
}

/// One connection from its first byte to its end; `None` when the gate has no place for it.
fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    router: Router,
    stream: S,
    address: IpAddr,
    gate: &ConnectionGate,
) -> Option<impl Future<Output = ()> + Send + use<S>> {
    let stop = CancellationToken::new();
    let sent_away = stop.clone();
    let permit = gate.enter_or_replace(address, move || sent_away.cancel())?;
    let unknown = Unknown(Arc::new(Mutex::new(Some(permit))));
    let service = TowerToHyperService::new(router.layer(Extension(unknown.clone())));
    let mut http = http1::Builder::new();
    http.max_buf_size(READ_AHEAD);
    Some(async move {
        let late = async {
            time::sleep(SHOWN_WITHIN).await;
            if unknown.0.lock().is_none() {
                std::future::pending().await
            }
        };
        tokio::select! {
            _ = http.serve_connection(TokioIo::new(stream), service) => {}
            () = stop.cancelled() => {}
            () = late => {}
        }
    })
}

async fn check(State(access): State<Access>, request: Request<Body>, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = shown.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if token.as_bytes().ct_eq(access.token.as_bytes()).into() {
        if let Some(Unknown(place)) = request.extensions().get::<Unknown>() {
            place.lock().take();
        }
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

async fn hand_over(State(access): State<Access>, body: Bytes) -> StatusCode {
    let Ok(HandOver { fence, control }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    if fence < access.control.borrow().fence {
        return StatusCode::CONFLICT;
    }
    let address = match control.map(|text| text.parse::<ControlAddress>()).transpose() {
        Ok(address) => address,
        Err(_) => return StatusCode::BAD_REQUEST,
    };
    if let Some(address) = &address
        && let Err(error) = address.connect().await
    {
        tracing::warn!(%error, %address, fence, "a new owner cannot be reached from here");
        return StatusCode::BAD_GATEWAY;
    }
    let wanted = Control { fence, address };
    let mut refused = false;
    access.control.send_if_modified(|known| {
        refused = fence < known.fence;
        let news = !refused && *known != wanted;
        if news {
            *known = wanted;
        }
        news
    });
    if refused { StatusCode::CONFLICT } else { StatusCode::NO_CONTENT }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tower::ServiceExt as _;

    fn origin() -> (Router, watch::Receiver<Control>) {
        let (control, controls) = watch::channel(Control { fence: 3, address: None });
        let media = Router::new().route("/{*path}", get(async || "media"));
        (Access::new("right".into(), control).around(media), controls)
    }

    async fn ask(router: &Router, token: &str, method: &str, path: &str, body: &str) -> u16 {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Body::from(body.to_owned())).unwrap();
        router.clone().oneshot(request).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn only_who_shows_the_token_is_served() {
        let (router, _controls) = origin();
        assert_eq!(ask(&router, "right", "GET", "/index.m3u8", "").await, 200);
        for wrong in ["", "wrong", "righ", "rightt"] {
            assert_eq!(ask(&router, wrong, "GET", "/index.m3u8", "").await, 401);
            assert_eq!(ask(&router, wrong, "POST", CONTROL_PATH, r#"{"fence": 9}"#).await, 401);
        }
        let bare = Request::get("/index.m3u8").body(Body::empty()).unwrap();
        assert_eq!(router.oneshot(bare).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn an_origin_that_is_reached_by_a_name_listens_where_it_was_told_to() {
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        for (host, told, ip) in [
            ("node-a.internal", Some(local), local),
            ("node-a.internal", None, IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            ("127.0.0.1", None, local),
        ] {
            let (listener, url) = listen(host, told).await.unwrap();
            let bound = listener.local_addr().unwrap();
            assert_eq!((bound.ip(), url), (ip, format!("http://{host}:{}", bound.port())));
        }
    }

    /// A connection that the origin serves.
    fn connect(router: &Router, gate: &ConnectionGate) -> DuplexStream {
        let (here, there) = duplex(1 << 16);
        tokio::spawn(converse(router.clone(), there, Ipv4Addr::LOCALHOST.into(), gate).unwrap());
        here
    }

    /// Whether a request on this connection is answered with 200.
    async fn is_served(connection: &mut DuplexStream) -> bool {
        let request = b"GET /index.m3u8 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer right\r\n\r\n";
        let mut answer = [0; 15];
        connection.write_all(request).await.is_ok()
            && connection.read_exact(&mut answer).await.is_ok()
            && answer == *b"HTTP/1.1 200 OK"
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_show_the_token_in_time_is_let_go_and_who_did_may_rest() {
        let (router, _controls) = origin();
        let gate = ConnectionGate::new(4, 4);
        let mut stranger = connect(&router, &gate);
        let mut edge = connect(&router, &gate);
        stranger.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        assert!(is_served(&mut edge).await);
        assert_eq!(gate.occupied(), 1, "it is known");
        let since = time::Instant::now();
        assert_eq!(stranger.read(&mut [0; 1]).await.unwrap(), 0);
        assert!((SHOWN_WITHIN..SHOWN_WITHIN * 2).contains(&since.elapsed()));
        time::sleep(Duration::from_secs(3_600)).await;
        edge.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer right\r\n\r\n").await.unwrap();
        let mut rest = [0; 512];
        assert!(edge.read(&mut rest).await.unwrap() > 0, "it was not closed");
    }

    #[tokio::test(start_paused = true)]
    async fn an_edge_gets_in_however_many_hold_connections_without_a_word() {
        let (router, _controls) = origin();
        let gate = ConnectionGate::new(4, 4);
        let mut silent: Vec<_> = (0..4).map(|_| connect(&router, &gate)).collect();
        assert!(is_served(&mut connect(&router, &gate)).await);
        assert_eq!(silent[0].read(&mut [0; 1]).await.unwrap(), 0, "the oldest made room");
        assert_eq!(gate.occupied(), 3);
    }

    #[tokio::test]
    async fn a_new_owner_is_obeyed_and_an_older_one_is_not() {
        let (router, controls) = origin();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let control = format!("tcp:{}", listener.local_addr().unwrap());
        let call = async |fence: u64, control: Option<&str>| {
            let body = HandOver { fence, control: control.map(str::to_owned) };
            ask(&router, "right", "POST", CONTROL_PATH, &serde_json::to_string(&body).unwrap()).await
        };
        assert_eq!(call(5, Some(&control)).await, 204);
        let known = controls.borrow().clone();
        assert_eq!(
            (known.fence, known.address.map(|address| address.to_string())),
            (5, Some(control.clone()))
        );
        assert_eq!(call(4, None).await, 409, "an older owner cannot send it away");
        assert_eq!(call(6, Some("nowhere")).await, 400);
        assert_eq!(call(6, Some("unix:/nowhere/control.sock")).await, 502);
        assert_eq!(controls.borrow().fence, 5, "who cannot be reached has not taken over");
        assert_eq!(call(6, None).await, 204);
        assert_eq!(*controls.borrow(), Control { fence: 6, address: None });
        assert_eq!(ask(&router, "right", "POST", CONTROL_PATH, "[").await, 400);
    }
}
