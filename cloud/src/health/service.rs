//! The handle of the room.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vitrine_protocol::{OrgId, ShowId};

use super::model::{Sample, ShowHealth};
use super::nodes::{Heard, messages};
use crate::base::{Actor, Clock, Permission};
use crate::bus::{BusHandle, MEASURED, Received};
use crate::edge::Edge;
use crate::ingest::Ingest;
use crate::show::{ShowError, Shows};

/// How often other processes are told; a transmission measures as often.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Knows how shows are doing. Clones share it.
#[derive(Clone)]
pub struct Monitor {
    shows: Shows,
    ingest: Ingest,
    edge: Edge,
    clock: Clock,
    heard: Arc<Heard>,
    /// This run, for others to tell it from themselves.
    me: Arc<str>,
}

impl Monitor {
    /// A monitor of what runs here, and of what is heard from elsewhere.
    #[must_use]
    pub fn new(shows: Shows, ingest: Ingest, edge: Edge, clock: Clock) -> Self {
        let me = format!("{:016x}", rand::random::<u64>()).into();
        Self { shows, ingest, edge, clock, heard: Arc::default(), me }
    }

    /// How a show's media is doing, wherever it runs.
    ///
    /// # Errors
    /// [`ShowError`]: not a member, no such show.
    pub async fn show(&self, actor: &Actor, org: OrgId, show: ShowId) -> Result<ShowHealth, ShowError> {
        actor.require(Permission::ViewHealth, org)?;
        self.shows.find(show).await?.filter(|found| found.org == org).ok_or(ShowError::NotFound(show))?;
        let here = Sample { show, measured: self.ingest.measured(show), viewers: self.edge.viewers(show) };
        Ok(ShowHealth::of(show, self.heard.of(show).into_iter().chain([here]), self.clock.now()))
    }

    /// What runs or is watched in this process, and in no other: those are asked themselves.
    #[must_use]
    pub fn here(&self) -> Vec<ShowHealth> {
        let now = self.clock.now();
        self.samples().into_iter().map(|sample| ShowHealth::of(sample.show, [sample], now)).collect()
    }

    fn samples(&self) -> Vec<Sample> {
        let mut watched = self.edge.all_viewers();
        let ours = self.ingest.all_measured().into_iter().map(|(show, measured)| {
            let viewers = watched.remove(&show).unwrap_or_default();
            Sample { show, measured, viewers }
        });
        let mut samples: Vec<_> = ours.collect();
        samples.extend(watched.into_iter().map(|(show, viewers)| Sample { show, measured: None, viewers }));
        samples
    }

    /// Tells other processes what is known here, and hears what they know, until `stop`.
    pub fn share(&self, bus: &BusHandle, tasks: &TaskTracker, stop: &CancellationToken) {
        let (monitor, says, stopping) = (self.clone(), bus.clone(), stop.clone());
        tasks.spawn(async move {
            while stopping.run_until_cancelled(tokio::time::sleep(TELL_EVERY)).await.is_some() {
                let mut samples = monitor.samples();
                samples.retain(Sample::says_something);
                for message in messages(&monitor.me, monitor.clock.now(), &samples) {
                    says.publish(MEASURED, message);
                }
            }
        });
        let (monitor, mut others, stopping) = (self.clone(), bus.subscribe(MEASURED), stop.clone());
        tasks.spawn(async move {
            while let Some(received) = stopping.run_until_cancelled(others.next()).await {
                match received {
                    Received::Message(message) => {
                        monitor.heard.take(&message, &monitor.me, monitor.clock.now());
                    }
                    Received::Lagged(_) => {}
                    Received::Closed => break,
                }
            }
        });
    }
}
