//! What a transmission said last of how its show does.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vitrine_transmission::Health;

/// A window of two seconds, measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// When its report arrived.
    pub at: DateTime<Utc>,
    /// What was measured.
    pub health: Health,
    /// Why nothing is recorded, in words; absent while the recording goes on.
    pub unrecorded: Option<String>,
}
