//! How the source's pictures lead the grid: where segments begin, and whether the source itself is put into them.

use super::super::{
    fact::{KEYS_ARE_FAR, PICTURES_TOO_SELDOM},
    grid::{LONGEST_SEGMENT, MAX_SEGMENT, MIN_SEGMENT, OWN_SEGMENT},
    rung::LONGEST_HOLD,
};
use super::{AccessUnit, Frame, MediaTime, Packaged, Packager, SNAP};

/// A change of the picture opens a segment at once where the grid is its own, unless one was opened just now; and so does a
/// key frame that comes early: x264 makes one after 25 pictures, 0.417 s at 60 in a second.
const LEAST_SEGMENT: MediaTime = MediaTime::from_ms(400);
/// A change of the sound opens a segment at once when the one before was this long ago: a key frame may be far, but each
/// such segment repeats the group of pictures.
const SOUND_CHANGES_APART: MediaTime = MediaTime::from_ms(10_000);

impl Packager {
    /// A picture of the source: it may open a segment, and is put into it if the source is listed and the picture's
    /// references came (`complete`).
    pub(super) fn lead(
        &mut self,
        source: Option<usize>,
        unit: &AccessUnit,
        complete: bool,
        now: MediaTime,
        out: &mut Packaged,
    ) {
        let step = self.last_source_dts.map_or(MediaTime::ZERO, |last| unit.dts - last).min(LONGEST_HOLD);
        self.rungs.iter_mut().for_each(|rung| rung.goes_without(step));
        match source {
            // Where nothing else plays, the source does, whatever its key frames are like.
            Some(at) if !self.another_plays(at) => {
                self.leaving.failed(unit.dts);
                self.lift_source();
            }
            Some(at) => {
                if let Some(reason) = self.leaves(at, unit.dts) {
                    self.take_down(at, reason, &mut out.facts);
                }
            }
            None => {}
        }
        let last = self.last_source_dts.replace(unit.dts);
        let full = self.grid.current().is_some_and(|s| unit.dts - s.start > LONGEST_SEGMENT);
        if last.is_some_and(|last| full || unit.dts - last > LONGEST_HOLD) {
            // Nothing was shown for so long that no part or no segment can hold it.
            self.last_source_dts = last;
            self.finish_segment(now);
            self.grid.discontinuity_pending = self.grid.has_begun();
            self.last_source_dts = Some(unit.dts);
        }
        self.fitness.note(unit.dts, unit.key);
        let shows_source = source.is_some_and(|at| self.rungs[at].shows());
        let is_unfit = self.fitness.is_far() || self.fitness.is_slow();
        self.wants_own_size = is_unfit || self.wants_own_size && !shows_source;
        let can_show = complete && self.idr_came;
        if self.opens(source, unit, can_show) {
            self.open(unit, now, out);
        }
        let listed = |at: &usize| self.rungs[*at].up && self.rungs[*at].config.is_some();
        if unit.key {
            self.last_key = Some(unit.dts);
        }
        self.source_waits &= !unit.key && !self.lead_in.is_usable();
        let shown = can_show && !self.source_waits;
        let Some(at) = source.filter(|at| shown && listed(at)) else { return };
        let Some(msn) = self.grid.current().map(|s| s.msn) else { return };
        let frame = Frame { dts: unit.dts, pts: unit.pts, idr: unit.key, data: unit.data.clone() };
        self.rungs[at].push(frame, msn, &self.grid, Some(&self.lead_in), now);
    }

    /// Why the source, if it is up, is left now for what the encoder makes of it, its own size among it: its key frames are
    /// too far apart, or its pictures, and viewers can go on. Asked with the picture behind the one that showed it, so that
    /// another encoder could be asked for.
    fn leaves(&mut self, source: usize, dts: MediaTime) -> Option<&'static str> {
        let reason = match () {
            () if !self.rungs[source].up => None,
            () if self.fitness.is_unfit() => Some(KEYS_ARE_FAR),
            () if self.fitness.is_slow() => Some(PICTURES_TOO_SELDOM),
            () => None,
        };
        // The encoder has nothing of the picture that has just come.
        let dts = self.last_source_dts.unwrap_or(dts);
        let mut encoded = self.rungs.iter().filter(|rung| !rung.is_source() && rung.up);
        let newest = encoded.clone().filter(|rung| rung.shows()).filter_map(|rung| rung.newest).max();
        let carried = encoded.clone().any(|rung| rung.carries_on(dts))
            && encoded.all(|rung| !rung.offered || rung.carries_on(dts));
        let behind = newest.map(|newest| dts - newest);
        self.leaving.note(dts, behind.is_some());
        if reason.is_none() {
            self.leaving.end();
        }
        reason.filter(|_| self.leaving.is_due(dts, behind, carried))
    }

    /// Whether a segment begins with this picture, which the source `can_show` if it is listed.
    fn opens(&mut self, source: Option<usize>, unit: &AccessUnit, can_show: bool) -> bool {
        let pending = self.grid.discontinuity_pending || self.cut_soon;
        let age = self.grid.current().map(|s| unit.dts - s.start);
        let of_its_own = age.is_none_or(|age| {
            self.cut_soon
                || pending && age >= LEAST_SEGMENT
                || age + self.fitness.usual_step() / 2 >= OWN_SEGMENT
        });
        let Some(at) = source.filter(|at| self.rungs[*at].config.is_some()) else {
            // A source that is never listed.
            return of_its_own;
        };
        if !self.rungs[at].up {
            // However young the open segment is: key frames may always come soon after the grid's own cuts.
            if unit.key && self.fitness.has_recovered() && !self.fitness.is_far() {
                self.lift_source();
                return true;
            }
            return of_its_own;
        }
        // A change of its configuration needs a key frame.
        let stands_alone = unit.key || self.rungs[at].next.is_none() && self.lead_in.is_usable();
        // Nothing else plays, and it has not begun: it joins here.
        let joins = can_show && stands_alone && !self.rungs[at].started && !self.another_plays(at);
        match age {
            None => stands_alone,
            Some(_) if joins => true,
            Some(age) if unit.key && (age >= MIN_SEGMENT || pending) => true,
            // It came early, where the scene changes: the next one would come too late for this segment.
            Some(age) if unit.key && age >= LEAST_SEGMENT => {
                age + self.fitness.usual_distance() >= MAX_SEGMENT
            }
            Some(_) if self.sound_changes && stands_alone && self.sound_may_cut(unit.dts) => true,
            // The next key frame is far: the public sees the encoded rungs until then, if their encoder is at work.
            Some(_) if self.cut_soon && self.key_is_far(unit.dts) && self.another_shows(at) => {
                self.source_waits = true;
                self.lead_in.restart();
                true
            }
            Some(age) => age + self.fitness.usual_step() >= MAX_SEGMENT,
        }
    }

    fn open(&mut self, unit: &AccessUnit, now: MediaTime, out: &mut Packaged) {
        if unit.key || self.grid.current().is_none() {
            self.shift = unit.pts - unit.dts;
        }
        self.cut_soon = false;
        if std::mem::take(&mut self.sound_changes) {
            self.sound_changed = Some(unit.dts);
        }
        self.grid.open(unit.dts, self.shift, self.audio.current(), now);
        // The encoder's pictures are counted in from there on, too: stamps are rounded.
        out.cut = Some((unit.dts + self.shift - SNAP).max(MediaTime::ZERO));
    }

    pub(super) fn finish_segment(&mut self, now: MediaTime) {
        let Some(open) = self.grid.current() else { return };
        let start = open.start;
        let source = self.source().filter(|at| self.rungs[*at].up && self.rungs[*at].current.is_some());
        let covered = match (source, self.last_source_dts) {
            (Some(at), _) => self.rungs[at].covered(),
            (None, Some(last)) => last + self.fitness.usual_step(),
            (None, None) => start,
        };
        let covered = covered.min(start + LONGEST_SEGMENT);
        self.grid.close(covered.max(self.last_source_dts.unwrap_or_default()), now);
        if let Some(at) = source {
            self.rungs[at].close(&self.grid, now);
        }
    }

    /// Whether the source's key frames are so far apart that one had to be waited for.
    fn key_is_far(&self, dts: MediaTime) -> bool {
        self.last_key.is_some_and(|last| dts - last > OWN_SEGMENT)
    }

    fn sound_may_cut(&self, dts: MediaTime) -> bool {
        self.sound_changed.is_none_or(|last| dts - last > SOUND_CHANGES_APART)
    }
}
