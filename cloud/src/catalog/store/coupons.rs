//! SQL of coupons and their uses.

use vitrine_protocol::{CouponId, OrderId, OrgId};

use super::currency;
use crate::base::{from_ms, to_ms};
use crate::catalog::Coupon;
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct Row {
        id: CouponId,
        org_id: OrgId,
        code: String,
        title: String,
        percent_off: Option<i64>,
        amount_off_minor: Option<i64>,
        currency: Option<String>,
        free_shipping: bool,
        quota: Option<i64>,
        per_shopper: Option<i64>,
        used: i64,
        valid_from_ms: Option<i64>,
        valid_until_ms: Option<i64>,
        ended_ms: Option<i64>,
        product_ids: String,
        created_ms: i64,
        version: i64,
    }
}

impl Row {
    fn into_coupon(self) -> Result<Coupon, DbError> {
        Ok(Coupon {
            id: self.id,
            code: self.code,
            title: self.title,
            percent_off: self.percent_off,
            amount_off_minor: self.amount_off_minor,
            currency: self.currency.as_deref().map(currency).transpose()?,
            free_shipping: self.free_shipping,
            quota: self.quota,
            per_shopper: self.per_shopper,
            used: self.used,
            valid_from: self.valid_from_ms.map(from_ms),
            valid_until: self.valid_until_ms.map(from_ms),
            ended_at: self.ended_ms.map(from_ms),
            product_ids: serde_json::from_str(&self.product_ids)?,
            created_at: from_ms(self.created_ms),
            version: self.version,
        })
    }
}

pub(in crate::catalog) async fn insert(tx: &mut Tx, org: OrgId, coupon: &Coupon) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO coupons (id, org_id, code, title, created_ms) VALUES ($1, $2, $3, $4, $5)"
    ).bind(coupon.id).bind(org).bind(&coupon.code).bind(&coupon.title).bind(to_ms(coupon.created_at))
        .execute(c).await.map(drop))?;
    save(tx, coupon).await
}

/// Locks a coupon of `org` until the transaction ends and bumps its version.
pub(in crate::catalog) async fn lock(
    tx: &mut Tx,
    org: OrgId,
    id: CouponId,
) -> Result<Option<Coupon>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "UPDATE coupons SET version = version + 1 WHERE org_id = $1 AND id = $2 RETURNING *"
    ).bind(org).bind(id).fetch_optional(c).await)?;
    row.map(Row::into_coupon).transpose()
}

/// Writes the terms of a locked coupon.
pub(in crate::catalog) async fn save(tx: &mut Tx, coupon: &Coupon) -> Result<(), DbError> {
    let products = serde_json::to_string(&coupon.product_ids)?;
    on!(tx, c => sqlx::query(
        "UPDATE coupons SET title = $2, percent_off = $3, amount_off_minor = $4, currency = $5, free_shipping = $6,
            quota = $7, per_shopper = $8, valid_from_ms = $9, valid_until_ms = $10, ended_ms = $11, product_ids = $12
         WHERE id = $1"
    ).bind(coupon.id).bind(&coupon.title).bind(coupon.percent_off).bind(coupon.amount_off_minor)
        .bind(coupon.currency.as_ref().map(|currency| currency.as_str())).bind(coupon.free_shipping)
        .bind(coupon.quota).bind(coupon.per_shopper).bind(coupon.valid_from.map(to_ms))
        .bind(coupon.valid_until.map(to_ms)).bind(coupon.ended_at.map(to_ms)).bind(&products)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Counts a use of the coupon of that code and locks it; how often it was used is with this use.
pub(in crate::catalog) async fn count(
    tx: &mut Tx,
    org: OrgId,
    code: &str,
) -> Result<Option<Coupon>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "UPDATE coupons SET used = used + 1 WHERE org_id = $1 AND code = $2 RETURNING *"
    ).bind(org).bind(code).fetch_optional(c).await)?;
    row.map(Row::into_coupon).transpose()
}

/// Takes a counted use back: the order does not get it.
pub(in crate::catalog) async fn uncount(tx: &mut Tx, coupon: CouponId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE coupons SET used = used - 1 WHERE id = $1")
        .bind(coupon).execute(c).await.map(drop))?;
    Ok(())
}

/// Takes back what an order used, which was called off.
pub(in crate::catalog) async fn give_back(
    tx: &mut Tx,
    org: OrgId,
    order: OrderId,
    code: &str,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE coupons SET used = used - 1 WHERE org_id = $1 AND code = $2 AND used > 0")
        .bind(org).bind(code).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query("DELETE FROM coupon_uses WHERE order_id = $1")
        .bind(order).execute(c).await.map(drop))?;
    Ok(())
}

/// Writes down that `shopper` used it with `order`; how often they did, with this use.
pub(in crate::catalog) async fn use_by(
    tx: &mut Tx,
    coupon: CouponId,
    order: OrderId,
    shopper: &str,
) -> Result<i64, DbError> {
    on!(tx, c => sqlx::query("INSERT INTO coupon_uses (order_id, coupon_id, shopper) VALUES ($1, $2, $3)")
        .bind(order).bind(coupon).bind(shopper).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM coupon_uses WHERE coupon_id = $1 AND shopper = $2")
        .bind(coupon).bind(shopper).fetch_one(c).await)
    .map_err(DbError::from)
}

/// Coupons of `org`, newest first, after the coupon `after`.
pub(in crate::catalog) async fn list(
    db: &Db,
    org: OrgId,
    after: Option<CouponId>,
    limit: i64,
) -> Result<Vec<Coupon>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM coupons WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    ).bind(org).bind(&before).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Row::into_coupon).collect()
}

pub(in crate::catalog) async fn get(db: &Db, org: OrgId, id: CouponId) -> Result<Option<Coupon>, DbError> {
    let row: Option<Row> = on!(db, c => sqlx::query_as("SELECT * FROM coupons WHERE org_id = $1 AND id = $2")
        .bind(org).bind(id).fetch_optional(c).await)?;
    row.map(Row::into_coupon).transpose()
}

/// A coupon, whose it is, and what it says where that can be read.
pub(in crate::catalog) type Found = (CouponId, OrgId, Result<Coupon, DbError>);

/// Those of `ids` that there are, in no order.
pub(in crate::catalog) async fn some(db: &Db, ids: &[CouponId]) -> Result<Vec<Found>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(1_000) {
        let rows: Vec<Row> = on!(db, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT * FROM coupons WHERE id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            query.push(")");
            query.build_query_as().fetch_all(c).await
        })?;
        found.extend(rows.into_iter().map(|row| (row.id, row.org_id, row.into_coupon())));
    }
    Ok(found)
}

/// The same as [`get`], in a transaction.
pub(in crate::catalog) async fn get_in(
    tx: &mut Tx,
    org: OrgId,
    id: CouponId,
) -> Result<Option<Coupon>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as("SELECT * FROM coupons WHERE org_id = $1 AND id = $2")
        .bind(org).bind(id).fetch_optional(c).await)?;
    row.map(Row::into_coupon).transpose()
}
