//! Fakes of the outside doors: shows, leases, and who starts transmissions.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::reporter::Reporters;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use vitrine_protocol::{OrgId, PublishSessionId, ShowId, ShowState};

use super::airing::{Busy, Farewell, Handle, Input, Kick, Remote};
use super::handover::Caller;
use super::hub::Hub;
use super::launcher::{Exit, Job, JobHandle, LaunchError, Launched, Launcher};
use super::lease::fake::{FakeLeases, owner};
use super::{Deps, DoorError, Settings, ShowDoor, ownership};
use crate::base::TestClock;
use crate::show::{Admission, MediaFact, RunningShow, Told};

/// The only key that opens the fake door.
pub const GOOD_KEY: &str = "vtp_good";

/// Shows that remember what they were told.
pub struct FakeDoor {
    pub show: ShowId,
    pub facts: Mutex<Vec<MediaFact>>,
    standing: Mutex<RunningShow>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    epoch: u32,
    looks: usize,
    ends_after_a_look: bool,
    away: bool,
    answers_after: Duration,
    takes_no_facts: bool,
    says_nothing: bool,
    refuses: Option<MediaFact>,
    bars: bool,
}

/// Starts nothing; tests end what it "started". Handles are numbers in the order of starts.
#[derive(Default)]
pub struct FakeLauncher {
    pub jobs: Mutex<Vec<Job>>,
    pub alive: Mutex<HashSet<String>>,
    pub ended: Mutex<Vec<String>>,
    pub journals: Mutex<HashSet<u32>>,
    exits: Mutex<HashMap<String, oneshot::Sender<Exit>>>,
}

/// A room over fakes, in a folder of its own.
pub struct Stage {
    pub door: Arc<FakeDoor>,
    pub launcher: Arc<FakeLauncher>,
    pub leases: Arc<FakeLeases>,
    pub deps: Arc<Deps>,
    folder: Arc<tempfile::TempDir>,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let mut settings = Settings::new(folder.path().into());
        change(&mut settings);
        let (launcher, leases) = (Arc::new(FakeLauncher::default()), Arc::new(FakeLeases::default()));
        Self::assemble(folder, settings, Arc::new(FakeDoor::new(ShowId::new())), launcher, leases)
    }

    /// The next run of `serve` over the same folder and the same show, whose shows have heard nothing yet.
    pub fn over(before: &Self) -> Self {
        let door = Arc::new(FakeDoor::new(before.door.show));
        let (launcher, leases) = (before.launcher.clone(), before.leases.clone());
        Self::assemble(before.folder.clone(), before.deps.settings.clone(), door, launcher, leases)
    }

    fn assemble(
        folder: Arc<tempfile::TempDir>,
        settings: Settings,
        door: Arc<FakeDoor>,
        launcher: Arc<FakeLauncher>,
        leases: Arc<FakeLeases>,
    ) -> Self {
        let mut me = owner("here");
        me.serve = uuid::Uuid::now_v7().to_string();
        me.rtmp = format!("127.0.0.1:{}", settings.rtmp_port);
        let deps = Arc::new(Deps {
            door: door.clone(),
            launcher: launcher.clone(),
            leases: leases.clone(),
            caller: Caller::new().unwrap(),
            me,
            clock: TestClock::new().clock(),
            settings,
            control: "unix:/nowhere/control.sock".to_owned().into(),
            reporters: Reporters::default(),
        });
        Self { door, launcher, leases, deps, folder }
    }

    /// Another node over the same database.
    pub fn second_node(&self) -> Arc<Deps> {
        Arc::new(Deps {
            door: self.door.clone(),
            launcher: self.launcher.clone(),
            leases: self.leases.clone(),
            caller: Caller::new().unwrap(),
            me: owner("there"),
            clock: self.deps.clock.clone(),
            settings: self.deps.settings.clone(),
            control: "unix:/elsewhere/control.sock".to_owned().into(),
            reporters: Reporters::default(),
        })
    }

    pub fn admission(&self) -> Admission {
        admission(self.door.show)
    }

    /// Lets a publisher in, with its session and what closes it.
    pub async fn publish(&self, show: &Handle) -> Result<(PublishSessionId, mpsc::Receiver<Farewell>), Busy> {
        let address = std::net::Ipv4Addr::LOCALHOST.into();
        self.publish_from(show, Remote { address, encoder: "encoder".into() }).await
    }

    /// The same, for one that comes from there.
    pub async fn publish_from(
        &self,
        show: &Handle,
        remote: Remote,
    ) -> Result<(PublishSessionId, mpsc::Receiver<Farewell>), Busy> {
        let (reply, answer) = oneshot::channel();
        let (admission, (kick, kicks)) = (self.admission(), Kick::new());
        let session = admission.session;
        show.send(Input::Publish { admission, remote, kick, reply }).await.map_err(|_| Busy::Ended)?;
        answer.await.map_err(|_| Busy::Ended)?.map(|()| (session, kicks))
    }

    /// Looks at the rows as a node does, for a little longer than a lease.
    pub async fn watch(&self, hub: &Arc<Hub>) {
        for _ in 0..9 {
            self.watch_once(hub).await;
        }
    }

    /// One look.
    pub async fn watch_once(&self, hub: &Arc<Hub>) {
        ownership::look(hub, true, false).await.unwrap();
        tokio::time::sleep(ownership::LOOK_EVERY).await;
    }

    /// Waits until this session was let in.
    pub async fn until_admitted(&self, wanted: PublishSessionId) {
        let admitted =
            |fact: &MediaFact| matches!(fact, MediaFact::Admitted { session, .. } if *session == wanted);
        eventually(|| self.door.facts.lock().iter().any(admitted)).await;
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
    tokio::time::timeout(Duration::from_secs(90), waiting).await.expect("it never came to be");
}

impl FakeLauncher {
    /// Ends the newest job.
    pub fn end_newest(&self, exit: Exit) {
        let newest = self.jobs.lock().len().to_string();
        self.alive.lock().remove(&newest);
        if let Some(sender) = self.exits.lock().remove(&newest) {
            let _ = sender.send(exit);
        }
    }
}

impl Launcher for FakeLauncher {
    fn launch(&self, job: Job) -> BoxFuture<'_, Result<Launched, LaunchError>> {
        let (sender, receiver) = oneshot::channel();
        self.journals.lock().insert(job.epoch);
        let mut jobs = self.jobs.lock();
        jobs.push(job);
        let handle = jobs.len().to_string();
        self.exits.lock().insert(handle.clone(), sender);
        self.alive.lock().insert(handle.clone());
        let exited = Box::pin(async move { receiver.await.unwrap_or(Exit::Other) });
        Box::pin(std::future::ready(Ok(Launched { handle: JobHandle(handle), exited })))
    }

    fn is_running<'a>(&'a self, handle: &'a JobHandle) -> BoxFuture<'a, Result<bool, LaunchError>> {
        Box::pin(std::future::ready(Ok(self.alive.lock().contains(&handle.0))))
    }

    fn end<'a>(&'a self, handle: &'a JobHandle) -> BoxFuture<'a, Result<(), LaunchError>> {
        self.alive.lock().remove(&handle.0);
        self.ended.lock().push(handle.0.clone());
        Box::pin(std::future::ready(Ok(())))
    }

    fn has_journal(&self, _: ShowId, epoch: u32) -> BoxFuture<'_, bool> {
        Box::pin(std::future::ready(self.journals.lock().contains(&epoch)))
    }

    fn hello_within(&self) -> Duration {
        Duration::from_secs(4)
    }
}

fn admission(show: ShowId) -> Admission {
    Admission {
        org: OrgId::new(),
        show,
        session: PublishSessionId::new(),
        clock_epoch: DateTime::<Utc>::UNIX_EPOCH,
        ladder_top: None,
        on_air: false,
        auto_live: false,
    }
}

impl FakeDoor {
    fn new(show: ShowId) -> Self {
        let standing = RunningShow {
            org: OrgId::new(),
            show,
            state: ShowState::Draft,
            receiving: false,
            publish_session: None,
            live_at: None,
            clock_epoch: None,
            ladder_top: None,
            transmission_epoch: 0,
            media_fence: 0,
            highlights: Vec::new(),
        };
        Self { show, facts: Mutex::default(), standing: Mutex::new(standing), known: Mutex::default() }
    }

    /// The show's organisation is suspended.
    pub fn bars(&self) {
        self.known.lock().bars = true;
    }

    /// The show is in this state, after that many epochs.
    pub fn stands(&self, state: ShowState, transmission_epoch: u32) {
        let mut standing = self.standing.lock();
        standing.state = state;
        standing.transmission_epoch = transmission_epoch;
        standing.clock_epoch = Some(DateTime::UNIX_EPOCH);
        standing.live_at = state.on_air().then_some(DateTime::UNIX_EPOCH);
        self.known.lock().epoch = transmission_epoch;
    }

    /// A publisher is believed to be there.
    pub fn receives(&self, session: PublishSessionId) {
        let mut standing = self.standing.lock();
        (standing.receiving, standing.publish_session) = (true, Some(session));
    }

    /// Whoever looks once sees the show as it is; after that it has ended.
    pub fn ends_after_a_look(&self) {
        self.known.lock().ends_after_a_look = true;
    }

    /// How often the show was looked at.
    pub fn looks(&self) -> usize {
        self.known.lock().looks
    }

    /// This fact is refused.
    pub fn refuses(&self, fact: MediaFact) {
        self.known.lock().refuses = Some(fact);
    }

    /// Whether who tells shows a fact hears nothing, for ever.
    pub fn says_nothing(&self, nothing: bool) {
        self.known.lock().says_nothing = nothing;
    }

    /// Whether shows answer and can write nothing down.
    pub fn takes_no_facts(&self, none: bool) {
        self.known.lock().takes_no_facts = none;
    }

    /// How long a look at a show takes.
    pub fn answers_after(&self, wait: Duration) {
        self.known.lock().answers_after = wait;
    }

    /// Whether shows can be asked.
    pub fn away(&self, away: bool) {
        self.known.lock().away = away;
    }
}

impl ShowDoor for FakeDoor {
    fn show_of<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<ShowId, DoorError>> {
        let answer = match key {
            _ if self.known.lock().away => Err(DoorError::Unavailable("away".into())),
            GOOD_KEY => Ok(self.show),
            _ => Err(DoorError::Refused("This key opens nothing.".into())),
        };
        Box::pin(std::future::ready(answer))
    }

    fn admit<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<Admission, DoorError>> {
        let away = self.known.lock().away;
        let answer = if away { Err(DoorError::Unavailable("away".into())) } else { Ok(admission(self.show)) };
        Box::pin(std::future::ready(answer))
    }

    fn report(&self, _show: ShowId, _told: Told, fact: MediaFact) -> BoxFuture<'_, Result<(), DoorError>> {
        let known = self.known.lock();
        if known.says_nothing {
            return Box::pin(std::future::pending());
        }
        if known.away || known.takes_no_facts {
            return Box::pin(std::future::ready(Err(DoorError::Unavailable("away".into()))));
        }
        if known.refuses.as_ref() == Some(&fact) {
            return Box::pin(std::future::ready(Err(DoorError::Refused("wrong".into()))));
        }
        self.facts.lock().push(fact);
        Box::pin(std::future::ready(Ok(())))
    }

    fn running(&self) -> BoxFuture<'_, Result<Vec<ShowId>, DoorError>> {
        let standing = self.standing.lock();
        let running = standing.state.on_air() || standing.receiving;
        Box::pin(std::future::ready(Ok(running.then_some(self.show).into_iter().collect())))
    }

    fn standing(&self, _show: ShowId) -> BoxFuture<'_, Result<Option<RunningShow>, DoorError>> {
        let mut standing = self.standing.lock().clone();
        let mut known = self.known.lock();
        if known.away {
            return Box::pin(std::future::ready(Err(DoorError::Unavailable("away".into()))));
        }
        known.looks += 1;
        if known.ends_after_a_look && known.looks > 1 {
            standing.state = ShowState::Ended;
        }
        let wait = known.answers_after;
        Box::pin(async move {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            Ok(Some(standing))
        })
    }

    fn barred<'a>(&'a self, shows: &'a [ShowId]) -> BoxFuture<'a, Result<Vec<ShowId>, DoorError>> {
        let barred = if self.known.lock().bars { shows.to_vec() } else { Vec::new() };
        Box::pin(std::future::ready(Ok(barred)))
    }

    fn next_epoch(&self, _show: ShowId) -> BoxFuture<'_, Result<u32, DoorError>> {
        let mut known = self.known.lock();
        if known.away {
            return Box::pin(std::future::ready(Err(DoorError::Unavailable("away".into()))));
        }
        known.epoch += 1;
        Box::pin(std::future::ready(Ok(known.epoch)))
    }
}
