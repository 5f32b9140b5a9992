//! The public addresses: no session, no cookie, every origin.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tower_http::cors::{Any, CorsLayer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, ShowId};

use super::error::StorefrontError;
use super::files::{Keep, WebFile};
use super::model::{Channel, PassRequest, PublicShow, ViewerPass};
use super::service::Storefront;
use crate::base::{ApiError, Json, Path, Problems, read_body};
use crate::show::ShowError;

/// A request for a viewer token is small.
const MAX_PASS_BYTES: usize = 4_096;

/// The public addresses.
pub fn router(storefront: Storefront) -> OpenApiRouter {
    let everybody = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .max_age(Duration::from_secs(86_400));
    OpenApiRouter::new()
        .routes(routes!(channel))
        .routes(routes!(show))
        .routes(routes!(viewer))
        .route("/widget/{*path}", axum::routing::get(widget))
        .layer(DefaultBodyLimit::max(MAX_PASS_BYTES))
        .layer(everybody)
        .with_state(storefront)
}

/// What a channel shows: the show on air, else the next announced, else the last.
#[utoipa::path(get, path = "/v1/public/channels/{channel}", tag = "public", security(()),
    params(("channel" = String, Path, description = "The organisation's name in addresses")),
    responses((status = 200, body = Channel), Problems))]
async fn channel(
    State(storefront): State<Storefront>,
    Path(slug): Path<String>,
) -> Result<Response, ApiError> {
    Ok(fresh(storefront.channel(&slug).await?))
}

/// A show. Drafts do not exist here.
#[utoipa::path(get, path = "/v1/public/shows/{show}", tag = "public", security(()),
    params(("show" = ShowId, Path)), responses((status = 200, body = PublicShow), Problems))]
async fn show(State(storefront): State<Storefront>, Path(id): Path<ShowId>) -> Result<Response, ApiError> {
    Ok(fresh(storefront.show(id).await?))
}

/// Lets a shopper take part. The body is JSON, or nothing; `text/plain` is taken too, so that a browser does
/// not ask first.
#[utoipa::path(post, path = "/v1/public/shows/{show}/viewers", tag = "public", security(()),
    params(("show" = ShowId, Path)), request_body = PassRequest,
    responses((status = 200, body = ViewerPass), Problems))]
async fn viewer(
    State(storefront): State<Storefront>,
    Path(id): Path<ShowId>,
    request: Request,
) -> Result<Response, ApiError> {
    let body = read_body(request).await?;
    let wish = if body.is_empty() {
        PassRequest::default()
    } else {
        serde_json::from_slice(&body).map_err(|error| StorefrontError::BadBody(error.to_string()))?
    };
    Ok(fresh(storefront.admit(id, wish).await?))
}

async fn widget(
    State(storefront): State<Storefront>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = storefront.widget().find(&path).await.ok_or(StorefrontError::NotFound("file"))?;
    Ok(serve_file(file, &headers))
}

/// A file as an answer, kept as long as it says (minutes are five); 304 for those who have it.
#[must_use]
pub fn serve_file(file: WebFile, request: &HeaderMap) -> Response {
    let keep = match file.keep {
        Keep::ForGood => "public, max-age=31536000, immutable",
        Keep::Minutes => "public, max-age=300",
        Keep::AskFirst => "no-cache",
    };
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let same =
        known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.tag));
    let kind = file.content_type();
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let gzip = accepted.is_some_and(|kinds| kinds.split(',').any(|kind| kind.trim() == "gzip"));
    let (body, encoded) = match file.gzip {
        Some(small) if gzip => (small, true),
        _ => (file.bytes, false),
    };
    let mut response =
        if same { StatusCode::NOT_MODIFIED.into_response() } else { Body::from(body).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if encoded && !same {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    // One weak tag for both forms: what they hold is the same.
    if let Ok(tag) = HeaderValue::from_str(&format!("W/{}", file.tag)) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// An answer that is asked for again each time: a pin or a move must not hide behind a cache.
fn fresh<T: serde::Serialize>(body: T) -> Response {
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

impl From<StorefrontError> for ApiError {
    fn from(error: StorefrontError) -> Self {
        match error {
            StorefrontError::NotFound(what) => Self::not_found(what),
            StorefrontError::BadBody(detail) => Self::new(Code::InvalidRequest, detail),
            StorefrontError::Shows(ShowError::NotFound(_)) => Self::not_found("show"),
            StorefrontError::Shows(error) => Self::internal(&error),
            StorefrontError::Catalog(error) => Self::internal(&error),
            StorefrontError::Orgs(error) => Self::internal(&error),
        }
    }
}
