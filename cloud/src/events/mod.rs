//! Facts that happened, written in the transaction of the change that caused them.
//!
//! Owns: [`Event`], the table `events` with its order (the order of commits, promised per
//! organisation), the cursors and dead letters of listeners, and the [`Relay`] that brings facts to
//! them. Leans on `db`.
//!
//! Two ways to hear: a [`Listener`] changes the database and is told every fact once for good,
//! however often this program is killed; a [`Follower`] keeps something in memory and is told what
//! commits while it runs.

mod dead;
mod delivery;
mod error;
mod event;
mod listener;
mod record;
mod relay;
mod routes;
mod store;

pub use dead::{DeadFact, DeadFacts};
pub use error::EventsError;
pub use event::{EndReason, Event, LossReason};
pub use listener::{Follower, Heard, ListenError, Listener};
pub use record::{Recorded, deeds, record, timeline};
pub use relay::{Nudge, Relay};
pub use routes::router;
