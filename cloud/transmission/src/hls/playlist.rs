//! Playlists as text. Source: RFC 8216 and its second edition (draft-pantos-hls-rfc8216bis).

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use vitrine_protocol::HighlightCard;

use super::{
    address::LOW_LATENCY,
    fact::{Offer, RungName},
    grid::{HOLD_BACK_MILLIPARTS, PART_TARGET, TARGET_DURATION},
    rate::usual_rate,
    time::MediaTime,
    track::{Pin, Segment, Track},
};

/// Segments older than this before the playlist's end may be skipped in a delta update.
const SKIP_UNTIL: MediaTime = MediaTime::from_ms(6 * 1000 * TARGET_DURATION as i64);
/// Closed segments whose parts are still listed, if those lie no further than this before the playlist's end. Source: the
/// draft's section 6.2.2.
const PARTS_OF: usize = 3;
const PARTS_UNTIL: MediaTime = MediaTime::from_ms(3 * 1000 * TARGET_DURATION as i64);

/// What a media playlist is made of.
pub(super) struct Media<'a> {
    pub epoch: u32,
    pub clock_epoch: DateTime<Utc>,
    pub track: &'a Track,
    /// First public segment.
    pub from: u64,
    pub skip: bool,
    pub pins: &'a [Pin],
    /// With parts and blocking reload; the other rungs, for rendition reports.
    pub low_latency: Option<&'a [(&'a RungName, &'a Track)]>,
    pub ended: bool,
}

/// Writes a media playlist.
pub(super) fn media(media: &Media<'_>) -> String {
    let mut out = String::with_capacity(8192);
    // Writing into a String can't fail.
    let _ = write_media(&mut out, media);
    out
}

fn write_media(out: &mut String, media: &Media<'_>) -> std::fmt::Result {
    let mut segments = media.track.visible(media.from);
    writeln!(out, "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:{TARGET_DURATION}")?;
    let skip_until = SKIP_UNTIL.seconds();
    if media.low_latency.is_some() {
        let target = PART_TARGET.seconds();
        let hold_back = target * HOLD_BACK_MILLIPARTS as f64 / 1000.0;
        writeln!(
            out,
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={hold_back:.3},CAN-SKIP-UNTIL={skip_until:.1}"
        )?;
        writeln!(out, "#EXT-X-PART-INF:PART-TARGET={target:.3}")?;
    } else {
        let hold_back = f64::from(3 * TARGET_DURATION);
        writeln!(out, "#EXT-X-SERVER-CONTROL:HOLD-BACK={hold_back:.1},CAN-SKIP-UNTIL={skip_until:.1}")?;
        segments.retain(|s| s.duration.is_some());
    }
    // A promise for these segments; in the multivariant playlist it would be one for all that are to come.
    if segments.iter().all(|s| s.parts.first().is_none_or(|part| part.independent)) {
        writeln!(out, "#EXT-X-INDEPENDENT-SEGMENTS")?;
    }
    let Some(first) = segments.first() else { return Ok(()) };
    writeln!(out, "#EXT-X-MEDIA-SEQUENCE:{}", first.msn)?;
    writeln!(out, "#EXT-X-DISCONTINUITY-SEQUENCE:{}", first.discontinuity_sequence)?;
    let skipped = if media.skip { skippable(&segments) } else { 0 };
    if skipped > 0 {
        writeln!(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")?;
    }
    let closed = segments.iter().filter(|s| s.duration.is_some()).count();
    let mut left = segments.iter().skip(skipped).fold(MediaTime::ZERO, |sum, s| sum + s.length());
    let mut init = None;
    for (n, segment) in segments.iter().enumerate().skip(skipped) {
        if n > 0 && segment.discontinuity {
            writeln!(out, "#EXT-X-DISCONTINUITY")?;
        }
        if init.replace(segment.init) != Some(segment.init) {
            writeln!(out, "#EXT-X-MAP:URI=\"{}/init{}.mp4\"", media.epoch, segment.init)?;
        }
        let first = segment.parts.first().map_or(MediaTime::ZERO, |part| part.duration);
        let parts = n + PARTS_OF >= closed && left - first <= PARTS_UNTIL;
        write_segment(out, segment, media.low_latency.is_some() && parts, media)?;
        left = left - segment.length();
    }
    for pin in media.pins {
        write_pin(out, pin)?;
    }
    if media.ended {
        return writeln!(out, "#EXT-X-ENDLIST");
    }
    let Some(reports) = media.low_latency else { return Ok(()) };
    if let Some((msn, part)) = media.track.head() {
        writeln!(out, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}/part{msn}.{part}.m4s\"", media.epoch)?;
    }
    for (name, track) in reports {
        if let Some((msn, part)) = last_part(track) {
            writeln!(
                out,
                "#EXT-X-RENDITION-REPORT:URI=\"../{name}/{LOW_LATENCY}\",LAST-MSN={msn},LAST-PART={part}"
            )?;
        }
    }
    Ok(())
}

fn write_segment(out: &mut String, segment: &Segment, parts: bool, media: &Media<'_>) -> std::fmt::Result {
    let start = segment.start.utc(media.clock_epoch).to_rfc3339_opts(SecondsFormat::Millis, true);
    writeln!(out, "#EXT-X-PROGRAM-DATE-TIME:{start}")?;
    if parts && !segment.gap && !media.ended {
        for (index, part) in segment.parts.iter().enumerate() {
            let kind = match part.media.size() {
                0 => ",GAP=YES",
                _ if part.independent => ",INDEPENDENT=YES",
                _ => "",
            };
            let (seconds, msn) = (part.duration.seconds(), segment.msn);
            let epoch = media.epoch;
            writeln!(out, "#EXT-X-PART:DURATION={seconds:.5},URI=\"{epoch}/part{msn}.{index}.m4s\"{kind}")?;
        }
    }
    if let Some(duration) = segment.duration {
        if segment.gap {
            writeln!(out, "#EXT-X-GAP")?;
        }
        writeln!(out, "#EXTINF:{:.5},\n{}/seg{}.m4s", duration.seconds(), media.epoch, segment.msn)?;
    }
    Ok(())
}

fn write_pin(out: &mut String, pin: &Pin) -> std::fmt::Result {
    let shown = &pin.shown;
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    write!(out, "#EXT-X-DATERANGE:ID=\"{}\",CLASS=\"live.vitrine.highlight\"", shown.id)?;
    write!(out, ",START-DATE=\"{}\"", time(shown.at))?;
    if let Some(cleared) = pin.cleared {
        write!(out, ",END-DATE=\"{}\"", time(cleared.max(shown.at)))?;
    }
    match &shown.card {
        HighlightCard::Product(card) => writeln!(out, ",X-VITRINE-PRODUCT=\"{}\"", card.product_id),
        HighlightCard::Coupon(card) => writeln!(out, ",X-VITRINE-COUPON=\"{}\"", card.coupon_id),
    }
}

/// How many of the oldest segments a delta update leaves out.
fn skippable(segments: &[&Segment]) -> usize {
    let mut rest = segments.iter().fold(MediaTime::ZERO, |sum, s| sum + s.length());
    let mut count = 0;
    for segment in segments {
        rest = rest - segment.length();
        if rest < SKIP_UNTIL {
            break;
        }
        count += 1;
    }
    count
}

/// The newest part of a rung, as rendition reports name it.
fn last_part(track: &Track) -> Option<(u64, usize)> {
    let last = track.segments.iter().rev().find(|s| !s.parts.is_empty())?;
    Some((last.msn, last.parts.len() - 1))
}

/// A rung of the multivariant playlist: its track once it plays, what was offered before.
pub(super) type Listed<'a> = (&'a RungName, Option<&'a Track>, Option<&'a Offer>);

/// Writes the multivariant playlist of each rung's `file`. `rate` is that of all rungs: between rungs of which one has
/// 29.970 pictures in a second and another 30.000, players do not go up.
pub(super) fn multivariant(rungs: &[Listed<'_>], from: u64, file: &str, rate: Option<f64>) -> String {
    let mut out = String::from("#EXTM3U\n#EXT-X-VERSION:9\n");
    let shown: Vec<_> = rungs
        .iter()
        .map(|(name, track, offer)| {
            (*name, *track, *offer, track.map(|t| t.visible(from)).unwrap_or_default())
        })
        .collect();
    for (name, track, offer, segments) in shown {
        let Some(info) = track.and_then(Track::info).or(offer.map(|offer| &offer.info)) else { continue };
        let (peak, average) = bandwidth(&segments, track, offer);
        let _ = write!(
            out,
            "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS=\"{}\",RESOLUTION={}x{}",
            info.codecs, info.width, info.height
        );
        if let Some(rate) = rate {
            let _ = write!(out, ",FRAME-RATE={rate:.3}");
        }
        let _ = writeln!(out, ",CLOSED-CAPTIONS=NONE\n{name}/{file}");
    }
    out
}

/// Peak and average bits in a second: from the bytes that were really made, once there are some seconds of them. Players
/// read this once: before, what was made off the air counts too.
fn bandwidth(segments: &[&Segment], track: Option<&Track>, offer: Option<&Offer>) -> (u64, u64) {
    const ENOUGH: MediaTime = MediaTime::from_ms(1_500);
    let length = segments.iter().fold(MediaTime::ZERO, |sum, s| sum + s.length());
    match (offer, track) {
        // A rate buffer of a second lets single segments be a third larger.
        (Some(offer), _) if length < ENOUGH => (offer.bits_per_second * 4 / 3, offer.bits_per_second),
        (None, Some(track)) if length < ENOUGH => {
            measured_bandwidth(&track.segments.iter().collect::<Vec<_>>())
        }
        _ => measured_bandwidth(segments),
    }
}

/// Peak and average bits in a second, from the bytes that were really made. Beginnings of segments are all key frame: they
/// count only where there is nothing else.
fn measured_bandwidth(segments: &[&Segment]) -> (u64, u64) {
    const TELLING: MediaTime = MediaTime::from_ms(300);
    let rate = |bytes: usize, length: MediaTime| (bytes as f64 * 8.0 / length.seconds().max(0.001)) as u64;
    let longer = |least: MediaTime| {
        segments.iter().filter(|s| !s.gap && s.length() > least).copied().collect::<Vec<&Segment>>()
    };
    let full =
        Some(longer(TELLING)).filter(|full| !full.is_empty()).unwrap_or_else(|| longer(MediaTime::ZERO));
    let peak = full.iter().map(|s| rate(s.size(), s.length())).max();
    let bytes = full.iter().map(|s| s.size()).sum();
    let length = full.iter().fold(MediaTime::ZERO, |sum, s| sum + s.length());
    let average = if full.is_empty() { 1 } else { rate(bytes, length) };
    (peak.unwrap_or(1).max(1), average.max(1))
}

/// Frames in a second counted in the newest complete segment, for streams that don't say.
pub(super) fn measured_rate(track: &Track) -> Option<f64> {
    let segment = track.segments.iter().rev().find(|s| s.duration.is_some() && !s.gap)?;
    let pictures: u32 = segment.parts.iter().map(|part| part.pictures).sum();
    let rate = f64::from(pictures) / segment.length().seconds().max(0.001);
    (rate > 0.5).then(|| usual_rate(rate))
}
