//! The public state of a show: facts folded, and the answers that players get from it. No I/O.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use vitrine_protocol::{Highlight, HighlightAction, PublishSessionId};

use super::{
    address::{LOW_LATENCY, PLAIN},
    boxes,
    fact::{Fact, Offer, RungName},
    grid::PART_TARGET,
    playlist,
    time::MediaTime,
    track::{Init, Media, Part, Pin, Segment, Stored, Track},
    want::{Answer, Want},
};

/// How many parts ahead of the newest one a request may wait for: three seconds of them. Source: the draft's section
/// 6.2.5.2, Advance Part Limit.
const ADVANCE_PARTS: u64 = 3_000 / PART_TARGET.ms() as u64 + 1;

/// The state of one show's packaging under one epoch.
#[derive(Debug, Clone)]
pub struct Window {
    epoch: u32,
    clock_epoch: DateTime<Utc>,
    /// Counted from every segment that was opened, in whatever rung: players have seen its number.
    next_msn: u64,
    discontinuity_sequence: u64,
    /// What the encoder offers; unknown until it has said so.
    offers: Option<Vec<Offer>>,
    anchor: Option<(PublishSessionId, i64)>,
    pub(super) tracks: BTreeMap<RungName, Track>,
    pub(super) order: Vec<RungName>,
    /// Rungs that do not play, whether they ever did or not, and why. A new initialisation segment brings one back; an offer
    /// does not: an encoder that fails makes one each time it is started.
    pub(super) down: BTreeMap<RungName, String>,
    init_versions: BTreeMap<RungName, u32>,
    pub(super) air: Option<(u64, DateTime<Utc>)>,
    /// Where the first public segment that is known began.
    public_from: Option<MediaTime>,
    /// Where the newest part began that begins with a key frame, in any rung.
    newest_key: Option<MediaTime>,
    pub(super) pins: Vec<Pin>,
    pub(super) ended: bool,
}

impl Window {
    /// An empty window. `epoch` stands in the URL of all media; `clock_epoch` is the UTC time of media time zero.
    pub fn new(epoch: u32, clock_epoch: DateTime<Utc>) -> Self {
        Self::starting_at(epoch, clock_epoch, 0, 0)
    }

    /// An empty window of a show that went on before: in other epochs, up to these numbers.
    pub fn starting_at(
        epoch: u32,
        clock_epoch: DateTime<Utc>,
        first_msn: u64,
        first_discontinuity: u64,
    ) -> Self {
        Self {
            epoch,
            clock_epoch,
            next_msn: first_msn,
            discontinuity_sequence: first_discontinuity,
            offers: None,
            anchor: None,
            tracks: BTreeMap::new(),
            order: Vec::new(),
            down: BTreeMap::new(),
            init_versions: BTreeMap::new(),
            air: None,
            public_from: None,
            newest_key: None,
            pins: Vec::new(),
            ended: false,
        }
    }

    /// This window with the facts of a journal in it.
    pub fn restored(mut self, facts: impl IntoIterator<Item = (Fact, Option<Stored>)>) -> Self {
        facts.into_iter().for_each(|(fact, stored)| self.apply(fact, stored));
        self
    }

    /// Takes a fact in; `stored` is where the journal has its bytes.
    pub fn apply(&mut self, fact: Fact, stored: Option<Stored>) {
        match fact {
            Fact::Init { rung, version, info, bytes } => {
                self.init_versions.insert(rung.clone(), version);
                if !self.order.contains(&rung) {
                    self.order.push(rung.clone());
                }
                let back = self.down.remove(&rung).is_some();
                let track = self.tracks.entry(rung).or_default();
                if back {
                    *track = Track::default();
                }
                track.inits.insert(version, Init { info, bytes });
            }
            Fact::SegmentOpened { rung, msn, start, init, discontinuity, discontinuity_sequence } => {
                self.next_msn = self.next_msn.max(msn + 1);
                self.discontinuity_sequence = self.discontinuity_sequence.max(discontinuity_sequence);
                if self.air.is_some_and(|(from, _)| msn >= from) {
                    self.public_from.get_or_insert(start);
                }
                if let Some(track) = self.tracks.get_mut(&rung) {
                    let (parts, duration, gap) = (Vec::new(), None, false);
                    let segment = Segment {
                        msn,
                        start,
                        init,
                        discontinuity,
                        discontinuity_sequence,
                        parts,
                        duration,
                        gap,
                    };
                    track.open(segment);
                }
            }
            Fact::Part { rung, msn, index, duration, independent, bytes } => {
                if let Some(segment) = self.last_segment(&rung, msn)
                    && segment.parts.len() == index as usize
                {
                    let pictures = boxes::pictures(&bytes);
                    let media = Media::Held(bytes);
                    let key = Some(segment.start + segment.length()).filter(|_| independent);
                    segment.parts.push(Part { duration, independent, pictures, media, stored });
                    self.newest_key = self.newest_key.max(key);
                }
            }
            Fact::SegmentClosed { rung, msn, duration, gap } => {
                if let Some(segment) = self.last_segment(&rung, msn) {
                    (segment.duration, segment.gap) = (Some(duration), gap);
                }
            }
            Fact::Ladder { offers } => self.offers = Some(offers),
            Fact::Anchored { session, offset_ms } => self.anchor = Some((session, offset_ms)),
            Fact::RungDown { rung, reason } => {
                if let Some(track) = self.tracks.get_mut(&rung) {
                    track.leave();
                }
                self.down.insert(rung, reason);
            }
            Fact::WentLive { from_msn, at } => {
                let (from, _) = *self.air.get_or_insert((from_msn, at));
                let opened = self.tracks.values().flat_map(|track| &track.segments);
                let public = opened.filter(|segment| segment.msn >= from).map(|segment| segment.start);
                self.public_from = self.public_from.or(public.min());
            }
            Fact::Highlight { highlight } => self.pin(highlight),
            Fact::Ended => self.ended = true,
        }
    }

    fn last_segment(&mut self, rung: &RungName, msn: u64) -> Option<&mut Segment> {
        self.tracks.get_mut(rung)?.segments.back_mut().filter(|s| s.msn == msn)
    }

    fn pin(&mut self, highlight: Highlight) {
        let known = self.pins.iter_mut().find(|p| p.shown.id == highlight.id);
        match (known, highlight.action) {
            (Some(pin), HighlightAction::Clear) => pin.cleared = Some(highlight.at),
            (Some(pin), HighlightAction::Show) => pin.shown = highlight,
            (None, HighlightAction::Show) => self.pins.push(Pin { shown: highlight, cleared: None }),
            (None, HighlightAction::Clear) => {}
        }
        // What ended before the playlists' first second says nothing to anyone.
        let playing = self.tracks.keys().filter_map(|rung| self.track(rung));
        let oldest = playing.filter_map(|track| Some(track.visible(0).first()?.start)).min();
        if let Some(oldest) = oldest.map(|start| start.utc(self.clock_epoch)) {
            self.pins.retain(|pin| pin.cleared.is_none_or(|cleared| cleared >= oldest));
        }
    }

    /// End of everything packaged so far, in any rung.
    pub fn head(&self) -> MediaTime {
        let ends = self.tracks.values().filter_map(|t| t.segments.back()).map(|s| s.start + s.length());
        ends.max().unwrap_or_default()
    }

    /// The URL epoch.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// UTC of media time zero.
    pub fn clock_epoch(&self) -> DateTime<Utc> {
        self.clock_epoch
    }

    /// Whether the public may see it.
    pub fn is_on_air(&self) -> bool {
        self.air.is_some()
    }

    /// Whether the public may see a picture that is shown at `time`: none of before the show went live.
    pub fn is_public(&self, time: MediaTime) -> bool {
        self.public_from.is_some_and(|from| time >= from)
    }

    /// Whether a key frame of behind `time` was shown.
    pub fn has_key_behind(&self, time: MediaTime) -> bool {
        self.newest_key.is_some_and(|key| key > time)
    }

    /// Whether the show is over.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Where this publish session stands on the media clock, if it was the last to be anchored.
    pub fn anchor_of(&self, session: PublishSessionId) -> Option<i64> {
        self.anchor.filter(|(known, _)| *known == session).map(|(_, offset_ms)| offset_ms)
    }

    /// Rungs that players are offered now, in the order of the ladder.
    pub fn public_rungs(&self) -> Vec<RungName> {
        let from = self.air.map_or(u64::MAX, |(msn, _)| msn);
        self.order.iter().filter(|name| self.playable(name, from).is_some()).cloned().collect()
    }

    pub(super) fn next_msn(&self) -> u64 {
        self.next_msn
    }

    pub(super) fn discontinuity_sequence(&self) -> u64 {
        self.discontinuity_sequence
    }

    pub(super) fn init_version(&self, rung: &RungName) -> u32 {
        self.init_versions.get(rung).copied().unwrap_or(0)
    }

    fn playable(&self, rung: &RungName, from: u64) -> Option<&Track> {
        let track = self.track(rung)?;
        let last = track.segments.back()?;
        (last.msn >= from && track.segments.iter().any(|s| s.msn >= from && !s.parts.is_empty()))
            .then_some(track)
    }

    /// Answers a player, from what is there now.
    pub fn answer(&self, want: &Want) -> Answer {
        let Some((from, _)) = self.air else { return Answer::Missing };
        if want.rung().is_some_and(|rung| self.down.contains_key(rung)) {
            return Answer::Gone;
        }
        match want {
            Want::Multivariant => self.multivariant(from, LOW_LATENCY),
            Want::PlainMultivariant => self.multivariant(from, PLAIN),
            Want::PlainPlaylist { rung, skip } => self.plain(rung, from, *skip),
            Want::Playlist { rung, msn, part, skip } => self.playlist(rung, from, *msn, *part, *skip),
            Want::Init { rung, version } => self
                .track(rung)
                .and_then(|t| t.inits.get(version))
                .map_or(Answer::Missing, |init| Answer::Media(vec![Media::Held(init.bytes.clone())])),
            Want::Segment { rung, msn } => match self.track(rung).and_then(|t| t.get(*msn)) {
                Some(s) if *msn >= from && s.duration.is_some() && !s.gap => {
                    Answer::Media(s.parts.iter().map(|p| p.media.clone()).collect())
                }
                _ => Answer::Missing,
            },
            Want::Part { rung, msn, index } => {
                let Some(track) = self.track(rung).filter(|_| *msn >= from) else { return Answer::Missing };
                match track.get(*msn).and_then(|s| s.parts.get(*index as usize)) {
                    Some(part) if part.media.size() > 0 => Answer::Media(vec![part.media.clone()]),
                    Some(_) => Answer::Missing,
                    // The one part that the playlist hints at is worth waiting for.
                    None if track.head() == Some((*msn, *index)) && !self.ended => Answer::NotYet,
                    None => Answer::Missing,
                }
            }
        }
    }

    fn track(&self, rung: &RungName) -> Option<&Track> {
        self.tracks.get(rung).filter(|_| !self.down.contains_key(rung))
    }

    fn offer(&self, rung: &RungName) -> Option<&Offer> {
        self.offers.iter().flatten().find(|offer| offer.rung == *rung)
    }

    /// Lists `file` of every rung that is wanted, whether it plays already or not: players read this once.
    fn multivariant(&self, from: u64, file: &str) -> Answer {
        let played = self.order.iter().filter_map(|name| Some((name, self.playable(name, from)?)));
        let mut rungs: Vec<_> = played.map(|(name, track)| (name, Some(track), self.offer(name))).collect();
        // Best first: the source, then as they were offered.
        let place = |name: &RungName| self.offers.iter().flatten().position(|offer| offer.rung == *name);
        // Aired a moment ago: the first part is on its way, or the encoder has not said yet what it will do.
        if rungs.is_empty() || self.offers.is_none() && !self.ended {
            return if self.ended { Answer::Missing } else { Answer::NotYet };
        }
        let offers = self.offers.iter().flatten().filter(|offer| !self.down.contains_key(&offer.rung));
        for offer in offers.filter(|_| !self.ended) {
            if !rungs.iter().any(|(name, ..)| *name == &offer.rung) {
                rungs.push((&offer.rung, None, Some(offer)));
            }
        }
        rungs.sort_by_key(|(name, ..)| (name.as_str() != RungName::SOURCE, place(name)));
        Answer::Playlist(playlist::multivariant(&rungs, from, file, self.frame_rate()))
    }

    /// Pictures in a second of the whole show: encoded rungs have those of the source.
    fn frame_rate(&self) -> Option<f64> {
        let offered = self.offers.iter().flatten().find_map(|offer| offer.info.frame_rate);
        let source = self.tracks.get(&RungName::source());
        let said = || source.and_then(Track::info)?.frame_rate;
        let measured = || source.into_iter().chain(self.tracks.values()).find_map(playlist::measured_rate);
        offered.or_else(said).or_else(measured)
    }

    /// What a request for a playlist of a rung without one gets.
    fn without(&self, rung: &RungName) -> Answer {
        if self.offer(rung).is_some() && !self.ended { Answer::NotYet } else { Answer::Missing }
    }

    fn playlist(
        &self,
        rung: &RungName,
        from: u64,
        msn: Option<u64>,
        part: Option<u32>,
        skip: bool,
    ) -> Answer {
        if part.is_some() && msn.is_none() {
            return Answer::Refused;
        }
        let track = self.track(rung);
        // A rung that does not play yet begins with a new segment.
        let head = track.and_then(Track::head).unwrap_or((self.next_msn(), 0));
        if !self.ended && msn.is_some_and(|msn| is_too_far(head, msn, part)) {
            return Answer::Refused;
        }
        let Some(track) = track.filter(|track| track.head().is_some()) else { return self.without(rung) };
        if msn.zip(part).is_some_and(|(msn, part)| !track.may_have(msn, part)) {
            return Answer::Refused;
        }
        if self.playable(rung, from).is_none() {
            return if self.ended { Answer::Missing } else { Answer::NotYet };
        }
        if msn.is_some_and(|msn| !self.ended && !track.has_reached(msn, part)) {
            return Answer::NotYet;
        }
        let reports: Vec<_> = self
            .order
            .iter()
            .filter(|other| *other != rung)
            .filter_map(|other| Some((other, self.playable(other, from)?)))
            .collect();
        self.written(track, from, skip, Some(&reports))
    }

    /// A playlist of whole segments; waits for the first of them.
    fn plain(&self, rung: &RungName, from: u64, skip: bool) -> Answer {
        let Some(track) = self.track(rung).filter(|t| t.head().is_some()) else { return self.without(rung) };
        if !track.visible(from).iter().any(|s| s.duration.is_some()) {
            return if self.ended { Answer::Missing } else { Answer::NotYet };
        }
        self.written(track, from, skip, None)
    }

    fn written(
        &self,
        track: &Track,
        from: u64,
        skip: bool,
        low_latency: Option<&[(&RungName, &Track)]>,
    ) -> Answer {
        Answer::Playlist(playlist::media(&playlist::Media {
            epoch: self.epoch,
            clock_epoch: self.clock_epoch,
            track,
            from,
            skip,
            pins: &self.pins,
            low_latency,
            ended: self.ended,
        }))
    }
}

/// Whether segment `msn`, or its `part`, lies too far behind the `head` to be waited for. Source: the draft's section
/// 6.2.5.2.
fn is_too_far((head_msn, head_part): (u64, u32), msn: u64, part: Option<u32>) -> bool {
    let last_msn = if head_part == 0 { head_msn.saturating_sub(1) } else { head_msn };
    let ahead = part.map_or(0, |part| part.saturating_sub(if msn == head_msn { head_part } else { 0 }));
    // A part past the last one of a segment that is closed is the next segment's first.
    msn > last_msn + 2 || msn >= head_msn && u64::from(ahead) > ADVANCE_PARTS
}
