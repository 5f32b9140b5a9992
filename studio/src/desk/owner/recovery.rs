//! What is done when the programme breaks: it is built anew at once, with its broadcast. When that did not help,
//! the host is asked.

use super::Owner;
use crate::desk::faults::Fault;
use crate::desk::phase::Step;
use crate::desk::view::{AirPhase, FaultAction, FaultCode};
use crate::error::CommandError;

/// A programme that breaks again within this time is not built anew by itself (milliseconds).
const WINDOW_MS: f64 = 60_000.0;

/// When the programme broke.
#[derive(Debug, Default)]
pub struct Recovery {
    broke_at_ms: Option<f64>,
}

/// What to do about it.
#[derive(Debug, PartialEq, Eq)]
enum Cure {
    Rebuild,
    Ask,
}

impl Recovery {
    /// It broke.
    fn broke(&mut self, now_ms: f64) -> Cure {
        let again = self.broke_at_ms.is_some_and(|at| now_ms - at < WINDOW_MS);
        self.broke_at_ms = Some(now_ms);
        if again { Cure::Ask } else { Cure::Rebuild }
    }

    /// The host says to try again.
    fn forget(&mut self) {
        self.broke_at_ms = None;
    }
}

impl Owner {
    /// The programme broke.
    pub(super) async fn broke(&mut self, mut reason: String) {
        tracing::error!(reason, "the programme broke");
        if self.phase.holds_uplink() {
            // The show is live at the cloud and stays so.
            self.step(Step::UplinkLost);
            self.faults.raise(Fault::new(FaultCode::PipelineRestarts).because(reason.clone()));
        }
        while self.recovery.broke((self.world.clock)()) == Cure::Rebuild {
            match self.stage.rebuild().await {
                Ok(()) => return self.tell_stage(),
                Err(error) => reason = error.message,
            }
        }
        self.give_up(&reason).await;
    }

    /// Nothing is sent until the host says how to go on.
    async fn give_up(&mut self, reason: &str) {
        self.stage.abandon().await;
        self.faults.clear(FaultCode::PipelineRestarts);
        self.faults.clear(FaultCode::UplinkLost);
        let fault = Fault::new(FaultCode::PipelineFailed).because(reason);
        match self.phase.now() {
            AirPhase::Live | AirPhase::Reconnecting | AirPhase::Ending => {
                self.faults.raise(fault.actions(&[FaultAction::TryAgain, FaultAction::EndShow]));
            }
            AirPhase::Connecting => {
                self.stage.stop_broadcast().await;
                self.refused(fault);
            }
            _ => self.faults.raise(fault),
        }
        self.tell_stage();
    }

    /// The host says to try again.
    pub(super) async fn try_programme(&mut self) -> Result<(), CommandError> {
        self.recovery.forget();
        self.faults.clear(FaultCode::PipelineFailed);
        self.faults.clear(FaultCode::PluginMissing);
        if let Err(error) = self.stage.rebuild().await {
            self.give_up(&error.message).await;
            return Err(error);
        }
        self.tell_stage();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programme_that_breaks_once_in_a_while_is_built_anew_each_time() {
        let mut recovery = Recovery::default();
        for minute in 0..5 {
            assert_eq!(recovery.broke(f64::from(minute) * 61_000.0), Cure::Rebuild);
        }
    }

    #[test]
    fn one_that_breaks_again_at_once_is_for_the_host_who_may_try_again() {
        let mut recovery = Recovery::default();
        assert_eq!(recovery.broke(1_000.0), Cure::Rebuild);
        assert_eq!(recovery.broke(2_500.0), Cure::Ask);
        recovery.forget();
        assert_eq!(recovery.broke(3_000.0), Cure::Rebuild);
    }
}
