//! Chunks: how messages are cut and interleaved on the wire.
//!
//! Source: RTMP 1.0, section 5.3.

mod header;
mod reader;
mod writer;

pub use reader::ChunkReader;
pub use writer::ChunkWriter;

use bytes::Bytes;

/// The chunk size both directions start with, in bytes.
pub const INITIAL_CHUNK_SIZE: u32 = 128;

/// The 24-bit timestamp that says "four more bytes follow".
const EXTENDED: u32 = 0xFF_FFFF;

/// One message, put together from its chunks (or about to be cut into them).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawMessage {
    /// The chunk stream it came on, 2 to 65599.
    pub chunk_stream: u32,
    /// Milliseconds, wrapping at 2^32.
    pub timestamp_ms: u32,
    /// The message type, see [`message`](crate::message).
    pub type_id: u8,
    /// The message stream: 0 for the connection, else a number that `createStream` gave.
    pub stream_id: u32,
    /// The body. A slice of the bytes received when the message came in one chunk and one read.
    pub payload: Bytes,
}
