//! A window's way over a crash: as facts for a new journal, and the facts that close what was open.

use vitrine_protocol::{Highlight, HighlightAction};

use super::{fact::Fact, time::MediaTime, track::Segment, window::Window};

impl Window {
    /// Facts that, folded from nothing, give this window again: the head of a new journal file.
    pub fn snapshot(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for rung in &self.order {
            let Some(track) = self.tracks.get(rung) else { continue };
            for (version, init) in &track.inits {
                let (rung, info, bytes) = (rung.clone(), init.info.clone(), init.bytes.clone());
                facts.push(Fact::Init { rung, version: *version, info, bytes });
            }
            for segment in &track.segments {
                let Segment { msn, start, init, discontinuity, discontinuity_sequence, .. } = *segment;
                let rung = rung.clone();
                facts.push(Fact::SegmentOpened {
                    rung: rung.clone(),
                    msn,
                    start,
                    init,
                    discontinuity,
                    discontinuity_sequence,
                });
                for (index, part) in segment.parts.iter().enumerate() {
                    facts.push(Fact::Part {
                        rung: rung.clone(),
                        msn,
                        index: index as u32,
                        duration: part.duration,
                        independent: part.independent,
                        bytes: part.bytes.clone(),
                    });
                }
                if let Some(duration) = segment.duration {
                    facts.push(Fact::SegmentClosed { rung, msn, duration, gap: segment.gap });
                }
            }
            if track.down {
                facts.push(Fact::RungDown { rung: rung.clone(), reason: "it was down before".into() });
            }
        }
        for pin in &self.pins {
            facts.push(Fact::Highlight { highlight: pin.shown.clone() });
            if let Some(at) = pin.cleared {
                let highlight = Highlight { action: HighlightAction::Clear, at, ..pin.shown.clone() };
                facts.push(Fact::Highlight { highlight });
            }
        }
        facts.extend(self.air.map(|(from_msn, at)| Fact::WentLive { from_msn, at }));
        facts.extend(self.ended.then_some(Fact::Ended));
        facts
    }

    /// Facts that close what is open, so that every listed rung ends with the same segment.
    pub(super) fn closing_facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        let listed = || self.tracks.iter().filter(|(_, t)| !t.down);
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
