//! Keeps an encoder running: starts it, feeds it, and starts another when it dies or falls silent.
//!
//! A new encoder gets the setup and the newest pictures, from a key frame on if it is not too far, and goes on behind the last picture of the one
//! before, within the open segment. Nothing here can hold up the source rung: every queue is bounded and every
//! send may fail.

mod child;
mod lead_in;
mod left_out;
mod watch;

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use self::child::Child;
use self::lead_in::LeadIn;
use self::left_out::LeftOut;
use self::watch::{Away, Watch};
use crate::encoder::{Answer, Rung, Setup, Told, Unit};

/// Pictures that may wait for the encoder's pipe.
const WAITING_FEED: usize = 512;
const WAITING_EVENTS: usize = 256;
const CHECK_EVERY: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// An encoder that ran this long was a good one: the next failure is a first one again.
const HEALTHY_AFTER: Duration = Duration::from_secs(20);

/// What the encoder does, for the packager.
#[derive(Debug)]
pub enum Encoded {
    /// A (new) encoder offers these rungs, in the order of the indices below.
    Ladder {
        /// Largest first.
        rungs: Vec<Rung>,
        /// Those that were wanted and for which the machine has no cores.
        refused: Vec<String>,
    },
    /// A rung's `avcC`.
    Header {
        /// Index of the rung.
        rung: u8,
        /// AVCDecoderConfigurationRecord.
        avcc: Vec<u8>,
    },
    /// A picture of a rung.
    Unit(Unit),
    /// Twice a second: how far it is behind, and whether it leaves out every second picture.
    Alive {
        /// Milliseconds behind what it was fed.
        behind_ms: u64,
        /// Whether the frame rate is halved.
        half_rate: bool,
    },
    /// A still picture of the source.
    Still {
        /// When it is shown: nanoseconds on the media clock.
        pts_ns: u64,
        /// The JPEG.
        jpeg: Bytes,
    },
    /// The encoder is gone; another will come.
    Lost,
    /// None has come for too long, while the source's pictures do.
    Away {
        /// Why the first was lost, for the timeline.
        reason: String,
    },
}

/// The running keeper. Dropping it ends the encoder.
pub struct Keeper {
    feed: mpsc::Sender<Input>,
    encoded: mpsc::Receiver<Encoded>,
    setup: Option<Setup>,
    /// A setup that found the queue full.
    unsent: bool,
    left_out: LeftOut,
}

/// What the keeper's task is told.
enum Input {
    /// An encoder like this is wanted, or none.
    SetUp(Option<Setup>),
    /// The source's next picture.
    Unit(Unit),
    /// A run of the source is over, or pictures are missing.
    Drain,
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
            lead_in: LeadIn::default(),
            child: None,
            failures: 0,
            watch: Watch::default(),
            away: Away::default(),
            newest_in_ns: 0,
            last_out_ns: 0,
            start_at: None,
        };
        tokio::spawn(task.run(asks));
        Self { feed, encoded, setup: None, unsent: false, left_out: LeftOut::default() }
    }

    /// Asks for an encoder of this source; `None` when none is needed. The running one goes on when nothing changed.
    pub fn set_up(&mut self, setup: Option<Setup>) {
        let same = |a: &Setup, b: &Setup| Setup { start_ns: b.start_ns, ..a.clone() } == *b;
        if match (&self.setup, &setup) {
            (Some(old), Some(new)) => same(old, new),
            (old, new) => old.is_none() && new.is_none(),
        } {
            return;
        }
        self.setup = setup;
        self.send_setup();
    }

    /// Never waits: whoever feeds us reads our events too.
    fn send_setup(&mut self) {
        self.unsent = self.feed.try_send(Input::SetUp(self.setup.clone())).is_err();
    }

    /// Feeds the source's next picture. While the queue is full, pictures are left out.
    pub fn feed(&mut self, unit: Unit) {
        if self.unsent {
            self.send_setup();
        }
        if self.setup.is_none() {
            return;
        }
        let send = |input| !self.unsent && self.feed.try_send(input).is_ok();
        self.left_out.pass(unit, || send(Input::Drain), |unit| send(Input::Unit(unit)));
    }

    /// A run of the source is over: its last pictures come out without waiting for more.
    pub fn drain(&mut self) {
        if self.feed.try_send(Input::Drain).is_err() {
            self.left_out.end();
        }
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
    lead_in: LeadIn,
    child: Option<Child>,
    failures: u32,
    watch: Watch,
    away: Away,
    /// The newest picture that was fed.
    newest_in_ns: u64,
    /// The newest picture that any rung has put out under this setup.
    last_out_ns: u64,
    start_at: Option<Instant>,
}

impl Task {
    async fn run(mut self, mut asks: mpsc::Receiver<Input>) {
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
                    Some(Input::SetUp(setup)) => self.set_up(setup),
                    Some(Input::Unit(unit)) => self.feed(unit),
                    Some(Input::Drain) => self.drain(),
                    None => return,
                },
                answer = answer => match answer {
                    Ok(answer) => if self.forward(answer).await.is_err() { return },
                    Err(reason) => self.lost(reason).await,
                },
                () = due => self.start().await,
                _ = check.tick() => {
                    if self.hangs() {
                        self.lost("it put out nothing for two segments".to_owned()).await;
                    }
                    if let Some(reason) = self.away.is_over(Instant::now())
                        && self.events.send(Encoded::Away { reason }).await.is_err()
                    {
                        return;
                    }
                }
            }
        }
    }

    fn set_up(&mut self, setup: Option<Setup>) {
        self.start_at = setup.is_some().then(Instant::now);
        let same_source = |new: &Setup| self.setup.as_ref().is_some_and(|old| old.record == new.record);
        if !setup.as_ref().is_some_and(same_source) {
            self.lead_in = LeadIn::default();
            (self.newest_in_ns, self.last_out_ns) = (0, 0);
        }
        self.setup = setup;
        self.failures = 0;
        self.child = None;
        self.away.is_back();
    }

    fn feed(&mut self, unit: Unit) {
        self.newest_in_ns = self.newest_in_ns.max(unit.pts_ns);
        self.lead_in.push(unit.clone());
        self.away.fed(Instant::now());
        if let Some(child) = &mut self.child {
            child.feed(unit);
            self.watch.fed(Instant::now());
        }
    }

    fn drain(&mut self) {
        self.lead_in.end();
        if let Some(child) = &mut self.child {
            child.drain();
        }
    }

    async fn start(&mut self) {
        self.start_at = None;
        let Some(mut setup) = self.setup.clone() else { return };
        // It goes on where the one before stopped, with a key frame: the pictures before only lead its decoder there. Those
        // behind still have the cuts of the segments that begin with them.
        setup.start_ns = setup.start_ns.max(self.last_out_ns.saturating_add(u64::from(self.last_out_ns > 0)));
        match Child::start(&self.program, setup, self.lead_in.units().cloned()) {
            Ok(mut child) => {
                if self.lead_in.has_ended() {
                    child.drain();
                }
                tracing::info!(pid = child.pid(), "an encoder was started");
                self.watch = Watch::default();
                self.child = Some(child);
            }
            Err(error) => self.lost(error.to_string()).await,
        }
    }

    async fn forward(&mut self, answer: Answer) -> Result<(), mpsc::error::SendError<Encoded>> {
        self.watch.heard(&answer);
        let encoded = match answer {
            Answer::Told(Told::Ladder { rungs, refused }) => Encoded::Ladder { rungs, refused },
            Answer::Told(Told::Header { rung, avcc }) => Encoded::Header { rung, avcc },
            Answer::Unit(unit) => {
                // What an encoder says of the future holds no other one up.
                self.last_out_ns = self.last_out_ns.max(unit.pts_ns.min(self.newest_in_ns));
                self.away.is_back();
                Encoded::Unit(unit)
            }
            Answer::Told(Told::Failed { reason }) => return self.lost_with(reason).await,
            Answer::Told(Told::Alive { behind_ms, half_rate, .. }) => Encoded::Alive { behind_ms, half_rate },
            Answer::Thumbnail { pts_ns, jpeg } => Encoded::Still { pts_ns, jpeg },
        };
        self.events.send(encoded).await
    }

    fn hangs(&self) -> bool {
        self.child.is_some() && self.watch.hangs(Instant::now())
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
        self.away.lost(&reason);
        self.events.send(Encoded::Lost).await
    }
}
