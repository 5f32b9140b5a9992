//! Accounts elsewhere with which people sign in.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use vitrine_protocol::IdentityId;

use super::Proved;

/// An account elsewhere with which a person signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Identity {
    /// The link.
    pub id: IdentityId,
    /// Who vouches for it (OpenID Connect).
    pub issuer: String,
    /// What people call that; null when it is not the one of this cloud any more.
    pub label: Option<String>,
    /// The address that it had when it was linked.
    pub email: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// How somebody came back from the issuer.
pub enum Came {
    /// They have an account here; what the sign-in's page goes on with.
    Known(Proved),
    /// Their address is an account's that was never linked: its password shows that it is theirs.
    Asked {
        /// The account's address.
        email: String,
        /// What the page goes on with.
        ticket: String,
        /// The address is nobody's own: who has no password of such an account begins anew.
        claimed: bool,
    },
}
