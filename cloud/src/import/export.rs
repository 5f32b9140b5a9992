//! The catalogue as a list that an import takes again.

use bytes::Bytes;
use csv::Writer;
use futures_util::stream::{self, Stream};
use serde_json::json;
use vitrine_protocol::{OrgId, ProductId};

use super::guard::guarded;
use super::parse::written;
use super::{Format, Imports, ImportsError};
use crate::base::{Actor, Page};
use crate::catalog::{CatalogError, Product};

/// Products of one piece of the answer.
const PAGE: i64 = 200;

const COLUMNS: [&str; 11] = [
    "vitrine_id",
    "vitrine_variant_id",
    "title",
    "description",
    "link",
    "currency",
    "price",
    "compare_at_price",
    "variant_title",
    "sku",
    "quantity",
];

impl Imports {
    /// Every product, newest first, as CSV or JSON, page by page.
    ///
    /// # Errors
    /// [`ImportsError::Catalog`]: the caller may not, or the database does not answer. Later it ends the stream.
    pub async fn export(
        &self,
        actor: &Actor,
        org: OrgId,
        format: Format,
    ) -> Result<impl Stream<Item = Result<Bytes, CatalogError>> + Send + use<>, ImportsError> {
        let (catalog, actor) = (self.catalog.clone(), actor.clone());
        let first = catalog.products(&actor, org, None, PAGE).await?;
        let begun = (Some(first), true);
        Ok(stream::try_unfold(begun, move |(page, is_first)| {
            let (catalog, actor) = (catalog.clone(), actor.clone());
            async move {
                let Some(Page { items, next }) = page else { return Ok(None) };
                let piece = match format {
                    Format::Json => json_of(&items, is_first, next.is_none()),
                    _ => csv_of(&items, is_first),
                };
                let after = next.as_deref().and_then(|id| id.parse::<ProductId>().ok());
                let page = match after {
                    Some(after) => Some(catalog.products(&actor, org, Some(after), PAGE).await?),
                    None => None,
                };
                Ok(Some((Bytes::from(piece), (page, false))))
            }
        }))
    }
}

fn csv_of(products: &[Product], is_first: bool) -> Vec<u8> {
    let mut table = Writer::from_writer(Vec::new());
    // Writing into memory does not fail.
    if is_first {
        drop(table.write_record(COLUMNS));
    }
    for product in products {
        let before =
            product.compare_at_minor.map(|minor| written(minor, product.currency)).unwrap_or_default();
        for variant in &product.variants {
            drop(table.write_record([
                product.id.to_string().as_str(),
                &variant.id.to_string(),
                &guarded(&product.title),
                &guarded(&product.description),
                &guarded(&product.url),
                product.currency.as_str(),
                &written(variant.price_minor, product.currency),
                &before,
                &guarded(&variant.title),
                &guarded(&variant.sku),
                &variant.stock.to_string(),
            ]));
        }
    }
    table.into_inner().unwrap_or_default()
}

fn json_of(products: &[Product], is_first: bool, is_last: bool) -> Vec<u8> {
    let mut text = String::from(if is_first { "[" } else { "" });
    for (n, product) in products.iter().enumerate() {
        text.push_str(if n > 0 || !is_first { ",\n" } else { "\n" });
        let variants: Vec<_> = product
            .variants
            .iter()
            .map(|variant| {
                json!({
                    "vitrine_variant_id": variant.id, "title": variant.title, "sku": variant.sku,
                    "price": written(variant.price_minor, product.currency), "quantity": variant.stock,
                })
            })
            .collect();
        let before = product.compare_at_minor.map(|minor| written(minor, product.currency));
        let product = json!({
            "vitrine_id": product.id, "title": product.title, "description": product.description,
            "link": product.url, "currency": product.currency, "compare_at_price": before, "variants": variants,
        });
        text.push_str(&product.to_string());
    }
    text.push_str(if is_last { "\n]\n" } else { "" });
    text.into_bytes()
}
