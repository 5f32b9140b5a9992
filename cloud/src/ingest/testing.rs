//! Fakes of the two outside doors: shows, and who starts transmissions.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::oneshot;
use vitrine_protocol::{OrgId, PublishSessionId, ShowId, ShowState};

use super::launcher::{Exit, Job, Launched, Launcher};
use super::lease::Leases;
use super::{Deps, DoorError, Settings, ShowDoor};
use crate::base::TestClock;
use crate::show::{Admission, MediaFact, RunningShow};

/// The only key that opens the fake door.
pub const GOOD_KEY: &str = "vtp_good";

/// Shows that remember what they were told.
pub struct FakeDoor {
    pub show: ShowId,
    pub facts: Mutex<Vec<MediaFact>>,
    pub running: Mutex<Vec<RunningShow>>,
    epoch: Mutex<u32>,
}

/// Starts nothing; tests end what it "started".
#[derive(Default)]
pub struct FakeLauncher {
    pub jobs: Mutex<Vec<Job>>,
    pub alive: Mutex<HashSet<u32>>,
    pub killed: Mutex<Vec<u32>>,
    exits: Mutex<HashMap<u32, oneshot::Sender<Exit>>>,
}

/// A room over fakes, in a folder of its own.
pub struct Stage {
    pub door: Arc<FakeDoor>,
    pub launcher: Arc<FakeLauncher>,
    pub deps: Arc<Deps>,
    _folder: tempfile::TempDir,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::new(folder.path().into());
        change(&mut settings);
        let door = Arc::new(FakeDoor {
            show: ShowId::new(),
            facts: Mutex::default(),
            running: Mutex::default(),
            epoch: Mutex::new(0),
        });
        let launcher = Arc::new(FakeLauncher::default());
        let leases = Leases::new(folder.path().join("leases"));
        leases.open().unwrap();
        let deps = Arc::new(Deps {
            door: door.clone(),
            launcher: launcher.clone(),
            leases,
            clock: TestClock::new().clock(),
            settings,
            control_socket: folder.path().join("control.sock"),
        });
        Self { door, launcher, deps, _folder: folder }
    }

    pub fn admission(&self) -> Admission {
        Admission {
            org: OrgId::new(),
            show: self.door.show,
            session: PublishSessionId::new(),
            clock_epoch: self.deps.clock.now(),
            on_air: false,
            auto_live: false,
        }
    }

    /// The show as the database would list it.
    pub fn listed(&self, state: ShowState, transmission_epoch: u32) -> RunningShow {
        RunningShow {
            org: OrgId::new(),
            show: self.door.show,
            state,
            receiving: true,
            live_at: state.on_air().then(|| self.deps.clock.now()),
            clock_epoch: self.deps.clock.now(),
            transmission_epoch,
            highlights: Vec::new(),
        }
    }

    /// Waits for a fact.
    pub async fn until_told(&self, fact: MediaFact) {
        eventually(|| self.door.facts.lock().contains(&fact)).await;
    }
}

/// Waits until something is so.
pub async fn eventually(is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it never came to be");
}

impl FakeLauncher {
    /// Ends the newest job.
    pub fn end_newest(&self, exit: Exit) {
        let newest = self.jobs.lock().len() as u32;
        self.alive.lock().remove(&newest);
        if let Some(sender) = self.exits.lock().remove(&newest) {
            let _ = sender.send(exit);
        }
    }
}

impl Launcher for FakeLauncher {
    fn launch(&self, job: Job) -> BoxFuture<'_, io::Result<Launched>> {
        let (sender, receiver) = oneshot::channel();
        let mut jobs = self.jobs.lock();
        jobs.push(job);
        let pid = jobs.len() as u32;
        self.exits.lock().insert(pid, sender);
        self.alive.lock().insert(pid);
        let exited = Box::pin(async move { receiver.await.unwrap_or(Exit::Other) });
        Box::pin(std::future::ready(Ok(Launched { pid, exited })))
    }

    fn is_running(&self, _show: ShowId, pid: u32) -> bool {
        self.alive.lock().contains(&pid)
    }

    fn kill(&self, _show: ShowId, pid: u32) {
        self.alive.lock().remove(&pid);
        self.killed.lock().push(pid);
    }
}

impl ShowDoor for FakeDoor {
    fn admit<'a>(&'a self, key: &'a str, _remote: IpAddr) -> BoxFuture<'a, Result<Admission, DoorError>> {
        let answer = match key {
            GOOD_KEY => Ok(Admission {
                org: OrgId::new(),
                show: self.show,
                session: PublishSessionId::new(),
                clock_epoch: chrono::DateTime::UNIX_EPOCH,
                on_air: false,
                auto_live: false,
            }),
            _ => Err(DoorError::Refused("This key opens nothing.".into())),
        };
        Box::pin(std::future::ready(answer))
    }

    fn report(&self, _show: ShowId, fact: MediaFact) -> BoxFuture<'_, Result<(), DoorError>> {
        self.facts.lock().push(fact);
        Box::pin(std::future::ready(Ok(())))
    }

    fn running(&self) -> BoxFuture<'_, Result<Vec<RunningShow>, DoorError>> {
        let running = self.running.lock().clone();
        Box::pin(std::future::ready(Ok(running)))
    }

    fn next_epoch(&self, _show: ShowId) -> BoxFuture<'_, Result<u32, DoorError>> {
        let mut epoch = self.epoch.lock();
        *epoch += 1;
        Box::pin(std::future::ready(Ok(*epoch)))
    }
}
