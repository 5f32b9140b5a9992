//! Real devices, where there are any: a missing one is shown as ignored, never as passed.
//!
//! Run inside a machine with a camera, or beside a virtual sound system, to see them all.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::time::Duration;

use common::{Seen, event};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::sync::mpsc;
use vitrine_media::{Config, Event, MicrophoneChoice, Pipeline, Showing, VideoSource, device};

fn main() {
    let arguments = Arguments::from_args();
    let devices = device::list();
    let no_camera = devices.cameras.is_empty();
    let no_microphone = devices.microphones.is_empty();
    let trials = vec![
        Trial::test("a_camera_is_seen_in_the_preview", camera_is_seen).with_ignored_flag(no_camera),
        Trial::test("a_camera_is_opened_again_after_another_source", camera_is_opened_again)
            .with_ignored_flag(no_camera),
        Trial::test("a_microphone_opens_and_is_metered", microphone_is_metered)
            .with_ignored_flag(no_microphone),
        Trial::test("a_microphone_that_is_not_there_is_told", missing_microphone_is_told),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn block_on(work: impl Future<Output = ()>) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(work);
    Ok(())
}

fn first_camera() -> VideoSource {
    VideoSource::Camera { id: device::cameras()[0].id.clone() }
}

/// Fails when the camera is lost; gives the preview after a while.
async fn watch_camera(pipeline: &Pipeline, events: &mut mpsc::Receiver<Event>) -> Seen {
    let lost = event(events, "lost", |event| match event {
        Event::SourceLost { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    if let Ok(reason) = tokio::time::timeout(Duration::from_secs(12), lost).await {
        panic!("the camera was lost: {reason}");
    }
    let mut preview = pipeline.preview();
    preview.borrow_and_update();
    preview.changed().await.unwrap();
    let jpeg = preview.borrow_and_update().jpeg.clone();
    Seen::jpeg(&jpeg)
}

fn camera_is_seen() -> Result<(), Failed> {
    block_on(async {
        let (sender, mut events) = mpsc::channel(1024);
        let config = Config { source: first_camera(), ..Config::small() };
        let pipeline = Pipeline::start(config, sender).unwrap();
        let seen = watch_camera(&pipeline, &mut events).await;
        assert!(seen.brightness(0.0, 0.0, 1.0, 1.0) > 8.0, "black");
        assert_eq!(pipeline.showing(), Showing::Source);
        pipeline.stop().await;
    })
}

fn camera_is_opened_again() -> Result<(), Failed> {
    block_on(async {
        let (sender, mut events) = mpsc::channel(1024);
        let config = Config { source: first_camera(), ..Config::small() };
        let pipeline = Pipeline::start(config, sender).unwrap();
        watch_camera(&pipeline, &mut events).await;
        pipeline.set_source(VideoSource::TestPattern).unwrap();
        pipeline.set_source(first_camera()).unwrap();
        let seen = watch_camera(&pipeline, &mut events).await;
        assert!(seen.brightness(0.0, 0.0, 1.0, 1.0) > 8.0, "black");
        pipeline.stop().await;
    })
}

fn microphone_is_metered() -> Result<(), Failed> {
    block_on(async {
        let (sender, mut events) = mpsc::channel(1024);
        let config = Config {
            microphone: MicrophoneChoice::Default,
            microphone_buffer_frames: 4800,
            ..Config::small()
        };
        let pipeline = Pipeline::start(config, sender).unwrap();
        event(&mut events, "microphone", |event| match event {
            Event::Microphone { device: Some(_) } => Some(()),
            Event::MicrophoneLost { reason } => panic!("{reason}"),
            _ => None,
        })
        .await;
        for _ in 0..10 {
            event(&mut events, "levels", |event| matches!(event, Event::Levels { .. }).then_some(())).await;
        }
        pipeline.stop().await;
    })
}

fn missing_microphone_is_told() -> Result<(), Failed> {
    block_on(async {
        let (sender, mut events) = mpsc::channel(1024);
        let choice = MicrophoneChoice::Device { id: "alsa:hw:CARD=nosuchcard".into() };
        let pipeline = Pipeline::start(Config { microphone: choice, ..Config::small() }, sender).unwrap();
        event(&mut events, "lost", |event| matches!(event, Event::MicrophoneLost { .. }).then_some(())).await;
        // silence goes on
        event(&mut events, "levels", |event| match event {
            Event::Levels { levels } if levels.program == vitrine_media::scene::Level::SILENCE => Some(()),
            _ => None,
        })
        .await;
        pipeline.stop().await;
    })
}
