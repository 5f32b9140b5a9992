//! A message that is sent again: stored once, shown once, answered each time. On both databases.

use vitrine_protocol::Code;
use vitrine_protocol::rtm::{ClientFrame, MAX_MARK_BYTES, RoomEvent};

use super::tests_chat::{Page, World, catch_up};
use crate::db::testing::each_db;
use crate::show::MediaFact;

const TOLD: crate::show::Told = crate::show::Told { fence: 1, at: chrono::DateTime::<chrono::Utc>::MAX_UTC };

const MARK: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const OTHER: &str = "0b0f3a2e-55a1-4c1c-9f52-3d6c0d1a2b3c";

impl World {
    /// What is stored, oldest first, removed messages included.
    async fn stored(&self) -> Vec<String> {
        let page = self.rtm.messages(&self.owner, self.org, self.show, None, 100).await.unwrap();
        page.items.into_iter().rev().map(|item| item.message.text).collect()
    }
}

/// The texts that a page hears up to and with `last`.
async fn heard_until(page: &mut Page, last: &str) -> Vec<String> {
    let mut heard = Vec::new();
    while heard.last().is_none_or(|text| text != last) {
        if let RoomEvent::Chat(message) = page.event().await {
            heard.push(message.text);
        }
    }
    heard
}

#[tokio::test]
async fn a_message_sent_again_is_said_once() {
    each_db(async |db| {
        let mut world = World::new(db).await;
        let mut jo = world.enter(&world.viewer("jo"), "n2").await;
        let token = world.viewer("ana");
        // The first `accepted` is never read: the socket goes while the message is on its way.
        let ana = world.enter(&token, "n1").await;
        ana.chat_marked(MARK, "is it linen?").await;
        assert_eq!(heard_until(&mut jo, "is it linen?").await.len(), 1);
        drop(ana);
        let mut ana = world.enter(&token, "n1").await;
        ana.chat_marked(MARK, "is it linen?").await;
        let first = ana.answer().await.unwrap();
        // Another spelling of the same mark, with another text, is the same message.
        ana.chat_marked(&MARK.to_uppercase(), "is it silk?").await;
        assert_eq!(ana.answer().await, Ok(first));
        ana.chat_marked(OTHER, "and the buttons?").await;
        let second = ana.answer().await.unwrap();
        assert_ne!(second, first);
        assert_eq!(heard_until(&mut jo, "and the buttons?").await, ["and the buttons?"]);

        world.restart().await;
        let mut ana = world.enter(&token, "n1").await;
        ana.chat_marked(MARK, "is it linen?").await;
        assert_eq!(ana.answer().await, Ok(first), "after a restart");
        assert_eq!(world.stored().await, ["is it linen?", "and the buttons?"]);
    })
    .await;
}

#[tokio::test]
async fn the_same_mark_on_its_way_twice_is_one_message() {
    each_db(async |db| {
        let world = World::new(db).await;
        let mut jo = world.enter(&world.viewer("jo"), "n2").await;
        let token = world.viewer("ana");
        let (mut tab, mut twin) = (world.enter(&token, "n1").await, world.enter(&token, "n1").await);
        tab.chat_marked(MARK, "hello").await;
        twin.chat_marked(MARK, "hello").await;
        assert_eq!(tab.answer().await.unwrap(), twin.answer().await.unwrap());
        tab.chat_marked(OTHER, "bye").await;
        assert_eq!(heard_until(&mut jo, "bye").await, ["hello", "bye"]);
        assert_eq!(world.stored().await, ["hello", "bye"]);
    })
    .await;
}

#[tokio::test]
async fn a_mark_belongs_to_its_author_and_an_old_pages_mark_to_nothing() {
    each_db(async |db| {
        let world = World::new(db).await;
        let mut ana = world.enter(&world.viewer("ana"), "n1").await;
        let mut host = world.enter(&world.owner_token, "n3").await;
        ana.chat_marked(MARK, "mine").await;
        host.chat_marked(MARK, "ours").await;
        let (mine, ours) = (ana.answer().await.unwrap(), host.answer().await.unwrap());
        assert_ne!(mine, ours);
        host.chat_marked(MARK, "ours").await;
        assert_eq!(host.answer().await, Ok(ours));
        // Counted from the start by each page; a UUID that is not random; braces.
        let braced = format!("{{{MARK}}}");
        for mark in ["m1", "00000000-0000-0000-0000-000000000000", braced.as_str()] {
            host.chat_marked(mark, mark).await;
            let first = host.answer().await.unwrap();
            host.chat_marked(mark, mark).await;
            assert_ne!(host.answer().await.unwrap(), first, "{mark}");
        }
        assert_eq!(world.stored().await.len(), 8);
        host.chat_marked(&"m".repeat(MAX_MARK_BYTES + 1), "long").await;
        assert_eq!(host.answer().await, Err(Code::InvalidRequest));
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_stays_taken_and_what_was_refused_is_judged_anew() {
    each_db(async |db| {
        let world = World::new(db).await;
        let (owner, org, show, shows) = (&world.owner, world.org, world.show, &world.shows);
        let mut jo = world.enter(&world.viewer("jo"), "n2").await;
        let mut ana = world.enter(&world.viewer("ana"), "n1").await;
        ana.chat_marked(OTHER, "  ").await;
        assert_eq!(ana.answer().await, Err(Code::BadMessage));
        ana.chat_marked(OTHER, "hi").await;
        assert!(ana.answer().await.is_ok(), "a refusal is not kept");

        ana.chat_marked(MARK, "rude").await;
        let first = ana.answer().await.unwrap();
        world.rtm.remove_message(owner, org, show, first).await.unwrap();
        ana.chat_marked(MARK, "rude").await;
        assert_eq!(ana.answer().await, Ok(first), "it was taken, and stays removed");

        catch_up(&world.hands);
        world.rtm.ban(owner, org, show, first, None).await.unwrap();
        ana.chat_marked(MARK, "rude").await;
        assert_eq!(ana.answer().await, Ok(first), "a ban changes no past answer");
        ana.chat("still here").await;
        assert_eq!(ana.answer().await, Err(Code::Banned));

        let key = shows.issue_key(owner, org, show).await.unwrap();
        let session = shows.admit(&key.key).await.unwrap().session;
        shows.report(show, TOLD, MediaFact::Receiving { session }).await.unwrap();
        shows.go_live(owner, org, show).await.unwrap();
        jo.chat_marked(MARK, "last words").await;
        let last = jo.answer().await.unwrap();
        shows.end(owner, org, show).await.unwrap();
        world.relay().await;
        while !matches!(jo.event().await, RoomEvent::State(airing) if airing.ended_at.is_some()) {}
        jo.chat_marked(MARK, "last words").await;
        assert_eq!(jo.answer().await, Ok(last), "said before the end");
        jo.say(&ClientFrame::Chat { mark: OTHER.into(), text: "too late".into() }).await;
        assert_eq!(jo.answer().await, Err(Code::ShowEnded));
        assert_eq!(world.stored().await, ["hi", "rude", "last words"]);
    })
    .await;
}

#[tokio::test]
async fn who_may_only_read_the_chat_reads_it_and_does_not_speak() {
    each_db(async |db| {
        let world = World::new(db).await;
        let registration = crate::org::Registration {
            email: "mo@example.com".into(),
            password: "long enough".into(),
            name: "Mo".into(),
            organization_name: "Elsewhere".into(),
            slug: None,
            locale: crate::mail::Locale::En,
        };
        let mo = world.orgs.register(registration, std::net::IpAddr::from([127, 0, 0, 1])).await.unwrap();
        let (org, user) = (world.org, mo.user.id);
        let analyst = format!(
            "INSERT INTO members (org_id, user_id, role, rank, created_ms)
             VALUES ('{org}', '{user}', 'moderator', 'analyst', 1)"
        );
        crate::db::testing::run(&world.db, &analyst).await;
        let mut page = world.enter(&mo.token, "n1").await;
        let mut olive = world.enter(&world.owner_token, "n2").await;
        olive.chat("hello").await;
        olive.answer().await.unwrap();
        assert!(matches!(page.event().await, RoomEvent::Chat(message) if message.text == "hello"));
        page.chat("me too").await;
        assert_eq!(page.answer().await, Err(Code::Forbidden));
    })
    .await;
}
