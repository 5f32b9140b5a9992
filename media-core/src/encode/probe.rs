//! What this machine can do.

use crate::{MediaError, gst};

/// Elements that a live pipeline is made of.
const LIVE: [&str; 14] = [
    "appsrc",
    "appsink",
    "audioconvert",
    "audioresample",
    "avenc_aac",
    "capsfilter",
    "compositor",
    "jpegenc",
    "playbin",
    "queue",
    "rsvgdec",
    "tee",
    "videoconvertscale",
    "x264enc",
];

/// Checks that everything is installed that a live pipeline needs.
///
/// # Errors
/// [`MediaError::MissingPlugin`] for the first that is not.
pub fn live() -> Result<(), MediaError> {
    gst::init()?;
    LIVE.into_iter().try_for_each(|element| gst::make(element).map(drop))
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_machine_can_go_live() {
        super::live().unwrap();
    }
}
