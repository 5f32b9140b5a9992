//! Cameras that stall, are busy, come back, lie or are not there at all: what is really encoded meanwhile, picture by
//! picture. Needs no device.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use common::{Manner, Server, event};
use gstreamer::prelude::*;
use parking_lot::Mutex;
use tokio::sync::{Mutex as Turn, mpsc};
use vitrine_media::{
    Camera, Cameras, Config, Event, Frame, Pipeline, Pixels, Showing, Still, VideoSource, format::VideoFormat,
};
use vitrine_rtmp::flv::TagKind;

/// One pipeline at a time: the machine may be small.
static TURN: Turn<()> = Turn::const_new(());

/// What the fake cameras do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Fine,
    /// Its driver blocks.
    Stalls,
    Busy,
    Gone,
    /// Half of each picture is missing.
    Lies,
}

/// Cameras `a` and `b`: green pictures, and blue ones.
#[derive(Clone)]
struct Fakes {
    mood: Arc<Mutex<Mood>>,
    opened: Arc<Mutex<Vec<String>>>,
}

impl Fakes {
    fn new(mood: Mood) -> Self {
        Self { mood: Arc::new(Mutex::new(mood)), opened: Arc::default() }
    }

    fn are(&self, mood: Mood) {
        *self.mood.lock() = mood;
    }
}

struct Open {
    fakes: Fakes,
    color: [u8; 3],
}

impl Cameras for Fakes {
    fn open(&self, id: &str, _: VideoFormat) -> Result<Box<dyn Camera>, String> {
        match (*self.mood.lock(), id) {
            (Mood::Busy, _) => return Err("Device or resource busy".into()),
            (Mood::Gone, _) => return Err("it is not plugged in".into()),
            (_, "a" | "b") => {}
            _ => return Err("it is not plugged in".into()),
        }
        self.opened.lock().push(id.to_owned());
        let color = if id == "a" { [20, 170, 40] } else { [20, 40, 190] };
        Ok(Box::new(Open { fakes: self.clone(), color }))
    }
}

impl Camera for Open {
    fn frame(&mut self, _: Duration) -> Result<Option<Frame>, String> {
        std::thread::sleep(Duration::from_millis(30));
        let mood = *self.fakes.mood.lock();
        let bytes = match mood {
            Mood::Fine => 320 * 180 * 3,
            Mood::Lies => 320 * 90 * 3,
            Mood::Stalls => {
                while *self.fakes.mood.lock() == Mood::Stalls {
                    std::thread::sleep(Duration::from_millis(10));
                }
                return Err("it was left behind".into());
            }
            Mood::Busy | Mood::Gone => return Err("No such device (os error 19)".into()),
        };
        let data = self.color.iter().copied().cycle().take(bytes).collect();
        Ok(Some(Frame { pixels: Pixels::Rgb, width: 320, height: 180, data, color: None, seen: None }))
    }
}

/// What one encoded picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Green,
    Blue,
    Still,
    Black,
    Bars,
    Other,
}

/// What each picture of a recording shows, with its time in milliseconds.
fn pictures(recording: &Path) -> Vec<(u64, Seen)> {
    let line = format!(
        "filesrc location={} ! flvdemux ! h264parse ! avdec_h264 ! videoconvert ! videoscale ! \
         video/x-raw,format=RGB,width=160,height=90 ! appsink name=out sync=false",
        recording.display()
    );
    let pipeline = gstreamer::parse::launch(&line).unwrap().downcast::<gstreamer::Pipeline>().unwrap();
    let sink = pipeline.by_name("out").unwrap().downcast::<gstreamer_app::AppSink>().unwrap();
    pipeline.set_state(gstreamer::State::Playing).unwrap();
    let bus = pipeline.bus().unwrap();
    let mut pictures = Vec::new();
    loop {
        let Some(sample) = sink.try_pull_sample(gstreamer::ClockTime::from_seconds(1)) else {
            // a recording without pictures fails and never ends
            let failed = bus.pop_filtered(&[gstreamer::MessageType::Error]);
            assert!(failed.is_none(), "after {} pictures: {failed:?}", pictures.len());
            if sink.is_eos() {
                break;
            }
            continue;
        };
        let buffer = sample.buffer().unwrap();
        let map = buffer.map_readable().unwrap();
        pictures.push((buffer.pts().unwrap().mseconds(), classify(&map)));
    }
    pipeline.set_state(gstreamer::State::Null).unwrap();
    pictures
}

/// 160 by 90 pixels of RGB.
fn classify(rgb: &[u8]) -> Seen {
    let mean = |x: usize, y: usize, width: usize, height: usize| {
        let mut sum = [0u32; 3];
        for row in y..y + height {
            for column in x..x + width {
                (0..3).for_each(|n| sum[n] += u32::from(rgb[(row * 160 + column) * 3 + n]));
            }
        }
        sum.map(|sum| sum / (width * height) as u32)
    };
    let [red, green, blue] = mean(0, 0, 160, 90);
    // the second of eight bars is yellow, the sixth red
    let (yellow, reddish) = (mean(24, 84, 12, 5), mean(104, 84, 12, 5));
    if yellow[0] > 120 && yellow[1] > 120 && yellow[2] < 80 && reddish[0] > 90 && reddish[1] < 60 {
        Seen::Bars
    } else if green > 120 && red < 80 && blue < 90 {
        Seen::Green
    } else if blue > 120 && red < 80 && green < 90 {
        Seen::Blue
    } else if red.max(green).max(blue) < 3 {
        Seen::Black
    } else if red.max(green).max(blue) < 60 && mean(60, 38, 40, 10).iter().all(|v| *v > 30) {
        Seen::Still
    } else {
        Seen::Other
    }
}

/// Neighbours that show the same, with their length in milliseconds.
fn stretches(pictures: &[(u64, Seen)]) -> Vec<(Seen, u64)> {
    let mut stretches: Vec<(Seen, u64, u64)> = Vec::new();
    for (at, seen) in pictures {
        match stretches.last_mut() {
            Some((last, _, until)) if last == seen => *until = *at,
            _ => stretches.push((*seen, *at, *at)),
        }
    }
    stretches.into_iter().map(|(seen, from, until)| (seen, until - from)).collect()
}

struct Studio {
    pipeline: Pipeline,
    events: mpsc::Receiver<Event>,
    folder: tempfile::TempDir,
}

impl Studio {
    /// Starts, and records: what happens next is on the recording, however slow the machine is.
    async fn start(fakes: &Fakes, camera: &str) -> Self {
        let (sender, events) = mpsc::channel(1024);
        let config = Config {
            cameras: Arc::new(fakes.clone()),
            source: VideoSource::Camera { id: camera.into() },
            still: Still { name: "Atelier Nord".into(), line: "Back in a moment".into(), accent: None },
            ..Config::small()
        };
        let pipeline = Pipeline::start(config, sender).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let recording = folder.path().join("show.flv");
        pipeline.start_recording(recording.clone());
        let studio = Self { pipeline, events, folder };
        within("a recording", || std::fs::metadata(&recording).is_ok_and(|file| file.len() > 4096)).await;
        studio
    }

    /// Waits until so many more pictures are encoded.
    async fn encodes(&self, pictures: u64) {
        let enough = self.pipeline.stats().frames + pictures;
        within("more pictures", || self.pipeline.stats().frames >= enough).await;
    }

    async fn shows(&mut self, wanted: Showing) {
        event(&mut self.events, &format!("{wanted:?}"), |event| {
            matches!(event, Event::Source { showing, .. } if *showing == wanted).then_some(())
        })
        .await;
    }

    async fn lost(&mut self) -> String {
        event(&mut self.events, "lost", |event| match event {
            Event::SourceLost { reason, .. } => Some(reason.clone()),
            _ => None,
        })
        .await
    }

    /// Ends it; gives what was encoded.
    async fn end(self) -> Vec<(u64, Seen)> {
        self.pipeline.stop_recording().await.unwrap();
        self.pipeline.stop().await;
        let pictures = pictures(&self.folder.path().join("show.flv"));
        assert!(pictures.iter().all(|(_, seen)| *seen != Seen::Bars), "bars: {:?}", stretches(&pictures));
        assert!(pictures.len() > 20, "{} pictures", pictures.len());
        pictures
    }
}

/// Waits until `done`, for a minute at most.
async fn within(what: &str, done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "no sign of {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_is_back_within_two_seconds_is_never_missed() {
    let _turn = TURN.lock().await;
    let fakes = Fakes::new(Mood::Fine);
    let mut studio = Studio::start(&fakes, "a").await;
    studio.shows(Showing::Source).await;
    studio.encodes(30).await;
    fakes.are(Mood::Gone);
    assert_eq!(studio.lost().await, "No such device (os error 19)");
    studio.shows(Showing::Held).await;
    pause(1200).await;
    fakes.are(Mood::Fine);
    let back = Instant::now();
    studio.shows(Showing::Source).await;
    assert!(back.elapsed() < Duration::from_secs(4), "{:?}", back.elapsed());
    studio.encodes(30).await;
    assert_eq!(*fakes.opened.lock(), ["a", "a"]);
    let pictures = studio.end().await;
    let first = pictures.iter().position(|(_, seen)| *seen == Seen::Green).unwrap();
    let after = stretches(&pictures[first..]);
    assert_eq!(after.iter().map(|(seen, _)| *seen).collect::<Vec<_>>(), [Seen::Green], "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unplugged_camera_is_held_then_the_still_stands_in_and_the_sound_goes_on() {
    let _turn = TURN.lock().await;
    let server = Server::start(Manner::Takes).await;
    let fakes = Fakes::new(Mood::Fine);
    let mut studio = Studio::start(&fakes, "a").await;
    studio.pipeline.start_broadcast(server.target());
    studio.shows(Showing::Source).await;
    studio.encodes(45).await;
    fakes.are(Mood::Gone);
    let gone = Instant::now();
    studio.lost().await;
    studio.shows(Showing::Still).await;
    assert!((2500..9000).contains(&gone.elapsed().as_millis()), "the still after {:?}", gone.elapsed());
    assert_eq!(studio.pipeline.showing(), Showing::Still);
    assert_eq!(studio.pipeline.source(), VideoSource::Camera { id: "a".into() }, "still what was chosen");
    studio.encodes(60).await;
    fakes.are(Mood::Fine);
    studio.shows(Showing::Source).await;
    studio.encodes(30).await;

    let sound: Vec<u32> = server
        .tags(0)
        .iter()
        .filter(|tag| tag.kind == TagKind::Audio && !tag.is_sequence_header())
        .map(|tag| tag.timestamp_ms)
        .collect();
    assert!(sound.len() > 200, "{} sound frames", sound.len());
    assert!(sound.windows(2).all(|w| (20..=23).contains(&(w[1] - w[0]))), "the sound has a gap");

    let pictures = studio.end().await;
    let first = pictures.iter().position(|(_, seen)| *seen == Seen::Green).unwrap();
    let after = stretches(&pictures[first..]);
    let seen: Vec<_> = after.iter().map(|(seen, _)| *seen).collect();
    assert_eq!(seen, [Seen::Green, Seen::Still, Seen::Green], "{after:?}");
    assert!(after[0].1 > 3000, "it was held: {after:?}");
    assert!(after[1].1 > 1500, "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_is_busy_when_it_is_opened_comes_by_itself() {
    let _turn = TURN.lock().await;
    let fakes = Fakes::new(Mood::Busy);
    let mut studio = Studio::start(&fakes, "a").await;
    pause(1500).await;
    assert_eq!(studio.lost().await, "Device or resource busy");
    fakes.are(Mood::Fine);
    let free = Instant::now();
    studio.shows(Showing::Source).await;
    assert!(free.elapsed() < Duration::from_secs(4), "{:?}", free.elapsed());
    studio.encodes(30).await;
    let pictures = studio.end().await;
    let seen = stretches(&pictures);
    assert!(seen.iter().any(|(seen, ms)| *seen == Seen::Still && *ms > 500), "{seen:?}");
    assert_eq!(seen.last().unwrap().0, Seen::Green, "{seen:?}");
    // black at most until the still is drawn
    assert!(seen[1..].iter().all(|(seen, _)| *seen != Seen::Black), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_camera_is_noticed_and_comes_back() {
    let _turn = TURN.lock().await;
    let fakes = Fakes::new(Mood::Fine);
    let mut studio = Studio::start(&fakes, "a").await;
    studio.shows(Showing::Source).await;
    studio.encodes(15).await;
    fakes.are(Mood::Stalls);
    assert_eq!(studio.lost().await, "no picture for 1.5 seconds");
    studio.shows(Showing::Still).await;
    fakes.are(Mood::Fine);
    studio.shows(Showing::Source).await;
    studio.encodes(30).await;
    let pictures = studio.end().await;
    assert_eq!(pictures.last().unwrap().1, Seen::Green, "{:?}", stretches(&pictures));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_lies_about_its_size_is_not_shown() {
    let _turn = TURN.lock().await;
    let fakes = Fakes::new(Mood::Lies);
    let mut studio = Studio::start(&fakes, "a").await;
    assert_eq!(studio.lost().await, "its pictures are incomplete");
    studio.encodes(30).await;
    let pictures = studio.end().await;
    assert_eq!(pictures.last().unwrap().1, Seen::Still, "{:?}", stretches(&pictures));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_camera_is_never_replaced_by_another() {
    let _turn = TURN.lock().await;
    let fakes = Fakes::new(Mood::Fine);
    let mut studio = Studio::start(&fakes, "c").await;
    assert_eq!(studio.lost().await, "it is not plugged in");
    pause(1500).await;
    assert!(fakes.opened.lock().is_empty(), "{:?}", fakes.opened.lock());
    // the host chooses
    studio.pipeline.set_source(VideoSource::Camera { id: "b".into() }).unwrap();
    studio.shows(Showing::Source).await;
    studio.encodes(30).await;
    // and may choose what only hosts may
    studio.pipeline.set_source(VideoSource::Still).unwrap();
    studio.shows(Showing::Still).await;
    studio.encodes(30).await;
    let pictures = studio.end().await;
    let seen: Vec<_> =
        stretches(&pictures).into_iter().map(|(seen, _)| seen).filter(|s| *s != Seen::Black).collect();
    assert_eq!(seen, [Seen::Still, Seen::Blue, Seen::Still]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_vanishes_gives_way_to_the_still_too() {
    let _turn = TURN.lock().await;
    let fakes = Fakes::new(Mood::Fine);
    let mut studio = Studio::start(&fakes, "a").await;
    studio.shows(Showing::Source).await;
    let broken = studio.folder.path().join("broken.mp4");
    std::fs::write(&broken, b"this is no film").unwrap();
    studio.pipeline.set_source(VideoSource::File { path: broken.clone() }).unwrap();
    studio.lost().await;
    studio.shows(Showing::Still).await;
    assert_eq!(studio.pipeline.source(), VideoSource::File { path: broken });
    studio.encodes(30).await;
    let pictures = studio.end().await;
    assert_eq!(pictures.last().unwrap().1, Seen::Still, "{:?}", stretches(&pictures));
}
