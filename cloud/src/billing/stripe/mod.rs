//! Stripe: checkout, portal, subscriptions with prorations and schedules.

mod change;
mod client;
mod objects;
mod prices;
mod signature;
mod standing;

use futures_util::FutureExt as _;
use uuid::Uuid;

pub(super) use client::{Client, Form, StripeError};
pub(super) use objects::EventBody;
pub(super) use prices::Prices;
pub(super) use signature::{Unsigned, verify};

use super::provider::{Asked, Checkout, Payer, Provider};
use super::{BillingChoice, BillingError, ProviderName, Subscribed};
use crate::base::{Invalid, hash_secret};
use objects::{Customer, Invoice, List, Portal, Price, Schedule, Session, Subscription};

/// The most subscriptions and invoices of one customer that are looked at.
const MOST: u32 = 100;

/// Stripe as a provider.
pub(super) struct Stripe {
    client: Client,
    prices: Prices,
    /// Where people come back to.
    back: String,
}

impl Stripe {
    /// Over `client`; people come back to `back` from its pages.
    pub fn new(client: Client, prices: Prices, back: String) -> Self {
        Self { client, prices, back }
    }

    async fn enrol(&self, payer: &Payer) -> Result<String, BillingError> {
        let form = Form::new()
            .with("name", &payer.name)
            .with("email", &payer.email)
            .with("metadata[org]", payer.org);
        // Two at once, and one that comes again after a crash, make one customer, as long as nothing was renamed.
        let once = format!("customer-{}", hash_secret(&form.encoded()));
        Ok(self.client.post::<Customer>("/v1/customers", form, &once).await?.id)
    }

    async fn checkout(
        &self,
        customer: &str,
        before: Option<&str>,
        choice: &BillingChoice,
        once: &str,
    ) -> Result<Checkout, BillingError> {
        let items = self.prices.items(choice)?;
        if let Some(before) = before {
            self.expire(customer, before).await?;
        }
        let mut form = Form::new()
            .with("mode", "subscription")
            .with("customer", customer)
            .with("success_url", format!("{}?paid=1", self.back))
            .with("cancel_url", &self.back);
        for (n, (price, quantity)) in items.iter().enumerate() {
            form = form.with(format!("line_items[{n}][price]"), price);
            form = form.with(format!("line_items[{n}][quantity]"), quantity);
        }
        let session: Session = self.client.post("/v1/checkout/sessions", form, once).await?;
        let url =
            session.url.ok_or_else(|| StripeError::Unreadable("a checkout has no address".to_owned()))?;
        Ok(Checkout { id: session.id, url })
    }

    /// Closes a checkout that is open. One that was paid for a moment ago is a subscription.
    async fn expire(&self, customer: &str, checkout: &str) -> Result<(), BillingError> {
        let session: Session =
            match self.client.get(&format!("/v1/checkout/sessions/{checkout}"), Form::new()).await {
                Err(StripeError::Refused(refusal)) if refusal.status == 404 => return Ok(()),
                found => found?,
            };
        match session.status.as_deref() {
            Some("open") => {}
            // Paid: just now, or long ago and ended since.
            Some("complete")
                if self.subscription(customer).await?.is_some_and(|one| standing::lives(&one)) =>
            {
                return Err(BillingError::Subscribed);
            }
            _ => return Ok(()),
        }
        let (path, once) = (format!("/v1/checkout/sessions/{checkout}/expire"), format!("expire-{checkout}"));
        match self.client.post::<Session>(&path, Form::new(), &once).await {
            Ok(_) => Ok(()),
            // It was paid for between the two.
            Err(StripeError::Refused(refusal)) if refusal.status == 400 => Err(BillingError::Subscribed),
            Err(error) => Err(error.into()),
        }
    }

    async fn portal(&self, customer: &str) -> Result<String, BillingError> {
        let form = Form::new().with("customer", customer).with("return_url", &self.back);
        let once = Uuid::now_v7().to_string();
        Ok(self.client.post::<Portal>("/v1/billing_portal/sessions", form, &once).await?.url)
    }

    /// The subscription of a customer that counts.
    async fn subscription(&self, customer: &str) -> Result<Option<Subscription>, BillingError> {
        Ok(self.subscriptions(customer).await?.0)
    }

    /// The same, and the names of those that live beside it.
    async fn subscriptions(
        &self,
        customer: &str,
    ) -> Result<(Option<Subscription>, Vec<String>), BillingError> {
        let query = Form::new().with("customer", customer).with("status", "all").with("limit", MOST);
        let found: List<Subscription> = self.client.get("/v1/subscriptions", query).await?;
        let living: Vec<String> =
            found.data.iter().filter(|one| standing::lives(one)).map(|one| one.id.clone()).collect();
        let one = standing::the_one(found.data);
        let mut others = living;
        others.retain(|id| one.as_ref().is_none_or(|one| one.id != *id));
        others.sort();
        if !others.is_empty() {
            tracing::error!(
                customer,
                others = others.len(),
                "a customer pays for several subscriptions; all but the youngest are to be ended"
            );
        }
        Ok((one, others))
    }

    /// Ends one of those beside the one that counts. One that ended already has ended.
    async fn end_other(&self, customer: &str, subscription: &str) -> Result<(), BillingError> {
        if !self.subscriptions(customer).await?.1.iter().any(|other| other == subscription) {
            return Err(BillingError::NoSubscription);
        }
        let query = Form::new().with("invoice_now", true).with("prorate", true);
        match self.client.delete::<Subscription>(&format!("/v1/subscriptions/{subscription}"), query).await {
            Err(StripeError::Refused(refusal)) if refusal.status == 404 => Ok(()),
            answer => Ok(answer.map(drop)?),
        }
    }

    async fn schedule(&self, subscription: &Subscription) -> Result<Option<Schedule>, BillingError> {
        let Some(id) = &subscription.schedule else { return Ok(None) };
        Ok(Some(self.client.get(&format!("/v1/subscription_schedules/{id}"), Form::new()).await?))
    }

    async fn price(&self, id: &str) -> Result<Price, BillingError> {
        Ok(self.client.get(&format!("/v1/prices/{id}"), Form::new()).await?)
    }

    async fn look(&self, customer: &str) -> Result<Subscribed, BillingError> {
        let (subscription, others) = self.subscriptions(customer).await?;
        let Some(subscription) = subscription else { return Ok(Subscribed::default()) };
        let mut open: List<Invoice> = List { data: Vec::new() };
        if standing::is_late(&subscription) {
            let query =
                Form::new().with("subscription", &subscription.id).with("status", "open").with("limit", MOST);
            open = self.client.get("/v1/invoices", query).await?;
        }
        let schedule = self.schedule(&subscription).await?;
        let mut prices: Vec<Price> = subscription.items.data.iter().map(|item| item.price.clone()).collect();
        for item in schedule.iter().flat_map(|schedule| standing::next_items(schedule, &subscription)) {
            if prices.iter().all(|price| price.id != item.price) {
                prices.push(self.price(&item.price).await?);
            }
        }
        let found = standing::of(&subscription, &open.data, schedule.as_ref(), &prices, &self.prices)?;
        Ok(Subscribed { others, ..found })
    }
}

impl Provider for Stripe {
    fn name(&self) -> ProviderName {
        ProviderName::Stripe
    }

    fn sells(&self, choice: &BillingChoice) -> Result<(), Invalid> {
        self.prices.items(choice).map(drop)
    }

    fn enrol<'a>(&'a self, payer: &'a Payer) -> Asked<'a, String> {
        self.enrol(payer).boxed()
    }

    fn checkout<'a>(
        &'a self,
        customer: &'a str,
        before: Option<&'a str>,
        choice: &'a BillingChoice,
        once: &'a str,
    ) -> Asked<'a, Checkout> {
        self.checkout(customer, before, choice, once).boxed()
    }

    fn close_checkout<'a>(&'a self, customer: &'a str, checkout: &'a str) -> Asked<'a, ()> {
        self.expire(customer, checkout).boxed()
    }

    fn portal<'a>(&'a self, customer: &'a str) -> Asked<'a, String> {
        self.portal(customer).boxed()
    }

    fn change<'a>(&'a self, customer: &'a str, choice: Option<&'a BillingChoice>) -> Asked<'a, ()> {
        self.change(customer, choice).boxed()
    }

    fn end_other<'a>(&'a self, customer: &'a str, subscription: &'a str) -> Asked<'a, ()> {
        self.end_other(customer, subscription).boxed()
    }

    fn look<'a>(&'a self, customer: &'a str) -> Asked<'a, Subscribed> {
        self.look(customer).boxed()
    }
}

/// What is chosen and cannot be bought.
fn not_sold(what: &str) -> Invalid {
    Invalid(format!("`{what}` is not sold here; choose another, or ask whoever runs this server"))
}

#[cfg(test)]
pub(super) use client::VERSION;
#[cfg(test)]
pub(super) use signature::sign;
