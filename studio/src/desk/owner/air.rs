//! The owner's way onto the air and off it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use vitrine_media::output::{BroadcastState, LossCause, RtmpTarget};
use vitrine_protocol::{Code, ShowState};

use super::standing::theirs;
use super::{Ask, Departure, Destination, Owner, on_air};
use crate::desk::clock::Clock;
use crate::desk::cloud::{Cloud, show_path};
use crate::desk::faults::Fault;
use crate::desk::no_show;
use crate::desk::phase::Step;
use crate::desk::room::Room;
use crate::desk::uplink::Uplink;
use crate::desk::view::{AirPhase, DeskEvent, FaultAction, FaultCode, FaultSource, Severity, Verdict};
use crate::error::CommandError;

/// So many of our publishes are known by name: what arrives is one of the last.
const MOST_PUBLISHES: usize = 32;
const SOMEBODY_ELSE: &str =
    "Somebody else went on air with this show meanwhile. Going live again takes it over from them.";

/// Between two questions whether the cloud has seen the picture.
const AIR_PAUSE: Duration = Duration::from_millis(300);
/// The cloud is asked no longer than this; the phase's own deadline comes first.
const AIR_WITHIN: Duration = Duration::from_secs(15);

impl Owner {
    pub(super) fn go_live(&mut self) -> Result<Departure, CommandError> {
        let show = self.show().ok_or_else(no_show)?;
        if show.state == ShowState::Ended {
            return Err(CommandError::new(Code::ShowEnded, "This show is over; create another one."));
        }
        if !self.stage.is_open() {
            return Err(CommandError::new(Code::Forbidden, "Only the owner and hosts can go live."));
        }
        if !self.step(Step::GoLive) {
            return Err(on_air("This show is already on its way."));
        }
        self.faults.clear_source(FaultSource::Air);
        (self.uplink, self.hindrance, self.rekeyed) = (Uplink::new(), None, false);
        self.broken = None;
        // Live again: its end is not meant any more.
        self.owed_end.take_if(|owed| owed.show_id == show.show_id);
        Ok(Departure { show, turn: self.phase.turn(), ours: self.publishes.clone() })
    }

    /// The way to the ingest is known, or why not; nothing: somebody else went on air, and the host meant no take-over.
    /// Late when the host has cancelled meanwhile.
    pub(super) fn take_off(&mut self, turn: u64, target: Result<Option<Destination>, CommandError>) {
        if turn != self.phase.turn() {
            return;
        }
        match target {
            Ok(Some(Destination { target, takes_over: false })) => self.stage.start_broadcast(*target),
            Ok(Some(Destination { target, takes_over: true })) => self.stage.resume_broadcast(*target),
            Ok(None) => {
                self.whose(Room::sees_theirs);
                self.refused(theirs(SOMEBODY_ELSE));
            }
            Err(error) => self.refused(cloud_fault(&error)),
        }
    }

    pub(super) async fn aired(&mut self, turn: u64, aired: Result<f64, CommandError>) {
        if turn != self.phase.turn() {
            return;
        }
        match aired {
            Ok(live_at_ms) => {
                self.step(Step::Aired { live_at_ms });
                self.leave_note(live_at_ms);
                // On air: hints of the way there, and their way back, are of no use any more.
                self.faults.clear_source(FaultSource::Air);
                if let Some(reason) = self.broken.clone() {
                    self.uplink_lost(&reason);
                }
            }
            Err(error) => {
                self.refused(cloud_fault(&error));
                self.stage.stop_broadcast().await;
            }
        }
    }

    /// Lets go of the uplink at once; the show stays open at the cloud.
    pub(super) async fn cancel_air(&mut self) -> Result<(), CommandError> {
        if !self.step(Step::Cancelled) {
            return Err(CommandError::new(Code::IllegalMove, "This studio is not on air."));
        }
        self.let_go();
        self.stage.stop_broadcast().await;
        Ok(())
    }

    /// Whose picture arrives at the cloud from now on.
    pub(super) fn whose(&mut self, change: impl FnOnce(&mut Room) -> bool) {
        if let Some(room) = &mut self.room
            && change(room)
        {
            self.window.tell(DeskEvent::Show(Some(room.show.clone())));
        }
    }

    /// Nothing of the way to the air is wrong any more, once it is left.
    fn let_go(&self) {
        self.faults.clear_source(FaultSource::Air);
        self.faults.clear_source(FaultSource::Uplink);
        self.faults.clear(FaultCode::PipelineRestarts);
    }

    /// The show on air is to end; off air, the one whose end the cloud has still to hear of.
    pub(super) fn end(&mut self) -> Result<Departure, CommandError> {
        let show = if self.step(Step::End) { self.show() } else { self.owed_end.clone() };
        let show = show.ok_or_else(|| CommandError::new(Code::IllegalMove, "This studio is not on air."))?;
        self.faults.clear(FaultCode::EndFailed);
        Ok(Departure { show, turn: self.phase.turn(), ours: vec![] })
    }

    /// The cloud ended the show, or did not.
    pub(super) async fn landed(&mut self, show_id: &str, turn: u64, ended: Result<(), CommandError>) {
        if self.show().is_none_or(|open| open.show_id != show_id) {
            // An owed end, while another show is open.
            return self.end_heard(ended).await;
        }
        match ended {
            // Over is over, however late the answer comes.
            Ok(()) => self.over().await,
            Err(error) if turn == self.phase.turn() && error.code == Code::Unauthenticated => {
                self.owe_end().await;
            }
            Err(error) if turn == self.phase.turn() => self.end_failed(&error.message),
            Err(_) => {}
        }
    }

    /// The show is over: this studio lets go of the uplink.
    pub(super) async fn over(&mut self) {
        self.note.remove();
        self.owed_end = None;
        if self.step(Step::Ended) {
            self.let_go();
            self.faults.clear_source(FaultSource::Pipeline);
            self.stage.stop_broadcast().await;
        }
    }

    fn end_failed(&mut self, reason: &str) {
        self.step(Step::EndFailed);
        if !self.phase.holds_uplink() {
            // The uplink was lost meanwhile: the button still ends this show.
            self.owed_end = self.show();
        }
        self.faults.raise(Fault::new(FaultCode::EndFailed).because(reason));
    }

    /// Not on air, and why.
    pub(super) fn refused(&mut self, fault: Fault) {
        self.let_go();
        self.stage.forget_target();
        if self.step(Step::Refused) {
            self.faults.raise(fault);
        }
    }

    fn uplink_lost(&mut self, reason: &str) {
        self.step(Step::UplinkLost);
        self.faults.clear_source(FaultSource::Uplink);
        self.faults.raise(Fault::new(FaultCode::UplinkLost).because(reason));
    }

    pub(super) fn broadcast(&mut self, state: &BroadcastState) {
        let sends = matches!(state, BroadcastState::Publishing { .. });
        self.whose(|room| room.sends(sends));
        match state {
            BroadcastState::Publishing { session } => {
                self.broken = None;
                self.publishes.extend(session.clone());
                let known = self.publishes.len().saturating_sub(MOST_PUBLISHES);
                self.publishes.drain(..known);
                self.publishing();
            }
            BroadcastState::Reconnecting { cause, reason, .. } => {
                self.broken = Some(reason.clone());
                self.reconnecting(*cause, reason);
            }
            BroadcastState::Refused { .. }
                if matches!(self.phase.now(), AirPhase::Live | AirPhase::Reconnecting) && !self.rekeyed =>
            {
                self.rekey();
            }
            BroadcastState::Refused { reason, .. } => {
                self.refused(Fault::new(FaultCode::StreamRefused).because(reason.clone()));
            }
            BroadcastState::Off | BroadcastState::Connecting => {}
        }
    }

    /// The server takes what we send.
    fn publishing(&mut self) {
        self.faults.clear(FaultCode::PipelineRestarts);
        if self.phase.now() == AirPhase::Connecting {
            self.faults.clear_source(FaultSource::Air);
            let reason = "No picture has reached the cloud.";
            self.hindrance = Some(Fault::new(FaultCode::CloudRefused).because(reason));
            self.air();
        } else {
            self.step(Step::UplinkBack);
            self.note_publishes();
            self.rekeyed = false;
            self.faults.clear(FaultCode::UplinkLost);
        }
    }

    fn reconnecting(&mut self, cause: LossCause, reason: &str) {
        match self.phase.now() {
            AirPhase::Connecting => {
                let fault = unreachable(cause, reason);
                // Tried on until the deadline: a hint for now, a reason then.
                self.faults.clear_source(FaultSource::Air);
                self.faults.raise(fault.clone().actions(&[FaultAction::CancelAir]));
                self.hindrance = Some(fault);
            }
            AirPhase::Live | AirPhase::Reconnecting | AirPhase::Ending => {
                self.uplink_lost(reason);
                if cause == LossCause::KeyRefused {
                    self.look_who_is_on_air();
                }
            }
            _ => {}
        }
    }

    /// The picture arrives: ask the cloud to air it, unless it is on air already.
    fn air(&self) {
        let Some(show) = self.show() else { return };
        let (cloud, clock, me, turn) =
            (self.cloud.clone(), self.world.clock.clone(), self.me.clone(), self.phase.turn());
        tokio::spawn(async move {
            let path = show_path(&show.org_id, &show.show_id);
            let aired = air(&cloud, &path, &clock).await;
            let _ = me.send(Ask::Aired(turn, aired)).await;
        });
    }

    /// Once a second: what must not last for ever, and the uplink's figures.
    pub(super) async fn second(&mut self) {
        if self.phase.is_overdue((self.world.clock)()) {
            match self.phase.now() {
                AirPhase::Connecting => {
                    let fault = self.hindrance.take().unwrap_or_else(|| Fault::new(FaultCode::NoAnswer));
                    self.refused(fault);
                    self.stage.stop_broadcast().await;
                }
                _ => self.end_failed("The cloud does not answer."),
            }
        }
        if self.phase.holds_uplink() {
            self.measure();
        }
    }

    fn measure(&mut self) {
        let view = self.uplink.take(&self.stage.stats().broadcast, Instant::now()).clone();
        match (self.phase.now(), view.verdict) {
            (AirPhase::Live, Verdict::Fair) => {
                self.faults.raise(Fault::new(FaultCode::UplinkSlow).severity(Severity::Info));
            }
            (AirPhase::Live, Verdict::Poor) => self.faults.raise(Fault::new(FaultCode::UplinkSlow)),
            _ => self.faults.clear(FaultCode::UplinkSlow),
        }
        self.window.tell(DeskEvent::Uplink(view));
    }

    /// Moves and tells; says whether anything changed.
    pub(super) fn step(&mut self, step: Step) -> bool {
        let changed = self.phase.step((self.world.clock)(), step);
        if changed {
            self.window.tell(DeskEvent::Air(self.phase.view()));
            self.keep_vigil();
        }
        changed
    }
}

/// Where a show is published, under a new key.
pub async fn target(cloud: &Cloud, path: &str) -> Result<RtmpTarget, CommandError> {
    let key = cloud.publish_key(path).await?;
    RtmpTarget::new(&key.rtmp_url, &key.stream_key)
        .map_err(|_| CommandError::new(Code::FarSide, "The cloud's publish address could not be read."))
}

/// Why no connection was made.
fn unreachable(cause: LossCause, reason: &str) -> Fault {
    let code = match cause {
        LossCause::NameUnknown => FaultCode::NameUnknown,
        LossCause::Refused => FaultCode::ConnectionRefused,
        LossCause::NoAnswer => FaultCode::NoAnswer,
        LossCause::Broken => FaultCode::ConnectionBroken,
        LossCause::KeyRefused => FaultCode::StreamRefused,
        // It says why: its database is away, the show is changing hands, encoders come too often.
        LossCause::NotNow => FaultCode::CloudRefused,
    };
    Fault::new(code).because(reason)
}

/// What the cloud's own answer means for going live.
pub(super) fn cloud_fault(error: &CommandError) -> Fault {
    let code = match error.code {
        Code::CloudUnreachable => FaultCode::NoAnswer,
        _ => FaultCode::CloudRefused,
    };
    Fault::new(code).because(error.message.clone())
}

/// Asks the cloud to air a show until it has seen the picture; gives when it went live.
async fn air(cloud: &Cloud, path: &str, clock: &Clock) -> Result<f64, CommandError> {
    let start = tokio::time::Instant::now();
    loop {
        let aired = match cloud.call_now::<Value>(Method::POST, &format!("{path}/go-live")).await {
            // Live already: this studio came back, or somebody else pressed the key.
            Err(error) if error.code == Code::IllegalMove => cloud.call_now(Method::GET, path).await,
            other => other,
        };
        match aired {
            Ok(show) => {
                let at =
                    show["live_at"].as_str().and_then(|at| at.parse::<chrono::DateTime<chrono::Utc>>().ok());
                return Ok(at.map_or_else(|| clock(), |at| at.timestamp_millis() as f64));
            }
            Err(error) if error.retryable && start.elapsed() < AIR_WITHIN => {
                tokio::time::sleep(AIR_PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
}
