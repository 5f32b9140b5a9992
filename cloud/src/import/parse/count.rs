//! What a row says of pieces: how many there are, and whether it is sold without.

use super::marks::{Reading, take_reading};
use super::{Field, NOBODY, Row, RowError};
use crate::catalog::Pieces;

/// What a row says of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// How many there are.
    pub(super) stock: Option<i64>,
    /// Whether it is sold when none is left.
    pub(super) sell_when_empty: Option<bool>,
    /// How that is said.
    pub(super) pieces: Pieces,
}

/// Whether a row says anything of pieces.
pub(super) fn counts(row: &Row) -> bool {
    [Field::Stock, Field::Availability, Field::SellWhenEmpty, Field::Policy, Field::Tracker]
        .into_iter()
        .any(|field| row.get(field).is_some())
}

/// What a row says of pieces, and what is wrong with that: the product is taken all the same. Where the whole list says nothing of
/// pieces, as it is when it `counts` none, or says that there are some and not how many, nobody counts them: it is sold without.
pub(super) fn count(row: &Row, counts: bool) -> Result<(Count, Option<RowError>), RowError> {
    let (number, told) = match row.get(Field::Stock).map(pieces) {
        None => (None, None),
        Some(Ok(count)) if count < 0 && row.get(Field::VitrineVariantId).is_none() => {
            // Lists count below nothing what they have sold too much of.
            let sentence = format!("`{count}` is less than nothing, and counts as 0");
            (Some(0), Some(row.error(Some(Field::Stock), sentence)))
        }
        Some(Ok(count)) => (Some(count), None),
        Some(Err(sentence)) => (None, Some(row.error(Some(Field::Stock), sentence))),
    };
    let said = sells_when_empty(row)?;
    let word = availability(row);
    let word = word.as_deref();
    let (stock, pieces) = match word {
        _ if number.is_some() || told.is_some() => (number, Pieces::Told),
        None if !counts => (None, Pieces::Untold),
        None => (None, Pieces::Told),
        Some("instock" | "limitedavailability" | "available") if said.is_none() => (None, Pieces::Available),
        Some("instock" | "limitedavailability" | "available") => (None, Pieces::Told),
        Some("outofstock" | "preorder" | "backorder" | "soldout" | "discontinued" | "unavailable") => {
            (Some(0), Pieces::Told)
        }
        Some(_) => {
            return Err(row.error(
                Some(Field::Availability),
                "`availability` takes in_stock, out_of_stock, preorder or backorder",
            ));
        }
    };
    let sell_when_empty = said.or_else(|| (pieces != Pieces::Told).then_some(true));
    Ok((Count { stock, sell_when_empty, pieces }, told))
}

/// A number of pieces: whole, whatever stands behind its mark.
fn pieces(text: &str) -> Result<i64, String> {
    let (text, reading) = take_reading(text);
    let wrong = || format!("`{text}` is no number of pieces; the product is taken without a count");
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’')).collect();
    let (whole, places) = match (plain.rfind(['.', ',']), reading) {
        (None, _) => (plain.as_str(), ""),
        (Some(_), Some(Reading::Either)) => {
            return Err(format!(
                "`{text}` can be read in two ways: write pieces without a mark; the product is taken without a count"
            ));
        }
        (Some(_), Some(Reading::Thousands)) => (plain.as_str(), ""),
        (Some(at), _) if plain[..at].contains(&plain[at..=at]) => (plain.as_str(), ""),
        (Some(at), _) => (&plain[..at], &plain[at + 1..]),
    };
    let digits: String = whole.chars().filter(|c| !matches!(c, '.' | ',')).collect();
    if places.bytes().any(|byte| byte != b'0') {
        return Err(wrong());
    }
    digits.parse().map_err(|_| wrong())
}

/// What a word of yes or no says.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// A row's availability as one word.
fn availability(row: &Row) -> Option<String> {
    let said = row.get(Field::Availability)?;
    Some(said.rsplit('/').next().unwrap_or(said).to_lowercase().replace([' ', '_', '-'], ""))
}

/// Whether a variant is sold when none is left, as far as a row says it: by its own word, by the policy, because nobody counts
/// it, or because it can be ordered ahead.
fn sells_when_empty(row: &Row) -> Result<Option<bool>, RowError> {
    if let Some(text) = row.get(Field::SellWhenEmpty) {
        let said = yes_or_no(text);
        let refusal = || row.error(Some(Field::SellWhenEmpty), "`sell_when_empty` takes `true` or `false`");
        return Ok(Some(said.ok_or_else(refusal)?));
    }
    let policy = row.get(Field::Policy).map(str::to_lowercase);
    if row.get(Field::Tracker) == Some(NOBODY) || policy.as_deref() == Some("continue") {
        return Ok(Some(true));
    }
    if policy.as_deref() == Some("deny") {
        return Ok(Some(false));
    }
    Ok(match availability(row).as_deref() {
        Some("preorder" | "backorder") => Some(true),
        Some("outofstock" | "soldout" | "discontinued" | "unavailable") => Some(false),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::marks::Marks;
    use super::*;

    #[test]
    fn pieces_are_whole_and_no_thousand_is_guessed() {
        let read = |text: &str, marks: Marks| pieces(&marks.settled(text).unwrap_or_else(|| text.to_owned()));
        let none = Marks::default();
        for (text, count) in
            [("7", 7), ("7.0", 7), ("7,00", 7), ("1 200", 1200), ("1.234.567", 1_234_567), ("-3", -3)]
        {
            assert_eq!(read(text, none), Ok(count), "{text}");
        }
        for text in ["1.000", "1,000", "2.5", "many", "", "1e3"] {
            assert!(read(text, none).unwrap_err().contains(&format!("`{text}`")), "{text}");
        }
        assert_eq!(read("1.000", Marks::of_google()), Ok(1));
    }
}
