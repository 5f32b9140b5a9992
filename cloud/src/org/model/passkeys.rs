//! Passkeys with which people sign in.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use vitrine_protocol::PasskeyId;

/// A passkey of a person (WebAuthn). It is asked who they are as well, so it stands for the password and the second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Passkey {
    /// The passkey.
    pub id: PasskeyId,
    /// What the person calls it.
    pub name: String,
    /// Since when it opens the account.
    pub created_at: DateTime<Utc>,
    /// When they last signed in with it; null until they do.
    pub used_at: Option<DateTime<Utc>>,
    /// Whether it was kept elsewhere too when it was last seen, so that it outlives the device.
    pub backed_up: bool,
}

/// What an authenticator is asked. It is answered once, within a few minutes.
#[derive(Clone, Serialize, ToSchema)]
pub struct PasskeyChallenge {
    /// What the answer comes with, `vtc_…`.
    pub challenge: String,
    /// What `navigator.credentials` takes as `publicKey`, in the form of `PublicKeyCredential.parse…OptionsFromJSON`.
    #[schema(value_type = Object)]
    pub options: Value,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// The page at which the person adds a passkey in their browser.
#[derive(Clone, Serialize, ToSchema)]
pub struct PasskeyLink {
    /// Its address, which works once.
    pub url: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}
