//! SQL of the files of pictures, and the products that each came with.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use vitrine_protocol::{OrgId, ProductId};

use crate::base::to_ms;
use crate::catalog::{ImageSize, Picture, Product};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

/// Stands in the place of a product with a file that is being removed.
const GOING: ProductId = ProductId(Uuid::nil());
/// How long who removes a file may take. After that it is taken that nobody does any more.
const GOING_FOR: TimeDelta = TimeDelta::minutes(10);
/// When a file that is used is looked after again. One that a product has no longer is marked with that change.
const USED_FOR: TimeDelta = TimeDelta::days(29);

/// The pictures of a product. An earlier version writes the first one alone, and an early one without sizes: when it is not the
/// first of `all`, it took that one's place.
pub(super) fn read(
    image: Option<String>,
    sizes: Option<&str>,
    all: Option<&str>,
) -> Result<Vec<Picture>, DbError> {
    let mut pictures: Vec<Picture> = all.map(serde_json::from_str).transpose()?.unwrap_or_default();
    let Some(name) = image else { return Ok(Vec::new()) };
    if pictures.first().is_some_and(|first| first.name == name) {
        return Ok(pictures);
    }
    let sizes: Vec<ImageSize> = sizes.map(serde_json::from_str).transpose()?.unwrap_or_default();
    let sizes = if sizes.iter().any(|size| size.jpeg == name) { sizes } else { Vec::new() };
    pictures.retain(|known| known.name != name);
    if !pictures.is_empty() {
        pictures.remove(0);
    }
    pictures.insert(0, Picture { name, alt: String::new(), sizes, source: None });
    Ok(pictures)
}

/// What is kept of them: the name of the first, its sizes, and all where there is more to say than that.
pub(super) fn written(product: &Product) -> Result<[Option<String>; 3], DbError> {
    let Some(first) = product.pictures.first() else { return Ok([None, None, None]) };
    let sizes = if first.sizes.is_empty() { None } else { Some(serde_json::to_string(&first.sizes)?) };
    Ok([Some(first.name.clone()), sizes, Some(serde_json::to_string(&product.pictures)?)])
}

/// Whoever has called this is alone with the organisation's files until `tx` ends.
pub(in crate::catalog) async fn turn(tx: &mut Tx, org: OrgId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO picture_turns (org_id, turn) VALUES ($1, 1)
         ON CONFLICT (org_id) DO UPDATE SET turn = picture_turns.turn + 1"
    ).bind(org).execute(c).await.map(drop))?;
    Ok(())
}

/// Writes down that files are about to come with a product's picture.
pub(in crate::catalog) async fn expect(
    tx: &mut Tx,
    org: OrgId,
    product: ProductId,
    names: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    for name in names {
        on!(tx, c => sqlx::query(
            "INSERT INTO picture_files (org_id, name, product_id, looked_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (org_id, name, product_id) DO UPDATE SET looked_ms = excluded.looked_ms"
        ).bind(org).bind(name).bind(product).bind(to_ms(now)).execute(c).await.map(drop))?;
        // Whoever was to remove it did not come back.
        on!(tx, c => sqlx::query(
            "DELETE FROM picture_files WHERE org_id = $1 AND name = $2 AND product_id = $3 AND looked_ms < $4"
        ).bind(org).bind(name).bind(GOING).bind(to_ms(now - GOING_FOR)).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Whether one of these files is being removed. One that somebody expects does not begin to be.
pub(in crate::catalog) async fn is_going(
    db: &Db,
    org: OrgId,
    names: &BTreeSet<String>,
) -> Result<bool, DbError> {
    let going: Vec<String> = on!(db, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT name FROM picture_files WHERE org_id = ");
        query.push_bind(org).push(" AND product_id = ").push_bind(GOING).push(" AND name IN (");
        let mut list = query.separated(", ");
        for name in names {
            list.push_bind(name);
        }
        query.push(") LIMIT 1");
        query.build_query_scalar().fetch_all(c).await
    })?;
    Ok(!going.is_empty())
}

/// Lets files that a product has no longer be looked after anew, as if they had come just now.
pub(in crate::catalog) async fn leave(
    tx: &mut Tx,
    org: OrgId,
    product: ProductId,
    names: &BTreeSet<&str>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    for name in names {
        on!(tx, c => sqlx::query(
            "UPDATE picture_files SET looked_ms = $4 WHERE org_id = $1 AND name = $2 AND product_id = $3"
        ).bind(org).bind(*name).bind(product).bind(to_ms(now)).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Organisations with files that nobody looked after since `before`.
pub(in crate::catalog) async fn unlooked(
    db: &Db,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OrgId>, DbError> {
    let mut orgs: Vec<OrgId> = on!(db, c => sqlx::query_scalar(
        "SELECT org_id FROM picture_files WHERE looked_ms < $1 ORDER BY looked_ms LIMIT $2"
    ).bind(to_ms(before)).bind(limit).fetch_all(c).await)?;
    orgs.sort_unstable();
    orgs.dedup();
    Ok(orgs)
}

row! {
    struct FileRow {
        name: String,
        product_id: ProductId,
        image: Option<String>,
        image_sizes: Option<String>,
        pictures: Option<String>,
    }
}

/// Looks after files that nobody has looked after since `before`: those that their products use are looked after, and the others
/// are forgotten. Gives the files that nothing uses any more, to be removed once `tx` is committed: until they are `gone`, nobody
/// keeps them anew.
pub(in crate::catalog) async fn unused(
    tx: &mut Tx,
    org: OrgId,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<String>, DbError> {
    let mut rows: Vec<FileRow> = on!(tx, c => sqlx::query_as(
        "SELECT f.name, f.product_id, p.image, p.image_sizes, p.pictures FROM picture_files f
         LEFT JOIN products p ON p.id = f.product_id AND p.org_id = f.org_id
         WHERE f.org_id = $1 AND f.looked_ms < $2 ORDER BY f.looked_ms LIMIT $3"
    ).bind(org).bind(to_ms(before)).bind(limit).fetch_all(c).await)?;
    // Whoever changes a product marks its files in this order, too.
    rows.sort_unstable_by(|one, other| (&one.name, one.product_id).cmp(&(&other.name, other.product_id)));
    let mut left = BTreeSet::new();
    for row in rows {
        let quoted = format!("\"{}\"", row.name);
        let is_used = row.image.as_ref() == Some(&row.name)
            || [row.image_sizes, row.pictures].into_iter().flatten().any(|text| text.contains(&quoted));
        // One that was marked since stays for its day.
        if is_used {
            on!(tx, c => sqlx::query(
                "UPDATE picture_files SET looked_ms = $4
                 WHERE org_id = $1 AND name = $2 AND product_id = $3 AND looked_ms < $5"
            ).bind(org).bind(&row.name).bind(row.product_id).bind(to_ms(now + USED_FOR)).bind(to_ms(before))
                .execute(c).await.map(drop))?;
        } else {
            on!(tx, c => sqlx::query(
                "DELETE FROM picture_files WHERE org_id = $1 AND name = $2 AND product_id = $3 AND looked_ms < $4"
            ).bind(org).bind(&row.name).bind(row.product_id).bind(to_ms(before)).execute(c).await.map(drop))?;
            left.insert(row.name);
        }
    }
    // The same picture may be another product's, too.
    let mut unused = Vec::new();
    for name in left {
        let is_new = on!(tx, c => sqlx::query(
            "INSERT INTO picture_files (org_id, name, product_id, looked_ms) SELECT $1, $2, $3, $4
             WHERE NOT EXISTS (SELECT 1 FROM picture_files WHERE org_id = $1 AND name = $2)"
        ).bind(org).bind(&name).bind(GOING).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
        if is_new == 1 {
            unused.push(name);
        }
    }
    Ok(unused)
}

/// Says that files are removed.
pub(in crate::catalog) async fn gone(tx: &mut Tx, org: OrgId, names: &[String]) -> Result<(), DbError> {
    if names.is_empty() {
        return Ok(());
    }
    on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("DELETE FROM picture_files WHERE org_id = ");
        query.push_bind(org).push(" AND product_id = ").push_bind(GOING).push(" AND name IN (");
        let mut list = query.separated(", ");
        for name in names {
            list.push_bind(name);
        }
        query.push(")");
        query.build().execute(c).await.map(drop)
    })?;
    Ok(())
}
