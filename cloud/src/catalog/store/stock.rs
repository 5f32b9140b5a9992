//! SQL of counts and their moves.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrderId, ProductId, StockChangeId, VariantId};

use crate::base::{Actor, from_ms, to_ms};
use crate::catalog::{Product, StockChange, Variant};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

/// Why a count moves, and who moves it.
#[derive(Clone, Copy)]
pub(in crate::catalog) struct Cause<'a> {
    pub(in crate::catalog) actor: &'a Actor,
    pub(in crate::catalog) at_ms: i64,
    pub(in crate::catalog) reason: &'static str,
    pub(in crate::catalog) note: &'a str,
    pub(in crate::catalog) order: Option<OrderId>,
}

/// Moves the count of a variant of a locked product and writes that down; the move's id.
pub(in crate::catalog) async fn apply(
    tx: &mut Tx,
    product: ProductId,
    variant: &mut Variant,
    delta: i64,
    cause: Cause<'_>,
) -> Result<StockChangeId, DbError> {
    let owed_before = variant.owed;
    variant.move_by(delta);
    on!(tx, c => sqlx::query("UPDATE variants SET stock = $2 WHERE id = $1")
        .bind(variant.id).bind(variant.stock).execute(c).await.map(drop))?;
    if variant.owed != owed_before {
        on!(tx, c => sqlx::query(
            "INSERT INTO variant_stock (variant_id, product_id, owed, sell_when_empty) VALUES ($1, $2, $3, $4)
             ON CONFLICT (variant_id) DO UPDATE SET owed = excluded.owed"
        ).bind(variant.id).bind(product).bind(variant.owed).bind(variant.sell_when_empty)
            .execute(c).await.map(drop))?;
    }
    note(tx, product, variant, delta, cause).await
}

/// Writes down what a variant has beside its count, for those that have something.
pub(in crate::catalog) async fn save_extras(tx: &mut Tx, product: &Product) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM variant_stock WHERE product_id = $1")
        .bind(product.id).execute(c).await.map(drop))?;
    let has_some = |variant: &&Variant| {
        variant.owed != 0 || variant.sell_when_empty || variant.prior_price_minor.is_some()
    };
    for variant in product.variants.iter().filter(has_some) {
        on!(tx, c => sqlx::query(
            "INSERT INTO variant_stock (variant_id, product_id, owed, sell_when_empty, prior_price_minor)
             VALUES ($1, $2, $3, $4, $5)"
        ).bind(variant.id).bind(product.id).bind(variant.owed).bind(variant.sell_when_empty)
            .bind(variant.prior_price_minor)
            .execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Writes a move down that was made already; its id.
pub(in crate::catalog) async fn note(
    tx: &mut Tx,
    product: ProductId,
    variant: &Variant,
    delta: i64,
    cause: Cause<'_>,
) -> Result<StockChangeId, DbError> {
    let id = StockChangeId::new();
    on!(tx, c => sqlx::query(
        "INSERT INTO stock_changes (id, product_id, variant_id, delta, balance, reason, note, order_id, actor, at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    ).bind(id).bind(product).bind(variant.id).bind(delta).bind(variant.balance()).bind(cause.reason)
        .bind(cause.note).bind(cause.order).bind(cause.actor.to_string()).bind(cause.at_ms)
        .execute(c).await.map(drop))?;
    Ok(id)
}

/// How many pieces of a variant orders have.
pub(in crate::catalog) async fn sold(
    tx: &mut Tx,
    product: ProductId,
    variant: VariantId,
) -> Result<i64, DbError> {
    let moved: i64 = on!(tx, c => sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(delta), 0) AS BIGINT) FROM stock_changes
         WHERE product_id = $1 AND variant_id = $2 AND order_id IS NOT NULL AND reason IN ('sold', 'cancelled', 'returned')"
    ).bind(product).bind(variant).fetch_one(c).await)?;
    Ok(moved.saturating_neg().max(0))
}

row! {
    struct MovedRow {
        variant_id: VariantId,
        moved: i64,
    }
}

/// By how many pieces the counts of variants were moved after `since`: sales and what people counted, not what lists said, and
/// not what is held.
pub(in crate::catalog) async fn moved_since(
    tx: &mut Tx,
    products: &[ProductId],
    since: DateTime<Utc>,
) -> Result<Vec<(VariantId, i64)>, DbError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<MovedRow> = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT variant_id, CAST(SUM(delta) AS BIGINT) AS moved FROM stock_changes
             WHERE reason NOT IN ('created', 'imported', 'reserved', 'released') AND at_ms > ",
        );
        query.push_bind(to_ms(since)).push(" AND product_id IN (");
        let mut list = query.separated(", ");
        for product in products {
            list.push_bind(*product);
        }
        query.push(") GROUP BY variant_id");
        query.build_query_as().fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(|row| (row.variant_id, row.moved)).collect())
}

row! {
    struct Row {
        id: StockChangeId,
        variant_id: VariantId,
        delta: i64,
        balance: i64,
        reason: String,
        note: String,
        order_id: Option<OrderId>,
        actor: String,
        at_ms: i64,
    }
}

/// Moves of a variant of `product`, newest first, after the move `after`.
pub(in crate::catalog) async fn list(
    db: &Db,
    product: ProductId,
    variant: VariantId,
    after: Option<StockChangeId>,
    limit: i64,
) -> Result<Vec<StockChange>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM stock_changes WHERE product_id = $1 AND variant_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4"
    ).bind(product).bind(variant).bind(&before).bind(limit).fetch_all(c).await)?;
    let change = |row: Row| StockChange {
        id: row.id,
        variant_id: row.variant_id,
        delta: row.delta,
        balance: row.balance,
        reason: row.reason,
        note: row.note,
        order_id: row.order_id,
        actor: row.actor,
        at: from_ms(row.at_ms),
    };
    Ok(rows.into_iter().map(change).collect())
}
