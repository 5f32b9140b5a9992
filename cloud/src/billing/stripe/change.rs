//! Changing what is paid for: to more now, in parts of the period; to less, or to nothing, at its end.
//!
//! Source: https://docs.stripe.com/billing/subscriptions/upgrade-downgrade, .../prorations, .../subscription-schedules

use uuid::Uuid;

use super::objects::{Price, Schedule, Subscription};
use super::{Form, Stripe, StripeError, standing};
use crate::billing::{BillingChoice, BillingError};

/// Prices and how many of each.
type Items = Vec<(String, u32)>;

impl Stripe {
    pub(super) async fn change(
        &self,
        customer: &str,
        choice: Option<&BillingChoice>,
    ) -> Result<(), BillingError> {
        let wanted = choice.map(|choice| self.prices.items(choice)).transpose()?;
        let subscription = self.subscription(customer).await?.ok_or(BillingError::NotSubscribed)?;
        match subscription.status.as_str() {
            "active" | "trialing" => {}
            // Whoever cannot pay may leave all the same.
            "past_due" | "unpaid" if choice.is_none() => {}
            "past_due" | "unpaid" => return Err(BillingError::Overdue),
            _ => return Err(BillingError::NotSubscribed),
        }
        let steps = Steps { stripe: self, once: Uuid::now_v7().to_string() };
        let Some(wanted) = wanted else {
            steps.release(&subscription).await?;
            return steps.end(&subscription, true).await;
        };
        if is_same(&subscription, &wanted) {
            steps.release(&subscription).await?;
            return steps.end(&subscription, false).await;
        }
        let mut known: Vec<Price> = subscription.items.data.iter().map(|item| item.price.clone()).collect();
        for (price, _) in &wanted {
            if known.iter().all(|one| one.id != *price) {
                known.push(self.price(price).await?);
            }
        }
        let now: Vec<_> = subscription
            .items
            .data
            .iter()
            .map(|item| (&*item.price.id, item.quantity.unwrap_or(1)))
            .collect();
        let then: Vec<_> =
            wanted.iter().map(|(price, quantity)| (price.as_str(), i64::from(*quantity))).collect();
        if standing::total(&then, &known)?.minor > standing::total(&now, &known)?.minor {
            steps.raise(&subscription, &wanted).await
        } else {
            steps.lower(&subscription, &wanted).await
        }
    }
}

fn is_same(subscription: &Subscription, wanted: &Items) -> bool {
    let items = &subscription.items.data;
    items.len() == wanted.len()
        && items.iter().all(|item| {
            let quantity = item.quantity.unwrap_or(1);
            wanted.iter().any(|(price, number)| *price == item.price.id && i64::from(*number) == quantity)
        })
}

/// The requests of one change; each is done once.
struct Steps<'a> {
    stripe: &'a Stripe,
    once: String,
}

impl Steps<'_> {
    async fn post<T: serde::de::DeserializeOwned>(
        &self,
        step: &str,
        path: &str,
        form: Form,
    ) -> Result<T, BillingError> {
        let once = format!("{}-{step}", self.once);
        match self.stripe.client.post(path, form, &once).await {
            Err(StripeError::Refused(refusal)) if refusal.status == 402 => Err(BillingError::Declined),
            answer => Ok(answer?),
        }
    }

    /// Forgets a change that was to come.
    async fn release(&self, subscription: &Subscription) -> Result<(), BillingError> {
        let Some(schedule) = &subscription.schedule else { return Ok(()) };
        let path = format!("/v1/subscription_schedules/{schedule}/release");
        self.post::<Schedule>("release", &path, Form::new()).await.map(drop)
    }

    /// Lets it end with the period, or not.
    async fn end(&self, subscription: &Subscription, end: bool) -> Result<(), BillingError> {
        if subscription.cancel_at_period_end == end {
            return Ok(());
        }
        let path = format!("/v1/subscriptions/{}", subscription.id);
        self.post::<Subscription>("end", &path, Form::new().with("cancel_at_period_end", end)).await.map(drop)
    }

    /// Changes it now. What is left of the period is paid for at once, and where that fails nothing is changed: what was to come
    /// stays to come.
    async fn raise(&self, subscription: &Subscription, wanted: &Items) -> Result<(), BillingError> {
        let coming: Items = match self.stripe.schedule(subscription).await? {
            Some(schedule) => {
                let items = standing::next_items(&schedule, subscription).iter();
                let number = |quantity: Option<i64>| u32::try_from(quantity.unwrap_or(1)).unwrap_or(1);
                items.map(|item| (item.price.clone(), number(item.quantity))).collect()
            }
            None => Items::new(),
        };
        self.release(subscription).await?;
        let raised = self.raise_free(subscription, wanted).await;
        if raised.is_err() && !coming.is_empty() {
            let free = Subscription { schedule: None, ..subscription.clone() };
            self.lower(&free, &coming).await?;
        }
        raised
    }

    /// The same of one that no schedule changes: while one does, Stripe lets nobody else say whether it ends.
    async fn raise_free(&self, subscription: &Subscription, wanted: &Items) -> Result<(), BillingError> {
        let mut form = Form::new()
            .with("cancel_at_period_end", false)
            .with("proration_behavior", "always_invoice")
            .with("payment_behavior", "error_if_incomplete");
        let prices = &self.stripe.prices;
        let (plan, _) = &wanted[0];
        let mut kept = Vec::new();
        for (n, item) in subscription.items.data.iter().enumerate() {
            form = form.with(format!("items[{n}][id]"), &item.id);
            let price = if prices.is_plan(&item.price.id) { plan } else { &item.price.id };
            match wanted.iter().find(|(one, _)| one == price) {
                Some((price, quantity)) => {
                    form = form.with(format!("items[{n}][price]"), price);
                    form = form.with(format!("items[{n}][quantity]"), quantity);
                    kept.push(price);
                }
                None => form = form.with(format!("items[{n}][deleted]"), true),
            }
        }
        let new = wanted.iter().filter(|(price, _)| !kept.contains(&price));
        for (n, (price, quantity)) in (subscription.items.data.len()..).zip(new) {
            form = form.with(format!("items[{n}][price]"), price);
            form = form.with(format!("items[{n}][quantity]"), quantity);
        }
        let path = format!("/v1/subscriptions/{}", subscription.id);
        self.post::<Subscription>("raise", &path, form).await.map(drop)
    }

    /// Changes it at the end of the period.
    async fn lower(&self, subscription: &Subscription, wanted: &Items) -> Result<(), BillingError> {
        self.end(subscription, false).await?;
        let schedule = match self.stripe.schedule(subscription).await? {
            Some(schedule) => schedule,
            None => {
                let form = Form::new().with("from_subscription", &subscription.id);
                self.post("schedule", "/v1/subscription_schedules", form).await?
            }
        };
        let items = &subscription.items.data;
        let end = items.iter().map(|item| item.current_period_end).min().unwrap_or_default();
        let present = schedule.phases.iter().rfind(|phase| phase.start_date < end);
        let start = present.map_or(subscription.created, |phase| phase.start_date);
        let mut form = Form::new()
            .with("end_behavior", "release")
            .with("proration_behavior", "none")
            .with("phases[0][start_date]", start)
            .with("phases[0][end_date]", end);
        for (n, item) in items.iter().enumerate() {
            form = form.with(format!("phases[0][items][{n}][price]"), &item.price.id);
            form = form.with(format!("phases[0][items][{n}][quantity]"), item.quantity.unwrap_or(1));
        }
        for (n, (price, quantity)) in wanted.iter().enumerate() {
            form = form.with(format!("phases[1][items][{n}][price]"), price);
            form = form.with(format!("phases[1][items][{n}][quantity]"), quantity);
        }
        form = form.with("phases[1][iterations]", 1).with("phases[1][proration_behavior]", "none");
        let path = format!("/v1/subscription_schedules/{}", schedule.id);
        self.post::<Schedule>("lower", &path, form).await.map(drop)
    }
}
