//! Pinning: each transition gets its place on the media clock.

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::{
    Highlight, HighlightAction, HighlightCard, HighlightId, HighlightTarget, OrgId, PublishInstant, ShowId,
};

use crate::base::{Actor, Permission, to_ms};
use crate::db::Tx;
use crate::events::Event;
use crate::show::{Show, ShowError, Shows, store};

/// How far from the present a publisher's own instant may lie.
const CLAMP: TimeDelta = TimeDelta::seconds(10);

/// An instant on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MediaInstant {
    /// Milliseconds since the show's epoch; None before it has one.
    media_time_ms: Option<i64>,
    at: DateTime<Utc>,
}

impl Shows {
    /// Pins a product or coupon of the line-up. What was pinned before comes off at the same instant.
    ///
    /// `at` is the frame the publisher had on screen; without it the present counts.
    ///
    /// # Errors
    /// [`ShowError::IllegalMove`] off air; [`ShowError::NotInLineup`]; [`ShowError::NotOnSale`].
    pub async fn highlight(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ShowId,
        target: HighlightTarget,
        at: Option<PublishInstant>,
    ) -> Result<Highlight, ShowError> {
        actor.require(Permission::Highlight, org)?;
        // Before the transaction: it may need a connection of its own.
        let card = self.card(org, target).await?;
        let (mut tx, mut show) = self.lock(org, id).await?;
        if !show.state.on_air() {
            return Err(ShowError::IllegalMove(show.state));
        }
        if !show.lineup.holds(target.into()) {
            return Err(ShowError::NotInLineup);
        }
        let card = card.ok_or(ShowError::NotOnSale)?;
        if let HighlightTarget::Product { product_id } = target
            && !self.catalog.hold_on_sale(&mut tx, org, product_id).await?
        {
            return Err(ShowError::NotOnSale); // since a moment ago
        }
        let instant = self.place(&mut tx, &show, at).await?;
        let mut facts = Vec::new();
        if let Some(highlight) = self.clear_locked(&mut tx, &mut show, instant).await? {
            facts.push(Event::HighlightCleared { show: id, highlight });
        }
        let highlight = self.show_locked(&mut tx, &mut show, instant, card).await?;
        facts.push(Event::HighlightShown { show: id, highlight: highlight.clone() });
        self.save(&mut tx, actor, &show, facts).await?;
        tx.commit().await?;
        Ok(highlight)
    }

    /// Takes off what is pinned.
    ///
    /// # Errors
    /// [`ShowError::NothingPinned`].
    pub async fn clear_highlight(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ShowId,
        at: Option<PublishInstant>,
    ) -> Result<Highlight, ShowError> {
        actor.require_to_end(Permission::Highlight, org)?;
        let (mut tx, mut show) = self.lock(org, id).await?;
        let instant = self.place(&mut tx, &show, at).await?;
        let cleared = self.clear_locked(&mut tx, &mut show, instant).await?;
        let highlight = cleared.ok_or(ShowError::NothingPinned)?;
        let fact = Event::HighlightCleared { show: id, highlight: highlight.clone() };
        self.save(&mut tx, actor, &show, vec![fact]).await?;
        tx.commit().await?;
        Ok(highlight)
    }

    /// A pin of a show, as it came on.
    ///
    /// # Errors
    /// [`ShowError::NotFound`]; [`ShowError::NoHighlight`].
    pub async fn shown(
        &self,
        actor: &Actor,
        org: OrgId,
        show: ShowId,
        id: HighlightId,
    ) -> Result<Highlight, ShowError> {
        self.get(actor, org, show).await?;
        store::shown_of(&self.db, show, id).await?.ok_or(ShowError::NoHighlight)
    }

    /// The present on the show's clock, which is that of its pictures: they run away from the wall clock when the
    /// publisher's quartz is off.
    pub(super) async fn present(
        &self,
        tx: &mut Tx,
        show: &Show,
        now: DateTime<Utc>,
    ) -> Result<MediaInstant, ShowError> {
        let at = now + TimeDelta::milliseconds(store::publish::drift(tx, show.id).await?);
        Ok(MediaInstant { media_time_ms: show.clock_epoch.map(|epoch| to_ms(at) - to_ms(epoch)), at })
    }

    /// Writes the `show` of a card, after what was pinned before has come off.
    pub(super) async fn show_locked(
        &self,
        tx: &mut Tx,
        show: &mut Show,
        instant: MediaInstant,
        card: HighlightCard,
    ) -> Result<Highlight, ShowError> {
        if let HighlightCard::Coupon(card) = &card {
            self.catalog.coupon_shown(tx, show.org, show.id, card.coupon_id, self.clock.now()).await?;
        }
        let highlight = Highlight {
            id: HighlightId::new(),
            action: HighlightAction::Show,
            media_time_ms: instant.media_time_ms,
            at: instant.at,
            card,
        };
        store::insert_highlight(tx, show.id, &highlight).await?;
        show.highlight = Some(highlight.id);
        Ok(highlight)
    }

    /// Writes the `clear` of what is pinned, if anything is. Never before its `show`.
    pub(super) async fn clear_locked(
        &self,
        tx: &mut Tx,
        show: &mut Show,
        instant: MediaInstant,
    ) -> Result<Option<Highlight>, ShowError> {
        let Some(id) = show.highlight.take() else { return Ok(None) };
        let Some(shown) = store::shown_in(tx, id).await? else { return Ok(None) };
        if matches!(shown.card, HighlightCard::Coupon(_)) {
            self.catalog.coupon_cleared(tx, show.org, show.id, self.clock.now()).await?;
        }
        let highlight = Highlight {
            id,
            action: HighlightAction::Clear,
            media_time_ms: instant.media_time_ms.max(shown.media_time_ms),
            at: instant.at.max(shown.at),
            card: shown.card,
        };
        store::insert_highlight(tx, show.id, &highlight).await?;
        Ok(Some(highlight))
    }

    /// Where a transition lies: at the publisher's frame, at most ten seconds from the present; else at the
    /// present. Never before the transition that came last.
    async fn place(
        &self,
        tx: &mut Tx,
        show: &Show,
        at: Option<PublishInstant>,
    ) -> Result<MediaInstant, ShowError> {
        let mut instant = self.present(tx, show, self.clock.now()).await?;
        if let (Some(at), Some(epoch)) = (at, show.clock_epoch)
            && let Some(Some(offset_ms)) = store::publish::offset(tx, show.id, at.session).await?
        {
            let head = to_ms(instant.at) - to_ms(epoch);
            let clamp = CLAMP.num_milliseconds();
            let media_time = offset_ms.saturating_add(at.rtmp_ts_ms).clamp(head - clamp, head + clamp).max(0);
            instant = MediaInstant {
                media_time_ms: Some(media_time),
                at: epoch + TimeDelta::milliseconds(media_time),
            };
        }
        if let Some(last) = store::latest_highlight(tx, show.id).await? {
            instant.media_time_ms = instant.media_time_ms.max(last.media_time_ms);
            instant.at = instant.at.max(last.at);
        }
        Ok(instant)
    }

    /// The card of what is sold now.
    async fn card(&self, org: OrgId, target: HighlightTarget) -> Result<Option<HighlightCard>, ShowError> {
        match target {
            HighlightTarget::Product { product_id } => {
                let cards = self.catalog.product_cards(org, &[product_id]).await?;
                Ok(cards.into_iter().next().map(|mut card| {
                    card.hide_stock(); // Everybody who watches gets it.
                    card.pictures.clear(); // Pages have them from the show.
                    HighlightCard::Product(card)
                }))
            }
            HighlightTarget::Coupon { coupon_id } => {
                let found = self.catalog.coupons_of(org, &[coupon_id]).await?;
                let now = self.clock.now();
                let on = found.into_iter().find(|coupon| coupon.is_on(now));
                Ok(on.map(|coupon| HighlightCard::Coupon(coupon.card())))
            }
        }
    }
}
