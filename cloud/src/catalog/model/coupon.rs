//! Coupons: what they give, to whom, for how long.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{CouponCard, CouponId, Currency, ProductId};

use super::{MOST_MINOR, check_currency};
use crate::base::{Invalid, from_ms, patch_field, to_ms, trimmed};

/// The most products a coupon names.
const MOST_PRODUCTS: usize = 200;
/// The largest quota.
const MOST_USES: i64 = 1_000_000_000;

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
    /// Nothing is paid for shipping.
    pub free_shipping: bool,
    /// How often it may be used in all; null: as often as one likes.
    pub quota: Option<i64>,
    /// How often one shopper may use it; null: as often as one likes.
    pub per_shopper: Option<i64>,
    /// How many orders used it.
    pub used: i64,
    /// Valid from then on; null: from the beginning.
    pub valid_from: Option<DateTime<Utc>>,
    /// Valid until then; null: until it is ended.
    pub valid_until: Option<DateTime<Utc>>,
    /// When somebody ended it.
    pub ended_at: Option<DateTime<Utc>>,
    /// The products it is for; none: all.
    pub product_ids: Vec<ProductId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with each change of its terms; the answer's `ETag`.
    pub version: i64,
}

/// What a new coupon is made of: `percent_off`, or `amount_off_minor` with `currency`, or `free_shipping` alone or beside.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
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
    /// Nothing is paid for shipping.
    #[serde(default)]
    pub free_shipping: bool,
    /// How often it may be used in all: 1 to 1 000 000 000.
    #[serde(default)]
    pub quota: Option<i64>,
    /// How often one shopper may use it: 1 to 1 000 000 000.
    #[serde(default)]
    pub per_shopper: Option<i64>,
    /// Valid from then on.
    #[serde(default)]
    pub valid_from: Option<DateTime<Utc>>,
    /// Valid until then.
    #[serde(default)]
    pub valid_until: Option<DateTime<Utc>>,
    /// The products it is for, at most 200; none: all.
    #[serde(default)]
    pub product_ids: Vec<ProductId>,
}

/// What of a coupon can be changed; what is absent stays. Its code stays for good.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct CouponPatch {
    /// 1 to 100 characters.
    #[serde(default)]
    pub title: Option<String>,
    /// 1 to 100; null takes it away.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<i64>)]
    pub percent_off: Option<Option<i64>>,
    /// In minor units; null takes it away.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<i64>)]
    pub amount_off_minor: Option<Option<i64>>,
    /// ISO 4217; null takes it away.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<Currency>)]
    pub currency: Option<Option<Currency>>,
    /// Nothing is paid for shipping.
    #[serde(default)]
    pub free_shipping: Option<bool>,
    /// Null: as often as one likes.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<i64>)]
    pub quota: Option<Option<i64>>,
    /// Null: as often as one likes.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<i64>)]
    pub per_shopper: Option<Option<i64>>,
    /// Null: from the beginning.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub valid_from: Option<Option<DateTime<Utc>>>,
    /// Null: until it is ended.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub valid_until: Option<Option<DateTime<Utc>>>,
    /// The products it is for; none: all.
    #[serde(default)]
    pub product_ids: Option<Vec<ProductId>>,
}

impl Coupon {
    /// A new coupon.
    ///
    /// # Errors
    /// A field that does not hold what it should.
    pub fn new(draft: CouponDraft, now: DateTime<Utc>) -> Result<Self, Invalid> {
        let code = Self::code_of(&draft.code);
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if code.is_empty() || code.len() > 40 || !code.bytes().all(plain) {
            return Err(Invalid::new("`code` takes 1 to 40 letters, digits, `-` and `_`"));
        }
        let coupon = Self {
            id: CouponId::new(),
            code,
            title: trimmed("title", &draft.title, 1, 100)?,
            percent_off: draft.percent_off,
            amount_off_minor: draft.amount_off_minor,
            currency: draft.currency,
            free_shipping: draft.free_shipping,
            quota: draft.quota,
            per_shopper: draft.per_shopper,
            used: 0,
            valid_from: draft.valid_from,
            valid_until: draft.valid_until,
            ended_at: None,
            product_ids: draft.product_ids,
            created_at: now,
            version: 1,
        };
        coupon.checked()
    }

    /// Changes its terms.
    ///
    /// # Errors
    /// A field that does not hold what it should; then nothing of it may be kept.
    pub fn change(&mut self, patch: CouponPatch) -> Result<(), Invalid> {
        if let Some(title) = patch.title {
            self.title = trimmed("title", &title, 1, 100)?;
        }
        self.percent_off = patch.percent_off.unwrap_or(self.percent_off);
        self.amount_off_minor = patch.amount_off_minor.unwrap_or(self.amount_off_minor);
        self.currency = patch.currency.unwrap_or(self.currency);
        self.free_shipping = patch.free_shipping.unwrap_or(self.free_shipping);
        self.quota = patch.quota.unwrap_or(self.quota);
        self.per_shopper = patch.per_shopper.unwrap_or(self.per_shopper);
        self.valid_from = patch.valid_from.unwrap_or(self.valid_from);
        self.valid_until = patch.valid_until.unwrap_or(self.valid_until);
        if let Some(products) = patch.product_ids {
            self.product_ids = products;
        }
        *self = self.clone().checked()?;
        Ok(())
    }

    fn checked(mut self) -> Result<Self, Invalid> {
        self.currency.map(check_currency).transpose()?;
        match (self.percent_off, self.amount_off_minor, self.currency) {
            (Some(1..=100), None, None) | (None, Some(1..=MOST_MINOR), Some(_)) => {}
            (None, None, None) if self.free_shipping => {}
            _ => {
                return Err(Invalid::new(
                    "a coupon takes either `percent_off` (1 to 100), or `amount_off_minor` with `currency`, or `free_shipping`",
                ));
            }
        }
        for (field, count) in [("quota", self.quota), ("per_shopper", self.per_shopper)] {
            if count.is_some_and(|count| !(1..=MOST_USES).contains(&count)) {
                return Err(Invalid::new(format!("`{field}` takes 1 to {MOST_USES}")));
            }
        }
        // As it is kept.
        let rounded = |time: Option<DateTime<Utc>>| time.map(|time| from_ms(to_ms(time)));
        (self.valid_from, self.valid_until) = (rounded(self.valid_from), rounded(self.valid_until));
        if let (Some(from), Some(until)) = (self.valid_from, self.valid_until)
            && from >= until
        {
            return Err(Invalid::new("`valid_until` takes a time after `valid_from`"));
        }
        if self.product_ids.len() > MOST_PRODUCTS {
            return Err(Invalid::new(format!("`product_ids` takes at most {MOST_PRODUCTS}")));
        }
        self.product_ids.sort_unstable();
        self.product_ids.dedup();
        Ok(self)
    }

    /// A code as it is kept, whatever the shopper typed.
    pub(in crate::catalog) fn code_of(typed: &str) -> String {
        typed.trim().to_ascii_uppercase()
    }

    /// Whether it gives anything at `now`.
    #[must_use]
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none_or(|ended| ended > now)
            && self.valid_from.is_none_or(|from| from <= now)
            && self.valid_until.is_none_or(|until| now < until)
    }

    /// Whether it is for that product.
    #[must_use]
    pub fn is_for(&self, product: ProductId) -> bool {
        self.product_ids.is_empty() || self.product_ids.contains(&product)
    }

    /// What it takes off `sum_minor` of goods that it is for; half a minor unit is rounded up.
    #[must_use]
    pub fn off(&self, sum_minor: i128) -> i128 {
        match (self.percent_off, self.amount_off_minor) {
            (Some(percent), _) => Self::per_cent(sum_minor, percent),
            (None, Some(amount)) => i128::from(amount).min(sum_minor),
            (None, None) => 0,
        }
    }

    /// Per cent of a sum; half a minor unit is rounded up.
    pub(super) fn per_cent(sum_minor: i128, percent: i64) -> i128 {
        (sum_minor * i128::from(percent) + 50) / 100
    }

    /// Whether it gives anything to one more shopper at `now`.
    #[must_use]
    pub fn is_on(&self, now: DateTime<Utc>) -> bool {
        self.is_valid(now) && self.quota.is_none_or(|quota| self.used < quota)
    }

    /// Whether it gives nothing any more, however long one waits.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_some_and(|ended| ended <= now)
            || self.valid_until.is_some_and(|until| until <= now)
            || self.quota.is_some_and(|quota| self.used >= quota)
    }

    /// The coupon as shoppers see it once it is pinned.
    #[must_use]
    pub fn card(&self) -> CouponCard {
        CouponCard { coupon_id: self.id, code: self.code.clone(), title: self.title.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> CouponDraft {
        CouponDraft {
            code: " live10 ".into(),
            title: "10 % off".into(),
            percent_off: Some(10),
            ..CouponDraft::default()
        }
    }

    #[test]
    fn a_coupon_gives_per_cent_or_an_amount_and_never_both() {
        assert_eq!(Coupon::new(draft(), from_ms(0)).unwrap().code, "LIVE10");
        let free = CouponDraft { percent_off: None, free_shipping: true, ..draft() };
        assert_eq!(Coupon::new(free, from_ms(0)).unwrap().off(5_000), 0);
        for bad in [
            CouponDraft { percent_off: None, ..draft() },
            CouponDraft { percent_off: Some(101), ..draft() },
            CouponDraft { amount_off_minor: Some(500), ..draft() },
            CouponDraft { percent_off: None, amount_off_minor: Some(500), ..draft() },
            CouponDraft { code: "TEN PERCENT".into(), ..draft() },
            CouponDraft { quota: Some(0), ..draft() },
            CouponDraft { valid_from: Some(from_ms(2)), valid_until: Some(from_ms(2)), ..draft() },
        ] {
            assert!(Coupon::new(bad, from_ms(0)).is_err());
        }
    }

    #[test]
    fn a_coupon_is_valid_from_its_first_moment_up_to_its_last() {
        let bounded =
            CouponDraft { valid_from: Some(from_ms(10)), valid_until: Some(from_ms(20)), ..draft() };
        let coupon = Coupon::new(bounded, from_ms(0)).unwrap();
        let valid = [9, 10, 19, 20].map(|ms| coupon.is_valid(from_ms(ms)));
        assert_eq!(valid, [false, true, true, false]);
    }

    #[test]
    fn a_changed_coupon_gives_either_or_as_a_new_one_does() {
        let mut coupon = Coupon::new(draft(), from_ms(0)).unwrap();
        let both = CouponPatch { amount_off_minor: Some(Some(500)), ..CouponPatch::default() };
        assert!(coupon.clone().change(both).is_err());
        let other = CouponPatch {
            percent_off: Some(None),
            amount_off_minor: Some(Some(500)),
            currency: Some(Some(Currency::try_from("EUR").unwrap())),
            ..CouponPatch::default()
        };
        coupon.change(other).unwrap();
        assert_eq!((coupon.off(300), coupon.off(5_000)), (300, 500));
    }
}
