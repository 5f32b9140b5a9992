//! Columns of other languages, currencies and markets: `title[de]`, `price[CHF]`, `compare_at_price[EUR/AT]`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use vitrine_protocol::Currency;

use super::price::price;
use super::words::plain;
use super::{Field, Row, RowError};
use crate::catalog::{Language, Market, MarketPriceDraft, ProductTextDraft};

/// Characters that the catalogue takes of a title and of a description.
const TITLE: usize = 200;
const DESCRIPTION: usize = 5_000;

/// Where a price holds; None is everywhere.
pub type Place = (Currency, Option<Market>);

/// What such a value is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// The name in a language.
    Title(Language),
    /// The description in a language.
    Description(Language),
    /// What a variant costs.
    Price(Place),
    /// What it cost before.
    CompareAt(Place),
}

/// The column of a text or a price, as an export names it.
pub fn column(word: &str, inside: impl std::fmt::Display) -> String {
    format!("{word}[{inside}]")
}

/// `CHF`, `EUR/AT`.
pub fn place_word((currency, market): Place) -> String {
    market.map_or_else(|| currency.to_string(), |market| format!("{currency}/{market}"))
}

impl Local {
    /// What a column of that name is about; None when it is none of these.
    ///
    /// # Errors
    /// It is one, and what stands in its brackets is not known. A sentence for whoever wrote it.
    pub fn of(name: &str) -> Result<Option<Self>, String> {
        let Some((word, inside)) = name.trim().strip_suffix(']').and_then(|name| name.split_once('[')) else {
            return Ok(None);
        };
        let wrong = |what: &str| {
            let inside: String = inside.chars().filter(|c| !c.is_control()).take(40).collect();
            format!("`{}[{inside}]` {what}", word.chars().take(40).collect::<String>())
        };
        let language =
            || Language::try_from(inside).map_err(|_| wrong("names no language like `de` or `pt-BR`"));
        let place = || {
            let (currency, market) =
                inside.split_once('/').map_or((inside, None), |(one, other)| (one, Some(other)));
            let currency =
                Currency::try_from(currency.trim().to_ascii_uppercase()).ok().filter(Currency::is_in_use);
            let currency = currency.ok_or_else(|| wrong("names no currency in use, like `CHF`"))?;
            let market = market.map(Market::try_from).transpose();
            Ok::<_, String>((
                currency,
                market.map_err(|_| wrong("names no country of two letters, like `EUR/AT`"))?,
            ))
        };
        Ok(match Field::of(word) {
            Some(Field::Title) => Some(Self::Title(language()?)),
            Some(Field::Description) => Some(Self::Description(language()?)),
            Some(Field::Price) => Some(Self::Price(place()?)),
            Some(Field::CompareAt) => Some(Self::CompareAt(place()?)),
            _ => None,
        })
    }

    /// Whether it is about the product, not about a variant.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Title(_) | Self::Description(_))
    }
}

/// What rows of a product say in other languages, each where it is said first. What does not fit is left out and told.
pub(super) fn texts(rows: &[Row], errors: &mut Vec<RowError>) -> Vec<(Language, ProductTextDraft)> {
    let mut said: BTreeMap<Language, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for (local, value) in rows.iter().flat_map(|row| &row.locals) {
        match local {
            Local::Title(language) => _ = said.entry(language.clone()).or_default().0.get_or_insert(value),
            Local::Description(language) => {
                _ = said.entry(language.clone()).or_default().1.get_or_insert(value)
            }
            Local::Price(_) | Local::CompareAt(_) => {}
        }
    }
    // Our own export says what stands here; others say it in HTML, or not.
    let is_ours = rows.iter().any(|row| row.get(Field::VitrineId).is_some());
    let text_of = |text| if is_ours { Cow::Borrowed(text) } else { plain(text) };
    let mut texts = Vec::with_capacity(said.len());
    for (language, (title, description)) in said {
        match title.map(|title| text_of(title).replace('\n', " ")) {
            Some(title) if title.chars().count() <= TITLE => {
                let description =
                    text_of(description.unwrap_or_default()).chars().take(DESCRIPTION).collect();
                texts.push((language, ProductTextDraft { title, description }));
            }
            Some(_) => {
                errors.push(
                    rows[0]
                        .error(Some(Field::Title), format!("`title[{language}]` takes 1 to 200 characters")),
                );
            }
            None => errors.push(rows[0].error(Some(Field::Title), format!("`title[{language}]` is missing"))),
        }
    }
    texts
}

impl Row {
    /// Keeps a value of another language, currency or market, unless there is one or it says nothing.
    pub(super) fn put_local(&mut self, local: &Local, value: &str) {
        let mut value = value.trim();
        if value.len() > super::MOST_OF_A_VALUE && !matches!(local, Local::Description(_)) {
            value = &value[..value.floor_char_boundary(super::MOST_OF_A_VALUE)];
        }
        if !value.is_empty() && self.locals.iter().all(|(known, _)| known != local) {
            self.locals.push((local.clone(), value.to_owned()));
        }
    }

    /// What it says of prices beside the base one.
    ///
    /// # Errors
    /// The first that is none.
    pub(super) fn prices(&self) -> Result<Vec<MarketPriceDraft>, RowError> {
        let mut prices = Vec::new();
        for (local, value) in &self.locals {
            let Local::Price(place) = local else { continue };
            let read = |text: &str, field| {
                let wrong = |sentence| self.error(Some(field), sentence);
                match price(text, Some(place.0)) {
                    Ok((minor, currency)) if currency == place.0 => Ok(minor),
                    Ok((_, currency)) => Err(wrong(format!(
                        "`{}` holds a price in {currency}",
                        column("price", place_word(*place))
                    ))),
                    Err(sentence) => Err(wrong(sentence)),
                }
            };
            let price_minor = read(value, Field::Price)?;
            let before = self.locals.iter().find(|(local, _)| *local == Local::CompareAt(*place));
            let before = before.map(|(_, text)| read(text, Field::CompareAt)).transpose()?;
            prices.push(MarketPriceDraft {
                currency: place.0,
                market: place.1,
                price_minor,
                // What an export says comes back as it was.
                compare_at_minor: before
                    .filter(|before| *before > price_minor || self.get(Field::VitrineId).is_some()),
            });
        }
        prices.sort_by_key(|price| place_word((price.currency, price.market)));
        Ok(prices)
    }
}
