//! Playlists as a player reads them.

use std::collections::BTreeMap;

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
    /// `GAP=YES`.
    pub gap: bool,
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
    /// `EXT-X-DISCONTINUITY-SEQUENCE`.
    pub discontinuity_sequence: u64,
    /// `EXT-X-TARGETDURATION`, seconds.
    pub target: f64,
    /// `PART-TARGET`, seconds.
    pub part_target: f64,
    /// `PART-HOLD-BACK`, seconds.
    pub hold_back: f64,
    /// `HOLD-BACK`, seconds.
    pub segment_hold_back: Option<f64>,
    /// `EXT-X-VERSION`.
    pub version: u32,
    /// The attributes of `EXT-X-SERVER-CONTROL`, as they came.
    pub server_control: String,
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
    /// How many preload hints there are.
    pub hints: usize,
    /// Rendition reports: URL, last number, last part.
    pub reports: Vec<(String, u64, u64)>,
    /// The attributes of each date range, as they came.
    pub date_ranges: Vec<String>,
    /// `EXT-X-ENDLIST`.
    pub ended: bool,
    /// How often each tag stands in it.
    pub tags: BTreeMap<String, usize>,
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
            if tag.starts_with("#EXT") {
                *list.tags.entry(tag.to_owned()).or_default() += 1;
            }
            let need = |name| attribute(value, name).with_context(|| format!("{name} is missing: {line}"));
            match tag {
                "#EXT-X-VERSION" => list.version = value.parse()?,
                "#EXT-X-TARGETDURATION" => list.target = value.parse()?,
                "#EXT-X-PART-INF" => list.part_target = need("PART-TARGET")?.parse()?,
                "#EXT-X-SERVER-CONTROL" => {
                    list.can_block = attribute(value, "CAN-BLOCK-RELOAD").as_deref() == Some("YES");
                    list.server_control = value.to_owned();
                    let parts = attribute(value, "PART-HOLD-BACK").map(|v| v.parse()).transpose()?;
                    list.hold_back = parts.unwrap_or(0.0); // below what the rules allow
                    list.segment_hold_back = attribute(value, "HOLD-BACK").map(|v| v.parse()).transpose()?;
                    list.skip_until = attribute(value, "CAN-SKIP-UNTIL").map(|v| v.parse()).transpose()?;
                }
                "#EXT-X-MEDIA-SEQUENCE" => {
                    msn = value.parse()?;
                    list.media_sequence = msn;
                }
                "#EXT-X-DISCONTINUITY-SEQUENCE" => {
                    sequence = value.parse()?;
                    list.discontinuity_sequence = sequence;
                }
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
                    gap: attribute(value, "GAP").as_deref() == Some("YES"),
                }),
                "#EXTINF" => next.duration = Some(value.trim_end_matches(',').parse()?),
                "#EXT-X-PRELOAD-HINT" if attribute(value, "TYPE").as_deref() == Some("PART") => {
                    list.hint = Some(need("URI")?);
                    list.hints += 1;
                }
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

    /// The whole playlist that this delta update makes of `before`. Any other playlist stays as it is.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self {
        let skipped = std::mem::take(&mut self.skipped);
        let Some(first) = self.segments.first().map(|segment| segment.msn).filter(|_| skipped > 0) else {
            return self;
        };
        // Discontinuities among the skipped ones are not told again.
        let offset = before
            .segment(first)
            .map(|known| known.discontinuity_sequence)
            .unwrap_or_default()
            .saturating_sub(self.segments.first().map_or(0, |segment| segment.discontinuity_sequence));
        self.segments.iter_mut().for_each(|segment| segment.discontinuity_sequence += offset);
        let from = self.media_sequence;
        let mut segments: Vec<_> =
            before.segments.iter().filter(|s| (from..first).contains(&s.msn)).cloned().collect();
        // Their parts are old: a server lists them no more.
        segments.iter_mut().for_each(|segment| segment.parts.clear());
        segments.append(&mut self.segments);
        self.segments = segments;
        self
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
pub(super) fn attribute(list: &str, name: &str) -> Option<String> {
    attributes(list).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Names and values, without quotes, up to what cannot be read.
pub(super) fn attributes(list: &str) -> Vec<(String, String)> {
    let (mut rest, mut found) = (list, Vec::new());
    while let Some((key, after)) = rest.split_once('=') {
        let read = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').map(|(v, n)| (v, n.trim_start_matches(','))),
            None => Some(after.split_once(',').unwrap_or((after, ""))),
        };
        let Some((value, next)) = read else { break };
        found.push((key.to_owned(), value.to_owned()));
        rest = next;
    }
    found
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const LIST: &str = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n\
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
    fn a_playlist_is_read() {
        let list = MediaPlaylist::parse(LIST).unwrap();
        assert_eq!((list.version, list.head(), list.hints), (9, (8, 1), 1));
        assert_eq!(list.reports, vec![("../480p/index.m3u8".into(), 8, 0)]);
    }

    #[test]
    fn attributes_are_read_through_quotes() {
        let list = "CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=640x360,NAME=\"a=b\"";
        assert_eq!(attribute(list, "CODECS").as_deref(), Some("avc1.64001f,mp4a.40.2"));
        assert_eq!(attribute(list, "RESOLUTION").as_deref(), Some("640x360"));
        assert_eq!(attribute(list, "b"), None);
    }
}
