//! How a subscription stands, of what Stripe says about it now. Pure: the same answers give the same, whatever was told before.

use chrono::{DateTime, Utc};
use vitrine_protocol::Currency;

use super::objects::{Invoice, Phase, PhaseItem, Price, Schedule, Subscription};
use super::{Prices, StripeError};
use crate::base::from_ms;
use crate::billing::model::{Amount, GRACE};
use crate::billing::{BillingError, BillingState, Coming, Subscribed};

/// The subscription that counts: one that goes on, before one that was never paid for, before one that is over; of several the
/// youngest.
pub fn the_one(mut all: Vec<Subscription>) -> Option<Subscription> {
    let rank = |one: &Subscription| match state(&one.status) {
        BillingState::Active | BillingState::PastDue => 2,
        BillingState::None => 1,
        BillingState::Cancelled | BillingState::Unknown => 0,
    };
    all.sort_by_key(|one| (rank(one), one.created, one.id.clone()));
    all.pop()
}

/// Source: https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
fn state(status: &str) -> BillingState {
    match status {
        "active" | "trialing" => BillingState::Active,
        // What Stripe does once it has given up asking the card is the operator's setting there; the grace is ours.
        "past_due" | "unpaid" => BillingState::PastDue,
        "incomplete" => BillingState::None,
        _ => BillingState::Cancelled,
    }
}

/// Whether it goes on, well or badly.
pub fn lives(subscription: &Subscription) -> bool {
    matches!(state(&subscription.status), BillingState::Active | BillingState::PastDue)
}

/// Whether a payment failed, so that open invoices have to be looked at.
pub fn is_late(subscription: &Subscription) -> bool {
    state(&subscription.status) == BillingState::PastDue
}

/// What is paid for after the present period, as a schedule has it; empty when nothing changes.
pub fn next_items<'a>(schedule: &'a Schedule, subscription: &Subscription) -> &'a [PhaseItem] {
    next_phase(schedule, subscription).map_or(&[], |phase| &phase.items)
}

fn next_phase<'a>(schedule: &'a Schedule, subscription: &Subscription) -> Option<&'a Phase> {
    let end = period(subscription).1;
    let phase = schedule.phases.iter().find(|phase| phase.start_date >= end);
    phase.filter(|_| schedule.status == "active")
}

/// The present period, in seconds.
fn period(subscription: &Subscription) -> (i64, i64) {
    let items = &subscription.items.data;
    let start = items.iter().map(|item| item.current_period_start).min().unwrap_or(subscription.created);
    let end = items.iter().map(|item| item.current_period_end).min().unwrap_or(subscription.created);
    (start, end)
}

/// How `subscription` stands, with its `open` invoices, its `schedule` and Stripe's `known` prices.
///
/// # Errors
/// An answer that makes no sense.
pub fn of(
    subscription: &Subscription,
    open: &[Invoice],
    schedule: Option<&Schedule>,
    known: &[Price],
    prices: &Prices,
) -> Result<Subscribed, BillingError> {
    let items = &subscription.items.data;
    let bought = items.iter().map(|item| (item.price.id.as_str(), item.quantity.unwrap_or(1)));
    // A price that stands for nothing any more: who asked knows what it stood for before. The rest is followed all the same.
    let choice = prices.choice(bought.clone());
    if let Err(error) = &choice {
        tracing::error!(subscription = %subscription.id, %error, "a subscription has a price that stands for nothing here");
    }
    let choice = choice.ok();
    let state = state(&subscription.status);
    let (start, end) = period(subscription);
    let mut next: Vec<(&str, i64)> = bought.collect();
    let mut coming = None;
    let ends = subscription.cancel_at.or(subscription.cancel_at_period_end.then_some(end));
    if let Some(at) = ends {
        next.clear();
        coming = Some(Coming { choice: None, at: time(at) });
    } else if let Some(phase) = schedule.and_then(|schedule| next_phase(schedule, subscription)) {
        next = phase.items.iter().map(|item| (item.price.as_str(), item.quantity.unwrap_or(1))).collect();
        if let Ok(choice) = prices.choice(next.iter().copied()) {
            coming = Some(Coming { choice: Some(choice), at: time(phase.start_date) });
        }
    }
    let living = matches!(state, BillingState::Active | BillingState::PastDue);
    // From the oldest payment that failed: it tells no more of when we heard of it.
    let failed =
        open.iter().map(|invoice| invoice.status_transitions.finalized_at.unwrap_or(invoice.created)).min();
    let grace = (state == BillingState::PastDue).then(|| time(failed.unwrap_or(start)) + GRACE);
    Ok(Subscribed {
        state,
        choice,
        period_start: Some(time(start)),
        period_end: Some(time(end)),
        next_amount: if living && !next.is_empty() { Some(total(&next, known)?) } else { None },
        grace_until: grace,
        coming: coming.filter(|_| living),
        subscription: Some(subscription.id.clone()),
        others: Vec::new(),
    })
}

/// What items cost together, of prices that are known.
///
/// # Errors
/// One is not known, has no amount, or another currency than the rest.
pub fn total(items: &[(&str, i64)], known: &[Price]) -> Result<Amount, BillingError> {
    let mut sum: Option<Amount> = None;
    for (id, quantity) in items {
        let price = known.iter().find(|price| price.id == *id);
        let price = price.ok_or_else(|| StripeError::Unreadable(format!("the price {id} is missing")))?;
        let unit =
            price.unit_amount.ok_or_else(|| StripeError::Unreadable(format!("the price {id} has steps")))?;
        let currency = Currency::try_from(price.currency.to_ascii_uppercase())
            .map_err(|_| StripeError::Unreadable(format!("the price {id} has no currency")))?;
        let before = sum.map_or(0, |sum| sum.minor);
        if sum.is_some_and(|sum| sum.currency != currency) {
            return Err(StripeError::Unreadable(format!("the price {id} has another currency")).into());
        }
        sum = Some(Amount { minor: before.saturating_add(unit.saturating_mul(*quantity)), currency });
    }
    sum.ok_or_else(|| StripeError::Unreadable("nothing is paid for".to_owned()).into())
}

fn time(seconds: i64) -> DateTime<Utc> {
    from_ms(seconds.saturating_mul(1000))
}
