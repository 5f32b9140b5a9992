//! Playlists as a player reads them, and what can be wrong with one.

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};

/// A part as listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Seconds.
    pub duration: f64,
    /// Relative URL.
    pub uri: String,
    /// `INDEPENDENT=YES`.
    pub independent: bool,
}

/// A segment as listed; the last may still be open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Segment {
    /// Media sequence number.
    pub msn: u64,
    /// `EXTINF` in seconds; `None` while it is open.
    pub duration: Option<f64>,
    /// Relative URL, `None` while it is open.
    pub uri: Option<String>,
    /// Program date and time of its start.
    pub at: Option<DateTime<Utc>>,
    /// The map in force.
    pub map: Option<String>,
    /// Its discontinuity sequence number.
    pub discontinuity_sequence: u64,
    /// `EXT-X-DISCONTINUITY` stands before it.
    pub discontinuity: bool,
    /// `EXT-X-GAP`.
    pub gap: bool,
    /// Its parts, if they are listed.
    pub parts: Vec<Part>,
}

/// A media playlist.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MediaPlaylist {
    /// As it came.
    pub text: String,
    /// Number of the first segment.
    pub media_sequence: u64,
    /// `EXT-X-TARGETDURATION`, seconds.
    pub target: f64,
    /// `PART-TARGET`, seconds.
    pub part_target: f64,
    /// `PART-HOLD-BACK`, seconds.
    pub hold_back: f64,
    /// `CAN-BLOCK-RELOAD=YES`.
    pub can_block: bool,
    /// `CAN-SKIP-UNTIL`, seconds.
    pub skip_until: Option<f64>,
    /// Segments left out of a delta update.
    pub skipped: u64,
    /// Those that are listed.
    pub segments: Vec<Segment>,
    /// What the preload hint names.
    pub hint: Option<String>,
    /// Rendition reports: URL, last number, last part.
    pub reports: Vec<(String, u64, u64)>,
    /// The attributes of each date range, as they came.
    pub date_ranges: Vec<String>,
    /// `EXT-X-ENDLIST`.
    pub ended: bool,
}

/// One line of a multivariant playlist and its URL.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// `BANDWIDTH`.
    pub bandwidth: u64,
    /// `CODECS`.
    pub codecs: String,
    /// `RESOLUTION`.
    pub resolution: (u32, u32),
    /// `FRAME-RATE`.
    pub frame_rate: f64,
    /// Relative URL.
    pub uri: String,
}

/// Reads a multivariant playlist.
///
/// # Errors
/// An attribute that players need is missing or unreadable.
pub fn parse_multivariant(text: &str) -> Result<Vec<Variant>> {
    ensure!(text.starts_with("#EXTM3U\n"), "it isn't a playlist: {text:?}");
    let mut variants = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(list) = line.strip_prefix("#EXT-X-STREAM-INF:") else { continue };
        let need = |name| attribute(list, name).with_context(|| format!("{name} is missing: {line}"));
        let size = need("RESOLUTION")?;
        let (width, height) = size.split_once('x').context("RESOLUTION")?;
        variants.push(Variant {
            bandwidth: need("BANDWIDTH")?.parse()?,
            codecs: need("CODECS")?,
            resolution: (width.parse()?, height.parse()?),
            frame_rate: need("FRAME-RATE")?.parse()?,
            uri: lines.next().context("a variant without a URL")?.to_owned(),
        });
    }
    ensure!(!variants.is_empty(), "no variant is listed");
    Ok(variants)
}

impl MediaPlaylist {
    /// Reads a media playlist.
    ///
    /// # Errors
    /// It is none, or a number in it can't be read.
    pub fn parse(text: &str) -> Result<Self> {
        ensure!(text.starts_with("#EXTM3U\n"), "it isn't a playlist: {text:?}");
        let mut list = Self { text: text.to_owned(), ..Self::default() };
        let (mut next, mut msn, mut sequence, mut map) = (Segment::default(), 0, 0, None);
        for line in text.lines() {
            let (tag, value) = line.split_once(':').unwrap_or((line, ""));
            let need = |name| attribute(value, name).with_context(|| format!("{name} is missing: {line}"));
            match tag {
                "#EXT-X-TARGETDURATION" => list.target = value.parse()?,
                "#EXT-X-PART-INF" => list.part_target = need("PART-TARGET")?.parse()?,
                "#EXT-X-SERVER-CONTROL" => {
                    list.can_block = attribute(value, "CAN-BLOCK-RELOAD").as_deref() == Some("YES");
                    list.hold_back = need("PART-HOLD-BACK")?.parse()?;
                    list.skip_until = attribute(value, "CAN-SKIP-UNTIL").map(|v| v.parse()).transpose()?;
                }
                "#EXT-X-MEDIA-SEQUENCE" => {
                    msn = value.parse()?;
                    list.media_sequence = msn;
                }
                "#EXT-X-DISCONTINUITY-SEQUENCE" => sequence = value.parse()?,
                "#EXT-X-SKIP" => {
                    list.skipped = need("SKIPPED-SEGMENTS")?.parse()?;
                    msn += list.skipped;
                }
                "#EXT-X-DISCONTINUITY" => {
                    next.discontinuity = true;
                    sequence += 1;
                }
                "#EXT-X-MAP" => map = Some(need("URI")?),
                "#EXT-X-GAP" => next.gap = true,
                "#EXT-X-PROGRAM-DATE-TIME" => next.at = Some(value.parse()?),
                "#EXT-X-PART" => next.parts.push(Part {
                    duration: need("DURATION")?.parse()?,
                    uri: need("URI")?,
                    independent: attribute(value, "INDEPENDENT").as_deref() == Some("YES"),
                }),
                "#EXTINF" => next.duration = Some(value.trim_end_matches(',').parse()?),
                "#EXT-X-PRELOAD-HINT" => list.hint = Some(need("URI")?),
                "#EXT-X-RENDITION-REPORT" => {
                    list.reports.push((
                        need("URI")?,
                        need("LAST-MSN")?.parse()?,
                        need("LAST-PART")?.parse()?,
                    ));
                }
                "#EXT-X-DATERANGE" => list.date_ranges.push(value.to_owned()),
                "#EXT-X-ENDLIST" => list.ended = true,
                _ if !line.starts_with('#') && !line.is_empty() => {
                    let segment = std::mem::take(&mut next);
                    let (uri, map) = (Some(line.to_owned()), map.clone());
                    list.segments.push(Segment {
                        msn,
                        uri,
                        map,
                        discontinuity_sequence: sequence,
                        ..segment
                    });
                    msn += 1;
                }
                _ => {}
            }
        }
        if !next.parts.is_empty() {
            list.segments.push(Segment { msn, map, discontinuity_sequence: sequence, ..next });
        }
        Ok(list)
    }

    /// Judges a playlist by itself; each finding is one sentence.
    pub fn check(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let mut find = |bad: bool, words: String| {
            if bad {
                findings.push(words);
            }
        };
        find(!self.can_block && !self.ended, "blocking reload isn't offered".into());
        find(
            // "MUST be at least twice the Part Target Duration": section 4.4.3.8.
            self.hold_back < 2.0 * self.part_target - 0.002,
            format!("hold-back {} is short", self.hold_back),
        );
        find(self.skip_until.is_some_and(|s| s < 6.0 * self.target), "CAN-SKIP-UNTIL is short".into());
        find(self.hint.is_some() == self.ended, "a live playlist hints, an ended one doesn't".into());
        for segment in &self.segments {
            let msn = segment.msn;
            find(segment.at.is_none(), format!("segment {msn} has no program date and time"));
            find(segment.map.is_none(), format!("segment {msn} has no map"));
            if let Some(duration) = segment.duration {
                find(duration.round() > self.target, format!("segment {msn} lasts {duration} s"));
                let sum: f64 = segment.parts.iter().map(|p| p.duration).sum();
                let listed = !segment.parts.is_empty() && !segment.gap;
                find(
                    listed && (sum - duration).abs() > 0.002,
                    format!("segment {msn}: parts make {sum}, not {duration}"),
                );
            }
            for (n, part) in segment.parts.iter().enumerate() {
                let (long, last) = (part.duration > self.part_target + 0.0005, n + 1 == segment.parts.len());
                find(long, format!("{} lasts {} s", part.uri, part.duration));
                let short = part.duration < 0.85 * self.part_target && !(last && segment.duration.is_some());
                find(short && !(last && self.ended), format!("{} is short: {} s", part.uri, part.duration));
            }
        }
        for pair in self.segments.windows(2) {
            let [a, b] = pair else { continue };
            let (Some(start), Some(length), Some(next)) = (a.at, a.duration, b.at) else {
                find(a.duration.is_none(), format!("segment {} is open before {}", a.msn, b.msn));
                continue;
            };
            let drift = (next - start).num_microseconds().unwrap_or(0) as f64 / 1e6 - length;
            if a.discontinuity_sequence == b.discontinuity_sequence {
                find(drift.abs() > 0.0025, format!("segment {} starts {drift:.4} s off its clock", b.msn));
            } else {
                find(drift < -0.0025, format!("time goes back by {drift:.4} s at segment {}", b.msn));
            }
        }
        findings
    }

    /// The segment with this number.
    pub fn segment(&self, msn: u64) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.msn == msn)
    }

    /// The number of the newest segment and how many parts of it are there; a closed one counts whole.
    pub fn head(&self) -> (u64, usize) {
        match self.segments.last() {
            Some(s) if s.duration.is_some() => (s.msn + 1, 0),
            Some(s) => (s.msn, s.parts.len()),
            None => (0, 0),
        }
    }
}

/// The value of an attribute, without quotes.
fn attribute(list: &str, name: &str) -> Option<String> {
    let mut rest = list;
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').map(|(v, n)| (v, n.trim_start_matches(',')))?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if key == name {
            return Some(value.to_owned());
        }
        rest = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n\
        #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.002,CAN-SKIP-UNTIL=24.0\n\
        #EXT-X-PART-INF:PART-TARGET=0.334\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n\
        #EXT-X-MAP:URI=\"init1.mp4\"\n#EXT-X-PROGRAM-DATE-TIME:2026-11-24T04:00:00.000Z\n\
        #EXT-X-PART:DURATION=0.33400,URI=\"part7.0.m4s\",INDEPENDENT=YES\n\
        #EXT-X-PART:DURATION=0.20000,URI=\"part7.1.m4s\"\n#EXTINF:0.53400,\nseg7.m4s\n\
        #EXT-X-PROGRAM-DATE-TIME:2026-11-24T04:00:00.534Z\n\
        #EXT-X-PART:DURATION=0.33400,URI=\"part8.0.m4s\",INDEPENDENT=YES\n\
        #EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part8.1.m4s\"\n\
        #EXT-X-RENDITION-REPORT:URI=\"../480p/index.m3u8\",LAST-MSN=8,LAST-PART=0\n";

    #[test]
    fn a_good_playlist_has_no_findings() {
        let list = MediaPlaylist::parse(LIST).unwrap();
        assert_eq!(list.head(), (8, 1));
        assert_eq!(list.check(), Vec::<String>::new());
        assert_eq!(list.reports, vec![("../480p/index.m3u8".into(), 8, 0)]);
    }

    #[test]
    fn what_players_trip_over_is_found() {
        for (from, to, words) in [
            ("0.20000", "0.40000", "lasts 0.4 s"),
            ("00.534Z", "00.634Z", "off its clock"),
            ("0.33400,URI=\"part7.0", "0.20000,URI=\"part7.0", "is short"),
            ("0.53400", "0.73400", "parts make"),
            ("PART-HOLD-BACK=1.002", "PART-HOLD-BACK=0.6", "hold-back"),
        ] {
            let findings = MediaPlaylist::parse(&LIST.replace(from, to)).unwrap().check();
            assert!(findings.iter().any(|f| f.contains(words)), "{words}: {findings:?}");
        }
    }

    #[test]
    fn attributes_are_read_through_quotes() {
        let list = "CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=640x360,NAME=\"a=b\"";
        assert_eq!(attribute(list, "CODECS").as_deref(), Some("avc1.64001f,mp4a.40.2"));
        assert_eq!(attribute(list, "RESOLUTION").as_deref(), Some("640x360"));
        assert_eq!(attribute(list, "b"), None);
    }
}
