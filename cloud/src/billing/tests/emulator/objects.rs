//! Objects as Stripe writes them, each with the fields that matter here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::world::{Customer, Invoice, Schedule, Session, Subscription};

/// Source: https://docs.stripe.com/api/pagination
pub fn list(url: &str, mut data: Vec<Value>, limit: Option<i64>) -> Value {
    let limit = usize::try_from(limit.unwrap_or(10).clamp(1, 100)).unwrap();
    let more = data.len() > limit;
    data.truncate(limit);
    json!({ "object": "list", "url": url, "has_more": more, "data": data })
}

/// Source: https://docs.stripe.com/api/customers/object
pub fn customer(one: &Customer, now: i64) -> Value {
    json!({
        "id": one.id, "object": "customer", "created": now, "name": one.name, "email": one.email,
        "metadata": one.metadata, "livemode": false, "invoice_settings": { "default_payment_method": null },
    })
}

/// Source: https://docs.stripe.com/api/checkout/sessions/object
pub fn session(one: &Session, now: i64) -> Value {
    let url = format!("https://checkout.stripe.com/c/pay/{}", one.id);
    json!({
        "id": one.id, "object": "checkout.session", "mode": "subscription", "customer": one.customer,
        "status": one.status, "payment_status": if one.status == "complete" { "paid" } else { "unpaid" },
        "url": if one.status == "open" { Value::from(url) } else { Value::Null }, "subscription": one.subscription,
        "success_url": one.success_url, "client_reference_id": null, "livemode": false, "created": now,
        "expires_at": now + 86_400, "metadata": {},
    })
}

/// Source: https://docs.stripe.com/api/customer_portal/sessions/object
pub fn portal(id: &str, customer: &str, back: Option<&str>, now: i64) -> Value {
    json!({
        "id": id, "object": "billing_portal.session", "configuration": "bpc_emulator", "created": now,
        "customer": customer, "flow": null, "livemode": false, "locale": null, "on_behalf_of": null,
        "return_url": back, "url": format!("https://billing.stripe.com/p/session/{id}"),
    })
}

/// Source: https://docs.stripe.com/api/prices/object
pub fn price(id: &str, amount: i64) -> Value {
    json!({
        "id": id, "object": "price", "active": true, "billing_scheme": "per_unit", "currency": "eur",
        "livemode": false, "product": format!("prod_{id}"), "type": "recurring", "unit_amount": amount,
        "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed" },
    })
}

/// Source: https://docs.stripe.com/api/subscriptions/object; of 2025-03-31.basil: periods stand on the items.
pub fn subscription(one: &Subscription, prices: &BTreeMap<String, i64>) -> Value {
    let item = |item: &super::world::Item| {
        json!({
            "id": item.id, "object": "subscription_item", "created": one.created, "subscription": one.id,
            "price": price(&item.price, prices[&item.price]), "quantity": item.quantity,
            "current_period_start": one.start, "current_period_end": one.end, "metadata": {},
        })
    };
    let items: Vec<_> = one.items.iter().map(item).collect();
    json!({
        "id": one.id, "object": "subscription", "status": one.status, "customer": one.customer,
        "created": one.created, "start_date": one.created, "currency": "eur", "livemode": false,
        "collection_method": "charge_automatically", "cancel_at_period_end": one.cancel_at_period_end,
        "cancel_at": one.cancel_at_period_end.then_some(one.end), "canceled_at": one.canceled_at,
        "ended_at": if one.status == "canceled" { one.canceled_at } else { None }, "schedule": one.schedule,
        "items": list(&format!("/v1/subscription_items?subscription={}", one.id), items, Some(100)), "metadata": {},
    })
}

/// Source: https://docs.stripe.com/api/subscription_schedules/object
pub fn schedule(one: &Schedule) -> Value {
    let phase = |phase: &super::world::Phase| {
        let item = |(price, quantity): &(String, i64)| json!({ "price": price, "quantity": quantity, "metadata": {} });
        let items: Vec<_> = phase.items.iter().map(item).collect();
        json!({
            "start_date": phase.start, "end_date": phase.end, "items": items, "currency": "eur",
            "proration_behavior": "create_prorations", "metadata": {},
        })
    };
    let phases: Vec<_> = one.phases.iter().map(phase).collect();
    json!({
        "id": one.id, "object": "subscription_schedule", "status": one.status, "phases": phases,
        "end_behavior": one.end_behavior, "livemode": false, "metadata": {},
        "subscription": if one.status == "active" { Some(&one.subscription) } else { None },
        "released_subscription": if one.status == "released" { Some(&one.subscription) } else { None },
    })
}

/// Source: https://docs.stripe.com/api/invoices/object; of 2025-03-31.basil: its subscription stands in its `parent`.
pub fn invoice(one: &Invoice) -> Value {
    let line = |line: &super::world::Line| {
        json!({
            "object": "line_item", "amount": line.amount, "currency": "eur",
            "pricing": { "type": "price_details", "price_details": { "price": line.price } },
            "parent": { "type": "subscription_item_details", "subscription_item_details": { "proration": line.proration } },
        })
    };
    let lines: Vec<_> = one.lines.iter().map(line).collect();
    let paid = one.status == "paid";
    json!({
        "id": one.id, "object": "invoice", "status": one.status, "customer": one.customer, "currency": "eur",
        "billing_reason": one.reason, "created": one.created, "attempted": true, "attempt_count": one.attempts,
        "amount_due": one.total(), "amount_paid": if paid { one.total() } else { 0 },
        "amount_remaining": if paid { 0 } else { one.total() }, "total": one.total(), "livemode": false,
        "lines": list(&format!("/v1/invoices/{}/lines", one.id), lines, Some(100)),
        "parent": { "type": "subscription_details", "subscription_details": { "subscription": one.subscription } },
        "status_transitions": { "finalized_at": one.created, "paid_at": one.paid_at, "voided_at": null },
    })
}
