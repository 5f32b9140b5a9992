//! The handle's part that holds pieces for orders to come.

use vitrine_protocol::{OrgId, ReservationId};

use super::details::named;
use super::stock::Shelf;
use crate::base::{Actor, Permission};
use crate::catalog::store::stock::Cause;
use crate::catalog::{Catalog, CatalogError, Reservation, ReservationDraft, ReservedLine, store};
use crate::db::{DbError, Tx};

/// How many reservations are looked up at once.
const AT_ONCE: i64 = 200;

impl Catalog {
    /// Holds pieces: all of them, or none.
    ///
    /// # Errors
    /// [`CatalogError::OutOfStock`] with the first line that cannot be held; [`CatalogError::UnknownName`] with the first that names
    /// nothing; [`CatalogError::Invalid`].
    pub async fn reserve(
        &self,
        actor: &Actor,
        org: OrgId,
        draft: ReservationDraft,
    ) -> Result<Reservation, CatalogError> {
        actor.require(Permission::RecordOrders, org)?;
        draft.check()?;
        let names = draft.lines.iter().map(|line| (line.external.as_ref(), line.sku.as_deref()));
        let named = named(&self.db, org, &names.collect::<Vec<_>>()).await?;
        let (now, mut tx) = (self.clock.now(), self.db.begin().await?);
        let mut lines = Vec::with_capacity(draft.lines.len());
        for ((number, line), found) in (1..).zip(&draft.lines).zip(named) {
            let Some((product_id, variant_id)) = found.or(line.product_id.zip(line.variant_id)) else {
                return Err(CatalogError::UnknownName(number, line.name()));
            };
            lines.push(ReservedLine { product_id, variant_id, quantity: line.quantity });
        }
        let reservation = Reservation::new(org, &draft, lines, now);
        let ids = reservation.lines.iter().map(|line| line.product_id);
        let mut shelf = Shelf::lock(&mut tx, org, ids).await?;
        for (number, line) in (1..).zip(&reservation.lines) {
            let product = shelf.products.get(&line.product_id);
            let title =
                product.map_or("a product that is no longer sold", |product| &product.title).to_owned();
            let sold = product.filter(|product| product.hidden.is_none());
            let variant = sold.and_then(|product| product.variant(line.variant_id));
            if !variant.is_some_and(|variant| variant.can_promise(line.quantity)) {
                return Err(CatalogError::OutOfStock(number, title));
            }
            let cause = Cause::of(actor, now, "reserved");
            shelf.apply(&mut tx, line.product_id, line.variant_id, -line.quantity, cause).await?;
        }
        store::reservations::insert(&mut tx, &reservation).await?;
        shelf.record(&mut tx, actor, now, org, None)?;
        tx.commit().await?;
        Ok(reservation)
    }

    /// A reservation that still holds.
    ///
    /// # Errors
    /// [`CatalogError::NoReservation`].
    pub async fn reservation(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ReservationId,
    ) -> Result<Reservation, CatalogError> {
        actor.require_to_end(Permission::RecordOrders, org)?;
        store::reservations::get(&self.db, org, id).await?.ok_or(CatalogError::NoReservation(id))
    }

    /// Lets the pieces go.
    ///
    /// # Errors
    /// [`CatalogError::NoReservation`] when an order has them, or their time is over.
    pub async fn release(&self, actor: &Actor, org: OrgId, id: ReservationId) -> Result<(), CatalogError> {
        actor.require_to_end(Permission::RecordOrders, org)?;
        if self.let_go(actor, org, id).await? { Ok(()) } else { Err(CatalogError::NoReservation(id)) }
    }

    /// Lets go of what no order came for in time; how many. Safe twice, and on two nodes at once. What cannot be let go of now is
    /// tried again the next time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn release_expired(&self) -> Result<usize, DbError> {
        let actor = Actor::service("reservations");
        let (now, mut released, mut after) = (self.clock.now(), 0, None);
        loop {
            let page = store::reservations::due(&self.db, now, after, AT_ONCE).await?;
            let Some((last, _, at)) = page.last() else { return Ok(released) };
            after = Some((*at, *last));
            for (id, org, _) in page {
                match self.let_go(&actor, org, id).await {
                    Ok(is_released) => released += usize::from(is_released),
                    Err(error) => tracing::error!(
                        reservation.id = %id,
                        error = &error as &dyn std::error::Error,
                        "a reservation could not be let go of"
                    ),
                }
            }
        }
    }

    /// False when somebody else has ended it.
    pub(super) async fn let_go(&self, actor: &Actor, org: OrgId, id: ReservationId) -> Result<bool, DbError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let Some(lines) = store::reservations::take(&mut tx, org, id).await? else { return Ok(false) };
        let mut shelf = Shelf::lock(&mut tx, org, lines.iter().map(|line| line.product_id)).await?;
        give_back(&mut tx, &mut shelf, &lines, Cause::of(actor, now, "released")).await?;
        shelf.record(&mut tx, actor, now, org, None)?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Puts what was held back on the shelf.
pub(super) async fn give_back(
    tx: &mut Tx,
    shelf: &mut Shelf,
    lines: &[ReservedLine],
    cause: Cause<'_>,
) -> Result<(), DbError> {
    for line in lines {
        shelf.apply(tx, line.product_id, line.variant_id, line.quantity, cause).await?;
    }
    Ok(())
}
