//! SQL of billing: accounts at the provider, and its webhooks.

mod invoices;

use chrono::{DateTime, Utc};
use vitrine_protocol::OrgId;

use super::model::Account;
use super::{BillingState, DeadWebhook, ProviderName, Subscribed};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

pub(super) use invoices::{
    Ended, Record, close, due_records, every_invoice, insert_invoice, insert_record, invoice, invoice_in,
    invoices, lock_record, next_number, oldest_open, oldest_open_in, payers, payers_of_add_on, record,
    save_record,
};

row! {
    struct AccountRow {
        org_id: OrgId,
        provider: String,
        customer: String,
        checkout: Option<String>,
        checkout_ms: Option<i64>,
        subscribed: String,
        told_over: bool,
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = DbError;

    fn try_from(row: AccountRow) -> Result<Self, DbError> {
        Ok(Self {
            org: row.org_id,
            provider: ProviderName::of(&row.provider),
            customer: row.customer,
            checkout: row.checkout,
            checkout_at: row.checkout_ms.map(from_ms),
            subscribed: serde_json::from_str(&row.subscribed)?,
            told_over: row.told_over,
        })
    }
}

pub(super) fn word(state: BillingState) -> &'static str {
    match state {
        BillingState::None => "none",
        BillingState::Active => "active",
        BillingState::PastDue => "past_due",
        BillingState::Cancelled => "cancelled",
        BillingState::Unknown => "unknown",
    }
}

pub(super) async fn account(db: &Db, org: OrgId) -> Result<Option<Account>, DbError> {
    let row: Option<AccountRow> = on!(db, c => sqlx::query_as(
        "SELECT org_id, provider, customer, checkout, checkout_ms, subscribed, told_over FROM billing_accounts WHERE org_id = $1"
    ).bind(org).fetch_optional(c).await)?;
    row.map(Account::try_from).transpose()
}

/// Keeps which customer an organisation is, unless it is one of that provider already. Of another's nothing is left.
pub(super) async fn enrol(
    tx: &mut Tx,
    org: OrgId,
    provider: ProviderName,
    customer: &str,
) -> Result<(), DbError> {
    let nothing = serde_json::to_string(&Subscribed::default())?;
    on!(tx, c => sqlx::query(
        "INSERT INTO billing_accounts (org_id, provider, customer, subscribed, state)
         VALUES ($1, $2, $3, $4, 'none')
         ON CONFLICT (org_id) DO UPDATE SET provider = excluded.provider, customer = excluded.customer,
            checkout = NULL, checkout_ms = NULL, subscribed = excluded.subscribed, state = 'none', grace_until_ms = NULL,
            told_over = FALSE, look_ms = NULL, others = 0
         WHERE billing_accounts.provider <> excluded.provider"
    ).bind(org).bind(provider.as_str()).bind(customer).bind(nothing).execute(c).await.map(drop))?;
    Ok(())
}

/// The number of a checkout that begins now, and the one before it; those that began earlier are not kept any more.
pub(super) async fn begin_checkout(
    tx: &mut Tx,
    org: OrgId,
) -> Result<Option<(i64, Option<String>)>, DbError> {
    Ok(on!(tx, c => sqlx::query_as(
        "UPDATE billing_accounts SET checkout_turn = checkout_turn + 1 WHERE org_id = $1 RETURNING checkout_turn, checkout"
    ).bind(org).fetch_optional(c).await)?)
}

/// Keeps the checkout of a number, and when its payment is looked up first; false when one began after it.
pub(super) async fn set_checkout(
    tx: &mut Tx,
    (org, turn): (OrgId, i64),
    checkout: &str,
    (now, look): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE billing_accounts SET checkout = $3, checkout_ms = $4, look_ms = $5 WHERE org_id = $1 AND checkout_turn = $2"
    ).bind(org).bind(turn).bind(checkout).bind(to_ms(now)).bind(to_ms(look)).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The number of a look at the provider that begins now; `None` without an account.
pub(super) async fn ask(tx: &mut Tx, org: OrgId) -> Result<Option<i64>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "UPDATE billing_accounts SET asked = asked + 1 WHERE org_id = $1 RETURNING asked"
    ).bind(org).fetch_optional(c).await)?)
}

/// Locks the account for what a look found; `None` when one that began later was written already.
pub(super) async fn lock_for(tx: &mut Tx, org: OrgId, number: i64) -> Result<Option<Account>, DbError> {
    let row: Option<AccountRow> = on!(tx, c => sqlx::query_as(
        "UPDATE billing_accounts SET written = $2 WHERE org_id = $1 AND written < $2
         RETURNING org_id, provider, customer, checkout, checkout_ms, subscribed, told_over"
    ).bind(org).bind(number).fetch_optional(c).await)?;
    row.map(Account::try_from).transpose()
}

/// Locks the account as it is.
pub(super) async fn lock(tx: &mut Tx, org: OrgId) -> Result<Option<Account>, DbError> {
    let row: Option<AccountRow> = on!(tx, c => sqlx::query_as(
        "UPDATE billing_accounts SET written = written WHERE org_id = $1
         RETURNING org_id, provider, customer, checkout, checkout_ms, subscribed, told_over"
    ).bind(org).fetch_optional(c).await)?;
    row.map(Account::try_from).transpose()
}

/// Writes how a subscription stands. It is looked up again at `look`.
pub(super) async fn save(tx: &mut Tx, account: &Account, look: Option<DateTime<Utc>>) -> Result<(), DbError> {
    let subscribed = &account.subscribed;
    let text = serde_json::to_string(subscribed)?;
    on!(tx, c => sqlx::query(
        "UPDATE billing_accounts SET subscribed = $2, state = $3, grace_until_ms = $4, told_over = $5, look_ms = $6, others = $7
         WHERE org_id = $1"
    ).bind(account.org).bind(text).bind(word(subscribed.state)).bind(subscribed.grace_until.map(to_ms))
        .bind(account.told_over).bind(look.map(to_ms)).bind(i64::try_from(subscribed.others.len()).unwrap_or(i64::MAX)).execute(c).await.map(drop))?;
    Ok(())
}

/// Organisations whose provider is to be asked again, those that wait longest first: of `provider`, and of the books.
pub(super) async fn due_looks(
    db: &Db,
    provider: ProviderName,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OrgId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT org_id FROM billing_accounts WHERE (provider = $1 OR provider = 'invoice') AND look_ms <= $2
         ORDER BY look_ms LIMIT $3"
    ).bind(provider.as_str()).bind(to_ms(now)).bind(limit).fetch_all(c).await)?)
}

/// Accounts with several living subscriptions, after `after` in the order of organisations.
pub(super) async fn with_others(db: &Db, after: Option<OrgId>, limit: i64) -> Result<Vec<Account>, DbError> {
    let after = after.map(|org| org.to_string()).unwrap_or_default();
    let rows: Vec<AccountRow> = on!(db, c => sqlx::query_as(
        "SELECT org_id, provider, customer, checkout, checkout_ms, subscribed, told_over FROM billing_accounts
         WHERE others > 0 AND org_id > $1 ORDER BY org_id LIMIT $2"
    ).bind(after).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Account::try_from).collect()
}

/// Organisations whose account cannot be read, and why, at most `limit`.
pub(super) async fn unreadable(db: &Db, limit: usize) -> Result<Vec<(OrgId, String)>, DbError> {
    let rows: Vec<(OrgId, String)> = on!(db, c => sqlx::query_as(
        "SELECT org_id, subscribed FROM billing_accounts ORDER BY org_id"
    ).fetch_all(c).await)?;
    let why = |(org, text): (OrgId, String)| {
        Some((org, serde_json::from_str::<Subscribed>(&text).err()?.to_string()))
    };
    Ok(rows.into_iter().filter_map(why).take(limit).collect())
}

/// Puts the next look off, whatever comes of this one.
pub(super) async fn put_off(tx: &mut Tx, org: OrgId, look: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE billing_accounts SET look_ms = $2 WHERE org_id = $1")
        .bind(org).bind(to_ms(look)).execute(c).await.map(drop))?;
    Ok(())
}

/// Organisations whose grace is over and whose people do not know.
pub(super) async fn over(db: &Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<OrgId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT org_id FROM billing_accounts
         WHERE state = 'past_due' AND grace_until_ms <= $1 AND told_over = FALSE ORDER BY grace_until_ms LIMIT $2"
    ).bind(to_ms(now)).bind(limit).fetch_all(c).await)?)
}

/// Whether an organisation has paid for something before.
pub(super) async fn has_paid(db: &Db, org: OrgId) -> Result<bool, DbError> {
    let paid: Option<bool> = on!(db, c => sqlx::query_scalar("SELECT has_paid FROM billing_accounts WHERE org_id = $1")
        .bind(org).fetch_optional(c).await)?;
    Ok(paid.unwrap_or(false))
}

pub(super) async fn note_paid(tx: &mut Tx, org: OrgId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE billing_accounts SET has_paid = TRUE WHERE org_id = $1")
        .bind(org).execute(c).await.map(drop))?;
    Ok(())
}

/// Notes that a customer's organisation goes.
pub(super) async fn note_parted(tx: &mut Tx, customer: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO billing_parted (customer, parted_ms) VALUES ($1, $2) ON CONFLICT (customer) DO NOTHING"
    ).bind(customer).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Whether a customer's organisation goes, or is gone.
pub(super) async fn is_parted(tx: &mut Tx, customer: &str) -> Result<bool, DbError> {
    let found: i64 = on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM billing_parted WHERE customer = $1")
        .bind(customer).fetch_one(c).await)?;
    Ok(found > 0)
}

/// Forgets customers whose organisations went before `before`.
pub(super) async fn forget_parted(tx: &mut Tx, before: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM billing_parted WHERE parted_ms < $1")
        .bind(to_ms(before)).execute(c).await.map(drop))?;
    Ok(())
}

/// The organisation of a provider's customer.
pub(super) async fn org_of(
    tx: &mut Tx,
    provider: ProviderName,
    customer: &str,
) -> Result<Option<OrgId>, DbError> {
    Ok(
        on!(tx, c => sqlx::query_scalar("SELECT org_id FROM billing_accounts WHERE customer = $1 AND provider = $2")
        .bind(customer).bind(provider.as_str()).fetch_optional(c).await)?,
    )
}

/// A webhook that was taken.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub id: String,
    pub kind: String,
    pub customer: Option<String>,
    pub created: DateTime<Utc>,
}

/// Keeps a webhook; false when it came before.
pub(super) async fn insert_webhook(
    tx: &mut Tx,
    webhook: &Webhook,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "INSERT INTO billing_webhooks (id, kind, customer, created_ms, received_ms, state)
         VALUES ($1, $2, $3, $4, $5, 'waiting') ON CONFLICT (id) DO NOTHING"
    ).bind(&webhook.id).bind(&webhook.kind).bind(&webhook.customer).bind(to_ms(webhook.created)).bind(to_ms(now))
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The customer of a webhook that waits; the outer is `None` when there is none.
pub(super) async fn waiting(tx: &mut Tx, id: &str) -> Result<Option<Option<String>>, DbError> {
    Ok(
        on!(tx, c => sqlx::query_scalar("SELECT customer FROM billing_webhooks WHERE id = $1 AND state = 'waiting'")
        .bind(id).fetch_optional(c).await)?,
    )
}

/// Says what became of a webhook.
pub(super) async fn end_webhook(tx: &mut Tx, id: &str, dead: Option<&str>) -> Result<(), DbError> {
    let state = if dead.is_some() { "dead" } else { "done" };
    on!(tx, c => sqlx::query(
        "UPDATE billing_webhooks SET state = $2, reason = $3 WHERE id = $1 AND state = 'waiting'"
    ).bind(id).bind(state).bind(dead).execute(c).await.map(drop))?;
    Ok(())
}

/// Has a dead webhook wait again; false when it is none.
pub(super) async fn revive(tx: &mut Tx, id: &str) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE billing_webhooks SET state = 'waiting', reason = NULL WHERE id = $1 AND state = 'dead'"
    ).bind(id).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

row! {
    struct DeadRow {
        id: String,
        kind: String,
        customer: Option<String>,
        reason: Option<String>,
        received_ms: i64,
    }
}

/// Webhooks that could be given to nobody, newest first.
pub(super) async fn dead(db: &Db, limit: i64) -> Result<Vec<DeadWebhook>, DbError> {
    let rows: Vec<DeadRow> = on!(db, c => sqlx::query_as(
        "SELECT id, kind, customer, reason, received_ms FROM billing_webhooks
         WHERE state = 'dead' ORDER BY received_ms DESC, id DESC LIMIT $1"
    ).bind(limit).fetch_all(c).await)?;
    let dead = |row: DeadRow| DeadWebhook {
        id: row.id,
        kind: row.kind,
        customer: row.customer,
        reason: row.reason.unwrap_or_default(),
        received_at: from_ms(row.received_ms),
    };
    Ok(rows.into_iter().map(dead).collect())
}

/// Forgets webhooks that came before `before`, whatever became of them.
pub(super) async fn forget_webhooks(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(on!(tx, c => sqlx::query("DELETE FROM billing_webhooks WHERE received_ms < $1")
        .bind(to_ms(before)).execute(c).await.map(|done| done.rows_affected()))?)
}
