//! Facts that happened, written in the transaction of the change that caused them.
//!
//! Owns: [`Event`], the table `events` with its order (the order of commits, promised per
//! organisation), the cursors and dead letters of listeners, and the [`Relay`] that brings facts to
//! them. Leans on `db`.
//!
//! Versions overlap in a rolling update, so a listener's turn may come to a fact that this process does not know
//! ([`Event::Unknown`]: its kind, or a value in it, is a later version's). Such a fact is set aside for that listener, in the
//! transaction that moves its cursor, and everything else goes on; a process that knows more facts hands it over when it
//! finds it, out of its order. Followers pass over it: they load their state anew when they start.
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
mod unknown;

pub use dead::{DeadFact, DeadFacts};
pub use error::EventsError;
pub use event::{EndReason, Event, LossReason};
pub use listener::{Follower, Heard, ListenError, Listener};
pub use record::{DeedQuery, Heads, Recorded, deeds, heads, record, timeline};
pub use relay::{Nudge, Relay};
pub use routes::router;
