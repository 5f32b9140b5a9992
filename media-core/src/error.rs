//! What can go wrong with picture and sound, and whose it is to mend.

/// An error of this crate. Each variant says who can mend it.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The media library could not start: an installation is broken.
    #[error("GStreamer could not start: {0}")]
    Start(String),

    /// An element is not installed. The operator can install the package.
    #[error("the media plugin `{element}` is missing; install the package {package}")]
    MissingPlugin {
        /// The element's name.
        element: String,
        /// The Debian package that brings it.
        package: &'static str,
    },

    /// A chain of elements could not be put together or started: a fault of ours or of an installation.
    #[error("the media chain `{chain}` could not be built: {reason}")]
    Build {
        /// What was being built.
        chain: &'static str,
        /// What the library said.
        reason: String,
    },

    /// A running chain failed.
    #[error("the media chain `{chain}` failed: {reason}")]
    Failed {
        /// Which one.
        chain: &'static str,
        /// What the library said.
        reason: String,
    },

    /// The caller handed over bytes that are not what they should be.
    #[error("bad media data: {0}")]
    BadData(&'static str),

    /// A setting of the caller makes no sense.
    #[error("bad setting: {0}")]
    BadSetting(String),

    /// A device could not be opened. The person at the machine can mend it.
    #[error("the device `{device}` could not be used: {reason}")]
    Device {
        /// The device's id.
        device: String,
        /// What the system said.
        reason: String,
    },

    /// The pipeline has been stopped.
    #[error("the pipeline has been stopped")]
    Stopped,
}

impl MediaError {
    pub(crate) fn build(chain: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Build { chain, reason: reason.to_string() }
    }

    pub(crate) fn failed(chain: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Failed { chain, reason: reason.to_string() }
    }
}
