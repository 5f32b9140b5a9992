//! The handle's other half: coupons and orders.

use std::collections::BTreeMap;

use vitrine_protocol::{CouponCard, CouponId, OrderId, OrgId, ShowId};

use crate::base::{Actor, Invalid, Page, Permission};
use crate::catalog::{
    Catalog, CatalogError, Coupon, CouponDraft, Order, OrderDraft, OrderLine, OrderTotals, Product, store,
};
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
        actor.require(Permission::EditCatalog, org)?;
        let now = self.clock.now();
        let coupon = Coupon::new(draft, now)?;
        let mut tx = self.db.begin().await?;
        store::sales::insert_coupon(&mut tx, org, &coupon).await.map_err(|error| match error {
            DbError::Clash => CatalogError::CodeTaken,
            error => error.into(),
        })?;
        record(&mut tx, actor, now, org, None, Event::CouponCreated { coupon: coupon.id })?;
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
        let coupons = store::sales::coupons(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(coupons, limit, |coupon| coupon.id.to_string()))
    }

    /// Those of `ids` that the organisation has, in the order of `ids`. They hold the codes: for shoppers
    /// only once they are pinned.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn coupon_cards(&self, org: OrgId, ids: &[CouponId]) -> Result<Vec<CouponCard>, CatalogError> {
        let mut cards = Vec::with_capacity(ids.len());
        for id in ids {
            cards.extend(store::sales::coupon(&self.db, org, *id).await?.map(|coupon| coupon.card()));
        }
        Ok(cards)
    }

    /// Records an order of the shop; stock goes down. The same `external_ref` again gives the order that is
    /// there, and `false`.
    ///
    /// # Errors
    /// [`CatalogError::OutOfStock`] when fewer are left than were ordered: then nothing is recorded.
    /// [`CatalogError::Invalid`] for products, variants or a show that the organisation does not have.
    pub async fn record_order(
        &self,
        actor: &Actor,
        org: OrgId,
        draft: OrderDraft,
    ) -> Result<(Order, bool), CatalogError> {
        actor.require(Permission::RecordOrders, org)?;
        draft.check()?;
        if let Some(order) = store::sales::order_by_ref(&self.db, org, &draft.external_ref).await? {
            return Ok((order, false));
        }
        let external_ref = draft.external_ref.clone();
        match self.record_new(actor, org, draft).await {
            // The same order may have come twice at once, and the other one was first.
            Err(error @ (CatalogError::Db(DbError::Clash) | CatalogError::OutOfStock(_))) => {
                let order = store::sales::order_by_ref(&self.db, org, &external_ref).await?;
                order.map(|order| (order, false)).ok_or(error)
            }
            Ok(order) => Ok((order, true)),
            Err(error) => Err(error),
        }
    }

    async fn record_new(&self, actor: &Actor, org: OrgId, draft: OrderDraft) -> Result<Order, CatalogError> {
        let now = self.clock.now();
        let items = draft.pieces();
        let mut tx = self.db.begin().await?;
        let products = lock_products(&mut tx, org, &draft).await?;
        let mut order = Order {
            id: OrderId::new(),
            org,
            show_id: draft.show_id,
            viewer_id: draft.viewer_id,
            lines: Vec::new(),
            currency: draft.currency,
            total_minor: draft.total_minor,
            coupon_code: draft.coupon_code.clone(),
            external_ref: draft.external_ref.clone(),
            created_at: now,
        };
        let mut stock_facts = BTreeMap::new();
        let mut products = products;
        for line in &draft.lines {
            let product = products.get_mut(&line.product_id).ok_or_else(|| unknown("product"))?;
            let title = product.title.clone();
            let variant = product.variants.iter_mut().find(|variant| variant.id == line.variant_id);
            let variant = variant.ok_or_else(|| unknown("variant"))?;
            if variant.stock < line.quantity {
                return Err(CatalogError::OutOfStock(title));
            }
            variant.stock -= line.quantity;
            store::set_stock(&mut tx, variant.id, variant.stock).await?;
            order.lines.push(OrderLine {
                product_id: line.product_id,
                variant_id: line.variant_id,
                title,
                quantity: line.quantity,
                price_minor: line.price_minor,
            });
            stock_facts.insert(product.id, product.stock());
        }
        store::sales::insert_order(&mut tx, &order).await.map_err(|error| match error {
            DbError::Dangling => unknown("show"),
            error => error.into(),
        })?;
        let recorded = Event::OrderRecorded {
            order: order.id,
            total_minor: order.total_minor,
            currency: order.currency,
            items,
        };
        record(&mut tx, actor, now, org, order.show_id, recorded)?;
        for (product, stock) in stock_facts {
            record(&mut tx, actor, now, org, order.show_id, Event::StockChanged { product, stock })?;
        }
        tx.commit().await?;
        Ok(order)
    }

    /// Orders, newest first; of one show if it is named.
    ///
    /// # Errors
    /// [`CatalogError::Denied`].
    pub async fn orders(
        &self,
        actor: &Actor,
        org: OrgId,
        show: Option<ShowId>,
        after: Option<OrderId>,
        limit: i64,
    ) -> Result<Page<Order>, CatalogError> {
        actor.require(Permission::ViewOrders, org)?;
        let orders = store::sales::orders(&self.db, org, show, after, limit + 1).await?;
        Ok(Page::cut(orders, limit, |order| order.id.to_string()))
    }

    /// What all orders come to; of one show if it is named.
    ///
    /// # Errors
    /// [`CatalogError::Denied`].
    pub async fn order_totals(
        &self,
        actor: &Actor,
        org: OrgId,
        show: Option<ShowId>,
    ) -> Result<OrderTotals, CatalogError> {
        actor.require(Permission::ViewOrders, org)?;
        let sums = store::sales::order_sums(&self.db, org, show).await?;
        Ok(OrderTotals { orders: sums.iter().map(|sum| sum.orders).sum(), sums })
    }
}

/// Locks what is ordered, always in the same order, so that two orders never wait for each other.
async fn lock_products(
    tx: &mut Tx,
    org: OrgId,
    draft: &OrderDraft,
) -> Result<BTreeMap<vitrine_protocol::ProductId, Product>, CatalogError> {
    let mut ids: Vec<_> = draft.lines.iter().map(|line| line.product_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut products = BTreeMap::new();
    for id in ids {
        let product = store::lock(tx, org, id).await?.ok_or_else(|| unknown("product"))?;
        products.insert(id, product);
    }
    Ok(products)
}

fn unknown(what: &str) -> CatalogError {
    Invalid::new(format!("the order names a {what} that this organisation does not have")).into()
}
