//! The handle's part that keeps pictures.

use bytes::Bytes;
use chrono::TimeDelta;
use vitrine_protocol::{OrgId, ProductId};

use crate::base::{Actor, Permission};
use crate::catalog::{Catalog, CatalogError, Image, PictureTurn, Product, image, store};
use crate::events::{Event, record};

/// How long files stay that no product uses.
const UNUSED_FOR: TimeDelta = TimeDelta::days(1);
/// How many files one look takes care of.
const AT_ONCE: i64 = 500;

impl Catalog {
    /// Room for a picture that is to come. To be asked for before its bytes are read.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; [`CatalogError::PicturesBusy`].
    pub fn picture_turn(&self, actor: &Actor, org: OrgId) -> Result<PictureTurn, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        self.pictures.turn(org)
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
        // Written down first, so that nobody sweeps what is about to be used; then the files: a row must never name a picture that
        // is not there.
        let names: Vec<String> = made.files.iter().map(|(name, _)| name.clone()).collect();
        let mut tx = self.db.begin().await?;
        store::pictures::turn(&mut tx, org).await?;
        store::pictures::expect(&mut tx, org, id, &names, self.clock.now()).await?;
        let sizes: Vec<_> = made.files.iter().map(|(name, file)| (name.as_str(), file.len())).collect();
        self.plans.take_blobs(&mut tx, org, &sizes).await?;
        tx.commit().await?;
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

    /// Removes files of pictures that no product has used for a day, those of products and organisations that are gone among
    /// them; how many files went. Safe beside a picture that comes in, twice, and on two nodes at once.
    ///
    /// # Errors
    /// The database or the disk does not answer.
    pub async fn sweep_pictures(&self) -> Result<usize, CatalogError> {
        let (now, mut gone) = (self.clock.now(), 0);
        for org in store::pictures::unlooked(&self.db, now - UNUSED_FOR, AT_ONCE).await? {
            let mut tx = self.db.begin().await?;
            // Who keeps a picture of the organisation waits until the files of this look are gone, and writes its own after that.
            store::pictures::turn(&mut tx, org).await?;
            let unused = store::pictures::unused(&mut tx, org, now - UNUSED_FOR, now, AT_ONCE).await?;
            for name in &unused {
                self.blobs.delete(&blob(org, name)).await?;
            }
            self.plans.give_back_blobs(&mut tx, org, &unused).await?;
            tx.commit().await?;
            gone += unused.len();
        }
        Ok(gone)
    }
}

pub(super) fn blob(org: OrgId, name: &str) -> String {
    format!("media/{org}/{name}")
}
