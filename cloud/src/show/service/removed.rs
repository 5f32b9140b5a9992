//! What becomes of a show when something that it sells is gone, hidden, or has other terms.

use chrono::{DateTime, Utc};
use vitrine_protocol::{CouponId, Highlight, HighlightCard, OrgId, ProductId, ShowId};

use crate::base::Actor;
use crate::catalog::{Choice, Product};
use crate::db::Tx;
use crate::events::Event;
use crate::show::{Lineup, LineupItem, Show, ShowError, Shows, Ware, store};

/// How many pins are looked up at once.
const AT_ONCE: i64 = 500;

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
            let mut facts = self.unpin_product(tx, &mut show, product, now).await?;
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

    /// Shows that are not over and have a product in their line-up.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn with_product(&self, org: OrgId, product: ProductId) -> Result<Vec<ShowId>, ShowError> {
        Ok(store::with_product(&self.db, org, product).await?)
    }

    /// The same shows, and the product as shoppers see it; None when it is not sold, and when no show has it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn showing(
        &self,
        org: OrgId,
        product: ProductId,
    ) -> Result<(Vec<ShowId>, Option<Ware>), ShowError> {
        let shows = self.with_product(org, product).await?;
        let ids = if shows.is_empty() { &[][..] } else { &[product] };
        Ok((shows, self.public_cards(org, ids).await?.pop()))
    }

    /// The products of a show's line-up, as shoppers see them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cards(&self, show: &Show) -> Result<Vec<Ware>, ShowError> {
        self.public_cards(show.org, &show.lineup.products()).await
    }

    /// The same of a show by its id; none when there is no such show.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cards_of(&self, org: OrgId, show: ShowId) -> Result<Vec<Ware>, ShowError> {
        match self.find(show).await?.filter(|show| show.org == org) {
            Some(show) => self.cards(&show).await,
            None => Ok(Vec::new()),
        }
    }

    async fn public_cards(&self, org: OrgId, ids: &[ProductId]) -> Result<Vec<Ware>, ShowError> {
        let ware = |product: &Product| {
            let mut card = self.catalog.card(product, &Choice::default(), None);
            card.hide_stock();
            Ware { card, locals: product.locals_mark() }
        };
        Ok(self.catalog.sold(org, ids).await?.iter().map(ware).collect())
    }

    /// Takes a product that is not sold any more off every screen. It stays in the line-ups: it may come back.
    pub(in crate::show) async fn hide_product(
        &self,
        tx: &mut Tx,
        org: OrgId,
        product: ProductId,
    ) -> Result<(), ShowError> {
        let now = self.clock.now();
        for id in store::pinning(tx, org, &product_mark(product)).await? {
            let Some(mut show) = store::lock(tx, org, id).await? else { continue };
            let facts = self.unpin_product(tx, &mut show, product, now).await?;
            self.save_at(tx, &Actor::service("show"), &show, now, facts).await?;
        }
        Ok(())
    }

    async fn unpin_product(
        &self,
        tx: &mut Tx,
        show: &mut Show,
        product: ProductId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, ShowError> {
        let pinned = self.pinned_in(tx, show).await?;
        if !pinned
            .is_some_and(|pin| matches!(pin.card, HighlightCard::Product(card) if card.product_id == product))
        {
            return Ok(Vec::new());
        }
        let instant = self.present(tx, show, now).await?;
        let cleared = self.clear_locked(tx, show, instant).await?;
        Ok(cleared
            .into_iter()
            .map(|highlight| Event::HighlightCleared { show: show.id, highlight })
            .collect())
    }

    /// Brings every screen that shows a coupon up to its terms: one that gives nothing any more comes off, one with other words
    /// is shown anew.
    pub(in crate::show) async fn follow_coupon(
        &self,
        tx: &mut Tx,
        org: OrgId,
        id: CouponId,
    ) -> Result<(), ShowError> {
        let now = self.clock.now();
        for show in store::pinning(tx, org, &coupon_mark(id)).await? {
            let Some(mut show) = store::lock(tx, org, show).await? else { continue };
            let Some(pin) = self.pinned_in(tx, &show).await? else { continue };
            let HighlightCard::Coupon(shown) = pin.card else { continue };
            if shown.coupon_id != id {
                continue;
            }
            let coupon = self.catalog.coupon_in(tx, org, id).await?.filter(|coupon| coupon.is_on(now));
            let card = coupon.map(|coupon| coupon.card());
            if card.as_ref() == Some(&shown) {
                // What it takes off may have changed, which its words do not say.
                self.catalog.coupon_shown(tx, org, show.id, id, now).await?;
                continue;
            }
            let (instant, mut facts) = (self.present(tx, &show, now).await?, Vec::new());
            if let Some(highlight) = self.clear_locked(tx, &mut show, instant).await? {
                facts.push(Event::HighlightCleared { show: show.id, highlight });
            }
            if let Some(card) = card {
                let highlight = self.show_locked(tx, &mut show, instant, HighlightCard::Coupon(card)).await?;
                facts.push(Event::HighlightShown { show: show.id, highlight });
            }
            self.save_at(tx, &Actor::service("show"), &show, now, facts).await?;
        }
        Ok(())
    }

    /// Takes coupons off the screens whose time is over or that are used up; how many shows had one. What cannot be read, or
    /// not be taken off now, keeps nothing else waiting.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_coupons(&self) -> Result<usize, ShowError> {
        let (now, mut swept, mut after) = (self.clock.now(), 0, None);
        loop {
            let page = store::coupon_pins(&self.db, after, AT_ONCE).await?;
            let Some((last, ..)) = page.last() else { return Ok(swept) };
            after = Some(*last);
            let pins: Vec<_> = page.into_iter().filter_map(|(_, org, card)| Some((org, card?))).collect();
            let ids: Vec<_> = pins.iter().map(|(_, card)| card.coupon_id).collect();
            let coupons = self.catalog.coupons_by_id(&ids).await?;
            for (org, card) in pins {
                let stays = match coupons.get(&card.coupon_id) {
                    Some((_, None)) => true,
                    Some((of, Some(coupon))) => *of == org && coupon.is_on(now) && coupon.card() == card,
                    None => false,
                };
                if stays {
                    continue;
                }
                match self.follow_now(org, card.coupon_id).await {
                    Ok(()) => swept += 1,
                    Err(error) => tracing::error!(
                        coupon.id = %card.coupon_id,
                        error = &error as &dyn std::error::Error,
                        "a coupon could not be taken off the screens"
                    ),
                }
            }
        }
    }

    async fn follow_now(&self, org: OrgId, id: CouponId) -> Result<(), ShowError> {
        let mut tx = self.db.begin().await?;
        self.follow_coupon(&mut tx, org, id).await?;
        Ok(tx.commit().await?)
    }

    async fn pinned_in(&self, tx: &mut Tx, show: &Show) -> Result<Option<Highlight>, ShowError> {
        match show.highlight {
            Some(pin) => Ok(store::shown_in(tx, pin).await?),
            None => Ok(None),
        }
    }
}

/// What stands in the card of a pinned product.
fn product_mark(id: ProductId) -> String {
    format!("%\"product_id\":\"{id}\"%")
}

/// What stands in the card of a pinned coupon.
fn coupon_mark(id: CouponId) -> String {
    format!("%\"coupon_id\":\"{id}\"%")
}
