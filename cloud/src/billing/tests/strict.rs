//! The emulator refuses what Stripe refuses, so that a test that passes means something.

use super::emulator::KEY;
use super::*;
use crate::billing::stripe::{Client, Form, StripeError};

async fn emulator() -> (Emulator, Client) {
    let stripe = Emulator::start(TestClock::new().clock(), &PRICES).await;
    let client = Client::new(&stripe.url, KEY.parse().unwrap()).unwrap();
    (stripe, client)
}

fn refusal(result: Result<Value, StripeError>) -> (u16, String) {
    match result {
        Err(StripeError::Refused(refusal)) => (refusal.status, refusal.code.unwrap_or(refusal.kind)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn parameters_that_it_does_not_know_and_wrong_kinds_are_refused() {
    let (_stripe, client) = emulator().await;
    let session = || {
        Form::new()
            .with("mode", "subscription")
            .with("success_url", "https://shop.example/")
            .with("customer", "cus_none")
            .with("line_items[0][price]", "price_pro")
    };
    let mut once = 0;
    for (form, code) in [
        (session().with("moon", 1), "parameter_unknown"),
        (session().with("line_items[0][colour]", 1), "parameter_unknown"),
        (session().with("line_items[x][price]", "price_pro"), "parameter_unknown"),
        (session().with("line_items[0][quantity]", "many"), "parameter_invalid_integer"),
        (session().with("cancel_url", "nowhere"), "url_invalid"),
        (Form::new().with("success_url", "https://shop.example/"), "parameter_missing"),
        (session(), "resource_missing"),
    ] {
        once += 1;
        let (status, found) = refusal(client.post("/v1/checkout/sessions", form, &once.to_string()).await);
        assert_eq!((status, found.as_str()), (400, code));
    }
    let (status, code) = refusal(client.get("/v1/prices/price_none", Form::new()).await);
    assert_eq!((status, code.as_str()), (404, "resource_missing"));
    assert_eq!(refusal(client.get("/v1/moons", Form::new()).await).0, 404);
}

#[tokio::test]
async fn a_key_that_comes_again_gives_the_same_and_with_another_body_an_error() {
    let (stripe, client) = emulator().await;
    let form = |name: &str| Form::new().with("name", name);
    let first: Value = client.post("/v1/customers", form("Nord"), "one").await.unwrap();
    let again: Value = client.post("/v1/customers", form("Nord"), "one").await.unwrap();
    assert_eq!((first, stripe.count("customers")), (again, 1));
    let (status, kind) = refusal(client.post("/v1/customers", form("Sud"), "one").await);
    assert_eq!((status, kind.as_str()), (400, "idempotency_error"));
}

#[tokio::test]
async fn another_key_than_ours_is_let_in_nowhere_and_not_tried_again() {
    let (stripe, _) = emulator().await;
    let client = Client::new(&stripe.url, "sk_test_other".parse().unwrap()).unwrap();
    let (status, _) = refusal(client.get("/v1/subscriptions", Form::new()).await);
    assert_eq!((status, stripe.requests()), (401, 1));
}

#[tokio::test]
async fn nobody_there_is_told_apart_from_a_refusal() {
    let client = Client::new("http://127.0.0.1:1", KEY.parse().unwrap()).unwrap();
    let none: Result<Value, _> = client.get("/v1/subscriptions", Form::new()).await;
    assert!(matches!(none, Err(StripeError::Away(_))), "{none:?}");
}
