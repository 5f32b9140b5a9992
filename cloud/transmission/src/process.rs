//! The process: one task that owns the show's media and waits for everything that can happen to it.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use vitrine_protocol::{PublishSessionId, ShowId};

use super::journal::{self, JournalError};
use super::keeper::{Encoded, Keeper};
use super::link::{Command, Control, ControlAddress, Identity, Link, LinkEvent, Report, Standing};
use super::origin_access::{Access, listen};
use super::pace::Pace;
use super::packaging::{Outcome, Packaging, Wanted};
use super::recorder::{Budget, Stopped};
use super::stage::Stage;
use crate::clock::ShowClock;
use crate::encoder::CoreShare;
use crate::health::Meter;
use crate::hls::{Fact, LiveFrom, MediaTime, RungName, Window};
use crate::timeline::{Feed, Timeline};

const TICK: Duration = Duration::from_millis(100);
/// For the host, when the journal cannot be written.
const UNSAFE: &str = "The disk is full or too slow: the show goes on, and would lose its last minute if the media process ended.";
/// After the end, players still fetch the last playlist for this long.
const LINGER: Duration = Duration::from_secs(30);
/// A slow disk gets this long after the end for what is still to be recorded.
const RECORDED_WITHIN: Duration = Duration::from_secs(600);

/// What a transmission is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The show.
    pub show: ShowId,
    /// The epoch that stands in its URLs.
    pub epoch: u32,
    /// The control server of `ingest`.
    pub control: ControlAddress,
    /// The number of the show's owner; it grows with each.
    pub fence: u64,
    /// The host or address by which other machines reach the origin.
    pub origin_host: String,
    /// The address that the origin listens on; without one that of its host, or every interface where that is a name.
    pub origin_listen: Option<IpAddr>,
    /// What those who ask the origin must show.
    pub origin_token: String,
    /// The first media sequence number of a new epoch, past all that earlier epochs can have used.
    pub first_msn: u64,
    /// The same for the discontinuity sequence.
    pub first_discontinuity: u64,
    /// Where a new epoch begins at the earliest, past all that earlier epochs can have shown.
    pub first_media: MediaTime,
    /// Where journal and recording go.
    pub dir: PathBuf,
    /// Zero of the media clock.
    pub clock_epoch: DateTime<Utc>,
    /// Proves to `ingest` who we are.
    pub token: String,
    /// The wanted rungs: `source,480p`.
    pub ladder: String,
    /// The shorter side that no picture may be above.
    pub ladder_top: Option<u32>,
    /// Where the encoder takes its share of the machine's cores.
    pub cores: Option<CoreShare>,
    /// What the recording may use of the disk.
    pub budget: Budget,
    /// Where the public part begins when the show goes live.
    pub live_from: LiveFrom,
    /// The program whose `encoder` role is run.
    pub program: PathBuf,
}

/// Why a transmission could not go on.
#[derive(Debug, thiserror::Error)]
pub enum TransmissionError {
    /// The journal is damaged, or does not lead to what was announced: `ingest` starts another epoch.
    #[error(transparent)]
    Journal(JournalError),
    /// The transmission before has not let go of the journal yet: `ingest` tries again, in the same epoch.
    #[error("another transmission still holds the journal")]
    Held,
    /// The disk or the network of this machine fails.
    #[error("this machine fails")]
    Machine(#[from] io::Error),
    /// An option makes no sense.
    #[error("the ladder `{0}` names no rung")]
    Ladder(String),
}

impl From<JournalError> for TransmissionError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Io(error) => Self::Machine(error),
            unusable @ (JournalError::Damaged(_) | JournalError::Unkept) => Self::Journal(unusable),
        }
    }
}

/// Runs one show's media until the show ends or control is lost for 30 s.
///
/// # Errors
/// [`TransmissionError`].
pub async fn run(options: Options) -> Result<(), TransmissionError> {
    let lock = lock(&options.dir).await?;
    let ladder = ladder(&options.ladder).ok_or_else(|| TransmissionError::Ladder(options.ladder.clone()))?;
    let first = (options.first_msn, options.first_discontinuity);
    let (dir, epoch, zero) = (&options.dir, options.epoch, options.clock_epoch);
    let (stage, packager) = Stage::open(dir, lock, epoch, zero, &ladder, first, options.budget)?;
    let (listener, origin) = listen(&options.origin_host, options.origin_listen).await?;
    let (control, controls) =
        watch::channel(Control { fence: options.fence, address: Some(options.control) });
    let access = Access::new(options.origin_token, control);
    tokio::spawn(stage.origin().clone().serve(listener, access));
    let short_sides =
        ladder.iter().filter_map(|name| name.as_str().strip_suffix('p')?.parse().ok()).collect();
    let cores = options.cores;
    let head = if stage.head() == MediaTime::ZERO { options.first_media } else { stage.head() };
    let standing = Standing { head_media_ms: head.ms(), ..Standing::default() };
    let (standing, standing_receiver) = watch::channel(standing);
    let (show, epoch, token) = (options.show, options.epoch, options.token);
    let link = Link::start(Identity { show, epoch, token, origin }, controls, standing_receiver);
    let transmission = Transmission {
        timeline: Timeline::new(head),
        packaging: Packaging::new(packager, head, Wanted { short_sides, top: options.ladder_top, cores }),
        stage,
        link,
        keeper: Keeper::start(options.program),
        standing,
        clock: ShowClock::start(options.clock_epoch, head),
        live_from: options.live_from,
        mapped: None,
        unrecorded: None,
        meter: Meter::default(),
        pace: Pace::default(),
        ending: false,
        ended: None,
    };
    transmission.run().await
}

struct Transmission {
    timeline: Timeline,
    packaging: Packaging,
    stage: Stage,
    link: Link,
    keeper: Keeper,
    standing: watch::Sender<Standing>,
    clock: ShowClock,
    live_from: LiveFrom,
    mapped: Option<(PublishSessionId, i64)>,
    /// Why nothing is recorded.
    unrecorded: Option<Stopped>,
    meter: Meter,
    pace: Pace,
    /// The show was told to end.
    ending: bool,
    ended: Option<Instant>,
}

impl Transmission {
    async fn run(mut self) -> Result<(), TransmissionError> {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = self.link.next() => match event {
                    Some(LinkEvent::GaveUp) | None => {
                        tracing::warn!("no control any more: the transmission ends");
                        break;
                    }
                    Some(event) => self.heard(event),
                },
                encoded = self.keeper.next() => if let Some(encoded) = encoded { self.encoded(encoded) },
                parts = self.stage.next() => self.announced(parts),
                _ = tick.tick() => {
                    self.tick();
                    if self.is_over() {
                        tracing::info!("the show is over");
                        break;
                    }
                }
            }
        }
        self.stage.close();
        Ok(())
    }

    fn heard(&mut self, event: LinkEvent) {
        let now = self.now();
        match event {
            LinkEvent::Up => {
                self.pace = Pace::default();
                self.tell_all();
            }
            LinkEvent::Tag(tag) => {
                for moment in self.timeline.tag(&tag, now) {
                    self.meter.moment(&moment);
                    let outcome = self.packaging.take(moment, now);
                    self.follow(outcome);
                }
            }
            LinkEvent::Command(command) => self.obey(command, now),
            // Without ingest there is no publisher. Its session stays in `standing`: the next ingest is told whose it was.
            LinkEvent::Cut => {
                self.timeline.cut();
                self.keeper.drain();
                let facts = self.packaging.cut(now);
                self.announce(facts);
            }
            LinkEvent::GaveUp => {}
        }
    }

    fn obey(&mut self, command: Command, now: MediaTime) {
        let facts = match command {
            Command::Welcome => Vec::new(),
            Command::PublishStarted { session } => {
                tracing::info!(%session, "a publisher begins");
                self.standing.send_modify(|standing| standing.session = Some(session));
                self.pace.begin(session);
                let feed = Feed::Publisher(session);
                if self.timeline.feed() == Some(feed) {
                    return; // told again
                }
                let goes_on = self.timeline.goes_on(feed);
                let anchor = self.stage.anchor_of(session).filter(|_| goes_on);
                let head = self.stage.head();
                self.timeline.begin(feed, anchor.map(|offset_ms| (offset_ms, head)));
                self.packaging.cut(now)
            }
            Command::PublishEnded { session, clean } => {
                tracing::info!(%session, clean, "the publisher is gone");
                self.standing.send_modify(|standing| {
                    standing.session.take_if(|known| *known == session);
                });
                if self.timeline.feed() == Some(Feed::Publisher(session)) {
                    self.timeline.end();
                    self.keeper.drain();
                    self.packaging.cut(now)
                } else {
                    Vec::new()
                }
            }
            Command::GoLive { at } => self.packaging.go_live(at, self.live_from),
            Command::Highlight { highlight } if self.stage.is_new(&highlight) => {
                self.packaging.packager().highlight(*highlight)
            }
            Command::Highlight { .. } => Vec::new(),
            Command::End => {
                self.ending = true;
                self.keeper.drain();
                self.packaging.packager().end(now)
            }
        };
        self.announce(facts);
    }

    fn follow(&mut self, outcome: Outcome) {
        self.announce(outcome.facts);
        if let Some((session, offset_ms)) = outcome.mapped {
            self.mapped = outcome.mapped;
            self.tell(Report::SessionMapped { session, offset_ms });
        }
        if let Some(text) = outcome.codec {
            self.tell(Report::Codec { text });
        }
        if let (Some(sentence), Some(Feed::Publisher(session))) = (outcome.refused, self.timeline.feed()) {
            self.tell(Report::NotCarried { session, sentence });
        }
        if let Some(on) = outcome.half_rate {
            self.tell(Report::HalfRate { on });
        }
        if let Some(setup) = outcome.setup {
            if setup.is_none() {
                self.meter.encoder(None);
            }
            self.keeper.set_up(setup);
        }
        if let Some(unit) = outcome.feed {
            self.keeper.feed(unit);
        }
    }

    fn encoded(&mut self, encoded: Encoded) {
        match encoded {
            Encoded::Ladder { rungs, refused } => {
                let outcome = self.packaging.offer(&rungs, &refused);
                self.follow(outcome);
            }
            Encoded::Header { rung, avcc } => self.packaging.header(rung, avcc),
            Encoded::Unit(unit) => {
                let facts = self.packaging.encoded(unit, self.now());
                self.announce(facts);
            }
            Encoded::Alive { behind_ms, half_rate } => {
                self.meter.encoder(Some((behind_ms, half_rate)));
                let outcome = self.packaging.alive(behind_ms, half_rate, self.now());
                self.follow(outcome);
            }
            Encoded::Still { pts_ns, jpeg } => {
                let time = i64::try_from(pts_ns).map(MediaTime::from_nanos).unwrap_or_default();
                self.stage.origin().set_still(time, jpeg);
            }
            Encoded::Lost => {
                self.meter.encoder(None);
                self.packaging.packager().encoder_lost();
            }
            Encoded::Away { reason } => {
                let facts = self.packaging.drop_encoded(&reason);
                self.announce(facts);
            }
        }
    }

    fn tick(&mut self) {
        let now = self.now();
        let facts = self.packaging.tick(now);
        if let Some(stopped) = self.stage.recording_news() {
            self.unrecorded = stopped;
            self.tell_recording();
        }
        if self.stage.safety_news().is_some() {
            self.tell_journal();
        }
        if let Some(mut health) = self.meter.take(now) {
            health.left_out = self.stage.left_out();
            self.link.tell(Report::Health(health));
        }
        let drift_ms = self.timeline.lead_ms() + self.clock.ahead().ms();
        self.standing
            .send_if_modified(|standing| std::mem::replace(&mut standing.drift_ms, drift_ms) != drift_ms);
        self.announce(facts);
        self.pace.due(Instant::now()).into_iter().for_each(|report| self.say(report));
        self.end_when_shown();
    }

    /// Tells `ingest` now, or the newest of its kind in a while.
    fn tell(&mut self, report: Report) {
        if let Some(report) = self.pace.take(report, Instant::now()) {
            self.say(report);
        }
    }

    fn say(&self, report: Report) {
        tracing::info!(?report, "ingest is told");
        self.link.tell(report);
    }

    fn tell_journal(&mut self) {
        let stopped = (!self.stage.is_safe()).then(|| UNSAFE.to_owned());
        if stopped.is_some() {
            tracing::warn!(stopped, "the journal is not kept");
        }
        self.tell(Report::Journal { stopped });
    }

    fn tell_recording(&mut self) {
        let stopped = self.unrecorded.map(|stopped| stopped.sentence().to_owned());
        if stopped.is_some() {
            tracing::warn!(stopped, "the show is not recorded");
        }
        self.tell(Report::Recording { stopped });
    }

    fn announce(&mut self, facts: Vec<Fact>) {
        let opened = |fact: &Fact| match fact {
            Fact::SegmentOpened { msn, .. } => Some(*msn),
            _ => None,
        };
        let head_msn = facts.iter().filter_map(opened).max();
        self.meter.announced(&facts);
        let changed = self.stage.announce(facts);
        let head_media_ms = self.stage.head().ms();
        self.standing.send_if_modified(|standing| {
            standing.head_msn = standing.head_msn.max(head_msn);
            std::mem::replace(&mut standing.head_media_ms, head_media_ms) != head_media_ms
        });
        changed.iter().for_each(|rung| self.tell_rung(rung));
    }

    /// Players were shown something more, with or without a part.
    fn announced(&mut self, parts: bool) {
        if parts {
            let head = self.stage.origin().with_window(Window::head);
            self.meter.delayed(self.timeline.present(self.now()) - head);
        }
        self.end_when_shown();
    }

    /// The show was told to end, and players were shown its end.
    fn end_when_shown(&mut self) {
        // The last segments of slow rungs may come some seconds after the order to end.
        if self.ending && self.ended.is_none() && self.stage.origin().with_window(|window| window.has_ended())
        {
            self.ended = Some(Instant::now());
            self.link.tell(Report::Ended);
        }
    }

    /// Whether players had the time to fetch the end, and the disk to take it.
    fn is_over(&self) -> bool {
        let since = self.ended.map(|at| at.elapsed());
        since.is_some_and(|since| since > LINGER && self.stage.is_recorded() || since > RECORDED_WITHIN)
    }

    /// Everything that `ingest` must know, on each new connection: also what is well, since it may have heard otherwise, from this
    /// process before the cut or from the one before.
    fn tell_all(&mut self) {
        if let Some((session, offset_ms)) = self.mapped {
            self.tell(Report::SessionMapped { session, offset_ms });
        }
        let rungs: Vec<_> = self.stage.rungs().keys().cloned().collect();
        rungs.iter().for_each(|rung| self.tell_rung(rung));
        if let Some(text) = self.packaging.codec().map(str::to_owned) {
            self.tell(Report::Codec { text });
        }
        self.tell(Report::HalfRate { on: self.packaging.is_half_rate() });
        self.stage.safety_news();
        self.tell_journal();
        self.unrecorded = self.stage.recording_news().unwrap_or(self.unrecorded);
        self.tell_recording();
        if self.ended.is_some() {
            self.link.tell(Report::Ended);
        }
    }

    fn tell_rung(&mut self, rung: &RungName) {
        if let Some(state) = self.stage.rungs().get(rung) {
            let (name, up, reason) = (rung.to_string(), state.up, state.reason.clone());
            self.tell(Report::Rung { name, up, reason });
        }
    }

    fn now(&self) -> MediaTime {
        self.clock.now()
    }
}

/// `source,480p` as names; `None` when one of them is none.
fn ladder(text: &str) -> Option<Vec<RungName>> {
    text.split(',').map(|name| RungName::new(name.trim())).collect()
}

/// Makes sure that nobody else writes this journal: the one before may still be dying. `None` where the disk takes no lock:
/// then nothing is written.
async fn lock(folder: &std::path::Path) -> Result<Option<std::fs::File>, TransmissionError> {
    for _ in 0..40 {
        match journal::lock(folder) {
            Ok(lock) => return Ok(Some(lock)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(Duration::from_millis(50)).await,
            Err(error) => {
                tracing::error!(%error, "the disk takes nothing: the show begins without it");
                return Ok(None);
            }
        }
    }
    Err(TransmissionError::Held)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio::net::UnixListener;
    use tokio::time::timeout;
    use tokio_util::codec::Framed;

    use super::*;
    use crate::encoder::Frames;
    use crate::link::Down;

    #[tokio::test(start_paused = true)]
    async fn a_journal_that_is_still_held_is_no_fault_of_the_machine() {
        let folder = tempfile::tempdir().unwrap();
        let _held = lock(folder.path()).await.unwrap();
        assert!(matches!(lock(folder.path()).await, Err(TransmissionError::Held)));
    }

    #[test]
    fn a_ladder_is_a_list_of_names() {
        let names = ladder("source, 480p").unwrap();
        assert_eq!(names.iter().map(RungName::as_str).collect::<Vec<_>>(), ["source", "480p"]);
        assert!(ladder("source,,480p").is_none() && ladder("So urce").is_none());
    }

    #[tokio::test]
    async fn each_connection_is_told_what_is_well_too() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("control.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let running = tokio::spawn(run(Options {
            show: ShowId::new(),
            epoch: 1,
            control: ControlAddress::Unix(socket),
            fence: 1,
            origin_host: "127.0.0.1".into(),
            origin_listen: None,
            origin_token: "secret".into(),
            first_msn: 0,
            first_discontinuity: 0,
            first_media: MediaTime::ZERO,
            dir: folder.path().join("1"),
            clock_epoch: DateTime::UNIX_EPOCH,
            token: "secret".into(),
            ladder: "source".into(),
            ladder_top: None,
            cores: None,
            budget: Budget { show_bytes: u64::MAX, free_bytes: 0 },
            live_from: LiveFrom::Next,
            program: "/nowhere".into(),
        }));
        for _ in 0..2 {
            let (connection, _) = listener.accept().await.unwrap();
            let mut connection = Framed::new(connection, Frames);
            connection.send(Down::Command(Command::Welcome).to_frame().unwrap()).await.unwrap();
            // What resumed while nobody heard it, or was told ill by the process before, is told in no other way.
            let mut missing = BTreeSet::from(["half rate", "journal", "recording"]);
            let told = async {
                while !missing.is_empty() {
                    match Report::from_frame(&connection.next().await.unwrap().unwrap()).unwrap() {
                        Report::HalfRate { on: false } => missing.remove("half rate"),
                        Report::Journal { stopped: None } => missing.remove("journal"),
                        Report::Recording { stopped: None } => missing.remove("recording"),
                        _ => false,
                    };
                }
            };
            timeout(Duration::from_secs(5), told).await.expect("all three");
        }
        running.abort();
    }
}
