use std::time::Instant as Moment;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use vitrine_rtmp::flv::{Tag, TagKind};
use vitrine_rtmp::{Amf0Value, ClientConfig, ClientEvent, ClientSession, ConnectionGate};

use super::*;
use crate::ingest::testing::{GOOD_KEY, Stage, eventually};
use crate::show::MediaFact;

struct Encoder {
    socket: TcpStream,
    session: ClientSession,
}

impl Encoder {
    /// Connects through a listener that serves exactly this connection.
    async fn connect(hub: &Arc<Hub>, key: &str) -> Self {
        Self::connect_from("127.0.0.1", hub, key).await
    }

    /// The same, from an address of this machine.
    async fn connect_from(from: &str, hub: &Arc<Hub>, key: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (hub, gate) = (hub.clone(), ConnectionGate::new(4, 4));
        tokio::spawn(async move {
            let (socket, remote) = listener.accept().await.unwrap();
            serve(hub, socket, remote, gate.enter(remote.ip()).unwrap()).await;
        });
        let config = ClientConfig::new("live", format!("rtmp://{address}/live"), StreamKey::new(key));
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
        socket.set_nodelay(true).unwrap(); // what is sent is there at once, also behind what was not acknowledged yet
        Self {
            socket: socket.connect(address).await.unwrap(),
            session: ClientSession::new(config, Moment::now()),
        }
    }

    async fn flush(&mut self) {
        let output = self.session.take_output();
        self.socket.write_all(&output).await.unwrap();
    }

    async fn event(&mut self) -> ClientEvent {
        loop {
            self.flush().await;
            if let Some(event) = self.session.poll_event() {
                return event;
            }
            let mut buffer = BytesMut::new();
            if self.socket.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                self.session.peer_closed();
            } else {
                self.session.receive(buffer.freeze(), Moment::now()).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_good_key_gets_its_session_and_its_loss_is_told_at_once() {
    let stage = Stage::new();
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    let mut encoder = Encoder::connect(&hub, GOOD_KEY).await;
    let ClientEvent::Publishing { info } = encoder.event().await else { panic!("refused") };
    let session = info.get("session").and_then(Amf0Value::as_str).unwrap().parse().unwrap();
    stage.until_admitted(session).await;
    let payload = Bytes::from_static(b"\x17\x01\0\0\0key");
    encoder.session.send_tag(&Tag { kind: TagKind::Video, timestamp_ms: 0, payload }).unwrap();
    encoder.flush().await;
    let before = Moment::now();
    drop(encoder);
    stage.until_told(MediaFact::PublisherLost { session, reason: LossReason::Disconnected }).await;
    assert!(before.elapsed() < Duration::from_millis(300));
}

#[tokio::test]
async fn a_bad_key_and_a_second_encoder_read_why_they_are_refused() {
    let stage = Stage::new();
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    let rejection = async |key: &str| match Encoder::connect(&hub, key).await.event().await {
        ClientEvent::Rejected { description, .. } => description,
        other => panic!("{other:?}"),
    };
    assert_eq!(rejection("vtp_bad").await, "This key opens nothing.");
    let mut first = Encoder::connect(&hub, GOOD_KEY).await;
    assert!(matches!(first.event().await, ClientEvent::Publishing { .. }));
    assert!(rejection(GOOD_KEY).await.contains("another encoder"));
    let admitted = |fact: &&MediaFact| matches!(fact, MediaFact::Admitted { .. });
    assert_eq!(
        stage.door.facts.lock().iter().filter(admitted).count(),
        1,
        "who was refused was not admitted"
    );
}

#[tokio::test]
async fn a_publisher_that_breaks_a_bound_reads_why_and_the_timeline_does_not_call_it_a_goodbye() {
    let stage = Stage::new();
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    let mut encoder = Encoder::connect(&hub, GOOD_KEY).await;
    let ClientEvent::Publishing { info } = encoder.event().await else { panic!("refused") };
    let session = info.get("session").and_then(Amf0Value::as_str).unwrap().parse().unwrap();
    stage.until_admitted(session).await;
    let payload = Bytes::from(vec![0x27; 8_000_001]);
    encoder.session.send_tag(&Tag { kind: TagKind::Video, timestamp_ms: 0, payload }).unwrap();
    let output = encoder.session.take_output().slice(..4_000);
    encoder.socket.write_all(&output).await.unwrap();
    let ClientEvent::Status { level, description, .. } = encoder.event().await else { panic!("no word") };
    assert!(level == "error" && description.contains("8000000"), "{description}");
    stage.until_told(MediaFact::PublisherLost { session, reason: LossReason::Protocol }).await;
}

#[tokio::test]
async fn silence_is_told_and_so_is_its_end() {
    let stage = Stage::with(|settings| settings.silent_after = Duration::from_millis(150));
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    let mut encoder = Encoder::connect(&hub, GOOD_KEY).await;
    assert!(matches!(encoder.event().await, ClientEvent::Publishing { .. }));
    let lost = |fact: &MediaFact| matches!(fact, MediaFact::PublisherLost { reason: LossReason::Silent, .. });
    eventually(|| stage.door.facts.lock().iter().any(lost)).await;
    let payload = Bytes::from_static(b"\x17\x01\0\0\0key");
    encoder.session.send_tag(&Tag { kind: TagKind::Video, timestamp_ms: 0, payload }).unwrap();
    encoder.flush().await;
    encoder.session.close();
    encoder.flush().await;
    let left = |fact: &MediaFact| matches!(fact, MediaFact::PublisherLost { reason: LossReason::Closed, .. });
    eventually(|| stage.door.facts.lock().iter().any(left)).await;
}

#[tokio::test]
async fn a_process_that_stood_still_reads_what_came_before_it_calls_anybody_silent() {
    let stage = Stage::new();
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    let mut encoder = Encoder::connect(&hub, GOOD_KEY).await;
    assert!(matches!(encoder.event().await, ClientEvent::Publishing { .. }));
    tokio::time::pause();
    for n in 0..20 {
        let payload = Bytes::from_static(b"\x27\x01\0\0\0inter");
        encoder.session.send_tag(&Tag { kind: TagKind::Video, timestamp_ms: n * 3_000, payload }).unwrap();
        encoder.flush().await;
        // Both what came and the end of the patience are there when it looks again.
        tokio::time::advance(Duration::from_secs(3)).await;
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }
    let lost = |fact: &MediaFact| matches!(fact, MediaFact::PublisherLost { .. });
    let told = stage.door.facts.lock().iter().find(|fact| lost(fact)).cloned();
    assert_eq!(told, None);
}

#[tokio::test]
async fn an_encoder_that_was_let_in_comes_back_while_shows_do_not_answer() {
    let stage = Stage::new();
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    let connect = async || Encoder::connect(&hub, GOOD_KEY).await.event().await;
    let mut encoder = Encoder::connect(&hub, GOOD_KEY).await;
    let ClientEvent::Publishing { info } = encoder.event().await else { panic!("refused") };
    let session = info.get("session").and_then(Amf0Value::as_str).unwrap().parse().unwrap();
    stage.until_admitted(session).await;
    drop(encoder);
    stage.until_told(MediaFact::PublisherLost { session, reason: LossReason::Disconnected }).await;
    stage.door.away(true);
    let ClientEvent::Publishing { info } = connect().await else { panic!("its show is here") };
    let second = info.get("session").and_then(Amf0Value::as_str).unwrap().parse().unwrap();
    assert_ne!(session, second);
    stage.door.away(false);
    stage.until_told(MediaFact::PublisherLost { session: second, reason: LossReason::Disconnected }).await;
    stage.until_admitted(second).await; // told later
    for forget in [true, false] {
        stage.door.away(true);
        if forget {
            hub.forget_key(stage.door.show);
        } else {
            hub.order(stage.door.show, crate::ingest::airing::Order::CloseKey).await;
        }
        let ClientEvent::Rejected { code, .. } = connect().await else {
            panic!("it may open nothing any more")
        };
        assert_eq!(code, FAILED);
        stage.door.away(false);
        assert!(matches!(connect().await, ClientEvent::Publishing { .. }));
        eventually(|| hub.find(stage.door.show).is_none_or(|show| show.is_quiet())).await;
    }
}

/// The node that owns the show, listening for publishers, and one that does not.
async fn two_nodes() -> (Stage, Arc<Hub>, Arc<Hub>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let owner = Stage::with(|settings| settings.rtmp_port = port);
    let here = Arc::new(Hub::new(owner.deps.clone()));
    let other = Arc::new(Hub::new(owner.second_node()));
    here.own(owner.door.show).await.ok().unwrap();
    tokio::spawn(crate::ingest::listener::run(
        here.clone(),
        listener,
        ConnectionGate::new(8, 8),
        crate::base::Proxies::default(),
        tokio_util::sync::CancellationToken::new(),
    ));
    (owner, here, other)
}

#[tokio::test]
async fn a_publisher_that_reaches_another_node_is_handed_on_to_the_owner() {
    let (stage, here, other) = two_nodes().await;
    let from = if cfg!(target_os = "linux") { "127.0.0.2" } else { "127.0.0.1" };
    let mut encoder = Encoder::connect_from(from, &other, GOOD_KEY).await;
    let ClientEvent::Publishing { info } = encoder.event().await else { panic!("refused") };
    let session = info.get("session").and_then(Amf0Value::as_str).unwrap().parse().unwrap();
    stage.until_told(MediaFact::Admitted { session, remote: from.parse().unwrap() }).await;
    assert!(here.find(stage.door.show).is_some() && other.find(stage.door.show).is_none());
    let second = match Encoder::connect(&other, GOOD_KEY).await.event().await {
        ClientEvent::Rejected { description, .. } => description,
        other => panic!("{other:?}"),
    };
    assert!(second.contains("another encoder"), "the owner's word reaches the person: {second}");
    encoder.session.close();
    encoder.flush().await;
    stage.until_told(MediaFact::PublisherLost { session, reason: LossReason::Closed }).await;
}

#[tokio::test]
async fn who_comes_too_often_reads_it_here_and_through_another_node_and_not_that_the_key_is_wrong() {
    let (stage, here, other) = two_nodes().await;
    let show = here.find(stage.door.show).unwrap();
    let encoder = ClientConfig::new("live", "rtmp://cloud/live", StreamKey::new(GOOD_KEY)).flash_ver;
    let remote = Remote { address: "127.0.0.1".parse().unwrap(), encoder };
    while let Ok((session, _)) = stage.publish_from(&show, remote.clone()).await {
        show.send(Input::Gone { session, reason: LossReason::NotCarried }).await.unwrap();
    }
    for door in [&here, &other] {
        let asked = Moment::now();
        match Encoder::connect(door, GOOD_KEY).await.event().await {
            ClientEvent::Rejected { code, description } => {
                assert_eq!(code, "NetStream.Publish.Denied");
                assert!(description.contains("too often"), "{description}");
            }
            other => panic!("{other:?}"),
        }
        assert!(asked.elapsed() < Duration::from_secs(4), "it is the owner's last word");
    }
}

#[tokio::test]
async fn a_publisher_reads_that_its_key_was_revoked_here_and_through_another_node() {
    let (stage, here, other) = two_nodes().await;
    let mut heard = Vec::new();
    for door in [&here, &other] {
        let mut encoder = Encoder::connect(door, GOOD_KEY).await;
        assert!(matches!(encoder.event().await, ClientEvent::Publishing { .. }));
        here.order(stage.door.show, crate::ingest::airing::Order::CloseKey).await;
        match encoder.event().await {
            ClientEvent::Status { level, code, description } if level == "error" => {
                heard.push((code, description));
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(encoder.event().await, ClientEvent::Closed));
    }
    assert!(heard[0].1.contains("key") && heard[0] == heard[1], "{heard:?}");
    let revoked =
        |fact: &MediaFact| matches!(fact, MediaFact::PublisherLost { reason: LossReason::KeyRevoked, .. });
    eventually(|| stage.door.facts.lock().iter().any(revoked)).await;
}

#[tokio::test]
async fn a_suspended_organisations_publisher_is_sent_away_wherever_it_is_and_one_on_air_is_not() {
    let (stage, here, other) = two_nodes().await;
    stage.door.bars();
    for door in [&here, &other] {
        let mut encoder = Encoder::connect(door, GOOD_KEY).await;
        assert!(matches!(encoder.event().await, ClientEvent::Publishing { .. }));
        here.order(stage.door.show, crate::ingest::airing::Order::Bar).await;
        match encoder.event().await {
            ClientEvent::Status { level, description, .. } if level == "error" => {
                assert!(description.contains("suspended"), "{description}");
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(encoder.event().await, ClientEvent::Closed));
    }
    let barred =
        |fact: &MediaFact| matches!(fact, MediaFact::PublisherLost { reason: LossReason::Suspended, .. });
    eventually(|| stage.door.facts.lock().iter().any(barred)).await;
    let lost = || {
        stage.door.facts.lock().iter().filter(|fact| matches!(fact, MediaFact::PublisherLost { .. })).count()
    };
    let before = lost();
    let mut encoder = Encoder::connect(&here, GOOD_KEY).await;
    assert!(matches!(encoder.event().await, ClientEvent::Publishing { .. }));
    let at = chrono::DateTime::UNIX_EPOCH;
    here.order(stage.door.show, crate::ingest::airing::Order::GoLive { at }).await;
    here.order(stage.door.show, crate::ingest::airing::Order::Bar).await;
    let quiet = timeout(Duration::from_millis(300), encoder.event()).await;
    assert!(quiet.is_err() && lost() == before, "what is on air goes on");
}
