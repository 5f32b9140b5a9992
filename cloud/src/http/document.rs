//! The document of the HTTP interface (OpenAPI 3.1). Rooms describe what their addresses take and give; what is the same
//! everywhere is added here, so that it is said where it is true and nowhere else.

use std::collections::BTreeSet;

use axum::http::{HeaderName, StatusCode};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{Components, Content, Ref, RefOr, Required, Response};
use utoipa_axum::router::OpenApiRouter;
use vitrine_protocol::{Code, OrgId, Permission, Role};

use super::once;
use super::permitted::permission_of;
use crate::app::App;
use crate::base::{ApiError, Problem, Problems, RequestId};
use crate::{
    billing, catalog, events, health, import, jobs, leaving, operator, org, plan, rtm, show, storefront,
    webhooks,
};

/// What goes wrong at any address, and nowhere more than here: status, when, and codes whose usual status is another.
const PROBLEMS: [(u16, &str, &[Code]); 14] = [
    (400, "The request is malformed.", &[]),
    (401, "No valid session or API key came with the request.", &[]),
    (403, "The member's role, or the API key, does not allow it.", &[]),
    (404, "It does not exist, or not for you.", &[]),
    (408, "The body did not arrive in time.", &[Code::InvalidRequest]),
    (409, "It does not fit the present state.", &[]),
    (412, "`If-Match` names an older version.", &[Code::Conflict]),
    (413, "The body is too large.", &[]),
    (415, "The body's type is not taken here.", &[]),
    (422, "A field does not hold what it should, or is none of this address.", &[Code::InvalidRequest]),
    (428, "It needs `If-Match`.", &[]),
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

/// What the interface is.
const ABOUT: &str = "The cloud of Vitrine, with which shops sell live: they keep a catalogue, put shows on air, and have shoppers \
    watch, talk and buy in their own pages.

A person makes an account with an organisation (`POST /v1/register`), confirms the address by the link of a letter, and signs in \
    (`POST /v1/sessions`). A shop's server has an API key, which an owner or admin makes (`POST /v1/orgs/{org}/api-keys`). The token \
    of either goes into `Authorization: Bearer`. What belongs to an organisation is under `/v1/orgs/{org}`, and each operation there \
    says which permission it takes (`x-permission`). What shop pages ask is under `/v1/public`, and takes no token.

Bodies are JSON. Amounts are whole numbers of minor units (`2900` is 29.00 EUR), times are UTC as in RFC 3339. Lists come in pages, \
    whose `next` is the `after` of the page behind. The `ETag` of an answer is its version, which `If-Match` takes. What goes wrong \
    is a problem of RFC 9457 with a stable `code`.";

/// Whose tokens there are.
const BEARER: &str = "The token of a person's session (`vts_…`, from `POST /v1/sessions`) or an API key (`vtk_…`, from \
    `POST /v1/orgs/{org}/api-keys`), as `Authorization: Bearer vtk_…`. A key may what its permissions say, in its own organisation; \
    what only a person may do, no key may.";

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
    info(title = "Vitrine", version = "1",
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
    document.info.description = Some(ABOUT.to_owned());
    document.servers = Some(vec![Server::new("/")]);
    let mut components = document.components.take().unwrap_or_default();
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some(BEARER.to_owned());
    components.add_security_scheme("session", SecurityScheme::Http(bearer));
    if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut("Permission") {
        object.description = Some(permissions());
    }
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

/// What each permission lets somebody do, and the roles that have it.
fn permissions() -> String {
    let line = |one: &Permission| {
        let roles = Role::ALL.into_iter().filter(|role| one.allowed_for(*role)).map(Role::as_str);
        let key = if one.fits_key() { "" } else { "; no API key" };
        format!("- `{}`: {} ({}{key})", one.as_str(), one.words(), roles.collect::<Vec<_>>().join(", "))
    };
    let lines: Vec<_> = Permission::ALL.iter().map(line).collect();
    let head = "What can be allowed, with the roles that have it; a role of an organisation's own has what it was given.";
    format!("{head}\n\n{}", lines.join("\n"))
}

/// Says which permission an operation takes.
fn tell_permission(operation: &mut Operation, permission: Permission) {
    let word = permission.as_str();
    let whose = if permission.fits_key() { "" } else { ", which no API key has" };
    let words = format!("Takes the permission `{word}`{whose}.");
    operation.description = Some(match operation.description.take() {
        Some(text) if !text.is_empty() => format!("{text}\n\n{words}"),
        _ => words,
    });
    let extensions = Extensions::from_iter([("x-permission", word)]);
    operation.extensions.get_or_insert_default().merge(extensions);
}

/// Whether it is `If-Match`.
fn is_version(parameter: &Parameter) -> bool {
    parameter.name.eq_ignore_ascii_case("if-match")
}

/// Says what `If-Match` takes, and what becomes of a call without it.
fn tell_version(parameter: &mut Parameter, is_sometimes_needed: bool) {
    let seen = "The version that was seen: the `ETag` of an earlier answer with its quotes, like `\"3\"`. Where there is another \
                by now, nothing is changed, and the answer is 412 `conflict`.";
    let without = match parameter.required {
        Required::True => "Without it the answer is 428 `precondition_required`.",
        Required::False if is_sometimes_needed => {
            "Where the change needs it, the answer without it is 428 `precondition_required`."
        }
        Required::False => "Without it, and with `*`, any version is changed.",
    };
    parameter.description = Some(format!("{seen} {without}"));
    parameter.schema = Some(text().into());
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
    if let Some(permission) = permission_of(method, path).filter(|_| !is_open(operation)) {
        tell_permission(operation, permission);
    }
    let is_sometimes_needed = operation.responses.responses.contains_key("428");
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && is_version(parameter)
        {
            tell_version(parameter, is_sometimes_needed);
        }
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
    let version = operation.parameters.iter().flatten().find_map(|one| match one {
        RefOr::T(parameter) if is_version(parameter) => Some(matches!(parameter.required, Required::True)),
        _ => None,
    });
    let needs_version = version == Some(true) || operation.responses.responses.contains_key("428");
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
    when(version.is_some(), &[412]);
    when(needs_version, &[428]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::each_app;

    #[tokio::test]
    async fn who_reads_the_document_alone_learns_what_a_call_needs() {
        each_app(async |app, _| {
            let document = serde_json::to_value(document(&app)).unwrap();
            let bearer = &document["components"]["securitySchemes"]["session"]["description"];
            assert!(bearer.as_str().unwrap().contains("Bearer vtk_"));
            let permissions =
                document["components"]["schemas"]["Permission"]["description"].as_str().unwrap();
            assert!(
                permissions.contains("- `edit_coupons`: Make, change and end coupons. (owner, admin, host)")
            );
            let mut needed = Vec::new();
            for (path, item) in document["paths"].as_object().unwrap() {
                for (method, operation) in item.as_object().unwrap() {
                    let place = format!("{method} {path}");
                    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
                    let version = parameters.find(|one| one["name"] == "If-Match");
                    let answers = |status: &str| operation["responses"][status].is_object();
                    assert_eq!(answers("412"), version.is_some(), "{place}");
                    assert!(version.is_some() || !answers("428"), "{place}");
                    if let Some(version) = version {
                        assert_eq!(version["schema"]["type"], "string", "{place}");
                        assert!(version["description"].as_str().unwrap().contains("ETag"), "{place}");
                    }
                    if answers("428") {
                        needed.push((place.clone(), version.unwrap()["required"] == true));
                    }
                    let is_open = operation["security"].as_array().is_some_and(|all| !all.is_empty());
                    let of_org = path.starts_with("/v1/orgs/{org}") && !is_open;
                    assert_eq!(
                        operation["x-permission"].is_string(),
                        of_org,
                        "{place}: add it to `permitted.rs`"
                    );
                }
            }
            let at =
                |end: &str| needed.iter().find(|(place, _)| place.ends_with(end)).map(|(_, always)| *always);
            assert_eq!(at("/market-prices"), Some(true));
            assert_eq!(at("patch /v1/orgs/{org}/products/{product}"), Some(false));
            assert!(needed.len() < 10, "{needed:?}");
        })
        .await;
    }
}
