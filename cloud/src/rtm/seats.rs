//! The people in a room and their queues.
//!
//! A queue holds [`QUEUE_FRAMES`] frames, which all seats share as bytes. A reader that falls
//! behind first loses droppable frames (reactions, counts), then its seat (close 1013): it comes
//! back with its `seq` and is told what it missed, so nothing that matters is lost.

use std::collections::{HashMap, HashSet};

use tokio::sync::{mpsc, watch};
use vitrine_protocol::rtm::ServerFrame;

use super::conn::Close;
use super::routes::Text;
use super::state::{Audience, Flush, Share};

/// Frames that wait for one reader.
pub(super) const QUEUE_FRAMES: usize = 64;
/// Droppable frames are left out when fewer places than this are free.
const ROOMY: usize = QUEUE_FRAMES / 2;

/// One seat, for as long as its socket is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SeatId(u64);

/// The room's end of a seat.
#[derive(Debug)]
struct Seat {
    audience: Audience,
    /// One person may have several pages open.
    person: String,
    out: mpsc::Sender<Text>,
    end: watch::Sender<Option<Close>>,
}

/// The socket's end of a seat.
#[derive(Debug)]
pub(super) struct Chair {
    pub(super) id: SeatId,
    /// Frames to write, in order.
    pub(super) frames: mpsc::Receiver<Text>,
    /// Set once: close with this code, whatever still waits in `frames`.
    pub(super) end: watch::Receiver<Option<Close>>,
}

/// All seats of a room.
#[derive(Debug, Default)]
pub(super) struct Seats {
    next: u64,
    taken: HashMap<SeatId, Seat>,
}

impl Seats {
    /// Takes a seat.
    pub(super) fn sit(&mut self, audience: Audience, person: String) -> Chair {
        let (out, frames) = mpsc::channel(QUEUE_FRAMES);
        let (end, ended) = watch::channel(None);
        self.next += 1;
        let id = SeatId(self.next);
        self.taken.insert(id, Seat { audience, person, out, end });
        Chair { id, frames, end: ended }
    }

    /// The socket has gone.
    pub(super) fn leave(&mut self, id: SeatId) {
        self.taken.remove(&id);
    }

    /// Nobody is here.
    pub(super) fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// Shoppers, each counted once however many pages they have open.
    pub(super) fn viewers(&self) -> u32 {
        let shoppers = self.taken.values().filter(|seat| seat.audience.is_public());
        let people: HashSet<&str> = shoppers.map(|seat| seat.person.as_str()).collect();
        u32::try_from(people.len()).unwrap_or(u32::MAX)
    }

    /// Hands a flush to everybody, written at most once for each audience.
    pub(super) fn deliver(&mut self, flush: &Flush) {
        let here = |audience| self.taken.values().any(|seat| seat.audience == audience);
        let of_whole = |share: &Share, audience| *share == Share::Whole && here(audience);
        // What is for shoppers alone is no frame for members.
        let says = !matches!(&flush.whole, ServerFrame::Tick { events, .. } if events.is_empty());
        let whole = (says
            && (here(Audience::Earnings)
                || of_whole(&flush.staff, Audience::Staff)
                || of_whole(&flush.public, Audience::Public)
                || of_whole(&flush.earlier, Audience::Earlier)))
        .then(|| write(&flush.whole));
        let text_of = |share: &Share| match share {
            Share::Whole => whole.clone(),
            Share::Part(frame) => Some(write(frame)),
            Share::Nothing => None,
        };
        let staff = if here(Audience::Staff) { text_of(&flush.staff) } else { None };
        let public = if here(Audience::Public) { text_of(&flush.public) } else { None };
        let earlier = if here(Audience::Earlier) { text_of(&flush.earlier) } else { None };
        self.taken.retain(|_, seat| {
            let text = match seat.audience {
                Audience::Earnings => &whole,
                Audience::Staff => &staff,
                Audience::Public => &public,
                Audience::Earlier => &earlier,
            };
            let Some(text) = text else { return true };
            if flush.droppable && seat.out.capacity() < ROOMY {
                return !seat.out.is_closed();
            }
            seat.give(text.clone())
        });
    }

    /// Hands a frame to one seat.
    pub(super) fn whisper(&mut self, id: SeatId, frame: &ServerFrame) {
        if self.taken.get(&id).is_some_and(|seat| !seat.give(write(frame))) {
            self.taken.remove(&id);
        }
    }

    /// Ends every seat with the same close.
    pub(super) fn close_all(&mut self, close: Close) {
        for (_, seat) in self.taken.drain() {
            seat.end.send_replace(Some(close));
        }
    }
}

impl Seat {
    /// Whether the seat keeps: a full queue ends it.
    fn give(&self, text: Text) -> bool {
        match self.out.try_send(text) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.end.send_replace(Some(Close::TooSlow));
                false
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }
}

fn write(frame: &ServerFrame) -> Text {
    // A frame of strings and numbers always becomes JSON.
    serde_json::to_string(frame).unwrap_or_default().into()
}

#[cfg(test)]
mod tests;
