//! Playlists compressed: a player on a phone reads five of them in a second.

use std::io::Write as _;

use axum::http::{HeaderMap, header};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

/// Below this the frame around it outweighs what is saved.
const WORTH_IT: usize = 256;

/// `text` compressed with gzip (RFC 1952); `None` when that saves nothing.
pub(super) fn gzip(text: &[u8]) -> Option<Bytes> {
    if text.len() < WORTH_IT {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 3), Compression::default());
    encoder.write_all(text).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < text.len()).then(|| packed.into())
}

/// Whether a client says that it reads gzip. Source: RFC 9110, section 12.5.3.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let said = headers.get_all(header::ACCEPT_ENCODING);
    let mut words = said.iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    words.any(|word| {
        let mut fields = word.split(';').map(str::trim);
        let named = fields.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        named && fields.filter_map(|field| field.strip_prefix("q=")).all(|weight| !is_zero(weight))
    })
}

fn is_zero(weight: &str) -> bool {
    weight.bytes().all(|b| matches!(b, b'0' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    #[test]
    fn who_takes_gzip_is_believed_and_who_refuses_too() {
        for (said, takes) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(said));
            assert_eq!(takes_gzip(&headers), takes, "{said}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn what_is_packed_comes_out_as_it_was_and_scraps_are_left_alone() {
        let text = "#EXTINF:2.00000,\n1/seg7.m4s\n".repeat(30);
        let packed = gzip(text.as_bytes()).unwrap();
        assert!(packed.len() * 4 < text.len(), "{} of {}", packed.len(), text.len());
        let mut out = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut out).unwrap();
        assert_eq!(out, text);
        assert_eq!(gzip(b"#EXTM3U\n"), None);
    }
}
