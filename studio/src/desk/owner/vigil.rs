//! The owner's vigil: the machine does not sleep, and a note lies on disk, while the show is on air.

use super::{Ask, Owner};
use crate::desk::faults::Fault;
use crate::desk::note::Note;
use crate::desk::view::{CloseView, FaultCode};
use crate::desk::world::Awake;

/// Whether the machine was asked to stay awake.
pub enum Vigil {
    /// It may sleep.
    Off,
    /// It was asked; `false`: and need not any more.
    Asked(bool),
    /// It does.
    Kept {
        /// Let go of when this is dropped.
        _awake: Awake,
    },
    /// It would not, for this time on air.
    Refused,
}

impl Owner {
    /// Follows the phase: awake from the press of the key until the uplink is let go of.
    pub(super) fn keep_vigil(&mut self) {
        match (self.phase.holds_uplink(), &mut self.vigil) {
            (true, Vigil::Off) => {
                self.vigil = Vigil::Asked(true);
                let (asked, me) = ((self.world.stay_awake)(), self.me.clone());
                tokio::spawn(async move { me.send(Ask::Awake(asked.await)).await });
            }
            (needed, Vigil::Asked(still)) => *still = needed,
            (false, Vigil::Kept { .. } | Vigil::Refused) => {
                self.vigil = Vigil::Off;
                self.faults.clear(FaultCode::SleepAllowed);
            }
            (true, Vigil::Kept { .. } | Vigil::Refused) | (false, Vigil::Off) => {}
        }
    }

    /// The machine's answer. Going on air does not hang on it.
    pub(super) fn awake(&mut self, answer: Result<Awake, String>) {
        let needed = matches!(self.vigil, Vigil::Asked(true));
        self.vigil = match answer {
            Ok(awake) if needed => Vigil::Kept { _awake: awake },
            Err(reason) if needed => {
                tracing::warn!(reason, "the machine may sleep in mid-show");
                self.faults.raise(Fault::new(FaultCode::SleepAllowed).because(reason));
                Vigil::Refused
            }
            Ok(_) | Err(_) => Vigil::Off,
        };
    }

    /// Leaves a note of the show on air, for after a crash.
    pub(super) fn leave_note(&self, live_at_ms: f64) {
        let (Some(show), Some(session)) = (self.show(), &self.session) else { return };
        let note = Note::of(&session.cloud_url, &show, live_at_ms, self.stage.view().muted);
        self.note.write(&Note { publishes: self.publishes.clone(), ..note });
    }

    /// Keeps the note true.
    pub(super) fn note_publishes(&self) {
        if let Some(note) = self.note.read() {
            self.note.write(&Note { publishes: self.publishes.clone(), ..note });
        }
    }

    /// Keeps the note true.
    pub(super) fn note_muted(&self, muted: bool) {
        if self.phase.holds_uplink()
            && let Some(note) = self.note.read()
        {
            self.note.write(&Note { muted, ..note });
        }
    }

    /// A show that is taken up again has its microphone as it was.
    pub(super) fn recall_muted(&mut self, show_id: &str) {
        if let Some(note) = self.note.read().filter(|note| note.show_id == show_id) {
            self.stage.set_muted(note.muted);
        }
    }

    /// What to tell who closes the window; nothing: it may close.
    pub(super) fn closing(&self) -> Option<CloseView> {
        if let Some(owed) = self.owed_end.as_ref().filter(|_| !self.phase.holds_uplink()) {
            return Some(CloseView { title: owed.title.clone(), viewers: 0, phase: self.phase.now() });
        }
        let room = self.room.as_ref().filter(|_| self.phase.holds_uplink())?;
        Some(CloseView { title: room.show.title.clone(), viewers: room.viewers, phase: self.phase.now() })
    }
}
