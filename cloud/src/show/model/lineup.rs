//! What a show sells.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use vitrine_protocol::{CouponId, HighlightTarget, ProductCard, ProductId};

use crate::base::Invalid;

/// The most items a line-up takes.
const MOST: usize = 200;

/// One item of a line-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "NamedItem")]
pub enum LineupItem {
    /// A product.
    Product {
        /// Which one.
        product_id: ProductId,
    },
    /// A coupon.
    Coupon {
        /// Which one.
        coupon_id: CouponId,
    },
}

/// A product or coupon as a caller names it. (A tagged enum would forget the fields that it did not read.)
#[derive(Debug, Clone, Copy, Deserialize)]
struct NamedItem {
    kind: ItemKind,
    product_id: Option<ProductId>,
    coupon_id: Option<CouponId>,
}

/// What kind of thing an item is.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::show) enum ItemKind {
    Product,
    Coupon,
}

impl LineupItem {
    /// What a caller names by its kind and the id that belongs to it.
    ///
    /// # Errors
    /// That id is missing, or one of another kind is there.
    pub(in crate::show) fn named(
        kind: ItemKind,
        product_id: Option<ProductId>,
        coupon_id: Option<CouponId>,
    ) -> Result<Self, Invalid> {
        match (kind, product_id, coupon_id) {
            (ItemKind::Product, Some(product_id), None) => Ok(Self::Product { product_id }),
            (ItemKind::Coupon, None, Some(coupon_id)) => Ok(Self::Coupon { coupon_id }),
            (ItemKind::Product, ..) => Err(Invalid::new("a `product` has a `product_id` and no `coupon_id`")),
            (ItemKind::Coupon, ..) => Err(Invalid::new("a `coupon` has a `coupon_id` and no `product_id`")),
        }
    }
}

impl TryFrom<NamedItem> for LineupItem {
    type Error = Invalid;

    fn try_from(item: NamedItem) -> Result<Self, Invalid> {
        Self::named(item.kind, item.product_id, item.coupon_id)
    }
}

impl From<LineupItem> for HighlightTarget {
    fn from(item: LineupItem) -> Self {
        match item {
            LineupItem::Product { product_id } => Self::Product { product_id },
            LineupItem::Coupon { coupon_id } => Self::Coupon { coupon_id },
        }
    }
}

impl From<HighlightTarget> for LineupItem {
    fn from(target: HighlightTarget) -> Self {
        match target {
            HighlightTarget::Product { product_id } => Self::Product { product_id },
            HighlightTarget::Coupon { coupon_id } => Self::Coupon { coupon_id },
        }
    }
}

/// The items of a show in the order in which the host means to show them; none twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineup(Vec<LineupItem>);

/// A product of a line-up as the public has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ware {
    /// As whoever says neither language nor market sees it.
    pub card: ProductCard,
    /// Stands for what it is called and costs elsewhere; None when it is the same for everybody.
    pub locals: Option<u64>,
}

impl Lineup {
    /// A checked line-up.
    ///
    /// # Errors
    /// More than 200 items, or one of them twice.
    pub fn new(items: Vec<LineupItem>) -> Result<Self, Invalid> {
        if items.len() > MOST {
            return Err(Invalid::new(format!("`items` takes at most {MOST} items")));
        }
        let mut seen = HashSet::new();
        if items.iter().all(|item| seen.insert(*item)) {
            Ok(Self(items))
        } else {
            Err(Invalid::new("`items` holds an item twice"))
        }
    }

    pub(in crate::show) fn stored(items: Vec<LineupItem>) -> Self {
        Self(items)
    }

    /// The items, in order.
    #[must_use]
    pub fn items(&self) -> &[LineupItem] {
        &self.0
    }

    /// Whether the line-up holds it.
    #[must_use]
    pub fn holds(&self, item: LineupItem) -> bool {
        self.0.contains(&item)
    }

    /// The products, in order.
    #[must_use]
    pub fn products(&self) -> Vec<ProductId> {
        let product = |item: &LineupItem| match item {
            LineupItem::Product { product_id } => Some(*product_id),
            LineupItem::Coupon { .. } => None,
        };
        self.0.iter().filter_map(product).collect()
    }

    /// The coupons, in order.
    #[must_use]
    pub fn coupons(&self) -> Vec<CouponId> {
        let coupon = |item: &LineupItem| match item {
            LineupItem::Coupon { coupon_id } => Some(*coupon_id),
            LineupItem::Product { .. } => None,
        };
        self.0.iter().filter_map(coupon).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_twice_in_a_lineup() {
        let item = LineupItem::Product { product_id: ProductId::new() };
        assert!(Lineup::new(vec![item, item]).is_err());
        assert!(Lineup::new(vec![item]).unwrap().holds(item));
    }
}
