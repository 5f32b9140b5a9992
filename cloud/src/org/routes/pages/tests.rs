//! The page that signs a studio in, as a browser sees it.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::form_urlencoded::Serializer;

use crate::app::testing::{each_app, owner};

mod invitations;
mod passkeys;

async fn ask(router: &Router, request: Request<Body>) -> (u16, axum::http::HeaderMap, String) {
    let answer = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, headers, String::from_utf8(body.to_vec()).unwrap())
}

async fn json_of(router: &Router, path: &str, body: Value) -> (u16, Value) {
    let request = Request::post(path).header("content-type", "application/json");
    let (status, _, body) = ask(router, request.body(Body::from(body.to_string())).unwrap()).await;
    (status, serde_json::from_str(&body).unwrap())
}

async fn get(router: &Router, path: &str) -> (u16, axum::http::HeaderMap, String) {
    ask(router, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn send(router: &Router, fields: &[(&str, &str)]) -> (u16, String) {
    send_to(router, "/account/sign-in", fields).await
}

async fn send_to(router: &Router, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let kind = "application/x-www-form-urlencoded";
    let request = Request::post(path).header("content-type", kind).body(Body::from(body));
    let (status, _, body) = ask(router, request.unwrap()).await;
    (status, body)
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_browser_without_scripts_signs_a_studio_in_step_by_step() {
    each_app(async |app, hands| {
        owner(&app, "Nord").await;
        let router = crate::http::router(&app);
        let named = json!({"device_name": "Ada's <b>laptop"});
        let (status, request) = json_of(&router, "/v1/sign-in-requests", named).await;
        assert_eq!(status, 201, "{request}");
        let (id, code) = (request["id"].as_str().unwrap(), request["code"].as_str().unwrap());
        let take = format!("/v1/sign-in-requests/{id}/session");
        let secret = json!({"secret": request["secret"]});
        hands.advance(std::time::Duration::from_secs(130));
        for (lang, words) in [("en", "2 minutes ago"), ("de", "vor 2 Minuten"), ("fr", "il y a 2 minutes")] {
            let (status, headers, page) =
                get(&router, &format!("/account/sign-in?request={id}&lang={lang}")).await;
            assert!(status == 200 && page.contains(code) && page.contains(words), "{page}");
            assert!(page.contains("Ada's &lt;b&gt;laptop") && !page.contains("<script"), "{page}");
            assert!(page.contains(&format!("<html lang=\"{lang}\">")));
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
            assert_eq!(
                (&headers["cache-control"], &headers["referrer-policy"]),
                (&"no-store".parse().unwrap(), &"no-referrer".parse().unwrap())
            );
        }
        let who = |password| {
            [
                ("request", id),
                ("lang", "en"),
                ("step", "who"),
                ("email", "nord@example.com"),
                ("password", password),
            ]
        };
        let (status, page) = send(&router, &who("wrong horse")).await;
        assert!(status == 422 && page.contains("role=\"alert\""), "{page}");
        assert!(page.contains("value=\"nord@example.com\"") && !page.contains("wrong horse"), "{page}");
        let (status, page) = send(&router, &who("correct horse")).await;
        assert!(status == 200 && page.contains("nord@example.com") && page.contains(code), "{page}");
        let (status, pending) = json_of(&router, &take, secret.clone()).await;
        assert_eq!((status, &pending["code"]), (409, &json!("sign_in_pending")));
        let proof = hidden(&page, "proof");
        let decide = |proof, answer| {
            [("request", id), ("lang", "en"), ("step", "decide"), ("proof", proof), ("answer", answer)]
        };
        let (status, _) = send(&router, &decide("vtp_made-up", "yes")).await;
        assert_eq!(status, 410);
        let (status, page) = send(&router, &decide(&proof, "yes")).await;
        assert!(status == 200 && page.contains("vitrine://open"), "{page}");
        let (status, signed_in) = json_of(&router, &take, secret.clone()).await;
        assert_eq!((status, &signed_in["user"]["email"]), (201, &json!("nord@example.com")));
        app.orgs.authenticate(signed_in["token"].as_str().unwrap()).await.unwrap();
        let (status, over) = json_of(&router, &take, secret).await;
        assert_eq!((status, &over["code"]), (410, &json!("challenge_over")));
        for strange in [id, "", "x", "018f3b1c-0000-7000-8000-000000000000"] {
            assert_eq!(
                get(&router, &format!("/account/sign-in?request={strange}")).await.0,
                410,
                "{strange}"
            );
        }
        // There is no issuer here.
        assert_eq!(get(&router, &format!("/account/oidc?request={id}")).await.0, 410);
        assert_eq!(get(&router, "/account/oidc/callback?code=x&state=y").await.0, 410);
    })
    .await;
}

#[tokio::test]
async fn the_page_asks_for_the_second_factor_and_a_no_signs_nothing_in() {
    each_app(async |app, _| {
        let (actor, ..) = owner(&app, "Nord").await;
        let made = app.orgs.enrol_totp(&actor, "correct horse".into()).await.unwrap();
        let bytes = data_encoding::BASE32_NOPAD.decode(made.secret.as_bytes()).unwrap();
        let secret = crate::org::totp::Secret::of(&bytes);
        let step = crate::org::totp::Secret::step_at(app.clock.now());
        let codes = app.orgs.confirm_totp(&actor, &secret.code(step).unwrap()).await.unwrap();
        let router = crate::http::router(&app);
        let (_, request) = json_of(&router, "/v1/sign-in-requests", json!({"device_name": "Laptop"})).await;
        let id = request["id"].as_str().unwrap();
        let first =
            [("request", id), ("step", "who"), ("email", "nord@example.com"), ("password", "correct horse")];
        let (status, page) = send(&router, &first).await;
        assert!(
            status == 200 && page.contains("one-time-code") && !page.contains("name=\"proof\""),
            "{page}"
        );
        let challenge = hidden(&page, "challenge");
        let second =
            |code| [("request", id), ("step", "code"), ("challenge", challenge.as_str()), ("code", code)];
        let (status, page) = send(&router, &second("000000")).await;
        assert!(status == 422 && page.contains("role=\"alert\""), "{page}");
        let (status, page) = send(&router, &second(&codes.codes[0])).await;
        assert_eq!(status, 200, "{page}");
        let proof = hidden(&page, "proof");
        let no = [("request", id), ("step", "decide"), ("proof", proof.as_str()), ("answer", "no")];
        let (status, page) = send(&router, &no).await;
        assert!(status == 200 && !page.contains("vitrine://"), "{page}");
        let take = format!("/v1/sign-in-requests/{id}/session");
        let (status, refused) = json_of(&router, &take, json!({"secret": request["secret"]})).await;
        assert_eq!((status, &refused["code"]), (403, &json!("sign_in_refused")));

        // By the document alone.
        let own = json!({"email": "nord@example.com", "password": "correct horse"});
        let (status, problem) = json_of(&router, "/v1/sessions", own).await;
        assert_eq!((status, &problem["code"]), (401, &json!("second_factor_required")), "{problem}");
        let shown = json!({"challenge": problem["challenge"]["token"], "recovery_code": codes.codes[1]});
        let (status, signed_in) = json_of(&router, "/v1/sign-ins/second-factor", shown).await;
        assert_eq!((status, &signed_in["user"]["email"]), (201, &json!("nord@example.com")));
    })
    .await;
}

#[tokio::test]
async fn every_page_of_what_did_not_work_leads_on_in_each_language() {
    each_app(async |app, _| {
        let router = crate::http::router(&app);
        for path in [
            "/account/verify?token=vtl_old",
            "/account/reset?token=vtl_old",
            "/account/invitation?token=vti_old",
            "/account/passkey?token=vtl_old",
            "/account/sign-in?request=old",
            "/account/oidc?request=old",
        ] {
            for (lang, done) in [("en", "If you "), ("de", "Hast du "), ("fr", "Si vous l")] {
                let (status, _, page) = get(&router, &format!("{path}&lang={lang}")).await;
                assert!(status == 410 && page.contains("vitrine://open?cloud="), "{path}: {page}");
                assert!(page.contains(done) || path.contains("passkey"), "who used it is told so: {page}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_old_link_to_an_export_is_a_page_to_a_browser_and_a_problem_to_a_program() {
    each_app(async |app, _| {
        let router = crate::http::router(&app);
        let path = "/v1/exports/018f3b1c-0000-7000-8000-000000000000?token=old";
        for (lang, words) in
            [("en", "has a new one"), ("de-AT", "Einen neuen hat"), ("fr", "en a un nouveau")]
        {
            let request = Request::get(path).header("accept", "text/html,*/*;q=0.8");
            let request = request.header("accept-language", lang).body(Body::empty()).unwrap();
            let (status, headers, page) = ask(&router, request).await;
            assert!(status == 410 && page.contains(words) && page.contains("vitrine://open"), "{page}");
            assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        }
        let (status, headers, problem) = get(&router, path).await;
        assert!(status == 410 && problem.contains("link_expired"), "{problem}");
        assert_eq!(headers["content-type"], "application/problem+json");
    })
    .await;
}
