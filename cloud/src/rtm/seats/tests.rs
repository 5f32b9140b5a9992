//! Slow readers, in any order.

use chrono::DateTime;
use proptest::prelude::*;
use vitrine_protocol::rtm::{Airing, Author, AuthorRole, ChatMessage, Reaction, RoomEvent};
use vitrine_protocol::{MessageId, PublishSessionId, ShowState};

use super::super::state::{Standing, State};
use super::*;

fn room() -> State {
    let standing = Standing {
        airing: Airing {
            state: ShowState::Live,
            live_at: None,
            ended_at: None,
            playback_url: None,
            still_url: None,
        },
        received: Some(PublishSessionId::new()),
        rungs: vec![],
        messages: vec![],
        highlights: vec![],
        cards: vec![],
        products: vec![],
        version: 0,
    };
    State::new("e1".into(), standing)
}

fn author(id: usize) -> Author {
    Author { id: format!("author-{id}"), name: "a".into(), role: AuthorRole::Viewer }
}

/// A page as a widget would keep it.
#[derive(Default)]
struct Page {
    chair: Option<Chair>,
    seq: Option<u64>,
    shown: Vec<ChatMessage>,
}

impl Page {
    fn connect(&mut self, room: &State, seats: &mut Seats, who: usize) {
        let chair = seats.sit(Audience::Public, format!("p{who}"));
        let known = self.seq.map(|seq| ("e1", seq));
        let welcome = room.welcome(author(who), Audience::Public, known, DateTime::default());
        seats.whisper(chair.id, &welcome);
        self.chair = Some(chair);
    }

    /// Reads at most `frames`; comes back on a new seat when the old one is lost.
    fn read(&mut self, frames: usize) {
        for _ in 0..frames {
            let Some(chair) = &mut self.chair else { return };
            if chair.end.borrow().is_some() {
                assert_eq!(*chair.end.borrow(), Some(Close::TooSlow));
                self.chair = None;
                return;
            }
            let Ok(text) = chair.frames.try_recv() else { return };
            match serde_json::from_str(text.as_str()).unwrap() {
                ServerFrame::Welcome { seq, snapshot, missed, .. } => {
                    if let Some(snapshot) = snapshot {
                        self.shown = snapshot.messages;
                    }
                    self.take(missed);
                    self.seq = Some(seq);
                }
                ServerFrame::Tick { seq, events } => {
                    assert!(self.seq.is_some_and(|known| known < seq), "ticks only go forward");
                    self.take(events);
                    self.seq = Some(seq);
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn take(&mut self, events: Vec<RoomEvent>) {
        for event in events {
            match event {
                RoomEvent::Chat(message) => {
                    assert!(!self.shown.iter().any(|m| m.id == message.id), "shown twice");
                    self.shown.push(message);
                }
                RoomEvent::ChatRemoved { id } => self.shown.retain(|m| m.id != id),
                RoomEvent::AuthorRemoved { author } => self.shown.retain(|m| m.author.id != author),
                _ => {}
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Say(usize),
    Remove(usize),
    Ban(usize),
    React,
    Tick,
    Read(usize, usize),
    Connect(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..4usize).prop_map(Step::Say),
        2 => (0..64usize).prop_map(Step::Remove),
        1 => (0..4usize).prop_map(Step::Ban),
        2 => Just(Step::React),
        8 => Just(Step::Tick),
        3 => (0..4usize, 0..20usize).prop_map(|(who, n)| Step::Read(who, n)),
        2 => (0..4usize).prop_map(Step::Connect),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_page_keeps_a_removed_message_however_slow_it_reads(
        steps in proptest::collection::vec(step(), 1..600)
    ) {
        let (mut room, mut seats) = (room(), Seats::default());
        let mut pages: Vec<Page> = (0..4).map(|_| Page::default()).collect();
        let mut said: Vec<ChatMessage> = Vec::new();
        let mut removed: HashSet<MessageId> = HashSet::new();
        for step in steps {
            match step {
                Step::Say(who) => {
                    let (id, at) = (MessageId::new(), DateTime::default());
                    let message = ChatMessage { id, at, author: author(who), text: "x".into() };
                    said.push(message.clone());
                    room.push(RoomEvent::Chat(message));
                }
                Step::Remove(which) if !said.is_empty() => {
                    let id = said[said.len() - 1 - which % said.len()].id;
                    removed.insert(id);
                    room.push(RoomEvent::ChatRemoved { id });
                }
                Step::Ban(who) => {
                    let author = author(who).id;
                    removed.extend(said.iter().filter(|m| m.author.id == author).map(|m| m.id));
                    room.push(RoomEvent::AuthorRemoved { author });
                }
                Step::React => room.react(Reaction::Heart),
                Step::Tick => {
                    for flush in [room.flush(), room.flush_droppable()].into_iter().flatten() {
                        seats.deliver(&flush);
                    }
                }
                Step::Read(who, frames) => pages[who].read(frames),
                Step::Connect(who) if pages[who].chair.is_none() => {
                    pages[who].connect(&room, &mut seats, who);
                }
                Step::Remove(_) | Step::Connect(_) => {}
            }
        }
        if let Some(flush) = room.flush() {
            seats.deliver(&flush);
        }
        for (who, page) in pages.iter_mut().enumerate() {
            page.read(usize::MAX >> 1);
            if page.chair.is_none() {
                page.connect(&room, &mut seats, who);
                page.read(8);
            }
            let kept: Vec<_> = page.shown.iter().filter(|m| removed.contains(&m.id)).collect();
            prop_assert!(kept.is_empty(), "page {who} still shows {kept:?}");
        }
    }
}

#[test]
fn a_slow_reader_loses_reactions_first_and_then_its_seat() {
    let (mut room, mut seats) = (room(), Seats::default());
    let mut chair = seats.sit(Audience::Public, "p".into());
    let flood = |room: &mut State, seats: &mut Seats, chat: usize| {
        for _ in 0..chat {
            let (id, at) = (MessageId::new(), DateTime::default());
            room.push(RoomEvent::Chat(ChatMessage { id, at, author: author(1), text: "x".into() }));
            seats.deliver(&room.flush().unwrap());
            room.react(Reaction::Heart);
            seats.deliver(&room.flush_droppable().unwrap());
        }
    };
    flood(&mut room, &mut seats, QUEUE_FRAMES / 2);
    assert!(chair.end.borrow().is_none(), "reactions make way");
    let mut hearts = 0;
    while let Ok(text) = chair.frames.try_recv() {
        hearts += usize::from(text.as_str().contains("heart"));
    }
    assert!(hearts > 0 && hearts < QUEUE_FRAMES / 2, "{hearts}");
    flood(&mut room, &mut seats, QUEUE_FRAMES + 1);
    assert_eq!(*chair.end.borrow(), Some(Close::TooSlow));
    assert!(seats.is_empty());
}

#[test]
fn a_shopper_with_two_pages_counts_once_and_members_do_not_count() {
    let mut seats = Seats::default();
    let _first = seats.sit(Audience::Public, "ana".into());
    let second = seats.sit(Audience::Public, "ana".into());
    let _other = seats.sit(Audience::Public, "jo".into());
    let _host = seats.sit(Audience::Staff, "host".into());
    assert_eq!(seats.viewers(), 2);
    seats.leave(second.id);
    assert_eq!(seats.viewers(), 2);
}

#[test]
fn both_audiences_share_the_bytes_when_they_hear_the_same() {
    let (mut room, mut seats) = (room(), Seats::default());
    let mut shopper = seats.sit(Audience::Public, "ana".into());
    let mut host = seats.sit(Audience::Staff, "host".into());
    room.push(RoomEvent::LineupChanged { version: None });
    seats.deliver(&room.flush().unwrap());
    let (a, b) = (shopper.frames.try_recv().unwrap(), host.frames.try_recv().unwrap());
    assert_eq!(a.as_str().as_ptr(), b.as_str().as_ptr());
    room.push(RoomEvent::Media { receiving: true, rungs: vec![] });
    seats.deliver(&room.flush().unwrap());
    assert!(shopper.frames.try_recv().is_err());
    assert!(host.frames.try_recv().is_ok());
}
