//! SQL of when coupons were on the screens of shows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use vitrine_protocol::{OrgId, ShowId};

use super::currency;
use crate::base::to_ms;
use crate::catalog::Coupon;
use crate::catalog::model::{Showing, Showings};
use crate::db::{DbError, Tx};
use crate::{on, row};

/// Rows of one look.
const PAGE: i64 = 500;

row! {
    struct Row {
        id: String,
        percent_off: Option<i64>,
        amount_off_minor: Option<i64>,
        currency: Option<String>,
        product_ids: String,
        from_ms: i64,
        until_ms: Option<i64>,
    }
}

/// Writes down that a coupon is on a show's screens from `at` on.
pub(in crate::catalog) async fn begin(
    tx: &mut Tx,
    org: OrgId,
    show: ShowId,
    coupon: &Coupon,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let products = serde_json::to_string(&coupon.product_ids)?;
    on!(tx, c => sqlx::query(
        "INSERT INTO coupon_showings (id, org_id, show_id, coupon_id, percent_off, amount_off_minor, currency, product_ids, from_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ).bind(Uuid::now_v7().to_string()).bind(org).bind(show).bind(coupon.id).bind(coupon.percent_off)
        .bind(coupon.amount_off_minor).bind(coupon.currency.as_ref().map(|currency| currency.as_str())).bind(&products)
        .bind(to_ms(at)).execute(c).await.map(drop))?;
    Ok(())
}

/// No coupon is on a show's screens any more.
pub(in crate::catalog) async fn end(
    tx: &mut Tx,
    org: OrgId,
    show: ShowId,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE coupon_showings SET until_ms = $3 WHERE org_id = $1 AND show_id = $2 AND until_ms IS NULL"
    ).bind(org).bind(show).bind(to_ms(at)).execute(c).await.map(drop))?;
    Ok(())
}

/// What a transaction's reductions look back on: read when the first of them asks, once for all products.
#[derive(Default)]
pub(in crate::catalog) struct Shown(Option<((OrgId, i64, i64), Showings)>);

impl Shown {
    /// What was shown between two times.
    pub(in crate::catalog) async fn between(
        &mut self,
        tx: &mut Tx,
        org: OrgId,
        from_ms: i64,
        until_ms: i64,
    ) -> Result<&Showings, DbError> {
        let asked = (org, from_ms, until_ms);
        let read = match self.0.take().filter(|(known, _)| *known == asked) {
            Some(known) => known,
            None => (asked, between(tx, org, from_ms, until_ms).await?),
        };
        let (_, showings) = self.0.insert(read);
        Ok(&*showings)
    }
}

/// The terms of a showing, as they are kept.
type Terms = (Option<i64>, Option<i64>, Option<String>, String);

/// A page at a time, as a row may name two hundred products; those with the same terms are one.
async fn between(tx: &mut Tx, org: OrgId, from_ms: i64, until_ms: i64) -> Result<Showings, DbError> {
    let mut of_terms: HashMap<Terms, Vec<(i64, Option<i64>)>> = HashMap::new();
    // Ids are hexadecimal: `g` sorts behind every one of them in any collation.
    let mut after = (from_ms, "g".to_owned());
    loop {
        let rows: Vec<Row> = on!(tx, c => sqlx::query_as(
            "SELECT id, percent_off, amount_off_minor, currency, product_ids, from_ms, until_ms FROM coupon_showings
             WHERE org_id = $1 AND (until_ms, id) > ($2, $3) AND from_ms < $4 ORDER BY until_ms, id LIMIT $5"
        ).bind(org).bind(after.0).bind(&after.1).bind(until_ms).bind(PAGE).fetch_all(c).await)?;
        let last = rows.last().and_then(|row| Some((row.until_ms?, row.id.clone())));
        note(&mut of_terms, rows);
        let Some(last) = last else { break };
        after = last;
    }
    let mut after = String::new();
    loop {
        let rows: Vec<Row> = on!(tx, c => sqlx::query_as(
            "SELECT id, percent_off, amount_off_minor, currency, product_ids, from_ms, until_ms FROM coupon_showings
             WHERE org_id = $1 AND until_ms IS NULL AND id > $2 AND from_ms < $3 ORDER BY id LIMIT $4"
        ).bind(org).bind(&after).bind(until_ms).bind(PAGE).fetch_all(c).await)?;
        let last = rows.last().map(|row| row.id.clone());
        note(&mut of_terms, rows);
        let Some(last) = last else { break };
        after = last;
    }
    let showing = |((percent_off, amount_off_minor, code, products), times): (Terms, _)| {
        Ok(Showing {
            times,
            percent_off,
            amount_off_minor,
            currency: code.as_deref().map(currency).transpose()?,
            product_ids: serde_json::from_str(&products)?,
        })
    };
    Ok(Showings::new(of_terms.into_iter().map(showing).collect::<Result<_, DbError>>()?))
}

fn note(of_terms: &mut HashMap<Terms, Vec<(i64, Option<i64>)>>, rows: Vec<Row>) {
    for row in rows {
        let terms = (row.percent_off, row.amount_off_minor, row.currency, row.product_ids);
        of_terms.entry(terms).or_default().push((row.from_ms, row.until_ms));
    }
}
