//! Takes a camera and a microphone to an RTMP server for some seconds, and says what was seen and heard.
//!
//! ```text
//! camera_to_rtmp URL-WITH-KEY [SECONDS] [CAMERA|first|none] [MICROPHONE|default|none]
//! ```
//!
//! Prints one line a figure. Fails when the camera did not deliver or the server did not take the stream, so that it can be run as a test
//! inside a machine with a camera. `VITRINE_RECORD=FILE` also records what is sent.
#![allow(clippy::print_stdout)]

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use tokio::sync::mpsc;
use vitrine_media::{
    Config, Event, MicrophoneChoice, Pipeline, Showing, VideoSource, device,
    encode::video::Preset,
    format::{Bitrate, Fps, VideoFormat},
    output::{BroadcastState, RtmpTarget},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let url =
        arguments.next().context("usage: camera_to_rtmp URL-WITH-KEY [SECONDS] [CAMERA] [MICROPHONE]")?;
    let seconds: u64 =
        arguments.next().map_or(Ok(10), |text| text.parse()).context("SECONDS is no number")?;
    let camera = arguments.next().unwrap_or_else(|| "first".into());
    let microphone = arguments.next().unwrap_or_else(|| "default".into());

    let started = std::time::Instant::now();
    let since = || format!("{:6.2} s", started.elapsed().as_secs_f32());
    let devices = device::list();
    for (kind, devices) in [("camera", &devices.cameras), ("microphone", &devices.microphones)] {
        for device in devices {
            println!("{kind}: {} \"{}\"", device.id, device.name);
        }
    }
    let source = match camera.as_str() {
        "none" => VideoSource::TestPattern,
        "first" => {
            let first = devices.cameras.first().context("no camera is plugged in")?;
            VideoSource::Camera { id: first.id.clone() }
        }
        _ => VideoSource::Camera { id: camera },
    };
    let wants_camera = source != VideoSource::TestPattern;
    let microphone = match microphone.as_str() {
        "none" => MicrophoneChoice::None,
        "default" => MicrophoneChoice::Default,
        _ => MicrophoneChoice::Device { id: microphone },
    };
    let config = Config {
        video: VideoFormat { width: 640, height: 360, fps: Fps::whole(30) },
        video_bitrate: Bitrate::kbps(1000),
        preset: Preset::Ultrafast,
        source,
        microphone,
        // virtual machines lose samples with small buffers
        microphone_buffer_frames: 4800,
        ..Config::default()
    };
    let (sender, mut events) = mpsc::channel(256);
    println!("{}: devices listed", since());
    let pipeline = Pipeline::start(config, sender)?;
    println!("{}: the pipeline runs", since());
    let preview = pipeline.preview();
    if let Some(path) = std::env::var_os("VITRINE_RECORD") {
        pipeline.start_recording(PathBuf::from(path));
    }
    pipeline.start_broadcast(RtmpTarget::with_key(&url)?);

    let (mut published, mut loudest) = (false, f32::NEG_INFINITY);
    let until = tokio::time::Instant::now() + Duration::from_secs(seconds);
    while let Ok(Some(event)) = tokio::time::timeout_at(until, events.recv()).await {
        match event {
            Event::Levels { levels } => loudest = loudest.max(levels.program.rms_db),
            // a slow machine stalls its camera; that it comes back by itself is what counts
            Event::SourceLost { reason, .. } => println!("{}: the camera was lost: {reason}", since()),
            Event::Broadcast { broadcast } => {
                published |= matches!(broadcast, BroadcastState::Publishing { .. });
                println!("{}: {broadcast:?}", since());
            }
            other => println!("{}: {other:?}", since()),
        }
    }
    println!("{}: enough", since());
    let stats = pipeline.stats();
    let showing = pipeline.showing();
    let last = preview.borrow().clone();
    pipeline.stop_broadcast().await;
    let tags = pipeline.stop_recording().await?;
    pipeline.stop().await;
    println!("frames: {} skipped: {}", stats.frames, stats.skipped_frames);
    println!("sent_bytes: {} dropped_frames: {}", stats.broadcast.sent_bytes, stats.broadcast.dropped_frames);
    println!("loudest_db: {loudest:.1}");
    println!("preview_jpeg_bytes: {} recorded_tags: {tags}", last.jpeg.len());
    if let Some(path) = std::env::var_os("VITRINE_PREVIEW") {
        std::fs::write(path, &last.jpeg)?;
    }
    ensure!(published, "the server never took the stream");
    ensure!(stats.broadcast.sent_bytes > 0, "nothing was sent");
    ensure!(!wants_camera || showing == Showing::Source, "the camera is not shown");
    Ok(())
}
