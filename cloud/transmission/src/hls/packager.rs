//! The packager: access units and AAC packets in, [`Fact`]s out. No I/O, no clock of its own.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use vitrine_protocol::Highlight;

use super::{
    audio::AudioTimeline,
    codec::{AudioConfig, VideoConfig},
    fact::{Fact, RungName},
    grid::{AudioChoice, Grid, MAX_SEGMENT, MIN_SEGMENT, PART_TARGET},
    rung::{Frame, Rung},
    time::MediaTime,
    window::Window,
};

/// Encoders round times: a picture this close to the start of a segment belongs to it.
const SNAP: MediaTime = MediaTime::from_ms(8);

/// One coded picture on the media clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessUnit {
    /// Decode time; rises strictly within a rung.
    pub dts: MediaTime,
    /// Presentation time.
    pub pts: MediaTime,
    /// NAL units, each behind its length (AVCC form, no parameter sets needed inside).
    pub data: Bytes,
}

/// Packages one show. `now` is always the wall clock's media time ([`MediaTime::at`]).
#[derive(Debug)]
pub struct Packager {
    rungs: Vec<Rung>,
    grid: Grid,
    audio: AudioTimeline,
    /// Place in `rungs` of the one whose key frames open segments.
    leader: Option<usize>,
    on_air: bool,
    ended: bool,
    last_source_dts: Option<MediaTime>,
    /// Longest frame of the open segment.
    longest: MediaTime,
}

impl Packager {
    /// A packager for a new show. The first name of `ladder` leads the segment grid: the source,
    /// or the top encoded rung when the source can't be listed at all.
    pub fn new(ladder: &[RungName]) -> Self {
        Self::from_parts(ladder.iter().map(|n| Rung::new(n.clone(), 0, 0)).collect(), Grid::new(0, 0, false))
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
        let leader = (!rungs.is_empty()).then_some(0);
        let audio = AudioTimeline::default();
        Self {
            rungs,
            grid,
            audio,
            leader,
            on_air: false,
            ended: false,
            last_source_dts: None,
            longest: MediaTime::ZERO,
        }
    }

    /// Whether `rung` may be listed.
    pub fn is_up(&self, rung: &RungName) -> bool {
        self.find(rung).is_some_and(|at| self.rungs[at].up)
    }

    /// Whether the source's key frames make the grid; if not, encoded rungs run their own 2 s grid.
    pub fn source_leads(&self) -> bool {
        self.leader.is_some_and(|at| self.rungs[at].name.as_str() == RungName::SOURCE)
    }

    /// A rung's pictures come with this configuration from now on. A different one takes over at the
    /// next segment, which begins with a discontinuity in every rung.
    pub fn set_video(&mut self, rung: &RungName, config: VideoConfig) {
        let Some(at) = self.find(rung) else { return };
        let rung = &mut self.rungs[at];
        match &rung.config {
            Some(old) if old.avcc == config.avcc => rung.next = None,
            Some(_) if rung.started => {
                rung.next = Some(config);
                self.grid.discontinuity_pending = true;
            }
            _ => rung.config = Some(config),
        }
    }

    /// The publisher's audio comes with this configuration from now on.
    pub fn set_audio(&mut self, config: AudioConfig) {
        let had = self.audio.current().is_some();
        let waiting = self.grid.current().is_none_or(|s| s.audio == AudioChoice::Undecided);
        if self.audio.configure(config) && (had || !waiting) {
            self.grid.discontinuity_pending |= self.grid.current().is_some();
        }
    }

    /// A coded picture of `rung`. Unsound ones and those it can't place are dropped.
    pub fn push_video(&mut self, rung: &RungName, unit: AccessUnit, now: MediaTime) -> Vec<Fact> {
        let mut out = Vec::new();
        let Some(at) = self.find(rung).filter(|_| !self.ended) else { return out };
        let Some(config) = self.rungs[at].next.as_ref().or(self.rungs[at].config.as_ref()) else {
            return out;
        };
        if !config.is_sound(&unit.data) || unit.dts < MediaTime::ZERO {
            return out;
        }
        let idr = config.is_idr(&unit.data);
        let frame = Frame { dts: unit.dts, pts: unit.pts, idr, data: unit.data };
        if self.leader == Some(at) {
            let dts = frame.dts;
            self.lead(at, frame, now, &mut out);
            if let Some(segment) = self.grid.current().filter(|s| matches!(s.audio, AudioChoice::With(_))) {
                let from = if segment.discontinuity { segment.start } else { MediaTime::ZERO };
                self.audio.fill(from, dts);
            }
        } else if self.rungs[at].name.as_str() != RungName::SOURCE {
            self.follow(at, frame, now);
        }
        self.drain(now, &mut out);
        out
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

    /// What came so far and what comes next don't join: a publish session ended, or its clock was
    /// anchored again. Completes the open segment; the next one begins with a discontinuity.
    pub fn discontinuity(&mut self, now: MediaTime) -> Vec<Fact> {
        let mut out = Vec::new();
        self.finish_segment(now);
        for rung in &mut self.rungs {
            rung.close_if_complete(&self.grid, now);
        }
        self.grid.discontinuity_pending = self.grid.next_msn() > 0;
        self.audio.cut();
        self.last_source_dts = None;
        // A new session is a new chance for a source that was not fit.
        if let Some(source) = self.rungs.iter().position(|r| r.name.as_str() == RungName::SOURCE)
            && (self.rungs[source].up || self.rungs[source].config.is_some())
        {
            self.rungs[source].up = true;
            self.leader = Some(source);
        }
        self.drain(now, &mut out);
        out
    }

    /// To be called about ten times a second: parts stop waiting, late segments are given up.
    pub fn tick(&mut self, now: MediaTime) -> Vec<Fact> {
        let mut out = Vec::new();
        for (at, rung) in self.rungs.iter_mut().enumerate() {
            if self.leader != Some(at) {
                rung.close_if_complete(&self.grid, now);
                rung.give_up_late(&self.grid, now);
            }
        }
        self.drain(now, &mut out);
        out
    }

    /// Takes a rung off the list: it answers 404. It may come back by [`Packager::rung_up`].
    pub fn rung_down(&mut self, rung: &RungName, reason: &str) -> Vec<Fact> {
        let mut out = Vec::new();
        if let Some(at) = self.find(rung) {
            self.take_down(at, reason, &mut out);
            self.rungs[at].config = None;
        }
        out
    }

    /// Lets a rung that went down come back; it begins at a coming segment.
    pub fn rung_up(&mut self, rung: &RungName) {
        if let Some(at) = self.find(rung) {
            self.rungs[at].up = true;
            self.leader.get_or_insert(at);
        }
    }

    /// The show goes on air at the newest IDR there is. Nothing was public before.
    pub fn go_live(&mut self, at: DateTime<Utc>) -> Vec<Fact> {
        if std::mem::replace(&mut self.on_air, true) {
            return Vec::new();
        }
        let from_msn = self.grid.current().map_or(self.grid.next_msn(), |s| s.msn);
        vec![Fact::WentLive { from_msn, at }]
    }

    /// A product or coupon was pinned or unpinned.
    pub fn highlight(&mut self, highlight: Highlight) -> Vec<Fact> {
        vec![Fact::Highlight { highlight }]
    }

    /// The show is over: completes the open segment and ends the playlists.
    pub fn end(&mut self, now: MediaTime) -> Vec<Fact> {
        let mut out = Vec::new();
        if self.ended {
            return out;
        }
        self.finish_segment(now);
        for rung in &mut self.rungs {
            rung.close(&self.grid, false, now);
        }
        // Nobody waits for audio any more.
        self.drain(now + MediaTime::from_ms(60_000), &mut out);
        self.ended = true;
        out.push(Fact::Ended);
        out
    }

    fn find(&self, rung: &RungName) -> Option<usize> {
        self.rungs.iter().position(|r| r.name == *rung)
    }

    /// A picture of the rung whose key frames open segments.
    fn lead(&mut self, at: usize, mut frame: Frame, now: MediaTime, out: &mut Vec<Fact>) {
        let is_source = self.rungs[at].name.as_str() == RungName::SOURCE;
        let last = self.last_source_dts.replace(frame.dts);
        if !is_source {
            // Encoded pictures keep the shift of the grid they were on, and catch up with it first.
            let current = self.grid.current().map(|s| (s.start, s.shift));
            let (start, shift) = current.unwrap_or((MediaTime::ZERO, MediaTime::ZERO));
            if frame.dts - shift < start - SNAP {
                return self.follow(at, frame, now);
            }
            frame.dts = (frame.dts - shift).max(start);
        }
        let newest = if is_source { last } else { self.rungs[at].newest };
        if newest.is_some_and(|newest| frame.dts <= newest) {
            self.last_source_dts = last;
            return;
        }
        if is_source && last.is_some_and(|last| frame.dts - last > PART_TARGET) {
            self.take_down_if_another_plays(at, "its frames are longer than a part", out);
        }
        if let Some(newest) = newest {
            self.longest = self.longest.max(frame.dts - newest);
        }
        let (age, pending) =
            (self.grid.current().map(|s| frame.dts - s.start), self.grid.discontinuity_pending);
        let opens = match age {
            None => frame.idr,
            Some(age) => frame.idr && (age >= MIN_SEGMENT || pending) || age + self.longest >= MAX_SEGMENT,
        };
        if age.is_none() && !opens || self.rungs[at].next.is_some() && !(opens && pending) {
            return;
        }
        if opens {
            if pending && let Some(last) = last {
                let covered = self.rungs[at].covered().max(last);
                if frame.dts - covered > PART_TARGET {
                    self.grid.close(covered, now);
                }
            }
            let shift = match (is_source, self.grid.current()) {
                (false, Some(current)) => current.shift,
                (_, Some(current)) if !frame.idr => current.shift,
                _ => frame.pts - frame.dts,
            };
            self.longest = MediaTime::ZERO;
            self.grid.open(frame.dts, shift, self.audio.current(), now);
            if !frame.idr
                && is_source
                && self.take_down_if_another_plays(at, "its key frames are too far apart", out)
            {
                self.leader = self.rungs.iter().position(|r| r.up && r.started);
                return;
            }
        }
        if self.rungs[at].up
            && let Some(msn) = self.grid.current().map(|s| s.msn)
        {
            self.rungs[at].push(frame, msn, &self.grid, true, now);
        }
    }

    /// A picture of a rung that follows the grid; its decode and presentation times came equal or
    /// ordered by the encoder, and are moved onto the grid's decode timeline.
    fn follow(&mut self, at: usize, mut frame: Frame, now: MediaTime) {
        if !self.rungs[at].up {
            return;
        }
        let Some(segment) = self.grid.for_presentation(frame.pts, SNAP) else { return };
        frame.dts = frame.dts - segment.shift;
        if frame.dts - segment.start < SNAP {
            frame.dts = frame.dts.max(segment.start);
        }
        if self.rungs[at].newest.is_some_and(|last| frame.dts <= last) {
            return; // A restarted encoder sends again what it was fed again.
        }
        let msn = segment.msn;
        self.rungs[at].push(frame, msn, &self.grid, false, now);
    }

    fn finish_segment(&mut self, now: MediaTime) {
        let Some(at) = self.leader else { return };
        if self.grid.current().is_none() {
            return;
        }
        let covered = self.rungs[at].covered().max(self.last_source_dts.unwrap_or_default());
        self.grid.close(covered, now);
        self.rungs[at].close(&self.grid, true, now);
    }

    fn take_down_if_another_plays(&mut self, at: usize, reason: &str, out: &mut Vec<Fact>) -> bool {
        let another = self.rungs.iter().enumerate().any(|(n, r)| n != at && r.up && r.started);
        if another && self.rungs[at].up {
            let config = self.rungs[at].config.clone();
            self.take_down_listed(at, reason, out);
            self.rungs[at].config = config;
        }
        another
    }

    fn take_down(&mut self, at: usize, reason: &str, out: &mut Vec<Fact>) {
        if self.leader == Some(at) {
            self.leader = self.rungs.iter().enumerate().position(|(n, r)| n != at && r.up);
        }
        self.take_down_listed(at, reason, out);
    }

    fn take_down_listed(&mut self, at: usize, reason: &str, out: &mut Vec<Fact>) {
        if self.rungs[at].up {
            self.rungs[at].take_down(self.grid.next_msn());
            out.push(Fact::RungDown { rung: self.rungs[at].name.clone(), reason: reason.into() });
        }
    }

    fn drain(&mut self, now: MediaTime, out: &mut Vec<Fact>) {
        for rung in &mut self.rungs {
            rung.drain(&mut self.grid, &self.audio, now, out);
        }
    }
}
