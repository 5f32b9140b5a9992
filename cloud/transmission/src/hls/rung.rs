//! One rung: cuts its pictures into parts and segments, and lets the [`Announcer`] say so.

use bytes::Bytes;

use super::{
    announcer::{Announcer, Step},
    audio::AudioTimeline,
    codec::VideoConfig,
    fact::{Fact, RungName},
    grid::{Grid, PART_TARGET},
    lead_in::LeadIn,
    time::MediaTime,
};

/// Timestamps are whole milliseconds: the next picture may come this much before its turn.
const ROUNDING: MediaTime = MediaTime::from_ms(2);
/// A shorter part may only be the last one of its segment: 85 % of the longest. Source: the draft's section 4.4.4.9.
const LEAST_PART: MediaTime = MediaTime::from_ticks(PART_TARGET.ticks() * 85 / 100);
/// A part with more pictures or bytes than this ends at once: more than the longest lead-in and what real sources have in
/// a part.
const MOST_PICTURES: usize = 1_024;
const MOST_BYTES: usize = 40 << 20;
/// A rung this late for a closed segment has lost it.
const LATE: MediaTime = MediaTime::from_ms(4_000);
/// Without a picture for this long behind the end of a run, an encoder has given its last.
const QUIET: MediaTime = MediaTime::from_ms(200);
/// A rung that makes so many gaps in a row does not play.
const MOST_GAPS: u32 = 2;
/// The source goes on for so long without a rung whose encoder was lost; then that rung does not play.
const LOST_AFTER: MediaTime = MediaTime::from_ms(3_000);
/// An encoded rung whose newest picture is this close to the source's keeps up with it.
const KEEPS_UP: MediaTime = MediaTime::from_ms(500);
/// A picture stands at most this long, as with a still that is sent every two seconds; what lasts longer is a hole, and what
/// follows does not join. Encoders repeat as far.
pub(super) const LONGEST_HOLD: MediaTime = MediaTime::from_ms(2_200);
/// The same in a rung that is encoded, which repeats a picture before that.
const LONGEST_ENCODED_HOLD: MediaTime = MediaTime::from_ms(1_000);

/// A picture on the grid's decode timeline.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub dts: MediaTime,
    pub pts: MediaTime,
    pub idr: bool,
    pub data: Bytes,
}

#[derive(Debug)]
pub(super) struct Rung {
    pub name: RungName,
    /// Whether it may be listed.
    pub up: bool,
    /// The encoder has it on its ladder.
    pub offered: bool,
    /// What its pictures come with; `next` takes over at the next discontinuity.
    pub config: Option<VideoConfig>,
    pub next: Option<VideoConfig>,
    /// Segment it is in.
    pub current: Option<u64>,
    /// Lowest segment it may enter.
    next_msn: u64,
    /// Whether it has entered a segment since it came up.
    pub started: bool,
    /// Segments in a row that became gaps.
    gaps: u32,
    /// Pictures are missing in the current segment.
    holed: bool,
    /// The next segment must begin with an IDR.
    broken: bool,
    /// Pictures are left out up to an IDR: another encoder goes on.
    needs_key: bool,
    /// How long the source has gone on since.
    waited: MediaTime,
    pending: Vec<Frame>,
    part_start: MediaTime,
    /// The open part begins inside a picture that the part before holds.
    held: bool,
    /// Decode time of its newest picture.
    pub newest: Option<MediaTime>,
    /// When a picture came last.
    came: MediaTime,
    /// Decode time of the last picture of its segment, and the distance to the one before.
    last: Option<MediaTime>,
    step: MediaTime,
    announcer: Announcer,
}

impl Rung {
    pub fn new(name: RungName, next_msn: u64, init_version: u32) -> Self {
        let announcer = Announcer::new(name.clone(), init_version);
        Self {
            name,
            up: true,
            offered: false,
            config: None,
            next: None,
            current: None,
            next_msn,
            started: false,
            gaps: 0,
            holed: false,
            broken: false,
            needs_key: false,
            waited: MediaTime::ZERO,
            pending: Vec::new(),
            part_start: MediaTime::ZERO,
            held: false,
            newest: None,
            came: MediaTime::ZERO,
            last: None,
            step: MediaTime::from_ms(33),
            announcer,
        }
    }

    /// Goes on after a crash, where it was `down` for a reason, or had `played`: then it says of each segment from `next_msn` on
    /// what became of it, since players count them. Its encoder is lost.
    pub fn restored(
        name: RungName,
        next_msn: u64,
        init_version: u32,
        played: bool,
        down: Option<&str>,
    ) -> Self {
        let mut rung = Self::new(name, next_msn, init_version);
        if let Some(reason) = down {
            rung.take_down(next_msn, reason);
        }
        let needs_key = played && !rung.is_source();
        Self { started: played, broken: played, needs_key, ..rung }
    }

    /// Ends what was said of its open segment: the rung is about to be taken off.
    pub fn close_here(&mut self, grid: &Grid) -> Option<Fact> {
        self.announcer.close_here(grid)
    }

    /// Takes it off the list; it may come back at a later segment. False when that was said already, for this `reason`.
    pub fn take_down(&mut self, next_msn: u64, reason: &str) -> bool {
        let news = self.announcer.take_down(reason);
        let announcer = std::mem::replace(&mut self.announcer, Announcer::new(self.name.clone(), 0));
        *self = Self { up: false, announcer, ..Self::new(self.name.clone(), next_msn, 0) };
        news
    }

    /// Whether it is the publisher's own.
    pub fn is_source(&self) -> bool {
        self.name.as_str() == RungName::SOURCE
    }

    /// Whether viewers see pictures of it.
    pub fn plays(&self) -> bool {
        self.up && self.started && self.gaps < MOST_GAPS && self.waited <= LOST_AFTER
    }

    /// Whether its encoder is at work, and players have something of it since it came up.
    pub fn shows(&self) -> bool {
        self.plays() && !self.needs_key && self.announcer.has_begun()
    }

    /// Whether viewers of the source, whose newest picture is decoded at `dts`, can go on with it at once.
    pub fn carries_on(&self, dts: MediaTime) -> bool {
        self.shows() && self.newest.is_some_and(|newest| newest + KEEPS_UP >= dts)
    }

    /// Whether its next configuration can still take over at a segment that is there. `msn`: the one of its newest picture.
    pub fn finds_mark(&self, msn: u64, grid: &Grid) -> bool {
        self.next.is_none() || msn < self.next_msn || grid.is_marked_from(self.next_msn)
    }

    /// Whether its pictures come, or will come, with this configuration.
    pub fn has_config(&self, config: &VideoConfig) -> bool {
        self.next.as_ref().or(self.config.as_ref()).is_some_and(|own| own.avcc == config.avcc)
    }

    /// Another encoder goes on: its pictures join at an IDR.
    pub fn needs_key(&mut self) {
        self.needs_key = true;
    }

    /// The source has gone on by `step`.
    pub fn goes_without(&mut self, step: MediaTime) {
        if self.needs_key {
            self.waited += step;
        }
    }

    /// Whether it has closed every segment below `next_msn`.
    pub fn has_closed_all(&self, next_msn: u64) -> bool {
        self.current.is_none() && self.next_msn >= next_msn
    }

    /// Takes a picture that belongs to segment `msn`. The source comes with its `lead_in`: it leads the grid, so what it
    /// lacks nobody has, and with the pictures since its last key frame it can begin anywhere. Encoded pictures of the next
    /// configuration wait for a segment that begins with a discontinuity.
    pub fn push(
        &mut self,
        mut frame: Frame,
        msn: u64,
        grid: &Grid,
        lead_in: Option<&LeadIn>,
        now: MediaTime,
    ) {
        if self.needs_key && !frame.idr {
            return;
        }
        (self.needs_key, self.waited) = (false, MediaTime::ZERO);
        let leads = lead_in.is_some();
        while self.current.is_some_and(|current| current < msn) {
            self.close(grid, now);
        }
        let Some(segment) = grid.get(msn) else { return };
        self.came = now;
        if self.current.is_none() {
            if msn < self.next_msn {
                return;
            }
            while self.started && self.next_msn < msn {
                self.skip(grid);
            }
            let late = frame.dts - segment.start > PART_TARGET;
            let adopts = self.next.is_some();
            let before = lead_in.map_or(&[][..], LeadIn::pictures);
            let joins = self.started && !self.broken && !segment.discontinuity;
            let led = !frame.idr && !adopts && !before.is_empty() && !joins;
            if !self.started && (!frame.idr && !led || late) || adopts && !segment.discontinuity {
                return;
            }
            if let Some(next) = self.next.take() {
                self.config = Some(next);
            }
            self.current = Some(msn);
            self.next_msn = msn + 1;
            self.started = true;
            (self.part_start, self.held) = (segment.start, false);
            self.holed = late || (self.broken || adopts) && !frame.idr && !led;
            self.last = None;
            if led {
                self.lead_in(before, &mut frame);
            }
        } else if self.next.is_some() && !leads {
            return;
        } else if self.last.is_some_and(|last| frame.dts - last > self.longest_hold()) {
            self.cut(self.covered(), now);
            self.holed = true;
        }
        if !self.holed {
            self.cut_before(frame.dts, now);
        }
        self.note(frame.dts);
        if self.holed {
            return;
        }
        self.broken = false;
        let bytes: usize = self.pending.iter().map(|frame| frame.data.len()).sum();
        if self.pending.len() >= MOST_PICTURES || bytes >= MOST_BYTES {
            self.cut(frame.dts, now);
        }
        self.pending.push(frame);
    }

    /// Puts the pictures since the key frame before `frame`, each for one tick: a decoder runs through them, nobody sees
    /// them.
    fn lead_in(&mut self, before: &[Bytes], frame: &mut Frame) {
        let mut at = self.part_start;
        for (n, data) in before.iter().enumerate() {
            self.pending.push(Frame { dts: at, pts: at, idr: n == 0, data: data.clone() });
            at += MediaTime::from_ticks(1);
        }
        frame.dts = frame.dts.max(at);
    }

    /// Closes the last segment of a run once its last picture is there: nothing comes behind it. Others are closed by the
    /// first picture of the next one, since only that shows that the encoder has no more for them.
    pub fn close_if_complete(&mut self, grid: &Grid, now: MediaTime) {
        let Some(segment) = self.current.and_then(|msn| grid.get(msn)) else { return };
        let is_last = segment.msn + 1 == grid.next_msn() && now - self.came >= QUIET;
        if is_last && segment.end.is_some_and(|end| self.covered() + MediaTime::from_ms(3) >= end) {
            self.close(grid, now);
        }
    }

    fn longest_hold(&self) -> MediaTime {
        if self.is_source() { LONGEST_HOLD } else { LONGEST_ENCODED_HOLD }
    }

    fn note(&mut self, dts: MediaTime) {
        if let Some(last) = self.last {
            self.step = (dts - last).clamp(MediaTime::from_ms(1), PART_TARGET);
        }
        self.last = Some(dts);
        self.newest = Some(dts);
    }

    /// Where its last picture probably ends.
    pub fn covered(&self) -> MediaTime {
        self.last.unwrap_or(self.part_start) + if self.last.is_some() { self.step } else { MediaTime::ZERO }
    }

    /// Cuts a part if the picture at `dts` and its likely length no longer fit.
    fn cut_before(&mut self, dts: MediaTime, now: MediaTime) {
        self.cut_overflow(dts, now);
        let step = self.last.map_or(self.step, |last| dts - last);
        let begun = self.held || !self.pending.is_empty();
        let full = dts - self.part_start >= LEAST_PART;
        if begun && full && dts + step - self.part_start > PART_TARGET + ROUNDING {
            self.cut(dts, now);
        }
    }

    /// Makes parts as long as the pictures up to `end` make more than one: before the last picture, if that fills a part,
    /// else inside of it.
    fn cut_overflow(&mut self, end: MediaTime, now: MediaTime) {
        while end - self.part_start > PART_TARGET {
            match self.pending.pop() {
                Some(last) if !self.pending.is_empty() && last.dts - self.part_start >= LEAST_PART => {
                    self.cut(last.dts, now);
                    self.pending.push(last);
                }
                Some(last) => {
                    self.pending.push(last);
                    self.cut_full(end, now);
                }
                None if self.held => self.cut_full(end, now),
                None => return,
            }
        }
    }

    /// Ends the part at `end`. A picture that stands longer than a part takes is followed by parts without pictures.
    fn cut(&mut self, end: MediaTime, now: MediaTime) {
        while end - self.part_start > PART_TARGET && (self.held || !self.pending.is_empty()) {
            self.cut_full(end, now);
        }
        if self.held && self.part_start < end || !self.pending.is_empty() {
            self.queue_part(end, end, now);
        }
        (self.part_start, self.held) = (end, false);
    }

    /// Ends a part of full length. Its last picture stands until `until`, in the parts that follow: the last of them is not
    /// so short that no packet of sound begins in it.
    fn cut_full(&mut self, until: MediaTime, now: MediaTime) {
        let rest = until - self.part_start - PART_TARGET;
        let length = if rest < PART_TARGET - LEAST_PART { LEAST_PART } else { PART_TARGET };
        let end = self.part_start + length;
        self.queue_part(end, until, now);
        (self.part_start, self.held) = (end, true);
    }

    fn queue_part(&mut self, end: MediaTime, until: MediaTime, now: MediaTime) {
        let Some(msn) = self.current else { return };
        // A segment may end before the pictures that an encoder gave for it: those are nobody's.
        let until = until.max(self.part_start);
        self.pending.retain(|frame| frame.dts < until);
        let (start, frames) = (self.part_start, std::mem::take(&mut self.pending));
        self.announcer.push(Step::Part { msn, start, end, until, frames, since: now });
    }

    /// Ends the current segment where the grid says.
    pub fn close(&mut self, grid: &Grid, now: MediaTime) {
        let Some(msn) = self.current else { return };
        let covered = self.covered();
        let end = grid.get(msn).and_then(|s| s.end).unwrap_or(covered);
        // A picture lasts until the next one, if that is not too long.
        let reach = self.last.map_or(self.part_start, |last| last + self.longest_hold());
        let gap = self.holed || end > reach;
        if gap {
            // What was hinted at still comes; players skip the segment once it is closed.
            self.cut(covered.min(end), now);
            self.broken = true;
        } else {
            self.cut_overflow(end, now);
            self.cut(end, now);
        }
        self.gaps = if gap { self.gaps + 1 } else { 0 };
        self.announcer.push(Step::Close { msn, end, gap });
        self.current = None;
        self.holed = false;
    }

    /// A segment of which it has nothing.
    fn skip(&mut self, grid: &Grid) {
        let msn = self.next_msn;
        self.next_msn += 1;
        self.gaps += 1;
        self.broken = true;
        if let Some(end) = grid.get(msn).and_then(|s| s.end) {
            self.announcer.push(Step::Close { msn, end, gap: true });
        }
    }

    /// Gives up segments that closed long ago and never came.
    pub fn give_up_late(&mut self, grid: &Grid, now: MediaTime) {
        let late = |msn: u64| grid.get(msn).is_some_and(|s| s.end.is_some() && now - s.closed_at > LATE);
        // Without a configuration nothing can be said of it yet.
        while self.started && self.config.is_some() {
            match self.current {
                Some(msn) if late(msn) => self.close(grid, now),
                None if late(self.next_msn) => self.skip(grid),
                _ => return,
            }
        }
    }

    /// Says what is ready to be said, in order.
    pub fn drain(&mut self, grid: &mut Grid, audio: &mut AudioTimeline, now: MediaTime, out: &mut Vec<Fact>) {
        self.announcer.drain(self.config.as_ref(), grid, audio, now, out);
    }
}
