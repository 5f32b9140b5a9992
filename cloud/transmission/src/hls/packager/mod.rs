//! The packager: access units and AAC packets in, [`Fact`]s out. No I/O, no clock of its own.
//!
//! The source's pictures make the segment grid, whether the source itself is listed or not: encoded rungs get their key
//! frames where the packager says ([`Packaged::cut`]), so that no rung ever waits for another.

mod lead;
mod leaving;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use vitrine_protocol::Highlight;

use leaving::Leaving;

use super::{
    audio::AudioTimeline,
    codec::{AudioConfig, VideoConfig},
    fact::{Fact, Offer, RungName},
    fitness::Fitness,
    grid::{AudioChoice, Grid},
    lead_in::LeadIn,
    references::References,
    rung::{Frame, Rung},
    time::MediaTime,
    unit::{AccessUnit, LiveFrom, Packaged},
    window::Window,
};

/// Encoders round times: a picture this close to the start of a segment belongs to it.
const SNAP: MediaTime = MediaTime::from_ms(8);
/// Less than this is left of a segment for a picture whose place is the next one's.
const ROUNDING: MediaTime = MediaTime::from_ms(3);
/// How long encoded rungs may take for the last segment of a show.
const LAST_SEGMENT_WITHIN: MediaTime = MediaTime::from_ms(4_000);
/// Nobody waits for audio any more.
const FOREVER: MediaTime = MediaTime::from_ms(1 << 40);

/// Packages one show. `now` is always the show's clock.
#[derive(Debug)]
pub struct Packager {
    rungs: Vec<Rung>,
    grid: Grid,
    audio: AudioTimeline,
    fitness: Fitness,
    references: References,
    lead_in: LeadIn,
    on_air: bool,
    /// Since when the show ends.
    ending: Option<MediaTime>,
    ended: bool,
    last_source_dts: Option<MediaTime>,
    /// Presentation minus decode time of the run's first picture.
    shift: MediaTime,
    /// The next key frame opens a segment, however young the open one is.
    cut_soon: bool,
    /// Sound comes in another configuration, which waits for a segment; when that happened last.
    sound_changes: bool,
    sound_changed: Option<MediaTime>,
    /// The source joins at its next key frame, or with what leads in since: what came before is not for the public.
    source_waits: bool,
    /// The source is not fit to be shown, or was not and does not play yet: its own size is wanted beside it.
    wants_own_size: bool,
    leaving: Leaving,
    /// The coding of the source that `fitness` is known of; none after a crash.
    judged: Option<Bytes>,
    /// An IDR has come in this run. One that begins in the middle of a group of pictures heals in our own decoder;
    /// browsers show nothing before an IDR.
    idr_came: bool,
    last_key: Option<MediaTime>,
}

impl Packager {
    /// A packager for a new show whose segments are numbered from `first_msn`, with the rungs that are wanted.
    pub fn new(ladder: &[RungName], first_msn: u64, discontinuity_sequence: u64) -> Self {
        let rungs = ladder.iter().map(|name| Rung::new(name.clone(), first_msn, 0)).collect();
        Self::from_parts(rungs, Grid::new(first_msn, discontinuity_sequence, first_msn > 0))
    }

    /// A packager that goes on after a crash, from the window that the journal's facts gave.
    ///
    /// The facts returned close what was open, in every rung; they are to be applied to that window
    /// and journalled like all others. The next segment begins with a discontinuity. Rungs are up or down as they were.
    pub fn resume(ladder: &[RungName], window: &Window) -> (Self, Vec<Fact>) {
        let facts = window.closing_facts();
        let next_msn = window.next_msn();
        let rungs = window.rungs(ladder);
        let resumed = next_msn > 0;
        let mut packager =
            Self::from_parts(rungs, Grid::new(next_msn, window.discontinuity_sequence(), resumed));
        packager.on_air = window.is_on_air();
        packager.ended = window.has_ended();
        if let Some(fitness) = window.fitness() {
            (packager.fitness, packager.wants_own_size) = (fitness, true);
        }
        (packager, facts)
    }

    fn from_parts(rungs: Vec<Rung>, grid: Grid) -> Self {
        Self {
            rungs,
            grid,
            audio: AudioTimeline::default(),
            fitness: Fitness::default(),
            references: References::default(),
            lead_in: LeadIn::default(),
            on_air: false,
            ending: None,
            ended: false,
            last_source_dts: None,
            shift: MediaTime::ZERO,
            cut_soon: false,
            sound_changes: false,
            sound_changed: None,
            source_waits: false,
            wants_own_size: false,
            leaving: Leaving::default(),
            judged: None,
            idr_came: false,
            last_key: None,
        }
    }

    /// Whether `rung` may be listed.
    pub fn is_up(&self, rung: &RungName) -> bool {
        self.find(rung).is_some_and(|at| self.rungs[at].up)
    }

    /// The rungs that the encoder offers: players are told of them before their first picture.
    pub fn offer(&mut self, offers: Vec<Offer>) -> Vec<Fact> {
        self.rungs.iter_mut().for_each(|rung| rung.offered = false);
        for offer in &offers {
            // A source that cannot be passed through is encoded at its own size, whatever the ladder names.
            let at = self.find(&offer.rung).unwrap_or_else(|| {
                self.rungs.push(Rung::new(offer.rung.clone(), self.grid.next_msn(), 0));
                self.rungs.len() - 1
            });
            (self.rungs[at].up, self.rungs[at].offered) = (true, true);
        }
        vec![Fact::Ladder { offers }]
    }

    /// The encoded rungs that players have segments of, or had before a crash.
    pub fn encoded_rungs(&self) -> Vec<RungName> {
        let listed = self.rungs.iter().filter(|rung| !rung.is_source() && rung.up && rung.started);
        listed.map(|rung| rung.name.clone()).collect()
    }

    /// A rung's pictures come with this configuration from now on. A different one takes over at the
    /// next segment, which begins with a discontinuity in every rung.
    pub fn set_video(&mut self, rung: &RungName, config: VideoConfig) {
        let Some(at) = self.find(rung) else { return };
        if rung.as_str() == RungName::SOURCE {
            if !self.rungs[at].has_config(&config) {
                self.lead_in.restart();
            }
            if self.judged.replace(config.avcc.clone()).is_some_and(|judged| judged != config.avcc) {
                self.fitness = Fitness::default();
            }
        }
        let held = &mut self.rungs[at];
        match &held.config {
            Some(old) if old.avcc == config.avcc => held.next = None,
            Some(_) if held.started => {
                held.next = Some(config);
                self.mark_for(at, u64::MAX);
            }
            _ => held.config = Some(config),
        }
        if rung.as_str() == RungName::SOURCE && !self.fitness.is_far() && !self.fitness.is_slow() {
            self.lift_source();
        }
    }

    /// The source comes in a coding that is not passed through: what it was like says nothing of the next one.
    pub fn forget_source(&mut self) {
        (self.fitness, self.judged) = (Fitness::default(), None);
    }

    /// The source's pictures come in another coding from the next one on. A segment begins there, since a new encoder's
    /// first pictures are those.
    pub fn picture_changes(&mut self) {
        self.grid.discontinuity_pending |= self.grid.current().is_some();
    }

    /// Begins the next segment with a discontinuity if the rung's next configuration, whose pictures have come to `msn`, has
    /// missed those that there were.
    fn mark_for(&mut self, at: usize, msn: u64) {
        self.grid.discontinuity_pending |= !self.rungs[at].finds_mark(msn, &self.grid);
    }

    /// The publisher's audio comes with this configuration from now on.
    pub fn set_audio(&mut self, config: AudioConfig) {
        let had = self.audio.current().is_some();
        let waiting = self.grid.current().is_none_or(|s| s.audio == AudioChoice::Undecided);
        if self.audio.configure(config) && (had || !waiting) {
            self.sound_changes = self.grid.current().is_some();
            self.grid.discontinuity_pending |= self.sound_changes;
        }
        self.audio.forget_unless(|number| self.grid.carries(number));
    }

    /// A picture of the source that was announced before a crash: it only leads a decoder to the next one.
    pub fn lead_in(&mut self, unit: AccessUnit) {
        self.idr_came |= self.is_idr(&unit);
        self.lead_in.push(unit.key, unit.dts, unit.data);
    }

    /// A picture of the source. Unsound ones and those it can't place are dropped.
    pub fn push_source(&mut self, unit: AccessUnit, now: MediaTime) -> Packaged {
        let mut out = Packaged::default();
        let source = self.source();
        let config = source.and_then(|at| self.rungs[at].next.as_ref().or(self.rungs[at].config.as_ref()));
        let unsound = config.is_some_and(|config| !config.is_sound(&unit.data));
        let late = self.last_source_dts.is_some_and(|last| unit.dts <= last);
        if self.is_over() || unsound || late || unit.dts < MediaTime::ZERO {
            return out;
        }
        let complete = config.is_none_or(|config| self.references.note(config, &unit.data, unit.dts));
        if !complete {
            self.lead_in.clear();
        }
        self.idr_came |= self.is_idr(&unit);
        self.lead(source, &unit, complete, now, &mut out);
        if complete {
            self.lead_in.push(unit.key, unit.dts, unit.data);
        }
        self.audio.picture(unit.dts);
        self.drain(now, &mut out.facts);
        out
    }

    /// A coded picture of an encoded rung; its decode and presentation times came equal from the encoder, and are moved
    /// onto the grid's decode timeline. Unsound ones and those it can't place are dropped.
    pub fn push_encoded(&mut self, rung: &RungName, unit: AccessUnit, now: MediaTime) -> Vec<Fact> {
        let mut out = Vec::new();
        let Some(at) = self.find(rung).filter(|at| !self.ended && self.rungs[*at].up) else { return out };
        let Some(config) = self.rungs[at].next.as_ref().or(self.rungs[at].config.as_ref()) else {
            return out;
        };
        if !config.is_sound(&unit.data) || unit.dts < MediaTime::ZERO {
            return out;
        }
        let Some(segment) = self.grid.for_presentation(unit.pts, SNAP) else { return out };
        let mut dts = unit.dts - segment.shift;
        if dts - segment.start < SNAP {
            dts = dts.max(segment.start);
        }
        if self.rungs[at].newest.is_some_and(|last| dts <= last) {
            return out; // A restarted encoder sends again what it was fed again.
        }
        if segment.end.is_some_and(|end| dts + ROUNDING >= end && dts > segment.start) {
            return out; // Its place belongs to the next segment's key frame, which is moved by another shift.
        }
        let idr = config.is_idr(&unit.data);
        let frame = Frame { dts, pts: unit.pts, idr, data: unit.data };
        let msn = segment.msn;
        self.rungs[at].push(frame, msn, &self.grid, None, now);
        self.mark_for(at, msn);
        self.drain(now, &mut out);
        out
    }

    /// The encoder was lost: what another one puts out joins only at a key frame.
    pub fn encoder_lost(&mut self) {
        self.rungs.iter_mut().filter(|rung| !rung.is_source()).for_each(Rung::needs_key);
    }

    /// Decode time of the newest picture of any encoded rung.
    pub fn newest_encoded(&self) -> Option<MediaTime> {
        self.rungs.iter().filter(|rung| !rung.is_source()).filter_map(|rung| rung.newest).max()
    }

    /// A raw AAC packet at media time `time`.
    pub fn push_audio(&mut self, time: MediaTime, data: Bytes, now: MediaTime) -> Vec<Fact> {
        let mut out = Vec::new();
        if !self.ended && !data.is_empty() {
            self.audio.push(time, data);
            self.drain(now, &mut out);
        }
        out
    }

    /// What came so far and what comes next don't join: a run has ended. Completes the open segment; the next one begins
    /// with a discontinuity.
    pub fn discontinuity(&mut self, now: MediaTime) -> Vec<Fact> {
        let mut out = Vec::new();
        self.finish_segment(now);
        for rung in &mut self.rungs {
            rung.close_if_complete(&self.grid, now);
        }
        self.grid.discontinuity_pending = self.grid.has_begun();
        self.audio.cut();
        self.last_source_dts = None;
        self.idr_came = false;
        self.lead_in.restart();
        self.references.restart();
        self.fitness.restart();
        self.leaving.end();
        // A new run is a new chance for a source that was not fit, unless that is how it is.
        if !self.fitness.is_far() && !self.fitness.is_slow() {
            self.lift_source();
        }
        self.drain(now, &mut out);
        out
    }

    /// To be called about ten times a second: parts stop waiting, late segments are given up, a show that ends has ended.
    pub fn tick(&mut self, now: MediaTime) -> Vec<Fact> {
        let mut out = Vec::new();
        for rung in self.rungs.iter_mut().filter(|rung| !rung.is_source()) {
            rung.close_if_complete(&self.grid, now);
            rung.give_up_late(&self.grid, now);
        }
        self.drain(now, &mut out);
        self.end_when_complete(now, &mut out);
        out
    }

    /// Takes a rung off: it answers 410. An encoded one may come back when it is offered again. Of one that is off already
    /// the newest reason is said.
    pub fn rung_down(&mut self, rung: &RungName, reason: &str) -> Vec<Fact> {
        let mut out = Vec::new();
        if let Some(at) = self.find(rung) {
            self.take_down(at, reason, &mut out);
            self.rungs[at].config = None;
        }
        out
    }

    /// The show goes on air. Nothing was public before.
    pub fn go_live(&mut self, at: DateTime<Utc>, from: LiveFrom) -> Vec<Fact> {
        if std::mem::replace(&mut self.on_air, true) {
            return Vec::new();
        }
        let from_msn = match (self.grid.current(), from) {
            (Some(open), LiveFrom::Newest) => open.msn,
            _ => self.grid.next_msn(),
        };
        self.cut_soon = from == LiveFrom::Next;
        vec![Fact::WentLive { from_msn, at }]
    }

    /// A product or coupon was pinned or unpinned.
    pub fn highlight(&mut self, highlight: Highlight) -> Vec<Fact> {
        vec![Fact::Highlight { highlight }]
    }

    /// The show is over: completes the open segment; the playlists end when every rung has its last segment, at the latest
    /// after four seconds, by [`Packager::tick`].
    pub fn end(&mut self, now: MediaTime) -> Vec<Fact> {
        let mut out = Vec::new();
        if self.is_over() {
            return out;
        }
        self.finish_segment(now);
        self.ending = Some(now);
        self.drain(now, &mut out);
        self.end_when_complete(now, &mut out);
        out
    }

    /// Whether nothing of the source is wanted any more.
    fn is_over(&self) -> bool {
        self.ended || self.ending.is_some()
    }

    fn end_when_complete(&mut self, now: MediaTime, out: &mut Vec<Fact>) {
        let Some(since) = self.ending.filter(|_| !self.ended) else { return };
        let last = self.grid.next_msn();
        for rung in &mut self.rungs {
            rung.close_if_complete(&self.grid, now);
        }
        let waits = self.rungs.iter().any(|rung| rung.up && rung.started && !rung.has_closed_all(last));
        if waits && now - since < LAST_SEGMENT_WITHIN {
            return self.drain(now, out);
        }
        for rung in &mut self.rungs {
            rung.close(&self.grid, now);
        }
        self.drain(now + FOREVER, out);
        self.ended = true;
        out.push(Fact::Ended);
    }

    fn find(&self, rung: &RungName) -> Option<usize> {
        self.rungs.iter().position(|r| r.name == *rung)
    }

    fn source(&self) -> Option<usize> {
        self.rungs.iter().position(Rung::is_source)
    }

    /// Lists the source (again), if it can be listed at all.
    fn lift_source(&mut self) {
        if let Some(at) = self.source().filter(|_| self.can_list_source()) {
            self.rungs[at].up = true;
        }
    }

    fn another_plays(&self, source: usize) -> bool {
        self.rungs.iter().enumerate().any(|(at, rung)| at != source && rung.plays())
    }

    /// The same, of a rung whose encoder is at work.
    fn another_shows(&self, source: usize) -> bool {
        self.rungs.iter().enumerate().any(|(at, rung)| at != source && rung.shows())
    }

    /// Whether pictures come of which browsers show none: the source's wait for an IDR, and nothing else plays.
    pub fn shows_nothing(&self) -> bool {
        self.source().is_some_and(|at| !self.idr_came && !self.another_plays(at))
    }

    /// Whether the source's own size has to be encoded, too: its key frames are too far apart, or its pictures.
    pub fn wants_own_size(&self) -> bool {
        self.wants_own_size
    }

    /// Whether the source's decoder can start at `unit`, whoever's it is.
    fn is_idr(&self, unit: &AccessUnit) -> bool {
        let config =
            self.source().and_then(|at| self.rungs[at].next.as_ref().or(self.rungs[at].config.as_ref()));
        unit.key && config.is_none_or(|config| config.is_idr(&unit.data))
    }

    /// Whether the source can be listed, for want of anything else at least.
    pub fn can_list_source(&self) -> bool {
        self.source().is_some_and(|at| self.rungs[at].config.is_some())
    }

    fn take_down(&mut self, at: usize, reason: &str, out: &mut Vec<Fact>) {
        out.extend(self.rungs[at].close_here(&self.grid));
        let config = self.rungs[at].next.take().or(self.rungs[at].config.take());
        let news = self.rungs[at].take_down(self.grid.next_msn(), reason);
        self.rungs[at].config = config;
        if news {
            out.push(Fact::RungDown { rung: self.rungs[at].name.clone(), reason: reason.into() });
        }
    }

    fn drain(&mut self, now: MediaTime, out: &mut Vec<Fact>) {
        for rung in &mut self.rungs {
            rung.drain(&mut self.grid, &mut self.audio, now, out);
        }
    }
}
