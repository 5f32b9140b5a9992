//! One picture at a time, on a thread of its own: a large one takes some hundred megabytes for a second.
//!
//! One thread's memory is the same from one picture to the next; on whatever thread is free, what the C library keeps of it
//! would be kept many times over.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, SyncSender};

use bytes::Bytes;
use tokio::sync::oneshot;
use vitrine_protocol::OrgId;

use super::{Made, make};
use crate::base::{FairTurn, FairTurns};
use crate::catalog::CatalogError;

/// How many pictures may be on their way in, or wait for the thread. Each holds its file in memory.
const AT_ONCE: usize = 8;
/// How many of them one organisation may have.
const OF_AN_ORG: usize = 2;

type Work = Box<dyn FnOnce() + Send>;

/// Makes pictures. Clones share the thread, which ends with the last of them.
#[derive(Clone)]
pub(in crate::catalog) struct Pictures {
    turns: FairTurns,
    work: SyncSender<Work>,
}

/// Room for one picture, from before its bytes come until it is made.
#[derive(Debug)]
pub struct PictureTurn(#[expect(dead_code, reason = "held, not read")] FairTurn);

impl Pictures {
    pub(in crate::catalog) fn new() -> Self {
        let (work, waiting) = mpsc::sync_channel::<Work>(AT_ONCE);
        let thread = std::thread::Builder::new().name("pictures".into());
        if let Err(error) = thread.spawn(move || waiting.iter().for_each(|work| work())) {
            tracing::error!(%error, "the thread for pictures could not be started");
        }
        Self { turns: FairTurns::new(AT_ONCE, OF_AN_ORG), work }
    }

    /// Room for one more of `org`.
    ///
    /// # Errors
    /// [`CatalogError::PicturesBusy`].
    pub(in crate::catalog) fn turn(&self, org: OrgId) -> Result<PictureTurn, CatalogError> {
        let turn = self.turns.turn(org);
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
    async fn only_so_many_wait_few_of_one_organisation_and_a_bad_picture_stops_no_other() {
        let pictures = Pictures::new();
        let orgs: Vec<_> = (0..AT_ONCE / OF_AN_ORG).map(|_| OrgId::new()).collect();
        let mut turns = Vec::new();
        for org in &orgs {
            turns.extend((0..OF_AN_ORG).map(|_| pictures.turn(*org).unwrap()));
            assert!(matches!(pictures.turn(*org), Err(CatalogError::PicturesBusy)), "the others' are free");
        }
        assert!(matches!(pictures.turn(OrgId::new()), Err(CatalogError::PicturesBusy)));
        let bad = pictures.make(turns.pop().unwrap(), Bytes::from_static(b"\xff\xd8\xff\xe0")).await;
        assert!(matches!(bad, Err(CatalogError::BrokenPicture)));
        let turn = pictures.turn(OrgId::new()).unwrap();
        let good = super::super::testing::png(8, 8).into();
        assert_eq!(pictures.make(turn, good).await.unwrap().sizes.len(), 1);
        drop(turns);
        assert!(pictures.turn(orgs[0]).is_ok());
    }
}
