//! Small helpers around GStreamer: start it once, make an element or name what is missing.

use std::sync::OnceLock;

use gstreamer::prelude::*;

use crate::MediaError;

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
