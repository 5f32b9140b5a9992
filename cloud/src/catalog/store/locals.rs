//! SQL of texts per language, and of prices per currency and market.

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::{Currency, OrgId, PriceChangeId, ProductId, VariantId};

use super::currency;
use super::showings::Shown;
use crate::base::to_ms;
use crate::catalog::model::{PRIOR_DAYS, Place, Priced, Tag, lowest, told};
use crate::catalog::{Language, Market, MarketPrice, Product, ProductText};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct TextRow {
        product_id: ProductId,
        language: String,
        title: String,
        description: String,
    }
}

row! {
    struct PriceRow {
        product_id: ProductId,
        variant_id: VariantId,
        currency: String,
        market: String,
        price_minor: i64,
        compare_at_minor: Option<i64>,
        prior_price_minor: Option<i64>,
    }
}

row! {
    struct TakenRow {
        variant_id: VariantId,
        price_minor: i64,
        compare_at_minor: Option<i64>,
    }
}

macro_rules! of_products {
    ($side:expr, $products:expr, $before:literal, $after:literal) => {
        on!($side, c => {
            let mut query = sqlx::QueryBuilder::new($before);
            let mut list = query.separated(", ");
            for product in $products.iter() {
                list.push_bind(product.id);
            }
            query.push($after);
            query.build_query_as().fetch_all(c).await
        })?
    };
}

macro_rules! complete {
    ($side:expr, $products:expr) => {{
        if $products.is_empty() {
            return Ok(());
        }
        let texts: Vec<TextRow> = of_products!(
            $side,
            $products,
            "SELECT * FROM product_texts WHERE product_id IN (",
            ") ORDER BY language"
        );
        let prices: Vec<PriceRow> = of_products!(
            $side,
            $products,
            "SELECT * FROM variant_prices WHERE product_id IN (",
            ") ORDER BY currency, market"
        );
        join($products, texts, prices)
    }};
}

/// Reads texts and prices of `products`: two queries for all of them.
pub(super) async fn complete(db: &Db, products: &mut [Product]) -> Result<(), DbError> {
    complete!(db, products)
}

/// The same of locked products.
pub(super) async fn complete_in(tx: &mut Tx, products: &mut [Product]) -> Result<(), DbError> {
    complete!(tx, products)
}

/// A market as it is kept: nothing is everywhere.
pub(super) fn market(text: &str) -> Result<Option<Market>, DbError> {
    if text.is_empty() {
        return Ok(None);
    }
    Market::try_from(text).map(Some).map_err(|_| DbError::Corrupt(format!("market {text}")))
}

fn kept((currency, market): Place) -> (String, String) {
    (currency.to_string(), market.map(|market| market.to_string()).unwrap_or_default())
}

fn join(products: &mut [Product], texts: Vec<TextRow>, prices: Vec<PriceRow>) -> Result<(), DbError> {
    if texts.is_empty() && prices.is_empty() {
        return Ok(());
    }
    let places: std::collections::HashMap<_, _> =
        products.iter().enumerate().map(|(place, product)| (product.id, place)).collect();
    for row in texts {
        let language = Language::try_from(row.language.as_str())
            .map_err(|_| DbError::Corrupt(format!("language {}", row.language)))?;
        if let Some(place) = places.get(&row.product_id) {
            products[*place]
                .texts
                .insert(language, ProductText { title: row.title, description: row.description });
        }
    }
    for row in prices {
        let price = MarketPrice {
            currency: currency(&row.currency)?,
            market: market(&row.market)?,
            price_minor: row.price_minor,
            compare_at_minor: row.compare_at_minor,
            prior_price_minor: row.prior_price_minor,
        };
        // A version before leaves those of variants that it took away, and those that a change of the base currency shadows.
        let product = places.get(&row.product_id).map(|place| &mut products[*place]);
        if let Some(product) = product.filter(|one| price.place() != (one.currency, None))
            && let Some(variant) = product.variants.iter_mut().find(|variant| variant.id == row.variant_id)
        {
            variant.prices.push(price);
        }
    }
    Ok(())
}

pub(in crate::catalog) async fn put_text(
    tx: &mut Tx,
    product: ProductId,
    language: &Language,
    text: &ProductText,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO product_texts (product_id, language, title, description) VALUES ($1, $2, $3, $4)
         ON CONFLICT (product_id, language) DO UPDATE SET title = excluded.title, description = excluded.description"
    ).bind(product).bind(language.as_str()).bind(&text.title).bind(&text.description).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::catalog) async fn remove_text(
    tx: &mut Tx,
    product: ProductId,
    language: &Language,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM product_texts WHERE product_id = $1 AND language = $2")
        .bind(product).bind(language.as_str()).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::catalog) async fn put_price(
    tx: &mut Tx,
    product: ProductId,
    variant: VariantId,
    price: &MarketPrice,
) -> Result<(), DbError> {
    let (currency, market) = kept(price.place());
    on!(tx, c => sqlx::query(
        "INSERT INTO variant_prices (product_id, variant_id, currency, market, price_minor, compare_at_minor, prior_price_minor)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (product_id, variant_id, currency, market) DO UPDATE SET price_minor = excluded.price_minor,
             compare_at_minor = excluded.compare_at_minor, prior_price_minor = excluded.prior_price_minor"
    ).bind(product).bind(variant).bind(&currency).bind(&market).bind(price.price_minor).bind(price.compare_at_minor)
        .bind(price.prior_price_minor).execute(c).await.map(drop))?;
    Ok(())
}

/// Takes away the prices of a product in `currency` everywhere; each with its variant.
pub(in crate::catalog) async fn take_everywhere(
    tx: &mut Tx,
    product: ProductId,
    currency: Currency,
) -> Result<Vec<(VariantId, Tag)>, DbError> {
    let rows: Vec<TakenRow> = on!(tx, c => sqlx::query_as(
        "DELETE FROM variant_prices WHERE product_id = $1 AND currency = $2 AND market = ''
         RETURNING variant_id, price_minor, compare_at_minor"
    ).bind(product).bind(currency.as_str()).fetch_all(c).await)?;
    let taken = |row: TakenRow| {
        let (price_minor, compare_at_minor) = (row.price_minor, row.compare_at_minor);
        (row.variant_id, Tag { price_minor, compare_at_minor, prior_price_minor: None })
    };
    Ok(rows.into_iter().map(taken).collect())
}

pub(in crate::catalog) async fn remove_price(
    tx: &mut Tx,
    product: ProductId,
    variant: VariantId,
    place: Place,
) -> Result<(), DbError> {
    let (currency, market) = kept(place);
    on!(tx, c => sqlx::query(
        "DELETE FROM variant_prices WHERE product_id = $1 AND variant_id = $2 AND currency = $3 AND market = $4"
    ).bind(product).bind(variant).bind(&currency).bind(&market).execute(c).await.map(drop))?;
    Ok(())
}

/// Writes the price of a place down that a variant has from `at` on, or that it has none (`ended`).
pub(in crate::catalog) async fn note(
    tx: &mut Tx,
    (product, variant): (ProductId, VariantId),
    place: Place,
    tag: Tag,
    ended: bool,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let (currency, market) = kept(place);
    on!(tx, c => sqlx::query(
        "INSERT INTO market_price_changes (id, product_id, variant_id, currency, market, price_minor, reduced, ended, at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ).bind(PriceChangeId::new()).bind(product).bind(variant).bind(&currency).bind(&market).bind(tag.price_minor)
        .bind(tag.reduces()).bind(ended).bind(to_ms(at)).execute(c).await.map(drop))?;
    Ok(())
}

row! {
    struct ChangeRow {
        currency: String,
        price_minor: i64,
        ended: bool,
        at_ms: i64,
    }
}

/// The lowest price of a variant that viewers of a place were told in the days before `began`, if they were told any: that of the
/// place, else of everywhere, else the base price.
pub(in crate::catalog) async fn lowest_before(
    tx: &mut Tx,
    (org, shown): (OrgId, &mut Shown),
    (product, variant): (ProductId, VariantId),
    place: Place,
    began: DateTime<Utc>,
) -> Result<Option<i64>, DbError> {
    let (from, until) = (to_ms(began - TimeDelta::days(PRIOR_DAYS)), to_ms(began));
    let mut layers = vec![changes_of(tx, (product, variant), place, (from, until)).await?];
    if place.1.is_some() {
        layers.push(changes_of(tx, (product, variant), (place.0, None), (from, until)).await?);
    }
    layers.push(base_changes(tx, (product, variant), (from, until)).await?);
    let prices = told(&layers, place.0);
    let showings = shown.between(tx, org, from, until).await?;
    Ok(lowest(product, &prices, showings, place.0, from, until))
}

/// Prices of a place: the one that held when those days began, and those within.
async fn changes_of(
    tx: &mut Tx,
    (product, variant): (ProductId, VariantId),
    place: Place,
    (from, until): (i64, i64),
) -> Result<Vec<Priced>, DbError> {
    let (currency, market) = kept(place);
    let held: Option<ChangeRow> = on!(tx, c => sqlx::query_as(
        "SELECT currency, price_minor, ended, at_ms FROM market_price_changes
         WHERE product_id = $1 AND variant_id = $2 AND currency = $3 AND market = $4 AND at_ms < $5
         ORDER BY at_ms DESC, id DESC LIMIT 1"
    ).bind(product).bind(variant).bind(&currency).bind(&market).bind(from).fetch_optional(c).await)?;
    let within: Vec<ChangeRow> = on!(tx, c => sqlx::query_as(
        "SELECT currency, price_minor, ended, at_ms FROM market_price_changes
         WHERE product_id = $1 AND variant_id = $2 AND currency = $3 AND market = $4 AND at_ms >= $5 AND at_ms < $6
         ORDER BY at_ms, id"
    ).bind(product).bind(variant).bind(&currency).bind(&market).bind(from).bind(until).fetch_all(c).await)?;
    held.into_iter().chain(within).map(priced).collect()
}

/// The same of base prices, in whichever currency each was.
async fn base_changes(
    tx: &mut Tx,
    (product, variant): (ProductId, VariantId),
    (from, until): (i64, i64),
) -> Result<Vec<Priced>, DbError> {
    let held: Option<ChangeRow> = on!(tx, c => sqlx::query_as(
        "SELECT currency, price_minor, FALSE AS ended, at_ms FROM price_changes
         WHERE product_id = $1 AND variant_id = $2 AND at_ms < $3 ORDER BY at_ms DESC, id DESC LIMIT 1"
    ).bind(product).bind(variant).bind(from).fetch_optional(c).await)?;
    let within: Vec<ChangeRow> = on!(tx, c => sqlx::query_as(
        "SELECT currency, price_minor, FALSE AS ended, at_ms FROM price_changes
         WHERE product_id = $1 AND variant_id = $2 AND at_ms >= $3 AND at_ms < $4 ORDER BY at_ms, id"
    ).bind(product).bind(variant).bind(from).bind(until).fetch_all(c).await)?;
    held.into_iter().chain(within).map(priced).collect()
}

fn priced(row: ChangeRow) -> Result<Priced, DbError> {
    Ok(Priced {
        at_ms: row.at_ms,
        currency: currency(&row.currency)?,
        price_minor: row.price_minor,
        ended: row.ended,
    })
}

row! {
    struct PlaceRow {
        currency: String,
        market: String,
    }
}

/// Every language that a product of `org` has a text in, up to `limit`.
pub(in crate::catalog) async fn languages(db: &Db, org: OrgId, limit: i64) -> Result<Vec<Language>, DbError> {
    let tags: Vec<String> = on!(db, c => sqlx::query_scalar(
        "SELECT DISTINCT t.language FROM product_texts t JOIN products p ON p.id = t.product_id WHERE p.org_id = $1
         ORDER BY 1 LIMIT $2"
    ).bind(org).bind(limit).fetch_all(c).await)?;
    tags.iter()
        .map(|tag| Language::try_from(tag.as_str()).map_err(|_| DbError::Corrupt(format!("language {tag}"))))
        .collect()
}

/// Every place that a variant of `org` has a price of, up to `limit`.
pub(in crate::catalog) async fn places(db: &Db, org: OrgId, limit: i64) -> Result<Vec<Place>, DbError> {
    let rows: Vec<PlaceRow> = on!(db, c => sqlx::query_as(
        "SELECT DISTINCT v.currency, v.market FROM variant_prices v JOIN products p ON p.id = v.product_id WHERE p.org_id = $1
         ORDER BY 1, 2 LIMIT $2"
    ).bind(org).bind(limit).fetch_all(c).await)?;
    rows.iter().map(|row| Ok((currency(&row.currency)?, market(&row.market)?))).collect()
}
