//! The emulator's HTTP: who asks, in which version, once, and what goes wrong on the way.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::params::{Params, Refused, Takes};
use super::world::World;
use super::{KEY, Trouble};
use crate::billing::stripe::VERSION;

pub fn serve(listener: tokio::net::TcpListener, world: Arc<Mutex<World>>) {
    let router = Router::new().fallback(answer).with_state(world);
    tokio::spawn(async move { axum::serve(listener, router).await });
}

async fn answer(State(world): State<Arc<Mutex<World>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut world = world.lock();
    world.requests += 1;
    if world.down {
        return respond(503, &json!({"error": {"type": "api_error", "message": "down"}}), false);
    }
    let trouble = world.troubles.pop_front();
    if let Some(Trouble::Status(status)) = trouble {
        return respond(status, &json!({"error": {"type": "api_error", "message": "trouble"}}), false);
    }
    if header("authorization").as_deref() != Some(&format!("Bearer {KEY}")) {
        let refused = Refused { status: 401, ..Refused::invalid(None, "Invalid API Key provided", None) };
        return respond(401, &refused.body(), false);
    }
    if header("stripe-version").as_deref() != Some(VERSION) {
        return respond(400, &Refused::invalid(None, "Invalid Stripe API version", None).body(), false);
    }
    let path = parts.uri.path().to_owned();
    let (status, answer, again) = if parts.method == Method::POST {
        if header("content-type").as_deref() != Some("application/x-www-form-urlencoded") {
            return respond(400, &Refused::invalid(None, "Invalid content type", None).body(), false);
        }
        // Stripe takes requests without a key. Ours always wear one.
        let Some(key) = header("idempotency-key").filter(|key| (1..=255).contains(&key.len())) else {
            return respond(
                400,
                &Refused::invalid(None, "a POST of ours has no Idempotency-Key", None).body(),
                false,
            );
        };
        match world.once(&key, &format!("{path}\n{body}")) {
            Err(refused) => (refused.status, refused.body(), false),
            Ok(Some((status, answer))) => (status, answer, true),
            Ok(None) => {
                let (status, answer) = told(post(&mut world, &path, &body));
                // What failed before it began is not kept. Source: https://docs.stripe.com/api/idempotent_requests
                if !matches!(status, 400 | 404) {
                    world.keep(&key, &format!("{path}\n{body}"), status, &answer);
                }
                (status, answer, false)
            }
        }
    } else if parts.method == Method::DELETE {
        let (status, answer) = told(delete(&mut world, &path, parts.uri.query().unwrap_or_default()));
        (status, answer, false)
    } else {
        let (status, answer) = told(get(&mut world, &path, parts.uri.query().unwrap_or_default()));
        (status, answer, false)
    };
    if trouble == Some(Trouble::LostAnswer) {
        return respond(500, &json!({"error": {"type": "api_error", "message": "lost"}}), false);
    }
    respond(status, &answer, again)
}

fn told(result: Result<Value, Refused>) -> (u16, Value) {
    match result {
        Ok(answer) => (200, answer),
        Err(refused) => (refused.status, refused.body()),
    }
}

fn respond(status: u16, answer: &Value, again: bool) -> Response {
    let mut response = Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header("content-type", "application/json")
        .header("request-id", "req_emulator");
    if again {
        response = response.header("idempotent-replayed", "true");
    }
    response.body(Body::from(answer.to_string())).unwrap()
}

fn post(world: &mut World, path: &str, body: &str) -> Result<Value, Refused> {
    use Takes::{Bool, Number, One, Text, Time, Url};
    let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
    match parts[..] {
        ["v1", "customers"] => world.create_customer(&Params::read(
            body,
            &[("name", Text, false), ("email", Text, false), ("metadata[*]", Text, false)],
        )?),
        ["v1", "checkout", "sessions"] => world.create_session(&Params::read(
            body,
            &[
                ("mode", One(&["payment", "setup", "subscription"]), true),
                ("customer", Text, false),
                ("success_url", Url, true),
                ("cancel_url", Url, false),
                ("client_reference_id", Text, false),
                ("line_items[#][price]", Text, true),
                ("line_items[#][quantity]", Number, false),
            ],
        )?),
        ["v1", "checkout", "sessions", id, "expire"] => {
            Params::read(body, &[])?;
            world.expire_session(id)
        }
        ["v1", "billing_portal", "sessions"] => {
            world.create_portal(&Params::read(body, &[("customer", Text, true), ("return_url", Url, false)])?)
        }
        ["v1", "subscriptions", id] => world.update_subscription(
            id,
            &Params::read(
                body,
                &[
                    ("cancel_at_period_end", Bool, false),
                    ("proration_behavior", One(&["always_invoice", "create_prorations", "none"]), false),
                    (
                        "payment_behavior",
                        One(&[
                            "allow_incomplete",
                            "default_incomplete",
                            "error_if_incomplete",
                            "pending_if_incomplete",
                        ]),
                        false,
                    ),
                    ("items[#][id]", Text, false),
                    ("items[#][price]", Text, false),
                    ("items[#][quantity]", Number, false),
                    ("items[#][deleted]", Bool, false),
                ],
            )?,
        ),
        ["v1", "subscription_schedules"] => {
            world.create_schedule(&Params::read(body, &[("from_subscription", Text, true)])?)
        }
        ["v1", "subscription_schedules", id] => world.update_schedule(
            id,
            &Params::read(
                body,
                &[
                    ("end_behavior", One(&["release", "cancel"]), false),
                    ("proration_behavior", One(&["always_invoice", "create_prorations", "none"]), false),
                    ("phases[#][start_date]", Time, false),
                    ("phases[#][end_date]", Time, false),
                    ("phases[#][iterations]", Number, false),
                    (
                        "phases[#][proration_behavior]",
                        One(&["always_invoice", "create_prorations", "none"]),
                        false,
                    ),
                    ("phases[#][items][#][price]", Text, true),
                    ("phases[#][items][#][quantity]", Number, false),
                ],
            )?,
        ),
        ["v1", "subscription_schedules", id, "release"] => {
            Params::read(body, &[])?;
            world.release_schedule(id)
        }
        _ => Err(unknown("POST", path)),
    }
}

fn get(world: &mut World, path: &str, query: &str) -> Result<Value, Refused> {
    use Takes::{Number, One, Text};
    let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
    match parts[..] {
        ["v1", "checkout", "sessions", id] => world.session(id),
        ["v1", "prices", id] => world.price(id),
        ["v1", "subscription_schedules", id] => world.schedule(id),
        ["v1", "subscriptions"] => world.list_subscriptions(&Params::read(
            query,
            &[
                ("customer", Text, false),
                ("status", One(&["active", "all", "canceled", "ended", "past_due", "unpaid"]), false),
                ("limit", Number, false),
            ],
        )?),
        ["v1", "invoices"] => world.list_invoices(&Params::read(
            query,
            &[
                ("subscription", Text, false),
                ("status", One(&["draft", "open", "paid", "uncollectible", "void"]), false),
                ("limit", Number, false),
            ],
        )?),
        _ => Err(unknown("GET", path)),
    }
}

/// Source: Stripe's answer to an address that there is not.
fn delete(world: &mut World, path: &str, query: &str) -> Result<Value, Refused> {
    let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
    match parts[..] {
        // Source: https://docs.stripe.com/api/subscriptions/cancel
        ["v1", "subscriptions", id] => {
            Params::read(query, &[("invoice_now", Takes::Bool, false), ("prorate", Takes::Bool, false)])?;
            world.cancel_subscription(id)
        }
        _ => Err(unknown("DELETE", path)),
    }
}

fn unknown(method: &str, path: &str) -> Refused {
    let message = format!("Unrecognized request URL ({method}: {path}).");
    Refused { status: 404, ..Refused::invalid(None, message, None) }
}
