//! What both kinds of session share: handshake, chunks, acknowledgements and pings.

use bytes::{Bytes, BytesMut};

use crate::amf0::Amf0Value;
use crate::chunk::{ChunkReader, ChunkWriter, RawMessage};
use crate::error::Error;
use crate::handshake::Handshake;
use crate::limits::{AmfLimits, Limits};
use crate::message::{self, Command, Message, UserControl};

/// The window both sides announce, in bytes.
pub(super) const WINDOW_BYTES: u32 = 2_500_000;
/// Smaller windows of a peer are ignored: they would only make us send acknowledgements.
const MIN_WINDOW_BYTES: u32 = 4_096;

/// Chunk streams by use. Any numbers above 2 would do; these are the usual ones.
pub(super) mod chunk_stream {
    pub const CONTROL: u32 = 2;
    pub const CONNECTION: u32 = 3;
    pub const AUDIO: u32 = 4;
    pub const DATA: u32 = 5;
    pub const VIDEO: u32 = 6;
    pub const STREAM: u32 = 8;
}

#[derive(Debug)]
pub(super) struct Link {
    handshake: Handshake,
    reader: ChunkReader,
    writer: ChunkWriter,
    out: BytesMut,
    amf: AmfLimits,
    /// Bytes received, and how many of them the peer knows of.
    received: u64,
    reported: u64,
    /// The peer wants a report at least every so many bytes.
    window: u32,
    sent: u64,
    acknowledged: Option<u64>,
    failed: bool,
}

/// A message for the session, with the message stream and time it came on.
pub(super) struct Incoming {
    pub stream_id: u32,
    pub timestamp_ms: u32,
    pub message: Message,
}

impl Link {
    pub(super) fn server(limits: &Limits) -> Self {
        Self::new(Handshake::server(), BytesMut::new(), limits)
    }

    pub(super) fn client(limits: &Limits) -> Self {
        let mut out = BytesMut::new();
        Self::new(Handshake::client(&mut out), out, limits)
    }

    fn new(handshake: Handshake, out: BytesMut, limits: &Limits) -> Self {
        Self {
            handshake,
            reader: ChunkReader::new(limits),
            writer: ChunkWriter::default(),
            out,
            amf: limits.amf.clone(),
            received: 0,
            reported: 0,
            window: WINDOW_BYTES,
            sent: 0,
            acknowledged: None,
            failed: false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.handshake.is_done()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    pub(super) fn fail(&mut self) {
        self.failed = true;
    }

    /// Counts bytes that arrived, and reports them when half the peer's window has passed.
    pub(super) fn count(&mut self, bytes: usize) {
        self.received += bytes as u64;
        if self.is_open() && self.received - self.reported >= u64::from(self.window / 2) {
            self.reported = self.received;
            let sequence = self.received as u32; // modulo 2^32, as the wire counts
            self.control(message::ACKNOWLEDGEMENT, sequence.to_be_bytes().to_vec());
        }
    }

    /// The next message that the session must look at; `None` once `input` is used up.
    pub(super) fn next(&mut self, input: &mut Bytes) -> Result<Option<Incoming>, Error> {
        if !self.is_open() {
            self.handshake.advance(input, &mut self.out)?;
            if !self.is_open() {
                return Ok(None);
            }
        }
        while let Some(raw) = self.reader.read(input)? {
            let (stream_id, timestamp_ms) = (raw.stream_id, raw.timestamp_ms);
            match Message::parse(raw, &self.amf)? {
                Message::Acknowledgement(sequence) => self.note_acknowledgement(sequence),
                Message::WindowAckSize(bytes) if bytes >= MIN_WINDOW_BYTES => self.window = bytes,
                Message::PingRequest(time) => {
                    self.control(message::USER_CONTROL, UserControl::PingResponse(time).encode());
                }
                Message::WindowAckSize(_)
                | Message::SetPeerBandwidth(_)
                | Message::OtherControl(_)
                | Message::Other(_) => {}
                message => return Ok(Some(Incoming { stream_id, timestamp_ms, message })),
            }
        }
        Ok(None)
    }

    pub(super) fn amf_limits(&self) -> &AmfLimits {
        &self.amf
    }

    pub(super) fn set_message_limit(&mut self, bytes: usize) {
        self.reader.set_message_limit(bytes);
    }

    pub(super) fn set_chunk_size(&mut self, bytes: u32) {
        self.writer.set_chunk_size(bytes, &mut self.out);
    }

    /// A protocol control or user control message.
    pub(super) fn control(&mut self, type_id: u8, payload: impl Into<Bytes>) {
        self.send(chunk_stream::CONTROL, 0, type_id, 0, payload.into());
    }

    pub(super) fn command(&mut self, stream_id: u32, command: &Command) {
        let chunk_stream = if stream_id == 0 { chunk_stream::CONNECTION } else { chunk_stream::STREAM };
        self.send(chunk_stream, stream_id, message::COMMAND, 0, command.encode());
    }

    /// `onStatus` with level, code, description and more properties.
    pub(super) fn status(
        &mut self,
        stream_id: u32,
        level: &str,
        code: &str,
        description: &str,
        more: &[(&str, Amf0Value)],
    ) {
        let fixed = [("level", level), ("code", code), ("description", description)];
        let fixed = fixed.map(|(name, text)| (name, Amf0Value::from(text)));
        let info = Amf0Value::object(fixed.into_iter().chain(more.iter().cloned()));
        self.command(stream_id, &Command::notice("onStatus", vec![info]));
    }

    pub(super) fn send(
        &mut self,
        chunk_stream: u32,
        stream_id: u32,
        type_id: u8,
        timestamp_ms: u32,
        payload: Bytes,
    ) {
        let message = RawMessage { chunk_stream, timestamp_ms, type_id, stream_id, payload };
        self.writer.write(&message, &mut self.out);
    }

    pub(super) fn queued(&self) -> usize {
        self.out.len()
    }

    pub(super) fn take_output(&mut self) -> Bytes {
        self.sent += self.out.len() as u64;
        self.out.split().freeze()
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    pub(super) fn acknowledged(&self) -> Option<u64> {
        self.acknowledged
    }

    /// The wire counts modulo 2^32; an acknowledgement that goes backwards or past what was sent is ignored.
    fn note_acknowledgement(&mut self, sequence: u32) {
        let known = self.acknowledged.unwrap_or(0);
        let acknowledged = known + u64::from(sequence.wrapping_sub(known as u32));
        if acknowledged <= self.sent {
            self.acknowledged = Some(acknowledged);
        }
    }
}
