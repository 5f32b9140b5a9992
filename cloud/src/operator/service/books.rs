//! What whoever runs the cloud says of payments: invoices that were paid, subscriptions that end, webhooks that are tried again.

use serde_json::json;
use vitrine_protocol::{InvoiceId, OrgId};

use super::{Operators, store, the_operator};
use crate::base::{Actor, Page};
use crate::billing::{BillingView, DeadWebhook, Invoice, InvoiceMove, InvoicePlace, InvoiceState};
use crate::operator::{DeedKind, OperatorError};

impl Operators {
    /// Invoices of all organisations, or of one, or in one state: open ones first, each part newest first.
    ///
    /// # Errors
    /// [`OperatorError::Denied`].
    pub async fn invoices(
        &self,
        actor: &Actor,
        (org, state): (Option<OrgId>, Option<InvoiceState>),
        after: Option<InvoicePlace>,
        limit: i64,
    ) -> Result<Page<Invoice>, OperatorError> {
        actor.require_operator()?;
        Ok(self.billing.every_invoice(org, state, after, limit).await?)
    }

    /// Says that an open invoice was paid, or is not to be paid.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Billing`] for one that is not there, or not open.
    pub async fn close_invoice(
        &self,
        actor: &Actor,
        id: InvoiceId,
        to: InvoiceMove,
    ) -> Result<Invoice, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        let invoice = self.billing.close_in(&mut tx, &the_operator(), id, to).await?;
        let detail = json!({"invoice": id, "number": invoice.number, "state": invoice.state});
        let what = (DeedKind::InvoiceClosed, Some(invoice.org));
        store::note(&mut tx, actor, self.clock.now(), what, &detail).await?;
        tx.commit().await?;
        self.billing.follow_soon(invoice.org).await;
        Ok(invoice)
    }

    /// Ends what an organisation pays for by invoice: with its period, or now.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Billing`] for whoever pays nothing by invoice.
    pub async fn end_subscription(
        &self,
        actor: &Actor,
        org: OrgId,
        at_once: bool,
    ) -> Result<BillingView, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        self.billing.end_in(&mut tx, org, at_once).await?;
        let what = (DeedKind::SubscriptionEnded, Some(org));
        store::note(&mut tx, actor, self.clock.now(), what, &json!({"at_once": at_once})).await?;
        tx.commit().await?;
        self.billing.follow_soon(org).await;
        Ok(self.billing.standing(org).await?)
    }

    /// Webhooks of the payment provider that could be given to nobody, newest first.
    ///
    /// # Errors
    /// [`OperatorError::Denied`].
    pub async fn dead_webhooks(&self, actor: &Actor, limit: i64) -> Result<Vec<DeadWebhook>, OperatorError> {
        actor.require_operator()?;
        Ok(self.billing.dead_webhooks(limit).await?)
    }

    /// Has one of them followed once more.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Billing`] for one that is not among them.
    pub async fn retry_webhook(&self, actor: &Actor, id: &str) -> Result<(), OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        self.billing.revive_webhook(&mut tx, id).await?;
        let what = (DeedKind::WebhookRetried, None);
        store::note(&mut tx, actor, self.clock.now(), what, &json!({"webhook": id})).await?;
        Ok(tx.commit().await?)
    }
}
