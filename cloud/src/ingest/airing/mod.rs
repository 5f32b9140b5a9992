//! One show's task: its publisher, its transmission, and what both must know.
//!
//! It owns the publisher's last group of pictures, so a transmission that comes (back) starts at once, and everything
//! the transmission was told, so that it can be told again.

mod orders;
mod publisher;
#[cfg(test)]
mod tests;
mod transmission;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use vitrine_protocol::{Highlight, PublishSessionId, ShowId};
use vitrine_rtmp::flv::Tag;

pub use self::orders::Order;
use self::publisher::Publisher;
pub use self::publisher::{Busy, Kick};
pub use self::transmission::Adopted;
use self::transmission::Running;
use super::gop::GopCache;
use super::outbox::Outbox;
use super::{Deps, reporter};
use crate::show::{Admission, MediaFact};
use vitrine_transmission::{Hello, Report};

const WAITING_INPUTS: usize = 256;
const CHECK_EVERY: Duration = Duration::from_millis(200);
/// A show that is not on air and receives nothing keeps its transmission this long.
const IDLE: Duration = Duration::from_secs(60);

/// What reaches a show's task.
pub enum Input {
    /// A publisher wants in.
    Publish { admission: Admission, kick: Kick, reply: oneshot::Sender<Result<(), Busy>> },
    /// The publisher's next tag.
    Tag { session: PublishSessionId, tag: Tag },
    /// The publisher has sent nothing for too long, but its socket is open.
    Silent { session: PublishSessionId },
    /// The publisher's connection has ended.
    Gone { session: PublishSessionId, clean: bool },
    /// A transmission said hello.
    Linked { hello: Hello, link: u64, outbox: Outbox, reply: oneshot::Sender<bool> },
    /// A transmission reports.
    Report { link: u64, report: Report },
    /// A control connection was cut.
    Cut { link: u64 },
    /// A transmission that this process started has ended.
    Exited { pid: u32, exit: super::launcher::Exit },
    /// An order of the show.
    Order(Order),
}

/// What is known of a show when its task starts.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The show.
    pub show: ShowId,
    /// Zero of its media clock.
    pub clock_epoch: DateTime<Utc>,
    /// When it went on air.
    pub live_at: Option<DateTime<Utc>>,
    /// Whether it is over, and only its transmission does not know yet.
    pub ended: bool,
    /// What is pinned.
    pub highlights: Vec<Highlight>,
    /// Its newest epoch, when its folder can be resumed.
    pub epoch: Option<u32>,
    /// The transmission that outlived the last `serve`.
    pub adopted: Option<Adopted>,
}

/// How to reach a show's task.
#[derive(Debug, Clone)]
pub struct Handle {
    inputs: mpsc::Sender<Input>,
    origin: watch::Receiver<Option<String>>,
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

    /// Base URL of the origin, changing when the transmission does.
    pub fn origin(&self) -> watch::Receiver<Option<String>> {
        self.origin.clone()
    }
}

/// The show's task has ended.
#[derive(Debug)]
pub struct Over;

struct Airing {
    show: ShowId,
    clock_epoch: DateTime<Utc>,
    deps: Arc<Deps>,
    inputs: mpsc::WeakSender<Input>,
    origin: watch::Sender<Option<String>>,
    facts: mpsc::Sender<MediaFact>,
    live_at: Option<DateTime<Utc>>,
    ended: bool,
    highlights: Vec<Highlight>,
    publisher: Option<Publisher>,
    gop: GopCache,
    epoch: Option<u32>,
    running: Option<Running>,
    restart_at: Option<Instant>,
    failures: u32,
    idle_since: Instant,
}

/// Starts a show's task.
pub fn start(beginning: Beginning, deps: Arc<Deps>) -> Handle {
    let (sender, receiver) = mpsc::channel(WAITING_INPUTS);
    let (origin, origin_receiver) = watch::channel(None);
    let airing = Airing {
        show: beginning.show,
        clock_epoch: beginning.clock_epoch,
        facts: reporter::start(beginning.show, deps.clone()),
        deps,
        inputs: sender.downgrade(),
        origin,
        live_at: beginning.live_at,
        ended: beginning.ended,
        highlights: beginning.highlights,
        publisher: None,
        gop: GopCache::default(),
        epoch: beginning.adopted.as_ref().map(|adopted| adopted.epoch).or(beginning.epoch),
        running: beginning.adopted.map(Running::adopted),
        restart_at: None,
        failures: 0,
        idle_since: Instant::now(),
    };
    tokio::spawn(airing.run(receiver));
    Handle { inputs: sender, origin: origin_receiver }
}

impl Airing {
    async fn run(mut self, mut inputs: mpsc::Receiver<Input>) {
        if self.running.is_none() && self.on_air() {
            self.launch().await;
        }
        let mut check = interval(CHECK_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.is_over() {
            tokio::select! {
                input = inputs.recv() => match input {
                    Some(input) => self.take(input).await,
                    None => break, // `serve` stops; the transmission goes on
                },
                _ = check.tick() => self.check().await,
            }
        }
        tracing::info!(show.id = %self.show, "the show's task ends");
    }

    async fn take(&mut self, input: Input) {
        match input {
            Input::Publish { admission, kick, reply } => {
                let _ = reply.send(self.publish(admission, kick).await);
            }
            Input::Tag { session, tag } => self.tag(session, tag),
            Input::Silent { session } => self.silent(session),
            Input::Gone { session, clean } => self.gone(session, clean),
            Input::Linked { hello, link, outbox, reply } => {
                let _ = reply.send(self.linked(&hello, link, outbox));
            }
            Input::Report { link, report } => self.reported(link, report),
            Input::Cut { link } => self.cut(link),
            Input::Exited { pid, exit } => self.exited(pid, exit).await,
            Input::Order(order) => self.order(order),
        }
    }

    fn on_air(&self) -> bool {
        self.live_at.is_some() && !self.ended
    }

    /// Whether nothing is left to look after.
    fn is_over(&self) -> bool {
        self.running.is_none()
            && self.restart_at.is_none()
            && self.publisher.is_none()
            && (self.ended || !self.on_air() && self.idle_since.elapsed() > IDLE)
    }

    /// Leaves a fact for shows. Facts are few; a full queue means that shows have not answered for minutes.
    fn fact(&self, fact: MediaFact) {
        if let Err(error) = self.facts.try_send(fact) {
            tracing::error!(%error, show.id = %self.show, "a fact was lost");
        }
    }
}
