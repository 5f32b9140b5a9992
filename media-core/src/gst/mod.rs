//! Small helpers around GStreamer: start it once, make an element or name what is missing.

use std::sync::OnceLock;

use bytes::Bytes;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSinkCallbacks, AppSrc};

use crate::{MediaError, time::Pts};

/// What a probe answers to drop a buffer. With the binding's own `Drop` GStreamer 1.22 complains of a buffer that is not there, for the
/// binding has freed it already.
pub(crate) const DROP: gstreamer::PadProbeReturn = gstreamer::PadProbeReturn::Handled;

/// Starts GStreamer, once per process.
pub(crate) fn init() -> Result<(), MediaError> {
    static STARTED: OnceLock<Result<(), String>> = OnceLock::new();
    STARTED.get_or_init(|| gstreamer::init().map_err(|e| e.to_string())).clone().map_err(MediaError::Start)
}

/// Makes an element, or names the package that is missing.
pub(crate) fn make(factory: &str) -> Result<gstreamer::Element, MediaError> {
    gstreamer::ElementFactory::make(factory)
        .build()
        .map_err(|_| MediaError::MissingPlugin { element: factory.to_owned(), package: package_of(factory) })
}

/// Adds a chain of elements and links it; gives its first.
pub(crate) fn add(
    chain: &'static str,
    bin: &impl IsA<gstreamer::Bin>,
    elements: &[&gstreamer::Element],
) -> Result<gstreamer::Element, MediaError> {
    bin.as_ref().add_many(elements).map_err(|e| MediaError::build(chain, e))?;
    gstreamer::Element::link_many(elements).map_err(|e| MediaError::build(chain, e))?;
    elements.first().map(|first| (*first).clone()).ok_or_else(|| MediaError::build(chain, "an empty chain"))
}

/// Links two elements that have been added.
pub(crate) fn link(
    chain: &'static str,
    from: &gstreamer::Element,
    to: &gstreamer::Element,
) -> Result<(), MediaError> {
    from.link(to).map_err(|e| MediaError::build(chain, e))
}

/// A filter that lets only `caps` through.
pub(crate) fn filter(caps: &gstreamer::Caps) -> Result<gstreamer::Element, MediaError> {
    let filter = make("capsfilter")?;
    filter.set_property("caps", caps);
    Ok(filter)
}

/// A queue of `buffers` buffers; a leaky one drops the oldest rather than hold anybody up.
pub(crate) fn queue(buffers: u32, leaky: bool) -> Result<gstreamer::Element, MediaError> {
    let queue = make("queue")?;
    queue.set_property("max-size-buffers", buffers);
    queue.set_property("max-size-bytes", 0u32);
    queue.set_property("max-size-time", 0u64);
    if leaky {
        queue.set_property_from_str("leaky", "downstream");
    }
    Ok(queue)
}

/// Converts and scales on one thread.
pub(crate) fn scaler(add_borders: bool) -> Result<gstreamer::Element, MediaError> {
    let scaler = make("videoconvertscale")?;
    scaler.set_property("n-threads", 1u32);
    scaler.set_property("add-borders", add_borders);
    Ok(scaler)
}

/// A tee that may have no branch.
pub(crate) fn tee() -> Result<gstreamer::Element, MediaError> {
    let tee = make("tee")?;
    tee.set_property("allow-not-linked", true);
    Ok(tee)
}

/// A sink that hands each sample to `taker` at once, and says when the stream has ended.
pub(crate) fn sink(
    caps: Option<&gstreamer::Caps>,
    mut taker: impl FnMut(&gstreamer::Sample) -> Result<(), gstreamer::FlowError> + Send + 'static,
    mut ended: impl FnMut() + Send + 'static,
) -> gstreamer::Element {
    let sink = AppSink::builder().sync(false).async_(false).build();
    sink.set_caps(caps);
    sink.set_callbacks(
        AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| gstreamer::FlowError::Eos)?;
                taker(&sample).map(|()| gstreamer::FlowSuccess::Ok)
            })
            .eos(move |_| ended())
            .build(),
    );
    sink.upcast()
}

/// The moment of a sample on the pipeline's timeline. x264enc shifts its times by 1000 hours and the segment with them; the running
/// time is what went in.
pub(crate) fn running(sample: &gstreamer::Sample) -> Option<Pts> {
    let segment = sample.segment()?.downcast_ref::<gstreamer::ClockTime>()?;
    let running = segment.to_running_time(sample.buffer()?.pts()?)?;
    Some(Pts::from_nanos(running.nseconds()))
}

/// A copy of a sample's bytes.
pub(crate) fn bytes(sample: &gstreamer::Sample) -> Option<Bytes> {
    let map = sample.buffer()?.map_readable().ok()?;
    Some(Bytes::copy_from_slice(map.as_slice()))
}

/// True for a picture that decoding can start at.
pub(crate) fn is_key(sample: &gstreamer::Sample) -> bool {
    sample.buffer().is_some_and(|b| !b.flags().contains(gstreamer::BufferFlags::DELTA_UNIT))
}

/// The decoder configuration in a sample's caps.
pub(crate) fn codec_data(sample: &gstreamer::Sample) -> Option<Bytes> {
    let buffer = sample.caps()?.structure(0)?.get::<gstreamer::Buffer>("codec_data").ok()?;
    let map = buffer.map_readable().ok()?;
    Some(Bytes::copy_from_slice(map.as_slice()))
}

/// An input of the caller's own pictures or sound on the pipeline's timeline.
pub(crate) fn source(caps: Option<&gstreamer::Caps>, live: bool) -> AppSrc {
    let mut source = AppSrc::builder().format(gstreamer::Format::Time).is_live(live).max_bytes(0);
    if let Some(caps) = caps {
        source = source.caps(caps);
    }
    source.build()
}

/// Asks the encoder behind `pad` to make the picture at `pts`, which comes next, a key frame.
///
/// Never ask for an encoder's first picture, which is one by itself: GStreamer 1.22 notes that request at +1000 hours (x264enc's shift of
/// time stamps) and ignores every later one.
pub(crate) fn force_key(pad: &gstreamer::Pad, pts: Pts) {
    let event = gstreamer_video::DownstreamForceKeyUnitEvent::builder()
        .running_time(gstreamer::ClockTime::from_nseconds(pts.as_nanos()))
        .all_headers(true)
        .build();
    pad.push_event(event);
}

/// One sentence from an error message of the bus.
pub(crate) fn sentence(error: &gstreamer::message::Error) -> String {
    let from = error.src().map(|s| s.name().to_string()).unwrap_or_default();
    let debug = error.debug().unwrap_or_default();
    let detail = debug.lines().last().unwrap_or_default().trim();
    if detail.is_empty() || detail.starts_with('.') {
        format!("{} ({from})", error.error())
    } else {
        format!("{} ({from}: {detail})", error.error())
    }
}

fn package_of(factory: &str) -> &'static str {
    match factory {
        "x264enc" => "gstreamer1.0-plugins-ugly",
        "avdec_h264" | "avenc_aac" => "gstreamer1.0-libav",
        "h264parse" | "voaacenc" | "rsvgdec" | "rsvgoverlay" => "gstreamer1.0-plugins-bad",
        "level" | "jpegenc" | "jpegdec" | "pngdec" | "flvmux" | "gdkpixbufdec" => "gstreamer1.0-plugins-good",
        _ => "gstreamer1.0-plugins-base",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_plugin_is_named_with_its_package() {
        init().unwrap();
        let error = make("nosuchelement").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the media plugin `nosuchelement` is missing; install the package gstreamer1.0-plugins-base"
        );
    }
}
