use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering::SeqCst};

use axum::routing::post;
use axum::{Extension, Router, middleware::from_fn_with_state};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::http::router;

async fn ask(router: &Router, token: &str, path: &str, key: &str, body: Value) -> (u16, HeaderMap, Value) {
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}")).header("idempotency-key", key);
    let answer = router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    (parts.status.as_u16(), parts.headers, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test]
async fn a_show_is_made_once_however_often_it_is_asked_for() {
    each_app(async |app, hands| {
        let (actor, org, token) = owner(&app, "Nord").await;
        let (router, path) = (router(&app), format!("/v1/orgs/{org}/shows"));
        let (status, first, show) = ask(&router, &token, &path, "k1", json!({"title": "Autumn"})).await;
        assert_eq!((status, first.get("idempotency-replayed")), (201, None));
        let (status, again, same) = ask(&router, &token, &path, "k1", json!({"title": "Autumn"})).await;
        assert_eq!((status, &again["idempotency-replayed"], &same), (201, &"true".parse().unwrap(), &show));
        assert_eq!((&again["etag"], &again["content-type"]), (&first["etag"], &first["content-type"]));
        assert_ne!(again["x-request-id"], first["x-request-id"]);
        let (status, _, problem) = ask(&router, &token, &path, "k1", json!({"title": "Winter"})).await;
        assert_eq!((status, &problem["code"]), (422, &json!("idempotency_key_reused")));
        for bad in ["", "a b", &"x".repeat(256)] {
            assert_eq!(ask(&router, &token, &path, bad, json!({"title": "Autumn"})).await.0, 400, "{bad}");
        }
        // What was refused is refused again, also where it would be taken now.
        let (status, ..) = ask(&router, &token, &path, "k2", json!({"title": ""})).await;
        let (again, headers, _) = ask(&router, &token, &path, "k2", json!({"title": ""})).await;
        assert_eq!((status, again, &headers["idempotency-replayed"]), (422, 422, &"true".parse().unwrap()));
        // Another person's key of the same name is another key.
        let (_, other, stranger) = owner(&app, "Sud").await;
        let path2 = format!("/v1/orgs/{other}/shows");
        assert_eq!(ask(&router, &stranger, &path2, "k1", json!({"title": "Autumn"})).await.0, 201);
        assert_eq!(ask(&router, &stranger, &path, "k1", json!({"title": "Autumn"})).await.0, 404);
        assert_eq!(app.shows.list(&actor, org, None, 10).await.unwrap().items.len(), 1);
        hands.advance(Duration::from_secs(24 * 3600));
        let (_, headers, anew) = ask(&router, &token, &path, "k1", json!({"title": "Autumn"})).await;
        assert!(headers.get("idempotency-replayed").is_none() && anew["id"] != show["id"]);
    })
    .await;
}

#[tokio::test]
async fn of_two_nodes_that_are_asked_at_once_one_makes_the_show() {
    each_app(async |app, _| {
        let (actor, org, token) = owner(&app, "Nord").await;
        let (path, nodes) = (format!("/v1/orgs/{org}/shows"), [router(&app), router(&app)]);
        let ask = |n: usize| ask(&nodes[n % 2], &token, &path, "k", json!({"title": "Autumn"}));
        let answers = futures_util::future::join_all((0..8).map(ask)).await;
        let mut made = 0;
        for (status, headers, body) in &answers {
            match status {
                201 => made += usize::from(!headers.contains_key("idempotency-replayed")),
                409 => {
                    assert_eq!(
                        (&body["code"], &headers["retry-after"]),
                        (&json!("idempotency_in_progress"), &"1".parse().unwrap())
                    );
                }
                _ => panic!("{status} {body}"),
            }
        }
        assert_eq!(made, 1);
        assert_eq!(app.shows.list(&actor, org, None, 10).await.unwrap().items.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_never_kept() {
    each_app(async |app, _| {
        let (_, org, token) = owner(&app, "Nord").await;
        let router = router(&app);
        let (_, _, show) =
            ask(&router, &token, &format!("/v1/orgs/{org}/shows"), "k", json!({"title": "A"})).await;
        let path = format!("/v1/orgs/{org}/shows/{}/publish-key", show["id"].as_str().unwrap());
        let (status, _, key) = ask(&router, &token, &path, "k", json!({})).await;
        let key = key["key"].as_str().unwrap();
        assert!(status == 201 && app.shows.admit(key).await.is_ok());
        let (status, _, problem) = ask(&router, &token, &path, "k", json!({})).await;
        assert_eq!((status, &problem["code"]), (409, &json!("secret_already_shown")));
        assert!(app.shows.admit(key).await.is_ok(), "no other key was made");
        let kept: Vec<Option<String>> =
            crate::on!(app.db, c => sqlx::query_scalar("SELECT body FROM replays")
            .fetch_all(c).await)
            .unwrap();
        assert!(kept.len() == 2 && kept.iter().flatten().all(|body| !body.contains("vtp_")), "{kept:?}");
    })
    .await;
}

/// A route of one member that answers with `status`, and counts.
fn route(app: &App, actor: &Actor, status: &Arc<AtomicU16>, done: &Arc<AtomicU32>, size: usize) -> Router {
    let (status, done) = (status.clone(), done.clone());
    let answer = async move || {
        done.fetch_add(1, SeqCst);
        let status = status.load(SeqCst);
        assert_ne!(status, 999, "on purpose");
        tokio::task::yield_now().await;
        (StatusCode::from_u16(status).unwrap(), "x".repeat(size))
    };
    let once = Once { replays: app.replays.clone(), tasks: app.tasks.clone() };
    let layer = from_fn_with_state(once, super::once);
    Router::new().route("/v1/me/thing", post(answer)).layer(layer).layer(Extension(actor.clone()))
}

#[tokio::test]
async fn what_failed_on_our_side_or_came_too_often_is_done_again() {
    each_app(async |app, _| {
        let (actor, ..) = owner(&app, "Nord").await;
        let (status, done) = (Arc::new(AtomicU16::new(0)), Arc::new(AtomicU32::new(0)));
        let thing = route(&app, &actor, &status, &done, 3);
        for (now, count) in [(500, 1), (503, 2), (429, 3), (204, 4), (500, 4)] {
            status.store(now, SeqCst);
            let (got, ..) = ask(&thing, "", "/v1/me/thing", "k", json!({})).await;
            assert_eq!((got, done.load(SeqCst)), (if now == 500 && count == 4 { 204 } else { now }, count));
        }
        status.store(999, SeqCst);
        let asked = ask(&thing, "", "/v1/me/thing", "panics", json!({}));
        assert!(AssertUnwindSafe(asked).catch_unwind().await.is_err());
        status.store(200, SeqCst);
        assert_eq!(ask(&thing, "", "/v1/me/thing", "panics", json!({})).await.0, 200);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_given_once_and_its_request_done_once() {
    each_app(async |app, _| {
        let (actor, ..) = owner(&app, "Nord").await;
        let (status, done) = (Arc::new(AtomicU16::new(200)), Arc::new(AtomicU32::new(0)));
        for (size, again) in [(MOST_BODY, 200), (MOST_BODY + 1, 409)] {
            let thing = route(&app, &actor, &status, &done, size);
            let key = format!("{size}");
            assert_eq!(ask(&thing, "", "/v1/me/thing", &key, json!({})).await.0, 200);
            let (got, _, problem) = ask(&thing, "", "/v1/me/thing", &key, json!({})).await;
            assert!(got == again && (got == 200 || problem["code"] == "answer_not_kept"), "{got} {problem}");
        }
        assert_eq!(done.load(SeqCst), 2);
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_goes_away_finds_the_answer_when_they_come_back() {
    each_app(async |app, _| {
        let (actor, ..) = owner(&app, "Nord").await;
        let (status, done) = (Arc::new(AtomicU16::new(201)), Arc::new(AtomicU32::new(0)));
        let thing = route(&app, &actor, &status, &done, 3);
        let gone = ask(&thing, "", "/v1/me/thing", "k", json!({}));
        let mut gone = Box::pin(gone);
        while done.load(SeqCst) == 0 {
            assert!(futures_util::poll!(&mut gone).is_pending());
            tokio::task::yield_now().await;
        }
        drop(gone);
        let mut answers = Vec::new();
        while answers.last() != Some(&201) {
            answers.push(ask(&thing, "", "/v1/me/thing", "k", json!({})).await.0);
        }
        assert!(answers.iter().all(|status| matches!(status, 201 | 409)), "{answers:?}");
        assert_eq!(done.load(SeqCst), 1);
    })
    .await;
}

#[tokio::test]
async fn of_an_address_where_nothing_is_no_answer_is_kept() {
    each_app(async |app, _| {
        let (_, org, token) = owner(&app, "Nord").await;
        let router = router(&app);
        let nowhere = format!("/v1/orgs/{org}/nowhere");
        assert_eq!(ask(&router, &token, &nowhere, "k1", json!({})).await.0, 404);
        let kept = crate::db::testing::number(&app.db, "SELECT COUNT(*) FROM replays").await;
        assert_eq!(kept, 0);
    })
    .await;
}
