//! Where the programme is on its way to air: a pure state machine. What went wrong stands in `faults.rs`.

use super::view::{AirPhase, AirView};

/// Going live takes no longer than this from the press (milliseconds).
pub const CONNECT_WITHIN_MS: f64 = 15_000.0;
/// The cloud's answer to the end of a show is waited for this long (milliseconds).
pub const END_WITHIN_MS: f64 = 15_000.0;

/// The state and since when; times are milliseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    now: AirPhase,
    since_at_ms: f64,
    live_at_ms: Option<f64>,
    /// While ending: where it goes back to when the cloud does not end the show.
    behind: AirPhase,
    turn: u64,
}

impl Phase {
    /// No picture, at `at_ms`.
    pub fn idle(at_ms: f64) -> Self {
        Self { now: AirPhase::Idle, since_at_ms: at_ms, live_at_ms: None, behind: AirPhase::Idle, turn: 0 }
    }

    /// Where it is.
    pub fn now(&self) -> AirPhase {
        self.now
    }

    /// Counts phases: an answer that belongs to an earlier one comes too late.
    pub fn turn(&self) -> u64 {
        self.turn
    }

    /// Whether this studio holds the uplink.
    pub fn holds_uplink(&self) -> bool {
        matches!(self.now, AirPhase::Connecting | AirPhase::Live | AirPhase::Reconnecting | AirPhase::Ending)
    }

    /// Whether this phase has lasted longer than it may.
    pub fn is_overdue(&self, now_ms: f64) -> bool {
        let within_ms = match self.now {
            AirPhase::Connecting => CONNECT_WITHIN_MS,
            AirPhase::Ending => END_WITHIN_MS,
            _ => return false,
        };
        now_ms - self.since_at_ms >= within_ms
    }

    /// What the window shows.
    pub fn view(&self) -> AirView {
        AirView { phase: self.now, live_at_ms: self.live_at_ms, since_at_ms: self.since_at_ms }
    }

    /// Moves, if the move is legal; says whether anything changed.
    pub fn step(&mut self, at_ms: f64, step: Step) -> bool {
        use AirPhase::{Connecting, Ended, Ending, Idle, Live, Preview, Reconnecting};
        let next = match (self.now, step) {
            (_, Step::Closed) => Idle,
            (Idle | Ended, Step::Opened) => Preview,
            (Preview | Ended, Step::GoLive) => Connecting,
            (Connecting, Step::Aired { live_at_ms }) => {
                self.live_at_ms = Some(live_at_ms);
                Live
            }
            (Live | Reconnecting, Step::UplinkLost) => Reconnecting,
            (Reconnecting, Step::UplinkBack) => Live,
            (Connecting | Live | Reconnecting, Step::Refused) => Preview,
            (Connecting | Live | Reconnecting | Ending, Step::Cancelled) => Preview,
            (Live | Reconnecting, Step::End) => {
                self.behind = self.now;
                Ending
            }
            (Ending, Step::UplinkLost) => {
                self.behind = Reconnecting;
                Ending
            }
            (Ending, Step::UplinkBack) => {
                self.behind = Live;
                Ending
            }
            (Ending, Step::Refused) => {
                self.behind = Preview;
                Ending
            }
            (Ending, Step::EndFailed) => self.behind,
            (Ending | Live | Reconnecting | Connecting | Preview, Step::Ended) => Ended,
            _ => return false,
        };
        if matches!(next, Idle | Preview) {
            self.live_at_ms = None;
        }
        let changed = next != self.now;
        if changed {
            self.since_at_ms = at_ms;
            self.turn += 1;
        }
        self.now = next;
        changed
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq)]
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
    UplinkLost,
    /// The uplink is back.
    UplinkBack,
    /// The picture is not taken, or did not get there in time.
    Refused,
    /// The host lets go of the uplink without ending the show.
    Cancelled,
    /// The host ends it.
    End,
    /// The cloud did not end it.
    EndFailed,
    /// It is over, from here or elsewhere.
    Ended,
}

#[cfg(test)]
mod tests {
    use super::*;

    const AIRED: Step = Step::Aired { live_at_ms: 40.0 };

    fn at(phases: &[Step]) -> Phase {
        let mut phase = Phase::idle(0.0);
        for (tick, step) in phases.iter().enumerate() {
            phase.step(tick as f64 + 1.0, *step);
        }
        phase
    }

    #[test]
    fn a_show_goes_live_holds_and_ends() {
        let mut phase = at(&[Step::Opened, Step::GoLive, AIRED]);
        assert_eq!((phase.now(), phase.view().live_at_ms), (AirPhase::Live, Some(40.0)));
        assert!(phase.step(10.0, Step::UplinkLost));
        assert_eq!(phase.view().since_at_ms, 10.0);
        assert!(phase.holds_uplink());
        phase.step(11.0, Step::UplinkBack);
        phase.step(12.0, Step::End);
        phase.step(13.0, Step::Ended);
        assert_eq!(phase.now(), AirPhase::Ended);
    }

    #[test]
    fn a_lost_uplink_counts_from_its_loss_not_from_the_last_try() {
        let mut phase = at(&[Step::Opened, Step::GoLive, AIRED]);
        phase.step(10.0, Step::UplinkLost);
        phase.step(20.0, Step::UplinkLost);
        assert_eq!(phase.view().since_at_ms, 10.0);
    }

    #[test]
    fn nothing_goes_live_without_a_picture() {
        let mut phase = Phase::idle(0.0);
        assert!(!phase.step(1.0, Step::GoLive));
        assert_eq!(phase.now(), AirPhase::Idle);
    }

    #[test]
    fn every_phase_on_air_has_a_way_out_to_the_preview() {
        let connecting = [Step::Opened, Step::GoLive];
        let live = [Step::Opened, Step::GoLive, AIRED];
        let reconnecting = [Step::Opened, Step::GoLive, AIRED, Step::UplinkLost];
        let ending = [Step::Opened, Step::GoLive, AIRED, Step::End];
        for way in [&connecting[..], &live, &reconnecting, &ending] {
            let mut phase = at(way);
            assert!(phase.holds_uplink());
            assert!(phase.step(99.0, Step::Cancelled), "{way:?}");
            assert_eq!((phase.now(), phase.view().live_at_ms), (AirPhase::Preview, None));
            assert!(phase.step(100.0, Step::GoLive), "and it can be tried again");
        }
    }

    #[test]
    fn connecting_and_ending_do_not_last_for_ever() {
        let connecting = at(&[Step::Opened, Step::GoLive]);
        assert!(!connecting.is_overdue(2.0 + CONNECT_WITHIN_MS - 1.0));
        assert!(connecting.is_overdue(2.0 + CONNECT_WITHIN_MS));
        let ending = at(&[Step::Opened, Step::GoLive, AIRED, Step::End]);
        assert!(ending.is_overdue(4.0 + END_WITHIN_MS));
        let live = at(&[Step::Opened, Step::GoLive, AIRED]);
        assert!(!live.is_overdue(f64::MAX));
    }

    #[test]
    fn an_end_that_fails_leads_back_to_how_the_uplink_is_now() {
        let live = [Step::Opened, Step::GoLive, AIRED];
        for (steps, expected) in [
            (&[Step::End][..], AirPhase::Live),
            (&[Step::UplinkLost, Step::End], AirPhase::Reconnecting),
            (&[Step::End, Step::UplinkLost], AirPhase::Reconnecting),
            (&[Step::UplinkLost, Step::End, Step::UplinkBack], AirPhase::Live),
            (&[Step::End, Step::Refused], AirPhase::Preview),
        ] {
            let mut phase = at(&[&live[..], steps].concat());
            assert_eq!(phase.now(), AirPhase::Ending);
            phase.step(50.0, Step::EndFailed);
            assert_eq!(phase.now(), expected, "{steps:?}");
        }
    }

    #[test]
    fn an_answer_of_an_earlier_try_is_told_apart() {
        let mut phase = at(&[Step::Opened, Step::GoLive]);
        let first = phase.turn();
        phase.step(5.0, Step::Cancelled);
        phase.step(6.0, Step::GoLive);
        assert_ne!(phase.turn(), first);
    }
}
