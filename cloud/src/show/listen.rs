//! What shows do when they hear a fact.

use futures_util::FutureExt as _;

use super::{Lineup, LineupItem, store};
use crate::base::{Actor, Clock};
use crate::db::{DbError, Tx};
use crate::events::{Event, Heard, Listener, Recorded, record};

/// Takes a product that left the catalogue out of every line-up that is not over.
#[derive(Debug, Clone)]
pub struct DropRemovedProducts {
    clock: Clock,
}

impl DropRemovedProducts {
    /// The listener.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }

    async fn drop_from_lineups(&self, tx: &mut Tx, fact: &Recorded) -> Result<(), DbError> {
        let Event::ProductRemoved { product } = fact.event else { return Ok(()) };
        let gone = LineupItem::Product { product_id: product };
        for id in store::selling(tx, fact.org, product).await? {
            let Some(mut show) = store::lock(tx, fact.org, id).await? else { continue };
            let left = show.lineup.items().iter().copied().filter(|item| *item != gone).collect();
            show.lineup = Lineup::stored(left);
            store::save_lineup(tx, &show).await?;
            let event = Event::LineupChanged { show: id };
            record(tx, &Actor::service("show"), self.clock.now(), fact.org, Some(id), event)?;
        }
        Ok(())
    }
}

impl Listener for DropRemovedProducts {
    fn name(&self) -> &'static str {
        "show.drop_removed_products"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::ProductRemoved { .. })
    }

    /// A shop whose worker starts late must not go on selling what is gone.
    fn hears_the_past(&self) -> bool {
        true
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        async move { Ok(self.drop_from_lineups(tx, fact).await?) }.boxed()
    }
}
