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
use crate::mail::{Locale, ToOwners};
use crate::org::Orgs;
use crate::plan::{AddOn, Plan, Plans};

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

    /// What the parts of a choice cost a month, of plans as they are now.
    fn priced(
        (plans, add_ons): (&[Plan], &[AddOn]),
        choice: &BillingChoice,
    ) -> Result<Vec<Priced>, BillingError> {
        let not_sold =
            |key: &str| Invalid(format!("`{key}` has no price here; ask whoever runs this server for it"));
        let plan = plans.iter().find(|plan| plan.key == choice.plan);
        let plan = plan.and_then(|plan| Some((plan, plan.price?))).ok_or_else(|| not_sold(&choice.plan))?;
        let part = |text: &str, quantity, price: crate::plan::Price| Priced {
            text: text.to_owned(),
            quantity,
            unit: Amount { minor: price.price_minor, currency: price.currency },
        };
        let mut parts = vec![part(plan.0.names.of(Locale::En), 1, plan.1)];
        for one in &choice.add_ons {
            let found = add_ons.iter().find(|found| found.key == one.key);
            let found = found.and_then(|found| Some((found, found.price?)));
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
        if invoice.state != InvoiceState::Open {
            return Ok(());
        }
        let letter = |organization| ToOwners::InvoiceIssued {
            organization,
            number: invoice.number,
            seller: invoice.seller.clone(),
            amount: invoice.currency.tag(invoice.total_minor),
            due: invoice.due_at.date_naive().to_string(),
        };
        Ok(self.orgs.write_to_owners(tx, org, letter).await?)
    }

    /// Ends what an organisation pays for: now, or with its period. What is open stays open.
    ///
    /// # Errors
    /// [`BillingError::NotSubscribed`].
    pub(super) async fn end(&self, tx: &mut Tx, org: OrgId, at_once: bool) -> Result<(), BillingError> {
        let row = store::lock_record(tx, org).await?.filter(|row| row.state == BillingState::Active);
        let mut row = row.ok_or(BillingError::NotSubscribed)?;
        (row.ends, row.next_choice) = (true, None);
        if at_once {
            row.state = BillingState::Cancelled;
        }
        Ok(store::save_record(tx, &row).await?)
    }

    /// Whoever is late with an invoice gets no further one.
    async fn check_paid(&self, tx: &mut Tx, org: OrgId) -> Result<(), BillingError> {
        match store::oldest_open_in(tx, org).await? {
            Some(due) if due <= self.clock.now() => Err(BillingError::Overdue),
            _ => Ok(()),
        }
    }

    async fn name_of(&self, org: OrgId) -> Result<String, BillingError> {
        Ok(self.orgs.find(org).await?.map(|found| found.name).unwrap_or_default())
    }

    async fn change(&self, org: OrgId, choice: Option<&BillingChoice>) -> Result<(), BillingError> {
        let (now, name) = (self.clock.now(), self.name_of(org).await?);
        let Some(choice) = choice else {
            let mut tx = self.db.begin().await?;
            self.end(&mut tx, org, false).await?;
            return Ok(tx.commit().await?);
        };
        let mut tx = self.db.begin().await?;
        let locked = store::lock_record(&mut tx, org).await?;
        // Through the transaction: a second connection is not waited for with one in hand.
        let (plans, add_ons) = (self.plans.plans_in(&mut tx).await?, self.plans.add_ons_in(&mut tx).await?);
        let offers = (&*plans, &*add_ons);
        let parts = Self::priced(offers, choice);
        match locked {
            Some(mut row) if row.state == BillingState::Active => {
                if *choice == row.choice {
                    // What is had already may go on, whatever became of its price.
                    (row.ends, row.next_choice) = (false, None);
                    store::save_record(&mut tx, &row).await?;
                    return Ok(tx.commit().await?);
                }
                let parts = parts?;
                let before = Self::paid_for(offers, &row);
                let same_money = before.first().is_none_or(|one| one.unit.currency == parts[0].unit.currency);
                if same_money && total(&parts) > total(&before) {
                    self.check_paid(&mut tx, org).await?;
                    let period = (row.period_start, row.period_end);
                    let lines = prorated(&before, &parts, period, now);
                    self.issue(&mut tx, (org, &name), lines, &parts, (now, row.period_end)).await?;
                    (row.choice, row.ends, row.next_choice) = (choice.clone(), false, None);
                    row.priced = parts;
                } else {
                    // Less, or in another currency than what was paid: from the next period on.
                    (row.ends, row.next_choice) = (false, Some(choice.clone()));
                }
                store::save_record(&mut tx, &row).await?;
            }
            before => {
                let parts = parts?;
                self.check_paid(&mut tx, org).await?;
                let row = Row {
                    org,
                    choice: choice.clone(),
                    priced: parts.clone(),
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

    /// What was asked for the present period, as its invoice has it; of older rows, what it would cost now.
    fn paid_for(offers: (&[Plan], &[AddOn]), row: &Row) -> Vec<Priced> {
        if row.priced.is_empty() {
            return Self::priced(offers, &row.choice).unwrap_or_default();
        }
        row.priced.clone()
    }

    /// What the next period is for and costs. What has no price any more goes on at the one that was asked last: nobody loses a plan
    /// because a price was forgotten. Empty where none was ever asked.
    fn next(offers: (&[Plan], &[AddOn]), row: &Row) -> (BillingChoice, Vec<Priced>) {
        if let Some(next) = &row.next_choice
            && let Ok(parts) = Self::priced(offers, next)
        {
            return (next.clone(), parts);
        }
        let parts = Self::priced(offers, &row.choice).unwrap_or_else(|_| row.priced.clone());
        (row.choice.clone(), parts)
    }

    /// Begins the next period of those whose period is over: with an invoice, or as the end. Whose they are.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn turn_over(&self, limit: i64) -> Result<Vec<OrgId>, BillingError> {
        let due = store::due_records(&self.db, self.clock.now(), limit).await?;
        for org in &due {
            // One that fails does not keep the others.
            if let Err(error) = self.turn(*org).await {
                tracing::error!(org.id = %org, %error, "a period could not be turned over");
            }
        }
        Ok(due)
    }

    async fn turn(&self, org: OrgId) -> Result<(), BillingError> {
        let (now, name) = (self.clock.now(), self.name_of(org).await?);
        let mut tx = self.db.begin().await?;
        let Some(mut row) = store::lock_record(&mut tx, org).await? else { return Ok(()) };
        let open = store::oldest_open_in(&mut tx, org).await?;
        let (plans, add_ons) = (self.plans.plans_in(&mut tx).await?, self.plans.add_ons_in(&mut tx).await?);
        while row.state == BillingState::Active && row.period_end <= now {
            let is_over = open.is_some_and(|due| due + GRACE <= now);
            let (choice, parts) = Self::next((&plans, &add_ons), &row);
            if row.ends || is_over || parts.is_empty() {
                if parts.is_empty() {
                    tracing::error!(org.id = %org, plan = %row.choice.plan, "a plan that was paid for has no price any more: it ends");
                }
                (row.state, row.next_choice) = (BillingState::Cancelled, None);
                break;
            }
            (row.choice, row.next_choice, row.priced) = (choice, None, parts.clone());
            (row.period_start, row.periods) = (row.period_end, row.periods + 1);
            row.period_end = months_after(row.anchor, row.periods);
            let period = (row.period_start, row.period_end);
            self.issue(&mut tx, (org, &name), whole(&parts), &parts, period).await?;
        }
        store::save_record(&mut tx, &row).await?;
        Ok(tx.commit().await?)
    }

    async fn look(&self, org: OrgId) -> Result<Subscribed, BillingError> {
        let Some(row) = store::record(&self.db, org).await? else { return Ok(Subscribed::default()) };
        // Nobody has a plan for an invoice alone, if they have never paid one.
        let waits = total(&row.priced) > 0 && !store::has_paid(&self.db, org).await?;
        if waits && row.state != BillingState::Active {
            return Ok(Subscribed::default());
        }
        let late = store::oldest_open(&self.db, org).await?.filter(|due| !waits && *due <= self.clock.now());
        let state = match (row.state, late) {
            _ if waits => BillingState::None,
            (BillingState::Active, Some(_)) => BillingState::PastDue,
            (state, _) => state,
        };
        let living = row.state == BillingState::Active;
        let parts = match row.ends || !living {
            true => Vec::new(),
            false => Self::next((&self.plans.plans().await?, &self.plans.add_ons().await?), &row).1,
        };
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
            others: Vec::new(),
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

    fn checkout<'a>(
        &'a self,
        _: &'a str,
        _: Option<&'a str>,
        _: &'a BillingChoice,
        _: &'a str,
    ) -> Asked<'a, Checkout> {
        async { Err(BillingError::NotOnline) }.boxed()
    }

    fn close_checkout<'a>(&'a self, _: &'a str, _: &'a str) -> Asked<'a, ()> {
        async { Ok(()) }.boxed()
    }

    fn portal<'a>(&'a self, _: &'a str) -> Asked<'a, String> {
        async { Err(BillingError::NotOnline) }.boxed()
    }

    fn change<'a>(&'a self, customer: &'a str, choice: Option<&'a BillingChoice>) -> Asked<'a, ()> {
        async move { self.change(org_of(customer)?, choice).await }.boxed()
    }

    fn end_other<'a>(&'a self, _: &'a str, _: &'a str) -> Asked<'a, ()> {
        async { Err(BillingError::NoSubscription) }.boxed()
    }

    fn look<'a>(&'a self, customer: &'a str) -> Asked<'a, Subscribed> {
        async move { self.look(org_of(customer)?).await }.boxed()
    }
}
