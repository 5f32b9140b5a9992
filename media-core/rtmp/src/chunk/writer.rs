//! Cutting messages into chunks.

use bytes::{BufMut, BytesMut};

use super::{EXTENDED, INITIAL_CHUNK_SIZE, RawMessage};
use crate::message::SET_CHUNK_SIZE;

/// Writes messages as chunks with the shortest header that the chunk stream's last message allows.
#[derive(Debug)]
pub struct ChunkWriter {
    chunk_size: u32,
    last: Vec<Last>,
}

/// The last message of a chunk stream.
#[derive(Debug)]
struct Last {
    chunk_stream: u32,
    timestamp_ms: u32,
    /// `None` after a type 0 header: readers disagree about what type 3 means then.
    delta_ms: Option<u32>,
    length: usize,
    type_id: u8,
    stream_id: u32,
}

/// The part of a message header that is written.
enum Format {
    Full,
    SameStream(u32),
    SameKind(u32),
    SameDelta,
}

impl Default for ChunkWriter {
    fn default() -> Self {
        Self { chunk_size: INITIAL_CHUNK_SIZE, last: Vec::with_capacity(8) }
    }
}

impl ChunkWriter {
    /// Appends a `Set Chunk Size` message and cuts everything after it at `bytes`.
    ///
    /// `bytes` is brought between 1 and 2^31 - 1.
    pub fn set_chunk_size(&mut self, bytes: u32, out: &mut BytesMut) {
        let bytes = bytes.clamp(1, i32::MAX as u32);
        self.write(
            &RawMessage {
                chunk_stream: 2,
                timestamp_ms: 0,
                type_id: SET_CHUNK_SIZE,
                stream_id: 0,
                payload: bytes.to_be_bytes().to_vec().into(),
            },
            out,
        );
        self.chunk_size = bytes;
    }

    /// Appends `message` to `out`.
    ///
    /// The caller bounds the payload to what the 24-bit length field can say, 16 777 215 bytes.
    pub fn write(&mut self, message: &RawMessage, out: &mut BytesMut) {
        debug_assert!(message.payload.len() <= 0xFF_FFFF, "message does not fit its length field");
        let chunk_size = self.chunk_size as usize;
        let chunks = message.payload.len().div_ceil(chunk_size).max(1);
        out.reserve(message.payload.len() + 18 + 7 * (chunks - 1));

        let format = self.choose(message);
        let extended = put_header(&format, message, out);
        let mut pieces = message.payload.chunks(chunk_size);
        out.put_slice(pieces.next().unwrap_or_default());
        for piece in pieces {
            put_basic_header(3, message.chunk_stream, out);
            if let Some(extended) = extended {
                out.put_u32(extended);
            }
            out.put_slice(piece);
        }
    }

    /// Picks the shortest header and remembers the message for the next one.
    fn choose(&mut self, message: &RawMessage) -> Format {
        let next = Last {
            chunk_stream: message.chunk_stream,
            timestamp_ms: message.timestamp_ms,
            delta_ms: None,
            length: message.payload.len(),
            type_id: message.type_id,
            stream_id: message.stream_id,
        };
        let Some(last) = self.last.iter_mut().find(|last| last.chunk_stream == message.chunk_stream) else {
            self.last.push(next);
            return Format::Full;
        };
        let delta = match message.timestamp_ms.checked_sub(last.timestamp_ms) {
            Some(delta) if delta < EXTENDED && last.stream_id == message.stream_id => delta,
            _ => {
                *last = next;
                return Format::Full;
            }
        };
        let format = if last.length != next.length || last.type_id != next.type_id {
            Format::SameStream(delta)
        } else if last.delta_ms != Some(delta) {
            Format::SameKind(delta)
        } else {
            Format::SameDelta
        };
        *last = Last { delta_ms: Some(delta), ..next };
        format
    }
}

/// Writes the first header of a message, giving the extended timestamp that its later chunks repeat.
fn put_header(format: &Format, message: &RawMessage, out: &mut BytesMut) -> Option<u32> {
    let length = message.payload.len() as u64;
    match format {
        Format::Full => {
            let extended = (message.timestamp_ms >= EXTENDED).then_some(message.timestamp_ms);
            put_basic_header(0, message.chunk_stream, out);
            out.put_uint(u64::from(message.timestamp_ms.min(EXTENDED)), 3);
            out.put_uint(length, 3);
            out.put_u8(message.type_id);
            out.put_u32_le(message.stream_id);
            if let Some(extended) = extended {
                out.put_u32(extended);
            }
            return extended;
        }
        Format::SameStream(delta) => {
            put_basic_header(1, message.chunk_stream, out);
            out.put_uint(u64::from(*delta), 3);
            out.put_uint(length, 3);
            out.put_u8(message.type_id);
        }
        Format::SameKind(delta) => {
            put_basic_header(2, message.chunk_stream, out);
            out.put_uint(u64::from(*delta), 3);
        }
        Format::SameDelta => put_basic_header(3, message.chunk_stream, out),
    }
    None
}

/// Source: RTMP 1.0, section 5.3.1.1.
fn put_basic_header(format: u8, chunk_stream: u32, out: &mut BytesMut) {
    let format = format << 6;
    match chunk_stream {
        2..=63 => out.put_u8(format | chunk_stream as u8),
        64..=319 => out.put_slice(&[format, (chunk_stream - 64) as u8]),
        _ => {
            out.put_u8(format | 1);
            out.put_u16_le((chunk_stream.saturating_sub(64)) as u16);
        }
    }
}
