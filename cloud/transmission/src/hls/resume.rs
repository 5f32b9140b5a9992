//! A window's way over a crash: the facts that close what was open, and the rungs that go on.

use super::{
    fact::{Fact, KEYS_ARE_FAR, PICTURES_TOO_SELDOM, RungName, TrackInfo},
    fitness::Fitness,
    rung::Rung,
    time::MediaTime,
    track::{Segment, Track},
    window::Window,
};

/// A rung that lacks so many segments is not brought up to the others by gaps: it begins anew.
const MOST_GAPS: u64 = 64;
const MISSED_TOO_MUCH: &str = "it has missed too much";
/// Players skip it; it only has a number.
const UNKNOWN_LENGTH: MediaTime = MediaTime::from_ms(1);

impl Window {
    /// The rungs of the `ladder`, and those that were offered beside it, as they stand.
    pub(super) fn rungs(&self, ladder: &[RungName]) -> Vec<Rung> {
        let others = self.order.iter().filter(|name| !ladder.contains(name));
        let rung = |name: &RungName| {
            let track = self.tracks.get(name).filter(|track| !track.segments.is_empty());
            let lacks = track.filter(|track| self.lacks_too_much(track)).map(|_| MISSED_TOO_MUCH);
            let down = self.down.get(name).map(String::as_str).or(lacks);
            let played = track.is_some() && down.is_none();
            Rung::restored(name.clone(), self.next_msn(), self.init_version(name), played, down)
        };
        ladder.iter().chain(others).map(rung).collect()
    }

    /// What is known of a source that is not fit to be shown: it was taken off for that, or an encoded rung of its own size
    /// plays beside it.
    pub(super) fn fitness(&self) -> Option<Fitness> {
        match self.down.get(&RungName::source()).map(String::as_str) {
            Some(KEYS_ARE_FAR) => Some(Fitness::of_far_keys()),
            Some(PICTURES_TOO_SELDOM) => Some(Fitness::of_few_pictures(self.head())),
            _ => self.shows_own_size().then(Fitness::of_far_keys),
        }
    }

    fn shows_own_size(&self) -> bool {
        let height = |track: &Track| track.newest_info().map(|info: &TrackInfo| info.height);
        let source = self.tracks.get(&RungName::source()).and_then(height);
        let encoded = self.tracks.iter().filter(|(name, track)| {
            name.as_str() != RungName::SOURCE && !self.down.contains_key(name) && !track.segments.is_empty()
        });
        source.is_some_and(|source| encoded.filter_map(|(_, track)| height(track)).any(|own| own >= source))
    }

    /// Facts that close what is open, so that every listed rung ends with the newest segment that any rung ever had: players
    /// count segments, and none may be left out.
    pub(super) fn closing_facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        let listed = || self.tracks.iter().filter(|(rung, _)| !self.down.contains_key(rung));
        let Some(lead) = listed()
            .filter_map(|(_, t)| Some((t.segments.back()?.msn, t)))
            .max_by_key(|(msn, t)| (*msn, t.segments.back().map(Segment::length)))
        else {
            return facts;
        };
        for (rung, track) in listed() {
            let Some(last) = track.segments.back() else { continue };
            if self.lacks_too_much(track) {
                let reason = MISSED_TOO_MUCH.to_owned();
                facts.push(Fact::RungDown { rung: rung.clone(), reason });
                continue;
            }
            let mut duration = last.length();
            if last.duration.is_none() {
                // Where another rung already closed it, that is its length; else it ends where it is.
                duration = lead.1.get(last.msn).and_then(|s| s.duration).unwrap_or(duration);
                let gap = last.parts.is_empty() || duration - last.length() > MediaTime::from_ms(100);
                facts.push(Fact::SegmentClosed { rung: rung.clone(), msn: last.msn, duration, gap });
            }
            let mut before = Place { end: last.start + duration, sequence: last.discontinuity_sequence };
            for msn in last.msn + 1..self.next_msn() {
                let (opened, closed) = self.gap(lead.1, rung, msn, last.init, &mut before);
                facts.extend([opened, closed]);
            }
        }
        facts
    }

    /// Segment `msn` as a gap of a rung, behind what is `before` it.
    fn gap(&self, lead: &Track, rung: &RungName, msn: u64, init: u32, before: &mut Place) -> (Fact, Fact) {
        let known = lead.get(msn).or_else(|| self.tracks.values().find_map(|track| track.get(msn)));
        let start = known.map_or(before.end, |segment| segment.start.max(before.end));
        let duration = known.map_or(UNKNOWN_LENGTH, |segment| segment.length().max(UNKNOWN_LENGTH));
        // The last one catches up with the discontinuities of those that nobody knows any more.
        let newest = (msn + 1 == self.next_msn()).then(|| self.discontinuity_sequence());
        let sequence =
            known.map(|segment| segment.discontinuity_sequence).or(newest).unwrap_or(before.sequence);
        let discontinuity = sequence > before.sequence;
        *before = Place { end: start + duration, sequence };
        let opened = Fact::SegmentOpened {
            rung: rung.clone(),
            msn,
            start,
            init,
            discontinuity,
            discontinuity_sequence: sequence,
        };
        (opened, Fact::SegmentClosed { rung: rung.clone(), msn, duration, gap: true })
    }

    fn lacks_too_much(&self, track: &Track) -> bool {
        track.segments.back().is_some_and(|last| self.next_msn().saturating_sub(last.msn) > MOST_GAPS)
    }
}

/// Where the next segment of a rung stands.
struct Place {
    end: MediaTime,
    sequence: u64,
}
