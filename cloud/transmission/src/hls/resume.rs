//! A window's way over a crash: the facts that close what was open.

use super::{fact::Fact, time::MediaTime, track::Segment, window::Window};

impl Window {
    /// Facts that close what is open, so that every listed rung ends with the same segment.
    pub(super) fn closing_facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        let listed = || self.tracks.iter().filter(|(rung, _)| !self.down.contains(rung));
        let Some(lead) = listed()
            .filter_map(|(_, t)| Some((t.segments.back()?.msn, t)))
            .max_by_key(|(msn, t)| (*msn, t.segments.back().map(Segment::length)))
        else {
            return facts;
        };
        for (rung, track) in listed() {
            let Some(last) = track.segments.back() else { continue };
            if last.duration.is_none() {
                // Where another rung already closed it, that is its length; else it ends where it is.
                let known = lead.1.get(last.msn).and_then(|s| s.duration);
                let duration = known.unwrap_or(last.length());
                let gap = last.parts.is_empty() || duration - last.length() > MediaTime::from_ms(100);
                facts.push(Fact::SegmentClosed { rung: rung.clone(), msn: last.msn, duration, gap });
            }
            for missing in lead.1.segments.iter().filter(|s| s.msn > last.msn) {
                let Segment { msn, start, discontinuity, discontinuity_sequence, .. } = *missing;
                let (rung, init) = (rung.clone(), last.init);
                facts.push(Fact::SegmentOpened {
                    rung: rung.clone(),
                    msn,
                    start,
                    init,
                    discontinuity,
                    discontinuity_sequence,
                });
                facts.push(Fact::SegmentClosed { rung, msn, duration: missing.length(), gap: true });
            }
        }
        facts
    }
}
