//! The prices that variants had, and which of them stands beside a reduced one.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use vitrine_protocol::{Currency, PriceChangeId, ProductId, VariantId};

use super::{Coupon, Market};

/// How many days before a reduction its prior price is looked for in. Source: Directive 98/6/EC, article 6a, paragraph 2.
pub(in crate::catalog) const PRIOR_DAYS: i64 = 30;

/// A price that a variant had from then on. There is no way to change or remove one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PriceChange {
    /// The change.
    pub id: PriceChangeId,
    /// The variant.
    pub variant_id: VariantId,
    /// The currency.
    pub currency: Currency,
    /// The country that it was for; null is everywhere.
    pub market: Option<Market>,
    /// The price, in minor units.
    pub price_minor: i64,
    /// It ended then: from then on there was none of that currency and market.
    pub ended: bool,
    /// It was said to be a reduction, by a higher price before it.
    pub reduced: bool,
    /// From when on.
    pub at: DateTime<Utc>,
}

/// A price that held from `at_ms` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::catalog) struct Priced {
    pub(in crate::catalog) at_ms: i64,
    pub(in crate::catalog) currency: Currency,
    pub(in crate::catalog) price_minor: i64,
    /// There was none from then on.
    pub(in crate::catalog) ended: bool,
}

/// When everybody who watched a show could have a coupon of these terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::catalog) struct Showing {
    /// From when until when; no end while it is shown.
    pub(in crate::catalog) times: Vec<(i64, Option<i64>)>,
    pub(in crate::catalog) percent_off: Option<i64>,
    pub(in crate::catalog) amount_off_minor: Option<i64>,
    pub(in crate::catalog) currency: Option<Currency>,
    pub(in crate::catalog) product_ids: Vec<ProductId>,
}

impl Showing {
    /// What a piece of `product` cost with it. An amount off a whole cart is no price of a piece, one off named products is.
    fn price(&self, product: ProductId, priced: &Priced) -> Option<i64> {
        let is_named = self.product_ids.contains(&product);
        if !is_named && !self.product_ids.is_empty() {
            return None;
        }
        match (self.percent_off, self.amount_off_minor) {
            (Some(percent), _) => {
                let off = Coupon::per_cent(i128::from(priced.price_minor), percent);
                Some(priced.price_minor.saturating_sub(i64::try_from(off).unwrap_or(0)))
            }
            (None, Some(amount)) if is_named && self.currency == Some(priced.currency) => {
                Some(priced.price_minor.saturating_sub(amount).max(0))
            }
            _ => None,
        }
    }

    /// Whether it was shown between two times.
    fn is_within(&self, begin: i64, end: i64) -> bool {
        self.times.iter().any(|(from, until)| *from < end && until.is_none_or(|until| until > begin))
    }
}

/// What an organisation showed, by the products that it is for.
#[derive(Debug, Default)]
pub(in crate::catalog) struct Showings {
    all: Vec<Showing>,
    of_any: Vec<usize>,
    of_products: HashMap<ProductId, Vec<usize>>,
}

impl Showings {
    pub(in crate::catalog) fn new(all: Vec<Showing>) -> Self {
        let (mut of_any, mut of_products) = (Vec::new(), HashMap::<ProductId, Vec<usize>>::new());
        for (at, showing) in all.iter().enumerate() {
            if showing.product_ids.is_empty() {
                of_any.push(at);
            }
            for product in &showing.product_ids {
                of_products.entry(*product).or_default().push(at);
            }
        }
        Self { all, of_any, of_products }
    }

    /// Those that a product's price went down with.
    fn of(&self, product: ProductId) -> Vec<&Showing> {
        let named = self.of_products.get(&product).into_iter().flatten();
        named.chain(&self.of_any).filter_map(|at| self.all.get(*at)).collect()
    }
}

/// The lowest price in `wanted` between `from_ms` and `until_ms`, coupons that everybody could have among them. `prices` are in
/// the order of time, and begin with the one that held at `from_ms`, if that is known.
pub(in crate::catalog) fn lowest(
    product: ProductId,
    prices: &[Priced],
    showings: &Showings,
    wanted: Currency,
    from_ms: i64,
    until_ms: i64,
) -> Option<i64> {
    let showings = showings.of(product);
    let ends = prices.iter().skip(1).map(|next| next.at_ms).chain([until_ms]);
    let held =
        prices.iter().zip(ends).map(|(priced, end)| (priced, priced.at_ms.max(from_ms), end.min(until_ms)));
    held.filter(|(priced, begin, end)| priced.currency == wanted && !priced.ended && begin < end)
        .flat_map(|(priced, begin, end)| {
            let shown = showings.iter().filter(move |one| one.is_within(begin, end));
            shown.filter_map(move |one| one.price(product, priced)).chain([priced.price_minor])
        })
        .min()
}

/// The prices in `wanted` that viewers were told, of layers of prices: that of the first layer that has one at the time. Each layer
/// is in the order of time.
pub(in crate::catalog) fn told(layers: &[Vec<Priced>], wanted: Currency) -> Vec<Priced> {
    let mut moments: Vec<i64> = layers.iter().flatten().map(|priced| priced.at_ms).collect();
    moments.sort_unstable();
    moments.dedup();
    let at = |at_ms: i64| {
        let held = |layer: &Vec<Priced>| {
            let last = layer.iter().rev().find(|priced| priced.at_ms <= at_ms).copied();
            last.filter(|priced| !priced.ended && priced.currency == wanted)
        };
        let price_minor = layers.iter().find_map(held).map(|priced| priced.price_minor);
        Priced {
            at_ms,
            currency: wanted,
            price_minor: price_minor.unwrap_or(0),
            ended: price_minor.is_none(),
        }
    };
    moments.into_iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_place_has_no_price_the_wider_one_was_told() {
        let (eur, chf) = (Currency::try_from("EUR").unwrap(), Currency::try_from("CHF").unwrap());
        let priced = |at_ms, currency, price_minor, ended| Priced { at_ms, currency, price_minor, ended };
        let place = vec![priced(20, eur, 2_500, false), priced(40, eur, 2_500, true)];
        let base =
            vec![priced(0, chf, 1_900, false), priced(10, eur, 2_000, false), priced(30, eur, 1_800, false)];
        let told = told(&[place, base], eur);
        let told: Vec<_> = told.iter().map(|one| (one.at_ms, one.price_minor, one.ended)).collect();
        assert_eq!(
            told,
            [(0, 0, true), (10, 2_000, false), (20, 2_500, false), (30, 2_500, false), (40, 1_800, false)]
        );
    }

    #[test]
    fn a_coupon_for_everybody_is_a_price_of_the_days_on_which_it_was_shown() {
        let (product, eur) = (ProductId::new(), Currency::try_from("EUR").unwrap());
        let priced = |at_ms, price_minor| Priced { at_ms, currency: eur, price_minor, ended: false };
        let showing = |from_ms, until_ms| Showing {
            times: vec![(from_ms, until_ms)],
            percent_off: Some(20),
            amount_off_minor: None,
            currency: None,
            product_ids: Vec::new(),
        };
        let prices = [priced(0, 4_900), priced(50, 4_000), priced(60, 4_900)];
        let lowest = |showings: &[Showing], from| {
            lowest(product, &prices, &Showings::new(showings.to_vec()), eur, from, 100)
        };
        let twice = Showing { times: vec![(0, Some(10)), (70, Some(80))], ..showing(0, None) };
        assert_eq!(lowest(&[twice], 10), Some(3_920), "one of its times is enough");
        assert_eq!(lowest(&[], 10), Some(4_000));
        assert_eq!(lowest(&[], 60), Some(4_900), "what held before the days began is none of them");
        assert_eq!(lowest(&[showing(70, Some(80))], 10), Some(3_920));
        assert_eq!(lowest(&[showing(55, Some(80))], 10), Some(3_200));
        assert_eq!(lowest(&[showing(0, Some(10))], 10), Some(4_000), "it was over");
        assert_eq!(lowest(&[showing(100, None)], 10), Some(4_000), "it came with the reduction");
        let five = Showing {
            percent_off: None,
            amount_off_minor: Some(500),
            currency: Some(eur),
            ..showing(70, None)
        };
        assert_eq!(lowest(std::slice::from_ref(&five), 10), Some(4_000), "off a cart");
        assert_eq!(
            lowest(
                &[Showing { product_ids: vec![product], amount_off_minor: Some(1_000), ..five.clone() }],
                10
            ),
            Some(3_900)
        );
        assert_eq!(
            lowest(&[Showing { product_ids: vec![ProductId::new()], ..showing(70, None) }], 10),
            Some(4_000)
        );
    }
}
