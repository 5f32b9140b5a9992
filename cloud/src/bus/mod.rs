//! Wakes the other parts, on this machine or on others. Losing a message loses nothing.
//!
//! Owns: the [`Bus`] trait and its in-process side. Carries wake-ups and what lives a moment only;
//! whatever must not be lost is SQL.

mod local;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::broadcast;

pub use local::LocalBus;

/// Says things to whoever listens now.
pub trait Bus: Send + Sync + 'static {
    /// Sends `body` to the present subscribers of `subject`.
    fn publish(&self, subject: &str, body: Bytes);

    /// Hears what is published to exactly `subject` from now on.
    fn subscribe(&self, subject: &str) -> Subscription;
}

/// The bus as rooms hold it.
pub type BusHandle = Arc<dyn Bus>;

/// The subject that tells of committed facts; empty bodies.
pub const FACTS: &str = "vt.facts";

/// One subscriber's end.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<Bytes>);

/// What a subscriber gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A message.
    Message(Bytes),
    /// The subscriber was too slow and this many are gone: it must load its state again.
    Lagged(u64),
    /// The bus is gone.
    Closed,
}

impl Subscription {
    /// Waits for the next message.
    pub async fn next(&mut self) -> Received {
        match self.0.recv().await {
            Ok(body) => Received::Message(body),
            Err(broadcast::error::RecvError::Lagged(count)) => Received::Lagged(count),
            Err(broadcast::error::RecvError::Closed) => Received::Closed,
        }
    }
}
