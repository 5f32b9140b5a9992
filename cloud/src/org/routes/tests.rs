//! What stays possible in a suspended organisation, whichever room it is in.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::testing::{each_app, owner};
use crate::base::Actor;

#[tokio::test]
async fn in_a_suspended_organisation_all_that_gives_access_is_found_and_ended() {
    each_app(async |app, _| {
        let (_, org, token) = owner(&app, "Nord").await;
        let router = crate::http::router(&app);
        let ask = async |method: &str, path: &str, body: Value| {
            let request = Request::builder().method(method).uri(format!("/v1/orgs/{org}{path}"));
            let request = request.header("authorization", format!("Bearer {token}"));
            let request = request.header("content-type", "application/json");
            let request = request.body(Body::from(body.to_string())).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            let status = answer.status().as_u16();
            let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
            (status, serde_json::from_slice::<Value>(&bytes).unwrap_or_default())
        };
        let make = async |path: &str, body: Value| {
            let (status, made) = ask("POST", path, body).await;
            assert_eq!(status, 201, "{path}: {made}");
            made
        };
        let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
        let new_key = json!({"name": "Shop", "permissions": ["view_shows"]});
        let key = id(&make("/api-keys", new_key.clone()).await);
        let invited = make("/invitations", json!({"email": "mo@example.com", "role": "admin"})).await;
        let link = invited["link"].as_str().unwrap().split_once("token=").unwrap().1;
        let link = link.split('&').next().unwrap();
        let home = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let mo = app.orgs.accept_as_new(link, "Mo", "battery staple".into(), home).await.unwrap().user.id;
        let waiting = id(&make("/invitations", json!({"email": "bo@example.com", "role": "host"})).await);
        let new_webhook = json!({"url": "https://93.184.215.14/", "events": ["show_created"]});
        let webhook = id(&make("/webhooks", new_webhook).await);
        let show = id(&make("/shows", json!({"title": "Autumn"})).await);
        let publish_key = format!("/shows/{show}/publish-key");
        make(publish_key.as_str(), json!({})).await;

        let mut tx = app.db.begin().await.unwrap();
        app.plans.suspend(&mut tx, org, "broken into", &Actor::service("test")).await.unwrap();
        tx.commit().await.unwrap();
        let (key, waiting) = (format!("/api-keys/{key}"), format!("/invitations/{waiting}"));
        let webhook = format!("/webhooks/{webhook}");
        for (method, path, body) in [
            ("POST", "/api-keys", new_key),
            ("PATCH", &*webhook, json!({"active": true})),
            ("PATCH", &*webhook, json!({"active": false, "events": ["show_changed"]})),
            ("POST", &*publish_key, json!({})),
        ] {
            let (status, refused) = ask(method, path, body).await;
            assert_eq!((status, &refused["code"]), (403, &json!("organization_suspended")), "{path}");
        }
        for path in ["/api-keys", &*key, "/invitations", &*waiting, "/webhooks", &*webhook] {
            assert_eq!(ask("GET", path, Value::Null).await.0, 200, "{path}");
        }
        let (status, off) = ask("PATCH", webhook.as_str(), json!({"active": false})).await;
        assert_eq!((status, &off["active"]), (200, &json!(false)), "{off}");
        let member = format!("/members/{mo}");
        for path in [&*key, &*waiting, &*webhook, &*publish_key, &*member] {
            let (status, answer) = ask("DELETE", path, Value::Null).await;
            assert_eq!(status, 204, "{path}: {answer}");
        }
    })
    .await;
}
