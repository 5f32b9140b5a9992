//! The public addresses: no session, no cookie, every origin.

use axum::Extension;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tower_http::cors::{Any, CorsLayer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, Currency, ShowId};

use super::error::StorefrontError;
use super::files::WebFile;
use super::model::{Channel, PassRequest, PublicShow, ViewerPass};
use super::service::Storefront;
use super::snapshots::Answer;
use crate::base::{ApiError, InMemory, Json, Path, Problems, RequestId, foreign_page, read_body};
use crate::catalog::{Choice, Language, Market};
use crate::show::ShowError;

/// How an answer is kept that many ask for every few seconds.
const POLLED: &str = "public, max-age=0, s-maxage=1, stale-while-revalidate=2";
/// What an answer depends on where a shop names the pages that may show it: what [`foreign_page`] reads.
const BY_PAGE: &str = "origin, host";
/// A request for a viewer token is small.
const MAX_PASS_BYTES: usize = 4_096;

/// The public addresses.
pub fn router(storefront: Storefront) -> OpenApiRouter {
    let everybody = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .expose_headers([header::ETAG, HeaderName::from_static(RequestId::HEADER)])
        // A cache in between keeps one answer for all pages, unless `for_page` says otherwise.
        .vary(Vec::<HeaderName>::new())
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

/// Whom the answer is for. What is not known counts as not said: a page never breaks by a word of its own.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by hand, and tolerantly")]
struct ChoiceQuery {
    /// What the viewer reads (BCP 47): products are told in it, else in a wider one of the same language, else in the
    /// organisation's own.
    language: Option<String>,
    /// Where the viewer is (ISO 3166-1 alpha-2).
    market: Option<String>,
    /// What the viewer pays with (ISO 4217). A product is priced in it, for that market or for all; else in the market's currency;
    /// else in its own. Its `currency` says which it is.
    currency: Option<String>,
}

/// Of what version the answer is to be.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by hand, and tolerantly")]
struct VersionQuery {
    /// The `version` that the show's room told of. It sets the answer apart from what a cache has of before, and that is whole, never
    /// a 304.
    v: Option<String>,
}

/// The version that the caller heard of.
fn version_of(query: Option<&str>) -> Option<i64> {
    let mut all = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).take(16);
    all.find_map(|(name, value)| (name == "v").then(|| value.parse().ok())?)
}

fn choice_of(query: Option<&str>) -> Choice {
    let mut choice = Choice::default();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).take(16) {
        match &*name {
            "language" => choice.language = Language::try_from(&*value).ok(),
            "market" => choice.market = Market::try_from(&*value).ok(),
            "currency" => choice.currency = Currency::try_from(value.trim().to_ascii_uppercase()).ok(),
            _ => {}
        }
    }
    choice
}

/// What a channel shows: the show on air, else the next announced, else the last.
///
/// Made to be asked again and again: with `If-None-Match` the answer is 304 while nothing has changed but a few viewers.
#[utoipa::path(get, path = "/v1/public/channels/{channel}", tag = "public", security(()),
    params(("channel" = String, Path, description = "The organisation's name in addresses"), ChoiceQuery),
    responses((status = 200, body = Channel), (status = 304), Problems))]
async fn channel(
    State(storefront): State<Storefront>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let answer = storefront.channel(&slug, &choice_of(query.as_deref())).await?;
    for_page(&storefront, answer, &headers, None).await
}

/// A show. Drafts do not exist here.
///
/// Made to be asked again and again: with `If-None-Match` the answer is 304 while nothing has changed but a few viewers.
#[utoipa::path(get, path = "/v1/public/shows/{show}", tag = "public", security(()),
    params(("show" = ShowId, Path), ChoiceQuery, VersionQuery), responses((status = 200, body = PublicShow), (status = 304), Problems))]
async fn show(
    State(storefront): State<Storefront>,
    Path(id): Path<ShowId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let version = version_of(query.as_deref());
    let answer = storefront.show(id, &choice_of(query.as_deref()), version.unwrap_or(0)).await?;
    for_page(&storefront, answer, &headers, version).await
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
    let headers = request.headers().clone();
    let body = read_body(request).await?;
    // Read tolerantly, unlike every other body: pages keep widgets of other versions for long.
    let wish = if body.is_empty() {
        PassRequest::default()
    } else {
        serde_json::from_slice(&body).map_err(|error| StorefrontError::BadBody(error.to_string()))?
    };
    let pass = Json(storefront.admit(id, wish, foreign_page(&headers)).await?);
    Ok(([(header::CACHE_CONTROL, "no-store")], pass).into_response())
}

async fn widget(
    State(storefront): State<Storefront>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = storefront.widget().find(&path).await.ok_or(StorefrontError::NotFound("file"))?;
    Ok(serve_file(file, &headers))
}

/// A file as an answer: kept for a year when its name changes with its content, else asked for again
/// each time (a page must learn of a deploy at once); 304 for those who have it.
#[must_use]
pub fn serve_file(file: WebFile, request: &HeaderMap) -> Response {
    let keep = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let same = is_known(request, &file.tag);
    let kind = file.content_type();
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let gzip = accepted.is_some_and(|kinds| kinds.split(',').any(|kind| kind.trim() == "gzip"));
    let (body, encoded) = match file.gzip {
        Some(small) if gzip => (small, true),
        _ => (file.bytes, false),
    };
    let in_memory = !body.is_unique();
    let mut response =
        if same { StatusCode::NOT_MODIFIED.into_response() } else { Body::from(body).into_response() };
    if in_memory {
        response.extensions_mut().insert(InMemory);
    }
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

/// Whether the caller holds what `tag` (quoted) names; compared weakly (RFC 9110, section 13.1.2).
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let tags = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = tags.flat_map(|tags| tags.split(',')).map(str::trim);
    tags.any(|held| held == "*" || held.trim_start_matches("W/") == tag)
}

/// [`polled`] for pages that may show it. Where a shop names those, a cache in between keeps an answer for each, and no other
/// page is given it.
async fn for_page(
    storefront: &Storefront,
    answer: Answer,
    request: &HeaderMap,
    version: Option<i64>,
) -> Result<Response, ApiError> {
    let org = answer.org;
    let mut response = match storefront.check_page(org, foreign_page(request)).await {
        Ok(()) => polled(answer, request, version),
        Err(error) => ApiError::from(error).into_response(),
    };
    // No shop can name `null`: it is refused wherever pages are named.
    match storefront.check_page(org, Some("null")).await {
        Ok(()) => {}
        Err(StorefrontError::Page) => {
            response.headers_mut().insert(header::VARY, HeaderValue::from_static(BY_PAGE));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(response)
}

/// An answer that many ask for every few seconds. A browser asks each time and may be told 304; a cache in between asks
/// us once a second for all of them, so a pin is at most three seconds late there.
///
/// Where a version is asked for, what was told before under the same address may be of an earlier one: that is told whole.
fn polled(Answer { body, tag, .. }: Answer, request: &HeaderMap, version: Option<i64>) -> Response {
    let mut response = if version.is_none() && is_known(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], Extension(InMemory), body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(POLLED));
    if let Ok(tag) = HeaderValue::from_str(&format!("W/{tag}")) {
        headers.insert(header::ETAG, tag);
    }
    response
}

impl From<StorefrontError> for ApiError {
    fn from(error: StorefrontError) -> Self {
        match error {
            StorefrontError::NotFound(what) => Self::not_found(what),
            StorefrontError::Page => Self::new(Code::OriginNotAllowed, error.to_string()),
            StorefrontError::Suspended => Self::new(Code::OrganizationSuspended, error.to_string()),
            StorefrontError::BadBody(detail) => Self::new(Code::InvalidRequest, detail),
            StorefrontError::Shows(ShowError::NotFound(_)) => Self::not_found("show"),
            StorefrontError::Shows(error) => Self::internal(&error),
            StorefrontError::Catalog(error) => Self::internal(&error),
            StorefrontError::Orgs(error) => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_choice;
