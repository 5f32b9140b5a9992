//! The handle's part for other languages, currencies and markets.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, ProductId, VariantId};

use super::prices::goes_on;
use crate::base::{Actor, Permission};
use crate::catalog::model::Place;
use crate::catalog::store::showings::Shown;
use crate::catalog::{
    Catalog, CatalogError, Language, MarketPrice, MarketPriceDraft, Product, ProductTextDraft, store,
};
use crate::db::{DbError, Tx};
use crate::events::{Event, record};

/// The most languages, and places of prices, that are told of an organisation.
const MOST_LANGUAGES: i64 = 200;
const MOST_PLACES: i64 = 400;

/// What a list that adds to products says of one to find it by.
#[derive(Debug)]
pub struct Numbered<'a> {
    /// What platforms call it: platform and id.
    pub named: Vec<(&'a str, &'a str)>,
    /// Its numbers, the first that is known counts.
    pub numbers: Vec<&'a str>,
}

impl Catalog {
    /// Sets what a product is called in a language, or takes that away. The same again changes nothing.
    ///
    /// # Errors
    /// [`CatalogError::Stale`] when it has changed since `seen`; [`CatalogError::NoProduct`]; [`CatalogError::Invalid`].
    pub async fn set_text(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        seen: Option<i64>,
        (language, draft): (Language, Option<ProductTextDraft>),
    ) -> Result<Product, CatalogError> {
        self.localize(actor, org, id, seen, |product| Ok(product.set_text(language, draft)?)).await
    }

    /// Sets all that a variant costs beside its base price. Needs the version that was `seen`; the same again changes nothing.
    ///
    /// # Errors
    /// [`CatalogError::Unseen`]; [`CatalogError::Stale`]; [`CatalogError::NoVariant`]; [`CatalogError::Invalid`].
    pub async fn set_market_prices(
        &self,
        actor: &Actor,
        org: OrgId,
        (id, variant): (ProductId, VariantId),
        seen: Option<i64>,
        prices: &[MarketPriceDraft],
    ) -> Result<Product, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let seen = Some(seen.ok_or(CatalogError::Unseen)?);
        let change = |product: &mut Product| {
            let at = product.variants.iter().position(|one| one.id == variant);
            Ok(product.set_prices(at.ok_or(CatalogError::NoVariant(variant))?, prices)?)
        };
        self.localize(actor, org, id, seen, change).await
    }

    async fn localize(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        seen: Option<i64>,
        change: impl FnOnce(&mut Product) -> Result<(), CatalogError>,
    ) -> Result<Product, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let mut tx = self.db.begin().await?;
        let mut product = store::lock(&mut tx, org, id).await?.ok_or(CatalogError::NoProduct(id))?;
        let version = product.version - 1;
        if seen.is_some_and(|seen| seen != version) {
            return Err(CatalogError::Stale(version));
        }
        let (now, before) = (self.clock.now(), product.clone());
        change(&mut product)?;
        if product == before {
            // Nothing is written, the new version neither.
            return Ok(Product { version, ..product });
        }
        settle(&mut tx, &mut Shown::default(), now, &before, &mut product).await?;
        record(&mut tx, actor, now, org, None, Event::ProductChanged { product: id })?;
        tx.commit().await?;
        Ok(product)
    }

    /// Those of `ids` that the organisation sells, in their order: what cards are made of.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sold(&self, org: OrgId, ids: &[ProductId]) -> Result<Vec<Product>, CatalogError> {
        let mut products = store::get_many(&self.db, org, ids).await?;
        products.retain(|product| product.hidden.is_none());
        Ok(products)
    }

    /// Of each that is wanted, the product of the first variant that is called so on a platform, or has one of the numbers.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find_by_number(
        &self,
        tx: &mut Tx,
        org: OrgId,
        wanted: &[Numbered<'_>],
    ) -> Result<Vec<Option<ProductId>>, CatalogError> {
        let mut numbers: Vec<&str> = wanted.iter().flat_map(|one| one.numbers.iter().copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let by_number = store::listed::with_skus(tx, org, &numbers).await?;
        let mut found = Vec::with_capacity(wanted.len());
        for one in wanted {
            let mut product = None;
            for (platform, id) in &one.named {
                product = store::details::find(tx, org, platform, id).await?.map(|(product, _)| product);
                if product.is_some() {
                    break;
                }
            }
            found.push(
                product.or_else(|| one.numbers.iter().find_map(|number| by_number.get(*number).copied())),
            );
        }
        Ok(found)
    }

    /// Every language that the organisation's products have texts in, and every place of their prices, in order: what a list of
    /// them needs columns for.
    ///
    /// # Errors
    /// [`CatalogError::Denied`].
    pub async fn locals(
        &self,
        actor: &Actor,
        org: OrgId,
    ) -> Result<(Vec<Language>, Vec<Place>), CatalogError> {
        actor.require(Permission::ViewCatalog, org)?;
        let languages = store::locals::languages(&self.db, org, MOST_LANGUAGES).await?;
        Ok((languages, store::locals::places(&self.db, org, MOST_PLACES).await?))
    }
}

/// Writes what a change of a product did to its texts and to its prices beside the base ones, notes those prices, and finds the
/// prior price of each reduction that begins with it. Nothing is asked of the database where nothing changed.
pub(super) async fn settle(
    tx: &mut Tx,
    shown: &mut Shown,
    now: DateTime<Utc>,
    before: &Product,
    product: &mut Product,
) -> Result<(), DbError> {
    for (language, text) in &product.texts {
        if before.texts.get(language) != Some(text) {
            store::locals::put_text(tx, product.id, language, text).await?;
        }
    }
    for language in before.texts.keys().filter(|language| !product.texts.contains_key(*language)) {
        store::locals::remove_text(tx, product.id, language).await?;
    }
    let (org, id) = (product.org, product.id);
    if before.currency != product.currency {
        // The base price hid them, and would not any more. Only a version before leaves such ones.
        for (variant, tag) in store::locals::take_everywhere(tx, id, before.currency).await? {
            store::locals::note(tx, (id, variant), (before.currency, None), tag, true, now).await?;
        }
    }
    for known in &before.variants {
        for price in &known.prices {
            let is_there = product.variant(known.id).is_some_and(|one| one.price_at(price.place()).is_some());
            if !is_there {
                store::locals::note(tx, (id, known.id), price.place(), price.tag(), true, now).await?;
                store::locals::remove_price(tx, id, known.id, price.place()).await?;
            }
        }
    }
    for variant in &mut product.variants {
        let known = before.variant(variant.id);
        for price in &mut variant.prices {
            let known = known.and_then(|known| known.price_at(price.place())).copied();
            if known != Some(*price) {
                note(tx, (org, &mut *shown), (id, variant.id), now, known, price).await?;
                store::locals::put_price(tx, id, variant.id, price).await?;
            }
        }
    }
    Ok(())
}

async fn note(
    tx: &mut Tx,
    (org, shown): (OrgId, &mut Shown),
    whose: (ProductId, VariantId),
    now: DateTime<Utc>,
    known: Option<MarketPrice>,
    price: &mut MarketPrice,
) -> Result<(), DbError> {
    let (tag, was) = (price.tag(), known.map(|known| known.tag()));
    let was_reduced = was.is_some_and(|was| was.reduces());
    if was.is_some_and(|was| was.price_minor == tag.price_minor) && was_reduced == tag.reduces() {
        return Ok(());
    }
    price.prior_price_minor = match tag.reduces() {
        false => None,
        // It goes further, and began before.
        true if was_reduced && was.is_some_and(|was| goes_on(was, tag)) => tag.prior_price_minor,
        true => store::locals::lowest_before(tx, (org, shown), whose, price.place(), now).await?,
    };
    store::locals::note(tx, whose, price.place(), tag, false, now).await
}
