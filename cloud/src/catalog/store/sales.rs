//! SQL of coupons and orders.

use vitrine_protocol::{CouponId, OrderId, OrgId, ProductId, ShowId, VariantId, ViewerId};

use super::currency;
use crate::base::{from_ms, to_ms};
use crate::catalog::{Coupon, Order, OrderLine, OrderSum};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct CouponRow {
        id: CouponId,
        code: String,
        title: String,
        percent_off: Option<i64>,
        amount_off_minor: Option<i64>,
        currency: Option<String>,
        created_ms: i64,
    }
}

impl CouponRow {
    fn into_coupon(self) -> Result<Coupon, DbError> {
        Ok(Coupon {
            id: self.id,
            code: self.code,
            title: self.title,
            percent_off: self.percent_off,
            amount_off_minor: self.amount_off_minor,
            currency: self.currency.as_deref().map(currency).transpose()?,
            created_at: from_ms(self.created_ms),
        })
    }
}

pub(in crate::catalog) async fn insert_coupon(
    tx: &mut Tx,
    org: OrgId,
    coupon: &Coupon,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO coupons (id, org_id, code, title, percent_off, amount_off_minor, currency, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    ).bind(coupon.id).bind(org).bind(&coupon.code).bind(&coupon.title).bind(coupon.percent_off)
        .bind(coupon.amount_off_minor).bind(coupon.currency.as_ref().map(|currency| currency.as_str()))
        .bind(to_ms(coupon.created_at))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Coupons of `org`, newest first, after the coupon `after`.
pub(in crate::catalog) async fn coupons(
    db: &Db,
    org: OrgId,
    after: Option<CouponId>,
    limit: i64,
) -> Result<Vec<Coupon>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<CouponRow> = on!(db, c => sqlx::query_as(
        "SELECT id, code, title, percent_off, amount_off_minor, currency, created_ms FROM coupons
         WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    ).bind(org).bind(&before).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(CouponRow::into_coupon).collect()
}

pub(in crate::catalog) async fn coupon(db: &Db, org: OrgId, id: CouponId) -> Result<Option<Coupon>, DbError> {
    let row: Option<CouponRow> = on!(db, c => sqlx::query_as(
        "SELECT id, code, title, percent_off, amount_off_minor, currency, created_ms FROM coupons
         WHERE org_id = $1 AND id = $2"
    ).bind(org).bind(id).fetch_optional(c).await)?;
    row.map(CouponRow::into_coupon).transpose()
}

row! {
    struct OrderRow {
        id: OrderId,
        org_id: OrgId,
        show_id: Option<ShowId>,
        viewer_id: Option<ViewerId>,
        currency: String,
        total_minor: i64,
        coupon_code: Option<String>,
        external_ref: String,
        created_ms: i64,
    }
}

row! {
    struct LineRow {
        product_id: ProductId,
        variant_id: VariantId,
        title: String,
        quantity: i64,
        price_minor: i64,
    }
}

pub(in crate::catalog) async fn insert_order(tx: &mut Tx, order: &Order) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO orders (id, org_id, show_id, viewer_id, currency, total_minor, coupon_code, external_ref, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ).bind(order.id).bind(order.org).bind(order.show_id).bind(order.viewer_id).bind(order.currency.as_str())
        .bind(order.total_minor).bind(&order.coupon_code).bind(&order.external_ref).bind(to_ms(order.created_at))
        .execute(c).await.map(drop))?;
    for (position, line) in (0i64..).zip(&order.lines) {
        on!(tx, c => sqlx::query(
            "INSERT INTO order_lines (order_id, position, product_id, variant_id, title, quantity, price_minor)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ).bind(order.id).bind(position).bind(line.product_id).bind(line.variant_id).bind(&line.title)
            .bind(line.quantity).bind(line.price_minor)
            .execute(c).await.map(drop))?;
    }
    Ok(())
}

pub(in crate::catalog) async fn order_by_ref(
    db: &Db,
    org: OrgId,
    external_ref: &str,
) -> Result<Option<Order>, DbError> {
    let row: Option<OrderRow> = on!(db, c => sqlx::query_as(
        "SELECT * FROM orders WHERE org_id = $1 AND external_ref = $2"
    ).bind(org).bind(external_ref).fetch_optional(c).await)?;
    match row {
        Some(row) => with_lines(db, row).await.map(Some),
        None => Ok(None),
    }
}

/// Orders of `org`, and of `show` if one is named, newest first, after the order `after`.
pub(in crate::catalog) async fn orders(
    db: &Db,
    org: OrgId,
    show: Option<ShowId>,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<Order>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<OrderRow> = match show {
        Some(show) => on!(db, c => sqlx::query_as(
            "SELECT * FROM orders WHERE org_id = $1 AND show_id = $4 AND id < $2 ORDER BY id DESC LIMIT $3"
        ).bind(org).bind(&before).bind(limit).bind(show).fetch_all(c).await)?,
        None => on!(db, c => sqlx::query_as(
            "SELECT * FROM orders WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
        ).bind(org).bind(&before).bind(limit).fetch_all(c).await)?,
    };
    let mut orders = Vec::with_capacity(rows.len());
    for row in rows {
        orders.push(with_lines(db, row).await?);
    }
    Ok(orders)
}

row! {
    struct SumRow {
        currency: String,
        orders: i64,
        millions: i64,
        rest: i64,
    }
}

/// What the orders of `org` come to, and of `show` if one is named: for each currency, the one with most orders first.
///
/// The sum is taken in two parts, millions and the rest, because one alone may leave 64 bits: SQLite then fails.
pub(in crate::catalog) async fn order_sums(
    db: &Db,
    org: OrgId,
    show: Option<ShowId>,
) -> Result<Vec<OrderSum>, DbError> {
    let rows: Vec<SumRow> = match show {
        Some(show) => on!(db, c => sqlx::query_as(
            "SELECT currency, COUNT(*) AS orders, CAST(SUM(total_minor / 1000000) AS BIGINT) AS millions,
                CAST(SUM(total_minor % 1000000) AS BIGINT) AS rest
             FROM orders WHERE org_id = $1 AND show_id = $2 GROUP BY currency ORDER BY 2 DESC, 1"
        ).bind(org).bind(show).fetch_all(c).await)?,
        None => on!(db, c => sqlx::query_as(
            "SELECT currency, COUNT(*) AS orders, CAST(SUM(total_minor / 1000000) AS BIGINT) AS millions,
                CAST(SUM(total_minor % 1000000) AS BIGINT) AS rest
             FROM orders WHERE org_id = $1 GROUP BY currency ORDER BY 2 DESC, 1"
        ).bind(org).fetch_all(c).await)?,
    };
    rows.into_iter()
        .map(|row| {
            let total_minor = row.millions.saturating_mul(1_000_000).saturating_add(row.rest);
            Ok(OrderSum { currency: currency(&row.currency)?, orders: row.orders, total_minor })
        })
        .collect()
}

async fn with_lines(db: &Db, row: OrderRow) -> Result<Order, DbError> {
    let lines: Vec<LineRow> = on!(db, c => sqlx::query_as(
        "SELECT product_id, variant_id, title, quantity, price_minor FROM order_lines
         WHERE order_id = $1 ORDER BY position"
    ).bind(row.id).fetch_all(c).await)?;
    Ok(Order {
        id: row.id,
        org: row.org_id,
        show_id: row.show_id,
        viewer_id: row.viewer_id,
        lines: lines
            .into_iter()
            .map(|line| OrderLine {
                product_id: line.product_id,
                variant_id: line.variant_id,
                title: line.title,
                quantity: line.quantity,
                price_minor: line.price_minor,
            })
            .collect(),
        currency: currency(&row.currency)?,
        total_minor: row.total_minor,
        coupon_code: row.coupon_code,
        external_ref: row.external_ref,
        created_at: from_ms(row.created_ms),
    })
}
