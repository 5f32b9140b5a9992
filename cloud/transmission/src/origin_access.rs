//! Who may ask the origin, and the one thing that is asked of it besides media: `POST /control`, by which a new owner of
//! the show shows its fencing number.
//!
//! Edges and owners carry the origin's token. A new owner calls the transmission to its own control server, or sends it
//! away; an older one is refused, whatever it wants.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use subtle::ConstantTimeEq as _;
use tokio::sync::watch;

use super::link::{Control, ControlAddress};

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

    /// The routes behind the check, with [`CONTROL_PATH`] beside them.
    pub fn around(self, router: Router) -> Router {
        Router::new()
            .route(CONTROL_PATH, post(hand_over))
            .with_state(self.clone())
            .merge(router)
            .layer(middleware::from_fn_with_state(self, check))
    }
}

async fn check(State(access): State<Access>, request: Request<Body>, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = shown.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if token.as_bytes().ct_eq(access.token.as_bytes()).into() {
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
    use tokio::net::TcpListener;
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
