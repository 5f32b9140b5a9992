//! Finds and starts the tasks of shows.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use vitrine_protocol::{ShowId, ShowState};

use super::Deps;
use super::airing::{self, Adopted, Beginning, Handle, Input, Order};
use super::door::DoorError;
use crate::show::{Admission, MediaFact, RunningShow};

/// The shows that are looked after now.
pub struct Hub {
    pub deps: Arc<Deps>,
    shows: Mutex<HashMap<ShowId, Handle>>,
}

impl Hub {
    pub fn new(deps: Arc<Deps>) -> Self {
        Self { deps, shows: Mutex::default() }
    }

    /// The show's task, if it runs.
    pub fn find(&self, show: ShowId) -> Option<Handle> {
        self.shows.lock().get(&show).filter(|handle| !handle.is_over()).cloned()
    }

    /// The task of the show that a publisher was admitted to.
    pub async fn show_of(&self, admission: &Admission) -> Result<Handle, DoorError> {
        if let Some(handle) = self.find(admission.show) {
            return Ok(handle);
        }
        let running = self.deps.door.running().await?;
        let known = running.into_iter().find(|running| running.show == admission.show);
        Ok(self.open(Beginning {
            show: admission.show,
            clock_epoch: admission.clock_epoch,
            live_at: known.as_ref().and_then(|known| known.live_at).filter(|_| admission.on_air),
            ended: false,
            epoch: known.as_ref().and_then(|known| self.resumable(known)),
            highlights: known.map(|known| known.highlights).unwrap_or_default(),
            adopted: None,
        }))
    }

    /// Gives an order to a show's task; without one there is nothing to order, and the next one will be told by shows.
    pub async fn order(&self, show: ShowId, order: Order) {
        if let Some(handle) = self.find(show) {
            let _ = handle.send(Input::Order(order)).await;
        }
    }

    /// Takes up what an earlier `serve` left: adopts transmissions that still run, starts those of shows on air again,
    /// and tells shows about publishers and transmissions that are gone.
    pub async fn take_up(&self) -> Result<(), DoorError> {
        let mut running = self.deps.door.running().await?;
        let leases = self.deps.leases.all().unwrap_or_else(|error| {
            tracing::error!(%error, "the leases cannot be listed: nothing is adopted");
            Vec::new()
        });
        for lease in leases {
            if !self.deps.launcher.is_running(lease.show, lease.pid) {
                self.deps.leases.remove(lease.show);
                continue;
            }
            let known =
                running.iter().position(|running| running.show == lease.show).map(|n| running.remove(n));
            tracing::info!(show.id = %lease.show, epoch = lease.epoch, pid = lease.pid, "a transmission is adopted");
            let adopted = Adopted { epoch: lease.epoch, pid: lease.pid, token_hash: lease.token_hash };
            self.open(match known {
                Some(known) => self.beginning(known, Some(adopted)),
                None => Beginning {
                    show: lease.show,
                    clock_epoch: self.deps.clock.now(),
                    live_at: None,
                    ended: true,
                    highlights: Vec::new(),
                    epoch: None,
                    adopted: Some(adopted),
                },
            });
        }
        for known in running {
            let (show, epoch) = (known.show, known.transmission_epoch);
            if epoch > 0 {
                self.deps.door.report(show, MediaFact::TransmissionLost { epoch }).await?;
            }
            if known.state.on_air() {
                tracing::info!(show.id = %show, epoch, "a show on air without a transmission gets one again");
                self.open(self.beginning(known, None));
            }
        }
        Ok(())
    }

    fn beginning(&self, known: RunningShow, adopted: Option<Adopted>) -> Beginning {
        Beginning {
            show: known.show,
            clock_epoch: known.clock_epoch,
            live_at: known.live_at.filter(|_| known.state.on_air()),
            ended: known.state == ShowState::Ended,
            epoch: self.resumable(&known),
            highlights: known.highlights,
            adopted,
        }
    }

    /// The newest epoch, when its folder is here.
    fn resumable(&self, known: &RunningShow) -> Option<u32> {
        let epoch = Some(known.transmission_epoch).filter(|epoch| *epoch > 0)?;
        self.deps.settings.show_folder(known.show, epoch).is_dir().then_some(epoch)
    }

    fn open(&self, beginning: Beginning) -> Handle {
        let mut shows = self.shows.lock();
        shows.retain(|_, handle| !handle.is_over());
        let deps = self.deps.clone();
        shows.entry(beginning.show).or_insert_with_key(|_| airing::start(beginning.clone(), deps)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::lease::Lease;
    use crate::ingest::testing::{Stage, eventually};

    fn leave_lease(stage: &Stage, epoch: u32, pid: u32) {
        let lease = Lease { show: stage.door.show, epoch, pid, token_hash: "hash".into() };
        stage.deps.leases.write(&lease).unwrap();
    }

    #[tokio::test]
    async fn a_transmission_that_outlived_serve_is_adopted_and_not_started_again() {
        let stage = Stage::new();
        leave_lease(&stage, 2, 99);
        stage.launcher.alive.lock().insert(99);
        stage.door.running.lock().push(stage.listed(ShowState::Live, 2));
        let hub = Hub::new(stage.deps.clone());
        hub.take_up().await.unwrap();
        assert!(hub.find(stage.door.show).is_some());
        assert!(stage.launcher.jobs.lock().is_empty() && stage.door.facts.lock().is_empty());
    }

    #[tokio::test]
    async fn a_show_on_air_whose_transmission_died_too_goes_on_in_its_epoch() {
        let stage = Stage::new();
        leave_lease(&stage, 2, 99);
        std::fs::create_dir_all(stage.deps.settings.show_folder(stage.door.show, 2)).unwrap();
        stage.door.running.lock().push(stage.listed(ShowState::Interrupted, 2));
        let hub = Hub::new(stage.deps.clone());
        hub.take_up().await.unwrap();
        stage.until_told(MediaFact::TransmissionLost { epoch: 2 }).await;
        eventually(|| stage.launcher.jobs.lock().first().is_some_and(|job| job.epoch == 2)).await;
    }

    #[tokio::test]
    async fn a_show_that_was_only_rehearsed_is_left_alone() {
        let stage = Stage::new();
        leave_lease(&stage, 1, 99);
        stage.door.running.lock().push(stage.listed(ShowState::Draft, 1));
        let hub = Hub::new(stage.deps.clone());
        hub.take_up().await.unwrap();
        assert!(hub.find(stage.door.show).is_none());
        assert_eq!(stage.deps.leases.all().unwrap(), []);
    }
}
