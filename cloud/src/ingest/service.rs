//! The handle of the room.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vitrine_protocol::{Highlight, ShowId};
use vitrine_rtmp::ConnectionGate;

use super::airing::Order;
use super::control::Server;
use super::door::ShowDoor;
use super::handover::{Caller, NoOrigin, Origin};
use super::hub::Hub;
use super::launcher::Launcher;
use super::lease::{Leases, Owner};
use super::node::Node;
use super::reporter::Reporters;
use super::retention::{Aged, Keep, Sweep};
use super::{Deps, IngestError, Measured, control, files, listener, ownership};
use crate::base::{Clock, Proxies};

/// How ingest behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder: `run/` and `shows/` are ours in it.
    pub data_dir: PathBuf,
    /// The host or address by which other nodes and transmissions reach this one.
    pub host: String,
    /// Where publishers are taken, as other nodes reach it: a port of `host`.
    pub rtmp_port: u16,
    /// Where transmissions of other machines are awaited; a Unix socket in the data folder without one.
    pub control_listen: Option<SocketAddr>,
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
    /// Proxies whose word on who publishes is taken.
    pub proxies: Proxies,
}

impl Settings {
    /// The defaults over a data folder.
    #[must_use]
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            host: "127.0.0.1".to_owned(),
            rtmp_port: 1935,
            control_listen: None,
            silent_after: Duration::from_secs(2),
            takeover: false,
            ladder: "source,480p".to_owned(),
            unknown_connections: 256,
            unknown_connections_per_address: 32,
            proxies: Proxies::default(),
        }
    }

    /// What lives as long as this process, and facts that wait.
    fn run_folder(&self) -> PathBuf {
        self.data_dir.join("run")
    }

    /// Facts that could not be told yet.
    pub(super) fn facts_folder(&self) -> PathBuf {
        self.run_folder().join("facts")
    }
}

/// The outside of the room: shows, the rows of leases, who starts transmissions.
pub struct Doors {
    /// Shows.
    pub shows: Arc<dyn ShowDoor>,
    /// Who owns a show.
    pub leases: Arc<dyn Leases>,
    /// Who starts transmissions.
    pub launcher: Arc<dyn Launcher>,
}

/// The handle: clones share one ingest.
#[derive(Clone)]
pub struct Ingest {
    hub: Arc<Hub>,
    aged: Arc<Mutex<Aged>>,
}

impl Ingest {
    /// The handle of `node`; nothing runs yet.
    ///
    /// # Errors
    /// The HTTP client for other nodes' origins cannot be built.
    pub fn new(settings: Settings, node: Node, doors: Doors, clock: Clock) -> Result<Self, reqwest::Error> {
        let data_dir = std::path::absolute(&settings.data_dir).unwrap_or_else(|_| settings.data_dir.clone());
        let silent_after = settings.silent_after.clamp(Duration::from_secs(1), Duration::from_secs(5));
        let settings = Settings { silent_after, data_dir, ..settings };
        let rtmp = control::host_and_port(&settings.host, settings.rtmp_port);
        let me = Owner { node: node.id, boot: node.boot, serve: uuid::Uuid::now_v7().to_string(), rtmp };
        let Doors { shows: door, leases, launcher } = doors;
        let (caller, control, reporters) = (Caller::new()?, OnceLock::new(), Reporters::default());
        let deps = Deps { door, launcher, leases, caller, me, clock, settings, control, reporters };
        Ok(Self { hub: Arc::new(Hub::new(Arc::new(deps))), aged: Arc::default() })
    }

    /// Awaits transmissions, takes up what an earlier `serve` left, and accepts publishers on `publishers` until `stop`.
    /// Transmissions go on after that, for the next `serve` or for another node.
    ///
    /// # Errors
    /// [`IngestError`]: a sentence for the operator.
    pub async fn start(
        &self,
        publishers: TcpListener,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<(), IngestError> {
        let settings = &self.hub.deps.settings;
        let run = settings.run_folder();
        files::private_folder(&run).map_err(|source| IngestError::Folder { path: run.clone(), source })?;
        let (server, address) = match settings.control_listen {
            Some(listen) => Server::tcp(listen, &settings.host).await?,
            None => Server::unix(&run.join("control.sock"))?,
        };
        let _ = self.hub.deps.control.set(address.to_string()); // a second start has the same address, or failed above
        let (all, of_one) = (settings.unknown_connections, settings.unknown_connections_per_address);
        // However long the database takes for all shows: each is held, and can be reached by its transmission, once it is
        // taken up.
        tasks.spawn(control::run(self.hub.clone(), server, stop.clone()));
        tasks.spawn(ownership::beat(self.hub.clone(), stop.clone()));
        self.check_reach(&publishers).await?;
        self.hub.take_up().await?;
        tasks.spawn(ownership::watch(self.hub.clone(), true, stop.clone()));
        tasks.spawn(listener::run(
            self.hub.clone(),
            publishers,
            ConnectionGate::new(all, of_one),
            settings.proxies.clone(),
            stop,
        ));
        Ok(())
    }

    /// Refuses to share shows with a node on another machine that could hand no publisher on to this one.
    async fn check_reach(&self, publishers: &TcpListener) -> Result<(), IngestError> {
        let host = &self.hub.deps.settings.host;
        let is_local = publishers.local_addr().is_ok_and(|address| address.ip().is_loopback());
        if !is_local && !names_this_machine(host) {
            return Ok(());
        }
        match ownership::other_machine(&self.hub.deps).await? {
            Some(Owner { node, .. }) => Err(IngestError::OutOfReach { node, host: host.clone() }),
            None => Ok(()),
        }
    }

    /// Only watches who has which show, until `stop`: for a process that serves viewers and takes no publishers.
    pub fn follow_owners(&self, tasks: &TaskTracker, stop: CancellationToken) {
        tasks.spawn(ownership::watch(self.hub.clone(), false, stop));
    }

    /// The origin of the show's transmission, on whatever node, waiting up to `patience` for one that is being started or
    /// replaced.
    ///
    /// # Errors
    /// [`NoOrigin`]: at once when nobody has the show.
    pub async fn origin_within(&self, show: ShowId, patience: Duration) -> Result<Origin, NoOrigin> {
        let until = tokio::time::Instant::now() + patience;
        if let Some(handle) = self.hub.find(show) {
            let mut origin = handle.origin();
            let known = timeout_at(until, origin.wait_for(Option::is_some)).await;
            // An error: its task has ended meanwhile, and another node may have the show.
            if let Ok(known) = known.map_err(|_| NoOrigin::NotInTime)?
                && let Some(origin) = known.clone()
            {
                return Ok(origin);
            }
        }
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        self.hub.roster.origin_within(show, left).await
    }

    /// Whether this node looks after the show, and its publisher is surely away: only then may time end the show.
    #[must_use]
    pub fn may_end(&self, show: ShowId) -> bool {
        self.hub.find(show).is_some_and(|handle| handle.is_quiet())
    }

    /// Takes from the disk of this machine what is past its time; to be called about once an hour. Blocks on the disk,
    /// until `stop` at most.
    ///
    /// # Errors
    /// The folder of shows cannot be listed.
    pub fn sweep_disk(&self, keep: &Keep, stop: &CancellationToken) -> std::io::Result<u64> {
        let deps = &self.hub.deps;
        let (now, at) = (deps.clock.now().into(), Instant::now());
        let sweep = Sweep { keep, now, at, goes_on: &|| !stop.is_cancelled() };
        sweep.run(&deps.settings.data_dir.join("shows"), &mut self.aged.lock())
    }

    /// The show is on air from `at`.
    pub async fn go_live(&self, show: ShowId, at: DateTime<Utc>) {
        self.hub.order(show, Order::GoLive { at }).await;
    }

    /// A pin came on or went off.
    pub async fn highlight(&self, show: ShowId, highlight: Highlight) {
        self.hub.order(show, Order::Highlight(Box::new(highlight))).await;
    }

    /// The show is over.
    pub async fn end(&self, show: ShowId) {
        self.hub.order(show, Order::End).await;
    }

    /// Closes the running publish: its key was revoked.
    pub async fn close_publisher(&self, show: ShowId) {
        self.hub.order(show, Order::CloseKey).await;
    }

    /// Closes the publishers of shows that are not on air and for which nothing may be sent any more. A fact says when, and a timer
    /// finds those that were let in at that moment.
    pub async fn close_barred(&self) {
        let ours: Vec<ShowId> = self.hub.all().iter().map(|handle| handle.hold().show).collect();
        match self.hub.deps.door.barred(&ours).await {
            Ok(barred) => {
                for show in barred {
                    self.hub.order(show, Order::Bar).await;
                }
            }
            Err(error) => tracing::warn!(%error, "it is not known which shows nothing may be sent for"),
        }
    }

    /// Shows of which this machine's disk holds something. Blocks on the disk.
    ///
    /// # Errors
    /// The folder of shows cannot be listed.
    pub fn shows_on_disk(&self) -> std::io::Result<Vec<ShowId>> {
        super::retention::shows(&self.hub.deps.settings.data_dir.join("shows"))
    }

    /// The show has another publish key, and older ones open nothing any more.
    pub fn forget_key(&self, show: ShowId) {
        self.hub.forget_key(show);
    }

    /// What was measured last of a show that this node looks after.
    #[must_use]
    pub fn measured(&self, show: ShowId) -> Option<Measured> {
        self.hub.find(show)?.measured()
    }

    /// The same of every show that this node looks after.
    #[must_use]
    pub fn all_measured(&self) -> Vec<(ShowId, Option<Measured>)> {
        let mut shows: Vec<_> =
            self.hub.all().iter().map(|handle| (handle.hold().show, handle.measured())).collect();
        shows.sort_by_key(|(show, _)| *show);
        shows
    }
}

/// Whether a host means this machine, wherever it is read.
fn names_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::UnixStream;
    use tokio::time::timeout;
    use vitrine_protocol::ShowState;

    use super::*;
    use crate::ingest::airing::Input;
    use crate::ingest::lease::fake::owner;
    use crate::ingest::lease::{Lease, Placed, Run};
    use crate::ingest::testing::{Stage, eventually};

    #[tokio::test]
    async fn transmissions_are_heard_while_the_database_is_still_asked_about_their_shows() {
        let stage = Stage::new();
        stage.leases.answers_after(Duration::from_secs(3_600));
        let ingest = Ingest { hub: Arc::new(Hub::new(stage.deps.clone())), aged: Arc::default() };
        let publishers = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let starting = tokio::spawn({
            let (tasks, stop) = (tasks.clone(), stop.clone());
            async move { ingest.start(publishers, &tasks, stop).await }
        });
        let socket = stage.deps.settings.run_folder().join("control.sock");
        eventually(|| socket.exists()).await;
        let mut connection = UnixStream::connect(&socket).await.unwrap();
        connection.write_all(&[0xff; 16]).await.unwrap();
        let heard = timeout(Duration::from_secs(5), connection.read(&mut [0; 16])).await;
        assert!(heard.is_ok(), "what is no hello is closed by whoever reads it");
        assert!(!starting.is_finished());
        starting.abort();
        stop.cancel();
    }

    #[tokio::test]
    async fn publishers_hear_of_a_show_that_was_deleted_and_of_a_suspended_organisation() {
        use crate::events::{Event, Follower as _, LossReason, Recorded};
        use crate::ingest::OrderTransmissions;
        use crate::ingest::hub::Place;
        for suspended in [false, true] {
            let stage = Stage::new();
            let show = stage.door.show;
            let ingest = Ingest { hub: Arc::new(Hub::new(stage.deps.clone())), aged: Arc::default() };
            let Ok(Place::Here(handle)) = ingest.hub.own(show).await else { panic!("it is ours") };
            let (_, mut farewell) = stage.publish(&handle).await.unwrap();
            ingest.hub.note_key("vtp_good", stage.admission());
            let fact = |event| Recorded {
                seq: 1,
                at: stage.deps.clock.now(),
                org: vitrine_protocol::OrgId::new(),
                show: None,
                actor: "service:operator".into(),
                event,
            };
            let follower = OrderTransmissions(ingest.clone());
            let reason = if suspended {
                follower.follow(&fact(Event::OrganizationSuspended { reason: "unpaid".into() })).await;
                let quiet = timeout(Duration::from_millis(100), farewell.recv()).await;
                assert!(quiet.is_err(), "another organisation was suspended");
                stage.door.bars();
                follower.follow(&fact(Event::OrganizationSuspended { reason: "unpaid".into() })).await;
                LossReason::Suspended
            } else {
                follower.follow(&fact(Event::ShowDeleted { show })).await;
                LossReason::ShowEnded
            };
            let last = timeout(Duration::from_secs(5), farewell.recv()).await.unwrap().unwrap();
            assert_eq!(last.reason, reason);
            assert!(ingest.hub.known_key("vtp_good").is_none(), "the key is asked about anew");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_viewer_who_waits_for_a_show_that_changes_hands_is_led_to_its_new_owner() {
        let stage = Stage::new();
        let show = stage.door.show;
        stage.door.stands(ShowState::Live, 0);
        let ingest = Ingest { hub: Arc::new(Hub::new(stage.deps.clone())), aged: Arc::default() };
        let patience = Duration::from_secs(3);
        assert_eq!(ingest.origin_within(show, patience).await, Err(NoOrigin::Nobody));
        ingest.hub.own(show).await.ok().unwrap();
        assert_eq!(ingest.origin_within(show, patience).await, Err(NoOrigin::NotInTime));
        let waiting = tokio::spawn({
            let ingest = ingest.clone();
            async move { ingest.origin_within(show, patience).await }
        });
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (url, token) = ("http://10.0.0.7:4100".to_owned(), "secret".to_owned());
        let run = Run {
            handle: None,
            token_hash: "hash".into(),
            origin: Some(url.clone()),
            origin_token: token.clone(),
        };
        let placed = Placed { epoch: 2, home: "there/boot".into(), first_msn: 0, run: Some(run) };
        let row = stage.leases.row(show).unwrap();
        let row = Lease { owner: owner("there"), placed: Some(placed), ..row };
        ingest.hub.roster.look(vec![row], tokio::time::Instant::now());
        ingest.hub.find(show).unwrap().send(Input::LeaseLost).await.unwrap();
        assert_eq!(waiting.await.unwrap(), Ok(Origin { url, token }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_that_other_machines_cannot_reach_does_not_start_beside_one() {
        let stage = Stage::new();
        let elsewhere = Owner { boot: "another machine".into(), ..owner("there") };
        stage.deps.leases.take(stage.door.show, &elsewhere, None).await.unwrap().unwrap();
        let ingest = Ingest { hub: Arc::new(Hub::new(stage.deps.clone())), aged: Arc::default() };
        let start = async || {
            let publishers = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
            let started = ingest.start(publishers, &tasks, stop.clone()).await;
            stop.cancel();
            tasks.close();
            tasks.wait().await;
            started
        };
        let beating = tokio::spawn({
            let (leases, show) = (stage.leases.clone(), stage.door.show);
            async move {
                loop {
                    leases.bump(show);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        });
        let refused = start().await.unwrap_err().to_string();
        for word in ["there", "VITRINE_NODE_ADDRESS", "VITRINE_CONTROL_LISTEN"] {
            assert!(refused.contains(word), "{refused}");
        }
        beating.abort();
        start().await.unwrap(); // a node that is gone needs to reach nobody
    }
}
