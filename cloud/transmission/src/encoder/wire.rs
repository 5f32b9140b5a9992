//! What a transmission and its encoder say to each other over the encoder's standard input and output. Pure.

use std::path::PathBuf;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::frame::{Frame, FrameError};

const KIND_JSON: u8 = 0;
const KIND_UNIT: u8 = 1;
const KIND_THUMBNAIL: u8 = 2;
const KIND_DRAIN: u8 = 3;
const MAX_JSON_BYTES: usize = 1 << 16;
const UNIT_HEADER_BYTES: usize = 26;
const NO_CUT: u64 = u64::MAX;
const TIME_BYTES: usize = 8;

/// What the other end did wrong.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The frame itself was bad, or the pipe broke.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A JSON message that cannot be understood.
    #[error("an encoder message cannot be read")]
    Json(#[from] serde_json::Error),
    /// Too long, too short, or of an unknown kind.
    #[error("a malformed encoder frame of kind {0}")]
    Malformed(u8),
}

/// A coding of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are what their names say")]
pub enum SourceCodec {
    H264,
    H265,
    Av1,
}

/// What to encode. The first frame of an encoder's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// How the source is coded.
    pub codec: SourceCodec,
    /// The source's decoder configuration (`avcC`, `hvcC`, `av1C`), in hexadecimal.
    #[serde(with = "hexadecimal")]
    pub record: Vec<u8>,
    /// The source's width as it is shown, in square pixels.
    pub width: u32,
    /// The source's height in pixels.
    pub height: u32,
    /// Frames per second. A restarted encoder must be given the same, else its SPS differs.
    pub frames_per_second: u16,
    /// Short sides of the wanted rungs; those that would not be smaller than the source are left out. Without any, stills are
    /// made and nothing else.
    pub short_sides: Vec<u32>,
    /// Pictures shown before this, in nanoseconds on the media clock, are decoded and not encoded.
    pub start_ns: u64,
    /// A picture shown for longer is encoded again.
    pub longest_frame_ms: u64,
    /// The machine's account of cores, and the name under which this encoder takes its share; absent: it takes what it wants.
    pub cores: Option<CoreShare>,
}

/// Where an encoder takes its share of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreShare {
    /// The account's folder.
    pub folder: PathBuf,
    /// Thousandths of a core that all encoders of the machine may take together.
    pub millicores: u32,
    /// The show's name in it.
    pub name: String,
}

/// One encoded picture of the source or of a rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Index of the rung, in the order of [`Told::Ladder`]; 0 for the source.
    pub rung: u8,
    /// Whether a decoder can start here.
    pub key: bool,
    /// Of the source: rungs need a key frame at the first picture shown at this time or later.
    pub cut_ns: Option<u64>,
    /// When it is shown: nanoseconds on the media clock.
    pub pts_ns: u64,
    /// When it is decoded: nanoseconds on the media clock.
    pub dts_ns: u64,
    /// NAL units, each after its length in 4 bytes.
    pub data: Bytes,
}

/// To the encoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// First.
    Setup(Setup),
    /// The source's next picture in decode order.
    Unit(Unit),
    /// A run of the source is over, or pictures are missing: what the decoder still holds is to come out. The next picture
    /// does not follow.
    Drain,
}

/// From the encoder, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Told {
    /// The rungs it encodes, largest first: the answer to the setup.
    Ladder {
        /// Their names.
        rungs: Vec<Rung>,
        /// Those that were wanted and for which the machine has no cores.
        #[serde(default)]
        refused: Vec<String>,
    },
    /// A rung's `avcC`: before its first picture.
    Header {
        /// Index of the rung.
        rung: u8,
        /// `avcC` in hexadecimal.
        #[serde(with = "hexadecimal")]
        avcc: Vec<u8>,
    },
    /// Twice a second: it lives.
    Alive {
        /// How far the slowest rung is behind what came in, in milliseconds.
        behind_ms: u64,
        /// Whether every second picture is left out.
        half_rate: bool,
        /// Whether it rightly puts out no picture, whatever it is fed: it has no rungs, waits for a picture at which decoding can
        /// begin, or is on its way to the first that it is to encode.
        #[serde(default)]
        nothing_due: bool,
    },
    /// It cannot go on; the reason is for the log.
    Failed {
        /// Why.
        reason: String,
    },
}

/// One rung that an encoder offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// `480p`.
    pub name: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bits per second of the picture.
    pub bits_per_second: u32,
}

/// From the encoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A message.
    Told(Told),
    /// An encoded picture.
    Unit(Unit),
    /// A still picture.
    Thumbnail {
        /// Its time: nanoseconds on the media clock.
        pts_ns: u64,
        /// JPEG.
        jpeg: Bytes,
    },
}

impl Ask {
    /// The frame for this.
    ///
    /// # Errors
    /// [`WireError::Malformed`] when the setup is too long.
    pub fn to_frame(&self) -> Result<Frame, WireError> {
        match self {
            Self::Setup(setup) => json_frame(setup),
            Self::Unit(unit) => Ok(unit.to_frame()),
            Self::Drain => Ok(Frame { kind: KIND_DRAIN, body: Bytes::new() }),
        }
    }

    /// What a frame asks.
    ///
    /// # Errors
    /// Any [`WireError`].
    pub fn from_frame(frame: Frame) -> Result<Self, WireError> {
        match frame.kind {
            KIND_JSON => from_json(&frame.body).map(Self::Setup),
            KIND_UNIT => Unit::from_body(frame.body).map(Self::Unit),
            KIND_DRAIN => Ok(Self::Drain),
            other => Err(WireError::Malformed(other)),
        }
    }
}

impl Answer {
    /// The frame for this.
    ///
    /// # Errors
    /// [`WireError::Malformed`] when the message is too long.
    pub fn to_frame(&self) -> Result<Frame, WireError> {
        match self {
            Self::Told(told) => json_frame(told),
            Self::Unit(unit) => Ok(unit.to_frame()),
            Self::Thumbnail { pts_ns, jpeg } => {
                let mut body = BytesMut::with_capacity(TIME_BYTES + jpeg.len());
                body.put_u64(*pts_ns);
                body.put_slice(jpeg);
                Ok(Frame { kind: KIND_THUMBNAIL, body: body.freeze() })
            }
        }
    }

    /// What a frame says.
    ///
    /// # Errors
    /// Any [`WireError`].
    pub fn from_frame(mut frame: Frame) -> Result<Self, WireError> {
        match frame.kind {
            KIND_JSON => from_json(&frame.body).map(Self::Told),
            KIND_UNIT => Unit::from_body(frame.body).map(Self::Unit),
            KIND_THUMBNAIL if frame.body.len() >= TIME_BYTES => {
                Ok(Self::Thumbnail { pts_ns: frame.body.get_u64(), jpeg: frame.body })
            }
            other => Err(WireError::Malformed(other)),
        }
    }
}

impl Unit {
    fn to_frame(&self) -> Frame {
        let mut body = BytesMut::with_capacity(UNIT_HEADER_BYTES + self.data.len());
        body.put_u8(self.rung);
        body.put_u8(u8::from(self.key));
        body.put_u64(self.pts_ns);
        body.put_u64(self.dts_ns);
        body.put_u64(self.cut_ns.unwrap_or(NO_CUT));
        body.put_slice(&self.data);
        Frame { kind: KIND_UNIT, body: body.freeze() }
    }

    fn from_body(mut body: Bytes) -> Result<Self, WireError> {
        if body.len() < UNIT_HEADER_BYTES {
            return Err(WireError::Malformed(KIND_UNIT));
        }
        Ok(Self {
            rung: body.get_u8(),
            key: body.get_u8() != 0,
            pts_ns: body.get_u64(),
            dts_ns: body.get_u64(),
            cut_ns: Some(body.get_u64()).filter(|cut| *cut != NO_CUT),
            data: body,
        })
    }
}

/// Bytes as hexadecimal text in JSON.
mod hexadecimal {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn json_frame<T: Serialize>(message: &T) -> Result<Frame, WireError> {
    let body = serde_json::to_vec(message)?;
    if body.len() > MAX_JSON_BYTES {
        return Err(WireError::Malformed(KIND_JSON));
    }
    Ok(Frame { kind: KIND_JSON, body: body.into() })
}

fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, WireError> {
    if body.len() > MAX_JSON_BYTES {
        return Err(WireError::Malformed(KIND_JSON));
    }
    Ok(serde_json::from_slice(body)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn units_survive_the_pipe(rung: u8, key: bool, pts_ns: u64, dts_ns: u64, cut: Option<u32>, data: Vec<u8>) {
            let unit = Unit { rung, key, pts_ns, dts_ns, cut_ns: cut.map(u64::from), data: data.into() };
            prop_assert_eq!(Ask::from_frame(Ask::Unit(unit.clone()).to_frame().unwrap()).unwrap(), Ask::Unit(unit.clone()));
            prop_assert_eq!(Answer::from_frame(unit.to_frame()).unwrap(), Answer::Unit(unit));
        }

        #[test]
        fn hostile_frames_never_panic(kind in 0u8..5, body in proptest::collection::vec(any::<u8>(), 0..100)) {
            let frame = Frame { kind, body: body.into() };
            let _ = Ask::from_frame(frame.clone());
            let _ = Answer::from_frame(frame);
        }
    }

    #[test]
    fn the_end_of_a_run_survives_the_pipe() {
        assert_eq!(Ask::from_frame(Ask::Drain.to_frame().unwrap()).unwrap(), Ask::Drain);
    }

    #[test]
    fn a_header_survives_the_pipe() {
        let told = Answer::Told(Told::Header { rung: 0, avcc: vec![1, 0x4d, 0x40, 0x1f] });
        assert_eq!(Answer::from_frame(told.to_frame().unwrap()).unwrap(), told);
    }
}
