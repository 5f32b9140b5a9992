//! The handle's part that records orders. An order is paid when it comes, so nothing in it may keep it out of the books.

use vitrine_protocol::{OrderId, OrgId, ShowId};

use super::reservations::give_back;
use super::stock::Shelf;
use crate::base::{Actor, Page, Permission};
use crate::catalog::model::OrderFlag;
use crate::catalog::store::stock::Cause;
use crate::catalog::{
    Catalog, CatalogError, Coupon, Order, OrderDraft, OrderFilter, OrderLine, OrderState, OrderTotals, store,
};
use crate::db::{DbError, Tx};
use crate::events::{Event, record};

/// What a line is called whose product nobody knows.
const UNKNOWN_TITLE: &str = "Unknown product";

impl Catalog {
    /// Records an order of the shop; stock goes down. What does not fit is flagged. The same number of the same source again
    /// gives the order that is there, and `false`.
    ///
    /// # Errors
    /// [`CatalogError::RefTaken`] when that number came with another body; [`CatalogError::Invalid`] for what is no order at all.
    pub async fn record_order(
        &self,
        actor: &Actor,
        org: OrgId,
        draft: OrderDraft,
    ) -> Result<(Order, bool), CatalogError> {
        actor.require_to_end(Permission::RecordOrders, org)?;
        let mut draft = draft.fitted();
        draft.check()?;
        // What its lines stand for is no part of what it says: a replay asks for none of it.
        if let Some(order) = self.recorded(actor, org, &draft).await? {
            return Ok((order, false));
        }
        self.resolve(org, &mut draft).await?;
        let mut show = draft.show_id;
        loop {
            match self.record_new(actor, org, &draft, show).await {
                Ok(order) => return Ok((order, true)),
                // The show is not there, or not theirs: the order is.
                Err(DbError::Dangling) if show.is_some() => show = None,
                // The same order came twice at once, and the other one was first.
                Err(DbError::Clash) => {
                    let order = self.recorded(actor, org, &draft).await?;
                    let taken = || CatalogError::RefTaken(draft.external_ref.clone());
                    return order.map(|order| (order, false)).ok_or_else(taken);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The order that is there under the draft's number. What the draft holds is let go of then.
    async fn recorded(
        &self,
        actor: &Actor,
        org: OrgId,
        draft: &OrderDraft,
    ) -> Result<Option<Order>, CatalogError> {
        let found = store::orders::by_ref(&self.db, org, draft.source(), &draft.external_ref).await?;
        let Some((order, hash)) = found else { return Ok(None) };
        let same = match hash {
            Some(hash) => hash == draft.hash(),
            None => OrderDraft::from(&order).hash() == draft.hash(),
        };
        if !same {
            return Err(CatalogError::RefTaken(draft.external_ref.clone()));
        }
        if let Some(reservation) = draft.reservation_id {
            self.let_go(actor, org, reservation).await?;
        }
        Ok(Some(order))
    }

    async fn record_new(
        &self,
        actor: &Actor,
        org: OrgId,
        draft: &OrderDraft,
        show: Option<ShowId>,
    ) -> Result<Order, DbError> {
        let (id, now) = (OrderId::new(), self.clock.now());
        let mut tx = self.db.begin().await?;
        let held = match draft.reservation_id {
            Some(reservation) => {
                store::reservations::take(&mut tx, org, reservation).await?.unwrap_or_default()
            }
            None => Vec::new(),
        };
        let coupon = match &draft.coupon_code {
            Some(code) => store::coupons::count(&mut tx, org, &Coupon::code_of(code)).await?,
            None => None,
        };
        let ids = draft.lines.iter().filter_map(|line| line.product_id);
        let mut shelf = Shelf::lock(&mut tx, org, ids.chain(held.iter().map(|line| line.product_id))).await?;
        give_back(&mut tx, &mut shelf, &held, Cause::of(actor, now, "released").by_order(id)).await?;

        let mut flags = draft.flags(&shelf.products, coupon.as_ref(), now);
        if show != draft.show_id {
            flags.insert(OrderFlag::UnknownShow);
        }
        let mut lines = Vec::with_capacity(draft.lines.len());
        for line in &draft.lines {
            let product = line.product_id.and_then(|id| shelf.products.get(&id));
            let variant = product.zip(line.variant_id).and_then(|(product, id)| product.variant(id));
            let missing = variant.map_or(0, |variant| (line.quantity - variant.stock).max(0));
            let oversold = if variant.is_some_and(|variant| variant.sell_when_empty) { 0 } else { missing };
            if oversold > 0 {
                flags.insert(OrderFlag::Oversold);
            }
            let known = product.map(|product| product.title.as_str()).or(line.title.as_deref());
            lines.push(OrderLine {
                product_id: line.product_id,
                variant_id: line.variant_id,
                title: known.unwrap_or(UNKNOWN_TITLE).to_owned(),
                variant_title: variant.map(|variant| variant.title.clone()),
                sku: variant.map(|variant| variant.sku.clone()).or_else(|| line.sku.clone()),
                external: line.external.clone(),
                quantity: line.quantity,
                oversold,
                price_minor: line.price_minor,
            });
            let cause = Cause::of(actor, now, "sold").by_order(id);
            if let Some((product, variant)) = line.product_id.zip(line.variant_id) {
                shelf.apply(&mut tx, product, variant, -line.quantity, cause).await?;
            }
        }
        let mut order = Order {
            id,
            org,
            show_id: show,
            viewer_id: draft.viewer_id,
            lines,
            currency: draft.currency,
            market: draft.market,
            total_minor: draft.total_minor,
            shipping_minor: draft.shipping_minor,
            tax_minor: draft.tax_minor,
            coupon_code: draft.coupon_code.clone(),
            source: draft.source().to_owned(),
            external_ref: draft.external_ref.clone(),
            flags: Vec::new(),
            state: OrderState::Paid,
            refunded_minor: 0,
            changes: Vec::new(),
            created_at: now,
        };
        store::orders::insert(&mut tx, &order, &draft.hash()).await?;
        if let Some(coupon) = &coupon {
            let gives = !flags.contains(&OrderFlag::UnknownCoupon);
            if !use_coupon(&mut tx, coupon, &order, draft, gives).await? {
                flags.insert(OrderFlag::CouponOverQuota);
            }
        }
        order.flags = flags.iter().map(|flag| flag.as_str().to_owned()).collect();
        order.flags.sort_unstable();
        store::orders::insert_flags(&mut tx, &order).await?;
        let recorded = Event::OrderRecorded {
            order: order.id,
            total_minor: order.total_minor,
            currency: order.currency,
            items: draft.pieces(),
        };
        record(&mut tx, actor, now, org, order.show_id, recorded)?;
        shelf.record(&mut tx, actor, now, org, order.show_id)?;
        tx.commit().await?;
        Ok(order)
    }

    /// An order.
    ///
    /// # Errors
    /// [`CatalogError::NoOrder`].
    pub async fn order(&self, actor: &Actor, org: OrgId, id: OrderId) -> Result<Order, CatalogError> {
        actor.require(Permission::ViewOrders, org)?;
        store::orders::get(&self.db, org, id).await?.ok_or(CatalogError::NoOrder(id))
    }

    /// Orders that pass `filter`, newest first.
    ///
    /// # Errors
    /// [`CatalogError::Denied`].
    pub async fn orders(
        &self,
        actor: &Actor,
        org: OrgId,
        filter: &OrderFilter,
        after: Option<OrderId>,
        limit: i64,
    ) -> Result<Page<Order>, CatalogError> {
        actor.require(Permission::ViewOrders, org)?;
        let orders = store::orders::list(&self.db, org, filter, after, limit + 1).await?;
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
        let sums = store::orders::sums(&self.db, org, show).await?;
        Ok(OrderTotals { orders: sums.iter().map(|sum| sum.orders).sum(), sums })
    }
}

/// Writes down that the order used the coupon, unless it `gives` nothing there; false when that was once too often.
async fn use_coupon(
    tx: &mut Tx,
    coupon: &Coupon,
    order: &Order,
    draft: &OrderDraft,
    gives: bool,
) -> Result<bool, DbError> {
    if !gives {
        store::coupons::uncount(tx, coupon.id).await?;
        return Ok(true);
    }
    let by_shopper = match draft.shopper_mark(order.org) {
        Some(shopper) => store::coupons::use_by(tx, coupon.id, order.id, &shopper).await?,
        None => 1,
    };
    let within = |most: Option<i64>, used| most.is_none_or(|most| used <= most);
    Ok(within(coupon.quota, coupon.used) && within(coupon.per_shopper, by_shopper))
}
