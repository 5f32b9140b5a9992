//! What the show orders: air, pin, end, close.

use chrono::{DateTime, Utc};
use vitrine_protocol::Highlight;

use super::Airing;
use crate::events::LossReason;
use vitrine_transmission::Command;

/// Transitions that are told again to a transmission that comes back. Its journal holds the rest.
const MAX_HIGHLIGHTS: usize = 64;

/// An order of the show. Each is safe to give twice.
#[derive(Debug, Clone)]
pub enum Order {
    /// On air from here.
    GoLive { at: DateTime<Utc> },
    /// A pin came on or went off.
    Highlight(Box<Highlight>),
    /// The show is over.
    End,
    /// The publish key was revoked: close the running publish too.
    CloseKey,
    /// Nothing may be sent for it any more while it is not on air: its organisation was suspended, or is being deleted.
    Bar,
}

impl Airing {
    pub(super) fn order(&mut self, order: Order) {
        match order {
            Order::GoLive { at } => {
                self.live_at.get_or_insert(at);
                self.command(Command::GoLive { at });
            }
            Order::Highlight(highlight) => {
                if self.highlights.contains(&*highlight) {
                    return;
                }
                if self.highlights.len() == MAX_HIGHLIGHTS {
                    self.highlights.remove(0);
                }
                self.highlights.push((*highlight).clone());
                self.command(Command::Highlight { highlight });
            }
            Order::End => {
                self.ended = true;
                self.command(Command::End);
                self.kick("The show has ended.", LossReason::ShowEnded);
            }
            Order::Bar if self.live_at.is_none() || self.ended => {
                self.kick(
                    "The organisation was suspended. Ask whoever runs this server.",
                    LossReason::Suspended,
                );
            }
            Order::Bar => {}
            Order::CloseKey => self.kick("The stream key was revoked.", LossReason::KeyRevoked),
        }
    }

    /// Everything that still holds, for a transmission that comes (back).
    pub(super) fn repeat_orders(&mut self) {
        if let Some(at) = self.live_at {
            self.command(Command::GoLive { at });
        }
        for highlight in self.highlights.clone() {
            self.command(Command::Highlight { highlight: Box::new(highlight) });
        }
        if self.ended {
            self.command(Command::End);
        }
    }

    /// Tells the transmission. A full queue is a transmission that has stopped reading: it will be replaced and told
    /// again then.
    pub(super) fn command(&self, command: Command) {
        let link = self.running.as_ref().and_then(|running| running.link.as_ref());
        if let Some(link) = link
            && link.outbox.command(command).is_err()
        {
            tracing::warn!(show.id = %self.show, "the transmission does not read its commands");
        }
    }
}
