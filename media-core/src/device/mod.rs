//! Cameras and microphones: what is plugged in, and when that changes.

#[cfg(feature = "capture")]
mod cameras;
#[cfg(feature = "capture")]
mod microphones;
#[cfg(feature = "capture")]
mod platform;
#[cfg(feature = "capture")]
pub(crate) mod sound;
#[cfg(feature = "capture")]
mod watch;

use serde::{Deserialize, Serialize};

#[cfg(feature = "capture")]
pub(crate) use self::{
    cameras::camera_index,
    microphones::is_monitor,
    watch::{Watch, watch},
};
#[cfg(feature = "capture")]
pub use self::{cameras::cameras, microphones::microphones};

/// A device that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The same device has the same id after a restart. Compare for equality only.
    pub id: String,
    /// For people.
    pub name: String,
    /// The system's favourite.
    pub default: bool,
}

/// Everything that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Devices {
    /// Cameras, by name.
    pub cameras: Vec<Device>,
    /// Microphones, the default first.
    pub microphones: Vec<Device>,
}

#[cfg(feature = "capture")]
/// Looks at what is plugged in. Takes up to half a second: not for a thread that draws.
pub fn list() -> Devices {
    Devices { cameras: cameras(), microphones: microphones() }
}
