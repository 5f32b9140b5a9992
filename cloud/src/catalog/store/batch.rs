//! SQL of many products at once.

use vitrine_protocol::{OrgId, ProductId};

use super::{Product, Row, Variant, VariantRow, sizes_text};
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
            "SELECT product_id, id, title, sku, price_minor, stock FROM variants WHERE product_id IN (",
        );
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(") ORDER BY position");
        query.build_query_as().fetch_all(c).await
    })?;
    let mut products = Vec::with_capacity(rows.len());
    for row in rows {
        let (mine, others): (Vec<VariantRow>, _) =
            variants.into_iter().partition(|one| one.product_id == row.id);
        variants = others;
        products.push(row.into_product(mine.into_iter().map(Variant::from).collect())?);
    }
    Ok(products)
}

/// Writes new products with their variants.
pub(in crate::catalog) async fn insert_many(tx: &mut Tx, products: &[Product]) -> Result<(), DbError> {
    for products in products.chunks(ROWS) {
        let mut rows = Vec::with_capacity(products.len());
        for product in products {
            rows.push((product, sizes_text(product)?));
        }
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO products (id, org_id, title, description, url, image, currency, compare_at_minor,
                     created_ms, version, image_sizes) ",
            );
            query.push_values(&rows, |mut row, (product, sizes)| {
                row.push_bind(product.id).push_bind(product.org).push_bind(&product.title)
                    .push_bind(&product.description).push_bind(&product.url).push_bind(&product.image)
                    .push_bind(product.currency.as_str()).push_bind(product.compare_at_minor)
                    .push_bind(to_ms(product.created_at)).push_bind(product.version).push_bind(sizes);
            });
            query.build().execute(c).await.map(drop)
        })?;
    }
    let variants: Vec<_> = products
        .iter()
        .flat_map(|product| {
            (0i64..).zip(&product.variants).map(|(position, variant)| (product.id, position, variant))
        })
        .collect();
    for variants in variants.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO variants (id, product_id, position, title, sku, price_minor, stock) ",
            );
            query.push_values(variants, |mut row, (product, position, variant)| {
                row.push_bind(variant.id).push_bind(*product).push_bind(*position).push_bind(&variant.title)
                    .push_bind(&variant.sku).push_bind(variant.price_minor).push_bind(variant.stock);
            });
            query.build().execute(c).await.map(drop)
        })?;
    }
    Ok(())
}
