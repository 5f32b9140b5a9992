//! Publishes a file and tells five times a second how the uplink does, for tests of bad lines.
//!
//! ```text
//! uplink_send URL-WITH-KEY FILE KBPS SECONDS
//! ```
//!
//! A line of JSON each time: `at` is Unix time and `air` the server's time of the newest picture, both in milliseconds.
#![allow(clippy::print_stdout)]

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use anyhow::Context;
use tokio::sync::mpsc;
use vitrine_media::{
    Config, Event, MicrophoneChoice, Pipeline, VideoSource,
    encode::video::Preset,
    format::{Bitrate, Fps, VideoFormat},
    output::{BroadcastState, RtmpTarget},
};

const USAGE: &str = "usage: uplink_send URL-WITH-KEY FILE KBPS SECONDS";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().context(USAGE);
    let (url, file) = (argument()?, PathBuf::from(argument()?));
    let (kbps, seconds): (u32, u64) = (argument()?.parse()?, argument()?.parse()?);
    let config = Config {
        video: VideoFormat { width: 640, height: 360, fps: Fps::whole(30) },
        video_bitrate: Bitrate::kbps(kbps),
        preset: Preset::Ultrafast,
        source: VideoSource::File { path: file },
        microphone: MicrophoneChoice::None,
        watch_devices: false,
        ..Config::default()
    };
    let (sender, mut events) = mpsc::channel(256);
    let pipeline = Pipeline::start(config, sender)?;
    pipeline.start_broadcast(RtmpTarget::with_key(&url)?);
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    let mut state = "off";
    for _ in 0..seconds * 5 {
        tick.tick().await;
        if let Some(reason) = pipeline.failure().borrow().clone() {
            anyhow::bail!(reason);
        }
        while let Ok(event) = events.try_recv() {
            match event {
                Event::Broadcast { broadcast } => state = name(&broadcast),
                Event::SourceLost { reason, .. } => anyhow::bail!("the file: {reason}"),
                _ => {}
            }
        }
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
        let air = pipeline.on_air().map_or("null".to_owned(), |air| air.rtmp_ts_ms.to_string());
        let stats = pipeline.stats();
        let uplink = stats.broadcast;
        println!(
            r#"{{"at":{at},"air":{air},"state":"{state}","kbps":{},"aim_kbps":{},"chosen_kbps":{},"half":{},"waiting_ms":{},"dropped":{},"skipped":{}}}"#,
            uplink.bitrate_bps / 1000,
            uplink.aim_bps / 1000,
            uplink.chosen_bps / 1000,
            uplink.half_rate,
            uplink.queue_ms,
            uplink.dropped_frames,
            stats.skipped_frames,
        );
    }
    pipeline.stop().await;
    Ok(())
}

fn name(state: &BroadcastState) -> &'static str {
    match state {
        BroadcastState::Off => "off",
        BroadcastState::Connecting => "connecting",
        BroadcastState::Publishing { .. } => "publishing",
        BroadcastState::Reconnecting { .. } => "reconnecting",
        BroadcastState::Refused { .. } => "refused",
    }
}
