//! What each system does in its own way: one door, one file per system.
//!
//! Every file has the same names: `stay_awake`, whose answer is held for as long as it shall last,
//! `asked_to_end`, `may_run`, `mind_page`, and `before_all`.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

pub use system::{asked_to_end, before_all, may_run, mind_page, stay_awake};
