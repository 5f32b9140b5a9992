//! The live encoders: pictures of a scene to H.264, its sound to AAC. They know nothing of networks and never wait for one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use gstreamer::prelude::*;
use gstreamer_app::AppSrc;
use parking_lot::Mutex;

use super::{
    key_clock::KeyClock,
    video::{self, Preset, Profile, X264, avc_caps},
};
use crate::{
    MediaError,
    format::{AccessUnit, AudioFormat, Bitrate},
    gst,
    time::Pts,
};

const CHAIN: &str = "live encoder";
/// A key frame is at most so much of the line's time late.
const BUFFER: Duration = Duration::from_millis(500);

/// What the encoders hand out, from threads of their own.
#[derive(Debug, Clone)]
pub(crate) enum Encoded {
    /// `avcC`, before the first picture and whenever it changes.
    VideoHeader(Bytes),
    Picture(AccessUnit),
    /// AudioSpecificConfig, before the first sound and whenever it changes.
    AudioHeader(Bytes),
    /// One AAC frame.
    Sound {
        pts: Pts,
        data: Bytes,
    },
}

type Taker = Arc<dyn Fn(Encoded) + Send + Sync>;

/// Settings of the picture's encoder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VideoSettings {
    pub preset: Preset,
    pub bitrate: Bitrate,
    pub key_interval: Duration,
}

/// How much the picture's encoder makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    pub bitrate: Bitrate,
    /// Every other picture is left out.
    pub half_rate: bool,
}

impl Pace {
    /// All pictures at `bitrate`.
    pub(crate) const fn full(bitrate: Bitrate) -> Self {
        Self { bitrate, half_rate: false }
    }
}

/// Every other picture, while only half are wanted.
#[derive(Debug, Default)]
struct Halving {
    on: AtomicBool,
    left_out: AtomicBool,
}

impl Halving {
    fn leaves_out(&self) -> bool {
        self.on.load(Ordering::Relaxed) && !self.left_out.fetch_not(Ordering::Relaxed)
    }
}

/// The picture's encoder, fed by a tee.
pub(crate) struct Video {
    keys: Arc<Mutex<KeyClock>>,
    x264: gstreamer::Element,
    pace: Mutex<Pace>,
    halving: Arc<Halving>,
}

impl Video {
    /// Adds it to a pipeline. `handed_in` hears the time of each picture as the encoder gets it.
    pub(crate) fn add_to(
        pipeline: &gstreamer::Pipeline,
        program: &gstreamer::Element,
        settings: VideoSettings,
        handed_in: impl Fn(Pts) + Send + Sync + 'static,
        taker: Taker,
    ) -> Result<Self, MediaError> {
        // a slow encoder loses pictures here; the composer and the preview go on
        let queue = gst::queue(4, true)?;
        let x264 = X264 { preset: settings.preset, bitrate: settings.bitrate, threads: 0, buffer: BUFFER }
            .element()?;
        let mut header = None::<Bytes>;
        let sink = gst::sink(
            Some(&avc_caps(Profile::High)),
            move |sample| {
                let avcc = gst::codec_data(sample);
                if avcc.is_some() && avcc != header {
                    header.clone_from(&avcc);
                    taker(Encoded::VideoHeader(avcc.unwrap_or_default()));
                }
                if let Some((pts, data)) = gst::running(sample).zip(gst::bytes(sample)) {
                    taker(Encoded::Picture(AccessUnit { pts, dts: pts, key: gst::is_key(sample), data }));
                }
                Ok(())
            },
            || {},
        );
        let first = gst::add(CHAIN, pipeline, &[&queue, &x264, &sink])?;
        gst::link(CHAIN, program, &first)?;

        let keys = Arc::new(Mutex::new(KeyClock::new(settings.key_interval)));
        let out = queue.static_pad("src").ok_or_else(|| MediaError::build(CHAIN, "no output"))?;
        let halving = Arc::new(Halving::default());
        let (beat, half) = (keys.clone(), halving.clone());
        out.add_probe(gstreamer::PadProbeType::BUFFER, move |pad, info| {
            if let Some(pts) = info.buffer().and_then(|b| b.pts()) {
                let now = Pts::from_nanos(pts.nseconds());
                if half.leaves_out() {
                    handed_in(now);
                    return gst::DROP;
                }
                if beat.lock().due(now) {
                    gst::force_key(pad, now);
                }
                handed_in(now);
            }
            gstreamer::PadProbeReturn::Ok
        });
        Ok(Self { keys, x264, pace: Mutex::new(Pace::full(settings.bitrate)), halving })
    }

    /// Makes more or less from the next picture on.
    pub(crate) fn steer(&self, pace: Pace) {
        let mut now = self.pace.lock();
        if *now == pace {
            return;
        }
        *now = pace;
        self.halving.on.store(pace.half_rate, Ordering::Relaxed);
        video::set_rate(&self.x264, pace.bitrate, BUFFER, pace.half_rate);
    }

    /// Makes the next picture a key frame, so that whoever joins need not wait for the beat.
    pub(crate) fn ask_for_key(&self) {
        self.keys.lock().ask();
    }
}

/// The sound's encoder.
pub(crate) struct Audio {
    source: AppSrc,
}

impl Audio {
    pub(crate) fn add_to(
        pipeline: &gstreamer::Pipeline,
        bitrate: Bitrate,
        taker: Taker,
    ) -> Result<Self, MediaError> {
        let raw = gstreamer::Caps::builder("audio/x-raw")
            .field("format", "F32LE")
            .field("layout", "interleaved")
            .field("rate", AudioFormat::STEREO.rate as i32)
            .field("channels", i32::from(AudioFormat::STEREO.channels))
            .build();
        let source = gst::source(Some(&raw), true);
        let aac = gst::make("avenc_aac")?;
        aac.set_property("bitrate", i32::try_from(bitrate.as_bps()).unwrap_or(128_000));
        let caps = gstreamer::Caps::builder("audio/mpeg")
            .field("mpegversion", 4i32)
            .field("stream-format", "raw")
            .build();
        let mut header = None::<Bytes>;
        let sink = gst::sink(
            Some(&caps),
            move |sample| {
                let config = gst::codec_data(sample);
                if config.is_some() && config != header {
                    header.clone_from(&config);
                    taker(Encoded::AudioHeader(config.unwrap_or_default()));
                }
                if let Some((pts, data)) = gst::running(sample).zip(gst::bytes(sample)) {
                    taker(Encoded::Sound { pts, data });
                }
                Ok(())
            },
            || {},
        );
        let chain = [source.upcast_ref(), &gst::make("audioconvert")?, &aac, &sink];
        gst::add(CHAIN, pipeline, &chain)?;
        Ok(Self { source })
    }

    /// Hands in interleaved stereo that is heard from `pts` on.
    pub(crate) fn push(&self, pts: Pts, stereo: &[f32]) -> Result<(), MediaError> {
        let bytes: Vec<u8> = stereo.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let frames = stereo.len() as u64 / 2;
        let mut buffer = gstreamer::Buffer::from_mut_slice(bytes);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(gstreamer::ClockTime::from_nseconds(pts.as_nanos()));
            let rate = u64::from(AudioFormat::STEREO.rate);
            buffer.set_duration(gstreamer::ClockTime::from_nseconds(frames * 1_000_000_000 / rate));
        }
        self.source.push_buffer(buffer).map(drop).map_err(|e| MediaError::failed(CHAIN, e))
    }
}
