//! SQL of what whole lists name and leave out.

use vitrine_protocol::{OrgId, ProductId};

use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::import::Import;
use crate::{on, row};

/// Products of a source that are sold and that the import's list does not name. One that this list names otherwise is not
/// missing, nor one that another source sells: it has an address, or named it in its last whole list.
macro_rules! missing {
    ($what:literal, $end:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM imported_products i JOIN products p ON p.id = i.product_id
             WHERE i.org_id = $1 AND i.source = $2 AND i.row_hash <> '' AND p.hidden IS NULL
                 AND (i.seen_import IS NULL OR i.seen_import <> $3)
                 AND NOT EXISTS (SELECT 1 FROM imported_products o WHERE o.product_id = i.product_id AND o.row_hash <> ''
                     AND (o.seen_import = $3 OR o.source <> i.source AND (
                         EXISTS (SELECT 1 FROM import_addresses a WHERE a.org_id = o.org_id AND a.source = o.source)
                         OR o.seen_import IS NOT NULL AND NOT EXISTS (
                             SELECT 1 FROM imports m WHERE m.org_id = o.org_id AND m.source = o.source
                                 AND m.id > o.seen_import AND m.state = 'done' AND m.options LIKE '%\"missing\":\"hide\"%'))))",
            $end
        )
    };
}

/// How many products the list leaves out, and how many of its source were sold before it was begun.
pub(in crate::import) async fn count(db: &Db, import: &Import) -> Result<(u64, u64), DbError> {
    let missing: i64 = on!(db, c => sqlx::query_scalar(missing!("COUNT(DISTINCT i.product_id)", ""))
        .bind(import.org).bind(&import.source).bind(import.id).fetch_one(c).await)?;
    let all: i64 = on!(db, c => sqlx::query_scalar(
        "SELECT COUNT(DISTINCT i.product_id) FROM imported_products i JOIN products p ON p.id = i.product_id
         WHERE i.org_id = $1 AND i.source = $2 AND i.row_hash <> '' AND p.hidden IS NULL AND p.created_ms <= $3"
    ).bind(import.org).bind(&import.source).bind(to_ms(import.started_at.unwrap_or(import.created_at))).fetch_one(c).await)?;
    let number = |count| u64::try_from(count).unwrap_or(0);
    Ok((number(missing), number(all)))
}

/// Some of those that the list leaves out.
pub(in crate::import) async fn some(db: &Db, import: &Import, limit: i64) -> Result<Vec<ProductId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(missing!("DISTINCT i.product_id", " ORDER BY i.product_id LIMIT $4"))
        .bind(import.org).bind(&import.source).bind(import.id).bind(limit).fetch_all(c).await)?)
}

/// Says that a whole list names these.
pub(in crate::import) async fn see(tx: &mut Tx, import: &Import, names: &[&str]) -> Result<(), DbError> {
    if names.is_empty() {
        return Ok(());
    }
    on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("UPDATE imported_products SET seen_import = ");
        query.push_bind(import.id).push(" WHERE org_id = ").push_bind(import.org).push(" AND source = ")
            .push_bind(&import.source).push(" AND external_id IN (");
        let mut list = query.separated(", ");
        for name in names {
            list.push_bind(*name);
        }
        query.push(")");
        query.build().execute(c).await.map(drop)
    })?;
    Ok(())
}

/// Forgets what lists said of products last: whichever has one again brings it back to the sale.
pub(in crate::import) async fn forget(
    tx: &mut Tx,
    org: OrgId,
    products: &[ProductId],
) -> Result<(), DbError> {
    if products.is_empty() {
        return Ok(());
    }
    on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("UPDATE imported_products SET row_hash = '' WHERE org_id || '' = ");
        query.push_bind(org).push(" AND product_id IN (");
        let mut list = query.separated(", ");
        for product in products {
            list.push_bind(*product);
        }
        query.push(")");
        query.build().execute(c).await.map(drop)
    })?;
    Ok(())
}

row! {
    struct Named {
        product_id: ProductId,
        row_hash: String,
    }
}

/// What stands for those names of a source and was named by a list since it left the sale.
pub(in crate::import) async fn sold(
    tx: &mut Tx,
    org: OrgId,
    source: &str,
    names: &[&str],
) -> Result<Vec<ProductId>, DbError> {
    let rows: Vec<Named> = on!(tx, c => {
        let mut query =
            sqlx::QueryBuilder::new("SELECT product_id, row_hash FROM imported_products WHERE org_id = ");
        query.push_bind(org).push(" AND source = ").push_bind(source).push(" AND external_id IN (");
        let mut list = query.separated(", ");
        for name in names {
            list.push_bind(*name);
        }
        query.push(")");
        query.build_query_as().fetch_all(c).await
    })?;
    Ok(rows.into_iter().filter(|row| !row.row_hash.is_empty()).map(|row| row.product_id).collect())
}
