//! Follows a rung in real time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::StatusCode;
use vitrine_cloud::base::http_client;

use super::finding::Findings;
use super::media::{AUDIO, Continuity, Init, VIDEO, runs};
use super::playlist::{MediaPlaylist, Part, Segment};

/// How much later than the draft allows things come on a machine that does other work, too.
const BUSY: Duration = Duration::from_millis(2_500);
/// A delta update is compared with the whole playlist each so many reloads.
const COMPARE_EACH: usize = 7;

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
    /// The newest initialisation segment.
    pub init: Init,
    /// Segments by their numbers, and what was in them.
    pub segments: BTreeMap<u64, Seen>,
    /// It was answered 410 at last: the rung does not play any more.
    pub gone: bool,
}

/// A segment that was followed.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// As it was listed last.
    pub segment: Segment,
    /// Bytes of its parts.
    pub bytes: usize,
    /// Pictures in its parts.
    pub pictures: u32,
    /// Decode time of its first picture, in seconds of the media.
    pub start: Option<f64>,
    /// Whether it begins with a key frame, if its first part was loaded.
    pub clean: Option<bool>,
    /// Parts whose packets of sound hold nothing.
    pub silent: u32,
    /// Every part of it was loaded.
    pub whole: bool,
}

/// A packet of sound that is smaller than this holds nothing.
const SILENT_BYTES: u64 = 24;

impl Report {
    /// Numbers of the segments that are gaps.
    pub fn gaps(&self) -> Vec<u64> {
        self.segments.values().filter(|seen| seen.segment.gap).map(|seen| seen.segment.msn).collect()
    }

    /// Numbers of the segments that begin with a discontinuity, the first one aside.
    pub fn discontinuities(&self) -> Vec<u64> {
        let later = self.segments.values().skip(1);
        later.filter(|seen| seen.segment.discontinuity).map(|seen| seen.segment.msn).collect()
    }

    /// Parts whose sound is nothing but silence.
    pub fn silent(&self) -> u32 {
        self.segments.values().map(|seen| seen.silent).sum()
    }

    /// Seconds of all closed segments.
    pub fn length(&self) -> f64 {
        self.segments.values().filter_map(|seen| seen.segment.duration).sum()
    }

    fn find(&mut self, section: &str, bad: bool, words: impl FnOnce() -> String) {
        let mut findings = Findings::default();
        findings.find(section, bad, words);
        self.extend(findings.into());
    }

    fn extend(&mut self, found: Vec<String>) {
        for sentence in found {
            if !self.findings.contains(&sentence) {
                self.findings.push(sentence);
            }
        }
    }
}

/// Follows one rung as an LL-HLS player does.
#[derive(Debug, Clone)]
pub struct Watch {
    client: reqwest::Client,
    base: url::Url,
    patience: Duration,
    /// Processes are killed meanwhile: what is away for a while is no finding.
    shaken: bool,
}

/// An answer that is no success.
#[derive(Debug)]
struct Refusal(StatusCode);

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "answered {}", self.0)
    }
}

impl std::error::Error for Refusal {}

fn status(error: &anyhow::Error) -> Option<StatusCode> {
    error.downcast_ref::<Refusal>().map(|refusal| refusal.0)
}

impl Watch {
    /// For the media playlist at `playlist`.
    ///
    /// # Errors
    /// The HTTP client can't be built.
    pub fn new(playlist: url::Url) -> Result<Self> {
        let client = http_client().no_proxy().timeout(Duration::from_secs(20)).build()?;
        Ok(Self { client, base: playlist, patience: BUSY, shaken: false })
    }

    /// The publisher sends no pictures for so long: what comes later by that is not late.
    #[must_use]
    pub fn held(mut self, time: Duration) -> Self {
        self.patience += time;
        self
    }

    /// Processes are killed or lost while it is followed: what is away for a while is asked for again, and only what
    /// playlists and media say is judged.
    #[must_use]
    pub fn shaken(mut self) -> Self {
        (self.shaken, self.patience) = (true, Duration::from_secs(3_600));
        self
    }

    /// Follows it for `time`.
    ///
    /// # Errors
    /// The playlist can't be read at all; whatever else is wrong is a finding.
    pub async fn run(&self, time: Duration) -> Result<Report> {
        let mut report = Report::default();
        match tokio::time::timeout(time, self.follow(&mut report)).await {
            Ok(result) => result.map(|()| report),
            Err(_) if report.reloads > 0 => Ok(report),
            Err(_) => bail!("the playlist never moved"),
        }
    }

    /// Follows it until it ends or its rung is taken off. May be dropped at any time: what was seen up to there is in
    /// `report`.
    ///
    /// # Errors
    /// The playlist can't be read at all; whatever else is wrong is a finding.
    pub async fn follow(&self, report: &mut Report) -> Result<()> {
        report.last = self.first().await?;
        let found = report.last.check();
        report.extend(found);
        self.refusals(report).await?;
        let mut pace = Pace::new(&report.last);
        let mut viewer = Viewer { next: report.last.head(), ..Viewer::default() };
        while !report.last.ended {
            let Some(hint) = report.last.hint.clone() else { bail!("there's no hint to follow") };
            let (msn, part) = report.last.head();
            let asked = Instant::now();
            // As a player: the hinted part and the reload that tells of it, at once.
            let compares = report.reloads % COMPARE_EACH == COMPARE_EACH - 1;
            let directive = format!("_HLS_msn={msn}&_HLS_part={part}");
            let whole = async { if compares { self.playlist(Some(&directive)).await.ok() } else { None } };
            let delta = format!("{directive}&_HLS_skip=YES");
            let (media, next, whole) = tokio::join!(self.part(&hint), self.playlist(Some(&delta)), whole);
            let waited = asked.elapsed();
            let next = match next {
                Err(error) if status(&error) == Some(StatusCode::GONE) => {
                    report.gone = true;
                    return Ok(());
                }
                Err(error) if status(&error) == Some(StatusCode::SERVICE_UNAVAILABLE) && !self.shaken => {
                    let late = self.patience + Duration::from_secs_f64(1.5 * report.last.target);
                    report.find("6.2.1", pace.since_segment() > late, || {
                        format!("nothing came after {msn}.{part}")
                    });
                    let early = waited.as_secs_f64() < 3.0 * report.last.target - 0.5;
                    report.find("6.2.5.2", early, || format!("503 for {msn}.{part} after {waited:?}"));
                    continue;
                }
                Err(_) if self.shaken => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    match self.playlist(None).await {
                        Ok(next) => next,
                        Err(_) => continue,
                    }
                }
                Err(error) => {
                    report.extend(vec![format!("the reload for {msn}.{part} failed: {error:#}")]);
                    self.playlist(None).await?
                }
                Ok(next) => next,
            };
            report.reloads += 1;
            report.slowest_reload = report.slowest_reload.max(waited);
            let bound = Duration::from_secs_f64(3.0 * next.target) + BUSY;
            report.find("6.2.5.2", waited > bound && !self.shaken, || {
                format!("the reload for {msn}.{part} took {waited:?}")
            });
            report.find("6.2.5.2", next.head() <= (msn, part) && !next.ended && !self.shaken, || {
                format!("the reload for {msn}.{part} came back without it")
            });
            if let Some(whole) = whole.filter(|whole| whole.head() == next.head() && whole.hint == next.hint)
            {
                let found = [whole.check(), next.check_delta(&whole)].concat();
                report.extend(found);
            }
            let next = next.after(&report.last);
            let found =
                [next.check(), next.check_after(&report.last), pace.check(&next, self.patience)].concat();
            report.extend(found);
            let listed = next.segments.iter().flat_map(|s| &s.parts).any(|p| p.uri == hint);
            // "MAY choose not to publish previously-hinted resources if the planned segmentation changes".
            let changed =
                next.segments.iter().any(|s| s.msn == msn && s.gap || s.msn > msn && s.discontinuity);
            let kept = listed || changed || next.ended || self.shaken;
            let media = match media {
                Ok(bytes) => {
                    report.find("6.2.6", !kept, || {
                        format!("{hint} was hinted at and served, but isn't listed")
                    });
                    Some(bytes)
                }
                Err(_) if self.shaken => None,
                Err(error) => {
                    report.find("6.2.6", listed || !kept, || {
                        format!("{hint} was hinted at and not served: {error:#}")
                    });
                    None
                }
            };
            self.view(&mut viewer, report, &next, (&hint, media)).await;
            report.last = next;
        }
        self.after_the_end(report).await
    }

    /// Loads and judges every part of `list` that is new, in order.
    async fn view(
        &self,
        viewer: &mut Viewer,
        report: &mut Report,
        list: &MediaPlaylist,
        (hint, hinted): (&str, Option<Vec<u8>>),
    ) {
        let from = viewer.next;
        for segment in list.segments.iter().filter(|segment| segment.msn >= from.0) {
            let begins = !report.segments.contains_key(&segment.msn);
            let seen = report.segments.entry(segment.msn).or_default();
            seen.segment.clone_from(segment);
            if begins {
                seen.whole = segment.msn > from.0 || from.1 == 0;
            }
            if begins && segment.discontinuity || segment.gap {
                viewer.continuity.restart();
            }
            if begins && segment.map != viewer.map {
                viewer.map.clone_from(&segment.map);
                if let Some(map) = &segment.map {
                    match self.part(map).await {
                        Ok(bytes) => {
                            report.init = Init::read(&bytes);
                            let found = report.init.check(map);
                            report.extend(found);
                        }
                        Err(error) => {
                            report.find("6.2.1", true, || format!("{map} is not served: {error:#}"))
                        }
                    }
                }
            }
            let first = if segment.msn == from.0 { from.1 } else { 0 };
            for part in segment.parts.iter().skip(first) {
                let bytes = match &hinted {
                    Some(bytes) if part.uri == hint => Ok(bytes.clone()),
                    _ => self.part(&part.uri).await,
                };
                match bytes {
                    Ok(bytes) => viewer.judge(report, segment.msn, part, &bytes),
                    // The rung was taken off meanwhile: the next reload tells.
                    Err(error) if status(&error) == Some(StatusCode::GONE) || self.shaken => {
                        viewer.continuity.restart();
                    }
                    Err(error) => {
                        report.find("6.2.1", !part.gap, || {
                            format!("{} is listed and not served: {error:#}", part.uri)
                        });
                    }
                }
            }
        }
        viewer.next = list.head();
    }

    /// Loads the segments of a playlist and compares them with what their parts were.
    ///
    /// # Errors
    /// One of them isn't served.
    pub async fn segments(&self, list: &MediaPlaylist) -> Result<Vec<String>> {
        let mut findings = Findings::default();
        for segment in list.segments.iter().filter(|s| !s.gap && !s.parts.is_empty()) {
            let Some(uri) = &segment.uri else { continue };
            let whole = self.part(uri).await?;
            let mut joined = Vec::new();
            for part in &segment.parts {
                joined.extend_from_slice(&self.part(&part.uri).await?);
            }
            findings.find("3.2", whole != joined, || format!("{uri} is not its parts"));
        }
        Ok(findings.into())
    }

    /// The first playlist of a rung that is on its way.
    async fn first(&self) -> Result<MediaPlaylist> {
        let start = Instant::now();
        loop {
            match self.playlist(None).await {
                Err(error) if status(&error).is_some() && start.elapsed() < Duration::from_secs(30) => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                answer => return answer,
            }
        }
    }

    /// Questions that are refused or answered at once. Source: section 6.2.5.2.
    async fn refusals(&self, report: &mut Report) -> Result<()> {
        let (msn, part) = report.last.head();
        let limit = (3.0 / report.last.part_target) as usize;
        let asked_msn = report.last.media_sequence;
        let closed = report.last.segments.iter().find(|segment| segment.duration.is_some()).cloned();
        for (query, expected) in [
            (format!("_HLS_msn={}", msn + 50), 400),
            ("_HLS_part=1".to_owned(), 400),
            (format!("_HLS_msn={msn}&_HLS_part={}", part + 2 * limit + 20), 400),
            (format!("_HLS_msn={}&_HLS_part=0&_HLS_skip=YES", report.last.media_sequence), 200),
        ]
        .into_iter()
        .chain(closed.map(|closed| (format!("_HLS_msn={}", closed.msn), 200)))
        {
            let asked = Instant::now();
            let answer = self.playlist(Some(&query)).await;
            let code = answer.as_ref().map_or_else(|error| status(error).map_or(0, |s| s.as_u16()), |_| 200);
            let gone = matches!(code, 410);
            report.find("6.2.5.2", code != expected && !gone && !report.last.ended, || {
                format!("?{query} was answered {code}, not {expected}")
            });
            let waited = asked.elapsed();
            report.find("6.2.5.2", waited > BUSY, || format!("?{query} was held for {waited:?}"));
            if let Ok(list) = answer {
                // A cache may keep it for some seconds; yet it is whole, and has what was asked for.
                let whole = list.skipped as usize + list.segments.len() > 0 && list.head() > (asked_msn, 0);
                report.find("6.2.5.2", !whole, || format!("?{query} gave a playlist without it"));
            }
        }
        Ok(())
    }

    /// Directives are ignored once the playlist has ended. Source: sections 6.2.5.1 and 6.2.5.2.
    async fn after_the_end(&self, report: &mut Report) -> Result<()> {
        let query = format!("_HLS_msn={}&_HLS_part=3&_HLS_skip=YES", report.last.head().0 + 50);
        let answer = self.playlist(Some(&query)).await;
        let ignored = answer.as_ref().is_ok_and(|list| list.ended && list.skipped == 0);
        report.find("6.2.5.2", !ignored, || format!("?{query} was not ignored after the end: {answer:?}"));
        Ok(())
    }

    async fn playlist(&self, query: Option<&str>) -> Result<MediaPlaylist> {
        let mut address = self.base.clone();
        address.set_query(query);
        let response = self.client.get(address).send().await?;
        if !response.status().is_success() {
            return Err(Refusal(response.status()).into());
        }
        let open = response.headers().get("access-control-allow-origin").is_some_and(|v| v == "*");
        ensure!(open, "the playlist may not be read from another site");
        MediaPlaylist::parse(&response.text().await?)
    }

    async fn part(&self, uri: &str) -> Result<Vec<u8>> {
        let response = self.client.get(self.base.join(uri)?).send().await?;
        if !response.status().is_success() {
            return Err(Refusal(response.status()).into());
        }
        let cache = response.headers().get("cache-control").and_then(|v| v.to_str().ok()).unwrap_or_default();
        ensure!(cache.contains("immutable"), "{uri} may be stored as {cache:?}");
        Ok(response.bytes().await.context("the body")?.to_vec())
    }
}

/// Where a viewer is.
#[derive(Debug, Default)]
struct Viewer {
    /// The next part to load.
    next: (u64, usize),
    map: Option<String>,
    continuity: Continuity,
}

impl Viewer {
    fn judge(&mut self, report: &mut Report, msn: u64, part: &Part, bytes: &[u8]) {
        report.parts += 1;
        report.bytes += bytes.len();
        let Some(runs) = runs(bytes) else {
            return report.find("3.2", true, || format!("{} can't be read", part.uri));
        };
        let pictures = runs.iter().find(|run| run.track == VIDEO && run.samples > 0);
        let sync = pictures.and_then(|run| run.sync).unwrap_or(false);
        report.find("4.4.4.9", sync != part.independent, || {
            format!("{} begins with a key frame: {sync}; it is listed otherwise", part.uri)
        });
        let found = self.continuity.check(&part.uri, &report.init, &runs);
        report.extend(found);
        let timescale =
            report.init.tracks.iter().find(|track| track.id == VIDEO).map_or(90_000, |t| t.timescale);
        let seen = report.segments.entry(msn).or_default();
        seen.bytes += bytes.len();
        seen.pictures += pictures.map_or(0, |run| run.samples);
        if seen.segment.parts.first().is_some_and(|first| first.uri == part.uri) {
            seen.clean = Some(sync);
        }
        let sound = runs.iter().filter(|run| run.track == AUDIO);
        let (packets, sound) =
            sound.fold((0, 0), |sum, run| (sum.0 + u64::from(run.samples), sum.1 + run.bytes));
        seen.silent += u32::from(packets > 0 && sound < packets * SILENT_BYTES);
        seen.start = seen.start.or(pictures.map(|run| run.start as f64 / f64::from(timescale)));
    }
}

/// When parts and segments came. Source: section 6.2.1, the server's last two duties of a live playlist.
#[derive(Debug)]
struct Pace {
    head: (u64, usize),
    part: Instant,
    segment: Instant,
}

impl Pace {
    fn new(list: &MediaPlaylist) -> Self {
        let now = Instant::now();
        Self { head: list.head(), part: now, segment: now }
    }

    fn since_segment(&self) -> Duration {
        self.segment.elapsed()
    }

    fn check(&mut self, list: &MediaPlaylist, patience: Duration) -> Vec<String> {
        let mut findings = Findings::default();
        let (head, now) = (list.head(), Instant::now());
        if head > self.head {
            let waited = now - self.part;
            let bound = Duration::from_secs_f64(list.part_target) + patience;
            findings.find("6.2.1", waited > bound && !list.ended, || {
                format!("nothing was added for {waited:?} before {head:?}")
            });
            self.part = now;
        }
        if head.0 > self.head.0 {
            let waited = now - self.segment;
            let bound = Duration::from_secs_f64(1.5 * list.target) + patience;
            findings.find("6.2.1", waited > bound && !list.ended, || format!("no segment for {waited:?}"));
            self.segment = now;
        }
        self.head = head;
        findings.into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::media::tests::init;
    use super::super::playlist::tests::LIST;
    use super::*;

    #[test]
    fn what_comes_late_is_found() {
        let list = MediaPlaylist::parse(LIST).unwrap();
        let mut pace = Pace::new(&list);
        let long_ago = Instant::now() - Duration::from_secs(20);
        (pace.head, pace.part, pace.segment) = ((7, 1), long_ago, long_ago);
        let findings = pace.check(&list, BUSY).join("; ");
        assert!(findings.contains("nothing was added") && findings.contains("no segment for"), "{findings}");
        assert_eq!(pace.check(&list, BUSY), Vec::<String>::new());
    }

    #[test]
    fn a_part_that_lies_about_its_first_picture_is_found() {
        let mut report = Report { init: init(), ..Report::default() };
        let part = Part { duration: 0.2, uri: "p".into(), independent: true, gap: false };
        Viewer::default().judge(&mut report, 7, &part, b"\0\0\0\x08moof\0\0\0\x08mdat");
        assert!(report.findings.join(";").contains("key frame: false"), "{:?}", report.findings);
        Viewer::default().judge(&mut report, 7, &part, b"nothing");
        assert!(report.findings.join(";").contains("can't be read"), "{:?}", report.findings);
    }
}
