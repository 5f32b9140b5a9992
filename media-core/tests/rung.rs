//! The ladder encoder on real H.264: times, key frames, restart, hostile input.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Duration;

use bytes::Bytes;
use gstreamer::prelude::*;
use vitrine_media::{
    encode::{
        Rendition, ladder,
        rung::{Config, Output, Pushed, RungEncoder, SourceCodec, Thumbnails},
        video::Preset,
    },
    format::{AccessUnit, Fps},
    time::Pts,
};

struct Source {
    avcc: Bytes,
    units: Vec<AccessUnit>,
}

/// A 640x360 source of `frames` moving pictures at 30 fps, a key frame every `gop`, with times as RTMP gives them (whole ms).
fn source(frames: u32, gop: u32, bframes: u32) -> Source {
    source_of(frames, gop, bframes, 640, 360)
}

fn source_of(frames: u32, gop: u32, bframes: u32, width: u32, height: u32) -> Source {
    source_with(frames, gop, bframes, width, height, "scenecut=0")
}

fn source_with(frames: u32, gop: u32, bframes: u32, width: u32, height: u32, options: &str) -> Source {
    gstreamer::init().unwrap();
    let pattern = if width == 640 { "ball" } else { "red" };
    let line = format!(
        "videotestsrc pattern={pattern} num-buffers={frames} ! video/x-raw,width={width},height={height},framerate=30/1 \
         ! x264enc key-int-max={gop} bframes={bframes} b-adapt=false speed-preset=ultrafast option-string={options} \
         ! video/x-h264,stream-format=avc,alignment=au ! appsink name=out sync=false"
    );
    let pipeline = gstreamer::parse::launch(&line).unwrap().downcast::<gstreamer::Pipeline>().unwrap();
    let sink = pipeline.by_name("out").unwrap().downcast::<gstreamer_app::AppSink>().unwrap();
    pipeline.set_state(gstreamer::State::Playing).unwrap();
    let mut made = Source { avcc: Bytes::new(), units: Vec::new() };
    while let Ok(sample) = sink.pull_sample() {
        let caps = sample.caps().unwrap().structure(0).unwrap();
        let codec_data = caps.get::<gstreamer::Buffer>("codec_data").unwrap();
        made.avcc = Bytes::copy_from_slice(&codec_data.map_readable().unwrap());
        let buffer = sample.buffer().unwrap();
        let start =
            sample.segment().unwrap().downcast_ref::<gstreamer::ClockTime>().unwrap().start().unwrap();
        let millis = |t: Option<gstreamer::ClockTime>| {
            // B-frames make the first decode times negative: move everything by half a second
            Pts::from_millis((t.unwrap().nseconds() + 500_000_000 - start.nseconds() + 500_000) / 1_000_000)
        };
        made.units.push(AccessUnit {
            pts: millis(buffer.pts()),
            dts: millis(buffer.dts()),
            key: !buffer.flags().contains(gstreamer::BufferFlags::DELTA_UNIT),
            data: Bytes::copy_from_slice(&buffer.map_readable().unwrap()),
        });
    }
    pipeline.set_state(gstreamer::State::Null).unwrap();
    assert_eq!(made.units.len(), frames as usize);
    made
}

fn config(source: &Source, short_sides: &[u32]) -> Config {
    let steps: Vec<_> = short_sides
        .iter()
        .map(|s| ladder::Step { short_side: *s, bitrate: vitrine_media::format::Bitrate::kbps(400) })
        .collect();
    Config {
        codec: SourceCodec::H264,
        record: source.avcc.clone(),
        start: Pts::ZERO,
        fps: Fps::whole(30),
        rungs: steps.into_iter().map(|s| Rendition::of(640, 360, s)).collect(),
        longest_frame: None,
        thumbnails: None,
        preset: Preset::Veryfast,
    }
}

#[derive(Default)]
struct Encoded {
    headers: Vec<(usize, Bytes)>,
    units: Vec<(usize, AccessUnit)>,
    thumbnails: Vec<(Pts, Bytes)>,
}

impl Encoded {
    fn of(&self, rung: usize) -> Vec<&AccessUnit> {
        self.units.iter().filter(|(r, _)| *r == rung).map(|(_, u)| u).collect()
    }
}

fn encode(config: Config, units: &[AccessUnit]) -> Encoded {
    let (mut encoder, mut outputs) = RungEncoder::start(config, 4096).unwrap();
    for unit in units {
        encoder.push(unit.clone(), unit.key.then_some(unit.pts)).unwrap();
    }
    encoder.finish();
    let mut encoded = Encoded::default();
    while let Some(output) = outputs.blocking_recv() {
        match output {
            Output::Header { rung, avcc } => encoded.headers.push((rung, avcc)),
            Output::Unit { rung, unit } => encoded.units.push((rung, unit)),
            Output::Thumbnail { pts, jpeg } => encoded.thumbnails.push((pts, jpeg)),
            Output::Ended => break,
            Output::Failed(error) => panic!("{error}"),
        }
    }
    encoded
}

/// The first decoded picture as I420, and the name of its colours.
fn decode(avcc: &Bytes, units: &[&AccessUnit]) -> (Vec<u8>, String) {
    let line = "appsrc name=in format=time ! avdec_h264 ! videoconvert ! video/x-raw,format=I420 ! appsink name=out sync=false";
    let pipeline = gstreamer::parse::launch(line).unwrap().downcast::<gstreamer::Pipeline>().unwrap();
    let input = pipeline.by_name("in").unwrap().downcast::<gstreamer_app::AppSrc>().unwrap();
    let caps = gstreamer::Caps::builder("video/x-h264")
        .field("stream-format", "avc")
        .field("alignment", "au")
        .field("codec_data", gstreamer::Buffer::from_slice(avcc.clone()))
        .build();
    input.set_caps(Some(&caps));
    let sink = pipeline.by_name("out").unwrap().downcast::<gstreamer_app::AppSink>().unwrap();
    pipeline.set_state(gstreamer::State::Playing).unwrap();
    for unit in units {
        let mut buffer = gstreamer::Buffer::from_slice(unit.data.clone());
        buffer.get_mut().unwrap().set_pts(gstreamer::ClockTime::from_nseconds(unit.pts.as_nanos()));
        input.push_buffer(buffer).unwrap();
    }
    input.end_of_stream().unwrap();
    let sample = sink.pull_sample().unwrap();
    let colours =
        sample.caps().unwrap().structure(0).unwrap().get::<String>("colorimetry").unwrap_or_default();
    let data = sample.buffer().unwrap().map_readable().unwrap().to_vec();
    pipeline.set_state(gstreamer::State::Null).unwrap();
    (data, colours)
}

fn times_and_keys<'a>(units: impl IntoIterator<Item = &'a AccessUnit>) -> Vec<(Pts, bool)> {
    let mut times: Vec<_> = units.into_iter().map(|u| (u.pts, u.key)).collect();
    times.sort();
    times
}

#[test]
fn every_rung_has_the_times_and_the_key_frames_of_its_source() {
    for bframes in [0, 2] {
        let source = source(95, 20, bframes);
        let encoded = encode(config(&source, &[240, 120]), &source.units);
        assert_eq!(encoded.headers.len(), 2);
        for rung in 0..2 {
            let units = encoded.of(rung);
            assert_eq!(
                times_and_keys(units.iter().copied()),
                times_and_keys(&source.units),
                "{bframes} B-frames"
            );
            assert!(units.iter().all(|u| u.dts == u.pts), "no reordering in the output");
            assert!(units.windows(2).all(|w| w[0].pts < w[1].pts));
        }
    }
}

#[test]
fn a_rung_keeps_the_colours_of_its_source() {
    // 720 lines without a word on colours: players take BT.709, and so must those of the smaller rung.
    let source = source_of(20, 20, 0, 1280, 720);
    let steps = [ladder::Step { short_side: 360, bitrate: vitrine_media::format::Bitrate::kbps(400) }];
    let rungs = ladder::of(1280, 720, &steps);
    let encoded = encode(Config { rungs, ..config(&source, &[]) }, &source.units);
    let (decoded, colours) = decode(&encoded.headers[0].1, &encoded.of(0));
    assert_eq!(colours, "bt709");
    let (original, _) = decode(&source.avcc, &source.units.iter().collect::<Vec<_>>());
    let mean = |plane: &[u8]| plane.iter().map(|byte| f64::from(*byte)).sum::<f64>() / plane.len() as f64;
    let red = |(data, luma): (Vec<u8>, usize)| mean(&data[luma * 5 / 4..luma * 3 / 2]);
    let (ours, theirs) = (red((decoded, 640 * 360)), red((original, 1280 * 720)));
    assert!((ours - theirs).abs() < 1.5, "red is {ours:.1} and was {theirs:.1}");
}

#[test]
fn units_are_length_prefixed_and_key_frames_are_idr() {
    let source = source(45, 15, 0);
    for (_, unit) in encode(config(&source, &[240]), &source.units).units {
        let mut rest = unit.data.clone();
        let mut kinds = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            kinds.push(rest[4] & 0x1f);
            rest = rest.slice(4 + length..);
        }
        assert_eq!(kinds.contains(&5), unit.key, "{kinds:?}");
        assert!(!kinds.contains(&9), "no access unit delimiters");
    }
}

#[test]
fn a_restarted_encoder_writes_the_same_parameter_sets() {
    let source = source(60, 20, 0);
    let whole = encode(config(&source, &[240, 120]), &source.units);
    let rest = encode(config(&source, &[240, 120]), &source.units[20..]);
    let sorted = |e: &Encoded| {
        let mut h = e.headers.clone();
        h.sort();
        h
    };
    assert_eq!(sorted(&whole), sorted(&rest));
    assert_eq!(times_and_keys(rest.of(1)), times_and_keys(&source.units[20..]));
}

#[test]
fn encoding_starts_at_a_key_frame() {
    let source = source(50, 20, 0);
    let (mut encoder, _outputs) = RungEncoder::start(config(&source, &[120]), 4096).unwrap();
    let pushed: Vec<_> = source.units[7..].iter().map(|u| encoder.push(u.clone(), None).unwrap()).collect();
    assert_eq!(pushed.iter().take_while(|p| **p == Pushed::Dropped).count(), 13);
    assert!(pushed[13..].iter().all(|p| *p == Pushed::Taken));
}

#[test]
fn a_source_without_key_frames_is_encoded_from_its_middle_after_a_while() {
    let mut source = source_with(600, 60, 0, 640, 360, "scenecut=0:intra-refresh=1");
    source.units.iter_mut().for_each(|unit| unit.key = false);
    let middle = &source.units[45..];
    let shown = encode(config(&source, &[180]), middle).units;
    let first = shown.first().expect("it has begun").1.pts.since(middle[0].pts);
    assert!((10_000..11_000).contains(&first.as_millis()), "{first:?}");
    assert!(shown[0].1.key && shown.len() > 200, "{}", shown.len());
}

#[test]
fn key_frames_stand_where_they_are_asked_for_whatever_the_source_does() {
    let source = source(150, 250, 2);
    let mut config = config(&source, &[120]);
    config.start = Pts::from_millis(1_200);
    let (mut encoder, mut outputs) = RungEncoder::start(config, 4096).unwrap();
    for (n, unit) in source.units.iter().enumerate() {
        let asked = [(30, 2_000u64), (90, 4_001)].iter().find(|(at, _)| *at == n).map(|(_, ms)| *ms);
        encoder.push(unit.clone(), asked.map(Pts::from_millis)).unwrap();
    }
    encoder.finish();
    let mut keys = Vec::new();
    while let Some(output) = outputs.blocking_recv() {
        match output {
            Output::Unit { unit, .. } if unit.key => keys.push(unit.pts.as_millis()),
            Output::Ended => break,
            _ => {}
        }
    }
    assert_eq!(keys, [1_200, 2_000, 4_033], "the first picture that is encoded, then those asked for");
}

#[test]
fn the_end_of_a_run_brings_what_the_decoder_held_and_the_next_goes_on() {
    let source = source(60, 30, 2);
    let (mut encoder, mut outputs) = RungEncoder::start(config(&source, &[180]), 4096).unwrap();
    let mut shown = Vec::new();
    for run in source.units.chunks(30) {
        for unit in run {
            encoder.push(unit.clone(), unit.key.then_some(unit.pts)).unwrap();
        }
        encoder.drain();
        let end = run.iter().map(|unit| unit.pts).max().unwrap();
        while shown.last().is_none_or(|(pts, _)| *pts < end) {
            match outputs.blocking_recv().expect("it goes on") {
                Output::Unit { unit, .. } => shown.push((unit.pts, unit.key)),
                Output::Failed(error) => panic!("{error}"),
                _ => {}
            }
        }
    }
    assert_eq!(shown, times_and_keys(&source.units));
}

#[test]
fn a_key_frame_that_was_asked_for_with_a_dropped_picture_comes_with_the_next() {
    let source = source(60, 20, 0);
    let (mut encoder, mut outputs) = RungEncoder::start(config(&source, &[120]), 4096).unwrap();
    for unit in &source.units[..10] {
        encoder.push(unit.clone(), None).unwrap();
    }
    encoder.drain();
    let asked = source.units[15].clone();
    let at = asked.pts;
    assert_eq!(encoder.push(asked, Some(at)).unwrap(), Pushed::Dropped);
    for unit in &source.units[20..30] {
        assert_eq!(encoder.push(unit.clone(), None).unwrap(), Pushed::Taken);
    }
    encoder.finish();
    let mut keys = Vec::new();
    while let Some(output) = outputs.blocking_recv() {
        match output {
            Output::Unit { unit, .. } if unit.key => keys.push(unit.pts),
            Output::Ended => break,
            _ => {}
        }
    }
    assert_eq!(keys, [source.units[0].pts, source.units[20].pts]);
}

#[test]
fn a_picture_that_stands_too_long_is_encoded_again() {
    let mut source = source(20, 20, 0);
    for unit in &mut source.units[10..] {
        unit.pts = unit.pts.after(Duration::from_millis(900));
        unit.dts = unit.pts;
    }
    let mut config = config(&source, &[120]);
    config.longest_frame = Some(Duration::from_millis(333));
    let encoded = encode(config, &source.units);
    let units = encoded.of(0);
    assert_eq!(units.len(), 22);
    let longest = units.windows(2).map(|w| w[1].pts.since(w[0].pts)).max().unwrap();
    assert!(longest <= Duration::from_millis(333), "{longest:?}");
}

#[test]
fn thumbnails_are_jpeg_at_their_own_pace() {
    let source = source(90, 30, 0);
    let mut config = config(&source, &[]);
    config.thumbnails = Some(Thumbnails { width: 160, every: Duration::from_secs(1) });
    let encoded = encode(config, &source.units);
    assert!((1..=4).contains(&encoded.thumbnails.len()), "{}", encoded.thumbnails.len());
    assert!(encoded.thumbnails.iter().all(|(_, jpeg)| jpeg.starts_with(&[0xff, 0xd8])));
}

#[test]
fn key_frames_alone_make_thumbnails_at_once() {
    let source = source(90, 30, 2);
    let mut config = config(&source, &[]);
    config.thumbnails = Some(Thumbnails { width: 160, every: Duration::from_secs(1) });
    let (mut encoder, mut outputs) = RungEncoder::start(config, 4096).unwrap();
    for unit in source.units.iter().filter(|unit| unit.key) {
        assert_eq!(encoder.push(unit.clone(), None).unwrap(), Pushed::Taken);
        encoder.drain();
        let output = outputs.blocking_recv();
        assert!(matches!(output, Some(Output::Thumbnail { pts, .. }) if pts == unit.pts), "{output:?}");
    }
}

#[test]
fn a_reader_that_stops_reading_does_not_hold_the_encoder_up() {
    let source = source(60, 20, 0);
    let (mut encoder, outputs) = RungEncoder::start(config(&source, &[240]), 1).unwrap();
    for unit in &source.units {
        encoder.push(unit.clone(), unit.key.then_some(unit.pts)).unwrap();
    }
    std::thread::sleep(Duration::from_millis(300));
    assert!(encoder.behind() > Duration::ZERO);
    drop(encoder); // would hang here
    drop(outputs);
}

#[test]
fn garbage_ends_in_an_error_or_in_nothing_and_never_hangs() {
    let good = source(40, 20, 0);
    let mut bad = good.units.clone();
    for (n, unit) in bad.iter_mut().enumerate() {
        let mut data = unit.data.to_vec();
        for byte in data.iter_mut().skip(n % 7).step_by(11) {
            *byte = byte.wrapping_mul(31).wrapping_add(7);
        }
        unit.data = data.into();
    }
    let (mut encoder, mut outputs) = RungEncoder::start(config(&good, &[240]), 4096).unwrap();
    for unit in bad {
        if encoder.push(unit, None).is_err() {
            break;
        }
    }
    encoder.finish();
    while let Some(output) = outputs.blocking_recv() {
        if matches!(output, Output::Ended | Output::Failed(_)) {
            return;
        }
    }
}
