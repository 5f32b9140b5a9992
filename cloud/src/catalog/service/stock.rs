//! The handle's part that moves counts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrderId, OrgId, ProductId, ShowId, StockChangeId, VariantId};

use crate::base::{Actor, Invalid, Page, Permission, to_ms, trimmed};
use crate::catalog::model::stock_of;
use crate::catalog::store::stock::Cause;
use crate::catalog::{
    Catalog, CatalogError, Product, StockChange, StockChangeDraft, StockCount, Variant, store,
};
use crate::db::{DbError, Tx};
use crate::events::{Event, record};

impl Catalog {
    /// Moves the count of a variant. What is taken away beyond what is there is owed, to those who hold it or have bought it: no more
    /// than they have.
    ///
    /// # Errors
    /// [`CatalogError::NoProduct`]; [`CatalogError::NoVariant`]; [`CatalogError::Invalid`].
    pub async fn move_stock(
        &self,
        actor: &Actor,
        org: OrgId,
        product: ProductId,
        variant: VariantId,
        draft: StockChangeDraft,
    ) -> Result<StockChange, CatalogError> {
        actor.require(Permission::ManageStock, org)?;
        let draft = draft.checked()?;
        let mut tx = self.db.begin().await?;
        let mut shelf = Shelf::lock(&mut tx, org, [product]).await?;
        let found = shelf.find(product, variant)?;
        stock_of(found.balance().saturating_add(draft.delta).max(0))?;
        let balance = found.balance();
        if draft.delta.saturating_add(balance) < 0 && draft.delta < 0 {
            let held = store::reservations::held_of(&mut tx, &[variant]).await?;
            let sold = store::stock::sold(&mut tx, product, variant).await?;
            let promised = held.get(&variant).copied().unwrap_or(0).saturating_add(sold);
            if balance.saturating_add(draft.delta).saturating_add(promised) < 0 {
                let (taken, there) = (draft.delta.unsigned_abs(), balance.max(0));
                let sentence = format!("`delta` takes {taken} pieces away, and {there} are there to be sold");
                return Err(Invalid::new(sentence).into());
            }
        }
        let now = self.clock.now();
        let cause = Cause::of(actor, now, draft.reason.as_str()).noting(&draft.note);
        let id = shelf.apply(&mut tx, product, variant, draft.delta, cause).await?;
        let balance = shelf.find(product, variant)?.balance();
        shelf.record(&mut tx, actor, now, org, None)?;
        tx.commit().await?;
        Ok(StockChange {
            id: id.ok_or(CatalogError::NoVariant(variant))?,
            variant_id: variant,
            delta: draft.delta,
            balance,
            reason: draft.reason.as_str().to_owned(),
            note: draft.note,
            order_id: None,
            actor: actor.to_string(),
            at: now,
        })
    }

    /// Sets the count of a variant to what was counted on the shelf, less what is held for orders to come. `seen` is the product's version that the caller saw.
    ///
    /// # Errors
    /// [`CatalogError::Unseen`] without it; [`CatalogError::Stale`] when something was sold or changed since;
    /// [`CatalogError::NoProduct`]; [`CatalogError::NoVariant`]; [`CatalogError::Invalid`].
    pub async fn count_stock(
        &self,
        actor: &Actor,
        org: OrgId,
        product: ProductId,
        variant: VariantId,
        seen: Option<i64>,
        count: StockCount,
    ) -> Result<Product, CatalogError> {
        actor.require(Permission::ManageStock, org)?;
        let (stock, note) = (stock_of(count.stock)?, trimmed("note", &count.note, 0, 200)?);
        let mut tx = self.db.begin().await?;
        let mut shelf = Shelf::lock(&mut tx, org, [product]).await?;
        // What is held lies on the shelf too, and is not to be sold.
        let held = store::reservations::held_of(&mut tx, &[variant]).await?;
        let delta =
            stock - held.get(&variant).copied().unwrap_or(0) - shelf.find(product, variant)?.balance();
        let found = shelf.products.get(&product).map_or(0, |product| product.version - 1);
        if seen.ok_or(CatalogError::Unseen)? != found {
            return Err(CatalogError::Stale(found));
        }
        let now = self.clock.now();
        let cause = Cause::of(actor, now, "counted").noting(&note);
        if delta != 0 {
            shelf.apply(&mut tx, product, variant, delta, cause).await?;
        }
        let changed = shelf.products.get(&product).cloned().ok_or(CatalogError::NoProduct(product))?;
        shelf.record(&mut tx, actor, now, org, None)?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Moves of a variant's count, newest first; of one that is gone, too.
    ///
    /// # Errors
    /// [`CatalogError::NoProduct`]; [`CatalogError::NoVariant`].
    pub async fn stock_changes(
        &self,
        actor: &Actor,
        org: OrgId,
        product: ProductId,
        variant: VariantId,
        after: Option<StockChangeId>,
        limit: i64,
    ) -> Result<Page<StockChange>, CatalogError> {
        let found = self.product(actor, org, product).await?;
        let changes = store::stock::list(&self.db, product, variant, after, limit + 1).await?;
        if changes.is_empty() && found.variant(variant).is_none() {
            return Err(CatalogError::NoVariant(variant));
        }
        Ok(Page::cut(changes, limit, |change| change.id.to_string()))
    }
}

impl<'a> Cause<'a> {
    pub(super) fn of(actor: &'a Actor, now: DateTime<Utc>, reason: &'static str) -> Self {
        Self { actor, at_ms: to_ms(now), reason, note: "", order: None }
    }

    fn noting(self, note: &'a str) -> Self {
        Self { note, ..self }
    }

    pub(super) fn by_order(self, order: OrderId) -> Self {
        Self { order: Some(order), ..self }
    }
}

/// Products that a transaction has locked, and how many of each there were before.
pub(super) struct Shelf {
    pub(super) products: BTreeMap<ProductId, Product>,
    before: BTreeMap<ProductId, i64>,
}

impl Shelf {
    /// Locks those of `ids` that the organisation has, always in the same order, so that no two wait for each other.
    pub(super) async fn lock(
        tx: &mut Tx,
        org: OrgId,
        ids: impl IntoIterator<Item = ProductId>,
    ) -> Result<Self, DbError> {
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        let locked = store::batch::lock_many(tx, org, &ids).await?;
        let products: BTreeMap<_, _> = locked.into_iter().map(|product| (product.id, product)).collect();
        let before = products.iter().map(|(id, product)| (*id, product.stock())).collect();
        Ok(Self { products, before })
    }

    pub(super) fn find(&self, product: ProductId, variant: VariantId) -> Result<&Variant, CatalogError> {
        let product = self.products.get(&product).ok_or(CatalogError::NoProduct(product))?;
        product.variant(variant).ok_or(CatalogError::NoVariant(variant))
    }

    /// Moves the count of a variant; None when there is no such one, or no longer.
    pub(super) async fn apply(
        &mut self,
        tx: &mut Tx,
        product: ProductId,
        variant: VariantId,
        delta: i64,
        cause: Cause<'_>,
    ) -> Result<Option<StockChangeId>, DbError> {
        let variants = self.products.get_mut(&product).map(|product| product.variants.iter_mut());
        let Some(found) = variants.into_iter().flatten().find(|found| found.id == variant) else {
            return Ok(None);
        };
        store::stock::apply(tx, product, found, delta, cause).await.map(Some)
    }

    /// Tells of each product whose stock is another now.
    pub(super) fn record(
        self,
        tx: &mut Tx,
        actor: &Actor,
        now: DateTime<Utc>,
        org: OrgId,
        show: Option<ShowId>,
    ) -> Result<(), DbError> {
        for (id, product) in &self.products {
            let stock = product.stock();
            if self.before.get(id) != Some(&stock) {
                record(tx, actor, now, org, show, Event::StockChanged { product: *id, stock })?;
            }
        }
        Ok(())
    }
}

/// Writes down what a change of a product made of the counts that stood in `before`.
pub(super) async fn note_counts(
    tx: &mut Tx,
    actor: &Actor,
    now: DateTime<Utc>,
    reason: &'static str,
    before: &[Variant],
    product: &Product,
) -> Result<(), DbError> {
    for variant in &product.variants {
        let known = before.iter().find(|known| known.id == variant.id);
        let delta = variant.balance() - known.map_or(0, Variant::balance);
        let reason = if known.is_some() { reason } else { "created" };
        if delta != 0 {
            store::stock::note(tx, product.id, variant, delta, Cause::of(actor, now, reason)).await?;
        }
    }
    Ok(())
}
