//! Properties that hold for every input.

use std::time::Instant;

use bytes::{BufMut, Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;
use vitrine_rtmp::chunk::{ChunkReader, ChunkWriter, RawMessage};
use vitrine_rtmp::flv::{FileReader, Tag, TagKind, file_header, write_tag};
use vitrine_rtmp::{
    Amf0Value, AmfLimits, ClientConfig, ClientSession, Limits, ServerConfig, ServerEvent, ServerSession,
    StreamKey, amf0,
};

use crate::entries;

fn message() -> impl Strategy<Value = RawMessage> {
    let ids = prop_oneof![Just(2_u32), Just(3), Just(63), Just(64), Just(319), Just(320), Just(65_599)];
    let times = prop_oneof![0..100_u32, 0xFF_FF00..0x100_0100_u32, any::<u32>(), u32::MAX - 50..=u32::MAX];
    let types = prop_oneof![Just(8_u8), Just(9), Just(18), Just(20)];
    (ids, times, types, 0..3_u32, vec(any::<u8>(), 0..600)).prop_map(
        |(chunk_stream, timestamp_ms, type_id, stream_id, payload)| RawMessage {
            chunk_stream,
            timestamp_ms,
            type_id,
            stream_id,
            payload: payload.into(),
        },
    )
}

/// Feeds `wire` in reads of the given sizes, over and over.
fn read_all(wire: &[u8], sizes: &[usize]) -> Vec<RawMessage> {
    let mut reader = ChunkReader::new(&Limits::default());
    let mut messages = Vec::new();
    let mut sizes = sizes.iter().cycle();
    let mut rest = Bytes::copy_from_slice(wire);
    while !rest.is_empty() {
        let mut read = rest.split_to(rest.len().min(*sizes.next().unwrap()));
        while let Some(message) = reader.read(&mut read).unwrap() {
            messages.push(message);
        }
    }
    assert_eq!(reader.partial_bytes(), 0, "something is left unfinished");
    messages
}

/// Cuts a message into chunks in another way than the writer of the crate does: always type 0, then type 3,
/// with or without the extended timestamp in the latter.
fn cut(message: &RawMessage, size: usize, repeat: bool) -> Vec<Vec<u8>> {
    let basic = |format: u8| match message.chunk_stream {
        id @ 2..=63 => vec![format << 6 | id as u8],
        id @ 64..=319 => vec![format << 6, (id - 64) as u8],
        id => vec![format << 6 | 1, ((id - 64) & 0xFF) as u8, ((id - 64) >> 8) as u8],
    };
    let extended = (message.timestamp_ms >= 0xFF_FFFF).then(|| message.timestamp_ms.to_be_bytes());
    let mut chunks = Vec::new();
    let mut pieces = message.payload.chunks(size);
    let mut first = basic(0);
    first.extend(&message.timestamp_ms.min(0xFF_FFFF).to_be_bytes()[1..]);
    first.extend(&(message.payload.len() as u32).to_be_bytes()[1..]);
    first.push(message.type_id);
    first.extend(message.stream_id.to_le_bytes());
    first.extend(extended.iter().flatten());
    first.extend(pieces.next().unwrap_or_default());
    chunks.push(first);
    for piece in pieces {
        let mut chunk = basic(3);
        // Leaving it out is ambiguous where the payload looks the same: no reader could tell.
        if repeat || extended.is_some_and(|stamp| piece.starts_with(&stamp)) {
            chunk.extend(extended.iter().flatten());
        }
        chunk.extend(piece);
        chunks.push(chunk);
    }
    chunks
}

fn amf0_value() -> impl Strategy<Value = Amf0Value> {
    let leaf = prop_oneof![
        any::<f64>().prop_filter("NaN is not equal to itself", |n| !n.is_nan()).prop_map(Amf0Value::Number),
        any::<bool>().prop_map(Amf0Value::Boolean),
        ".{0,40}".prop_map(Amf0Value::String),
        Just(Amf0Value::Null),
        Just(Amf0Value::Undefined),
        (-1e15..1e15_f64, any::<i16>())
            .prop_map(|(unix_ms, zone_minutes)| Amf0Value::Date { unix_ms, zone_minutes }),
        ".{0,40}".prop_map(Amf0Value::XmlDocument),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        // An empty name directly before an object's end would be the end itself.
        let properties = vec((".{1,12}", inner.clone()), 0..8);
        prop_oneof![
            properties.clone().prop_map(Amf0Value::Object),
            properties.clone().prop_map(Amf0Value::EcmaArray),
            vec(inner, 0..8).prop_map(Amf0Value::StrictArray),
            (".{0,12}", properties)
                .prop_map(|(class, properties)| Amf0Value::TypedObject { class, properties }),
        ]
    })
}

fn tag() -> impl Strategy<Value = Tag> {
    let kinds = prop_oneof![Just(TagKind::Audio), Just(TagKind::Video)];
    (kinds, any::<u32>(), vec(any::<u8>(), 1..2000)).prop_map(|(kind, timestamp_ms, payload)| Tag {
        kind,
        timestamp_ms,
        payload: payload.into(),
    })
}

proptest! {
    #[test]
    fn messages_survive_chunking_at_any_size_and_any_split_of_reads(
        messages in vec((message(), proptest::option::of(1..700_u32)), 1..20),
        sizes in vec(1..300_usize, 1..10),
    ) {
        let (mut writer, mut wire) = (ChunkWriter::default(), BytesMut::new());
        for (message, chunk_size) in &messages {
            if let Some(size) = chunk_size {
                writer.set_chunk_size(*size, &mut wire);
            }
            writer.write(message, &mut wire);
        }
        let sent: Vec<_> = messages.into_iter().map(|(message, _)| message).collect();
        prop_assert_eq!(read_all(&wire, &sizes), sent);
    }

    #[test]
    fn messages_of_several_chunk_streams_may_be_interleaved_in_any_order(
        messages in vec(message(), 1..6),
        order in vec(any::<usize>(), 64),
        repeat in any::<bool>(),
        sizes in vec(1..200_usize, 1..10),
    ) {
        let mut queues: Vec<_> = messages.iter().enumerate().map(|(i, message)| {
            let message = RawMessage { chunk_stream: [2, 63, 64, 319, 320, 65_599][i], ..message.clone() };
            (message.clone(), cut(&message, 128, repeat).into_iter())
        }).collect();
        let (mut wire, mut expected) = (Vec::new(), Vec::new());
        let mut order = order.iter().cycle();
        while !queues.is_empty() {
            let turn = order.next().unwrap() % queues.len();
            wire.extend(queues[turn].1.next().unwrap());
            if queues[turn].1.len() == 0 {
                expected.push(queues.remove(turn).0);
            }
        }
        prop_assert_eq!(read_all(&wire, &sizes), expected);
    }

    #[test]
    fn timestamps_run_through_24_bits_and_wrap_at_32(
        start in prop_oneof![Just(0xFF_FFF0_u32), Just(u32::MAX - 60), any::<u32>()],
        steps in vec(0..50_u32, 1..40),
    ) {
        let (mut writer, mut wire) = (ChunkWriter::default(), BytesMut::new());
        let mut times = vec![start];
        times.extend(steps.iter().scan(start, |time, step| {
            *time = time.wrapping_add(*step);
            Some(*time)
        }));
        for time in &times {
            let payload = Bytes::from_static(&[0x27; 300]);
            let message = RawMessage { chunk_stream: 6, timestamp_ms: *time, type_id: 9, stream_id: 1, payload };
            writer.write(&message, &mut wire);
        }
        let read: Vec<_> = read_all(&wire, &[64]).iter().map(|message| message.timestamp_ms).collect();
        prop_assert_eq!(read, times);
    }

    #[test]
    fn deltas_of_a_peer_wrap_too(start in u32::MAX - 100..=u32::MAX, delta in 1..0xFF_FFFF_u32) {
        let mut wire = BytesMut::new();
        wire.put_slice(&[6, 0xFF, 0xFF, 0xFF, 0, 0, 1, 9, 1, 0, 0, 0]);
        wire.put_u32(start);
        wire.put_u8(7);
        wire.put_u8(0x86);
        wire.put_uint(u64::from(delta), 3);
        wire.put_u8(7);
        wire.put_slice(&[0xC6, 7]); // type 3: the same delta again
        let read: Vec<_> = read_all(&wire, &[5]).iter().map(|message| message.timestamp_ms).collect();
        let expected = [start, start.wrapping_add(delta), start.wrapping_add(delta).wrapping_add(delta)];
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn amf0_values_read_as_they_were_written(values in vec(amf0_value(), 0..4)) {
        let wire = amf0::encode_all(&values);
        prop_assert_eq!(amf0::decode(&wire, &AmfLimits::default()), Ok(values));
    }

    #[test]
    fn tags_pass_both_sessions_in_any_split_of_reads(
        sent in vec(tag(), 1..20),
        chunk_size in 1..5000_u32,
        sizes in vec(1..3000_usize, 1..10),
    ) {
        let now = Instant::now();
        let config = ClientConfig::new("live", "rtmp://localhost/live", StreamKey::new("key"));
        let mut client = ClientSession::new(ClientConfig { chunk_size, ..config }, now);
        let mut server = ServerSession::new(ServerConfig::default(), now);
        let mut sizes = sizes.iter().cycle();
        let mut received = Vec::new();
        let mut open = true;
        while !(client.bytes_queued() == 0 && client.is_closed()) {
            let mut up = client.take_output();
            while !up.is_empty() {
                let read = up.split_to(up.len().min(*sizes.next().unwrap()));
                server.receive(read, now).unwrap();
                while let Some(event) = server.poll_event() {
                    match event {
                        ServerEvent::PublishRequested { .. } => server.accept_publish(&[], now).unwrap(),
                        ServerEvent::Tag(tag) => received.push(tag),
                        _ => {}
                    }
                }
            }
            client.receive(server.take_output(), now).unwrap();
            if client.is_publishing() && std::mem::take(&mut open) {
                sent.iter().for_each(|tag| client.send_tag(tag).unwrap());
                client.close();
            }
        }
        prop_assert_eq!(received, sent);
    }

    #[test]
    fn flv_files_read_as_they_were_written(sent in vec(tag(), 0..10), size in 1..500_usize) {
        let mut file = BytesMut::from(&file_header(true, true)[..]);
        sent.iter().for_each(|tag| write_tag(tag, &mut file));
        let (mut reader, mut read) = (FileReader::new(1 << 20), Vec::new());
        for piece in file.chunks(size) {
            reader.push(piece);
            while let Some(tag) = reader.next_tag().unwrap() {
                read.push(tag);
            }
        }
        prop_assert_eq!(read, sent);
    }

    #[test]
    fn arbitrary_bytes_break_no_promise(data in vec(any::<u8>(), 0..400)) {
        entries::server_session(&data);
        entries::client_session(&data);
        entries::chunks(&data);
        entries::amf0_values(&data);
        entries::flv(&data);
    }
}
