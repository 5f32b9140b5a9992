//! Looks at what is plugged in. A sound system that is frozen holds who asks it for ever: nobody here waits for that long.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, oneshot};
use vitrine_media::device::Devices;

/// Lists what is plugged in. May block.
pub type ListDevices = Arc<dyn Fn() -> Devices + Send + Sync>;

/// A look takes no longer than this.
const LOOK_WITHIN: Duration = Duration::from_secs(2);

/// Looks, one at a time. Clones share the turn.
#[derive(Clone)]
pub struct Lookout {
    list: ListDevices,
    /// Held by the thread that lists, for as long as it takes.
    turn: Arc<Mutex<()>>,
}

impl Lookout {
    /// Looks with `list`.
    pub fn new(list: ListDevices) -> Self {
        Self { list, turn: Arc::default() }
    }

    /// What is plugged in; nothing when the system does not say so in time.
    pub async fn look(&self) -> Option<Devices> {
        let looked = tokio::time::timeout(LOOK_WITHIN, async {
            let turn = self.turn.clone().lock_owned().await;
            let (list, (tell, told)) = (self.list.clone(), oneshot::channel());
            // A thread of its own, which may be left behind.
            let work = move || {
                let devices = list();
                drop(turn);
                let _ = tell.send(devices);
            };
            std::thread::Builder::new().name("devices".to_owned()).spawn(work).ok()?;
            told.await.ok()
        });
        let devices = looked.await.ok().flatten();
        if devices.is_none() {
            tracing::warn!("the system does not say what is plugged in");
        }
        devices
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_listing_that_never_ends_is_left_behind_once() {
        let begun = Arc::new(AtomicUsize::new(0));
        let counted = begun.clone();
        let lookout = Lookout::new(Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            loop {
                std::thread::park();
            }
        }));
        for _ in 0..5 {
            assert_eq!(lookout.look().await, None);
        }
        while begun.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        assert_eq!(begun.load(Ordering::SeqCst), 1, "one thread, however often it is asked");
    }

    #[tokio::test]
    async fn whoever_asks_at_once_is_answered_in_turn() {
        let lookout = Lookout::new(Arc::new(Devices::default));
        let (one, other) = tokio::join!(lookout.look(), lookout.look());
        assert!(one.is_some() && other.is_some());
    }
}
