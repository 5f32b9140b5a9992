//! The writer of chat messages: many wait for one commit.
//!
//! A message is shown only after it is stored, so nobody sees what a crash would lose. Bans are
//! read in the same transaction: a message that was on its way when its author was banned is refused.
//! One that was stored before is neither stored nor shown again: its sender is told the first answer.

use tokio::sync::mpsc;
use vitrine_protocol::MessageId;
use vitrine_protocol::rtm::{RoomEvent, ServerFrame};

use super::error::RtmError;
use super::hub::Door;
use super::model::Line;
use super::room::Command;
use super::seats::SeatId;
use super::store;
use crate::db::{Db, DbError, Tx};

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
                tell(letter, taken).await;
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

/// Stores the batch in one transaction; the answer gives of each the id it is stored under, which is
/// another than its own when it was said before.
async fn store_all(db: &Db, batch: &[Letter]) -> Result<Vec<Result<MessageId, RtmError>>, DbError> {
    let mut tx = db.begin().await?;
    let mut taken = Vec::with_capacity(batch.len());
    for letter in batch {
        taken.push(store_one(&mut tx, letter).await?);
    }
    tx.commit().await?;
    Ok(taken)
}

async fn store_one(tx: &mut Tx, letter: &Letter) -> Result<Result<MessageId, RtmError>, DbError> {
    let line = &letter.line;
    // First: what was taken stays taken, also for an author who was banned since and after the end.
    if let Some(first) = store::said(tx, line).await? {
        return Ok(Ok(first));
    }
    if letter.door.ended() {
        return Ok(Err(RtmError::ShowEnded));
    }
    if let Some(signals) = &line.signals
        && store::is_banned(tx, line.show, signals).await?
    {
        return Ok(Err(RtmError::Banned));
    }
    Ok(Ok(store::insert(tx, line).await?))
}

async fn tell(letter: Letter, outcome: Result<MessageId, RtmError>) {
    let Letter { line, door, seat, mark } = letter;
    // A room that has closed meanwhile has nobody to tell; its next life reads the rows.
    let answer = match outcome {
        Ok(id) => {
            if id == line.message.id {
                let _ = door.commands.send(Command::Event(RoomEvent::Chat(line.message))).await;
            }
            ServerFrame::Accepted { mark, id }
        }
        Err(error) => error.frame(Some(mark)),
    };
    let _ = door.commands.send(Command::Whisper(seat, answer)).await;
}
