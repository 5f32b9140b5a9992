//! SQL of tags, options and what platforms call variants.

use std::collections::HashMap;

use vitrine_protocol::{OrgId, ProductId, VariantId};

use crate::catalog::Product;
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

/// Rows of one statement.
const ROWS: usize = 1_000;

/// The names of a product's options, and its tags, as they stand in its row.
pub(super) fn words(product: &Product) -> Result<(String, String), DbError> {
    Ok((serde_json::to_string(&product.options)?, serde_json::to_string(&product.tags)?))
}

/// Writes what new products have beside their rows.
pub(in crate::catalog) async fn insert_many(tx: &mut Tx, products: &[Product]) -> Result<(), DbError> {
    let (mut details, mut externals, mut tags) = (Vec::new(), Vec::new(), Vec::new());
    for product in products {
        tags.extend(product.tags.iter().map(|tag| (product.org, tag, product.id)));
        for variant in &product.variants {
            if !variant.options.is_empty() || !variant.external_ids.is_empty() || variant.own_compare {
                let options = serde_json::to_string(&variant.options)?;
                details.push((variant, product.id, options, serde_json::to_string(&variant.external_ids)?));
            }
        }
        let named = product.external_ids();
        externals
            .extend(named.map(|(platform, id, variant)| (product.org, platform, id, product.id, variant)));
    }
    for rows in details.chunks(ROWS) {
        on!(tx, c => {
            let mut query =
                sqlx::QueryBuilder::new("INSERT INTO variant_details (variant_id, product_id, options, external_ids,
                     compare_at_minor, own_compare) ");
            query.push_values(rows, |mut row, (variant, product, options, external)| {
                row.push_bind(variant.id).push_bind(*product).push_bind(options).push_bind(external)
                    .push_bind(variant.compare_at_minor).push_bind(variant.own_compare);
            });
            query.build().execute(c).await.map(drop)
        })?;
    }
    for rows in externals.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO external_ids (org_id, platform, external_id, product_id, variant_id) ",
            );
            query.push_values(rows, |mut row, (org, platform, id, product, variant)| {
                row.push_bind(*org).push_bind(*platform).push_bind(*id).push_bind(*product).push_bind(*variant);
            });
            query.build().execute(c).await.map(drop)
        })?;
    }
    for rows in tags.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new("INSERT INTO product_tags (org_id, tag, product_id) ");
            query.push_values(rows, |mut row, (org, tag, product)| {
                row.push_bind(*org).push_bind(*tag).push_bind(*product);
            });
            query.build().execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Writes them anew of a locked product.
pub(in crate::catalog) async fn save(tx: &mut Tx, product: &Product) -> Result<(), DbError> {
    for sql in [
        "DELETE FROM variant_details WHERE product_id = $1",
        "DELETE FROM external_ids WHERE product_id = $1",
        "DELETE FROM product_tags WHERE product_id = $1",
    ] {
        on!(tx, c => sqlx::query(sql).bind(product.id).execute(c).await.map(drop))?;
    }
    let (options, tags) = words(product)?;
    on!(tx, c => sqlx::query("UPDATE products SET option_names = $2, tags = $3 WHERE id = $1")
        .bind(product.id).bind(&options).bind(&tags).execute(c).await.map(drop))?;
    insert_many(tx, std::slice::from_ref(product)).await
}

row! {
    struct Named {
        product_id: ProductId,
        variant_id: VariantId,
    }
}

row! {
    struct NamedRow {
        external_id: String,
        product_id: ProductId,
        variant_id: VariantId,
    }
}

/// The variants that a platform calls by these ids.
pub(in crate::catalog) async fn find_many(
    db: &Db,
    org: OrgId,
    platform: &str,
    ids: &[&str],
) -> Result<HashMap<String, (ProductId, VariantId)>, DbError> {
    let mut found = HashMap::new();
    for ids in ids.chunks(ROWS) {
        let rows: Vec<NamedRow> = on!(db, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT external_id, product_id, variant_id FROM external_ids WHERE org_id = ",
            );
            query.push_bind(org).push(" AND platform = ").push_bind(platform).push(" AND external_id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            query.push(")");
            query.build_query_as().fetch_all(c).await
        })?;
        found.extend(rows.into_iter().map(|row| (row.external_id, (row.product_id, row.variant_id))));
    }
    Ok(found)
}

/// The variant that a platform calls so.
pub(in crate::catalog) async fn find(
    tx: &mut Tx,
    org: OrgId,
    platform: &str,
    id: &str,
) -> Result<Option<(ProductId, VariantId)>, DbError> {
    let row: Option<Named> = on!(tx, c => sqlx::query_as(
        "SELECT product_id, variant_id FROM external_ids WHERE org_id = $1 AND platform = $2 AND external_id = $3"
    ).bind(org).bind(platform).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|row| (row.product_id, row.variant_id)))
}
