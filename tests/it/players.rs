//! Players that are not ours: ffmpeg's and GStreamer's own, on both kinds of playlists.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tokio::process::Command;
use tokio::time::timeout;
use vitrine_tests::Cloud;

use crate::go_live::on_air;

pub fn stories() -> Vec<Trial> {
    vec![crate::story(
        "players_that_are_not_ours_play_it",
        &["ffmpeg", "gst-launch-1.0"],
        players_that_are_not_ours,
    )]
}

/// A player that takes longer hangs.
const PLAYED_WITHIN: Duration = Duration::from_secs(30);
/// Five seconds.
const PICTURES: u32 = 150;

async fn players_that_are_not_ours() -> Result<()> {
    let cloud = Cloud::start().await?;
    let (shop, _publisher, _hls) = on_air(&cloud).await?;
    for playlist in ["index.m3u8", "plain.m3u8"] {
        let address = format!("{}/live/{}/{playlist}", cloud.http, shop.show);
        ffmpeg(&address).await.with_context(|| format!("ffmpeg at {playlist}"))?;
        gstreamer(&address).await.with_context(|| format!("GStreamer at {playlist}"))?;
    }
    Ok(())
}

/// Decodes picture and sound, and complains about nothing.
async fn ffmpeg(address: &str) -> Result<()> {
    let words = ["-nostdin", "-loglevel", "error", "-i", address, "-map", "0:v:0", "-map", "0:a:0"];
    let shown = PICTURES.to_string();
    let end = ["-frames:v", &shown, "-f", "null", "-progress", "pipe:1", "-"];
    let said = run("ffmpeg", &[&words[..], &end[..]].concat()).await?;
    let frames = said.lines().filter_map(|line| line.strip_prefix("frame=")?.trim().parse().ok()).next_back();
    ensure!(frames >= Some(PICTURES), "{frames:?} pictures");
    Ok(())
}

/// Its own way: hlsdemux2 inside uridecodebin3.
async fn gstreamer(address: &str) -> Result<()> {
    let chain = format!(
        "uridecodebin3 uri={address} ! videoconvert ! identity eos-after={PICTURES} ! fakesink sync=false"
    );
    run("gst-launch-1.0", &[&["-q"][..], &chain.split_whitespace().collect::<Vec<_>>()].concat()).await?;
    Ok(())
}

/// Runs a program to its end; it must end well and say nothing on standard error.
async fn run(program: &str, words: &[&str]) -> Result<String> {
    let child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| program.to_owned())?;
    let output = timeout(PLAYED_WITHIN, child.wait_with_output()).await.context("it hangs")??;
    let complaints = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && complaints.is_empty(), "{}: {complaints}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
