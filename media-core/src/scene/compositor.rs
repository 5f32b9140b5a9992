//! Draws the scene: the source underneath, a lower third over it, on a steady grid of pictures.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use gstreamer::prelude::*;
use gstreamer_app::AppSrc;
use gstreamer_video::{VideoFormat as RawFormat, VideoFrameFlags, VideoInfo, VideoMeta};
use parking_lot::Mutex;

use super::{lip_sync::LipSync, lip_test::LipTest, lower_third, model::Scene, overlay::Overlay};
use crate::{
    MediaError,
    capture::{Door, Frame, Picture, Pixels},
    format::VideoFormat,
    gst,
    time::Pts,
};

const CHAIN: &str = "compositor";
/// BT.709 in limited range: what players assume of H.264.
const COLOR: &str = "bt709";
/// A picture that is composed so much after its time is too late: the next ones are left out until time is caught up with.
const TOO_LATE: Duration = Duration::from_millis(250);
/// Pictures are kept so much longer than they have to wait.
const SLOW: Duration = Duration::from_millis(120);
/// At most so many pictures wait: a second of a quick camera.
const MOST_PICTURES: u64 = 64;

/// The picture side of a scene, inside a pipeline.
pub(crate) struct Compositor {
    canvas: VideoFormat,
    pipeline: gstreamer::glib::WeakRef<gstreamer::Pipeline>,
    source: AppSrc,
    overlay: Arc<Mutex<Overlay>>,
    /// The finished pictures: I420 at the canvas size and rate.
    pub program: gstreamer::Element,
}

impl Compositor {
    /// Adds the compositor to a pipeline.
    pub(crate) fn add_to(pipeline: &gstreamer::Pipeline, canvas: VideoFormat) -> Result<Self, MediaError> {
        let source = gst::source(None, true);
        source.set_max_buffers(MOST_PICTURES);
        set_patience(&source, Duration::ZERO);
        source.set_leaky_type(gstreamer_app::AppLeakyType::Downstream);
        let mixer = gst::make("compositor")?;
        // with "ignore-inactive-pads" it would end the stream when no layer has a picture yet
        mixer.set_property_from_str("background", "black");
        let program = gst::tee()?;
        // A picture that comes as I420 at the canvas size is copied once and never converted.
        gst::add(CHAIN, pipeline, &[&mixer, &gst::filter(&raw(canvas, true))?, &program])?;
        let fitted = gst::filter(&raw(canvas, false))?;
        gst::add(CHAIN, pipeline, &[source.upcast_ref(), &gst::scaler(true)?, &fitted])?;
        gst::link(CHAIN, &fitted, &mixer)?;

        let overlay = Arc::new(Mutex::new(Overlay::new()));
        lay_over(&mixer, canvas, &overlay)?;
        keep_up(&mixer, pipeline)?;
        Ok(Self { canvas, pipeline: pipeline.downgrade(), source, overlay, program })
    }

    /// A new way in for a source, whose pictures stay with the sound that `sync` follows and are noted by `test`. `arrived` is told of
    /// each picture that got in, on the source's thread.
    pub(crate) fn door(
        &self,
        sync: &Arc<LipSync>,
        test: Option<&Arc<LipTest>>,
        arrived: impl Fn() + Send + Sync + 'static,
    ) -> Door {
        let (source, pipeline, sync, test) =
            (self.source.clone(), self.pipeline.clone(), sync.clone(), test.cloned());
        let patience = Mutex::new(Duration::ZERO);
        Door::new(Arc::new(move |picture| {
            let Some(now) = pipeline.upgrade().and_then(|p| p.current_running_time()) else { return };
            let here = Instant::now();
            let seen = picture.seen().unwrap_or(here);
            if let (Some(test), Picture::Frame(frame)) = (&test, &picture) {
                test.picture(frame, seen);
            }
            let delay = sync.delay(seen, here);
            let waits = delay.saturating_sub(here.saturating_duration_since(seen));
            {
                let mut known = patience.lock();
                if known.abs_diff(waits) > Duration::from_millis(5) {
                    set_patience(&source, waits);
                    *known = waits;
                }
            }
            let Some((mut buffer, caps)) = unpack(picture) else { return };
            let stamped = buffer.make_mut();
            stamped.set_pts(now + gstreamer::ClockTime::from_nseconds(nanos(waits)));
            stamped.set_dts(gstreamer::ClockTime::NONE);
            stamped.set_duration(gstreamer::ClockTime::NONE);
            let sample = gstreamer::Sample::builder().buffer(&buffer).caps(&caps).build();
            match source.push_sample(&sample) {
                Ok(_) => arrived(),
                Err(error) => tracing::debug!(%error, "a picture came after the end"),
            }
        }))
    }

    /// Shows one picture in the source's place until the source brings another.
    pub(crate) fn stand_in(&self, picture: Picture) {
        let (Some(now), Some((mut buffer, caps))) = (self.now(), unpack(picture)) else { return };
        let stamped = buffer.make_mut();
        stamped.set_pts(gstreamer::ClockTime::from_nseconds(now.as_nanos()));
        stamped.set_duration(gstreamer::ClockTime::NONE);
        let sample = gstreamer::Sample::builder().buffer(&buffer).caps(&caps).build();
        if let Err(error) = self.source.push_sample(&sample) {
            tracing::debug!(%error, "the still came after the end");
        }
    }

    /// Shows `scene`: draws its lower third, or lets the one that is there go. Blocks while drawing.
    pub(crate) fn show(&self, scene: &Scene) -> Result<(), MediaError> {
        let now = self.now().ok_or(MediaError::Stopped)?;
        let Some((layer, card)) = scene.lower_third() else {
            self.overlay.lock().leave(now);
            return Ok(());
        };
        let rect = layer.place.on(self.canvas);
        let drawing = lower_third::draw(card, rect)?;
        let now = self.now().ok_or(MediaError::Stopped)?;
        self.overlay.lock().put(drawing, rect, layer.opacity, now)
    }

    fn now(&self) -> Option<Pts> {
        let now = self.pipeline.upgrade()?.current_running_time()?;
        Some(Pts::from_nanos(now.nseconds()))
    }
}

/// Pictures as the encoder takes them.
fn raw(canvas: VideoFormat, paced: bool) -> gstreamer::Caps {
    let side = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let mut caps = gstreamer::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", side(canvas.width))
        .field("height", side(canvas.height))
        .field("pixel-aspect-ratio", gstreamer::Fraction::new(1, 1))
        .field("colorimetry", COLOR);
    if paced {
        caps = caps.field("framerate", canvas.fps.fraction());
    }
    caps.build()
}

/// Draws the overlay into each picture that is finished.
fn lay_over(
    mixer: &gstreamer::Element,
    canvas: VideoFormat,
    overlay: &Arc<Mutex<Overlay>>,
) -> Result<(), MediaError> {
    let out = mixer.static_pad("src").ok_or_else(|| MediaError::build(CHAIN, "no output"))?;
    let info = VideoInfo::builder(RawFormat::I420, canvas.width, canvas.height)
        .build()
        .map_err(|e| MediaError::build(CHAIN, e))?;
    let overlay = overlay.clone();
    out.add_probe(gstreamer::PadProbeType::BUFFER, move |_, probe| {
        if let Some(picture) = probe.buffer_mut()
            && let Some(pts) = picture.pts()
        {
            overlay.lock().draw(picture, &info, Pts::from_nanos(pts.nseconds()));
        }
        gstreamer::PadProbeReturn::Ok
    });
    Ok(())
}

/// Leaves pictures out when composing takes longer than a picture lasts: pictures never fall behind the sound. Nothing downstream waits
/// for a clock, so nobody else would tell the mixer that it is late.
fn keep_up(mixer: &gstreamer::Element, pipeline: &gstreamer::Pipeline) -> Result<(), MediaError> {
    let out = mixer.static_pad("src").ok_or_else(|| MediaError::build(CHAIN, "no output"))?;
    let pipeline = pipeline.downgrade();
    out.add_probe(gstreamer::PadProbeType::BUFFER, move |pad, info| {
        let now = pipeline.upgrade().and_then(|p| p.current_running_time());
        if let Some((pts, now)) = info.buffer().and_then(|b| b.pts()).zip(now) {
            let late = now.nseconds().saturating_sub(pts.nseconds());
            if u128::from(late) > TOO_LATE.as_nanos() {
                let late = i64::try_from(late).unwrap_or(i64::MAX);
                pad.send_event(gstreamer::event::Qos::new(gstreamer::QOSType::Underflow, 1.0, late, pts));
            }
        }
        gstreamer::PadProbeReturn::Ok
    });
    Ok(())
}

/// Lets pictures wait for their time, and a little longer on a slow machine before the oldest is left out.
fn set_patience(source: &AppSrc, waits: Duration) {
    source.set_max_time(gstreamer::ClockTime::from_nseconds(nanos(waits + SLOW)));
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A buffer of ours to stamp, and its caps without a rate.
fn unpack(picture: Picture) -> Option<(gstreamer::Buffer, gstreamer::Caps)> {
    match picture {
        Picture::Frame(frame) => pack(frame),
        Picture::Sample(sample) => {
            let mut caps = sample.caps_owned()?;
            caps.make_mut().set("framerate", gstreamer::Fraction::new(0, 1));
            Some((sample.buffer_owned()?, caps))
        }
    }
}

fn pack(frame: Frame) -> Option<(gstreamer::Buffer, gstreamer::Caps)> {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let (format, strides, offsets) = match frame.pixels {
        Pixels::Ayuv => (RawFormat::Ayuv, vec![width * 4], vec![0]),
        Pixels::Yuy2 => (RawFormat::Yuy2, vec![width * 2], vec![0]),
        Pixels::Nv12 => (RawFormat::Nv12, vec![width, width], vec![0, width * height]),
        Pixels::Rgb => (RawFormat::Rgb, vec![width * 3], vec![0]),
        Pixels::Bgr => (RawFormat::Bgr, vec![width * 3], vec![0]),
        Pixels::Gray => (RawFormat::Gray8, vec![width], vec![0]),
    };
    // a driver that hands over less than a picture
    if frame.data.len() < frame.pixels.bytes(frame.width, frame.height)? {
        return None;
    }
    let mut caps = gstreamer::Caps::builder("video/x-raw")
        .field("format", format.to_str())
        .field("width", i32::try_from(width).ok()?)
        .field("height", i32::try_from(height).ok()?)
        .field("pixel-aspect-ratio", gstreamer::Fraction::new(1, 1))
        .field("framerate", gstreamer::Fraction::new(0, 1));
    if let Some(color) = frame.color {
        caps = caps.field("colorimetry", color);
    }
    let strides: Vec<i32> = strides.into_iter().map(i32::try_from).collect::<Result<_, _>>().ok()?;
    let mut buffer = gstreamer::Buffer::from_mut_slice(frame.data);
    VideoMeta::add_full(
        buffer.get_mut()?,
        VideoFrameFlags::empty(),
        format,
        frame.width,
        frame.height,
        &offsets,
        &strides,
    )
    .ok()?;
    Some((buffer, caps.build()))
}
