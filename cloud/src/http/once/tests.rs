use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering::SeqCst};

use axum::routing::post;
use axum::{Extension, Router, middleware::from_fn_with_state};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};
use tower::ServiceExt as _;

use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::base::TestClock;
use crate::db::testing::{number, run};
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
async fn what_was_refused_is_done_again_at_once_and_what_failed_after_a_minute() {
    each_app(async |app, hands| {
        let (actor, ..) = owner(&app, "Nord").await;
        let (status, done) = (Arc::new(AtomicU16::new(0)), Arc::new(AtomicU32::new(0)));
        let thing = route(&app, &actor, &status, &done, 3);
        let in_progress = async |key: &str| {
            let (status, _, problem) = ask(&thing, "", "/v1/me/thing", key, json!({})).await;
            (status, problem["code"].clone()) == (409, json!("idempotency_in_progress"))
        };
        for (now, count) in [(503, 1), (429, 2), (502, 3), (500, 4)] {
            status.store(now, SeqCst);
            let (got, ..) = ask(&thing, "", "/v1/me/thing", "k", json!({})).await;
            assert_eq!((got, done.load(SeqCst)), (now, count));
        }
        status.store(204, SeqCst);
        assert!(in_progress("k").await, "the change may stand");
        hands.advance(Duration::from_secs(60));
        for _ in 0..2 {
            assert_eq!(ask(&thing, "", "/v1/me/thing", "k", json!({})).await.0, 204);
            assert_eq!(done.load(SeqCst), 5);
        }
        status.store(999, SeqCst);
        let asked = ask(&thing, "", "/v1/me/thing", "panics", json!({}));
        assert!(AssertUnwindSafe(asked).catch_unwind().await.is_err());
        status.store(200, SeqCst);
        assert!(in_progress("panics").await);
        hands.advance(Duration::from_secs(60));
        assert_eq!(ask(&thing, "", "/v1/me/thing", "panics", json!({})).await.0, 200);
    })
    .await;
}

/// A route of one member that answers once `gate` lets it, behind a node of its own.
fn slow_route(app: &App, actor: &Actor, done: &Arc<AtomicU32>, gate: &Arc<Notify>) -> Router {
    let (done, gate) = (done.clone(), gate.clone());
    let answer = async move || {
        done.fetch_add(1, SeqCst);
        gate.notified().await;
        StatusCode::CREATED
    };
    let replays = Replays::new(app.db.clone(), app.clock.clone());
    let layer = from_fn_with_state(Once { replays, tasks: app.tasks.clone() }, once);
    Router::new().route("/v1/me/thing", post(answer)).layer(layer).layer(Extension(actor.clone()))
}

#[tokio::test]
async fn what_takes_longer_than_its_caller_waits_goes_on_and_is_done_once() {
    each_app(async |app, hands| {
        let (actor, ..) = owner(&app, "Nord").await;
        let (done, gate) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let nodes = [slow_route(&app, &actor, &done, &gate), slow_route(&app, &actor, &done, &gate)];
        let asked = async |n: usize| ask(&nodes[n], "", "/v1/me/thing", "k", json!({})).await;
        let mut first = Box::pin(asked(0));
        while done.load(SeqCst) == 0 {
            assert!(futures_util::poll!(&mut first).is_pending());
            tokio::task::yield_now().await;
        }
        let held_until = async || number(&app.db, "SELECT MAX(claimed_until_ms) FROM replays").await;
        let before = held_until().await;
        hands.advance(Duration::from_secs(59));
        tokio::time::pause();
        tokio::time::advance(WITHIN + Duration::from_secs(1)).await;
        tokio::time::resume();
        let (status, headers, problem) = first.await;
        assert_eq!((status, &problem["code"]), (503, &json!("overloaded")));
        assert_eq!(headers["retry-after"], "1");

        for _ in 0..1_000 {
            if held_until().await > before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        hands.advance(Duration::from_secs(30));
        for n in [0, 1] {
            let (status, _, problem) = asked(n).await;
            assert_eq!((status, &problem["code"]), (409, &json!("idempotency_in_progress")));
        }
        gate.notify_one();
        let mut answers = Vec::new();
        while answers.last() != Some(&201) {
            assert!(matches!(answers.last(), None | Some(409)), "{answers:?}");
            answers.push(asked(1).await.0);
        }
        let (_, headers, _) = asked(0).await;
        assert_eq!(headers["idempotency-replayed"], "true");
        assert_eq!(done.load(SeqCst), 1);
    })
    .await;
}

/// A node that dies after its change, before the answer is kept.
async fn lose_answers(app: &App, hands: &TestClock) {
    run(&app.db, "UPDATE replays SET status = NULL, kept = NULL, headers = NULL, body = NULL").await;
    hands.advance(Duration::from_secs(60));
}

#[tokio::test]
async fn a_change_that_outlived_its_node_is_not_made_again() {
    each_app(async |app, hands| {
        let (_, org, token) = owner(&app, "Nord").await;
        let (router, path) = (router(&app), format!("/v1/orgs/{org}"));
        let hat = json!({"title": "Hat", "url": "https://shop.example/h", "currency": "EUR", "price_minor": 1500, "stock": 3});
        let (_, _, hat) = ask(&router, &token, &format!("{path}/products"), "hat", hat).await;
        let (id, variant) = (hat["id"].as_str().unwrap(), hat["variants"][0]["id"].as_str().unwrap());
        let stock = format!("{path}/products/{id}/variants/{variant}/stock-changes");
        let received = json!({"delta": 4, "reason": "received"});
        let (status, _, moved) = ask(&router, &token, &stock, "k", received.clone()).await;
        assert_eq!((status, &moved["balance"]), (201, &json!(7)));
        let line = json!({"product_id": id, "variant_id": variant, "quantity": 2, "price_minor": 1500});
        let order = json!({"lines": [line], "currency": "EUR", "total_minor": 3000, "external_ref": "1"});
        let orders = format!("{path}/orders");
        let (status, _, first) = ask(&router, &token, &orders, "k", order.clone()).await;
        assert_eq!((status, first["id"].is_string()), (201, true));
        lose_answers(&app, &hands).await;

        for _ in 0..2 {
            let (status, _, problem) = ask(&router, &token, &stock, "k", received.clone()).await;
            assert_eq!((status, &problem["code"]), (409, &json!("answer_not_kept")));
        }
        // The shop's own number makes an order one: its answer is there again.
        let (status, _, again) = ask(&router, &token, &orders, "k", order).await;
        assert_eq!((status, &again["id"]), (200, &first["id"]));
        assert_eq!(number(&app.db, "SELECT COUNT(*) FROM orders").await, 1);
        assert_eq!(number(&app.db, "SELECT stock FROM variants").await, 5);

        let too_much = json!({"delta": -9, "reason": "lost"});
        assert_eq!(ask(&router, &token, &stock, "refused", too_much.clone()).await.0, 422);
        lose_answers(&app, &hands).await;
        let (again, headers, _) = ask(&router, &token, &stock, "refused", too_much).await;
        assert!(again == 422 && !headers.contains_key("idempotency-replayed"), "nothing stood: {again}");
    })
    .await;
}

/// A route of one member, behind a node of its own, that takes one turn to make its change and one to answer.
fn changing_route(app: &App, actor: &Actor, turns: &Arc<Semaphore>, changed: &Arc<AtomicU32>) -> Router {
    let (db, turns, changed) = (app.db.clone(), turns.clone(), changed.clone());
    let answer = async move || {
        turns.acquire().await.unwrap().forget();
        if let Err(error) = db.begin().await.unwrap().commit().await {
            return failed(&error).status();
        }
        changed.fetch_add(1, SeqCst);
        turns.acquire().await.unwrap().forget();
        StatusCode::CREATED
    };
    let replays = Replays::new(app.db.clone(), app.clock.clone());
    let layer = from_fn_with_state(Once { replays, tasks: app.tasks.clone() }, once);
    Router::new().route("/v1/me/thing", post(answer)).layer(layer).layer(Extension(actor.clone()))
}

#[tokio::test]
async fn a_node_that_is_taken_for_dead_after_its_change_is_not_stood_in_for() {
    each_app(async |app, hands| {
        let (actor, ..) = owner(&app, "Nord").await;
        let (turns, changed) = (Arc::new(Semaphore::new(1)), Arc::new(AtomicU32::new(0)));
        let nodes = [(); 2].map(|()| changing_route(&app, &actor, &turns, &changed));
        let asked = async |n: usize| ask(&nodes[n], "", "/v1/me/thing", "k", json!({})).await;
        let mut first = Box::pin(asked(0));
        while changed.load(SeqCst) == 0 {
            assert!(futures_util::poll!(&mut first).is_pending());
            tokio::task::yield_now().await;
        }
        assert_eq!(asked(1).await.2["code"], "idempotency_in_progress");
        hands.advance(Duration::from_secs(60));
        assert_eq!(asked(0).await.2["code"], "idempotency_in_progress", "it is at it");
        for _ in 0..2 {
            let (status, headers, problem) = asked(1).await;
            assert_eq!((status, &problem["code"]), (409, &json!("answer_not_kept")));
            assert!(!headers.contains_key("retry-after"));
        }
        // It was only slow.
        turns.add_permits(1);
        assert_eq!(first.await.0, 201);
        assert_eq!(asked(1).await.0, 201);
        assert_eq!(changed.load(SeqCst), 1);
    })
    .await;
}

#[tokio::test]
async fn a_node_that_is_taken_for_dead_before_its_change_makes_none() {
    each_app(async |app, hands| {
        let (actor, ..) = owner(&app, "Nord").await;
        let changed = Arc::new(AtomicU32::new(0));
        let turns = [0, 2].map(|turns| Arc::new(Semaphore::new(turns)));
        let nodes = [0, 1].map(|n| changing_route(&app, &actor, &turns[n], &changed));
        let asked = async |n: usize| ask(&nodes[n], "", "/v1/me/thing", "k", json!({})).await;
        let other = async {
            while number(&app.db, "SELECT COUNT(*) FROM replays").await == 0 {
                tokio::task::yield_now().await;
            }
            hands.advance(Duration::from_secs(60));
            assert_eq!(asked(1).await.0, 201);
            turns[0].add_permits(2);
        };
        let (first, ()) = tokio::join!(asked(0), other);
        assert_eq!(first.0, 500);
        assert_eq!(changed.load(SeqCst), 1);
        let (status, headers, _) = asked(0).await;
        assert!(status == 201 && headers.contains_key("idempotency-replayed"), "{status}");
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
        let kept = number(&app.db, "SELECT COUNT(*) FROM replays").await;
        assert_eq!(kept, 0);
    })
    .await;
}
