//! Who gets in, and what bad input gets.

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::json;
use vitrine_cloud::base::http_client;
use vitrine_tests::{Api, Cloud, Shop};

pub fn stories() -> Vec<Trial> {
    vec![
        crate::story("a_stranger_finds_nothing_of_another_shop", &[], a_stranger_finds_nothing),
        crate::story("a_moderator_keeps_the_chat_but_cannot_air", &[], a_moderator_cannot_air),
        crate::story("bad_input_gets_a_stable_code", &[], bad_input_gets_a_code),
        crate::story("an_order_is_recorded_once_and_takes_stock", &[], an_order_is_recorded_once),
    ]
}

async fn a_stranger_finds_nothing() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    let stranger = Api::register(&cloud, "mallory").await?;
    for path in ["", "/products", "/shows", "/orders", "/members"] {
        let path = format!("/v1/orgs/{}{path}", shop.api.org);
        stranger.refused(Method::GET, &path, None, (404, "not_found")).await.or_else(|error| {
            // The organisation itself may have no address of its own; it must still be a 404 or a 405.
            if path.ends_with(&shop.api.org) { Ok(()) } else { Err(error) }
        })?;
    }
    let show = format!("/v1/orgs/{}/shows/{}", shop.api.org, shop.show);
    stranger.refused(Method::GET, &show, None, (404, "not_found")).await?;
    stranger.refused(Method::POST, &format!("{show}/go-live"), None, (404, "not_found")).await?;
    // Another's show below one's own organisation does not exist either.
    let mixed = format!("/v1/orgs/{}/shows/{}", stranger.org, shop.show);
    stranger.refused(Method::GET, &mixed, None, (404, "not_found")).await?;
    Api::stranger(&cloud).refused(Method::GET, &show, None, (401, "unauthenticated")).await
}

async fn a_moderator_cannot_air() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    let body = json!({ "email": "mo@example.com", "role": "moderator" });
    let invited = shop.api.org(Method::POST, "/invitations", Some(body)).await?;
    let token = invited["link"].as_str().and_then(|link| link.split(['=', '&']).nth(1));
    let body = json!({ "token": token, "name": "Mo", "password": "correct horse battery" });
    Api::stranger(&cloud).ok(Method::POST, "/v1/invitation-acceptances", Some(body)).await?;
    let mo = Api::sign_in(&cloud, "mo@example.com", "correct horse battery").await?;
    ensure!(mo.org == shop.api.org, "a member by invitation belongs to that shop");
    let show = format!("/v1/orgs/{}/shows/{}", mo.org, shop.show);
    mo.ok(Method::GET, &show, None).await?;
    mo.refused(Method::POST, &format!("{show}/go-live"), None, (403, "forbidden")).await?;
    mo.refused(Method::POST, &format!("{show}/publish-key"), None, (403, "forbidden")).await
}

async fn bad_input_gets_a_code() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    let org = format!("/v1/orgs/{}", shop.api.org);
    let show = format!("{org}/shows/{}", shop.show);
    let api = &shop.api;
    api.refused(Method::POST, &format!("{show}/go-live"), None, (409, "not_receiving")).await?;
    api.refused(
        Method::POST,
        &format!("{org}/shows"),
        Some(json!({ "title": "" })),
        (422, "invalid_request"),
    )
    .await?;
    let long = json!({ "title": "x".repeat(5_000) });
    api.refused(Method::POST, &format!("{org}/shows"), Some(long), (422, "invalid_request")).await?;
    api.refused(Method::GET, &format!("{org}/shows/not-an-id"), None, (404, "not_found")).await?;
    api.refused(Method::GET, "/v1/nothing", None, (404, "not_found")).await?;
    api.refused(Method::DELETE, "/v1/me/factors", None, (405, "method_not_allowed")).await?;
    let early = json!({ "kind": "product", "product_id": shop.show });
    api.refused(Method::POST, &format!("{show}/highlights"), Some(early), (409, "illegal_move")).await?;

    let raw = http_client().build()?;
    let address = format!("{}/v1/sessions", cloud.http);
    let json = ("content-type", "application/json");
    for (body, kind, want) in [
        ("{".to_owned(), json, 400),
        ("[]".to_owned(), json, 400),
        ("{}".to_owned(), ("content-type", "text/csv"), 415),
        ("x".repeat(3 << 20), json, 413),
    ] {
        let answer = raw.post(&address).header(kind.0, kind.1).body(body).send().await?;
        let status = answer.status().as_u16();
        let kind = answer.headers().get("content-type").map(|value| value.as_bytes().to_vec());
        ensure!(status == want, "wanted {want}, got {status}");
        ensure!(kind.as_deref() == Some(b"application/problem+json"), "{want}: {kind:?}");
    }
    Ok(())
}

async fn an_order_is_recorded_once() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    let product = shop.api.org(Method::GET, &format!("/products/{}", shop.products[0]), None).await?;
    let order = json!({
        "show_id": shop.show, "currency": "EUR", "total_minor": 9800, "external_ref": "A-1",
        "lines": [{ "product_id": shop.products[0], "variant_id": product["variants"][0]["id"], "quantity": 2, "price_minor": 4900 }],
    });
    for _ in 0..2 {
        shop.api.org(Method::POST, "/orders", Some(order.clone())).await?;
    }
    let orders = shop.api.org(Method::GET, &format!("/orders?show={}", shop.show), None).await?;
    let list = orders.as_array().or_else(|| orders["items"].as_array()).cloned().unwrap_or_default();
    ensure!(list.len() == 1, "one order, got {orders}");
    let product = shop.api.org(Method::GET, &format!("/products/{}", shop.products[0]), None).await?;
    ensure!(product["stock"] == 3, "5 less 2 sold, got {}", product["stock"]);
    Ok(())
}
