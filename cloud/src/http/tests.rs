use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::app::testing::{each_app, owner};

mod matrix;

/// Sends a request; the status, the headers and the body as JSON (null when it is none).
async fn ask(router: &Router, request: Request) -> (u16, axum::http::HeaderMap, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 8 << 20).await.unwrap();
    (parts.status.as_u16(), parts.headers, serde_json::from_slice(&bytes).unwrap_or_default())
}

fn request(method: &str, path: &str, token: Option<&str>, kind: &str, body: impl Into<Body>) -> Request {
    let mut request = axum::http::Request::builder().method(method).uri(path).header("content-type", kind);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(body.into()).unwrap()
}

async fn json_request(router: &Router, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let (status, _, body) = ask(router, request(method, path, Some(token), "application/json", body)).await;
    (status, body)
}

/// Every documented operation: method, path, whether it asks for a session.
fn operations(app: &App) -> Vec<(String, String, bool)> {
    let document = serde_json::to_value(document(app)).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let open = operation["security"].as_array().is_some_and(|s| s.iter().any(|s| s == &json!({})));
            operations.push((method.to_uppercase(), path.clone(), !open));
        }
    }
    operations
}

/// A path with real ids in the place of its names.
fn fill(path: &str, org: &str, show: &str, product: &str) -> String {
    let mut filled = path.replace("{org}", org).replace("{show}", show).replace("{product}", product);
    while let (Some(start), Some(end)) = (filled.find('{'), filled.find('}')) {
        filled.replace_range(start..=end, show);
    }
    filled
}

fn is_problem(headers: &axum::http::HeaderMap, body: &Value, status: u16) -> bool {
    headers.get("content-type").is_some_and(|kind| kind == "application/problem+json")
        && body["status"] == status
        && body["code"].as_str().is_some_and(|code| body["type"] == format!("urn:vitrine:problem:{code}"))
        && body["retryable"].is_boolean()
}

struct Shop {
    router: Router,
    operations: Vec<(String, String, bool)>,
    token: String,
    org: String,
    show: String,
    product: String,
}

async fn shop(app: &App) -> Shop {
    let (_, org, token) = owner(app, "Nord").await;
    let router = router(app);
    let path = format!("/v1/orgs/{org}");
    let (status, show) =
        json_request(&router, &token, "POST", &format!("{path}/shows"), json!({"title": "Autumn"})).await;
    assert_eq!(status, 201);
    let product =
        json!({"title": "Scarf", "url": "https://shop.example/s", "currency": "EUR", "price_minor": 2900});
    let (status, product) = json_request(&router, &token, "POST", &format!("{path}/products"), product).await;
    assert_eq!(status, 201, "{product}");
    let text = |value: &Value| value["id"].as_str().unwrap().to_owned();
    Shop {
        operations: operations(app),
        router,
        token,
        org: org.to_string(),
        show: text(&show),
        product: text(&product),
    }
}

#[tokio::test]
async fn a_stranger_meets_404_on_every_route_of_an_organisation() {
    each_app(async |app, _| {
        let shop = shop(&app).await;
        let (_, _, stranger) = owner(&app, "Sud").await;
        let mut walked = 0;
        for (method, path, needs_session) in &shop.operations {
            let filled = fill(path, &shop.org, &shop.show, &shop.product);
            if !needs_session {
                continue;
            }
            let without = request(method, &filled, None, "application/json", "{}");
            let (status, headers, body) = ask(&shop.router, without).await;
            assert_eq!(status, 401, "{method} {path} without a session");
            assert!(is_problem(&headers, &body, 401), "{method} {path}: {body}");
            if !path.contains("{org}") {
                continue;
            }
            // Bodies that would be taken from a member, so that nothing but the permission stands in the way.
            for body in bodies(&shop) {
                let (kind, body) = if path.ends_with("/image") { ("image/png", PNG.to_vec()) } else { body };
                let (status, headers, answer) =
                    ask(&shop.router, request(method, &filled, Some(&stranger), kind, body)).await;
                // A body that does not even parse may be told so before anything is looked at.
                assert!(
                    matches!(status, 400 | 404 | 422),
                    "{method} {path} as a stranger: {status} {answer}"
                );
                assert!(is_problem(&headers, &answer, status), "{method} {path}: {answer}");
            }
            walked += 1;
        }
        assert!(walked >= 25, "only {walked} routes were walked");
        let (status, show) = json_request(
            &shop.router,
            &shop.token,
            "GET",
            &format!("/v1/orgs/{}/shows/{}", shop.org, shop.show),
            Value::Null,
        )
        .await;
        assert_eq!((status, &show["version"]), (200, &json!(1)), "nothing was changed");
    })
    .await;
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(width, height).write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// One body that holds every field any route asks for, and an empty one.
fn bodies(shop: &Shop) -> Vec<(&'static str, Vec<u8>)> {
    let all = json!({
        "title": "X", "url": "https://shop.example/x", "currency": "EUR", "price_minor": 1, "code": "X",
        "percent_off": 5, "items": [], "kind": "product", "product_id": shop.product, "role": "host",
        "email": "mo@example.com", "name": "Mo", "password": "battery staple", "lines": [], "total_minor": 1,
        "external_ref": "1", "message_id": shop.show, "reason": "x",
    });
    vec![("application/json", all.to_string().into_bytes()), ("application/json", b"{}".to_vec())]
}

#[tokio::test]
async fn no_malformed_request_breaks_anything() {
    each_app(async |app, _| {
        let shop = shop(&app).await;
        let deep = "[".repeat(200) + &"]".repeat(200);
        let long = format!("{{\"title\": \"{}\"}}", "x".repeat(300 * 1024));
        let bodies: &[(&str, &[u8])] = &[
            ("application/json", b"{"),
            ("application/json", b""),
            ("application/json", b"null"),
            ("application/json", b"[]"),
            ("application/json", b"\"x\""),
            ("application/json", b"{\"title\": 7, \"items\": 7, \"kind\": 7, \"lines\": {}, \"role\": \"king\", \"email\": []}"),
            ("application/json", b"{\"title\": \"\\u0000\", \"name\": \"\\u0000\", \"email\": \"a\\u0000@b.c\", \"password\": \"12345678\", \"organization_name\": \"\\u0000\"}"),
            ("application/json", b"\xff\xfe"),
            ("application/json", deep.as_bytes()),
            ("application/json", long.as_bytes()),
            ("text/plain", b"title=x"),
            ("application/x-www-form-urlencoded", b"title=x"),
            ("nonsense", b"\0\0\0\0"),
        ];
        for (method, path, _) in &shop.operations {
            if path.ends_with("/sessions/current") {
                continue; // It would end the session of the rest.
            }
            let filled = fill(path, &shop.org, &shop.show, &shop.product);
            for (kind, body) in bodies {
                let request = request(method, &filled, Some(&shop.token), kind, body.to_vec());
                let (status, headers, answer) = ask(&shop.router, request).await;
                assert!(status < 500, "{method} {path} with {kind} {body:.40?}: {status} {answer}");
                if status >= 400 {
                    assert!(is_problem(&headers, &answer, status), "{method} {path} with {body:.40?}: {status} {answer}");
                }
            }
            for bad in ["not-an-id", "%00", "%FF", "..", "00000000-0000-0000-0000-000000000000", &"x".repeat(4000)] {
                let filled = fill(path, bad, bad, bad);
                let (status, _, answer) =
                    ask(&shop.router, request(method, &filled, Some(&shop.token), "application/json", "{}")).await;
                assert!(status < 500, "{method} {filled:.80}: {status} {answer}");
            }
            for query in ["after=%00", "limit=-1", "limit=999999999999", "after=x&limit=x", "show=7", "%FF=%FF"] {
                let filled = format!("{}?{query}", fill(path, &shop.org, &shop.show, &shop.product));
                let (status, _, answer) =
                    ask(&shop.router, request(method, &filled, Some(&shop.token), "application/json", "{")).await;
                assert!(status < 500, "{method} {filled}: {status} {answer}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_method_are_problems_too() {
    each_app(async |app, _| {
        let router = router(&app);
        for (method, path, status, code) in [
            ("GET", "/v1/nothing", 404, "not_found"),
            ("PATCH", "/v1/register", 405, "method_not_allowed"),
            ("DELETE", "/healthz", 405, "method_not_allowed"),
        ] {
            let (got, headers, body) =
                ask(&router, request(method, path, None, "application/json", "")).await;
            assert_eq!((got, &body["code"]), (status, &json!(code)), "{method} {path}");
            assert!(is_problem(&headers, &body, status));
        }
        let (status, _, _) = ask(&router, request("GET", "/readyz", None, "text/plain", "")).await;
        assert_eq!(status, 200);
        let (status, headers, _) = ask(&router, request("GET", "/", None, "text/plain", "")).await;
        assert_eq!(status, 200, "for a person");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    })
    .await;
}

#[tokio::test]
async fn metrics_are_told_to_this_machine_and_to_nobody_else() {
    each_app(async |app, _| {
        let router = router(&app);
        let from = |peer: [u8; 4]| {
            let mut request = request("GET", "/metrics", None, "text/plain", "");
            let peer = axum::extract::ConnectInfo(SocketAddr::from((peer, 4711)));
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(server::tests::plenty());
            request
        };
        let (status, headers, body) = ask(&router, from([203, 0, 113, 9])).await;
        assert!(status == 403 && is_problem(&headers, &body, 403), "{body}");
        let response = router.clone().oneshot(from([127, 0, 0, 1])).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let told = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let told = String::from_utf8(told.to_vec()).unwrap();
        for line in [
            "vitrine_build_info{version=\"",
            "vitrine_database_up 1\n",
            "vitrine_shows 0\n",
            "process_open_fds 0\n",
        ] {
            assert!(told.contains(line), "{line} is not in {told}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_moderator_may_look_but_not_run_the_show() {
    each_app(async |app, _| {
        let shop = shop(&app).await;
        let path = format!("/v1/orgs/{}", shop.org);
        let new = json!({"email": "mo@example.com", "role": "moderator"});
        let invitations = format!("{path}/invitations");
        let (status, invited) = json_request(&shop.router, &shop.token, "POST", &invitations, new).await;
        assert_eq!((status, &invited["mailed"]), (201, &json!(false)));
        let link = invited["link"].as_str().unwrap().split(['=', '&']).nth(1).unwrap();
        let accepted = json!({"token": link, "name": "Mo", "password": "battery staple"});
        let (status, _) =
            json_request(&shop.router, "none", "POST", "/v1/invitation-acceptances", accepted).await;
        assert_eq!(status, 201);
        let credentials = json!({"email": "mo@example.com", "password": "battery staple"});
        let (status, session) = json_request(&shop.router, "none", "POST", "/v1/sessions", credentials).await;
        assert_eq!((status, &session["organizations"][0]["role"]), (201, &json!("moderator")));
        let token = session["token"].as_str().unwrap();
        let show = format!("{path}/shows/{}", shop.show);
        assert_eq!(json_request(&shop.router, token, "GET", &show, Value::Null).await.0, 200);
        let (status, health) =
            json_request(&shop.router, token, "GET", &format!("{show}/health"), Value::Null).await;
        assert_eq!((status, &health["media"], &health["viewers"]), (200, &Value::Null, &json!(0)));
        let (status, body) =
            json_request(&shop.router, token, "POST", &format!("{show}/go-live"), Value::Null).await;
        assert_eq!((status, &body["code"]), (403, &json!("forbidden")));
        let (status, _) =
            json_request(&shop.router, token, "DELETE", "/v1/sessions/current", Value::Null).await;
        assert_eq!(status, 204);
        assert_eq!(json_request(&shop.router, token, "GET", "/v1/me", Value::Null).await.0, 401);
    })
    .await;
}

#[tokio::test]
async fn an_older_version_in_if_match_is_refused() {
    each_app(async |app, _| {
        let shop = shop(&app).await;
        let path = format!("/v1/orgs/{}/shows/{}", shop.org, shop.show);
        let patch = |tag: &str| {
            let mut request =
                request("PATCH", &path, Some(&shop.token), "application/json", "{\"title\": \"Winter\"}");
            request.headers_mut().insert("if-match", tag.parse().unwrap());
            request
        };
        let (status, headers, _) = ask(&shop.router, patch("\"1\"")).await;
        assert_eq!((status, &headers["etag"]), (200, &"\"2\"".parse().unwrap()));
        let (status, _, body) = ask(&shop.router, patch("\"1\"")).await;
        assert_eq!((status, &body["code"]), (412, &json!("conflict")));
        assert_eq!(ask(&shop.router, patch("junk")).await.0, 400);
        assert_eq!(ask(&shop.router, patch("*")).await.0, 200);
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_public_and_never_changes() {
    each_app(async |app, _| {
        let shop = shop(&app).await;
        let path = format!("/v1/orgs/{}/products/{}/image", shop.org, shop.product);
        let (status, _, product) =
            ask(&shop.router, request("PUT", &path, Some(&shop.token), "image/PNG; x=y", picture(900, 500)))
                .await;
        assert_eq!(status, 200, "{product}");
        let sources = product["image"].as_array().unwrap();
        let told: Vec<_> = sources
            .iter()
            .map(|one| (one["width"].as_u64().unwrap(), one["type"].as_str().unwrap()))
            .collect();
        let (webp, jpeg) = ("image/webp", "image/jpeg");
        assert_eq!(told, [(320, webp), (320, jpeg), (800, webp), (800, jpeg), (900, webp), (900, jpeg)]);
        assert_eq!(product["image_url"], sources[3]["url"]);
        for (body, refused, code) in [
            (PNG.to_vec(), 422, "invalid_request"),
            (b"<svg onload=alert(1)>".to_vec(), 415, "unsupported_type"),
            (vec![0xff; 8 * 1024 * 1024 + 1], 413, "too_large"),
        ] {
            let (status, _, body) =
                ask(&shop.router, request("PUT", &path, Some(&shop.token), "image/png", body)).await;
            assert_eq!((status, &body["code"]), (refused, &json!(code)), "{body}");
        }
        let url = product["image_url"].as_str().unwrap();
        let path = &url[url.find("/media/").unwrap()..];
        let mut picture = request("GET", path, None, "text/plain", "");
        picture.headers_mut().insert("origin", "https://shop.example".parse().unwrap());
        let (status, headers, _) = ask(&shop.router, picture).await;
        assert_eq!((status, &headers["content-type"]), (200, &"image/jpeg".parse().unwrap()));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["access-control-allow-origin"], "*");
        assert!(headers["cache-control"].to_str().unwrap().contains("immutable"));
        let mut members = request("GET", "/v1/me", Some(&shop.token), "text/plain", "");
        members.headers_mut().insert("origin", "https://shop.example".parse().unwrap());
        let (_, headers, _) = ask(&shop.router, members).await;
        assert!(
            !headers.contains_key("access-control-allow-origin"),
            "only public addresses are for other pages"
        );
    })
    .await;
}

#[tokio::test]
async fn a_panic_is_a_problem_and_not_a_broken_connection() {
    each_app(async |app, _| {
        let router = Router::new()
            .route("/boom", get(async || -> StatusCode { panic!("on purpose") }))
            .layer(panic_layer());
        let (status, headers, body) = ask(&router, request("GET", "/boom", None, "text/plain", "")).await;
        assert!(status == 500 && is_problem(&headers, &body, 500), "{body}");
        drop(app);
    })
    .await;
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let here = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            here.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Goes red when `openapi.json` is stale; `./x gen` writes it from the code.
#[tokio::test]
async fn the_openapi_document_is_fresh() {
    let dir = tempfile::tempdir().unwrap();
    let local = SocketAddr::from(([127, 0, 0, 1], 1));
    let config = crate::config::Config::for_testing(dir.path());
    let addresses = crate::app::Addresses { http: local, rtmp: local };
    let app = App::new(config, crate::base::TestClock::new().clock(), addresses).await.unwrap();
    let document = document(&app);
    let value = serde_json::to_value(&document).unwrap();
    assert_eq!(value["openapi"], "3.1.0");
    for reference in references(&value) {
        let place = reference.strip_prefix('#').unwrap();
        assert!(value.pointer(place).is_some_and(Value::is_object), "{place} is named but not described");
    }
    for (path, item) in value["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let words = answer["$ref"].is_string() || answer["description"].is_string();
                assert!(words, "{method} {path} says nothing of {status}");
            }
        }
    }
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::env::var_os("VITRINE_WRITE_GENERATED").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "cloud/openapi.json is stale: run ./x gen and commit it");
}

#[tokio::test]
async fn the_openapi_document_is_in_memory_whoever_asks_and_is_nobodys_to_count() {
    each_app(async |app, _| {
        let asked = request("GET", "/v1/openapi.json", None, "text/plain", "");
        let document = router(&app).oneshot(asked).await.unwrap();
        assert!(document.extensions().get::<InMemory>().is_some());
    })
    .await;
}

/// A value that `schema` allows, and the same with a field too many in each object of it, by where that stands.
fn samples(document: &Value, schema: &Value, place: &str) -> (Value, Vec<(String, Value)>) {
    if let Some(name) = schema["$ref"].as_str() {
        return samples(
            document,
            &document["components"]["schemas"][name.rsplit('/').next().unwrap()],
            place,
        );
    }
    let any = ["oneOf", "anyOf"].into_iter().find_map(|key| schema[key].as_array());
    if let Some(any) = any {
        let mut all = any.iter().filter(|one| one["type"] != "null").map(|one| samples(document, one, place));
        let (sample, mut wrong) = all.next().unwrap();
        wrong.extend(all.flat_map(|(_, wrong)| wrong));
        return (sample, wrong);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts: Vec<_> = parts.iter().map(|part| samples(document, part, place)).collect();
        let whole_with = |own: usize, value: &Value| {
            let others = parts.iter().enumerate().filter(|(n, _)| *n != own).map(|(_, (sample, _))| sample);
            let fields = others.chain([value]).flat_map(|part| part.as_object().unwrap().clone());
            Value::Object(fields.collect())
        };
        let wrong = parts.iter().enumerate().flat_map(|(own, (_, wrong))| {
            wrong
                .iter()
                .map(move |(place, value)| (place.clone(), whole_with(own, value)))
                .collect::<Vec<_>>()
        });
        return (whole_with(0, &parts[0].0), wrong.collect());
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find_map(|kind| kind.as_str().filter(|kind| *kind != "null")),
        kind => kind.as_str(),
    };
    let sample = match kind.unwrap_or("object") {
        "string" => match (&schema["enum"][0], schema["format"].as_str()) {
            (Value::String(first), _) => json!(first),
            (_, Some("uuid")) => json!("018f3b1c-0000-7000-8000-000000000000"),
            (_, Some("date-time")) => json!("2026-11-28T12:00:00Z"),
            _ => schema.get("example").cloned().unwrap_or_else(|| json!("EUR")),
        },
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        "array" => {
            let (sample, wrong) = samples(document, &schema["items"], &format!("{place}0."));
            let wrong = wrong.into_iter().map(|(place, wrong)| (place, json!([wrong]))).collect();
            return (json!([sample]), wrong);
        }
        _ => {
            let fields: Vec<_> = schema["properties"].as_object().into_iter().flatten().collect();
            let each = |(name, field): &(&String, &Value)| {
                let (sample, wrong) = samples(document, field, &format!("{place}{name}."));
                ((*name).clone(), sample, wrong)
            };
            let each: Vec<_> = fields.iter().map(each).collect();
            let whole: serde_json::Map<_, _> =
                each.iter().map(|(name, sample, _)| (name.clone(), sample.clone())).collect();
            let with = |name: &str, value: Value| {
                let mut whole = whole.clone();
                whole.insert(name.to_owned(), value);
                Value::from(whole)
            };
            // A map takes any name.
            let mut wrong = match schema["additionalProperties"].is_object() {
                true => Vec::new(),
                false => vec![(format!("{place}colour"), with("colour", json!({"deep": 1})))],
            };
            for (name, _, inner) in &each {
                wrong.extend(inner.iter().map(|(place, value)| (place.clone(), with(name, value.clone()))));
            }
            return (whole.clone().into(), wrong);
        }
    };
    (sample, Vec::new())
}

#[tokio::test]
async fn no_documented_body_takes_a_field_that_it_does_not_know() {
    each_app(async |app, _| {
        let shop = shop(&app).await;
        let document = serde_json::to_value(document(&app)).unwrap();
        let mut tried = 0;
        for (method, path, _) in &shop.operations {
            let body = &document["paths"][path][method.to_lowercase()]["requestBody"]["content"];
            let schema = &body["application/json"]["schema"];
            if schema.is_null() || path.ends_with("/viewers") {
                continue;
            }
            let filled = fill(path, &shop.org, &shop.show, &shop.product);
            for (place, wrong) in samples(&document, schema, "").1 {
                if place.starts_with("credential.") {
                    continue; // A browser wrote it, and later ones write more.
                }
                let sent = wrong.to_string();
                let (status, problem) = json_request(&shop.router, &shop.token, method, &filled, wrong).await;
                let detail = problem["detail"].as_str().unwrap_or_default();
                let named = detail.contains(&format!("no field `{place}`"));
                assert!(status == 422 && named, "{method} {path} with {sent}: {status} {detail}");
                tried += 1;
            }
        }
        assert!(tried > 20, "only {tried} bodies were tried");
        let viewer = format!("/v1/public/shows/{}/viewers", shop.show);
        let (status, _) =
            json_request(&shop.router, &shop.token, "POST", &viewer, json!({"nickname": "Mo", "colour": 1}))
                .await;
        assert_eq!(status, 404, "a draft; pages keep old widgets, so the body is read tolerantly");
        let (status, show) = json_request(
            &shop.router,
            &shop.token,
            "GET",
            &format!("/v1/orgs/{}/shows/{}", shop.org, shop.show),
            Value::Null,
        )
        .await;
        assert_eq!((status, &show["version"]), (200, &json!(1)), "nothing was changed");
    })
    .await;
}

#[tokio::test]
async fn every_answer_is_named_and_a_problem_holds_its_name() {
    each_app(async |app, _| {
        let router = router(&app);
        for (path, status) in [("/healthz", 200), ("/v1/nothing", 404), ("/v1/me", 401), ("/metrics", 403)] {
            for (given, taken) in [("checkout.7_a-b", true), ("a b", false), ("", false)] {
                let mut asked = request("GET", path, None, "text/plain", "");
                asked.headers_mut().insert("x-request-id", given.parse().unwrap());
                let (got, headers, body) = ask(&router, asked).await;
                let id = headers["x-request-id"].to_str().unwrap();
                assert_eq!((got, id == given), (status, taken), "{path} {given}");
                assert!(got == 200 || body["request_id"] == id, "{path}: {body}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_made_has_an_address_and_is_found_there() {
    each_app(async |app, _| {
        let shop = shop(&app).await;
        let shows = format!("/v1/orgs/{}/shows", shop.org);
        let post = async |path: &str, body: &'static str| {
            let request = request("POST", path, Some(&shop.token), "application/json", body);
            let (status, headers, made) = ask(&shop.router, request).await;
            assert_eq!(status, 201, "{path}: {made}");
            let address = headers["location"].to_str().unwrap().to_owned();
            let (status, found) = json_request(&shop.router, &shop.token, "GET", &address, Value::Null).await;
            assert_eq!(status, 200, "{address}");
            (made, found)
        };
        let (made, found) = post(&shows, r#"{"title": "Winter"}"#).await;
        assert_eq!(made, found);
        let key = format!("{shows}/{}/publish-key", made["id"].as_str().unwrap());
        let state = async || json_request(&shop.router, &shop.token, "GET", &key, Value::Null).await.1;
        assert_eq!(state().await, json!({"active": false, "created_at": null}));
        let (made, found) = post(&key, "").await;
        assert!(found["active"] == true && found["created_at"].is_string(), "{found}");
        assert!(!found.to_string().contains(made["key"].as_str().unwrap()));
        json_request(&shop.router, &shop.token, "DELETE", &key, Value::Null).await;
        assert_eq!(state().await["active"], false);
    })
    .await;
}
