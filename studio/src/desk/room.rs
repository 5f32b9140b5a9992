//! The open show as the desk knows it: state, chat, pin, viewers, orders. Pure: events in, views out.

use std::collections::VecDeque;

use vitrine_protocol::rtm::{ChatMessage, RoomEvent, Snapshot};
use vitrine_protocol::{Highlight, HighlightAction, ShowState};

use super::view::{ChatChange, DeskEvent, ShowView};

/// Messages that a reloaded window gets again.
const REMEMBERED: usize = 500;

/// What is known of the open show.
pub struct Room {
    /// The show.
    pub show: ShowView,
    /// The last messages, oldest first.
    pub chat: VecDeque<ChatMessage>,
    /// People watching.
    pub viewers: u32,
    /// What is pinned now.
    pub highlight: Option<Highlight>,
    /// Orders that the line has brought.
    orders: u32,
    /// The picture that arrives at the cloud is this studio's, as far as is known.
    ours: bool,
    /// The server takes what this studio sends now.
    sending: bool,
}

impl Room {
    /// A show that was just opened.
    pub fn new(show: ShowView) -> Self {
        let ours = show.receiving && !show.elsewhere;
        Self { show, chat: VecDeque::new(), viewers: 0, highlight: None, orders: 0, ours, sending: false }
    }

    /// The server takes what is sent from here, or does not any more; says whether that changes what is shown.
    pub fn sends(&mut self, sending: bool) -> bool {
        self.sending = sending;
        sending && self.sees(true)
    }

    /// The cloud said that somebody else's picture arrives, the line perhaps not yet; says whether that changes what is shown.
    pub fn sees_theirs(&mut self) -> bool {
        (self.show.receiving, self.sending) = (true, false);
        self.sees(false)
    }

    /// Whose picture it is that arrives from now on; says whether that changes what is shown.
    fn sees(&mut self, ours: bool) -> bool {
        let before = self.show.elsewhere;
        self.ours = ours;
        self.show.elsewhere = self.show.receiving && !ours;
        before != self.show.elsewhere
    }

    /// Takes the room as it stands, in place of all that was known.
    pub fn reset(&mut self, snapshot: Snapshot) -> Vec<DeskEvent> {
        self.show.state = snapshot.airing.state;
        self.show.live_at_ms = snapshot.airing.live_at.map(|at| at.timestamp_millis() as f64);
        self.viewers = snapshot.viewers;
        self.chat = snapshot.messages.into();
        self.highlight = None;
        for highlight in snapshot.highlights {
            self.highlight(highlight);
        }
        let added = self.chat.iter().cloned().collect();
        vec![
            DeskEvent::Show(Some(self.show.clone())),
            DeskEvent::Viewers(self.viewers),
            DeskEvent::Chat(ChatChange { reset: true, added, removed: vec![], removed_authors: vec![] }),
            DeskEvent::Highlight(self.highlight.clone()),
        ]
    }

    /// Takes what happened.
    pub fn take(&mut self, events: Vec<RoomEvent>) -> Vec<DeskEvent> {
        let mut chat = ChatChange { reset: false, added: vec![], removed: vec![], removed_authors: vec![] };
        let (mut show, mut viewers, mut pin, mut sold) = (false, false, false, false);
        let mut told = Vec::new();
        for event in events {
            match event {
                RoomEvent::Chat(message) => {
                    self.chat.push_back(message.clone());
                    if self.chat.len() > REMEMBERED {
                        self.chat.pop_front();
                    }
                    chat.added.push(message);
                }
                RoomEvent::ChatRemoved { id } => {
                    self.chat.retain(|message| message.id != id);
                    chat.removed.push(id.to_string());
                }
                RoomEvent::AuthorRemoved { author } => {
                    self.chat.retain(|message| message.author.id != author);
                    chat.removed_authors.push(author);
                }
                RoomEvent::ChatRestored { messages } => {
                    self.restore(messages);
                    let added = self.chat.iter().cloned().collect();
                    chat = ChatChange { reset: true, added, removed: vec![], removed_authors: vec![] };
                }
                RoomEvent::Viewers { count } => (self.viewers, viewers) = (count, true),
                RoomEvent::Highlight { highlight } => {
                    self.highlight(highlight);
                    pin = true;
                }
                RoomEvent::State(airing) => {
                    self.show.state = airing.state;
                    self.show.live_at_ms = airing.live_at.map(|at| at.timestamp_millis() as f64);
                    show = true;
                }
                RoomEvent::LineupChanged { .. } => {
                    self.show.lineup_revision = self.show.lineup_revision.wrapping_add(1);
                    show = true;
                }
                RoomEvent::Order { .. } => {
                    self.orders = self.orders.wrapping_add(1);
                    sold = true;
                }
                RoomEvent::Media { receiving, rungs } => {
                    (self.show.receiving, self.show.rungs) = (receiving, rungs);
                    // What comes after a gap is ours only if the server says so. The line may tell of the gap later than it.
                    self.sees(self.sending || (self.ours && receiving));
                    show = true;
                }
                RoomEvent::Reactions { .. } | RoomEvent::Offer(_) => {}
            }
        }
        if chat.reset
            || !(chat.added.is_empty() && chat.removed.is_empty() && chat.removed_authors.is_empty())
        {
            told.push(DeskEvent::Chat(chat));
        }
        if viewers {
            told.push(DeskEvent::Viewers(self.viewers));
        }
        if sold {
            told.push(DeskEvent::Orders(self.orders));
        }
        if pin {
            told.push(DeskEvent::Highlight(self.highlight.clone()));
        }
        if show {
            told.push(DeskEvent::Show(Some(self.show.clone())));
        }
        told
    }

    fn restore(&mut self, messages: Vec<ChatMessage>) {
        for message in messages {
            if self.chat.iter().all(|known| known.id != message.id) {
                // Ids sort by time.
                let place = self.chat.partition_point(|known| known.id < message.id);
                self.chat.insert(place, message);
            }
        }
        let excess = self.chat.len().saturating_sub(REMEMBERED);
        self.chat.drain(..excess);
    }

    /// Whether the show is over.
    pub fn ended(&self) -> bool {
        self.show.state == ShowState::Ended
    }

    fn highlight(&mut self, highlight: Highlight) {
        match highlight.action {
            HighlightAction::Show => self.highlight = Some(highlight),
            HighlightAction::Clear => {
                self.highlight.take_if(|current| current.id == highlight.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use vitrine_protocol::rtm::ServerFrame;

    use super::*;

    fn frames() -> Vec<ServerFrame> {
        let text = include_str!("../../../cloud/protocol/fixtures/server_frames.json");
        serde_json::from_str(text).unwrap()
    }

    fn room() -> Room {
        Room::new(ShowView {
            org_id: "o".into(),
            show_id: "s".into(),
            title: "Autumn drop".into(),
            state: ShowState::Draft,
            live_at_ms: None,
            receiving: false,
            elsewhere: false,
            rungs: vec![],
            lineup_revision: 0,
        })
    }

    #[test]
    fn a_picture_is_somebody_elses_only_once_ours_is_gone() {
        let mut room = room();
        let media = |receiving| vec![RoomEvent::Media { receiving, rungs: vec![] }];
        room.take(media(true));
        assert!(room.show.elsewhere, "nothing was sent from here");
        room.take(media(false));
        assert!(!room.show.elsewhere, "nobody's arrives");
        assert!(!room.sends(true));
        room.take(media(true));
        room.take(media(true));
        room.take(media(false));
        room.take(media(true));
        assert!(!room.show.elsewhere, "a gap that the line tells of late");
        room.sends(false);
        assert!(!room.show.elsewhere, "what this studio sent, though it may have let go of it");
        room.take(media(false));
        room.take(media(true));
        assert!(room.show.elsewhere, "after a gap");
        assert!(room.sends(true) && !room.show.elsewhere, "the server takes what is sent from here");
    }

    #[test]
    fn a_snapshot_replaces_and_events_follow() {
        let mut room = room();
        let mut frames = frames().into_iter();
        let Some(ServerFrame::Welcome { snapshot: Some(snapshot), .. }) = frames.next() else {
            panic!("fixture")
        };
        let told = room.reset(*snapshot);
        assert!(told.iter().any(|event| matches!(event, DeskEvent::Chat(change) if change.reset)));
        assert!(room.highlight.is_some() && room.viewers == 1284);

        let Some(ServerFrame::Tick { events, .. }) =
            frames.find(|frame| matches!(frame, ServerFrame::Tick { .. }))
        else {
            panic!("fixture")
        };
        let told = room.take(events);
        // The tick removes the author and takes that back, shows a pin and clears it, interrupts, resumes, ends, and sells.
        assert!(room.highlight.is_none());
        assert_eq!(
            room.chat.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(),
            ["does it shrink?"]
        );
        let whole = told.iter().find_map(|event| match event {
            DeskEvent::Chat(change) => Some((change.reset, change.added.len())),
            _ => None,
        });
        assert_eq!(whole, Some((true, 1)), "the window is told the chat anew, in its order");
        assert_eq!((room.show.state, room.show.lineup_revision), (ShowState::Ended, 1));
        assert!(room.show.receiving && room.orders == 1);
        assert!(told.iter().any(|event| matches!(event, DeskEvent::Orders(1))), "totals are asked for");
        assert!(matches!(told.last(), Some(DeskEvent::Show(Some(_)))));
    }
}
