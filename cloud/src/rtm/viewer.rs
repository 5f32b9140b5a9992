//! Viewer tokens: who a shopper is, signed, without an account and without a cookie.
//!
//! `vtv_<payload>.<mac>`, both base64url without padding; the payload is JSON, the mac is
//! HMAC-SHA256 (RFC 2104) under a key that all nodes share. The same key makes the hashes by which
//! a network is known again, so a hash means nothing elsewhere.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use vitrine_protocol::{OrgId, ShowId, ViewerId};

/// What every viewer token begins with.
const PREFIX: &str = "vtv_";
/// A token longer than this is not read.
const MAX_TOKEN_BYTES: usize = 1_024;
/// How long a token is valid.
const VALID_FOR: TimeDelta = TimeDelta::hours(12);
/// How long after its end a token can still be changed for a new one of the same viewer.
const RENEW_FOR: TimeDelta = TimeDelta::days(90);

/// What a viewer token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Stable for the shopper in this organisation.
    #[serde(rename = "v")]
    pub id: ViewerId,
    /// The organisation.
    #[serde(rename = "o")]
    pub org: OrgId,
    /// The only show that the token opens.
    #[serde(rename = "s")]
    pub show: ShowId,
    /// The name shown in the chat.
    #[serde(rename = "n")]
    pub nickname: String,
    /// Until when the token is valid.
    #[serde(rename = "e", with = "chrono::serde::ts_seconds")]
    pub expires_at: DateTime<Utc>,
}

/// Signs and reads viewer tokens.
#[derive(Clone)]
pub struct ViewerTokens {
    key: [u8; 32],
}

impl std::fmt::Debug for ViewerTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ViewerTokens")
    }
}

impl ViewerTokens {
    /// Tokens under `key`.
    pub(super) fn of(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// A fixed key, for tests.
    #[must_use]
    pub fn for_testing() -> Self {
        Self { key: [7; 32] }
    }

    /// Gives a token for `show`. The holder of a valid or lately expired token of the same
    /// organisation stays the same viewer; `wish` is the nickname asked for.
    #[must_use]
    pub fn issue(
        &self,
        org: OrgId,
        show: ShowId,
        held: Option<&str>,
        wish: Option<&str>,
        now: DateTime<Utc>,
    ) -> (Viewer, String) {
        let held = held.and_then(|token| self.signed(token));
        let held = held.filter(|viewer| viewer.org == org && viewer.expires_at + RENEW_FOR > now);
        let id = held.as_ref().map_or_else(ViewerId::new, |viewer| viewer.id);
        let nickname = wish
            .and_then(super::model::nickname)
            .or(held.map(|viewer| viewer.nickname))
            .unwrap_or_else(|| guest_name(id));
        let viewer = Viewer { id, org, show, nickname, expires_at: now + VALID_FOR };
        let payload = BASE64.encode(serde_json::to_vec(&viewer).unwrap_or_default());
        let mac = BASE64.encode(self.mac("viewer", payload.as_bytes()));
        (viewer, format!("{PREFIX}{payload}.{mac}"))
    }

    /// The viewer of a token that we signed and that is still valid at `now`.
    #[must_use]
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Option<Viewer> {
        self.signed(token).filter(|viewer| viewer.expires_at > now)
    }

    /// A hash by which a browser in a network is known again: IPv4 by /24, IPv6 by /64.
    #[must_use]
    pub(super) fn network(&self, address: IpAddr, user_agent: &str) -> String {
        let prefix = match address.to_canonical() {
            IpAddr::V4(v4) => v4.octets()[..3].to_vec(),
            IpAddr::V6(v6) => v6.octets()[..8].to_vec(),
        };
        let mut seen = prefix;
        seen.push(b'|');
        seen.extend(user_agent.bytes().take(256));
        hex::encode(&self.mac("network", &seen)[..16])
    }

    fn signed(&self, token: &str) -> Option<Viewer> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let (payload, mac) = token.strip_prefix(PREFIX)?.split_once('.')?;
        let mac = BASE64.decode(mac).ok()?;
        self.hmac("viewer", payload.as_bytes()).verify_slice(&mac).ok()?;
        serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()
    }

    fn hmac(&self, purpose: &str, message: &[u8]) -> Hmac<Sha256> {
        let mut block = [0; 64]; // RFC 2104: a short key is filled with zeros
        block[..self.key.len()].copy_from_slice(&self.key);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(message);
        mac
    }

    fn mac(&self, purpose: &str, message: &[u8]) -> Vec<u8> {
        self.hmac(purpose, message).finalize().into_bytes().to_vec()
    }
}

fn guest_name(id: ViewerId) -> String {
    let bytes = id.0.as_bytes();
    format!("Guest {:04}", u16::from_be_bytes([bytes[14], bytes[15]]) % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn a_token_opens_its_show_until_it_ends() {
        let tokens = ViewerTokens::for_testing();
        let (org, show) = (OrgId::new(), ShowId::new());
        let (viewer, token) = tokens.issue(org, show, None, Some(" ana "), now());
        assert_eq!(viewer.nickname, "ana");
        assert_eq!(tokens.read(&token, now()), Some(viewer.clone()));
        assert_eq!(tokens.read(&token, viewer.expires_at), None);
    }

    #[test]
    fn a_changed_token_is_refused() {
        let tokens = ViewerTokens::for_testing();
        let (_, token) = tokens.issue(OrgId::new(), ShowId::new(), None, None, now());
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert_eq!(tokens.read(&changed, now()), None, "{changed}");
        }
        let other = ViewerTokens { key: [8; 32] };
        assert_eq!(other.read(&token, now()), None);
        for hostile in ["", "vtv_", "vtv_.", "vtv_a.b", &"x".repeat(5_000)] {
            assert_eq!(tokens.read(hostile, now()), None);
        }
    }

    #[test]
    fn a_renewed_token_keeps_the_viewer_within_the_organisation() {
        let tokens = ViewerTokens::for_testing();
        let (org, show) = (OrgId::new(), ShowId::new());
        let (first, token) = tokens.issue(org, show, None, Some("ana"), now());
        let later = now() + TimeDelta::days(30);
        let (again, _) = tokens.issue(org, ShowId::new(), Some(&token), None, later);
        assert_eq!((again.id, again.nickname.as_str()), (first.id, "ana"));
        let (renamed, _) = tokens.issue(org, show, Some(&token), Some("anna"), later);
        assert_eq!((renamed.id, renamed.nickname.as_str()), (first.id, "anna"));
        assert_ne!(tokens.issue(OrgId::new(), show, Some(&token), None, later).0.id, first.id);
    }

    #[test]
    fn a_network_is_known_again_by_prefix_and_browser() {
        let tokens = ViewerTokens::for_testing();
        let hash = |ip: &str, ua: &str| tokens.network(ip.parse().unwrap(), ua);
        assert_eq!(hash("203.0.113.7", "ua"), hash("203.0.113.200", "ua"));
        assert_eq!(hash("::ffff:203.0.113.7", "ua"), hash("203.0.113.7", "ua"));
        assert_ne!(hash("203.0.113.7", "ua"), hash("203.0.114.7", "ua"));
        assert_ne!(hash("203.0.113.7", "ua"), hash("203.0.113.7", "other"));
        assert_eq!(hash("2001:db8::1", "ua"), hash("2001:db8::9:1", "ua"));
    }
}
