//! SQL of the books: what is paid for by invoice, and invoices.

use chrono::{DateTime, Utc};
use vitrine_protocol::{Currency, InvoiceId, OrgId};

use crate::base::{from_ms, to_ms};
use crate::billing::invoice::Priced;
use crate::billing::{BillingChoice, BillingState, Invoice, InvoiceState};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

/// What an organisation pays for by invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::billing) struct Record {
    pub org: OrgId,
    pub choice: BillingChoice,
    /// What was asked for it; empty in rows of earlier versions.
    pub priced: Vec<Priced>,
    /// What the next period is for, where that is something else.
    pub next_choice: Option<BillingChoice>,
    /// Whether it ends with the period.
    pub ends: bool,
    /// Active or cancelled.
    pub state: BillingState,
    /// When the first period began, and how many there were: months have different lengths.
    pub anchor: DateTime<Utc>,
    pub periods: u32,
    pub period_start: DateTime<Utc>,
    pub period_end: DateTime<Utc>,
}

row! {
    struct RecordRow {
        org_id: OrgId,
        choice: String,
        priced: Option<String>,
        next_choice: Option<String>,
        ends: bool,
        state: String,
        anchor_ms: i64,
        periods: i64,
        period_start_ms: i64,
        period_end_ms: i64,
    }
}

impl TryFrom<RecordRow> for Record {
    type Error = DbError;

    fn try_from(row: RecordRow) -> Result<Self, DbError> {
        Ok(Self {
            org: row.org_id,
            choice: serde_json::from_str(&row.choice)?,
            priced: row.priced.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default(),
            next_choice: row.next_choice.map(|text| serde_json::from_str(&text)).transpose()?,
            ends: row.ends,
            state: if row.state == "active" { BillingState::Active } else { BillingState::Cancelled },
            anchor: from_ms(row.anchor_ms),
            periods: u32::try_from(row.periods).unwrap_or(1),
            period_start: from_ms(row.period_start_ms),
            period_end: from_ms(row.period_end_ms),
        })
    }
}

const RECORD: &str =
    "SELECT org_id, choice, priced, next_choice, ends, state, anchor_ms, periods, period_start_ms, period_end_ms
    FROM billing_records WHERE org_id = $1";

pub(in crate::billing) async fn record(db: &Db, org: OrgId) -> Result<Option<Record>, DbError> {
    let row: Option<RecordRow> = on!(db, c => sqlx::query_as(RECORD).bind(org).fetch_optional(c).await)?;
    row.map(Record::try_from).transpose()
}

/// Locks what an organisation pays for.
pub(in crate::billing) async fn lock_record(tx: &mut Tx, org: OrgId) -> Result<Option<Record>, DbError> {
    on!(tx, c => sqlx::query("UPDATE billing_records SET version = version + 1 WHERE org_id = $1")
        .bind(org).execute(c).await.map(drop))?;
    let row: Option<RecordRow> = on!(tx, c => sqlx::query_as(RECORD).bind(org).fetch_optional(c).await)?;
    row.map(Record::try_from).transpose()
}

/// False when somebody else began it at the same time.
pub(in crate::billing) async fn insert_record(tx: &mut Tx, record: &Record) -> Result<bool, DbError> {
    let choice = serde_json::to_string(&record.choice)?;
    let priced = serde_json::to_string(&record.priced)?;
    let rows = on!(tx, c => sqlx::query(
        "INSERT INTO billing_records (org_id, choice, ends, state, anchor_ms, periods, period_start_ms, period_end_ms, version,
            priced)
         VALUES ($1, $2, FALSE, 'active', $3, 1, $4, $5, 1, $6) ON CONFLICT (org_id) DO NOTHING"
    ).bind(record.org).bind(choice).bind(to_ms(record.anchor)).bind(to_ms(record.period_start))
        .bind(to_ms(record.period_end)).bind(priced).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

pub(in crate::billing) async fn save_record(tx: &mut Tx, record: &Record) -> Result<(), DbError> {
    let choice = serde_json::to_string(&record.choice)?;
    let priced = match record.priced.is_empty() {
        true => None,
        false => Some(serde_json::to_string(&record.priced)?),
    };
    let next = record.next_choice.as_ref().map(serde_json::to_string).transpose()?;
    on!(tx, c => sqlx::query(
        "UPDATE billing_records SET choice = $2, next_choice = $3, ends = $4, state = $5, anchor_ms = $6, periods = $7,
            period_start_ms = $8, period_end_ms = $9, priced = $10 WHERE org_id = $1"
    ).bind(record.org).bind(choice).bind(next).bind(record.ends).bind(super::word(record.state))
        .bind(to_ms(record.anchor)).bind(i64::from(record.periods)).bind(to_ms(record.period_start))
        .bind(to_ms(record.period_end)).bind(priced).execute(c).await.map(drop))?;
    Ok(())
}

/// Organisations whose period is over.
pub(in crate::billing) async fn due_records(
    db: &Db,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OrgId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT r.org_id FROM billing_records r JOIN billing_accounts a ON a.org_id = r.org_id AND a.provider = 'invoice'
         WHERE r.state = 'active' AND r.period_end_ms <= $1 ORDER BY r.period_end_ms LIMIT $2"
    ).bind(to_ms(now)).bind(limit).fetch_all(c).await)?)
}

/// The next number of a seller's invoices. Others wait for it until the transaction ends, so that there are no gaps.
pub(in crate::billing) async fn next_number(tx: &mut Tx, seller: &str) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "INSERT INTO billing_sellers (seller, last_number) VALUES ($1, 1)
         ON CONFLICT (seller) DO UPDATE SET last_number = billing_sellers.last_number + 1 RETURNING last_number"
    ).bind(seller).fetch_one(c).await)?)
}

row! {
    struct InvoiceRow {
        id: InvoiceId,
        org_id: OrgId,
        seller: String,
        number: i64,
        customer_name: String,
        state: String,
        lines: String,
        total_minor: i64,
        currency: String,
        tax_note: String,
        period_start_ms: i64,
        period_end_ms: i64,
        issued_ms: i64,
        due_ms: i64,
        closed_ms: Option<i64>,
    }
}

fn word(state: InvoiceState) -> &'static str {
    match state {
        InvoiceState::Open => "open",
        InvoiceState::Paid => "paid",
        InvoiceState::Void => "void",
    }
}

impl TryFrom<InvoiceRow> for Invoice {
    type Error = DbError;

    fn try_from(row: InvoiceRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            org: row.org_id,
            seller: row.seller,
            number: row.number,
            customer_name: row.customer_name,
            state: match row.state.as_str() {
                "open" => InvoiceState::Open,
                "paid" => InvoiceState::Paid,
                _ => InvoiceState::Void,
            },
            lines: serde_json::from_str(&row.lines)?,
            total_minor: row.total_minor,
            currency: Currency::try_from(row.currency.as_str())
                .map_err(|error| DbError::Corrupt(error.to_string()))?,
            tax_note: row.tax_note,
            period_start: from_ms(row.period_start_ms),
            period_end: from_ms(row.period_end_ms),
            issued_at: from_ms(row.issued_ms),
            due_at: from_ms(row.due_ms),
            closed_at: row.closed_ms.map(from_ms),
        })
    }
}

pub(in crate::billing) async fn insert_invoice(tx: &mut Tx, invoice: &Invoice) -> Result<(), DbError> {
    let lines = serde_json::to_string(&invoice.lines)?;
    on!(tx, c => sqlx::query(
        "INSERT INTO billing_invoices (id, org_id, seller, number, customer_name, state, lines, total_minor, currency,
            tax_note, period_start_ms, period_end_ms, issued_ms, due_ms, closed_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    ).bind(invoice.id).bind(invoice.org).bind(&invoice.seller).bind(invoice.number).bind(&invoice.customer_name)
        .bind(word(invoice.state)).bind(lines).bind(invoice.total_minor).bind(invoice.currency.as_str())
        .bind(&invoice.tax_note).bind(to_ms(invoice.period_start)).bind(to_ms(invoice.period_end))
        .bind(to_ms(invoice.issued_at)).bind(to_ms(invoice.due_at)).bind(invoice.closed_at.map(to_ms))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Invoices of an organisation, newest first.
pub(in crate::billing) async fn invoices(
    db: &Db,
    org: OrgId,
    after: Option<InvoiceId>,
    limit: i64,
) -> Result<Vec<Invoice>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<InvoiceRow> = on!(db, c => sqlx::query_as(
        "SELECT * FROM billing_invoices WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    ).bind(org).bind(&before).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Invoice::try_from).collect()
}

/// Where a page of the operator's list ended.
#[derive(Debug, Clone, Copy)]
pub(in crate::billing) struct Ended {
    pub open: bool,
    pub id: InvoiceId,
}

/// Invoices of all organisations, or of `org`, or in `state`: those that are open first, then the others; each newest first.
pub(in crate::billing) async fn every_invoice(
    db: &Db,
    (org, state): (Option<OrgId>, Option<InvoiceState>),
    after: Option<Ended>,
    limit: i64,
) -> Result<Vec<Invoice>, DbError> {
    let (rank, before) = match after {
        Some(after) => (i64::from(!after.open), after.id.to_string()),
        None => (0, "g".to_owned()),
    };
    let org = org.map(|org| org.to_string()).unwrap_or_default();
    let state = state.map(word).unwrap_or_default();
    let mut found = Vec::new();
    // Each part by its index, and the second only where the first leaves room.
    for (part, sql) in [
        (0, "SELECT * FROM billing_invoices WHERE state = 'open' AND id < $1 AND ($2 = '' OR org_id = $2) AND ($3 = '' OR state = $3)
             ORDER BY id DESC LIMIT $4"),
        (1, "SELECT * FROM billing_invoices WHERE state <> 'open' AND id < $1 AND ($2 = '' OR org_id = $2) AND ($3 = '' OR state = $3)
             ORDER BY id DESC LIMIT $4"),
    ] {
        let left = limit - i64::try_from(found.len()).unwrap_or(limit);
        if part < rank || left <= 0 {
            continue;
        }
        let before = if part == rank { before.as_str() } else { "g" };
        let rows: Vec<InvoiceRow> = on!(db, c => sqlx::query_as(sql)
            .bind(before).bind(&org).bind(state).bind(left).fetch_all(c).await)?;
        found.extend(rows);
    }
    found.into_iter().map(Invoice::try_from).collect()
}

pub(in crate::billing) async fn invoice(
    db: &Db,
    org: OrgId,
    id: InvoiceId,
) -> Result<Option<Invoice>, DbError> {
    let row: Option<InvoiceRow> = on!(db, c => sqlx::query_as("SELECT * FROM billing_invoices WHERE org_id = $1 AND id = $2")
            .bind(org).bind(id).fetch_optional(c).await)?;
    row.map(Invoice::try_from).transpose()
}

/// The same within a transaction, of whichever organisation.
pub(in crate::billing) async fn invoice_in(tx: &mut Tx, id: InvoiceId) -> Result<Option<Invoice>, DbError> {
    let row: Option<InvoiceRow> = on!(tx, c => sqlx::query_as("SELECT * FROM billing_invoices WHERE id = $1")
        .bind(id).fetch_optional(c).await)?;
    row.map(Invoice::try_from).transpose()
}

/// Closes an open invoice; false when it is not open.
pub(in crate::billing) async fn close(
    tx: &mut Tx,
    id: InvoiceId,
    state: InvoiceState,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE billing_invoices SET state = $2, closed_ms = $3 WHERE id = $1 AND state = 'open'"
    ).bind(id).bind(word(state)).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The same within a transaction.
pub(in crate::billing) async fn oldest_open_in(
    tx: &mut Tx,
    org: OrgId,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let due: Option<i64> = on!(tx, c => sqlx::query_scalar(OLDEST).bind(org).fetch_one(c).await)?;
    Ok(due.map(from_ms))
}

const OLDEST: &str = "SELECT MIN(due_ms) FROM billing_invoices WHERE org_id = $1 AND state = 'open'";

/// How many pay for a plan by invoice, or will.
pub(in crate::billing) async fn payers(tx: &mut Tx, plan: &str) -> Result<i64, DbError> {
    // Keys are a-z, 0-9 and `-`: they need no escape, neither in JSON nor in LIKE.
    let like = format!("%\"plan\":\"{plan}\"%");
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM billing_records WHERE state = 'active' AND (choice LIKE $1 OR next_choice LIKE $1)"
    ).bind(like).fetch_one(c).await)?)
}

/// The same of an add-on.
pub(in crate::billing) async fn payers_of_add_on(tx: &mut Tx, key: &str) -> Result<i64, DbError> {
    let like = format!("%\"key\":\"{key}\"%");
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM billing_records WHERE state = 'active' AND (choice LIKE $1 OR next_choice LIKE $1)"
    ).bind(like).fetch_one(c).await)?)
}

/// When the open invoice of an organisation that has waited longest is, or was, to be paid.
pub(in crate::billing) async fn oldest_open(db: &Db, org: OrgId) -> Result<Option<DateTime<Utc>>, DbError> {
    let due: Option<i64> = on!(db, c => sqlx::query_scalar(OLDEST).bind(org).fetch_one(c).await)?;
    Ok(due.map(from_ms))
}
