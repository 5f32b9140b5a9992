//! What is read of Stripe's objects: a few fields of each, in the shapes of [`VERSION`](super::client::VERSION).
//!
//! Source: https://docs.stripe.com/api

use serde::Deserialize;
use serde_json::Value;

/// A page of a list.
#[derive(Debug, Deserialize)]
pub struct List<T> {
    pub data: Vec<T>,
}

/// Source: https://docs.stripe.com/api/customers/object
#[derive(Debug, Deserialize)]
pub struct Customer {
    pub id: String,
}

/// Source: https://docs.stripe.com/api/checkout/sessions/object
#[derive(Debug, Deserialize)]
pub struct Session {
    pub id: String,
    /// `open`, `complete` or `expired`.
    #[serde(default)]
    pub status: Option<String>,
    /// Where the customer pays, as long as it is open.
    #[serde(default)]
    pub url: Option<String>,
}

/// Source: https://docs.stripe.com/api/customer_portal/sessions/object
#[derive(Debug, Deserialize)]
pub struct Portal {
    pub url: String,
}

/// Source: https://docs.stripe.com/api/prices/object
#[derive(Debug, Clone, Deserialize)]
pub struct Price {
    pub id: String,
    /// Minor units, lower-case currency; none for prices by steps.
    #[serde(default)]
    pub unit_amount: Option<i64>,
    pub currency: String,
}

/// Source: https://docs.stripe.com/api/subscriptions/object
#[derive(Debug, Clone, Deserialize)]
pub struct Subscription {
    pub id: String,
    /// `incomplete`, `incomplete_expired`, `trialing`, `active`, `past_due`, `canceled`, `unpaid` or `paused`.
    pub status: String,
    /// Seconds since 1970, as every time here.
    pub created: i64,
    pub items: Items,
    pub cancel_at_period_end: bool,
    #[serde(default)]
    pub cancel_at: Option<i64>,
    /// The schedule that changes it later.
    #[serde(default)]
    pub schedule: Option<String>,
}

/// The items of a subscription.
#[derive(Debug, Clone, Deserialize)]
pub struct Items {
    pub data: Vec<Item>,
}

/// Source: https://docs.stripe.com/api/subscription_items/object; periods stand on items since 2025-03-31.basil.
#[derive(Debug, Clone, Deserialize)]
pub struct Item {
    pub id: String,
    pub price: Price,
    #[serde(default)]
    pub quantity: Option<i64>,
    pub current_period_start: i64,
    pub current_period_end: i64,
}

/// Source: https://docs.stripe.com/api/subscription_schedules/object
#[derive(Debug, Clone, Deserialize)]
pub struct Schedule {
    pub id: String,
    /// `not_started`, `active`, `completed`, `released` or `canceled`.
    pub status: String,
    pub phases: Vec<Phase>,
}

/// A part of a schedule.
#[derive(Debug, Clone, Deserialize)]
pub struct Phase {
    pub start_date: i64,
    pub items: Vec<PhaseItem>,
}

/// What is paid for in it.
#[derive(Debug, Clone, Deserialize)]
pub struct PhaseItem {
    pub price: String,
    #[serde(default)]
    pub quantity: Option<i64>,
}

/// Source: https://docs.stripe.com/api/invoices/object
#[derive(Debug, Clone, Deserialize)]
pub struct Invoice {
    pub created: i64,
    #[serde(default)]
    pub status_transitions: Transitions,
}

/// When an invoice moved on.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Transitions {
    #[serde(default)]
    pub finalized_at: Option<i64>,
}

/// What is read of a webhook: whose it is. Its snapshot of the object is never trusted: another may have overtaken it.
///
/// Source: https://docs.stripe.com/api/events/object
#[derive(Debug, Deserialize)]
pub struct EventBody {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub created: i64,
    pub data: EventData,
}

/// What an event is about.
#[derive(Debug, Deserialize)]
pub struct EventData {
    pub object: EventObject,
}

/// A customer is named by the object, or is the object.
#[derive(Debug, Deserialize)]
pub struct EventObject {
    #[serde(default)]
    pub customer: Value,
}
