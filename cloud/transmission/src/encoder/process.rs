//! The process: frames in on standard input, frames out on standard output, GStreamer in between.
//!
//! It ends when its input does, so it never outlives its transmission.

use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::net::unix::pipe;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};
use tokio_util::codec::{FramedRead, FramedWrite};
use vitrine_media::MediaError;
use vitrine_media::encode::ladder::{self, Rendition, Step};
use vitrine_media::encode::rung::{self, Output, RungEncoder, Thumbnails};
use vitrine_media::encode::video::Preset;
use vitrine_media::format::{AccessUnit, Bitrate, Fps};
use vitrine_media::time::Pts;

use super::cores::{Claim, Cores};
use super::frame::Frames;
use super::stills::{self, Stills};
use super::wire::{Answer, Ask, Rung, Setup, SourceCodec, Told, Unit, WireError};

/// Encoded pictures that may wait for a slow transmission.
const WAITING_OUTPUTS: usize = 64;
/// Most pictures come in one read.
const READ_BYTES: usize = 64 << 10;
/// A card's width.
const STILLS: Thumbnails = Thumbnails { width: 480, every: stills::EVERY };
const ALIVE_EVERY: Duration = Duration::from_millis(500);
/// Rungs for which there were no cores are asked for again.
const ASK_AGAIN_EVERY: Duration = Duration::from_secs(60);
/// Further behind than this, every second picture is left out ...
const BEHIND: Duration = Duration::from_millis(1500);
/// ... until it is this close again.
const CAUGHT_UP: Duration = Duration::from_millis(300);
/// One that has not caught up by then never will.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(20);

/// Memory of its own: twice what the largest pictures that we let in have needed. What makes it ask for more ends it alone.
const MOST_MEMORY: u64 = 1_536 << 20;

/// Why the encoder process ended.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// The transmission sent what cannot be read, or the pipe broke.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// GStreamer, or a plugin that is missing.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The machine's account of cores cannot be used.
    #[error("the cores of this machine cannot be counted")]
    Cores(#[from] io::Error),
    /// It was not started by a transmission.
    #[error("the encoder is started by a transmission, with a pipe at each end")]
    Pipes(#[source] io::Error),
    /// Media came before the setup.
    #[error("the first frame was no setup")]
    NoSetup,
}

type Input = FramedRead<pipe::Receiver, Frames>;
type Answers = FramedWrite<pipe::Sender, Frames>;

/// Runs until standard input ends.
///
/// # Errors
/// [`EncoderError`]; it has been told to the transmission as well.
pub async fn run() -> Result<(), EncoderError> {
    let limit = Rlimit { current: Some(MOST_MEMORY), maximum: Some(MOST_MEMORY) };
    if let Err(error) = setrlimit(Resource::Data, limit) {
        tracing::warn!(%error, "the encoder's memory has no limit");
    }
    let (input, answers) = pipes().map_err(EncoderError::Pipes)?;
    let mut input = FramedRead::with_capacity(input, Frames, READ_BYTES);
    let mut answers = FramedWrite::new(answers, Frames);
    let outcome = encode(&mut input, &mut answers).await;
    if let Err(error) = &outcome {
        let _ = tell(&mut answers, Answer::Told(Told::Failed { reason: error.to_string() })).await;
    }
    outcome
}

/// Standard input and output. Tokio's own would take a second thread for each picture.
fn pipes() -> io::Result<(pipe::Receiver, pipe::Sender)> {
    let input = pipe::Receiver::from_owned_fd(io::stdin().as_fd().try_clone_to_owned()?)?;
    Ok((input, pipe::Sender::from_owned_fd(io::stdout().as_fd().try_clone_to_owned()?)?))
}

async fn encode(input: &mut Input, answers: &mut Answers) -> Result<(), EncoderError> {
    let Some(first) = ask(input).await? else { return Ok(()) };
    let Ask::Setup(setup) = first else { return Err(EncoderError::NoSetup) };
    let mut config = config(&setup);
    let wanted = config.rungs.clone();
    let (_claim, refused) = admit(&setup, &mut config)?;
    let (admitted, short_of_cores) = (config.rungs.len(), !refused.is_empty());
    let rungs = config.rungs.iter().map(rung_of).collect();
    tell(answers, Answer::Told(Told::Ladder { rungs, refused })).await?;
    let (mut encoder, mut outputs) = RungEncoder::start(config, WAITING_OUTPUTS)?;
    let mut alive = interval(ALIVE_EVERY);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ask_again = interval_at(Instant::now() + ASK_AGAIN_EVERY, ASK_AGAIN_EVERY);
    let (mut half_rate, mut started, mut led) = (false, false, 0);
    // What leads it to its start comes at once, and is read only as fast as it is decoded.
    let (mut catching_up, begun) = (true, Instant::now());
    let mut stills = Stills::default();
    loop {
        tokio::select! {
            asked = ask(input), if !catching_up || !encoder.is_full() => match asked? {
                // A decode of every picture is part of what rungs claim: without any it is not paid for.
                Some(Ask::Unit(unit)) if admitted == 0 => if stills.wants(&unit) {
                    encoder.push(access_unit(unit), None)?;
                    encoder.drain();
                },
                Some(Ask::Unit(unit)) => {
                    let key_at = unit.cut_ns.map(Pts::from_nanos);
                    encoder.push(access_unit(unit), key_at)?;
                }
                Some(Ask::Drain) => encoder.drain(),
                Some(Ask::Setup(_)) => return Err(EncoderError::NoSetup),
                None => return Ok(()),
            },
            output = outputs.recv() => match output {
                Some(Output::Failed(error)) => return Err(error.into()),
                Some(Output::Ended) | None => return Ok(()),
                Some(output) => {
                    started |= matches!(output, Output::Unit { .. });
                    if let Some(answer) = answer(output) { tell(answers, answer).await?; }
                },
            },
            _ = alive.tick() => {
                let behind = if started { encoder.behind() } else { Duration::ZERO };
                if behind > BEHIND && !half_rate || behind < CAUGHT_UP && half_rate {
                    half_rate = !half_rate;
                    encoder.set_half_rate(half_rate);
                    tracing::warn!(half_rate, behind_ms = millis(behind), "the encoder changed its frame rate");
                }
                catching_up &= (!started || behind > CAUGHT_UP) && begun.elapsed() < CATCH_UP_WITHIN;
                let leads = std::mem::replace(&mut led, encoder.led()) != encoder.led();
                let nothing_due = admitted == 0 || encoder.is_waiting() || leads;
                let behind_ms = millis(behind);
                tell(answers, Answer::Told(Told::Alive { behind_ms, half_rate, nothing_due })).await?;
            }
            _ = ask_again.tick(), if short_of_cores => if room(&setup, &wanted)? > admitted {
                let reason = "there are cores for more rungs: another begins with them".to_owned();
                return Ok(tell(answers, Answer::Told(Told::Failed { reason })).await?);
            },
        }
    }
}

/// Takes this encoder's share of the machine's cores, and leaves out the largest rungs for which there is none: their names.
fn admit(setup: &Setup, config: &mut rung::Config) -> Result<(Option<Claim>, Vec<String>), EncoderError> {
    let Some(share) = &setup.cores else { return Ok((None, Vec::new())) };
    let wanted = std::mem::take(&mut config.rungs);
    let claim = Cores::new(share.folder.clone(), share.millicores).claim(&share.name, |free| {
        config.rungs = fitting(setup, &wanted, free);
        (ladder::cores(setup.width, setup.height, &config.rungs) * rate(setup) * 1000.0).round() as u32
    });
    let left_out = |rung: &&Rendition| !config.rungs.contains(rung);
    let refused = wanted.iter().filter(left_out).map(|rung| rung.name.clone()).collect();
    Ok((Some(claim?), refused))
}

/// How many of the wanted rungs there are cores for now.
fn room(setup: &Setup, wanted: &[Rendition]) -> Result<usize, EncoderError> {
    let Some(share) = &setup.cores else { return Ok(wanted.len()) };
    let free = Cores::new(share.folder.clone(), share.millicores).free(&share.name)?;
    Ok(fitting(setup, wanted, free).len())
}

/// The wanted rungs that fit into so many thousandths of a core.
fn fitting(setup: &Setup, wanted: &[Rendition], free: u32) -> Vec<Rendition> {
    ladder::admit(setup.width, setup.height, wanted.to_vec(), f64::from(free) / 1000.0 / rate(setup))
}

/// Beside 30 frames in a second, for which costs are known.
fn rate(setup: &Setup) -> f64 {
    f64::from(setup.frames_per_second) / 30.0
}

fn config(setup: &Setup) -> rung::Config {
    let steps: Vec<Step> = setup.short_sides.iter().map(|side| step(*side)).collect();
    rung::Config {
        codec: match setup.codec {
            SourceCodec::H264 => rung::SourceCodec::H264,
            SourceCodec::H265 => rung::SourceCodec::H265,
            SourceCodec::Av1 => rung::SourceCodec::Av1,
        },
        record: setup.record.clone().into(),
        fps: Fps::whole(setup.frames_per_second),
        rungs: ladder::of(setup.width, setup.height, &steps),
        start: Pts::from_nanos(setup.start_ns),
        longest_frame: Some(Duration::from_millis(setup.longest_frame_ms)),
        thumbnails: Some(STILLS),
        preset: Preset::Veryfast,
    }
}

/// A known step, or one of about the same quality per pixel.
fn step(short_side: u32) -> Step {
    let known = ladder::STEPS.into_iter().find(|step| step.short_side == short_side);
    known.unwrap_or(Step { short_side, bitrate: Bitrate::kbps(short_side.saturating_mul(5) / 2) })
}

fn rung_of(rendition: &Rendition) -> Rung {
    Rung {
        name: rendition.name.clone(),
        width: rendition.width,
        height: rendition.height,
        bits_per_second: rendition.bitrate.as_bps(),
    }
}

fn access_unit(unit: Unit) -> AccessUnit {
    AccessUnit {
        pts: Pts::from_nanos(unit.pts_ns),
        dts: Pts::from_nanos(unit.dts_ns),
        key: unit.key,
        data: unit.data,
    }
}

fn answer(output: Output) -> Option<Answer> {
    match output {
        Output::Header { rung, avcc } => {
            Some(Answer::Told(Told::Header { rung: u8::try_from(rung).ok()?, avcc: avcc.to_vec() }))
        }
        Output::Unit { rung, unit } => Some(Answer::Unit(Unit {
            rung: u8::try_from(rung).ok()?,
            key: unit.key,
            cut_ns: None,
            pts_ns: unit.pts.as_nanos(),
            dts_ns: unit.dts.as_nanos(),
            data: unit.data,
        })),
        Output::Thumbnail { pts, jpeg } => Some(Answer::Thumbnail { pts_ns: pts.as_nanos(), jpeg }),
        Output::Ended | Output::Failed(_) => None,
    }
}

async fn ask(input: &mut Input) -> Result<Option<Ask>, WireError> {
    input.next().await.map(|frame| Ask::from_frame(frame?)).transpose()
}

async fn tell(answers: &mut Answers, answer: Answer) -> Result<(), WireError> {
    Ok(answers.send(answer.to_frame()?).await?)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
