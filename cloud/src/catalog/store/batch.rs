//! SQL of many products at once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, PriceChangeId, ProductId, StockChangeId, VariantId};

use super::stock::{Cause, save_extras};
use super::{HiddenBy, Product, Row, VariantRow};
use crate::base::to_ms;
use crate::db::{DbError, Side, Tx};
use crate::{on, row};

/// Rows of one statement: SQLite takes 32,766 values, Postgres 65,535.
const ROWS: usize = 1_000;

/// Those of `ids` that `org` has, held against other writers until `tx` ends.
pub(in crate::catalog) async fn hold_many(
    tx: &mut Tx,
    org: OrgId,
    ids: &[ProductId],
) -> Result<Vec<Product>, DbError> {
    let lock = match tx.side() {
        // Whoever writes is alone there.
        Side::Sqlite(_) => "",
        Side::Pg(_) => " FOR UPDATE",
    };
    hold(tx, org, ids, lock).await
}

async fn hold(
    tx: &mut Tx,
    org: OrgId,
    ids: &[ProductId],
    lock: &'static str,
) -> Result<Vec<Product>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT * FROM products WHERE org_id = ");
        query.push_bind(org).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(") ORDER BY id").push(lock);
        query.build_query_as().fetch_all(c).await
    })?;
    let variants: Vec<VariantRow> = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT v.product_id, v.id, v.title, v.sku, v.price_minor, v.stock, s.owed, s.sell_when_empty,
                s.prior_price_minor, d.options, d.external_ids, d.compare_at_minor, d.own_compare
             FROM variants v LEFT JOIN variant_stock s ON s.variant_id = v.id
                 LEFT JOIN variant_details d ON d.variant_id = v.id WHERE v.product_id IN (",
        );
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(") ORDER BY v.position");
        query.build_query_as().fetch_all(c).await
    })?;
    let mut of_products: HashMap<ProductId, Vec<VariantRow>> = HashMap::with_capacity(rows.len());
    for variant in variants {
        of_products.entry(variant.product_id).or_default().push(variant);
    }
    let mut products = Vec::with_capacity(rows.len());
    for row in rows {
        let mine = of_products.remove(&row.id).unwrap_or_default();
        products.push(row.into_product(mine)?);
    }
    super::locals::complete_in(tx, &mut products).await?;
    Ok(products)
}

row! {
    struct CountRow {
        product_id: ProductId,
        id: VariantId,
        title: String,
        sku: String,
        counted: i64,
    }
}

/// A variant, and the number with which a list leaves its count as it is.
pub(in crate::catalog) struct Counted {
    pub(in crate::catalog) id: VariantId,
    pub(in crate::catalog) title: String,
    pub(in crate::catalog) sku: String,
    pub(in crate::catalog) count: i64,
}

/// The variants of these products with what a list has to count of them that came at `since` for nothing to change: what is held is
/// in it, and what was sold and moved since is not.
pub(in crate::catalog) async fn counted_many(
    tx: &mut Tx,
    products: &[ProductId],
    since: DateTime<Utc>,
) -> Result<HashMap<ProductId, Vec<Counted>>, DbError> {
    let mut counted: HashMap<ProductId, Vec<Counted>> = HashMap::with_capacity(products.len());
    for products in products.chunks(ROWS) {
        let rows: Vec<CountRow> = on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT v.product_id, v.id, v.title, v.sku,
                     CAST(v.stock - COALESCE(s.owed, 0) - COALESCE(m.moved, 0) + COALESCE((
                         SELECT SUM(r.quantity) FROM reservation_lines r WHERE r.variant_id = v.id), 0) AS BIGINT) AS counted
                 FROM variants v LEFT JOIN variant_stock s ON s.variant_id = v.id
                     LEFT JOIN (SELECT variant_id, SUM(delta) AS moved FROM stock_changes
                         WHERE reason NOT IN ('created', 'imported', 'reserved', 'released') AND at_ms > ",
            );
            query.push_bind(to_ms(since)).push(" AND product_id IN (");
            let mut list = query.separated(", ");
            for product in products {
                list.push_bind(*product);
            }
            query.push(") GROUP BY variant_id) m ON m.variant_id = v.id WHERE v.product_id IN (");
            let mut list = query.separated(", ");
            for product in products {
                list.push_bind(*product);
            }
            query.push(") ORDER BY v.position");
            query.build_query_as().fetch_all(c).await
        })?;
        for CountRow { product_id, id, title, sku, counted: count } in rows {
            counted.entry(product_id).or_default().push(Counted { id, title, sku, count });
        }
    }
    Ok(counted)
}

/// Locks those of `ids` that `org` has until the transaction ends, and bumps their versions: with as many statements for all of
/// them as one takes.
pub(in crate::catalog) async fn lock_many(
    tx: &mut Tx,
    org: OrgId,
    ids: &[ProductId],
) -> Result<Vec<Product>, DbError> {
    let lock = match tx.side() {
        Side::Sqlite(_) => "",
        Side::Pg(_) => " FOR NO KEY UPDATE", // As an update of them does: rows that name them can be written meanwhile.
    };
    let mut locked = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ROWS) {
        let mut products = hold(tx, org, ids, lock).await?;
        if products.is_empty() {
            continue;
        }
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new("UPDATE products SET version = version + 1 WHERE id IN (");
            let mut list = query.separated(", ");
            for product in &products {
                list.push_bind(product.id);
            }
            query.push(")");
            query.build().execute(c).await.map(drop)
        })?;
        for product in &mut products {
            product.version += 1;
        }
        locked.append(&mut products);
    }
    Ok(locked)
}

/// Writes new products with their variants; they have no pictures yet.
pub(in crate::catalog) async fn insert_many(tx: &mut Tx, products: &[Product]) -> Result<(), DbError> {
    for products in products.chunks(ROWS) {
        let words = products.iter().map(super::details::words).collect::<Result<Vec<_>, DbError>>()?;
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO products (id, org_id, title, description, url, currency, compare_at_minor, created_ms,
                     version, option_names, tags) ",
            );
            query.push_values(products.iter().zip(&words), |mut row, (product, (options, tags))| {
                row.push_bind(product.id).push_bind(product.org).push_bind(&product.title)
                    .push_bind(&product.description).push_bind(&product.url)
                    .push_bind(product.currency.as_str()).push_bind(product.compare_at_minor)
                    .push_bind(to_ms(product.created_at)).push_bind(product.version)
                    .push_bind(options).push_bind(tags);
            });
            query.build().execute(c).await.map(drop)
        })?;
    }
    let variants: Vec<_> = products
        .iter()
        .flat_map(|product| {
            (0i64..).zip(&product.variants).map(move |(position, variant)| (product, position, variant))
        })
        .collect();
    for variants in variants.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO variants (id, product_id, position, title, sku, price_minor, stock, org_id) ",
            );
            query.push_values(variants, |mut row, (product, position, variant)| {
                row.push_bind(variant.id).push_bind(product.id).push_bind(*position).push_bind(&variant.title)
                    .push_bind(&variant.sku).push_bind(variant.price_minor).push_bind(variant.stock)
                    .push_bind(product.org);
            });
            query.build().execute(c).await.map(drop)
        })?;
    }
    for product in products.iter().filter(|product| product.variants.iter().any(|one| one.sell_when_empty)) {
        save_extras(tx, product).await?;
    }
    super::details::insert_many(tx, products).await
}

/// Writes down the first prices and counts of new products.
pub(in crate::catalog) async fn note_many(
    tx: &mut Tx,
    products: &[Product],
    cause: Cause<'_>,
) -> Result<(), DbError> {
    let variants: Vec<_> = products
        .iter()
        .flat_map(|product| product.variants.iter().map(move |variant| (product, variant)))
        .collect();
    let actor = cause.actor.to_string();
    for variants in variants.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO price_changes (id, product_id, variant_id, currency, price_minor, reduced, at_ms) ",
            );
            query.push_values(variants, |mut row, (product, variant)| {
                row.push_bind(PriceChangeId::new()).push_bind(product.id).push_bind(variant.id)
                    .push_bind(product.currency.as_str()).push_bind(variant.price_minor)
                    .push_bind(product.reduces(variant)).push_bind(cause.at_ms);
            });
            query.build().execute(c).await.map(drop)
        })?;
        let counted: Vec<_> = variants.iter().filter(|(_, variant)| variant.balance() != 0).collect();
        if counted.is_empty() {
            continue;
        }
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO stock_changes (id, product_id, variant_id, delta, balance, reason, note, actor, at_ms) ",
            );
            query.push_values(&counted, |mut row, (product, variant)| {
                row.push_bind(StockChangeId::new()).push_bind(product.id).push_bind(variant.id)
                    .push_bind(variant.balance()).push_bind(variant.balance()).push_bind(cause.reason)
                    .push_bind(cause.note).push_bind(&actor).push_bind(cause.at_ms);
            });
            query.build().execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Takes those of `ids` off the sale that `org` still sells; which they were.
pub(in crate::catalog) async fn hide_many(
    tx: &mut Tx,
    org: OrgId,
    ids: &[ProductId],
    by: HiddenBy,
) -> Result<Vec<ProductId>, DbError> {
    // Held in the order of their ids first, so that no two wait for each other.
    let sold: Vec<ProductId> = hold_many(tx, org, ids)
        .await?
        .into_iter()
        .filter(|one| one.hidden.is_none())
        .map(|one| one.id)
        .collect();
    if sold.is_empty() {
        return Ok(sold);
    }
    on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("UPDATE products SET version = version + 1, hidden = ");
        query.push_bind(by.as_str()).push(" WHERE id IN (");
        let mut list = query.separated(", ");
        for id in &sold {
            list.push_bind(*id);
        }
        query.push(")");
        query.build().execute(c).await.map(drop)
    })?;
    Ok(sold)
}

/// Says that products say what their list says.
pub(in crate::catalog) async fn forget_edits(tx: &mut Tx, products: &[ProductId]) -> Result<(), DbError> {
    if products.is_empty() {
        return Ok(());
    }
    on!(tx, c => {
        let mut query =
            sqlx::QueryBuilder::new("UPDATE products SET edited_ms = NULL WHERE edited_ms IS NOT NULL AND id IN (");
        let mut list = query.separated(", ");
        for product in products {
            list.push_bind(*product);
        }
        query.push(")");
        query.build().execute(c).await.map(drop)
    })?;
    Ok(())
}
