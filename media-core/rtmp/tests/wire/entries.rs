//! What the fuzz targets run, kept here so that the ordinary tests run it too.
//!
//! Each entry takes any bytes and panics when a promise of the crate is broken.

use std::time::Instant;

use bytes::{BufMut, Bytes, BytesMut};
use vitrine_rtmp::chunk::{ChunkReader, ChunkWriter, RawMessage};
use vitrine_rtmp::flv::{FileReader, Tag, TagKind};
use vitrine_rtmp::handshake::PACKET_BYTES;
use vitrine_rtmp::message::{self, Command, Message};
use vitrine_rtmp::{
    Amf0Value, AmfLimits, ClientConfig, ClientSession, Error, Limits, ServerConfig, ServerEvent,
    ServerSession, StreamKey, amf0,
};

/// The first byte says how the bytes after it are used.
const SKIP_HANDSHAKE: u8 = 1;
const SKIP_LOGIN: u8 = 2;
const ANSWER_LATE: u8 = 4;
const REJECT: u8 = 8;

/// A server session that receives `data[2..]` in reads of a size that `data[1]` says.
pub fn server_session(data: &[u8]) {
    let [mode, size, wire @ ..] = data else { return };
    let now = Instant::now();
    let limits = Limits { undecided_bytes: 4096, answer_bytes: 65_536, ..Limits::default() };
    let answer_bytes = limits.answer_bytes;
    let mut session = ServerSession::new(ServerConfig { limits, ..ServerConfig::default() }, now);
    let mut feed = BytesMut::new();
    if mode & (SKIP_HANDSHAKE | SKIP_LOGIN) != 0 {
        feed.put_u8(3);
        feed.put_bytes(0, 2 * PACKET_BYTES);
    }
    if mode & SKIP_LOGIN != 0 {
        login(&mut feed);
    }
    let prologue = feed.len();
    feed.put_slice(wire);
    let mut feed = feed.freeze();
    let mut reads = vec![feed.split_to(prologue)];
    reads.extend(pieces(feed, *size));

    let mut received = 0;
    let mut given = 0;
    let mut asked = false;
    for read in reads {
        received += read.len();
        let outcome = session.receive(read, now);
        while let Some(event) = session.poll_event() {
            match event {
                ServerEvent::Tag(tag) | ServerEvent::Metadata { tag, .. } => {
                    given += tag.payload.len();
                    assert!(!(tag.is_sequence_header() && tag.is_keyframe()));
                }
                ServerEvent::PublishRequested { .. } if mode & ANSWER_LATE == 0 => {
                    decide(&mut session, *mode, now)
                }
                ServerEvent::PublishRequested { .. } => asked = true,
                _ => {}
            }
        }
        assert!(given <= received, "more media came out than bytes went in");
        let output = session.take_output();
        assert!(output.len() <= answer_bytes + 8192, "{} bytes of answers", output.len());
        if outcome.is_err() {
            assert!(session.is_closed() && session.deadline().is_none());
            assert_eq!(session.receive(Bytes::from_static(b"x"), now), Err(Error::Closed));
            break;
        }
        if session.is_closed() {
            break;
        }
    }
    if asked {
        decide(&mut session, *mode, now);
    }
    session.peer_closed();
    let rest: Vec<_> = std::iter::from_fn(|| session.poll_event()).collect();
    assert!(asked || rest.last().is_none_or(|event| *event == ServerEvent::Closed));
}

/// A client session that receives `data[2..]` in reads of a size that `data[1]` says.
pub fn client_session(data: &[u8]) {
    let [mode, size, wire @ ..] = data else { return };
    let now = Instant::now();
    let config = ClientConfig::new("live", "rtmp://localhost/live", StreamKey::new("key"));
    let mut session = ClientSession::new(config, now);
    if mode & (SKIP_HANDSHAKE | SKIP_LOGIN) != 0 {
        let mut feed = BytesMut::new();
        feed.put_u8(3);
        feed.put_bytes(0, 2 * PACKET_BYTES);
        assert_eq!(session.receive(feed.freeze(), now), Ok(()));
    }
    if mode & SKIP_LOGIN != 0 {
        let mut feed = BytesMut::new();
        welcome(&mut feed);
        assert_eq!(session.receive(feed.freeze(), now), Ok(()));
        assert!(session.is_publishing());
    }
    let tag = Tag { kind: TagKind::Audio, timestamp_ms: 1, payload: Bytes::from_static(&[0xAF, 1]) };
    for read in pieces(Bytes::copy_from_slice(wire), *size) {
        let outcome = session.receive(read, now);
        while session.poll_event().is_some() {}
        assert_eq!(session.send_tag(&tag).is_ok(), session.is_publishing());
        session.take_output();
        assert!(session.bytes_acknowledged().unwrap_or(0) <= session.bytes_sent());
        if outcome.is_err() {
            assert!(session.is_closed() && session.deadline().is_none());
            break;
        }
    }
    session.close();
    assert!(session.is_closed());
}

/// Chunks in one read, in small reads and byte by byte: the messages and the error must be the same.
pub fn chunks(data: &[u8]) {
    let [size, wire @ ..] = data else { return };
    let wire = Bytes::copy_from_slice(wire);
    let whole = read_chunks([wire.clone()]);
    assert_eq!(whole, read_chunks(pieces(wire.clone(), *size)));
    assert_eq!(whole, read_chunks(pieces(wire, 1)));
}

/// What can be read can be written, and reads the same again.
pub fn amf0_values(data: &[u8]) {
    let limits = AmfLimits::default();
    let Ok(values) = amf0::decode(data, &limits) else { return };
    let written = amf0::encode_all(&values);
    let again = amf0::decode(&written, &limits).expect("what was written can be read");
    // Compared as bytes, since NaN is not equal to itself.
    assert_eq!(amf0::encode_all(&again), written);
}

/// Tag headers and FLV files.
pub fn flv(data: &[u8]) {
    for kind in [TagKind::Audio, TagKind::Video, TagKind::Script] {
        let tag = Tag { kind, timestamp_ms: 0, payload: Bytes::copy_from_slice(data) };
        let offsets = [tag.video_header().map(|h| h.body_offset), tag.audio_header().map(|h| h.body_offset)];
        assert!(offsets.into_iter().flatten().all(|offset| offset <= data.len()));
    }
    let mut reader = FileReader::new(1 << 20);
    for piece in data.chunks(7) {
        reader.push(piece);
        while let Ok(Some(_)) = reader.next_tag() {}
    }
}

fn decide(session: &mut ServerSession, mode: u8, now: Instant) {
    let outcome = match mode & REJECT {
        0 => session.accept_publish(&[("session", "id".into())], now),
        _ => session.reject_publish("NetStream.Publish.BadName", "no"),
    };
    assert_eq!(outcome, Ok(()), "a publish that was shown can be answered");
}

fn pieces(mut bytes: Bytes, size: u8) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        pieces.push(bytes.split_to(bytes.len().min(usize::from(size).max(1))));
    }
    pieces
}

fn read_chunks(reads: impl IntoIterator<Item = Bytes>) -> (Vec<RawMessage>, Option<Error>) {
    let mut reader =
        ChunkReader::new(&Limits { chunk_streams: 8, partial_bytes: 100_000, ..Limits::default() });
    let mut messages = Vec::new();
    for mut read in reads {
        loop {
            assert!(reader.partial_bytes() <= 100_000);
            match reader.read(&mut read) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
    }
    (messages, None)
}

fn login(out: &mut BytesMut) {
    let mut writer = ChunkWriter::default();
    let app = Amf0Value::object([("app", "live".into())]);
    put_command(&mut writer, out, 0, "connect", 1.0, app, vec![]);
    put_command(&mut writer, out, 1, "publish", 5.0, Amf0Value::Null, vec!["key".into()]);
}

fn welcome(out: &mut BytesMut) {
    let mut writer = ChunkWriter::default();
    put_command(&mut writer, out, 0, "_result", 1.0, Amf0Value::Null, vec![]);
    put_command(&mut writer, out, 0, "_result", 4.0, Amf0Value::Null, vec![1.0.into()]);
    let info = Amf0Value::object([("level", "status".into()), ("code", "NetStream.Publish.Start".into())]);
    put_command(&mut writer, out, 1, "onStatus", 0.0, Amf0Value::Null, vec![info]);
}

fn put_command(
    writer: &mut ChunkWriter,
    out: &mut BytesMut,
    stream_id: u32,
    name: &str,
    transaction: f64,
    object: Amf0Value,
    arguments: Vec<Amf0Value>,
) {
    let payload = Command { name: name.into(), transaction, object, arguments }.encode();
    let raw = RawMessage { chunk_stream: 3, timestamp_ms: 0, type_id: message::COMMAND, stream_id, payload };
    assert!(matches!(Message::parse(raw.clone(), &AmfLimits::default()), Ok(Message::Command(_))));
    writer.write(&raw, out);
}
