//! The elements: one decoder, a cascade of scalers, one x264 for each rung.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSinkCallbacks, AppSrc};
use parking_lot::Mutex;

use super::{
    CHAIN, Config, Output, Shared, Thumbnails,
    pace::{Pacer, Step},
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

pub(super) fn build(
    config: &Config,
    pacer: &Arc<Mutex<Pacer>>,
    shared: &Arc<Shared>,
) -> Result<(gstreamer::Pipeline, AppSrc), MediaError> {
    let pipeline = gstreamer::Pipeline::new();
    watch(&pipeline, shared)?;
    let source = source(config);
    let decoder = gst::make("avdec_h264")?;
    decoder.set_property("max-threads", 1i32);
    decoder.set_property("qos", false);
    pace(&decoder, pacer)?;
    let mut pictures = tee()?;
    add(&pipeline, &[source.upcast_ref(), &decoder, &pictures])?;
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
    let caps = gstreamer::Caps::builder("video/x-h264")
        .field("stream-format", "avc")
        .field("alignment", "au")
        .field("framerate", config.fps.fraction())
        .field("codec_data", gstreamer::Buffer::from_slice(config.avcc.clone()))
        .build();
    AppSrc::builder().caps(&caps).format(gstreamer::Format::Time).max_bytes(0).build()
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
            return gstreamer::PadProbeReturn::Drop;
        };
        let step = pacer.lock().step(pts);
        let Step::Encode { repeats, force } = step else { return gstreamer::PadProbeReturn::Drop };
        let before = previous.lock().replace(buffer);
        repeating.store(true, Ordering::Relaxed);
        for repeat in repeats {
            let Some(mut copy) = before.clone() else { break };
            copy.make_mut().set_pts(gstreamer::ClockTime::from_nseconds(repeat.pts));
            if repeat.force {
                force_key(pad, repeat.pts);
            }
            if pad.push(copy).is_err() {
                break;
            }
        }
        repeating.store(false, Ordering::Relaxed);
        if force {
            force_key(pad, pts);
        }
        gstreamer::PadProbeReturn::Ok
    });
    Ok(())
}

fn force_key(pad: &gstreamer::Pad, pts: u64) {
    let event = gstreamer_video::DownstreamForceKeyUnitEvent::builder()
        .running_time(gstreamer::ClockTime::from_nseconds(pts))
        .all_headers(true)
        .build();
    pad.push_event(event);
}

/// Scales, encodes and hands out one rung; gives its scaled pictures, from which the next smaller rung is scaled.
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
    let scaled = tee()?;
    add(pipeline, &[&queue()?, &scaler()?, &filter(&caps)?, &scaled])
        .and_then(|first| link(pictures, &first))?;

    let x264 = X264 { preset, bitrate: rendition.bitrate, key_interval: None, threads: 1 }.element()?;
    let sink = AppSink::builder().caps(&avc_caps(Profile::Main)).sync(false).async_(false).build();
    let (on_sample, on_end) = (shared.clone(), shared.clone());
    let mut header = None::<Bytes>;
    sink.set_callbacks(
        AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| gstreamer::FlowError::Eos)?;
                let avcc = sample.caps().and_then(codec_data);
                if avcc.is_some() && avcc != header {
                    header.clone_from(&avcc);
                    let avcc = avcc.unwrap_or_default();
                    on_sample.send(Output::Header { rung, avcc })?;
                }
                let unit = access_unit(&sample).ok_or(gstreamer::FlowError::Error)?;
                on_sample.last_out[rung].fetch_max(unit.pts.as_nanos(), Ordering::Relaxed);
                on_sample.send(Output::Unit { rung, unit })
            })
            .eos(move |_| on_end.branch_ended())
            .build(),
    );
    add(pipeline, &[&queue()?, &x264, sink.upcast_ref()]).and_then(|first| link(&scaled, &first))?;
    Ok(scaled)
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
    let queue = gst::make("queue")?;
    queue.set_property("max-size-buffers", 1u32);
    queue.set_property_from_str("leaky", "downstream");
    thin_out(&queue, thumbnails)?;
    let jpeg = gst::make("jpegenc")?;
    jpeg.set_property("quality", 75i32);
    let sink = AppSink::builder().sync(false).async_(false).build();
    let (on_sample, on_end) = (shared.clone(), shared.clone());
    sink.set_callbacks(
        AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| gstreamer::FlowError::Eos)?;
                let Some((pts, jpeg)) = running(&sample).zip(bytes(&sample)) else {
                    return Ok(gstreamer::FlowSuccess::Ok);
                };
                on_sample.send(Output::Thumbnail { pts, jpeg })
            })
            .eos(move |_| on_end.branch_ended())
            .build(),
    );
    add(pipeline, &[&queue, &scaler()?, &filter(&caps)?, &jpeg, sink.upcast_ref()])
        .and_then(|first| link(pictures, &first))
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
            return gstreamer::PadProbeReturn::Drop;
        }
        *next = pts.saturating_add(every);
        gstreamer::PadProbeReturn::Ok
    });
    Ok(())
}

/// The encoded picture of a sample. x264enc shifts times by 1000 hours and the segment with them: the running time is what went in.
fn access_unit(sample: &gstreamer::Sample) -> Option<AccessUnit> {
    let pts = running(sample)?;
    let key = !sample.buffer()?.flags().contains(gstreamer::BufferFlags::DELTA_UNIT);
    Some(AccessUnit { pts, dts: pts, key, data: bytes(sample)? })
}

fn running(sample: &gstreamer::Sample) -> Option<Pts> {
    let segment = sample.segment()?.downcast_ref::<gstreamer::ClockTime>()?;
    let running = segment.to_running_time(sample.buffer()?.pts()?)?;
    Some(Pts::from_nanos(running.nseconds()))
}

fn bytes(sample: &gstreamer::Sample) -> Option<Bytes> {
    let map = sample.buffer()?.map_readable().ok()?;
    Some(Bytes::copy_from_slice(map.as_slice()))
}

fn codec_data(caps: &gstreamer::CapsRef) -> Option<Bytes> {
    let buffer = caps.structure(0)?.get::<gstreamer::Buffer>("codec_data").ok()?;
    let map = buffer.map_readable().ok()?;
    Some(Bytes::copy_from_slice(map.as_slice()))
}

fn tee() -> Result<gstreamer::Element, MediaError> {
    let tee = gst::make("tee")?;
    tee.set_property("allow-not-linked", true);
    Ok(tee)
}

fn queue() -> Result<gstreamer::Element, MediaError> {
    let queue = gst::make("queue")?;
    queue.set_property("max-size-buffers", MAX_WAITING_PICTURES);
    queue.set_property("max-size-bytes", 0u32);
    queue.set_property("max-size-time", 0u64);
    Ok(queue)
}

fn scaler() -> Result<gstreamer::Element, MediaError> {
    let scaler = gst::make("videoconvertscale")?;
    scaler.set_property("n-threads", 1u32);
    scaler.set_property("add-borders", false);
    Ok(scaler)
}

fn filter(caps: &gstreamer::Caps) -> Result<gstreamer::Element, MediaError> {
    let filter = gst::make("capsfilter")?;
    filter.set_property("caps", caps);
    Ok(filter)
}

/// Adds a chain and links it; gives its first element.
fn add(
    pipeline: &gstreamer::Pipeline,
    chain: &[&gstreamer::Element],
) -> Result<gstreamer::Element, MediaError> {
    pipeline.add_many(chain).map_err(|e| MediaError::build(CHAIN, e))?;
    gstreamer::Element::link_many(chain).map_err(|e| MediaError::build(CHAIN, e))?;
    chain.first().map(|first| (*first).clone()).ok_or_else(|| MediaError::build(CHAIN, "an empty chain"))
}

fn link(from: &gstreamer::Element, to: &gstreamer::Element) -> Result<(), MediaError> {
    from.link(to).map_err(|e| MediaError::build(CHAIN, e))
}
