//! The two sessions talking to each other, and each to a peer played by hand.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use vitrine_rtmp::flv::{FourCc, Tag, TagKind};
use vitrine_rtmp::message::{self, Message, UserControl};
use vitrine_rtmp::{
    Amf0Value, ClientConfig, ClientEvent, ClientSession, Error, Phase, PublishKind, ServerConfig,
    ServerEvent, ServerSession, StreamKey,
};

use crate::peer::HandPeer;

fn client_config() -> ClientConfig {
    let config = ClientConfig::new("live", "rtmp://localhost/live", StreamKey::new("vtp_key"));
    ClientConfig { can_reconnect: true, ..config }
}

/// Moves bytes both ways until nobody has more to say.
fn exchange(client: &mut ClientSession, server: &mut ServerSession, now: Instant) {
    loop {
        let (up, down) = (client.take_output(), server.take_output());
        if up.is_empty() && down.is_empty() {
            return;
        }
        server.receive(up, now).unwrap();
        client.receive(down, now).unwrap();
    }
}

/// Both sides up to the question of the publish.
fn asked(now: Instant) -> (ClientSession, ServerSession) {
    let mut client = ClientSession::new(client_config(), now);
    let mut server = ServerSession::new(ServerConfig::default(), now);
    exchange(&mut client, &mut server, now);
    assert!(matches!(server.poll_event(), Some(ServerEvent::Connected(info)) if info.app == "live"));
    assert!(matches!(
        server.poll_event(),
        Some(ServerEvent::PublishRequested { app, stream_key, kind: PublishKind::Live })
            if app == "live" && stream_key.expose() == "vtp_key"
    ));
    (client, server)
}

fn publishing(now: Instant) -> (ClientSession, ServerSession) {
    let (mut client, mut server) = asked(now);
    server.accept_publish(&[("session", "0198-id".into())], now).unwrap();
    exchange(&mut client, &mut server, now);
    let Some(ClientEvent::Publishing { info }) = client.poll_event() else { panic!("not publishing") };
    assert_eq!(info.get("session").and_then(Amf0Value::as_str), Some("0198-id"));
    (client, server)
}

fn video(timestamp_ms: u32, bytes: usize) -> Tag {
    let payload = [&[0x17, 1, 0, 0, 0][..], &vec![7; bytes]].concat().into();
    Tag { kind: TagKind::Video, timestamp_ms, payload }
}

#[test]
fn key_put_into_the_wrong_field_does_not_reach_debug_output() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    let object =
        Amf0Value::object([("app", "live?k=vtp_secret".into()), ("tcUrl", "rtmp://h/vtp_secret".into())]);
    peer.command("connect", 1.0, object, vec![]);
    peer.publish("vtp_secret").talk(&mut server, now).unwrap();
    let hello = server.poll_event().unwrap();
    assert!(!format!("{hello:?}").contains("secret"), "{hello:?}");
}

#[test]
fn tags_and_metadata_arrive_as_they_were_sent() {
    let now = Instant::now();
    let (mut client, mut server) = publishing(now);
    let audio = Tag { kind: TagKind::Audio, timestamp_ms: 5, payload: Bytes::from_static(&[0xAF, 1, 2, 3]) };
    let sent = [
        video(0, 200_000),
        audio,
        video(33, 100),
        video(66, 100),
        video(99, 100),
        video(u32::MAX, 9),
        video(20, 9),
    ];
    let metadata = Tag::metadata(0, vec![("width".into(), 640.0.into())]);
    client.send_tag(&metadata).unwrap();
    sent.iter().for_each(|tag| client.send_tag(tag).unwrap());
    exchange(&mut client, &mut server, now);

    let properties = vec![("width".into(), 640.0.into())];
    assert_eq!(server.poll_event(), Some(ServerEvent::Metadata { properties, tag: metadata }));
    for tag in sent {
        assert_eq!(server.poll_event(), Some(ServerEvent::Tag(tag)));
    }
    client.close();
    exchange(&mut client, &mut server, now);
    assert_eq!(server.poll_event(), Some(ServerEvent::Unpublished));
    server.peer_closed();
    assert_eq!(server.poll_event(), Some(ServerEvent::Closed));
    assert_eq!(server.poll_event(), None);
    assert_eq!(client.poll_event(), Some(ClientEvent::Closed));
}

#[test]
fn rejected_publish_reaches_the_client_with_its_reason() {
    let now = Instant::now();
    let (mut client, mut server) = asked(now);
    server.reject_publish("NetStream.Publish.BadName", "No show has this key.").unwrap();
    exchange(&mut client, &mut server, now);
    let rejected = ClientEvent::Rejected {
        code: "NetStream.Publish.BadName".into(),
        description: "No show has this key.".into(),
    };
    assert_eq!(client.poll_event(), Some(rejected));
    assert_eq!(client.poll_event(), Some(ClientEvent::Closed));
    assert_eq!(client.send_tag(&video(0, 1)), Err(Error::NotPublishing));
}

#[test]
fn events_wait_until_the_publish_is_answered() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    peer.connect().publish("k").send(message::VIDEO, 1, vec![0x17, 0]).talk(&mut server, now).unwrap();
    assert_eq!(server.accept_publish(&[], now), Err(Error::NoPublishPending), "not seen yet");
    assert!(matches!(server.poll_event(), Some(ServerEvent::Connected(_))));
    assert!(matches!(server.poll_event(), Some(ServerEvent::PublishRequested { .. })));
    assert_eq!(server.poll_event(), None);
    assert_eq!(server.deadline(), None, "the application may take its time");
    server.accept_publish(&[], now).unwrap();
    assert!(matches!(server.poll_event(), Some(ServerEvent::Tag(_))));
    assert_eq!(server.accept_publish(&[], now), Err(Error::NoPublishPending));
}

#[test]
fn media_sent_before_a_rejection_is_thrown_away() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    peer.connect().publish("k").send(message::VIDEO, 1, vec![0x17, 0]).talk(&mut server, now).unwrap();
    while server.poll_event().is_some() {}
    server.reject_publish("NetStream.Publish.BadName", "no").unwrap();
    assert_eq!(server.poll_event(), None);
    peer.send(message::VIDEO, 1, vec![0x17, 0]).talk(&mut server, now).unwrap();
    assert_eq!(server.poll_event(), None);
    assert_eq!(peer.status_codes(), ["NetStream.Publish.BadName"]);
}

#[test]
fn publisher_that_floods_before_the_answer_is_cut_off() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    peer.connect().publish("k").talk(&mut server, now).unwrap();
    let flooded = (0..100).find_map(|_| {
        peer.send(message::VIDEO, 1, vec![0x17; 50_000]);
        peer.talk(&mut server, now).err()
    });
    assert_eq!(flooded, Some(Error::ImpatientPublisher(1_048_576)));
}

#[test]
fn a_second_publish_on_one_connection_follows_the_first_but_never_joins_it() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    peer.connect().publish("one").talk(&mut server, now).unwrap();
    while server.poll_event().is_some() {}
    server.accept_publish(&[], now).unwrap();
    peer.publish("two").talk(&mut server, now).unwrap();
    assert_eq!(server.poll_event(), None);
    assert_eq!(peer.status_codes().last().map(String::as_str), Some("NetStream.Publish.BadName"));

    peer.command("deleteStream", 6.0, Amf0Value::Null, vec![1.0.into()]);
    peer.publish("two").talk(&mut server, now).unwrap();
    assert_eq!(server.poll_event(), Some(ServerEvent::Unpublished));
    assert!(
        matches!(server.poll_event(), Some(ServerEvent::PublishRequested { stream_key, .. }) if stream_key.expose() == "two")
    );
}

#[test]
fn encoder_chores_are_answered_and_play_is_refused() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    peer.connect();
    for (transaction, name) in
        [(2.0, "releaseStream"), (3.0, "FCPublish"), (4.0, "createStream"), (5.0, "_checkbw")]
    {
        peer.command(name, transaction, Amf0Value::Null, vec!["k".into()]);
    }
    peer.command("play", 6.0, Amf0Value::Null, vec!["k".into()]);
    peer.send(message::USER_CONTROL, 0, vec![0, 6, 1, 2, 3, 4]);
    peer.talk(&mut server, now).unwrap();
    let results: Vec<_> = peer.commands("_result").iter().map(|command| command.transaction).collect();
    assert_eq!(results, [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(peer.commands("onFCPublish").len(), 1);
    assert_eq!(peer.status_codes(), ["NetStream.Play.Failed"]);
    assert_eq!(peer.received.last(), Some(&Message::OtherControl(7)), "ping answered");
    assert_eq!(UserControl::PingResponse(0x0102_0304).encode().as_ref(), [0, 7, 1, 2, 3, 4]);
}

#[test]
fn connect_answer_names_enhanced_codecs() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    peer.connect().talk(&mut server, now).unwrap();
    let answer = peer.commands("_result")[0];
    for object in [&answer.object, answer.info().unwrap()] {
        let names = ["avc1", "hvc1", "av01", "mp4a"].map(Amf0Value::from).to_vec();
        assert_eq!(object.get("fourCcList"), Some(&Amf0Value::StrictArray(names)));
        assert_eq!(object.get("videoFourCcInfoMap").unwrap().get("hvc1"), Some(&5.0.into()));
        assert_eq!(object.get("audioFourCcInfoMap").unwrap().properties().len(), 1);
    }
    assert_eq!(FourCc::HEVC.text(), "hvc1");
}

#[test]
fn reconnect_is_asked_only_of_those_who_can() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    peer.connect().talk(&mut server, now).unwrap();
    assert!(!server.request_reconnect(None, "restart"));

    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    let object = Amf0Value::object([("app", "live".into()), ("capsEx", 1.0.into())]);
    peer.command("connect", 1.0, object, vec![]).talk(&mut server, now).unwrap();
    assert!(server.request_reconnect(Some("rtmp://other/live"), "restart"));
    peer.talk(&mut server, now).unwrap();
    assert_eq!(peer.status_codes(), ["NetConnection.Connect.ReconnectRequest"]);
}

#[test]
fn client_hears_a_reconnect_request_and_later_statuses() {
    let now = Instant::now();
    let (mut client, mut server) = publishing(now);
    assert!(server.request_reconnect(Some("rtmp://other/live"), "restart"));
    exchange(&mut client, &mut server, now);
    let expected = ClientEvent::ReconnectRequested {
        tc_url: Some("rtmp://other/live".into()),
        description: "restart".into(),
    };
    assert_eq!(client.poll_event(), Some(expected));
}

#[test]
fn each_phase_has_its_time_limit() {
    let start = Instant::now();
    let after = |seconds| start + Duration::from_secs(seconds);
    let mut silent = ServerSession::new(ServerConfig::default(), start);
    assert_eq!(silent.deadline(), Some(after(5)));
    assert_eq!(silent.check(after(4)), Ok(()));
    let limit = Duration::from_secs(5);
    assert_eq!(silent.check(after(5)), Err(Error::Timeout { phase: Phase::Handshake, limit }));
    assert_eq!(silent.poll_event(), Some(ServerEvent::Closed));
    assert_eq!(silent.deadline(), None);

    let mut shy = ServerSession::new(ServerConfig::default(), start);
    HandPeer::new().connect().talk(&mut shy, after(1)).unwrap();
    assert_eq!(shy.deadline(), Some(after(11)));
    assert!(matches!(shy.check(after(11)), Err(Error::Timeout { phase: Phase::Login, .. })));

    let (_, mut stalled) = publishing(start);
    assert_eq!(stalled.deadline(), Some(after(15)));
    assert!(matches!(stalled.check(after(15)), Err(Error::Timeout { phase: Phase::Stream, .. })));
    assert_eq!(stalled.poll_event(), Some(ServerEvent::Unpublished));

    let mut waiting = ClientSession::new(client_config(), start);
    assert!(matches!(waiting.check(after(5)), Err(Error::Timeout { phase: Phase::Handshake, .. })));
    let (mut unanswered, _) = asked(start);
    assert!(matches!(unanswered.check(after(10)), Err(Error::Timeout { phase: Phase::Login, .. })));
    assert_eq!(publishing(start).0.deadline(), None);
}

#[test]
fn acknowledgements_tell_the_client_what_arrived() {
    let now = Instant::now();
    let (mut client, mut server) = publishing(now);
    assert_eq!(client.bytes_acknowledged(), None);
    for i in 0..40 {
        client.send_tag(&video(i, 50_000)).unwrap();
        assert!(client.bytes_queued() > 50_000);
        exchange(&mut client, &mut server, now);
    }
    let acknowledged = client.bytes_acknowledged().unwrap();
    let behind = client.bytes_sent() - acknowledged;
    assert!(behind <= 500_000 / 2 + 51_000, "{behind} bytes unreported");
}

#[test]
fn asking_without_reading_the_answers_ends_the_session() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    peer.connect().talk(&mut server, now).unwrap();
    let failed = (0..1000).find_map(|_| {
        for _ in 0..100 {
            peer.command("play", 0.0, Amf0Value::Null, vec![]);
        }
        server.receive(peer.out.split().freeze(), now).err()
    });
    assert_eq!(failed, Some(Error::AnswersNotRead(262_144)));
    assert_eq!(server.receive(Bytes::from_static(b"x"), now), Err(Error::Closed));
}

#[test]
fn aggregate_message_becomes_its_tags() {
    let now = Instant::now();
    let mut server = ServerSession::new(ServerConfig::default(), now);
    let mut peer = HandPeer::new();
    peer.connect().publish("k");
    let mut body = BytesMut::new();
    vitrine_rtmp::flv::write_tag(&video(10, 3), &mut body);
    vitrine_rtmp::flv::write_tag(&video(20, 3), &mut body);
    peer.send(message::AGGREGATE, 1, body.freeze()).talk(&mut server, now).unwrap();
    while server.poll_event().is_some() {}
    server.accept_publish(&[], now).unwrap();
    assert_eq!(server.poll_event(), Some(ServerEvent::Tag(video(0, 3))));
    assert_eq!(server.poll_event(), Some(ServerEvent::Tag(video(10, 3))));
}

#[test]
fn metadata_with_an_index_of_key_frames_is_passed_on_unread() {
    let now = Instant::now();
    let (mut client, mut server) = publishing(now);
    let times = Amf0Value::StrictArray(vec![1.0.into(); 300]);
    let tag = Tag::metadata(0, vec![("keyframes".into(), Amf0Value::object([("times", times)]))]);
    client.send_tag(&tag).unwrap();
    exchange(&mut client, &mut server, now);
    assert_eq!(server.poll_event(), Some(ServerEvent::Tag(tag)));
}
