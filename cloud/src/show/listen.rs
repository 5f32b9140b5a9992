//! What shows do when they hear a fact.

use futures_util::FutureExt as _;

use super::Shows;
use crate::db::Tx;
use crate::events::{Event, Heard, Listener, Recorded};

/// Takes a product that left the catalogue off the screen and out of every line-up, and off the screen what is not sold any
/// more; brings coupons on the screen up to their terms.
#[derive(Clone)]
pub struct DropRemovedProducts {
    shows: Shows,
}

impl DropRemovedProducts {
    /// The listener.
    #[must_use]
    pub fn new(shows: Shows) -> Self {
        Self { shows }
    }
}

impl Listener for DropRemovedProducts {
    fn name(&self) -> &'static str {
        "show.drop_removed_products"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(
            event,
            Event::ProductRemoved { .. } | Event::ProductHidden { .. } | Event::CouponChanged { .. }
        )
    }

    /// A shop whose worker starts late must not go on selling what is gone.
    fn hears_the_past(&self) -> bool {
        true
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        async move {
            match fact.event {
                Event::ProductRemoved { product } => self.shows.drop_product(tx, fact.org, product).await?,
                Event::ProductHidden { product } => self.shows.hide_product(tx, fact.org, product).await?,
                Event::CouponChanged { coupon } => self.shows.follow_coupon(tx, fact.org, coupon).await?,
                _ => {}
            }
            Ok(())
        }
        .boxed()
    }
}

/// Revokes the publish keys that strangers had made, in an organisation that was taken back from them.
pub struct RevokeStrangersKeys {
    shows: Shows,
}

impl RevokeStrangersKeys {
    /// The listener.
    #[must_use]
    pub fn new(shows: Shows) -> Self {
        Self { shows }
    }
}

impl Listener for RevokeStrangersKeys {
    fn name(&self) -> &'static str {
        "show.revoke_strangers_keys"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::OrganizationReclaimed { .. })
    }

    /// Where a worker starts late, their picture must not go on air.
    fn hears_the_past(&self) -> bool {
        true
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        async move { Ok(self.shows.revoke_all_keys(tx, fact.org, fact.at).await?) }.boxed()
    }
}
