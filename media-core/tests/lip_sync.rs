//! Picture and sound of one moment are sent as one moment, whatever the sound waits for on its way.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{path::Path, time::Duration};

use gstreamer::prelude::*;
use gstreamer_app::AppSink;
use tokio::sync::mpsc;
use vitrine_media::{
    Config, Pattern, Pipeline,
    format::{Fps, VideoFormat},
};

/// Values with their times in milliseconds.
type Values = Vec<(f64, f32)>;

/// Milliseconds at which a value rises to its upper half.
fn onsets(values: &[(f64, f32)]) -> Vec<f64> {
    let high = values.iter().fold(0.0f32, |most, (_, value)| most.max(*value));
    let low = values.iter().fold(f32::MAX, |least, (_, value)| least.min(*value));
    let middle = (high + low) / 2.0;
    let mut found: Vec<f64> = Vec::new();
    for pair in values.windows(2) {
        let rises = pair[0].1 < middle && pair[1].1 >= middle;
        if rises && found.last().is_none_or(|last| pair[1].0 - last > 400.0) {
            found.push(pair[1].0);
        }
    }
    found
}

/// Decodes a recording: brightness of each picture and loudness of each 2 ms, with their times in milliseconds.
fn decode(file: &Path) -> (Values, Values) {
    let text = format!(
        "filesrc location={} ! flvdemux name=d \
         d.video ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! h264parse ! avdec_h264 ! videoconvert ! videoscale ! \
         video/x-raw,format=GRAY8,width=16,height=16 ! appsink name=v sync=false \
         d.audio ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! aacparse ! avdec_aac ! audioconvert ! \
         audio/x-raw,format=F32LE,channels=1,rate=48000 ! appsink name=a sync=false",
        file.display()
    );
    let pipeline = gstreamer::parse::launch(&text).unwrap().downcast::<gstreamer::Pipeline>().unwrap();
    let sink = |name: &str| pipeline.by_name(name).unwrap().downcast::<AppSink>().unwrap();
    let (video, audio) = (sink("v"), sink("a"));
    pipeline.set_state(gstreamer::State::Playing).unwrap();
    let hear = std::thread::spawn(move || {
        let mut sound = Vec::new();
        while let Ok(sample) = audio.pull_sample() {
            let buffer = sample.buffer().unwrap();
            let from = buffer.pts().unwrap().nseconds() as f64 / 1e6;
            let map = buffer.map_readable().unwrap();
            let samples: Vec<f32> = map.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
            for (n, part) in samples.chunks(96).enumerate() {
                let peak = part.iter().fold(0.0f32, |most, sample| most.max(sample.abs()));
                sound.push((from + n as f64 * 2.0, peak));
            }
        }
        sound
    });
    let mut pictures = Vec::new();
    while let Ok(sample) = video.pull_sample() {
        let buffer = sample.buffer().unwrap();
        let map = buffer.map_readable().unwrap();
        let mean = map.iter().map(|b| f32::from(*b)).sum::<f32>() / map.len() as f32;
        pictures.push((buffer.pts().unwrap().nseconds() as f64 / 1e6, mean));
    }
    let sound = hear.join().unwrap();
    pipeline.set_state(gstreamer::State::Null).unwrap();
    (pictures, sound)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flash_and_its_beep_are_sent_together() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flash.flv");
    let (events, _received) = mpsc::channel(1024);
    let config = Config {
        video: VideoFormat { fps: Fps::whole(30), ..VideoFormat::SMALL },
        pattern: Pattern::FlashBeep { sound_ppm: 200 },
        ..Config::small()
    };
    let pipeline = Pipeline::start(config, events).unwrap();
    pipeline.start_recording(file.clone());
    tokio::time::sleep(Duration::from_secs(14)).await;
    assert!(pipeline.stop_recording().await.unwrap() > 400);
    pipeline.stop().await;

    let (pictures, sound) = decode(&file);
    let (flashes, beeps) = (onsets(&pictures), onsets(&sound));
    // the first seconds bring them together, slowly enough that nobody sees it
    let apart: Vec<f64> = flashes
        .iter()
        .skip(4)
        .filter_map(|flash| beeps.iter().map(|beep| beep - flash).min_by(|a, b| a.abs().total_cmp(&b.abs())))
        .collect();
    assert!(apart.len() >= 6, "flashes {flashes:?} beeps {beeps:?}");
    // one picture lasts 33 ms: a flash is seen up to that much late; what the sound waits for (60 ms and more) would show
    let mut sorted = apart.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    assert!(median.abs() <= 40.0, "{apart:?} ms apart");
}
