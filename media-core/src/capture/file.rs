//! A media file, played over and over at its own pace, with its sound.

use std::{path::Path, sync::Arc, time::Instant};

use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSinkCallbacks};
use parking_lot::Mutex;

use super::{Door, Lost, Picture, spawn};
use crate::{
    MediaError, gst,
    scene::strip::{RATE, Strip},
};

const CHAIN: &str = "file player";

/// Plays `path` into `door` and `sound` until the door closes.
pub(crate) fn start(
    path: &Path,
    door: &Door,
    sound: &Arc<Mutex<Strip>>,
    lost: Lost,
) -> Result<(), MediaError> {
    gst::init()?;
    let unusable = |reason: String| MediaError::Device { device: path.display().to_string(), reason };
    let path = path.canonicalize().map_err(|e| unusable(e.to_string()))?;
    let uri = gstreamer::glib::filename_to_uri(&path, None).map_err(|e| unusable(e.to_string()))?;
    let player = gst::make("playbin")?;
    player.set_property("uri", uri);
    player.set_property_from_str("flags", "video+audio");
    player.set_property("video-sink", picture_sink(door));
    player.set_property("audio-sink", sound_sink(door, sound)?);
    bound_threads(&player);
    let door = door.clone();
    spawn("file-player", move || {
        if let Some(reason) = play(&player, &door)
            && door.is_open()
        {
            door.close();
            lost(reason);
        }
        if let Err(error) = player.set_state(gstreamer::State::Null) {
            tracing::warn!(%error, "file player did not stop");
        }
    })
}

/// Bounds the threads of the picture's decoder, for each holds pictures of its own: on a large machine they are a hundred megabytes.
fn bound_threads(player: &gstreamer::Element) {
    player.connect("element-setup", false, |values| {
        let element = values.get(1)?.get::<gstreamer::Element>().ok()?;
        if element.has_property("max-threads") {
            let decoder = element.downgrade();
            // it asks for the number when it is told what it gets
            element.static_pad("sink")?.add_probe(
                gstreamer::PadProbeType::EVENT_DOWNSTREAM,
                move |_, probe| {
                    if let Some(gstreamer::EventView::Caps(caps)) = probe.event().map(|event| event.view())
                        && let Some(decoder) = decoder.upgrade()
                    {
                        decoder.set_property("max-threads", threads_for(caps.caps()));
                    }
                    gstreamer::PadProbeReturn::Ok
                },
            );
        }
        None
    });
}

/// One thread decodes what a show usually is many times faster than it plays.
fn threads_for(caps: &gstreamer::CapsRef) -> i32 {
    const USUAL: i64 = 1920 * 1088 * 30;
    const MOST: i32 = 4;
    let pixels = caps.structure(0).and_then(|s| {
        let (width, height) = (s.get::<i32>("width").ok()?, s.get::<i32>("height").ok()?);
        let rate = s.get::<gstreamer::Fraction>("framerate").ok().filter(|rate| rate.numer() > 0)?;
        Some(i64::from(width) * i64::from(height) * i64::from(rate.numer()) / i64::from(rate.denom()))
    });
    if pixels.is_some_and(|pixels| pixels <= USUAL) {
        return 1;
    }
    std::thread::available_parallelism().map_or(1, |n| i32::try_from(n.get()).unwrap_or(MOST)).min(MOST)
}

/// Plays until the door closes; gives the reason when it is the file that ends it.
fn play(player: &gstreamer::Element, door: &Door) -> Option<String> {
    let bus = player.bus()?;
    if player.set_state(gstreamer::State::Playing).is_err() {
        return Some("it cannot be played".to_owned());
    }
    let mut rounds = 0;
    while door.is_open() {
        let Some(message) = bus.timed_pop(gstreamer::ClockTime::from_mseconds(100)) else { continue };
        match message.view() {
            gstreamer::MessageView::Eos(_) => {
                rounds += 1;
                tracing::debug!(rounds, "file starts again");
                let flags = gstreamer::SeekFlags::FLUSH | gstreamer::SeekFlags::KEY_UNIT;
                if player.seek_simple(flags, gstreamer::ClockTime::ZERO).is_err() {
                    return Some("it cannot be played again from the start".to_owned());
                }
            }
            gstreamer::MessageView::Error(error) => return Some(gst::sentence(error)),
            _ => {}
        }
    }
    None
}

fn picture_sink(door: &Door) -> AppSink {
    let caps = gstreamer::Caps::builder("video/x-raw").build();
    let sink = AppSink::builder().caps(&caps).sync(true).max_buffers(2).build();
    take_padded(&sink);
    let door = door.clone();
    sink.set_callbacks(
        AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| gstreamer::FlowError::Eos)?;
                door.take(Picture::Sample(sample));
                Ok(gstreamer::FlowSuccess::Ok)
            })
            .build(),
    );
    sink
}

/// Says to the decoder that pictures may come as it keeps them, with padded rows: else it copies each into a plain one.
fn take_padded(sink: &AppSink) {
    let Some(pad) = sink.static_pad("sink") else { return };
    pad.add_probe(gstreamer::PadProbeType::QUERY_DOWNSTREAM, |_, probe| {
        if let Some(query) = probe.query_mut()
            && let gstreamer::QueryViewMut::Allocation(allocation) = query.view_mut()
        {
            allocation.add_allocation_meta::<gstreamer_video::VideoMeta>(None);
            return gstreamer::PadProbeReturn::Handled;
        }
        gstreamer::PadProbeReturn::Ok
    });
}

/// `audioconvert ! audioresample ! appsink`, in the format of the mix.
fn sound_sink(door: &Door, sound: &Arc<Mutex<Strip>>) -> Result<gstreamer::Bin, MediaError> {
    let caps = gstreamer::Caps::builder("audio/x-raw")
        .field("format", "F32LE")
        .field("layout", "interleaved")
        .field("rate", RATE as i32)
        .field("channels", 2i32)
        .build();
    let sink = AppSink::builder().caps(&caps).sync(true).max_buffers(8).build();
    let (door, sound) = (door.clone(), sound.clone());
    sink.set_callbacks(
        AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| gstreamer::FlowError::Eos)?;
                if let Some(map) = sample.buffer().and_then(|b| b.map_readable().ok())
                    && door.is_open()
                {
                    let samples: Vec<f32> =
                        map.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
                    // handed over when its first frame is due
                    sound.lock().push(&samples, 2, RATE, Instant::now());
                }
                Ok(gstreamer::FlowSuccess::Ok)
            })
            .build(),
    );
    let bin = gstreamer::Bin::new();
    let (convert, resample) = (gst::make("audioconvert")?, gst::make("audioresample")?);
    gst::add(CHAIN, &bin, &[&convert, &resample, sink.upcast_ref()])?;
    let pad = convert.static_pad("sink").ok_or_else(|| MediaError::build(CHAIN, "no input"))?;
    let ghost = gstreamer::GhostPad::with_target(&pad).map_err(|e| MediaError::build(CHAIN, e))?;
    bin.add_pad(&ghost).map_err(|e| MediaError::build(CHAIN, e))?;
    Ok(bin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threads(width: i32, height: i32, rate: Option<i32>) -> i32 {
        gst::init().unwrap();
        let mut caps = gstreamer::Caps::builder("video/x-h264").field("width", width).field("height", height);
        if let Some(rate) = rate {
            caps = caps.field("framerate", gstreamer::Fraction::new(rate, 1));
        }
        threads_for(&caps.build())
    }

    #[test]
    fn a_usual_file_has_one_thread_and_a_large_one_never_more_than_four() {
        let many = std::thread::available_parallelism().unwrap().get().min(4) as i32;
        assert_eq!(threads(1280, 720, Some(30)), 1);
        assert_eq!(threads(1920, 1080, Some(30)), 1);
        assert_eq!(threads(3840, 2160, Some(30)), many);
        assert_eq!(threads(1920, 1080, Some(60)), many);
        assert_eq!(threads(1280, 720, Some(0)), many, "nobody knows how quick it is");
        assert_eq!(threads(1280, 720, None), many);
    }
}
