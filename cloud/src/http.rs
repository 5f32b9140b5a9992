//! Merges the rooms' routers and wraps them in layers.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, Method, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::trace::{DefaultOnResponse, OnResponse as _, TraceLayer};
use tracing::{Level, Span};
use vitrine_protocol::Code;

use crate::app::App;
use crate::base::{ApiError, InMemory, Proxies, RequestId, traced};
use crate::catalog;
use crate::config::ServeRole;
use crate::org::{OrgError, Orgs};

mod answers;
mod asked;
mod connection;
mod descriptors;
mod document;
mod metrics;
mod once;
mod permitted;
mod server;
mod site;
mod socket;
mod tls;

pub use descriptors::Descriptors;
pub use document::document;
pub use server::Server;
pub use site::Site;
pub use tls::{Certificates, TlsError};

/// The largest body where a route does not say otherwise.
const MAX_BODY: usize = 256 * 1024;

/// The interface's document, as it is committed; a test holds it to the code.
const DOCUMENT: &str = include_str!("../openapi.json");

/// What a person sees who opens the cloud's address in a browser.
const WELCOME: &str = include_str!("http/welcome.html");

/// What browsers on any page may ask, without cookies.
fn public(app: &App) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::RANGE, HeaderName::from_static("last-event-id")])
        .expose_headers([HeaderName::from_static(RequestId::HEADER)])
        .max_age(Duration::from_secs(86_400));
    Router::new().merge(catalog::media_router(app.catalog.clone())).layer(cors)
}

/// The whole of HTTP.
pub fn site(app: &App) -> Site {
    let edge = app.config.server.plays(ServeRole::Edge).then(|| app.edge.clone());
    Site::new(edge, router(app)).behind(Proxies::new(&app.config.server.trusted_proxies))
}

/// All but what viewers of shows ask for.
pub fn router(app: &App) -> Router {
    let once = once::Once { replays: app.replays.clone(), tasks: app.tasks.clone() };
    let mut router = Router::new().merge(operations(app));
    if app.config.server.plays(ServeRole::Api) {
        let (documented, api) = document::documented(app).split_for_parts();
        let documented = documented.route_layer(from_fn_with_state(asked::asked(&api), asked::only_known));
        router = router.merge(documented).merge(public(app)).route("/", get(async || Html(WELCOME)));
    }
    router
        .fallback(async || ApiError::new(Code::NotFound, "there is nothing at this address"))
        .method_not_allowed_fallback(async || {
            ApiError::new(Code::MethodNotAllowed, "this address does not take that method")
        })
        .layer(from_fn_with_state(once, once::once))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(Arc::new(app.orgs.clone()), authenticate))
        // Its token is nobody's session, and it answers while the database does not.
        .merge(metrics::router(app))
        .layer(panic_layer())
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request| span(request)).on_response(
            |response: &Response, latency: Duration, span: &Span| {
                traced::status(span, response.status().as_u16());
                DefaultOnResponse::new().level(Level::DEBUG).on_response(response, latency, span);
            },
        ))
        .layer(from_fn(named))
}

/// Gives a request its name, which its answer, its problem and the log hold.
async fn named(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers().get(RequestId::HEADER));
    request.extensions_mut().insert(id.clone());
    let mut response = id.clone().scope(next.run(request)).await;
    response.headers_mut().insert(RequestId::HEADER, id.header());
    response
}

/// The span of a request. The path alone: headers and queries may hold secrets. Players ask several times a second, so
/// what they ask for is a detail.
fn span(request: &Request) -> Span {
    let (method, path) = (request.method(), request.uri().path());
    if path.starts_with("/live/") {
        return tracing::debug_span!("http", %method, path);
    }
    let id = request.extensions().get::<RequestId>().map(RequestId::as_str);
    let span = tracing::info_span!("http", %method, path, id);
    if let Some(route) = request.extensions().get::<MatchedPath>() {
        traced::route(&span, method.as_str(), route.as_str());
    }
    span
}

type PanicAnswer = fn(Box<dyn std::any::Any + Send>) -> Response;

/// A handler that panics answers like any other failure of ours.
fn panic_layer() -> CatchPanicLayer<PanicAnswer> {
    CatchPanicLayer::custom(|_| {
        ApiError::new(Code::Internal, "something broke on our side; it is in our log").into_response()
    })
}

/// For those who run the machine.
fn operations(app: &App) -> Router {
    let db = app.db.clone();
    let ready = async move || match db.ping().await {
        Ok(()) => "ready".into_response(),
        Err(_) => ApiError::new(Code::Restarting, "the database does not answer").into_response(),
    };
    let document = async || ([(header::CONTENT_TYPE, "application/json")], Extension(InMemory), DOCUMENT);
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/v1/openapi.json", get(document))
}

/// Puts the [`Actor`](crate::base::Actor) of a good bearer token into the request. A bad token leaves it out,
/// and the routes that need one answer 401.
async fn authenticate(State(orgs): State<Arc<Orgs>>, mut request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(("Bearer" | "bearer", token)) = token.and_then(|value| value.split_once(' ')) {
        match orgs.authenticate(token.trim()).await {
            Ok(actor) => drop(request.extensions_mut().insert(actor)),
            Err(OrgError::NoSession) => {}
            Err(error) => return ApiError::from(error).into_response(),
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests;
