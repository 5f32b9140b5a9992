//! Those who hear facts.

use futures_util::future::BoxFuture;

use super::{Event, Recorded};
use crate::db::Tx;

/// What a listener's handling gives.
pub type Heard<'a> = BoxFuture<'a, Result<(), ListenError>>;

/// Why a fact could not be handled. It is tried again, then buried as a dead letter.
pub type ListenError = Box<dyn std::error::Error + Send + Sync>;

/// Changes the database when it hears a fact.
///
/// `handle` runs in the transaction that also advances the listener's cursor, so its effect happens
/// once. It must not wait for the network. Up to 100 facts share a transaction; when one of them
/// fails, none of them happened and they come again one by one, so `handle` must keep nothing in
/// memory. Facts of one organisation come in their order, those of different ones in any.
pub trait Listener: Send + Sync + 'static {
    /// The name its cursor is kept under; never changed.
    fn name(&self) -> &'static str;

    /// Whether a fact concerns it; the others are passed over cheaply.
    fn wants(&self, event: &Event) -> bool;

    /// Whether a listener that is new to this database wants what happened before it came.
    fn hears_the_past(&self) -> bool {
        false
    }

    /// Reacts, in `tx`.
    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a>;

    /// Reacts to several that follow each other, all in `tx`: one by one, unless it knows a shorter way.
    fn handle_all<'a>(&'a self, tx: &'a mut Tx, facts: &'a [&'a Recorded]) -> Heard<'a> {
        Box::pin(async move {
            for fact in facts {
                self.handle(tx, fact).await?;
            }
            Ok(())
        })
    }
}

/// Keeps something in memory that facts change: rooms, control connections.
///
/// It is told, in the order of each organisation, every fact that commits after its start. State from before
/// is its own to load, after it was started (a fact may then be told that the state holds already).
pub trait Follower: Send + Sync + 'static {
    /// The name in the log.
    fn name(&self) -> &'static str;

    /// Reacts. Slow work belongs into the follower's own task: the next fact waits.
    fn follow<'a>(&'a self, fact: &'a Recorded) -> BoxFuture<'a, ()>;

    /// Reacts to several that follow each other: one by one, unless it knows a shorter way.
    fn follow_all<'a>(&'a self, facts: &'a [Recorded]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            for fact in facts {
                self.follow(fact).await;
            }
        })
    }
}
