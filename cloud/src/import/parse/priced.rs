//! What a row says of its price.

use chrono::{DateTime, Utc};
use vitrine_protocol::Currency;

use super::json::MINOR;
use super::price::price;
use super::words::is_within;
use super::{Field, Options, Row, RowError};

pub(super) const ONE_CURRENCY: &str = "all prices of a product are in one currency";

/// A row's price, its currency, and what it was before a reduction.
pub(super) fn priced(
    row: &Row,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<Option<(i64, Currency, Option<i64>)>, RowError> {
    let known = match row.get(Field::Currency) {
        Some(code) => Some(
            Currency::try_from(code.to_uppercase())
                .map_err(|error| row.error(Some(Field::Currency), error.to_string()))?,
        ),
        None => options.currency,
    };
    let read = |field| {
        row.get(field)
            .map(|text| money(text, known).map_err(|sentence| row.error(Some(field), sentence)))
            .transpose()
    };
    let Some(regular) = read(Field::Price)? else { return Ok(None) };
    let is_on = row.get(Field::SaleDates).is_none_or(|dates| is_within(dates, now));
    let sale = read(Field::SalePrice)?.filter(|sale| is_on && sale.0 < regular.0);
    let compare = read(Field::CompareAt)?;
    let (price, currency) = sale.unwrap_or(regular);
    if ![sale, compare].into_iter().flatten().chain([regular]).all(|(_, other)| other == currency) {
        return Err(row.error(Some(Field::Currency), ONE_CURRENCY));
    }
    let before = sale.map(|_| regular).or(compare).map(|(before, _)| before).filter(|before| {
        // What an export says comes back as it was.
        *before > price || row.get(Field::VitrineId).is_some()
    });
    Ok(Some((price, currency, before)))
}

fn money(text: &str, currency: Option<Currency>) -> Result<(i64, Currency), String> {
    match text.strip_suffix(MINOR) {
        None => price(text, currency),
        Some(minor) => {
            let currency = currency.ok_or("no currency stands there: give `currency`")?;
            let minor = minor.parse().ok().filter(|minor| *minor >= 0);
            Ok((minor.ok_or("minor units are a whole number, not below 0")?, currency))
        }
    }
}
