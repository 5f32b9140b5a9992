//! Secrets that programs hold: 256 random bits behind a prefix, hashed at rest.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// A fresh secret. Shown once; only its [`hash_secret`] is stored.
pub struct Secret(String);

impl Secret {
    /// `prefix` and 32 random bytes, base64url.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        let mut bytes = [0u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text to hand out.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored in its place.
    #[must_use]
    pub fn hash(&self) -> String {
        hash_secret(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a secret, hexadecimal. Enough without salt, since the secret is 256 random bits.
#[must_use]
pub fn hash_secret(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_wears_its_prefix_and_hides_from_logs() {
        let secret = Secret::new("vts_");
        assert!(secret.expose().starts_with("vts_"));
        assert_eq!(secret.expose().len(), 4 + 43);
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_ne!(secret.hash(), Secret::new("vts_").hash());
    }
}
