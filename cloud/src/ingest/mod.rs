//! Accepts publishers, checks their keys, keeps the control links and records what transmissions report.
//!
//! Owns: RTMP connections, the control server, the leases of shows (who owns a show is a row, [`lease`]), and one task for
//! each show that this node owns ([`airing`]): it holds the publisher's last group of pictures and everything its
//! transmission was told. It starts, adopts, watches and replaces transmissions through a [`Launcher`], takes over shows
//! of nodes that are gone, hands publishers of other nodes' shows on, and knows where origins are.
//!
//! Records, through [`ShowDoor`]: admitted, receiving, publisher lost, session mapped, transmission started and lost,
//! rungs up and down. Leans on: `base`, `db`, `show`, `transmission` (the words of the control link).

mod airing;
mod child;
mod control;
mod door;
mod error;
mod files;
mod gop;
mod handover;
mod hub;
mod launcher;
mod lease;
mod listen;
mod listener;
mod measured;
mod node;
mod outbox;
mod ownership;
mod proxied;
mod publisher;
mod quiet;
mod reporter;
mod retention;
mod roster;
mod service;
#[cfg(test)]
mod testing;

use std::sync::{Arc, OnceLock};

use self::reporter::Reporters;

pub use self::child::{Limits, Processes};
pub use self::door::{DoorError, ShowDoor};
pub use self::error::IngestError;
pub use self::handover::{NoOrigin, Origin};
pub use self::launcher::{Exit, Job, JobHandle, LaunchError, Launched, Launcher};
pub use self::lease::{Leases, SqlLeases};
pub use self::listen::OrderTransmissions;
pub use self::measured::Measured;
pub use self::node::Node;
pub use self::retention::Keep;
pub use self::service::{Doors, Ingest, Settings};
use crate::base::Clock;

/// What every task of this room holds.
struct Deps {
    door: Arc<dyn ShowDoor>,
    launcher: Arc<dyn Launcher>,
    leases: Arc<dyn Leases>,
    /// Calls transmissions of other owners.
    caller: handover::Caller,
    me: lease::Owner,
    clock: Clock,
    settings: Settings,
    /// The control server's address, once it listens.
    control: OnceLock<String>,
    /// Those who tell shows what happened.
    reporters: Reporters,
}
