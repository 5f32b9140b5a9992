//! The writer of chat messages: many wait for one commit.
//!
//! A message is shown only after it is stored, so nobody sees what a crash would lose. Bans are
//! read in the same transaction: a message that was on its way when its author was banned is refused.

use tokio::sync::mpsc;
use vitrine_protocol::rtm::{RoomEvent, ServerFrame};

use super::error::RtmError;
use super::hub::Door;
use super::model::Line;
use super::room::Command;
use super::seats::SeatId;
use super::store;
use crate::db::{Db, DbError};

/// Messages that wait for the writer.
const QUEUE: usize = 1_024;
/// Messages in one commit.
const BATCH: usize = 256;

/// A message on its way, and whom to tell.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) line: Line,
    pub(super) door: Door,
    pub(super) seat: SeatId,
    pub(super) mark: String,
}

/// The way to the writer.
#[derive(Debug, Clone)]
pub(super) struct History {
    letters: mpsc::Sender<Letter>,
}

impl History {
    /// Starts the writer; it ends when the last handle is gone.
    pub(super) fn start(db: Db) -> Self {
        let (letters, mut waiting) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while waiting.recv_many(&mut batch, BATCH).await > 0 {
                write(&db, std::mem::take(&mut batch)).await;
            }
        });
        Self { letters }
    }

    /// Hands a message over.
    ///
    /// # Errors
    /// [`RtmError::Busy`] when too many wait.
    pub(super) fn post(&self, letter: Letter) -> Result<(), RtmError> {
        self.letters.try_send(letter).map_err(|_| RtmError::Busy)
    }
}

async fn write(db: &Db, batch: Vec<Letter>) {
    match store_all(db, &batch).await {
        Ok(taken) => {
            for (letter, taken) in batch.into_iter().zip(taken) {
                tell(letter, if taken { Ok(()) } else { Err(RtmError::Banned) }).await;
            }
        }
        Err(_) if batch.len() > 1 => {
            for letter in batch {
                Box::pin(write(db, vec![letter])).await; // one bad row must not take the others along
            }
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a chat message was not stored");
            for letter in batch {
                tell(letter, Err(RtmError::Busy)).await;
            }
        }
    }
}

/// Stores the batch in one transaction; the answer says of each whether it was taken: a banned
/// author's is not.
async fn store_all(db: &Db, batch: &[Letter]) -> Result<Vec<bool>, DbError> {
    let mut tx = db.begin().await?;
    let mut taken = Vec::with_capacity(batch.len());
    for Letter { line, .. } in batch {
        let banned = match &line.signals {
            Some(signals) => store::is_banned(&mut tx, line.show, signals).await?,
            None => false,
        };
        if !banned {
            store::insert(&mut tx, line).await?;
        }
        taken.push(!banned);
    }
    tx.commit().await?;
    Ok(taken)
}

async fn tell(letter: Letter, outcome: Result<(), RtmError>) {
    let Letter { line, door, seat, mark } = letter;
    // A room that has closed meanwhile has nobody to tell; its next life reads the rows.
    let answer = match outcome {
        Ok(()) => {
            let id = line.message.id;
            let _ = door.commands.send(Command::Event(RoomEvent::Chat(line.message))).await;
            ServerFrame::Accepted { mark, id }
        }
        Err(error) => error.frame(Some(mark)),
    };
    let _ = door.commands.send(Command::Whisper(seat, answer)).await;
}
