//! The handle's part that cancels and refunds orders.

use std::collections::BTreeMap;

use vitrine_protocol::{OrderId, OrgId};

use super::stock::Shelf;
use crate::base::{Actor, Permission};
use crate::catalog::model::OrderFlag;
use crate::catalog::store::stock::Cause;
use crate::catalog::{Catalog, CatalogError, Coupon, Order, OrderChangeDraft, OrderChangeKind, store};
use crate::events::record;

impl Catalog {
    /// Calls an order off, or pays a part of it back; pieces that it names go back into stock. The same number again gives the
    /// order as it is, and `false`.
    ///
    /// # Errors
    /// [`CatalogError::NoOrder`]; [`CatalogError::RefTaken`] when that number came with another body;
    /// [`CatalogError::Cancelled`]; [`CatalogError::Invalid`], for more than is left, too.
    pub async fn change_order(
        &self,
        actor: &Actor,
        org: OrgId,
        id: OrderId,
        kind: OrderChangeKind,
        draft: OrderChangeDraft,
    ) -> Result<(Order, bool), CatalogError> {
        actor.require(Permission::RefundOrders, org)?;
        let (now, hash) = (self.clock.now(), draft.hash(kind));
        let mut tx = self.db.begin().await?;
        let mut order = store::orders::lock(&mut tx, org, id).await?.ok_or(CatalogError::NoOrder(id))?;
        if let Some(known) = store::orders::change_hash(&mut tx, id, &draft.external_ref).await? {
            if known == hash {
                return Ok((order, false));
            }
            return Err(CatalogError::RefTaken(draft.external_ref));
        }
        let fact = order.change(kind, draft, now)?;
        let unused = || order.flags.iter().any(|flag| flag == OrderFlag::UnknownCoupon.as_str());
        if let (OrderChangeKind::Cancellation, Some(code)) = (kind, &order.coupon_code)
            && !unused()
        {
            store::coupons::give_back(&mut tx, org, id, &Coupon::code_of(code)).await?;
        }
        // A variant stands in one product, so its line says which.
        let products: BTreeMap<_, _> =
            order.lines.iter().filter_map(|line| line.variant_id.zip(line.product_id)).collect();
        let back: Vec<_> = order
            .changes
            .last()
            .into_iter()
            .flat_map(|change| &change.lines)
            .filter_map(|line| products.get(&line.variant_id).map(|product| (*product, *line)))
            .collect();
        let mut shelf = Shelf::lock(&mut tx, org, back.iter().map(|(product, _)| *product)).await?;
        // Nothing went back where there is no shelf.
        let is_there = |product, variant| shelf.find(product, variant).is_ok();
        let back: Vec<_> =
            back.into_iter().filter(|(product, line)| is_there(*product, line.variant_id)).collect();
        if let Some(change) = order.changes.last_mut() {
            change.lines = back.iter().map(|(_, line)| *line).collect();
        }
        store::orders::save_change(&mut tx, &order, &hash).await?;
        let reason = match kind {
            OrderChangeKind::Cancellation => "cancelled",
            OrderChangeKind::Refund => "returned",
        };
        for (product, line) in back {
            let cause = Cause::of(actor, now, reason).by_order(id);
            shelf.apply(&mut tx, product, line.variant_id, line.quantity, cause).await?;
        }
        record(&mut tx, actor, now, org, order.show_id, fact)?;
        shelf.record(&mut tx, actor, now, org, order.show_id)?;
        tx.commit().await?;
        Ok((order, true))
    }
}
