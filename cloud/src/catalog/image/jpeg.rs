//! Whether a JPEG is there to its end. Its decoder fills what is missing with grey and says nothing.

/// End of image, start of scan. Source: ITU-T T.81, table B.1.
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// Whether the markers of `bytes` lead, segment by segment, to the end of the image. A picture within (EXIF has small ones)
/// is stepped over with its segment.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some((marker, after)) = next_marker(bytes, at) {
        match marker {
            EOI => return true,
            // Without a length: TEM, restarts, another start.
            0x01 | 0xd0..=0xd8 => at = after,
            _ => {
                let Some(&[high, low]) = bytes.get(after..after + 2) else { return false };
                let length = usize::from(u16::from_be_bytes([high, low]));
                // A scan's data follow its header, and end at the next marker.
                at = after + length.max(2);
                if marker == SOS {
                    at = at.min(bytes.len());
                }
            }
        }
    }
    false
}

/// The next marker at or after `at`, and where it ends. In a scan, `FF 00` is a byte of data, and `FF FF` fills.
fn next_marker(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = bytes.get(at..)?;
    let found = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff))?;
    Some((rest[found + 1], at + found + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_breaks_off_is_not_whole_though_one_within_it_is() {
        let scan = b"\xff\xda\x00\x02\x12\xff\x00\x34\xff\xd0\x56";
        let within = b"\xff\xe1\x00\x08\xff\xd8\xff\xd9\x00\x00";
        let whole = [b"\xff\xd8".as_slice(), within, scan, scan, b"\xff\xff\xd9 and more"].concat();
        assert!(is_whole(&whole));
        let end = whole.len() - b"\xff\xd9 and more".len();
        for length in 0..=end {
            assert!(!is_whole(&whole[..length]), "{length} bytes");
        }
    }
}
