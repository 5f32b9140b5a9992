//! Coupons and orders.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{
    CouponCard, CouponId, Currency, OrderId, OrgId, ProductId, ShowId, VariantId, ViewerId,
};

use super::{MOST_MINOR, check_currency};
use crate::base::{Invalid, check_text, trimmed};

/// Something off at the checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Coupon {
    /// The coupon.
    pub id: CouponId,
    /// What the shopper types, upper case.
    pub code: String,
    /// What it gives, in words.
    pub title: String,
    /// Per cent off, 1 to 100.
    pub percent_off: Option<i64>,
    /// Or an amount off, in minor units.
    pub amount_off_minor: Option<i64>,
    /// Currency of the amount.
    pub currency: Option<Currency>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What a new coupon is made of: either `percent_off`, or `amount_off_minor` with `currency`.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct CouponDraft {
    /// 1 to 40 letters, digits, `-` and `_`; kept in upper case.
    pub code: String,
    /// 1 to 100 characters.
    pub title: String,
    /// 1 to 100.
    #[serde(default)]
    pub percent_off: Option<i64>,
    /// In minor units.
    #[serde(default)]
    pub amount_off_minor: Option<i64>,
    /// ISO 4217.
    #[serde(default)]
    pub currency: Option<Currency>,
}

impl Coupon {
    /// A new coupon.
    ///
    /// # Errors
    /// A field that does not hold what it should.
    pub fn new(draft: CouponDraft, now: DateTime<Utc>) -> Result<Self, Invalid> {
        let code = draft.code.trim().to_ascii_uppercase();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if code.is_empty() || code.len() > 40 || !code.bytes().all(plain) {
            return Err(Invalid::new("`code` takes 1 to 40 letters, digits, `-` and `_`"));
        }
        draft.currency.map(check_currency).transpose()?;
        match (draft.percent_off, draft.amount_off_minor, draft.currency) {
            (Some(1..=100), None, None) | (None, Some(1..=MOST_MINOR), Some(_)) => {}
            _ => {
                return Err(Invalid::new(
                    "a coupon takes either `percent_off` (1 to 100) or `amount_off_minor` with `currency`",
                ));
            }
        }
        Ok(Self {
            id: CouponId::new(),
            code,
            title: trimmed("title", &draft.title, 1, 100)?,
            percent_off: draft.percent_off,
            amount_off_minor: draft.amount_off_minor,
            currency: draft.currency,
            created_at: now,
        })
    }

    /// The coupon as shoppers see it once it is pinned.
    #[must_use]
    pub fn card(&self) -> CouponCard {
        CouponCard { coupon_id: self.id, code: self.code.clone(), title: self.title.clone() }
    }
}

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
    /// What the shopper paid, in minor units.
    pub total_minor: i64,
    /// The coupon that was used, if any.
    pub coupon_code: Option<String>,
    /// The shop's own number for the order.
    pub external_ref: String,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrderLine {
    /// The product.
    pub product_id: ProductId,
    /// The variant.
    pub variant_id: VariantId,
    /// The product's name on the day of the order.
    pub title: String,
    /// How many.
    pub quantity: i64,
    /// Price of one, in minor units.
    pub price_minor: i64,
}

/// What all orders come to, of a show or of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrderTotals {
    /// How many orders there are, in every currency together.
    pub orders: i64,
    /// What was paid, each currency for itself, the one with most orders first.
    pub sums: Vec<OrderSum>,
}

/// What the orders in one currency come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrderSum {
    /// The currency.
    pub currency: Currency,
    /// How many orders.
    pub orders: i64,
    /// What was paid in all of them, in minor units; a sum beyond 2^63 - 1 stays there.
    pub total_minor: i64,
}

/// An order as the shop sends it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct OrderDraft {
    /// The show it came from.
    #[serde(default)]
    pub show_id: Option<ShowId>,
    /// The viewer who bought.
    #[serde(default)]
    pub viewer_id: Option<ViewerId>,
    /// 1 to 100 lines.
    pub lines: Vec<OrderLineDraft>,
    /// ISO 4217.
    pub currency: Currency,
    /// What the shopper paid, in minor units.
    pub total_minor: i64,
    /// The coupon that was used.
    #[serde(default)]
    pub coupon_code: Option<String>,
    /// The shop's own number for the order, 1 to 100 characters: the same number again is the same order.
    pub external_ref: String,
}

/// A line as the shop sends it.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
pub struct OrderLineDraft {
    /// The product.
    pub product_id: ProductId,
    /// The variant.
    pub variant_id: VariantId,
    /// 1 to 10 000.
    pub quantity: i64,
    /// Price of one, in minor units.
    pub price_minor: i64,
}

impl OrderDraft {
    /// Checks every bound.
    ///
    /// # Errors
    /// A sentence about the first field that does not fit.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.lines.is_empty() || self.lines.len() > 100 {
            return Err(Invalid::new("`lines` takes 1 to 100 lines"));
        }
        for line in &self.lines {
            if !(1..=10_000).contains(&line.quantity) {
                return Err(Invalid::new("`quantity` takes 1 to 10000"));
            }
            if !(0..=MOST_MINOR).contains(&line.price_minor) {
                return Err(Invalid::new(format!("`price_minor` takes 0 to {MOST_MINOR}")));
            }
        }
        if !(0..=MOST_MINOR).contains(&self.total_minor) {
            return Err(Invalid::new(format!("`total_minor` takes 0 to {MOST_MINOR}")));
        }
        if let Some(code) = &self.coupon_code {
            check_text("coupon_code", code, 1, 40)?;
        }
        check_text("external_ref", &self.external_ref, 1, 100)
    }

    /// How many pieces it holds.
    #[must_use]
    pub fn pieces(&self) -> u32 {
        u32::try_from(self.lines.iter().map(|line| line.quantity).sum::<i64>()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::from_ms;

    fn draft() -> CouponDraft {
        CouponDraft {
            code: " live10 ".into(),
            title: "10 % off".into(),
            percent_off: Some(10),
            amount_off_minor: None,
            currency: None,
        }
    }

    #[test]
    fn a_coupon_gives_per_cent_or_an_amount_and_never_both() {
        assert_eq!(Coupon::new(draft(), from_ms(0)).unwrap().code, "LIVE10");
        for bad in [
            CouponDraft { percent_off: None, ..draft() },
            CouponDraft { percent_off: Some(101), ..draft() },
            CouponDraft { amount_off_minor: Some(500), ..draft() },
            CouponDraft { percent_off: None, amount_off_minor: Some(500), ..draft() },
            CouponDraft { code: "TEN PERCENT".into(), ..draft() },
        ] {
            assert!(Coupon::new(bad, from_ms(0)).is_err());
        }
    }
}
