//! Signing a studio in in a browser.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vitrine_protocol::SignInRequestId;

/// Letters of a code that people compare: consonants, so that it spells no word. Source: RFC 8628, section 6.1.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A studio that wants to be signed in in a browser.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewSignInRequest {
    /// What the person knows the device by, 1 to 60 characters.
    pub device_name: String,
}

/// A studio that waits for somebody to sign it in in a browser. The secret is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct SignInRequest {
    /// The request.
    pub id: SignInRequestId,
    /// With it the studio asks for its session, `vtq_…`. It belongs in no address.
    pub secret: String,
    /// What the page shows too, `BCDF-GHJK`: show it, so that the person can compare.
    pub code: String,
    /// The page to open in a browser.
    pub url: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Seconds between two questions for the session.
    pub interval: u32,
}

/// A request as the browser's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSeen {
    /// The request.
    pub id: SignInRequestId,
    /// What the device says it is called.
    pub device_name: String,
    /// What the studio shows too.
    pub code: String,
    /// The network that it asks from.
    pub network: String,
    /// Whether the page is opened from there too.
    pub same_network: bool,
    /// How many whole minutes ago it asked.
    pub minutes_ago: i64,
}

/// Who has shown at a request's page whose account they sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The account's address.
    pub email: String,
    /// What the page goes on with.
    pub proof: String,
}

/// A fresh code for people to compare.
pub(in crate::org) fn new_user_code() -> String {
    let four =
        || -> String { (0..4).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect() };
    format!("{}-{}", four(), four())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_easy_to_compare() {
        let code = new_user_code();
        assert_eq!((code.len(), code.find('-')), (9, Some(4)), "{code}");
        assert!(code.bytes().all(|c| c == b'-' || LETTERS.contains(&c)));
        assert_ne!(new_user_code(), code);
    }
}
