//! The handle's part that keeps coupons.

use std::collections::HashMap;

use vitrine_protocol::{CouponId, OrgId, ProductId};

use crate::base::{Actor, Invalid, Page, Permission};
use crate::catalog::{Catalog, CatalogError, Coupon, CouponDraft, CouponPatch, store};
use crate::db::{DbError, Tx};
use crate::events::{Event, record};

impl Catalog {
    /// Makes a coupon.
    ///
    /// # Errors
    /// [`CatalogError::CodeTaken`]; [`CatalogError::Invalid`].
    pub async fn create_coupon(
        &self,
        actor: &Actor,
        org: OrgId,
        draft: CouponDraft,
    ) -> Result<Coupon, CatalogError> {
        actor.require(Permission::EditCoupons, org)?;
        let now = self.clock.now();
        let coupon = Coupon::new(draft, now)?;
        let mut tx = self.db.begin().await?;
        self.check_products(&mut tx, org, &coupon.product_ids).await?;
        store::coupons::insert(&mut tx, org, &coupon).await.map_err(|error| match error {
            DbError::Clash => CatalogError::CodeTaken,
            error => error.into(),
        })?;
        record(&mut tx, actor, now, org, None, Event::CouponCreated { coupon: coupon.id })?;
        tx.commit().await?;
        Ok(coupon)
    }

    /// A coupon.
    ///
    /// # Errors
    /// [`CatalogError::NoCoupon`].
    pub async fn coupon(&self, actor: &Actor, org: OrgId, id: CouponId) -> Result<Coupon, CatalogError> {
        actor.require(Permission::ViewCatalog, org)?;
        store::coupons::get(&self.db, org, id).await?.ok_or(CatalogError::NoCoupon(id))
    }

    /// Changes a coupon's terms; they are money, so `seen`, the version that the caller saw, is asked for.
    ///
    /// # Errors
    /// [`CatalogError::NoCoupon`]; [`CatalogError::Unseen`]; [`CatalogError::Stale`]; [`CatalogError::Invalid`].
    pub async fn change_coupon(
        &self,
        actor: &Actor,
        org: OrgId,
        id: CouponId,
        seen: Option<i64>,
        patch: CouponPatch,
    ) -> Result<Coupon, CatalogError> {
        actor.require(Permission::EditCoupons, org)?;
        let mut tx = self.db.begin().await?;
        let mut coupon = store::coupons::lock(&mut tx, org, id).await?.ok_or(CatalogError::NoCoupon(id))?;
        if seen.ok_or(CatalogError::Unseen)? != coupon.version - 1 {
            return Err(CatalogError::Stale(coupon.version - 1));
        }
        let before = coupon.product_ids.clone();
        coupon.change(patch)?;
        // One that it named already may be gone by now.
        let new: Vec<_> = coupon.product_ids.iter().filter(|id| !before.contains(id)).copied().collect();
        self.check_products(&mut tx, org, &new).await?;
        store::coupons::save(&mut tx, &coupon).await?;
        record(&mut tx, actor, self.clock.now(), org, None, Event::CouponChanged { coupon: id })?;
        tx.commit().await?;
        Ok(coupon)
    }

    /// Ends a coupon for good; one that is ended stays so.
    ///
    /// # Errors
    /// [`CatalogError::NoCoupon`].
    pub async fn end_coupon(&self, actor: &Actor, org: OrgId, id: CouponId) -> Result<Coupon, CatalogError> {
        actor.require_to_end(Permission::EditCoupons, org)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut coupon = store::coupons::lock(&mut tx, org, id).await?.ok_or(CatalogError::NoCoupon(id))?;
        if coupon.ended_at.is_some() {
            coupon.version -= 1;
            return Ok(coupon);
        }
        coupon.ended_at = Some(now);
        store::coupons::save(&mut tx, &coupon).await?;
        record(&mut tx, actor, now, org, None, Event::CouponChanged { coupon: id })?;
        tx.commit().await?;
        Ok(coupon)
    }

    /// Coupons, newest first.
    ///
    /// # Errors
    /// [`CatalogError::Denied`].
    pub async fn coupons(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<CouponId>,
        limit: i64,
    ) -> Result<Page<Coupon>, CatalogError> {
        actor.require(Permission::ViewCatalog, org)?;
        let coupons = store::coupons::list(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(coupons, limit, |coupon| coupon.id.to_string()))
    }

    /// Those of `ids` that the organisation has, in the order of `ids`. They hold the codes: for shoppers
    /// only once they are pinned.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn coupons_of(&self, org: OrgId, ids: &[CouponId]) -> Result<Vec<Coupon>, CatalogError> {
        let mut found = HashMap::with_capacity(ids.len());
        for (id, of, coupon) in store::coupons::some(&self.db, ids).await? {
            if of == org {
                found.insert(id, coupon?);
            }
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// Those of `ids` that there are, whosever they are, each with whose it is; None when it cannot be read.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn coupons_by_id(
        &self,
        ids: &[CouponId],
    ) -> Result<HashMap<CouponId, (OrgId, Option<Coupon>)>, CatalogError> {
        let read = |id: CouponId, coupon: Result<Coupon, DbError>| match coupon {
            Ok(coupon) => Some(coupon),
            Err(error) => {
                tracing::warn!(coupon.id = %id, %error, "a coupon cannot be read");
                None
            }
        };
        let found = store::coupons::some(&self.db, ids).await?;
        Ok(found.into_iter().map(|(id, org, coupon)| (id, (org, read(id, coupon)))).collect())
    }

    async fn check_products(&self, tx: &mut Tx, org: OrgId, ids: &[ProductId]) -> Result<(), CatalogError> {
        match self.missing(tx, org, ids, &[]).await? {
            Some(missing) => Err(Invalid::new(format!("the catalogue does not hold {missing}")).into()),
            None => Ok(()),
        }
    }

    /// A coupon as it is in a transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn coupon_in(
        &self,
        tx: &mut Tx,
        org: OrgId,
        id: CouponId,
    ) -> Result<Option<Coupon>, CatalogError> {
        Ok(store::coupons::get_in(tx, org, id).await?)
    }
}
