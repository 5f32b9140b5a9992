//! The owner's ear: what the open show's room says, and the pin that the picture follows.

use tokio::sync::mpsc;
use vitrine_media::scene::LowerThird;

use super::{Ask, Owner};
use crate::desk::card;
use crate::desk::chat::{Heard, Line};
use crate::desk::faults::Fault;
use crate::desk::room::Room;
use crate::desk::view::{
    AirPhase, ConnectionState, ConnectionView, DeskEvent, FaultCode, FaultSource, LowerThirdChoice,
};
use crate::error::CommandError;

/// News of the room that may wait for the owner; the line itself waits when there are more.
const MOST_NEWS: usize = 256;

impl Owner {
    /// Opens the line to the room of the open show, in place of any before.
    pub(super) fn open_line(&mut self) {
        let Some(show) = self.room.as_ref().and_then(|room| room.show.show_id.parse().ok()) else { return };
        let (tx, heard) = mpsc::channel(MOST_NEWS);
        self.heard = Some(heard);
        self.line = Some(Line::open(self.cloud.clone(), show, tx));
    }

    pub(super) fn heard(&mut self, heard: Heard) {
        let Some(room) = &mut self.room else { return };
        match heard {
            Heard::Connecting => self.connect(ConnectionState::Connecting, None),
            Heard::Waiting(pause) => {
                self.faults.raise(Fault::new(FaultCode::ChatAway));
                let retry_at_ms = (self.world.clock)() + pause.as_secs_f64() * 1000.0;
                self.connect(ConnectionState::Waiting, Some(retry_at_ms));
            }
            Heard::Resumed => self.connected(),
            Heard::Room(snapshot) => {
                let told = room.reset(*snapshot);
                self.connected();
                self.tell_room(told);
            }
            Heard::Events(events) => {
                let told = room.take(events);
                self.tell_room(told);
            }
            Heard::SignedOut => {
                self.faults.clear_source(FaultSource::Chat);
                self.connect(ConnectionState::Offline, None);
            }
            Heard::Refused(error) => {
                tracing::warn!(code = %error.code, "the room does not take this session");
                self.faults.clear_source(FaultSource::Chat);
                self.faults.raise(Fault::new(FaultCode::ChatRefused).because(error.message));
                self.connect(ConnectionState::Offline, None);
            }
        }
    }

    fn connected(&mut self) {
        self.faults.clear_source(FaultSource::Chat);
        self.connect(ConnectionState::Connected, None);
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
            tokio::spawn(async move { me.send(Ask::Over).await });
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

    pub(super) async fn lower_third(
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

    /// Draws the card of a pin, unless another pin came or the lower third follows none any more.
    pub(super) async fn card(&mut self, pin: u64, card: Option<LowerThird>) {
        if pin != self.pins || *self.stage.lower_third_choice() != LowerThirdChoice::FollowPin {
            return;
        }
        if let Err(error) = self.stage.show_card(card).await {
            tracing::warn!(%error, "the lower third could not be drawn");
        }
        self.tell_stage();
    }

    pub(super) fn connect(&mut self, state: ConnectionState, retry_at_ms: Option<f64>) {
        self.connection = ConnectionView { state, retry_at_ms };
        self.window.tell(DeskEvent::Connection(self.connection.clone()));
    }
}

/// The next news of the room; none, for ever, while there is no line.
pub(super) async fn hear(line: &mut Option<mpsc::Receiver<Heard>>) -> Option<Heard> {
    match line {
        Some(heard) => heard.recv().await,
        None => std::future::pending().await,
    }
}
