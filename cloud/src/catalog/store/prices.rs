//! SQL of the prices that variants had.

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::{PriceChangeId, ProductId, VariantId};

use super::currency;
use super::showings::Shown;
use crate::base::{from_ms, to_ms};
use crate::catalog::model::{PRIOR_DAYS, Priced, lowest};
use crate::catalog::{PriceChange, Product, Variant};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

/// Writes the price down that a variant has from `at` on.
pub(in crate::catalog) async fn insert(
    tx: &mut Tx,
    product: &Product,
    variant: &Variant,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO price_changes (id, product_id, variant_id, currency, price_minor, reduced, at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ).bind(PriceChangeId::new()).bind(product.id).bind(variant.id).bind(product.currency.as_str())
        .bind(variant.price_minor).bind(product.reduces(variant)).bind(to_ms(at))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The lowest price in `currency` that a variant had in the days before `began`, if it had any that is known.
pub(in crate::catalog) async fn lowest_before(
    tx: &mut Tx,
    shown: &mut Shown,
    product: &Product,
    variant: VariantId,
    began: DateTime<Utc>,
) -> Result<Option<i64>, DbError> {
    let (from, until) = (to_ms(began - TimeDelta::days(PRIOR_DAYS)), to_ms(began));
    // The one that held when those days began, and those within.
    let held: Option<Row> = on!(tx, c => sqlx::query_as(
        "SELECT * FROM price_changes WHERE product_id = $1 AND variant_id = $2 AND at_ms < $3
         ORDER BY at_ms DESC, id DESC LIMIT 1"
    ).bind(product.id).bind(variant).bind(from).fetch_optional(c).await)?;
    let within: Vec<Row> = on!(tx, c => sqlx::query_as(
        "SELECT * FROM price_changes WHERE product_id = $1 AND variant_id = $2 AND at_ms >= $3 AND at_ms < $4
         ORDER BY at_ms, id"
    ).bind(product.id).bind(variant).bind(from).bind(until).fetch_all(c).await)?;
    let priced = |row: Row| {
        let currency = currency(&row.currency)?;
        Ok(Priced { at_ms: row.at_ms, currency, price_minor: row.price_minor, ended: false })
    };
    let prices = held.into_iter().chain(within).map(priced).collect::<Result<Vec<_>, DbError>>()?;
    let showings = shown.between(tx, product.org, from, until).await?;
    Ok(lowest(product.id, &prices, showings, product.currency, from, until))
}

/// The last price that was written down for a variant, with its currency.
pub(in crate::catalog) async fn last(
    tx: &mut Tx,
    product: ProductId,
    variant: VariantId,
) -> Result<Option<(String, i64)>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "SELECT * FROM price_changes WHERE product_id = $1 AND variant_id = $2 ORDER BY at_ms DESC, id DESC LIMIT 1"
    ).bind(product).bind(variant).fetch_optional(c).await)?;
    Ok(row.map(|row| (row.currency, row.price_minor)))
}

row! {
    struct Row {
        currency: String,
        price_minor: i64,
        at_ms: i64,
    }
}

row! {
    struct ListedRow {
        id: PriceChangeId,
        variant_id: VariantId,
        currency: String,
        market: String,
        price_minor: i64,
        reduced: bool,
        ended: bool,
        at_ms: i64,
    }
}

/// Prices of a variant of `product` in all currencies and markets, newest first, after the change `after`.
pub(in crate::catalog) async fn list(
    db: &Db,
    product: ProductId,
    variant: VariantId,
    after: Option<PriceChangeId>,
    limit: i64,
) -> Result<Vec<PriceChange>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<ListedRow> = on!(db, c => sqlx::query_as(
        "SELECT * FROM (
             SELECT id, variant_id, currency, '' AS market, price_minor, reduced, FALSE AS ended, at_ms FROM price_changes
             WHERE product_id = $1 AND variant_id = $2 AND id < $3
             UNION ALL
             SELECT id, variant_id, currency, market, price_minor, reduced, ended, at_ms FROM market_price_changes
             WHERE product_id = $1 AND variant_id = $2 AND id < $3) AS changes
         ORDER BY id DESC LIMIT $4"
    ).bind(product).bind(variant).bind(&before).bind(limit).fetch_all(c).await)?;
    let change = |row: ListedRow| {
        Ok(PriceChange {
            id: row.id,
            variant_id: row.variant_id,
            currency: currency(&row.currency)?,
            market: super::locals::market(&row.market)?,
            price_minor: row.price_minor,
            ended: row.ended,
            reduced: row.reduced,
            at: from_ms(row.at_ms),
        })
    };
    rows.into_iter().map(change).collect()
}
