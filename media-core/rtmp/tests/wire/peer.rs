//! A publisher played by hand, message by message.

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use vitrine_rtmp::chunk::{ChunkReader, ChunkWriter, RawMessage};
use vitrine_rtmp::handshake::PACKET_BYTES;
use vitrine_rtmp::message::{self, Command, Message};
use vitrine_rtmp::{Amf0Value, AmfLimits, Error, Limits, ServerSession};

/// A peer played by hand: handshake done, writes commands as chunks, reads what comes back.
pub struct HandPeer {
    pub writer: ChunkWriter,
    reader: ChunkReader,
    pub out: BytesMut,
    pub received: Vec<Message>,
    handshake_left: usize,
}

impl HandPeer {
    pub fn new() -> Self {
        let mut out = BytesMut::from(&[3][..]);
        out.extend_from_slice(&[0; 2 * PACKET_BYTES]);
        Self {
            writer: ChunkWriter::default(),
            reader: ChunkReader::new(&Limits::default()),
            out,
            received: Vec::new(),
            handshake_left: 1 + 2 * PACKET_BYTES,
        }
    }

    pub fn send(&mut self, type_id: u8, stream_id: u32, payload: impl Into<Bytes>) -> &mut Self {
        let payload = payload.into();
        let message = RawMessage { chunk_stream: 3, timestamp_ms: 0, type_id, stream_id, payload };
        self.writer.write(&message, &mut self.out);
        self
    }

    pub fn command(
        &mut self,
        name: &str,
        transaction: f64,
        object: Amf0Value,
        arguments: Vec<Amf0Value>,
    ) -> &mut Self {
        let command = Command { name: name.into(), transaction, object, arguments };
        self.send(message::COMMAND, 0, command.encode())
    }

    pub fn connect(&mut self) -> &mut Self {
        self.command("connect", 1.0, Amf0Value::object([("app", "live".into())]), vec![])
    }

    pub fn publish(&mut self, key: &str) -> &mut Self {
        self.command("publish", 5.0, Amf0Value::Null, vec![key.into(), "live".into()])
    }

    pub fn talk(&mut self, server: &mut ServerSession, now: Instant) -> Result<(), Error> {
        let outcome = server.receive(self.out.split().freeze(), now);
        let mut input = server.take_output();
        let skipped = self.handshake_left.min(input.len());
        drop(input.split_to(skipped));
        self.handshake_left -= skipped;
        while let Some(raw) = self.reader.read(&mut input).unwrap() {
            self.received.push(Message::parse(raw, &AmfLimits::default()).unwrap());
        }
        outcome
    }

    pub fn commands(&self, name: &str) -> Vec<&Command> {
        let commands = self.received.iter().filter_map(|message| match message {
            Message::Command(command) => Some(command),
            _ => None,
        });
        commands.filter(|command| command.name == name).collect()
    }

    pub fn status_codes(&self) -> Vec<String> {
        let infos = self.commands("onStatus");
        infos.iter().filter_map(|c| c.info()?.get("code")?.as_str().map(str::to_owned)).collect()
    }
}
