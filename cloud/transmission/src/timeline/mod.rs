//! What feeds the show, on the show's clock: the one form that packaging, encoding, restreaming and analysis consume.
//!
//! Owns: the media clock, what is believed of time stamps, and the reading of a publisher's tags. A publisher's tags go in;
//! [`Moment`]s come out: pictures and sound with their media time and the number of the run they belong to. Who feeds
//! the show is a value ([`Feed`]); each of its runs has an anchor on the clock and a coding of its own.
//!
//! Leans on: `hls` for media time and decoder configurations.

mod av1;
mod cadence;
mod clock;
mod coding;
mod hevc;
mod lead;
mod read;
mod sound;

use bytes::Bytes;
use vitrine_protocol::PublishSessionId;
use vitrine_rtmp::flv::Tag;

use self::cadence::Cadence;
pub use self::clock::{Mapped, MediaClock};
pub use self::coding::{Coding, Other};
use self::coding::{LONGEST_RECORD, Record};
use self::read::Item;
use self::sound::SoundClock;
use crate::hls::{AudioConfig, MediaTime};

/// Packets this small are copied: a slice of the socket's buffer would keep all of its 64 KiB.
const SMALL_BYTES: usize = 16 << 10;
/// A picture is shown at most this long before or after it is decoded: sixteen pictures of reordering at sixteen in a
/// second, and as much again.
const COMPOSITION_MS: std::ops::RangeInclusive<i32> = -1_000..=2_000;

/// Who feeds the show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// An encoder, by its publish session.
    Publisher(PublishSessionId),
}

/// A coded picture on the media clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The run it belongs to.
    pub run: u64,
    /// Decode time; rises strictly over all runs.
    pub dts: MediaTime,
    /// Presentation time.
    pub pts: MediaTime,
    /// Whether a decoder can start here: at a key frame, or where the run begins without one.
    pub key: bool,
    /// It was announced before a crash already: it only leads a decoder to what comes next.
    pub known: bool,
    /// As the publisher sent it: NAL units behind their lengths, or AV1 units.
    pub data: Bytes,
}

/// A packet of sound on the media clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// The run it belongs to.
    pub run: u64,
    /// When it is heard.
    pub time: MediaTime,
    /// Raw AAC.
    pub data: Bytes,
}

/// What happens on the timeline, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    /// Pictures come in this coding from now on.
    Coding(Coding),
    /// Sound comes in this coding from now on.
    SoundCoding(AudioConfig),
    /// So many pictures come in a second, as far as is known: by the publisher's word, or by count where that is far off.
    FrameRate(f64),
    /// A run has found its place: `media_time_ms = rtmp_ts_ms + offset_ms`. With `joins`, what follows goes on from what came
    /// before; else it does not.
    Anchored {
        /// Who feeds.
        feed: Feed,
        /// In milliseconds.
        offset_ms: i64,
        /// Whether it is the same run under a new offset.
        joins: bool,
    },
    /// A picture.
    Picture(Picture),
    /// A packet of sound.
    Sound(Sound),
    /// The publisher sends pictures that are not carried: a sentence for the person at the encoder.
    NoPicture(String),
    /// The same of sound; the pictures go on without it.
    NoSound(String),
}

/// The show's timeline.
#[derive(Debug)]
pub struct Timeline {
    clock: MediaClock,
    sound: SoundClock,
    feed: Option<Feed>,
    /// Who fed the show when the connection that tells was cut.
    cut_short: Option<Feed>,
    run: u64,
    coding: Option<Coding>,
    cadence: Cadence,
    /// Presentation minus decode time of the newest picture, as far as that was believed.
    composition_ms: i32,
    /// Where the run stood before a crash, and the end of what was announced then.
    resumes: Option<i64>,
    head: MediaTime,
}

impl Timeline {
    /// A timeline that goes on at `head`, the end of what was announced: zero for a new show.
    pub fn new(head: MediaTime) -> Self {
        Self {
            clock: MediaClock::new(head),
            sound: SoundClock::default(),
            feed: None,
            cut_short: None,
            run: 0,
            coding: None,
            cadence: Cadence::default(),
            composition_ms: 0,
            resumes: None,
            head,
        }
    }

    /// Who feeds the show now.
    pub fn feed(&self) -> Option<Feed> {
        self.feed
    }

    /// Nobody is heard of any more: the connection that tells was cut. Whoever fed the show may go on.
    pub fn cut(&mut self) {
        // It may be cut again before anybody was heard of.
        self.cut_short = self.feed.or(self.cut_short);
        self.end();
    }

    /// Whether the run that `feed` is about to begin was cut short, by that or by a crash of this process, and goes on in its
    /// place. One that was away begins anew.
    pub fn goes_on(&mut self, feed: Feed) -> bool {
        self.cut_short.take() == Some(feed) || self.run == 0
    }

    /// `feed` begins a run; whoever fed the show before has ended. `resumes` is the run's offset if it was known before a
    /// crash, with the end of what was announced: then packets keep their places, and those announced already are marked.
    pub fn begin(&mut self, feed: Feed, resumes: Option<(i64, MediaTime)>) {
        self.end();
        if let Some((_, head)) = resumes {
            self.head = head;
        }
        self.feed = Some(feed);
        self.run += 1;
        self.resumes = resumes.map(|(offset_ms, _)| offset_ms);
    }

    /// Nobody feeds the show any more.
    pub fn end(&mut self) {
        self.clock.begin();
        (self.sound, self.cadence) = (SoundClock::default(), Cadence::default());
        (self.feed, self.resumes, self.coding, self.composition_ms) = (None, None, None, 0);
    }

    /// How far the pictures are ahead of the show's clock, in milliseconds; behind it when negative.
    pub fn lead_ms(&self) -> i64 {
        self.clock.lead_ms()
    }

    /// Where a picture that arrives at `now` by the show's clock, without delay, stands.
    pub fn present(&self, now: MediaTime) -> MediaTime {
        now + MediaTime::from_ms(self.lead_ms())
    }

    /// Takes the next tag of who feeds the show. `now` is the show's clock.
    pub fn tag(&mut self, tag: &Tag, now: MediaTime) -> Vec<Moment> {
        if self.feed.is_none() {
            return Vec::new();
        }
        match read::read(tag) {
            Item::Coding(record) => match (Record { record: own(record.record), ..record }).parse() {
                Ok(coding) => self.coding(coding),
                Err(sentence) => {
                    self.coding = None;
                    vec![Moment::NoPicture(sentence)]
                }
            },
            Item::AudioConfig(asc) if asc.len() > LONGEST_RECORD => {
                let sentence = format!(
                    "an AAC configuration of {} bytes; at most {LONGEST_RECORD} are carried",
                    asc.len()
                );
                vec![Moment::NoSound(sentence)]
            }
            Item::AudioConfig(asc) => match AudioConfig::parse(own(asc)) {
                Ok(config) => {
                    self.sound.packets_last(config.packet());
                    vec![Moment::SoundCoding(config)]
                }
                Err(error) => vec![Moment::NoSound(format!("AAC that cannot be read: {error}"))],
            },
            Item::Picture { key, data, composition_ms } => {
                self.picture(tag.timestamp_ms, key, data, composition_ms, now)
            }
            Item::Sound(data) => self.packet(tag.timestamp_ms, data, now).into_iter().collect(),
            Item::FrameRate(rate) => {
                let news = self.cadence.metadata_says(rate);
                if news { self.new_rate().into_iter().collect() } else { Vec::new() }
            }
            Item::OtherVideo(name) => {
                vec![Moment::NoPicture(format!("{name} video, which is not carried; send H.264"))]
            }
            Item::OtherAudio(name) => {
                vec![Moment::NoSound(format!("{name} sound, which is not carried; send AAC"))]
            }
            Item::Nothing => Vec::new(),
        }
    }

    fn coding(&mut self, coding: Coding) -> Vec<Moment> {
        let news = self.cadence.stream_says(coding.frame_rate());
        self.coding = Some(coding.clone());
        if let Some(refused) = self.check_size() {
            return vec![refused];
        }
        let rate = self.cadence.rate().filter(|_| news).map(Moment::FrameRate);
        rate.into_iter().chain([Moment::Coding(coding)]).collect()
    }

    fn picture(
        &mut self,
        raw: u32,
        key: bool,
        data: Bytes,
        composition_ms: i32,
        now: MediaTime,
    ) -> Vec<Moment> {
        let (Some(feed), Some(coding)) = (self.feed, &self.coding) else { return Vec::new() };
        let begins = !self.clock.is_running() && coding.can_begin(&data, key);
        let mut key = coding.is_key(&data, key);
        let mut moments = Vec::with_capacity(1);
        if !self.clock.is_running()
            && let Some(offset_ms) = self.resumes.take()
        {
            // Its place is known: it waits for no key frame, which may never come.
            self.clock.resume(raw, offset_ms, self.head, now);
            key |= coding.heals();
            moments.push(Moment::Anchored { feed, offset_ms, joins: false });
        }
        let dts = match self.clock.map_video(raw, begins, now) {
            Mapped::Dropped => return moments,
            Mapped::At(time) => time,
            Mapped::Anchored { time, offset_ms } => {
                key |= coding.heals();
                self.sound.restart();
                moments.push(Moment::Anchored { feed, offset_ms, joins: false });
                time
            }
            Mapped::Shifted { time, offset_ms } => {
                self.sound.restart();
                moments.push(Moment::Anchored { feed, offset_ms, joins: true });
                time
            }
        };
        if COMPOSITION_MS.contains(&composition_ms) {
            self.composition_ms = composition_ms;
        }
        let pts = dts + MediaTime::from_ms(i64::from(self.composition_ms));
        let known = dts < self.head;
        if self.cadence.picture(dts) {
            moments.extend(self.new_rate());
            if self.coding.is_none() {
                return moments;
            }
        }
        moments.push(Moment::Picture(Picture { run: self.run, dts, pts, key, known, data: own(data) }));
        moments
    }

    /// Another rate is believed: what was small enough may not be so any more.
    fn new_rate(&mut self) -> Option<Moment> {
        self.check_size().or_else(|| self.cadence.rate().map(Moment::FrameRate))
    }

    /// Refuses pictures that are too large, or too many.
    fn check_size(&mut self) -> Option<Moment> {
        let sentence = self.coding.as_ref()?.check(self.cadence.rate()).err()?;
        self.coding = None;
        Some(Moment::NoPicture(sentence))
    }

    fn packet(&mut self, raw: u32, data: Bytes, now: MediaTime) -> Option<Moment> {
        let time = self.clock.map_audio(raw)?;
        let time = self.sound.place(time, self.clock.last(), now)?;
        // What was announced before a crash is heard already.
        (time >= self.head).then(|| Moment::Sound(Sound { run: self.run, time, data: own(data) }))
    }
}

/// Small packets get memory of their own.
fn own(data: Bytes) -> Bytes {
    if data.len() <= SMALL_BYTES { Bytes::copy_from_slice(&data) } else { data }
}

#[cfg(test)]
mod tests;
