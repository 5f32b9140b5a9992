//! Invoices that this server wrote.

use vitrine_protocol::{InvoiceId, OrgId};

use super::Billing;
use crate::base::{Actor, Page, Permission};
use crate::billing::{BillingError, Invoice, InvoiceMove, InvoiceState, store};
use crate::events::{Event, record};

impl Billing {
    /// Invoices of an organisation, newest first.
    ///
    /// # Errors
    /// [`BillingError::Denied`].
    pub async fn invoices(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<InvoiceId>,
        limit: i64,
    ) -> Result<Page<Invoice>, BillingError> {
        actor.require(Permission::ViewPlan, org)?;
        let invoices = store::invoices(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(invoices, limit, |invoice| invoice.id.to_string()))
    }

    /// One of them.
    ///
    /// # Errors
    /// [`BillingError::Denied`]; [`BillingError::NoInvoice`].
    pub async fn invoice(&self, actor: &Actor, org: OrgId, id: InvoiceId) -> Result<Invoice, BillingError> {
        actor.require(Permission::ViewPlan, org)?;
        store::invoice(&self.db, org, id).await?.ok_or(BillingError::NoInvoice)
    }

    /// Says that an open invoice was paid, or is not to be paid. The caller has checked that the operator asks.
    ///
    /// # Errors
    /// [`BillingError::NoInvoice`]; [`BillingError::InvoiceClosed`].
    pub async fn close_invoice(
        &self,
        by: &Actor,
        id: InvoiceId,
        to: InvoiceMove,
    ) -> Result<Invoice, BillingError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let (state, event) = match to {
            InvoiceMove::Paid => (InvoiceState::Paid, Event::InvoicePaid { invoice: id }),
            InvoiceMove::Void => (InvoiceState::Void, Event::InvoiceVoided { invoice: id }),
        };
        let closed = store::close(&mut tx, id, state, now).await?;
        let invoice = store::invoice_in(&mut tx, id).await?.ok_or(BillingError::NoInvoice)?;
        if !closed {
            return Err(BillingError::InvoiceClosed);
        }
        record(&mut tx, by, now, invoice.org, None, event)?;
        tx.commit().await?;
        // What follows is found by the next look too, should this one fail.
        match self.look(invoice.org).await {
            Err(BillingError::NotSubscribed | BillingError::NotOnline | BillingError::Provider(_)) => {}
            looked => drop(looked?),
        }
        Ok(invoice)
    }
}
