//! The transmission's side of a show's task: call, hello, watch, restart.

use std::time::Duration;

use subtle::ConstantTimeEq as _;
use tokio::time::Instant;

use super::{Airing, Ghost, IDLE, Input, chain};
use crate::base::hash_secret;
use crate::ingest::handover::{Origin, Reached};
use crate::ingest::launcher::{Exit, JobHandle};
use crate::ingest::lease::{HEAD_BLOCK_MS, MSN_BLOCK, Placed, Run};
use crate::ingest::measured::Measured;
use crate::ingest::outbox::Outbox;
use crate::show::MediaFact;
use vitrine_transmission::{Command, Hello, Report};

/// A transmission that says nothing for this long hangs; it sends a heartbeat each second.
const HEARTBEAT_WITHIN: Duration = Duration::from_secs(5);
/// A transmission whose connection was cut, or that was called, says hello within this.
const BACK_WITHIN: Duration = Duration::from_secs(4);
/// Checks come five times a second; after a longer pause than this, nobody else is to blame for silence.
const STALL: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// After this many failures in a row, the journal is taken for what breaks it.
const FAILURES_TO_A_NEW_EPOCH: u32 = 3;
/// Long enough to call a start a success.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

pub(super) struct Running {
    placed: Placed,
    pub(super) link: Option<LinkEnd>,
    /// When it must have said something.
    due: Instant,
    since: Instant,
    announced: bool,
    /// It outlived an earlier owner, whose publishers are gone; nobody tells this process of its end.
    inherited: bool,
    /// Somebody is asking whether it runs.
    asking: bool,
    /// Its journal does not lead to what players have seen: nobody may go on from there.
    unjournalled: bool,
}

pub(super) struct LinkEnd {
    id: u64,
    pub(super) outbox: Outbox,
    /// The number of the tag that is sent next; `None` when pictures were missed, and it must be a key frame.
    pub(super) next: Option<u64>,
    /// A key frame of this publisher was sent.
    pub(super) keyed: bool,
}

impl Running {
    pub(super) fn adopted(placed: Placed) -> Self {
        Self { inherited: true, ..Self::started(placed, BACK_WITHIN) }
    }

    fn started(placed: Placed, within: Duration) -> Self {
        let now = Instant::now();
        Self {
            placed,
            link: None,
            due: now + within,
            since: now,
            announced: false,
            inherited: false,
            asking: false,
            unjournalled: false,
        }
    }

    fn run(&self) -> Option<&Run> {
        self.placed.run.as_ref()
    }

    fn origin(&self) -> Option<Origin> {
        let run = self.run()?;
        Some(Origin { url: run.origin.clone()?, token: run.origin_token.clone() })
    }

    fn is(&self, handle: &JobHandle) -> bool {
        self.run().is_some_and(|run| run.handle.as_ref() == Some(handle))
    }
}

impl Airing {
    /// Calls a transmission that an earlier owner started: it may not know where this one listens.
    pub(super) fn call(&mut self) {
        let Some((origin, run)) =
            self.running.as_ref().and_then(|running| Some((running.origin()?, running.run()?)))
        else {
            return; // it never said hello, so it still tries to; if not, it is overdue soon
        };
        let (token_hash, deps) = (run.token_hash.clone(), self.deps.clone());
        let fence = u64::try_from(self.hold.fence).unwrap_or(0);
        self.beside(async move {
            let control = deps.control.get().cloned().unwrap_or_default();
            let reached = deps.caller.call(&origin, fence, &control).await;
            Some(Input::Called { token_hash, reached })
        });
    }

    pub(super) fn called(&mut self, token_hash: &str, reached: Reached) {
        let home = self.deps.me.home();
        let Some(running) = self.running.as_mut().filter(|running| {
            running.link.is_none() && running.run().is_some_and(|run| run.token_hash == token_hash)
        }) else {
            return;
        };
        tracing::info!(show.id = %self.show, ?reached, "the transmission of the owner before was called");
        match reached {
            Reached::Obeys => running.due = Instant::now() + BACK_WITHIN,
            Reached::HasNewer => {} // then the lease is lost too, and the beat will say so
            // On this machine it is looked at instead: it may be busy, and it knows the way.
            Reached::Nobody if running.placed.home == home => {}
            Reached::CannotReachUs | Reached::Nobody => self.lost(),
        }
    }

    pub(super) fn placed(&mut self, attempt: u64, placed: Placed) {
        if self.launching == Some(attempt) && self.moved.is_none() {
            self.newest = Some(placed.clone());
            self.running = Some(Running::started(placed, self.deps.launcher.hello_within()));
        }
    }

    pub(super) fn launched(&mut self, attempt: u64, outcome: Result<JobHandle, String>) {
        let current = self.launching.take_if(|launching| *launching == attempt).is_some();
        match outcome {
            Ok(handle) if !current || self.moved.is_some() => self.end(handle),
            Ok(handle) => {
                let Some(running) = &mut self.running else { return self.end(handle) };
                if let Some(run) = &mut running.placed.run {
                    run.handle = Some(handle);
                }
                if running.link.is_none() {
                    running.due = Instant::now() + self.deps.launcher.hello_within();
                }
                self.write_running();
            }
            Err(error) if current && self.moved.is_none() => {
                tracing::error!(error, show.id = %self.show, "a transmission could not be started");
                if self.running.take().is_some() {
                    self.write_running();
                }
                self.plan_restart();
            }
            Err(_) => {}
        }
    }

    /// Puts into the row what is known of the running transmission.
    fn write_running(&self) {
        let run = self.running.as_ref().and_then(|running| running.run().cloned());
        self.desk.change(|written| {
            if let Some(placed) = &mut written.placed {
                placed.run = run;
            }
        });
    }

    /// Checks a hello; true when the caller is this show's transmission.
    pub(super) fn linked(&mut self, hello: &Hello, id: u64, outbox: Outbox) -> bool {
        if self.moved.is_some() {
            return false;
        }
        let Some(running) = &mut self.running else { return false };
        let Some(run) = &mut running.placed.run else { return false };
        let hash = hash_secret(&hello.token);
        let known = bool::from(hash.as_bytes().ct_eq(run.token_hash.as_bytes()));
        if !known || hello.epoch != running.placed.epoch || outbox.command(Command::Welcome).is_err() {
            return false;
        }
        let news = run.origin.as_ref() != Some(&hello.origin);
        run.origin = Some(hello.origin.clone());
        running.link = Some(LinkEnd { id, outbox, next: None, keyed: false });
        running.due = Instant::now() + HEARTBEAT_WITHIN;
        self.unrecorded = None; // one that does not record says so again
        let epoch = hello.epoch;
        // One that was adopted too: the owner before may have been killed before shows heard of it. They compare the epoch.
        if !std::mem::replace(&mut running.announced, true) {
            self.fact(MediaFact::TransmissionStarted { epoch });
        }
        self.origin.send_replace(self.running.as_ref().and_then(Running::origin));
        if news {
            self.write_running();
        }
        if let (None, None, Some(session)) = (&self.publisher, self.ghost, hello.session) {
            self.ghost = Some(Ghost::of_server_before(session));
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
            Report::Hello(_) => {}
            Report::Heartbeat { head_msn, drift_ms, head_media_ms } => {
                self.speak_for_numbers(head_msn.unwrap_or(0));
                self.speak_for_time(head_media_ms);
                self.drifted(drift_ms);
            }
            Report::Health(health) => {
                let (at, unrecorded) = (self.deps.clock.now(), self.unrecorded.clone());
                self.measured.send_replace(Some(Measured { at, health, unrecorded }));
            }
            Report::NotCarried { session, sentence } => self.not_carried(session, sentence),
            Report::Recording { stopped } => {
                self.unrecorded.clone_from(&stopped);
                self.fact(MediaFact::Recording { stopped });
            }
            Report::Journal { stopped } => {
                running.unjournalled = stopped.is_some();
                self.fact(MediaFact::Journal { stopped });
            }
            Report::SessionMapped { session, offset_ms } => self.mapped(session, offset_ms),
            Report::Rung { name, up: true, .. } => self.fact(MediaFact::RungUp { name }),
            Report::Rung { name, up: false, reason } => {
                self.fact(MediaFact::RungDown { name, reason: reason.unwrap_or_default() });
            }
            Report::HalfRate { on } => self.fact(MediaFact::HalfRate { on }),
            Report::Codec { text } => self.fact(MediaFact::Codec { text }),
            Report::Ended => self.ended = true,
            Report::Moved { fence } => {
                if i64::try_from(fence).is_ok_and(|fence| fence > self.hold.fence) {
                    self.lease_lost();
                }
            }
        }
    }

    /// Leases more media sequence numbers before the block is used up. Numbers that no show can reach are not heard.
    fn speak_for_numbers(&mut self, head: u64) {
        const FARTHEST: u64 = 1 << 40;
        let needed = head.saturating_add(MSN_BLOCK / 2);
        if needed > self.desk.wanted().msn_end && needed < FARTHEST {
            self.desk.change(|written| written.msn_end = needed.next_multiple_of(MSN_BLOCK));
        }
    }

    /// The same of media time.
    fn speak_for_time(&self, head_ms: i64) {
        const FARTHEST: i64 = 1 << 40;
        if head_ms < FARTHEST && head_ms + HEAD_BLOCK_MS / 2 > self.desk.wanted().head_end_ms {
            self.desk.change(|written| written.head_end_ms = head_ms + HEAD_BLOCK_MS);
        }
    }

    pub(super) fn cut(&mut self, id: u64) {
        if let Some(running) = &mut self.running
            && running.link.take_if(|link| link.id == id).is_some()
        {
            running.due = Instant::now() + BACK_WITHIN;
        }
    }

    pub(super) fn exited(&mut self, handle: &JobHandle, exit: Exit) {
        if self.running.as_ref().is_some_and(|running| running.is(handle)) {
            if exit == Exit::JournalUnusable {
                let epoch = self.newest.as_ref().map(|newest| newest.epoch);
                tracing::error!(show.id = %self.show, epoch, "the journal is unusable: a new epoch starts");
                self.newest = None;
            }
            let newest = self.newest.clone();
            self.lost();
            if exit == Exit::JournalHeld {
                self.newest = newest; // however often: that says nothing against the journal
            }
            self.retire = None; // it has ended by itself
        }
    }

    /// Looks after what does not announce itself: a hanging or vanished process, a due restart, an idle show, a ghost.
    pub(super) fn check(&mut self) {
        if self.moved.is_some() {
            return;
        }
        self.check_ghost();
        // This process stood still itself: what was said meanwhile is still to be read.
        let stood_still = std::mem::replace(&mut self.checked, Instant::now()).elapsed() > STALL;
        self.check_pictures(stood_still);
        self.feed(); // what it had no room for
        if self.restart_at.is_some_and(|at| at <= Instant::now()) {
            self.launch();
        }
        let idle =
            self.publisher.is_none() && !self.on_air() && !self.ended && self.idle_since.elapsed() > IDLE;
        let Some(running) = &mut self.running else { return };
        if stood_still {
            running.due = running.due.max(Instant::now() + BACK_WITHIN);
        }
        if running.link.is_some() && running.since.elapsed() > HEALTHY_AFTER {
            self.failures = 0;
        }
        let handle = running.run().and_then(|run| run.handle.clone());
        if running.due < Instant::now() {
            tracing::warn!(show.id = %self.show, "a transmission says nothing: it is ended");
            let is_here = running.placed.home == self.deps.me.home();
            self.lost();
            // Our launcher ends what runs here, and does not ask it. One on another machine is sent away before the next one
            // starts, if it can hear that.
            if let Some(handle) = handle.filter(|_| is_here) {
                self.retire = None;
                self.end(handle);
            }
        } else if idle {
            // Without an `End`: the show is not over. Cut off, the transmission asks once more, is turned away and leaves.
            tracing::info!(show.id = %self.show, "nothing was received for a while: the transmission may leave");
            self.running = None;
            self.origin.send_replace(None);
            self.fact(MediaFact::TransmissionRests);
            self.write_running();
        } else if let Some(handle) = handle
            && running.inherited
            && running.link.is_none()
            && running.placed.home == self.deps.me.home()
            && !std::mem::replace(&mut running.asking, true)
        {
            self.ask(handle);
        }
    }

    /// The end of a transmission that this process started is told; an inherited one must be looked at.
    fn ask(&self, handle: JobHandle) {
        let (deps, show) = (self.deps.clone(), self.show);
        self.beside(async move {
            let runs = deps.launcher.is_running(&handle).await.unwrap_or_else(|error| {
                tracing::warn!(error = chain(&error), show.id = %show, "a transmission cannot be looked at");
                true
            });
            Some(Input::Asked { handle, runs })
        });
    }

    pub(super) fn asked(&mut self, handle: &JobHandle, runs: bool) {
        if let Some(running) = self.running.as_mut().filter(|running| running.is(handle)) {
            running.asking = false;
            if !runs {
                self.exited(handle, Exit::Other);
            }
        }
    }

    fn end(&self, handle: JobHandle) {
        let (deps, show) = (self.deps.clone(), self.show);
        self.beside(async move {
            let ended = deps.launcher.end(&handle).await.map_err(|error| chain(&error));
            tracing::warn!(show.id = %show, handle = handle.0, ?ended, "a transmission was ended");
            None
        });
    }

    /// The transmission is gone: start another, unless the show is over.
    fn lost(&mut self) {
        let Some(running) = self.running.take() else { return };
        if running.unjournalled {
            tracing::error!(show.id = %self.show, "the journal was not kept: a new epoch starts");
            self.newest = None;
        }
        self.origin.send_replace(None);
        self.retire = running.origin();
        self.launching = None;
        self.write_running();
        if self.ended {
            return;
        }
        tracing::warn!(show.id = %self.show, epoch = running.placed.epoch, "the transmission is gone");
        self.fact(MediaFact::TransmissionLost { epoch: running.placed.epoch });
        if self.publisher.is_some() || self.on_air() {
            self.plan_restart();
        }
    }

    fn plan_restart(&mut self) {
        let pause = FIRST_PAUSE * 2u32.saturating_pow(self.failures.min(8));
        let pause = if self.failures == 0 { Duration::ZERO } else { pause.min(LONGEST_PAUSE) };
        self.failures += 1;
        if self.failures.is_multiple_of(FAILURES_TO_A_NEW_EPOCH) {
            self.newest = None;
        }
        self.restart_at = Some(Instant::now() + pause);
    }
}
