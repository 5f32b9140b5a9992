//! Orders: what the shop was paid for, and what of it does not fit the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;
use vitrine_protocol::{Currency, OrderId, OrgId, ProductId, ReservationId, ShowId, VariantId, ViewerId};

use super::{Coupon, MOST_MINOR, Market, OrderChange, Product, check_quantity};
use crate::base::{Invalid, check_text, trimmed, turns_direction};

/// Where an order is from when nobody says.
pub(in crate::catalog) const OWN_SHOP: &str = "shop";

/// An order that the shop took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Order {
    /// The order.
    pub id: OrderId,
    /// Whose it is.
    #[serde(rename = "org_id")]
    pub org: OrgId,
    /// The show it came from, if any.
    pub show_id: Option<ShowId>,
    /// The viewer who bought, if known.
    pub viewer_id: Option<ViewerId>,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// Currency of every amount.
    pub currency: Currency,
    /// The country that it was sold to, where the shop says it.
    pub market: Option<Market>,
    /// What the shopper paid, in minor units.
    pub total_minor: i64,
    /// How much of that is for shipping, in minor units.
    pub shipping_minor: i64,
    /// How much of that are taxes that are not in the prices, in minor units.
    pub tax_minor: i64,
    /// The coupon that was used, if any.
    pub coupon_code: Option<String>,
    /// Where it is from.
    pub source: String,
    /// The shop's own number for the order, unique for its source.
    pub external_ref: String,
    /// What somebody should look at: `oversold`, `price_differs`, `currency_differs`, `unknown_coupon`, `coupon_over_quota`,
    /// `unknown_product`, `unknown_show`, or one that a later version knows.
    pub flags: Vec<String>,
    /// Where it stands.
    pub state: OrderState,
    /// What was paid back, in minor units.
    pub refunded_minor: i64,
    /// Its cancellation and refunds, oldest first.
    pub changes: Vec<OrderChange>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// It was paid.
    Paid,
    /// A part was paid back.
    PartlyRefunded,
    /// All was paid back.
    Refunded,
    /// It was called off.
    Cancelled,
}

impl OrderState {
    pub(in crate::catalog) fn of(is_cancelled: bool, total_minor: i64, refunded_minor: i64) -> Self {
        match (is_cancelled, refunded_minor) {
            (true, _) => Self::Cancelled,
            (false, 0) => Self::Paid,
            (false, refunded) if refunded < total_minor => Self::PartlyRefunded,
            (false, _) => Self::Refunded,
        }
    }
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrderLine {
    /// The product; null when nobody knows it.
    pub product_id: Option<ProductId>,
    /// The variant; null when nobody knows it.
    pub variant_id: Option<VariantId>,
    /// The product's name on the day of the order.
    pub title: String,
    /// The variant's name on that day; null when it was not known, or before this was kept.
    pub variant_title: Option<String>,
    /// The shop's number for the variant on that day, or the one that it named a variant by that nobody knows.
    pub sku: Option<String>,
    /// What a platform or a list calls the variant, where the shop named it so: known here or not. One that comes into the catalogue
    /// later changes no order: what is counted of it then is without the pieces that were sold before.
    pub external: Option<ExternalId>,
    /// How many.
    pub quantity: i64,
    /// How many of them were not there.
    pub oversold: i64,
    /// Price of one, in minor units.
    pub price_minor: i64,
}

/// What of an order somebody should look at. Readers take any text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::catalog) enum OrderFlag {
    /// More was sold than there was.
    Oversold,
    /// A price is none that the product has in that currency and market, or the total is not what the lines come to.
    PriceDiffers,
    /// It was paid in a currency that the product is not sold in there.
    CurrencyDiffers,
    /// The coupon is unknown, or gave nothing for this order at this time.
    UnknownCoupon,
    /// The coupon was used more often than it may be.
    CouponOverQuota,
    /// A line names what the catalogue does not hold, or no longer.
    UnknownProduct,
    /// The show is none of the organisation's.
    UnknownShow,
}

impl OrderFlag {
    pub(in crate::catalog) const ALL: [Self; 7] = [
        Self::Oversold,
        Self::PriceDiffers,
        Self::CurrencyDiffers,
        Self::UnknownCoupon,
        Self::CouponOverQuota,
        Self::UnknownProduct,
        Self::UnknownShow,
    ];

    pub(in crate::catalog) fn as_str(self) -> &'static str {
        match self {
            Self::Oversold => "oversold",
            Self::PriceDiffers => "price_differs",
            Self::CurrencyDiffers => "currency_differs",
            Self::UnknownCoupon => "unknown_coupon",
            Self::CouponOverQuota => "coupon_over_quota",
            Self::UnknownProduct => "unknown_product",
            Self::UnknownShow => "unknown_show",
        }
    }
}

/// What all orders come to, of a show or of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrderTotals {
    /// How many orders there are that were not called off, in every currency together.
    pub orders: i64,
    /// What was paid, less what was paid back, each currency for itself, the one with most orders first.
    pub sums: Vec<OrderSum>,
}

/// What the orders in one currency come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrderSum {
    /// The currency.
    pub currency: Currency,
    /// How many orders that were not called off.
    pub orders: i64,
    /// What was paid in all of them, less what was paid back, in minor units; a sum beyond 2^63 - 1 stays there.
    pub total_minor: i64,
}

/// Which orders.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Those of this show.
    pub show: Option<ShowId>,
    /// Those with this flag.
    pub flag: Option<String>,
    /// Those from there.
    pub source: Option<String>,
    /// Those with this number.
    pub external_ref: Option<String>,
}

/// An order as the shop sends it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[schema(example = json!({
    "external_ref": "1001", "currency": "EUR", "total_minor": 8700, "shipping_minor": 490,
    "lines": [
        { "external": { "platform": "main", "id": "SCARF-M" }, "quantity": 2, "price_minor": 2900 },
        { "sku": "HAT-1", "quantity": 1, "price_minor": 1910 },
        { "title": "Embroidery", "quantity": 1, "price_minor": 500 }
    ]
}))]
pub struct OrderDraft {
    /// The show it came from.
    #[serde(default)]
    pub show_id: Option<ShowId>,
    /// The viewer who bought.
    #[serde(default)]
    pub viewer_id: Option<ViewerId>,
    /// 1 to 1000 lines.
    pub lines: Vec<OrderLineDraft>,
    /// ISO 4217.
    pub currency: Currency,
    /// The country that it was sold to (ISO 3166-1 alpha-2): its prices are those that hold. Without it, the prices of any market
    /// in that currency do.
    #[serde(default)]
    pub market: Option<Market>,
    /// What the shopper paid, in minor units.
    pub total_minor: i64,
    /// How much of that is for shipping, in minor units.
    #[serde(default)]
    pub shipping_minor: i64,
    /// How much of that are taxes that are not in the prices, in minor units.
    #[serde(default)]
    pub tax_minor: i64,
    /// The coupon that was used.
    #[serde(default)]
    pub coupon_code: Option<String>,
    /// The shop's own word for the shopper, 1 to 200 characters, for coupons that one shopper uses so often only. It is kept as a
    /// hash. The viewer stands for the shopper when it is absent.
    #[serde(default)]
    pub shopper: Option<String>,
    /// The reservation that holds the pieces; none is named when it ran out, and the order is recorded all the same.
    #[serde(default)]
    pub reservation_id: Option<ReservationId>,
    /// Where it is from, 1 to 40 of `a` to `z`, `0` to `9`, `.`, `_`, `:` and `-`, for example `shopify:main`. `shop` when absent.
    #[serde(default)]
    pub source: Option<String>,
    /// The shop's own number for the order, 1 to 100 characters: the same number of the same source again is the same order.
    pub external_ref: String,
}

/// A line as the shop sends it. It names a variant by `product_id` and `variant_id`, by `external`, or by `sku`; what is none of the
/// catalogue's has a `title`, and is recorded and flagged `unknown_product`.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct OrderLineDraft {
    /// The product. Absent where the variant is named otherwise.
    #[serde(default)]
    pub product_id: Option<ProductId>,
    /// The variant. Absent where it is named otherwise.
    #[serde(default)]
    pub variant_id: Option<VariantId>,
    /// What a platform or an imported list calls the variant. One that is not known is recorded and flagged.
    #[serde(default)]
    pub external: Option<ExternalId>,
    /// The shop's number for the variant, 1 to 100 characters. One that no variant has, or several have, is recorded and flagged.
    #[serde(default)]
    pub sku: Option<String>,
    /// 1 to 10 000.
    pub quantity: i64,
    /// Price of one, in minor units.
    pub price_minor: i64,
    /// Its name, for what the catalogue does not hold: 1 to 200 characters.
    #[serde(default)]
    pub title: Option<String>,
}

/// What a platform or an imported list calls a variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(example = json!({ "platform": "main", "id": "SCARF-M" }))]
pub struct ExternalId {
    /// The platform of the variant's `external_ids`, for example `shopify`, or the `source` of an import, `main` where it said none.
    pub platform: String,
    /// The platform's id of the variant, or its `id` or `sku` in the list; that of the product where it has one variant.
    pub id: String,
}

impl ExternalId {
    /// Checks that it can be looked for.
    ///
    /// # Errors
    /// A sentence about the part that does not fit.
    pub(in crate::catalog) fn check(&self) -> Result<(), Invalid> {
        check_text("lines.external.platform", &self.platform, 1, 50)?;
        check_text("lines.external.id", &self.id, 1, 200)
    }
}

/// Stands for a product that nobody knows.
const NO_PRODUCT: ProductId = ProductId(uuid::Uuid::nil());
/// The most lines of an order.
pub(super) const LINES: usize = 1_000;
/// Characters of a line's name.
const TITLE: usize = 200;

/// Words as they can be kept: without control characters and those that turn the direction of writing, and not longer than `most`.
fn fit(text: &str, most: usize) -> String {
    let plain = |c: &char| !c.is_control() && !turns_direction(*c);
    text.nfc().filter(plain).take(most).collect::<String>().trim().to_owned()
}

impl OrderDraft {
    /// The same with what people read cut and cleaned as far as it has to be: a platform's longer name loses no paid order.
    #[must_use]
    pub(in crate::catalog) fn fitted(mut self) -> Self {
        for line in &mut self.lines {
            line.product_id = line.product_id.filter(|id| *id != NO_PRODUCT);
            line.variant_id = line.variant_id.filter(|id| !id.0.is_nil());
            line.title = line.title.take().map(|title| fit(&title, TITLE)).filter(|title| !title.is_empty());
        }
        self.coupon_code = self.coupon_code.take().map(|code| fit(&code, 40)).filter(|code| !code.is_empty());
        self
    }

    /// Checks every bound.
    ///
    /// # Errors
    /// A sentence about the first field that does not fit.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.lines.is_empty() || self.lines.len() > LINES {
            return Err(Invalid::new(format!("`lines` takes 1 to {LINES} lines")));
        }
        for line in &self.lines {
            check_quantity(line.quantity)?;
            check_amount("price_minor", line.price_minor)?;
            line.external.as_ref().map(ExternalId::check).transpose()?;
            line.sku.as_deref().map(|sku| check_text("lines.sku", sku, 1, 100)).transpose()?;
            let is_named = line.external.is_some() || line.sku.is_some() || line.title.is_some();
            if !is_named && line.product_id.zip(line.variant_id).is_none() {
                return Err(Invalid::new(
                    "`lines` name a variant by `product_id` and `variant_id`, by `external` or by `sku`; what the catalogue does \
                     not hold has a `title`",
                ));
            }
            line.title.as_deref().map(|title| trimmed("lines.title", title, 1, TITLE)).transpose()?;
        }
        check_amount("total_minor", self.total_minor)?;
        check_amount("shipping_minor", self.shipping_minor)?;
        check_amount("tax_minor", self.tax_minor)?;
        for (field, text, most) in [("coupon_code", &self.coupon_code, 40), ("shopper", &self.shopper, 200)] {
            text.as_deref().map(|text| check_text(field, text, 1, most)).transpose()?;
        }
        let plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b':' | b'-');
        let source = self.source();
        if source.is_empty() || source.len() > 40 || !source.bytes().all(plain) {
            return Err(Invalid::new(
                "`source` takes 1 to 40 of `a` to `z`, `0` to `9`, `.`, `_`, `:` and `-`",
            ));
        }
        check_text("external_ref", &self.external_ref, 1, 100)
    }

    /// Where it is from.
    #[must_use]
    pub fn source(&self) -> &str {
        self.source.as_deref().unwrap_or(OWN_SHOP)
    }

    /// How many pieces it holds.
    #[must_use]
    pub fn pieces(&self) -> u32 {
        u32::try_from(self.lines.iter().map(|line| line.quantity).sum::<i64>()).unwrap_or(u32::MAX)
    }

    /// A hash of what it says, the same whatever the JSON looked like. Kept in rows: what is added later may change it only where
    /// it is sent. The reservation is no part of it: whoever tries again may hold another.
    pub(in crate::catalog) fn hash(&self) -> String {
        let line = |line: &OrderLineDraft| match (&line.external, &line.sku) {
            // Whatever it stood for on the day: the shop said the same.
            (Some(named), None) => {
                serde_json::json!([named.platform, named.id, line.quantity, line.price_minor, line.title])
            }
            (external, Some(sku)) => {
                serde_json::json!([external, sku, line.quantity, line.price_minor, line.title, "sku"])
            }
            (None, None) => serde_json::json!([
                line.product_id,
                line.variant_id,
                line.quantity,
                line.price_minor,
                line.title
            ]),
        };
        let lines: Vec<_> = self.lines.iter().map(line).collect();
        let said = serde_json::json!([
            self.show_id,
            self.viewer_id,
            lines,
            self.currency,
            self.total_minor,
            self.shipping_minor,
            self.tax_minor,
            self.coupon_code,
            self.shopper,
            self.source(),
            self.external_ref,
        ]);
        let said = match self.market {
            Some(market) => serde_json::json!([said, market]),
            None => said,
        };
        hex::encode(Sha256::digest(said.to_string()))
    }

    /// Who the shopper is, as a hash that means something in this organisation only.
    pub(in crate::catalog) fn shopper_mark(&self, org: OrgId) -> Option<String> {
        let shopper = match (&self.shopper, self.viewer_id) {
            (Some(shopper), _) => format!("shopper {shopper}"),
            (None, Some(viewer)) => format!("viewer {viewer}"),
            (None, None) => return None,
        };
        Some(hex::encode(Sha256::digest(format!("{org} {shopper}"))))
    }

    /// What does not fit: `products` are those of its lines that the catalogue holds, `coupon` the one of its code.
    pub(in crate::catalog) fn flags(
        &self,
        products: &BTreeMap<ProductId, Product>,
        coupon: Option<&Coupon>,
        now: DateTime<Utc>,
    ) -> BTreeSet<OrderFlag> {
        let mut flags = BTreeSet::new();
        let (mut goods, mut with_coupon) = (0_i128, None);
        let coupon = coupon.filter(|coupon| {
            coupon.is_valid(now) && coupon.currency.is_none_or(|currency| currency == self.currency)
        });
        for line in &self.lines {
            let price = i128::from(line.price_minor) * i128::from(line.quantity);
            goods += price;
            if coupon.is_some_and(|coupon| coupon.is_for(line.product_id.unwrap_or(NO_PRODUCT))) {
                *with_coupon.get_or_insert(0) += price;
            }
            let product = line.product_id.and_then(|id| products.get(&id));
            let variant = product.zip(line.variant_id).and_then(|(product, id)| product.variant(id));
            match (product, variant) {
                (Some(product), Some(variant)) => {
                    match product.costs(variant, self.currency, self.market, line.price_minor) {
                        None => flags.insert(OrderFlag::CurrencyDiffers),
                        Some(false) => flags.insert(OrderFlag::PriceDiffers),
                        Some(true) => false,
                    };
                }
                (None, _) | (_, None) => {
                    flags.insert(OrderFlag::UnknownProduct);
                }
            }
        }
        let mut owed = goods + i128::from(self.shipping_minor) + i128::from(self.tax_minor);
        let mut rounding = 0;
        match (coupon, with_coupon, &self.coupon_code) {
            (Some(coupon), Some(sum), _) => {
                owed -= coupon.off(sum);
                if coupon.free_shipping {
                    owed -= i128::from(self.shipping_minor);
                }
                // Shops round the whole, each line, or each piece.
                rounding = if coupon.percent_off.is_some() { i128::from(self.pieces()) } else { 0 };
            }
            (_, _, Some(_)) => {
                flags.insert(OrderFlag::UnknownCoupon);
                // What it gave is not known: no total can be told to be wrong.
                return flags;
            }
            (_, _, None) => {}
        }
        if (owed - i128::from(self.total_minor)).abs() > rounding {
            flags.insert(OrderFlag::PriceDiffers);
        }
        flags
    }
}

impl From<&Order> for OrderDraft {
    /// What was sent for an order of the version before, which kept all of it.
    fn from(order: &Order) -> Self {
        let line = |line: &OrderLine| OrderLineDraft {
            product_id: line.product_id,
            variant_id: line.variant_id,
            external: None,
            sku: None,
            quantity: line.quantity,
            price_minor: line.price_minor,
            title: None,
        };
        Self {
            show_id: order.show_id,
            viewer_id: order.viewer_id,
            lines: order.lines.iter().map(line).collect(),
            currency: order.currency,
            market: order.market,
            total_minor: order.total_minor,
            shipping_minor: 0,
            tax_minor: 0,
            coupon_code: order.coupon_code.clone(),
            shopper: None,
            reservation_id: None,
            source: Some(order.source.clone()),
            external_ref: order.external_ref.clone(),
        }
    }
}

fn check_amount(field: &str, minor: i64) -> Result<(), Invalid> {
    if (0..=MOST_MINOR).contains(&minor) {
        Ok(())
    } else {
        Err(Invalid::new(format!("`{field}` takes 0 to {MOST_MINOR}")))
    }
}
