//! The packager: access units and AAC packets in, [`Fact`]s out. No I/O, no clock of its own.
//!
//! The source's pictures make the segment grid, whether the source itself is listed or not: encoded rungs get their key
//! frames where the packager says ([`Packaged::cut`]), so that no rung ever waits for another.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use vitrine_protocol::Highlight;

use super::{
    audio::AudioTimeline,
    codec::{AudioConfig, VideoConfig},
    fact::{Fact, Offer, RungName},
    fitness::Fitness,
    grid::{AudioChoice, Grid, LONGEST_SEGMENT, MAX_SEGMENT, MIN_SEGMENT, OWN_SEGMENT, PART_TARGET},
    lead_in::LeadIn,
    references::References,
    rung::{Frame, LONGEST_HOLD, Rung},
    time::MediaTime,
    unit::{AccessUnit, LiveFrom, Packaged},
    window::Window,
};

/// Encoders round times: a picture this close to the start of a segment belongs to it.
const SNAP: MediaTime = MediaTime::from_ms(8);
/// Less than this is left of a segment for a picture whose place is the next one's.
const ROUNDING: MediaTime = MediaTime::from_ms(3);
/// A change of the picture opens a segment at once where the grid is its own, unless one was opened just now.
const LEAST_SEGMENT: MediaTime = MediaTime::from_ms(500);
/// A change of the sound opens a segment at once when the one before was this long ago: a key frame may be far, but each
/// such segment repeats the group of pictures.
const SOUND_CHANGES_APART: MediaTime = MediaTime::from_ms(10_000);
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
    /// The source's key frames were too far apart, and have not been good for long since.
    keys_are_far: bool,
    /// An IDR has come in this run. One that begins in the middle of a group of pictures heals in our own decoder;
    /// browsers show nothing before an IDR.
    idr_came: bool,
    last_key: Option<MediaTime>,
    /// Longest frame of the open segment, holds aside.
    longest: MediaTime,
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
    /// and journalled like all others. The next segment begins with a discontinuity.
    pub fn resume(ladder: &[RungName], window: &Window) -> (Self, Vec<Fact>) {
        let facts = window.closing_facts();
        let next_msn = window.next_msn();
        let rungs = ladder.iter().map(|n| Rung::new(n.clone(), next_msn, window.init_version(n))).collect();
        let resumed = next_msn > 0;
        let mut packager =
            Self::from_parts(rungs, Grid::new(next_msn, window.discontinuity_sequence(), resumed));
        packager.on_air = window.is_on_air();
        packager.ended = window.has_ended();
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
            keys_are_far: false,
            idr_came: false,
            last_key: None,
            longest: MediaTime::ZERO,
        }
    }

    /// Whether `rung` may be listed.
    pub fn is_up(&self, rung: &RungName) -> bool {
        self.find(rung).is_some_and(|at| self.rungs[at].up)
    }

    /// The rungs that the encoder offers: players are told of them before their first picture.
    pub fn offer(&mut self, offers: Vec<Offer>) -> Vec<Fact> {
        for offer in &offers {
            match self.find(&offer.rung) {
                Some(at) => self.rungs[at].up = true,
                // A source that cannot be passed through is encoded at its own size, whatever the ladder names.
                None => self.rungs.push(Rung::new(offer.rung.clone(), self.grid.next_msn(), 0)),
            }
        }
        vec![Fact::Ladder { offers }]
    }

    /// A rung's pictures come with this configuration from now on. A different one takes over at the
    /// next segment, which begins with a discontinuity in every rung.
    pub fn set_video(&mut self, rung: &RungName, config: VideoConfig) {
        let Some(at) = self.find(rung) else { return };
        if rung.as_str() == RungName::SOURCE && !self.rungs[at].has_config(&config) {
            self.lead_in.restart();
        }
        let rung = &mut self.rungs[at];
        match &rung.config {
            Some(old) if old.avcc == config.avcc => rung.next = None,
            Some(_) if rung.started => {
                rung.next = Some(config);
                self.mark_for(at, u64::MAX);
            }
            _ => rung.config = Some(config),
        }
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
        self.fitness.note(unit.dts, unit.key);
        self.keys_are_far &= !self.fitness.is_steady();
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
        // A new run is a new chance for a source that was not fit.
        self.lift_source();
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

    /// Takes a rung off: it answers 410. An encoded one may come back when it is offered again.
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

    /// Whether the source's key frames are so far apart that one had to be waited for.
    fn key_is_far(&self, dts: MediaTime) -> bool {
        self.last_key.is_some_and(|last| dts - last > OWN_SEGMENT)
    }

    fn sound_may_cut(&self, dts: MediaTime) -> bool {
        self.sound_changed.is_none_or(|last| dts - last > SOUND_CHANGES_APART)
    }

    fn another_plays(&self, source: usize) -> bool {
        self.rungs.iter().enumerate().any(|(at, rung)| at != source && rung.plays())
    }

    /// Whether pictures come of which browsers show none: the source's wait for an IDR, and nothing else plays.
    pub fn shows_nothing(&self) -> bool {
        self.source().is_some_and(|at| !self.idr_came && !self.another_plays(at))
    }

    /// Whether the source's key frames are so far apart that its own size has to be encoded, too.
    pub fn are_keys_far(&self) -> bool {
        self.keys_are_far
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

    /// A picture of the source: it may open a segment, and is put into it if the source is listed and the picture's
    /// references came (`complete`).
    fn lead(
        &mut self,
        source: Option<usize>,
        unit: &AccessUnit,
        complete: bool,
        now: MediaTime,
        out: &mut Packaged,
    ) {
        // Where nothing else plays, the source does, whatever its key frames are like.
        if source.is_some_and(|at| !self.another_plays(at)) {
            self.lift_source();
        }
        let last = self.last_source_dts.replace(unit.dts);
        let full = self.grid.current().is_some_and(|s| unit.dts - s.start > LONGEST_SEGMENT);
        if last.is_some_and(|last| full || unit.dts - last > LONGEST_HOLD) {
            // Nothing was shown for so long that no part or no segment can hold it.
            self.last_source_dts = last;
            self.finish_segment(now);
            self.grid.discontinuity_pending = self.grid.has_begun();
            self.last_source_dts = Some(unit.dts);
        } else if let Some(last) = last {
            self.longest = self.longest.max((unit.dts - last).min(PART_TARGET));
        }
        if let Some(at) = source.filter(|at| self.rungs[*at].up)
            && self.fitness.is_slow()
            && self.another_plays(at)
        {
            self.take_down(at, "its pictures come too seldom", &mut out.facts);
        }
        if self.opens(source, unit, &mut out.facts) {
            self.open(unit, now, out);
        }
        let listed = |at: &usize| self.rungs[*at].up && self.rungs[*at].config.is_some();
        if unit.key {
            self.last_key = Some(unit.dts);
        }
        self.source_waits &= !unit.key && !self.lead_in.is_usable();
        let shown = complete && self.idr_came && !self.source_waits;
        let Some(at) = source.filter(|at| shown && listed(at)) else { return };
        let Some(msn) = self.grid.current().map(|s| s.msn) else { return };
        let frame = Frame { dts: unit.dts, pts: unit.pts, idr: unit.key, data: unit.data.clone() };
        self.rungs[at].push(frame, msn, &self.grid, Some(&self.lead_in), now);
    }

    /// Whether a segment begins with this picture.
    fn opens(&mut self, source: Option<usize>, unit: &AccessUnit, facts: &mut Vec<Fact>) -> bool {
        let pending = self.grid.discontinuity_pending || self.cut_soon;
        let age = self.grid.current().map(|s| unit.dts - s.start);
        let of_its_own = age.is_none_or(|age| {
            self.cut_soon || pending && age >= LEAST_SEGMENT || age + self.longest / 2 >= OWN_SEGMENT
        });
        let Some(at) = source.filter(|at| self.rungs[*at].config.is_some()) else {
            // A source that is never listed.
            return of_its_own;
        };
        if !self.rungs[at].up {
            if unit.key
                && self.fitness.has_recovered(unit.dts)
                && age.is_none_or(|age| age >= MIN_SEGMENT / 2)
            {
                self.lift_source();
                return true;
            }
            return of_its_own;
        }
        // A change of its configuration needs a key frame.
        let stands_alone = unit.key || self.rungs[at].next.is_none() && self.lead_in.is_usable();
        match age {
            None => stands_alone,
            Some(age) if unit.key && (age >= MIN_SEGMENT || pending) => true,
            Some(_) if self.sound_changes && stands_alone && self.sound_may_cut(unit.dts) => true,
            // The next key frame is far: the public sees the encoded rungs until then.
            Some(_) if self.cut_soon && self.key_is_far(unit.dts) && self.another_plays(at) => {
                self.source_waits = true;
                self.lead_in.restart();
                true
            }
            Some(age) if age + self.longest >= MAX_SEGMENT => {
                self.keys_are_far = true;
                if self.another_plays(at) {
                    self.take_down(at, "its key frames are too far apart", facts);
                }
                true
            }
            Some(_) => false,
        }
    }

    fn open(&mut self, unit: &AccessUnit, now: MediaTime, out: &mut Packaged) {
        if unit.key || self.grid.current().is_none() {
            self.shift = unit.pts - unit.dts;
        }
        self.longest = MediaTime::ZERO;
        self.cut_soon = false;
        if std::mem::take(&mut self.sound_changes) {
            self.sound_changed = Some(unit.dts);
        }
        self.grid.open(unit.dts, self.shift, self.audio.current(), now);
        // The encoder's pictures are counted in from there on, too: stamps are rounded.
        out.cut = Some((unit.dts + self.shift - SNAP).max(MediaTime::ZERO));
    }

    fn finish_segment(&mut self, now: MediaTime) {
        let Some(open) = self.grid.current() else { return };
        let start = open.start;
        let source = self.source().filter(|at| self.rungs[*at].up && self.rungs[*at].current.is_some());
        let covered = match (source, self.last_source_dts) {
            (Some(at), _) => self.rungs[at].covered(),
            (None, Some(last)) => last + self.longest,
            (None, None) => start,
        };
        self.grid.close(covered.max(self.last_source_dts.unwrap_or_default()), now);
        if let Some(at) = source {
            self.rungs[at].close(&self.grid, now);
        }
    }

    fn take_down(&mut self, at: usize, reason: &str, out: &mut Vec<Fact>) {
        if self.rungs[at].up {
            let config = self.rungs[at].next.take().or(self.rungs[at].config.take());
            let news = self.rungs[at].take_down(self.grid.next_msn());
            self.rungs[at].config = config;
            if news {
                out.push(Fact::RungDown { rung: self.rungs[at].name.clone(), reason: reason.into() });
            }
        }
    }

    fn drain(&mut self, now: MediaTime, out: &mut Vec<Fact>) {
        for rung in &mut self.rungs {
            rung.drain(&mut self.grid, &mut self.audio, now, out);
        }
    }
}
