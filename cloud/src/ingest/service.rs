//! The handle of the room.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vitrine_protocol::{Highlight, ShowId};
use vitrine_rtmp::ConnectionGate;

use super::airing::Order;
use super::door::ShowDoor;
use super::hub::Hub;
use super::launcher::Launcher;
use super::lease::Leases;
use super::{Deps, IngestError, control, files, listener};
use crate::base::Clock;

/// How ingest behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder: `run/` and `shows/` are ours in it.
    pub data_dir: PathBuf,
    /// A publisher that sends nothing for this long is taken for lost: 2 s, between 1 and 5.
    pub silent_after: Duration,
    /// Whether a second publisher takes over; else it is refused.
    pub takeover: bool,
    /// The wanted rungs: `source,480p`.
    pub ladder: String,
    /// Connections that have not shown a valid key yet, in all.
    pub unknown_connections: usize,
    /// The same from one address.
    pub unknown_connections_per_address: usize,
}

impl Settings {
    /// The defaults over a data folder.
    #[must_use]
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            silent_after: Duration::from_secs(2),
            takeover: false,
            ladder: "source,480p".to_owned(),
            unknown_connections: 256,
            unknown_connections_per_address: 32,
        }
    }

    /// Journal and recording of one transmission.
    #[must_use]
    pub fn show_folder(&self, show: ShowId, epoch: u32) -> PathBuf {
        self.data_dir.join("shows").join(show.to_string()).join(epoch.to_string())
    }
}

/// The handle: clones share one ingest.
#[derive(Clone)]
pub struct Ingest {
    hub: Arc<Hub>,
}

impl Ingest {
    /// The handle; nothing runs yet.
    #[must_use]
    pub fn new(
        settings: Settings,
        door: Arc<dyn ShowDoor>,
        clock: Clock,
        launcher: Arc<dyn Launcher>,
    ) -> Self {
        let data_dir = std::path::absolute(&settings.data_dir).unwrap_or_else(|_| settings.data_dir.clone());
        let silent_after = settings.silent_after.clamp(Duration::from_secs(1), Duration::from_secs(5));
        let run = data_dir.join("run");
        let (leases, control_socket) = (Leases::new(run.join("leases")), run.join("control.sock"));
        let settings = Settings { silent_after, data_dir, ..settings };
        let deps = Deps { door, launcher, leases, clock, settings, control_socket };
        Self { hub: Arc::new(Hub::new(Arc::new(deps))) }
    }

    /// Opens the control socket, takes up what an earlier `serve` left, and accepts publishers on `publishers` until
    /// `stop`. Transmissions go on after that and wait for the next `serve`.
    ///
    /// # Errors
    /// [`IngestError`]: a sentence for the operator.
    pub async fn start(
        &self,
        publishers: TcpListener,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<(), IngestError> {
        let deps = &self.hub.deps;
        let run = deps.settings.data_dir.join("run");
        let folder = |path: &PathBuf, source| IngestError::Folder { path: path.clone(), source };
        files::private_folder(&run).map_err(|error| folder(&run, error))?;
        deps.leases.open().map_err(|error| folder(&run.join("leases"), error))?;
        let control = control::open(&deps.control_socket)?;
        let (all, of_one) =
            (deps.settings.unknown_connections, deps.settings.unknown_connections_per_address);
        self.hub.take_up().await?;
        tasks.spawn(control::run(self.hub.clone(), control, stop.clone()));
        tasks.spawn(listener::run(self.hub.clone(), publishers, ConnectionGate::new(all, of_one), stop));
        Ok(())
    }

    /// Base URL of the origin of the show's transmission, such as `http://127.0.0.1:4100`.
    #[must_use]
    pub fn origin(&self, show: ShowId) -> Option<String> {
        self.hub.find(show)?.origin().borrow().clone()
    }

    /// The same, waiting up to `patience` for a transmission that is being started or replaced. `None` at once when the
    /// show has none.
    pub async fn origin_within(&self, show: ShowId, patience: Duration) -> Option<String> {
        let mut origin = self.hub.find(show)?.origin();
        let known = timeout(patience, origin.wait_for(Option::is_some)).await;
        known.ok()?.ok()?.clone()
    }

    /// The show is on air from `at`.
    pub async fn go_live(&self, show: ShowId, at: DateTime<Utc>) {
        self.hub.order(show, Order::GoLive { at }).await;
    }

    /// A pin came on or went off.
    pub async fn highlight(&self, show: ShowId, highlight: Highlight) {
        self.hub.order(show, Order::Highlight(highlight)).await;
    }

    /// The show is over.
    pub async fn end(&self, show: ShowId) {
        self.hub.order(show, Order::End).await;
    }

    /// Closes the running publish: its key was revoked.
    pub async fn close_publisher(&self, show: ShowId) {
        self.hub.order(show, Order::CloseKey).await;
    }
}
