//! The publisher goes, and comes back into the same playlists.

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use vitrine_protocol::ShowState;
use vitrine_protocol::rtm::RoomEvent;
use vitrine_tests::{ChatClient, Cloud, Publisher, eventually};

use crate::go_live::{on_air, playing};

pub fn stories() -> Vec<Trial> {
    vec![
        crate::story("a_publisher_that_comes_back_goes_on_in_the_same_playlists", &["ffmpeg"], comes_back),
        crate::story("a_silent_loss_is_noticed_and_so_is_its_end", &["ffmpeg"], a_silent_loss_is_noticed),
    ]
}

fn state(event: &RoomEvent) -> Option<ShowState> {
    match event {
        RoomEvent::State(airing) => Some(airing.state),
        _ => None,
    }
}

async fn comes_back() -> Result<()> {
    let cloud = Cloud::start().await?;
    let (shop, publisher, hls) = on_air(&cloud).await?;
    let source = playing(&hls, "source").await?;
    let mut ana = ChatClient::viewer(&cloud, &shop.show, "ana").await?;
    let address = shop.publish_address(&cloud).await?;
    publisher.stop();
    ana.until("the interruption", |event| state(event).filter(|state| *state == ShowState::Interrupted))
        .await?;
    let before = hls.playlist(&source, None).await?;
    let last_before = before.segments.last().context("segments")?.msn;

    let _publisher = Publisher::start(&address)?;
    ana.until("the return", |event| state(event).filter(|state| *state == ShowState::Live)).await?;
    eventually("new segments in the same playlist", async || {
        let list = hls.playlist(&source, None).await?;
        ensure!(!list.ended, "an interruption is not the end");
        let fresh = list.segments.iter().filter(|segment| segment.msn > last_before && segment.uri.is_some());
        Ok((fresh.count() >= 2).then_some(()))
    })
    .await
    .with_context(|| cloud.tail())?;
    let list = hls.playlist(&source, None).await?;
    let break_at =
        list.segments.iter().find(|segment| segment.msn > before.media_sequence && segment.discontinuity);
    ensure!(break_at.is_some(), "the break is marked:\n{}", list.text);
    let times: Vec<_> = list.segments.iter().filter_map(|segment| segment.at).collect();
    ensure!(times.is_sorted(), "the media clock never goes back: {times:?}");
    Ok(())
}

async fn a_silent_loss_is_noticed() -> Result<()> {
    let cloud = Cloud::start().await?;
    let (shop, publisher, hls) = on_air(&cloud).await?;
    let source = playing(&hls, "source").await?;
    publisher.freeze();
    eventually("the show is interrupted", async || {
        Ok((shop.view().await?["state"] == "interrupted").then_some(()))
    })
    .await
    .with_context(|| cloud.tail())?;
    let before = hls.playlist(&source, None).await?;
    let at = before.segments.last().context("segments")?.msn;
    publisher.thaw();
    eventually("the show is live again", async || Ok((shop.view().await?["state"] == "live").then_some(())))
        .await
        .with_context(|| cloud.tail())?;
    let list = eventually("the picture goes on", async || {
        let list = hls.playlist(&source, None).await?;
        let fresh = list.segments.iter().filter(|segment| segment.msn > at && segment.uri.is_some());
        Ok((fresh.count() >= 2).then_some(list))
    })
    .await
    .with_context(|| cloud.tail())?;
    let breaks = list.segments.iter().any(|segment| segment.msn >= at && segment.discontinuity);
    ensure!(!breaks, "what the connection held up was not lost, so nothing breaks:\n{}", list.text);
    let timeline = shop.on_show(reqwest::Method::GET, "/timeline", None).await?.to_string();
    ensure!(timeline.contains(r#""reason":"silent""#), "the timeline says why: {timeline}");
    Ok(())
}
