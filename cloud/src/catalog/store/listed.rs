//! SQL of what lists and the shop's own numbers call variants.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use vitrine_protocol::{OrgId, ProductId, VariantId};

use crate::db::{Db, DbError, Side, Tx};
use crate::{on, row};

/// Rows of one statement.
const ROWS: usize = 1_000;

row! {
    struct CalledRow {
        name: String,
        product_id: Option<ProductId>,
        variant_id: Option<VariantId>,
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

/// Of all variants that are called the same, the one that is meant: the only one, or the only one that is sold. Neither when there
/// is no such one.
macro_rules! meant {
    ($name:literal, $from:literal) => {
        concat!(
            "SELECT ",
            $name,
            " AS name,
                CASE WHEN COUNT(*) = 1 THEN MIN(v.product_id)
                     WHEN COUNT(CASE WHEN p.hidden IS NULL THEN 1 END) = 1
                     THEN MIN(CASE WHEN p.hidden IS NULL THEN v.product_id END) END AS product_id,
                CASE WHEN COUNT(*) = 1 THEN MIN(v.id)
                     WHEN COUNT(CASE WHEN p.hidden IS NULL THEN 1 END) = 1
                     THEN MIN(CASE WHEN p.hidden IS NULL THEN v.id END) END AS variant_id
             FROM ",
            $from,
            " JOIN products p ON p.id = v.product_id WHERE "
        )
    };
}

/// Variants by what they are called.
pub(in crate::catalog) type Meant = HashMap<String, (ProductId, VariantId)>;

fn meant(rows: Vec<CalledRow>) -> Meant {
    rows.into_iter().filter_map(|row| Some((row.name, row.product_id.zip(row.variant_id)?))).collect()
}

/// The names of a list, and the variants that each stands for.
pub(in crate::catalog) type Names = BTreeMap<String, BTreeSet<(ProductId, VariantId)>>;

/// The variants that the list of `source` calls by these names.
pub(in crate::catalog) async fn find_many(
    db: &Db,
    org: OrgId,
    source: &str,
    names: &[&str],
) -> Result<Meant, DbError> {
    let (mut found, mut known) = (Meant::new(), HashSet::<String>::new());
    for sql in [
        meant!("l.name", "listed_names l JOIN variants v ON v.id = l.variant_id"),
        // As a process of the version before wrote it down.
        meant!("l.name", "listed_variants l JOIN variants v ON v.id = l.variant_id"),
    ] {
        let names: Vec<&str> = names.iter().copied().filter(|name| !known.contains(*name)).collect();
        for names in names.chunks(ROWS) {
            let rows: Vec<CalledRow> = on!(db, c => {
                let mut query = sqlx::QueryBuilder::new(sql);
                query.push("l.org_id = ").push_bind(org).push(" AND l.source = ").push_bind(source);
                let mut list = query.push(" AND l.name IN (").separated(", ");
                for name in names {
                    list.push_bind(*name);
                }
                query.push(") GROUP BY l.name");
                query.build_query_as().fetch_all(c).await
            })?;
            known.extend(rows.iter().map(|row| row.name.clone()));
            found.extend(meant(rows));
        }
    }
    Ok(found)
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
            let mut query = sqlx::QueryBuilder::new("SELECT name, variant_id FROM listed_names WHERE org_id || '' = ");
            // By the products: SQLite would read all names of the source.
            query.push_bind(org).push(" AND source || '' = ").push_bind(source).push(" AND product_id IN (");
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

/// The variants with these numbers.
pub(in crate::catalog) async fn numbered(db: &Db, org: OrgId, skus: &[&str]) -> Result<Meant, DbError> {
    // The index has them in lower case, as each database makes that.
    let lower = match db.side() {
        Side::Sqlite(_) => " AND LOWER(v.sku) IN (",
        Side::Pg(_) => " AND (LOWER(v.sku) COLLATE \"C\") IN (",
    };
    let mut found = Meant::new();
    for skus in skus.chunks(ROWS) {
        let rows: Vec<CalledRow> = on!(db, c => {
            let mut query = sqlx::QueryBuilder::new(meant!("v.sku", "variants v"));
            query.push("v.org_id = ").push_bind(org).push(lower);
            let mut list = query.separated(", ");
            for sku in skus {
                list.push("LOWER(").push_bind_unseparated(*sku).push_unseparated(")");
            }
            query.push(") GROUP BY v.sku");
            query.build_query_as().fetch_all(c).await
        })?;
        found.extend(meant(rows));
    }
    Ok(found)
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
            // By the products: SQLite would read all names of the source.
            "DELETE FROM listed_names WHERE org_id || '' = ",
            // The version before reads it.
            "DELETE FROM listed_variants WHERE org_id || '' = ",
        ] {
            on!(tx, c => {
                let mut query = sqlx::QueryBuilder::new(before);
                query.push_bind(org).push(" AND source || '' = ").push_bind(source).push(" AND product_id IN (");
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
