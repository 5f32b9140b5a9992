//! Stories of billing, on both databases, with Stripe's emulator.

mod emulator;
mod failures;
mod given;
mod invoices;
mod orders;
mod strict;
mod subscriptions;

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use vitrine_protocol::OrgId;

use super::{BillingState, BillingView};
use crate::app::testing::owner;
use crate::app::{Addresses, App};
use crate::base::{Actor, TestClock};
use crate::config::Config;
use crate::db::Db;
use crate::db::testing::each_db;
use crate::secrets::KeyRing;
use crate::{http, on, rtm};
use emulator::{Emulator, KEY, Signed, WEBHOOK_SECRET, signed};

/// What the emulator sells: minor units of EUR a month.
const PRICES: [(&str, i64); 3] = [("price_starter", 2900), ("price_pro", 9900), ("price_seats", 500)];

/// An organisation with an owner, and Stripe.
struct Story {
    app: App,
    hands: TestClock,
    stripe: Emulator,
    router: Router,
    actor: Actor,
    org: OrgId,
    token: String,
}

fn choice(plan: &str, seats: u32) -> Value {
    match seats {
        0 => json!({ "plan": plan }),
        seats => json!({ "plan": plan, "add_ons": [{ "key": "seats-5", "quantity": seats }] }),
    }
}

/// An app over `db` that asks `stripe`.
fn app(db: Db, hands: &TestClock, dir: &std::path::Path, stripe: &Emulator) -> App {
    std::fs::write(dir.join("key"), KEY).unwrap();
    std::fs::write(dir.join("secrets"), format!("whsec_new_one\n{WEBHOOK_SECRET}\n")).unwrap();
    let mut config = Config::for_testing(dir);
    config.plan.default_plan = "free".into();
    config.billing.stripe_url.clone_from(&stripe.url);
    config.billing.stripe_key_file = Some(dir.join("key"));
    config.billing.stripe_webhook_secrets_file = Some(dir.join("secrets"));
    let price = |(what, price): (&str, &str)| (what.to_owned(), price.to_owned());
    let prices = [("starter", "price_starter"), ("pro", "price_pro"), ("+seats-5", "price_seats")];
    config.billing.stripe_prices = prices.map(price).to_vec();
    let local = SocketAddr::from(([127, 0, 0, 1], 1));
    let addresses = Addresses { http: local, rtmp: local };
    let tokens = rtm::ViewerTokens::for_testing();
    App::over(db, config, hands.clock(), addresses, KeyRing::for_testing(), tokens).unwrap()
}

/// Tells `story` on each database.
async fn each_story(story: impl AsyncFn(Story)) {
    each_db(async |db| story(Story::begin(db).await).await).await;
}

impl Story {
    async fn begin(db: Db) -> Self {
        let (dir, hands) = (tempfile::tempdir().unwrap(), TestClock::new());
        let stripe = Emulator::start(hands.clock(), &PRICES).await;
        let app = app(db, &hands, dir.path(), &stripe);
        let (actor, org, token) = owner(&app, "Nord").await;
        let router = http::router(&app);
        Self { app, hands, stripe, router, actor, org, token }
    }

    /// The owner's token; a new one once the first is over.
    async fn token(&self) -> String {
        if self.app.orgs.authenticate(&self.token).await.is_ok() {
            return self.token.clone();
        }
        let home: std::net::IpAddr = std::net::Ipv4Addr::LOCALHOST.into();
        let signed_in = self.app.orgs.sign_in("nord@example.com", "correct horse".into(), home).await;
        signed_in.unwrap().token
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let request = Request::builder().method(method).uri(format!("/v1/orgs/{}{path}", self.org));
        let request = request.header("authorization", format!("Bearer {}", self.token().await));
        let request = request.header("content-type", "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        answer(&self.router, request.body(body).unwrap()).await
    }

    /// Hands a webhook over; its status and code.
    async fn hand(&self, webhook: &Signed) -> (u16, Value) {
        let request = Request::builder().method("POST").uri("/v1/billing/stripe");
        let request = request.header("stripe-signature", &webhook.signature);
        let (status, body) =
            answer(&self.router, request.body(Body::from(webhook.body.clone())).unwrap()).await;
        (status, body["code"].clone())
    }

    /// Hands an event over and does what follows.
    async fn tell(&self, event: &Value) {
        let webhook = signed(event, self.app.clock.now());
        assert_eq!(self.hand(&webhook).await, (200, Value::Null));
        self.follow(event).await;
    }

    async fn follow(&self, event: &Value) {
        self.app.billing.follow_webhook(event["id"].as_str().unwrap()).await.unwrap();
    }

    /// Hands everything over that Stripe has to tell, in its order.
    async fn tell_all(&self) {
        for event in self.stripe.events() {
            self.tell(&event).await;
        }
    }

    /// Pays for a plan from the checkout on.
    async fn subscribe(&self, plan: &str, seats: u32) {
        let (status, page) = self.ask("POST", "/billing/checkout", choice(plan, seats)).await;
        assert_eq!(status, 200, "{page}");
        self.stripe.pay(page["url"].as_str().unwrap()).unwrap();
        self.tell_all().await;
    }

    async fn change(&self, plan: &str, seats: u32) -> (u16, Value) {
        self.ask("PATCH", "/billing/subscription", choice(plan, seats)).await
    }

    async fn view(&self) -> BillingView {
        self.app.billing.view(&self.actor, self.org).await.unwrap()
    }

    async fn state(&self) -> BillingState {
        self.view().await.state
    }

    /// The plan, the seats that it lets in, and whether it holds.
    async fn plan(&self) -> (String, Option<i64>, bool) {
        let standing = self.app.plans.standing(self.org).await.unwrap();
        (standing.plan.key, standing.limits.seats, standing.holds)
    }

    /// Time goes on, and Stripe with it; nobody is told yet.
    fn days(&self, days: u64) {
        self.hands.advance(std::time::Duration::from_secs(days * 86_400));
        self.stripe.tick();
    }

    /// How many letters were left.
    async fn letters(&self) -> i64 {
        let db = &self.app.db;
        on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send'").fetch_one(c).await)
            .unwrap()
    }

    /// What was done in the organisation by billing, newest first.
    async fn facts(&self) -> Vec<String> {
        let db = &self.app.db;
        let bodies: Vec<String> = on!(db, c => sqlx::query_scalar(
            "SELECT body FROM events WHERE actor = 'service:billing' ORDER BY seq"
        ).fetch_all(c).await)
        .unwrap();
        let kind =
            |body: &String| serde_json::from_str::<Value>(body).unwrap()["kind"].as_str().unwrap().to_owned();
        bodies.iter().map(kind).collect()
    }
}

async fn answer(router: &Router, request: Request<Body>) -> (u16, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}
