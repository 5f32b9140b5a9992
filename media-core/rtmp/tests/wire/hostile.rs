//! Peers that break rules on purpose or by accident: the cases that published implementations fell over.
//!
//! Each must end in an error or be lived with; none may panic, spin, abort or hold memory beyond the limits.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use vitrine_rtmp::chunk::{ChunkWriter, RawMessage};
use vitrine_rtmp::flv::{Tag, TagKind, VideoCodec};
use vitrine_rtmp::handshake::PACKET_BYTES;
use vitrine_rtmp::message::{self, Command};
use vitrine_rtmp::{
    Amf0Value, ClientConfig, ClientSession, ConnectionGate, Error, Phase, ServerConfig, ServerEvent,
    ServerSession, StreamKey, amf0,
};

use crate::entries;
use crate::peer::HandPeer;
use crate::random::Random;

fn server(now: Instant) -> ServerSession {
    ServerSession::new(ServerConfig::default(), now)
}

/// A publisher that was accepted.
fn on_air(now: Instant) -> (HandPeer, ServerSession) {
    let (mut peer, mut session) = (HandPeer::new(), server(now));
    peer.connect().publish("key").talk(&mut session, now).unwrap();
    while session.poll_event().is_some() {}
    session.accept_publish(&[], now).unwrap();
    (peer, session)
}

fn tags(session: &mut ServerSession) -> Vec<Tag> {
    let events = std::iter::from_fn(|| session.poll_event());
    events.filter_map(|event| if let ServerEvent::Tag(tag) = event { Some(tag) } else { None }).collect()
}

/// A type 0 header, written by hand.
fn header(out: &mut BytesMut, chunk_stream: u8, length: usize, type_id: u8) {
    out.put_u8(chunk_stream);
    out.put_uint(0, 3);
    out.put_uint(length as u64, 3);
    out.put_u8(type_id);
    out.put_u32_le(1);
}

#[test]
fn peer_that_closes_in_mid_handshake_leaves_a_closed_session() {
    let now = Instant::now();
    for length in [0, 1, 700, 1 + PACKET_BYTES, 2 * PACKET_BYTES] {
        let mut session = server(now);
        let mut bytes = vec![0; length];
        bytes.iter_mut().take(1).for_each(|version| *version = 3);
        session.receive(bytes.into(), now).unwrap();
        session.peer_closed();
        assert_eq!(session.poll_event(), Some(ServerEvent::Closed));
        assert_eq!(session.poll_event(), None);
        assert_eq!(session.deadline(), None, "nothing is waited for any more");
    }
}

#[test]
fn peer_that_drips_its_handshake_meets_the_deadline() {
    let start = Instant::now();
    let mut session = server(start);
    for second in 0..5 {
        session.receive(Bytes::from_static(&[3]), start + Duration::from_secs(second)).unwrap();
    }
    let error = session.check(start + Duration::from_secs(5)).unwrap_err();
    assert!(matches!(error, Error::Timeout { phase: Phase::Handshake, .. }));
}

#[test]
fn flood_of_media_ends_and_a_fast_stream_does_not() {
    let start = Instant::now();
    let second = |bytes: usize, at: u64, (peer, session): &mut (HandPeer, ServerSession)| {
        for _ in 0..bytes / 1_000_000 {
            peer.send(message::VIDEO, 1, vec![0x27; 1_000_000]);
        }
        let outcome = peer.talk(session, start + Duration::from_secs(at));
        while session.poll_event().is_some() {}
        outcome
    };
    let mut fast = on_air(start);
    assert!((1..20).all(|at| second(15_000_000, at, &mut fast).is_ok()));
    let mut flood = on_air(start);
    let ended = (1..20).find_map(|at| second(40_000_000, at, &mut flood).err());
    assert_eq!(ended, Some(Error::TooFast(16_000_000)));
}

#[test]
fn publisher_that_breaks_a_bound_can_still_be_told_why() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    header(&mut peer.out, 6, 9_000_000, message::VIDEO);
    let error = peer.talk(&mut session, now).unwrap_err();
    session.break_off("NetStream.Publish.Failed", &error.to_string());
    let told = String::from_utf8_lossy(&session.take_output()).into_owned();
    assert!(told.contains("9000000") && told.contains("NetStream.Publish.Failed"), "{told}");
    session.break_off("NetStream.Publish.Failed", "again");
    assert!(session.take_output().is_empty(), "said once");
}

#[test]
fn small_payload_keeps_nothing_of_what_was_read_with_it() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    peer.send(message::AUDIO, 1, vec![0xAF; 300]).send(message::VIDEO, 1, vec![0x27; 60_000]);
    peer.talk(&mut session, now).unwrap();
    let payload = tags(&mut session).remove(0).payload;
    assert_eq!(payload.try_into_mut().map(|own| own.capacity()).ok(), Some(300), "memory of its own");
}

#[test]
fn crowd_that_never_shows_a_key_is_held_at_the_gate() {
    let gate = ConnectionGate::new(100, 100);
    let crowd: Vec<_> = (0..1000).map_while(|_| gate.enter(IpAddr::V4(Ipv4Addr::LOCALHOST))).collect();
    assert_eq!(crowd.len(), 100);
}

#[test]
fn window_acknowledgement_size_of_zero_is_ignored() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    for window in [0_u32, 1, 100] {
        peer.send(message::WINDOW_ACK_SIZE, 0, window.to_be_bytes().to_vec());
    }
    peer.send(message::VIDEO, 1, vec![0x27; 60_000]).talk(&mut session, now).unwrap();
    assert_eq!(tags(&mut session).len(), 1);
    peer.received.clear();
    for _ in 0..25 {
        peer.send(message::VIDEO, 1, vec![0x27; 60_000]).talk(&mut session, now).unwrap();
    }
    assert_eq!(peer.received.len(), 1, "one report for half of the usual window, not one for each byte");
}

#[test]
fn interleaved_audio_and_video_chunks_come_out_whole() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    let (video, audio) = (vec![0x27; 1000], vec![0xAF; 300]);
    header(&mut peer.out, 6, video.len(), message::VIDEO);
    peer.out.put_slice(&video[..128]);
    header(&mut peer.out, 4, audio.len(), message::AUDIO);
    peer.out.put_slice(&audio[..128]);
    let mut rest = [(6, &video[128..]), (4, &audio[128..])];
    while rest.iter().any(|(_, left)| !left.is_empty()) {
        for (chunk_stream, left) in rest.iter_mut().filter(|(_, left)| !left.is_empty()) {
            let (piece, after) = left.split_at(left.len().min(128));
            peer.out.put_u8(0xC0 | *chunk_stream);
            peer.out.put_slice(piece);
            *left = after;
        }
    }
    peer.talk(&mut session, now).unwrap();
    let tags = tags(&mut session);
    assert_eq!(tags.iter().map(|tag| tag.kind).collect::<Vec<_>>(), [TagKind::Audio, TagKind::Video]);
    assert_eq!((tags[0].payload.as_ref(), tags[1].payload.as_ref()), (&audio[..], &video[..]));
}

#[test]
fn new_header_during_an_unfinished_message_drops_it() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    header(&mut peer.out, 6, 1000, message::VIDEO);
    peer.out.put_bytes(1, 128);
    header(&mut peer.out, 6, 3, message::VIDEO);
    peer.out.put_slice(&[0x27, 1, 2]);
    peer.talk(&mut session, now).unwrap();
    let payloads: Vec<_> = tags(&mut session).into_iter().map(|tag| tag.payload).collect();
    assert_eq!(payloads, [Bytes::from_static(&[0x27, 1, 2])]);
}

#[test]
fn chunk_size_of_100_000_in_the_same_read_holds_for_the_next_chunk() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    peer.writer.set_chunk_size(100_000, &mut peer.out);
    peer.send(message::VIDEO, 1, vec![0x27; 90_000]).talk(&mut session, now).unwrap();
    assert_eq!(tags(&mut session)[0].payload.len(), 90_000);
}

#[test]
fn chunk_size_of_1_carries_a_message_of_60_kilobytes() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    peer.writer.set_chunk_size(1, &mut peer.out);
    let payload: Vec<u8> = (0..60_000).map(|i| (i % 251) as u8).collect();
    peer.send(message::VIDEO, 1, payload.clone()).talk(&mut session, now).unwrap();
    assert_eq!(tags(&mut session)[0].payload, payload);
}

#[test]
fn chunk_size_of_zero_is_an_error() {
    let now = Instant::now();
    for size in [0, 1 << 31, u32::MAX] {
        let (mut peer, mut session) = on_air(now);
        peer.send(message::SET_CHUNK_SIZE, 0, size.to_be_bytes().to_vec());
        assert_eq!(peer.talk(&mut session, now), Err(Error::ChunkSize(size)));
    }
}

#[test]
fn amf0_nested_60_000_deep_is_an_error() {
    let now = Instant::now();
    // An object whose property is an object whose property ...; in connect and in metadata.
    let deep = [3, 0, 1, b'a'].repeat(60_000);
    let (mut peer, mut session) = (HandPeer::new(), server(now));
    peer.writer.set_chunk_size(65_536, &mut peer.out);
    let connect = [amf0::encode_all(&["connect".into(), 1.0.into()]).as_ref(), &deep[..60_000]].concat();
    peer.send(message::COMMAND, 0, connect);
    assert_eq!(peer.talk(&mut session, now), Err(Error::Amf(amf0::Error::TooDeep)));

    let (mut peer, mut session) = on_air(now);
    peer.writer.set_chunk_size(1 << 20, &mut peer.out);
    let metadata = [amf0::encode_all(&["onMetaData".into()]).as_ref(), &deep].concat();
    peer.send(message::DATA, 1, metadata);
    peer.talk(&mut session, now).unwrap();
    assert_eq!(session.poll_event(), None, "what is no more than a hint is passed over");
    assert!(session.is_publishing());
}

#[test]
fn thousands_of_chunk_streams_declaring_16_megabytes_are_refused() {
    let now = Instant::now();
    let declare = |length: usize| {
        move |peer: &mut HandPeer, id: u16| {
            peer.out.put_slice(&[1]);
            peer.out.put_u16_le(id);
            peer.out.put_uint(0, 3);
            peer.out.put_uint(length as u64, 3);
            peer.out.put_slice(&[message::VIDEO, 1, 0, 0, 0]);
            peer.out.put_bytes(0, 128);
        }
    };
    let attack = |on_air_first: bool, length: usize| {
        let (mut peer, mut session) = if on_air_first { on_air(now) } else { (HandPeer::new(), server(now)) };
        let declare = declare(length);
        (0..5000).find_map(|id| {
            declare(&mut peer, id);
            peer.talk(&mut session, now).err().map(|error| (id, error))
        })
    };
    // Before a key was shown nothing large is taken at all; afterwards the message limit, the total of
    // unfinished messages and the number of chunk streams each hold by themselves.
    let too_long = |length, limit| Error::MessageTooLong { length, limit };
    assert_eq!(attack(false, 0xFF_FFFF), Some((0, too_long(0xFF_FFFF, 65_536))));
    assert_eq!(attack(true, 0xFF_FFFF), Some((0, too_long(0xFF_FFFF, 8_000_000))));
    assert_eq!(attack(true, 8_000_000), Some((2, Error::TooManyPartialBytes(16_000_000))));
    assert_eq!(attack(true, 1_000_000), Some((16, Error::TooManyPartialBytes(16_000_000))));
    assert_eq!(attack(false, 60_000), Some((32, Error::TooManyChunkStreams(32))));
}

#[test]
fn aborted_and_replaced_messages_give_their_share_back() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    for round in 0..100 {
        header(&mut peer.out, 6, 7_000_000, message::VIDEO);
        peer.out.put_bytes(0, 128);
        if round % 2 == 0 {
            peer.send(message::ABORT, 0, 6_u32.to_be_bytes().to_vec());
        }
        peer.talk(&mut session, now).unwrap();
    }
}

#[test]
fn bit_flips_in_1500_connections_never_panic() {
    let recording = recorded_connection();
    let mut random = Random::new(2);
    for _ in 0..1500 {
        let mut wire = recording.clone();
        for _ in 0..=random.below(20) {
            let at = random.below(wire.len());
            wire[at] ^= 1 << random.below(8);
        }
        let mode = random.below(16) as u8 & !3; // the recording holds handshake and login itself
        let size = random.next() as u8;
        entries::server_session(&[&[mode, size], &wire[..]].concat());
    }
}

/// All bytes of a real publish by our client: handshake, login, metadata, tags, goodbye.
fn recorded_connection() -> Vec<u8> {
    let now = Instant::now();
    let config = ClientConfig::new("live", "rtmp://localhost/live", StreamKey::new("key"));
    let (mut client, mut server) = (ClientSession::new(config, now), server(now));
    let mut recording = Vec::new();
    let mut sent = false;
    loop {
        if client.is_publishing() && !sent {
            client.send_tag(&Tag::metadata(0, vec![("width".into(), 640.0.into())])).unwrap();
            for i in 0..20 {
                let payload = vec![0x27; 50 + 37 * i as usize].into();
                client.send_tag(&Tag { kind: TagKind::Video, timestamp_ms: 33 * i, payload }).unwrap();
                let payload = vec![0xAF; 90].into();
                client.send_tag(&Tag { kind: TagKind::Audio, timestamp_ms: 33 * i, payload }).unwrap();
            }
            client.close();
            sent = true;
        }
        let up = client.take_output();
        recording.extend_from_slice(&up);
        server.receive(up, now).unwrap();
        while let Some(event) = server.poll_event() {
            if matches!(event, ServerEvent::PublishRequested { .. }) {
                server.accept_publish(&[], now).unwrap();
            }
        }
        let down = server.take_output();
        if down.is_empty() && sent {
            return recording;
        }
        client.receive(down, now).unwrap();
    }
}

#[test]
fn connect_without_flash_ver_is_enough() {
    let now = Instant::now();
    let (mut peer, mut session) = (HandPeer::new(), server(now));
    peer.command("connect", 1.0, Amf0Value::object([("app", "live/".into())]), vec![]);
    peer.talk(&mut session, now).unwrap();
    let Some(ServerEvent::Connected(info)) = session.poll_event() else { panic!("not connected") };
    assert_eq!((info.app.as_str(), info.flash_ver, info.tc_url), ("live", None, None));
}

#[test]
fn connect_without_app_and_commands_out_of_turn_are_errors() {
    let now = Instant::now();
    let (mut peer, mut session) = (HandPeer::new(), server(now));
    peer.command("connect", 1.0, Amf0Value::Null, vec![]);
    assert_eq!(peer.talk(&mut session, now), Err(Error::Malformed("connect")));
    let (mut peer, mut session) = (HandPeer::new(), server(now));
    assert!(matches!(peer.publish("key").talk(&mut session, now), Err(Error::UnexpectedCommand(_))));
    let (mut peer, mut session) = (HandPeer::new(), server(now));
    assert!(matches!(peer.connect().connect().talk(&mut session, now), Err(Error::UnexpectedCommand(_))));
}

#[test]
fn hevc_and_av1_of_enhanced_encoders_pass_untouched() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    let payloads = [&b"\x90hvc1conf"[..], b"\x91hvc1\x00\x00\x21frame", b"\x90av01conf", b"\xA1av01frame"];
    payloads.iter().for_each(|payload| {
        peer.send(message::VIDEO, 1, payload.to_vec());
    });
    peer.talk(&mut session, now).unwrap();
    let tags = tags(&mut session);
    assert_eq!(tags.iter().map(|tag| tag.payload.as_ref()).collect::<Vec<_>>(), payloads);
    let codecs: Vec<_> = tags.iter().map(|tag| tag.video_header().unwrap().codec).collect();
    assert_eq!(codecs, [VideoCodec::Hevc, VideoCodec::Hevc, VideoCodec::Av1, VideoCodec::Av1]);
    assert!(tags[0].is_sequence_header() && tags[1].is_keyframe() && !tags[3].is_keyframe());
}

#[test]
fn first_header_of_type_1_opens_a_chunk_stream_as_librtmp_does() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    peer.out.put_slice(&[0x42, 0, 0, 0, 0, 0, 4, message::ACKNOWLEDGEMENT, 0, 0, 12, 1]);
    assert_eq!(peer.talk(&mut session, now), Ok(()));
    for format in [2, 3] {
        let (mut peer, mut session) = on_air(now);
        peer.out.put_slice(&[format << 6 | 9, 0, 0, 0]);
        assert_eq!(peer.talk(&mut session, now), Err(Error::MissingHeader(9, format)));
    }
}

#[test]
fn extended_timestamp_may_be_repeated_in_later_chunks_or_left_out() {
    let now = Instant::now();
    for repeated in [true, false] {
        let (mut peer, mut session) = on_air(now);
        peer.out.put_slice(&[6, 0xFF, 0xFF, 0xFF, 0, 1, 0, message::VIDEO, 1, 0, 0, 0]);
        peer.out.put_u32(0x0123_4567);
        peer.out.put_bytes(0x27, 128);
        peer.out.put_u8(0xC6);
        if repeated {
            peer.out.put_u32(0x0123_4567);
        }
        // Payload that starts like the timestamp: told apart byte by byte.
        peer.out.put_slice(&[0x01, 0x23, 0x45, 0x99]);
        peer.out.put_bytes(0x27, 124);
        let bytes = peer.out.split();
        for byte in bytes.iter() {
            session.receive(Bytes::copy_from_slice(&[*byte]), now).unwrap();
        }
        let tags = tags(&mut session);
        assert_eq!(tags.len(), 1, "repeated: {repeated}");
        assert_eq!(
            (tags[0].timestamp_ms, &tags[0].payload[128..132]),
            (0x0123_4567, &[1, 0x23, 0x45, 0x99][..])
        );
    }
}

#[test]
fn empty_messages_cost_nothing() {
    let now = Instant::now();
    let (mut peer, mut session) = on_air(now);
    header(&mut peer.out, 6, 0, message::VIDEO);
    peer.out.put_bytes(0xC6, 60_000);
    peer.talk(&mut session, now).unwrap();
    assert_eq!(session.poll_event(), None);
}

#[test]
fn server_that_lies_about_everything_only_ends_the_client() {
    let now = Instant::now();
    let config = ClientConfig::new("live", "rtmp://localhost/live", StreamKey::new("key"));
    let answers = [
        ("_result", 1.0, vec![Amf0Value::Null]),
        ("_result", 4.0, vec![Amf0Value::Number(f64::NAN)]),
        ("_result", 4.0, vec![Amf0Value::Number(-1.0)]),
    ];
    let mut out = BytesMut::new();
    out.put_u8(3);
    out.put_bytes(9, 2 * PACKET_BYTES);
    let mut writer = ChunkWriter::default();
    for (name, transaction, arguments) in answers {
        let payload = Command { name: name.into(), transaction, object: Amf0Value::Null, arguments }.encode();
        let raw =
            RawMessage { chunk_stream: 3, timestamp_ms: 0, type_id: message::COMMAND, stream_id: 0, payload };
        writer.write(&raw, &mut out);
    }
    let mut client = ClientSession::new(config, now);
    assert_eq!(client.receive(out.freeze(), now), Err(Error::Malformed("createStream answer")));
    assert!(client.is_closed());
}

#[test]
fn metadata_that_cannot_be_read_is_passed_over_and_the_publish_goes_on() {
    let name = |name: &str| amf0::encode_all(&[name.into()]).to_vec();
    let wrapped = [name("@setDataFrame"), name("onMetaData")].concat();
    let unreadable: [&[u8]; 4] = [
        b"\x03\0\x01a\x11\x0c\x05ab\0\0\x09", // a value in AMF3
        b"\x03\0\x01a\x07\0\0\0\0\x09",       // a reference
        b"\x03\0\x01a\x0d\0\0\x09",           // unsupported
        b"\x08\0\0\0\x05\0\x05width\0\x40",   // cut short
    ];
    let mut bodies: Vec<Vec<u8>> = unreadable.iter().map(|rest| [&wrapped[..], rest].concat()).collect();
    bodies.push(b"\x11\x0a\x0b\x01".to_vec());
    for body in bodies {
        let now = Instant::now();
        let (mut peer, mut session) = on_air(now);
        peer.send(message::DATA, 1, body.clone()).send(message::VIDEO, 1, &b"\x27\x01\0\0\0picture"[..]);
        peer.talk(&mut session, now).unwrap();
        assert!(session.is_publishing(), "{body:?}");
        assert_eq!(tags(&mut session).len(), 1, "{body:?}");
    }
}
