//! The handle's part that keeps pictures.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use vitrine_protocol::{OrgId, PictureCard, PictureSize, ProductId};

use crate::base::{Actor, Invalid, Permission};
use crate::catalog::model::MOST_PICTURES;
use crate::catalog::{
    Catalog, CatalogError, Image, ImageSize, ListedPicture, Picture, PictureTurn, Product, image, store,
};
use crate::db::{DbError, Tx};
use crate::events::{Event, record};

/// How long files stay that no product uses.
const UNUSED_FOR: TimeDelta = TimeDelta::days(1);
/// How many files one transaction takes care of, and the pause behind it: SQLite has one writer.
const AT_ONCE: i64 = 50;
const PAUSE: Duration = Duration::from_millis(5);
/// Among how many files those of several organisations are looked for.
const LOOK_AMONG: i64 = 500;
/// How long one round goes on while files wait.
const ROUND_FOR: Duration = Duration::from_secs(30);
/// How long files of one transaction are removed: well within the time that others wait for it.
const REMOVE_FOR: Duration = Duration::from_secs(120);
/// How long a picture waits until its files of before are gone.
const GOING_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A picture that comes in.
#[derive(Debug)]
pub struct NewPicture {
    /// Its room.
    pub turn: PictureTurn,
    /// What was sent.
    pub bytes: Bytes,
    /// What is said in its place; empty says nothing.
    pub alt: String,
}

impl Catalog {
    /// Room for a picture that is to come. To be asked for before its bytes are read.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; [`CatalogError::PicturesBusy`].
    pub fn picture_turn(&self, actor: &Actor, org: OrgId) -> Result<PictureTurn, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        self.pictures.turn(org)
    }

    /// Gives a product the picture that stands for it, in the place of the one before.
    ///
    /// # Errors
    /// As [`Catalog::add_picture`].
    pub async fn set_image(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        turn: PictureTurn,
        picture: Bytes,
    ) -> Result<Product, CatalogError> {
        let picture = self.keep_picture(actor, org, id, turn, picture).await?;
        self.change_pictures(actor, org, id, None, |product| {
            product.set_main_picture(picture);
            Ok(())
        })
        .await
    }

    /// Puts a picture behind those of a product, made anew from a PNG, JPEG or WebP: upright, without what a camera noted, in
    /// three sizes. The same picture again stays where it is.
    ///
    /// # Errors
    /// [`CatalogError::NotAPicture`]; [`CatalogError::TooManyPixels`]; [`CatalogError::BrokenPicture`];
    /// [`CatalogError::NoProduct`]; [`CatalogError::Stale`]; [`CatalogError::Invalid`]; [`CatalogError::Plan`].
    pub async fn add_picture(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        seen: Option<i64>,
        new: NewPicture,
    ) -> Result<Product, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let known = self.product_to_draw(org, id, seen).await?;
        if known.pictures.len() >= MOST_PICTURES {
            // Before anything is made and kept.
            return Err(Invalid::new(format!("a product takes at most {MOST_PICTURES} pictures")).into());
        }
        let picture = self.keep_picture(actor, org, id, new.turn, new.bytes).await?.told(&new.alt)?;
        self.change_pictures(actor, org, id, seen, |product| product.add_picture(picture)).await
    }

    /// Lets a picture take the place of another; what is said in its place stays, unless something is said anew.
    ///
    /// # Errors
    /// As [`Catalog::add_picture`]; [`CatalogError::NoPicture`]; [`CatalogError::Unseen`].
    pub async fn replace_picture(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        (seen, before): (Option<i64>, &str),
        new: NewPicture,
    ) -> Result<Product, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let known = self.product_to_draw(org, id, seen).await?;
        if known.pictures.iter().all(|picture| picture.id() != before) {
            return Err(CatalogError::NoPicture(before.to_owned()));
        }
        if seen.is_none() {
            return Err(CatalogError::Unseen);
        }
        let picture = self.keep_picture(actor, org, id, new.turn, new.bytes).await?.told(&new.alt)?;
        self.change_pictures(actor, org, id, seen, |product| product.replace_picture(before, picture)).await
    }

    /// Takes over which pictures a list has for a product, and nothing when it has the same already.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; [`CatalogError::NoProduct`].
    pub async fn list_pictures(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        listed: Vec<ListedPicture>,
    ) -> Result<(), CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let known = store::get_many(&self.db, org, &[id]).await?;
        let mut like = known.into_iter().next().ok_or(CatalogError::NoProduct(id))?;
        let before = like.pictures.clone();
        like.take_listed(listed.clone());
        if like.pictures == before {
            return Ok(());
        }
        self.change_pictures(actor, org, id, None, |product| {
            product.take_listed(listed);
            Ok(())
        })
        .await
        .map(drop)
    }

    /// Makes a picture and keeps its files, for a product that is to have it; what no product has is swept after a day.
    ///
    /// # Errors
    /// [`CatalogError::NotAPicture`]; [`CatalogError::TooManyPixels`]; [`CatalogError::BrokenPicture`];
    /// [`CatalogError::NoProduct`]; [`CatalogError::Plan`].
    pub async fn keep_picture(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        turn: PictureTurn,
        picture: Bytes,
    ) -> Result<Picture, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        if store::get_many(&self.db, org, &[id]).await?.is_empty() {
            return Err(CatalogError::NoProduct(id));
        }
        let made = self.pictures.make(turn, picture).await?;
        // Written down first, so that nobody sweeps what is about to be used; then the files: a row must never name a picture that
        // is not there.
        let names: BTreeSet<String> = made.files.iter().map(|(name, _)| name.clone()).collect();
        let mut tx = self.db.begin().await?;
        store::pictures::turn(&mut tx, org).await?;
        store::pictures::expect(&mut tx, org, id, &names, self.clock.now()).await?;
        let sizes: Vec<_> = made.files.iter().map(|(name, file)| (name.as_str(), file.len())).collect();
        self.plans.take_blobs(&mut tx, org, &sizes).await?;
        tx.commit().await?;
        let expected = Instant::now();
        while store::pictures::is_going(&self.db, org, &names).await? {
            if expected.elapsed() > GOING_WITHIN {
                return Err(CatalogError::PicturesBusy);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        for (name, file) in made.files {
            self.blobs.put(&blob(org, &name), file).await?;
        }
        Ok(Picture { name: made.shown, alt: String::new(), sizes: made.sizes, source: None })
    }

    async fn product_to_draw(
        &self,
        org: OrgId,
        id: ProductId,
        seen: Option<i64>,
    ) -> Result<Product, CatalogError> {
        let found = store::get_many(&self.db, org, &[id]).await?;
        let known = found.into_iter().next().ok_or(CatalogError::NoProduct(id))?;
        match seen {
            Some(seen) if seen != known.version => Err(CatalogError::Stale(known.version)),
            _ => Ok(known),
        }
    }

    async fn change_pictures(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ProductId,
        seen: Option<i64>,
        change: impl FnOnce(&mut Product) -> Result<(), CatalogError>,
    ) -> Result<Product, CatalogError> {
        let mut tx = self.db.begin().await?;
        let mut product = store::lock(&mut tx, org, id).await?.ok_or(CatalogError::NoProduct(id))?;
        if seen.is_some_and(|seen| seen != product.version - 1) {
            return Err(CatalogError::Stale(product.version - 1));
        }
        let before = product.pictures.clone();
        change(&mut product)?;
        if product.pictures == before {
            // Nothing to tell anybody: the transaction is let go with its new number.
            product.version -= 1;
            return Ok(product);
        }
        let now = self.clock.now();
        store::save(&mut tx, &product).await?;
        leave_files(&mut tx, &product, &before, now).await?;
        record(&mut tx, actor, now, org, None, Event::ProductChanged { product: id })?;
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

    /// The pictures of a product in all their sizes. One that an early version took has none.
    pub(super) fn picture_cards(&self, product: &Product) -> Vec<PictureCard> {
        let size = |size: &ImageSize| PictureSize {
            width: size.width,
            height: size.height,
            jpeg_url: self.media_url(product.org, &size.jpeg),
            webp_url: self.media_url(product.org, &size.webp),
        };
        let card = |picture: &Picture| PictureCard {
            alt: picture.alt.clone(),
            sizes: picture.sizes.iter().map(size).collect(),
        };
        product.pictures.iter().map(card).collect()
    }

    /// Removes files of pictures that no product has used for a day, those of products and organisations that are gone among
    /// them; how many files went. Goes on for half a minute while some wait. Safe beside a picture that comes in, twice, and on two
    /// nodes at once.
    ///
    /// # Errors
    /// The database or the disk does not answer.
    pub async fn sweep_pictures(&self) -> Result<usize, CatalogError> {
        let (began, mut gone) = (Instant::now(), 0);
        while began.elapsed() < ROUND_FOR {
            let before = self.clock.now() - UNUSED_FOR;
            let orgs = store::pictures::unlooked(&self.db, before, LOOK_AMONG).await?;
            if orgs.is_empty() {
                break;
            }
            for org in orgs {
                gone += self.sweep_some(org).await?;
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(gone)
    }

    async fn sweep_some(&self, org: OrgId) -> Result<usize, CatalogError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        // Who keeps a picture of the organisation waits, and sees then which files are about to go.
        store::pictures::turn(&mut tx, org).await?;
        let unused = store::pictures::unused(&mut tx, org, now - UNUSED_FOR, now, AT_ONCE).await?;
        self.plans.give_back_blobs(&mut tx, org, &unused).await?;
        tx.commit().await?;
        if unused.is_empty() {
            return Ok(0);
        }
        let (began, mut gone) = (Instant::now(), Vec::with_capacity(unused.len()));
        for name in unused {
            if began.elapsed() > REMOVE_FOR {
                break; // What is left is looked after again a day later.
            }
            self.blobs.delete(&blob(org, &name)).await?;
            gone.push(name);
        }
        let mut tx = self.db.begin().await?;
        store::pictures::gone(&mut tx, org, &gone).await?;
        tx.commit().await?;
        Ok(gone.len())
    }
}

/// Lets the files of those pictures that a locked product has no longer go a day from now, unless another product has them.
pub(super) async fn leave_files(
    tx: &mut Tx,
    product: &Product,
    before: &[Picture],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let kept: BTreeSet<&str> = product.pictures.iter().flat_map(Picture::files).collect();
    let left: BTreeSet<&str> =
        before.iter().flat_map(Picture::files).filter(|name| !kept.contains(name)).collect();
    store::pictures::leave(tx, product.org, product.id, &left, now).await
}

pub(super) fn blob(org: OrgId, name: &str) -> String {
    format!("media/{org}/{name}")
}
