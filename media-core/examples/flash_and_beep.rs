//! Publishes a flash and a beep each second to an RTMP server, to measure there how far picture and sound are apart.
//!
//! ```text
//! flash_and_beep URL-WITH-KEY SECONDS [SOUND-PPM]
//! ```
//!
//! The sound's clock runs SOUND-PPM millionths fast (200 when left out). Fails when the server does not take the stream.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::mpsc;
use vitrine_media::{
    Config, Event, MicrophoneChoice, Pattern, Pipeline, VideoSource,
    encode::video::Preset,
    format::{Bitrate, Fps, VideoFormat},
    output::{BroadcastState, RtmpTarget},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, seconds, rest @ ..] = &arguments[..] else {
        bail!("usage: flash_and_beep URL-WITH-KEY SECONDS [SOUND-PPM]");
    };
    let seconds: u64 = seconds.parse().context("SECONDS is no number")?;
    let sound_ppm: i32 =
        rest.first().map_or(Ok(200), |text| text.parse()).context("SOUND-PPM is no number")?;
    let (place, key) = url.rsplit_once('/').context("the URL has no key")?;
    let target = RtmpTarget::new(place, key)?;

    let config = Config {
        video: VideoFormat { width: 640, height: 360, fps: Fps::whole(30) },
        video_bitrate: Bitrate::kbps(800),
        preset: Preset::Ultrafast,
        source: VideoSource::TestPattern,
        pattern: Pattern::FlashBeep { sound_ppm },
        microphone: MicrophoneChoice::None,
        watch_devices: false,
        ..Config::default()
    };
    let (events, mut received) = mpsc::channel(256);
    let pipeline = Pipeline::start(config, events)?;
    pipeline.start_broadcast(target);
    let end = tokio::time::Instant::now() + Duration::from_secs(seconds);
    while let Ok(Some(event)) = tokio::time::timeout_at(end, received.recv()).await {
        if let Some(reason) = pipeline.failure().borrow().clone() {
            bail!("failed: {reason}");
        }
        if let Event::Broadcast { broadcast: BroadcastState::Refused { reason, .. } } = event {
            bail!("refused: {reason}")
        }
    }
    let stats = pipeline.stats();
    println!("frames: {} skipped: {} sound gaps: {}", stats.frames, stats.skipped_frames, stats.sound_gaps);
    pipeline.stop_broadcast().await;
    pipeline.stop().await;
    Ok(())
}
