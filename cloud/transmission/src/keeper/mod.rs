//! Keeps an encoder running: starts it, feeds it, and starts another when it dies or falls silent.
//!
//! A new encoder gets the setup and the pictures since the last key frame, so it goes on within the open segment. What
//! it repeats is dropped by the packager. Nothing here can hold up the source rung: every queue is bounded and every
//! send may fail.

mod child;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use self::child::Child;
use crate::encoder::{Answer, Ask, Rung, Setup, Told, Unit};

/// Pictures that may wait for the encoder's pipe.
const WAITING_FEED: usize = 512;
const WAITING_EVENTS: usize = 256;
/// Bytes of the current group of pictures that are kept for a new encoder.
const MAX_GOP_BYTES: usize = 20 << 20;
/// Two segments: without a picture for this long while pictures go in, it hangs.
const SILENT_AFTER: Duration = Duration::from_secs(4);
const CHECK_EVERY: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// An encoder that ran this long was a good one: the next failure is a first one again.
const HEALTHY_AFTER: Duration = Duration::from_secs(20);

/// What the encoder does, for the packager.
#[derive(Debug)]
pub enum Encoded {
    /// A (new) encoder offers these rungs, in the order of the indices below.
    Ladder(Vec<Rung>),
    /// A rung's `avcC`.
    Header {
        /// Index of the rung.
        rung: u8,
        /// AVCDecoderConfigurationRecord.
        avcc: Vec<u8>,
    },
    /// A picture of a rung.
    Unit(Unit),
    /// A still picture of the source, JPEG.
    Still(Bytes),
    /// The encoder is gone; another will come.
    Lost {
        /// Why, for the log and the timeline.
        reason: String,
    },
}

/// The running keeper. Dropping it ends the encoder.
pub struct Keeper {
    feed: mpsc::Sender<Ask>,
    encoded: mpsc::Receiver<Encoded>,
    waiting_for_key: bool,
}

impl Keeper {
    /// A keeper that runs `program encoder` once it was given a setup.
    pub fn start(program: PathBuf) -> Self {
        let (feed, asks) = mpsc::channel(WAITING_FEED);
        let (events, encoded) = mpsc::channel(WAITING_EVENTS);
        let task = Task {
            program,
            events,
            setup: None,
            gop: VecDeque::new(),
            gop_bytes: 0,
            child: None,
            failures: 0,
            fed: None,
            start_at: None,
        };
        tokio::spawn(task.run(asks));
        Self { feed, encoded, waiting_for_key: true }
    }

    /// Asks for an encoder of this source. The running one goes on when nothing changed.
    pub async fn set_up(&mut self, setup: Setup) {
        self.waiting_for_key = true;
        let _ = self.feed.send(Ask::Setup(setup)).await; // the task only ends with us
    }

    /// Feeds the source's next picture. When the queue is full, pictures are left out up to a key frame.
    pub fn feed(&mut self, unit: Unit) {
        if self.waiting_for_key && !unit.key {
            return;
        }
        self.waiting_for_key = self.feed.try_send(Ask::Unit(unit)).is_err();
    }

    /// The next event.
    pub async fn next(&mut self) -> Option<Encoded> {
        self.encoded.recv().await
    }
}

struct Task {
    program: PathBuf,
    events: mpsc::Sender<Encoded>,
    setup: Option<Setup>,
    gop: VecDeque<Unit>,
    gop_bytes: usize,
    child: Option<Child>,
    failures: u32,
    fed: Option<Instant>,
    start_at: Option<Instant>,
}

impl Task {
    async fn run(mut self, mut asks: mpsc::Receiver<Ask>) {
        let mut check = interval(CHECK_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let start_at = self.start_at;
            let due = async {
                match start_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let answer = async {
                match &mut self.child {
                    Some(child) => child.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(Ask::Setup(setup)) => self.set_up(setup),
                    Some(Ask::Unit(unit)) => self.feed(unit),
                    None => return,
                },
                answer = answer => match answer {
                    Ok(answer) => if self.forward(answer).await.is_err() { return },
                    Err(reason) => self.lost(reason).await,
                },
                () = due => self.start().await,
                _ = check.tick() => if self.hangs() {
                    self.lost("it put out nothing for two segments".to_owned()).await;
                },
            }
        }
    }

    fn set_up(&mut self, setup: Setup) {
        if self.setup.as_ref() == Some(&setup) {
            return;
        }
        self.setup = Some(setup);
        self.gop.clear();
        self.gop_bytes = 0;
        self.failures = 0;
        self.child = None;
        self.start_at = Some(Instant::now());
    }

    fn feed(&mut self, unit: Unit) {
        if unit.key || self.gop_bytes > MAX_GOP_BYTES {
            self.gop.clear();
            self.gop_bytes = 0;
        }
        if unit.key || !self.gop.is_empty() {
            self.gop_bytes += unit.data.len();
            self.gop.push_back(unit.clone());
        }
        if let Some(child) = &mut self.child {
            child.feed(unit);
            self.fed = Some(Instant::now());
        }
    }

    async fn start(&mut self) {
        self.start_at = None;
        let Some(setup) = self.setup.clone() else { return };
        match Child::start(&self.program, setup, self.gop.iter().cloned()) {
            Ok(child) => {
                tracing::info!(pid = child.pid(), "an encoder was started");
                self.fed = None;
                self.child = Some(child);
            }
            Err(error) => self.lost(error.to_string()).await,
        }
    }

    async fn forward(&mut self, answer: Answer) -> Result<(), mpsc::error::SendError<Encoded>> {
        let encoded = match answer {
            Answer::Told(Told::Ladder { rungs }) => Encoded::Ladder(rungs),
            Answer::Told(Told::Header { rung, avcc }) => Encoded::Header { rung, avcc },
            Answer::Unit(unit) => Encoded::Unit(unit),
            Answer::Told(Told::Failed { reason }) => return self.lost_with(reason).await,
            Answer::Told(Told::Alive { behind_ms }) => {
                tracing::trace!(behind_ms, "the encoder lives");
                return Ok(());
            }
            Answer::Thumbnail { jpeg, .. } => Encoded::Still(jpeg),
        };
        self.events.send(encoded).await
    }

    fn hangs(&self) -> bool {
        let (Some(child), Some(fed)) = (&self.child, self.fed) else { return false };
        fed.elapsed() < SILENT_AFTER && child.heard().elapsed() > SILENT_AFTER
    }

    async fn lost(&mut self, reason: String) {
        let _ = self.lost_with(reason).await; // a packager that is gone ends this task at the next feed
    }

    async fn lost_with(&mut self, reason: String) -> Result<(), mpsc::error::SendError<Encoded>> {
        if self.child.take().is_some_and(|child| child.age() > HEALTHY_AFTER) {
            self.failures = 0;
        }
        let pause = match self.failures {
            0 => Duration::ZERO,
            n => Duration::from_millis(250 * 2u64.saturating_pow(n.min(8))).min(LONGEST_PAUSE),
        };
        self.failures += 1;
        self.start_at = Some(Instant::now() + pause);
        tracing::warn!(reason, failures = self.failures, "the encoder is gone");
        self.events.send(Encoded::Lost { reason }).await
    }
}
