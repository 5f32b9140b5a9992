//! The demo: a live shop on this machine that is alive by itself.
//!
//! Owns: the demo organisation, its shop and its synthetic host. Uses the cloud as anybody would:
//! public HTTP, RTMP, WebSocket; only its passwords it sets itself, before anything serves. `vitrine-cloud serve` runs as a child that is started again when it
//! dies; everything ends with this process.

#![cfg_attr(not(feature = "encoder"), allow(dead_code, reason = "without a media engine there is no host"))]

mod api;
mod args;
mod error;
mod goods;
mod ground;
mod passwords;
mod process;
mod ready;
mod routes;
mod run_file;
mod script;
mod seed;
mod shop;
mod supervisor;

#[cfg(feature = "encoder")]
mod crowd;
#[cfg(feature = "encoder")]
mod host;
#[cfg(feature = "encoder")]
mod picture;
#[cfg(feature = "encoder")]
mod run;

pub use args::Args;
pub use error::DemoError;
#[cfg(feature = "encoder")]
pub use run::run;
pub use run_file::{RunFile, SignIn, place};

/// Says that this build has no media engine.
///
/// # Errors
/// Always.
#[cfg(not(feature = "encoder"))]
pub async fn run(_: Args) -> Result<(), DemoError> {
    Err(DemoError::Media("this build has no media engine; build it with the feature `encoder`".into()))
}
