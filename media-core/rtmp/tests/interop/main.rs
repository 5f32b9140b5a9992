//! Real encoders publish to our server session, and our client session publishes to real servers.
//!
//! A program that is not installed makes its test a visible `ignored`, with the program's name.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod client;
mod programs;
mod server;

use std::future::Future;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use programs::{Nginx, Program};
use server::{Answer, Listener, Seen};
use vitrine_rtmp::flv::{Tag, TagKind, VideoCodec};

const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let trials = vec![
        trial("ffmpeg_publishes_h264_and_aac", &[Program::Ffmpeg], || encoder(Program::Ffmpeg)),
        trial("ffmpeg_publishes_hevc", &[Program::FfmpegHevc], || {
            enhanced(Program::FfmpegHevc, VideoCodec::Hevc)
        }),
        trial("ffmpeg_publishes_av1", &[Program::FfmpegAv1], || {
            enhanced(Program::FfmpegAv1, VideoCodec::Av1)
        }),
        trial("gstreamer_rtmp2sink_publishes_h264_and_aac", &[Program::Rtmp2Sink], || {
            encoder(Program::Rtmp2Sink)
        }),
        trial("gstreamer_rtmpsink_publishes_h264_and_aac", &[Program::RtmpSink], || {
            encoder(Program::RtmpSink)
        }),
        trial("ffmpeg_gives_up_when_its_publish_is_rejected", &[Program::Ffmpeg], rejected_ffmpeg),
        trial("our_client_publishes_to_our_server", &[Program::Ffmpeg], to_ourselves),
        trial("our_client_hears_why_our_server_rejects_it", &[], rejected_client),
        trial("our_client_publishes_to_nginx", &[Program::Ffmpeg, Program::Nginx], to_nginx),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial<F>(name: &str, needs: &[Program], test: fn() -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    let missing: Vec<_> = needs.iter().filter(|program| !program.is_there()).map(|p| p.name()).collect();
    let name = match missing.is_empty() {
        true => name.to_owned(),
        false => format!("{name} (skipped, not installed: {})", missing.join(", ")),
    };
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let outcome = runtime.block_on(async { tokio::time::timeout(PATIENCE, test()).await });
        outcome.map_err(|_| Failed::from(format!("not done after {PATIENCE:?}")))
    };
    Trial::test(name, run).with_ignored_flag(!missing.is_empty())
}

/// An encoder publishes three seconds; everything a show needs must have arrived.
async fn encoder(program: Program) {
    assert_show(&publish_with(program).await, VideoCodec::Avc);
}

/// The same over Enhanced RTMP.
async fn enhanced(program: Program, codec: VideoCodec) {
    let seen = publish_with(program).await;
    assert!(seen.tags.iter().filter_map(Tag::video_header).all(|header| header.enhanced));
    assert_show(&seen, codec);
}

async fn publish_with(program: Program) -> Seen {
    let listener = Listener::bind().await;
    let mut process = program.publish(&listener.url("key-1"));
    let seen = listener.serve_one(Answer::Accept).await.unwrap();
    let status = process.wait().await.unwrap();
    assert_eq!(seen.key, "key-1");
    assert_eq!(seen.app, "live");
    assert!(seen.unpublished, "the end of the stream was not noticed");
    assert!(status.success(), "{} ended with {status}", program.name());
    seen
}

/// Sequence headers first, key frames, audio, time that moves, metadata that names a picture size.
fn assert_show(seen: &Seen, codec: VideoCodec) {
    let video: Vec<_> =
        seen.tags.iter().filter_map(|tag| Some((tag.timestamp_ms, tag.video_header()?))).collect();
    let audio: Vec<_> =
        seen.tags.iter().filter_map(|tag| Some((tag.timestamp_ms, tag.audio_header()?))).collect();
    assert!(
        video.first().is_some_and(|(_, header)| header.is_sequence_header()),
        "video starts with its header"
    );
    assert!(
        audio.first().is_some_and(|(_, header)| header.is_sequence_header()),
        "audio starts with its header"
    );
    assert!(video.iter().all(|(_, header)| header.codec == codec));
    let keyframes = video.iter().filter(|(_, header)| header.is_keyframe()).count();
    assert!(keyframes >= 2, "{keyframes} key frames");
    assert!(video.len() >= 80, "{} video tags", video.len());
    assert!(audio.len() >= 80, "{} audio tags", audio.len());
    for times in [&video.iter().map(|v| v.0).collect::<Vec<_>>(), &audio.iter().map(|a| a.0).collect()] {
        assert!(times.is_sorted(), "time goes backwards");
        let last = times.last().copied().unwrap_or(0);
        assert!((2_000..4_000).contains(&last), "last timestamp is {last} ms");
    }
    assert!(seen.metadata.iter().any(|(name, _)| name == "width"), "metadata: {:?}", seen.metadata);
}

async fn rejected_ffmpeg() {
    let listener = Listener::bind().await;
    let mut process = Program::Ffmpeg.publish(&listener.url("wrong"));
    let seen = listener.serve_one(Answer::Reject).await.unwrap();
    assert!(seen.tags.is_empty());
    assert!(!process.wait().await.unwrap().success(), "ffmpeg took the rejection for a success");
}

async fn to_ourselves() {
    let tags = programs::sample_tags().await;
    let listener = Listener::bind().await;
    let url = listener.url("ours");
    let (published, seen) = tokio::join!(client::publish(&url, &tags), listener.serve_one(Answer::Accept));
    let (published, seen) = (published.unwrap(), seen.unwrap());
    assert_eq!(published.session.as_deref(), Some(server::SESSION));
    assert!(seen.unpublished);
    assert_show(&seen, VideoCodec::Avc);
    assert!(media(&seen.tags).eq(media(&tags)), "the tags that arrived are not those that were sent");
}

async fn rejected_client() {
    let listener = Listener::bind().await;
    let url = listener.url("wrong");
    let (published, seen) = tokio::join!(client::publish(&url, &[]), listener.serve_one(Answer::Reject));
    assert!(seen.is_ok());
    assert_eq!(published.unwrap_err(), "rejected: NetStream.Publish.BadName, No show has this key.");
}

/// nginx records what it gets; the file must hold our coded tags in order, byte for byte.
async fn to_nginx() {
    let tags = programs::sample_tags().await;
    let nginx = Nginx::start().await;
    let published = client::publish(&nginx.url("show"), &tags).await.unwrap();
    assert_eq!(published.session, None);
    let recorded = nginx.recording("show", tags.last().unwrap()).await;
    let coded = |tags| media(tags).filter(|tag| !tag.is_sequence_header());
    assert!(coded(&recorded).eq(coded(&tags)), "nginx recorded other tags than were sent");
    for kind in [TagKind::Audio, TagKind::Video] {
        let header = |tags: &[Tag]| tags.iter().find(|t| t.kind == kind && t.is_sequence_header()).cloned();
        assert_eq!(header(&recorded), header(&tags)); // it repeats them, so only the first counts
    }
}

fn media(tags: &[Tag]) -> impl Iterator<Item = &Tag> {
    tags.iter().filter(|tag| tag.kind != TagKind::Script)
}
