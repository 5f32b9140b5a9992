//! One show's task: its publisher, its transmission, and what both must know.
//!
//! It owns the publisher's last group of pictures, so a transmission that comes (back) starts at once, and everything
//! the transmission was told, so that it can be told again. It acts while the show's lease is this node's, and it waits
//! for nothing: the database, the launcher and other nodes' origins are asked by tasks of their own, whose answers come
//! back as inputs.

mod allowance;
mod launch;
mod orders;
mod publisher;
#[cfg(test)]
mod tests;
mod transmission;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use vitrine_protocol::{Highlight, PublishSessionId, ShowId, ShowState};
use vitrine_rtmp::flv::Tag;

use self::allowance::Allowance;
pub use self::allowance::Remote;
pub use self::orders::Order;
pub use self::publisher::{Busy, Farewell, Kick};
use self::publisher::{Ghost, Publisher};
use self::transmission::Running;
use super::Deps;
use super::gop::GopCache;
use super::handover::{Origin, Reached};
use super::launcher::{Exit, JobHandle, LaunchError};
use super::lease::{Desk, Hold, Lease, MSN_BLOCK, Placed, Written};
use super::measured::Measured;
use super::outbox::Outbox;
use super::reporter::Reporter;
use crate::events::LossReason;
use crate::show::{Admission, MediaFact, RunningShow};
use vitrine_transmission::{Hello, Report};

const WAITING_INPUTS: usize = 256;
const CHECK_EVERY: Duration = Duration::from_millis(200);
/// A show that is not on air and receives nothing keeps its transmission this long.
const IDLE: Duration = Duration::from_secs(60);
/// A publisher that is gone has this long to come back, and whoever comes in its place to show a picture.
const GHOST_WITHIN: Duration = Duration::from_secs(5);
/// The new owner of a show has this long to call its transmission. One that still is here then is turned away.
const MOVED_WITHIN: Duration = Duration::from_secs(5);

/// What reaches a show's task.
pub enum Input {
    /// A publisher wants in.
    Publish { admission: Admission, remote: Remote, kick: Kick, reply: oneshot::Sender<Result<(), Busy>> },
    /// The publisher's next tag.
    Tag { session: PublishSessionId, tag: Tag },
    /// The publisher has sent nothing for too long, but its socket is open.
    Silent { session: PublishSessionId },
    /// The publisher's connection has ended.
    Gone { session: PublishSessionId, reason: LossReason },
    /// A transmission said hello.
    Linked { hello: Hello, link: u64, outbox: Outbox, reply: oneshot::Sender<bool> },
    /// A transmission reports.
    Report { link: u64, report: Report },
    /// A control connection was cut.
    Cut { link: u64 },
    /// A transmission has its place in the row and is being started: it may say hello from now on.
    Placed { attempt: u64, placed: Placed },
    /// It was started, or could not be.
    Launched { attempt: u64, outcome: Result<JobHandle, String> },
    /// A transmission that this process started has ended.
    Exited { handle: JobHandle, exit: Exit },
    /// Whether a transmission that was adopted runs.
    Asked { handle: JobHandle, runs: bool },
    /// A transmission of the owner before was called.
    Called { token_hash: String, reached: Reached },
    /// The lease is somebody else's.
    LeaseLost,
    /// This `serve` ends: leave everything to the next.
    Leave,
    /// An order of the show.
    Order(Order),
}

/// What is known of a show when its task starts.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The lease that was taken.
    pub lease: Lease,
    /// How the show stands; `None` when there is no such show any more.
    pub standing: Option<RunningShow>,
}

/// How to reach a show's task.
#[derive(Debug, Clone)]
pub struct Handle {
    inputs: mpsc::Sender<Input>,
    origin: watch::Receiver<Option<Origin>>,
    measured: watch::Receiver<Option<Measured>>,
    hold: Hold,
    busy: Arc<AtomicBool>,
    untold: Arc<AtomicUsize>,
}

impl Handle {
    /// Hands over an input; an error means that the show's task has ended.
    pub async fn send(&self, input: Input) -> Result<(), Over> {
        self.inputs.send(input).await.map_err(|_| Over)
    }

    /// Whether the task has ended.
    pub fn is_over(&self) -> bool {
        self.inputs.is_closed()
    }

    /// The right with which it acts.
    pub fn hold(&self) -> Hold {
        self.hold
    }

    /// The origin, changing when the transmission does.
    pub fn origin(&self) -> watch::Receiver<Option<Origin>> {
        self.origin.clone()
    }

    /// How the show's media is doing, as it was said last; nothing before the first window is over.
    pub fn measured(&self) -> Option<Measured> {
        self.measured.borrow().clone()
    }

    /// Whether no publisher's picture arrives or is awaited, and shows have heard everything.
    pub fn is_quiet(&self) -> bool {
        !self.busy.load(Ordering::Relaxed) && self.untold.load(Ordering::Relaxed) == 0
    }
}

/// The show's task has ended.
#[derive(Debug)]
pub struct Over;

struct Airing {
    show: ShowId,
    hold: Hold,
    clock_epoch: Option<DateTime<Utc>>,
    /// The height that the largest picture may have.
    ladder_top: Option<u32>,
    deps: Arc<Deps>,
    inputs: mpsc::WeakSender<Input>,
    origin: watch::Sender<Option<Origin>>,
    measured: watch::Sender<Option<Measured>>,
    /// Why nothing is recorded, as the transmission says.
    unrecorded: Option<String>,
    drift_ms: i64,
    desk: Desk,
    reporter: Reporter,
    busy: Arc<AtomicBool>,
    live_at: Option<DateTime<Utc>>,
    ended: bool,
    highlights: Vec<Highlight>,
    publisher: Option<Publisher>,
    allowance: Allowance,
    /// A publisher that is gone, which shows do not know yet.
    ghost: Option<Ghost>,
    gop: GopCache,
    /// The newest transmission's place, while its epoch can be gone on with.
    newest: Option<Placed>,
    running: Option<Running>,
    /// The start that is under way.
    launching: Option<u64>,
    attempts: u64,
    /// A transmission that may still run and must not, once another starts.
    retire: Option<Origin>,
    restart_at: Option<Instant>,
    failures: u32,
    idle_since: Instant,
    checked: Instant,
    /// The lease is somebody else's: until when its transmission may still talk to us.
    moved: Option<Instant>,
}

/// Starts a show's task.
pub fn start(beginning: Beginning, deps: Arc<Deps>) -> Handle {
    let (sender, receiver) = mpsc::channel(WAITING_INPUTS);
    let (origin, origin_receiver) = watch::channel(None);
    let (measured, measured_receiver) = watch::channel(None);
    let Beginning { lease, standing } = beginning;
    let hold = lease.hold();
    let epochs_before = standing.as_ref().map_or(0, |standing| standing.transmission_epoch);
    // A show of before there were leases: its epochs began at zero.
    let msn_end = if lease.msn_end == 0 && epochs_before > 0 { MSN_BLOCK } else { lease.msn_end };
    let head_end_ms = lease.head_end_ms;
    let written = Written { placed: lease.placed.clone(), msn_end, head_end_ms, released: false };
    let (desk, mut lost) = Desk::start(deps.leases.clone(), hold, written);
    let inputs = sender.downgrade();
    tokio::spawn({
        let inputs = inputs.clone();
        async move {
            if lost.recv().await.is_some()
                && let Some(inputs) = inputs.upgrade()
            {
                let _ = inputs.send(Input::LeaseLost).await;
            }
        }
    });
    let reporter = Reporter::start(hold, deps.clone());
    let now = Instant::now();
    let on_air = standing.as_ref().is_some_and(|standing| standing.state.on_air());
    let known = standing.as_ref().filter(|standing| standing.receiving);
    let known = known.and_then(|standing| standing.publish_session);
    let heard = standing.as_ref().map_or(0, |standing| standing.media_fence);
    let ghost = reporter.left_behind(heard).or(known).map(Ghost::of_server_before);
    let busy = Arc::new(AtomicBool::new(ghost.is_some()));
    let handle = Handle {
        inputs: sender,
        origin: origin_receiver,
        measured: measured_receiver,
        hold,
        busy: busy.clone(),
        untold: reporter.waiting(),
    };
    let airing = Airing {
        show: lease.show,
        hold,
        clock_epoch: standing.as_ref().and_then(|standing| standing.clock_epoch),
        ladder_top: standing.as_ref().and_then(|standing| standing.ladder_top),
        desk,
        reporter,
        busy,
        inputs,
        origin,
        measured,
        unrecorded: None,
        drift_ms: 0,
        live_at: standing.as_ref().and_then(|standing| standing.live_at).filter(|_| on_air),
        ended: standing.as_ref().is_none_or(|standing| standing.state == ShowState::Ended),
        highlights: standing.map(|standing| standing.highlights).unwrap_or_default(),
        publisher: None,
        allowance: Allowance::default(),
        ghost,
        gop: GopCache::default(),
        running: lease.placed.clone().filter(|placed| placed.run.is_some()).map(Running::adopted),
        newest: lease.placed,
        launching: None,
        attempts: 0,
        retire: None,
        restart_at: None,
        failures: 0,
        idle_since: now,
        checked: now,
        moved: None,
        deps,
    };
    tokio::spawn(airing.run(receiver, epochs_before));
    handle
}

impl Airing {
    async fn run(mut self, mut inputs: mpsc::Receiver<Input>, epochs_before: u32) {
        if self.running.is_some() {
            self.call();
        } else {
            if self.live_at.is_some() && epochs_before > 0 {
                self.fact(MediaFact::TransmissionLost { epoch: epochs_before });
            }
            if self.on_air() {
                self.launch();
            }
        }
        let mut check = interval(CHECK_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.is_over() {
            tokio::select! {
                input = inputs.recv() => match input {
                    None | Some(Input::Leave) => {
                        self.leave();
                        break;
                    }
                    Some(input) => self.take(input),
                },
                _ = check.tick() => self.check(),
            }
            self.busy.store(self.is_heard() || self.ghost.is_some(), Ordering::Relaxed);
        }
        if self.moved.is_none() {
            self.desk.change(|written| written.released = true);
        }
        tracing::info!(show.id = %self.show, "the show's task ends");
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Publish { admission, remote, kick, reply } => {
                let session = admission.session;
                let answer = self.publish(admission, remote, kick);
                // Its connection has stopped waiting: nobody will ever say that it is gone.
                if let Err(Ok(())) = reply.send(answer) {
                    self.gone(session, LossReason::Disconnected);
                }
            }
            Input::Tag { session, tag } => self.tag(session, tag),
            Input::Silent { session } => self.silent(session),
            Input::Gone { session, reason } => self.gone(session, reason),
            Input::Linked { hello, link, outbox, reply } => {
                let _ = reply.send(self.linked(&hello, link, outbox));
            }
            Input::Report { link, report } => self.reported(link, report),
            Input::Cut { link } => self.cut(link),
            Input::Placed { attempt, placed } => self.placed(attempt, placed),
            Input::Launched { attempt, outcome } => self.launched(attempt, outcome),
            Input::Exited { handle, exit } => self.exited(&handle, exit),
            Input::Asked { handle, runs } => self.asked(&handle, runs),
            Input::Called { token_hash, reached } => self.called(&token_hash, reached),
            Input::LeaseLost => self.lease_lost(),
            Input::Leave => {}
            Input::Order(order) => self.order(order),
        }
    }

    fn on_air(&self) -> bool {
        self.live_at.is_some() && !self.ended
    }

    /// Whether nothing is left to look after.
    fn is_over(&self) -> bool {
        if let Some(until) = self.moved {
            return self.running.as_ref().is_none_or(|running| running.link.is_none())
                || until <= Instant::now();
        }
        self.running.is_none()
            && self.launching.is_none()
            && self.restart_at.is_none()
            && self.publisher.is_none()
            && (self.ended || !self.on_air() && self.ghost.is_none() && self.idle_since.elapsed() > IDLE)
    }

    /// Somebody else has the show: nothing is started, nobody is let in, and the transmission goes to the new owner.
    fn lease_lost(&mut self) {
        if self.moved.is_some() {
            return;
        }
        tracing::warn!(show.id = %self.show, fence = self.hold.fence, "another server looks after the show now");
        self.moved = Some(Instant::now() + MOVED_WITHIN);
        self.restart_at = None;
        self.origin.send_replace(None);
        self.kick("The show has moved to another server. Connect again.", LossReason::Moved);
    }

    /// Leaves the show as it is to the next `serve`, here or elsewhere.
    fn leave(&mut self) {
        self.origin.send_replace(None);
        if self.moved.is_none() {
            tracing::info!(show.id = %self.show, "the show is left to the next server");
        }
    }

    /// Leaves a fact for shows.
    fn fact(&self, fact: MediaFact) {
        self.reporter.tell(&self.deps, fact);
    }

    /// Runs `work` beside this task; what it gives comes back as an input.
    fn beside(&self, work: impl Future<Output = Option<Input>> + Send + 'static) {
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            if let Some(input) = work.await
                && let Some(inputs) = inputs.upgrade()
            {
                let _ = inputs.send(input).await;
            }
        });
    }
}

/// An error with its causes, on one line.
fn chain(error: &LaunchError) -> String {
    format!("{error}: {}", error.source)
}
