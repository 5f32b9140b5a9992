//! The elements: one decoder, a cascade of scalers, one x264 for each rung.

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
    CHAIN, Config, Output, Shared, SourceCodec, Thumbnails,
    pace::{Pacer, Step},
    scale::scaler,
};
use crate::{
    MediaError,
    encode::{
        Rendition,
        video::{Preset, Profile, X264, avc_caps},
    },
    format::AccessUnit,
    gst,
    time::Pts,
};

/// Raw pictures that wait between two steps: 6 of 1080p are 19 MB.
const MAX_WAITING_PICTURES: u32 = 6;
/// Rate buffer of a rung.
const BUFFER: Duration = Duration::from_secs(1);

pub(super) fn build(
    config: &Config,
    pacer: &Arc<Mutex<Pacer>>,
    shared: &Arc<Shared>,
) -> Result<(gstreamer::Pipeline, AppSrc), MediaError> {
    let pipeline = gstreamer::Pipeline::new();
    watch(&pipeline, shared)?;
    let source = source(config);
    let decoder = decoder(config.codec)?;
    name_colours(&decoder)?;
    pace(&decoder, pacer)?;
    let mut pictures = gst::tee()?;
    match parser(config.codec)? {
        Some(parser) => {
            gst::add(CHAIN, &pipeline, &[source.upcast_ref(), &parser, &decoder, &pictures])?;
        }
        None => {
            gst::add(CHAIN, &pipeline, &[source.upcast_ref(), &decoder, &pictures])?;
        }
    }
    if let Some(thumbnails) = config.thumbnails {
        add_thumbnails(&pipeline, &pictures, thumbnails, shared)?;
    }
    for (rung, rendition) in config.rungs.iter().enumerate() {
        pictures = add_rung(&pipeline, &pictures, rung, rendition, config.preset, shared)?;
    }
    Ok((pipeline, source))
}

fn watch(pipeline: &gstreamer::Pipeline, shared: &Arc<Shared>) -> Result<(), MediaError> {
    let bus = pipeline.bus().ok_or_else(|| MediaError::build(CHAIN, "no bus"))?;
    let shared = Arc::downgrade(shared);
    bus.set_sync_handler(move |_, message| {
        if let gstreamer::MessageView::Error(error) = message.view()
            && let Some(shared) = shared.upgrade()
        {
            let reason = gst::sentence(error);
            let _ = shared.send(Output::Failed(MediaError::Failed { chain: CHAIN, reason }));
        }
        gstreamer::BusSyncReply::Drop
    });
    Ok(())
}

fn source(config: &Config) -> AppSrc {
    let caps = match config.codec {
        SourceCodec::H264 => {
            gstreamer::Caps::builder("video/x-h264").field("stream-format", "avc").field("alignment", "au")
        }
        SourceCodec::H265 => {
            gstreamer::Caps::builder("video/x-h265").field("stream-format", "hvc1").field("alignment", "au")
        }
        SourceCodec::Av1 => gstreamer::Caps::builder("video/x-av1")
            .field("stream-format", "obu-stream")
            .field("alignment", "tu"),
    };
    let caps = caps
        .field("framerate", config.fps.fraction())
        .field("codec_data", gstreamer::Buffer::from_slice(config.record.clone()))
        .build();
    gst::source(Some(&caps), false)
}

fn decoder(codec: SourceCodec) -> Result<gstreamer::Element, MediaError> {
    if codec == SourceCodec::Av1 {
        return gst::make("av1dec");
    }
    let decoder = gst::make(if codec == SourceCodec::H264 { "avdec_h264" } else { "avdec_h265" })?;
    decoder.set_property("max-threads", 1i32);
    decoder.set_property("qos", false);
    Ok(decoder)
}

/// What the decoder must know beyond the configuration record; H.264 needs nothing more.
fn parser(codec: SourceCodec) -> Result<Option<gstreamer::Element>, MediaError> {
    match codec {
        SourceCodec::H264 => Ok(None),
        SourceCodec::H265 => gst::make("h265parse").map(Some),
        SourceCodec::Av1 => gst::make("av1parse").map(Some),
    }
}

/// Says which colours the pictures have when the source does not: those that players assume for its size. Else each
/// scaler would assume them for the size it makes, and convert every picture to them.
fn name_colours(decoder: &gstreamer::Element) -> Result<(), MediaError> {
    const HIGH_DEFINITION: i32 = 720;
    let pad = decoder.static_pad("src").ok_or_else(|| MediaError::build(CHAIN, "decoder without output"))?;
    pad.add_probe(gstreamer::PadProbeType::EVENT_DOWNSTREAM, |_, info| {
        let named = info.event().and_then(|event| {
            let gstreamer::EventView::Caps(event) = event.view() else { return None };
            let found = event.caps().structure(0)?;
            if found.has_field("colorimetry") {
                return None;
            }
            let (width, height) = (found.get::<i32>("width").ok()?, found.get::<i32>("height").ok()?);
            let mut caps = event.caps_owned();
            let colours = if width.min(height) >= HIGH_DEFINITION { "bt709" } else { "bt601" };
            caps.make_mut().set("colorimetry", colours);
            Some(gstreamer::event::Caps::new(&caps))
        });
        if let Some(event) = named {
            info.data = Some(gstreamer::PadProbeData::Event(event));
        }
        gstreamer::PadProbeReturn::Ok
    });
    Ok(())
}

/// Drops, repeats and marks pictures on their way out of the decoder.
fn pace(decoder: &gstreamer::Element, pacer: &Arc<Mutex<Pacer>>) -> Result<(), MediaError> {
    let pad = decoder.static_pad("src").ok_or_else(|| MediaError::build(CHAIN, "decoder without output"))?;
    let pacer = pacer.clone();
    let previous = Mutex::new(None::<gstreamer::Buffer>);
    let repeating = AtomicBool::new(false);
    pad.add_probe(gstreamer::PadProbeType::BUFFER, move |pad, info| {
        if repeating.load(Ordering::Relaxed) {
            return gstreamer::PadProbeReturn::Ok; // a repeated picture passes through here as well
        }
        let Some((buffer, pts)) = info.buffer().and_then(|b| Some((b.clone(), b.pts()?.nseconds()))) else {
            return gst::DROP;
        };
        let step = pacer.lock().step(pts);
        let Step::Encode { repeats, force } = step else { return gst::DROP };
        let before = previous.lock().replace(buffer);
        repeating.store(true, Ordering::Relaxed);
        for repeat in repeats {
            let Some(mut copy) = before.clone() else { break };
            copy.make_mut().set_pts(gstreamer::ClockTime::from_nseconds(repeat));
            if pad.push(copy).is_err() {
                break;
            }
        }
        repeating.store(false, Ordering::Relaxed);
        if force {
            gst::force_key(pad, Pts::from_nanos(pts));
        }
        gstreamer::PadProbeReturn::Ok
    });
    Ok(())
}

/// Scales, encodes and hands out one rung; gives its scaled pictures, from which the next smaller rung is scaled.
///
/// Three threads share the work about evenly, and a picture changes hands as seldom as that allows: one decodes and makes
/// the largest rung's pictures, one encodes those, one does all the rest.
fn add_rung(
    pipeline: &gstreamer::Pipeline,
    pictures: &gstreamer::Element,
    rung: usize,
    rendition: &Rendition,
    preset: Preset,
    shared: &Arc<Shared>,
) -> Result<gstreamer::Element, MediaError> {
    let side = |n: u32| i32::try_from(n).map_err(|_| MediaError::BadSetting(format!("a side of {n} pixels")));
    let caps = gstreamer::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", side(rendition.width)?)
        .field("height", side(rendition.height)?)
        .field("pixel-aspect-ratio", gstreamer::Fraction::new(1, 1))
        .build();
    let scaled = gst::tee()?;
    // a converter has nothing to do for what nearly all sources are
    let scales = [gst::make("videoconvert")?, scaler()?, gst::filter(&caps)?, scaled.clone()];
    let first = add_on(pipeline, rung == 1, &scales)?;
    gst::link(CHAIN, pictures, &first)?;

    let x264 = X264 { preset, bitrate: rendition.bitrate, threads: 1, buffer: BUFFER }.element()?;
    let (on_sample, on_end) = (shared.clone(), shared.clone());
    let mut header = None::<Bytes>;
    let sink = gst::sink(
        Some(&avc_caps(Profile::Main)),
        move |sample| {
            let avcc = gst::codec_data(sample);
            if avcc.is_some() && avcc != header {
                header.clone_from(&avcc);
                on_sample.send(Output::Header { rung, avcc: avcc.unwrap_or_default() })?;
            }
            let unit = access_unit(sample).ok_or(gstreamer::FlowError::Error)?;
            on_sample.last_out[rung].fetch_max(unit.pts.as_nanos(), Ordering::Relaxed);
            on_sample.send(Output::Unit { rung, unit })
        },
        move || on_end.branch_ended(),
    );
    let first = add_on(pipeline, rung == 0, &[x264, sink])?;
    gst::link(CHAIN, &scaled, &first)?;
    Ok(scaled)
}

/// Adds elements, on a thread of their own if that is wanted; gives the first.
fn add_on(
    pipeline: &gstreamer::Pipeline,
    own_thread: bool,
    elements: &[gstreamer::Element],
) -> Result<gstreamer::Element, MediaError> {
    let queue = own_thread.then(|| gst::queue(MAX_WAITING_PICTURES, false)).transpose()?;
    let all: Vec<_> = queue.iter().chain(elements).collect();
    gst::add(CHAIN, pipeline, &all)
}

fn add_thumbnails(
    pipeline: &gstreamer::Pipeline,
    pictures: &gstreamer::Element,
    thumbnails: Thumbnails,
    shared: &Arc<Shared>,
) -> Result<(), MediaError> {
    let width = i32::try_from(thumbnails.width.max(16) & !1).unwrap_or(320);
    let caps = gstreamer::Caps::builder("video/x-raw")
        .field("width", width)
        .field("pixel-aspect-ratio", gstreamer::Fraction::new(1, 1))
        .build();
    let queue = gst::queue(1, true)?;
    thin_out(&queue, thumbnails)?;
    let jpeg = gst::make("jpegenc")?;
    jpeg.set_property("quality", 75i32);
    let (on_sample, on_end) = (shared.clone(), shared.clone());
    let sink = gst::sink(
        None,
        move |sample| match gst::running(sample).zip(gst::bytes(sample)) {
            Some((pts, jpeg)) => on_sample.send(Output::Thumbnail { pts, jpeg }),
            None => Ok(()),
        },
        move || on_end.branch_ended(),
    );
    let chain = [&queue, &gst::scaler(false)?, &gst::filter(&caps)?, &jpeg, &sink];
    let first = gst::add(CHAIN, pipeline, &chain)?;
    gst::link(CHAIN, pictures, &first)
}

/// Lets one picture in `every` into the queue.
fn thin_out(queue: &gstreamer::Element, thumbnails: Thumbnails) -> Result<(), MediaError> {
    let pad = queue.static_pad("sink").ok_or_else(|| MediaError::build(CHAIN, "queue without input"))?;
    let every = u64::try_from(thumbnails.every.as_nanos()).unwrap_or(u64::MAX);
    let next = Mutex::new(0u64);
    pad.add_probe(gstreamer::PadProbeType::BUFFER, move |_, info| {
        let pts = info.buffer().and_then(|b| b.pts()).map_or(0, gstreamer::ClockTime::nseconds);
        let mut next = next.lock();
        if pts < *next {
            return gst::DROP;
        }
        *next = pts.saturating_add(every);
        gstreamer::PadProbeReturn::Ok
    });
    Ok(())
}

/// The encoded picture of a sample; without B-frames it is decoded when it is shown.
fn access_unit(sample: &gstreamer::Sample) -> Option<AccessUnit> {
    let pts = gst::running(sample)?;
    Some(AccessUnit { pts, dts: pts, key: gst::is_key(sample), data: gst::bytes(sample)? })
}
