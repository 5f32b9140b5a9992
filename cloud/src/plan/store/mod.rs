//! SQL of plans and of who has which.

mod counted;
mod recordings;
mod usage;
mod watching;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use vitrine_protocol::OrgId;

use super::{
    AddOnCount, Limits, Names, Plan, PlanSource, PlanState, Price, ScheduledChange, Standing, Suspension,
};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

pub(super) use counted::{aired, count, count_in, forget_blob, month_of, note_blob, rehearsals};
pub(super) use recordings::{Terms, has_aired, owners, save_terms, terms, terms_in};
pub(super) use usage::{add, begin, end, exists, raise_peak, usage};
pub(super) use watching::{forget_watching, note_watching, watching_elsewhere, watching_now};

row! {
    struct PlanRow {
        key: String,
        names: String,
        limits: String,
        price_minor: Option<i64>,
        currency: Option<String>,
        offered: bool,
    }
}

impl PlanRow {
    fn into_plan(self) -> Result<Plan, DbError> {
        let names: Names = serde_json::from_str(&self.names)?;
        let limits: Limits = serde_json::from_str(&self.limits)?;
        let currency = self.currency.and_then(|code| code.try_into().ok());
        let price =
            self.price_minor.zip(currency).map(|(price_minor, currency)| Price { price_minor, currency });
        Ok(Plan { key: self.key, names, limits, price, offered: self.offered, builtin: false })
    }
}

const PLANS: &str = "SELECT key, names, limits, price_minor, currency, offered FROM plans ORDER BY key";

/// The operator's plans.
pub(super) async fn plans(db: &Db) -> Result<Vec<Plan>, DbError> {
    let rows: Vec<PlanRow> = on!(db, c => sqlx::query_as(PLANS).fetch_all(c).await)?;
    Ok(readable(rows))
}

/// The same within a transaction.
pub(super) async fn plans_in(tx: &mut Tx) -> Result<Vec<Plan>, DbError> {
    let rows: Vec<PlanRow> = on!(tx, c => sqlx::query_as(PLANS).fetch_all(c).await)?;
    Ok(readable(rows))
}

/// One plan that cannot be read closes no other.
fn readable(rows: Vec<PlanRow>) -> Vec<Plan> {
    let plan = |row: PlanRow| {
        let key = row.key.clone();
        row.into_plan().inspect_err(|error| tracing::error!(plan = key, %error, "a plan cannot be read")).ok()
    };
    rows.into_iter().filter_map(plan).collect()
}

/// Writes a plan over whatever had its key.
pub(super) async fn save_plan(tx: &mut Tx, plan: &Plan) -> Result<(), DbError> {
    let (names, limits) = (serde_json::to_string(&plan.names)?, serde_json::to_string(&plan.limits)?);
    let currency = plan.price.map(|price| price.currency.as_str().to_owned());
    on!(tx, c => sqlx::query(
        "INSERT INTO plans (key, names, limits, price_minor, currency, offered, version) VALUES ($1, $2, $3, $4, $5, $6, 1)
         ON CONFLICT (key) DO UPDATE SET names = excluded.names, limits = excluded.limits, price_minor = excluded.price_minor,
            currency = excluded.currency, offered = excluded.offered, version = plans.version + 1"
    ).bind(&plan.key).bind(names).bind(limits).bind(plan.price.map(|price| price.price_minor)).bind(currency)
        .bind(plan.offered).execute(c).await.map(drop))?;
    Ok(())
}

/// Locks the organisation's row; false when there is none.
pub(super) async fn lock(tx: &mut Tx, org: OrgId) -> Result<bool, DbError> {
    let locked = on!(tx, c => sqlx::query("UPDATE organizations SET version = version + 1 WHERE id = $1")
        .bind(org).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(locked == 1)
}

/// What is written of an organisation's plan; the plan is the default one where nothing is.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) plan: Option<String>,
    pub(super) add_ons: Vec<AddOnCount>,
    pub(super) state: PlanState,
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) period_end: Option<DateTime<Utc>>,
    pub(super) grace_until: Option<DateTime<Utc>>,
    pub(super) scheduled: Option<ScheduledChange>,
    pub(super) suspended: Option<Suspension>,
    pub(super) source: Option<PlanSource>,
    pub(super) yields: bool,
}

row! {
    struct WrittenRow {
        plan: Option<String>,
        add_ons: Option<String>,
        state: Option<String>,
        since_ms: Option<i64>,
        period_end_ms: Option<i64>,
        grace_until_ms: Option<i64>,
        next_plan: Option<String>,
        next_add_ons: Option<String>,
        next_ms: Option<i64>,
        suspended_ms: Option<i64>,
        suspended_reason: Option<String>,
        source: Option<String>,
        yields: Option<bool>,
    }
}

impl WrittenRow {
    fn read(self) -> Result<Written, DbError> {
        let counts = |text: Option<String>| -> Result<Vec<AddOnCount>, DbError> {
            Ok(text.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
        };
        let scheduled = match self.next_plan.zip(self.next_ms) {
            Some((plan, at)) => {
                Some(ScheduledChange { plan, add_ons: counts(self.next_add_ons)?, at: from_ms(at) })
            }
            None => None,
        };
        let reason = self.suspended_reason.unwrap_or_default();
        Ok(Written {
            plan: self.plan,
            add_ons: counts(self.add_ons)?,
            state: self.state.as_deref().map(PlanState::of).unwrap_or_default(),
            since: self.since_ms.map(from_ms),
            period_end: self.period_end_ms.map(from_ms),
            grace_until: self.grace_until_ms.map(from_ms),
            scheduled,
            suspended: self.suspended_ms.map(|at| Suspension { at: from_ms(at), reason }),
            source: self.source.as_deref().map(PlanSource::of),
            yields: self.yields.unwrap_or_default(),
        })
    }
}

const WRITTEN: &str = "SELECT p.plan, p.add_ons, p.state, p.since_ms, p.period_end_ms, p.grace_until_ms,
        p.next_plan, p.next_add_ons, p.next_ms, p.source, p.yields, o.suspended_ms, o.suspended_reason
     FROM organizations o LEFT JOIN org_plans p ON p.org_id = o.id WHERE o.id = $1";

/// `None` where there is no such organisation.
pub(super) async fn written(db: &Db, org: OrgId) -> Result<Option<Written>, DbError> {
    let row: Option<WrittenRow> = on!(db, c => sqlx::query_as(WRITTEN).bind(org).fetch_optional(c).await)?;
    row.map(WrittenRow::read).transpose()
}

/// The same within a transaction.
pub(super) async fn written_in(tx: &mut Tx, org: OrgId) -> Result<Option<Written>, DbError> {
    let row: Option<WrittenRow> = on!(tx, c => sqlx::query_as(WRITTEN).bind(org).fetch_optional(c).await)?;
    row.map(WrittenRow::read).transpose()
}

/// Whether an organisation is being deleted.
pub(super) async fn is_leaving(tx: &mut Tx, org: OrgId) -> Result<bool, DbError> {
    let since: Option<Option<i64>> = on!(tx, c => sqlx::query_scalar("SELECT leaving_ms FROM organizations WHERE id = $1")
        .bind(org).fetch_optional(c).await)?;
    Ok(since.is_none_or(|since| since.is_some()))
}

/// Writes what an organisation has.
pub(super) async fn save_written(
    tx: &mut Tx,
    org: OrgId,
    plan: &str,
    written: &Written,
) -> Result<(), DbError> {
    let add_ons = serde_json::to_string(&written.add_ons)?;
    let next = written.scheduled.as_ref();
    let next_add_ons = next.map(|next| serde_json::to_string(&next.add_ons)).transpose()?;
    on!(tx, c => sqlx::query(
        "INSERT INTO org_plans (org_id, plan, add_ons, state, since_ms, period_end_ms, grace_until_ms, next_plan,
            next_add_ons, next_ms, source, yields, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)
         ON CONFLICT (org_id) DO UPDATE SET plan = excluded.plan, add_ons = excluded.add_ons, state = excluded.state,
            since_ms = excluded.since_ms, period_end_ms = excluded.period_end_ms, grace_until_ms = excluded.grace_until_ms,
            next_plan = excluded.next_plan, next_add_ons = excluded.next_add_ons, next_ms = excluded.next_ms,
            source = excluded.source, yields = excluded.yields, version = org_plans.version + 1"
    ).bind(org).bind(plan).bind(add_ons).bind(written.state.as_str()).bind(written.since.map_or(0, to_ms))
        .bind(written.period_end.map(to_ms)).bind(written.grace_until.map(to_ms)).bind(next.map(|next| &next.plan))
        .bind(next_add_ons).bind(next.map(|next| to_ms(next.at)))
        .bind(written.source.map(PlanSource::as_str)).bind(written.yields).execute(c).await.map(drop))?;
    Ok(())
}

/// Takes away what an organisation was given: the default plan holds.
pub(super) async fn delete_written(tx: &mut Tx, org: OrgId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM org_plans WHERE org_id = $1").bind(org).execute(c).await.map(drop))?;
    Ok(())
}

type AddOnPriceRow = (String, i64, String);

const ADD_ON_PRICES: &str = "SELECT key, price_minor, currency FROM add_on_prices";

/// What add-ons cost, by their keys.
pub(super) async fn add_on_prices(db: &Db) -> Result<HashMap<String, Price>, DbError> {
    let rows: Vec<AddOnPriceRow> = on!(db, c => sqlx::query_as(ADD_ON_PRICES).fetch_all(c).await)?;
    Ok(prices_of(rows))
}

/// The same within a transaction.
pub(super) async fn add_on_prices_in(tx: &mut Tx) -> Result<HashMap<String, Price>, DbError> {
    let rows: Vec<AddOnPriceRow> = on!(tx, c => sqlx::query_as(ADD_ON_PRICES).fetch_all(c).await)?;
    Ok(prices_of(rows))
}

fn prices_of(rows: Vec<AddOnPriceRow>) -> HashMap<String, Price> {
    let price = |(key, price_minor, currency): AddOnPriceRow| {
        Some((key, Price { price_minor, currency: currency.try_into().ok()? }))
    };
    rows.into_iter().filter_map(price).collect()
}

/// Says what an add-on costs; `None` takes its price away.
pub(super) async fn price_add_on(tx: &mut Tx, key: &str, price: Option<Price>) -> Result<(), DbError> {
    match price {
        Some(price) => on!(tx, c => sqlx::query(
            "INSERT INTO add_on_prices (key, price_minor, currency) VALUES ($1, $2, $3)
             ON CONFLICT (key) DO UPDATE SET price_minor = excluded.price_minor, currency = excluded.currency"
        ).bind(key).bind(price.price_minor).bind(price.currency.as_str().to_owned()).execute(c).await.map(drop))?,
        None => on!(tx, c => sqlx::query("DELETE FROM add_on_prices WHERE key = $1")
            .bind(key).execute(c).await.map(drop))?,
    }
    Ok(())
}

/// Organisations whose plan cannot be read, and why, at most `limit`.
pub(super) async fn unreadable(db: &Db, limit: usize) -> Result<Vec<(OrgId, String)>, DbError> {
    let rows: Vec<(OrgId, String, Option<String>)> = on!(db, c => sqlx::query_as(
        "SELECT org_id, add_ons, next_add_ons FROM org_plans ORDER BY org_id"
    ).fetch_all(c).await)?;
    let bad = |text: &str| serde_json::from_str::<Vec<AddOnCount>>(text).err();
    let why = |(org, now, next): (OrgId, String, Option<String>)| {
        Some((org, bad(&now).or_else(|| next.as_deref().and_then(bad))?.to_string()))
    };
    Ok(rows.into_iter().filter_map(why).take(limit).collect())
}

/// The operator's plans that cannot be read, and why.
pub(super) async fn unreadable_plans(db: &Db) -> Result<Vec<(String, String)>, DbError> {
    let rows: Vec<PlanRow> = on!(db, c => sqlx::query_as(PLANS).fetch_all(c).await)?;
    let why = |row: PlanRow| {
        let key = row.key.clone();
        Some((key, row.into_plan().err()?.to_string()))
    };
    Ok(rows.into_iter().filter_map(why).collect())
}

/// Suspends an organisation, or lets it go on.
pub(super) async fn set_suspended(
    tx: &mut Tx,
    org: OrgId,
    suspension: Option<&Suspension>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE organizations SET suspended_ms = $2, suspended_reason = $3 WHERE id = $1")
        .bind(org).bind(suspension.map(|one| to_ms(one.at))).bind(suspension.map(|one| &one.reason))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Organisations of which something was scheduled for now.
pub(super) async fn due(db: &Db, now: DateTime<Utc>) -> Result<Vec<OrgId>, DbError> {
    Ok(
        on!(db, c => sqlx::query_scalar("SELECT org_id FROM org_plans WHERE next_ms <= $1 ORDER BY next_ms LIMIT 500")
        .bind(to_ms(now)).fetch_all(c).await)?,
    )
}

impl Standing {
    /// The same as it is written; what was never written has been so since `now`.
    pub(super) fn written(&self, now: DateTime<Utc>) -> Written {
        Written {
            plan: Some(self.plan.key.clone()),
            add_ons: self.add_ons.clone(),
            state: self.state,
            since: self.since.or(Some(now)),
            period_end: self.period_end,
            grace_until: self.grace_until,
            scheduled: self.scheduled.clone(),
            suspended: self.suspended.clone(),
            source: self.source,
            yields: self.yields,
        }
    }
}
