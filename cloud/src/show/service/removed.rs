//! What becomes of a show when something that it sells is gone.

use vitrine_protocol::{HighlightCard, OrgId, ProductId};

use crate::base::Actor;
use crate::db::Tx;
use crate::events::Event;
use crate::show::{Lineup, LineupItem, ShowError, Shows, store};

impl Shows {
    /// Takes a product that left the catalogue off every screen and out of every line-up of shows that are not over.
    pub(in crate::show) async fn drop_product(
        &self,
        tx: &mut Tx,
        org: OrgId,
        product: ProductId,
    ) -> Result<(), ShowError> {
        let (gone, now) = (LineupItem::Product { product_id: product }, self.clock.now());
        for id in store::selling(tx, org, product).await? {
            let Some(mut show) = store::lock(tx, org, id).await? else { continue };
            let mut facts = Vec::new();
            let pinned = match show.highlight {
                Some(pin) => store::shown_in(tx, pin).await?,
                None => None,
            };
            let is_gone = |card: &HighlightCard| matches!(card, HighlightCard::Product(card) if card.product_id == product);
            if pinned.is_some_and(|pinned| is_gone(&pinned.card)) {
                let instant = self.present(tx, &show, now).await?;
                if let Some(highlight) = self.clear_locked(tx, &mut show, instant).await? {
                    facts.push(Event::HighlightCleared { show: id, highlight });
                }
            }
            if show.lineup.holds(gone) {
                let left = show.lineup.items().iter().copied().filter(|item| *item != gone).collect();
                show.lineup = Lineup::stored(left);
                store::save_lineup(tx, &show).await?;
                facts.push(Event::LineupChanged { show: id });
            }
            self.save_at(tx, &Actor::service("show"), &show, now, facts).await?;
        }
        Ok(())
    }
}
