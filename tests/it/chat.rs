//! Shoppers talk; moderators keep order.

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use vitrine_protocol::rtm::{ClientFrame, RoomEvent};
use vitrine_tests::{ChatClient, Cloud, Shop};

pub fn stories() -> Vec<Trial> {
    vec![
        crate::story("a_message_crosses_to_another_shopper", &[], a_message_crosses),
        crate::story("a_removed_message_goes_from_every_screen", &[], a_removed_message_goes),
        crate::story("a_banned_shopper_cannot_come_back_as_another", &[], a_banned_shopper_cannot_come_back),
        crate::story("a_reconnect_hears_what_it_missed", &[], a_reconnect_hears_what_it_missed),
        crate::story("a_message_sent_again_is_said_once", &[], a_message_sent_again_is_said_once),
    ]
}

/// A show whose chat is open: announced.
async fn open_chat(cloud: &Cloud) -> Result<Shop> {
    let shop = Shop::open(cloud, "ada").await?;
    shop.on_show(Method::PATCH, "", Some(json!({ "scheduled_at": "2099-01-01T10:00:00Z" }))).await?;
    Ok(shop)
}

fn said(event: &RoomEvent) -> Option<(String, String)> {
    match event {
        RoomEvent::Chat(message) => Some((message.id.to_string(), message.text.clone())),
        _ => None,
    }
}

async fn a_message_crosses() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = open_chat(&cloud).await?;
    let mut ana = ChatClient::viewer(&cloud, &shop.show, "ana").await?;
    let mut jo = ChatClient::viewer(&cloud, &shop.show, "jo").await?;
    let answer = ana.chat("does it shrink? <b>bold</b>").await?;
    ensure!(answer["t"] == "accepted", "{answer}");
    let (id, text) = jo.until("the message", said).await?;
    ensure!(text == "does it shrink? <b>bold</b>", "text is text: {text}");
    ensure!(answer["id"] == id.as_str());
    for bad in ["", "   ", &"x".repeat(501)] {
        let answer = ana.chat(bad).await?;
        ensure!(answer["t"] == "error" && answer["code"] == "bad_message", "{answer}");
    }
    Ok(())
}

async fn a_removed_message_goes() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = open_chat(&cloud).await?;
    let mut ana = ChatClient::viewer(&cloud, &shop.show, "ana").await?;
    let mut jo = ChatClient::viewer(&cloud, &shop.show, "jo").await?;
    ana.chat("something unkind").await?;
    let (id, _) = jo.until("the message", said).await?;
    shop.on_show(Method::DELETE, &format!("/messages/{id}"), None).await?;
    jo.until("its removal", |event| match event {
        RoomEvent::ChatRemoved { id: gone } => (gone.to_string() == id).then_some(()),
        _ => None,
    })
    .await?;
    let late = ChatClient::viewer(&cloud, &shop.show, "late").await?;
    let snapshot = late.snapshot.context("snapshot")?;
    ensure!(snapshot.messages.iter().all(|message| message.id.to_string() != id), "it must not come back");
    Ok(())
}

async fn a_banned_shopper_cannot_come_back() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = open_chat(&cloud).await?;
    let mut troll = ChatClient::viewer(&cloud, &shop.show, "Troll").await?;
    let mut jo = ChatClient::viewer(&cloud, &shop.show, "jo").await?;
    troll.chat("buy elsewhere").await?;
    let (id, _) = jo.until("the message", said).await?;
    shop.on_show(Method::POST, "/bans", Some(json!({ "message_id": id, "reason": "spam" }))).await?;
    jo.until("their removal", |event| matches!(event, RoomEvent::AuthorRemoved { .. }).then_some(())).await?;
    // The same token again, another nickname: the viewer is known by more than a name.
    let again = ChatClient::with_token(&cloud, &shop.show, &troll.token).await;
    if let Ok(mut again) = again {
        let answer = again.chat("hello again").await?;
        ensure!(answer["code"] == "banned", "{answer}");
    }
    // A new token under the banned name, in another spelling.
    if let Ok(mut twin) = ChatClient::viewer(&cloud, &shop.show, " tRoLL ").await {
        let answer = twin.chat("me again").await?;
        ensure!(answer["code"] == "banned", "{answer}");
    }
    let bans = shop.on_show(Method::GET, "/bans", None).await?;
    ensure!(bans.to_string().contains("spam"), "{bans}");
    Ok(())
}

async fn a_reconnect_hears_what_it_missed() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = open_chat(&cloud).await?;
    let mut ana = ChatClient::viewer(&cloud, &shop.show, "ana").await?;
    let mut jo = ChatClient::viewer(&cloud, &shop.show, "jo").await?;
    ana.chat("one").await?;
    jo.until("one", said).await?;
    let (seen, token) = (jo.seen.clone(), jo.token.clone());
    drop(jo);
    ana.chat("two").await?;
    ana.until("two", |event| said(event).filter(|(_, text)| text == "two")).await?;
    let mut jo = ChatClient::resume(&cloud, &shop.show, &token, Some(seen)).await?;
    ensure!(jo.snapshot.is_none(), "a short absence needs no snapshot");
    let (_, text) = jo.until("what was missed", said).await?;
    ensure!(text == "two", "{text}");
    let _: Value = jo.chat("three").await?;
    Ok(())
}

async fn a_message_sent_again_is_said_once() -> Result<()> {
    let mut cloud = Cloud::start().await?;
    let shop = open_chat(&cloud).await?;
    let mut ana = ChatClient::viewer(&cloud, &shop.show, "ana").await?;
    let mut jo = ChatClient::viewer(&cloud, &shop.show, "jo").await?;
    let again = ClientFrame::Chat {
        mark: "7c9e6679-7425-40de-944b-e07fc1f90ae7".into(),
        text: "is it linen?".into(),
    };
    // The answer to the first is lost with its socket; then with the whole server.
    ana.say(&again).await?;
    let (first, _) = jo.until("the message", said).await?;
    let token = ana.token.clone();
    drop(ana);
    let mut ana = ChatClient::with_token(&cloud, &shop.show, &token).await?;
    let answer = ana.answer_to(&again).await?;
    ensure!(answer["t"] == "accepted" && answer["id"] == first.as_str(), "{answer}");
    ana.chat("and the buttons?").await?;
    let (_, text) = jo.until("the next message", said).await?;
    ensure!(text == "and the buttons?", "jo heard {text} in between");

    cloud.kill_serve();
    cloud.serve().await?;
    let mut ana = ChatClient::with_token(&cloud, &shop.show, &token).await?;
    let answer = ana.answer_to(&again).await?;
    ensure!(answer["id"] == first.as_str(), "{answer}");
    let late = ChatClient::viewer(&cloud, &shop.show, "late").await?;
    let told: Vec<_> = late.snapshot.context("snapshot")?.messages.into_iter().map(|m| m.text).collect();
    ensure!(told == ["is it linen?", "and the buttons?"], "{told:?}");
    Ok(())
}
