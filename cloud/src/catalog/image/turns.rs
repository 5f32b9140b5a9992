//! One picture at a time, on a thread of its own: a large one takes some hundred megabytes for a second.
//!
//! One thread's memory is the same from one picture to the next; on whatever thread is free, what the C library keeps of it
//! would be kept many times over.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{Made, make};
use crate::catalog::CatalogError;

/// How many pictures may be on their way in, or wait for the thread. Each holds its file in memory.
const AT_ONCE: usize = 8;

type Work = Box<dyn FnOnce() + Send>;

/// Makes pictures. Clones share the thread, which ends with the last of them.
#[derive(Clone)]
pub(in crate::catalog) struct Pictures {
    turns: Arc<Semaphore>,
    work: SyncSender<Work>,
}

/// Room for one picture, from before its bytes come until it is made.
#[derive(Debug)]
pub struct PictureTurn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Pictures {
    pub(in crate::catalog) fn new() -> Self {
        let (work, waiting) = mpsc::sync_channel::<Work>(AT_ONCE);
        let thread = std::thread::Builder::new().name("pictures".into());
        if let Err(error) = thread.spawn(move || waiting.iter().for_each(|work| work())) {
            tracing::error!(%error, "the thread for pictures could not be started");
        }
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), work }
    }

    /// Room for one more.
    ///
    /// # Errors
    /// [`CatalogError::PicturesBusy`].
    pub(in crate::catalog) fn turn(&self) -> Result<PictureTurn, CatalogError> {
        let turn = self.turns.clone().try_acquire_owned();
        turn.map(PictureTurn).map_err(|_| CatalogError::PicturesBusy)
    }

    /// Makes what is kept out of what was sent, in turn.
    ///
    /// # Errors
    /// As [`make`]; [`CatalogError::PicturesBusy`] when there is no thread.
    pub(in crate::catalog) async fn make(
        &self,
        turn: PictureTurn,
        sent: Bytes,
    ) -> Result<Made, CatalogError> {
        let (answer, answered) = oneshot::channel();
        // The turn goes with the work: a caller who hangs up must not let another one in beside it.
        let work = move || {
            // A decoder that panics has met a file that it does not understand.
            let made = catch_unwind(AssertUnwindSafe(|| make(&sent)));
            let made = made.unwrap_or(Err(CatalogError::BrokenPicture));
            drop((sent, turn));
            let _ = answer.send(made); // who does not wait any more needs no answer
        };
        // With a turn there is room in the queue.
        self.work.try_send(Box::new(work)).map_err(|_| CatalogError::PicturesBusy)?;
        answered.await.map_err(|_| CatalogError::PicturesBusy)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_so_many_wait_and_a_bad_picture_stops_no_other() {
        let pictures = Pictures::new();
        let mut turns: Vec<_> = (0..AT_ONCE).map(|_| pictures.turn().unwrap()).collect();
        assert!(matches!(pictures.turn(), Err(CatalogError::PicturesBusy)));
        let bad = pictures.make(turns.pop().unwrap(), Bytes::from_static(b"\xff\xd8\xff\xe0")).await;
        assert!(matches!(bad, Err(CatalogError::BrokenPicture)));
        let turn = pictures.turn().unwrap();
        let good = super::super::testing::png(8, 8).into();
        assert_eq!(pictures.make(turn, good).await.unwrap().sizes.len(), 1);
        drop(turns);
        assert_eq!(pictures.turns.available_permits(), AT_ONCE);
    }
}
