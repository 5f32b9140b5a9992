//! SQL of what lists and the shop's own numbers call variants.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use vitrine_protocol::{OrgId, ProductId, VariantId};

use crate::db::{DbError, Side, Tx};
use crate::{on, row};

/// Rows of one statement.
const ROWS: usize = 1_000;
/// So many that are called the same are told apart.
const MOST_CALLED_SO: i64 = 50;

row! {
    struct CalledRow {
        product_id: ProductId,
        variant_id: VariantId,
        hidden: Option<String>,
    }
}

row! {
    struct NameRow {
        name: String,
        variant_id: VariantId,
    }
}

row! {
    struct NumberRow {
        sku: String,
        product_id: ProductId,
    }
}

/// A variant that is called so.
pub(in crate::catalog) struct CalledSo {
    pub(in crate::catalog) product_id: ProductId,
    pub(in crate::catalog) variant_id: VariantId,
    pub(in crate::catalog) is_sold: bool,
}

impl From<CalledRow> for CalledSo {
    fn from(row: CalledRow) -> Self {
        Self { product_id: row.product_id, variant_id: row.variant_id, is_sold: row.hidden.is_none() }
    }
}

/// The names of a list, and the variants that each stands for.
pub(in crate::catalog) type Names = BTreeMap<String, BTreeSet<(ProductId, VariantId)>>;

/// The variants that the list of `source` calls `name`.
pub(in crate::catalog) async fn find(
    tx: &mut Tx,
    org: OrgId,
    source: &str,
    name: &str,
) -> Result<Vec<CalledSo>, DbError> {
    let mut rows: Vec<CalledRow> = on!(tx, c => sqlx::query_as(
        "SELECT v.product_id, v.id AS variant_id, p.hidden FROM listed_names l
         JOIN variants v ON v.id = l.variant_id JOIN products p ON p.id = v.product_id
         WHERE l.org_id = $1 AND l.source = $2 AND l.name = $3 LIMIT $4"
    ).bind(org).bind(source).bind(name).bind(MOST_CALLED_SO).fetch_all(c).await)?;
    if rows.is_empty() {
        // As a process of the version before wrote it down.
        rows = on!(tx, c => sqlx::query_as(
            "SELECT v.product_id, v.id AS variant_id, p.hidden FROM listed_variants l
             JOIN variants v ON v.id = l.variant_id JOIN products p ON p.id = v.product_id
             WHERE l.org_id = $1 AND l.source = $2 AND l.name = $3"
        ).bind(org).bind(source).bind(name).fetch_all(c).await)?;
    }
    Ok(rows.into_iter().map(CalledSo::from).collect())
}

/// What the list of `source` calls the variants of these products.
pub(in crate::catalog) async fn of_products(
    tx: &mut Tx,
    org: OrgId,
    source: &str,
    products: &[ProductId],
) -> Result<HashMap<VariantId, BTreeSet<String>>, DbError> {
    let mut names: HashMap<VariantId, BTreeSet<String>> = HashMap::new();
    for products in products.chunks(ROWS) {
        let rows: Vec<NameRow> = on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT name, variant_id FROM listed_names WHERE org_id = ");
            query.push_bind(org).push(" AND source = ").push_bind(source).push(" AND product_id IN (");
            let mut list = query.separated(", ");
            for product in products {
                list.push_bind(*product);
            }
            query.push(")");
            query.build_query_as().fetch_all(c).await
        })?;
        for row in rows {
            names.entry(row.variant_id).or_default().insert(row.name);
        }
    }
    Ok(names)
}

/// Variants with that number.
pub(in crate::catalog) async fn with_sku(
    tx: &mut Tx,
    org: OrgId,
    sku: &str,
) -> Result<Vec<CalledSo>, DbError> {
    // The index has them in lower case, as each database makes that.
    macro_rules! with {
        ($lower:literal) => {
            concat!(
                "SELECT v.product_id, v.id AS variant_id, p.hidden FROM variants v JOIN products p ON p.id = v.product_id
                 WHERE v.org_id = $1 AND ",
                $lower,
                " = LOWER($2) AND v.sku = $2 LIMIT $3"
            )
        };
    }
    let sql = match tx.side() {
        Side::Sqlite(_) => with!("LOWER(v.sku)"),
        Side::Pg(_) => with!("(LOWER(v.sku) COLLATE \"C\")"),
    };
    let rows: Vec<CalledRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(org).bind(sku).bind(MOST_CALLED_SO).fetch_all(c).await)?;
    Ok(rows.into_iter().map(CalledSo::from).collect())
}

/// The products of variants with these numbers; of several with the same, the oldest.
pub(in crate::catalog) async fn with_skus(
    tx: &mut Tx,
    org: OrgId,
    skus: &[&str],
) -> Result<HashMap<String, ProductId>, DbError> {
    let lower = match tx.side() {
        Side::Sqlite(_) => " AND LOWER(v.sku) IN (",
        Side::Pg(_) => " AND (LOWER(v.sku) COLLATE \"C\") IN (",
    };
    let mut found = HashMap::new();
    for skus in skus.chunks(ROWS) {
        let rows: Vec<NumberRow> = on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT v.sku, MIN(v.product_id) AS product_id FROM variants v WHERE v.org_id = ",
            );
            query.push_bind(org).push(lower);
            let mut list = query.separated(", ");
            for sku in skus {
                list.push("LOWER(").push_bind_unseparated(*sku).push_unseparated(")");
            }
            query.push(") GROUP BY v.sku");
            query.build_query_as().fetch_all(c).await
        })?;
        found.extend(rows.into_iter().map(|row| (row.sku, row.product_id)));
    }
    Ok(found)
}

/// Writes anew what the list of `source` calls the variants of `products`.
pub(in crate::catalog) async fn save(
    tx: &mut Tx,
    org: OrgId,
    source: &str,
    products: &[ProductId],
    names: &Names,
) -> Result<(), DbError> {
    for products in products.chunks(ROWS) {
        for before in [
            "DELETE FROM listed_names WHERE org_id = ",
            // The version before reads it.
            "DELETE FROM listed_variants WHERE org_id = ",
        ] {
            on!(tx, c => {
                let mut query = sqlx::QueryBuilder::new(before);
                query.push_bind(org).push(" AND source = ").push_bind(source).push(" AND product_id IN (");
                let mut list = query.separated(", ");
                for product in products {
                    list.push_bind(*product);
                }
                query.push(")");
                query.build().execute(c).await.map(drop)
            })?;
        }
    }
    let rows: Vec<_> = names
        .iter()
        .flat_map(|(name, all)| all.iter().map(move |(product, variant)| (name, *product, *variant)))
        .collect();
    for rows in rows.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO listed_names (org_id, source, name, product_id, variant_id) ",
            );
            query.push_values(rows, |mut row, (name, product, variant)| {
                row.push_bind(org).push_bind(source).push_bind(*name).push_bind(*product).push_bind(*variant);
            });
            query.push(" ON CONFLICT (org_id, source, name, variant_id) DO NOTHING");
            query.build().execute(c).await.map(drop)
        })?;
    }
    save_for_before(tx, org, source, names).await
}

/// The same as the version before reads it: a name that stands for another product's variant, too, stands for none.
async fn save_for_before(tx: &mut Tx, org: OrgId, source: &str, names: &Names) -> Result<(), DbError> {
    let rows: Vec<_> = names
        .iter()
        .filter_map(|(name, all)| {
            let (product, variant) = all.first()?;
            Some((name, *product, Some(*variant).filter(|_| all.len() == 1)))
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO listed_variants (org_id, source, name, product_id, variant_id) ",
            );
            query.push_values(rows, |mut row, (name, product, variant)| {
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
