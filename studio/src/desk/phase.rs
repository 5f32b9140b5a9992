//! Where the programme is on its way to air: a pure state machine.

use super::view::{AirPhase, AirView};
use crate::error::CommandError;

/// The state and since when; times are milliseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    now: AirPhase,
    since_at_ms: f64,
    live_at_ms: Option<f64>,
    problem: Option<CommandError>,
}

impl Phase {
    /// No picture, at `at_ms`.
    pub fn idle(at_ms: f64) -> Self {
        Self { now: AirPhase::Idle, since_at_ms: at_ms, live_at_ms: None, problem: None }
    }

    /// Where it is.
    pub fn now(&self) -> AirPhase {
        self.now
    }

    /// Whether this studio holds the uplink.
    pub fn holds_uplink(&self) -> bool {
        matches!(self.now, AirPhase::Connecting | AirPhase::Live | AirPhase::Reconnecting | AirPhase::Ending)
    }

    /// What the window shows.
    pub fn view(&self) -> AirView {
        AirView {
            phase: self.now,
            live_at_ms: self.live_at_ms,
            since_at_ms: self.since_at_ms,
            problem: self.problem.clone(),
        }
    }

    /// Moves, if the move is legal; says whether anything changed.
    pub fn step(&mut self, at_ms: f64, step: Step) -> bool {
        use AirPhase::{Connecting, Ended, Ending, Idle, Live, Preview, Reconnecting};
        let (next, problem) = match (self.now, step) {
            (_, Step::Closed) => (Idle, None),
            (Idle | Ended, Step::Opened) => (Preview, None),
            (Preview | Ended, Step::GoLive) => (Connecting, None),
            (Connecting | Reconnecting, Step::Aired { live_at_ms }) => {
                self.live_at_ms = Some(live_at_ms);
                (Live, None)
            }
            (Live | Reconnecting, Step::UplinkLost(problem)) => (Reconnecting, Some(problem)),
            (Reconnecting, Step::UplinkBack) => (Live, None),
            (Connecting | Live | Reconnecting, Step::Refused(problem)) => (Preview, Some(problem)),
            (Connecting | Live | Reconnecting, Step::End) => (Ending, None),
            (Ending | Live | Reconnecting | Connecting | Preview, Step::Ended) => (Ended, None),
            (Ending, Step::EndFailed(problem)) => (Live, Some(problem)),
            _ => return false,
        };
        if next == Idle || (next == Preview && self.live_at_ms.is_some() && problem.is_none()) {
            self.live_at_ms = None;
        }
        if next != self.now {
            self.since_at_ms = at_ms;
        }
        let changed = next != self.now || problem != self.problem;
        (self.now, self.problem) = (next, problem);
        changed
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A show was opened and its picture runs.
    Opened,
    /// The show was closed.
    Closed,
    /// The host pressed the key.
    GoLive,
    /// The cloud airs it, since then.
    Aired {
        /// When it went live.
        live_at_ms: f64,
    },
    /// The uplink broke.
    UplinkLost(CommandError),
    /// The uplink is back.
    UplinkBack,
    /// The cloud does not take the picture.
    Refused(CommandError),
    /// The host ends it.
    End,
    /// The cloud did not end it.
    EndFailed(CommandError),
    /// It is over, from here or elsewhere.
    Ended,
}

#[cfg(test)]
mod tests {
    use vitrine_protocol::Code;

    use super::*;

    fn at(phases: &[Step]) -> Phase {
        let mut phase = Phase::idle(0.0);
        for (tick, step) in phases.iter().enumerate() {
            phase.step(tick as f64 + 1.0, step.clone());
        }
        phase
    }

    fn problem() -> CommandError {
        CommandError::new(Code::CloudUnreachable, "the line broke")
    }

    #[test]
    fn a_show_goes_live_holds_and_ends() {
        let aired = Step::Aired { live_at_ms: 40.0 };
        let mut phase = at(&[Step::Opened, Step::GoLive, aired]);
        assert_eq!((phase.now(), phase.view().live_at_ms), (AirPhase::Live, Some(40.0)));
        assert!(phase.step(10.0, Step::UplinkLost(problem())));
        assert_eq!(phase.view().since_at_ms, 10.0);
        assert!(phase.holds_uplink());
        phase.step(11.0, Step::UplinkBack);
        assert_eq!(phase.view().problem, None);
        phase.step(12.0, Step::End);
        phase.step(13.0, Step::Ended);
        assert_eq!(phase.now(), AirPhase::Ended);
    }

    #[test]
    fn a_lost_uplink_counts_from_its_loss_not_from_the_last_try() {
        let mut phase = at(&[Step::Opened, Step::GoLive, Step::Aired { live_at_ms: 3.0 }]);
        phase.step(10.0, Step::UplinkLost(problem()));
        phase.step(20.0, Step::UplinkLost(CommandError::new(Code::FarSide, "still nobody there")));
        assert_eq!(phase.view().since_at_ms, 10.0);
    }

    #[test]
    fn nothing_goes_live_without_a_picture() {
        let mut phase = Phase::idle(0.0);
        assert!(!phase.step(1.0, Step::GoLive));
        assert_eq!(phase.now(), AirPhase::Idle);
    }

    #[test]
    fn a_refusal_leads_back_to_the_preview_with_its_reason() {
        let phase = at(&[Step::Opened, Step::GoLive, Step::Refused(problem())]);
        assert_eq!((phase.now(), phase.view().problem), (AirPhase::Preview, Some(problem())));
    }
}
