//! Passkeys on pages, and by the document alone.

use super::*;
use crate::app::testing::each_app_at;
use crate::org::Authenticator;

const HERE: &str = "https://live.example";
const PASSWORD: &str = "correct horse";

async fn by(router: &Router, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let (status, _, body) = ask(router, request.body(Body::from(body.to_string())).unwrap()).await;
    (status, serde_json::from_str(&body).unwrap_or_default())
}

#[tokio::test]
async fn a_passkey_is_added_at_its_page_and_signs_a_studio_in() {
    each_app_at(Some(HERE), async |app, _| {
        let (_, _, token) = owner(&app, "Nord").await;
        let router = crate::http::router(&app);
        let (status, link) =
            by(&router, &token, "POST", "/v1/me/passkey-links", json!({"password": PASSWORD})).await;
        let path = link["url"].as_str().unwrap().strip_prefix(HERE).unwrap().to_owned();
        assert_eq!(status, 201, "{link}");
        let secret = path.split_once("token=").unwrap().1;
        for (lang, words) in
            [("en", "Add a passkey"), ("de", "Passkey hinzufügen"), ("fr", "Ajouter une clé")]
        {
            let (status, headers, page) = get(&router, &format!("{path}&lang={lang}")).await;
            assert!(status == 200 && page.contains(words) && page.contains("nord@example.com"), "{page}");
            assert!(page.contains("<noscript>") && page.contains("role=\"alert\""));
            let policy = headers["content-security-policy"].to_str().unwrap();
            let script = page.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
            let hash = data_encoding::BASE64.encode(&<sha2::Sha256 as sha2::Digest>::digest(script));
            assert!(policy.contains(&format!("script-src 'sha256-{hash}'; connect-src 'self'")), "{policy}");
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src 'unsafe"));
        }
        let mut key = Authenticator::at(HERE);
        let (status, asked) = send_to(&router, "/account/passkey/challenge", &[("token", secret)]).await;
        let asked: Value = serde_json::from_str(&asked).unwrap();
        assert_eq!(status, 201, "{asked}");
        let answer = key.make(&asked["options"]).to_string();
        let challenge = asked["challenge"].as_str().unwrap();
        let fields = |name, answer| {
            [
                ("token", secret),
                ("lang", "en"),
                ("name", name),
                ("challenge", challenge),
                ("credential", answer),
            ]
        };
        let (status, page) = send_to(&router, "/account/passkey", &fields("Laptop", "")).await;
        assert!(
            status == 422 && page.contains("value=\"Laptop\""),
            "without a script nothing is added: {page}"
        );
        let (status, page) = send_to(&router, "/account/passkey", &fields("", &answer)).await;
        assert!(status == 422 && page.contains("at most 60"), "{page}");
        let (status, page) = send_to(&router, "/account/passkey", &fields("<b>Laptop", &answer)).await;
        assert!(
            status == 200 && page.contains("&lt;b&gt;Laptop") && page.contains("vitrine://open"),
            "{page}"
        );
        for over in [path.as_str(), "/account/passkey", "/account/passkey?token=vtl_made-up"] {
            assert_eq!(get(&router, over).await.0, 410, "{over}");
        }
        let (status, over) = send_to(&router, "/account/passkey/challenge", &[("token", secret)]).await;
        assert!(status == 410 && over.contains("link_expired"), "{over}");

        let (_, request) = json_of(&router, "/v1/sign-in-requests", json!({"device_name": "Laptop"})).await;
        let id = request["id"].as_str().unwrap();
        let (_, headers, page) = get(&router, &format!("/account/sign-in?request={id}&lang=en")).await;
        assert!(page.contains("Use a passkey") && page.contains("type=\"password\""), "{page}");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("sha256-"));
        let (status, asked) = json_of(&router, "/v1/passkey-challenges", json!({})).await;
        assert_eq!(status, 201, "{asked}");
        let said = key.answer(&asked["options"]).to_string();
        let fields = |answer| {
            [
                ("request", id),
                ("lang", "en"),
                ("step", "passkey"),
                ("challenge", asked["challenge"].as_str().unwrap()),
                ("credential", answer),
            ]
        };
        let (status, page) = send(&router, &fields(&said)).await;
        assert!(
            status == 200 && page.contains("nord@example.com") && page.contains("name=\"proof\""),
            "{page}"
        );
        let (status, again) = send(&router, &fields(&said)).await;
        assert!(status == 422 && again.contains("took too long"), "{again}");
        let proof = hidden(&page, "proof");
        let yes =
            [("request", id), ("lang", "en"), ("step", "decide"), ("proof", &*proof), ("answer", "yes")];
        assert_eq!(send(&router, &yes).await.0, 200);
        let take = format!("/v1/sign-in-requests/{id}/session");
        let (status, signed_in) = json_of(&router, &take, json!({"secret": request["secret"]})).await;
        assert_eq!((status, &signed_in["user"]["email"]), (201, &json!("nord@example.com")));
    })
    .await;
}

#[tokio::test]
async fn by_the_document_alone_a_passkey_is_added_used_renamed_and_removed() {
    each_app_at(Some("http://localhost:8080"), async |app, _| {
        let (_, _, token) = owner(&app, "Nord").await;
        let router = crate::http::router(&app);
        let own = json!({"password": PASSWORD});
        let me = async |method: &str, path: &str, body: Value| {
            by(&router, &token, method, &format!("/v1/me{path}"), body).await
        };
        let (_, factors) = me("GET", "/factors", Value::Null).await;
        assert_eq!(factors, json!({"totp": null, "recovery_codes": 0, "offers_passkeys": true}));
        let (status, wrong) = me("POST", "/passkey-challenges", json!({"password": "wrong horse"})).await;
        assert_eq!((status, &wrong["code"]), (401, &json!("bad_credentials")));
        let (status, asked) = me("POST", "/passkey-challenges", own.clone()).await;
        assert_eq!(status, 201, "{asked}");
        let mut key = Authenticator::at("http://localhost:8080");
        let new = json!({"challenge": asked["challenge"], "name": "Laptop", "credential": key.make(&asked["options"])});
        let (status, added) = me("POST", "/passkeys", new.clone()).await;
        assert_eq!((status, &added["name"]), (201, &json!("Laptop")), "{added}");
        let (status, over) = me("POST", "/passkeys", new).await;
        assert_eq!((status, &over["code"]), (410, &json!("challenge_over")));
        let one = format!("/passkeys/{}", added["id"].as_str().unwrap());
        let (status, renamed) = me("PATCH", &one, json!({"name": "Desk"})).await;
        assert_eq!((status, &renamed["name"]), (200, &json!("Desk")));
        let (status, unknown) = me("PATCH", &one, json!({"name": "Desk", "nickname": "D"})).await;
        assert!(status == 422 && unknown["detail"].as_str().unwrap().contains("nickname"), "{unknown}");

        let sign_in = async |asked: &Value, said: Value| {
            let said = json!({"challenge": asked["challenge"], "credential": said});
            json_of(&router, "/v1/sign-ins/passkey", said).await
        };
        let ask = async || json_of(&router, "/v1/passkey-challenges", json!({})).await.1;
        let asked = ask().await;
        assert!(asked["options"]["allowCredentials"].as_array().unwrap().is_empty(), "it tells of nobody: {asked}");
        let (status, signed_in) = sign_in(&asked, key.answer(&asked["options"])).await;
        assert_eq!((status, &signed_in["user"]["email"]), (201, &json!("nord@example.com")));
        let (_, listed) = me("GET", "/passkeys", Value::Null).await;
        assert_eq!((&listed["items"][0]["id"], listed["items"][0]["used_at"].is_string()), (&added["id"], true));
        let asked = ask().await;
        let mut evil = key.answer(&asked["options"]);
        key.origin = "http://localhost:8081".into();
        evil["response"]["clientDataJSON"] = key.answer(&asked["options"])["response"]["clientDataJSON"].clone();
        let (status, refused) = sign_in(&asked, evil).await;
        assert_eq!((status, &refused["code"]), (401, &json!("passkey_refused")));
        let asked = ask().await;
        let (status, malformed) = sign_in(&asked, json!({"id": 7})).await;
        assert_eq!((status, &malformed["code"]), (422, &json!("invalid_request")));
        key.origin = "http://localhost:8080".into();

        let (status, _) = me("POST", &format!("{one}/removal"), own.clone()).await;
        assert_eq!(status, 204);
        assert_eq!(me("GET", &one, Value::Null).await.0, 404);
        let asked = ask().await;
        let (status, unknown) = sign_in(&asked, key.answer(&asked["options"])).await;
        assert_eq!((status, &unknown["code"]), (401, &json!("passkey_unknown")));
    })
    .await;
}

#[tokio::test]
async fn at_an_address_without_a_name_passkeys_are_absent_and_no_page_offers_them() {
    each_app(async |app, _| {
        let (_, _, token) = owner(&app, "Nord").await;
        let router = crate::http::router(&app);
        let own = json!({"password": PASSWORD});
        for path in ["/v1/me/passkey-links", "/v1/me/passkey-challenges", "/v1/passkey-challenges"] {
            let (status, absent) = by(&router, &token, "POST", path, own.clone()).await;
            assert_eq!((status, &absent["code"]), (409, &json!("passkeys_unavailable")), "{path}");
        }
        let (_, factors) = by(&router, &token, "GET", "/v1/me/factors", Value::Null).await;
        assert_eq!(factors["offers_passkeys"], false);
        let (_, request) = json_of(&router, "/v1/sign-in-requests", json!({"device_name": "Laptop"})).await;
        let page = format!("/account/sign-in?request={}&lang=en", request["id"].as_str().unwrap());
        let (_, headers, page) = get(&router, &page).await;
        assert!(!page.contains("passkey") && !page.contains("<script"), "{page}");
        assert!(!headers["content-security-policy"].to_str().unwrap().contains("script-src"));
    })
    .await;
}
