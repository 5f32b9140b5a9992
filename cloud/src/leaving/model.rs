//! Exports and deletions. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vitrine_protocol::{ExportId, UserId};

/// How long after it was asked for an organisation is deleted.
pub(super) const NOTICE: TimeDelta = TimeDelta::days(14);
/// How long an archive is kept.
pub(super) const KEPT_FOR: TimeDelta = TimeDelta::days(7);
/// How long a link holds that the API gives.
pub(super) const LINK_FOR: TimeDelta = TimeDelta::hours(1);
/// So long after the rest the facts of an organisation go, by which other rooms heard that it is gone.
pub(super) const HEARD_AFTER: TimeDelta = TimeDelta::minutes(2);

/// How an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// It is being put together.
    Waiting,
    /// It can be had.
    Ready,
    /// It failed on our side.
    Failed,
}

/// All data of an organisation in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Export {
    /// The export.
    pub id: ExportId,
    /// How it stands.
    pub state: ExportState,
    /// How large the file is.
    pub size_bytes: Option<i64>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Until when the file is kept.
    pub expires_at: Option<DateTime<Utc>>,
    /// Where it is had, within the next hour, by whoever has the link; null unless it is ready.
    pub url: Option<String>,
}

/// An organisation that is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganizationDeletion {
    /// Who wants it.
    pub asked_by: Option<UserId>,
    /// Since when.
    pub asked_at: DateTime<Utc>,
    /// When it is deleted. A show that is on air then is let finish.
    pub at: DateTime<Utc>,
    /// Whether it has begun, and cannot be stopped any more.
    pub begun: bool,
}

/// That somebody means it.
#[derive(Deserialize, ToSchema)]
pub struct Confirmation {
    /// The organisation's name, as it is.
    pub name: String,
    /// The caller's password.
    pub password: String,
    /// The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator.
    #[serde(default)]
    pub code: Option<String>,
    /// A recovery code that was not used; or `code`.
    #[serde(default)]
    pub recovery_code: Option<String>,
}
