//! The handle of the catalogue: products and their pictures.

mod batch;
mod changes;
mod coupons;
mod held;
mod orders;
mod prices;
mod reservations;
mod stock;

use bytes::Bytes;
use vitrine_protocol::{OrgId, ProductCard, ProductId, VariantCard};

use super::image::{self, Pictures};
use super::{CatalogError, Image, PictureTurn, Product, ProductDraft, ProductPatch, Variant, store};
use crate::base::{Actor, Clock, Page, Permission};
use crate::blobs::Blobs;
use crate::db::Db;
use crate::events::{Event, record};
use crate::plan::{Limit, Plans};

pub use batch::{BatchDone, BatchItem};

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
        self.plans.take(&mut tx, org, Limit::Products, 1).await?;
        store::insert(&mut tx, &product).await?;
        prices::note(&mut tx, now, None, &mut product).await?;
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
        actor.require(Permission::ViewCatalog, org)?;
        let products = store::list(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(products, limit, |product| product.id.to_string()))
    }

    /// Changes a product. `seen` is the version the caller saw, if it wants to be sure; who says how many there are has to be.
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
        if seen.is_none() && patch.counts() {
            return Err(CatalogError::Unseen);
        }
        let (now, before) = (self.clock.now(), product.clone());
        let facts = product.change(patch)?;
        prices::note(&mut tx, now, Some(&before), &mut product).await?;
        store::save(&mut tx, &product).await?;
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
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, org, id).await?.ok_or(CatalogError::NoProduct(id))?;
        store::delete(&mut tx, id).await?;
        record(&mut tx, actor, self.clock.now(), org, None, Event::ProductRemoved { product: id })?;
        Ok(tx.commit().await?)
    }

    /// Room for a picture that is to come. To be asked for before its bytes are read.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; [`CatalogError::PicturesBusy`].
    pub fn picture_turn(&self, actor: &Actor, org: OrgId) -> Result<PictureTurn, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        self.pictures.turn()
    }

    /// Gives a product a picture, made anew from a PNG, JPEG or WebP: upright, without what a camera noted, in three sizes.
    ///
    /// # Errors
    /// [`CatalogError::NotAPicture`]; [`CatalogError::TooManyPixels`]; [`CatalogError::BrokenPicture`];
    /// [`CatalogError::NoProduct`]; [`CatalogError::Plan`].
    pub async fn set_image(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        turn: PictureTurn,
        picture: Bytes,
    ) -> Result<Product, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        if store::get_many(&self.db, org, &[id]).await?.is_empty() {
            return Err(CatalogError::NoProduct(id));
        }
        let made = self.pictures.make(turn, picture).await?;
        let sizes: Vec<_> = made.files.iter().map(|(name, file)| (name.as_str(), file.len())).collect();
        let mut tx = self.db.begin().await?;
        self.plans.take_blobs(&mut tx, org, &sizes).await?;
        tx.commit().await?;
        // The files first: a row must never name a picture that is not there.
        for (name, file) in made.files {
            self.blobs.put(&blob(org, &name), file).await?;
        }
        let mut tx = self.db.begin().await?;
        let mut product = store::lock(&mut tx, org, id).await?.ok_or(CatalogError::NoProduct(id))?;
        (product.image, product.image_sizes) = (Some(made.shown), made.sizes);
        store::save(&mut tx, &product).await?;
        record(&mut tx, actor, self.clock.now(), org, None, Event::ProductChanged { product: id })?;
        tx.commit().await?;
        Ok(product)
    }

    /// A picture, for everybody.
    ///
    /// # Errors
    /// The disk does not answer.
    pub async fn image(&self, org: OrgId, name: &str) -> Result<Option<Image>, CatalogError> {
        let Some(content_type) = image::content_type(name) else { return Ok(None) };
        Ok(self.blobs.get(&blob(org, name)).await?.map(|bytes| Image { content_type, bytes }))
    }

    /// Those of `ids` that the organisation has, as shoppers see them, in the order of `ids`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn product_cards(
        &self,
        org: OrgId,
        ids: &[ProductId],
    ) -> Result<Vec<ProductCard>, CatalogError> {
        let products = store::get_many(&self.db, org, ids).await?;
        Ok(products.iter().map(|product| self.card(product)).collect())
    }

    /// Where a product's picture is served, if it has one.
    #[must_use]
    pub fn image_url(&self, product: &Product) -> Option<String> {
        product.image.as_ref().map(|name| self.media_url(product.org, name))
    }

    /// Where a file of a picture is served.
    pub(super) fn media_url(&self, org: OrgId, name: &str) -> String {
        format!("{}/media/{org}/{name}", self.public_url)
    }

    fn card(&self, product: &Product) -> ProductCard {
        ProductCard {
            product_id: product.id,
            title: product.title.clone(),
            url: product.url.clone(),
            image_url: self.image_url(product),
            currency: product.currency,
            price_minor: product.price_minor(),
            compare_at_minor: product.compare_at_minor,
            stock: product.variants.iter().map(Variant::shown_stock).sum(),
            variants: product
                .variants
                .iter()
                .map(|variant| VariantCard {
                    id: variant.id,
                    title: variant.title.clone(),
                    sku: variant.sku.clone(),
                    price_minor: variant.price_minor,
                    stock: variant.shown_stock(),
                })
                .collect(),
        }
    }
}

fn blob(org: OrgId, name: &str) -> String {
    format!("media/{org}/{name}")
}

#[cfg(test)]
mod tests;
