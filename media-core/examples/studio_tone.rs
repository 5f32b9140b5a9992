//! Proves that the microphone is heard in the stream: records what goes out, decodes it again and measures its pitch and loudness.
//!
//! ```text
//! studio_tone HZ [SECONDS]
//! ```
//!
//! Run it where a tone of `HZ` plays into the default microphone. Mutes half way and expects silence from then on.
#![allow(clippy::print_stdout)]

use std::{path::Path, time::Duration};

use anyhow::{Context, ensure};
use gstreamer::prelude::*;
use tokio::sync::mpsc;
use vitrine_media::{Config, Event, MicrophoneChoice, Pipeline};

const RATE: usize = 48_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let wanted: f64 = arguments.next().context("usage: studio_tone HZ [SECONDS]")?.parse()?;
    let seconds: u64 = arguments.next().map_or(Ok(8), |text| text.parse())?;

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("out.flv");
    let config = Config {
        microphone: MicrophoneChoice::Default,
        // what counts here is that no sample is lost, however busy the machine is
        microphone_buffer_frames: 9600,
        ..Config::small()
    };
    let (sender, mut events) = mpsc::channel(256);
    let pipeline = Pipeline::start(config, sender)?;
    let opened = async {
        loop {
            match events.recv().await {
                Some(Event::Microphone { device: Some(device) }) => return Ok(device),
                Some(Event::MicrophoneLost { reason }) => return Err(anyhow::anyhow!(reason)),
                Some(_) => {}
                None => return Err(anyhow::anyhow!("the pipeline ended")),
            }
        }
    };
    let device =
        tokio::time::timeout(Duration::from_secs(15), opened).await.context("no microphone opened")??;
    println!("microphone: {} \"{}\"", device.id, device.name);
    tokio::time::sleep(Duration::from_millis(500)).await;

    pipeline.start_recording(path.clone());
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let level = last_level(&mut events).context("no levels were told")?;
    pipeline.set_muted(true);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let muted = last_level(&mut events).context("no levels were told")?;
    let tags = pipeline.stop_recording().await?;
    let gaps = pipeline.stats().sound_gaps;
    pipeline.stop().await;
    if let Some(keep) = std::env::var_os("VITRINE_RECORD") {
        std::fs::copy(&path, keep)?;
    }

    let samples = tokio::task::spawn_blocking(move || decode(&path)).await??;
    // a second that is on either side of what starts and stops
    let heard = samples.get(RATE..RATE * (seconds as usize - 1)).context("too little was recorded")?;
    let silent = samples.get(samples.len() - RATE..).context("too little was recorded")?;
    let hz = pitch(heard);
    println!("recorded: {:.2} s of sound, {tags} tags, {gaps} gaps", samples.len() as f64 / RATE as f64);
    println!("heard: {hz:.1} Hz at {:.1} dBFS; meter: {:.1} dB", rms_db(heard), level.microphone.rms_db);
    println!("share of the tone in all that is heard: {:.4}", purity(heard, wanted));
    println!(
        "muted: {:.1} dBFS; meter: microphone {:.1} dB, program {:.1} dB",
        rms_db(silent),
        muted.microphone.rms_db,
        muted.program.rms_db
    );
    // the microphone's clock is followed by bending its speed, by half a percent at most
    ensure!((hz / wanted - 1.0).abs() < 0.005, "{hz} Hz is not {wanted} Hz");
    ensure!(rms_db(heard) > -20.0, "too quiet");
    ensure!(rms_db(silent) < -80.0, "muting does not silence");
    Ok(())
}

fn last_level(events: &mut mpsc::Receiver<Event>) -> Option<vitrine_media::scene::Levels> {
    let mut last = None;
    while let Ok(event) = events.try_recv() {
        if let Event::Levels { levels } = event {
            last = Some(levels);
        }
    }
    last
}

/// The left channel of a media file.
fn decode(path: &Path) -> anyhow::Result<Vec<f32>> {
    let line = format!(
        "filesrc location=\"{}\" ! decodebin ! audioconvert ! audioresample \
         ! audio/x-raw,format=F32LE,rate={RATE},channels=1 ! appsink name=out sync=false",
        path.display()
    );
    let pipeline = gstreamer::parse::launch(&line)?;
    let bin = pipeline.downcast_ref::<gstreamer::Bin>().context("no chain")?;
    let sink = bin.by_name("out").context("no sink")?;
    let sink = sink.downcast::<gstreamer_app::AppSink>().map_err(|_| anyhow::anyhow!("no sink"))?;
    pipeline.set_state(gstreamer::State::Playing)?;
    let mut samples = Vec::new();
    while let Ok(sample) = sink.pull_sample() {
        let map = sample.buffer().context("no buffer")?.map_readable()?;
        samples.extend(map.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)));
    }
    pipeline.set_state(gstreamer::State::Null)?;
    Ok(samples)
}

/// The median of quarter seconds, so that a moment that a busy machine lost does not count.
fn pitch(samples: &[f32]) -> f64 {
    let mut stretches: Vec<_> = samples.chunks_exact(RATE / 4).map(crossings).collect();
    stretches.sort_by(f64::total_cmp);
    stretches.get(stretches.len() / 2).copied().unwrap_or_default()
}

/// Hertz, by rising zero crossings, interpolated.
fn crossings(samples: &[f32]) -> f64 {
    let mut crossings = samples
        .windows(2)
        .enumerate()
        .filter(|(_, w)| w[0] < 0.0 && w[1] >= 0.0)
        .map(|(n, w)| n as f64 + f64::from(-w[0]) / f64::from(w[1] - w[0]));
    let Some(first) = crossings.next() else { return 0.0 };
    let (count, last) = crossings.fold((0usize, first), |(count, _), at| (count + 1, at));
    if count == 0 { 0.0 } else { count as f64 * RATE as f64 / (last - first) }
}

fn rms_db(samples: &[f32]) -> f64 {
    let mean = samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len().max(1) as f64;
    10.0 * mean.max(1e-12).log10()
}

/// Power of one frequency in the power of all, over stretches of a tenth of a second.
fn purity(samples: &[f32], hz: f64) -> f64 {
    let (mut tone, mut all) = (0.0, 0.0);
    for stretch in samples.chunks_exact(RATE / 10) {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in stretch.iter().enumerate() {
            let angle = std::f64::consts::TAU * hz * n as f64 / RATE as f64;
            re += f64::from(*sample) * angle.cos();
            im += f64::from(*sample) * angle.sin();
        }
        tone += 2.0 * (re * re + im * im) / stretch.len() as f64;
        all += stretch.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>();
    }
    if all > 0.0 { tone / all } else { 0.0 }
}
