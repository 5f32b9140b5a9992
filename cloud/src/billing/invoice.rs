//! Invoices that this server writes, and what is on them. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vitrine_protocol::{Currency, InvoiceId, OrgId};

use super::model::Amount;
use crate::base::Invalid;

/// How long an invoice may stay open before its payment counts as failed.
pub(super) const DUE_AFTER: TimeDelta = TimeDelta::days(14);

/// How an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceState {
    /// It waits for its payment.
    Open,
    /// It was paid.
    Paid,
    /// It is not to be paid any more. Its number stays.
    Void,
}

/// A place in the list of all invoices, where the open ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvoicePlace {
    pub(super) open: bool,
    pub(super) id: InvoiceId,
}

impl std::fmt::Display for InvoicePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", if self.open { "open" } else { "closed" }, self.id)
    }
}

impl std::str::FromStr for InvoicePlace {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::new("`after` takes the `next` of the page before");
        let (part, id) = text.split_once('-').ok_or_else(bad)?;
        let open = match part {
            "open" => true,
            "closed" => false,
            _ => return Err(bad()),
        };
        Ok(Self { open, id: id.parse().map_err(|_| bad())? })
    }
}

/// What an operator says of an open invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceMove {
    /// It was paid.
    Paid,
    /// It is not to be paid.
    Void,
}

/// One thing that is paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvoiceLine {
    /// What it is.
    pub text: String,
    /// How many.
    pub quantity: u32,
    /// What they cost together, in minor units; negative for what was paid for before and is not used.
    pub amount_minor: i64,
}

/// An invoice. Once written, only its state changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invoice {
    /// The invoice.
    pub id: InvoiceId,
    /// Whose it is.
    #[serde(rename = "org_id")]
    pub org: OrgId,
    /// Who sells.
    pub seller: String,
    /// Its number: of each seller from 1 on, without gaps.
    pub number: i64,
    /// Who buys, as the organisation was called then.
    pub customer_name: String,
    /// How it stands.
    pub state: InvoiceState,
    /// What is paid for.
    pub lines: Vec<InvoiceLine>,
    /// All lines together, in minor units.
    pub total_minor: i64,
    /// The currency of every amount.
    pub currency: Currency,
    /// What the seller has to say about taxes.
    pub tax_note: String,
    /// From when on it is for.
    pub period_start: DateTime<Utc>,
    /// Until when.
    pub period_end: DateTime<Utc>,
    /// When it was written.
    pub issued_at: DateTime<Utc>,
    /// When it is to be paid.
    pub due_at: DateTime<Utc>,
    /// When it was paid, or made void.
    pub closed_at: Option<DateTime<Utc>>,
}

/// A priced part of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Priced {
    pub text: String,
    pub quantity: u32,
    pub unit: Amount,
}

impl Priced {
    fn cost(&self) -> i64 {
        self.unit.minor.saturating_mul(self.quantity.into())
    }
}

/// What parts cost together.
pub(super) fn total(parts: &[Priced]) -> i64 {
    parts.iter().map(Priced::cost).fold(0, i64::saturating_add)
}

/// Lines of a whole period.
pub(super) fn whole(parts: &[Priced]) -> Vec<InvoiceLine> {
    let line = |part: &Priced| InvoiceLine {
        text: part.text.clone(),
        quantity: part.quantity,
        amount_minor: part.cost(),
    };
    parts.iter().map(line).collect()
}

/// Lines of a change at `now` within a period: what is left of it, given back of `before` and paid for of `after`.
pub(super) fn prorated(
    before: &[Priced],
    after: &[Priced],
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Vec<InvoiceLine> {
    let (left, all) = ((end - now).num_seconds().max(0), (end - start).num_seconds().max(1));
    let part = |cost: i64| {
        // Half a unit and more is a whole one.
        let scaled = i128::from(cost) * i128::from(left) * 2 + i128::from(all);
        i64::try_from(scaled / (i128::from(all) * 2)).unwrap_or(i64::MAX)
    };
    let line = |one: &Priced, sign: i64| InvoiceLine {
        text: format!("{} ({} – {})", one.text, now.date_naive(), end.date_naive()),
        quantity: one.quantity,
        amount_minor: sign * part(one.cost()),
    };
    before.iter().map(|one| line(one, -1)).chain(after.iter().map(|one| line(one, 1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TestClock;

    fn part(text: &str, minor: i64, quantity: u32) -> Priced {
        let currency = Currency::try_from("EUR").unwrap();
        Priced { text: text.into(), quantity, unit: Amount { minor, currency } }
    }

    #[test]
    fn a_change_in_the_middle_gives_half_back_and_takes_half() {
        let start = TestClock::new().clock().now();
        let period = (start, start + TimeDelta::days(30));
        let (before, after) =
            (vec![part("Starter", 2900, 1)], vec![part("Pro", 9901, 1), part("5 members", 500, 3)]);
        let lines = prorated(&before, &after, period, start + TimeDelta::days(15));
        let amounts: Vec<_> = lines.iter().map(|line| line.amount_minor).collect();
        assert_eq!(amounts, [-1450, 4951, 750]);
        assert!(lines[0].text.contains("2026-01-17 – 2026-02-01"), "{}", lines[0].text);
        let late = prorated(&before, &after, period, period.1 + TimeDelta::days(1));
        assert!(late.iter().all(|line| line.amount_minor == 0), "nothing is left of the period");
    }

    #[test]
    fn a_whole_period_costs_what_its_parts_cost() {
        let parts = [part("Pro", 9900, 1), part("5 members", 500, 3)];
        assert_eq!((total(&parts), whole(&parts)[1].amount_minor), (11_400, 1500));
    }
}
