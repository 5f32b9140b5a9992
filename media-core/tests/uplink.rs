//! A pipeline on a line that takes less than it is given. Needs no device and no rights; `tests/network` has real lines.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use common::{Manner, Server};
use gstreamer::prelude::*;
use vitrine_media::{Config, Pipeline, VideoSource, format::Bitrate, output::BroadcastStats};
use vitrine_rtmp::flv::TagKind;

const CHOSEN: u64 = 1_600_000 + 128_000;

/// A picture that moves everywhere and takes what bitrate it is given: circles that run.
fn moving(folder: &Path) -> PathBuf {
    gstreamer::init().unwrap();
    let path = folder.join("moving.mkv");
    let line = format!(
        "videotestsrc pattern=zone-plate kx2=24 ky2=14 kt=9 num-buffers=60 ! video/x-raw,width=640,height=360,framerate=15/1 \
         ! jpegenc quality=90 ! matroskamux ! filesink location=\"{}\"",
        path.display()
    );
    let pipeline = gstreamer::parse::launch(&line).unwrap();
    pipeline.set_state(gstreamer::State::Playing).unwrap();
    let kinds = [gstreamer::MessageType::Eos, gstreamer::MessageType::Error];
    let message = pipeline.bus().unwrap().timed_pop_filtered(gstreamer::ClockTime::from_seconds(60), &kinds);
    assert_eq!(message.unwrap().type_(), gstreamer::MessageType::Eos);
    pipeline.set_state(gstreamer::State::Null).unwrap();
    path
}

async fn until(pipeline: &Pipeline, what: &str, wanted: impl Fn(&BroadcastStats) -> bool) -> BroadcastStats {
    let started = Instant::now();
    loop {
        let stats = pipeline.stats().broadcast;
        if wanted(&stats) {
            return stats;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{what}: {stats:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_slow_line_less_is_sent_and_all_sound() {
    let server = Server::start(Manner::Slow(40_000)).await;
    let (events, _received) = tokio::sync::mpsc::channel(1024);
    let folder = tempfile::tempdir().unwrap();
    let source = VideoSource::File { path: moving(folder.path()) };
    let config = Config { video_bitrate: Bitrate::kbps(1600), source, ..Config::small() };
    let pipeline = Pipeline::start(config, events).unwrap();
    pipeline.start_broadcast(server.target());
    let stats =
        until(&pipeline, "less is sent", |stats| stats.connections > 0 && stats.aim_bps < stats.chosen_bps)
            .await;
    assert_eq!(stats.chosen_bps, CHOSEN);
    until(&pipeline, "it fits", |stats| stats.aim_bps <= 340_000).await;
    until(&pipeline, "in time again", |stats| stats.queue_ms < 1500).await;

    let from = server.tags(0).len();
    let sound = |tags: &[vitrine_rtmp::flv::Tag]| -> Vec<u32> {
        let sound = tags.iter().filter(|t| t.kind == TagKind::Audio && !t.is_sequence_header());
        sound.map(|t| t.timestamp_ms).collect()
    };
    let tags = server
        .wait(0, "four more seconds", |tags| tags.len() > from && sound(&tags[from..]).len() > 190)
        .await;
    let sound = sound(&tags);
    assert!(sound.windows(2).all(|w| (20..=23).contains(&(w[1] - w[0]))), "{sound:?}");
    let headers = tags.iter().filter(|t| t.kind == TagKind::Video && t.is_sequence_header()).count();
    assert_eq!(headers, 1, "decoders need no new configuration");

    pipeline.stop_broadcast().await;
    pipeline.stop().await;
}
