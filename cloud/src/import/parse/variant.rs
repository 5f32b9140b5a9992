//! What rows say of variants.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use vitrine_protocol::Currency;

use super::count::count;
use super::field::OPTIONS;
use super::group::IncomingVariant;
use super::priced::{ONE_CURRENCY, priced};
use super::{Field, Options, Row, RowError};
use crate::catalog::fitting_external_ids;

/// Characters that the catalogue takes of a variant's title and its number.
const VARIANT: usize = 100;

/// What the rows so far came to.
pub(super) struct Taken {
    pub(super) currency: Option<Currency>,
    pub(super) variants: Vec<IncomingVariant>,
    /// Ids of platforms that the catalogue does not take.
    pub(super) ids_lost: usize,
    /// What options are called.
    names: Vec<String>,
    /// Whether the list says anything of pieces.
    counts: bool,
    /// What is wrong with rows that are taken all the same.
    pub(super) told: Vec<RowError>,
}

impl Taken {
    /// Nothing yet of a product whose options are called `names`, in a list that `counts` pieces or says nothing of them.
    pub(super) fn new(names: Vec<String>, counts: bool) -> Self {
        Self { currency: None, variants: Vec::new(), ids_lost: 0, names, counts, told: Vec::new() }
    }

    /// The names of the options that all variants have, if each has another combination of them; else there are none.
    pub(super) fn settle_options(&mut self) -> Vec<String> {
        let all = &self.variants;
        let is_full = |variant: &IncomingVariant| {
            !variant.options.is_empty() && all.iter().all(|one| one.options.keys().eq(variant.options.keys()))
        };
        let combinations: HashSet<_> = all.iter().map(|variant| &variant.options).collect();
        if combinations.len() == all.len() && all.first().is_some_and(is_full) {
            let first = &all[0].options;
            let mut names: Vec<String> = Vec::new();
            for name in self.names.iter().filter(|name| first.contains_key(*name)) {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
            return names;
        }
        self.variants.iter_mut().for_each(|variant| variant.options.clear());
        Vec::new()
    }

    /// What all variants cost before, when that is the same; else each keeps its own.
    pub(super) fn settle_compare(&mut self) -> Option<i64> {
        let first = self.variants.first()?.compare_at_minor;
        if self.variants.iter().any(|variant| variant.compare_at_minor != first) {
            return None;
        }
        self.variants.iter_mut().for_each(|variant| variant.compare_at_minor = None);
        first.flatten()
    }

    /// What a row says of options. So Shopify says that there are none: `Title`, `Default Title`.
    fn options(&self, row: &Row) -> Result<BTreeMap<String, String>, RowError> {
        let mut options = BTreeMap::new();
        for n in 0..OPTIONS {
            let Some(value) = row.get(Field::Option(n)) else { continue };
            let name = self.names[usize::from(n)].as_str();
            if (name, value) == ("Title", "Default Title") {
                continue;
            }
            if name.chars().count() > 50 || value.chars().count() > VARIANT {
                let sentence = "an option has a name of at most 50 and a value of at most 100 characters";
                return Err(row.error(Some(Field::Option(n)), sentence));
            }
            options.insert(name.to_owned(), value.to_owned());
        }
        Ok(options)
    }

    pub(super) fn take(
        &mut self,
        row: &Row,
        is_one_of_many: bool,
        options: &Options,
        now: DateTime<Utc>,
    ) -> Result<(), RowError> {
        let priced = priced(row, options, now)?;
        let (price, currency, before) =
            priced.ok_or_else(|| row.error(Some(Field::Price), "`price` is missing"))?;
        if self.currency.is_some_and(|known| known != currency) {
            return Err(row.error(Some(Field::Currency), ONE_CURRENCY));
        }
        let (count, told) = count(row, self.counts)?;
        let vitrine_id = row.get(Field::VitrineVariantId).and_then(|id| id.parse().ok());
        let sku = row.get(Field::Sku).or_else(|| row.get(Field::Id)).map(str::to_owned);
        for (field, text) in
            [(Field::Sku, sku.as_deref()), (Field::VariantTitle, row.get(Field::VariantTitle))]
        {
            if text.is_some_and(|text| text.chars().count() > VARIANT) {
                return Err(row.error(Some(field), format!("`{}` takes 1 to 100 characters", field.word())));
            }
        }
        if let Some(sku) = sku.as_ref().filter(|_| vitrine_id.is_none())
            && self.variants.iter().any(|variant| variant.sku.as_ref() == Some(sku))
        {
            return Err(row.error(Some(Field::Sku), format!("`{sku}` is on another row of the product")));
        }
        let options = self.options(row)?;
        let (external_ids, ids_lost) = row.get(Field::ExternalIds).map(external_ids).unwrap_or_default();
        let prices = row.prices()?;
        self.ids_lost += ids_lost;
        self.told.extend(told);
        self.currency = Some(currency);
        let name = row.get(Field::Id).filter(|id| sku.as_deref() != Some(*id)).map(str::to_owned);
        let title = variant_title(row, is_one_of_many, sku.as_deref());
        self.variants.push(IncomingVariant {
            vitrine_id,
            title,
            sku,
            name,
            price_minor: price,
            stock: count.stock,
            sell_when_empty: count.sell_when_empty,
            pieces: count.pieces,
            compare_at_minor: Some(before),
            options,
            external_ids,
            prices,
        });
        Ok(())
    }
}

/// `shopify=123; woocommerce=9`: those that fit, and how many do not.
pub(super) fn external_ids(text: &str) -> (BTreeMap<String, String>, usize) {
    fitting_external_ids(text.split(';').filter_map(|pair| pair.split_once('=')))
}

pub(super) fn variant_title(row: &Row, is_one_of_many: bool, sku: Option<&str>) -> String {
    if let Some(title) = row.get(Field::VariantTitle) {
        return title.to_owned();
    }
    let options: Vec<_> = (0..OPTIONS).filter_map(|n| row.get(Field::Option(n))).collect();
    let title = if options.is_empty() {
        sku.filter(|_| is_one_of_many).unwrap_or("Default").to_owned()
    } else {
        options.join(" / ")
    };
    // So Shopify names the only variant.
    let title = if title == "Default Title" { "Default".to_owned() } else { title };
    title.chars().take(100).collect()
}
