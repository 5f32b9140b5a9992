//! FLV files and pipes: a header, then tags each followed by its size.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::{Error, Tag, TagKind};

const TAG_HEADER_BYTES: usize = 11;
/// Tags in one aggregate message: more than any encoder collects, few enough to unfold at once.
const MAX_AGGREGATED: usize = 256;

/// The first 13 bytes of an FLV file: signature, version 1, what is inside, and the size (0) of the tag
/// before the first.
///
/// Source: FLV 10.1, E.2.
pub fn file_header(has_audio: bool, has_video: bool) -> [u8; 13] {
    let flags = u8::from(has_audio) << 2 | u8::from(has_video);
    [b'F', b'L', b'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0]
}

/// Appends `tag` with its 11-byte header and the 4-byte size after it.
///
/// The caller bounds the payload to what the 24-bit length field can say, 16 777 215 bytes.
///
/// Source: FLV 10.1, E.3 and E.4.1.
pub fn write_tag(tag: &Tag, out: &mut BytesMut) {
    debug_assert!(tag.payload.len() <= 0xFF_FFFF, "tag does not fit its length field");
    let length = tag.payload.len() as u64;
    out.reserve(TAG_HEADER_BYTES + tag.payload.len() + 4);
    out.put_u8(tag.kind.type_id());
    out.put_uint(length, 3);
    put_timestamp(tag.timestamp_ms, out);
    out.put_uint(0, 3);
    out.put_slice(&tag.payload);
    out.put_u32(length as u32 + TAG_HEADER_BYTES as u32);
}

/// The low 24 bits, then the high 8.
fn put_timestamp(timestamp_ms: u32, out: &mut BytesMut) {
    out.put_uint(u64::from(timestamp_ms & 0xFF_FFFF), 3);
    out.put_u8((timestamp_ms >> 24) as u8);
}

/// Reads an FLV file or pipe that arrives in pieces of any size.
#[derive(Debug)]
pub struct FileReader {
    buffer: BytesMut,
    /// Bytes to drop before the next tag: the rest of the file header, or the size after a tag.
    skip: usize,
    started: bool,
    max_tag_bytes: usize,
}

impl FileReader {
    /// A reader at the start of a file, refusing tags larger than `max_tag_bytes`.
    pub fn new(max_tag_bytes: usize) -> Self {
        Self { buffer: BytesMut::new(), skip: 0, started: false, max_tag_bytes }
    }

    /// Adds the next bytes. Take the tags out with [`Self::next_tag`] before adding more.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole tag, or `None` until more bytes are added.
    ///
    /// # Errors
    /// [`Error::Signature`], [`Error::TagType`] (also encrypted tags) and [`Error::TooLarge`]; nothing more
    /// can be read then.
    pub fn next_tag(&mut self) -> Result<Option<Tag>, Error> {
        if !self.started && !self.start()? {
            return Ok(None);
        }
        let skipped = self.skip.min(self.buffer.len());
        self.buffer.advance(skipped);
        self.skip -= skipped;
        if self.skip > 0 {
            return Ok(None);
        }
        let Some((kind, length, timestamp_ms)) = tag_header(&self.buffer)? else {
            return Ok(None);
        };
        if length > self.max_tag_bytes {
            return Err(Error::TooLarge(length));
        }
        if self.buffer.len() < TAG_HEADER_BYTES + length {
            return Ok(None);
        }
        self.buffer.advance(TAG_HEADER_BYTES);
        let payload = self.buffer.split_to(length).freeze();
        self.skip = 4;
        Ok(Some(Tag { kind, timestamp_ms, payload }))
    }

    fn start(&mut self) -> Result<bool, Error> {
        let signature = [b'F', b'L', b'V', 1];
        let seen = self.buffer.len().min(4);
        if self.buffer[..seen] != signature[..seen] {
            return Err(Error::Signature);
        }
        let Some(header) = self.buffer.first_chunk::<9>() else {
            return Ok(false);
        };
        let [.., a, b, c, d] = *header;
        let header_bytes = u32::from_be_bytes([a, b, c, d]) as usize;
        if !(9..=1024).contains(&header_bytes) {
            return Err(Error::TooLarge(header_bytes));
        }
        self.skip = header_bytes + 4;
        self.started = true;
        Ok(true)
    }
}

/// The tags of an RTMP aggregate message, whose payload is a piece of FLV file.
///
/// Times are moved so that the first tag has the message's own timestamp.
///
/// # Errors
/// [`Error::Truncated`], [`Error::TagType`], and [`Error::TooLarge`] past 256 tags.
///
/// Source: RTMP 1.0, section 7.1.6.
pub(crate) fn aggregate(mut body: Bytes, timestamp_ms: u32) -> Result<Vec<Tag>, Error> {
    let mut tags = Vec::new();
    let mut offset_ms = None;
    while !body.is_empty() {
        if tags.len() == MAX_AGGREGATED {
            return Err(Error::TooLarge(body.len()));
        }
        let (kind, length, tag_ms) = tag_header(&body)?.ok_or(Error::Truncated)?;
        body.advance(TAG_HEADER_BYTES);
        if body.len() < length {
            return Err(Error::Truncated);
        }
        let payload = body.split_to(length);
        body.advance(body.len().min(4));
        let offset_ms = *offset_ms.get_or_insert(timestamp_ms.wrapping_sub(tag_ms));
        tags.push(Tag { kind, timestamp_ms: tag_ms.wrapping_add(offset_ms), payload });
    }
    Ok(tags)
}

/// Kind, payload length and timestamp of the tag at the start of `bytes`; `None` when the header ends early.
fn tag_header(bytes: &[u8]) -> Result<Option<(TagKind, usize, u32)>, Error> {
    let Some(&[kind, l0, l1, l2, t0, t1, t2, t3, ..]) = bytes.first_chunk::<TAG_HEADER_BYTES>() else {
        return Ok(None);
    };
    let kind = TagKind::from_type_id(kind).ok_or(Error::TagType(kind))?;
    let length = u32::from_be_bytes([0, l0, l1, l2]) as usize;
    Ok(Some((kind, length, u32::from_be_bytes([t3, t0, t1, t2]))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<Tag> {
        vec![
            Tag { kind: TagKind::Script, timestamp_ms: 0, payload: Bytes::from_static(b"meta") },
            Tag { kind: TagKind::Video, timestamp_ms: 0xFF_FFFF, payload: Bytes::from_static(b"video") },
            Tag { kind: TagKind::Audio, timestamp_ms: 0xFFFF_FFF0, payload: Bytes::new() },
        ]
    }

    fn file(tags: &[Tag]) -> BytesMut {
        let mut out = BytesMut::from(&file_header(true, true)[..]);
        tags.iter().for_each(|tag| write_tag(tag, &mut out));
        out
    }

    #[test]
    fn file_comes_back_from_pieces_of_every_size() {
        let bytes = file(&sample());
        for size in 1..bytes.len() {
            let mut reader = FileReader::new(1000);
            let mut tags = Vec::new();
            for piece in bytes.chunks(size) {
                reader.push(piece);
                while let Some(tag) = reader.next_tag().unwrap() {
                    tags.push(tag);
                }
            }
            assert_eq!(tags, sample(), "pieces of {size}");
        }
    }

    #[test]
    fn wrong_signature_and_huge_tags_are_refused() {
        let mut reader = FileReader::new(1000);
        reader.push(b"RIFF");
        assert_eq!(reader.next_tag(), Err(Error::Signature));
        let mut reader = FileReader::new(3);
        reader.push(&file(&sample()));
        assert_eq!(reader.next_tag(), Err(Error::TooLarge(4)));
    }

    #[test]
    fn aggregate_is_unfolded_with_times_moved() {
        let mut body = BytesMut::new();
        write_tag(
            &Tag { kind: TagKind::Video, timestamp_ms: 40, payload: Bytes::from_static(b"v") },
            &mut body,
        );
        write_tag(
            &Tag { kind: TagKind::Audio, timestamp_ms: 63, payload: Bytes::from_static(b"a") },
            &mut body,
        );
        let tags = aggregate(body.clone().freeze(), 1000).unwrap();
        assert_eq!(tags.iter().map(|tag| tag.timestamp_ms).collect::<Vec<_>>(), [1000, 1023]);
        assert_eq!(aggregate(body.freeze().slice(..20), 0), Err(Error::Truncated));
    }
}
