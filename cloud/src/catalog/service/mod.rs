//! The handle of the catalogue: products and their pictures.

mod batch;
mod changes;
mod coupons;
mod details;
mod held;
mod locals;
mod orders;
mod pictures;
mod prices;
mod reservations;
mod stock;

use vitrine_protocol::{OrgId, ProductCard, ProductId, VariantCard, VariantOption};

use super::image::Pictures;
use super::model::{Tag, tag_of};
use super::store::showings::Shown;
use super::{CatalogError, Choice, Language, Product, ProductDraft, ProductPatch, Variant, store};
use crate::base::{Actor, Clock, Page, Permission, trimmed};
use crate::blobs::Blobs;
use crate::db::{Db, Tx};
use crate::events::{Event, record};
use crate::plan::{Limit, Plans};

pub use batch::{BatchDone, BatchItem, Listed, ListedVariant, Pieces};
pub use locals::Numbered;
pub use pictures::NewPicture;

/// Products, coupons and orders. Clones share everything.
#[derive(Clone)]
pub struct Catalog {
    db: Db,
    clock: Clock,
    blobs: Blobs,
    pictures: Pictures,
    public_url: String,
    plans: Plans,
}

impl Catalog {
    /// The handle over `db` and `blobs`; `public_url` is how browsers reach this server.
    #[must_use]
    pub fn new(db: Db, clock: Clock, blobs: Blobs, public_url: String) -> Self {
        let plans = Plans::new(db.clone(), clock.clone(), "open");
        Self { db, clock, blobs, pictures: Pictures::new(), public_url, plans }
    }

    /// The same within what `plans` allow.
    #[must_use]
    pub fn within(self, plans: Plans) -> Self {
        Self { plans, ..self }
    }

    /// Makes a product.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; [`CatalogError::Invalid`]; [`CatalogError::Plan`].
    pub async fn create_product(
        &self,
        actor: &Actor,
        org: OrgId,
        draft: ProductDraft,
    ) -> Result<Product, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let now = self.clock.now();
        let mut product = Product::new(org, draft, now)?;
        let mut tx = self.db.begin().await?;
        details::check(&mut tx, None, &product).await?;
        self.plans.take(&mut tx, org, Limit::Products, 1).await?;
        store::insert(&mut tx, &product).await.map_err(details::taken)?;
        prices::note(&mut tx, &mut Shown::default(), now, None, &mut product).await?;
        stock::note_counts(&mut tx, actor, now, "created", &[], &product).await?;
        record(&mut tx, actor, now, org, None, Event::ProductCreated { product: product.id })?;
        tx.commit().await?;
        Ok(product)
    }

    /// A product.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; [`CatalogError::NoProduct`].
    pub async fn product(&self, actor: &Actor, org: OrgId, id: ProductId) -> Result<Product, CatalogError> {
        actor.require(Permission::ViewCatalog, org)?;
        let found = store::get_many(&self.db, org, &[id]).await?;
        found.into_iter().next().ok_or(CatalogError::NoProduct(id))
    }

    /// Products, newest first.
    ///
    /// # Errors
    /// [`CatalogError::Denied`].
    pub async fn products(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<ProductId>,
        limit: i64,
    ) -> Result<Page<Product>, CatalogError> {
        self.products_with(actor, org, None, after, limit).await
    }

    /// The same, of those with a tag if one is named.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; [`CatalogError::Invalid`].
    pub async fn products_with(
        &self,
        actor: &Actor,
        org: OrgId,
        tag: Option<&str>,
        after: Option<ProductId>,
        limit: i64,
    ) -> Result<Page<Product>, CatalogError> {
        actor.require(Permission::ViewCatalog, org)?;
        let tag = tag.map(tag_of).transpose()?;
        let products = store::list(&self.db, org, tag.as_deref(), after, limit + 1).await?;
        Ok(Page::cut(products, limit, |product| product.id.to_string()))
    }

    /// Those of `ids` that the organisation has, in their order, in one page.
    ///
    /// # Errors
    /// [`CatalogError::Denied`].
    pub async fn products_named(
        &self,
        actor: &Actor,
        org: OrgId,
        ids: &[ProductId],
    ) -> Result<Page<Product>, CatalogError> {
        actor.require(Permission::ViewCatalog, org)?;
        Ok(Page { items: store::get_many(&self.db, org, ids).await?, next: None })
    }

    /// Those whose title, or a variant's number, begins with `text`, newest first.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; [`CatalogError::Invalid`].
    pub async fn find_products(
        &self,
        actor: &Actor,
        org: OrgId,
        text: &str,
        after: Option<ProductId>,
        limit: i64,
    ) -> Result<Page<Product>, CatalogError> {
        actor.require(Permission::ViewCatalog, org)?;
        let text = trimmed("q", text, 1, 100)?;
        let products = store::find(&self.db, org, &text, after, limit + 1).await?;
        Ok(Page::cut(products, limit, |product| product.id.to_string()))
    }

    /// Changes a product. `seen` is the version the caller saw, if it wants to be sure; who says what costs money has to be.
    ///
    /// # Errors
    /// [`CatalogError::Stale`] when it has changed since; [`CatalogError::Unseen`]; [`CatalogError::Invalid`].
    pub async fn change_product(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        seen: Option<i64>,
        patch: ProductPatch,
    ) -> Result<Product, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let mut tx = self.db.begin().await?;
        let mut product = store::lock(&mut tx, org, id).await?.ok_or(CatalogError::NoProduct(id))?;
        if seen.is_some_and(|seen| seen != product.version - 1) {
            return Err(CatalogError::Stale(product.version - 1));
        }
        if seen.is_none() && patch.costs() {
            return Err(CatalogError::Unseen);
        }
        let (now, before) = (self.clock.now(), product.clone());
        let facts = product.change(patch)?;
        let mut shown = Shown::default();
        prices::note(&mut tx, &mut shown, now, Some(&before), &mut product).await?;
        store::save(&mut tx, &product).await?;
        locals::settle(&mut tx, &mut shown, now, &before, &mut product).await?;
        if product.pictures != before.pictures {
            pictures::leave_files(&mut tx, &product, &before.pictures, now).await?;
        }
        if !product.says_what(&before) {
            store::edited(&mut tx, id, now).await?;
        }
        if !product.has_details_of(&before) {
            details::check(&mut tx, Some(&before), &product).await?;
            store::details::save(&mut tx, &product).await.map_err(details::taken)?;
        }
        stock::note_counts(&mut tx, actor, now, "counted", &before.variants, &product).await?;
        for fact in facts {
            record(&mut tx, actor, now, org, None, fact)?;
        }
        tx.commit().await?;
        Ok(product)
    }

    /// Removes a product; line-ups lose it a moment later, orders keep its name.
    ///
    /// # Errors
    /// [`CatalogError::NoProduct`].
    pub async fn remove_product(&self, actor: &Actor, org: OrgId, id: ProductId) -> Result<(), CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let (now, mut tx) = (self.clock.now(), self.db.begin().await?);
        let mut product = store::lock(&mut tx, org, id).await?.ok_or(CatalogError::NoProduct(id))?;
        let pictures = std::mem::take(&mut product.pictures);
        pictures::leave_files(&mut tx, &product, &pictures, now).await?;
        store::delete(&mut tx, id).await?;
        record(&mut tx, actor, now, org, None, Event::ProductRemoved { product: id })?;
        Ok(tx.commit().await?)
    }

    /// Those of `ids` that the organisation sells, as shoppers see them, in the order of `ids`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn product_cards(
        &self,
        org: OrgId,
        ids: &[ProductId],
    ) -> Result<Vec<ProductCard>, CatalogError> {
        let choice = Choice::default();
        Ok(self.sold(org, ids).await?.iter().map(|product| self.card(product, &choice, None)).collect())
    }

    /// Whether a product is sold; until `tx` ends nobody changes that.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn hold_on_sale(&self, tx: &mut Tx, org: OrgId, id: ProductId) -> Result<bool, CatalogError> {
        let held = store::batch::hold_many(tx, org, &[id]).await?;
        Ok(held.first().is_some_and(|product| product.hidden.is_none()))
    }

    /// Where a product's picture is served, if it has one.
    #[must_use]
    pub fn image_url(&self, product: &Product) -> Option<String> {
        product.image().map(|picture| self.media_url(product.org, &picture.name))
    }

    /// Where a file of a picture is served.
    #[must_use]
    pub fn media_url(&self, org: OrgId, name: &str) -> String {
        format!("{}/media/{org}/{name}", self.public_url)
    }

    /// A product as a viewer sees it, where the organisation's own words are in the language `own`, if that is known.
    #[must_use]
    pub fn card(&self, product: &Product, choice: &Choice, own: Option<&Language>) -> ProductCard {
        let currency = product.currency_for(choice);
        let priced: Vec<(&Variant, Tag)> = product
            .variants
            .iter()
            .filter_map(|variant| Some((variant, product.tag_in(variant, currency, choice.market)?)))
            .collect();
        let cheapest = priced.iter().map(|(_, tag)| tag).min_by_key(|tag| tag.price_minor);
        ProductCard {
            product_id: product.id,
            title: product.title_for(choice, own).to_owned(),
            url: product.url.clone(),
            image_url: self.image_url(product),
            image_alt: product.image().map(|main| main.alt.clone()).unwrap_or_default(),
            pictures: self.picture_cards(product),
            currency,
            price_minor: cheapest.map_or(0, |tag| tag.price_minor),
            compare_at_minor: cheapest.and_then(Tag::shown_before),
            prior_price_minor: cheapest.and_then(Tag::prior),
            discount_percent: cheapest.and_then(Tag::discount),
            stock: product.variants.iter().map(Variant::shown_stock).sum(),
            variants: priced
                .iter()
                .map(|(variant, tag)| VariantCard {
                    id: variant.id,
                    title: variant.title.clone(),
                    sku: variant.sku.clone(),
                    price_minor: tag.price_minor,
                    compare_at_minor: tag.shown_before(),
                    prior_price_minor: tag.prior(),
                    discount_percent: tag.discount(),
                    stock: variant.shown_stock(),
                    options: product
                        .options
                        .iter()
                        .filter_map(|name| {
                            let value = variant.options.get(name)?.clone();
                            Some(VariantOption { name: name.clone(), value })
                        })
                        .collect(),
                })
                .collect(),
        }
    }
}

#[cfg(test)]
use {super::image, bytes::Bytes, pictures::blob};

#[cfg(test)]
mod tests;
