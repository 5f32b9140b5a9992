//! Sockets, storage and moderation together, on both databases.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::time::timeout;
use vitrine_protocol::rtm::{AuthorRole, ClientFrame, Reaction, RoomEvent, ServerFrame};
use vitrine_protocol::{Code, MessageId, OrgId, Role, ShowId, ShowState};

use super::conn::{Close, Incoming, Peer, Wire, serve};
use super::error::RtmError;
use super::routes::Text;
use super::service::Rtm;
use super::viewer::ViewerTokens;
use crate::base::{Actor, ActorKind, Clock, Membership, TestClock};
use crate::blobs::FolderBlobs;
use crate::catalog::Catalog;
use crate::db::Db;
use crate::db::testing::each_db;
use crate::events::{Follower, timeline};
use crate::org::{Orgs, Registration};
use crate::show::{MediaFact, ShowDraft, Shows};

const TOLD: crate::show::Told = crate::show::Told { fence: 1, at: chrono::DateTime::<chrono::Utc>::MAX_UTC };

const HEART: &str = "{\"t\":\"reaction\",\"kind\":\"heart\"}";

/// A chat over a database, with one show of one organisation.
pub(super) struct World {
    pub(super) db: Db,
    pub(super) hands: TestClock,
    pub(super) orgs: Orgs,
    pub(super) shows: Shows,
    pub(super) rtm: Rtm,
    pub(super) org: OrgId,
    pub(super) show: ShowId,
    pub(super) owner: Actor,
    pub(super) owner_token: String,
    _dir: tempfile::TempDir,
}

impl World {
    pub(super) async fn new(db: Db) -> Self {
        let (hands, dir) = (TestClock::new(), tempfile::tempdir().unwrap());
        catch_up(&hands);
        let clock = hands.clock();
        let orgs = Orgs::new(db.clone(), clock.clone());
        let url = "http://127.0.0.1:1".to_owned();
        let blobs = Arc::new(FolderBlobs::new(dir.path().to_owned()));
        let catalog = Catalog::new(db.clone(), clock.clone(), blobs, url.clone());
        let patience = TimeDelta::minutes(10);
        let shows = Shows::new(db.clone(), clock.clone(), catalog, patience, url, "rtmp://x/live".into());
        let signed_in = orgs
            .register(
                Registration {
                    email: "o@x.example".into(),
                    password: "long enough".into(),
                    name: "Olive".into(),
                    organization_name: "Demo".into(),
                    slug: None,
                    locale: crate::mail::Locale::En,
                },
                std::net::IpAddr::from([127, 0, 0, 1]),
            )
            .await
            .unwrap();
        let owner = orgs.authenticate(&signed_in.token).await.unwrap();
        let org = signed_in.organizations[0].id;
        let draft =
            ShowDraft { title: "Autumn".into(), scheduled_at: Some(clock.now()), ..ShowDraft::default() };
        let show = shows.create(&owner, org, draft).await.unwrap().id;
        let rtm = Rtm::new(db.clone(), clock, orgs.clone(), shows.clone(), ViewerTokens::for_testing());
        Self { db, hands, orgs, shows, rtm, org, show, owner, owner_token: signed_in.token, _dir: dir }
    }

    /// The same database under another process's life.
    pub(super) async fn restart(&mut self) {
        self.rtm.stop().await;
        let (db, orgs, shows) = (self.db.clone(), self.orgs.clone(), self.shows.clone());
        self.rtm = Rtm::new(db, self.hands.clock(), orgs, shows, ViewerTokens::for_testing());
    }

    pub(super) fn viewer(&self, nickname: &str) -> String {
        let now = self.hands.clock().now();
        self.rtm.tokens().issue(self.org, self.show, None, Some(nickname), now).1
    }

    fn connect(&self, network: &str) -> Page {
        let (to_server, incoming) = mpsc::channel(64);
        let (outgoing, from_server) = mpsc::channel(256);
        let (closed, close) = mpsc::channel(1);
        let wire = FakeWire { incoming, outgoing, closed };
        let peer = Peer { network: Some(network.to_owned()), page: None, knows_offers: true };
        tokio::spawn(serve(wire, self.rtm.clone(), peer));
        Page { to_server, from_server, close, waiting: VecDeque::new() }
    }

    pub(super) async fn enter(&self, token: &str, network: &str) -> Page {
        let mut page = self.connect(network);
        let (token, show) = (token.to_owned(), self.show);
        page.say(&ClientFrame::Hello { token, show, epoch: None, seq: None }).await;
        assert!(matches!(page.frame().await, ServerFrame::Welcome { .. }));
        page
    }

    /// Tells the room what committed, as the relay does.
    pub(super) async fn relay(&self) {
        for fact in timeline(&self.db, self.org, self.show, 0, 500).await.unwrap() {
            self.rtm.follow(&fact).await;
        }
    }
}

/// Viewer ids tell the machine's time, so the test's clock must not be far from it.
pub(super) fn catch_up(hands: &TestClock) {
    let behind = Clock::system().now() - hands.clock().now();
    hands.advance(behind.to_std().unwrap_or_default());
}

struct FakeWire {
    incoming: mpsc::Receiver<Incoming>,
    outgoing: mpsc::Sender<String>,
    closed: mpsc::Sender<Close>,
}

impl Wire for FakeWire {
    async fn recv(&mut self) -> Incoming {
        self.incoming.recv().await.unwrap_or(Incoming::Gone)
    }
    async fn send(&mut self, text: Text) -> bool {
        self.outgoing.send(text.as_str().to_owned()).await.is_ok()
    }
    async fn ping(&mut self) -> bool {
        true
    }
    async fn close(&mut self, close: Close) {
        let _ = self.closed.send(close).await;
    }
}

/// The browser's end.
pub(super) struct Page {
    to_server: mpsc::Sender<Incoming>,
    from_server: mpsc::Receiver<String>,
    close: mpsc::Receiver<Close>,
    /// Events heard and not yet asked for.
    waiting: VecDeque<RoomEvent>,
}

impl Page {
    pub(super) async fn say(&self, frame: &ClientFrame) {
        self.raw(&serde_json::to_string(frame).unwrap()).await;
    }

    pub(super) async fn raw(&self, text: &str) {
        self.to_server.send(Incoming::Text(text.into())).await.unwrap();
    }

    pub(super) async fn chat(&self, text: &str) {
        self.chat_marked("m", text).await;
    }

    pub(super) async fn chat_marked(&self, mark: &str, text: &str) {
        self.say(&ClientFrame::Chat { mark: mark.into(), text: text.into() }).await;
    }

    async fn frame(&mut self) -> ServerFrame {
        let text = timeout(Duration::from_secs(20), self.from_server.recv()).await.unwrap().unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// The next event that is not only a count or the picture's state.
    pub(super) async fn event(&mut self) -> RoomEvent {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return event;
            }
            if let ServerFrame::Tick { events, .. } = self.frame().await {
                self.take(events);
            }
        }
    }

    fn take(&mut self, events: Vec<RoomEvent>) {
        let news = |e: &RoomEvent| !matches!(e, RoomEvent::Viewers { .. } | RoomEvent::Media { .. });
        self.waiting.extend(events.into_iter().filter(news));
    }

    /// The answer to a chat message; events that come before it wait for [`Self::event`].
    pub(super) async fn answer(&mut self) -> Result<MessageId, Code> {
        loop {
            match self.frame().await {
                ServerFrame::Tick { events, .. } => self.take(events),
                ServerFrame::Accepted { id, .. } => return Ok(id),
                ServerFrame::Error { code, .. } => return Err(code),
                _ => {}
            }
        }
    }

    async fn closed(&mut self) -> Close {
        timeout(Duration::from_secs(20), self.close.recv()).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_message_is_stored_and_crosses_to_everybody() {
    each_db(async |db| {
        let world = World::new(db).await;
        let mut ana = world.enter(&world.viewer("ana"), "n1").await;
        let mut jo = world.enter(&world.viewer("jo"), "n2").await;
        ana.chat("  does it\nshrink? ").await;
        let id = ana.answer().await.unwrap();
        let RoomEvent::Chat(heard) = jo.event().await else { panic!() };
        assert_eq!((heard.id, heard.text.as_str()), (id, "does it shrink?"));
        assert_eq!((heard.author.name.as_str(), heard.author.role), ("ana", AuthorRole::Viewer));
        let stored = world.rtm.messages(&world.owner, world.org, world.show, None, 10).await.unwrap();
        assert_eq!(stored.items[0].message, heard);

        let mut host = world.enter(&world.owner_token, "n3").await;
        host.chat("not any more").await;
        host.answer().await.unwrap();
        let RoomEvent::Chat(heard) = jo.event().await else { panic!() };
        assert_eq!((heard.author.name.as_str(), heard.author.role), ("Olive", AuthorRole::Host));
    })
    .await;
}

#[tokio::test]
async fn no_more_shoppers_come_in_than_the_plan_has_and_the_shop_always_does() {
    each_db(async |db| {
        let world = World::new(db.clone()).await;
        let plans = crate::plan::Plans::new(db.clone(), world.hands.clock(), "open");
        let names = crate::plan::Names { en: "Small".into(), de: None, fr: None };
        let limits = crate::plan::Limits { viewers: Some(1), ..Default::default() };
        let small = crate::plan::PlanDraft { names, limits, price: None, offered: false };
        let mut tx = db.begin().await.unwrap();
        plans.put_plan(&mut tx, "small", small).await.unwrap();
        let assignment = crate::plan::Assignment::of("small");
        plans.assign(&mut tx, world.org, &assignment, &Actor::service("test")).await.unwrap();
        tx.commit().await.unwrap();
        let _first = world.enter(&world.viewer("Mia"), "net1").await;
        let full = async || {
            let peer = Peer { network: Some("net2".into()), page: None, knows_offers: true };
            let token = world.viewer("Ole");
            matches!(world.rtm.admit(&token, world.show, &peer).await, Err(RtmError::Full))
        };
        // Who is there is counted every two seconds.
        let mut is_full = full().await;
        for _ in 0..100 {
            if is_full {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            is_full = full().await;
        }
        assert!(is_full);
        let _staff = world.enter(&world.owner_token, "net3").await;
    })
    .await;
}

#[tokio::test]
async fn going_live_and_ending_tell_a_player_all_it_needs() {
    each_db(async |db| {
        let world = World::new(db).await;
        let (owner, org, show, shows) = (&world.owner, world.org, world.show, &world.shows);
        let mut ana = world.enter(&world.viewer("ana"), "n1").await;
        let key = shows.issue_key(owner, org, show).await.unwrap();
        let session = shows.admit(&key.key).await.unwrap().session;
        shows.report(show, TOLD, MediaFact::Receiving { session }).await.unwrap();
        let live_at = shows.go_live(owner, org, show).await.unwrap().live_at;
        world.relay().await;
        let RoomEvent::State(told) = ana.event().await else { panic!() };
        assert_eq!(told, shows.airing(show, ShowState::Live, live_at, None));
        assert_eq!(told.playback_url, Some(shows.playback_url(show)));
        assert!(told.still_url.is_some_and(|url| url.ends_with("/still.jpg")));

        world.hands.advance(Duration::from_secs(60));
        let ended_at = shows.end(owner, org, show).await.unwrap().ended_at;
        let fact = timeline(&world.db, org, show, 0, 500).await.unwrap().pop().unwrap();
        world.rtm.follow(&fact).await;
        let RoomEvent::State(told) = ana.event().await else { panic!() };
        assert_eq!(told, shows.airing(show, ShowState::Ended, live_at, ended_at));
        assert_eq!((told.playback_url, told.ended_at), (None, ended_at));
    })
    .await;
}

#[tokio::test]
async fn a_removed_message_disappears_and_stays_for_moderators() {
    each_db(async |db| {
        let world = World::new(db).await;
        let mut ana = world.enter(&world.viewer("ana"), "n1").await;
        ana.chat("rude").await;
        let id = ana.answer().await.unwrap();
        assert!(matches!(ana.event().await, RoomEvent::Chat(_)));
        let (owner, org, show) = (&world.owner, world.org, world.show);
        world.rtm.remove_message(owner, org, show, id).await.unwrap();
        world.rtm.remove_message(owner, org, show, id).await.unwrap();
        world.relay().await;
        assert_eq!(ana.event().await, RoomEvent::ChatRemoved { id });
        let stored = world.rtm.messages(owner, org, show, None, 10).await.unwrap();
        assert!(stored.items[0].removed_at.is_some());
        let facts = timeline(&world.db, org, show, 0, 100).await.unwrap();
        let removals =
            facts.iter().filter(|f| matches!(f.event, crate::events::Event::MessageRemoved { .. }));
        assert_eq!(removals.count(), 1, "the second removal changed nothing");
        let nothing = world.rtm.remove_message(owner, org, show, MessageId::new()).await;
        assert!(matches!(nothing, Err(RtmError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_ban_holds_on_to_more_than_a_name() {
    each_db(async |db| {
        let world = World::new(db).await;
        let (owner, org, show) = (&world.owner, world.org, world.show);
        let troll_token = world.viewer("Troll");
        let mut troll = world.enter(&troll_token, "den").await;
        let mut neighbour = world.enter(&world.viewer("ana"), "den").await;
        troll.chat("rude").await;
        let id = troll.answer().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        catch_up(&world.hands);
        let ban = world.rtm.ban(owner, org, show, id, Some("rude".into())).await.unwrap();
        let again = world.rtm.ban(owner, org, show, id, None).await.unwrap();
        assert_eq!(again.id, ban.id, "one running ban for one viewer");
        tokio::time::sleep(Duration::from_millis(20)).await;
        world.relay().await;

        troll.chat("still here").await;
        assert_eq!(troll.answer().await, Err(Code::Banned));
        let now = world.hands.clock().now();
        let renamed = world.rtm.tokens().issue(org, show, Some(&troll_token), Some("nice"), now).1;
        let mut renamed = world.enter(&renamed, "elsewhere").await;
        renamed.chat("hi").await;
        assert_eq!(renamed.answer().await, Err(Code::Banned), "the same viewer");
        let mut same_name = world.enter(&world.viewer("tr0ll"), "elsewhere").await;
        same_name.chat("hi").await;
        assert_eq!(same_name.answer().await, Err(Code::Banned), "the same name");
        let mut fresh = world.enter(&world.viewer("fresh"), "den").await;
        fresh.chat("hi").await;
        assert_eq!(fresh.answer().await, Err(Code::Banned), "a new identity from the same network");
        neighbour.chat("hi").await;
        assert!(neighbour.answer().await.is_ok(), "was there before");

        assert_eq!(world.rtm.running_ban(owner, org, show, ban.id).await.unwrap(), ban);
        assert_eq!(
            world.rtm.bans(owner, org, show, None, 10).await.unwrap().items,
            std::slice::from_ref(&ban)
        );
        assert!(world.rtm.bans(owner, org, show, Some(ban.id), 10).await.unwrap().items.is_empty());
        let page = world.rtm.messages(owner, org, show, None, 1).await.unwrap();
        let newest = world.rtm.message(owner, org, show, page.items[0].message.id).await.unwrap();
        assert_eq!(newest, page.items[0]);
        world.rtm.lift_ban(owner, org, show, ban.id, false).await.unwrap();
        let lifted = world.rtm.running_ban(owner, org, show, ban.id).await;
        assert!(matches!(lifted, Err(RtmError::NotFound)));
        assert!(matches!(world.rtm.lift_ban(owner, org, show, ban.id, false).await, Err(RtmError::NotFound)));
        troll.chat("sorry").await;
        assert!(troll.answer().await.is_ok());
        assert!(world.rtm.bans(owner, org, show, None, 10).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_ban_by_mistake_is_taken_back_with_what_it_removed() {
    each_db(async |db| {
        let world = World::new(db).await;
        let (owner, org, show) = (&world.owner, world.org, world.show);
        let mut ana = world.enter(&world.viewer("ana"), "n1").await;
        let mut ids = Vec::new();
        for text in ["removed by hand", "kind", "kinder"] {
            ana.chat(text).await;
            ids.push(ana.answer().await.unwrap());
            assert!(matches!(ana.event().await, RoomEvent::Chat(_)));
        }
        world.rtm.remove_message(owner, org, show, ids[0]).await.unwrap();
        let ban = world.rtm.ban(owner, org, show, ids[1], None).await.unwrap();
        world.relay().await;
        assert_eq!(ana.event().await, RoomEvent::ChatRemoved { id: ids[0] });
        assert!(matches!(ana.event().await, RoomEvent::AuthorRemoved { .. }));
        // A busy chat: a newcomer would not be told those messages any more, whoever sees them still is.
        let at = world.hands.clock().now();
        let mut crowd = world.db.begin().await.unwrap();
        for _ in 0..60 {
            let author = vitrine_protocol::rtm::Author {
                id: "crowd".into(),
                name: "crowd".into(),
                role: AuthorRole::Viewer,
            };
            let message =
                vitrine_protocol::rtm::ChatMessage { id: MessageId::new(), at, author, text: "hi".into() };
            let line = super::model::Line { org, show, message, signals: None, mark: None };
            super::store::insert(&mut crowd, &line).await.unwrap();
        }
        crowd.commit().await.unwrap();
        let left = |items: Vec<super::model::ModeratedMessage>| {
            let standing = items.into_iter().filter(|m| m.removed_at.is_none());
            standing.map(|m| m.message).filter(|m| m.text != "hi").map(|m| m.id).collect::<Vec<_>>()
        };
        let stored = world.rtm.messages(owner, org, show, None, 100).await.unwrap().items;
        assert!(left(stored).is_empty());

        world.rtm.lift_ban(owner, org, show, ban.id, true).await.unwrap();
        let fact = timeline(&world.db, org, show, 0, 500).await.unwrap().pop().unwrap();
        world.rtm.follow(&fact).await;
        let RoomEvent::ChatRestored { messages } = ana.event().await else { panic!() };
        let texts: Vec<_> = messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(texts, ["kind", "kinder"], "what was removed by hand stays away");
        let stored = world.rtm.messages(owner, org, show, None, 100).await.unwrap().items;
        assert_eq!(left(stored), [ids[2], ids[1]]);
        ana.chat("thank you").await;
        assert!(ana.answer().await.is_ok());

        // A ban that is lifted later, for mercy, brings nothing back.
        let ban = world.rtm.ban(owner, org, show, ids[1], None).await.unwrap();
        world.rtm.lift_ban(owner, org, show, ban.id, false).await.unwrap();
        let stored = world.rtm.messages(owner, org, show, None, 100).await.unwrap().items;
        assert!(left(stored).is_empty());
    })
    .await;
}

#[tokio::test]
async fn members_cannot_be_banned_and_strangers_learn_nothing() {
    each_db(async |db| {
        let world = World::new(db).await;
        let (org, show) = (world.org, world.show);
        let mut host = world.enter(&world.owner_token, "n").await;
        host.chat("hello").await;
        let id = host.answer().await.unwrap();
        let refused = world.rtm.ban(&world.owner, org, show, id, None).await;
        assert!(matches!(refused, Err(RtmError::BanOfMember)));

        let kind = ActorKind::Viewer { id: vitrine_protocol::ViewerId::new(), org, show };
        let other = Membership::new(OrgId::new(), Role::Owner);
        for stranger in [
            Actor { kind, memberships: vec![], operator: false },
            Actor { kind: world.owner.kind.clone(), memberships: vec![other], operator: false },
        ] {
            let gone = world.rtm.remove_message(&stranger, org, show, id).await;
            assert!(matches!(gone, Err(RtmError::Stranger)));
            assert!(matches!(world.rtm.bans(&stranger, org, show, None, 10).await, Err(RtmError::Stranger)));
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_does_not_say_hello_is_sent_away() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::connect(&format!("sqlite:{}/v.db", dir.path().display())).await.unwrap();
    db.migrate().await.unwrap();
    let world = World::new(db).await;
    let hello = |token: &str, show: ShowId| {
        let frame = ClientFrame::Hello { token: token.into(), show, epoch: None, seq: None };
        serde_json::to_string(&frame).unwrap()
    };
    for (first, code, close) in [
        ("{\"t\":\"ping\"}".to_owned(), Some(Code::HelloExpected), Close::NoHello),
        ("hello".to_owned(), Some(Code::HelloExpected), Close::NoHello),
        ("x".repeat(20_000), None, Close::TooBig),
        (hello("vtv_nonsense", world.show), Some(Code::Unauthenticated), Close::Refused),
        (hello("vts_nonsense", world.show), Some(Code::Unauthenticated), Close::Refused),
        (hello(&world.viewer("ana"), ShowId::new()), Some(Code::Unauthenticated), Close::Refused),
        (hello(&world.owner_token, ShowId::new()), Some(Code::NotFound), Close::Refused),
    ] {
        let mut page = world.connect("n");
        page.raw(&first).await;
        if let Some(code) = code {
            assert!(
                matches!(page.frame().await, ServerFrame::Error { code: got, .. } if got == code),
                "{first}"
            );
        }
        assert_eq!(page.closed().await, close, "{first}");
    }
    let mut binary = world.connect("n");
    binary.to_server.send(Incoming::Binary).await.unwrap();
    assert_eq!(binary.closed().await, Close::Unsupported);
    tokio::time::pause();
    let mut silent = world.connect("n");
    assert!(matches!(silent.frame().await, ServerFrame::Error { code: Code::HelloExpected, .. }));
    assert_eq!(silent.closed().await, Close::NoHello);
    for close in
        [Close::NoHello, Close::Unsupported, Close::TooBig, Close::Restarting, Close::TooSlow, Close::TooFast]
    {
        assert_ne!(close.code(), Close::Refused.code(), "1008 is final, so it stands for refusals alone");
    }
}

#[tokio::test]
async fn nonsense_keeps_the_socket_and_a_flood_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::connect(&format!("sqlite:{}/v.db", dir.path().display())).await.unwrap();
    db.migrate().await.unwrap();
    let world = World::new(db).await;
    let mut page = world.enter(&world.viewer("ana"), "n").await;
    page.say(&ClientFrame::Ping).await;
    assert_eq!(page.frame().await, ServerFrame::Pong);
    page.raw("{\"t\":\"sing\"}").await;
    assert_eq!(page.answer().await, Err(Code::InvalidRequest));
    page.chat("   ").await;
    assert_eq!(page.answer().await, Err(Code::BadMessage));
    page.chat(&"x".repeat(501)).await;
    assert_eq!(page.answer().await, Err(Code::BadMessage));
    let mut taken = 0;
    for _ in 0..8 {
        page.chat("hi").await;
        taken += usize::from(page.answer().await.is_ok());
    }
    assert!((5..=6).contains(&taken), "{taken} of a burst of 8 were taken");
    for _ in 0..1_000 {
        if page.to_server.send(Incoming::Text(HEART.into())).await.is_err() {
            break;
        }
    }
    assert_eq!(page.closed().await, Close::TooFast);
}

#[tokio::test]
async fn a_held_heart_loses_hearts_and_nothing_else() {
    each_db(async |db| {
        let world = World::new(db).await;
        let mut jo = world.enter(&world.viewer("jo"), "n2").await;
        let mut ana = world.enter(&world.viewer("ana"), "n1").await;
        // Five seconds of a held key, all at once.
        for _ in 0..150 {
            ana.raw(HEART).await;
        }
        ana.chat("love it").await;
        assert!(ana.answer().await.is_ok());
        let mut hearts = 0;
        loop {
            match jo.event().await {
                RoomEvent::Reactions { counts } => hearts += counts[&Reaction::Heart],
                RoomEvent::Chat(_) => break,
                other => panic!("{other:?}"),
            }
        }
        assert!(hearts <= 15, "{hearts} hearts of 150");
    })
    .await;
}
