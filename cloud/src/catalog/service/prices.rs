//! The handle's part that keeps the prices that were.

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::{CouponId, OrgId, PriceChangeId, ProductId, ShowId, VariantId};

use crate::base::{Actor, Page};
use crate::catalog::model::Tag;
use crate::catalog::store::showings::Shown;
use crate::catalog::{Catalog, CatalogError, PriceChange, Product, store};
use crate::db::{DbError, Tx};

impl Catalog {
    /// Prices that a variant had in all currencies and markets, newest first; of one that is gone, too.
    ///
    /// # Errors
    /// [`CatalogError::NoProduct`]; [`CatalogError::NoVariant`].
    pub async fn prices(
        &self,
        actor: &Actor,
        org: OrgId,
        product: ProductId,
        variant: VariantId,
        after: Option<PriceChangeId>,
        limit: i64,
    ) -> Result<Page<PriceChange>, CatalogError> {
        let found = self.product(actor, org, product).await?;
        let prices = store::prices::list(&self.db, product, variant, after, limit + 1).await?;
        if prices.is_empty() && found.variant(variant).is_none() {
            return Err(CatalogError::NoVariant(variant));
        }
        Ok(Page::cut(prices, limit, |price| price.id.to_string()))
    }

    /// Writes down, in the transaction that pins it, that everybody who watches a show can have a coupon from `at` on: what it
    /// takes off is a price of those days.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn coupon_shown(
        &self,
        tx: &mut Tx,
        org: OrgId,
        show: ShowId,
        coupon: CouponId,
        at: DateTime<Utc>,
    ) -> Result<(), DbError> {
        store::showings::end(tx, org, show, at).await?;
        match store::coupons::get_in(tx, org, coupon).await? {
            Some(coupon) => store::showings::begin(tx, org, show, &coupon, at).await,
            None => Ok(()),
        }
    }

    /// Writes down that no coupon is shown there any more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn coupon_cleared(
        &self,
        tx: &mut Tx,
        org: OrgId,
        show: ShowId,
        at: DateTime<Utc>,
    ) -> Result<(), DbError> {
        store::showings::end(tx, org, show, at).await
    }
}

/// Whether a lower price only goes further with a reduction. A raise ends one, and so the next lower price begins anew.
///
/// Source: Directive 98/6/EC, article 6a (5): a reduction that is progressively increased, without interruption.
pub(super) fn goes_on(before: Tag, now: Tag) -> bool {
    now.price_minor <= before.price_minor
        && before.prior_price_minor.is_none_or(|prior| prior > before.price_minor)
}

/// Writes down which prices a change of a product made new, and finds the prior price of each reduction that begins with it.
/// `before` is the product as it was; None for a new one.
pub(super) async fn note(
    tx: &mut Tx,
    shown: &mut Shown,
    now: DateTime<Utc>,
    before: Option<&Product>,
    product: &mut Product,
) -> Result<(), DbError> {
    for at in 0..product.variants.len() {
        let variant = &product.variants[at];
        let reduced = product.reduces(variant);
        let known = before.and_then(|before| before.variant(variant.id).map(|known| (before, known)));
        let same_currency = known.is_some_and(|(before, _)| before.currency == product.currency);
        let was_reduced = known.is_some_and(|(before, known)| before.reduces(known));
        let same_price = known.is_some_and(|(_, known)| known.price_minor == variant.price_minor);
        if same_currency && same_price && was_reduced == reduced {
            continue;
        }
        if let Some((before, known)) = known
            && store::prices::last(tx, product.id, variant.id).await?
                != Some((before.currency.as_str().to_owned(), known.price_minor))
        {
            // A process of an earlier version, or one before prices were kept, has set it: it held until now.
            store::prices::insert(tx, before, known, now - TimeDelta::milliseconds(1)).await?;
        }
        let prior = match (reduced, same_currency && was_reduced) {
            (false, _) => None,
            // It goes further, and began before.
            (true, true)
                if known.is_some_and(|(before, known)| {
                    goes_on(before.base_tag(known), product.base_tag(variant))
                }) =>
            {
                variant.prior_price_minor
            }
            (true, _) => store::prices::lowest_before(tx, shown, product, variant.id, now).await?,
        };
        store::prices::insert(tx, product, variant, now).await?;
        product.variants[at].prior_price_minor = prior;
    }
    Ok(())
}
