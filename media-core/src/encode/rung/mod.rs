//! Decodes one source once and encodes a ladder of it.
//!
//! Access units go in and come out with the same times: a rung's picture at `pts` is the source's picture at `pts`.
//! The output has no B-frames, so `dts == pts`. Key frames stand where they are asked for, picture by picture. The same configuration and
//! source always give byte-identical SPS and PPS, so a restarted encoder can go on under the same `EXT-X-MAP`.

mod begin;
mod chain;
mod pace;
mod scale;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use gstreamer::prelude::*;
use gstreamer_app::AppSrc;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use self::{begin::Begin, pace::Pacer};
use super::{Rendition, video::Preset};
use crate::{
    MediaError,
    format::{AccessUnit, Fps},
    gst,
    time::Pts,
};

const CHAIN: &str = "ladder encoder";
/// Encoded bytes that wait for the decoder before whole GOPs of the source are dropped.
const MAX_WAITING_BYTES: u64 = 8 << 20;

/// What goes in and what is wanted.
#[derive(Debug, Clone)]
pub struct Config {
    /// How the source is coded.
    pub codec: SourceCodec,
    /// The source's decoder configuration: `avcC`, `hvcC` or `av1C`.
    pub record: Bytes,
    /// The source's nominal rate: steers the encoder's rate control and is written into the SPS, so give a restarted encoder
    /// the same one.
    pub fps: Fps,
    /// What to encode, largest first; sizes are square pixels. May be empty when only thumbnails are
    /// wanted: push a key frame now and then, and drain behind each.
    pub rungs: Vec<Rendition>,
    /// Pictures shown before this are decoded and not encoded: they lead the decoder to where another encoder stopped.
    pub start: Pts,
    /// A picture shown longer than this is encoded again, so that every part has one.
    pub longest_frame: Option<Duration>,
    /// Still pictures of the source.
    pub thumbnails: Option<Thumbnails>,
    /// Work per picture.
    pub preset: Preset,
}

/// Codings that can be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceCodec {
    /// H.264, NAL units behind their lengths.
    H264,
    /// H.265, NAL units behind their lengths.
    H265,
    /// AV1, whole temporal units.
    Av1,
}

/// Still pictures: JPEG of this width, at most one in `every`.
#[derive(Debug, Clone, Copy)]
pub struct Thumbnails {
    /// Pixels, even; the height keeps the picture's shape.
    pub width: u32,
    /// Time between two.
    pub every: Duration,
}

/// What comes out. Units of one rung are in order; rungs are not in step with each other.
#[derive(Debug)]
pub enum Output {
    /// A rung's `avcC`: before its first unit, and again if it ever changed.
    Header {
        /// Index in [`Config::rungs`].
        rung: usize,
        /// AVCDecoderConfigurationRecord.
        avcc: Bytes,
    },
    /// One encoded picture.
    Unit {
        /// Index in [`Config::rungs`].
        rung: usize,
        /// AVCC with 4-byte lengths; `dts == pts`.
        unit: AccessUnit,
    },
    /// A still picture.
    Thumbnail {
        /// The time of the picture.
        pts: Pts,
        /// JPEG.
        jpeg: Bytes,
    },
    /// After [`RungEncoder::finish`]: every picture that went in has come out.
    Ended,
    /// The chain broke; nothing follows. Start another encoder at the source's next key frame.
    Failed(MediaError),
}

/// What became of a pushed unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// It will be encoded.
    Taken,
    /// The encoder is too far behind, or no key frame has come yet: dropped, as is everything up to the next key frame, or
    /// for ten seconds of a source that has none.
    Dropped,
}

/// A running decoder with its encoders. Dropping it ends its threads.
pub struct RungEncoder {
    pipeline: gstreamer::Pipeline,
    source: AppSrc,
    pacer: Arc<Mutex<Pacer>>,
    shared: Arc<Shared>,
    begin: Begin,
}

struct Shared {
    outputs: mpsc::Sender<Output>,
    stopping: AtomicBool,
    last_in: AtomicU64,
    last_out: Vec<AtomicU64>,
    open: AtomicUsize,
}

impl RungEncoder {
    /// Starts decoder and encoders. The receiver holds up to `depth` outputs; a reader that falls behind slows the
    /// encoder, which then drops GOPs of the source rather than grow.
    ///
    /// # Errors
    /// [`MediaError::MissingPlugin`], [`MediaError::BadData`] for a short decoder configuration, [`MediaError::Build`].
    pub fn start(config: Config, depth: usize) -> Result<(Self, mpsc::Receiver<Output>), MediaError> {
        gst::init()?;
        if config.record.len() < 4 {
            return Err(MediaError::BadData("the decoder configuration is too short"));
        }
        let (outputs, receiver) = mpsc::channel(depth.max(1));
        let shared = Arc::new(Shared {
            outputs,
            stopping: AtomicBool::new(false),
            last_in: AtomicU64::new(0),
            last_out: config.rungs.iter().map(|_| AtomicU64::new(0)).collect(),
            open: AtomicUsize::new(config.rungs.len() + usize::from(config.thumbnails.is_some())),
        });
        let pacer = Arc::new(Mutex::new(Pacer::new(config.longest_frame, config.start.as_nanos())));
        let begin = Begin::new(config.codec);
        let (pipeline, source) = chain::build(&config, &pacer, &shared)?;
        pipeline.set_state(gstreamer::State::Playing).map_err(|e| MediaError::build(CHAIN, e))?;
        Ok((Self { pipeline, source, pacer, shared, begin }, receiver))
    }

    /// Hands over the source's next access unit, in decode order. Never blocks. With `key_at`, every rung has a key frame
    /// at the first picture shown at that time or later, also when this unit is dropped.
    ///
    /// # Errors
    /// [`MediaError::Failed`] once the chain has broken.
    pub fn push(&mut self, unit: AccessUnit, key_at: Option<Pts>) -> Result<Pushed, MediaError> {
        if let Some(at) = key_at {
            self.pacer.lock().key(at.as_nanos());
        }
        if self.is_full() {
            self.begin.again();
            return Ok(Pushed::Dropped);
        }
        let begins = self.begin.is_waiting();
        if !self.begin.takes(unit.key, unit.dts) {
            return Ok(Pushed::Dropped);
        }
        self.shared.last_in.fetch_max(unit.pts.as_nanos(), Ordering::Relaxed);
        let mut buffer = gstreamer::Buffer::from_slice(unit.data);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(gstreamer::ClockTime::from_nseconds(unit.pts.as_nanos()));
            buffer.set_dts(gstreamer::ClockTime::from_nseconds(unit.dts.as_nanos()));
            if !unit.key && !begins {
                buffer.set_flags(gstreamer::BufferFlags::DELTA_UNIT);
            }
        }
        self.source.push_buffer(buffer).map_err(|e| MediaError::failed(CHAIN, e))?;
        Ok(Pushed::Taken)
    }

    /// Whether so much waits for the decoder that the next unit would be dropped.
    pub fn is_full(&self) -> bool {
        self.source.current_level_bytes() > MAX_WAITING_BYTES
    }

    /// Whether it drops what is pushed until a unit comes at which decoding can begin.
    pub fn is_waiting(&self) -> bool {
        self.begin.is_waiting() && !self.is_full()
    }

    /// Pictures so far that were decoded only to lead to [`Config::start`].
    pub fn led(&self) -> u64 {
        self.pacer.lock().led()
    }

    /// Media time between the newest unit that went in and the newest that the slowest rung has put out.
    pub fn behind(&self) -> Duration {
        let newest = self.shared.last_in.load(Ordering::Relaxed);
        let slowest =
            self.shared.last_out.iter().map(|out| out.load(Ordering::Relaxed)).min().unwrap_or(newest);
        Duration::from_nanos(newest.saturating_sub(slowest))
    }

    /// Encodes every second picture only (key frames always): the first thing to give up when behind.
    pub fn set_half_rate(&self, on: bool) {
        self.pacer.lock().set_half_rate(on);
    }

    /// A run of the source is over: what the decoder and the encoders still hold comes out. The next unit does not follow it.
    pub fn drain(&mut self) {
        self.begin.again();
        if !self.source.send_event(gstreamer::event::SegmentDone::new(gstreamer::ClockTime::NONE)) {
            tracing::debug!("the ladder encoder takes no end of a run");
        }
    }

    /// Nothing more will come: the rest is encoded, then [`Output::Ended`] is put out.
    pub fn finish(&self) {
        if let Err(error) = self.source.end_of_stream() {
            tracing::debug!(%error, "ladder encoder was already ending");
        }
    }
}

impl Drop for RungEncoder {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        if let Err(error) = self.pipeline.set_state(gstreamer::State::Null) {
            tracing::warn!(%error, "ladder encoder did not stop");
        }
    }
}

impl Shared {
    /// Waits for room, but never longer than the encoder lives.
    fn send(&self, mut output: Output) -> Result<(), gstreamer::FlowError> {
        loop {
            match self.outputs.try_send(output) {
                Ok(()) => return Ok(()),
                Err(mpsc::error::TrySendError::Closed(_)) => return Err(gstreamer::FlowError::Eos),
                Err(mpsc::error::TrySendError::Full(back)) => output = back,
            }
            if self.stopping.load(Ordering::Acquire) {
                return Err(gstreamer::FlowError::Flushing);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn branch_ended(&self) {
        if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            let _ = self.send(Output::Ended);
        }
    }
}
