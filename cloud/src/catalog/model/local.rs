//! What a product is called in other languages, and what it costs in other currencies and in single countries.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};
use vitrine_protocol::Currency;

use super::{Language, Market, Product, Variant, check_currency, description, price_of};
use crate::base::{Invalid, trimmed};

/// The most languages of a product, prices of a variant beside its base price, and of all its variants.
const MOST_LANGUAGES: usize = 20;
const MOST_PRICES: usize = 50;
const MOST_PRICES_OF_ALL: usize = 1_000;
/// The most bytes of a product's texts in all languages together.
const MOST_TEXT: usize = 128 * 1024;

/// A product in a language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProductText {
    /// Its name.
    pub title: String,
    /// In words.
    pub description: String,
}

/// A product in a language, as callers send it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub struct ProductTextDraft {
    /// 1 to 200 characters.
    pub title: String,
    /// At most 5 000 characters.
    #[serde(default)]
    pub description: String,
}

/// What a variant costs in a currency: everywhere, or in one country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MarketPrice {
    /// The currency.
    pub currency: Currency,
    /// The country (ISO 3166-1 alpha-2); null is everywhere.
    pub market: Option<Market>,
    /// The price, in minor units.
    pub price_minor: i64,
    /// What it cost before, in minor units; null is that it is not reduced.
    pub compare_at_minor: Option<i64>,
    /// While it is reduced: the lowest price of the thirty days before the reduction began, of this currency and market, in minor
    /// units; null when that is not known.
    ///
    /// Source: Directive 98/6/EC, article 6a.
    pub prior_price_minor: Option<i64>,
}

/// The same as callers send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub struct MarketPriceDraft {
    /// ISO 4217.
    pub currency: Currency,
    /// A country (ISO 3166-1 alpha-2); everywhere when absent, which is not for the product's own currency.
    #[serde(default)]
    pub market: Option<Market>,
    /// In minor units.
    pub price_minor: i64,
    /// What it cost before, in minor units, when it is reduced.
    #[serde(default)]
    pub compare_at_minor: Option<i64>,
}

impl Product {
    /// Stands for what it is called in other languages and costs elsewhere, within this process; None when it is the same for all.
    #[must_use]
    pub fn locals_mark(&self) -> Option<u64> {
        let prices: Vec<_> = self.variants.iter().map(|variant| &variant.prices).collect();
        if self.texts.is_empty() && prices.iter().all(|prices| prices.is_empty()) {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        format!("{:?} {prices:?}", self.texts).hash(&mut hasher);
        Some(hasher.finish())
    }
}

/// Where a price holds.
pub(in crate::catalog) type Place = (Currency, Option<Market>);

impl MarketPrice {
    pub(in crate::catalog) fn place(&self) -> Place {
        (self.currency, self.market)
    }

    /// The price that may stand as one that is paid.
    pub(in crate::catalog) fn tag(&self) -> Tag {
        Tag {
            price_minor: self.price_minor,
            compare_at_minor: self.compare_at_minor,
            prior_price_minor: self.prior_price_minor,
        }
    }
}

/// A price with what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::catalog) struct Tag {
    pub(in crate::catalog) price_minor: i64,
    pub(in crate::catalog) compare_at_minor: Option<i64>,
    pub(in crate::catalog) prior_price_minor: Option<i64>,
}

impl Tag {
    /// Whether it says that it is a reduction.
    pub(in crate::catalog) fn reduces(&self) -> bool {
        self.compare_at_minor.is_some_and(|before| before > self.price_minor)
    }

    /// The prior price while it is reduced, where that is known.
    pub(in crate::catalog) fn prior(&self) -> Option<i64> {
        self.prior_price_minor.filter(|_| self.reduces())
    }

    /// The price that may stand struck out beside it: the prior price where that is known, else what the shop says it was. None
    /// when it costs no less than before: then it is no reduction.
    ///
    /// Source: Directive 98/6/EC, article 6a.
    pub(in crate::catalog) fn shown_before(&self) -> Option<i64> {
        self.prior().or(self.compare_at_minor).filter(|before| *before > self.price_minor)
    }

    /// By how many per cent it is reduced, of that price and rounded down.
    pub(in crate::catalog) fn discount(&self) -> Option<i64> {
        let before = i128::from(self.shown_before()?);
        i64::try_from((before - i128::from(self.price_minor)) * 100 / before).ok()
    }
}

/// What a viewer reads, where they are and what they pay with, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The language of texts.
    pub language: Option<Language>,
    /// The country of prices.
    pub market: Option<Market>,
    /// The currency of prices.
    pub currency: Option<Currency>,
}

/// What products have for viewers who differ, with the language of the organisation's own words where that is known.
#[derive(Debug, Default)]
pub struct Offered {
    own: Option<Language>,
    languages: BTreeSet<Language>,
    markets: BTreeSet<Market>,
    /// None where prices are in the products' own alone.
    currencies: Vec<Currency>,
}

impl Offered {
    /// That of `products`.
    #[must_use]
    pub fn of(products: &[Product], own: Option<Language>) -> Self {
        let prices =
            || products.iter().flat_map(|one| one.variants.iter().flat_map(|variant| &variant.prices));
        let mut currencies: Vec<_> = prices().map(|price| price.currency).collect();
        if !currencies.is_empty() {
            currencies.extend(products.iter().map(|product| product.currency));
            currencies.sort_by_key(|currency| currency.as_str().to_owned());
            currencies.dedup();
        }
        Self {
            own,
            languages: products.iter().flat_map(|one| one.texts.keys()).cloned().collect(),
            markets: prices().filter_map(|price| price.market).collect(),
            currencies,
        }
    }

    /// The language of the organisation's own words.
    #[must_use]
    pub fn own(&self) -> Option<&Language> {
        self.own.as_ref()
    }
}

impl Choice {
    /// The same as far as it makes a difference: what nobody has is not told apart, so that there are no more choices than the
    /// products have.
    #[must_use]
    pub fn among(&self, offered: &Offered) -> Self {
        let language = self.language.as_ref();
        Self {
            language: language
                .and_then(|wanted| best(wanted, offered.languages.iter(), offered.own()))
                .cloned(),
            market: self.market.filter(|market| offered.markets.contains(market)),
            currency: self.currency.filter(|currency| offered.currencies.contains(currency)),
        }
    }
}

/// The best of `languages` (in their order) for who reads `wanted`: that one, a wider one, or another of the same language. None
/// when the words in the language `own`, which everything has, are as good.
fn best<'a>(
    wanted: &Language,
    languages: impl Iterator<Item = &'a Language> + Clone,
    own: Option<&Language>,
) -> Option<&'a Language> {
    for tag in wanted.wider() {
        if let Some(found) = languages.clone().find(|one| one.as_str() == tag) {
            return Some(found);
        }
        if own.is_some_and(|own| own.as_str() == tag) {
            return None;
        }
    }
    if own.is_some_and(|own| own.primary() == wanted.primary()) {
        return None;
    }
    languages.clone().find(|one| one.primary() == wanted.primary())
}

impl Variant {
    /// Its price of a place, exactly.
    pub(in crate::catalog) fn price_at(&self, place: Place) -> Option<&MarketPrice> {
        self.prices.iter().find(|price| price.place() == place)
    }
}

impl Product {
    /// Its name for a viewer; in the organisation's own language `own` where there is none for them.
    #[must_use]
    pub fn title_for(&self, choice: &Choice, own: Option<&Language>) -> &str {
        let found = choice.language.as_ref().and_then(|wanted| best(wanted, self.texts.keys(), own));
        found.and_then(|language| self.texts.get(language)).map_or(&self.title, |text| &text.title)
    }

    /// What a variant costs in the base currency.
    pub(in crate::catalog) fn base_tag(&self, variant: &Variant) -> Tag {
        Tag {
            price_minor: variant.price_minor,
            compare_at_minor: self.compare_at(variant),
            prior_price_minor: variant.prior_price_minor,
        }
    }

    /// Whether it says that a variant's base price is a reduction.
    #[must_use]
    pub fn reduces(&self, variant: &Variant) -> bool {
        self.base_tag(variant).reduces()
    }

    /// What a variant costs in a currency, for somebody in `market`: there, else everywhere. None when it is not sold in it.
    pub(in crate::catalog) fn tag_in(
        &self,
        variant: &Variant,
        currency: Currency,
        market: Option<Market>,
    ) -> Option<Tag> {
        let there = market.and_then(|_| variant.price_at((currency, market)));
        let found = there.or_else(|| variant.price_at((currency, None))).map(MarketPrice::tag);
        found.or_else(|| (currency == self.currency).then(|| self.base_tag(variant)))
    }

    /// The currency that a viewer is shown all of its prices in: the one that they pay with, else that of their country, else its
    /// own. One in which a part of its variants has no price is none of the product.
    #[must_use]
    pub fn currency_for(&self, choice: &Choice) -> Currency {
        let sells_in = |currency: &Currency| {
            self.variants.iter().all(|variant| self.tag_in(variant, *currency, choice.market).is_some())
        };
        let of_market = || {
            let market = choice.market?;
            let prices = self.variants.iter().flat_map(|variant| &variant.prices);
            let mut there: Vec<_> =
                prices.filter(|price| price.market == Some(market)).map(|one| one.currency).collect();
            there.sort_by_key(|currency| (*currency != self.currency, currency.as_str().to_owned()));
            there.into_iter().find(sells_in)
        };
        choice.currency.filter(sells_in).or_else(of_market).unwrap_or(self.currency)
    }

    /// Whether a piece of a variant costs `price_minor` in that currency. Without a market, the price of any country holds.
    pub(in crate::catalog) fn costs(
        &self,
        variant: &Variant,
        currency: Currency,
        market: Option<Market>,
        price_minor: i64,
    ) -> Option<bool> {
        let there = variant.prices.iter().filter(|price| market.is_none() && price.currency == currency);
        let tags = there.map(MarketPrice::tag).chain(self.tag_in(variant, currency, market));
        tags.map(|tag| tag.price_minor == price_minor).reduce(|one, other| one || other)
    }

    /// Takes a text in, or away; the facts are those of any change.
    ///
    /// # Errors
    /// A field that does not hold what it should; one language too many.
    pub fn set_text(&mut self, language: Language, draft: Option<ProductTextDraft>) -> Result<(), Invalid> {
        let Some(draft) = draft else {
            self.texts.remove(&language);
            return Ok(());
        };
        let text = ProductText {
            title: trimmed("title", &draft.title, 1, 200)?,
            description: description(&draft.description)?,
        };
        self.texts.insert(language, text);
        if self.texts.len() > MOST_LANGUAGES {
            return Err(Invalid::new(format!("`texts` takes at most {MOST_LANGUAGES} languages")));
        }
        let bytes: usize = self.texts.values().map(|text| text.title.len() + text.description.len()).sum();
        if bytes > MOST_TEXT {
            return Err(Invalid::new(format!(
                "`texts` takes at most {MOST_TEXT} bytes in all languages together"
            )));
        }
        Ok(())
    }

    /// Gives the variant at `at` these prices beside its base price, and no others.
    ///
    /// # Errors
    /// A field that does not hold what it should; a place twice; one too many.
    pub fn set_prices(&mut self, at: usize, drafts: &[MarketPriceDraft]) -> Result<(), Invalid> {
        if drafts.len() > MOST_PRICES {
            return Err(Invalid::new(format!("`prices` takes at most {MOST_PRICES} prices of a variant")));
        }
        let Some(variant) = self.variants.get(at) else { return Ok(()) };
        let mut prices = BTreeMap::new();
        for draft in drafts {
            let currency = check_currency(draft.currency)?;
            let place =
                draft.market.map_or_else(|| currency.to_string(), |market| format!("{currency}/{market}"));
            if draft.market.is_none() && currency == self.currency {
                return Err(Invalid::new(format!(
                    "`prices` in {currency} everywhere are the variant's own `price_minor`"
                )));
            }
            let price = MarketPrice {
                currency,
                market: draft.market,
                price_minor: price_of("prices.price_minor", draft.price_minor)?,
                compare_at_minor: draft
                    .compare_at_minor
                    .map(|before| price_of("prices.compare_at_minor", before))
                    .transpose()?,
                prior_price_minor: variant
                    .price_at((currency, draft.market))
                    .and_then(|before| before.prior_price_minor),
            };
            if prices.insert(place.clone(), price).is_some() {
                return Err(Invalid::new(format!("`prices` names {place} twice")));
            }
        }
        self.variants[at].prices = prices.into_values().collect();
        if self.variants.iter().map(|variant| variant.prices.len()).sum::<usize>() > MOST_PRICES_OF_ALL {
            return Err(Invalid::new(format!(
                "`prices` takes at most {MOST_PRICES_OF_ALL} prices of all variants"
            )));
        }
        Ok(())
    }

    /// Adds texts and, to each of the first variants, prices to those that it has: all others stay. The base price stands for itself.
    pub(in crate::catalog) fn add_locals(
        &mut self,
        texts: Vec<(Language, ProductTextDraft)>,
        prices: Vec<Vec<MarketPriceDraft>>,
    ) -> Result<(), Invalid> {
        for (language, text) in texts {
            self.set_text(language, Some(text))?;
        }
        for (at, mut added) in prices.into_iter().enumerate() {
            added.retain(|price| (price.currency, price.market) != (self.currency, None));
            let Some(variant) = self.variants.get(at).filter(|_| !added.is_empty()) else { continue };
            let stay = variant
                .prices
                .iter()
                .filter(|known| added.iter().all(|price| (price.currency, price.market) != known.place()));
            let stay: Vec<_> = stay
                .map(|known| MarketPriceDraft {
                    currency: known.currency,
                    market: known.market,
                    price_minor: known.price_minor,
                    compare_at_minor: known.compare_at_minor,
                })
                .collect();
            added.extend(stay);
            self.set_prices(at, &added)?;
        }
        Ok(())
    }

    /// Whether it has anything in another language, currency or market.
    pub(in crate::catalog) fn has_locals(&self) -> bool {
        !self.texts.is_empty() || self.variants.iter().any(|variant| !variant.prices.is_empty())
    }

    /// The same without.
    pub(in crate::catalog) fn without_locals(&self) -> Self {
        let mut bare = self.clone();
        bare.texts.clear();
        bare.variants.iter_mut().for_each(|variant| variant.prices.clear());
        bare
    }

    /// The base price is what counts everywhere in the product's currency: another price of that place is gone with a change of it.
    pub(super) fn drop_shadowed_prices(&mut self) {
        let own = (self.currency, None);
        for variant in &mut self.variants {
            variant.prices.retain(|price| price.place() != own);
        }
    }
}

#[cfg(test)]
mod tests;
