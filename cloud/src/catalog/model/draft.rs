//! Products as callers send them.

use std::collections::BTreeMap;

use serde::Deserialize;
use vitrine_protocol::{Currency, VariantId};

use super::PictureDraft;
use crate::base::patch_field;

/// What a new product is made of.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct ProductDraft {
    /// 1 to 200 characters.
    pub title: String,
    /// At most 5 000 characters.
    #[serde(default)]
    pub description: String,
    /// Its page in the shop.
    pub url: String,
    /// ISO 4217.
    pub currency: Currency,
    /// Price in minor units, for variants without one of their own.
    #[serde(default)]
    pub price_minor: Option<i64>,
    /// The price before, when it is reduced.
    #[serde(default)]
    pub compare_at_minor: Option<i64>,
    /// How many there are, for a product without variants.
    #[serde(default)]
    pub stock: Option<i64>,
    /// Without any, the product gets one variant of its own price and stock.
    #[serde(default)]
    pub variants: Vec<VariantDraft>,
    /// The names of the variants' options in their order, at most 5; those that the variants have when it is empty.
    #[serde(default)]
    pub options: Vec<String>,
    /// At most 50 of 1 to 50 characters; kept in lower case.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A variant as it is sent.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct VariantDraft {
    /// The variant that is meant; absent makes a new one.
    #[serde(default)]
    pub id: Option<VariantId>,
    /// 1 to 100 characters.
    pub title: String,
    /// At most 100 characters; the variant's id when absent.
    #[serde(default)]
    pub sku: Option<String>,
    /// Price in minor units. When absent, a variant that is there keeps its own, unless the product's is given, and a new one has
    /// the product's.
    #[serde(default)]
    pub price_minor: Option<i64>,
    /// How many there are. When absent, a variant that is there keeps its own, and a new one has none. A count for one that is
    /// there needs `If-Match`.
    #[serde(default)]
    pub stock: Option<i64>,
    /// What it cost before, when that is not what the product says of all; null is that it is not reduced. When absent, one that
    /// is there keeps its own word, unless the product's `compare_at_minor` changes.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<i64>)]
    pub compare_at_minor: Option<Option<i64>>,
    /// It is sold when none is left, too. When absent, a variant that is there stays as it is, and a new one is not.
    #[serde(default)]
    pub sell_when_empty: Option<bool>,
    /// Its options: by name (1 to 50 characters) the value (1 to 100). No two variants of a product have the same. When absent,
    /// one that is there keeps its own.
    #[serde(default)]
    pub options: Option<BTreeMap<String, String>>,
    /// What platforms call it: by platform (1 to 40 of `a` to `z`, `0` to `9`, `.`, `_`, `:` and `-`) the id (1 to 100 characters).
    /// An id of a platform stands for one variant of the organisation. When absent, one that is there keeps its own.
    #[serde(default)]
    pub external_ids: Option<BTreeMap<String, String>>,
}

/// What of a product can be changed; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct ProductPatch {
    /// 1 to 200 characters.
    #[serde(default)]
    pub title: Option<String>,
    /// At most 5 000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// Its page in the shop.
    #[serde(default)]
    pub url: Option<String>,
    /// ISO 4217.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Of a product with one variant; needs `If-Match`, as all that says what things cost.
    #[serde(default)]
    pub price_minor: Option<i64>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<i64>)]
    pub compare_at_minor: Option<Option<i64>>,
    /// Of a product with one variant; needs `If-Match`.
    #[serde(default)]
    pub stock: Option<i64>,
    /// All variants anew; those with a known id stay the same variants, and those that are not named are gone with their stock:
    /// needs `If-Match`.
    #[serde(default)]
    pub variants: Option<Vec<VariantDraft>>,
    /// The names of the variants' options in their order; with `variants`, those that they have when it is absent.
    #[serde(default)]
    pub options: Option<Vec<String>>,
    /// All tags anew.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    /// All pictures in their order, the first of which stands for it; those that are not named are gone: needs `If-Match`.
    #[serde(default)]
    pub pictures: Option<Vec<PictureDraft>>,
    /// False takes it off the sale, true brings it back.
    #[serde(default)]
    pub on_sale: Option<bool>,
}

impl ProductPatch {
    /// Whether it costs money when it undoes what somebody else did meanwhile: counts, prices, and lists of variants and pictures, which
    /// take away what they do not name.
    #[must_use]
    pub fn costs(&self) -> bool {
        self.stock.is_some()
            || self.variants.is_some()
            || self.pictures.is_some()
            || self.price_minor.is_some()
            || self.compare_at_minor.is_some()
            || self.currency.is_some()
    }
}
