//! What a row says of pieces: how many there are, and whether it is sold without.

use super::{Field, NOBODY, Row, RowError};

/// What "in stock" counts as where no number stands.
const SOME: i64 = 100;

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
pub(super) fn sells_when_empty(row: &Row) -> Result<Option<bool>, RowError> {
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

/// How many there are, where a row says so.
pub(super) fn stock(row: &Row) -> Result<Option<i64>, RowError> {
    if let Some(text) = row.get(Field::Stock) {
        let whole = text.strip_suffix(".0").unwrap_or(text);
        // Lists count below nothing what they have sold too much of.
        let is_ours = row.get(Field::VitrineVariantId).is_some();
        let count = whole.parse::<i64>().map(|count| if is_ours { count } else { count.max(0) });
        let count =
            count.map_err(|_| row.error(Some(Field::Stock), format!("`{text}` is no number of pieces")))?;
        return Ok(Some(count));
    }
    let Some(word) = availability(row) else { return Ok(None) };
    match word.as_str() {
        "instock" | "limitedavailability" | "available" => Ok(Some(SOME)),
        "outofstock" | "preorder" | "backorder" | "soldout" | "discontinued" | "unavailable" => Ok(Some(0)),
        _ => Err(row.error(
            Some(Field::Availability),
            "`availability` takes in_stock, out_of_stock, preorder or backorder",
        )),
    }
}
