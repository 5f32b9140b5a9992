//! What a list adds to products that another one made: texts in its language, prices in its currency and for its market.

use chrono::{DateTime, Utc};
use vitrine_protocol::Currency;

use super::group::{Incoming, IncomingVariant};
use super::local::texts;
use super::priced::priced;
use super::variant::{external_ids, variant_title};
use super::words::{plain, without_tags};
use super::{Field, Found, Options, Row, RowError};
use crate::catalog::{MarketPriceDraft, Pieces, ProductTextDraft};

const TITLE: usize = 200;
const DESCRIPTION: usize = 5_000;
/// Characters of a number or a variant's name.
const VARIANT: usize = 100;

/// What rows of one product add to it. Nothing else is looked at.
pub(super) fn added(
    key: String,
    rows: &[Row],
    options: &Options,
    now: DateTime<Utc>,
    errors: &mut Vec<RowError>,
) -> Found {
    let said = |field| rows.iter().find_map(|row| row.get(field));
    let mut words = texts(rows, errors);
    match (&options.language, said(Field::Title)) {
        (Some(_), Some(title)) if title.chars().count() > TITLE => {
            errors.push(rows[0].error(Some(Field::Title), "`title` takes 1 to 200 characters"));
        }
        (Some(language), Some(title)) => {
            let title = plain(title).replace('\n', " ");
            let description = match (said(Field::Description), said(Field::DescriptionHtml)) {
                (Some(text), _) => plain(text).into_owned(),
                (None, html) => without_tags(html.unwrap_or_default()),
            };
            let description = description.chars().take(DESCRIPTION).collect();
            words.retain(|(known, _)| known != language);
            words.push((language.clone(), ProductTextDraft { title, description }));
        }
        (Some(_), None) if words.is_empty() => {
            errors.push(rows[0].error(Some(Field::Title), "`title` is missing"));
        }
        _ => {}
    }
    let (mut variants, mut currency) = (Vec::new(), None);
    for row in rows {
        match variant(row, rows.len() > 1, options, now) {
            Ok(Some(variant)) => {
                currency = currency.or_else(|| variant.prices.first().map(|price| price.currency));
                variants.push(variant);
            }
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
    }
    if words.is_empty() && variants.iter().all(|variant| variant.prices.is_empty()) {
        if errors.is_empty() {
            errors.push(rows[0].error(None, "the row adds neither words nor a price to its product"));
        }
        return Found::Bad;
    }
    // Each price has its own; what has none says no word of money.
    let none = Currency::try_from("XXX").ok();
    let Some(currency) = currency.or(options.currency).or(none) else { return Found::Bad };
    Found::Product(Box::new(Incoming {
        line: rows[0].line,
        external_id: key,
        vitrine_id: said(Field::VitrineId).and_then(|id| id.parse().ok()),
        title: String::new(),
        description: String::new(),
        url: String::new(),
        currency,
        compare_at_minor: None,
        options: Vec::new(),
        tags: None,
        pictures: None,
        variants,
        is_whole: errors.is_empty(),
        texts: words,
    }))
}

fn variant(
    row: &Row,
    is_one_of_many: bool,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<Option<IncomingVariant>, RowError> {
    let mut prices = row.prices()?;
    if let Some((price_minor, currency, before)) = priced(row, options, now)?
        && prices.iter().all(|known| (known.currency, known.market) != (currency, options.market))
    {
        prices.push(MarketPriceDraft {
            currency,
            market: options.market,
            price_minor,
            compare_at_minor: before,
        });
    }
    if prices.is_empty() {
        return Ok(None);
    }
    let sku = row.get(Field::Sku).or_else(|| row.get(Field::Id)).map(str::to_owned);
    if sku.as_ref().is_some_and(|sku| sku.chars().count() > VARIANT) {
        return Err(row.error(Some(Field::Sku), "`sku` takes 1 to 100 characters"));
    }
    Ok(Some(IncomingVariant {
        vitrine_id: row.get(Field::VitrineVariantId).and_then(|id| id.parse().ok()),
        title: variant_title(row, is_one_of_many, sku.as_deref()),
        sku,
        name: None,
        price_minor: 0,
        stock: None,
        sell_when_empty: None,
        pieces: Pieces::Told,
        compare_at_minor: None,
        options: std::collections::BTreeMap::new(),
        external_ids: row.get(Field::ExternalIds).map(external_ids).unwrap_or_default().0,
        prices,
    }))
}
