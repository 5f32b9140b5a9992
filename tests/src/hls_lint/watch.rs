//! Follows a rung in real time.

use std::time::{Duration, Instant};
use vitrine_cloud::base::http_client;

use anyhow::{Context, Result, bail, ensure};

use super::playlist::{MediaPlaylist, Part, parse_multivariant};

/// What following a rung has shown.
#[derive(Debug, Default)]
pub struct Report {
    /// What is wrong, one sentence each; empty is good.
    pub findings: Vec<String>,
    /// Parts loaded.
    pub parts: usize,
    /// Blocking reloads answered.
    pub reloads: usize,
    /// Longest time that a reload took.
    pub slowest_reload: Duration,
    /// Bytes of parts.
    pub bytes: usize,
    /// The last playlist.
    pub last: MediaPlaylist,
}

/// Follows one rung as an LL-HLS player does.
#[derive(Debug)]
pub struct Watch {
    client: reqwest::Client,
    base: url::Url,
}

impl Watch {
    /// For the media playlist at `playlist`.
    ///
    /// # Errors
    /// The HTTP client can't be built.
    pub fn new(playlist: url::Url) -> Result<Self> {
        let client = http_client().no_proxy().timeout(Duration::from_secs(20)).build()?;
        Ok(Self { client, base: playlist })
    }

    /// The media playlist of the variant `rung` of the show at `multivariant`.
    ///
    /// # Errors
    /// The show or the rung isn't there.
    pub async fn variant(multivariant: url::Url, rung: &str) -> Result<Self> {
        let text =
            http_client().build()?.get(multivariant.clone()).send().await?.error_for_status()?.text().await?;
        let variants = parse_multivariant(&text)?;
        let found = variants.iter().find(|v| v.uri.contains(&format!("/{rung}/")));
        Self::new(multivariant.join(&found.with_context(|| format!("{rung} isn't listed"))?.uri)?)
    }

    /// Follows it for `time`.
    ///
    /// # Errors
    /// The playlist can't be read at all; whatever else is wrong is a finding.
    pub async fn run(&self, time: Duration) -> Result<Report> {
        let mut report = Report { last: self.playlist(&self.base).await?, ..Report::default() };
        report.findings.extend(report.last.check());
        self.init(&mut report).await?;
        self.refusals(&mut report).await?;
        let (start, mut loaded) = (Instant::now(), report.last.head());
        while start.elapsed() < time && !report.last.ended {
            let hint = report.last.hint.clone().context("there's no hint to follow")?;
            let (msn, part) = report.last.head();
            let mut address = self.base.clone();
            address.set_query(Some(&format!("_HLS_msn={msn}&_HLS_part={part}&_HLS_skip=YES")));
            let asked = Instant::now();
            // As a player: the hinted part and the reload that tells of it, at once.
            let (media, next) = tokio::join!(self.part(&hint), self.playlist(&address));
            let next = match next {
                Ok(next) => next,
                Err(error) => {
                    report.findings.push(format!("the reload for {msn}.{part} failed: {error:#}"));
                    self.playlist(&self.base).await?
                }
            };
            report.reloads += 1;
            report.slowest_reload = report.slowest_reload.max(asked.elapsed());
            if asked.elapsed() > Duration::from_secs_f64(3.0 * next.target + 1.0) {
                report.findings.push(format!("the reload for {msn}.{part} took {:?}", asked.elapsed()));
            }
            if next.head() <= (msn, part) && !next.ended {
                report.findings.push(format!("the reload for {msn}.{part} came back without it"));
            }
            report.findings.extend(next.check());
            let listed = next.segments.iter().flat_map(|s| &s.parts).find(|p| p.uri == hint).cloned();
            match (media, listed) {
                (Ok(bytes), Some(part)) => Self::judge(&mut report, &part, &bytes),
                (Ok(_), None) if next.ended => {}
                (Ok(_), None) => report.findings.push(format!("{hint} was hinted, served, but isn't listed")),
                (Err(error), _) if next.ended => drop(error),
                (Err(error), _) => {
                    report.findings.push(format!("{hint} was hinted but not served: {error:#}"))
                }
            }
            if next.head() < loaded {
                report.findings.push(format!("the head went back from {loaded:?} to {:?}", next.head()));
            }
            loaded = next.head();
            report.last = next;
        }
        Ok(report)
    }

    /// Loads the segments of the last playlist and compares them with what its parts were.
    ///
    /// # Errors
    /// One of them isn't served.
    pub async fn segments(&self, list: &MediaPlaylist) -> Result<Vec<String>> {
        let mut findings = Vec::new();
        for segment in list.segments.iter().filter(|s| !s.gap && !s.parts.is_empty()) {
            let Some(uri) = &segment.uri else { continue };
            let whole = self.part(uri).await?;
            let mut joined = Vec::new();
            for part in &segment.parts {
                joined.extend_from_slice(&self.part(&part.uri).await?);
            }
            if whole != joined {
                findings.push(format!("{uri} is not its parts"));
            }
        }
        Ok(findings)
    }

    async fn init(&self, report: &mut Report) -> Result<()> {
        let map = report.last.segments.last().and_then(|s| s.map.clone()).context("there's no map")?;
        let bytes = self.part(&map).await?;
        if bytes.get(4..8) != Some(b"ftyp") || !bytes.windows(4).any(|w| w == b"mvex") {
            report.findings.push(format!("{map} is no initialisation segment"));
        }
        if bytes.windows(4).any(|w| w == b"elst") {
            report.findings.push(format!("{map} has an edit list"));
        }
        Ok(())
    }

    async fn refusals(&self, report: &mut Report) -> Result<()> {
        let far = report.last.head().0 + 50;
        for (query, expected) in [(format!("_HLS_msn={far}"), 400), ("_HLS_part=1".into(), 400)] {
            let mut address = self.base.clone();
            address.set_query(Some(&query));
            let status = self.client.get(address).send().await?.status().as_u16();
            if status != expected && !report.last.ended {
                report.findings.push(format!("?{query} was answered {status}, not {expected}"));
            }
        }
        Ok(())
    }

    async fn playlist(&self, address: &url::Url) -> Result<MediaPlaylist> {
        let response = self.client.get(address.clone()).send().await?.error_for_status()?;
        let open = response.headers().get("access-control-allow-origin").is_some_and(|v| v == "*");
        ensure!(open, "the playlist may not be read from another site");
        MediaPlaylist::parse(&response.text().await?)
    }

    async fn part(&self, uri: &str) -> Result<Vec<u8>> {
        let response = self.client.get(self.base.join(uri)?).send().await?;
        if !response.status().is_success() {
            bail!("{uri} was answered {}", response.status());
        }
        let cache = response.headers().get("cache-control").and_then(|v| v.to_str().ok()).unwrap_or_default();
        ensure!(cache.contains("immutable"), "{uri} may be stored as {cache:?}");
        Ok(response.bytes().await?.to_vec())
    }

    fn judge(report: &mut Report, part: &Part, bytes: &[u8]) {
        report.parts += 1;
        report.bytes += bytes.len();
        match first_sample_is_sync(bytes) {
            Some(sync) if sync == part.independent => {}
            Some(sync) => {
                report.findings.push(format!("{} is independent: {sync}, listed otherwise", part.uri))
            }
            None => report.findings.push(format!("{} can't be read", part.uri)),
        }
    }
}

/// Whether the first video sample of a part is a sync sample.
///
/// Source: ISO/IEC 14496-12, sections 8.8.7 and 8.8.8.
pub fn first_sample_is_sync(part: &[u8]) -> Option<bool> {
    let moof = child(part, b"moof")?;
    let traf = child(moof, b"traf")?;
    let track = u32::from_be_bytes(child(traf, b"tfhd")?.get(4..8)?.try_into().ok()?);
    let trun = child(traf, b"trun")?;
    let has = u32::from_be_bytes(trun.get(..4)?.try_into().ok()?) & 0x00ff_ffff;
    let mut at = 8;
    at += if has & 1 != 0 { 4 } else { 0 };
    let first = has & 4 != 0;
    at += if !first && has & 0x100 != 0 { 4 } else { 0 };
    at += if !first && has & 0x200 != 0 { 4 } else { 0 };
    let flags = u32::from_be_bytes(trun.get(at..at + 4)?.try_into().ok()?);
    (track == 1 && (first || has & 0x400 != 0)).then_some(flags & 0x0001_0000 == 0)
}

/// The body of the first box of a kind.
fn child<'a>(mut data: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    while data.len() >= 8 {
        let size = u32::from_be_bytes(data[..4].try_into().ok()?) as usize;
        let body = data.get(8..size)?;
        if &data[4..8] == kind {
            return Some(body);
        }
        data = &data[size..];
    }
    None
}
