//! SQL of what lists and the shop's own numbers call variants.

use std::collections::BTreeMap;

use vitrine_protocol::{OrgId, ProductId, VariantId};

use crate::db::{DbError, Side, Tx};
use crate::{on, row};

/// Rows of one statement.
const ROWS: usize = 1_000;
/// So many with the same number are told apart.
const MOST_WITH_SKU: i64 = 50;

row! {
    struct Listed {
        product_id: ProductId,
        variant_id: VariantId,
    }
}

row! {
    struct SkuRow {
        product_id: ProductId,
        variant_id: VariantId,
        hidden: Option<String>,
    }
}

/// A variant with a number.
pub(in crate::catalog) struct WithSku {
    pub(in crate::catalog) product_id: ProductId,
    pub(in crate::catalog) variant_id: VariantId,
    pub(in crate::catalog) is_sold: bool,
}

/// The names of a list, and the variant that each stands for; None of a name that stands for several.
pub(in crate::catalog) type Names = BTreeMap<String, (ProductId, Option<VariantId>)>;

/// The variant that the list of `source` calls `name`.
pub(in crate::catalog) async fn find(
    tx: &mut Tx,
    org: OrgId,
    source: &str,
    name: &str,
) -> Result<Option<(ProductId, VariantId)>, DbError> {
    let row: Option<Listed> = on!(tx, c => sqlx::query_as(
        "SELECT v.product_id, v.id AS variant_id FROM listed_variants l JOIN variants v ON v.id = l.variant_id
         WHERE l.org_id = $1 AND l.source = $2 AND l.name = $3"
    ).bind(org).bind(source).bind(name).fetch_optional(c).await)?;
    Ok(row.map(|row| (row.product_id, row.variant_id)))
}

/// Variants with that number.
pub(in crate::catalog) async fn with_sku(
    tx: &mut Tx,
    org: OrgId,
    sku: &str,
) -> Result<Vec<WithSku>, DbError> {
    // The index has them in lower case, as each database makes that.
    macro_rules! with {
        ($lower:literal) => {
            concat!(
                "SELECT v.product_id, v.id AS variant_id, p.hidden FROM variants v JOIN products p ON p.id = v.product_id WHERE ",
                $lower,
                " = LOWER($2) AND v.sku = $2 AND p.org_id = $1 LIMIT $3"
            )
        };
    }
    let sql = match tx.side() {
        Side::Sqlite(_) => with!("LOWER(v.sku)"),
        Side::Pg(_) => with!("(LOWER(v.sku) COLLATE \"C\")"),
    };
    let rows: Vec<SkuRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(org).bind(sku).bind(MOST_WITH_SKU).fetch_all(c).await)?;
    let one = |row: SkuRow| WithSku {
        product_id: row.product_id,
        variant_id: row.variant_id,
        is_sold: row.hidden.is_none(),
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Writes anew what the list of `source` calls the variants of `products`. A name that stands for another product's variant, too,
/// stands for none.
pub(in crate::catalog) async fn save(
    tx: &mut Tx,
    org: OrgId,
    source: &str,
    products: &[ProductId],
    names: &Names,
) -> Result<(), DbError> {
    for products in products.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new("DELETE FROM listed_variants WHERE org_id = ");
            query.push_bind(org).push(" AND source = ").push_bind(source).push(" AND product_id IN (");
            let mut list = query.separated(", ");
            for product in products {
                list.push_bind(*product);
            }
            query.push(")");
            query.build().execute(c).await.map(drop)
        })?;
    }
    let rows: Vec<_> = names.iter().collect();
    for rows in rows.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO listed_variants (org_id, source, name, product_id, variant_id) ",
            );
            query.push_values(rows, |mut row, (name, (product, variant))| {
                row.push_bind(org).push_bind(source).push_bind(*name).push_bind(*product).push_bind(*variant);
            });
            query.push(
                " ON CONFLICT (org_id, source, name) DO UPDATE SET
                     product_id = CASE WHEN listed_variants.variant_id IS NULL OR EXISTS (
                         SELECT 1 FROM variants v WHERE v.id = listed_variants.variant_id)
                         THEN listed_variants.product_id ELSE excluded.product_id END,
                     variant_id = CASE WHEN listed_variants.variant_id IS NULL OR EXISTS (
                         SELECT 1 FROM variants v WHERE v.id = listed_variants.variant_id)
                         THEN NULL ELSE excluded.variant_id END",
            );
            query.build().execute(c).await.map(drop)
        })?;
    }
    Ok(())
}
