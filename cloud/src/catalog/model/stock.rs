//! How counts move, and pieces held for an order to come.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{
    OrderId, OrgId, ProductId, ReservationId, ShowId, StockChangeId, VariantId, ViewerId,
};

use super::{ExternalId, MOST_STOCK, Variant, check_quantity};
use crate::base::{Invalid, check_text, trimmed};

/// How long a reservation holds when nobody says.
const HELD_FOR: i64 = 900;
/// So many that no page counts them down.
const PLENTY: i64 = 100;

impl Variant {
    /// The count less what is owed: below zero when more was sold than there was.
    #[must_use]
    pub fn balance(&self) -> i64 {
        self.stock.saturating_sub(self.owed)
    }

    /// Moves the count by `delta`. What is not there is owed, and what comes in pays that first.
    pub(in crate::catalog) fn move_by(&mut self, delta: i64) {
        let balance = self.balance().saturating_add(delta);
        (self.stock, self.owed) = (balance.max(0), balance.min(0).saturating_neg());
    }

    /// How many shoppers are told that there are: what is sold when none is left never looks sold out, or nearly.
    #[must_use]
    pub fn shown_stock(&self) -> i64 {
        if self.sell_when_empty { self.stock.max(PLENTY) } else { self.stock }
    }

    /// Whether `quantity` pieces can be promised to somebody.
    #[must_use]
    pub fn can_promise(&self, quantity: i64) -> bool {
        self.sell_when_empty || self.stock >= quantity
    }
}

/// Why somebody moves a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StockReason {
    /// New goods came in.
    Received,
    /// A shopper sent them back.
    Returned,
    /// They cannot be sold any more.
    Damaged,
    /// They are not there.
    Lost,
    /// The count was wrong.
    Correction,
}

impl StockReason {
    pub(in crate::catalog) fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Returned => "returned",
            Self::Damaged => "damaged",
            Self::Lost => "lost",
            Self::Correction => "correction",
        }
    }
}

/// A move of a variant's count, as it is asked for.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct StockChangeDraft {
    /// Pieces more, or less when below zero; not 0.
    pub delta: i64,
    /// Why.
    pub reason: StockReason,
    /// At most 200 characters.
    #[serde(default)]
    pub note: String,
}

impl StockChangeDraft {
    /// Checks every bound and cleans the note.
    ///
    /// # Errors
    /// A sentence about the first field that does not fit.
    pub(in crate::catalog) fn checked(mut self) -> Result<Self, Invalid> {
        if self.delta == 0 || !(-MOST_STOCK..=MOST_STOCK).contains(&self.delta) {
            return Err(Invalid::new(format!("`delta` takes 1 to {MOST_STOCK} pieces more or less")));
        }
        self.note = trimmed("note", &self.note, 0, 200)?;
        Ok(self)
    }
}

/// What was counted on the shelf.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct StockCount {
    /// How many are there, those that are held for orders to come included. What was owed is settled by this.
    pub stock: i64,
    /// At most 200 characters.
    #[serde(default)]
    pub note: String,
}

/// A move of a variant's count. There is no way to change or remove one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StockChange {
    /// The move.
    pub id: StockChangeId,
    /// The variant.
    pub variant_id: VariantId,
    /// Pieces more, or less when below zero.
    pub delta: i64,
    /// The count after it; below zero when more was sold than there was.
    pub balance: i64,
    /// `created`, `counted`, `received`, `returned`, `damaged`, `lost`, `correction`, `sold`, `cancelled`, `reserved`,
    /// `released`, `imported`, or one that a later version knows.
    pub reason: String,
    /// In words.
    pub note: String,
    /// The order that moved it, if any.
    pub order_id: Option<OrderId>,
    /// Who did it: `user:ID`, `key:ID` or `service:NAME`.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Pieces of a variant, to be held or held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReservedLine {
    /// The product.
    pub product_id: ProductId,
    /// The variant.
    pub variant_id: VariantId,
    /// 1 to 10 000.
    pub quantity: i64,
}

/// Pieces of a variant that are to be held. The line names it by `product_id` and `variant_id`, by `external`, or by `sku`.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct ReservationLineDraft {
    /// The product. Absent where the variant is named otherwise.
    #[serde(default)]
    pub product_id: Option<ProductId>,
    /// The variant. Absent where it is named otherwise.
    #[serde(default)]
    pub variant_id: Option<VariantId>,
    /// What a platform or an imported list calls the variant.
    #[serde(default)]
    pub external: Option<ExternalId>,
    /// The shop's number for the variant, 1 to 100 characters.
    #[serde(default)]
    pub sku: Option<String>,
    /// 1 to 10 000.
    pub quantity: i64,
}

impl From<ReservedLine> for ReservationLineDraft {
    fn from(line: ReservedLine) -> Self {
        Self {
            product_id: Some(line.product_id),
            variant_id: Some(line.variant_id),
            external: None,
            sku: None,
            quantity: line.quantity,
        }
    }
}

/// What is to be held for an order to come.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[schema(example = json!({
    "ttl_seconds": 900,
    "lines": [
        { "external": { "platform": "main", "id": "SCARF-M" }, "quantity": 2 },
        { "sku": "HAT-1", "quantity": 1 }
    ]
}))]
pub struct ReservationDraft {
    /// 1 to 100 lines.
    pub lines: Vec<ReservationLineDraft>,
    /// For how long: 60 to 3 600 seconds, 900 when not said.
    #[serde(default)]
    pub ttl_seconds: Option<i64>,
    /// The show that the shopper comes from.
    #[serde(default)]
    pub show_id: Option<ShowId>,
    /// The viewer who buys.
    #[serde(default)]
    pub viewer_id: Option<ViewerId>,
}

/// Pieces held for an order to come. They are out of stock until the order, the release or the end of its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Reservation {
    /// The reservation; the order names it.
    pub id: ReservationId,
    /// Whose it is.
    #[serde(rename = "org_id")]
    pub org: OrgId,
    /// The show that the shopper comes from, if it was said.
    pub show_id: Option<ShowId>,
    /// The viewer who buys, if it was said.
    pub viewer_id: Option<ViewerId>,
    /// What is held.
    pub lines: Vec<ReservedLine>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When the pieces go back.
    pub expires_at: DateTime<Utc>,
}

impl ReservationLineDraft {
    /// What the line calls its variant, for a sentence.
    pub(in crate::catalog) fn name(&self) -> String {
        match (&self.external, &self.sku) {
            (Some(ExternalId { platform, id }), _) => format!("`{id}` in `{platform}`"),
            (None, Some(sku)) => format!("`{sku}`"),
            (None, None) => "by these ids".to_owned(),
        }
    }
}

impl ReservationDraft {
    /// Checks every bound.
    ///
    /// # Errors
    /// A sentence about the first field that does not fit.
    pub(in crate::catalog) fn check(&self) -> Result<(), Invalid> {
        if self.lines.is_empty() || self.lines.len() > 100 {
            return Err(Invalid::new("`lines` takes 1 to 100 lines"));
        }
        for line in &self.lines {
            check_quantity(line.quantity)?;
            line.external.as_ref().map(ExternalId::check).transpose()?;
            line.sku.as_deref().map(|sku| check_text("lines.sku", sku, 1, 100)).transpose()?;
            let is_named = line.external.is_some() || line.sku.is_some();
            if !is_named && line.product_id.zip(line.variant_id).is_none() {
                return Err(Invalid::new(
                    "`lines` name a variant by `product_id` and `variant_id`, by `external` or by `sku`",
                ));
            }
        }
        if !(60..=3600).contains(&self.seconds()) {
            return Err(Invalid::new("`ttl_seconds` takes 60 to 3600"));
        }
        Ok(())
    }

    fn seconds(&self) -> i64 {
        self.ttl_seconds.unwrap_or(HELD_FOR)
    }
}

impl Reservation {
    /// A new one of a checked draft, that holds `lines`.
    pub(in crate::catalog) fn new(
        org: OrgId,
        draft: &ReservationDraft,
        lines: Vec<ReservedLine>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id: ReservationId::new(),
            org,
            show_id: draft.show_id,
            viewer_id: draft.viewer_id,
            lines,
            created_at: now,
            expires_at: now + TimeDelta::seconds(draft.seconds()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_owed_and_paid_by_what_comes_in() {
        let mut variant = Variant {
            id: VariantId::new(),
            title: "M".into(),
            sku: "s-m".into(),
            price_minor: 1,
            stock: 1,
            owed: 0,
            sell_when_empty: false,
            prior_price_minor: None,
            own_compare: false,
            compare_at_minor: None,
            options: std::collections::BTreeMap::new(),
            external_ids: std::collections::BTreeMap::new(),
            prices: Vec::new(),
        };
        let mut moved = |delta| {
            variant.move_by(delta);
            (variant.stock, variant.owed, variant.balance())
        };
        assert_eq!(moved(-3), (0, 2, -2));
        assert_eq!(moved(1), (0, 1, -1));
        assert_eq!(moved(5), (4, 0, 4));
        assert_eq!(moved(-4), (0, 0, 0));
    }
}
