//! From a publisher's picture to a playlist that a player takes.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;
use vitrine_protocol::rtm::{Airing, RoomEvent};
use vitrine_tests::hls_lint::{ShowWatch, Watch};
use vitrine_tests::{Api, ChatClient, Cloud, Hls, Publisher, Shop, eventually};

pub fn stories() -> Vec<Trial> {
    vec![
        crate::story("a_show_goes_live_and_ends", &["ffmpeg"], a_show_goes_live_and_ends),
        crate::story("an_automatic_show_airs_by_itself", &["ffmpeg"], an_automatic_show_airs_by_itself),
        crate::story(
            "the_encoded_rung_stands_on_the_same_grid",
            &["ffmpeg"],
            the_encoded_rung_stands_on_the_same_grid,
        ),
        crate::story("the_playlists_keep_their_promises", &["ffmpeg"], the_playlists_keep_their_promises),
    ]
}

/// A shop whose show is on air with this publisher. The lint follows it to the end of the story.
pub async fn on_air(cloud: &Cloud) -> Result<(Shop, Publisher, Hls)> {
    let shop = Shop::open(cloud, "ada").await?;
    let publisher = Publisher::start(&shop.publish_address(cloud).await?)?;
    eventually("the picture arrives", async || Ok((shop.view().await?["receiving"] == true).then_some(())))
        .await
        .with_context(|| cloud.tail())?;
    shop.on_show(Method::POST, "/go-live", None).await?;
    let address = format!("{}/live/{}/index.m3u8", cloud.http, shop.show);
    crate::lint(ShowWatch::start_shaken(&address)?);
    let hls = Hls::open(&address)?;
    playing(&hls, "source").await.with_context(|| cloud.tail())?;
    Ok((shop, publisher, hls))
}

/// Waits until a rung has a closed segment, and gives its address.
pub async fn playing(hls: &Hls, rung: &str) -> Result<Url> {
    eventually(&format!("the {rung} rung plays"), async || {
        let Some(url) = hls.rung(rung).await? else { return Ok(None) };
        let list = hls.playlist(&url, None).await?;
        Ok(list.segments.iter().any(|segment| segment.uri.is_some() && !segment.gap).then_some(url))
    })
    .await
}

fn moved(event: &RoomEvent) -> Option<Airing> {
    if let RoomEvent::State(airing) = event { Some(airing.clone()) } else { None }
}

/// The chat tells a player what the public view tells it.
fn same_as_public(airing: &Airing, public: &Value) -> Result<()> {
    let told = serde_json::to_value(airing)?;
    for field in ["state", "live_at", "ended_at", "playback_url", "still_url"] {
        ensure!(
            told[field] == public[field],
            "{field}: {} in the chat, {} in public",
            told[field],
            public[field]
        );
    }
    Ok(())
}

async fn a_show_goes_live_and_ends() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    shop.on_show(Method::PATCH, "", Some(json!({ "scheduled_at": "2099-01-01T10:00:00Z" }))).await?;
    let mut waiting = ChatClient::viewer(&cloud, &shop.show, "ana").await?;
    let publisher = Publisher::start(&shop.publish_address(&cloud).await?)?;
    eventually("the picture arrives", async || Ok((shop.view().await?["receiving"] == true).then_some(())))
        .await?;

    // Arriving is not airing: shoppers see nothing yet.
    let hls = Hls::open(&format!("{}/live/{}/index.m3u8", cloud.http, shop.show))?;
    ensure!(hls.multivariant().await?.is_none(), "a picture that is not aired must not be public");
    let public = Api::stranger(&cloud);
    let channel = format!("/v1/public/channels/{}", shop.channel);
    ensure!(public.ok(Method::GET, &channel, None).await?["reason"] != "live");

    let show = shop.on_show(Method::POST, "/go-live", None).await?;
    ensure!(show["state"] == "live", "{show}");
    let source = playing(&hls, "source").await?;
    let answer = eventually("the channel shows it", async || {
        let answer = public.ok(Method::GET, &channel, None).await?;
        Ok((answer["reason"] == "live").then_some(answer))
    })
    .await?;
    ensure!(
        answer["show"]["playback_url"].as_str().is_some_and(|url| url.ends_with("index.m3u8")),
        "{answer}"
    );
    same_as_public(&waiting.until("it is live", moved).await?, &answer["show"])?;
    let late = ChatClient::viewer(&cloud, &shop.show, "late").await?;
    same_as_public(&late.snapshot.context("a snapshot")?.airing, &answer["show"])?;

    let show = shop.on_show(Method::POST, "/end", None).await?;
    ensure!(show["state"] == "ended", "{show}");
    let over = public.ok(Method::GET, &format!("/v1/public/shows/{}", shop.show), None).await?;
    same_as_public(&waiting.until("it is over", moved).await?, &over)?;
    eventually("the playlist ends", async || Ok(hls.playlist(&source, None).await?.ended.then_some(())))
        .await?;
    let mut publisher = publisher;
    eventually("the publisher is let go", async || Ok(publisher.ended().then_some(()))).await?;
    shop.api
        .refused(
            Method::POST,
            &format!("/v1/orgs/{}/shows/{}/go-live", shop.api.org, shop.show),
            None,
            (409, "show_ended"),
        )
        .await
}

async fn an_automatic_show_airs_by_itself() -> Result<()> {
    let cloud = Cloud::start().await?;
    let mut shop = Shop::open(&cloud, "ada").await?;
    shop.show = shop.new_show("Every evening", true).await?;
    let _publisher = Publisher::start(&shop.publish_address(&cloud).await?)?;
    eventually("it airs", async || Ok((shop.view().await?["state"] == "live").then_some(()))).await?;
    playing(&Hls::open(&format!("{}/live/{}/index.m3u8", cloud.http, shop.show))?, "source").await?;
    Ok(())
}

async fn the_encoded_rung_stands_on_the_same_grid() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    // 720 lines, so that 480 are below the source.
    let address = shop.publish_address(&cloud).await?;
    let _publisher = Publisher::with(&address, &["-g", "60", "-bf", "0", "-vf", "scale=1280:720"])?;
    eventually("the picture arrives", async || Ok((shop.view().await?["receiving"] == true).then_some(())))
        .await?;
    shop.on_show(Method::POST, "/go-live", None).await?;
    let hls = Hls::open(&format!("{}/live/{}/index.m3u8", cloud.http, shop.show))?;
    let (source, small) = (playing(&hls, "source").await?, playing(&hls, "480p").await?);
    eventually("both rungs have the same three segments", async || {
        let (one, other) = (hls.playlist(&source, None).await?, hls.playlist(&small, None).await?);
        let mut same = 0;
        for segment in one.segments.iter().filter(|segment| segment.uri.is_some()) {
            let Some(twin) = other.segment(segment.msn) else { continue };
            let (Some(length), Some(other)) = (segment.duration, twin.duration.filter(|_| !twin.gap)) else {
                continue;
            };
            ensure!((other - length).abs() < 0.001, "segment {} differs in length", segment.msn);
            ensure!(twin.at == segment.at, "segment {} differs in time", segment.msn);
            same += 1;
        }
        Ok((same >= 3).then_some(()))
    })
    .await
    .with_context(|| cloud.tail())?;
    let text = hls.multivariant().await?.context("multivariant")?;
    ensure!(text.contains("RESOLUTION=1280x720") && text.contains("x480"), "{text}");
    ensure!(text.contains("CODECS=\"avc1.") && text.contains("mp4a.40.2"), "{text}");
    Ok(())
}

async fn the_playlists_keep_their_promises() -> Result<()> {
    let cloud = Cloud::start().await?;
    let (_shop, _publisher, hls) = on_air(&cloud).await?;
    let source = playing(&hls, "source").await?;
    let watch = Watch::new(source.clone())?;
    let report = watch.run(Duration::from_secs(12)).await.with_context(|| cloud.tail())?;
    ensure!(report.findings.is_empty(), "the lint found:\n{}", report.findings.join("\n"));
    ensure!(report.parts >= 20 && report.reloads >= 20, "{} parts, {} reloads", report.parts, report.reloads);
    let findings = watch.segments(&report.last).await?;
    ensure!(findings.is_empty(), "the lint found:\n{}", findings.join("\n"));
    // A request far ahead of the head is refused at once, not held.
    let head = hls.playlist(&source, None).await?.head();
    ensure!(hls.playlist(&source, Some((head.0 + 5, 0))).await.is_err(), "5 segments ahead must be refused");
    Ok(())
}
