//! What Stripe tells.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Billing;
use crate::base::from_ms;
use crate::billing::stripe::{EventBody, Unsigned, verify};
use crate::billing::{BillingError, DeadWebhook, ProviderName, runner, store};
use crate::db::Tx;
use crate::jobs::{NewJob, enqueue};

/// What is listened to. Source: https://docs.stripe.com/billing/subscriptions/webhooks
const KINDS: [&str; 9] = [
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.voided",
];
/// How long it is known which webhooks came: Stripe sends one again for three days.
const KNOWN_FOR: TimeDelta = TimeDelta::days(30);
/// How long it is known whose organisation was deleted: a year's subscription ends with the year.
const PARTED_FOR: TimeDelta = TimeDelta::days(400);

impl Billing {
    /// Takes a webhook of Stripe down, and leaves what follows for later. One that came before changes nothing.
    ///
    /// # Errors
    /// [`BillingError::NoWebhooks`]; [`BillingError::Unsigned`]; [`BillingError::NoEvent`]; the database does not answer, and then
    /// Stripe sends it again.
    pub async fn take_webhook(&self, signature: Option<&str>, body: &[u8]) -> Result<(), BillingError> {
        if self.name() != ProviderName::Stripe {
            return Err(BillingError::NoWebhooks);
        }
        let now = self.clock.now();
        verify(signature.ok_or(Unsigned::NoSignature)?, body, &self.webhook_secrets, now)?;
        let event: EventBody = serde_json::from_slice(body).map_err(|_| BillingError::NoEvent)?;
        let fits =
            |text: &str| (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        // Kinds first: what is not listened to may have any shape.
        if !KINDS.contains(&event.kind.as_str()) {
            return Ok(());
        }
        let customer = match event.data.object.customer {
            Value::Null => None,
            Value::String(customer) => Some(customer),
            _ => return Err(BillingError::NoEvent),
        };
        if !fits(&event.id) || customer.as_deref().is_some_and(|customer| !fits(customer)) {
            return Err(BillingError::NoEvent);
        }
        let created = from_ms(event.created.saturating_mul(1000));
        let webhook = store::Webhook { id: event.id, kind: event.kind, customer, created };
        let mut tx = self.db.begin().await?;
        if store::insert_webhook(&mut tx, &webhook, now).await? {
            let mut job = NewJob::new(runner::KIND, &webhook.id, json!({ "webhook": webhook.id }));
            if let Some(customer) = &webhook.customer {
                // Its organisation sees the job when it dies.
                job.org = store::org_of(&mut tx, ProviderName::Stripe, customer).await?;
            }
            enqueue(&mut tx, now, &job).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Does what follows from a webhook that was taken down. Safe to do twice, and for two at once.
    pub(in crate::billing) async fn follow_webhook(&self, id: &str) -> Result<(), BillingError> {
        let mut tx = self.db.begin().await?;
        let Some(customer) = store::waiting(&mut tx, id).await? else { return Ok(()) };
        let (mut org, mut parted) = (None, None);
        if let Some(customer) = customer {
            org = store::org_of(&mut tx, ProviderName::Stripe, &customer).await?;
            parted = store::is_parted(&mut tx, &customer).await?.then_some(customer);
        }
        if let Some(customer) = parted {
            drop(tx);
            // A page that was open when the organisation went may have been paid.
            Self::end_all(self.provider_of(ProviderName::Stripe)?, &customer).await?;
            let mut tx = self.db.begin().await?;
            store::end_webhook(&mut tx, id, None).await?;
            return Ok(tx.commit().await?);
        }
        let Some(org) = org else {
            tracing::warn!(webhook = id, "a webhook is about a customer whom nobody here is");
            store::end_webhook(&mut tx, id, Some("its customer is no organisation of this server")).await?;
            return Ok(tx.commit().await?);
        };
        drop(tx);
        self.look_and(org, async |tx| store::end_webhook(tx, id, None).await).await?;
        Ok(())
    }

    /// Webhooks that could be given to nobody, newest first. The caller has checked who asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn dead_webhooks(&self, limit: i64) -> Result<Vec<DeadWebhook>, BillingError> {
        Ok(store::dead(&self.db, limit).await?)
    }

    /// Has a dead webhook followed once more, in the transaction of whoever notes it. The caller has checked who asks.
    ///
    /// # Errors
    /// [`BillingError::NoWebhook`].
    pub async fn revive_webhook(&self, tx: &mut Tx, id: &str) -> Result<(), BillingError> {
        if !store::revive(tx, id).await? {
            return Err(BillingError::NoWebhook);
        }
        let now = self.clock.now();
        // The job that was is done: its successor has a name of its own.
        let name = format!("{id} {}", now.timestamp_millis());
        enqueue(tx, now, &NewJob::new(runner::KIND, &name, json!({ "webhook": id }))).await?;
        Ok(())
    }

    /// Forgets webhooks that came long ago, whatever became of them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_webhooks(&self) -> Result<u64, BillingError> {
        let mut tx = self.db.begin().await?;
        let gone = store::forget_webhooks(&mut tx, self.clock.now() - KNOWN_FOR).await?;
        store::forget_parted(&mut tx, self.clock.now() - PARTED_FOR).await?;
        tx.commit().await?;
        Ok(gone)
    }
}
