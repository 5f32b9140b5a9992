//! From the timeline to facts: feeds the packager, says what the encoder should do, and takes in what it gives back.
//! Decides; does no I/O.

mod ladder;
mod level;
mod load;
mod owed;

use vitrine_protocol::PublishSessionId;

use self::load::{Load, Rate};
use self::owed::Owed;
use crate::encoder::{CoreShare, Rung, Setup, Unit};
use crate::hls::{
    AccessUnit, AudioConfig, Fact, LiveFrom, MediaTime, PART_TARGET, Packager, RungName, VideoConfig,
};
use crate::timeline::{Coding, Feed, Moment, Picture};

const DEFAULT_FRAME_RATE: f64 = 30.0;
/// An encoder is not begun again for a rate that differs by less than this share.
const RATE_STEP: f64 = 0.25;
/// An encoder that has said nothing for this long keeps no player waiting for the ladder.
const OFFER_WITHIN: MediaTime = MediaTime::from_ms(3_000);
/// A run has no more to be told of what is not carried.
const MOST_SENTENCES: usize = 4;

/// What a moment leads to, in this order.
#[derive(Debug, Default)]
pub struct Outcome {
    /// To be announced.
    pub facts: Vec<Fact>,
    /// What the encoder is to be set up for from here on; `Some(None)` when none is needed any more.
    pub setup: Option<Option<Setup>>,
    /// To be fed to the encoder.
    pub feed: Option<Unit>,
    /// The session's place on the media clock: its offset in milliseconds.
    pub mapped: Option<(PublishSessionId, i64)>,
    /// What the publisher sends, in words, when that is news.
    pub codec: Option<String>,
    /// Why its pictures cannot be shown.
    pub refused: Option<String>,
    /// Whether the encoded rungs have every second picture only, when that has changed.
    pub half_rate: Option<bool>,
}

/// What is wanted of the encoder.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Short sides of the encoded rungs.
    pub short_sides: Vec<u32>,
    /// The shorter side that no picture may be above; a source that is larger is only encoded.
    pub top: Option<u32>,
    /// Where it takes its share of the machine's cores.
    pub cores: Option<CoreShare>,
}

/// The state between timeline and packager.
pub struct Packaging {
    packager: Packager,
    /// End of what was announced before a crash: the encoder begins there.
    head: MediaTime,
    /// Something was packaged since the last discontinuity.
    flowing: bool,
    wanted: Wanted,
    load: Load,
    encoded_rate: Rate,
    /// Of a coding that is not passed through.
    owed: Owed,
    coding: Option<Coding>,
    sound: Option<AudioConfig>,
    /// As far as it is known; that of the run before until then.
    frame_rate: Option<f64>,
    /// What the encoder was last set up for, in pictures a second.
    pace: f64,
    /// Rungs of the encoder, by its numbers.
    ladder: Vec<RungName>,
    offered: Vec<Rung>,
    /// They were taken down because nothing came from it.
    away: bool,
    /// H.264 that cannot be passed through for its key frames or its rate: it is encoded at its own size, too.
    own_size: bool,
    /// There are no cores for any rung of it.
    starved: bool,
    /// What was last asked of the encoder.
    asked: Option<Option<Setup>>,
    /// When players have to be told of a ladder at the latest.
    offer_due: Option<MediaTime>,
    told: Option<String>,
    /// What was said of this run's pictures and sound that are not carried, and whether it was refused for it.
    said: Vec<String>,
    refused: bool,
}

impl Packaging {
    /// Goes on where `packager` stands; `head` is the end of what was announced.
    pub fn new(packager: Packager, head: MediaTime, wanted: Wanted) -> Self {
        Self {
            own_size: packager.wants_own_size(),
            packager,
            head,
            flowing: false,
            wanted,
            load: Load::default(),
            encoded_rate: Rate::default(),
            owed: Owed::default(),
            coding: None,
            sound: None,
            frame_rate: None,
            pace: 0.0,
            ladder: Vec::new(),
            offered: Vec::new(),
            away: false,
            starved: false,
            asked: None,
            offer_due: None,
            told: None,
            said: Vec::new(),
            refused: false,
        }
    }

    /// Direct access for what needs no moments: going live, pins, the end.
    pub fn packager(&mut self) -> &mut Packager {
        &mut self.packager
    }

    /// The run is over, or another begins: completes what is open. Playlists wait.
    pub fn cut(&mut self, now: MediaTime) -> Vec<Fact> {
        (self.coding, self.sound, self.told) = (None, None, None);
        (self.said, self.refused, self.owed) = (Vec::new(), false, Owed::default());
        if std::mem::take(&mut self.flowing) { self.packager.discontinuity(now) } else { Vec::new() }
    }

    /// The show goes on air.
    pub fn go_live(&mut self, at: chrono::DateTime<chrono::Utc>, from: LiveFrom) -> Vec<Fact> {
        self.packager.go_live(at, from)
    }

    /// To be called about ten times a second.
    pub fn tick(&mut self, now: MediaTime) -> Vec<Fact> {
        let mut facts = self.packager.tick(now);
        // What was offered before stays: players read the list once. What played before a crash does not wait for longer.
        if self.offer_due.take_if(|due| now > *due).is_some() && self.ladder.is_empty() {
            for name in self.packager.encoded_rungs() {
                facts.extend(self.packager.rung_down(&name, "its encoder does not answer"));
            }
            facts.extend(self.packager.offer(Vec::new()));
        }
        facts
    }

    /// Takes the next moment of the timeline.
    pub fn take(&mut self, moment: Moment, now: MediaTime) -> Outcome {
        let mut outcome = Outcome::default();
        match moment {
            Moment::Coding(coding) => {
                if self.coding.as_ref().is_some_and(|old| old.record() != coding.record()) {
                    self.packager.picture_changes();
                    self.owed = Owed::default();
                }
                match &coding {
                    Coding::H264(config) if !self.is_too_large(&coding) => {
                        self.packager.set_video(&RungName::source(), config.clone());
                    }
                    Coding::H264(_) | Coding::Other(_) => {
                        self.packager.forget_source();
                        let reason = match (&coding, self.wanted.top) {
                            (Coding::H264(_), Some(top)) => format!("the plan shows pictures up to {top}p"),
                            _ => format!("{} is not passed through", coding.name()),
                        };
                        outcome.facts = self.packager.rung_down(&RungName::source(), &reason);
                    }
                }
                self.coding = Some(coding);
                self.set_up(now, &mut outcome);
                self.tell_codecs(&mut outcome);
            }
            Moment::SoundCoding(config) => {
                self.sound = Some(config.clone());
                self.packager.set_audio(config);
                self.tell_codecs(&mut outcome);
            }
            Moment::FrameRate(rate) => {
                self.frame_rate = Some(rate);
                if self.coding.is_some() && !self.keeps_pace() {
                    self.set_up(now, &mut outcome);
                }
            }
            Moment::Anchored { feed: Feed::Publisher(session), offset_ms, joins } => {
                if !joins && std::mem::replace(&mut self.flowing, true) {
                    outcome.facts = self.packager.discontinuity(now);
                }
                outcome.facts.push(Fact::Anchored { session, offset_ms });
                outcome.mapped = Some((session, offset_ms));
            }
            Moment::Picture(picture) => self.picture(picture, now, &mut outcome),
            Moment::Sound(sound) => outcome.facts = self.packager.push_audio(sound.time, sound.data, now),
            Moment::NoPicture(sentence) => self.refuse(sentence, &mut outcome),
            Moment::NoSound(sentence) => self.say(sentence, &mut outcome),
        }
        outcome
    }

    fn picture(&mut self, picture: Picture, now: MediaTime, outcome: &mut Outcome) {
        let Picture { dts, pts, key, known, data, .. } = picture;
        let unit = AccessUnit { dts, pts, key, data: data.clone() };
        let mut cut = None;
        if known {
            self.packager.lead_in(unit);
        } else {
            let packaged = self.packager.push_source(unit, now);
            (outcome.facts, cut) = (packaged.facts, packaged.cut);
        }
        let own_size = self.packager.wants_own_size();
        if std::mem::replace(&mut self.own_size, own_size) != own_size {
            if !own_size {
                outcome.facts.extend(self.drop_own_size());
            }
            self.set_up(now, outcome);
        }
        let nanos = |time: MediaTime| u64::try_from(time.nanos()).ok();
        if let (Some(pts_ns), Some(dts_ns)) = (nanos(pts), nanos(dts)) {
            outcome.feed = Some(Unit { rung: 0, key, cut_ns: cut.and_then(nanos), pts_ns, dts_ns, data });
        }
        if known {
            self.owed.known();
        }
        self.check_owed(dts, now, outcome);
        // Nobody says any more how much there is to do: a rung that was given up is tried again after its time.
        if self.asked.as_ref().is_some_and(|asked| !encodes(asked.as_ref()))
            && self.load.note(0, false, now).is_some()
        {
            let again = self.change_ladder();
            outcome.facts.extend(again.facts);
            outcome.setup = again.setup;
        }
    }

    /// Refuses what can only be shown transcoded when nothing comes of it: a decoder is missing, or gives it up; or
    /// there is none, and the source's own pictures wait for an IDR.
    fn check_owed(&mut self, dts: MediaTime, now: MediaTime, outcome: &mut Outcome) {
        let Some(coding) = &self.coding else { return };
        let passes = self.passes(coding);
        if passes && !self.packager.shows_nothing() {
            return self.owed.nothing();
        }
        if !passes && self.starved {
            return; // refused already, with another reason
        }
        let was_shown = !passes && self.owed.is_shown();
        let within = if was_shown { owed::WITHIN_ONCE_SHOWN } else { owed::WITHIN };
        if self.owed.came(dts, now) > within && !self.refused {
            let seconds = within.ms() / 1_000;
            let sentence = if passes {
                format!(
                    "No key frame has come for {seconds} seconds, and browsers show nothing without one. Connect again; \
                     one every 2 seconds suits a live show"
                )
            } else if self.is_too_large(coding) && matches!(coding, Coding::H264(_)) {
                let top = self.wanted.top.unwrap_or_default();
                format!(
                    "The plan shows pictures up to {top}p, these are larger, and in {seconds} seconds nothing smaller has come of \
                     them. Send {top}p or less"
                )
            } else if was_shown {
                let name = coding.name();
                format!(
                    "{name} video has to be transcoded. It was, and for {seconds} seconds no picture has come of it any more. \
                     Connect again; if that does not help, send H.264 of 8 bits and 4:2:0"
                )
            } else {
                let name = coding.name();
                format!(
                    "{name} video has to be transcoded, and no picture has come of it in {seconds} seconds; send H.264 of 8 bits and 4:2:0"
                )
            };
            self.refuse(sentence, outcome);
        }
    }

    /// Whether the encoder's rate still is about that of the source.
    fn keeps_pace(&self) -> bool {
        (self.rate() / self.pace - 1.0).abs() <= RATE_STEP
    }

    /// Asks for the encoder that is needed now, if that is not what there is.
    fn set_up(&mut self, now: MediaTime, outcome: &mut Outcome) {
        if !self.keeps_pace() {
            self.pace = self.rate();
        }
        let setup = self.setup();
        if self.asked.as_ref() == Some(&setup) {
            // A header that came again: the encoder goes on, and so does its ladder.
            outcome.refused = self.starving();
            return;
        }
        if encodes(setup.as_ref()) {
            self.starved = false;
            self.offer_due = self.offer_due.or(Some(now + OFFER_WITHIN));
        } else {
            // Nothing would be smaller than the source, or all that would was given up: the source is all there is.
            let nothing = self.encode_nothing();
            outcome.facts.extend(nothing.facts);
            outcome.half_rate = nothing.half_rate;
        }
        self.packager.encoder_lost();
        self.asked = Some(setup.clone());
        outcome.setup = Some(setup);
    }

    /// What the encoder should do for this source: stills alone once all rungs were given up; `None` when no rung would be
    /// smaller than it.
    fn setup(&self) -> Option<Setup> {
        let coding = self.coding.as_ref()?;
        let ((codec, record), (width, height)) = (coding.record(), coding.shape());
        let passes = self.passes(coding);
        let top = self.wanted.top.unwrap_or(u32::MAX);
        // What cannot be passed through is encoded at its own size too, if that is on the ladder.
        let own_size = !passes || self.own_size;
        let fits = |side: &u32| *side < width.min(height) || own_size && *side == width.min(height);
        let wanted = self.wanted.short_sides.iter().copied().filter(|side| *side <= top).filter(fits);
        let mut short_sides: Vec<u32> = wanted.clone().filter(|side| self.load.allows(*side)).collect();
        if !passes && short_sides.is_empty() {
            // However slow the machine is.
            short_sides.push(wanted.clone().min().unwrap_or(width.min(height).min(top).max(2) & !1));
        }
        if short_sides.is_empty() && wanted.min().is_none() {
            return None;
        }
        Some(Setup {
            codec,
            record: record.to_vec(),
            width,
            height,
            frames_per_second: self.pace.round().clamp(1.0, 240.0) as u16,
            short_sides,
            start_ns: u64::try_from(self.head.nanos()).unwrap_or(0),
            longest_frame_ms: u64::try_from(PART_TARGET.ms()).unwrap_or(210),
            cores: self.wanted.cores.clone(),
        })
    }

    /// Whether the publisher's own pictures can be shown as they are.
    fn passes(&self, coding: &Coding) -> bool {
        matches!(coding, Coding::H264(_)) && !self.is_too_large(coding)
    }

    fn is_too_large(&self, coding: &Coding) -> bool {
        let (width, height) = coding.shape();
        self.wanted.top.is_some_and(|top| width.min(height) > top)
    }

    fn rate(&self) -> f64 {
        self.frame_rate.unwrap_or(DEFAULT_FRAME_RATE)
    }

    /// A rung's configuration.
    pub fn header(&mut self, rung: u8, avcc: Vec<u8>) {
        let Some(name) = self.ladder.get(usize::from(rung)).cloned() else { return };
        match VideoConfig::parse(avcc.into()) {
            Ok(config) => self.packager.set_video(&name, config),
            Err(error) => tracing::error!(%error, rung = %name, "the encoder's configuration cannot be read"),
        }
    }

    /// A picture of a rung. The encoder's rungs are offered again if they had been given up.
    pub fn encoded(&mut self, unit: Unit, now: MediaTime) -> Vec<Fact> {
        let mut facts = Vec::new();
        let at = |nanos| i64::try_from(nanos).map(MediaTime::from_nanos).unwrap_or_default();
        let (dts, pts) = (at(unit.dts_ns), at(unit.pts_ns));
        self.owed.paid(pts);
        if self.away {
            let offered = std::mem::take(&mut self.offered);
            facts = self.offer(&offered, &[]).facts;
        }
        let Some(name) = self.ladder.get(usize::from(unit.rung)) else { return facts };
        let unit = AccessUnit { dts, pts, key: unit.key, data: unit.data };
        facts.extend(self.packager.push_encoded(name, unit, now));
        facts
    }

    /// The encoder has been away for too long: its rungs do not play.
    pub fn drop_encoded(&mut self, reason: &str) -> Vec<Fact> {
        self.away = true;
        let ladder = self.ladder.clone();
        ladder.iter().flat_map(|name| self.packager.rung_down(name, reason)).collect()
    }

    fn tell_codecs(&mut self, outcome: &mut Outcome) {
        let picture = self.coding.as_ref().map(|coding| {
            let (width, height) = coding.size();
            format!("{} {width}x{height}", coding.name())
        });
        let sound = self.sound.as_ref().map(|audio| format!("AAC {} Hz", audio.sample_rate));
        let words: Vec<String> = picture.into_iter().chain(sound).collect();
        self.tell(words.join(", "), outcome);
    }

    /// The run's pictures cannot be shown.
    fn refuse(&mut self, sentence: String, outcome: &mut Outcome) {
        if !std::mem::replace(&mut self.refused, true) {
            outcome.refused = Some(sentence.clone());
        }
        self.say(sentence, outcome);
    }

    /// Tells a sentence once in a run: it comes again with each tag.
    fn say(&mut self, sentence: String, outcome: &mut Outcome) {
        if self.said.len() < MOST_SENTENCES && !self.said.contains(&sentence) {
            self.said.push(sentence.clone());
            self.tell(sentence, outcome);
        }
    }

    fn tell(&mut self, words: String, outcome: &mut Outcome) {
        if self.told.as_ref() != Some(&words) {
            self.told = Some(words.clone());
            outcome.codec = Some(words);
        }
    }

    /// What was last told of the publisher's codecs.
    pub fn codec(&self) -> Option<&str> {
        self.told.as_deref()
    }
}

/// Whether an encoder that is set up so has any rung to encode.
fn encodes(setup: Option<&Setup>) -> bool {
    setup.is_some_and(|setup| !setup.short_sides.is_empty())
}

#[cfg(test)]
mod tests;
