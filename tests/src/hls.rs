//! A reader of live playlists: just enough HLS (RFC 8216bis) to judge what the edge serves.

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use url::Url;
use vitrine_cloud::base::http_client;

/// One show's stream, read through the edge.
pub struct Hls {
    http: reqwest::Client,
    multivariant: Url,
}

/// A media playlist.
#[derive(Debug, Clone, Default)]
pub struct MediaPlaylist {
    /// As it came.
    pub text: String,
    /// Number of the first segment.
    pub media_sequence: u64,
    /// Seconds.
    pub part_target: f64,
    /// Seconds.
    pub target_duration: u64,
    /// Closed segments, and last the open one when it has parts.
    pub segments: Vec<Segment>,
    /// The hinted part.
    pub hint: Option<String>,
    /// Whether the show is over.
    pub ended: bool,
    /// Ids, starts and ends of date ranges.
    pub date_ranges: Vec<String>,
}

/// A segment.
#[derive(Debug, Clone, Default)]
pub struct Segment {
    /// Its media sequence number.
    pub msn: u64,
    /// Absent while it is open.
    pub uri: Option<String>,
    /// Seconds; 0 while it is open.
    pub duration: f64,
    /// When its first picture was made.
    pub starts_at: Option<DateTime<Utc>>,
    /// Whether a break stands before it.
    pub discontinuity: bool,
    /// Whether it is missing.
    pub gap: bool,
    /// Parts, when they are still listed.
    pub parts: Vec<Part>,
    /// The init segment in force.
    pub map: Option<String>,
}

/// A part of a segment.
#[derive(Debug, Clone)]
pub struct Part {
    /// Relative to the playlist.
    pub uri: String,
    /// Seconds.
    pub duration: f64,
    /// Whether it starts with a key frame.
    pub independent: bool,
}

impl Hls {
    /// Reads the stream behind a multivariant playlist's address.
    pub fn open(multivariant: &str) -> Result<Self> {
        Ok(Self { http: http_client().build()?, multivariant: multivariant.parse()? })
    }

    /// The multivariant playlist, or nothing while there is none.
    pub async fn multivariant(&self) -> Result<Option<String>> {
        let answer = self.http.get(self.multivariant.clone()).send().await?;
        if answer.status() == 404 || answer.status() == 503 {
            return Ok(None);
        }
        Ok(Some(answer.error_for_status()?.text().await?))
    }

    /// Names and addresses of the rungs, by the folder that holds each.
    pub async fn rungs(&self) -> Result<Vec<(String, Url)>> {
        let Some(text) = self.multivariant().await? else { return Ok(vec![]) };
        let mut rungs = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let url = self.multivariant.join(line)?;
            let name =
                url.path_segments().and_then(|mut parts| parts.nth_back(1)).unwrap_or_default().to_owned();
            rungs.push((name, url));
        }
        Ok(rungs)
    }

    /// Address of one rung's playlist.
    pub async fn rung(&self, name: &str) -> Result<Option<Url>> {
        Ok(self.rungs().await?.into_iter().find(|(rung, _)| rung == name).map(|(_, url)| url))
    }

    /// A media playlist, blocking on `(msn, part)` when given.
    pub async fn playlist(&self, rung: &Url, wait_for: Option<(u64, u64)>) -> Result<MediaPlaylist> {
        let mut url = rung.clone();
        if let Some((msn, part)) = wait_for {
            url.set_query(Some(&format!("_HLS_msn={msn}&_HLS_part={part}")));
        }
        let answer = self.http.get(url).send().await?;
        MediaPlaylist::parse(&answer.error_for_status()?.text().await?)
    }

    /// Bytes below a rung's playlist.
    pub async fn bytes(&self, rung: &Url, uri: &str) -> Result<Bytes> {
        let answer = self.http.get(rung.join(uri)?).send().await?;
        Ok(answer.error_for_status()?.bytes().await?)
    }
}

impl MediaPlaylist {
    /// Reads a media playlist.
    pub fn parse(text: &str) -> Result<Self> {
        ensure!(text.starts_with("#EXTM3U"), "not a playlist: {:.60}", text);
        let mut list = Self { text: text.to_owned(), ..Self::default() };
        let (mut open, mut map, mut skipped) = (Segment::default(), None, 0);
        for line in text.lines() {
            let (tag, value) = line.split_once(':').unwrap_or((line, ""));
            match tag {
                "#EXT-X-MEDIA-SEQUENCE" => list.media_sequence = value.parse()?,
                "#EXT-X-TARGETDURATION" => list.target_duration = value.parse()?,
                "#EXT-X-PART-INF" => list.part_target = number(value, "PART-TARGET")?,
                "#EXT-X-SKIP" => skipped = number(value, "SKIPPED-SEGMENTS")? as u64,
                "#EXT-X-MAP" => map = attribute(value, "URI"),
                "#EXT-X-DISCONTINUITY" => open.discontinuity = true,
                "#EXT-X-GAP" => open.gap = true,
                "#EXT-X-PROGRAM-DATE-TIME" => {
                    open.starts_at = Some(value.parse().context("program date time")?)
                }
                "#EXT-X-DATERANGE" => list.date_ranges.push(value.to_owned()),
                "#EXT-X-ENDLIST" => list.ended = true,
                "#EXT-X-PRELOAD-HINT" => list.hint = attribute(value, "URI"),
                "#EXT-X-PART" => open.parts.push(Part {
                    uri: attribute(value, "URI").context("part without URI")?,
                    duration: number(value, "DURATION")?,
                    independent: value.contains("INDEPENDENT=YES"),
                }),
                "#EXTINF" => open.duration = value.trim_end_matches(',').parse().context("EXTINF")?,
                _ if !line.starts_with('#') && !line.trim().is_empty() => {
                    open.uri = Some(line.to_owned());
                    list.close(&mut open, &map, skipped);
                }
                _ => {}
            }
        }
        if !open.parts.is_empty() {
            list.close(&mut open, &map, skipped);
        }
        Ok(list)
    }

    fn close(&mut self, open: &mut Segment, map: &Option<String>, skipped: u64) {
        let mut segment = std::mem::take(open);
        segment.msn = self.media_sequence + skipped + self.segments.len() as u64;
        segment.map.clone_from(map);
        self.segments.push(segment);
    }

    /// The head: number of the last segment, and how many of its parts are there.
    pub fn head(&self) -> Result<(u64, u64)> {
        let last = self.segments.last().context("an empty playlist")?;
        Ok(if last.uri.is_none() { (last.msn, last.parts.len() as u64) } else { (last.msn + 1, 0) })
    }

    /// The segment with this number.
    pub fn segment(&self, msn: u64) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.msn == msn)
    }
}

fn attribute(list: &str, name: &str) -> Option<String> {
    let at = list.find(&format!("{name}="))? + name.len() + 1;
    let rest = &list[at..];
    match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().map(str::to_owned),
        None => rest.split(',').next().map(str::to_owned),
    }
}

fn number(list: &str, name: &str) -> Result<f64> {
    match attribute(list, name) {
        Some(text) => text.parse().with_context(|| format!("{name}={text}")),
        None => bail!("{name} is missing in {list}"),
    }
}
