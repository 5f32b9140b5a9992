//! Follows a show: its multivariant playlist and every rung that it lists, at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;
use vitrine_cloud::base::http_client;

use super::finding::Findings;
use super::multivariant::{Variant, check_multivariant, check_variant, parse_multivariant};
use super::plain::Plain;
use super::watch::{Report, Seen, Watch};

/// The multivariant playlist is read again this often, and before its first answer.
const EACH: Duration = Duration::from_secs(1);
const AT_FIRST: Duration = Duration::from_millis(100);

/// What following a show has shown.
#[derive(Debug, Default)]
pub struct ShowReport {
    /// What is wrong, one sentence each; empty is good.
    pub findings: Vec<String>,
    /// What was seen of each rung, each time that it played.
    pub rungs: BTreeMap<String, Vec<Report>>,
    /// The first multivariant playlist: players read it once.
    pub first: String,
    /// The last one.
    pub last: String,
}

impl ShowReport {
    /// What was seen of a rung, the last time that it played.
    ///
    /// # Errors
    /// It never played.
    pub fn rung(&self, name: &str) -> Result<&Report> {
        self.rungs
            .get(name)
            .and_then(|reports| reports.last())
            .with_context(|| format!("{name} never played"))
    }
}

/// A show that is being followed.
#[derive(Debug)]
pub struct ShowWatch {
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<ShowReport>>,
}

impl ShowWatch {
    /// Follows the show behind a multivariant playlist's address, from its first answer on. The publisher sends no
    /// pictures for up to `held`.
    ///
    /// # Errors
    /// It is no address.
    pub fn start(multivariant: &str, held: Duration) -> Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(follow(multivariant.parse()?, move |watch| watch.held(held), stopped));
        Ok(Self { stop, task })
    }

    /// The same of a show whose processes are killed or lost meanwhile, and whose publisher goes and comes.
    ///
    /// # Errors
    /// It is no address.
    pub fn start_shaken(multivariant: &str) -> Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(follow(multivariant.parse()?, Watch::shaken, stopped));
        Ok(Self { stop, task })
    }

    /// Stops, and says what was seen.
    ///
    /// # Errors
    /// The show was never there, or a playlist could not be read at all.
    pub async fn finish(mut self) -> Result<ShowReport> {
        let _ = self.stop.send(true);
        (&mut self.task).await?
    }
}

impl Drop for ShowWatch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(
    address: Url,
    prepare: impl Fn(Watch) -> Watch,
    mut stopped: watch::Receiver<bool>,
) -> Result<ShowReport> {
    let client = http_client().no_proxy().timeout(Duration::from_secs(20)).build()?;
    let read = async || -> Option<String> {
        let response = client.get(address.clone()).send().await.ok()?.error_for_status().ok()?;
        response.text().await.ok()
    };
    let (mut show, mut findings, mut plain) = (ShowReport::default(), Findings::default(), Plain::default());
    let (mut followers, mut followed) = (JoinSet::new(), BTreeSet::new());
    while !*stopped.borrow() {
        if let Some(text) = read().await {
            findings.extend(check_multivariant(&text)?);
            for variant in parse_multivariant(&text)? {
                let name = variant.name().to_owned();
                if followed.insert(name.clone()) {
                    let watch = prepare(Watch::new(address.join(&variant.uri)?)?);
                    followers.spawn(follow_rung(name, watch, stopped.clone()));
                }
            }
            if show.first.is_empty() {
                show.first.clone_from(&text);
            }
            show.last = text;
            plain.look(&client, &address).await?;
        }
        while let Some(done) = followers.try_join_next() {
            let (name, report) = done??;
            // A rung that was taken off may come back; one that has ended does not.
            if report.gone {
                followed.remove(&name);
            }
            show.rungs.entry(name).or_default().push(report);
        }
        let pause = if show.first.is_empty() { AT_FIRST } else { EACH };
        let _ = tokio::time::timeout(pause, stopped.wait_for(|stop| *stop)).await;
    }
    while let Some(done) = followers.join_next().await {
        let (name, report) = done??;
        show.rungs.entry(name).or_default().push(report);
    }
    for (name, report) in show.rungs.iter().flat_map(|(name, reports)| reports.iter().map(move |r| (name, r)))
    {
        findings.extend(report.findings.iter().map(|finding| format!("{name}: {finding}")));
    }
    for (name, report) in &show.rungs {
        plain.beside(name, report.iter().flat_map(|r| r.segments.values().map(|seen| &seen.segment)));
    }
    findings.extend(Vec::from(plain.findings));
    findings.extend(check_together(&show));
    for (text, when) in [(&show.last, "at last"), (&show.first, "at first")] {
        let variants = parse_multivariant(text).with_context(|| format!("{when}: nothing was listed"))?;
        for mut variant in variants {
            let Ok(report) = show.rung(variant.name()) else { continue };
            let segments: Vec<_> = report.segments.values().filter(|seen| seen.whole).collect();
            let told = segments.iter().map(|seen| (seen.segment.clone(), seen.bytes, seen.pictures));
            if when == "at first" {
                // Before the media is there, a representative figure is all that the draft asks for.
                variant.bandwidth *= 2;
            }
            let found = check_variant(&variant, &report.init, &told.collect::<Vec<_>>());
            findings.extend(found.into_iter().map(|finding| format!("{when}: {finding}")));
        }
    }
    let independent = show.last.contains("#EXT-X-INDEPENDENT-SEGMENTS");
    for (name, report) in &show.rungs {
        let leaning =
            report.iter().flat_map(|report| report.segments.values()).find(|seen| seen.clean == Some(false));
        findings.find("4.4.2.1", independent && leaning.is_some(), || {
            let msn = leaning.map(|seen| seen.segment.msn);
            format!("{name}: segment {msn:?} begins without a key frame, under EXT-X-INDEPENDENT-SEGMENTS")
        });
    }
    show.findings = findings.into();
    Ok(show)
}

async fn follow_rung(
    name: String,
    watch: Watch,
    mut stopped: watch::Receiver<bool>,
) -> Result<(String, Report)> {
    let mut report = Report::default();
    tokio::select! {
        result = watch.follow(&mut report) => result.with_context(|| format!("the rung {name}"))?,
        _ = stopped.wait_for(|stop| *stop) => {}
    }
    Ok((name, report))
}

/// Judges the rungs beside each other. Source: section 6.2.4.
fn check_together(show: &ShowReport) -> Vec<String> {
    let mut findings = Findings::default();
    let all: Vec<_> =
        show.rungs.iter().flat_map(|(name, reports)| reports.iter().map(move |r| (name, r))).collect();
    for (n, (name, report)) in all.iter().enumerate() {
        for (other_name, other) in &all[..n] {
            let lists = (&report.last, &other.last);
            findings.find("6.2.4", lists.0.target != lists.1.target, || {
                format!("{name} and {other_name} have different target durations")
            });
            findings.find("6.2.4", lists.0.server_control != lists.1.server_control, || {
                format!("{name} and {other_name} have different server controls")
            });
            for (msn, seen) in &report.segments {
                if let Some(twin) = other.segments.get(msn) {
                    findings.extend(check_twins((name, seen), (other_name, twin)));
                }
            }
            let ranges = |report: &Report| report.last.date_ranges.iter().cloned().collect::<BTreeSet<_>>();
            let same = ranges(report) == ranges(other) || report.last.head() != other.last.head();
            findings.find("6.2.4", !same, || format!("{name} and {other_name} have different date ranges"));
        }
        if report.gone || report.last.ended || report.segments.len() < 3 {
            continue;
        }
        let playing = |(other, r): &&(&String, &Report)| *other != *name && !r.gone && r.segments.len() >= 3;
        for (other, _) in all.iter().filter(playing) {
            let told = report.last.reports.iter().any(|(uri, ..)| uri.contains(&format!("/{other}/")));
            findings.find("4.4.5.4", !told, || format!("{name} reports nothing of {other}"));
        }
    }
    findings.into()
}

fn check_twins((name, seen): (&str, &Seen), (other, twin): (&str, &Seen)) -> Vec<String> {
    let mut findings = Findings::default();
    let (a, b) = (&seen.segment, &twin.segment);
    findings.find("6.2.4", a.at != b.at, || {
        format!("segment {} is at {:?} in {name}, at {:?} in {other}", a.msn, a.at, b.at)
    });
    findings.find("6.2.4", a.discontinuity_sequence != b.discontinuity_sequence, || {
        format!("segment {} has different discontinuity sequences in {name} and {other}", a.msn)
    });
    let lengths = (a.duration, b.duration);
    let differ = matches!(lengths, (Some(a), Some(b)) if (a - b).abs() > 0.0025);
    findings.find("6.2.4", differ, || format!("segment {} lasts {lengths:?} s in {name} and {other}", a.msn));
    if let (true, Some(start), Some(twin_start)) = (seen.whole && twin.whole, seen.start, twin.start) {
        let off = start - twin_start;
        findings.find("6.2.4", off.abs() > 0.05, || {
            format!("segment {}: the media of {name} is {off:.3} s off that of {other}", a.msn)
        });
    }
    findings.into()
}

/// The rungs of a multivariant playlist by name.
///
/// # Errors
/// It can't be read.
pub fn variants_by_name(text: &str) -> Result<BTreeMap<String, Variant>> {
    Ok(parse_multivariant(text)?.into_iter().map(|variant| (variant.name().to_owned(), variant)).collect())
}

#[cfg(test)]
mod tests {
    use super::super::playlist::tests::LIST;
    use super::super::playlist::{MediaPlaylist, Segment};
    use super::*;

    fn report(text: &str, change: impl Fn(&mut Segment)) -> Report {
        let last = MediaPlaylist::parse(text).unwrap();
        let mut segment = last.segments[0].clone();
        change(&mut segment);
        let seen = Seen { segment, whole: true, start: Some(1.0), ..Seen::default() };
        let segments = (7..10).map(|msn| (msn, seen.clone())).collect();
        Report { last, segments, ..Report::default() }
    }

    fn together(other: Report) -> String {
        let source = report(LIST, |_| {});
        let rungs = BTreeMap::from([("source".to_owned(), vec![source]), ("480p".to_owned(), vec![other])]);
        check_together(&ShowReport { rungs, ..ShowReport::default() }).join("; ")
    }

    #[test]
    fn rungs_that_disagree_are_found() {
        let other = LIST.replace("../480p", "../source");
        assert_eq!(together(report(&other, |_| {})), "");
        let pinned = other.replace(
            "#EXT-X-PRE",
            "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-11-24T04:00:00Z\"\n#EXT-X-PRE",
        );
        for (other, words) in [
            (report(&other.replace("TARGETDURATION:4", "TARGETDURATION:5"), |_| {}), "target durations"),
            (report(&other.replace("UNTIL=24.0", "UNTIL=30.0"), |_| {}), "server controls"),
            (report(&pinned, |_| {}), "date ranges"),
            (report(LIST, |_| {}), "reports nothing of source"),
            (report(&other, |segment| segment.at = None), "at None in 480p"),
            (report(&other, |segment| segment.discontinuity_sequence += 1), "discontinuity sequences"),
            (report(&other, |segment| segment.duration = Some(9.0)), "lasts (Some"),
        ] {
            let found = together(other);
            assert!(found.contains(words) && found.contains("(section "), "{words}: {found}");
        }
        let mut late = report(&other, |_| {});
        late.segments.values_mut().for_each(|seen| seen.start = Some(1.2));
        assert!(together(late).contains("s off that of"));
    }
}
