//! Putting messages together from chunks that a peer cut, bounded in every direction.

use bytes::{Buf, Bytes};

use super::header::{Header, MAX_HEADER_BYTES};
use super::{INITIAL_CHUNK_SIZE, RawMessage};
use crate::error::Error;
use crate::limits::Limits;
use crate::message::{ABORT, SET_CHUNK_SIZE};

/// Reads chunks in pieces of any size and gives whole messages.
///
/// `Set Chunk Size` and `Abort` are obeyed here, before the next chunk is read, and not given out.
#[derive(Debug)]
pub struct ChunkReader {
    chunk_size: u32,
    message_limit: usize,
    partial_limit: usize,
    stream_limit: usize,
    streams: Vec<ChunkStream>,
    /// Declared sizes of all unfinished messages.
    partial_bytes: usize,
    carry: Carry,
    /// The chunk whose payload is being read: index of its stream, bytes left of the chunk.
    body: Option<(usize, usize)>,
}

/// The start of a header whose rest has not arrived.
#[derive(Debug, Default)]
struct Carry {
    bytes: [u8; MAX_HEADER_BYTES],
    length: usize,
}

/// What later headers of the same chunk stream lean on, and the message in the making.
#[derive(Debug)]
struct ChunkStream {
    id: u32,
    timestamp_ms: u32,
    delta_ms: u32,
    /// The extended timestamp that type 3 chunks may repeat.
    extended: Option<[u8; 4]>,
    length: usize,
    type_id: u8,
    stream_id: u32,
    partial: Option<Vec<u8>>,
}

/// A header that is complete, extended timestamp included.
struct Opening {
    header: Header,
    extended: Option<[u8; 4]>,
    bytes: usize,
}

impl ChunkReader {
    /// A reader for a fresh connection. It takes [`Limits::login_message_bytes`] until told otherwise.
    pub fn new(limits: &Limits) -> Self {
        Self {
            chunk_size: INITIAL_CHUNK_SIZE,
            message_limit: limits.login_message_bytes,
            partial_limit: limits.partial_bytes,
            stream_limit: limits.chunk_streams,
            streams: Vec::with_capacity(8),
            partial_bytes: 0,
            carry: Carry::default(),
            body: None,
        }
    }

    /// From now on messages of up to `bytes` are taken.
    pub fn set_message_limit(&mut self, bytes: usize) {
        self.message_limit = bytes;
    }

    /// Declared bytes of all messages that are not complete yet.
    pub fn partial_bytes(&self) -> usize {
        self.partial_bytes
    }

    /// Takes bytes from `input` until a message is complete; `None` once all bytes are taken.
    ///
    /// The payload is a slice of `input` when the whole message lies in it as one chunk; else its bytes are
    /// appended once to memory of the declared size.
    ///
    /// # Errors
    /// A bound of [`Limits`] is passed or a header is impossible; the reader must not be used further.
    pub fn read(&mut self, input: &mut Bytes) -> Result<Option<RawMessage>, Error> {
        loop {
            let (index, left) = match self.body.take() {
                Some(body) => body,
                None => match self.open_chunk(input)? {
                    Some(body) => body,
                    None => return Ok(None),
                },
            };
            let stream = &mut self.streams[index];
            let payload = if stream.partial.is_none() && left == stream.length && input.len() >= left {
                input.split_to(left)
            } else {
                let partial = match &mut stream.partial {
                    Some(partial) => partial,
                    none => {
                        self.partial_bytes += stream.length;
                        if self.partial_bytes > self.partial_limit {
                            return Err(Error::TooManyPartialBytes(self.partial_limit));
                        }
                        none.insert(Vec::with_capacity(stream.length))
                    }
                };
                let taken = left.min(input.len());
                partial.extend_from_slice(&input[..taken]);
                input.advance(taken);
                if taken < left {
                    self.body = Some((index, left - taken));
                    return Ok(None);
                }
                if partial.len() < stream.length {
                    continue;
                }
                self.partial_bytes -= stream.length;
                stream.partial.take().unwrap_or_default().into()
            };
            let message = RawMessage {
                chunk_stream: stream.id,
                timestamp_ms: stream.timestamp_ms,
                type_id: stream.type_id,
                stream_id: stream.stream_id,
                payload,
            };
            if !self.obey(&message)? {
                return Ok(Some(message));
            }
        }
    }

    /// Reads one chunk header, giving the stream's index and the bytes of payload that follow.
    fn open_chunk(&mut self, input: &mut Bytes) -> Result<Option<(usize, usize)>, Error> {
        // A header that lies whole in the input is read in place; one that straddles two reads is gathered.
        let carried = self.carry.length;
        let opening = if carried == 0 {
            self.parse(input)
        } else {
            let fresh = input.len().min(MAX_HEADER_BYTES - carried);
            self.carry.bytes[carried..carried + fresh].copy_from_slice(&input[..fresh]);
            self.parse(&self.carry.bytes[..carried + fresh])
        };
        let Some(opening) = opening else {
            let fresh = input.len().min(MAX_HEADER_BYTES - carried);
            self.carry.bytes[carried..carried + fresh].copy_from_slice(&input[..fresh]);
            self.carry.length += fresh;
            input.advance(fresh);
            return Ok(None);
        };
        if opening.bytes < carried {
            // What looked like the start of an extended timestamp was payload after all: hand it back.
            let payload = &self.carry.bytes[opening.bytes..carried];
            *input = [payload, input.as_ref()].concat().into();
        } else {
            input.advance(opening.bytes - carried);
        }
        self.carry.length = 0;
        self.enter(opening).map(Some)
    }

    /// A whole header at the start of `bytes`, or `None` when it ends early.
    fn parse(&self, bytes: &[u8]) -> Option<Opening> {
        let header = Header::parse(bytes)?;
        let rest = &bytes[header.bytes..];
        let extended = if header.format < 3 {
            match header.is_extended() {
                true => Some(*rest.first_chunk::<4>()?),
                false => None,
            }
        } else {
            // Type 3 repeats an extended timestamp, but some encoders leave it out: it is there when the
            // bytes are the same. Decided at the first byte that differs, so that no payload is waited for.
            match self.find(header.chunk_stream).and_then(|index| self.streams[index].extended) {
                Some(stored) if rest.starts_with(&stored) => Some(stored),
                Some(stored) if stored.starts_with(rest) => return None,
                _ => None,
            }
        };
        let bytes = header.bytes + if extended.is_some() { 4 } else { 0 };
        Some(Opening { header, extended, bytes })
    }

    /// Applies a header to its chunk stream.
    ///
    /// Source: RTMP 1.0, sections 5.3.1.2 and 5.3.1.3.
    fn enter(&mut self, opening: Opening) -> Result<(usize, usize), Error> {
        let Opening { header, extended, .. } = opening;
        let index = match self.find(header.chunk_stream) {
            Some(index) => index,
            None => self.open_stream(&header)?,
        };
        let stream = &mut self.streams[index];
        if header.format < 3 {
            // A new header while a message is unfinished gives that message up.
            if stream.partial.take().is_some() {
                self.partial_bytes -= stream.length;
            }
            stream.extended = extended;
            stream.delta_ms = extended.map_or(header.time_field, u32::from_be_bytes);
            if header.format < 2 {
                stream.length = header.length as usize;
                stream.type_id = header.type_id;
            }
            if header.format == 0 {
                stream.timestamp_ms = 0;
                stream.stream_id = header.stream_id;
            }
        }
        if stream.partial.is_none() {
            // A new message. After a type 0 header the delta is that header's timestamp.
            stream.timestamp_ms = stream.timestamp_ms.wrapping_add(stream.delta_ms);
            if stream.length > self.message_limit {
                return Err(Error::MessageTooLong { length: stream.length, limit: self.message_limit });
            }
        }
        let received = stream.partial.as_ref().map_or(0, Vec::len);
        Ok((index, (stream.length - received).min(self.chunk_size as usize)))
    }

    fn find(&self, chunk_stream: u32) -> Option<usize> {
        self.streams.iter().position(|stream| stream.id == chunk_stream)
    }

    /// Type 1 may open a chunk stream too: librtmp sends its first ack that way.
    fn open_stream(&mut self, header: &Header) -> Result<usize, Error> {
        if header.format > 1 {
            return Err(Error::MissingHeader(header.chunk_stream, header.format));
        }
        if self.streams.len() == self.stream_limit {
            return Err(Error::TooManyChunkStreams(self.stream_limit));
        }
        self.streams.push(ChunkStream {
            id: header.chunk_stream,
            timestamp_ms: 0,
            delta_ms: 0,
            extended: None,
            length: 0,
            type_id: 0,
            stream_id: 0,
            partial: None,
        });
        Ok(self.streams.len() - 1)
    }

    /// Does what the two messages about chunks ask for; false for every other message.
    fn obey(&mut self, message: &RawMessage) -> Result<bool, Error> {
        if !matches!(message.type_id, SET_CHUNK_SIZE | ABORT) {
            return Ok(false);
        }
        let Some(value) = message.payload.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes)) else {
            return Err(Error::Malformed("chunk control"));
        };
        if message.type_id == SET_CHUNK_SIZE {
            if value == 0 || value > i32::MAX as u32 {
                return Err(Error::ChunkSize(value));
            }
            self.chunk_size = value;
        } else if let Some(stream) = self.streams.iter_mut().find(|stream| stream.id == value)
            && stream.partial.take().is_some()
        {
            self.partial_bytes -= stream.length;
        }
        Ok(true)
    }
}
