//! The prices that variants had, and which of them stands beside a reduced one.

use chrono::{DateTime, Utc};
use serde::Serialize;
use vitrine_protocol::{Currency, PriceChangeId, VariantId};

/// How many days before a reduction its prior price is looked for in. Source: Directive 98/6/EC, article 6a, paragraph 2.
pub(in crate::catalog) const PRIOR_DAYS: i64 = 30;

/// A price that a variant had from then on. There is no way to change or remove one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PriceChange {
    /// The change.
    pub id: PriceChangeId,
    /// The variant.
    pub variant_id: VariantId,
    /// The currency.
    pub currency: Currency,
    /// The price, in minor units.
    pub price_minor: i64,
    /// It was said to be a reduction, by a higher price before it.
    pub reduced: bool,
    /// From when on.
    pub at: DateTime<Utc>,
}
