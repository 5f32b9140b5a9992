//! Whether a webhook is Stripe's. Pure.
//!
//! Source: https://docs.stripe.com/webhooks#verify-manually

use std::time::Duration;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far the sender's clock may be from ours, and how old a webhook may be. Stripe signs anew each time it sends one again.
const TOLERANCE: Duration = Duration::from_secs(300);
/// The most signatures that are looked at: one for each secret while they are changed.
const MOST_SIGNATURES: usize = 8;

/// Why a webhook is not taken for Stripe's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// The header is not there, or is none.
    #[error("the request has no `Stripe-Signature` that can be read")]
    NoSignature,
    /// It was signed with none of our secrets, or is not what was signed.
    #[error("the signature does not fit the body and any of this server's secrets")]
    Forged,
    /// It was signed long ago, or in the future.
    #[error("the signature is older than five minutes, or the clocks differ by more than that")]
    Old,
}

/// Checks the header `Stripe-Signature` of a webhook against its raw `body`: `t=SECONDS,v1=HEX[,v1=HEX]`, each `v1` the
/// HMAC-SHA256 of `SECONDS.BODY` under one secret. Any of `secrets` will do, so that they can be changed.
///
/// # Errors
/// [`Unsigned`].
pub fn verify(header: &str, body: &[u8], secrets: &[String], now: DateTime<Utc>) -> Result<(), Unsigned> {
    let (mut time, mut signatures) = (None, Vec::new());
    for part in header.split(',').take(2 * MOST_SIGNATURES) {
        match part.trim().split_once('=') {
            Some(("t", seconds)) if time.is_none() => time = Some(seconds),
            Some(("v1", signature)) if signatures.len() < MOST_SIGNATURES => signatures.push(signature),
            _ => {} // other schemes
        }
    }
    let time = time.ok_or(Unsigned::NoSignature)?;
    let at: i64 = time.parse().map_err(|_| Unsigned::NoSignature)?;
    if signatures.is_empty() {
        return Err(Unsigned::NoSignature);
    }
    let fits = signatures.iter().filter_map(|signature| hex::decode(signature).ok()).any(|signature| {
        secrets
            .iter()
            .any(|secret| mac(secret, time, body).is_some_and(|mac| mac.verify_slice(&signature).is_ok()))
    });
    if !fits {
        return Err(Unsigned::Forged);
    }
    if now.timestamp().abs_diff(at) > TOLERANCE.as_secs() {
        return Err(Unsigned::Old);
    }
    Ok(())
}

fn mac(secret: &str, time: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// The header that Stripe would send with `body`.
#[cfg(test)]
pub fn sign(body: &[u8], secret: &str, at: DateTime<Utc>) -> String {
    let time = at.timestamp().to_string();
    let mac = mac(secret, &time, body).unwrap().finalize().into_bytes();
    format!("t={time},v1={},v0=00", hex::encode(mac))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TestClock;

    #[test]
    fn what_was_signed_with_a_secret_of_ours_is_taken_and_nothing_else() {
        let (hands, secrets) = (TestClock::new(), ["whsec_new".to_owned(), "whsec_old".to_owned()]);
        let (now, body) = (hands.clock().now(), br#"{"id":"evt_1"}"#);
        for secret in &secrets {
            assert_eq!(verify(&sign(body, secret, now), body, &secrets, now), Ok(()));
        }
        let right = sign(body, "whsec_new", now);
        assert_eq!(verify(&right, b"{}", &secrets, now), Err(Unsigned::Forged), "another body");
        assert_eq!(
            verify(&right, body, &secrets[1..], now),
            Err(Unsigned::Forged),
            "a secret that was taken back"
        );
        assert_eq!(verify(&right, body, &[], now), Err(Unsigned::Forged));
        let moved = right.replacen(&now.timestamp().to_string(), &(now.timestamp() + 1).to_string(), 1);
        assert_eq!(verify(&moved, body, &secrets, now), Err(Unsigned::Forged), "its time is signed too");
        let cut = &right[..right.find(",v0").unwrap() - 2];
        assert_eq!(verify(cut, body, &secrets, now), Err(Unsigned::Forged));
        for none in ["", "t=", "v1=00", "t=soon,v1=00", &format!("t={}", now.timestamp()), "t=-1", "🦀"] {
            assert_eq!(verify(none, body, &secrets, now), Err(Unsigned::NoSignature), "{none}");
        }
        let v0 = right.replace("v1=", "v2=");
        assert_eq!(
            verify(&v0, body, &secrets, now),
            Err(Unsigned::NoSignature),
            "an older scheme is no way around"
        );
    }

    #[test]
    fn while_secrets_change_one_signature_of_several_is_enough() {
        let (hands, body) = (TestClock::new(), b"{}");
        let now = hands.clock().now();
        let [old, new] = ["whsec_old", "whsec_new"].map(|secret| sign(body, secret, now));
        let both = format!("{old},{}", new.split_once(',').unwrap().1);
        assert_eq!(verify(&both, body, &["whsec_new".to_owned()], now), Ok(()));
        let many = format!("t={},{}", now.timestamp(), "v1=00,".repeat(1000));
        assert_eq!(verify(&many, body, &["whsec_new".to_owned()], now), Err(Unsigned::Forged));
    }

    #[test]
    fn what_was_signed_long_ago_is_refused_and_so_is_the_future() {
        let (hands, secrets) = (TestClock::new(), ["whsec_a".to_owned()]);
        let (then, body) = (hands.clock().now(), b"{}");
        let header = sign(body, "whsec_a", then);
        hands.advance(Duration::from_secs(300));
        assert_eq!(verify(&header, body, &secrets, hands.clock().now()), Ok(()));
        hands.advance(Duration::from_secs(1));
        assert_eq!(verify(&header, body, &secrets, hands.clock().now()), Err(Unsigned::Old));
        let ahead = sign(body, "whsec_a", then + Duration::from_secs(602));
        assert_eq!(verify(&ahead, body, &secrets, hands.clock().now()), Err(Unsigned::Old));
    }
}
