//! The chosen source and what stands in for it: opens, watches and opens again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{
    config::{Event, Showing},
    inner::{Inner, State},
    supervisor::{Act, HOLD, Supervisor},
};
use crate::{
    MediaError,
    capture::{self, Still, VideoSource, still},
};

/// Where a source's threads note that a picture got in, without a lock.
struct Arrivals {
    start: Instant,
    /// Nanoseconds after `start`, and 1; 0: none yet.
    last: AtomicU64,
    /// The next picture is news.
    awaited: AtomicBool,
    news: Arc<Notify>,
}

impl Arrivals {
    fn new(news: Arc<Notify>) -> Arc<Self> {
        let (last, awaited) = (AtomicU64::new(0), AtomicBool::new(true));
        Arc::new(Self { start: Instant::now(), last, awaited, news })
    }

    fn note(&self) {
        let nanos = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX - 1);
        self.last.store(nanos + 1, Ordering::Release);
        if self.awaited.swap(false, Ordering::AcqRel) {
            self.news.notify_one();
        }
    }

    fn last(&self) -> Option<Instant> {
        let nanos = self.last.load(Ordering::Acquire).checked_sub(1)?;
        Some(self.start + Duration::from_nanos(nanos))
    }
}

/// What the chosen source is doing.
pub(super) struct Source {
    /// What the host chose.
    pub wanted: VideoSource,
    /// Counts openings, so that late news of an earlier one are told apart.
    turn: u64,
    pub running: Option<capture::Running>,
    supervisor: Supervisor,
    arrivals: Arc<Arrivals>,
}

impl Source {
    pub(super) fn new(news: Arc<Notify>) -> Self {
        Self {
            wanted: VideoSource::Still,
            turn: 0,
            running: None,
            supervisor: Supervisor::new(Instant::now()),
            arrivals: Arrivals::new(news),
        }
    }

    /// What viewers see of it.
    pub(super) fn showing(&self) -> Showing {
        if self.wanted == VideoSource::Still { Showing::Still } else { self.supervisor.showing() }
    }

    /// Hears of the pictures that came.
    fn take_arrivals(&mut self) -> Vec<Act> {
        self.arrivals.last().map(|at| self.supervisor.picture(at)).unwrap_or_default()
    }
}

/// The still as it was drawn last.
#[derive(Default)]
pub(super) struct StillSlot {
    drawn: Mutex<Option<still::Drawn>>,
    /// Counts what was asked for, so that a slow drawing never replaces a newer one.
    turn: AtomicU64,
}

impl Inner {
    /// Shows another source; the one before is closed first, so that a camera can be opened again.
    pub(super) fn set_source(self: &Arc<Self>, source: VideoSource) -> Result<(), MediaError> {
        if let VideoSource::File { path } = &source
            && let Err(error) = std::fs::File::open(path)
        {
            let device = path.display().to_string();
            return Err(MediaError::Device { device, reason: error.to_string() });
        }
        self.choose(source);
        Ok(())
    }

    /// As [`Inner::set_source`], but a source that is not there is waited for.
    pub(super) fn choose(self: &Arc<Self>, source: VideoSource) {
        let mut state = self.state.lock();
        state.source.supervisor.choose(Instant::now());
        state.source.wanted = source.clone();
        match source {
            VideoSource::Still => {
                (state.source.turn, state.source.running) = (state.source.turn + 1, None);
                self.desk.source.lock().clear();
                self.show_still();
                self.tell(Event::Source { source, showing: Showing::Still });
            }
            VideoSource::TestPattern => self.open(&mut state),
            VideoSource::Camera { .. } | VideoSource::File { .. } => {
                // never black while a device takes its time
                if state.source.showing() == Showing::Still {
                    self.show_still();
                }
                self.open(&mut state);
            }
        }
        drop(state);
        self.sources.notify_one();
    }

    /// Tries the chosen source now, if it is away.
    pub(super) fn try_source(&self) {
        self.state.lock().source.supervisor.try_now(Instant::now());
        self.sources.notify_one();
    }

    /// A camera that was away and is listed again is tried at once.
    #[cfg(feature = "capture")]
    pub(super) fn cameras_changed(&self, listed: &[crate::device::Device]) {
        let source = &mut self.state.lock().source;
        if let VideoSource::Camera { id } = &source.wanted
            && listed.iter().any(|camera| camera.id == *id)
        {
            source.supervisor.appeared(Instant::now());
            self.sources.notify_one();
        }
    }

    /// Opens the chosen source; what goes wrong is for the supervisor.
    fn open(self: &Arc<Self>, state: &mut State) {
        let source = &mut state.source;
        source.turn += 1;
        let turn = source.turn;
        source.running = None;
        // what the turn before may still note does not count for this one
        source.arrivals = Arrivals::new(self.sources.clone());
        let weak = Arc::downgrade(self);
        let lost: capture::Lost = Arc::new(move |reason| {
            if let Some(inner) = weak.upgrade() {
                inner.source_lost(turn, reason);
            }
        });
        let arrivals = source.arrivals.clone();
        let (sync, test) = match source.wanted {
            VideoSource::Camera { .. } => (&self.desk.microphone_sync, Some(&self.desk.lip_test)),
            _ => (&self.desk.source_sync, None),
        };
        let door = self.compositor.door(sync, test, move || arrivals.note());
        match capture::start(&source.wanted, &self.settings(), door, &self.desk.source, lost) {
            Ok(running) => source.running = Some(running),
            Err(error) => {
                let acts = source.supervisor.lost(Instant::now(), error.to_string());
                self.act(state, acts);
            }
        }
    }

    fn settings(&self) -> capture::Settings {
        capture::Settings {
            cameras: self.config.cameras.clone(),
            pattern: self.config.pattern,
            format: self.config.video,
            wall: self.config.wall.clone(),
        }
    }

    fn source_lost(self: &Arc<Self>, turn: u64, reason: String) {
        let mut state = self.state.lock();
        if state.source.turn != turn || self.stop.is_cancelled() {
            return;
        }
        tracing::warn!(source = ?state.source.wanted, reason, "the source failed");
        state.source.running = None;
        let mut acts = state.source.take_arrivals();
        acts.extend(state.source.supervisor.lost(Instant::now(), reason));
        self.act(&mut state, acts);
        drop(state);
        self.sources.notify_one();
    }

    /// Watches over the chosen source until the pipeline ends.
    pub(super) fn supervise(self: &Arc<Self>) {
        let (weak, stop, news) = (Arc::downgrade(self), self.stop.clone(), self.sources.clone());
        self.runtime.spawn(async move {
            loop {
                let Some(next) = weak.upgrade().map(|inner| inner.look()) else { return };
                tokio::select! {
                    () = news.notified() => {}
                    () = tokio::time::sleep_until(next.into()) => {}
                    () = stop.cancelled() => return,
                }
            }
        });
    }

    /// Does what is due; gives when to look again.
    fn look(self: &Arc<Self>) -> Instant {
        let mut state = self.state.lock();
        let now = Instant::now();
        if state.source.wanted == VideoSource::Still || self.stop.is_cancelled() {
            return now + HOLD;
        }
        let mut acts = state.source.take_arrivals();
        acts.extend(state.source.supervisor.tick(now));
        self.act(&mut state, acts);
        let source = &state.source;
        source.arrivals.awaited.store(source.showing() != Showing::Source, Ordering::Release);
        source.supervisor.next(now)
    }

    fn act(self: &Arc<Self>, state: &mut State, acts: Vec<Act>) {
        for act in acts {
            let source = state.source.wanted.clone();
            match act {
                Act::Open => self.open(state),
                Act::Still => self.show_still(),
                Act::Lost(reason) => self.tell(Event::SourceLost { source, reason }),
                Act::Shown(showing) => self.tell(Event::Source { source, showing }),
            }
        }
    }

    /// Puts the still on the picture, once it is drawn.
    fn show_still(&self) {
        if let Some(drawn) = &*self.still.drawn.lock() {
            self.compositor.stand_in(drawn.picture());
        }
    }

    /// Draws another still in the background, and shows it if the still is what is shown.
    pub(super) fn set_still(self: &Arc<Self>, still: Still) -> Result<(), MediaError> {
        let turn = self.still.turn.fetch_add(1, Ordering::AcqRel) + 1;
        let inner = self.clone();
        capture::spawn("still", move || {
            let drawn = still::Drawn::of(&still, inner.config.video);
            let mut state = inner.state.lock();
            if inner.still.turn.load(Ordering::Acquire) != turn {
                return;
            }
            *inner.still.drawn.lock() = Some(drawn);
            let acts = state.source.take_arrivals();
            inner.act(&mut state, acts);
            if state.source.showing() == Showing::Still && !inner.stop.is_cancelled() {
                inner.show_still();
            }
        })
    }
}
