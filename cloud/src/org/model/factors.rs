//! What a person shows beside the password.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use serde::Serialize;
use utoipa::ToSchema;
use vitrine_protocol::UserId;

use crate::base::{Invalid, hash_secret};

/// How many recovery codes are made.
pub(in crate::org) const RECOVERY_CODES: usize = 10;
/// Letters of a recovery code, five bits each: too many to be found by trying hashes.
const RECOVERY_LETTERS: usize = 16;

/// What an account asks for beside its password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Factors {
    /// Its authenticator, once it was confirmed.
    pub totp: Option<TotpFactor>,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// Whether people can have passkeys at this cloud's address.
    pub offers_passkeys: bool,
}

/// An authenticator that makes codes by time (RFC 6238).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TotpFactor {
    /// Since when its codes are asked for.
    pub confirmed_at: DateTime<Utc>,
}

/// A new authenticator's secret, shown this once. Its codes are asked for from its confirmation on.
#[derive(Clone, Serialize, ToSchema)]
pub struct TotpEnrolment {
    /// The secret as people type it: base32.
    pub secret: String,
    /// The same for a picture that authenticators read: `otpauth://totp/…`.
    pub uri: String,
}

/// What opens the account when the authenticator is lost, once each. Shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// `xxxx-xxxx-xxxx-xxxx`.
    pub codes: Vec<String>,
}

/// A sign-in whose password fits and which waits for the second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What the sign-in goes on with, `vtc_…`.
    pub token: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// The second factor: one of the two.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// The authenticator's code.
    Code(String),
    /// A recovery code.
    Recovery(String),
}

impl Proof {
    /// What a request says.
    ///
    /// # Errors
    /// [`Invalid`] unless it is one of the two.
    pub fn of(code: Option<String>, recovery_code: Option<String>) -> Result<Self, Invalid> {
        match (code, recovery_code) {
            (Some(code), None) => Ok(Self::Code(code)),
            (None, Some(code)) => Ok(Self::Recovery(code)),
            _ => Err(Invalid::new("say either `code`, from the authenticator, or `recovery_code`")),
        }
    }

    /// What a request says where not every account asks for one.
    ///
    /// # Errors
    /// [`Invalid`] for both of them.
    pub fn if_said(code: Option<String>, recovery_code: Option<String>) -> Result<Option<Self>, Invalid> {
        match (code, recovery_code) {
            (None, None) => Ok(None),
            (code, recovery_code) => Self::of(code, recovery_code).map(Some),
        }
    }

    /// What a person typed where both are taken: six digits are an authenticator's.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        match crate::org::totp::typed(text) {
            Some(code) => Self::Code(code),
            None => Self::Recovery(text.to_owned()),
        }
    }
}

/// A fresh recovery code.
pub(in crate::org) fn new_recovery_code() -> String {
    use rand::Rng as _;
    let mut bytes = [0u8; RECOVERY_LETTERS * 5 / 8];
    rand::rng().fill_bytes(&mut bytes);
    let letters = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
    format!("{}-{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..12], &letters[12..])
}

/// What is kept of a recovery code, whatever spaces and capitals it was typed with; none for what cannot be one.
pub(in crate::org) fn recovery_hash(user: UserId, code: &str) -> Option<String> {
    let letters: String = code.chars().take(80).filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    (letters.len() == RECOVERY_LETTERS).then(|| hash_secret(&format!("{user}:{letters}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_the_same_however_it_is_typed_and_belongs_to_one_person() {
        let (code, user) = (new_recovery_code(), UserId::new());
        assert_eq!((code.len(), code.matches('-').count()), (19, 3), "{code}");
        let hash = recovery_hash(user, &code).unwrap();
        for typed in [code.to_uppercase(), code.replace('-', " "), format!(" {} ", code.replace('-', ""))] {
            assert_eq!(recovery_hash(user, &typed).as_deref(), Some(hash.as_str()), "{typed}");
        }
        assert_ne!(recovery_hash(UserId::new(), &code).unwrap(), hash);
        for wrong in ["", "050471", &code[1..], &"a".repeat(1000)] {
            assert_eq!(recovery_hash(user, wrong), None, "{wrong}");
        }
        assert_ne!(new_recovery_code(), code);
    }

    #[test]
    fn one_of_the_two_is_said() {
        assert!(Proof::of(None, None).is_err() && Proof::of(Some("1".into()), Some("2".into())).is_err());
        assert!(Proof::typed("123 456") == Proof::Code("123456".into()));
        assert!(Proof::typed("abcd-efgh") == Proof::Recovery("abcd-efgh".into()));
    }
}
