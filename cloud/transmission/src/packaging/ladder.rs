//! The rungs beside the source: what the encoder offers, what it is too slow for, and why what is gone is gone.

use std::cmp::Ordering;

use super::level::likely_codec;
use super::load::Relief;
use super::{Outcome, Packaging, encodes};
use crate::encoder::Rung;
use crate::hls::{AudioConfig, Fact, MediaTime, NOT_LARGER, Offer, RungName, SOURCE_IS_SHOWN, TrackInfo};
use crate::timeline::Coding;

/// The reason of a rung that played before a crash, or beside another source.
const NOT_ENCODED: &str = "it is not encoded any more";
/// Sound beside the pictures of an encoded rung, before it was measured.
const SOUND_BITS_PER_SECOND: u64 = 160_000;

impl Packaging {
    /// The encoder offers these rungs, in this order; for those in `refused` the machine has no cores. What it does not
    /// offer any more does not play any more.
    pub fn offer(&mut self, rungs: &[Rung], refused: &[String]) -> Outcome {
        self.offer_due = None;
        self.away = false;
        self.offered = rungs.to_vec();
        let mut gone = std::mem::take(&mut self.ladder);
        gone.extend(self.packager.encoded_rungs());
        self.ladder = rungs.iter().filter_map(|rung| RungName::new(&rung.name)).collect();
        gone.retain(|name| !self.ladder.contains(name));
        let mut facts = Vec::new();
        for name in refused.iter().filter_map(|name| RungName::new(name)) {
            facts.extend(self.packager.rung_down(&name, "the server has no cores left for it"));
        }
        // What is off already has a reason that says more.
        for name in &gone {
            if self.packager.is_up(name) {
                facts.extend(self.packager.rung_down(name, self.why_not_offered(name)));
            }
        }
        let sound = self.sound.as_ref().map_or_else(|| AudioConfig::silence().codec(), AudioConfig::codec);
        let offers = rungs.iter().filter_map(|rung| {
            let info = TrackInfo {
                codecs: format!("{},{sound}", likely_codec(rung, self.rate())),
                width: rung.width,
                height: rung.height,
                frame_rate: self.frame_rate,
            };
            let bits_per_second = u64::from(rung.bits_per_second) + SOUND_BITS_PER_SECOND;
            Some(Offer { rung: RungName::new(&rung.name)?, info, bits_per_second })
        });
        let offers = offers.collect();
        facts.extend(self.packager.offer(offers));
        self.starved = rungs.is_empty() && !refused.is_empty();
        Outcome { facts, refused: self.starving(), ..Outcome::default() }
    }

    /// Why the encoder does not offer a rung that it offered before.
    fn why_not_offered(&self, name: &RungName) -> &'static str {
        let (Some(coding), Some(side)) = (&self.coding, short_side(name)) else { return NOT_ENCODED };
        let (width, height) = coding.shape();
        match width.min(height).cmp(&side) {
            Ordering::Less => NOT_LARGER,
            Ordering::Equal if self.passes(coding) => SOURCE_IS_SHOWN,
            _ => NOT_ENCODED,
        }
    }

    /// The source plays again: the rung of its own size, whose encoder is about to go, is waited for by nobody.
    pub(super) fn drop_own_size(&mut self) -> Vec<Fact> {
        let of_its_size = |name: &&RungName| self.why_not_offered(name) == SOURCE_IS_SHOWN;
        let names: Vec<_> = self.ladder.iter().filter(of_its_size).cloned().collect();
        names.iter().flat_map(|name| self.packager.rung_down(name, SOURCE_IS_SHOWN)).collect()
    }

    /// Why the publisher's pictures cannot be shown, when they have to be encoded and there are no cores for that.
    pub(super) fn starving(&self) -> Option<String> {
        let coding = self.coding.as_ref().filter(|_| self.starved)?;
        let name = coding.name();
        if let (Coding::H264(_), Some(top)) = (coding, self.wanted.top)
            && self.is_too_large(coding)
        {
            return Some(format!(
                "The plan shows pictures up to {top}p, these are larger, and the server has no cores left to make them smaller; send {top}p or less"
            ));
        }
        matches!(coding, Coding::Other(_)).then(|| {
            format!("{name} video has to be transcoded, and the server has no cores left; send H.264 of 8 bits and 4:2:0")
        })
    }

    /// The encoder's word on itself. When the machine is too slow for all of its rungs the largest goes, the last one too if
    /// the source can be shown in its place; it comes back when there has been room for a while. What the encoder is to do
    /// then.
    pub fn alive(&mut self, behind_ms: u64, half_rate: bool, now: MediaTime) -> Outcome {
        let half_rate_told = self.encoded_rate.note(half_rate, now);
        // Without a publisher it has nothing to do, and nothing to be judged by.
        let relief = self.coding.as_ref().and_then(|_| self.load.note(behind_ms, half_rate, now));
        let outcome = match relief {
            Some(Relief::Less) => self.give_up_largest(),
            Some(Relief::More(short_side)) => {
                tracing::info!(short_side, "there is room for a rung again");
                self.change_ladder()
            }
            None => Outcome::default(),
        };
        Outcome { half_rate: outcome.half_rate.or(half_rate_told), ..outcome }
    }

    /// Whether the encoded rungs have every second picture only.
    pub fn is_half_rate(&self) -> bool {
        self.encoded_rate.is_half()
    }

    fn give_up_largest(&mut self) -> Outcome {
        let shown = self.ladder.len() > 1 || self.packager.can_list_source();
        let Some(name) = self.ladder.first().filter(|_| shown).cloned() else { return Outcome::default() };
        // Until the next encoder has said what it offers, the ladder is the one before.
        let short_side = short_side(&name).filter(|side| self.load.allows(*side));
        let Some(short_side) = short_side else { return Outcome::default() };
        self.load.give_up(short_side);
        let mut facts = self.packager.rung_down(&name, "the server is too slow for it");
        let mut outcome = self.change_ladder();
        facts.append(&mut outcome.facts);
        Outcome { facts, ..outcome }
    }

    /// Another encoder goes on, with another choice of rungs, or with stills alone.
    pub(super) fn change_ladder(&mut self) -> Outcome {
        let setup = self.setup();
        if self.asked.as_ref() == Some(&setup) {
            return Outcome::default();
        }
        self.packager.encoder_lost();
        let outcome = if encodes(setup.as_ref()) { Outcome::default() } else { self.encode_nothing() };
        self.asked = Some(setup.clone());
        Outcome { setup: Some(setup), ..outcome }
    }

    /// The source is all there is.
    pub(super) fn encode_nothing(&mut self) -> Outcome {
        Outcome { half_rate: self.encoded_rate.end(), ..self.offer(&[], &[]) }
    }
}

/// The short side that a rung is named by.
fn short_side(name: &RungName) -> Option<u32> {
    name.as_str().strip_suffix('p')?.parse().ok()
}
