//! Decoder configurations as publishers and encoders send them, and the names players need.

use bytes::Bytes;
use thiserror::Error;

use super::bits::unescape;
use super::sps::{self, Sps};
use super::time::MediaTime;

/// Why a decoder configuration is refused. Always the sender's to mend.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum CodecError {
    /// The `avcC` record ends early or contradicts itself.
    #[error("the H.264 decoder configuration is malformed: {0}")]
    Avc(&'static str),
    /// The sequence parameter set can't be read.
    #[error("the H.264 sequence parameter set can't be read")]
    Sps,
    /// The AudioSpecificConfig ends early or asks for something we don't carry.
    #[error("the AAC configuration is malformed: {0}")]
    Aac(&'static str),
}

/// A recovery point's number among supplemental messages, and in how many bytes of them it is looked for.
const RECOVERY_POINT: usize = 6;
const SUPPLEMENT_BYTES: usize = 4 << 10;

/// A video track's configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoConfig {
    /// The `avcC` record (AVCDecoderConfigurationRecord) as it came.
    pub avcc: Bytes,
    /// Bytes in front of each NAL unit: 1, 2 or 4.
    pub length_size: usize,
    /// Its first sequence parameter set, read.
    pub sps: Sps,
    pub(super) sets: (Vec<Bytes>, Vec<Bytes>),
}

impl VideoConfig {
    /// Reads an `avcC` record, which is what an FLV AVC sequence header carries after its 5 bytes.
    ///
    /// # Errors
    /// [`CodecError::Avc`] for a malformed record, [`CodecError::Sps`] for an unreadable set.
    ///
    /// Source: ISO/IEC 14496-15, section 5.3.3.1.
    pub fn parse(avcc: Bytes) -> Result<Self, CodecError> {
        let early = CodecError::Avc("it ends early");
        let head = avcc.get(..6).ok_or(early.clone())?;
        if head[0] != 1 {
            return Err(CodecError::Avc("its version is not 1"));
        }
        let length_size = usize::from(head[4] & 3) + 1;
        if length_size == 3 {
            return Err(CodecError::Avc("its lengths have 3 bytes"));
        }
        let mut at = 6;
        let sequence = read_sets(&avcc, &mut at, head[5] & 0x1f).ok_or(early.clone())?;
        let pictures = *avcc.get(at).ok_or(early.clone())?;
        at += 1;
        let picture = read_sets(&avcc, &mut at, pictures).ok_or(early)?;
        if picture.is_empty() {
            return Err(CodecError::Avc("it has no picture parameter set"));
        }
        let first = sequence.first().ok_or(CodecError::Avc("it has no sequence parameter set"))?;
        let sps = sps::parse(first).ok_or(CodecError::Sps)?;
        Ok(Self { avcc, length_size, sps, sets: (sequence, picture) })
    }

    /// The `CODECS` name, for example `avc1.64001f`. Source: RFC 6381, section 3.3.
    pub fn codec(&self) -> String {
        format!("avc1.{:02x}{:02x}{:02x}", self.sps.profile, self.sps.constraints, self.sps.level)
    }

    /// Whether an access unit in length-prefixed form starts a decoder afresh (holds an IDR slice).
    pub fn is_idr(&self, unit: &[u8]) -> bool {
        self.units(unit).any(|nal| nal.first().is_some_and(|head| head & 0x1f == 5))
    }

    /// Whether an access unit says that pictures are whole a while after a decoder has started here. A source that refreshes
    /// its picture bit by bit has such units in place of key frames. Source: ITU-T H.264, sections 7.3.2.3.1 and D.1.8.
    pub fn is_recovery_point(&self, unit: &[u8]) -> bool {
        self.units(unit).any(|nal| {
            let supplement = nal.first().is_some_and(|head| head & 0x1f == 6);
            supplement && messages(&nal[1..nal.len().min(SUPPLEMENT_BYTES)]).contains(&RECOVERY_POINT)
        })
    }

    /// Whether an access unit holds a picture at all and its lengths add up.
    pub fn is_sound(&self, unit: &[u8]) -> bool {
        let mut walk = self.units(unit);
        let picture =
            walk.by_ref().filter(|nal| nal.first().is_some_and(|h| matches!(h & 0x1f, 1..=5))).count();
        picture > 0 && walk.rest.is_empty()
    }

    /// The first slice of an access unit.
    pub(super) fn slice<'a>(&self, unit: &'a [u8]) -> Option<&'a [u8]> {
        self.units(unit).find(|nal| nal.first().is_some_and(|head| matches!(head & 0x1f, 1..=5)))
    }

    fn units<'a>(&self, unit: &'a [u8]) -> Units<'a> {
        Units { rest: unit, length_size: self.length_size }
    }
}

struct Units<'a> {
    rest: &'a [u8],
    length_size: usize,
}

impl<'a> Iterator for Units<'a> {
    type Item = &'a [u8];
    fn next(&mut self) -> Option<&'a [u8]> {
        let prefix = self.rest.get(..self.length_size)?;
        let length = prefix.iter().fold(0usize, |n, b| n << 8 | usize::from(*b));
        let end = self.length_size.checked_add(length)?;
        let unit = self.rest.get(self.length_size..end)?;
        self.rest = &self.rest[end..];
        Some(unit)
    }
}

/// The kinds of the messages in a unit of supplemental information.
fn messages(escaped: &[u8]) -> Vec<usize> {
    let data = unescape(escaped);
    let (mut rest, mut kinds) = (&data[..], Vec::new());
    // Numbers come as bytes that are summed up, the last of which is not 255.
    let number = |rest: &mut &[u8]| {
        let more = rest.iter().take_while(|byte| **byte == 255).count();
        let last = usize::from(*rest.get(more)?);
        *rest = &rest[more + 1..];
        Some(255 * more + last)
    };
    while let (Some(kind), Some(size)) = (number(&mut rest), number(&mut rest)) {
        kinds.push(kind);
        rest = rest.get(size..).unwrap_or_default();
    }
    kinds
}

fn read_sets(data: &Bytes, at: &mut usize, count: u8) -> Option<Vec<Bytes>> {
    let mut sets = Vec::new();
    for _ in 0..count {
        let size = usize::from(u16::from_be_bytes([*data.get(*at)?, *data.get(*at + 1)?]));
        let end = *at + 2 + size;
        data.get(*at + 2..end)?;
        sets.push(data.slice(*at + 2..end));
        *at = end;
    }
    Some(sets)
}

/// An audio track's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioConfig {
    /// The AudioSpecificConfig as it came.
    pub asc: Bytes,
    /// Audio object type: 2 is AAC-LC, 5 and 29 are HE-AAC.
    pub object_type: u8,
    /// Samples in a second of the core coder; the audio track's time scale.
    pub sample_rate: u32,
    /// The coder that makes its samples: 2 for AAC-LC, also beneath HE-AAC.
    pub core_type: u8,
    /// Channel configuration, 0 to 7: which elements a packet holds.
    pub layout: u8,
    /// Channels of the core coder.
    pub channels: u16,
    /// Core samples in one packet: 1024 or 960.
    pub frame_samples: u32,
}

const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
const CHANNELS: [u16; 8] = [2, 1, 2, 3, 4, 5, 6, 8];

impl AudioConfig {
    /// Reads an AudioSpecificConfig, which is what an FLV AAC sequence header carries after its 2 bytes.
    ///
    /// # Errors
    /// [`CodecError::Aac`].
    ///
    /// Source: ISO/IEC 14496-3, section 1.6.2.1.
    pub fn parse(asc: Bytes) -> Result<Self, CodecError> {
        let early = || CodecError::Aac("it ends early");
        let mut bits = AscBits { data: &asc, at: 0 };
        let object_type = bits.object_type().ok_or_else(early)?;
        let sample_rate = bits.rate().ok_or_else(early)?;
        let layout = bits.take(4).ok_or_else(early)?;
        let mut core = object_type;
        if matches!(object_type, 5 | 29) {
            bits.rate().ok_or_else(early)?;
            core = bits.object_type().ok_or_else(early)?;
        }
        if !matches!(core, 1..=4) {
            return Err(CodecError::Aac("its object type is not AAC"));
        }
        if !(7_350..=96_000).contains(&sample_rate) {
            return Err(CodecError::Aac("its sample rate is out of range"));
        }
        let channels =
            *CHANNELS.get(layout as usize).ok_or(CodecError::Aac("its channel layout is unknown"))?;
        let frame_samples = if bits.take(1).ok_or_else(early)? == 1 { 960 } else { 1024 };
        let layout = layout as u8;
        Ok(Self { asc, object_type, sample_rate, core_type: core, layout, channels, frame_samples })
    }

    /// Whether packets of `other` are decoded as this one's are, whatever their records' bytes.
    pub fn sounds_like(&self, other: &Self) -> bool {
        let form = |c: &Self| (c.object_type, c.sample_rate, c.core_type, c.layout, c.frame_samples);
        self.asc == other.asc || self.layout != 0 && form(self) == form(other)
    }

    /// AAC-LC, 48 kHz, stereo: for pictures without sound.
    pub fn silence() -> Self {
        Self {
            asc: Bytes::from_static(&[0x11, 0x90]),
            object_type: 2,
            sample_rate: 48_000,
            core_type: 2,
            layout: 2,
            channels: 2,
            frame_samples: 1024,
        }
    }

    /// How long one packet is heard.
    pub fn packet(&self) -> MediaTime {
        MediaTime::from_nanos(i64::from(self.frame_samples) * 1_000_000_000 / i64::from(self.sample_rate))
    }

    /// The `CODECS` name, for example `mp4a.40.2`.
    pub fn codec(&self) -> String {
        format!("mp4a.40.{}", self.object_type)
    }
}

struct AscBits<'a> {
    data: &'a [u8],
    at: usize,
}

impl AscBits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        (0..count).try_fold(0u32, |value, _| {
            let bit = *self.data.get(self.at / 8)? >> (7 - self.at % 8) & 1;
            self.at += 1;
            Some(value << 1 | u32::from(bit))
        })
    }

    fn object_type(&mut self) -> Option<u8> {
        Some(match self.take(5)? as u8 {
            31 => 32 + self.take(6)? as u8,
            kind => kind,
        })
    }

    fn rate(&mut self) -> Option<u32> {
        match self.take(4)? {
            15 => self.take(24),
            index => Some(RATES.get(index as usize).copied().unwrap_or(0)),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn avcc() -> Bytes {
        let sps = hex::decode("6764001facd9405005bb016a02020280000003008000001e478c18cb").unwrap();
        let pps = hex::decode("68ebe3cb22c0").unwrap();
        let mut out = vec![1, 0x64, 0, 0x1f, 0xff, 0xe1];
        out.extend((sps.len() as u16).to_be_bytes());
        out.extend(&sps);
        out.push(1);
        out.extend((pps.len() as u16).to_be_bytes());
        out.extend(&pps);
        out.extend([0xfd, 0xf8, 0xf8, 0]);
        out.into()
    }

    #[test]
    fn a_real_record_gives_its_codec_name() {
        let config = VideoConfig::parse(avcc()).unwrap();
        assert_eq!(config.codec(), "avc1.64001f");
        assert_eq!(config.length_size, 4);
        assert_eq!((config.sps.width, config.sps.height), (1280, 720));
    }

    #[test]
    fn silence_is_what_its_record_says() {
        let silence = AudioConfig::silence();
        assert_eq!(AudioConfig::parse(silence.asc.clone()), Ok(silence));
    }

    #[test]
    fn truncated_records_are_refused() {
        let whole = avcc();
        for end in 0..whole.len() - 4 {
            assert!(VideoConfig::parse(whole.slice(..end)).is_err(), "{end}");
        }
    }

    #[test]
    fn idr_is_found_behind_other_units_and_broken_lengths_are_not_sound() {
        let config = VideoConfig::parse(avcc()).unwrap();
        let idr = [0, 0, 0, 2, 9, 0xf0, 0, 0, 0, 3, 0x65, 1, 2];
        assert!(config.is_idr(&idr) && config.is_sound(&idr));
        let other = [0, 0, 0, 3, 0x41, 1, 2];
        assert!(!config.is_idr(&other) && config.is_sound(&other));
        assert!(!config.is_sound(&[0, 0, 0, 9, 0x65, 1]));
        assert!(!config.is_sound(&[0xff, 0xff, 0xff, 0xff]));
        assert!(!config.is_sound(&[]));
    }

    #[test]
    fn a_recovery_point_is_found_behind_other_messages() {
        let config = VideoConfig::parse(avcc()).unwrap();
        let with = |messages: &[u8]| {
            let supplement = [&[0, 0, 0, messages.len() as u8 + 1, 6], messages].concat();
            config.is_recovery_point(&[&supplement[..], &[0, 0, 0, 3, 0x41, 1, 2]].concat())
        };
        assert!(with(&[1, 2, 9, 9, 6, 1, 0xc4, 0x80]));
        assert!(!with(&[1, 2, 6, 1, 0x80]), "the body of another one");
        assert!(!with(&[255, 6, 1, 0, 0x80]) && !with(&[6]) && !with(&[]));
    }

    #[test]
    fn aac_configurations_are_read() {
        let lc = AudioConfig::parse(Bytes::from_static(&[0x12, 0x10])).unwrap();
        assert_eq!((lc.codec().as_str(), lc.sample_rate, lc.channels), ("mp4a.40.2", 44_100, 2));
        let wide = AudioConfig::parse(Bytes::from_static(&[0x11, 0x90])).unwrap();
        assert_eq!((wide.sample_rate, wide.channels, wide.frame_samples), (48_000, 2, 1024));
        let high_efficiency = AudioConfig::parse(Bytes::from_static(&[0x2b, 0x92, 0x08, 0x00])).unwrap();
        assert_eq!((high_efficiency.codec().as_str(), high_efficiency.sample_rate), ("mp4a.40.5", 22_050));
        assert!(AudioConfig::parse(Bytes::from_static(&[0x12])).is_err());
        assert!(AudioConfig::parse(Bytes::new()).is_err());
    }

    proptest! {
        #[test]
        fn hostile_configurations_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = VideoConfig::parse(bytes.clone().into());
            let _ = messages(&bytes);
            let _ = AudioConfig::parse(bytes.into());
        }
    }
}
