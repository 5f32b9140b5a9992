//! Codes of an authenticator, by time. Pure.
//!
//! Source: RFC 6238 (TOTP) over RFC 4226 (HOTP): HMAC-SHA-1, six digits, steps of 30 s, as every authenticator takes them.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::Rng as _;
use sha1::Sha1;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Seconds of a step. Source: RFC 6238, section 4.1.
const STEP: i64 = 30;
/// Steps before and after the present one whose codes are taken, for clocks that differ. Source: RFC 6238, section 5.2.
const DRIFT: i64 = 1;
/// Bytes of a secret: as many as the hash has. Source: RFC 4226, section 4, R6.
const SECRET: usize = 20;
/// Digits of a code.
const DIGITS: usize = 6;

/// What an authenticator and we share.
pub(super) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub(super) fn new() -> Self {
        let mut bytes = Zeroizing::new(vec![0; SECRET]);
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As people type it into an authenticator: base32 without padding.
    pub(super) fn text(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The address that an authenticator reads from a picture: `otpauth://totp/…`. Source: the Key URI format of Google
    /// Authenticator, which all others read.
    pub(super) fn uri(&self, email: &str) -> String {
        let account: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
        let account = account.replace('+', "%20");
        format!(
            "otpauth://totp/Vitrine:{account}?secret={}&issuer=Vitrine&algorithm=SHA1&digits={DIGITS}&period={STEP}",
            self.text()
        )
    }

    /// The step that a code belongs to, when it is one of the present, the one before or the one after.
    pub(super) fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let present = now.timestamp().div_euclid(STEP);
        let mut found = None;
        // All are compared, however early one fits.
        for step in present - DRIFT..=present + DRIFT {
            let fits =
                self.code(step).is_some_and(|right| bool::from(right.as_bytes().ct_eq(code.as_bytes())));
            if fits {
                found = Some(step);
            }
        }
        found
    }

    /// The code of a step; none before 1970. Source: RFC 4226, section 5.3.
    pub(super) fn code(&self, step: i64) -> Option<String> {
        let counter = u64::try_from(step).ok()?.to_be_bytes();
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).ok()?;
        mac.update(&counter);
        let hash = mac.finalize().into_bytes();
        let offset = usize::from(hash.last()? & 0x0f);
        let word = <[u8; 4]>::try_from(hash.get(offset..offset + 4)?).ok()?;
        let number = (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000;
        Some(format!("{number:06}"))
    }

    /// The step of an instant, for tests that hold an authenticator.
    #[cfg(test)]
    pub(super) fn step_at(now: DateTime<Utc>) -> i64 {
        now.timestamp().div_euclid(STEP)
    }
}

/// A code as it was typed, without the spaces that authenticators show in it; none for what cannot be one.
pub(super) fn typed(text: &str) -> Option<String> {
    let code: String = text.chars().take(40).filter(|c| !c.is_whitespace() && *c != '-').collect();
    (code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        let secret = Secret::of(b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code(seconds / STEP).as_deref(), Some(code), "{seconds}");
        }
        assert_eq!(secret.code(-1), None);
    }

    #[test]
    fn clocks_may_differ_by_one_step_and_no_more() {
        let secret = Secret::of(b"12345678901234567890");
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let taken: Vec<_> = (0..6).map(|n| secret.step_of("050471", at(1_111_111_050 + n * 30))).collect();
        assert_eq!(taken, [None, Some(37_037_037), Some(37_037_037), Some(37_037_037), None, None]);
        for wrong in ["", "05047", "0504710", "050472", "０５０４７１"] {
            assert_eq!(secret.step_of(wrong, at(1_111_111_111)), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(typed(" 050 471\n").as_deref(), Some("050471"));
        assert_eq!(typed("050-471").as_deref(), Some("050471"));
        for wrong in ["", "50471", "05047l", "0504711", "０５０４７１"] {
            assert_eq!(typed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_authenticator_is_told_whose_it_is() {
        let secret = Secret::of(b"12345678901234567890");
        assert_eq!(secret.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = secret.uri("a d&a@example.com");
        assert!(uri.starts_with("otpauth://totp/Vitrine:a%20d%26a%40example.com?secret=GEZDG"), "{uri}");
        assert_ne!(Secret::new().text(), Secret::new().text());
    }
}
