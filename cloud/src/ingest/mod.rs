//! Accepts publishers, checks their keys, keeps the control links and records what transmissions report.
//!
//! Owns: RTMP connections, the control socket, lease files, and one task for each show that receives or is on air
//! ([`airing`]): it holds the publisher's last group of pictures and everything its transmission was told. It starts,
//! adopts, watches and replaces transmissions through a [`Launcher`].
//!
//! Records, through [`ShowDoor`]: receiving, publisher lost, session mapped, transmission started and lost, rungs
//! up and down. Leans on: `base`, `show`, `transmission` (the words of the control link).

mod airing;
mod control;
mod door;
mod error;
mod files;
mod gop;
mod hub;
mod launcher;
mod lease;
mod listen;
mod listener;
mod outbox;
mod publisher;
mod reporter;
mod service;
#[cfg(test)]
mod testing;

use std::sync::Arc;

pub use self::door::{DoorError, ShowDoor};
pub use self::error::IngestError;
pub use self::launcher::{Exit, Job, Launched, Launcher, Processes};
pub use self::listen::OrderTransmissions;
pub use self::service::{Ingest, Settings};
use crate::base::Clock;

/// What every task of this room holds.
struct Deps {
    door: Arc<dyn ShowDoor>,
    launcher: Arc<dyn Launcher>,
    leases: lease::Leases,
    clock: Clock,
    settings: Settings,
    control_socket: std::path::PathBuf,
}
