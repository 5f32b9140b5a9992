//! Who may publish, and with what.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use vitrine_tests::hls_lint::ShowWatch;
use vitrine_tests::{Cloud, Hls, Obs, Publisher, Shop, eventually, eventually_within};

use crate::go_live::{on_air, playing};

pub fn stories() -> Vec<Trial> {
    vec![
        crate::story("a_wrong_key_is_refused", &["ffmpeg"], a_wrong_key_is_refused),
        crate::story("a_revoked_key_closes_the_publisher", &["ffmpeg"], a_revoked_key_closes),
        crate::story("a_rotated_key_leaves_the_running_publisher", &["ffmpeg"], a_rotated_key_leaves),
        crate::story("a_second_publisher_is_refused", &["ffmpeg"], a_second_publisher_is_refused),
        crate::story("gstreamer_publishes_to_the_cloud", &["gst-launch-1.0"], gstreamer_publishes),
        crate::story("obs_studio_publishes_to_the_cloud", &["obs", "xvfb-run"], obs_publishes),
        crate::story("pictures_with_b_frames_play", &["ffmpeg"], b_frames_play),
    ]
}

async fn a_wrong_key_is_refused() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    shop.publish_address(&cloud).await?;
    let mut publisher = Publisher::start(&format!("rtmp://{}/live/vtp_wrong", cloud.rtmp))?;
    eventually("it is refused", async || Ok(publisher.ended().then_some(()))).await?;
    ensure!(shop.view().await?["receiving"] == false);
    Ok(())
}

async fn a_revoked_key_closes() -> Result<()> {
    let cloud = Cloud::start().await?;
    let (shop, mut publisher, _hls) = on_air(&cloud).await?;
    shop.on_show(Method::DELETE, "/publish-key", None).await?;
    eventually("the publisher is closed", async || Ok(publisher.ended().then_some(()))).await
}

async fn a_rotated_key_leaves() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    let old = shop.publish_address(&cloud).await?;
    let mut running = Publisher::start(&old)?;
    eventually("the picture arrives", async || Ok((shop.view().await?["receiving"] == true).then_some(())))
        .await?;
    let new = shop.publish_address(&cloud).await?;
    ensure!(new != old);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    ensure!(!running.ended(), "rotating must not cut the running publisher");
    running.stop();
    eventually("it left", async || Ok((shop.view().await?["receiving"] == false).then_some(()))).await?;
    let mut late = Publisher::start(&old)?;
    eventually("the old key opens nothing", async || Ok(late.ended().then_some(()))).await
}

async fn a_second_publisher_is_refused() -> Result<()> {
    let cloud = Cloud::start().await?;
    let shop = Shop::open(&cloud, "ada").await?;
    let address = shop.publish_address(&cloud).await?;
    let mut first = Publisher::start(&address)?;
    eventually("the picture arrives", async || Ok((shop.view().await?["receiving"] == true).then_some(())))
        .await?;
    let mut second = Publisher::start(&address)?;
    eventually("the second is refused", async || Ok(second.ended().then_some(()))).await?;
    ensure!(!first.ended(), "the first goes on");
    Ok(())
}

async fn gstreamer_publishes() -> Result<()> {
    let cloud = Cloud::start().await?;
    // Left to itself, this encoder keeps all of the test picture's colour (4:4:4): no browser plays that.
    for (format, rung) in [("format=I420", "source"), ("format=Y444", "360p")] {
        let mut shop = Shop::open(&cloud, rung).await?;
        shop.show = shop.new_show("From a pipeline", true).await?;
        let address = shop.publish_address(&cloud).await?;
        let pipeline = format!(
            "videotestsrc is-live=true ! video/x-raw,{format},width=640,height=360,framerate=30/1 ! x264enc tune=zerolatency \
             speed-preset=ultrafast key-int-max=60 ! h264parse ! flvmux name=mux streamable=true ! rtmp2sink location={address} \
             audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! mux."
        );
        let mut child = Command::new("gst-launch-1.0")
            .arg("-q")
            .args(pipeline.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let hls = Hls::open(&format!("{}/live/{}/index.m3u8", cloud.http, shop.show))?;
        let played = playing(&hls, rung).await.with_context(|| cloud.tail());
        let _ = child.kill();
        let _ = child.wait();
        played.context(format)?;
    }
    Ok(())
}

/// With its own defaults: a key frame each 8.3 s, so what viewers see is the encoded rung.
async fn obs_publishes() -> Result<()> {
    let cloud = Cloud::start_with(&[("VITRINE_LADDER", "source,480p")]).await?;
    let mut shop = Shop::open(&cloud, "ada").await?;
    shop.show = shop.new_show("From OBS", true).await?;
    let mut obs = Obs::start(&shop.publish_address(&cloud).await?)?;
    let address = format!("{}/live/{}/index.m3u8", cloud.http, shop.show);
    // It looks for its plugins first.
    let begun = std::time::Duration::from_secs(90);
    eventually_within(begun, "its picture arrives", async || {
        ensure!(!obs.ended(), "OBS has ended");
        Ok((shop.view().await?["receiving"] == true).then_some(()))
    })
    .await?;
    let watch = ShowWatch::start(&address, std::time::Duration::ZERO)?;
    playing(&Hls::open(&address)?, "480p").await.with_context(|| cloud.tail())?;
    tokio::time::sleep(std::time::Duration::from_secs(12)).await;
    let view = shop.view().await?;
    ensure!(!obs.ended() && view["state"] == "live" && view["receiving"] == true, "{view}");
    shop.on_show(Method::POST, "/end", None).await?;
    // The encoded rung may take four seconds for its last segment.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    let findings = watch.finish().await?.findings;
    ensure!(findings.is_empty(), "the lint found:\n{}", findings.join("\n"));
    Ok(())
}

async fn b_frames_play() -> Result<()> {
    let cloud = Cloud::start().await?;
    let mut shop = Shop::open(&cloud, "ada").await?;
    shop.show = shop.new_show("With B-frames", true).await?;
    let address = shop.publish_address(&cloud).await?;
    let _publisher = Publisher::with(&address, &["-g", "60", "-bf", "2"])?;
    let hls = Hls::open(&format!("{}/live/{}/index.m3u8", cloud.http, shop.show))?;
    let source = playing(&hls, "source").await.with_context(|| cloud.tail())?;
    eventually("three segments of two seconds", async || {
        let list = hls.playlist(&source, None).await?;
        let closed: Vec<_> = list.segments.iter().filter(|segment| segment.uri.is_some()).collect();
        ensure!(
            closed.iter().skip(1).all(|segment| segment.duration.is_some_and(|s| (s - 2.0).abs() < 0.1)),
            "{closed:?}"
        );
        Ok((closed.len() >= 4).then_some(()))
    })
    .await
}
