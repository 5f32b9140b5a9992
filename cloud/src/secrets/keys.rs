//! Where the keys come from: the setting, else a file in the data folder.

use std::path::Path;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rand::Rng as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::SecretsError;
use super::ring::Key;
use crate::base::read_or_make_secret;

/// Base64 as `openssl rand -base64 32` writes it, with or without the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads `id:key` entries, newest first, parted by commas or lines; a line that starts with `#` is a remark.
/// `source_name` is what the operator knows them by.
pub(super) fn parse(text: &str, source_name: &str) -> Result<Vec<Key>, SecretsError> {
    let mut keys: Vec<Key> = Vec::new();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let entries = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|entry| !entry.is_empty());
    for (index, entry) in entries.enumerate() {
        let source_name = source_name.to_owned();
        let (id, secret) = match entry.split_once(':') {
            Some((id, secret)) if is_id(id) => (id.to_owned(), secret.trim()),
            _ => return Err(SecretsError::BadEntry { source_name, number: index + 1 }),
        };
        let Some(secret) = decode(secret) else { return Err(SecretsError::BadKey { source_name, id }) };
        if keys.iter().any(|key| key.id == id) {
            return Err(SecretsError::Twice { source_name, id });
        }
        keys.push(Key { id, secret });
    }
    if keys.is_empty() { Err(SecretsError::NoKeys(source_name.to_owned())) } else { Ok(keys) }
}

/// The keys of `file`; one fresh key is written there when there is no such file.
pub(super) fn read_file(file: &Path) -> Result<Vec<Key>, SecretsError> {
    let refused = |source| SecretsError::File { path: file.to_owned(), source };
    let mut bytes = Zeroizing::new(read_or_make_secret(file, fresh_file).map_err(refused)?);
    let text = String::from_utf8(std::mem::take(&mut *bytes)).map_err(|error| {
        error.into_bytes().zeroize();
        refused(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is not text"))
    })?;
    parse(&Zeroizing::new(text), &file.display().to_string())
}

fn fresh_file() -> Vec<u8> {
    let mut secret = Zeroizing::new([0u8; 32]);
    rand::rng().fill_bytes(secret.as_mut());
    // A name of its own, so that another machine's file is never taken for this one.
    let id = format!("k{:08x}", rand::random::<u32>());
    let key = Zeroizing::new(BASE64.encode(secret.as_ref()));
    format!(
        "# Keys of the secrets in Vitrine's database. Whoever has both can read them; without this file nobody can.\n\
         # Newest first: put a new line above to change the key, and keep the older ones.\n{id}:{}\n",
        key.as_str()
    )
    .into_bytes()
}

fn is_id(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-')
}

fn decode(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(BASE64.decode(text).ok()?);
    let mut secret = Zeroizing::new([0u8; 32]);
    if bytes.len() != secret.len() {
        return None;
    }
    secret.copy_from_slice(&bytes);
    Some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn keys_come_newest_first_with_remarks_and_spaces() {
        let text = format!("# remark, with a comma\n new-1 : nothing\n{A}");
        assert!(parse(&text, "x").is_err(), "an id has no space in it");
        let b = A.replace("a:", "b_2:").replace('=', "");
        let keys = parse(&format!(" {b} ,{A},\n"), "x").unwrap();
        assert_eq!(keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["b_2", "a"]);
        assert_eq!(keys[1].secret[31], 31);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_key() {
        let secret = &A[2..];
        for (text, words) in [
            (String::new(), "VITRINE_SECRET_KEYS holds no key"),
            (format!("{A},{secret}"), "key 2 of VITRINE_SECRET_KEYS is not id:key"),
            (format!("{A},b:{}", &secret[4..]), "the key b of VITRINE_SECRET_KEYS is not 32 bytes"),
            (format!("{A},{A}"), "the key a stands twice in VITRINE_SECRET_KEYS"),
            (format!("a.b:{secret}"), "key 1 of VITRINE_SECRET_KEYS is not id:key"),
        ] {
            let said = parse(&text, "VITRINE_SECRET_KEYS").err().unwrap().to_string();
            assert!(said.starts_with(words), "{said}");
            assert!(!said.contains(&secret[4..20]), "{said}");
        }
    }

    #[test]
    fn a_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys/secrets.keys");
        let made = read_file(&file).unwrap();
        let read = read_file(&file).unwrap();
        assert_eq!((made.len(), &made[0].id, &made[0].secret), (1, &read[0].id, &read[0].secret));
        std::fs::write(&file, [0xff, 0xfe]).unwrap();
        assert!(matches!(read_file(&file), Err(SecretsError::File { .. })));
    }
}
