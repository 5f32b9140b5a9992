//! Stories of the whole desk: a real programme, a server that takes it, a cloud that airs it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use vitrine_media::output::RtmpTarget;
use vitrine_protocol::ShowState;
use vitrine_rtmp::{ServerConfig, ServerEvent, ServerSession};

use super::{Ask, Opened, Owner, Reply};
use crate::desk::Window;
use crate::desk::access::SignedIn;
use crate::desk::clock::system_clock;
use crate::desk::cloud::Cloud;
use crate::desk::faults::Faults;
use crate::desk::note::NoteFile;
use crate::desk::settings::{Settings, SettingsFile};
use crate::desk::view::{
    AirPhase, AirView, DeskEvent, FaultAction, FaultCode, FaultSource, FaultView, Quality, ShowView,
    SourceChoice, StageShowing, StageView,
};
use crate::desk::world::{Awake, World};

/// What the window was told last, and every phase that it saw.
#[derive(Default)]
struct Told {
    air: Mutex<Vec<AirView>>,
    faults: Mutex<Vec<FaultView>>,
    all_faults: Mutex<Vec<FaultCode>>,
    stage: Mutex<Option<StageView>>,
}

impl Window for Told {
    fn tell(&self, event: DeskEvent) {
        match event {
            DeskEvent::Air(air) => self.air.lock().unwrap().push(air),
            DeskEvent::Faults(faults) => {
                self.all_faults.lock().unwrap().extend(faults.iter().map(|fault| fault.code));
                *self.faults.lock().unwrap() = faults;
            }
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

async fn rtmp_server() -> (RtmpTarget, Publishes) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target =
        RtmpTarget::new(&format!("rtmp://{}/live", listener.local_addr().unwrap()), "vtp_same").unwrap();
    let publishes = Publishes::default();
    let seen = publishes.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take(stream, seen.clone()));
        }
    });
    (target, publishes)
}

async fn take(mut stream: TcpStream, publishes: Publishes) -> Option<()> {
    let mut session = ServerSession::new(ServerConfig::default(), Instant::now());
    let (mut number, mut buffer) = (None, vec![0; 64 << 10]);
    loop {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        session.receive(buffer[..read].to_vec().into(), Instant::now()).ok()?;
        while let Some(event) = session.poll_event() {
            match event {
                ServerEvent::PublishRequested { stream_key, .. } => {
                    let mut publishes = publishes.lock().unwrap();
                    number = Some(publishes.len());
                    publishes.push((stream_key.expose().to_owned(), 0));
                    session.accept_publish(&[], Instant::now()).unwrap();
                }
                ServerEvent::Tag(tag) if !tag.is_sequence_header() => {
                    publishes.lock().unwrap()[number?].1 += 1;
                }
                ServerEvent::Closed => return None,
                _ => {}
            }
        }
        let out = session.take_output();
        stream.write_all(&out).await.ok()?;
    }
}

/// A cloud that airs every show, and has no chat.
async fn cloud() -> Cloud {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 8192]).await;
                let body = r#"{"live_at":"2026-01-01T10:00:00Z"}"#;
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

struct Desk {
    owner: mpsc::Sender<Ask>,
    told: Arc<Told>,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn start(source: SourceChoice) -> Self {
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
        };
        let (faults, note) =
            (Faults::new(window.clone(), system_clock()), NoteFile::of(folder.path(), "host"));
        let task = Owner::new(settings, cloud().await, window, world, faults, note, owner.clone());
        tokio::spawn(task.run(asks));
        let desk = Self { owner, told, _folder: folder };
        let show = ShowView {
            org_id: "018f0000-0000-7000-8000-000000000001".into(),
            show_id: "018f0000-0000-7000-8000-000000000002".into(),
            title: "Autumn drop".into(),
            state: ShowState::Draft,
            live_at_ms: None,
            receiving: false,
            rungs: vec![],
            lineup_revision: 0,
        };
        desk.ask(|done| Ask::Open(Box::new(Opened { directs: true, show }), done)).await.unwrap();
        desk
    }

    async fn ask<T>(&self, make: impl FnOnce(Reply<T>) -> Ask) -> T {
        let (tx, rx) = oneshot::channel();
        self.owner.send(make(tx)).await.ok().unwrap();
        rx.await.unwrap()
    }

    async fn go_live(&self, target: RtmpTarget) {
        let departure = self.ask(Ask::GoLive).await.unwrap();
        self.ask(|done| Ask::Takeoff(departure.turn, Ok(Box::new(target)), done)).await;
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
    let (target, publishes) = rtmp_server().await;
    let desk = Desk::start(SourceChoice::TestPattern).await;
    desk.go_live(target).await;
    let pictures = |n: usize| publishes.lock().unwrap().get(n).map_or(0, |publish| publish.1);
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
    assert_eq!(publishes.lock().unwrap().len(), 2, "nothing is sent until the host says so");

    desk.ask(|done| Ask::ActOnFault(FaultCode::PipelineFailed, FaultAction::TryAgain, done)).await.unwrap();
    until("pictures once more", SOON, || pictures(2) > 0).await;
    until("live once more", SOON, || desk.told.phase() == Some(AirPhase::Live)).await;
    assert!(desk.told.fault(FaultCode::PipelineFailed).is_none());
    let keys: HashMap<String, usize> = publishes.lock().unwrap().iter().cloned().collect();
    assert_eq!(keys.keys().collect::<Vec<_>>(), ["vtp_same"]);
    // while it breaks a third time, the show can be ended
    desk.ask(Ask::End).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_camera_that_is_not_there_is_never_replaced_and_the_host_is_asked() {
    let chosen = SourceChoice::Camera { id: "usb-of-another-machine".into() };
    let desk = Desk::start(chosen.clone()).await;
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
