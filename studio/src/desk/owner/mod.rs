//! The one task that owns the desk's state. `ask.rs` lists what is asked of it, `air.rs` is its way onto
//! the air, `recovery.rs` its way back after the programme broke, `room.rs` its ear in the open show,
//! `session.rs` who sits before it, `standing.rs` who is on air when its key is refused, `vigil.rs` what it minds while on air.

mod air;
mod ask;
mod recovery;
mod room;
mod session;
mod standing;
#[cfg(test)]
mod story;
mod vigil;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use vitrine_media::Event as MediaEvent;
use vitrine_protocol::Code;

pub use air::target;
pub use ask::{Ask, Departure, Destination, Opened, Reply};
use recovery::Recovery;
pub use standing::{Standing, standing};

use super::Window;
use super::chat::{Heard, Line};
use super::cloud::Cloud;
use super::faults::{Fault, Faults};
use super::note::NoteFile;
use super::phase::{Phase, Step};
use super::programme::News;
use super::room::Room;
use super::settings::{Settings, SettingsFile};
use super::stage::Stage;
use super::uplink::Uplink;
use super::view::{
    ConnectionState, ConnectionView, DeskEvent, DeskSnapshot, FaultAction, FaultCode, FaultSource, MeterView,
    Session, ShowView,
};
use super::world::World;
use crate::error::CommandError;

/// The desk's state and its one task.
pub struct Owner {
    settings: SettingsFile,
    cloud: Cloud,
    window: Arc<dyn Window>,
    world: World,
    faults: Faults,
    note: NoteFile,
    vigil: vigil::Vigil,
    me: mpsc::Sender<Ask>,
    heard: Option<mpsc::Receiver<Heard>>,
    session: Option<Session>,
    /// A show whose end the cloud has still to hear of.
    owed_end: Option<ShowView>,
    stage: Stage,
    recovery: Recovery,
    phase: Phase,
    uplink: Uplink,
    /// A new key was asked for since the server took the last one.
    rekeyed: bool,
    /// What the server called our publishes to the open show.
    publishes: Vec<String>,
    /// Why the line is broken, while it is.
    broken: Option<String>,
    /// While connecting: what is in the way, as far as is known.
    hindrance: Option<Fault>,
    room: Option<Room>,
    line: Option<Line>,
    connection: ConnectionView,
    pins: u64,
}

impl Owner {
    /// Nothing is open yet.
    pub fn new(
        settings: SettingsFile,
        cloud: Cloud,
        window: Arc<dyn Window>,
        world: World,
        faults: Faults,
        note: NoteFile,
        me: mpsc::Sender<Ask>,
    ) -> Self {
        let stage = Stage::new(&settings.read(), world.lookout.clone(), faults.clone());
        Self {
            settings,
            cloud,
            window,
            phase: Phase::idle((world.clock)()),
            world,
            faults,
            note,
            vigil: vigil::Vigil::Off,
            me,
            heard: None,
            session: None,
            owed_end: None,
            stage,
            uplink: Uplink::new(),
            rekeyed: false,
            publishes: Vec::new(),
            broken: None,
            recovery: Recovery::default(),
            hindrance: None,
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
        let mut sessions = self.cloud.access().changes();
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.answer(ask).await,
                    None => break,
                },
                news = self.stage.news() => match news {
                    News::Event(event) => self.media(&event),
                    News::Failed(reason) => self.broke(reason).await,
                },
                Some(heard) = room::hear(&mut self.heard) => self.heard(heard),
                Ok(()) = sessions.changed() => self.lapsed(),
                _ = second.tick() => self.second().await,
            }
        }
        self.stage.close().await;
    }

    async fn answer(&mut self, ask: Ask) {
        match ask {
            Ask::Session(done) => reply(done, self.session.clone()),
            Ask::SignedIn(session, done) => {
                self.signed_in(session);
                reply(done, ());
            }
            Ask::Places(places, done) => {
                if let Some(session) = &mut self.session {
                    session.organizations = places;
                }
                reply(done, ());
            }
            Ask::SawDevices(devices, done) => {
                if let Some(devices) = devices {
                    self.stage.saw(devices);
                }
                reply(done, self.stage.devices());
            }
            Ask::SetSource(source, done) => {
                let result = self.stage.set_source(source.clone());
                if result.is_ok() {
                    let name = self.stage.source_name();
                    self.remember(|settings| {
                        (settings.source, settings.source_name) = (Some(source), name);
                    });
                }
                self.tell_stage();
                reply(done, result);
            }
            Ask::SetMicrophone(id, done) => {
                let result = self.stage.set_microphone(id.clone());
                if result.is_ok() {
                    let name = self.stage.microphone_name();
                    self.remember(|settings| {
                        (settings.microphone, settings.microphone_name) = (Some(id), name);
                    });
                }
                self.tell_stage();
                reply(done, result);
            }
            Ask::SetMuted(muted, done) => {
                self.stage.set_muted(muted);
                self.note_muted(muted);
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
            Ask::SetSoundOffset(ms, done) => {
                let result = self.stage.set_sound_offset(ms);
                if result.is_ok() {
                    self.remember(|settings| settings.sound_offset_ms = ms);
                }
                self.tell_stage();
                reply(done, result);
            }
            Ask::MeasureSound(done) => reply(done, self.stage.measure_sound()),
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
            Ask::Takeoff(turn, target, done) => {
                self.take_off(turn, target);
                reply(done, ());
            }
            Ask::Aired(turn, aired) => self.aired(turn, aired).await,
            Ask::CancelAir(done) => reply(done, self.cancel_air().await),
            Ask::End(done) => reply(done, self.end()),
            Ask::Rekeyed(turn, target) => self.rekeyed(turn, target).await,
            Ask::Stands(turn, standing) => self.stands(turn, standing).await,
            Ask::Landed(show_id, turn, ended, done) => {
                self.landed(&show_id, turn, ended).await;
                reply(done, ());
            }
            #[cfg(test)]
            Ask::BreakDown(reasons) => reasons.iter().for_each(|reason| self.stage.break_down(reason)),
            #[cfg(test)]
            Ask::Busy(until) => drop(until.await),
            Ask::Over => self.over().await,
            Ask::EndHeard(ended) => self.end_heard(ended).await,
            Ask::Card(pin, card) => self.card(pin, card).await,
            Ask::Awake(answer) => self.awake(answer),
            Ask::Closing(done) => reply(done, self.closing()),
            Ask::ActOnFault(code, action, done) => reply(done, self.act_on(code, action).await),
        }
    }

    async fn open(&mut self, opened: Opened) -> Result<(), CommandError> {
        if self.room.as_ref().is_some_and(|room| room.show.show_id == opened.show.show_id) {
            return Ok(());
        }
        self.close().await?;
        if opened.show.show_id.parse::<vitrine_protocol::ShowId>().is_err() {
            return Err(CommandError::new(Code::InvalidRequest, "That is not a show's id."));
        }
        let organizations = self.session.iter().flat_map(|session| &session.organizations);
        let organization = organizations.into_iter().find(|one| one.id == opened.show.org_id);
        self.stage.set_organization(organization.map_or("", |one| &one.name));
        let noted = self.note.read().filter(|note| note.show_id == opened.show.show_id);
        self.publishes = noted.map(|note| note.publishes).unwrap_or_default();
        if opened.directs {
            self.recall_muted(&opened.show.show_id);
            let result = self.open_stage().await;
            result?;
            self.window.tell(DeskEvent::Devices(self.stage.devices()));
            self.step(Step::Opened);
        }
        self.window.tell(DeskEvent::Show(Some(opened.show.clone())));
        self.room = Some(Room::new(opened.show));
        self.open_line();
        Ok(())
    }

    async fn open_stage(&mut self) -> Result<(), CommandError> {
        let chosen = self.settings.read().source.is_some();
        let result = self.stage.open(chosen).await;
        self.tell_stage();
        result
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
        for source in [FaultSource::Air, FaultSource::Uplink, FaultSource::Chat] {
            self.faults.clear_source(source);
        }
        if self.owed_end.is_some() {
            // Still open at the cloud, whichever desk is looked at.
            self.faults.raise(Fault::new(FaultCode::EndWaits));
        }
        self.tell_stage();
        self.step(Step::Closed);
        self.connect(ConnectionState::Offline, None);
        self.window.tell(DeskEvent::Show(None));
        Ok(())
    }

    fn media(&mut self, event: &MediaEvent) {
        match event {
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
            MediaEvent::Devices { .. } => {
                self.stage.take(event);
                self.window.tell(DeskEvent::Devices(self.stage.devices()));
            }
            _ => {
                if self.stage.take(event) {
                    self.tell_stage();
                }
            }
        }
    }

    /// A fault's button, where the desk is the one to press it; the window opens its menus itself.
    async fn act_on(&mut self, code: FaultCode, action: FaultAction) -> Result<(), CommandError> {
        match (action, code) {
            (FaultAction::Dismiss, _) => self.faults.dismiss(code),
            (FaultAction::CancelAir, _) => self.cancel_air().await?,
            (FaultAction::ConnectAgain, _) => {
                self.faults.clear_source(FaultSource::Chat);
                self.open_line();
            }
            (FaultAction::TryAgain, FaultCode::PluginMissing | FaultCode::PipelineFailed) => {
                self.try_programme().await?;
            }
            (FaultAction::TryAgain, _) => {
                self.stage.try_again(code)?;
                self.tell_stage();
            }
            (FaultAction::ChooseSource | FaultAction::ChooseMicrophone | FaultAction::EndShow, _) => {}
        }
        Ok(())
    }

    fn tell_stage(&self) {
        self.window.tell(DeskEvent::Stage(self.stage.view()));
    }

    fn remember(&self, change: impl FnOnce(&mut Settings)) {
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
            uplink: self.uplink.view().clone(),
            stage: self.stage.view(),
            show: self.show(),
            chat: room.map(|room| room.chat.iter().cloned().collect()).unwrap_or_default(),
            viewers: room.map_or(0, |room| room.viewers),
            highlight: room.and_then(|room| room.highlight.clone()),
            connection: self.connection.clone(),
            faults: self.faults.view(),
        }
    }
}

/// A caller that went away hears nothing, which is fine.
fn reply<T>(done: Reply<T>, answer: T) {
    let _ = done.send(answer);
}

fn on_air(sentence: &str) -> CommandError {
    CommandError::new(Code::IllegalMove, sentence)
}
