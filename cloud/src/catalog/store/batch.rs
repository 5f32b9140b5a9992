//! SQL of many products at once.

use vitrine_protocol::{OrgId, PriceChangeId, ProductId, StockChangeId};

use super::stock::{Cause, save_extras};
use super::{HiddenBy, Product, Row, VariantRow};
use crate::base::to_ms;
use crate::db::{DbError, Side, Tx};
use crate::on;

/// Rows of one statement: SQLite takes 32,766 values, Postgres 65,535.
const ROWS: usize = 1_000;

/// Those of `ids` that `org` has, held against other writers until `tx` ends.
pub(in crate::catalog) async fn hold_many(
    tx: &mut Tx,
    org: OrgId,
    ids: &[ProductId],
) -> Result<Vec<Product>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let end = match tx.side() {
        // Whoever writes is alone there.
        Side::Sqlite(_) => ") ORDER BY id",
        Side::Pg(_) => ") ORDER BY id FOR UPDATE",
    };
    let rows: Vec<Row> = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT * FROM products WHERE org_id = ");
        query.push_bind(org).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(end);
        query.build_query_as().fetch_all(c).await
    })?;
    let mut variants: Vec<VariantRow> = on!(tx, c => {
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
    let mut products = Vec::with_capacity(rows.len());
    for row in rows {
        let (mine, others): (Vec<VariantRow>, _) =
            variants.into_iter().partition(|one| one.product_id == row.id);
        variants = others;
        products.push(row.into_product(mine)?);
    }
    super::locals::complete_in(tx, &mut products).await?;
    Ok(products)
}

/// Writes new products with their variants; they have no pictures yet.
pub(in crate::catalog) async fn insert_many(tx: &mut Tx, products: &[Product]) -> Result<(), DbError> {
    for products in products.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO products (id, org_id, title, description, url, currency, compare_at_minor, created_ms,
                     version) ",
            );
            query.push_values(products, |mut row, product| {
                row.push_bind(product.id).push_bind(product.org).push_bind(&product.title)
                    .push_bind(&product.description).push_bind(&product.url)
                    .push_bind(product.currency.as_str()).push_bind(product.compare_at_minor)
                    .push_bind(to_ms(product.created_at)).push_bind(product.version);
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
