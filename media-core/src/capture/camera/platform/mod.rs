//! How each system gives a camera's pictures: one door, one file per kind of system.

#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod system;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;

pub(super) use system::open;
