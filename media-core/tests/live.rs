//! A pipeline at work: what is seen, what is sent, what happens when things break. Needs no device.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::time::{Duration, Instant};

use common::{Manner, Seen, Server, event};
use tokio::sync::{Mutex, mpsc, watch};
use vitrine_media::{
    Config, Event, Pipeline, VideoSource,
    format::{Fps, VideoFormat},
    output::{BroadcastState, PreviewFrame},
    scene::LowerThird,
};
use vitrine_rtmp::flv::{Tag, TagKind};

/// One pipeline at a time: the machine may be small.
static TURN: Mutex<()> = Mutex::const_new(());

fn start(config: Config) -> (Pipeline, mpsc::Receiver<Event>) {
    let (events, received) = mpsc::channel(1024);
    (Pipeline::start(config, events).unwrap(), received)
}

async fn picture(preview: &mut watch::Receiver<PreviewFrame>) -> PreviewFrame {
    tokio::time::timeout(Duration::from_secs(30), preview.changed()).await.expect("no preview").unwrap();
    preview.borrow_and_update().clone()
}

/// The picture at or after `wait` from now.
async fn picture_after(preview: &mut watch::Receiver<PreviewFrame>, wait: Duration) -> Seen {
    tokio::time::sleep(wait).await;
    preview.borrow_and_update();
    Seen::jpeg(&picture(preview).await.jpeg)
}

fn times(tags: &[Tag], kind: TagKind) -> Vec<u32> {
    tags.iter().filter(|t| t.kind == kind && !t.is_sequence_header()).map(|t| t.timestamp_ms).collect()
}

fn keys(tags: &[Tag]) -> Vec<u32> {
    tags.iter().filter(|t| t.is_keyframe()).map(|t| t.timestamp_ms).collect()
}

fn rises(times: &[u32]) -> bool {
    times.windows(2).all(|w| w[0] < w[1])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_shows_a_picture_that_moves() {
    let _turn = TURN.lock().await;
    let (pipeline, _events) = start(Config::small());
    let mut preview = pipeline.preview();
    let first = Seen::jpeg(&picture(&mut preview).await.jpeg);
    let first = if first.brightness(0.0, 0.0, 1.0, 1.0) > 20.0 {
        first
    } else {
        picture_after(&mut preview, Duration::from_millis(500)).await
    };
    let second = picture_after(&mut preview, Duration::from_millis(400)).await;
    assert_eq!((first.width, first.height), (640, 360));
    assert!(first.brightness(0.0, 0.0, 1.0, 1.0) > 20.0, "black");
    assert!(first.differs(&second) > 0.005, "still");
    pipeline.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_has_a_key_frame_every_two_seconds_and_sound_without_a_gap() {
    let _turn = TURN.lock().await;
    let server = Server::start(Manner::Takes).await;
    let (pipeline, mut events) = start(Config::small());
    pipeline.start_broadcast(server.target());
    let session = event(&mut events, "publishing", |event| match event {
        Event::Broadcast { broadcast: BroadcastState::Publishing { session } } => Some(session.clone()),
        _ => None,
    })
    .await;
    assert_eq!(session.as_deref(), Some("session-0"));
    let tags = server.wait(0, "three key frames", |tags| keys(tags).len() >= 3).await;

    assert_eq!(tags[0].kind, TagKind::Script);
    assert!(tags[1].is_sequence_header() && tags[2].is_keyframe(), "starts with a key frame");
    let apart: Vec<u32> = keys(&tags).windows(2).map(|w| w[1] - w[0]).collect();
    assert!(apart.iter().all(|ms| (1990..=2140).contains(ms)), "{apart:?}");
    assert!(rises(&times(&tags, TagKind::Video)));

    let sound = times(&tags, TagKind::Audio);
    assert!(sound.len() > 150, "{} sound frames in 4 s", sound.len());
    assert!(sound.windows(2).all(|w| (20..=23).contains(&(w[1] - w[0]))), "{sound:?}");
    let (last_sound, last_picture) = (sound.last().unwrap(), *times(&tags, TagKind::Video).last().unwrap());
    assert!(last_sound.abs_diff(last_picture) < 600, "sound {last_sound}, picture {last_picture}");

    let position = pipeline.on_air().unwrap();
    assert_eq!(position.session, "session-0");
    assert!(position.rtmp_ts_ms.abs_diff(last_picture) < 1500, "{position:?} against {last_picture}");
    let stats = pipeline.stats();
    assert!(stats.frames > 50 && stats.broadcast.sent_bytes > 50_000, "{stats:?}");
    pipeline.stop_broadcast().await;
    assert!(pipeline.on_air().is_none());
    pipeline.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lower_third_comes_changes_and_goes() {
    let _turn = TURN.lock().await;
    let (pipeline, _events) = start(Config::small());
    let mut preview = pipeline.preview();
    let settle = Duration::from_millis(900);
    let place = (0.06, 0.78, 0.38, 0.14);
    let brightness = |seen: &Seen| seen.brightness(place.0, place.1, place.2, place.3);
    let before = picture_after(&mut preview, settle).await;
    let card = LowerThird {
        title: "Linen shirt <b>& co".into(),
        price: Some("49 €".into()),
        ..LowerThird::default()
    };
    pipeline.set_lower_third(Some(card.clone())).await.unwrap();
    let shown = picture_after(&mut preview, settle).await;
    let dark = brightness(&before) - brightness(&shown);
    assert!(dark > 12.0, "the panel darkens its place: {dark}");
    let other = LowerThird { title: "Bag".into(), accent: Some("#ffffff".into()), ..card };
    pipeline.set_lower_third(Some(other)).await.unwrap();
    let changed = picture_after(&mut preview, settle).await;
    assert!(shown.differs(&changed) > 0.01, "the text changes");
    pipeline.set_lower_third(None).await.unwrap();
    let gone = picture_after(&mut preview, settle).await;
    assert!((brightness(&gone) - brightness(&before)).abs() < 6.0, "it is gone");
    pipeline.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_too_slow_for_its_pictures_leaves_some_out_and_stays_in_time() {
    let _turn = TURN.lock().await;
    let server = Server::start(Manner::Takes).await;
    let mut config = Config::small();
    config.video = VideoFormat { width: 3840, height: 2160, fps: Fps::whole(60) };
    let (pipeline, mut events) = start(config);
    pipeline.start_broadcast(server.target());
    let late = |tags: &[Tag]| times(tags, TagKind::Audio).last().copied().unwrap_or(0) > 8000;
    let tags = server.wait(0, "eight seconds of sound", late).await;
    let (sound, pictures) = (times(&tags, TagKind::Audio), times(&tags, TagKind::Video));
    let (heard, seen) = (*sound.last().unwrap(), *pictures.last().unwrap());
    assert!(rises(&pictures));
    assert!(seen + 2500 > heard, "sound is at {heard} ms, pictures at {seen} ms");
    let stats = pipeline.stats();
    // as many as a clock would have asked for, made or left out
    assert!(stats.frames + stats.skipped_frames > 300, "{stats:?}");
    let told = event(&mut events, "too slow", |event| match event {
        Event::Overloaded { pictures } => Some(*pictures),
        _ => None,
    })
    .await;
    assert!(told > 5, "{told} pictures");
    pipeline.stop().await;
}

/// Two seconds of coloured bars with a tone, small and quick to make.
fn make_file(folder: &std::path::Path) -> std::path::PathBuf {
    use gstreamer::prelude::*;
    gstreamer::init().unwrap();
    let path = folder.join("bars and tone.mkv");
    let line = format!(
        "matroskamux name=m ! filesink location=\"{}\" \
         videotestsrc pattern=white num-buffers=50 ! video/x-raw,width=320,height=240,framerate=25/1 \
         ! x264enc speed-preset=ultrafast ! m. \
         audiotestsrc freq=500 volume=0.5 num-buffers=86 samplesperbuffer=1024 ! audio/x-raw,rate=44100,channels=1 \
         ! audioconvert ! avenc_aac ! m.",
        path.display()
    );
    let pipeline = gstreamer::parse::launch(&line).unwrap();
    pipeline.set_state(gstreamer::State::Playing).unwrap();
    let bus = pipeline.bus().unwrap();
    let kinds = [gstreamer::MessageType::Eos, gstreamer::MessageType::Error];
    let message = bus.timed_pop_filtered(gstreamer::ClockTime::from_seconds(60), &kinds).unwrap();
    assert_eq!(message.type_(), gstreamer::MessageType::Eos);
    pipeline.set_state(gstreamer::State::Null).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_change_on_air_without_a_step_in_time() {
    let _turn = TURN.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let file = make_file(folder.path());
    let server = Server::start(Manner::Takes).await;
    let (pipeline, mut events) = start(Config::small());
    let mut preview = pipeline.preview();
    pipeline.start_broadcast(server.target());
    server.wait(0, "a second of pictures", |tags| times(tags, TagKind::Video).len() > 15).await;

    pipeline.set_source(VideoSource::File { path: file.clone() }).unwrap();
    // loud for longer than the file lasts: it plays again from the start
    let started = Instant::now();
    let mut loud = 0;
    while started.elapsed() < Duration::from_secs(5) {
        let rms = event(&mut events, "levels", |event| match event {
            Event::Levels { levels } => Some(levels.program.rms_db),
            _ => None,
        })
        .await;
        loud += u32::from(rms > -30.0);
    }
    assert!(loud >= 30, "heard in {loud} of about 50 tenths of a second");
    let white = picture_after(&mut preview, Duration::from_millis(100)).await;
    assert!(white.brightness(0.3, 0.1, 0.4, 0.8) > 200.0, "{}", white.brightness(0.3, 0.1, 0.4, 0.8));
    assert!(white.brightness(0.0, 0.1, 0.1, 0.8) < 20.0, "a 4:3 file has borders");

    pipeline.set_source(VideoSource::TestPattern).unwrap();
    let enough = times(&server.tags(0), TagKind::Video).len() + 20;
    let tags = server.wait(0, "pictures after the change", |t| times(t, TagKind::Video).len() > enough).await;
    let video = times(&tags, TagKind::Video);
    for (kind, times) in [("video", video.clone()), ("audio", times(&tags, TagKind::Audio))] {
        let step = times.windows(2).position(|w| w[0] >= w[1]);
        assert_eq!(step.map(|at| &times[at..at + 2]), None, "{kind} goes back");
    }
    let longest = video.windows(2).map(|w| w[1] - w[0]).max().unwrap();
    assert!(longest < 1000, "a gap of {longest} ms");
    assert_eq!(tags.iter().filter(|t| t.kind == TagKind::Video && t.is_sequence_header()).count(), 1);
    assert!(pipeline.set_source(VideoSource::File { path: "/no/such/file".into() }).is_err());
    assert_eq!(pipeline.source(), VideoSource::TestPattern);
    pipeline.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_and_comes_back_gets_the_stream_again() {
    let _turn = TURN.lock().await;
    let server = Server::start(Manner::Takes).await;
    let (pipeline, mut events) = start(Config::small());
    pipeline.start_broadcast(server.target());
    let tags = server.wait(0, "pictures", |tags| times(tags, TagKind::Video).len() > 20).await;
    let before = *times(&tags, TagKind::Video).last().unwrap();

    let stopped = server.stop().await;
    event(&mut events, "reconnecting", |event| match event {
        Event::Broadcast { broadcast: BroadcastState::Reconnecting { .. } } => Some(()),
        _ => None,
    })
    .await;
    let composed = pipeline.stats().frames;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(pipeline.stats().frames > composed + 10, "the composer goes on");
    assert!(pipeline.on_air().is_none(), "nothing is on air meanwhile");

    let server = stopped.start(Manner::Takes).await;
    let session = event(&mut events, "publishing again", |event| match event {
        Event::Broadcast { broadcast: BroadcastState::Publishing { session } }
            if session.as_deref() == Some("session-1") =>
        {
            Some(session.clone())
        }
        _ => None,
    })
    .await;
    let tags = server.wait(1, "pictures again", |tags| times(tags, TagKind::Video).len() > 20).await;
    assert!(tags[1].is_sequence_header() && tags[2].is_keyframe(), "starts with a key frame");
    assert!(tags.iter().any(|t| t.kind == TagKind::Audio && t.is_sequence_header()));
    let after = times(&tags, TagKind::Video)[0];
    assert!(after > before + 1500, "time goes on: {before}, then {after}");
    assert_eq!(pipeline.on_air().unwrap().session, session.unwrap());
    pipeline.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_ends_the_broadcast_with_the_servers_words() {
    let _turn = TURN.lock().await;
    let server = Server::start(Manner::Refuses).await;
    let (pipeline, mut events) = start(Config::small());
    pipeline.start_broadcast(server.target());
    let (code, reason) = event(&mut events, "refused", |event| match event {
        Event::Broadcast { broadcast: BroadcastState::Refused { code, reason } } => {
            Some((code.clone(), reason.clone()))
        }
        _ => None,
    })
    .await;
    assert_eq!((code.as_str(), reason.as_str()), ("NetStream.Publish.BadName", "This key is not known."));
    pipeline.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_take_the_stream_right_now_is_asked_again() {
    let _turn = TURN.lock().await;
    let server = Server::start(Manner::NotYet).await;
    let (pipeline, mut events) = start(Config::small());
    pipeline.start_broadcast(server.target());
    let reason = event(&mut events, "tried again", |event| match event {
        Event::Broadcast { broadcast: BroadcastState::Refused { code, .. } } => Some(code.clone()),
        Event::Broadcast { broadcast: BroadcastState::Reconnecting { reason, .. } } => Some(reason.clone()),
        _ => None,
    })
    .await;
    assert_eq!(reason, "Not now.");
    server.wait(0, "pictures", |tags| times(tags, TagKind::Video).len() > 5).await;
    pipeline.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_server_costs_the_preview_nothing_and_is_left() {
    let _turn = TURN.lock().await;
    let server = Server::start(Manner::Freezes).await;
    let mut config = Config::small();
    config.video_bitrate = vitrine_media::format::Bitrate::kbps(8000);
    let (pipeline, mut events) = start(config);
    let mut preview = pipeline.preview();
    pipeline.start_broadcast(server.target());
    let reason = event(&mut events, "left", |event| match event {
        Event::Broadcast { broadcast: BroadcastState::Reconnecting { reason, .. } } => Some(reason.clone()),
        _ => None,
    })
    .await;
    assert_eq!(reason, "the server takes nothing for 5 seconds");
    let (one, two) = (picture(&mut preview).await.sequence, picture(&mut preview).await.sequence);
    assert!(two > one);
    pipeline.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_past_a_full_queue_and_its_first_cause_stays() {
    let _turn = TURN.lock().await;
    let (events, _never_read) = mpsc::channel(1);
    let pipeline = Pipeline::start(Config::small(), events).unwrap();
    let mut failure = pipeline.failure();
    assert_eq!(*failure.borrow_and_update(), None);
    // the queue is full long before
    tokio::time::sleep(Duration::from_millis(500)).await;
    pipeline.break_down("the card fell out");
    tokio::time::timeout(Duration::from_secs(5), failure.changed()).await.expect("it is not told").unwrap();
    pipeline.break_down("and then the cable");
    tokio::time::sleep(Duration::from_millis(200)).await;
    let reason = failure.borrow().clone().unwrap();
    assert!(reason.contains("the card fell out"), "{reason}");
    pipeline.stop().await;
}

/// Names of this process's threads.
fn threads() -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir("/proc/self/task")
        .unwrap()
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok())
        .map(|name| name.trim().to_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_leaves_no_thread_behind() {
    let _turn = TURN.lock().await;
    for round in 0..2 {
        let (pipeline, _events) = start(Config { watch_devices: true, ..Config::small() });
        let _ = picture(&mut pipeline.preview()).await;
        assert!(threads().iter().any(|name| name == "mixer"));
        pipeline.stop().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let ours = ["mixer", "test-pattern", "device-watch", "source:src", "compositor0:src", "x264enc"];
        let left: Vec<_> =
            threads().into_iter().filter(|name| ours.iter().any(|own| name.contains(own))).collect();
        assert!(left.is_empty(), "round {round}: {left:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_can_be_played() {
    let _turn = TURN.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.flv");
    let (pipeline, _events) = start(Config::small());
    pipeline.start_recording(path.clone());
    tokio::time::sleep(Duration::from_secs(4)).await;
    let written = pipeline.stop_recording().await.unwrap();
    pipeline.stop().await;
    assert!(written > 100, "{written} tags");
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"FLV\x01\x05"));
}
