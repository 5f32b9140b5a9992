//! Chunk headers: 1 to 3 bytes basic header, 0 to 11 bytes message header, 0 or 4 bytes extended timestamp.

use crate::chunk::EXTENDED;

/// The longest header there is.
pub(super) const MAX_HEADER_BYTES: usize = 18;

/// What the first 1 to 14 bytes of a chunk say, before the extended timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// 0 to 3.
    pub format: u8,
    pub chunk_stream: u32,
    /// The 24-bit field of formats 0 (absolute), 1 and 2 (delta); 0 in format 3.
    pub time_field: u32,
    /// Message length; formats 0 and 1.
    pub length: u32,
    /// Message type; formats 0 and 1.
    pub type_id: u8,
    /// Message stream; format 0.
    pub stream_id: u32,
    /// Bytes these fields took.
    pub bytes: usize,
}

impl Header {
    /// Reads basic and message header from the start of `bytes`; `None` when they end early.
    ///
    /// Source: RTMP 1.0, sections 5.3.1.1 and 5.3.1.2.
    pub(super) fn parse(bytes: &[u8]) -> Option<Header> {
        let (&first, rest) = bytes.split_first()?;
        let (chunk_stream, rest) = match first & 0x3F {
            0 => (64 + u32::from(*rest.first()?), &rest[1..]),
            1 => {
                let (id, rest) = rest.split_first_chunk::<2>()?;
                (64 + u32::from(u16::from_le_bytes(*id)), rest)
            }
            id => (u32::from(id), rest),
        };
        let format = first >> 6;
        let size = [11, 7, 3, 0][usize::from(format)];
        let fields = rest.get(..size)?;
        Some(Header {
            format,
            chunk_stream,
            time_field: if size >= 3 { u24(&fields[..3]) } else { 0 },
            length: if size >= 7 { u24(&fields[3..6]) } else { 0 },
            type_id: if size >= 7 { fields[6] } else { 0 },
            stream_id: match fields.get(7..11) {
                Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
                _ => 0,
            },
            bytes: bytes.len() - rest.len() + size,
        })
    }

    /// True when four bytes of timestamp follow (for format 3 the chunk stream knows).
    pub(super) fn is_extended(&self) -> bool {
        self.time_field == EXTENDED
    }
}

fn u24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunk_stream_ids_take_one_two_or_three_bytes() {
        assert_eq!(Header::parse(&[0xC2]).map(|h| (h.chunk_stream, h.bytes)), Some((2, 1)));
        assert_eq!(Header::parse(&[0xC0, 255]).map(|h| (h.chunk_stream, h.bytes)), Some((319, 2)));
        assert_eq!(Header::parse(&[0xC1, 255, 255]).map(|h| (h.chunk_stream, h.bytes)), Some((65_599, 3)));
        assert_eq!(Header::parse(&[0xC1, 255]), None);
    }

    #[test]
    fn type_0_holds_every_field() {
        let bytes = [0x03, 0xFF, 0xFF, 0xFF, 0, 1, 2, 20, 1, 0, 0, 0, 99];
        let header = Header::parse(&bytes).unwrap();
        assert!(header.is_extended());
        assert_eq!((header.length, header.type_id, header.stream_id, header.bytes), (258, 20, 1, 12));
        assert_eq!(Header::parse(&bytes[..11]), None);
    }
}
