//! The desk as a whole, against a cloud that a test plays: how a show gets on air, and how it does not.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;
use vitrine_protocol::Code;

use super::faults::Fault;
use super::lookout::{ListDevices, Lookout};
use super::world::{Awake, World};
use super::*;

/// The window, as far as a test looks at it.
#[derive(Default)]
struct Seen(Mutex<Vec<DeskEvent>>);

impl Window for Seen {
    fn tell(&self, event: DeskEvent) {
        self.0.lock().unwrap().push(event);
    }
}

/// Counts itself while it lives.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(super) struct Stage {
    pub(super) desk: Desk,
    now_ms: Arc<AtomicU64>,
    awake: Arc<AtomicUsize>,
    _folder: tempfile::TempDir,
}

pub(super) const ORG: &str = "0199f0a0-0000-7000-8000-0000000000a1";
pub(super) const SHOW: &str = "0199f0a0-0000-7000-8000-0000000000b1";

/// A signed-in host at the desk of a show whose ingest is at `rtmp`.
async fn stage(rtmp: &str, sleep: Result<(), &'static str>) -> Stage {
    stage_at(cloud(format!("rtmp://{rtmp}/live")).await, sleep).await
}

/// The same at a cloud that the test plays itself.
pub(super) async fn stage_at(cloud: String, sleep: Result<(), &'static str>) -> Stage {
    let stage = signed_in(cloud, sleep, Arc::new(vitrine_media::device::list)).await;
    stage.desk.set_source(SourceChoice::TestPattern).await.unwrap();
    stage.desk.open_show(ORG.into(), SHOW.into()).await.unwrap();
    stage
}

async fn signed_in(cloud: String, sleep: Result<(), &'static str>, list: ListDevices) -> Stage {
    let stage = nobody(sleep, list).await;
    stage.desk.sign_in(cloud, "host@example.com".into(), "secret".into(), false).await.unwrap();
    stage
}

/// A desk that nobody has signed in at.
pub(super) async fn nobody(sleep: Result<(), &'static str>, list: ListDevices) -> Stage {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("host.json"), r#"{"quality":"p360","microphone":null}"#).unwrap();
    let (now_ms, awake) = (Arc::new(AtomicU64::new(1_000_000)), Arc::new(AtomicUsize::new(0)));
    let (clock, held) = (now_ms.clone(), awake.clone());
    let world = World {
        clock: Arc::new(move || clock.load(Ordering::SeqCst) as f64),
        stay_awake: Arc::new(move || {
            let held = held.clone();
            Box::pin(async move {
                sleep.map_err(str::to_owned)?;
                held.fetch_add(1, Ordering::SeqCst);
                Ok(Box::new(Counted(held)) as Awake)
            })
        }),
        lookout: Lookout::new(list),
    };
    let window = Arc::new(Seen::default());
    let desk = Desk::start_in(world, "host", folder.path().to_owned(), window).await.unwrap();
    Stage { desk, now_ms, awake, _folder: folder }
}

/// Answers what going live asks of the cloud; its chat is always away.
async fn cloud(rtmp_url: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let rtmp_url = rtmp_url.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    if socket.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let line = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
                let (status, body) = answer(&line, &rtmp_url);
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = socket.write_all(format!("{head}{body}").as_bytes()).await;
            });
        }
    });
    format!("http://{address}")
}

fn answer(line: &str, rtmp_url: &str) -> (&'static str, String) {
    let body = match line.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["POST", "/v1/sessions"] => json!({
            "token": "vts_test",
            "user": { "id": "u", "email": "host@example.com", "name": "Ada" },
            "organizations": [{ "id": ORG, "name": "Linen", "slug": "linen", "role": "host" }],
        }),
        ["POST", path] if path.ends_with("/publish-key") => {
            json!({ "rtmp_url": rtmp_url, "stream_key": "vtp_test" })
        }
        ["GET", path] if path.ends_with(SHOW) => json!({ "title": "Autumn drop", "state": "draft" }),
        _ => return ("404 Not Found", json!({ "code": "not_found", "title": "nothing here" }).to_string()),
    };
    ("200 OK", body.to_string())
}

impl Stage {
    fn pass(&self, time: Duration) {
        self.now_ms.fetch_add(time.as_millis() as u64, Ordering::SeqCst);
    }

    /// Looks until it is as expected; real time passes only as far as sockets and threads need it.
    pub(super) async fn until(&self, what: &str, good: impl Fn(&DeskSnapshot) -> bool) -> DeskSnapshot {
        let mut last = None;
        // a restarting server is not met at once: up to ten seconds, and a growing pause after each refusal
        for _ in 0..1200 {
            let now = self.desk.snapshot().await.unwrap();
            if good(&now) {
                return now;
            }
            last = Some((now.air, now.faults));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never: {what}; last {last:?}");
    }
}

pub(super) fn fault(snapshot: &DeskSnapshot, code: FaultCode) -> Option<&FaultView> {
    snapshot.faults.iter().find(|fault| fault.code == code)
}

/// A socket that nobody ever accepts from or answers at.
pub(super) fn black_hole() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_leads_back_to_the_preview_after_fifteen_seconds() {
    let (_listener, address) = black_hole();
    let stage = stage(&address, Ok(())).await;
    stage.desk.go_live(false).await.unwrap();
    stage.until("connecting", |now| now.air.phase == AirPhase::Connecting).await;
    stage.pass(Duration::from_millis(14_900));
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(stage.desk.snapshot().await.unwrap().air.phase, AirPhase::Connecting);
    stage.pass(Duration::from_millis(100));
    let now = stage.until("the preview", |now| now.air.phase == AirPhase::Preview).await;
    let fault = fault(&now, FaultCode::NoAnswer).unwrap();
    assert_eq!(fault.severity, Severity::Bad);
    assert_eq!(fault.actions, [FaultAction::TryAgain, FaultAction::Dismiss]);

    stage.desk.act_on_fault(FaultCode::NoAnswer, FaultAction::TryAgain).await.unwrap();
    let now = stage.until("another try", |now| now.air.phase == AirPhase::Connecting).await;
    assert!(now.faults.iter().all(|fault| fault.source != FaultSource::Air), "a new try starts clean");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_is_immediate_and_keeps_the_preview() {
    let (_listener, address) = black_hole();
    let stage = stage(&address, Ok(())).await;
    stage.desk.go_live(false).await.unwrap();
    let start = std::time::Instant::now();
    stage.desk.cancel_air().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let now = stage.desk.snapshot().await.unwrap();
    assert_eq!(now.air.phase, AirPhase::Preview);
    assert!(now.faults.iter().all(|fault| fault.source != FaultSource::Air), "{:?}", now.faults);
    let again = stage.desk.cancel_air().await.unwrap_err();
    assert_eq!(again.code, Code::IllegalMove);
    stage.desk.close_show().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_nowhere_is_named_while_connecting_and_after() {
    let stage = stage("nowhere.invalid:1935", Ok(())).await;
    stage.desk.go_live(false).await.unwrap();
    let now = stage.until("the hint", |now| fault(now, FaultCode::NameUnknown).is_some()).await;
    assert_eq!(now.air.phase, AirPhase::Connecting);
    assert_eq!(fault(&now, FaultCode::NameUnknown).unwrap().actions, [FaultAction::CancelAir]);
    stage.pass(Duration::from_secs(15));
    let now = stage.until("the preview", |now| now.air.phase == AirPhase::Preview).await;
    assert_eq!(fault(&now, FaultCode::NameUnknown).unwrap().severity, Severity::Bad);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_port_is_named() {
    let (listener, address) = black_hole();
    drop(listener);
    let stage = stage(&address, Ok(())).await;
    stage.desk.go_live(false).await.unwrap();
    stage.until("the hint", |now| fault(now, FaultCode::ConnectionRefused).is_some()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_stays_awake_for_as_long_as_the_uplink_is_held() {
    let (_listener, address) = black_hole();
    let stage = stage(&address, Ok(())).await;
    assert_eq!(stage.awake.load(Ordering::SeqCst), 0);
    stage.desk.go_live(false).await.unwrap();
    stage.until("awake", |_| stage.awake.load(Ordering::SeqCst) == 1).await;
    let closing = stage.desk.closing().await.view().unwrap();
    assert_eq!((closing.title.as_str(), closing.phase), ("Autumn drop", AirPhase::Connecting));
    stage.desk.before_quit(QuitWay::Leave).await.unwrap();
    stage.until("released", |_| stage.awake.load(Ordering::SeqCst) == 0).await;
    assert_eq!(stage.desk.closing().await.view(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_will_not_stay_awake_stops_nothing_and_is_told() {
    let (_listener, address) = black_hole();
    let stage = stage(&address, Err("access denied")).await;
    stage.desk.go_live(false).await.unwrap();
    let now = stage.until("the fault", |now| fault(now, FaultCode::SleepAllowed).is_some()).await;
    assert_eq!(now.air.phase, AirPhase::Connecting);
    let told = fault(&now, FaultCode::SleepAllowed).unwrap();
    assert_eq!((told.severity, told.detail.as_deref()), (Severity::Info, Some("access denied")));
    stage.desk.cancel_air().await.unwrap();
    stage.until("over", |now| fault(now, FaultCode::SleepAllowed).is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_was_on_air_is_offered_where_it_was_until_it_is_declined() {
    let stage = stage("127.0.0.1:9", Ok(())).await;
    assert_eq!(stage.desk.take_up_offer().await.unwrap(), None);
    stage.desk.close_show().await.unwrap();
    let session = stage.desk.ask(Ask::Session).await.unwrap().unwrap();
    let show = ShowView {
        org_id: ORG.into(),
        show_id: SHOW.into(),
        title: "Autumn drop".into(),
        state: ShowState::Live,
        live_at_ms: None,
        receiving: true,
        elsewhere: false,
        rungs: vec![],
        lineup_revision: 0,
    };
    stage.desk.note.write(&note::Note::of("http://elsewhere.example", &show, 5.0, true));
    assert_eq!(stage.desk.take_up_offer().await.unwrap(), None, "of another cloud");
    stage.desk.note.write(&note::Note::of(&session.cloud_url, &show, 5.0, true));
    let offer = stage.desk.take_up_offer().await.unwrap().unwrap();
    assert_eq!((offer.show_id.as_str(), offer.live_at_ms), (SHOW, 5.0));

    stage.desk.open_show(ORG.into(), SHOW.into()).await.unwrap();
    assert!(stage.desk.snapshot().await.unwrap().stage.muted, "muted as it was");
    stage.desk.close_show().await.unwrap();
    stage.desk.decline_take_up().await.unwrap();
    assert_eq!(stage.desk.take_up_offer().await.unwrap(), None);
}

fn has(snapshot: &DeskSnapshot, codes: &[FaultCode]) -> bool {
    codes.iter().any(|code| fault(snapshot, *code).is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_to_the_air_that_is_left_takes_its_faults_along() {
    const OF_THE_WAY: [FaultCode; 3] =
        [FaultCode::NameUnknown, FaultCode::UplinkSlow, FaultCode::PipelineRestarts];
    let stage = stage("nowhere.invalid:1935", Ok(())).await;
    stage.desk.go_live(false).await.unwrap();
    stage.until("the hint", |now| fault(now, FaultCode::NameUnknown).is_some()).await;
    // as the line and the programme tell them on the way
    stage.desk.faults.raise(Fault::new(FaultCode::PipelineRestarts));
    stage.desk.faults.raise(Fault::new(FaultCode::UplinkSlow));
    stage.desk.cancel_air().await.unwrap();
    let now = stage.desk.snapshot().await.unwrap();
    assert!(!has(&now, &OF_THE_WAY), "{:?}", now.faults);

    // The same when the way ends by itself: what stays is why.
    stage.desk.go_live(false).await.unwrap();
    stage.until("the hint", |now| fault(now, FaultCode::NameUnknown).is_some()).await;
    stage.desk.faults.raise(Fault::new(FaultCode::PipelineRestarts));
    stage.pass(Duration::from_secs(15));
    let now = stage.until("the preview", |now| now.air.phase == AirPhase::Preview).await;
    assert!(!has(&now, &OF_THE_WAY[1..]), "{:?}", now.faults);
    assert_eq!(fault(&now, FaultCode::NameUnknown).unwrap().severity, Severity::Bad);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_is_over_or_left_leaves_no_fault_of_its_own_behind() {
    const OF_THE_SHOW: [FaultCode; 5] = [
        FaultCode::UplinkLost,
        FaultCode::UplinkSlow,
        FaultCode::EndFailed,
        FaultCode::PipelineRestarts,
        FaultCode::PipelineFailed,
    ];
    let (_listener, address) = black_hole();
    let stage = stage(&address, Ok(())).await;
    let departure = stage.desk.ask(Ask::GoLive).await.unwrap().unwrap();
    stage.desk.owner.send(Ask::Aired(departure.turn, Ok(5.0))).await.unwrap();
    stage.until("on air", |now| now.air.phase == AirPhase::Live).await;
    for code in OF_THE_SHOW {
        stage.desk.faults.raise(Fault::new(code));
    }
    stage.desk.owner.send(Ask::Over).await.unwrap();
    let now = stage.until("over", |now| now.air.phase == AirPhase::Ended).await;
    assert!(!has(&now, &OF_THE_SHOW), "{:?}", now.faults);

    const OF_THE_DESK: [FaultCode; 4] =
        [FaultCode::CameraLost, FaultCode::EncoderOverload, FaultCode::PluginMissing, FaultCode::ChatAway];
    for code in OF_THE_DESK.into_iter().chain(OF_THE_SHOW) {
        stage.desk.faults.raise(Fault::new(code));
    }
    stage.desk.faults.raise(Fault::new(FaultCode::KeyringSilent));
    stage.desk.close_show().await.unwrap();
    let now = stage.desk.snapshot().await.unwrap();
    let left: Vec<_> = now.faults.iter().map(|fault| fault.code).collect();
    assert_eq!(left, [FaultCode::KeyringSilent], "of no show");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_run_could_not_do_is_not_said_of_the_next() {
    const OF_THE_RUN: [FaultCode; 2] = [FaultCode::EncoderOverload, FaultCode::SoundGaps];
    let stage = stage("127.0.0.1:9", Ok(())).await;
    for code in OF_THE_RUN {
        stage.desk.faults.raise(Fault::new(code));
    }
    stage.desk.set_quality(Quality::P540).await.unwrap();
    let now = stage.desk.snapshot().await.unwrap();
    assert!(!has(&now, &OF_THE_RUN), "{:?}", now.faults);
}

/// Pictures that the window gets within half a second.
async fn pictures(stage: &Stage) -> usize {
    let PreviewEndpoint { url, token } = stage.desk.preview_endpoint().await.unwrap();
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    socket.send(Message::text(token)).await.unwrap();
    let mut seen = 0;
    let count = async {
        while let Some(Ok(_)) = socket.next().await {
            seen += 1;
        }
    };
    let _ = tokio::time::timeout(Duration::from_millis(500), count).await;
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_programme_that_is_given_up_shows_no_picture_instead_of_its_last_one_without_end() {
    let stage = stage("127.0.0.1:9", Ok(())).await;
    assert!(pictures(&stage).await > 0);
    for reason in [&["the card fell out"], &["and then the cable"]] {
        stage.desk.owner.send(Ask::BreakDown(reason)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    stage.until("the host is asked", |now| fault(now, FaultCode::PipelineFailed).is_some()).await;
    assert_eq!(pictures(&stage).await, 0);
    stage.desk.act_on_fault(FaultCode::PipelineFailed, FaultAction::TryAgain).await.unwrap();
    assert!(pictures(&stage).await > 0);
    stage.desk.close_show().await.unwrap();
    assert_eq!(pictures(&stage).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sounds_offset_is_told_bounded_and_remembered_for_the_next_start() {
    let stage = stage("127.0.0.1:9", Ok(())).await;
    stage.desk.set_sound_offset(-84).await.unwrap();
    assert_eq!(stage.desk.set_sound_offset(501).await.unwrap_err().code, Code::InvalidRequest);
    assert_eq!(stage.desk.snapshot().await.unwrap().stage.sound_offset_ms, -84);
    assert_eq!(stage.desk.settings.read().sound_offset_ms, -84);
    let refused = stage.desk.measure_sound().await.unwrap_err();
    assert_eq!(refused.code, Code::DeviceUnavailable, "colour bars have no lips");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_to_a_try_that_was_cancelled_changes_nothing_of_the_next() {
    let (_listener, address) = black_hole();
    let stage = stage(&address, Ok(())).await;
    let first = stage.desk.ask(Ask::GoLive).await.unwrap().unwrap();
    stage.desk.cancel_air().await.unwrap();
    stage.desk.ask(Ask::GoLive).await.unwrap().unwrap();

    let refused = CommandError::new(Code::Forbidden, "Not you.");
    stage.desk.ask(|done| Ask::Takeoff(first.turn, Err(refused), done)).await.unwrap();
    stage.desk.owner.send(Ask::Aired(first.turn, Ok(5.0))).await.unwrap();
    let now = stage.desk.snapshot().await.unwrap();
    assert_eq!((now.air.phase, now.air.live_at_ms), (AirPhase::Connecting, None));
    assert!(fault(&now, FaultCode::CloudRefused).is_none(), "{:?}", now.faults);
    assert_eq!(stage.desk.note.read(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_system_that_is_frozen_does_not_freeze_the_desk() {
    let frozen: ListDevices = Arc::new(|| {
        loop {
            std::thread::park();
        }
    });
    let stage = signed_in(cloud("rtmp://127.0.0.1:9/live".into()).await, Ok(()), frozen).await;
    let start = std::time::Instant::now();
    let opened = tokio::time::timeout(Duration::from_secs(8), async {
        stage.desk.open_show(ORG.into(), SHOW.into()).await.unwrap();
        stage.desk.list_devices().await.unwrap();
        stage.desk.snapshot().await.unwrap()
    });
    let now = opened.await.expect("the desk answers");
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    let fault = fault(&now, FaultCode::NoCamera).unwrap();
    assert_eq!(fault.detail.as_deref(), Some("The system does not say what is plugged in."));
    assert_eq!(now.stage.source, SourceChoice::Still);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_is_too_busy_to_say_whether_it_is_on_air_is_never_taken_for_one_that_is_not() {
    let stage = stage("127.0.0.1:9", Ok(())).await;
    assert_eq!(stage.desk.closing().await, Closing::Free);
    let (busy, until) = oneshot::channel();
    stage.desk.owner.send(Ask::Busy(until)).await.unwrap();
    assert_eq!(stage.desk.closing().await, Closing::Unknown);
    drop(busy);
    assert_eq!(stage.desk.closing().await, Closing::Free);
}
