//! SQL of orders and what became of them.

use vitrine_protocol::{OrderChangeId, OrderId, OrgId, ProductId, ShowId, VariantId, ViewerId};

use super::currency;
use crate::base::{from_ms, to_ms};
use crate::catalog::model::OWN_SHOP;
use crate::catalog::{
    ExternalId, Order, OrderChange, OrderChangeKind, OrderFilter, OrderLine, OrderState, OrderSum,
    ReturnedLine,
};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

/// Rows of one statement.
const ROWS: usize = 1_000;
/// Stands for a product or variant that nobody knows: the rows take no null.
const NOBODY: uuid::Uuid = uuid::Uuid::nil();

row! {
    struct Row {
        id: OrderId,
        org_id: OrgId,
        show_id: Option<ShowId>,
        viewer_id: Option<ViewerId>,
        currency: String,
        market: Option<String>,
        total_minor: i64,
        shipping_minor: i64,
        tax_minor: i64,
        coupon_code: Option<String>,
        source: String,
        source_ref: Option<String>,
        external_ref: String,
        body_hash: Option<String>,
        refunded_minor: i64,
        cancelled_ms: Option<i64>,
        created_ms: i64,
    }
}

row! {
    struct LineRow {
        order_id: OrderId,
        product_id: ProductId,
        variant_id: VariantId,
        title: String,
        variant_title: Option<String>,
        sku: Option<String>,
        platform: Option<String>,
        platform_id: Option<String>,
        quantity: i64,
        oversold: i64,
        price_minor: i64,
    }
}

row! {
    struct FlagRow {
        order_id: OrderId,
        flag: String,
    }
}

row! {
    struct ChangeRow {
        id: OrderChangeId,
        order_id: OrderId,
        kind: String,
        external_ref: String,
        amount_minor: i64,
        reason: String,
        lines: String,
        created_ms: i64,
    }
}

impl Row {
    fn into_order(self) -> Result<Order, DbError> {
        Ok(Order {
            id: self.id,
            org: self.org_id,
            show_id: self.show_id,
            viewer_id: self.viewer_id,
            lines: Vec::new(),
            currency: currency(&self.currency)?,
            market: super::locals::market(self.market.as_deref().unwrap_or_default())?,
            total_minor: self.total_minor,
            shipping_minor: self.shipping_minor,
            tax_minor: self.tax_minor,
            coupon_code: self.coupon_code,
            source: self.source,
            external_ref: self.source_ref.unwrap_or(self.external_ref),
            flags: Vec::new(),
            state: OrderState::of(self.cancelled_ms.is_some(), self.total_minor, self.refunded_minor),
            refunded_minor: self.refunded_minor,
            changes: Vec::new(),
            created_at: from_ms(self.created_ms),
        })
    }
}

impl From<LineRow> for OrderLine {
    fn from(row: LineRow) -> Self {
        Self {
            product_id: Some(row.product_id).filter(|id| id.0 != NOBODY),
            variant_id: Some(row.variant_id).filter(|id| id.0 != NOBODY),
            title: row.title,
            variant_title: row.variant_title,
            sku: row.sku,
            external: row.platform.zip(row.platform_id).map(|(platform, id)| ExternalId { platform, id }),
            quantity: row.quantity,
            oversold: row.oversold,
            price_minor: row.price_minor,
        }
    }
}

impl ChangeRow {
    fn into_change(self) -> Result<OrderChange, DbError> {
        let mut lines: Vec<ReturnedLine> = serde_json::from_str(&self.lines)?;
        // An earlier version wrote down what went nowhere.
        lines.retain(|line| line.variant_id.0 != NOBODY);
        Ok(OrderChange {
            id: self.id,
            kind: self.kind,
            external_ref: self.external_ref,
            amount_minor: self.amount_minor,
            reason: self.reason,
            lines,
            created_at: from_ms(self.created_ms),
        })
    }
}

/// The orders of `$rows` with their lines, flags and changes, read from `$side`: three queries for all of them.
macro_rules! complete {
    ($side:expr, $rows:expr) => {{
        let rows: Vec<Row> = $rows;
        let mut orders = rows.into_iter().map(Row::into_order).collect::<Result<Vec<_>, _>>()?;
        if !orders.is_empty() {
            let lines: Vec<LineRow> = of_orders!(
                $side,
                orders,
                "SELECT * FROM order_lines WHERE order_id IN (",
                ") ORDER BY position"
            );
            let flags: Vec<FlagRow> = of_orders!(
                $side,
                orders,
                "SELECT order_id, flag FROM order_flags WHERE order_id IN (",
                ") ORDER BY flag"
            );
            let changes: Vec<ChangeRow> =
                of_orders!($side, orders, "SELECT * FROM order_changes WHERE order_id IN (", ") ORDER BY id");
            join(&mut orders, lines, flags, changes)?;
        }
        orders
    }};
}

macro_rules! of_orders {
    ($side:expr, $orders:expr, $before:literal, $after:literal) => {
        on!($side, c => {
            let mut query = sqlx::QueryBuilder::new($before);
            let mut list = query.separated(", ");
            for order in &$orders {
                list.push_bind(order.id);
            }
            query.push($after);
            query.build_query_as().fetch_all(c).await
        })?
    };
}

fn join(
    orders: &mut [Order],
    lines: Vec<LineRow>,
    flags: Vec<FlagRow>,
    changes: Vec<ChangeRow>,
) -> Result<(), DbError> {
    let places: std::collections::HashMap<_, _> =
        orders.iter().enumerate().map(|(place, order)| (order.id, place)).collect();
    let place = |id: &OrderId| places.get(id).copied().unwrap_or_default();
    for line in lines {
        orders[place(&line.order_id)].lines.push(line.into());
    }
    for flag in flags {
        orders[place(&flag.order_id)].flags.push(flag.flag);
    }
    for change in changes {
        orders[place(&change.order_id)].changes.push(change.into_change()?);
    }
    Ok(())
}

/// The number that stands where the version before looks for it: there it is unique in the organisation.
fn unique_ref(order: &Order) -> String {
    if order.source == OWN_SHOP {
        order.external_ref.clone()
    } else {
        format!("{}:{}#{}", order.source, order.external_ref, order.id)
    }
}

pub(in crate::catalog) async fn insert(tx: &mut Tx, order: &Order, hash: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO orders (id, org_id, show_id, viewer_id, currency, total_minor, shipping_minor, tax_minor, coupon_code,
            source, source_ref, external_ref, body_hash, created_ms, market)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    ).bind(order.id).bind(order.org).bind(order.show_id).bind(order.viewer_id).bind(order.currency.as_str())
        .bind(order.total_minor).bind(order.shipping_minor).bind(order.tax_minor).bind(&order.coupon_code)
        .bind(&order.source).bind(&order.external_ref).bind(unique_ref(order)).bind(hash)
        .bind(to_ms(order.created_at)).bind(order.market.map(|market| market.to_string()))
        .execute(c).await.map(drop))?;
    let lines: Vec<_> = (0i64..).zip(&order.lines).collect();
    for lines in lines.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO order_lines (order_id, position, product_id, variant_id, title, quantity, price_minor, oversold,
                    variant_title, sku, platform, platform_id) ",
            );
            query.push_values(lines, |mut row, (position, line)| {
                row.push_bind(order.id).push_bind(*position).push_bind(line.product_id.unwrap_or(ProductId(NOBODY)))
                    .push_bind(line.variant_id.unwrap_or(VariantId(NOBODY))).push_bind(&line.title)
                    .push_bind(line.quantity).push_bind(line.price_minor).push_bind(line.oversold)
                    .push_bind(&line.variant_title).push_bind(&line.sku)
                    .push_bind(line.external.as_ref().map(|named| &named.platform))
                    .push_bind(line.external.as_ref().map(|named| &named.id));
            });
            query.build().execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

pub(in crate::catalog) async fn insert_flags(tx: &mut Tx, order: &Order) -> Result<(), DbError> {
    for flag in &order.flags {
        on!(tx, c => sqlx::query("INSERT INTO order_flags (order_id, org_id, flag) VALUES ($1, $2, $3)")
            .bind(order.id).bind(order.org).bind(flag).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// The order of that number, and the hash of what was sent for it, unless the version before recorded it.
pub(in crate::catalog) async fn by_ref(
    db: &Db,
    org: OrgId,
    source: &str,
    external_ref: &str,
) -> Result<Option<(Order, Option<String>)>, DbError> {
    let mut row: Option<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM orders WHERE org_id = $1 AND source_ref = $2 AND source = $3"
    ).bind(org).bind(external_ref).bind(source).fetch_optional(c).await)?;
    if row.is_none() && source == OWN_SHOP {
        row = on!(db, c => sqlx::query_as(
            "SELECT * FROM orders WHERE org_id = $1 AND external_ref = $2 AND source_ref IS NULL"
        ).bind(org).bind(external_ref).fetch_optional(c).await)?;
    }
    let Some(row) = row else { return Ok(None) };
    let hash = row.body_hash.clone();
    Ok(complete!(db, vec![row]).pop().map(|order| (order, hash)))
}

pub(in crate::catalog) async fn get(db: &Db, org: OrgId, id: OrderId) -> Result<Option<Order>, DbError> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as("SELECT * FROM orders WHERE org_id = $1 AND id = $2")
        .bind(org).bind(id).fetch_all(c).await)?;
    Ok(complete!(db, rows).pop())
}

/// Locks an order of `org` until the transaction ends.
pub(in crate::catalog) async fn lock(tx: &mut Tx, org: OrgId, id: OrderId) -> Result<Option<Order>, DbError> {
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(
        "UPDATE orders SET refunded_minor = refunded_minor WHERE org_id = $1 AND id = $2 RETURNING *"
    ).bind(org).bind(id).fetch_all(c).await)?;
    Ok(complete!(tx, rows).pop())
}

/// Writes the last change of a locked order.
pub(in crate::catalog) async fn save_change(tx: &mut Tx, order: &Order, hash: &str) -> Result<(), DbError> {
    let Some(change) = order.changes.last() else { return Ok(()) };
    let lines = serde_json::to_string(&change.lines)?;
    on!(tx, c => sqlx::query(
        "INSERT INTO order_changes (id, order_id, kind, external_ref, body_hash, amount_minor, reason, lines, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ).bind(change.id).bind(order.id).bind(&change.kind).bind(&change.external_ref).bind(hash)
        .bind(change.amount_minor).bind(&change.reason).bind(&lines).bind(to_ms(change.created_at))
        .execute(c).await.map(drop))?;
    let cancelled =
        (change.kind == OrderChangeKind::Cancellation.as_str()).then_some(to_ms(change.created_at));
    on!(tx, c => sqlx::query(
        "UPDATE orders SET refunded_minor = $2, cancelled_ms = COALESCE(cancelled_ms, $3) WHERE id = $1"
    ).bind(order.id).bind(order.refunded_minor).bind(cancelled).execute(c).await.map(drop))?;
    Ok(())
}

/// The hash of what was sent for a change of an order.
pub(in crate::catalog) async fn change_hash(
    tx: &mut Tx,
    order: OrderId,
    external_ref: &str,
) -> Result<Option<String>, DbError> {
    on!(tx, c => sqlx::query_scalar(
        "SELECT body_hash FROM order_changes WHERE order_id = $1 AND external_ref = $2"
    ).bind(order).bind(external_ref).fetch_optional(c).await)
    .map_err(DbError::from)
}

/// Orders of `org` that pass `filter`, newest first, after the order `after`.
pub(in crate::catalog) async fn list(
    db: &Db,
    org: OrgId,
    filter: &OrderFilter,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<Order>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<Row> = on!(db, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT * FROM orders WHERE org_id = ");
        query.push_bind(org).push(" AND id < ").push_bind(before);
        if let Some(show) = filter.show {
            query.push(" AND show_id = ").push_bind(show);
        }
        if let Some(source) = &filter.source {
            query.push(" AND source = ").push_bind(source.clone());
        }
        if let Some(number) = &filter.external_ref {
            query.push(" AND (source_ref = ").push_bind(number.clone());
            query.push(" OR (source_ref IS NULL AND external_ref = ").push_bind(number.clone()).push("))");
        }
        if let Some(flag) = &filter.flag {
            query.push(" AND id IN (SELECT order_id FROM order_flags WHERE org_id = ").push_bind(org);
            query.push(" AND flag = ").push_bind(flag.clone()).push(")");
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(c).await
    })?;
    Ok(complete!(db, rows))
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
pub(in crate::catalog) async fn sums(
    db: &Db,
    org: OrgId,
    show: Option<ShowId>,
) -> Result<Vec<OrderSum>, DbError> {
    let rows: Vec<SumRow> = on!(db, c => {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT currency, CAST(SUM(CASE WHEN cancelled_ms IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS orders,
                CAST(SUM((total_minor - refunded_minor) / 1000000) AS BIGINT) AS millions,
                CAST(SUM((total_minor - refunded_minor) % 1000000) AS BIGINT) AS rest
             FROM orders WHERE org_id = ",
        );
        query.push_bind(org);
        if let Some(show) = show {
            query.push(" AND show_id = ").push_bind(show);
        }
        query.push(" GROUP BY currency ORDER BY 2 DESC, 1");
        query.build_query_as().fetch_all(c).await
    })?;
    let sum = |row: SumRow| {
        let total_minor = row.millions.saturating_mul(1_000_000).saturating_add(row.rest);
        Ok(OrderSum { currency: currency(&row.currency)?, orders: row.orders, total_minor })
    };
    // A currency whose orders were all called off and paid back is none that was sold in.
    rows.into_iter()
        .map(sum)
        .filter(|sum| !matches!(sum, Ok(OrderSum { orders: 0, total_minor: 0, .. })))
        .collect()
}
