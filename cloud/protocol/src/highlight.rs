//! A product or coupon that the host pins, and its way on and off the screen.
//!
//! A highlight is a pair of *transitions* that share an id: `show`, later `clear`. Each carries
//! the media time at which the host made it; a viewer acts on it when *their* picture gets there.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CouponId, Currency, HighlightId, ProductId, PublishSessionId, VariantId};

/// One transition of a highlight, complete enough to be drawn without another request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Highlight {
    /// The pin; its `show` and its `clear` share it.
    pub id: HighlightId,
    /// On or off the screen.
    pub action: HighlightAction,
    /// Milliseconds on the show's media clock. Absent while the show has no media clock yet.
    #[cfg_attr(feature = "specta", specta(type = Option<f64>))]
    pub media_time_ms: Option<i64>,
    /// The same instant as UTC, comparable with `EXT-X-PROGRAM-DATE-TIME`.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub at: DateTime<Utc>,
    /// What is pinned.
    pub card: HighlightCard,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum HighlightAction {
    /// Comes on.
    Show,
    /// Goes off.
    Clear,
}

/// What a highlight shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HighlightCard {
    /// A product to buy.
    Product(ProductCard),
    /// A coupon to copy.
    Coupon(CouponCard),
}

/// A product as shoppers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ProductCard {
    /// The product.
    pub product_id: ProductId,
    /// Its name.
    pub title: String,
    /// Its page in the shop.
    pub url: String,
    /// Its picture.
    pub image_url: Option<String>,
    /// Currency of every price below.
    pub currency: Currency,
    /// Lowest price of its variants, in minor units.
    #[cfg_attr(feature = "specta", specta(type = f64))]
    pub price_minor: i64,
    /// The price to strike out beside that, when it is reduced, in minor units: the prior price where that is known.
    #[cfg_attr(feature = "specta", specta(type = Option<f64>))]
    pub compare_at_minor: Option<i64>,
    /// The lowest price of the thirty days before its reduction began, in minor units, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<f64>))]
    pub prior_price_minor: Option<i64>,
    /// By how many per cent it is reduced, of the price that is struck out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<f64>))]
    pub discount_percent: Option<i64>,
    /// How many are left over all variants; to shoppers, 6 is six or more.
    #[cfg_attr(feature = "specta", specta(type = f64))]
    pub stock: i64,
    /// What can be put into the cart; never empty.
    pub variants: Vec<VariantCard>,
    /// What is said in the place of its picture; absent where nobody wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image_alt: String,
    /// All of its pictures, the first one included; absent from pins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<PictureCard>,
}

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PictureCard {
    /// What is said in its place; absent where nobody wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
    /// Smallest first.
    pub sizes: Vec<PictureSize>,
}

/// A picture in one size, as two files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PictureSize {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Where the JPEG is.
    pub jpeg_url: String,
    /// Where the WebP is.
    pub webp_url: String,
}

/// What a product costs and how many are left, where nothing else about it changed: small enough to be told to everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The product.
    pub product_id: ProductId,
    /// How many are left over all variants; 6 is six or more.
    pub stock: i64,
    /// Currency of the prices below; absent when no price changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What its card says it costs; absent when no price changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<OfferPrice>,
    /// All of its variants.
    pub variants: Vec<VariantOffer>,
    /// A public view of at least this `version` has it; a server older than this field never sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// The same of a variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantOffer {
    /// The variant.
    pub id: VariantId,
    /// How many are left; 6 is six or more.
    pub stock: i64,
    /// What it costs; absent when no price of the product changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<OfferPrice>,
}

/// Prices in minor units, as cards have them. What is null is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferPrice {
    /// What it costs.
    pub price_minor: i64,
    /// What is struck out beside it.
    pub compare_at_minor: Option<i64>,
    /// The lowest of the thirty days before its reduction began.
    pub prior_price_minor: Option<i64>,
    /// By how many per cent it is reduced.
    pub discount_percent: Option<i64>,
}

impl ProductCard {
    /// What to tell those who have the card `before`; None when something else is different, too.
    #[must_use]
    pub fn offer_since(&self, before: &Self) -> Option<Offer> {
        let offer = self.whole_offer();
        if before.with(&offer) != *self {
            return None;
        }
        let mut quiet = offer.clone();
        (quiet.currency, quiet.price) = (None, None);
        quiet.variants.iter_mut().for_each(|one| one.price = None);
        Some(if before.with(&quiet) == *self { quiet } else { offer })
    }

    /// All that an offer can say of it.
    #[must_use]
    pub fn whole_offer(&self) -> Offer {
        let price = OfferPrice {
            price_minor: self.price_minor,
            compare_at_minor: self.compare_at_minor,
            prior_price_minor: self.prior_price_minor,
            discount_percent: self.discount_percent,
        };
        let variant = |one: &VariantCard| VariantOffer {
            id: one.id,
            stock: one.stock,
            price: Some(OfferPrice {
                price_minor: one.price_minor,
                compare_at_minor: one.compare_at_minor,
                prior_price_minor: one.prior_price_minor,
                discount_percent: one.discount_percent,
            }),
        };
        Offer {
            product_id: self.product_id,
            stock: self.stock,
            currency: Some(self.currency),
            price: Some(price),
            variants: self.variants.iter().map(variant).collect(),
            version: None,
        }
    }

    /// The card as an offer has it.
    #[must_use]
    pub fn with(&self, offer: &Offer) -> Self {
        let mut card = Self { stock: offer.stock, ..self.clone() };
        if let Some(price) = offer.price {
            card.price_minor = price.price_minor;
            card.compare_at_minor = price.compare_at_minor;
            card.prior_price_minor = price.prior_price_minor;
            card.discount_percent = price.discount_percent;
        }
        for variant in &mut card.variants {
            let Some(offer) = offer.variants.iter().find(|one| one.id == variant.id) else { continue };
            variant.stock = offer.stock;
            if let Some(price) = offer.price {
                variant.price_minor = price.price_minor;
                variant.compare_at_minor = price.compare_at_minor;
                variant.prior_price_minor = price.prior_price_minor;
                variant.discount_percent = price.discount_percent;
            }
        }
        card
    }
}

/// As far as shoppers are told how many are left: this many, or more.
const MOST_TOLD: i64 = 6;

impl ProductCard {
    /// Tells of the stock no more than shoppers may know: up to six pieces.
    pub fn hide_stock(&mut self) {
        self.stock = self.stock.min(MOST_TOLD);
        for variant in &mut self.variants {
            variant.stock = variant.stock.min(MOST_TOLD);
        }
    }
}

/// One buyable form of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct VariantCard {
    /// The variant.
    pub id: VariantId,
    /// Its name, for example "M / white".
    pub title: String,
    /// The shop's own number for it, which its cart understands.
    pub sku: String,
    /// Price in minor units of the product's currency.
    #[cfg_attr(feature = "specta", specta(type = f64))]
    pub price_minor: i64,
    /// What may stand struck out beside it: what this one cost before, where it is reduced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<f64>))]
    pub compare_at_minor: Option<i64>,
    /// The lowest price of the thirty days before its reduction began, in minor units, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<f64>))]
    pub prior_price_minor: Option<i64>,
    /// By how many per cent it is reduced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<f64>))]
    pub discount_percent: Option<i64>,
    /// How many are left; to shoppers, 6 is six or more.
    #[cfg_attr(feature = "specta", specta(type = f64))]
    pub stock: i64,
    /// What tells it apart from the others, in the order in which people are asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<VariantOption>,
}

/// One thing that tells a variant apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct VariantOption {
    /// For example `Colour`.
    pub name: String,
    /// For example `Red`.
    pub value: String,
}

/// A coupon as shoppers see it once it is pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct CouponCard {
    /// The coupon.
    pub coupon_id: CouponId,
    /// What the shopper types at the checkout.
    pub code: String,
    /// What it gives, in words.
    pub title: String,
}

/// What the host asks to pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HighlightTarget {
    /// A product of the line-up.
    Product {
        /// Which one.
        product_id: ProductId,
    },
    /// A coupon of the line-up.
    Coupon {
        /// Which one.
        coupon_id: CouponId,
    },
}

/// The frame that was on the host's screen: only the publishing studio knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PublishInstant {
    /// The publish session, as `NetStream.Publish.Start` named it.
    pub session: PublishSessionId,
    /// The frame's RTMP timestamp within that session, in milliseconds.
    #[cfg_attr(feature = "specta", specta(type = f64))]
    pub rtmp_ts_ms: i64,
}
