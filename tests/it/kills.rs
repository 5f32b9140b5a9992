//! `kill -9` of each process: the show goes on, and what was said stays true.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use libtest_mimic::Trial;
use url::Url;
use vitrine_tests::{Cloud, Hls, Publisher, Shop, eventually};

use crate::go_live::{on_air, playing};

pub fn stories() -> Vec<Trial> {
    vec![
        crate::story("a_killed_encoder_never_touches_the_source_rung", &["ffmpeg"], encoder_killed),
        crate::story(
            "a_killed_transmission_comes_back_with_the_same_bytes",
            &["ffmpeg"],
            transmission_killed,
        ),
        crate::story("a_killed_serve_adopts_the_running_show", &["ffmpeg"], serve_killed),
        crate::story("no_ghost_show_is_left_when_everything_is_killed", &["ffmpeg"], no_ghost_show),
    ]
}

/// Waits until the playlist has `count` closed segments after `after`.
async fn segments_after(hls: &Hls, rung: &Url, after: u64, count: usize) -> Result<()> {
    eventually(&format!("{count} segments after {after}"), async || {
        let list = hls.playlist(rung, None).await?;
        let fresh = list.segments.iter().filter(|segment| segment.msn > after && segment.uri.is_some());
        Ok((fresh.count() >= count).then_some(()))
    })
    .await
}

async fn encoder_killed() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    let address = shop.publish_address(&cloud).await?;
    let _publisher = Publisher::with(&address, &["-g", "60", "-bf", "0", "-vf", "scale=1280:720"])?;
    eventually("the picture arrives", async || Ok((shop.view().await?["receiving"] == true).then_some(())))
        .await?;
    shop.on_show(reqwest::Method::POST, "/go-live", None).await?;
    let hls = Hls::open(&format!("{}/live/{}/index.m3u8", cloud.http, shop.show))?;
    let (source, small) = (playing(&hls, "source").await?, playing(&hls, "480p").await?);
    let at = hls.playlist(&source, None).await?.head().0;

    ensure!(cloud.kill("encoder") == 1, "one encoder runs");
    segments_after(&hls, &source, at, 4).await.with_context(|| cloud.tail())?;
    let list = hls.playlist(&source, None).await?;
    let broken: Vec<_> = list
        .segments
        .iter()
        .filter(|segment| segment.msn >= at && (segment.gap || segment.discontinuity))
        .collect();
    ensure!(broken.is_empty(), "the source rung noticed: {broken:?}");
    eventually("the encoded rung is back", async || {
        let list = hls.playlist(&small, None).await?;
        let last = list.segments.iter().rfind(|segment| segment.uri.is_some() && !segment.gap);
        Ok(last.is_some_and(|segment| segment.msn >= at + 3).then_some(()))
    })
    .await
    .with_context(|| cloud.tail())?;
    ensure!(cloud.processes("encoder").len() == 1, "one encoder again");
    Ok(())
}

async fn transmission_killed() -> Result<()> {
    let cloud = Cloud::start().await?;
    let (shop, mut publisher, hls) = on_air(&cloud).await?;
    let source = playing(&hls, "source").await?;
    segments_after(&hls, &source, 1, 2).await?;
    let mut old: HashMap<String, Bytes> = HashMap::new();
    for segment in hls.playlist(&source, None).await?.segments {
        if let Some(uri) = segment.uri {
            old.insert(uri.clone(), hls.bytes(&source, &uri).await?);
        }
    }
    let at = hls.playlist(&source, None).await?.head().0;

    ensure!(cloud.kill("transmission") == 1, "one transmission runs");
    segments_after(&hls, &source, at, 3).await.with_context(|| cloud.tail())?;
    ensure!(!publisher.ended(), "the publisher's connection must survive");
    ensure!(shop.view().await?["state"] == "live");
    let list = hls.playlist(&source, None).await?;
    ensure!(list.segments.iter().any(|segment| segment.discontinuity), "the break is marked:\n{}", list.text);
    let mut same = 0;
    for (uri, bytes) in &old {
        if list.segments.iter().any(|segment| segment.uri.as_ref() == Some(uri)) {
            ensure!(hls.bytes(&source, uri).await? == *bytes, "{uri} changed after the restart");
            same += 1;
        }
    }
    ensure!(same > 0, "no old segment is listed any more:\n{}", list.text);
    Ok(())
}

async fn serve_killed() -> Result<()> {
    let mut cloud = Cloud::start().await?;
    let (shop, publisher, hls) = on_air(&cloud).await?;
    let source = playing(&hls, "source").await?;
    let at = hls.playlist(&source, None).await?.head().0;
    let transmission = cloud.processes("transmission");
    let address = shop.publish_address(&cloud).await?;

    cloud.kill_serve();
    drop(publisher); // its connection went with the process; an encoder reconnects by itself
    cloud.serve().await?;
    ensure!(cloud.processes("transmission") == transmission, "the transmission outlives serve");
    let _publisher = Publisher::start(&address)?;
    segments_after(&hls, &source, at, 3).await.with_context(|| cloud.tail())?;
    ensure!(cloud.processes("transmission") == transmission, "adopted, not started again");
    eventually("the show is live again", async || Ok((shop.view().await?["state"] == "live").then_some(())))
        .await
}

async fn no_ghost_show() -> Result<()> {
    let mut cloud = Cloud::start().await?;
    let (shop, publisher, _hls) = on_air(&cloud).await?;
    cloud.kill_serve();
    cloud.kill("transmission");
    drop(publisher);
    cloud.serve().await?;
    eventually("nothing claims to be live", async || {
        let show = shop.view().await?;
        Ok((show["state"] == "interrupted" && show["receiving"] == false).then_some(()))
    })
    .await
    .with_context(|| cloud.tail())
}
