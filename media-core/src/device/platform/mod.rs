//! What each system does in its own way about cameras: one door, one file per kind of system.

#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod system;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;

pub(super) use system::with_ids;
