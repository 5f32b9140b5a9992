//! Tags in, facts out: one publisher after another on one media clock. Decides; does no I/O.

use vitrine_protocol::PublishSessionId;
use vitrine_rtmp::flv::Tag;

use super::source::{self, Item};
use crate::encoder::{Rung, Setup, Unit};
use crate::hls::{AccessUnit, AudioConfig, Fact, Mapped, MediaClock, MediaTime, PART_TARGET, Packager};
use crate::hls::{RungName, VideoConfig};

/// The grid of encoded rungs when the source cannot lead it.
const OWN_GRID_MS: u64 = 2_000;
const DEFAULT_FRAME_RATE: f64 = 30.0;

/// What a tag or a picture of the encoder leads to, in this order.
#[derive(Debug, Default)]
pub struct Outcome {
    /// To be announced.
    pub facts: Vec<Fact>,
    /// The encoder is to be set up for this source.
    pub setup: Option<Setup>,
    /// To be fed to the encoder.
    pub feed: Option<Unit>,
    /// The session's place on the media clock: its offset in milliseconds.
    pub mapped: Option<(PublishSessionId, i64)>,
    /// What the publisher sends, in words, when that is news.
    pub codec: Option<String>,
}

/// The state between publisher and packager.
pub struct Relay {
    packager: Packager,
    clock: MediaClock,
    session: Option<PublishSessionId>,
    /// Something was packaged since the last discontinuity.
    flowing: bool,
    /// Short sides of the encoded rungs that are wanted.
    short_sides: Vec<u32>,
    video: Option<VideoConfig>,
    audio: Option<AudioConfig>,
    frame_rate: Option<f64>,
    /// Rungs of the encoder, by its numbers.
    ladder: Vec<RungName>,
    source_led: bool,
    told: Option<String>,
}

impl Relay {
    /// A relay that goes on where `packager` stands; `last_output` is the end of what was announced.
    pub fn new(packager: Packager, last_output: MediaTime, short_sides: Vec<u32>) -> Self {
        Self {
            packager,
            clock: MediaClock::new(last_output),
            session: None,
            flowing: false,
            short_sides,
            video: None,
            audio: None,
            frame_rate: None,
            ladder: Vec::new(),
            source_led: true,
            told: None,
        }
    }

    /// Direct access for what needs no tags: going live, pins, the end, the tick.
    pub fn packager(&mut self) -> &mut Packager {
        &mut self.packager
    }

    /// The session whose tags come.
    pub fn session(&self) -> Option<PublishSessionId> {
        self.session
    }

    /// A publisher begins; whoever was there before is over.
    pub fn begin(&mut self, session: PublishSessionId, now: MediaTime) -> Vec<Fact> {
        let facts = self.cut(now);
        self.session = Some(session);
        facts
    }

    /// The publisher is gone: completes what is open. Playlists wait.
    pub fn finish(&mut self, now: MediaTime) -> Vec<Fact> {
        self.session = None;
        self.cut(now)
    }

    fn cut(&mut self, now: MediaTime) -> Vec<Fact> {
        self.clock.begin_session();
        if std::mem::take(&mut self.flowing) { self.packager.discontinuity(now) } else { Vec::new() }
    }

    /// Takes the publisher's next tag. `now` is the wall clock's media time.
    pub fn tag(&mut self, tag: &Tag, now: MediaTime) -> Outcome {
        let mut outcome = Outcome::default();
        let Some(session) = self.session else { return outcome };
        match source::read(tag) {
            Item::VideoConfig(avcc) => match VideoConfig::parse(avcc) {
                Ok(config) => self.configure_video(config, &mut outcome),
                Err(error) => self.tell(format!("H.264 that cannot be read: {error}"), &mut outcome),
            },
            Item::AudioConfig(asc) => match AudioConfig::parse(asc) {
                Ok(config) => {
                    self.audio = Some(config.clone());
                    self.packager.set_audio(config);
                    self.tell_codecs(&mut outcome);
                }
                Err(error) => self.tell(format!("AAC that cannot be read: {error}"), &mut outcome),
            },
            Item::Picture { data, composition_ms } => {
                self.picture(session, tag.timestamp_ms, data, composition_ms, now, &mut outcome);
            }
            Item::Sound(data) => {
                if let Some(time) = self.clock.map_audio(tag.timestamp_ms) {
                    outcome.facts = self.packager.push_audio(time, data, now);
                }
            }
            Item::FrameRate(rate) => self.frame_rate = Some(rate),
            Item::OtherVideo(name) => {
                self.tell(format!("{name} video, which is not carried; send H.264"), &mut outcome)
            }
            Item::OtherAudio(name) => {
                self.tell(format!("{name} sound, which is not carried; send AAC"), &mut outcome)
            }
            Item::Nothing => {}
        }
        outcome
    }

    fn configure_video(&mut self, config: VideoConfig, outcome: &mut Outcome) {
        self.packager.set_video(&RungName::source(), config.clone());
        self.video = Some(config);
        outcome.setup = self.setup();
        self.tell_codecs(outcome);
    }

    fn picture(
        &mut self,
        session: PublishSessionId,
        timestamp_ms: u32,
        data: bytes::Bytes,
        composition_ms: i32,
        now: MediaTime,
        outcome: &mut Outcome,
    ) {
        let Some(config) = &self.video else { return };
        let key = config.is_idr(&data);
        let dts = match self.clock.map_video(timestamp_ms, key, now) {
            Mapped::Dropped => return,
            Mapped::At(time) => time,
            Mapped::Anchored { time, offset_ms } => {
                if std::mem::replace(&mut self.flowing, true) {
                    outcome.facts = self.packager.discontinuity(now);
                }
                outcome.mapped = Some((session, offset_ms));
                time
            }
        };
        let pts = dts + MediaTime::from_ms(i64::from(composition_ms));
        let unit = AccessUnit { dts, pts, data: data.clone() };
        outcome.facts.extend(self.packager.push_video(&RungName::source(), unit, now));
        if let (Ok(pts_ns), Ok(dts_ns)) = (u64::try_from(pts.nanos()), u64::try_from(dts.nanos())) {
            outcome.feed = Some(Unit { rung: 0, key, pts_ns, dts_ns, data });
        }
        let leads = self.packager.source_leads();
        if std::mem::replace(&mut self.source_led, leads) != leads {
            outcome.setup = self.setup();
        }
    }

    /// What the encoder should do for this source; `None` when no rung would be smaller than it.
    fn setup(&self) -> Option<Setup> {
        let config = self.video.as_ref()?;
        let (width, height) = (config.sps.width, config.sps.height);
        let fits = |side: &u32| *side < width.min(height);
        let short_sides: Vec<u32> = self.short_sides.iter().copied().filter(fits).collect();
        if short_sides.is_empty() {
            return None;
        }
        let rate = self.frame_rate.or(config.sps.frame_rate).unwrap_or(DEFAULT_FRAME_RATE);
        Some(Setup {
            avcc: config.avcc.to_vec(),
            width,
            height,
            frames_per_second: rate.round().clamp(1.0, 240.0) as u16,
            short_sides,
            own_grid_ms: (!self.source_led).then_some(OWN_GRID_MS),
            longest_frame_ms: u64::try_from(PART_TARGET.ms()).unwrap_or(333),
        })
    }

    /// The encoder offers these rungs, in this order.
    pub fn offer(&mut self, rungs: &[Rung]) {
        self.ladder = rungs.iter().filter_map(|rung| RungName::new(&rung.name)).collect();
        for name in &self.ladder {
            self.packager.rung_up(name);
        }
    }

    /// A rung's configuration.
    pub fn header(&mut self, rung: u8, avcc: Vec<u8>) {
        let Some(name) = self.ladder.get(usize::from(rung)).cloned() else { return };
        match VideoConfig::parse(avcc.into()) {
            Ok(config) => self.packager.set_video(&name, config),
            Err(error) => tracing::error!(%error, rung = %name, "the encoder's configuration cannot be read"),
        }
    }

    /// A picture of a rung.
    pub fn encoded(&mut self, unit: Unit, now: MediaTime) -> Vec<Fact> {
        let Some(name) = self.ladder.get(usize::from(unit.rung)) else { return Vec::new() };
        let at = |nanos| i64::try_from(nanos).map(MediaTime::from_nanos).unwrap_or_default();
        let unit = AccessUnit { dts: at(unit.dts_ns), pts: at(unit.pts_ns), data: unit.data };
        self.packager.push_video(name, unit, now)
    }

    /// The encoder has been away for too long: its rungs are listed no more.
    pub fn drop_encoded(&mut self, reason: &str) -> Vec<Fact> {
        let ladder = self.ladder.clone();
        ladder.iter().flat_map(|name| self.packager.rung_down(name, reason)).collect()
    }

    fn tell_codecs(&mut self, outcome: &mut Outcome) {
        let picture = self.video.as_ref().map(|video| {
            let (width, height) = (video.sps.width, video.sps.height);
            format!("H.264 {width}x{height}")
        });
        let sound = self.audio.as_ref().map(|audio| format!("AAC {} Hz", audio.sample_rate));
        let words: Vec<String> = picture.into_iter().chain(sound).collect();
        self.tell(words.join(", "), outcome);
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

#[cfg(test)]
mod tests;
