//! No provider: an invoice is written for each period and each change, and the operator says that it was paid.

use chrono::{DateTime, Months, Utc};
use futures_util::FutureExt as _;
use vitrine_protocol::{InvoiceId, OrgId};

use super::invoice::{DUE_AFTER, Priced, prorated, total, whole};
use super::model::{Amount, GRACE};
use super::provider::{Asked, Checkout, Payer, Provider};
use super::store::{self, Record as Row};
use super::{
    BillingChoice, BillingError, BillingState, Coming, Invoice, InvoiceLine, InvoiceState, ProviderName,
    Subscribed,
};
use crate::base::{Actor, Clock, Invalid};
use crate::db::{Db, Tx};
use crate::events::{Event, record};
use crate::mail::Locale;
use crate::org::Orgs;
use crate::plan::{Plans, add_on};

/// Who sells, as invoices say it.
#[derive(Debug, Clone)]
pub(super) struct Seller {
    pub name: String,
    pub tax_note: String,
}

/// The books.
pub(super) struct Record {
    db: Db,
    clock: Clock,
    orgs: Orgs,
    plans: Plans,
    seller: Seller,
}

impl Record {
    pub(super) fn new(db: Db, clock: Clock, orgs: Orgs, plans: Plans, seller: Seller) -> Self {
        Self { db, clock, orgs, plans, seller }
    }

    /// What the parts of a choice cost a month.
    async fn priced(&self, choice: &BillingChoice) -> Result<Vec<Priced>, BillingError> {
        let not_sold =
            |key: &str| Invalid(format!("`{key}` has no price here; ask whoever runs this server for it"));
        let plans = self.plans.plans().await?;
        let plan = plans.iter().find(|plan| plan.key == choice.plan);
        let plan = plan.and_then(|plan| Some((plan, plan.price?))).ok_or_else(|| not_sold(&choice.plan))?;
        let part = |text: &str, quantity, price: crate::plan::Price| Priced {
            text: text.to_owned(),
            quantity,
            unit: Amount { minor: price.price_minor, currency: price.currency },
        };
        let mut parts = vec![part(plan.0.names.of(Locale::En), 1, plan.1)];
        for one in &choice.add_ons {
            let found = add_on(&one.key).and_then(|found| Some((found, found.price?)));
            let (found, price) = found.ok_or_else(|| not_sold(&one.key))?;
            parts.push(part(found.names.of(Locale::En), one.quantity, price));
        }
        let currency = parts[0].unit.currency;
        if parts.iter().any(|part| part.unit.currency != currency) {
            return Err(
                Invalid::new("the prices of the plan and its add-ons have different currencies").into()
            );
        }
        Ok(parts)
    }

    /// Writes an invoice of `lines` for a part of a period.
    async fn issue(
        &self,
        tx: &mut Tx,
        (org, name): (OrgId, &str),
        lines: Vec<InvoiceLine>,
        parts: &[Priced],
        (period_start, period_end): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<(), BillingError> {
        let now = self.clock.now();
        let total_minor = lines.iter().map(|line| line.amount_minor).fold(0, i64::saturating_add);
        let invoice = Invoice {
            id: InvoiceId::new(),
            org,
            seller: self.seller.name.clone(),
            number: store::next_number(tx, &self.seller.name).await?,
            customer_name: name.to_owned(),
            // Nobody has to pay for nothing.
            state: if total_minor > 0 { InvoiceState::Open } else { InvoiceState::Paid },
            lines,
            total_minor,
            currency: parts[0].unit.currency,
            tax_note: self.seller.tax_note.clone(),
            period_start,
            period_end,
            issued_at: now,
            due_at: now + DUE_AFTER,
            closed_at: (total_minor <= 0).then_some(now),
        };
        store::insert_invoice(tx, &invoice).await?;
        record(tx, &Actor::service("billing"), now, org, None, Event::InvoiceIssued { invoice: invoice.id })?;
        Ok(())
    }

    async fn name_of(&self, org: OrgId) -> Result<String, BillingError> {
        Ok(self.orgs.find(org).await?.map(|found| found.name).unwrap_or_default())
    }

    async fn change(&self, org: OrgId, choice: Option<&BillingChoice>) -> Result<(), BillingError> {
        let (now, name) = (self.clock.now(), self.name_of(org).await?);
        let Some(choice) = choice else {
            let mut tx = self.db.begin().await?;
            let row = store::lock_record(&mut tx, org).await?;
            let mut row =
                row.filter(|row| row.state == BillingState::Active).ok_or(BillingError::NotSubscribed)?;
            (row.ends, row.next_choice) = (true, None);
            store::save_record(&mut tx, &row).await?;
            return Ok(tx.commit().await?);
        };
        let parts = self.priced(choice).await?;
        let mut tx = self.db.begin().await?;
        match store::lock_record(&mut tx, org).await? {
            Some(mut row) if row.state == BillingState::Active => {
                let before = self.priced_or_nothing(&row.choice).await?;
                if *choice == row.choice {
                    (row.ends, row.next_choice) = (false, None);
                } else if total(&parts) > total(&before) {
                    let period = (row.period_start, row.period_end);
                    let lines = prorated(&before, &parts, period, now);
                    self.issue(&mut tx, (org, &name), lines, &parts, (now, row.period_end)).await?;
                    (row.choice, row.ends, row.next_choice) = (choice.clone(), false, None);
                } else {
                    (row.ends, row.next_choice) = (false, Some(choice.clone()));
                }
                store::save_record(&mut tx, &row).await?;
            }
            before => {
                let row = Row {
                    org,
                    choice: choice.clone(),
                    next_choice: None,
                    ends: false,
                    state: BillingState::Active,
                    anchor: now,
                    periods: 1,
                    period_start: now,
                    period_end: months_after(now, 1),
                };
                match before {
                    Some(_) => store::save_record(&mut tx, &row).await?,
                    None if store::insert_record(&mut tx, &row).await? => {}
                    None => return Err(BillingError::Subscribed),
                }
                let period = (row.period_start, row.period_end);
                self.issue(&mut tx, (org, &name), whole(&parts), &parts, period).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// What is paid for may have lost its price since: then nothing is given back.
    async fn priced_or_nothing(&self, choice: &BillingChoice) -> Result<Vec<Priced>, BillingError> {
        match self.priced(choice).await {
            Err(BillingError::Invalid(_)) => Ok(Vec::new()),
            priced => priced,
        }
    }

    /// Begins the next period of those whose period is over: with an invoice, or as the end. Whose they are.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn turn_over(&self, limit: i64) -> Result<Vec<OrgId>, BillingError> {
        let due = store::due_records(&self.db, self.clock.now(), limit).await?;
        for org in &due {
            self.turn(*org).await?;
        }
        Ok(due)
    }

    async fn turn(&self, org: OrgId) -> Result<(), BillingError> {
        let (now, name) = (self.clock.now(), self.name_of(org).await?);
        let open = store::oldest_open(&self.db, org).await?;
        let mut tx = self.db.begin().await?;
        let Some(mut row) = store::lock_record(&mut tx, org).await? else { return Ok(()) };
        while row.state == BillingState::Active && row.period_end <= now {
            let is_over = open.is_some_and(|due| due + GRACE <= now);
            let choice = row.next_choice.take().unwrap_or_else(|| row.choice.clone());
            let parts = self.priced_or_nothing(&choice).await?;
            // What has no price any more cannot be gone on with.
            if row.ends || is_over || parts.is_empty() {
                row.state = BillingState::Cancelled;
                break;
            }
            (row.choice, row.period_start, row.periods) = (choice, row.period_end, row.periods + 1);
            row.period_end = months_after(row.anchor, row.periods);
            let period = (row.period_start, row.period_end);
            self.issue(&mut tx, (org, &name), whole(&parts), &parts, period).await?;
        }
        store::save_record(&mut tx, &row).await?;
        Ok(tx.commit().await?)
    }

    async fn look(&self, org: OrgId) -> Result<Subscribed, BillingError> {
        let Some(row) = store::record(&self.db, org).await? else { return Ok(Subscribed::default()) };
        let late = store::oldest_open(&self.db, org).await?.filter(|due| *due <= self.clock.now());
        let state = match (row.state, late) {
            (BillingState::Active, Some(_)) => BillingState::PastDue,
            (state, _) => state,
        };
        let living = row.state == BillingState::Active;
        let next = row.next_choice.as_ref().unwrap_or(&row.choice);
        let parts = if row.ends || !living { Vec::new() } else { self.priced_or_nothing(next).await? };
        let next_amount =
            parts.first().map(|part| Amount { minor: total(&parts), currency: part.unit.currency });
        let changes = living && (row.ends || row.next_choice.is_some());
        Ok(Subscribed {
            state,
            period_start: Some(row.period_start),
            period_end: Some(row.period_end),
            next_amount,
            grace_until: late.filter(|_| living).map(|due| due + GRACE),
            coming: changes.then(|| Coming { choice: row.next_choice.clone(), at: row.period_end }),
            choice: Some(row.choice),
            subscription: None,
        })
    }
}

/// `months` after `anchor`: on the same day, or the month's last where it has none such.
fn months_after(anchor: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    anchor.checked_add_months(Months::new(months)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A customer of the books is called as the organisation is.
fn org_of(customer: &str) -> Result<OrgId, BillingError> {
    customer.parse().map_err(|_| crate::db::DbError::Corrupt("a customer of the books".to_owned()).into())
}

impl Provider for Record {
    fn name(&self) -> ProviderName {
        ProviderName::Invoice
    }

    fn sells(&self, _: &BillingChoice) -> Result<(), Invalid> {
        Ok(()) // Prices are the operator's, in the database: they are read when it is changed.
    }

    fn enrol<'a>(&'a self, payer: &'a Payer) -> Asked<'a, String> {
        async { Ok(payer.org.to_string()) }.boxed()
    }

    fn checkout<'a>(&'a self, _: &'a str, _: Option<&'a str>, _: &'a BillingChoice) -> Asked<'a, Checkout> {
        async { Err(BillingError::NotOnline) }.boxed()
    }

    fn portal<'a>(&'a self, _: &'a str) -> Asked<'a, String> {
        async { Err(BillingError::NotOnline) }.boxed()
    }

    fn change<'a>(&'a self, customer: &'a str, choice: Option<&'a BillingChoice>) -> Asked<'a, ()> {
        async move { self.change(org_of(customer)?, choice).await }.boxed()
    }

    fn look<'a>(&'a self, customer: &'a str) -> Asked<'a, Subscribed> {
        async move { self.look(org_of(customer)?).await }.boxed()
    }
}
