//! Cancellations and refunds of orders.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vitrine_protocol::{OrderChangeId, VariantId};

use super::order::LINES;
use super::{ExternalId, Order, OrderLine, OrderState, check_quantity};
use crate::base::{Invalid, check_text, trimmed};
use crate::catalog::CatalogError;
use crate::events::Event;

/// What is done to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderChangeKind {
    /// It is called off.
    Cancellation,
    /// Money goes back.
    Refund,
}

impl OrderChangeKind {
    pub(in crate::catalog) fn as_str(self) -> &'static str {
        match self {
            Self::Cancellation => "cancellation",
            Self::Refund => "refund",
        }
    }
}

/// A cancellation or refund. There is no way to change or remove one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrderChange {
    /// The change.
    pub id: OrderChangeId,
    /// What was done: `cancellation`, `refund`, or what a later version knows.
    pub kind: String,
    /// The shop's own number for it, unique for its order.
    pub external_ref: String,
    /// What was paid back, in minor units of the order's currency.
    pub amount_minor: i64,
    /// Why, in words.
    pub reason: String,
    /// What went back into stock: what the catalogue does not hold, or no longer, does not.
    pub lines: Vec<ReturnedLine>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// Pieces that go back into stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReturnedLine {
    /// A variant of the order.
    pub variant_id: VariantId,
    /// 1 to 10 000, at most as many as were bought and did not go back before.
    pub quantity: i64,
}

/// Pieces that go back into stock, as the shop sends them: named by `variant_id`, or as the order's line is, by `external` or `sku`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReturnedLineDraft {
    /// A variant of the order. Absent where it is named otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<VariantId>,
    /// What the order's line called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalId>,
    /// The number that the order's line has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// 1 to 10 000, at most as many as were bought and did not go back before.
    pub quantity: i64,
}

impl From<ReturnedLine> for ReturnedLineDraft {
    fn from(line: ReturnedLine) -> Self {
        Self { variant_id: Some(line.variant_id), external: None, sku: None, quantity: line.quantity }
    }
}

/// A cancellation or refund as the shop sends it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct OrderChangeDraft {
    /// The shop's own number for it, 1 to 100 characters: the same number again is the same change.
    pub external_ref: String,
    /// What is paid back, in minor units, at most what is left of the order. A cancellation without it pays all of that back.
    #[serde(default)]
    pub amount_minor: Option<i64>,
    /// Why, at most 200 characters.
    #[serde(default)]
    pub reason: String,
    /// What goes back into stock, at most 100. Without it, nothing does with a refund, and all does with a cancellation.
    #[serde(default)]
    pub lines: Option<Vec<ReturnedLineDraft>>,
}

impl OrderChangeDraft {
    /// A hash of what it says, kept in rows: of lines with `variant_id` it is what it was before they could be named otherwise.
    pub(in crate::catalog) fn hash(&self, kind: OrderChangeKind) -> String {
        let said =
            serde_json::json!([kind.as_str(), self.external_ref, self.amount_minor, self.reason, self.lines]);
        hex::encode(Sha256::digest(said.to_string()))
    }
}

impl Order {
    /// What can still be paid back, in minor units.
    #[must_use]
    pub fn left_minor(&self) -> i64 {
        self.total_minor - self.refunded_minor
    }

    /// The variant that a line of a change means.
    fn meant(&self, line: &ReturnedLineDraft) -> Result<ReturnedLine, Invalid> {
        let fits = |one: &&OrderLine| match (&line.external, &line.sku) {
            (Some(external), _) => one.external.as_ref() == Some(external),
            (None, Some(sku)) => one.sku.as_ref() == Some(sku),
            (None, None) => false,
        };
        let variant = line.variant_id.or_else(|| self.lines.iter().find(fits)?.variant_id);
        let missing = || {
            Invalid::new(
                "`lines` name a variant of this order: by `variant_id`, or by its line's `external` or `sku`",
            )
        };
        Ok(ReturnedLine { variant_id: variant.ok_or_else(missing)?, quantity: line.quantity })
    }

    /// How many pieces of each variant did not go back.
    fn kept(&self) -> BTreeMap<VariantId, i64> {
        let mut kept = BTreeMap::new();
        for line in &self.lines {
            // What nobody knows goes nowhere.
            if let Some(variant) = line.variant_id {
                *kept.entry(variant).or_insert(0) += line.quantity;
            }
        }
        for line in self.changes.iter().flat_map(|change| &change.lines) {
            *kept.entry(line.variant_id).or_insert(0) -= line.quantity;
        }
        kept
    }

    /// Calls it off or pays a part back; returns the fact to record. The change is the last of `changes` then.
    ///
    /// # Errors
    /// [`CatalogError::Cancelled`] for a second cancellation; [`CatalogError::Invalid`], for more than is left, too.
    pub(in crate::catalog) fn change(
        &mut self,
        kind: OrderChangeKind,
        draft: OrderChangeDraft,
        now: DateTime<Utc>,
    ) -> Result<Event, CatalogError> {
        check_text("external_ref", &draft.external_ref, 1, 100)?;
        let reason = trimmed("reason", &draft.reason, 0, 200)?;
        let mut kept = self.kept();
        kept.retain(|_, quantity| *quantity > 0);
        let all = || {
            kept.iter()
                .map(|(variant_id, quantity)| ReturnedLine { variant_id: *variant_id, quantity: *quantity })
        };
        let named = draft.lines.as_ref();
        if named.is_some_and(|lines| lines.len() > LINES) {
            return Err(Invalid::new(format!("`lines` takes at most {LINES} lines")).into());
        }
        let named =
            named.map(|lines| lines.iter().map(|line| self.meant(line)).collect::<Result<Vec<_>, _>>());
        let named = named.transpose()?;
        let (amount_minor, lines) = match kind {
            OrderChangeKind::Cancellation if self.state == OrderState::Cancelled => {
                return Err(CatalogError::Cancelled);
            }
            OrderChangeKind::Cancellation => {
                (draft.amount_minor.unwrap_or(self.left_minor()), named.unwrap_or_else(|| all().collect()))
            }
            OrderChangeKind::Refund => {
                let missing = || Invalid::new("`amount_minor` is missing: say what is paid back");
                (draft.amount_minor.ok_or_else(missing)?, named.unwrap_or_default())
            }
        };
        if !(0..=self.left_minor()).contains(&amount_minor) {
            let left = self.left_minor();
            return Err(Invalid::new(format!(
                "`amount_minor` takes 0 to {left}, which is left of this order"
            ))
            .into());
        }
        if kind == OrderChangeKind::Refund && amount_minor == 0 && lines.is_empty() {
            return Err(Invalid::new(
                "a refund pays something back, or names `lines` that go back into stock",
            )
            .into());
        }
        for line in &lines {
            check_quantity(line.quantity)?;
            let left = kept.entry(line.variant_id).or_insert(0);
            *left -= line.quantity;
            if *left < 0 {
                return Err(Invalid::new(format!(
                    "`lines` names more of {} than this order holds and did not go back",
                    line.variant_id
                ))
                .into());
            }
        }
        self.refunded_minor += amount_minor;
        let is_cancelled = kind == OrderChangeKind::Cancellation || self.state == OrderState::Cancelled;
        self.state = OrderState::of(is_cancelled, self.total_minor, self.refunded_minor);
        self.changes.push(OrderChange {
            id: OrderChangeId::new(),
            kind: kind.as_str().to_owned(),
            external_ref: draft.external_ref,
            amount_minor,
            reason,
            lines,
            created_at: now,
        });
        let (order, currency) = (self.id, self.currency);
        Ok(match kind {
            OrderChangeKind::Cancellation => Event::OrderCancelled { order, amount_minor, currency },
            OrderChangeKind::Refund => Event::OrderRefunded { order, amount_minor, currency },
        })
    }
}
