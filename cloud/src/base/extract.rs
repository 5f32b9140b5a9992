//! Extractors and answers that speak problem+json.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use vitrine_protocol::Code;

use super::body_error::sentence;
use super::objects::Objects;
use super::{Actor, ApiError, Caller, Invalid};

/// A body must be complete within this time.
const BODY_WITHIN: Duration = Duration::from_secs(20);

/// The most of a caller's own words that an error repeats.
const MOST_REPEATED: usize = 200;

/// A JSON body, in and out. What comes in holds no field that `T` does not know: a misspelt one would be lost without a word.
///
/// `T` must read its fields itself, inside and out: `flatten`, `untagged` and `tag` buffer, and forget what they did not
/// read. A test sends every documented body with one field too many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !is_json(&request) {
            let words = "the body is JSON here: say so with `Content-Type: application/json`";
            return Err(ApiError::new(Code::UnsupportedType, words));
        }
        parse(&read_body(request).await?).map(Self)
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

/// Reads all of `body`, and refuses fields that nobody reads, and lists in place of objects.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut unknown = None;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let mut note = |path: serde_ignored::Path<'_>| {
        unknown.get_or_insert_with(|| dotted(&path));
    };
    let noting = serde_ignored::Deserializer::new(Objects(&mut reader), &mut note);
    let value = serde_path_to_error::deserialize(noting).map_err(|error| {
        let words = sentence(&repeated(&error.path().to_string()), error.inner());
        ApiError::new(Code::InvalidRequest, repeated(&words))
    })?;
    reader.end().map_err(|error| ApiError::new(Code::InvalidRequest, format!("the body: {error}")))?;
    match unknown {
        None => Ok(value),
        Some(field) => Err(Invalid::new(format!("there is no field `{}` here", repeated(&field))).into()),
    }
}

/// Where a field stands: `variants.0.colour`.
fn dotted(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    let below = |parent: &Path<'_>, name: &str| match dotted(parent) {
        parent if parent.is_empty() => name.to_owned(),
        parent => format!("{parent}.{name}"),
    };
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => below(parent, &index.to_string()),
        Path::Map { parent, key } => below(parent, key),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            dotted(parent)
        }
    }
}

/// A caller's words, fit for a sentence of ours.
fn repeated(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(MOST_REPEATED).collect()
}

/// A whole body as bytes, within the route's limit.
///
/// # Errors
/// It is too large, breaks off, or does not arrive in time.
pub async fn read_body(request: Request) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(BODY_WITHIN, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(ApiError::new(Code::TooLarge, "the body is larger than this address takes"))
        }
        Ok(Err(_)) => Err(ApiError::new(Code::InvalidRequest, "the body breaks off")),
        Err(_) => Err(too_late()),
    }
}

fn too_late() -> ApiError {
    ApiError::new(Code::InvalidRequest, "the body did not arrive in time")
        .with_status(StatusCode::REQUEST_TIMEOUT)
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Parts of the path. One that cannot be an id names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(_) => Err(ApiError::new(Code::NotFound, "there is nothing at this address")),
        }
    }
}

/// The part after `?`.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(ApiError::new(Code::InvalidRequest, rejection.body_text())),
        }
    }
}

/// The caller, put among the request's extensions by the layer that reads the bearer token.
impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            let said = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            let is_key = said
                .and_then(|value| value.split_once(' '))
                .is_some_and(|(_, token)| token.trim().starts_with("vtk_"));
            let words = match is_key {
                true => "this API key is not known, was revoked, or has ended",
                false => "sign in first: no valid session came with the request",
            };
            ApiError::new(Code::Unauthenticated, words)
        })
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ApiError> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// The address that the request came from ([`Caller`]); 0.0.0.0 when no socket stands behind it.
#[derive(Debug, Clone, Copy)]
pub struct Remote(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Remote {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let caller = parts.extensions.get::<Caller>().map(|caller| caller.address);
        let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(Self(caller.or_else(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

/// The page that a browser asks for, by its origin, unless it is one of this server's own. Source: the `Origin` header (RFC 6454,
/// section 7), which no page can choose.
#[must_use]
pub fn foreign_page(headers: &axum::http::HeaderMap) -> Option<&str> {
    let origin = headers.get(header::ORIGIN).map(|value| value.to_str().unwrap_or("null"))?;
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let own = origin
        .split_once("://")
        .is_some_and(|(_, name)| host.is_some_and(|host| host.eq_ignore_ascii_case(name)));
    (!own).then_some(origin)
}

/// The version that the caller saw: `If-Match: "7"`. None without the header or with `*`.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let number = text.strip_prefix("W/").unwrap_or(text).trim_matches('"').parse();
        match number {
            Ok(version) => Ok(Self(Some(version))),
            Err(_) => {
                Err(ApiError::new(Code::InvalidRequest, "`If-Match` takes the `ETag` of an earlier answer"))
            }
        }
    }
}

/// A JSON body with its version as `ETag`.
#[derive(Debug, Clone, Copy)]
pub struct Versioned<T>(pub i64, pub T);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.1).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.0)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// 201: a thing was made; its address, and the answer.
#[derive(Debug, Clone)]
pub struct Created<T>(pub String, pub T);

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(address) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(header::LOCATION, address);
        }
        response
    }
}

/// Among an answer's extensions: it holds a secret that is shown this once, so that it is kept nowhere.
#[derive(Debug, Clone, Copy)]
pub struct Secretive;

/// Tells a field that is absent (`None`) from one that is null (`Some(None)`).
/// Beside `#[serde(default)]`.
///
/// # Errors
/// The value is neither null nor a `T`.
pub fn patch_field<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    de: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(de).map(Some)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::routing::{get, post};
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Body1 {
        title: String,
        #[serde(default)]
        variants: Vec<Variant1>,
        #[serde(default, deserialize_with = "patch_field")]
        cover: Option<Option<Variant1>>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Variant1 {
        sku: String,
    }

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default, deserialize_with = "patch_field")]
        cover: Option<Option<String>>,
    }

    async fn ask(request: axum::http::request::Builder, body: &'static str) -> (u16, serde_json::Value) {
        let app = Router::new()
            .route("/body", post(async |_: Json<Body1>| "ok").layer(axum::extract::DefaultBodyLimit::max(64)))
            .route("/id/{id}", get(async |_: Path<vitrine_protocol::ShowId>| "ok"))
            .route("/me", get(async |_: Actor| "ok"));
        let response = app.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 4096).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    fn post_json() -> axum::http::request::Builder {
        Request::post("/body").header("content-type", "application/json")
    }

    #[tokio::test]
    async fn every_malformed_body_gets_its_own_code() {
        for (request, body, status, code) in [
            (post_json(), "{", 400, "invalid_request"),
            (post_json(), "{\"title\": 7}", 400, "invalid_request"),
            (Request::post("/body"), "{\"title\": \"x\"}", 415, "unsupported_type"),
            (
                post_json(),
                "{\"title\": \"0123456789012345678901234567890123456789012345678901234567890123456789\"}",
                413,
                "too_large",
            ),
        ] {
            let (got, problem) = ask(request, body).await;
            assert_eq!((got, &problem["code"]), (status, &code.into()), "{body}");
        }
    }

    #[tokio::test]
    async fn a_field_that_nobody_reads_is_refused_by_its_name() {
        for (body, status, words) in [
            (r#"{"title":"x"}"#, 200, ""),
            (r#"{"title":"x","colour":1}"#, 422, "`colour`"),
            (r#"{"title":"","variants":[{"sku":"","colour":{"a":1}}]}"#, 422, "`variants.0.colour`"),
            (r#"{"title":"","cover":{"sku":"","a\u0000b":1}}"#, 422, "`cover.ab`"),
            (r#"{"title":"","variants":[{"sku":7}]}"#, 400, "`variants[0].sku`"),
            (r#"{"title":"x","title":"y"}"#, 400, "`title` stands there twice"),
            (r#"{"variants":[]}"#, 400, "`title` is missing"),
            (r#"{"title":"x"} {}"#, 400, "trailing"),
        ] {
            let (got, problem) = ask(post_json(), body).await;
            let detail = problem["detail"].as_str().unwrap_or_default();
            assert!(got == status && detail.contains(words), "{body}: {got} {detail}");
        }
    }

    #[tokio::test]
    async fn a_list_is_no_object_at_the_door_and_behind_it() {
        for (body, place) in [
            (r#"["x"]"#, "the body"),
            (r#"{"title":"x","variants":[{"sku":"a"},["b"]]}"#, "`variants[1]`"),
            (r#"{"title":"x","cover":["a"]}"#, "`cover`"),
        ] {
            let (got, problem) = ask(post_json(), body).await;
            let told = (got, problem["code"].as_str(), problem["detail"].as_str());
            let detail = format!("{place} takes an object");
            assert_eq!(told, (400, Some("invalid_request"), Some(detail.as_str())), "{body}");
        }
        assert_eq!(ask(post_json(), r#"{"title":"x","variants":[{"sku":"a"}]}"#).await.0, 200);
    }

    #[tokio::test]
    async fn every_kind_of_json_is_json() {
        for (kind, status) in [
            ("application/json; charset=utf-8", 200),
            ("Application/JSON", 200),
            ("application/merge-patch+json", 200),
            ("text/json", 415),
            ("application/jsonp", 415),
        ] {
            let request = Request::post("/body").header("content-type", kind);
            assert_eq!(ask(request, r#"{"title":"x"}"#).await.0, status, "{kind}");
        }
    }

    #[tokio::test]
    async fn a_path_that_is_no_id_names_nothing() {
        assert_eq!(ask(Request::get("/id/7"), "").await.0, 404);
        assert_eq!(ask(Request::get("/id/%FF"), "").await.0, 404);
    }

    #[tokio::test]
    async fn without_a_session_the_answer_is_401() {
        assert_eq!(ask(Request::get("/me"), "").await.1["code"], "unauthenticated");
        for (said, words) in [("Bearer vtk_x", "API key"), ("Bearer vts_x", "session"), ("vtk_x", "session")]
        {
            let (status, problem) = ask(Request::get("/me").header("authorization", said), "").await;
            assert_eq!((status, &problem["code"]), (401, &"unauthenticated".into()));
            assert!(problem["detail"].as_str().unwrap().contains(words), "{said}: {problem}");
        }
    }

    #[test]
    fn null_is_not_absence() {
        let absent: Patch = serde_json::from_str("{}").unwrap();
        let null: Patch = serde_json::from_str("{\"cover\": null}").unwrap();
        assert_eq!((absent.cover, null.cover), (None, Some(None)));
    }
}
