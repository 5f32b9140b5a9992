//! Stories of the whole desk: a real programme, a server that takes it, a cloud that airs it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, mpsc, oneshot};
use vitrine_media::output::{BroadcastState, LossCause, RtmpTarget};
use vitrine_protocol::ShowState;
use vitrine_rtmp::{ServerConfig, ServerEvent, ServerSession};

use super::{Ask, Destination, Opened, Owner, Reply};
use crate::desk::Window;
use crate::desk::access::SignedIn;
use crate::desk::clock::system_clock;
use crate::desk::cloud::Cloud;
use crate::desk::faults::Faults;
use crate::desk::lookout::Lookout;
use crate::desk::note::NoteFile;
use crate::desk::phase::Step;
use crate::desk::room::Room;
use crate::desk::settings::{Settings, SettingsFile};
use crate::desk::view::{
    AirPhase, AirView, DeskEvent, FaultAction, FaultCode, FaultSource, FaultView, Quality, Severity,
    ShowView, SourceChoice, StageShowing, StageView, UplinkView, Verdict,
};
use crate::desk::world::{Awake, World};

/// What the window was told last, and every phase that it saw.
#[derive(Default)]
struct Told {
    air: Mutex<Vec<AirView>>,
    faults: Mutex<Vec<FaultView>>,
    all_faults: Mutex<Vec<FaultCode>>,
    stage: Mutex<Option<StageView>>,
    uplink: Mutex<Option<UplinkView>>,
}

impl Window for Told {
    fn tell(&self, event: DeskEvent) {
        match event {
            DeskEvent::Air(air) => self.air.lock().unwrap().push(air),
            DeskEvent::Faults(faults) => {
                self.all_faults.lock().unwrap().extend(faults.iter().map(|fault| fault.code));
                *self.faults.lock().unwrap() = faults;
            }
            DeskEvent::Uplink(uplink) => *self.uplink.lock().unwrap() = Some(uplink),
            DeskEvent::Stage(stage) => *self.stage.lock().unwrap() = Some(stage),
            _ => {}
        }
    }
}

impl Told {
    fn phase(&self) -> Option<AirPhase> {
        self.air.lock().unwrap().last().map(|air| air.phase)
    }

    /// Nothing is wrong but the chat, which this cloud has not, and the microphone, which a test machine has not.
    fn is_well(&self) -> bool {
        let elsewhere = [FaultSource::Chat, FaultSource::Microphone];
        self.faults.lock().unwrap().iter().all(|fault| elsewhere.contains(&fault.source))
    }

    fn fault(&self, code: FaultCode) -> Option<FaultView> {
        self.faults.lock().unwrap().iter().find(|fault| fault.code == code).cloned()
    }
}

async fn until(what: &str, within: Duration, wanted: impl Fn() -> bool) -> Duration {
    let started = Instant::now();
    while !wanted() {
        assert!(started.elapsed() < within, "{what}: not within {within:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    started.elapsed()
}

const SOON: Duration = Duration::from_secs(20);

/// Pictures that each publish brought, with its key.
type Publishes = Arc<Mutex<Vec<(String, usize)>>>;

/// A server that takes every key, or one.
#[derive(Clone)]
struct Ingest {
    url: String,
    publishes: Publishes,
    only: Arc<Mutex<Option<&'static str>>>,
    cut: Arc<Notify>,
    /// Nothing more is read from anybody.
    deaf: Arc<AtomicBool>,
    /// What the cloud says of the show.
    show: Arc<Mutex<Value>>,
    /// Who the cloud says has sent a picture, oldest first.
    arrived: Arc<Mutex<Vec<&'static str>>>,
    /// Keys that the cloud was asked for.
    keys_asked: Arc<AtomicUsize>,
}

impl Ingest {
    async fn start() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // A line has room for little.
        socket.set_recv_buffer_size(32 << 10).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(16).unwrap();
        let url = format!("rtmp://{}/live", listener.local_addr().unwrap());
        let ingest = Self {
            url,
            publishes: Publishes::default(),
            only: Arc::default(),
            cut: Arc::default(),
            deaf: Arc::default(),
            show: Arc::new(Mutex::new(json!({ "live_at": "2026-01-01T10:00:00Z" }))),
            arrived: Arc::default(),
            keys_asked: Arc::default(),
        };
        let server = ingest.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move {
                    let cut = server.cut.clone();
                    tokio::select! { _ = server.take(stream) => {}, () = cut.notified() => {} }
                });
            }
        });
        ingest
    }

    fn target(&self) -> RtmpTarget {
        RtmpTarget::new(&self.url, "vtp_same").unwrap()
    }

    /// Only this key is taken from now on.
    fn takes_only(&self, key: &'static str) {
        *self.only.lock().unwrap() = Some(key);
    }

    fn takes_all(&self) {
        *self.only.lock().unwrap() = None;
    }

    /// The cloud's word.
    fn answer(&self, request: &str) -> String {
        if request.contains("/publish-key ") {
            self.keys_asked.fetch_add(1, Ordering::Relaxed);
            return json!({ "rtmp_url": self.url, "stream_key": "vtp_next" }).to_string();
        }
        if request.contains("/timeline?") {
            let arrived = self.arrived.lock().unwrap();
            let items: Vec<_> = (arrived.iter().enumerate())
                .map(|(seq, session)| {
                    json!({ "seq": seq, "event": { "kind": "publisher_arrived", "session": session } })
                })
                .collect();
            return json!({ "items": items, "next": null }).to_string();
        }
        self.show.lock().unwrap().to_string()
    }

    /// A colleague's picture takes the place of whoever is on air: their key is the only one, and the old connection is cut.
    fn taken_over(&self) {
        *self.show.lock().unwrap() = json!({ "state": "live", "receiving": true });
        self.arrived.lock().unwrap().extend(["session-0", "theirs"]);
        self.takes_only("vtp_colleague");
        self.cut.notify_waiters();
    }

    /// Pictures of the publish with this number.
    fn pictures(&self, publish: usize) -> usize {
        self.publishes.lock().unwrap().get(publish).map_or(0, |publish| publish.1)
    }

    fn keys(&self) -> Vec<String> {
        self.publishes.lock().unwrap().iter().map(|publish| publish.0.clone()).collect()
    }

    async fn take(&self, mut stream: TcpStream) -> Option<()> {
        let mut session = ServerSession::new(ServerConfig::default(), Instant::now());
        let (mut number, mut buffer) = (None, vec![0; 64 << 10]);
        loop {
            while self.deaf.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
            session.receive(buffer[..read].to_vec().into(), Instant::now()).ok()?;
            while let Some(event) = session.poll_event() {
                match event {
                    ServerEvent::PublishRequested { stream_key, .. } => {
                        let key = stream_key.expose().to_owned();
                        if self.only.lock().unwrap().is_some_and(|only| only != key) {
                            session
                                .reject_publish("NetStream.Publish.BadName", "No show has this key.")
                                .ok()?;
                            continue;
                        }
                        let mut publishes = self.publishes.lock().unwrap();
                        number = Some(publishes.len());
                        publishes.push((key, 0));
                        let id = format!("session-{}", publishes.len() - 1);
                        let extra = [("session", id.as_str().into())];
                        session.accept_publish(&extra, Instant::now()).unwrap();
                    }
                    ServerEvent::Tag(tag) if !tag.is_sequence_header() => {
                        self.publishes.lock().unwrap()[number?].1 += 1;
                    }
                    ServerEvent::Closed => return None,
                    _ => {}
                }
            }
            let out = session.take_output();
            stream.write_all(&out).await.ok()?;
        }
    }
}

/// A cloud that airs every show, gives `vtp_next` as its key, and has no chat.
async fn cloud(ingest: &Ingest) -> Cloud {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let ingest = ingest.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let ingest = ingest.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 8192];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let body = ingest.answer(&String::from_utf8_lossy(&request[..read]));
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cloud = Cloud::new().unwrap();
    cloud.access().set(Some(SignedIn { base, token: "vts_test".into() }));
    cloud
}

/// A show that its host opens.
fn opened() -> Opened {
    let show = ShowView {
        org_id: "018f0000-0000-7000-8000-000000000001".into(),
        show_id: "018f0000-0000-7000-8000-000000000002".into(),
        title: "Autumn drop".into(),
        state: ShowState::Draft,
        live_at_ms: None,
        receiving: false,
        elsewhere: false,
        rungs: vec![],
        lineup_revision: 0,
    };
    Opened { directs: true, show }
}

struct Desk {
    owner: mpsc::Sender<Ask>,
    told: Arc<Told>,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn start(source: SourceChoice, ingest: &Ingest) -> Self {
        let (task, asks, desk) = Self::before(source, cloud(ingest).await);
        tokio::spawn(task.run(asks));
        let opened = opened();
        desk.ask(|done| Ask::Open(Box::new(opened), done)).await.unwrap();
        desk
    }

    /// Its owner does not run yet.
    fn before(source: SourceChoice, cloud: Cloud) -> (Owner, mpsc::Receiver<Ask>, Self) {
        let folder = tempfile::tempdir().unwrap();
        let settings = SettingsFile::of(folder.path(), "host");
        let kept = Settings {
            source: Some(source),
            source_name: Some("Studio camera".into()),
            microphone: Some(None),
            quality: Quality::P360,
            ..Settings::default()
        };
        settings.write(&kept).unwrap();
        let told = Arc::new(Told::default());
        let window: Arc<dyn Window> = told.clone();
        let (owner, asks) = mpsc::channel(64);
        let world = World {
            clock: system_clock(),
            stay_awake: Arc::new(|| Box::pin(async { Ok(Box::new(()) as Awake) })),
            lookout: Lookout::new(Arc::new(vitrine_media::device::list)),
        };
        let (faults, note) =
            (Faults::new(window.clone(), system_clock()), NoteFile::of(folder.path(), "host"));
        let task = Owner::new(settings, cloud, window, world, faults, note, owner.clone());
        (task, asks, Self { owner, told, _folder: folder })
    }

    async fn ask<T>(&self, make: impl FnOnce(Reply<T>) -> Ask) -> T {
        let (tx, rx) = oneshot::channel();
        self.owner.send(make(tx)).await.ok().unwrap();
        rx.await.unwrap()
    }

    async fn take_off(&self, target: RtmpTarget) {
        let departure = self.ask(Ask::GoLive).await.unwrap();
        let destination = Destination { target: Box::new(target), takes_over: false };
        self.ask(|done| Ask::Takeoff(departure.turn, Ok(Some(destination)), done)).await;
    }

    async fn go_live(&self, target: RtmpTarget) {
        self.take_off(target).await;
        until("live", SOON, || self.told.phase() == Some(AirPhase::Live)).await;
    }

    /// The programme breaks for these reasons, at once.
    async fn break_down(&self, reasons: &'static [&'static str]) {
        self.owner.send(Ask::BreakDown(reasons)).await.ok().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_programme_that_breaks_on_air_is_back_within_two_seconds_and_the_host_is_asked_when_it_breaks_twice()
 {
    let ingest = Ingest::start().await;
    let desk = Desk::start(SourceChoice::TestPattern, &ingest).await;
    desk.go_live(ingest.target()).await;
    let pictures = |publish| ingest.pictures(publish);
    until("pictures", SOON, || pictures(0) > 10).await;

    // two errors in a row: the second belongs to the old programme and must not touch the new one
    desk.break_down(&["the card fell out", "and then the cable"]).await;
    let back = until("pictures again", SOON, || pictures(1) > 0).await;
    assert!(back < Duration::from_secs(2), "{back:?}");
    until("live again", SOON, || desk.told.phase() == Some(AirPhase::Live)).await;
    let phases: Vec<_> = desk.told.air.lock().unwrap().iter().map(|air| air.phase).collect();
    assert_eq!(phases[phases.len() - 3..], [AirPhase::Live, AirPhase::Reconnecting, AirPhase::Live]);
    assert!(desk.told.all_faults.lock().unwrap().contains(&FaultCode::PipelineRestarts), "it is told");
    until("all is well", SOON, || desk.told.is_well()).await;

    desk.break_down(&["it is broken for good"]).await;
    until("the host is asked", SOON, || desk.told.fault(FaultCode::PipelineFailed).is_some()).await;
    let fault = desk.told.fault(FaultCode::PipelineFailed).unwrap();
    assert_eq!(fault.actions, [FaultAction::TryAgain, FaultAction::EndShow]);
    assert!(fault.detail.unwrap().contains("it is broken for good"));
    assert_eq!(desk.told.phase(), Some(AirPhase::Reconnecting), "the show is still live at the cloud");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(ingest.keys().len(), 2, "nothing is sent until the host says so");

    desk.ask(|done| Ask::ActOnFault(FaultCode::PipelineFailed, FaultAction::TryAgain, done)).await.unwrap();
    until("pictures once more", SOON, || pictures(2) > 0).await;
    until("live once more", SOON, || desk.told.phase() == Some(AirPhase::Live)).await;
    assert!(desk.told.fault(FaultCode::PipelineFailed).is_none());
    assert_eq!(ingest.keys(), ["vtp_same"; 3]);
    // while it breaks a third time, the show can be ended
    desk.ask(Ask::End).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_camera_that_is_not_there_is_never_replaced_and_the_host_is_asked() {
    let chosen = SourceChoice::Camera { id: "usb-of-another-machine".into() };
    let desk = Desk::start(chosen.clone(), &Ingest::start().await).await;
    until("the host is asked", SOON, || desk.told.fault(FaultCode::CameraMissing).is_some()).await;
    let fault = desk.told.fault(FaultCode::CameraMissing).unwrap();
    assert_eq!(fault.subject.as_deref(), Some("Studio camera"), "by its name, though it is not there");
    assert_eq!(fault.actions, [FaultAction::TryAgain, FaultAction::ChooseSource]);
    let stage = desk.told.stage.lock().unwrap().clone().unwrap();
    assert_eq!((stage.source, stage.showing), (chosen, StageShowing::Still));
    desk.ask(|done| Ask::ActOnFault(FaultCode::CameraMissing, FaultAction::TryAgain, done)).await.unwrap();

    desk.ask(|done| Ask::SetSource(SourceChoice::TestPattern, done)).await.unwrap();
    until("the chosen picture", SOON, || {
        desk.told.stage.lock().unwrap().as_ref().is_some_and(|stage| stage.showing == StageShowing::Source)
    })
    .await;
    assert!(desk.told.is_well());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_was_refused_is_never_sent_by_a_programme_that_is_built_anew() {
    let ingest = Ingest::start().await;
    let desk = Desk::start(SourceChoice::TestPattern, &ingest).await;
    ingest.takes_only("vtp_other");
    desk.take_off(ingest.target()).await;
    until("it is refused", SOON, || desk.told.fault(FaultCode::StreamRefused).is_some()).await;
    assert_eq!(desk.told.phase(), Some(AirPhase::Preview));

    ingest.takes_all();
    desk.break_down(&["the card fell out"]).await;
    desk.ask(|done| Ask::SetQuality(Quality::P540, done)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(ingest.keys(), [""; 0], "only the host sees this");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_a_colleague_replaced_is_replaced_here_too_without_leaving_the_air() {
    let ingest = Ingest::start().await;
    let desk = Desk::start(SourceChoice::TestPattern, &ingest).await;
    desk.go_live(ingest.target()).await;
    until("pictures", SOON, || ingest.pictures(0) > 10).await;

    ingest.takes_only("vtp_next");
    ingest.cut.notify_waiters();
    // Our own lost connection may hold the place, so the old key is tried for a while.
    until("pictures with the next key", 3 * SOON, || ingest.pictures(1) > 0).await;
    assert_eq!(ingest.keys(), ["vtp_same", "vtp_next"]);
    until("live again", SOON, || desk.told.phase() == Some(AirPhase::Live)).await;
    let phases: Vec<_> = desk.told.air.lock().unwrap().iter().map(|air| air.phase).collect();
    assert!(phases.ends_with(&[AirPhase::Live, AirPhase::Reconnecting, AirPhase::Live]), "{phases:?}");
    desk.ask(Ask::End).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_takes_nothing_is_on_the_list_for_as_long_as_it_is_late_and_no_longer_off_air() {
    let ingest = Ingest::start().await;
    let desk = Desk::start(SourceChoice::TestPattern, &ingest).await;
    desk.go_live(ingest.target()).await;
    until("pictures", SOON, || ingest.pictures(0) > 30).await;
    assert!(desk.told.fault(FaultCode::UplinkSlow).is_none());

    ingest.deaf.store(true, Ordering::Relaxed);
    let severity = |desk: &Desk| desk.told.fault(FaultCode::UplinkSlow).map(|fault| fault.severity);
    until("it is poor", SOON, || severity(&desk) == Some(Severity::Warn)).await;
    let uplink = || desk.told.uplink.lock().unwrap().clone().unwrap();
    assert_eq!(uplink().verdict, Verdict::Poor);
    // The first picture left out may come before the law has measured the line.
    until("less is sent", SOON, || uplink().aim_kbps < uplink().chosen_kbps).await;

    ingest.deaf.store(false, Ordering::Relaxed);
    desk.ask(Ask::CancelAir).await.unwrap();
    assert!(desk.told.fault(FaultCode::UplinkSlow).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_studio_that_a_colleague_took_over_from_steps_back_and_does_not_steal_the_show_again() {
    let ingest = Ingest::start().await;
    let desk = Desk::start(SourceChoice::TestPattern, &ingest).await;
    desk.go_live(ingest.target()).await;
    until("pictures", SOON, || ingest.pictures(0) > 10).await;

    ingest.taken_over();
    let found = until("it steps back", 2 * SOON, || desk.told.phase() == Some(AirPhase::Preview)).await;
    assert!(found < Duration::from_secs(6), "the cloud knows at once: {found:?}");
    let fault = desk.told.fault(FaultCode::StreamRefused).unwrap();
    assert!(fault.detail.unwrap().contains("colleague"));
    // as long as seven tries with the old key would take
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!((ingest.keys_asked.load(Ordering::Relaxed), ingest.keys().len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_has_ended_elsewhere_is_over_at_the_first_refusal() {
    let ingest = Ingest::start().await;
    let desk = Desk::start(SourceChoice::TestPattern, &ingest).await;
    desk.go_live(ingest.target()).await;
    until("pictures", SOON, || ingest.pictures(0) > 10).await;

    *ingest.show.lock().unwrap() = json!({ "state": "ended", "receiving": false });
    ingest.takes_only("vtp_none");
    ingest.cut.notify_waiters();
    let found = until("it is over", 2 * SOON, || desk.told.phase() == Some(AirPhase::Ended)).await;
    assert!(found < Duration::from_secs(6), "{found:?}");
    assert_eq!(ingest.keys_asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_show_at_which_encoders_come_too_often_is_tried_again_and_the_host_reads_why() {
    let (mut owner, _asks, desk) = Desk::before(SourceChoice::Still, cloud(&Ingest::start().await).await);
    owner.room = Some(Room::new(opened().show));
    owner.step(Step::Opened);
    owner.step(Step::GoLive);
    owner.broadcast(&BroadcastState::Reconnecting {
        attempt: 1,
        cause: LossCause::NotNow,
        reason: "Encoders connect to this show too often.".into(),
    });
    assert_eq!(desk.told.phase(), Some(AirPhase::Connecting), "it is not over");
    let fault = desk.told.fault(FaultCode::CloudRefused).unwrap();
    assert_eq!(fault.detail.as_deref(), Some("Encoders connect to this show too often."));
    assert_eq!(fault.actions, [FaultAction::CancelAir], "nothing else is to be done");
    owner.broadcast(&BroadcastState::Publishing { session: Some("session-0".into()) });
    assert!(desk.told.fault(FaultCode::CloudRefused).is_none());
}

#[tokio::test]
async fn a_hint_on_the_way_to_the_air_does_not_outlive_the_way() {
    let (mut owner, _asks, desk) = Desk::before(SourceChoice::Still, cloud(&Ingest::start().await).await);
    let publishing = || BroadcastState::Publishing { session: Some("session-0".into()) };
    let reconnecting = || BroadcastState::Reconnecting {
        attempt: 1,
        cause: LossCause::Broken,
        reason: "reset by peer".into(),
    };
    owner.room = Some(Room::new(opened().show));
    owner.step(Step::Opened);
    owner.step(Step::GoLive);
    let turn = owner.phase.turn();
    owner.broadcast(&publishing());
    owner.broadcast(&reconnecting());
    assert!(desk.told.fault(FaultCode::ConnectionBroken).is_some());
    owner.aired(turn, Ok(5.0)).await;
    assert!(desk.told.fault(FaultCode::ConnectionBroken).is_none(), "its button would take the show off air");
    assert_eq!(desk.told.phase(), Some(AirPhase::Reconnecting), "as the line is");
    assert!(desk.told.fault(FaultCode::UplinkLost).is_some());
    owner.broadcast(&publishing());
    assert_eq!(desk.told.phase(), Some(AirPhase::Live));
    assert!(desk.told.is_well());

    // the same without a break
    owner.step(Step::Cancelled);
    owner.step(Step::GoLive);
    let turn = owner.phase.turn();
    owner.broadcast(&publishing());
    owner.aired(turn, Ok(5.0)).await;
    assert_eq!(desk.told.phase(), Some(AirPhase::Live));
    assert!(desk.told.is_well());
}
