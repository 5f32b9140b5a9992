//! The key ring: pure, it seals and opens.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::Rng as _;
use vitrine_protocol::OrgId;
use zeroize::Zeroizing;

use super::SecretsError;

/// The sealed form's version, and what it begins with.
const VERSION: &str = "v1";
/// Bytes of a nonce. So many that random ones never meet (draft-irtf-cfrg-xchacha, section 3.1).
const NONCE: usize = 24;

/// A key with the name that sealed secrets know it by.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) secret: Zeroizing<[u8; 32]>,
}

/// Seals secrets with its newest key and opens them with any of its keys. Clones share the keys.
#[derive(Clone)]
pub struct KeyRing {
    /// Never empty, newest first.
    keys: Arc<[Key]>,
}

/// Where a secret is kept. It opens there and nowhere else: a sealed text that is copied into another row,
/// column or organisation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's key.
    pub row: &'a str,
    /// Whose it is; nobody's when it is this installation's own.
    pub org: Option<OrgId>,
}

/// A secret in the clear: gone from memory with its owner, and never in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened(Zeroizing<Vec<u8>>);

impl KeyRing {
    /// A ring of `keys`, newest first; none without keys.
    pub(super) fn of(keys: Vec<Key>) -> Option<Self> {
        (!keys.is_empty()).then(|| Self { keys: keys.into() })
    }

    /// A ring of one fixed key, for tests.
    #[must_use]
    pub fn for_testing() -> Self {
        Self { keys: [Key { id: "test".into(), secret: Zeroizing::new([7; 32]) }].into() }
    }

    /// Seals `secret` for `place` with the newest key: `v1.KEY_ID.` and nonce and ciphertext in base64url.
    ///
    /// # Errors
    /// [`SecretsError::Malformed`] for a secret of more than 256 GiB.
    pub fn seal(&self, place: Place<'_>, secret: &[u8]) -> Result<String, SecretsError> {
        let key = self.newest();
        let mut nonce = [0u8; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: secret, aad: &bound(key, place) };
        let ciphertext =
            key.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_| SecretsError::Malformed)?;
        Ok(format!("{VERSION}.{}.{}", key.id, BASE64.encode([&nonce[..], &ciphertext].concat())))
    }

    /// Opens what was sealed for `place`.
    ///
    /// # Errors
    /// [`SecretsError::Malformed`], [`SecretsError::UnknownKey`], [`SecretsError::Forged`].
    pub fn open(&self, place: Place<'_>, sealed: &str) -> Result<Opened, SecretsError> {
        let (id, body) = split(sealed)?;
        let key = self.keys.iter().find(|key| key.id == id);
        let key = key.ok_or_else(|| SecretsError::UnknownKey(id.to_owned()))?;
        let bytes = BASE64.decode(body).map_err(|_| SecretsError::Malformed)?;
        let (nonce, ciphertext) = bytes.split_at_checked(NONCE).ok_or(SecretsError::Malformed)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| SecretsError::Malformed)?;
        let payload = Payload { msg: ciphertext, aad: &bound(key, place) };
        let secret = key.cipher().decrypt(&XNonce::from(nonce), payload).map_err(|_| SecretsError::Forged)?;
        Ok(Opened(Zeroizing::new(secret)))
    }

    /// The same secret sealed with the newest key, when an older one sealed it. A table of secrets is walked
    /// with this after its key was changed; then the older key can go.
    ///
    /// # Errors
    /// As [`KeyRing::open`].
    pub fn reseal(&self, place: Place<'_>, sealed: &str) -> Result<Option<String>, SecretsError> {
        if split(sealed)?.0 == self.newest().id {
            return Ok(None);
        }
        let opened = self.open(place, sealed)?;
        self.seal(place, opened.expose()).map(Some)
    }

    /// The id of the key that seals.
    pub(super) fn newest_id(&self) -> &str {
        &self.newest().id
    }

    fn newest(&self) -> &Key {
        &self.keys[0]
    }
}

impl Key {
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.secret).into())
    }
}

impl Opened {
    /// The secret's bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text, when it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened(…)")
    }
}

/// Key id and body of a sealed text.
fn split(sealed: &str) -> Result<(&str, &str), SecretsError> {
    let rest = sealed.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('.'));
    rest.and_then(|rest| rest.split_once('.')).ok_or(SecretsError::Malformed)
}

/// What a sealed secret is bound to: each field with its length before it, so that no two places read alike.
fn bound(key: &Key, place: Place<'_>) -> Vec<u8> {
    let org = place.org.map(|org| org.to_string()).unwrap_or_default();
    let mut bytes = Vec::new();
    for field in [VERSION, &key.id, place.table, place.column, place.row, &org] {
        bytes.extend(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend(field.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, byte: u8) -> Key {
        Key { id: id.into(), secret: Zeroizing::new([byte; 32]) }
    }

    fn place(row: &str) -> Place<'_> {
        Place { table: "accounts", column: "token", row, org: None }
    }

    #[test]
    fn a_secret_opens_in_its_place_and_nowhere_else() {
        let ring = KeyRing::for_testing();
        let org = Some(OrgId::new());
        let home = Place { org, ..place("1") };
        let sealed = ring.seal(home, b"hunter2").unwrap();
        assert_eq!(ring.open(home, &sealed).unwrap().text(), Some("hunter2"));
        assert!(!sealed.contains("hunter2"));
        for elsewhere in [
            Place { row: "2", ..home },
            Place { table: "accoun", ..home },
            Place { column: "secret", ..home },
            Place { org: Some(OrgId::new()), ..home },
            Place { org: None, ..home },
            Place { table: "accountst", column: "oken", ..home },
        ] {
            assert!(matches!(ring.open(elsewhere, &sealed), Err(SecretsError::Forged)), "{elsewhere:?}");
        }
    }

    #[test]
    fn a_changed_text_never_opens_and_never_panics() {
        let ring = KeyRing::for_testing();
        let sealed = ring.seal(place("1"), b"hunter2").unwrap();
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(ring.open(place("1"), &changed).is_err(), "{changed}");
            assert!(ring.open(place("1"), &sealed[..at]).is_err());
        }
        for text in ["", "v1", "v1.", "v1.test", "v1.test.", "v1.test.AAAA", "v2.test.AAAA", "é"] {
            assert!(ring.open(place("1"), text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_same_secret_is_never_sealed_alike() {
        let ring = KeyRing::for_testing();
        assert_ne!(ring.seal(place("1"), b"x").unwrap(), ring.seal(place("1"), b"x").unwrap());
    }

    #[test]
    fn a_ring_turns_without_losing_what_older_keys_sealed() {
        let old = KeyRing::of(vec![key("a", 1)]).unwrap();
        let sealed = old.seal(place("1"), b"x").unwrap();
        let turned = KeyRing::of(vec![key("b", 2), key("a", 1)]).unwrap();
        assert_eq!(turned.open(place("1"), &sealed).unwrap().expose(), b"x");
        let resealed = turned.reseal(place("1"), &sealed).unwrap().unwrap();
        assert!(resealed.starts_with("v1.b."));
        assert_eq!(turned.reseal(place("1"), &resealed).unwrap(), None);
        let newest = KeyRing::of(vec![key("b", 2)]).unwrap();
        assert_eq!(newest.open(place("1"), &resealed).unwrap().expose(), b"x");
        assert!(matches!(newest.open(place("1"), &sealed), Err(SecretsError::UnknownKey(id)) if id == "a"));
    }

    #[test]
    fn another_key_under_a_known_id_opens_nothing() {
        let sealed = KeyRing::of(vec![key("a", 1)]).unwrap().seal(place("1"), b"x").unwrap();
        let other = KeyRing::of(vec![key("a", 2)]).unwrap();
        assert!(matches!(other.open(place("1"), &sealed), Err(SecretsError::Forged)));
    }

    #[test]
    fn neither_keys_nor_secrets_are_ever_printed() {
        let ring = KeyRing::of(vec![key("a", 0x55)]).unwrap();
        let sealed = ring.seal(place("1"), b"hunter2").unwrap();
        let printed = format!("{ring:?} {:?}", ring.open(place("1"), &sealed).unwrap());
        assert_eq!(printed, "[\"a\"] Opened(…)");
    }
}
