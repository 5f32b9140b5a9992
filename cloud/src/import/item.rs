//! What the catalogue takes of a list's products, and which field it refuses.

use vitrine_protocol::ProductId;

use super::Import;
use super::parse::Incoming;
use crate::catalog::{BatchItem, Listed, ListedVariant, ProductDraft, VariantDraft};

/// What the catalogue takes of a product of a list.
pub(super) fn item(
    id: Option<ProductId>,
    product: Incoming,
    replace_stock: bool,
    import: &Import,
) -> BatchItem {
    let is_alone = product.variants.len() == 1;
    let listed = product.variants.iter().map(|variant| {
        let own = Some(&product.external_id).filter(|_| is_alone);
        let names = [variant.sku.as_ref(), variant.name.as_ref(), own].into_iter().flatten().cloned();
        ListedVariant { id: variant.name.clone(), names: names.collect(), pieces: variant.pieces }
    });
    let as_of = import.fetched_at.unwrap_or(import.created_at);
    let listed = Listed { source: import.source.clone(), as_of, is_same: false, variants: listed.collect() };
    let prices = product.variants.iter().map(|variant| variant.prices.clone()).collect();
    let has_no_tags = product.tags.as_ref().is_some_and(Vec::is_empty);
    let variants = product
        .variants
        .into_iter()
        .map(|variant| VariantDraft {
            id: variant.vitrine_id,
            title: variant.title,
            sku: variant.sku,
            price_minor: Some(variant.price_minor),
            stock: variant.stock,
            sell_when_empty: variant.sell_when_empty,
            compare_at_minor: variant.compare_at_minor,
            options: Some(variant.options).filter(|options| !options.is_empty()),
            external_ids: Some(variant.external_ids).filter(|ids| !ids.is_empty()),
        })
        .collect();
    let draft = ProductDraft {
        title: product.title,
        description: product.description,
        url: product.url,
        currency: product.currency,
        price_minor: None,
        compare_at_minor: product.compare_at_minor,
        stock: None,
        variants,
        options: product.options,
        tags: product.tags.unwrap_or_default(),
    };
    BatchItem {
        id,
        draft,
        has_no_tags,
        replace_stock,
        listed: Some(listed),
        is_whole: product.is_whole,
        texts: product.texts,
        prices,
        adds_only: false,
    }
}

/// The field that a sentence of the catalogue begins with.
pub(super) fn field_of(sentence: &str) -> Option<String> {
    let (field, _) = sentence.strip_prefix('`')?.split_once('`')?;
    Some(field.rsplit('.').next().unwrap_or(field).to_owned())
}
