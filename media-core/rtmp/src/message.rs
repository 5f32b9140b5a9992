//! Messages: what the body of each type says.
//!
//! Source: RTMP 1.0, sections 5.4, 6 and 7.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::amf0::{self, Amf0Value};
use crate::chunk::RawMessage;
use crate::error::Error;
use crate::limits::AmfLimits;

/// Protocol control: the size of the sender's chunks.
pub const SET_CHUNK_SIZE: u8 = 1;
/// Protocol control: give up the unfinished message of a chunk stream.
pub const ABORT: u8 = 2;
/// Protocol control: bytes received so far.
pub const ACKNOWLEDGEMENT: u8 = 3;
/// Stream begin, ping and the like.
pub const USER_CONTROL: u8 = 4;
/// Protocol control: how many bytes may be under way before an acknowledgement.
pub const WINDOW_ACK_SIZE: u8 = 5;
/// Protocol control: a wish for the peer's window.
pub const SET_PEER_BANDWIDTH: u8 = 6;
/// An FLV audio tag's body.
pub const AUDIO: u8 = 8;
/// An FLV video tag's body.
pub const VIDEO: u8 = 9;
/// Data in AMF3 clothes: AMF0 after a zero byte.
pub const DATA_AMF3: u8 = 15;
/// A command in AMF3 clothes: AMF0 after a zero byte.
pub const COMMAND_AMF3: u8 = 17;
/// Data: a name and values.
pub const DATA: u8 = 18;
/// A command: name, transaction, object, arguments.
pub const COMMAND: u8 = 20;
/// Several audio, video and data messages in one.
pub const AGGREGATE: u8 = 22;

/// A message that says something to a session. Chunk size and abort never get here.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The peer has received so many bytes, modulo 2^32.
    Acknowledgement(u32),
    /// The peer wants an acknowledgement at least every so many bytes.
    WindowAckSize(u32),
    /// The peer suggests a window, in bytes.
    SetPeerBandwidth(u32),
    /// Answer with [`UserControl::PingResponse`] and the same number.
    PingRequest(u32),
    /// Another user control event, which needs no answer.
    OtherControl(u16),
    /// An FLV audio tag's body.
    Audio(Bytes),
    /// An FLV video tag's body.
    Video(Bytes),
    /// Body of a data message: AMF0 values, the first being a name.
    Data(Bytes),
    /// A command.
    Command(Command),
    /// FLV tags in a row.
    Aggregate(Bytes),
    /// A type this crate has no use for (shared objects and unknown types).
    Other(u8),
}

/// Name, transaction, object and arguments of a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Such as `connect` or `onStatus`.
    pub name: String,
    /// The number that an answer repeats; 0 when none is wanted.
    pub transaction: f64,
    /// The command object, often null.
    pub object: Amf0Value,
    /// What follows.
    pub arguments: Vec<Amf0Value>,
}

/// User control events that sessions send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserControl {
    /// Event 0: this message stream is usable.
    StreamBegin(u32),
    /// Event 7: the answer to a ping.
    PingResponse(u32),
}

impl Message {
    /// Reads the body of `raw`.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Amf`] when the body does not fit its type.
    pub fn parse(raw: RawMessage, limits: &AmfLimits) -> Result<Self, Error> {
        let mut body = raw.payload;
        Ok(match raw.type_id {
            ACKNOWLEDGEMENT => Self::Acknowledgement(number(&body)?),
            WINDOW_ACK_SIZE => Self::WindowAckSize(number(&body)?),
            SET_PEER_BANDWIDTH => Self::SetPeerBandwidth(number(&body)?),
            USER_CONTROL => {
                let event = body.try_get_u16().map_err(|_| Error::Malformed("user control"))?;
                if event == 6 { Self::PingRequest(number(&body)?) } else { Self::OtherControl(event) }
            }
            AUDIO => Self::Audio(body),
            VIDEO => Self::Video(body),
            DATA => Self::Data(body),
            DATA_AMF3 => Self::Data(without_amf3_marker(body)),
            COMMAND => Self::Command(Command::parse(&body, limits)?),
            COMMAND_AMF3 => Self::Command(Command::parse(&without_amf3_marker(body), limits)?),
            AGGREGATE => Self::Aggregate(body),
            other => Self::Other(other),
        })
    }
}

impl Command {
    /// A command without transaction and object, such as `onStatus`.
    pub fn notice(name: &str, arguments: Vec<Amf0Value>) -> Self {
        Self { name: name.to_owned(), transaction: 0.0, object: Amf0Value::Null, arguments }
    }

    /// Reads a command's body. A missing transaction is 0, a missing object null.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the first value is not a string; [`Error::Amf`].
    pub fn parse(body: &[u8], limits: &AmfLimits) -> Result<Self, Error> {
        let mut values = amf0::decode(body, limits)?.into_iter();
        let Some(Amf0Value::String(name)) = values.next() else {
            return Err(Error::Malformed("command"));
        };
        let transaction = values.next().and_then(|value| value.as_number()).unwrap_or(0.0);
        let object = values.next().unwrap_or(Amf0Value::Null);
        Ok(Self { name, transaction, object, arguments: values.collect() })
    }

    /// The body of this command.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(512);
        amf0::encode(&self.name.as_str().into(), &mut out);
        amf0::encode(&self.transaction.into(), &mut out);
        amf0::encode(&self.object, &mut out);
        self.arguments.iter().for_each(|argument| amf0::encode(argument, &mut out));
        out.freeze()
    }

    /// The first argument that is an object, as in `onStatus` and `_error`.
    pub fn info(&self) -> Option<&Amf0Value> {
        self.arguments.iter().find(|argument| !argument.properties().is_empty())
    }
}

impl UserControl {
    /// The body of this event: 16-bit type and 32-bit value.
    ///
    /// Source: RTMP 1.0, section 7.1.7.
    pub fn encode(self) -> Bytes {
        let (event, value) = match self {
            Self::StreamBegin(stream) => (0, stream),
            Self::PingResponse(time) => (7, time),
        };
        let mut out = BytesMut::with_capacity(6);
        out.put_u16(event);
        out.put_u32(value);
        out.freeze()
    }
}

fn number(mut body: &[u8]) -> Result<u32, Error> {
    body.try_get_u32().map_err(|_| Error::Malformed("protocol control"))
}

fn without_amf3_marker(mut body: Bytes) -> Bytes {
    if body.first() == Some(&0) {
        body.advance(1);
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(type_id: u8, payload: &[u8]) -> RawMessage {
        RawMessage {
            chunk_stream: 3,
            timestamp_ms: 0,
            type_id,
            stream_id: 0,
            payload: Bytes::copy_from_slice(payload),
        }
    }

    #[test]
    fn command_in_amf3_clothes_reads_like_a_plain_one() {
        let command = Command {
            name: "createStream".into(),
            transaction: 4.0,
            object: Amf0Value::Null,
            arguments: vec![],
        };
        let plain = command.encode();
        let dressed = [&[0], plain.as_ref()].concat();
        let limits = AmfLimits::default();
        assert_eq!(Message::parse(raw(COMMAND, &plain), &limits), Ok(Message::Command(command.clone())));
        assert_eq!(Message::parse(raw(COMMAND_AMF3, &dressed), &limits), Ok(Message::Command(command)));
    }

    #[test]
    fn short_bodies_are_malformed() {
        let limits = AmfLimits::default();
        for type_id in [ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_ACK_SIZE, SET_PEER_BANDWIDTH, COMMAND] {
            assert!(Message::parse(raw(type_id, &[0]), &limits).is_err(), "type {type_id}");
            assert!(Message::parse(raw(type_id, &[]), &limits).is_err(), "type {type_id}");
        }
    }

    #[test]
    fn ping_is_recognised_and_answered_with_its_number() {
        let ping = Message::parse(raw(USER_CONTROL, &[0, 6, 0, 0, 1, 2]), &AmfLimits::default());
        assert_eq!(ping, Ok(Message::PingRequest(258)));
        assert_eq!(UserControl::PingResponse(258).encode().as_ref(), [0, 7, 0, 0, 1, 2]);
    }
}
