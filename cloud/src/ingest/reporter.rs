//! Tells shows what happened, in order, without holding up media.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;
use vitrine_protocol::ShowId;

use super::Deps;
use super::door::DoorError;
use crate::show::MediaFact;

const WAITING_FACTS: usize = 256;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const TRIES: u32 = 20;

/// Starts a show's reporter; it ends when the sender is dropped and all is told.
pub fn start(show: ShowId, deps: Arc<Deps>) -> mpsc::Sender<MediaFact> {
    let (sender, mut facts) = mpsc::channel(WAITING_FACTS);
    tokio::spawn(async move {
        while let Some(fact) = facts.recv().await {
            tell(show, &deps, fact).await;
        }
    });
    sender
}

async fn tell(show: ShowId, deps: &Deps, fact: MediaFact) {
    let mut pause = FIRST_PAUSE;
    for _ in 0..TRIES {
        match deps.door.report(show, fact.clone()).await {
            Ok(()) => return,
            Err(DoorError::Refused(reason)) => {
                return tracing::warn!(show.id = %show, ?fact, reason, "shows refused a fact");
            }
            Err(DoorError::Unavailable(reason)) => {
                tracing::warn!(show.id = %show, ?fact, reason, "a fact could not be recorded yet");
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    tracing::error!(show.id = %show, ?fact, "a fact was given up");
}
