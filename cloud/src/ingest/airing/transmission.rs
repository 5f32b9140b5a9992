//! The transmission's side of a show's task: launch, hello, watch, restart.

use std::time::Duration;

use subtle::ConstantTimeEq as _;
use tokio::time::Instant;

use super::{Airing, IDLE, Input};
use crate::base::{Secret, hash_secret};
use crate::ingest::launcher::{Exit, Job};
use crate::ingest::lease::Lease;
use crate::ingest::outbox::Outbox;
use crate::show::MediaFact;
use vitrine_transmission::{Command, Hello, Report};

/// A transmission says hello within this, after its start and after a cut of the connection.
const HELLO_WITHIN: Duration = Duration::from_secs(4);
/// A transmission that says nothing for this long hangs; it sends a heartbeat each second.
const HEARTBEAT_WITHIN: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// After this many failures in a row, the journal is taken for what breaks it.
const FAILURES_TO_A_NEW_EPOCH: u32 = 3;
/// Long enough to call a start a success.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

/// A transmission that outlived the `serve` that started it.
#[derive(Debug, Clone)]
pub struct Adopted {
    /// Its epoch.
    pub epoch: u32,
    /// Its process.
    pub pid: u32,
    /// SHA-256 of its token.
    pub token_hash: String,
}

pub(super) struct Running {
    identity: Adopted,
    pub(super) link: Option<LinkEnd>,
    /// When it must have said something.
    due: Instant,
    since: Instant,
    announced: bool,
    /// It outlived an earlier `serve`, whose publishers are gone; it is no child of this process.
    inherited: bool,
}

pub(super) struct LinkEnd {
    id: u64,
    pub(super) outbox: Outbox,
    /// Media is being dropped up to the next key frame.
    pub(super) behind: bool,
}

impl Running {
    pub(super) fn adopted(identity: Adopted) -> Self {
        Self { inherited: true, ..Self::started(identity) }
    }

    fn started(identity: Adopted) -> Self {
        let now = Instant::now();
        Self { identity, link: None, due: now + HELLO_WITHIN, since: now, announced: false, inherited: false }
    }
}

impl Airing {
    /// Starts a transmission, in the newest epoch if it can be resumed.
    pub(super) async fn launch(&mut self) {
        self.restart_at = None;
        match self.try_launch().await {
            Ok(running) => self.running = Some(running),
            Err(error) => {
                tracing::error!(%error, show.id = %self.show, "a transmission could not be started");
                self.plan_restart();
            }
        }
    }

    async fn try_launch(&mut self) -> anyhow::Result<Running> {
        let epoch = match self.epoch {
            Some(epoch) => epoch,
            None => self.deps.door.next_epoch(self.show).await?,
        };
        self.epoch = Some(epoch);
        let token = Secret::new("");
        let launched = self.deps.launcher.launch(Job {
            show: self.show,
            epoch,
            token: token.expose().to_owned(),
            control: self.deps.control_socket.clone(),
            dir: self.deps.settings.show_folder(self.show, epoch),
            clock_epoch: self.clock_epoch,
            ladder: self.deps.settings.ladder.clone(),
        });
        let launched = launched.await?;
        let (pid, show) = (launched.pid, self.show);
        tracing::info!(show.id = %show, epoch, pid, "a transmission was started");
        if let Some(inputs) = self.inputs.upgrade() {
            let inputs = inputs.downgrade();
            tokio::spawn(async move {
                let exit = launched.exited.await;
                if let Some(inputs) = inputs.upgrade() {
                    let _ = inputs.send(Input::Exited { pid, exit }).await;
                }
            });
        }
        let identity = Adopted { epoch, pid, token_hash: token.hash() };
        let lease = Lease { show, epoch, pid, token_hash: identity.token_hash.clone() };
        if let Err(error) = self.deps.leases.write(&lease) {
            tracing::error!(%error, show.id = %show, "no lease was written: a restarted serve cannot adopt the show");
        }
        Ok(Running::started(identity))
    }

    /// Checks a hello; true when the caller is this show's transmission.
    pub(super) fn linked(&mut self, hello: &Hello, id: u64, outbox: Outbox) -> bool {
        let Some(running) = &mut self.running else { return false };
        let hash = hash_secret(&hello.token);
        let known = bool::from(hash.as_bytes().ct_eq(running.identity.token_hash.as_bytes()));
        if !known || hello.epoch != running.identity.epoch || outbox.command(Command::Welcome).is_err() {
            return false;
        }
        running.link = Some(LinkEnd { id, outbox, behind: false });
        running.due = Instant::now() + HEARTBEAT_WITHIN;
        let epoch = hello.epoch;
        let known = std::mem::replace(&mut running.announced, true);
        let first_after_serve = !known && running.inherited;
        if !known {
            self.fact(MediaFact::TransmissionStarted { epoch });
        }
        self.origin.send_replace(Some(hello.origin.clone()));
        if let (true, None, Some(session)) = (first_after_serve, &self.publisher, hello.session) {
            self.fact(MediaFact::PublisherLost { session, clean: false });
        }
        self.repeat_orders();
        self.replay(hello.session);
        tracing::info!(show.id = %self.show, epoch, pid = hello.pid, "a transmission is linked");
        true
    }

    pub(super) fn reported(&mut self, id: u64, report: Report) {
        let Some(running) = &mut self.running else { return };
        if running.link.as_ref().is_none_or(|link| link.id != id) {
            return;
        }
        running.due = Instant::now() + HEARTBEAT_WITHIN;
        match report {
            Report::Hello(_) | Report::Heartbeat { .. } | Report::Recording { .. } => {}
            Report::SessionMapped { session, offset_ms } => {
                self.fact(MediaFact::SessionMapped { session, offset_ms });
            }
            Report::Rung { name, up: true, .. } => self.fact(MediaFact::RungUp { name }),
            Report::Rung { name, up: false, reason } => {
                self.fact(MediaFact::RungDown { name, reason: reason.unwrap_or_default() });
            }
            Report::Codec { text } => self.fact(MediaFact::Codec { text }),
            Report::Ended => self.ended = true,
        }
    }

    pub(super) fn cut(&mut self, id: u64) {
        if let Some(running) = &mut self.running
            && running.link.take_if(|link| link.id == id).is_some()
        {
            running.due = Instant::now() + HELLO_WITHIN;
        }
    }

    pub(super) async fn exited(&mut self, pid: u32, exit: Exit) {
        if self.running.as_ref().is_some_and(|running| running.identity.pid == pid) {
            if exit == Exit::JournalUnusable {
                tracing::error!(show.id = %self.show, epoch = self.epoch, "the journal is unusable: a new epoch starts");
                self.epoch = None;
            }
            self.lost();
        }
    }

    /// Looks after what does not announce itself: a hanging or vanished process, a due restart, an idle show.
    pub(super) async fn check(&mut self) {
        if self.restart_at.is_some_and(|at| at <= Instant::now()) {
            self.launch().await;
        }
        let Some(running) = &self.running else { return };
        let (pid, launcher) = (running.identity.pid, &self.deps.launcher);
        if running.link.is_some() && running.since.elapsed() > HEALTHY_AFTER {
            self.failures = 0;
        }
        let overdue = running.due < Instant::now();
        if overdue {
            launcher.kill(self.show, pid);
        }
        // The end of a child is told by `exited`; an inherited one is nobody's child and must be looked at.
        let vanished = running.inherited && running.link.is_none() && !launcher.is_running(self.show, pid);
        if overdue || vanished {
            self.lost();
        } else if self.publisher.is_none()
            && !self.on_air()
            && !self.ended
            && self.idle_since.elapsed() > IDLE
        {
            // Without an `End`: the show is not over. Cut off, the transmission asks once more, is turned away and leaves.
            tracing::info!(show.id = %self.show, "nothing was received for a while: the transmission may leave");
            self.running = None;
            self.origin.send_replace(None);
            self.deps.leases.remove(self.show);
        }
    }

    /// The transmission is gone: start another, unless the show is over.
    fn lost(&mut self) {
        let Some(running) = self.running.take() else { return };
        self.origin.send_replace(None);
        self.deps.leases.remove(self.show);
        if self.ended {
            return;
        }
        tracing::warn!(show.id = %self.show, epoch = running.identity.epoch, "the transmission is gone");
        self.fact(MediaFact::TransmissionLost { epoch: running.identity.epoch });
        if self.publisher.is_some() || self.on_air() {
            self.plan_restart();
        }
    }

    fn plan_restart(&mut self) {
        let pause = FIRST_PAUSE * 2u32.saturating_pow(self.failures.min(8));
        let pause = if self.failures == 0 { Duration::ZERO } else { pause.min(LONGEST_PAUSE) };
        self.failures += 1;
        if self.failures.is_multiple_of(FAILURES_TO_A_NEW_EPOCH) {
            self.epoch = None;
        }
        self.restart_at = Some(Instant::now() + pause);
    }
}
