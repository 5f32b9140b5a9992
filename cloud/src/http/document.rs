//! The document of the HTTP interface (OpenAPI 3.1). Rooms describe what their addresses take and give; what is the same
//! everywhere is added here, so that it is said where it is true and nowhere else.

use std::collections::BTreeSet;

use axum::http::{HeaderName, StatusCode};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{Components, Content, Ref, RefOr, Required, Response};
use utoipa_axum::router::OpenApiRouter;
use vitrine_protocol::{Code, OrgId};

use super::once;
use crate::app::App;
use crate::base::{ApiError, Problem, Problems, RequestId};
use crate::{
    billing, catalog, events, health, import, jobs, leaving, operator, org, plan, rtm, show, storefront,
    webhooks,
};

/// What goes wrong at any address, and nowhere more than here: status, when, and codes whose usual status is another.
const PROBLEMS: [(u16, &str, &[Code]); 13] = [
    (400, "The request is malformed.", &[]),
    (401, "No valid session came with the request.", &[]),
    (403, "The member's role, or the API key, does not allow it.", &[]),
    (404, "It does not exist, or not for you.", &[]),
    (408, "The body did not arrive in time.", &[Code::InvalidRequest]),
    (409, "It does not fit the present state.", &[]),
    (412, "`If-Match` names an older version.", &[Code::Conflict]),
    (413, "The body is too large.", &[]),
    (415, "The body's type is not taken here.", &[]),
    (422, "A field does not hold what it should, or is none of this address.", &[Code::InvalidRequest]),
    (429, "Too many tries in a short time.", &[]),
    (500, "It broke on our side.", &[]),
    (503, "The server is busy or going down; try again in a moment.", &[]),
];

/// Codes of other wires than this one.
const ELSEWHERE: [Code; 9] = [
    Code::BadPublishKey,
    Code::PublisherBusy,
    Code::HelloExpected,
    Code::TooSlow,
    Code::Banned,
    Code::KeyringUnavailable,
    Code::DeviceUnavailable,
    Code::PluginMissing,
    Code::CloudUnreachable,
];

/// What a suspended shop, a cloud that takes no new accounts, or not being an operator closes: how their paths begin.
const CLOSED: [&str; 4] = ["/v1/operator/", "/v1/public/", "/v1/register", "/v1/orgs"];
/// Open addresses that say 401 of a password or a code.
const SIGN_INS: [&str; 6] = [
    "/v1/register",
    "/v1/sessions",
    "/v1/sign-ins/second-factor",
    "/v1/sign-ins/passkey",
    "/v1/invitation-acceptances",
    "/v1/email-verifications",
];

/// Bodies that are read tolerantly.
const TOLERANT: [&str; 1] = ["PassRequest"];

#[derive(OpenApi)]
#[openapi(
    info(title = "Vitrine", description = "The live-shopping cloud.", version = "1",
         license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")),
    paths(rtm_socket, picture),
    components(schemas(Problem, Code)),
    security(("session" = [])),
)]
struct Document;

/// The chat's WebSocket. What is said on it stands in `cloud/protocol/PROTOCOL.md`; the first frame is a `hello`.
#[utoipa::path(get, path = "/v1/rtm", tag = "chat", security(()),
    responses((status = 101, description = "The socket is open."), Problems))]
#[expect(dead_code, reason = "describes a route that answers no JSON")]
fn rtm_socket() {}

/// A picture of a product, whose address `image_url` tells. What stands under an address never changes.
#[utoipa::path(get, path = "/media/{org}/{name}", tag = "public", security(()),
    params(("org" = OrgId, Path), ("name" = String, Path)),
    responses(
        (status = 200, description = "The picture.", content(("image/jpeg"), ("image/png"), ("image/webp")), headers(("Cache-Control" = String, description = "A year."))),
        Problems))]
#[expect(dead_code, reason = "describes a route that answers no JSON")]
fn picture() {}

/// Every documented address.
pub(super) fn documented(app: &App) -> OpenApiRouter {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(events::router(app.dead_facts.clone()))
        .merge(jobs::router(app.jobs.clone()))
        .merge(plan::router(app.plans.clone()))
        .merge(org::router(app.orgs.clone()))
        .merge(billing::router(app.billing.clone()))
        .merge(webhooks::router(app.webhooks.clone()))
        .merge(catalog::router(app.catalog.clone()))
        .merge(import::router(app.imports.clone()))
        .merge(show::router(app.shows.clone()))
        .merge(health::router(app.monitor.clone()))
        .merge(rtm::router(app.rtm.clone()))
        .merge(storefront::router(app.storefront.clone()))
        .merge(operator::router(app.operators.clone()))
        .merge(leaving::router(app.leaving.clone()))
}

/// The document of the HTTP interface.
#[must_use]
pub fn document(app: &App) -> utoipa::openapi::OpenApi {
    let mut document = documented(app).into_openapi();
    document.servers = Some(vec![Server::new("/")]);
    let mut components = document.components.take().unwrap_or_default();
    let session = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("session", session);
    for (status, words, more) in PROBLEMS {
        components.responses.insert(problem_name(status), problem(status, words, more).into());
    }
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_of(item) {
            complete(path, method, operation, &components);
        }
    }
    close_bodies(&document.paths.paths, &mut components);
    document.components = Some(components);
    document
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [("get", get), ("put", put), ("post", post), ("delete", delete), ("patch", patch)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn problem_name(status: u16) -> String {
    format!("problem_{status}")
}

/// The answer of a status, with every code that it can hold.
fn problem(status: u16, words: &str, more: &[Code]) -> Response {
    let here = Code::ALL.iter().filter(|code| !ELSEWHERE.contains(code));
    let usual = here.filter(|code| ApiError::new(**code, "").status.as_u16() == status);
    let codes: Vec<_> = usual.chain(more).map(|code| format!("`{code}`")).collect();
    let mut response = Response::new(format!("{words} Codes: {}.", codes.join(", ")));
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    response.content.insert("application/problem+json".to_owned(), content.into());
    name_request(&mut response);
    if matches!(status, 409 | 429 | 503) {
        add_header(&mut response, "Retry-After", "In how many seconds to try again, where that is known.");
    }
    if status == StatusCode::UNAUTHORIZED {
        add_header(&mut response, "WWW-Authenticate", "`Bearer`.");
    }
    response
}

fn text() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).build().into()
}

fn add_header(response: &mut Response, name: &str, words: &str) {
    let header = Header::builder().schema(Some(text())).description(Some(words)).build();
    response.headers.entry(name.to_owned()).or_insert_with(|| header.into());
}

fn name_request(response: &mut Response) {
    let words = "The request's name: the caller's `X-Request-Id`, or one of ours.";
    add_header(response, &canonical(&HeaderName::from_static(RequestId::HEADER)), words);
}

/// `x-request-id` is written `X-Request-Id`.
fn canonical(name: &HeaderName) -> String {
    let part = |part: &str| part[..1].to_ascii_uppercase() + &part[1..];
    name.as_str().split('-').map(part).collect::<Vec<_>>().join("-")
}

/// Says of an operation what is true of all of its kind.
fn complete(path: &str, method: &str, operation: &mut Operation, components: &Components) {
    let once = method == "post" && once::takes_key(path) && !is_open(operation);
    if once {
        let words = "Does the request once: sent again under the same key, with the same body, it is given the first \
                     answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible \
                     ASCII characters.";
        let mut key = Parameter::new(canonical(&once::KEY));
        (key.parameter_in, key.required) = (ParameterIn::Header, Required::False);
        (key.description, key.schema) = (Some(words.to_owned()), Some(text().into()));
        operation.parameters.get_or_insert_default().push(key.into());
    }
    let wanted: BTreeSet<_> = problems_of(path, method, operation, once).into_iter().collect();
    let responses = &mut operation.responses.responses;
    for (status, ..) in PROBLEMS {
        responses.remove(&status.to_string());
        if wanted.contains(&status) {
            let answer = Ref::new(format!("#/components/responses/{}", problem_name(status)));
            responses.insert(status.to_string(), answer.into());
        }
    }
    let is_known = responses.contains_key("304");
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            response.description = usual_words(status).to_owned();
        }
        name_request(response);
        if is_known || is_versioned(response, components) {
            add_header(response, "ETag", "What `If-Match` or `If-None-Match` takes.");
        }
        if once && status.starts_with('2') {
            add_header(response, &canonical(&once::REPLAYED), "`true`: the request was done before.");
        }
    }
}

fn usual_words(status: &str) -> &'static str {
    match status {
        "201" => "It was made.",
        "202" => "It is to be done.",
        "204" => "It was done.",
        "304" => "Nothing has changed.",
        _ => "The answer.",
    }
}

fn is_open(operation: &Operation) -> bool {
    let open = serde_json::to_value(&operation.security).unwrap_or_default();
    open.as_array()
        .is_some_and(|all| all.iter().any(|one| one.as_object().is_some_and(serde_json::Map::is_empty)))
}

/// The problems that an operation can give.
fn problems_of(path: &str, method: &str, operation: &Operation, once: bool) -> Vec<u16> {
    let parameters = operation.parameters.iter().flatten().filter_map(|one| match one {
        RefOr::T(parameter) => Some(&parameter.parameter_in),
        RefOr::Ref(_) => None,
    });
    let parameters: Vec<_> = parameters.collect();
    let (in_path, elsewhere) = (
        parameters.contains(&&ParameterIn::Path),
        parameters.iter().any(|place| **place != ParameterIn::Path),
    );
    let takes_version = operation
        .parameters
        .iter()
        .flatten()
        .any(|one| matches!(one, RefOr::T(parameter) if parameter.name.eq_ignore_ascii_case("if-match")));
    let body = operation.request_body.is_some();
    let (open, changes) = (is_open(operation), method != "get");
    let upgrade = path == "/v1/rtm";
    let mut wanted = vec![500, 503];
    let mut when = |holds: bool, statuses: &[u16]| wanted.extend(statuses.iter().filter(|_| holds));
    when(body || elsewhere || upgrade, &[400]);
    when(!open || SIGN_INS.contains(&path), &[401]);
    let closed = CLOSED.iter().chain(&["/v1/sign-in-requests/"]).any(|begin| path.starts_with(begin));
    when(!open && path.contains("{org}") || closed, &[403]);
    let absent = ["/v1/me/recovery-codes", "/v1/billing/stripe"].contains(&path);
    when(in_path || path.starts_with("/v1/me/totp/") || absent, &[404]);
    when(body || once, &[408, 413]);
    when(changes, &[409, 429]);
    when(takes_version, &[412]);
    when(body, &[415]);
    when(body || elsewhere, &[422]);
    wanted
}

/// Whether the answer is one thing with a version, which its `ETag` says too.
fn is_versioned(response: &Response, components: &Components) -> bool {
    let Some(RefOr::T(content)) = response.content.get("application/json") else { return false };
    let Some(RefOr::Ref(named)) = &content.schema else { return false };
    let name = named.ref_location.rsplit('/').next().unwrap_or_default();
    let Some(RefOr::T(Schema::Object(object))) = components.schemas.get(name) else { return false };
    object.properties.contains_key("version")
}

/// Says of what only bodies are made of that it takes no other field.
fn close_bodies(paths: &utoipa::openapi::path::PathsMap<String, PathItem>, components: &mut Components) {
    let schemas = serde_json::to_value(&components.schemas).unwrap_or_default();
    let (mut sent, mut given) = (BTreeSet::new(), BTreeSet::new());
    for item in paths.values() {
        for operation in [&item.get, &item.put, &item.post, &item.delete, &item.patch].into_iter().flatten() {
            let body = serde_json::to_value(&operation.request_body).unwrap_or_default();
            let answers = serde_json::to_value(&operation.responses).unwrap_or_default();
            reach(&schemas, &body, false, &mut sent);
            reach(&schemas, &answers, true, &mut given);
        }
    }
    for name in sent.difference(&given).filter(|name| !TOLERANT.contains(&name.as_str())) {
        if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(name)
            && !object.properties.is_empty()
        {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

/// The names that `value` speaks of. The parts of an `allOf` are no whole things.
fn reach(schemas: &Value, value: &Value, parts_too: bool, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str().filter(|_| key == "$ref").and_then(|place| place.rsplit('/').next()) {
                    Some(name) if names.insert(name.to_owned()) => {
                        reach(schemas, &schemas[name], parts_too, names);
                    }
                    Some(_) => {}
                    None if key == "allOf" && !parts_too => {}
                    None => reach(schemas, value, parts_too, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| reach(schemas, item, parts_too, names)),
        _ => {}
    }
}
