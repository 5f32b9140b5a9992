//! What real encoders send: key frames that are far apart, pictures that are dropped or stand still, stamps from another
//! time, sound that is late or stops, codecs that are not carried. Each show is followed by the lint from its first
//! answer to its end.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use libtest_mimic::Trial;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use vitrine_cloud::base::http_client;
use vitrine_rtmp::flv::{Tag, TagKind};
use vitrine_tests::hls_lint::{Report, ShowReport, ShowWatch};
use vitrine_tests::{Cloud, Recording, Sending, Shop, Step, enhanced_ffmpeg, eventually};

pub fn stories() -> Vec<Trial> {
    vec![
        crate::story("obs_at_its_defaults_leaves_no_hole", &["ffmpeg"], obs_at_its_defaults),
        crate::story("one_key_frame_is_enough_for_a_whole_show", &["ffmpeg"], one_key_frame),
        crate::story("dropped_pictures_take_nothing_that_lasts", &["ffmpeg"], dropped_pictures),
        crate::story("a_picture_that_stands_still_goes_on", &["ffmpeg"], frozen_picture),
        crate::story("stray_stamps_are_neither_silence_nor_a_break", &["ffmpeg"], stray_stamps),
        crate::story("sound_may_be_late_stop_and_have_any_channels", &["ffmpeg"], sound),
        crate::story("what_cannot_be_shown_is_refused_in_words", &["ffmpeg"], not_carried),
        crate::story_if(
            "hevc_and_av1_become_a_rung_of_h264",
            enhanced_ffmpeg().is_some(),
            "an ffmpeg from version 7 on, named by VITRINE_TEST_FFMPEG",
            hevc_and_av1,
        ),
    ]
}

const STREAM_720P: &[&str] = &["-b:v", "1500k", "-g", "60", "-bf", "2"];
const STREAM_180P: &[&str] = &["-b:v", "300k", "-g", "60", "-bf", "2"];

/// A cloud that encodes one rung beside each source, whatever its default.
async fn cloud() -> Result<Cloud> {
    Cloud::start_with(&[("VITRINE_LADDER", "source,480p")]).await
}

/// A show on air whose every rung is followed.
struct OnAir {
    shop: Shop,
    sending: Sending,
    watch: ShowWatch,
    playlists: String,
}

impl OnAir {
    /// A show of `who` that goes live by itself with this recording, whose pictures stand still for up to `held_s`.
    async fn start(cloud: &Cloud, who: &str, recording: &Recording, held_s: u64) -> Result<Self> {
        let mut shop = Shop::open(cloud, who).await?;
        shop.show = shop.new_show("What encoders do", true).await?;
        let playlists = format!("{}/live/{}", cloud.http, shop.show);
        let watch = ShowWatch::start(&format!("{playlists}/index.m3u8"), Duration::from_secs(held_s))?;
        let sending = recording.publish(&shop.publish_address(cloud).await?);
        Ok(Self { shop, sending, watch, playlists })
    }

    /// Waits until the recording has run for so long.
    async fn run_for(&self, seconds: u64) -> Result<()> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        ensure!(!self.sending.ended(), "the publisher was cut off: {:?}", self.sending.said());
        let view = self.shop.view().await?;
        ensure!(view["state"] == "live" && view["receiving"] == true, "{view}");
        Ok(())
    }

    /// Ends the show, waits for the end of its playlists, and gives what the lint saw; nothing may be wrong.
    async fn end(self) -> Result<ShowReport> {
        self.shop.on_show(Method::POST, "/end", None).await?;
        // Encoded rungs may take four seconds for their last segment.
        tokio::time::sleep(Duration::from_secs(6)).await;
        let report = self.watch.finish().await?;
        for (name, rung) in
            report.rungs.iter().flat_map(|(name, all)| all.iter().map(move |rung| (name, rung)))
        {
            ensure!(rung.gone || rung.last.ended, "{name} has no end:\n{}", rung.last.text);
        }
        let dump = || report.rungs.values().flatten().map(|r| r.last.text.clone()).collect::<String>();
        ensure!(report.findings.is_empty(), "the lint found:\n{}\n{}", report.findings.join("\n"), dump());
        Ok(report)
    }

    /// The events of the show's timeline of one kind.
    async fn facts(&self, kind: &str) -> Result<Vec<Value>> {
        facts(&self.shop, kind).await
    }

    /// What a rung's playlist is answered with.
    async fn status(&self, rung: &str) -> Result<StatusCode> {
        Ok(http_client().build()?.get(format!("{}/{rung}/index.m3u8", self.playlists)).send().await?.status())
    }
}

async fn facts(shop: &Shop, kind: &str) -> Result<Vec<Value>> {
    let timeline = shop.on_show(Method::GET, "/timeline", None).await?;
    let items = timeline["items"].as_array().context("items")?;
    Ok(items.iter().map(|item| item["event"].clone()).filter(|event| event["kind"] == kind).collect())
}

/// The whole timeline as text.
async fn shop_log(shop: &Shop) -> Result<String> {
    Ok(shop.on_show(Method::GET, "/timeline", None).await?.to_string())
}

/// The rung played for so long, without a hole and without a break. An encoder that is behind when the show ends loses its
/// last segment: nobody waits longer than four seconds.
fn flawless(rung: &Report, seconds: f64) -> Result<()> {
    let last = rung.segments.keys().last().copied();
    let gaps: Vec<_> = rung.gaps().into_iter().filter(|msn| Some(*msn) != last).collect();
    ensure!(gaps.is_empty(), "segments {gaps:?} are gaps:\n{}", rung.last.text);
    ensure!(rung.discontinuities().is_empty(), "segments {:?} are breaks", rung.discontinuities());
    ensure!(rung.length() > seconds, "only {:.1} s of {seconds}", rung.length());
    Ok(())
}

/// The source went down with words, and answers so; the 480p rung went on over its own grid.
async fn only_480p_is_left(show: OnAir, seconds: f64) -> Result<()> {
    let down = show.facts("rung_down").await?;
    ensure!(down.len() == 1 && down[0]["name"] == "source", "{down:?}");
    ensure!(down[0]["reason"].as_str().is_some_and(|reason| reason.contains("key frames")), "{down:?}");
    ensure!(show.status("source").await? == StatusCode::GONE, "a rung that is gone says so");
    let report = show.end().await?;
    ensure!(!report.last.contains("source/"), "the source is still offered:\n{}", report.last);
    // It may be gone before the first viewer's answer: then nobody saw it.
    if let Ok(source) = report.rung("source") {
        ensure!(source.gone && source.gaps().is_empty(), "the source left a hole:\n{}", source.last.text);
    }
    let small = report.rung("480p")?;
    flawless(small, seconds)?;
    let own = small.segments.values().filter_map(|seen| seen.segment.duration).skip(2);
    let long: Vec<_> = own.filter(|seconds| *seconds > 2.2).collect();
    ensure!(long.is_empty(), "not its own grid of two seconds: {long:?}");
    Ok(())
}

async fn obs_at_its_defaults() -> Result<()> {
    let video = ["-b:v", "2500k", "-g", "250", "-keyint_min", "250", "-bf", "2"];
    let recording = Recording::of_pattern(30, "1920x1080", &video)?;
    let cloud = cloud().await?;
    let show = OnAir::start(&cloud, "ada", &recording, 0).await?;
    show.run_for(26).await.with_context(|| cloud.tail())?;
    only_480p_is_left(show, 18.0).await.with_context(|| cloud.tail())
}

async fn one_key_frame() -> Result<()> {
    let endless = ["-b:v", "800k", "-g", "100000", "-keyint_min", "100000", "-bf", "2"];
    let large = Recording::of_pattern(30, "1280x720", &endless)?;
    let small = Recording::of_pattern(30, "320x180", &endless)?;
    let cloud = cloud().await?;
    let show = OnAir::start(&cloud, "ada", &large, 0).await?;
    let alone = OnAir::start(&cloud, "ben", &small, 0).await?;
    show.run_for(25).await.with_context(|| cloud.tail())?;
    only_480p_is_left(show, 17.0).await.with_context(|| cloud.tail())?;
    // Nothing is smaller than this source: it is all there is, and stays.
    let down = alone.facts("rung_down").await?;
    ensure!(down.is_empty(), "{down:?}");
    flawless(alone.end().await?.rung("source")?, 17.0)
}

async fn dropped_pictures() -> Result<()> {
    let whole = Recording::of_pattern(30, "1280x720", STREAM_720P)?;
    let dropped = whole.changed(|step| {
        let lost = (8_300..8_750).contains(&step.at_ms) || (14_300..15_000).contains(&step.at_ms);
        if step.is_picture() && !step.tag.is_keyframe() && lost { vec![] } else { vec![step] }
    });
    let cloud = cloud().await?;
    let show = OnAir::start(&cloud, "ada", &dropped, 1).await?;
    show.run_for(6).await.with_context(|| cloud.tail())?;
    // Pins, for the lint's rules on date ranges.
    for product in &show.shop.products {
        let body = json!({ "kind": "product", "product_id": product });
        show.shop.on_show(Method::POST, "/highlights", Some(body)).await?;
        show.run_for(5).await.with_context(|| cloud.tail())?;
    }
    show.shop.on_show(Method::POST, "/highlights/clear", Some(json!({}))).await?;
    show.run_for(9).await.with_context(|| cloud.tail())?;
    let down = show.facts("rung_down").await?;
    ensure!(down.is_empty(), "{down:?}");
    let report = show.end().await.with_context(|| cloud.tail())?;
    for name in ["source", "480p"] {
        let rung = report.rung(name)?;
        // What leans on what was lost cannot be shown up to the next key frame; then all is as before.
        ensure!(rung.gaps().len() <= 2, "{name}: gaps {:?}", rung.gaps());
        ensure!(rung.discontinuities().is_empty(), "{name}: breaks {:?}", rung.discontinuities());
        let later = rung.segments.values().rev().skip(1).take(3);
        ensure!(
            later.clone().all(|seen| !seen.segment.gap && seen.silent == 0),
            "{name}: what was dropped lasts"
        );
        ensure!(later.map(|seen| seen.pictures).max() == Some(60), "{name}: pictures are missing");
        ensure!(rung.length() > 18.0, "{name}: only {:.1} s", rung.length());
    }
    Ok(())
}

async fn frozen_picture() -> Result<()> {
    let frozen = |recording: Recording| {
        recording.changed(|step| {
            let lost = step.is_picture() && (8_100..20_100).contains(&step.at_ms);
            if lost { vec![] } else { vec![step] }
        })
    };
    let large = frozen(Recording::of_pattern(30, "1280x720", STREAM_720P)?);
    let small = frozen(Recording::of_pattern(30, "320x180", STREAM_180P)?);
    let cloud = cloud().await?;
    let show = OnAir::start(&cloud, "ada", &large, 13).await?;
    let alone = OnAir::start(&cloud, "ben", &small, 13).await?;
    show.run_for(28).await.with_context(|| cloud.tail())?;
    for show in [show, alone] {
        let down = show.facts("rung_down").await?;
        ensure!(down.is_empty(), "{down:?}");
        let report = show.end().await.with_context(|| cloud.tail())?;
        for (name, rung) in &report.rungs {
            let [rung] = rung.as_slice() else { anyhow::bail!("{name} went and came back") };
            ensure!(rung.discontinuities().len() <= 1, "{name}: {:?}", rung.discontinuities());
            let (first, last) = (rung.segments.values().next(), rung.segments.values().last());
            let at = |seen: Option<&vitrine_tests::hls_lint::Seen>| seen.and_then(|seen| seen.segment.at);
            let shown = at(last).zip(at(first)).map(|(last, first)| (last - first).as_seconds_f64());
            ensure!(shown.is_some_and(|seconds| seconds > 20.0), "{name} did not go on: {shown:?}");
            // An encoder that is behind when the show ends loses its last segment.
            let mut newest = rung.segments.values().rev().skip(1).take(2);
            let after = newest.all(|seen| !seen.segment.gap && seen.pictures > 0);
            ensure!(after, "{name} has no pictures after the freeze:\n{}", rung.last.text);
        }
    }
    Ok(())
}

async fn stray_stamps() -> Result<()> {
    const HOUR: i64 = 3_600_000;
    let whole = Recording::of_pattern(30, "1280x720", STREAM_720P)?;
    let mut strays = vec![(11_000, true, -5_000), (8_000, true, HOUR), (5_000, false, HOUR)];
    let stray = whole.changed(|step| {
        if step.at_ms > 16_000 {
            return vec![step.stamped(HOUR)];
        }
        let due = strays.last().is_some_and(|(at, picture, _)| {
            step.at_ms > *at && if *picture { step.is_picture() } else { step.is_sound() }
        });
        match strays.pop_if(|_| due) {
            Some((_, _, by)) => vec![step.stamped(by)],
            None => vec![step],
        }
    });
    let cloud = cloud().await?;
    let show = OnAir::start(&cloud, "ada", &stray, 0).await?;
    show.run_for(26).await.with_context(|| cloud.tail())?;
    let down = show.facts("rung_down").await?;
    ensure!(down.is_empty(), "{down:?}");
    let report = show.end().await.with_context(|| cloud.tail())?;
    for name in ["source", "480p"] {
        flawless(report.rung(name)?, 18.0).context(name)?;
        ensure!(report.rung(name)?.silent() == 0, "{name}: {} silent parts", report.rung(name)?.silent());
    }
    Ok(())
}

async fn sound() -> Result<()> {
    let stereo = Recording::of_pattern(50, "320x180", STREAM_180P)?;
    let with = |words| Recording::of_pattern_with_sound(50, "320x180", STREAM_180P, words);
    let late = stereo.changed(|step| {
        let by = if step.is_sound() { 1_500 } else { 0 };
        vec![Step { at_ms: step.at_ms + by, ..step }]
    });
    let without = |recording: &Recording, from: u64, until: u64| {
        recording.changed(|step| {
            if step.is_sound() && (from..until).contains(&step.at_ms) { vec![] } else { vec![step] }
        })
    };
    let pausing = without(&stereo, 8_000, 11_000);
    let surround = without(&with(&["-ac", "6", "-b:a", "256k"])?, 8_000, u64::MAX);
    let mono = with(&["-ac", "1"])?;
    let cloud = cloud().await?;
    let mut shows = Vec::new();
    for (name, recording) in [("late", late), ("pausing", pausing), ("surround", surround), ("mono", mono)] {
        shows.push((name, OnAir::start(&cloud, name, &recording, 0).await?));
    }
    for (n, (name, show)) in shows.iter().enumerate() {
        show.run_for(if n == 0 { 21 } else { 0 }).await.context(*name).with_context(|| cloud.tail())?;
    }
    for (name, show) in shows {
        let report = show.end().await.context(name).with_context(|| cloud.tail())?;
        let source = report.rung("source")?;
        flawless(source, 14.0).context(name)?;
        ensure!(source.init.has_sound() && report.last.contains("mp4a.40.2"), "{name}: {}", report.last);
        let silent = source.silent();
        let expected = match name {
            "pausing" => 10..=24,
            "surround" => 40..=160,
            // A recording's sound may begin with a packet of nothing.
            _ => 0..=1,
        };
        ensure!(expected.contains(&silent), "{name}: {silent} silent parts, not {expected:?}");
    }
    Ok(())
}

/// Metadata that cannot be read: a value of AMF3, a reference, an unsupported marker, one that is cut short, a name of
/// AMF3.
const UNREADABLE: [&[u8]; 5] = [
    b"\x02\x00\x0aonMetaData\x03\x00\x01a\x11\x0c\x05ab\x00\x00\x09",
    b"\x02\x00\x0aonMetaData\x03\x00\x01a\x07\x00\x00\x00\x00\x09",
    b"\x02\x00\x0aonMetaData\x03\x00\x01a\x0d\x00\x00\x09",
    b"\x02\x00\x0aonMetaData\x08\x00\x00\x00\x05\x00\x05width\x00\x40",
    b"\x11\x0a\x0b\x01",
];

async fn not_carried() -> Result<()> {
    let whole = Recording::of_pattern(26, "320x180", STREAM_180P)?;
    let alone = whole.changed(|step| if step.tag.kind == TagKind::Video { vec![] } else { vec![step] });
    let vp9 = whole.changed(|mut step| {
        if step.tag.kind == TagKind::Video {
            let first = match (step.tag.is_sequence_header(), step.tag.is_keyframe()) {
                (true, _) => 0x90u8,
                (_, true) => 0x91,
                _ => 0xa1,
            };
            let body = [&[first][..], b"vp09", step.tag.payload.get(5..).unwrap_or_default()].concat();
            step.tag.payload = Bytes::from(body);
        }
        vec![step]
    });
    let mut broken = UNREADABLE.to_vec();
    let metadata = whole.changed(|step| {
        let due = step.at_ms > 1_000 * (8 - broken.len() as u64);
        let Some(body) = broken.pop_if(|_| due) else { return vec![step] };
        let (at_ms, timestamp_ms) = (step.at_ms, step.tag.timestamp_ms);
        let tag = Tag { kind: TagKind::Script, timestamp_ms, payload: Bytes::from_static(body) };
        vec![Step { at_ms, tag }, step]
    });
    let cloud = cloud().await?;
    let kept = OnAir::start(&cloud, "ada", &metadata, 0).await?;

    let ben = Shop::open(&cloud, "ben").await?;
    let sending = alone.publish(&ben.publish_address(&cloud).await?);
    let cora = Shop::open(&cloud, "cora").await?;
    let refused = vp9.publish(&cora.publish_address(&cloud).await?);
    eventually("the encoder is sent away", async || Ok(refused.ended().then_some(()))).await?;
    let vp9 = |fact: &Value| fact["text"].as_str().is_some_and(|text| text.to_lowercase().contains("vp9"));
    eventually("what it sends is told", async || {
        Ok(facts(&cora, "source_described").await?.iter().any(vp9).then_some(()))
    })
    .await?;
    let told = shop_log(&cora).await?;
    ensure!(!told.contains("publisher_arrived"), "nothing that can be shown arrived: {told}");

    tokio::time::sleep(Duration::from_secs(6)).await;
    ensure!(!sending.ended(), "sound alone may wait for its picture: {:?}", sending.said());
    for shop in [&ben, &cora] {
        ensure!(shop.view().await?["receiving"] == false, "nothing that can be shown arrives");
        let path = format!("/v1/orgs/{}/shows/{}/go-live", shop.api.org, shop.show);
        let (status, answer) = shop.api.call(Method::POST, &path, None).await?;
        ensure!(status == 409 && answer["code"] == "not_receiving", "{status} {answer}");
        ensure!(answer["detail"].as_str().is_some_and(|words| words.contains("picture")), "{answer}");
        let public = format!("{}/live/{}/index.m3u8", cloud.http, shop.show);
        ensure!(http_client().build()?.get(public).send().await?.status() == StatusCode::NOT_FOUND);
    }
    kept.run_for(8).await.with_context(|| cloud.tail())?;
    let lost = kept.facts("publisher_lost").await?;
    ensure!(lost.is_empty(), "unreadable metadata cost the publish: {lost:?}");
    flawless(kept.end().await.with_context(|| cloud.tail())?.rung("source")?, 8.0)
}

async fn hevc_and_av1() -> Result<()> {
    let ffmpeg = enhanced_ffmpeg().context("an ffmpeg")?;
    let made = |codec: &[&str]| {
        let source = ["-f", "lavfi", "-i", "testsrc2=size=854x480:rate=30", "-f", "lavfi", "-i"];
        let sound = ["sine=frequency=440:sample_rate=48000", "-t", "24", "-pix_fmt", "yuv420p", "-g", "60"];
        let rest = ["-b:v", "800k", "-c:a", "aac", "-b:a", "96k", "-ac", "2"];
        Recording::made_by(&ffmpeg, &[&source[..], &sound[..], &["-c:v"], codec, &rest[..]].concat())
    };
    let hevc = made(&["libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"])?;
    let av1 = made(&["libsvtav1", "-preset", "12"])?;
    let cloud = cloud().await?;
    for (name, words, recording) in [("hevc", "H.265 854x480", hevc), ("av1", "AV1 854x480", av1)] {
        let show = OnAir::start(&cloud, name, &recording, 0).await?;
        show.run_for(14).await.context(name).with_context(|| cloud.tail())?;
        let described = show.facts("source_described").await?;
        ensure!(
            described.iter().any(|fact| fact["text"].as_str().is_some_and(|t| t.contains(words))),
            "{described:?}"
        );
        let report = show.end().await.context(name).with_context(|| cloud.tail())?;
        ensure!(!report.first.contains("source/"), "{name} is never listed as it is:\n{}", report.first);
        ensure!(report.last.contains("avc1.") && !report.last.contains("hvc1"), "{}", report.last);
        flawless(report.rung("480p")?, 8.0).context(name)?;
    }
    Ok(())
}
