//! Products and their variants.

mod change;
mod coupon;
mod details;
mod draft;
mod local;
mod order;
mod pictures;
mod place;
mod price;
mod stock;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::Serialize;
use vitrine_protocol::{Currency, OrgId, ProductId, VariantId};

use super::CatalogError;
use crate::base::{Invalid, check_text, trimmed};
use crate::events::Event;

pub use change::{OrderChange, OrderChangeDraft, OrderChangeKind, ReturnedLine, ReturnedLineDraft};
pub use coupon::{Coupon, CouponDraft, CouponPatch};
pub(in crate::catalog) use details::tag_of;
pub use details::{fitting_external_ids, fitting_tags};
pub use draft::{ProductDraft, ProductPatch, VariantDraft};
pub use local::{Choice, MarketPrice, MarketPriceDraft, Offered, ProductText, ProductTextDraft};
pub(in crate::catalog) use local::{Place, Tag};
pub use order::{
    ExternalId, Order, OrderDraft, OrderFilter, OrderLine, OrderLineDraft, OrderState, OrderSum, OrderTotals,
};
pub(in crate::catalog) use order::{OWN_SHOP, OrderFlag};
pub(in crate::catalog) use pictures::MOST_PICTURES;
pub use pictures::{ListedPicture, Picture, PictureDraft};
pub use place::{Language, Market};
pub(in crate::catalog) use price::PRIOR_DAYS;
pub use price::PriceChange;
pub(in crate::catalog) use price::{Priced, Showing, Showings, lowest, told};
pub use stock::{
    Reservation, ReservationDraft, ReservationLineDraft, ReservedLine, StockChange, StockChangeDraft,
    StockCount, StockReason,
};

/// The most variants a product takes.
const MOST_VARIANTS: usize = 100;
/// The largest price, in minor units, and the largest stock.
const MOST_MINOR: i64 = 1_000_000_000_000;
const MOST_STOCK: i64 = 1_000_000_000;

/// Who took a product off the sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HiddenBy {
    /// A list: it said that the product is not sold, or left it out. It comes back with a list that has it.
    Import,
    /// A member, or a server of the shop.
    Member,
}

impl HiddenBy {
    /// The word that is kept.
    pub(in crate::catalog) fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Member => "member",
        }
    }

    /// Who a kept word stands for. One of a later version is nobody's to bring back by itself.
    pub(in crate::catalog) fn of(word: &str) -> Self {
        if word == "import" { Self::Import } else { Self::Member }
    }
}

/// Something to sell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The product.
    pub id: ProductId,
    /// Whose it is.
    pub org: OrgId,
    /// Its name.
    pub title: String,
    /// In words.
    pub description: String,
    /// Its page in the shop.
    pub url: String,
    /// Its pictures, at most ten; the first one stands for it.
    pub pictures: Vec<Picture>,
    /// Currency of every price.
    pub currency: Currency,
    /// The price before, when it is reduced; of variants without a word of their own.
    pub compare_at_minor: Option<i64>,
    /// Who took it off the sale; None while it is sold.
    pub hidden: Option<HiddenBy>,
    /// What tells its variants apart, in the order in which people are asked.
    pub options: Vec<String>,
    /// What it is found by: in lower case, sorted.
    pub tags: Vec<String>,
    /// What it is called in other languages than the organisation's own.
    pub texts: BTreeMap<Language, ProductText>,
    /// What can be bought; never empty.
    pub variants: Vec<Variant>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with each change, a sale included.
    pub version: i64,
}

/// One buyable form of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Variant {
    /// The variant.
    pub id: VariantId,
    /// Its name, for example "M / white".
    pub title: String,
    /// The shop's own number for it, which its cart understands.
    pub sku: String,
    /// Price in minor units of the product's currency.
    pub price_minor: i64,
    /// How many are left.
    pub stock: i64,
    /// How many were sold that are not there; what comes in pays them first.
    pub owed: i64,
    /// It is sold when none is left, too.
    pub sell_when_empty: bool,
    /// While its price is reduced: the lowest of the thirty days before the reduction began, in minor units; null when that is
    /// not known. It stays as long as the reduction lasts, however far that goes.
    ///
    /// Source: Directive 98/6/EC, article 6a.
    pub prior_price_minor: Option<i64>,
    /// What it cost before, when it has a word of its own on that (`own_compare`); null is that it is not reduced.
    pub compare_at_minor: Option<i64>,
    /// Whether its own `compare_at_minor` counts, in the place of the product's.
    pub own_compare: bool,
    /// What tells it apart from the others: by name, for example `Colour`, the value. Empty, or all names of the product.
    pub options: BTreeMap<String, String>,
    /// What platforms call it: by platform, for example `shopify`, the id.
    pub external_ids: BTreeMap<String, String>,
    /// What it costs in other currencies and in single countries, in the order of the currencies.
    pub prices: Vec<MarketPrice>,
}

impl Product {
    /// A new product.
    ///
    /// # Errors
    /// A field that does not hold what it should.
    pub fn new(org: OrgId, draft: ProductDraft, now: DateTime<Utc>) -> Result<Self, Invalid> {
        let variants = if draft.variants.is_empty() {
            let stock = draft.stock.unwrap_or(0);
            vec![VariantDraft { title: "Default".into(), stock: Some(stock), ..VariantDraft::default() }]
        } else if draft.stock.is_some() {
            return Err(Invalid::new("`stock` belongs to the variants"));
        } else {
            draft.variants
        };
        let variants = check_variants(variants, draft.price_minor, &[], &Held::new())?;
        Ok(Self {
            id: ProductId::new(),
            org,
            options: details::option_names(draft.options, &variants)?,
            tags: details::tags(draft.tags)?,
            title: trimmed("title", &draft.title, 1, 200)?,
            description: description(&draft.description)?,
            url: check_url(draft.url)?,
            pictures: Vec::new(),
            currency: check_currency(draft.currency)?,
            compare_at_minor: draft
                .compare_at_minor
                .map(|price| price_of("compare_at_minor", price))
                .transpose()?,
            hidden: None,
            texts: BTreeMap::new(),
            variants,
            created_at: now,
            version: 1,
        })
    }

    /// Changes it; returns the facts, which tell a changed stock apart.
    ///
    /// # Errors
    /// [`CatalogError::Invalid`].
    pub fn change(&mut self, patch: ProductPatch) -> Result<Vec<Event>, CatalogError> {
        self.change_beside(patch, &Held::new())
    }

    /// The same, where the variants' counts are those of a shop that knows nothing of what is `held` here.
    ///
    /// # Errors
    /// [`CatalogError::Invalid`].
    pub fn change_beside(&mut self, patch: ProductPatch, held: &Held) -> Result<Vec<Event>, CatalogError> {
        let (stock_before, hidden_before) = (self.stock(), self.hidden);
        let has_variants = patch.variants.is_some();
        if let Some(title) = patch.title {
            self.title = trimmed("title", &title, 1, 200)?;
        }
        if let Some(text) = patch.description {
            self.description = description(&text)?;
        }
        if let Some(url) = patch.url {
            self.url = check_url(url)?;
        }
        if let Some(currency) = patch.currency {
            self.currency = check_currency(currency)?;
            self.drop_shadowed_prices();
        }
        if let Some(price) = patch.compare_at_minor {
            let price = price.map(|price| price_of("compare_at_minor", price)).transpose()?;
            if price != self.compare_at_minor {
                self.forget_own_compare(); // It is said anew of all of them.
            }
            self.compare_at_minor = price;
        }
        if let Some(variants) = patch.variants {
            if patch.stock.is_some() {
                return Err(Invalid::new("`stock` belongs to the variants").into());
            }
            self.variants = check_variants(variants, patch.price_minor, &self.variants, held)?;
        } else if patch.price_minor.is_some() || patch.stock.is_some() {
            let [variant] = self.variants.as_mut_slice() else {
                return Err(
                    Invalid::new("this product has several variants: set price and stock there").into()
                );
            };
            if let Some(price) = patch.price_minor {
                variant.price_minor = price_of("price_minor", price)?;
            }
            if let Some(stock) = patch.stock {
                (variant.stock, variant.owed) = (stock_of(stock)?, 0);
            }
        }
        if has_variants || patch.options.is_some() {
            // Names that were given stay in their order as long as variants have them.
            let names = patch.options.unwrap_or_else(|| {
                let is_used = |name: &String| self.variants.iter().any(|one| one.options.contains_key(name));
                let mut names: Vec<String> =
                    self.options.iter().filter(|name| is_used(name)).cloned().collect();
                for name in self.variants.iter().flat_map(|one| one.options.keys()) {
                    if !names.contains(name) {
                        names.push(name.clone());
                    }
                }
                names
            });
            self.options = details::option_names(names, &self.variants)?;
        }
        if let Some(tags) = patch.tags {
            self.tags = details::tags(tags)?;
        }
        if let Some(pictures) = patch.pictures {
            self.arrange_pictures(pictures)?;
        }
        match patch.on_sale {
            Some(true) => self.hidden = None,
            Some(false) => self.hidden = Some(HiddenBy::Member),
            None => {}
        }
        let mut facts = vec![Event::ProductChanged { product: self.id }];
        if self.hidden.is_some() && hidden_before.is_none() {
            facts.push(Event::ProductHidden { product: self.id });
        }
        if self.stock() != stock_before {
            facts.push(Event::StockChanged { product: self.id, stock: self.stock() });
        }
        Ok(facts)
    }

    /// Lets what the product says of the price before count for every variant.
    pub(in crate::catalog) fn forget_own_compare(&mut self) {
        for variant in &mut self.variants {
            (variant.own_compare, variant.compare_at_minor) = (false, None);
        }
    }

    /// What a variant cost before, as the shop says it.
    #[must_use]
    pub fn compare_at(&self, variant: &Variant) -> Option<i64> {
        if variant.own_compare { variant.compare_at_minor } else { self.compare_at_minor }
    }

    /// The lowest price of its variants, in minor units.
    #[must_use]
    pub fn price_minor(&self) -> i64 {
        self.variants.iter().map(|variant| variant.price_minor).min().unwrap_or(0)
    }

    /// Whether what is kept beside its rows is the same as of `other`: tags, options, ids of platforms and prices before.
    pub(in crate::catalog) fn has_details_of(&self, other: &Self) -> bool {
        let same = |(one, other): (&Variant, &Variant)| {
            one.id == other.id
                && one.options == other.options
                && one.external_ids == other.external_ids
                && (one.own_compare, one.compare_at_minor) == (other.own_compare, other.compare_at_minor)
        };
        self.tags == other.tags
            && self.options == other.options
            && self.variants.len() == other.variants.len()
            && self.variants.iter().zip(&other.variants).all(same)
    }

    /// Whether it says what `other` says of all that lists say: words, prices and variants, not how many there are.
    pub(in crate::catalog) fn says_what(&self, other: &Self) -> bool {
        let of_variant = |one: &Variant| (one.id, one.title.clone(), one.sku.clone(), one.price_minor);
        let variants = |one: &Self| one.variants.iter().map(of_variant).collect::<Vec<_>>();
        let words = |one: &Self| (one.title.clone(), one.description.clone(), one.url.clone());
        words(self) == words(other)
            && (self.currency, self.compare_at_minor) == (other.currency, other.compare_at_minor)
            && variants(self) == variants(other)
            && self.has_details_of(other)
    }

    /// What platforms call its variants.
    pub(in crate::catalog) fn external_ids(&self) -> impl Iterator<Item = (&str, &str, VariantId)> {
        self.variants.iter().flat_map(move |variant| {
            variant
                .external_ids
                .iter()
                .map(move |(platform, id)| (platform.as_str(), id.as_str(), variant.id))
        })
    }

    /// A variant of it.
    #[must_use]
    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    /// How many are left over all variants.
    #[must_use]
    pub fn stock(&self) -> i64 {
        self.variants.iter().map(|variant| variant.stock).sum()
    }
}

/// How many pieces of variants are held for orders to come.
pub type Held = HashMap<VariantId, i64>;

fn check_variants(
    drafts: Vec<VariantDraft>,
    price: Option<i64>,
    present: &[Variant],
    held: &Held,
) -> Result<Vec<Variant>, Invalid> {
    if drafts.is_empty() || drafts.len() > MOST_VARIANTS {
        return Err(Invalid::new(format!("`variants` takes 1 to {MOST_VARIANTS} variants")));
    }
    let mut ids = HashSet::new();
    let mut variants = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let before = present.iter().find(|variant| Some(variant.id) == draft.id);
        let id = match draft.id {
            None => VariantId::new(),
            Some(id) if before.is_some() => id,
            Some(id) => {
                return Err(Invalid::new(format!("`variants` names {id}, which is none of this product")));
            }
        };
        if !ids.insert(id) {
            return Err(Invalid::new(format!("`variants` names {id} twice")));
        }
        let own = match draft.compare_at_minor {
            Some(before) => {
                (true, before.map(|before| price_of("variants.compare_at_minor", before)).transpose()?)
            }
            None => before.map_or((false, None), |before| (before.own_compare, before.compare_at_minor)),
        };
        let price = draft.price_minor.or(price).or_else(|| before.map(|variant| variant.price_minor));
        let price = price.ok_or_else(|| Invalid::new("`price_minor` is missing"))?;
        // Nobody empties a shelf by giving it another name. What is held is on a shelf that was counted, and is not to be sold.
        let held = held.get(&id).copied().filter(|_| before.is_some()).unwrap_or(0);
        let balance = match draft.stock {
            Some(count) => stock_of(count)?.saturating_sub(held),
            None => before.map_or(0, Variant::balance),
        };
        variants.push(Variant {
            id,
            title: trimmed("variants.title", &draft.title, 1, 100)?,
            sku: match draft.sku {
                Some(sku) => trimmed("variants.sku", &sku, 1, 100)?,
                None => id.to_string(),
            },
            price_minor: price_of("price_minor", price)?,
            stock: balance.max(0),
            owed: balance.min(0).saturating_neg(),
            sell_when_empty: draft
                .sell_when_empty
                .unwrap_or(before.is_some_and(|variant| variant.sell_when_empty)),
            prior_price_minor: before.and_then(|variant| variant.prior_price_minor),
            own_compare: own.0,
            compare_at_minor: own.1,
            options: match draft.options {
                Some(options) => details::options(options)?,
                None => before.map(|variant| variant.options.clone()).unwrap_or_default(),
            },
            external_ids: match draft.external_ids {
                Some(ids) => details::external_ids(ids)?,
                None => before.map(|variant| variant.external_ids.clone()).unwrap_or_default(),
            },
            prices: before.map(|variant| variant.prices.clone()).unwrap_or_default(),
        });
    }
    Ok(variants)
}

fn price_of(field: &str, minor: i64) -> Result<i64, Invalid> {
    if (0..=MOST_MINOR).contains(&minor) {
        Ok(minor)
    } else {
        Err(Invalid::new(format!("`{field}` takes 0 to {MOST_MINOR}")))
    }
}

/// A number of pieces in an order.
fn check_quantity(quantity: i64) -> Result<(), Invalid> {
    if (1..=10_000).contains(&quantity) { Ok(()) } else { Err(Invalid::new("`quantity` takes 1 to 10000")) }
}

pub(super) fn stock_of(stock: i64) -> Result<i64, Invalid> {
    if (0..=MOST_STOCK).contains(&stock) {
        Ok(stock)
    } else {
        Err(Invalid::new(format!("`stock` takes 0 to {MOST_STOCK}")))
    }
}

/// A currency that something can be sold in.
fn check_currency(currency: Currency) -> Result<Currency, Invalid> {
    if currency.is_in_use() {
        Ok(currency)
    } else {
        Err(Invalid::new(format!("`currency` {currency} is no currency in use (ISO 4217)")))
    }
}

fn description(text: &str) -> Result<String, Invalid> {
    trimmed("description", text, 0, 5000)
}

fn check_url(text: String) -> Result<String, Invalid> {
    check_text("url", &text, 1, 2048)?;
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(text),
        _ => Err(Invalid::new("`url` is no http address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::from_ms;

    fn draft() -> ProductDraft {
        ProductDraft {
            title: "Scarf".into(),
            description: String::new(),
            url: "https://shop.example/scarf".into(),
            currency: Currency::try_from("EUR").unwrap(),
            price_minor: Some(2900),
            compare_at_minor: None,
            stock: Some(5),
            variants: Vec::new(),
            options: Vec::new(),
            tags: Vec::new(),
        }
    }

    fn product(draft: ProductDraft) -> Result<Product, Invalid> {
        Product::new(OrgId::new(), draft, from_ms(0))
    }

    fn variant(id: Option<VariantId>, price_minor: Option<i64>) -> VariantDraft {
        VariantDraft {
            id,
            title: "M".into(),
            sku: Some("s-m".into()),
            price_minor,
            stock: Some(2),
            ..VariantDraft::default()
        }
    }

    fn options(pairs: &[(&str, &str)]) -> Option<BTreeMap<String, String>> {
        Some(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn variants_have_all_options_of_their_product_and_no_two_the_same() {
        let with = |all: &[&[(&str, &str)]]| {
            let variants = all
                .iter()
                .map(|pairs| VariantDraft { options: options(pairs), ..variant(None, Some(1)) })
                .collect();
            ProductDraft { stock: None, variants, options: vec!["Size".into(), "Colour".into()], ..draft() }
        };
        let good =
            product(with(&[&[("Colour", "Red"), ("Size", " M ")], &[("Colour", "Red"), ("Size", "L")], &[]]))
                .unwrap();
        assert_eq!(good.options, ["Size", "Colour"]);
        assert_eq!(good.variants[0].options["Size"], "M");
        for (bad, word) in [
            (with(&[&[("Colour", "Red")]]), "lacks `Size`"),
            (
                with(&[&[("Colour", "Red"), ("Size", "M")], &[("Colour", "Red"), ("Size", "M")]]),
                "another variant",
            ),
            (with(&[&[("Colour", "Red"), ("Size", "M"), ("Cut", "Slim")]]), "`Cut`"),
            (with(&[&[("Colour", ""), ("Size", "M")]]), "variants.options.Colour"),
            (ProductDraft { tags: vec!["x".repeat(51)], ..draft() }, "tags"),
            (ProductDraft { tags: vec!["x".into(); 51], ..draft() }, "tags"),
        ] {
            let error = product(bad).unwrap_err();
            assert!(error.0.contains(word), "{word}: {error}");
        }
        let tagged =
            product(ProductDraft { tags: vec!["Wool".into(), "autumn ".into(), "WOOL".into()], ..draft() })
                .unwrap();
        assert_eq!(tagged.tags, ["autumn", "wool"]);
        // Without names they are those of the variants, and names of later variants come behind.
        let mut plain =
            product(ProductDraft { options: Vec::new(), ..with(&[&[("Size", "M"), ("Colour", "Red")]]) })
                .unwrap();
        assert_eq!(plain.options, ["Colour", "Size"]);
        let kept = VariantDraft { id: Some(plain.variants[0].id), options: None, ..variant(None, Some(1)) };
        plain.change(ProductPatch { variants: Some(vec![kept]), ..ProductPatch::default() }).unwrap();
        assert_eq!(
            (plain.options.len(), plain.variants[0].options.len()),
            (2, 2),
            "who says nothing of them keeps them"
        );
    }

    #[test]
    fn a_product_without_variants_gets_one_of_its_own() {
        let product = product(draft()).unwrap();
        assert_eq!((product.variants.len(), product.price_minor(), product.stock()), (1, 2900, 5));
        assert_eq!(product.variants[0].sku, product.variants[0].id.to_string());
    }

    #[test]
    fn price_is_the_lowest_and_stock_the_sum_of_the_variants() {
        let variants = vec![variant(None, Some(1500)), variant(None, None)];
        let product = product(ProductDraft { stock: None, variants, ..draft() }).unwrap();
        assert_eq!((product.price_minor(), product.stock()), (1500, 4));
    }

    #[test]
    fn a_bad_field_is_named() {
        for (bad, word) in [
            (ProductDraft { title: " ".into(), ..draft() }, "title"),
            (ProductDraft { url: "javascript:alert(1)".into(), ..draft() }, "url"),
            (ProductDraft { currency: Currency::try_from("XXX").unwrap(), ..draft() }, "currency"),
            (ProductDraft { currency: Currency::try_from("BTC").unwrap(), ..draft() }, "currency"),
            (ProductDraft { price_minor: Some(-1), ..draft() }, "price_minor"),
            (ProductDraft { price_minor: None, ..draft() }, "price_minor"),
            (ProductDraft { stock: Some(-1), ..draft() }, "stock"),
        ] {
            assert!(product(bad).unwrap_err().to_string().contains(word), "{word}");
        }
    }

    #[test]
    fn a_known_variant_stays_the_same_and_a_foreign_one_is_refused() {
        let mut product = product(draft()).unwrap();
        let id = product.variants[0].id;
        let variants = Some(vec![variant(Some(id), Some(1)), variant(None, Some(2))]);
        let facts = product.change(ProductPatch { variants, ..ProductPatch::default() }).unwrap();
        assert_eq!((product.variants[0].id, product.variants.len()), (id, 2));
        assert_eq!(facts[1], Event::StockChanged { product: product.id, stock: 4 });
        let renamed = VariantDraft { title: "Medium".into(), stock: None, ..variant(Some(id), Some(1)) };
        let fresh = VariantDraft { stock: None, ..variant(None, Some(1)) };
        let variants = Some(vec![renamed, fresh]);
        let facts = product.change(ProductPatch { variants, ..ProductPatch::default() }).unwrap();
        let stocks: Vec<_> = product.variants.iter().map(|variant| variant.stock).collect();
        assert_eq!(stocks, [2, 0], "another name empties no shelf");
        assert_eq!(facts[1], Event::StockChanged { product: product.id, stock: 2 });
        let variants = Some(vec![variant(Some(VariantId::new()), Some(1))]);
        assert!(product.change(ProductPatch { variants, ..ProductPatch::default() }).is_err());
        let several = ProductPatch { stock: Some(3), ..ProductPatch::default() };
        assert!(product.change(several).is_err(), "which variant would that be?");
    }
}
