//! SQL of products and variants.

pub(super) mod batch;
pub(super) mod coupons;
pub(super) mod details;
pub(super) mod held;
pub(super) mod listed;
pub(super) mod locals;
pub(super) mod orders;
pub(super) mod pictures;
pub(super) mod prices;
pub(super) mod reservations;
pub(super) mod showings;
pub(super) mod stock;

use chrono::{DateTime, Utc};
use vitrine_protocol::{Currency, OrgId, ProductId, VariantId};

use super::{HiddenBy, Product, Variant};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Side, Tx};
use crate::{on, row};

row! {
    struct Row {
        id: ProductId,
        org_id: OrgId,
        title: String,
        description: String,
        url: String,
        image: Option<String>,
        image_sizes: Option<String>,
        pictures: Option<String>,
        currency: String,
        compare_at_minor: Option<i64>,
        hidden: Option<String>,
        option_names: String,
        tags: String,
        created_ms: i64,
        version: i64,
    }
}

row! {
    struct VariantRow {
        product_id: ProductId,
        id: VariantId,
        title: String,
        sku: String,
        price_minor: i64,
        stock: i64,
        owed: Option<i64>,
        sell_when_empty: Option<bool>,
        prior_price_minor: Option<i64>,
        options: Option<String>,
        external_ids: Option<String>,
        compare_at_minor: Option<i64>,
        own_compare: Option<bool>,
    }
}

impl TryFrom<VariantRow> for Variant {
    type Error = DbError;

    fn try_from(row: VariantRow) -> Result<Self, DbError> {
        let pairs = |text: Option<String>| text.map(|text| serde_json::from_str(&text)).transpose();
        Ok(Self {
            id: row.id,
            title: row.title,
            sku: row.sku,
            price_minor: row.price_minor,
            stock: row.stock,
            owed: row.owed.unwrap_or(0),
            sell_when_empty: row.sell_when_empty.unwrap_or(false),
            prior_price_minor: row.prior_price_minor,
            own_compare: row.own_compare.unwrap_or(false),
            compare_at_minor: row.compare_at_minor,
            options: pairs(row.options)?.unwrap_or_default(),
            external_ids: pairs(row.external_ids)?.unwrap_or_default(),
            prices: Vec::new(),
        })
    }
}

fn currency(text: &str) -> Result<Currency, DbError> {
    Currency::try_from(text).map_err(|_| DbError::Corrupt(format!("currency {text}")))
}

impl Row {
    fn into_product(self, variants: Vec<VariantRow>) -> Result<Product, DbError> {
        let variants = variants.into_iter().map(Variant::try_from).collect::<Result<_, _>>()?;
        Ok(Product {
            id: self.id,
            org: self.org_id,
            title: self.title,
            description: self.description,
            url: self.url,
            pictures: pictures::read(self.image, self.image_sizes.as_deref(), self.pictures.as_deref())?,
            currency: currency(&self.currency)?,
            compare_at_minor: self.compare_at_minor,
            hidden: self.hidden.as_deref().map(HiddenBy::of),
            options: serde_json::from_str(&self.option_names)?,
            tags: serde_json::from_str(&self.tags)?,
            texts: std::collections::BTreeMap::new(),
            variants,
            created_at: from_ms(self.created_ms),
            version: self.version,
        })
    }
}

pub(super) async fn insert(tx: &mut Tx, product: &Product) -> Result<(), DbError> {
    let [image, sizes, pictures] = pictures::written(product)?;
    let (options, tags) = details::words(product)?;
    on!(tx, c => sqlx::query(
        "INSERT INTO products (id, org_id, title, description, url, image, currency, compare_at_minor, created_ms, version,
             image_sizes, pictures, option_names, tags)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    ).bind(product.id).bind(product.org).bind(&product.title).bind(&product.description).bind(&product.url)
        .bind(&image).bind(product.currency.as_str()).bind(product.compare_at_minor)
        .bind(to_ms(product.created_at)).bind(product.version).bind(&sizes).bind(&pictures)
        .bind(&options).bind(&tags).execute(c).await.map(drop))?;
    save_variants(tx, product).await?;
    details::insert_many(tx, std::slice::from_ref(product)).await
}

/// Locks a product of `org` until the transaction ends and bumps its version.
pub(super) async fn lock(tx: &mut Tx, org: OrgId, id: ProductId) -> Result<Option<Product>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "UPDATE products SET version = version + 1 WHERE org_id = $1 AND id = $2 RETURNING *"
    ).bind(org).bind(id).fetch_optional(c).await)?;
    let Some(row) = row else { return Ok(None) };
    let variants: Vec<VariantRow> = on!(tx, c => sqlx::query_as(
        "SELECT v.product_id, v.id, v.title, v.sku, v.price_minor, v.stock, s.owed, s.sell_when_empty,
            s.prior_price_minor, d.options, d.external_ids, d.compare_at_minor, d.own_compare
         FROM variants v LEFT JOIN variant_stock s ON s.variant_id = v.id
             LEFT JOIN variant_details d ON d.variant_id = v.id WHERE v.product_id = $1 ORDER BY v.position"
    ).bind(id).fetch_all(c).await)?;
    let mut product = [row.into_product(variants)?];
    locals::complete_in(tx, &mut product).await?;
    Ok(product.into_iter().next())
}

/// Says that somebody wrote in a locked product what no list says.
pub(super) async fn edited(tx: &mut Tx, id: ProductId, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE products SET edited_ms = $2 WHERE id = $1")
        .bind(id).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Writes everything of a locked product.
pub(super) async fn save(tx: &mut Tx, product: &Product) -> Result<(), DbError> {
    let [image, sizes, pictures] = pictures::written(product)?;
    on!(tx, c => sqlx::query(
        "UPDATE products SET title = $2, description = $3, url = $4, image = $5, currency = $6, compare_at_minor = $7,
             image_sizes = $8, hidden = $9, pictures = $10
         WHERE id = $1"
    ).bind(product.id).bind(&product.title).bind(&product.description).bind(&product.url).bind(&image)
        .bind(product.currency.as_str()).bind(product.compare_at_minor).bind(&sizes)
        .bind(product.hidden.map(HiddenBy::as_str)).bind(&pictures)
        .execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query("DELETE FROM variants WHERE product_id = $1")
        .bind(product.id).execute(c).await.map(drop))?;
    save_variants(tx, product).await
}

async fn save_variants(tx: &mut Tx, product: &Product) -> Result<(), DbError> {
    for (position, variant) in (0i64..).zip(&product.variants) {
        on!(tx, c => sqlx::query(
            "INSERT INTO variants (id, product_id, position, title, sku, price_minor, stock, org_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ).bind(variant.id).bind(product.id).bind(position).bind(&variant.title).bind(&variant.sku)
            .bind(variant.price_minor).bind(variant.stock).bind(product.org)
            .execute(c).await.map(drop))?;
    }
    stock::save_extras(tx, product).await
}

pub(super) async fn delete(tx: &mut Tx, product: ProductId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM products WHERE id = $1").bind(product).execute(c).await.map(drop))?;
    Ok(())
}

/// Products of `org`, newest first, after the product `after`.
pub(super) async fn list(
    db: &Db,
    org: OrgId,
    tag: Option<&str>,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<Product>, DbError> {
    // Ids are ordered by time, and `g` sorts after every hexadecimal digit in any collation.
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<Row> = match tag {
        None => on!(db, c => sqlx::query_as(
            "SELECT * FROM products WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
        ).bind(org).bind(&before).bind(limit).fetch_all(c).await)?,
        Some(tag) => on!(db, c => sqlx::query_as(
            "SELECT p.* FROM product_tags t JOIN products p ON p.id = t.product_id
             WHERE t.org_id = $1 AND t.tag = $4 AND t.product_id < $2 ORDER BY t.product_id DESC LIMIT $3"
        ).bind(org).bind(&before).bind(limit).bind(tag).fetch_all(c).await)?,
    };
    with_variants(db, rows).await
}

/// Products by how a title or a number begins, in the words of the index: in the order of bytes in both databases.
macro_rules! found {
    ($title:literal, $sku:literal) => {
        concat!(
            "SELECT * FROM products WHERE org_id = $1 AND id < $2 AND id IN (
                 SELECT p.id FROM products p WHERE p.org_id = $1 AND ",
            $title,
            " >= $4 AND ",
            $title,
            " < $5
                 UNION SELECT v.product_id FROM variants v WHERE v.org_id = $1 AND ",
            $sku,
            " >= $4 AND ",
            $sku,
            " < $5)
             ORDER BY id DESC LIMIT $3"
        )
    };
}

/// Products of `org` whose title or a variant's number begins with `text`, newest first. SQLite knows capitals of ASCII only.
pub(super) async fn find(
    db: &Db,
    org: OrgId,
    text: &str,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<Product>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let (sql, from) = match db.side() {
        Side::Sqlite(_) => (found!("LOWER(p.title)", "LOWER(v.sku)"), text.to_ascii_lowercase()),
        Side::Pg(_) => {
            (found!("(LOWER(p.title) COLLATE \"C\")", "(LOWER(v.sku) COLLATE \"C\")"), text.to_lowercase())
        }
    };
    let until = format!("{from}\u{10ffff}");
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(sql)
        .bind(org).bind(&before).bind(limit).bind(&from).bind(&until).fetch_all(c).await)?;
    with_variants(db, rows).await
}

/// Those of `ids` that `org` has, in the order of `ids`.
pub(super) async fn get_many(db: &Db, org: OrgId, ids: &[ProductId]) -> Result<Vec<Product>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = on!(db, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT * FROM products WHERE org_id = ");
        query.push_bind(org).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(")");
        query.build_query_as().fetch_all(c).await
    })?;
    let mut products = with_variants(db, rows).await?;
    products.sort_by_key(|product| ids.iter().position(|id| *id == product.id));
    Ok(products)
}

async fn with_variants(db: &Db, rows: Vec<Row>) -> Result<Vec<Product>, DbError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut variants: Vec<VariantRow> = on!(db, c => {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT v.product_id, v.id, v.title, v.sku, v.price_minor, v.stock, s.owed, s.sell_when_empty,
                s.prior_price_minor, d.options, d.external_ids, d.compare_at_minor, d.own_compare
             FROM variants v LEFT JOIN variant_stock s ON s.variant_id = v.id
                 LEFT JOIN variant_details d ON d.variant_id = v.id WHERE v.product_id IN (",
        );
        let mut list = query.separated(", ");
        for row in &rows {
            list.push_bind(row.id);
        }
        query.push(") ORDER BY v.position");
        query.build_query_as().fetch_all(c).await
    })?;
    let mut products = Vec::with_capacity(rows.len());
    for row in rows {
        let (mine, others) = variants.into_iter().partition(|variant| variant.product_id == row.id);
        variants = others;
        let mine: Vec<VariantRow> = mine;
        products.push(row.into_product(mine)?);
    }
    locals::complete(db, &mut products).await?;
    Ok(products)
}
