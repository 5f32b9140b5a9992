//! SQL of when coupons were on the screens of shows.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use vitrine_protocol::{OrgId, ShowId};

use super::currency;
use crate::base::to_ms;
use crate::catalog::Coupon;
use crate::catalog::model::Showing;
use crate::db::{DbError, Tx};
use crate::{on, row};

row! {
    struct Row {
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

/// What was shown between two times, a thousand at most.
pub(in crate::catalog) async fn between(
    tx: &mut Tx,
    org: OrgId,
    from_ms: i64,
    until_ms: i64,
) -> Result<Vec<Showing>, DbError> {
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(
        "SELECT percent_off, amount_off_minor, currency, product_ids, from_ms, until_ms FROM coupon_showings
         WHERE org_id = $1 AND from_ms < $3 AND (until_ms IS NULL OR until_ms > $2) ORDER BY from_ms DESC LIMIT 1000"
    ).bind(org).bind(from_ms).bind(until_ms).fetch_all(c).await)?;
    let showing = |row: Row| {
        Ok(Showing {
            from_ms: row.from_ms,
            until_ms: row.until_ms,
            percent_off: row.percent_off,
            amount_off_minor: row.amount_off_minor,
            currency: row.currency.as_deref().map(currency).transpose()?,
            product_ids: serde_json::from_str(&row.product_ids)?,
        })
    };
    rows.into_iter().map(showing).collect()
}
