//! Rooms and sockets together, with a paused clock and no database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::time::{Instant, advance, timeout};
use vitrine_protocol::rtm::{Airing, Author, AuthorRole, ChatMessage, Reaction, RoomEvent, ServerFrame};
use vitrine_protocol::{MessageId, OrgId, ProductId, PublishSessionId, ShowId, ShowState};

use super::error::RtmError;
use super::hub::{Hub, Reading, Source};
use super::model::{Guest, MediaNews};
use super::room::{Command, ROOM_QUEUE};
use super::seats::Chair;
use super::state::Standing;
use crate::base::TestClock;

/// A show on air with an empty chat; the nil id is no show.
struct Live;

impl Source for Live {
    fn standing(&self, _: OrgId, show: ShowId) -> Reading<'_> {
        Box::pin(async move {
            if show.0.is_nil() {
                return Err(RtmError::NotFound);
            }
            Ok(Standing {
                airing: airing(ShowState::Live, Some(DateTime::default())),
                received: Some(PublishSessionId(show.0)),
                rungs: vec!["source".into()],
                messages: vec![],
                highlights: vec![],
                cards: vec![],
                products: vec![],
                version: 0,
            })
        })
    }
}

fn airing(state: ShowState, live_at: Option<DateTime<Utc>>) -> Airing {
    Airing { state, live_at, ended_at: None, playback_url: None, still_url: None }
}

fn hub() -> Hub {
    Hub::new(Live, TestClock::new().clock())
}

fn guest(show: ShowId, name: &str, role: AuthorRole) -> Guest {
    let author = Author { id: name.into(), name: name.into(), role };
    Guest {
        org: OrgId(uuid::Uuid::nil()),
        show,
        author,
        signals: None,
        earnings: role == AuthorRole::Host,
        speaks: true,
        knows_offers: true,
    }
}

fn chat(text: &str) -> Command {
    let author = Author { id: "a".into(), name: "a".into(), role: AuthorRole::Viewer };
    let (id, at) = (MessageId::new(), DateTime::default());
    Command::Event(RoomEvent::Chat(ChatMessage { id, at, author, text: text.into() }))
}

async fn frame(chair: &mut Chair) -> ServerFrame {
    serde_json::from_str(chair.frames.recv().await.unwrap().as_str()).unwrap()
}

/// The next tick that is not only a count.
async fn tick(chair: &mut Chair) -> Vec<RoomEvent> {
    loop {
        if let ServerFrame::Tick { events, .. } = frame(chair).await
            && !events.iter().all(|e| matches!(e, RoomEvent::Viewers { .. }))
        {
            return events;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn messages_within_fifty_milliseconds_leave_as_one_frame() {
    let (hub, show) = (hub(), ShowId::new());
    let (_, mut chair) = hub.sit(&guest(show, "ana", AuthorRole::Viewer), None).await.unwrap();
    assert!(matches!(frame(&mut chair).await, ServerFrame::Welcome { snapshot: Some(_), .. }));
    let start = Instant::now();
    for text in ["one", "two", "three"] {
        hub.tell(show, chat(text));
        advance(Duration::from_millis(10)).await;
    }
    assert_eq!(tick(&mut chair).await.len(), 3);
    assert!(start.elapsed() >= Duration::from_millis(50) && start.elapsed() < Duration::from_millis(75));
}

#[tokio::test(start_paused = true)]
async fn a_removal_does_not_wait_for_the_tick() {
    let (hub, show) = (hub(), ShowId::new());
    let (_, mut chair) = hub.sit(&guest(show, "ana", AuthorRole::Viewer), None).await.unwrap();
    let start = Instant::now();
    hub.tell(show, Command::Event(RoomEvent::ChatRemoved { id: MessageId::new() }));
    assert_eq!(tick(&mut chair).await.len(), 1);
    assert!(start.elapsed() < Duration::from_millis(5));
}

#[tokio::test(start_paused = true)]
async fn reactions_are_counted_and_people_too() {
    let (hub, show) = (hub(), ShowId::new());
    let (door, mut chair) = hub.sit(&guest(show, "ana", AuthorRole::Viewer), None).await.unwrap();
    frame(&mut chair).await;
    for _ in 0..5 {
        door.commands.send(Command::React(Reaction::Clap)).await.unwrap();
    }
    let ServerFrame::Tick { events, .. } = frame(&mut chair).await else { panic!() };
    assert!(matches!(&events[0], RoomEvent::Reactions { counts } if counts[&Reaction::Clap] == 5));
    let ServerFrame::Tick { events, .. } = frame(&mut chair).await else { panic!() };
    assert_eq!(events, vec![RoomEvent::Viewers { count: 1 }]);
    assert_eq!(hub.viewers(show), 1);
}

#[tokio::test(start_paused = true)]
async fn a_member_hears_of_the_picture_first_and_of_orders_later() {
    let (hub, show) = (hub(), ShowId::new());
    let (_, mut host) = hub.sit(&guest(show, "host", AuthorRole::Host), None).await.unwrap();
    frame(&mut host).await;
    let ServerFrame::Tick { events, .. } = frame(&mut host).await else { panic!() };
    assert_eq!(events, vec![RoomEvent::Media { receiving: true, rungs: vec!["source".into()] }]);
    hub.tell(show, Command::Media(MediaNews::RungUp("480p".into())));
    hub.tell(show, Command::Media(MediaNews::Lost(PublishSessionId::new())));
    let rungs = vec!["source".to_owned(), "480p".to_owned()];
    let unchanged = RoomEvent::Media { receiving: true, rungs: rungs.clone() };
    assert_eq!(
        tick(&mut host).await.last(),
        Some(&unchanged),
        "another publisher's end is none of the picture"
    );
    hub.tell(show, Command::Media(MediaNews::Lost(PublishSessionId(show.0))));
    assert_eq!(tick(&mut host).await.last(), Some(&RoomEvent::Media { receiving: false, rungs }));
}

#[tokio::test(start_paused = true)]
async fn a_room_that_stood_empty_has_a_new_epoch() {
    let (hub, show) = (hub(), ShowId::new());
    let epoch = |frame| match frame {
        ServerFrame::Welcome { epoch, .. } => epoch,
        other => panic!("{other:?}"),
    };
    let ana = guest(show, "ana", AuthorRole::Viewer);
    let (door, mut chair) = hub.sit(&ana, None).await.unwrap();
    let first = epoch(frame(&mut chair).await);
    door.commands.send(Command::Leave(chair.id)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    let (door, mut chair) = hub.sit(&ana, Some((first.clone(), 0))).await.unwrap();
    assert_eq!(epoch(frame(&mut chair).await), first);
    door.commands.send(Command::Leave(chair.id)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(90)).await;
    let (_, mut chair) = hub.sit(&ana, Some((first.clone(), 0))).await.unwrap();
    let welcome = frame(&mut chair).await;
    assert!(matches!(&welcome, ServerFrame::Welcome { snapshot: Some(_), .. }));
    assert_ne!(epoch(welcome), first);
}

#[tokio::test(start_paused = true)]
async fn an_ended_show_is_told_and_its_door_says_so() {
    let (hub, show) = (hub(), ShowId::new());
    let (door, mut chair) = hub.sit(&guest(show, "ana", AuthorRole::Viewer), None).await.unwrap();
    frame(&mut chair).await;
    assert!(!door.ended());
    hub.tell(show, Command::Moved(airing(ShowState::Ended, None)));
    let over = airing(ShowState::Ended, Some(DateTime::default()));
    assert_eq!(tick(&mut chair).await, vec![RoomEvent::State(over)]);
    assert!(door.ended());
}

#[tokio::test(start_paused = true)]
async fn a_show_that_does_not_exist_has_no_room() {
    let hub = hub();
    let nobody = guest(ShowId(uuid::Uuid::nil()), "ana", AuthorRole::Viewer);
    assert!(matches!(hub.sit(&nobody, None).await, Err(RtmError::NotFound)));
}

#[tokio::test(start_paused = true)]
async fn a_stop_sends_everybody_away_to_come_back() {
    let (hub, show) = (hub(), ShowId::new());
    let ana = guest(show, "ana", AuthorRole::Viewer);
    let (_, mut chair) = hub.sit(&ana, None).await.unwrap();
    hub.stop().await;
    let ended = timeout(Duration::from_secs(1), chair.end.wait_for(Option::is_some)).await.unwrap();
    assert_eq!(*ended.unwrap(), Some(super::conn::Close::Restarting));
    assert!(matches!(hub.sit(&ana, None).await, Err(RtmError::Restarting)));
}

/// A show whose rows take until somebody lets them.
struct Slow(Arc<Notify>);

impl Source for Slow {
    fn standing(&self, org: OrgId, show: ShowId) -> Reading<'_> {
        Box::pin(async move {
            self.0.notified().await;
            Live.standing(org, show).await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_is_slow_to_open_keeps_no_facts_of_others_waiting_and_tells_its_own() {
    let (read, show) = (Arc::new(Notify::new()), ShowId::new());
    let hub = Hub::new(Slow(read.clone()), TestClock::new().clock());
    let come = {
        let hub = hub.clone();
        tokio::spawn(async move { hub.sit(&guest(show, "ana", AuthorRole::Viewer), None).await.unwrap() })
    };
    tokio::task::yield_now().await;
    assert!(hub.is_open(show));
    for n in 0..ROOM_QUEUE * 2 {
        hub.tell(show, chat(&n.to_string()));
        tokio::task::yield_now().await;
    }
    read.notify_one();
    let (_, mut chair) = come.await.unwrap();
    assert!(matches!(frame(&mut chair).await, ServerFrame::Welcome { .. }));
    assert!(!tick(&mut chair).await.is_empty());
}

/// A show that is over when it is read again, and that sells one product.
struct Turning(AtomicBool, ProductId);

impl Source for Turning {
    fn standing(&self, org: OrgId, show: ShowId) -> Reading<'_> {
        Box::pin(async move {
            let before = Live.standing(org, show).await?;
            let is_over = self.0.swap(true, Ordering::Relaxed);
            let state = if is_over { ShowState::Ended } else { ShowState::Live };
            Ok(Standing { airing: airing(state, None), products: vec![self.1], version: 40, ..before })
        })
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_tells_facts_waits_for_no_starved_room_and_that_reads_what_it_was_not_told() {
    let (show, product) = (ShowId::new(), ProductId::new());
    let hub = Hub::new(Turning(AtomicBool::new(false), product), TestClock::new().clock());
    let (door, mut chair) = hub.sit(&guest(show, "ana", AuthorRole::Viewer), None).await.unwrap();
    frame(&mut chair).await;
    // Nothing lets the room run meanwhile.
    for n in 0..ROOM_QUEUE {
        hub.tell(show, Command::Event(RoomEvent::LineupChanged { version: i64::try_from(n).ok() }));
    }
    hub.tell(show, Command::Moved(airing(ShowState::Ended, None)));
    assert!(!door.ended());
    let over = async {
        let is_over =
            |event: &RoomEvent| matches!(event, RoomEvent::State(now) if now.state == ShowState::Ended);
        while !tick(&mut chair).await.iter().any(is_over) {}
    };
    timeout(Duration::from_secs(10), over).await.unwrap();
    assert!(door.ended());
}

#[tokio::test(start_paused = true)]
async fn what_no_open_room_sells_concerns_none() {
    let (show, sold, other) = (ShowId::new(), ProductId::new(), ProductId::new());
    let hub = Hub::new(Turning(AtomicBool::new(false), sold), TestClock::new().clock());
    let ana = guest(show, "ana", AuthorRole::Viewer);
    assert!(hub.rooms_with(ana.org, sold).is_empty(), "it is not open");
    let _chair = hub.sit(&ana, None).await.unwrap();
    assert_eq!((hub.rooms_with(ana.org, sold), hub.rooms_with(ana.org, other)), (vec![show], vec![]));
    assert!(hub.rooms_with(OrgId::new(), sold).is_empty());
    hub.tell_lineup(show, vec![other], vec![]);
    assert_eq!((hub.rooms_with(ana.org, sold), hub.rooms_with(ana.org, other)), (vec![], vec![show]));
    hub.read_anew(show);
    assert_eq!(hub.rooms_with(ana.org, sold), [show], "until it is read, it may be any");
}
