//! A pin lands on the picture, once in every channel.

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::json;
use vitrine_protocol::rtm::RoomEvent;
use vitrine_tests::{ChatClient, Cloud, eventually};

use crate::go_live::{on_air, playing};

pub fn stories() -> Vec<Trial> {
    vec![
        crate::story("a_pin_reaches_viewers_and_every_playlist", &["ffmpeg"], a_pin_reaches_viewers),
        crate::story("a_late_viewer_gets_the_pin_in_force", &["ffmpeg"], a_late_viewer_gets_the_pin),
    ]
}

async fn a_pin_reaches_viewers() -> Result<()> {
    let cloud = Cloud::start().await?;
    let (shop, _publisher, hls) = on_air(&cloud).await?;
    let mut ana = ChatClient::viewer(&cloud, &shop.show, "ana").await?;
    let foreign = json!({ "kind": "product", "product_id": shop.show });
    let path = format!("/v1/orgs/{}/shows/{}/highlights", shop.api.org, shop.show);
    shop.api.refused(Method::POST, &path, Some(foreign), (409, "not_in_lineup")).await?;
    let body = json!({ "kind": "product", "product_id": shop.products[0] });
    let pinned = shop.on_show(Method::POST, "/highlights", Some(body)).await?;
    let id = pinned["id"].as_str().context("id")?;

    let seen = ana
        .until("the pin", |event| match event {
            RoomEvent::Highlight { highlight } => Some(highlight.clone()),
            _ => None,
        })
        .await?;
    ensure!(seen.id.to_string() == id, "{seen:?}");
    let at: DateTime<Utc> = pinned["at"].as_str().context("at")?.parse()?;
    ensure!(seen.at == at, "the same instant for all");

    let source = playing(&hls, "source").await?;
    eventually("the playlist carries it", async || {
        let list = hls.playlist(&source, None).await?;
        Ok(list.date_ranges.iter().any(|range| range.contains(id)).then_some(()))
    })
    .await?;
    // The pin lies on the picture: between the playlist's first picture and a little past its last.
    let list = hls.playlist(&source, None).await?;
    let first = list.segments.iter().find_map(|segment| segment.at).context("program date time")?;
    ensure!(at >= first, "the pin lies before the picture: {at} < {first}");

    shop.on_show(Method::POST, "/highlights/clear", Some(json!({}))).await?;
    ana.until("the clear", |event| match event {
        RoomEvent::Highlight { highlight } => (highlight.id.to_string() == id
            && highlight.action == vitrine_protocol::HighlightAction::Clear)
            .then_some(()),
        _ => None,
    })
    .await?;
    eventually("the playlist ends it", async || {
        let list = hls.playlist(&source, None).await?;
        Ok(list
            .date_ranges
            .iter()
            .any(|range| range.contains(id) && range.contains("END-DATE"))
            .then_some(()))
    })
    .await?;
    let timeline = shop.on_show(Method::GET, "/timeline", None).await?.to_string();
    ensure!(timeline.contains("highlight_shown") && timeline.contains("highlight_cleared"), "{timeline}");
    Ok(())
}

async fn a_late_viewer_gets_the_pin() -> Result<()> {
    let cloud = Cloud::start().await?;
    let (shop, _publisher, _hls) = on_air(&cloud).await?;
    let body = json!({ "kind": "coupon", "coupon_id": shop.coupon });
    let pinned = shop.on_show(Method::POST, "/highlights", Some(body)).await?;
    eventually("the snapshot has it", async || {
        let late = ChatClient::viewer(&cloud, &shop.show, "late").await?;
        let snapshot = late.snapshot.context("a first visit gets a snapshot")?;
        Ok(snapshot.highlights.iter().any(|pin| json!(pin.id) == pinned["id"]).then_some(()))
    })
    .await
}
