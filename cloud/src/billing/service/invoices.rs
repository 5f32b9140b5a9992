//! Invoices that this server wrote.

use vitrine_protocol::{InvoiceId, OrgId};

use super::Billing;
use crate::base::{Actor, Page, Permission};
use crate::billing::{
    BillingError, BillingView, Invoice, InvoiceMove, InvoicePlace, InvoiceState, Subscribed, store,
};
use crate::db::Tx;
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
        let mut tx = self.db.begin().await?;
        let invoice = self.close_in(&mut tx, by, id, to).await?;
        tx.commit().await?;
        self.follow_soon(invoice.org).await;
        Ok(invoice)
    }

    /// The same in a transaction of whoever notes it. [`Billing::follow_soon`] comes after it.
    ///
    /// # Errors
    /// [`BillingError::NoInvoice`]; [`BillingError::InvoiceClosed`].
    pub async fn close_in(
        &self,
        tx: &mut Tx,
        by: &Actor,
        id: InvoiceId,
        to: InvoiceMove,
    ) -> Result<Invoice, BillingError> {
        let now = self.clock.now();
        let (state, event) = match to {
            InvoiceMove::Paid => (InvoiceState::Paid, Event::InvoicePaid { invoice: id }),
            InvoiceMove::Void => (InvoiceState::Void, Event::InvoiceVoided { invoice: id }),
        };
        let closed = store::close(tx, id, state, now).await?;
        let invoice = store::invoice_in(tx, id).await?.ok_or(BillingError::NoInvoice)?;
        if !closed {
            return Err(BillingError::InvoiceClosed);
        }
        record(tx, by, now, invoice.org, None, event)?;
        if state == InvoiceState::Paid {
            store::note_paid(tx, invoice.org).await?;
        }
        store::put_off(tx, invoice.org, now).await?;
        Ok(invoice)
    }

    /// Does what follows from a change in the books. The next round of the timer finds it too, should this fail.
    pub async fn follow_soon(&self, org: OrgId) {
        match self.look(org).await {
            Ok(_) | Err(BillingError::NotSubscribed | BillingError::NotOnline) => {}
            Err(error) => {
                tracing::warn!(org.id = %org, %error, "what follows from the books is done later");
            }
        }
    }

    /// Invoices of all organisations: open ones first, each part newest first. The caller has checked that the operator asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn every_invoice(
        &self,
        org: Option<OrgId>,
        state: Option<InvoiceState>,
        after: Option<InvoicePlace>,
        limit: i64,
    ) -> Result<Page<Invoice>, BillingError> {
        let after = after.map(|after| store::Ended { open: after.open, id: after.id });
        let found = store::every_invoice(&self.db, (org, state), after, limit + 1).await?;
        Ok(Page::cut(found, limit, |invoice| {
            InvoicePlace { open: invoice.state == InvoiceState::Open, id: invoice.id }.to_string()
        }))
    }

    /// Ends what an organisation pays for by invoice, now or with its period. The caller has checked that the operator asks;
    /// [`Billing::follow_soon`] comes after it.
    ///
    /// # Errors
    /// [`BillingError::NotSubscribed`] for whoever does not pay by invoice.
    pub async fn end_in(&self, tx: &mut Tx, org: OrgId, at_once: bool) -> Result<(), BillingError> {
        self.record.end(tx, org, at_once).await?;
        Ok(store::put_off(tx, org, self.clock.now()).await?)
    }

    /// How many pay for a plan by invoice, or will from their next period on.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn payers(&self, tx: &mut Tx, plan: &str) -> Result<i64, BillingError> {
        Ok(store::payers(tx, plan).await?)
    }

    /// The same of an add-on.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn payers_of_add_on(&self, tx: &mut Tx, key: &str) -> Result<i64, BillingError> {
        Ok(store::payers_of_add_on(tx, key).await?)
    }

    /// How an organisation's payments stand, as far as is known here. The caller has checked who asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn standing(&self, org: OrgId) -> Result<BillingView, BillingError> {
        Ok(match store::account(&self.db, org).await? {
            Some(account) => BillingView::of(account.provider, account.subscribed),
            None => BillingView::of(self.name(), Subscribed::default()),
        })
    }
}
