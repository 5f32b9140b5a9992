//! Pictures of products: made anew from what was sent, and kept under names made of their content, so they never change.

mod jpeg;
mod make;
mod turns;

#[cfg(test)]
pub(crate) mod testing;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub(super) use make::{Made, make};
pub use turns::PictureTurn;
pub(super) use turns::Pictures;

/// The largest picture taken.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A picture as it is served.
#[derive(Debug, Clone)]
pub struct Image {
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub content_type: &'static str,
    /// The file.
    pub bytes: Bytes,
}

/// One size of a product's picture: two files of the same pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSize {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The name of the JPEG among the organisation's pictures.
    pub jpeg: String,
    /// The name of the WebP.
    pub webp: String,
}

/// What kind of picture `bytes` are, by their first bytes; whoever sent them may say anything.
fn kind(bytes: &[u8]) -> Option<image::ImageFormat> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(image::ImageFormat::Png)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some(image::ImageFormat::Jpeg)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(image::ImageFormat::WebP)
    } else {
        None
    }
}

/// The name to keep a file under: its content, and `jpg` or `webp`.
pub(super) fn name(bytes: &[u8], kind: &str) -> String {
    let digest = hex::encode(Sha256::digest(bytes));
    format!("{}.{kind}", &digest[..32])
}

/// The type that a name was kept with. Pictures of earlier versions may be PNG.
pub(super) fn content_type(name: &str) -> Option<&'static str> {
    let (digest, kind) = name.split_once('.')?;
    if digest.len() != 32 || !digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
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
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some(image::ImageFormat::Png));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some(image::ImageFormat::WebP));
        assert_eq!(kind(b"<svg onload=alert(1)>"), None);
        assert_eq!(kind(b""), None);
    }

    #[test]
    fn only_names_of_ours_have_a_type() {
        assert_eq!(content_type(&name(b"\xff\xd8\xff", "jpg")), Some("image/jpeg"));
        assert_eq!(content_type("0123456789abcdef0123456789abcdef.png"), Some("image/png"));
        for other in [
            "x.png",
            "../../etc/passwd",
            "0123456789abcdef0123456789abcdef.svg",
            "0123456789abcdef0123456789abcdef.html",
            "0123456789ABCDEF0123456789ABCDEF.png",
            "0123456789abcdef0123456789abcdef.jpg.html",
            "",
        ] {
            assert_eq!(content_type(other), None, "{other}");
        }
    }
}
