//! The bus of one process.

use std::collections::HashMap;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::broadcast;

use super::{Bus, Subscription};

/// How many messages a subscriber may be behind.
const CAPACITY: usize = 64;

/// One broadcast channel for each subject that somebody hears.
#[derive(Debug, Default)]
pub struct LocalBus {
    subjects: Mutex<HashMap<String, broadcast::Sender<Bytes>>>,
}

impl LocalBus {
    /// A bus without subscribers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Bus for LocalBus {
    fn publish(&self, subject: &str, body: Bytes) {
        let mut subjects = self.subjects.lock();
        let Some(sender) = subjects.get(subject) else { return };
        // Nobody hears any more: the channel goes, so that rooms of the past cost nothing.
        if sender.send(body).is_err() {
            subjects.remove(subject);
        }
    }

    fn subscribe(&self, subject: &str) -> Subscription {
        let mut subjects = self.subjects.lock();
        let sender = subjects.entry(subject.to_owned()).or_insert_with(|| broadcast::channel(CAPACITY).0);
        Subscription(sender.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Received;
    use super::*;

    #[tokio::test]
    async fn every_subscriber_of_a_subject_hears_and_no_other() {
        let bus = LocalBus::new();
        let (mut a, mut b, mut other) = (bus.subscribe("s"), bus.subscribe("s"), bus.subscribe("t"));
        bus.publish("s", Bytes::from_static(b"x"));
        bus.publish("t", Bytes::from_static(b"y"));
        let message = |text: &'static str| Received::Message(Bytes::from_static(text.as_bytes()));
        assert_eq!(a.next().await, message("x"));
        assert_eq!(b.next().await, message("x"));
        assert_eq!(other.next().await, message("y"));
    }

    #[tokio::test]
    async fn a_slow_subscriber_is_told_how_much_it_missed() {
        let bus = LocalBus::new();
        let mut slow = bus.subscribe("s");
        for _ in 0..CAPACITY + 3 {
            bus.publish("s", Bytes::new());
        }
        assert_eq!(slow.next().await, Received::Lagged(3));
    }

    #[test]
    fn a_subject_that_nobody_hears_is_forgotten() {
        let bus = LocalBus::new();
        drop(bus.subscribe("s"));
        bus.publish("s", Bytes::new());
        assert!(bus.subjects.lock().is_empty());
    }
}
