//! How a publisher's pictures are coded.

use bytes::Bytes;
use vitrine_rtmp::flv::VideoCodec;

use super::{av1, hevc, read};
use crate::encoder::SourceCodec;
use crate::hls::VideoConfig;

/// The largest picture: 4096x2304. Each one that a decoder keeps takes half as much again in bytes.
const MOST_PIXELS: u64 = 4_096 * 2_304;
/// The most pixels in a second: the largest picture sixty times.
const MOST_PIXELS_A_SECOND: u64 = MOST_PIXELS * 60;
/// Samples that are more oblong than this are a mistake.
const MOST_OBLONG: u32 = 4;
/// A decoder configuration is kept for as long as its pictures are, and written into each file of the journal. Those of
/// encoders have some hundred bytes.
pub(super) const LONGEST_RECORD: usize = 16 << 10;

/// The coding of a run's pictures.
#[derive(Debug, Clone, PartialEq)]
pub enum Coding {
    /// H.264: can be passed through.
    H264(VideoConfig),
    /// A coding that few browsers play: transcoded, never listed.
    Other(Other),
}

/// Profiles of H.264 whose pictures have eight bits and a quarter of the colour (4:2:0): browsers play no others. Source:
/// ITU-T H.264, annex A.2.
const PLAYED_PROFILES: [u8; 4] = [66, 77, 88, 100];

/// H.265 or AV1, or H.264 of a profile that browsers do not play.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    /// Which.
    pub codec: SourceCodec,
    /// `hvcC`, `av1C` or `avcC`.
    pub record: Bytes,
    /// Visible width and height in pixels.
    pub size: (u32, u32),
}

/// A decoder configuration as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Whose it is.
    pub codec: VideoCodec,
    /// `avcC`, `hvcC` or `av1C`.
    pub record: Bytes,
}

impl Record {
    /// Reads it; an error is a sentence for the person at the encoder.
    pub fn parse(self) -> Result<Coding, String> {
        let record = self.record;
        if record.len() > LONGEST_RECORD {
            let (codec, bytes) = (self.codec, record.len());
            return Err(format!(
                "a {codec:?} configuration of {bytes} bytes; at most {LONGEST_RECORD} are carried"
            ));
        }
        let (codec, size) = match self.codec {
            VideoCodec::Avc => {
                let config = VideoConfig::parse(record)
                    .map_err(|error| format!("H.264 that cannot be read: {error}"))?;
                if PLAYED_PROFILES.contains(&config.sps.profile) {
                    return Ok(Coding::H264(config));
                }
                let size = (config.sps.width, config.sps.height);
                return Ok(Coding::Other(Other { codec: SourceCodec::H264, record: config.avcc, size }));
            }
            VideoCodec::Hevc => (SourceCodec::H265, hevc::size(&record)),
            VideoCodec::Av1 => (SourceCodec::Av1, av1::size(&record)),
            other => {
                return Err(format!("{} video, which is not carried; send H.264", read::video_name(other)));
            }
        };
        match size {
            Some(size) => Ok(Coding::Other(Other { codec, record, size })),
            None => Err(format!("{codec:?} video whose configuration cannot be read; send H.264")),
        }
    }
}

impl Coding {
    /// Whether a decoder can start at `unit`; `flagged` is the publisher's word.
    pub fn is_key(&self, unit: &[u8], flagged: bool) -> bool {
        match self {
            Self::H264(config) => config.is_idr(unit),
            Self::Other(_) => flagged,
        }
    }

    /// Whether a run can begin at `unit`; `flagged` is the publisher's word.
    pub fn can_begin(&self, unit: &[u8], flagged: bool) -> bool {
        match self {
            Self::H264(config) => config.is_idr(unit) || config.is_recovery_point(unit),
            Self::Other(_) => flagged,
        }
    }

    /// Whether decoders begin at any picture when they are told to: what it leans on is made up, and heals.
    pub fn heals(&self) -> bool {
        self.record().0 != SourceCodec::Av1
    }

    /// Visible width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::H264(config) => (config.sps.width, config.sps.height),
            Self::Other(other) => other.size,
        }
    }

    /// Width and height as they are shown, in square pixels as high as those of the source. H.265 and AV1 are taken for
    /// square.
    pub fn shape(&self) -> (u32, u32) {
        let (width, height) = self.size();
        let aspect = match self {
            Self::H264(config) => config.sps.sample_aspect.map(|(w, h)| (u32::from(w), u32::from(h))),
            Self::Other(_) => None,
        };
        match aspect.filter(|(w, h)| *w <= h * MOST_OBLONG && *h <= w * MOST_OBLONG) {
            Some((w, h)) => ((width * w + h / 2) / h, height),
            None => (width, height),
        }
    }

    /// Frames in a second, when the stream says so.
    pub fn frame_rate(&self) -> Option<f64> {
        match self {
            Self::H264(config) => config.sps.frame_rate,
            Self::Other(_) => None,
        }
    }

    /// Whether such pictures, at `rate` in a second, are carried; an error is a sentence for the person at the encoder.
    pub fn check(&self, rate: Option<f64>) -> Result<(), String> {
        let (width, height) = self.size();
        let pixels = u64::from(width) * u64::from(height);
        if pixels > MOST_PIXELS {
            return Err(format!("pictures of {width}x{height}; at most 4096x2304 is carried"));
        }
        let most = MOST_PIXELS_A_SECOND as f64 / pixels.max(1) as f64;
        match rate.filter(|rate| *rate > most) {
            Some(rate) => {
                let most = most.floor();
                Err(format!("{rate:.0} pictures of {width}x{height} a second; at most {most} are carried"))
            }
            None => Ok(()),
        }
    }

    /// Which decoder it needs, and that decoder's configuration.
    pub fn record(&self) -> (SourceCodec, &Bytes) {
        match self {
            Self::H264(config) => (SourceCodec::H264, &config.avcc),
            Self::Other(other) => (other.codec, &other.record),
        }
    }

    /// Its name for people.
    pub fn name(&self) -> &'static str {
        match (self, self.record()) {
            (Self::H264(_), _) => "H.264",
            (_, (SourceCodec::H264, record)) => match record.get(1) {
                Some(110) => "H.264 High 10",
                Some(122) => "H.264 High 4:2:2",
                _ => "H.264 High 4:4:4",
            },
            (_, (SourceCodec::H265, _)) => "H.265",
            (_, (SourceCodec::Av1, _)) => "AV1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(width: u32, height: u32) -> Coding {
        Coding::Other(Other { codec: SourceCodec::H265, record: Bytes::new(), size: (width, height) })
    }

    #[test]
    fn what_is_too_large_is_refused_with_its_limit() {
        for (width, height, rate) in [
            (3_840, 2_160, Some(60.0)),
            (4_096, 2_304, Some(60.0)),
            (2_304, 4_096, None),
            (1_920, 1_080, Some(240.0)),
        ] {
            assert_eq!(of(width, height).check(rate), Ok(()), "{width}x{height}");
        }
        let refused = |width, height, rate| of(width, height).check(rate).unwrap_err();
        assert!(refused(16_384, 16_384, None).contains("at most 4096x2304"));
        assert!(refused(4_096, 2_306, Some(24.0)).contains("at most 4096x2304"));
        assert_eq!(
            refused(3_840, 2_160, Some(120.0)),
            "120 pictures of 3840x2160 a second; at most 68 are carried"
        );
    }

    #[test]
    fn profiles_that_browsers_do_not_play_are_transcoded() {
        let avcc = |profile: u8| {
            let mut sps = hex::decode("6764001facd9405005bb016a02020280000003008000001e478c18cb").unwrap();
            sps[1] = profile;
            let mut record = vec![1, profile, 0, 0x1f, 0xff, 0xe1, 0, sps.len() as u8];
            record.extend(&sps);
            record.extend([1, 0, 6, 0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0]);
            Record { codec: VideoCodec::Avc, record: record.into() }.parse().unwrap()
        };
        assert!(matches!(avcc(100), Coding::H264(_)));
        for (profile, name) in [(110, "H.264 High 10"), (122, "H.264 High 4:2:2"), (244, "H.264 High 4:4:4")]
        {
            let coding = avcc(profile);
            assert!(matches!(coding, Coding::Other(_)), "{profile}");
            assert_eq!(
                (coding.name(), coding.record().0, coding.size()),
                (name, SourceCodec::H264, (1_280, 720))
            );
        }
    }

    #[test]
    fn a_configuration_that_is_too_long_is_refused_before_it_is_read() {
        for codec in [VideoCodec::Avc, VideoCodec::Hevc, VideoCodec::Av1] {
            let record = Bytes::from(vec![0; LONGEST_RECORD + 1]);
            assert!(Record { codec, record }.parse().unwrap_err().contains("at most 16384"));
        }
    }
}
