//! Pictures of products: kept under a name made of their content, so they never change.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::CatalogError;

/// The largest picture taken.
pub(super) const MAX_BYTES: usize = 2 * 1024 * 1024;

/// A picture as it is served.
#[derive(Debug, Clone)]
pub struct Image {
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub content_type: &'static str,
    /// The file.
    pub bytes: Bytes,
}

/// What kind of picture `bytes` are, by their first bytes; whoever sent them may say anything.
pub(super) fn kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("jpg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("webp")
    } else {
        None
    }
}

/// The name to keep a picture under.
///
/// # Errors
/// [`CatalogError::PictureTooLarge`]; [`CatalogError::NotAPicture`].
pub(super) fn name(bytes: &[u8]) -> Result<String, CatalogError> {
    if bytes.len() > MAX_BYTES {
        return Err(CatalogError::PictureTooLarge);
    }
    let kind = kind(bytes).ok_or(CatalogError::NotAPicture)?;
    let digest = hex::encode(Sha256::digest(bytes));
    Ok(format!("{}.{kind}", &digest[..32]))
}

/// The type that a name was kept with.
pub(super) fn content_type(name: &str) -> Option<&'static str> {
    let (digest, kind) = name.split_once('.')?;
    if digest.len() != 32 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    match kind {
        "png" => Some("image/png"),
        "jpg" => Some("image/jpeg"),
        "webp" => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_stands_in_its_first_bytes() {
        assert!(name(b"\x89PNG\r\n\x1a\n....").unwrap().ends_with(".png"));
        assert!(name(b"RIFF\0\0\0\0WEBPVP8 ").unwrap().ends_with(".webp"));
        assert!(matches!(name(b"<svg onload=alert(1)>"), Err(CatalogError::NotAPicture)));
        assert!(matches!(name(b""), Err(CatalogError::NotAPicture)));
    }

    #[test]
    fn only_names_of_ours_have_a_type() {
        assert_eq!(content_type(&name(b"\xff\xd8\xff").unwrap()), Some("image/jpeg"));
        for other in ["x.png", "../../etc/passwd", "0123456789abcdef0123456789abcdef.svg", ""] {
            assert_eq!(content_type(other), None, "{other}");
        }
    }
}
