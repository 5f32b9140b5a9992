//! Signatures of messages. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::Rng as _;
use sha2::Sha256;

/// What a secret begins with. Source: Standard Webhooks 1.0, "Signature scheme".
const PREFIX: &str = "whsec_";
const SECRET_BYTES: usize = 32;

/// A fresh secret: `whsec_` and 32 random bytes in base64.
pub(super) fn new_secret() -> String {
    let mut bytes = [0u8; SECRET_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// What the header `webhook-signature` holds: one signature for each secret, a space between. None for what is no secret.
///
/// Source: Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, the timestamp in seconds.
pub(super) fn signatures(secrets: &[&str], id: &str, at: DateTime<Utc>, body: &str) -> Option<String> {
    let signed = format!("{id}.{}.{body}", at.timestamp());
    let one = |secret: &&str| {
        let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(signed.as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    };
    let all: Option<Vec<_>> = secrets.iter().map(one).collect();
    all.map(|all| all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_specification() {
        // The example of the Standard Webhooks libraries.
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let signed = signatures(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn while_a_secret_is_changed_both_sign() {
        let (old, new) = (new_secret(), new_secret());
        let at = DateTime::from_timestamp(1, 0).unwrap();
        let both = signatures(&[&new, &old], "1", at, "{}").unwrap();
        let alone = signatures(&[&old], "1", at, "{}").unwrap();
        assert!(both.ends_with(&alone) && both.split(' ').count() == 2 && old != new);
        assert_eq!(signatures(&["nonsense"], "1", at, "{}"), None);
    }
}
