//! The one task that owns the desk's state.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Method;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use vitrine_media::Event as MediaEvent;
use vitrine_media::device::Devices as MediaDevices;
use vitrine_media::output::{BroadcastState, RtmpTarget};
use vitrine_media::scene::LowerThird;
use vitrine_protocol::{Code, PublishInstant, ShowState};

use super::chat::{Heard, Line, Speaker};
use super::cloud::{Cloud, show_path};
use super::phase::{Phase, Step};
use super::room::Room;
use super::settings::SettingsFile;
use super::stage::Stage;
use super::view::{
    AirPhase, ConnectionState, ConnectionView, DeskEvent, DeskSnapshot, Devices, LowerThirdChoice, MeterView,
    Quality, Session, ShowView, SourceChoice, UplinkView, Verdict,
};
use super::{Window, card};
use crate::error::CommandError;

/// Going live waits this long for the cloud to have seen the picture.
const AIR_WITHIN: Duration = Duration::from_secs(20);

type Reply<T> = oneshot::Sender<T>;

/// What the handle asks of the owner.
pub enum Ask {
    Session(Reply<Option<Session>>),
    SignedIn(Option<Session>, Reply<()>),
    SawDevices(MediaDevices, Reply<Devices>),
    SetSource(SourceChoice, Reply<Result<(), CommandError>>),
    SetMicrophone(Option<String>, Reply<Result<(), CommandError>>),
    SetMuted(bool, Reply<()>),
    SetQuality(Quality, Reply<Result<(), CommandError>>),
    SetLowerThird(LowerThirdChoice, Option<LowerThird>, Reply<Result<(), CommandError>>),
    Open(Box<Opened>, Reply<Result<(), CommandError>>),
    Close(Reply<Result<(), CommandError>>),
    Snapshot(Reply<DeskSnapshot>),
    ShowPath(Reply<Option<ShowView>>),
    Instant(Reply<Option<(ShowView, Option<PublishInstant>)>>),
    Speaker(Reply<Option<Speaker>>),
    GoLive(Reply<Result<ShowView, CommandError>>),
    Takeoff(Result<Box<RtmpTarget>, CommandError>, Reply<()>),
    /// The cloud aired it, or would not.
    Aired(Result<f64, CommandError>),
    End(Reply<Result<ShowView, CommandError>>),
    Landed(Result<(), CommandError>, Reply<()>),
    /// The card of the pin with this serial number is ready to be drawn.
    Card(u64, Option<LowerThird>),
}

/// A show that may be opened.
pub struct Opened {
    /// Whether this person may go live; else no camera is opened.
    pub directs: bool,
    /// The show.
    pub show: ShowView,
}

/// The desk's state and its one task.
pub struct Owner {
    settings: SettingsFile,
    cloud: Cloud,
    window: Arc<dyn Window>,
    me: mpsc::Sender<Ask>,
    media: Option<mpsc::Receiver<MediaEvent>>,
    heard: Option<mpsc::Receiver<Heard>>,
    session: Option<Session>,
    stage: Stage,
    phase: Phase,
    uplink: UplinkView,
    room: Option<Room>,
    line: Option<Line>,
    connection: ConnectionView,
    pins: u64,
}

impl Owner {
    /// Nothing is open yet.
    pub fn new(settings: SettingsFile, cloud: Cloud, window: Arc<dyn Window>, me: mpsc::Sender<Ask>) -> Self {
        let (events, media) = mpsc::channel(64);
        let stage = Stage::new(&settings.read(), events);
        Self {
            settings,
            cloud,
            window,
            me,
            media: Some(media),
            heard: None,
            session: None,
            stage,
            phase: Phase::idle(now_ms()),
            uplink: no_uplink(),
            room: None,
            line: None,
            connection: ConnectionView { state: ConnectionState::Offline, retry_at_ms: None },
            pins: 0,
        }
    }

    /// The pictures of the programme.
    pub fn pictures(&self) -> super::preview::Pictures {
        self.stage.pictures()
    }

    /// Runs until every handle is gone.
    pub async fn run(mut self, mut asks: mpsc::Receiver<Ask>) {
        let Some(mut media) = self.media.take() else { return };
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.answer(ask).await,
                    None => break,
                },
                Some(event) = media.recv() => self.media(event).await,
                Some(heard) = hear(&mut self.heard) => self.heard(heard),
                _ = second.tick() => self.second(),
            }
        }
        self.stage.close().await;
    }

    async fn answer(&mut self, ask: Ask) {
        match ask {
            Ask::Session(done) => reply(done, self.session.clone()),
            Ask::SignedIn(session, done) => {
                self.session = session;
                self.window.tell(DeskEvent::Session(self.session.clone()));
                reply(done, ());
            }
            Ask::SawDevices(devices, done) => {
                self.stage.saw(devices);
                reply(done, self.stage.devices());
            }
            Ask::SetSource(source, done) => {
                let result = self.stage.set_source(source.clone());
                if result.is_ok() {
                    self.remember(|settings| settings.source = Some(source));
                }
                self.tell_stage();
                reply(done, result);
            }
            Ask::SetMicrophone(id, done) => {
                let result = self.stage.set_microphone(id.clone());
                if result.is_ok() {
                    self.remember(|settings| settings.microphone = Some(id));
                }
                self.tell_stage();
                reply(done, result);
            }
            Ask::SetMuted(muted, done) => {
                self.stage.set_muted(muted);
                self.tell_stage();
                reply(done, ());
            }
            Ask::SetQuality(quality, done) => {
                let result = if self.phase.holds_uplink() {
                    Err(on_air("Size and rate are chosen before going live."))
                } else {
                    self.remember(|settings| settings.quality = quality);
                    self.stage.set_quality(quality).await
                };
                self.tell_stage();
                reply(done, result);
            }
            Ask::SetLowerThird(choice, card, done) => reply(done, self.lower_third(choice, card).await),
            Ask::Open(opened, done) => reply(done, self.open(*opened).await),
            Ask::Close(done) => reply(done, self.close().await),
            Ask::Snapshot(done) => reply(done, self.snapshot()),
            Ask::ShowPath(done) => reply(done, self.show()),
            Ask::Instant(done) => {
                let instant = self.stage.instant();
                reply(done, self.show().map(|show| (show, instant)));
            }
            Ask::Speaker(done) => reply(done, self.line.as_ref().map(Line::speaker)),
            Ask::GoLive(done) => reply(done, self.go_live()),
            Ask::Takeoff(target, done) => {
                match target {
                    Ok(target) => self.stage.start_broadcast(*target),
                    Err(problem) => self.step(Step::Refused(problem)),
                }
                reply(done, ());
            }
            Ask::Aired(Ok(live_at_ms)) => self.step(Step::Aired { live_at_ms }),
            Ask::Aired(Err(problem)) => {
                self.stage.stop_broadcast().await;
                self.step(Step::Refused(problem));
            }
            Ask::End(done) => reply(done, self.end()),
            Ask::Landed(Ok(()), done) => {
                self.landed().await;
                reply(done, ());
            }
            Ask::Landed(Err(problem), done) => {
                self.step(Step::EndFailed(problem));
                reply(done, ());
            }
            Ask::Card(pin, card) => {
                if pin == self.pins && *self.stage.lower_third_choice() == LowerThirdChoice::FollowPin {
                    self.draw(card).await;
                }
            }
        }
    }

    async fn open(&mut self, opened: Opened) -> Result<(), CommandError> {
        if self.room.as_ref().is_some_and(|room| room.show.show_id == opened.show.show_id) {
            return Ok(());
        }
        self.close().await?;
        let id = opened.show.show_id.parse();
        let id = id.map_err(|_| CommandError::new(Code::InvalidRequest, "That is not a show's id."))?;
        if opened.directs {
            let chosen = self.settings.read().source.is_some();
            let result = self.stage.open(chosen).await;
            self.tell_stage();
            result?;
            self.window.tell(DeskEvent::Devices(self.stage.devices()));
            self.step(Step::Opened);
        }
        self.window.tell(DeskEvent::Show(Some(opened.show.clone())));
        self.room = Some(Room::new(opened.show));
        let (tx, heard) = mpsc::channel(256);
        self.heard = Some(heard);
        self.line = Some(Line::open(self.cloud.clone(), id, tx));
        Ok(())
    }

    async fn close(&mut self) -> Result<(), CommandError> {
        if self.phase.holds_uplink() {
            return Err(on_air("End the show first: this studio is on air."));
        }
        if self.room.take().is_none() {
            return Ok(());
        }
        (self.line, self.heard) = (None, None);
        self.stage.close().await;
        self.tell_stage();
        self.step(Step::Closed);
        self.connect(ConnectionState::Offline, None);
        self.window.tell(DeskEvent::Show(None));
        Ok(())
    }

    fn go_live(&mut self) -> Result<ShowView, CommandError> {
        let show = self.show().ok_or_else(super::no_show)?;
        if show.state == ShowState::Ended {
            return Err(CommandError::new(Code::ShowEnded, "This show is over; create another one."));
        }
        if !self.stage.is_open() {
            return Err(CommandError::new(Code::Forbidden, "Only the owner and hosts can go live."));
        }
        if !self.phase.step(now_ms(), Step::GoLive) {
            return Err(on_air("This show is already on its way."));
        }
        self.uplink = no_uplink();
        self.window.tell(DeskEvent::Air(self.phase.view()));
        Ok(show)
    }

    /// The picture arrives: ask the cloud to air it, unless it is on air already.
    fn air(&self) {
        let Some(show) = self.show() else { return };
        let (cloud, me) = (self.cloud.clone(), self.me.clone());
        tokio::spawn(async move {
            let path = show_path(&show.org_id, &show.show_id);
            let aired = air(&cloud, &path).await;
            let _ = me.send(Ask::Aired(aired)).await;
        });
    }

    fn end(&mut self) -> Result<ShowView, CommandError> {
        let show = self.show().ok_or_else(super::no_show)?;
        if !self.phase.step(now_ms(), Step::End) {
            return Err(CommandError::new(Code::IllegalMove, "This studio is not on air."));
        }
        self.window.tell(DeskEvent::Air(self.phase.view()));
        Ok(show)
    }

    async fn landed(&mut self) {
        self.stage.stop_broadcast().await;
        self.step(Step::Ended);
    }

    async fn media(&mut self, event: MediaEvent) {
        match &event {
            MediaEvent::Levels { levels } => {
                let stage = self.stage.view();
                let muted = stage.muted;
                let level = if stage.microphone.is_some() { levels.microphone } else { levels.program };
                self.window.tell(DeskEvent::Meter(MeterView {
                    peak_db: f64::from(level.peak_db),
                    rms_db: f64::from(level.rms_db),
                    muted,
                }));
            }
            MediaEvent::Broadcast { broadcast } => self.broadcast(broadcast),
            MediaEvent::Failed { reason } => {
                tracing::error!(reason, "the programme broke");
                let problem = CommandError::new(Code::Internal, "The programme broke and starts again.");
                self.stage.close().await;
                self.step(Step::Refused(problem));
                if let Err(error) = self.stage.open(true).await {
                    tracing::error!(%error, "the programme does not start again");
                }
                self.tell_stage();
            }
            MediaEvent::Devices { .. } => {
                self.stage.take(&event);
                self.window.tell(DeskEvent::Devices(self.stage.devices()));
            }
            _ => {
                if self.stage.take(&event) {
                    self.tell_stage();
                }
            }
        }
    }

    fn broadcast(&mut self, state: &BroadcastState) {
        match state {
            BroadcastState::Publishing { .. } => match self.phase.now() {
                AirPhase::Connecting => self.air(),
                _ => self.step(Step::UplinkBack),
            },
            BroadcastState::Reconnecting { reason, .. } => {
                self.step(Step::UplinkLost(CommandError::new(Code::CloudUnreachable, reason.clone())));
            }
            BroadcastState::Refused { reason, .. } => {
                self.step(Step::Refused(CommandError::new(Code::FarSide, reason.clone())));
            }
            BroadcastState::Off | BroadcastState::Connecting => {}
        }
    }

    fn heard(&mut self, heard: Heard) {
        let Some(room) = &mut self.room else { return };
        match heard {
            Heard::Connecting => self.connect(ConnectionState::Connecting, None),
            Heard::Waiting(pause) => {
                self.connect(ConnectionState::Waiting, Some(now_ms() + pause.as_secs_f64() * 1000.0));
            }
            Heard::Resumed => self.connect(ConnectionState::Connected, None),
            Heard::Room(snapshot) => {
                let told = room.reset(*snapshot);
                self.connect(ConnectionState::Connected, None);
                self.tell_room(told);
            }
            Heard::Events(events) => {
                let told = room.take(events, now_ms());
                self.tell_room(told);
            }
            Heard::Refused(error) => {
                tracing::warn!(code = %error.code, "the room does not take this session");
                self.connect(ConnectionState::Offline, None);
            }
        }
    }

    fn tell_room(&mut self, told: Vec<DeskEvent>) {
        for event in told {
            if let DeskEvent::Highlight(_) = &event {
                self.follow_pin();
            }
            self.window.tell(event);
        }
        // Ended from another seat: this studio lets go of the uplink too.
        let ended = self.room.as_ref().is_some_and(Room::ended);
        if ended && !matches!(self.phase.now(), AirPhase::Idle | AirPhase::Ended | AirPhase::Ending) {
            let me = self.me.clone();
            let (tx, _rx) = oneshot::channel();
            tokio::spawn(async move { me.send(Ask::Landed(Ok(()), tx)).await });
        }
    }

    /// Draws the pinned product, once its picture is here.
    fn follow_pin(&mut self) {
        self.pins += 1;
        let (pin, cloud, me) = (self.pins, self.cloud.clone(), self.me.clone());
        let pinned = self.room.as_ref().and_then(|room| room.highlight.clone());
        tokio::spawn(async move {
            let card = match &pinned {
                Some(highlight) => Some(card::of(&cloud, &highlight.card).await),
                None => None,
            };
            let _ = me.send(Ask::Card(pin, card)).await;
        });
    }

    async fn lower_third(
        &mut self,
        choice: LowerThirdChoice,
        card: Option<LowerThird>,
    ) -> Result<(), CommandError> {
        let follows = choice == LowerThirdChoice::FollowPin;
        self.stage.choose_lower_third(choice);
        if follows {
            self.follow_pin();
            self.tell_stage();
            return Ok(());
        }
        let result = self.stage.show_card(card).await;
        self.tell_stage();
        result
    }

    async fn draw(&mut self, card: Option<LowerThird>) {
        if let Err(error) = self.stage.show_card(card).await {
            tracing::warn!(%error, "the lower third could not be drawn");
        }
        self.tell_stage();
    }

    fn second(&mut self) {
        if !self.phase.holds_uplink() {
            return;
        }
        let stats = self.stage.stats().broadcast;
        let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        let dropped = number(stats.dropped_frames);
        let verdict = match (dropped > self.uplink.dropped_frames, stats.queue_ms) {
            (true, _) => Verdict::Poor,
            (false, waiting) if waiting > 700 => Verdict::Fair,
            _ => Verdict::Good,
        };
        self.uplink = UplinkView {
            bitrate_kbps: number(stats.bitrate_bps / 1000),
            dropped_frames: dropped,
            queue_ms: number(stats.queue_ms),
            verdict,
        };
        self.window.tell(DeskEvent::Uplink(self.uplink.clone()));
    }

    fn step(&mut self, step: Step) {
        if self.phase.step(now_ms(), step) {
            self.window.tell(DeskEvent::Air(self.phase.view()));
        }
    }

    fn connect(&mut self, state: ConnectionState, retry_at_ms: Option<f64>) {
        self.connection = ConnectionView { state, retry_at_ms };
        self.window.tell(DeskEvent::Connection(self.connection.clone()));
    }

    fn tell_stage(&self) {
        self.window.tell(DeskEvent::Stage(self.stage.view()));
    }

    fn remember(&self, change: impl FnOnce(&mut super::settings::Settings)) {
        let mut settings = self.settings.read();
        change(&mut settings);
        if let Err(error) = self.settings.write(&settings) {
            tracing::warn!(%error, "the settings could not be written");
        }
    }

    fn show(&self) -> Option<ShowView> {
        self.room.as_ref().map(|room| room.show.clone())
    }

    fn snapshot(&self) -> DeskSnapshot {
        let room = self.room.as_ref();
        DeskSnapshot {
            air: self.phase.view(),
            uplink: self.uplink.clone(),
            stage: self.stage.view(),
            show: self.show(),
            chat: room.map(|room| room.chat.iter().cloned().collect()).unwrap_or_default(),
            viewers: room.map_or(0, |room| room.viewers),
            highlight: room.and_then(|room| room.highlight.clone()),
            orders: room.map(|room| room.orders.clone()).unwrap_or_default(),
            connection: self.connection.clone(),
        }
    }
}

/// Asks the cloud to air a show until it has seen the picture; gives when it went live.
async fn air(cloud: &Cloud, path: &str) -> Result<f64, CommandError> {
    let start = tokio::time::Instant::now();
    loop {
        let aired = match cloud.call::<Value>(Method::POST, &format!("{path}/go-live"), None).await {
            // Live already: this studio came back, or somebody else pressed the key.
            Err(error) if error.code == Code::IllegalMove => cloud.call(Method::GET, path, None).await,
            other => other,
        };
        match aired {
            Ok(show) => {
                let at =
                    show["live_at"].as_str().and_then(|at| at.parse::<chrono::DateTime<chrono::Utc>>().ok());
                return Ok(at.map_or_else(now_ms, |at| at.timestamp_millis() as f64));
            }
            Err(error) if error.retryable && start.elapsed() < AIR_WITHIN => {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

async fn hear(line: &mut Option<mpsc::Receiver<Heard>>) -> Option<Heard> {
    match line {
        Some(heard) => heard.recv().await,
        None => std::future::pending().await,
    }
}

/// A caller that went away hears nothing, which is fine.
fn reply<T>(done: Reply<T>, answer: T) {
    let _ = done.send(answer);
}

fn on_air(sentence: &str) -> CommandError {
    CommandError::new(Code::IllegalMove, sentence)
}

fn no_uplink() -> UplinkView {
    UplinkView { bitrate_kbps: 0, dropped_frames: 0, queue_ms: 0, verdict: Verdict::Good }
}

/// Milliseconds since the Unix epoch.
fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| (since.as_secs_f64() * 1000.0).floor())
}
