//! What can be wrong with one media playlist by itself.

use std::collections::BTreeSet;

use super::finding::Findings;
use super::playlist::{MediaPlaylist, Segment, attributes};

/// Tags that may stand in a media playlist once. Source: sections 4.4.1 and 4.4.3.
const ONCE: [(&str, &str); 11] = [
    ("#EXTM3U", "4.4.1.1"),
    ("#EXT-X-VERSION", "4.4.1.2"),
    ("#EXT-X-INDEPENDENT-SEGMENTS", "4.4.2.1"),
    ("#EXT-X-TARGETDURATION", "4.4.3.1"),
    ("#EXT-X-MEDIA-SEQUENCE", "4.4.3.2"),
    ("#EXT-X-DISCONTINUITY-SEQUENCE", "4.4.3.3"),
    ("#EXT-X-ENDLIST", "4.4.3.4"),
    ("#EXT-X-PLAYLIST-TYPE", "4.4.3.5"),
    ("#EXT-X-PART-INF", "4.4.3.7"),
    ("#EXT-X-SERVER-CONTROL", "4.4.3.8"),
    ("#EXT-X-SKIP", "4.4.5.2"),
];
/// Tags that must stand in ours.
const NEEDED: [(&str, &str); 6] = [
    ("#EXT-X-VERSION", "4.4.1.2"),
    ("#EXT-X-TARGETDURATION", "4.4.3.1"),
    ("#EXT-X-MEDIA-SEQUENCE", "6.2.2"),
    ("#EXT-X-DISCONTINUITY-SEQUENCE", "6.2.2"),
    ("#EXT-X-PART-INF", "4.4.3.7"),
    ("#EXT-X-SERVER-CONTROL", "4.4.3.8"),
];
/// Rounded figures differ by this much.
const ROUNDING: f64 = 0.0025;

impl MediaPlaylist {
    /// Judges a playlist by itself; each finding names its section of the draft.
    pub fn check(&self) -> Vec<String> {
        let mut findings = Findings::default();
        self.check_tags(&mut findings);
        self.check_head(&mut findings);
        for (n, segment) in self.segments.iter().enumerate() {
            let newer: f64 = self.segments[n + 1..].iter().map(Segment::length).sum();
            self.check_segment(segment, newer, &mut findings);
        }
        for pair in self.segments.windows(2) {
            if let [a, b] = pair {
                check_pair(a, b, &mut findings);
            }
        }
        self.check_date_ranges(&mut findings);
        self.check_tail(&mut findings);
        findings.into()
    }

    fn check_tags(&self, findings: &mut Findings) {
        let count = |tag: &str| self.tags.get(tag).copied().unwrap_or(0);
        for (tag, section) in ONCE {
            findings.find(section, count(tag) > 1, || format!("{tag} stands {} times", count(tag)));
        }
        for (tag, section) in NEEDED {
            findings.find(section, count(tag) == 0, || format!("{tag} is missing"));
        }
        for tag in ["#EXT-X-MEDIA", "#EXT-X-STREAM-INF", "#EXT-X-I-FRAME-STREAM-INF", "#EXT-X-SESSION-DATA"] {
            findings.find("4.1", count(tag) > 0, || format!("{tag} stands in a media playlist"));
        }
        // Section 8: maps need 6, skipping needs 9, skipping of date ranges 10. A playlist and its delta updates have
        // the version of both.
        let skips = self.skip_until.is_some() || count("#EXT-X-SKIP") > 0;
        let needed = if skips { 9 } else { 6 };
        findings.find("8", self.version < needed, || format!("version {} is below {needed}", self.version));
        findings.find("6.2.1", self.version > needed, || format!("version {} is not needed", self.version));
        findings.find("6.2.2", count("#EXT-X-PLAYLIST-TYPE") > 0 && !self.ended, || {
            "a live playlist has a type".into()
        });
        let first = self.text.find("#EXTINF").unwrap_or(self.text.len());
        for (tag, section) in
            [("#EXT-X-MEDIA-SEQUENCE", "4.4.3.2"), ("#EXT-X-DISCONTINUITY-SEQUENCE", "4.4.3.3")]
        {
            let late = self.text.find(tag).is_some_and(|at| {
                at > first || self.text[..at].lines().any(|line| line == "#EXT-X-DISCONTINUITY")
            });
            findings.find(section, late, || format!("{tag} stands behind what it numbers"));
        }
    }

    fn check_head(&self, findings: &mut Findings) {
        findings.find("6.2.5.2", !self.can_block && !self.ended, || "blocking reload isn't offered".into());
        findings.find("4.4.3.8", self.hold_back < 2.0 * self.part_target - 0.002, || {
            format!("PART-HOLD-BACK {} is less than two parts of {}", self.hold_back, self.part_target)
        });
        findings.find("4.4.3.8", self.segment_hold_back.is_some_and(|s| s < 3.0 * self.target), || {
            "HOLD-BACK is less than three target durations".into()
        });
        findings.find("4.4.3.8", self.skip_until.is_some_and(|s| s < 6.0 * self.target), || {
            "CAN-SKIP-UNTIL is less than six target durations".into()
        });
        let skips_ranges = self.server_control.contains("CAN-SKIP-DATERANGES");
        findings.find("4.4.3.8", skips_ranges && self.skip_until.is_none(), || {
            "CAN-SKIP-DATERANGES without CAN-SKIP-UNTIL".into()
        });
        findings.find("4.4.3.7", self.part_target <= 0.0, || "PART-TARGET is nothing".into());
        if self.skipped > 0 {
            let listed: f64 = self.segments.iter().map(Segment::length).sum();
            let boundary = self.skip_until.unwrap_or(f64::MAX);
            findings.find("4.4.5.2", self.skip_until.is_none(), || "it skips without offering that".into());
            findings.find("4.4.5.2", self.ended, || "a playlist that has ended skips".into());
            findings.find("6.2.5.1", listed < boundary - ROUNDING, || {
                format!("only {listed:.2} s are left by a skip that goes until {boundary}")
            });
        }
    }

    fn check_segment(&self, segment: &Segment, newer: f64, findings: &mut Findings) {
        let msn = segment.msn;
        findings
            .find("6.2.4", segment.at.is_none(), || format!("segment {msn} has no program date and time"));
        findings.find("3.1.2", segment.map.is_none(), || format!("segment {msn} has no map"));
        let sum: f64 = segment.parts.iter().map(|p| p.duration).sum();
        if let Some(duration) = segment.duration {
            findings.find("4.4.3.1", duration.round() > self.target, || {
                format!("segment {msn} lasts {duration} s")
            });
            findings.find("4.4.4.1", duration <= 0.0, || format!("segment {msn} lasts {duration} s"));
            let wrong = !segment.parts.is_empty() && !segment.gap && (sum - duration).abs() > ROUNDING;
            findings
                .find("3.2", wrong, || format!("segment {msn}: its parts make {sum:.5} s, not {duration}"));
        } else {
            findings.find("4.4.3.1", sum.round() > self.target, || {
                format!("segment {msn} lasts {sum} s already")
            });
        }
        let mut left = sum;
        for (n, part) in segment.parts.iter().enumerate() {
            left -= part.duration;
            // Written with five decimals, PART-TARGET with three.
            findings.find("4.4.4.9", part.duration > self.part_target + 0.0005, || {
                format!("{} lasts {} s, longer than PART-TARGET", part.uri, part.duration)
            });
            let last = n + 1 == segment.parts.len();
            // What is last of an open segment may turn out to be its last: it is judged when another follows.
            let may_be_short = part.gap || last;
            let short = part.duration < 0.85 * self.part_target - 0.0005;
            findings.find("4.4.4.9", short && !may_be_short, || {
                format!("{} lasts {} s, less than 85 % of PART-TARGET", part.uri, part.duration)
            });
            findings.find("6.2.1", segment.gap && !part.gap, || {
                format!("{} is part of a gap and doesn't say so", part.uri)
            });
            findings.find("6.2.2", newer + left > 3.0 * self.target + ROUNDING, || {
                format!("{} is still listed {:.0} s before the end", part.uri, newer + left)
            });
        }
    }

    fn check_date_ranges(&self, findings: &mut Findings) {
        let dated = self.segments.iter().any(|segment| segment.at.is_some());
        findings.find("4.4.5.1", !self.date_ranges.is_empty() && !dated, || {
            "date ranges without a program date and time".into()
        });
        for text in &self.date_ranges {
            let list = attributes(text);
            let value =
                |name: &str| list.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
            let id = value("ID").unwrap_or_default();
            let mut find = |bad: bool, words: &str| {
                findings.find("4.4.5.1", bad, || format!("date range {id:?}: {words}"));
            };
            find(id.is_empty(), "it has no ID");
            let time = |name| value(name).map(str::parse::<chrono::DateTime<chrono::Utc>>);
            let (start, end) = (time("START-DATE"), time("END-DATE"));
            find(!matches!(start, Some(Ok(_))), "START-DATE is missing or unreadable");
            find(matches!(end, Some(Err(_))), "END-DATE is unreadable");
            if let (Some(Ok(start)), Some(Ok(end))) = (start, end) {
                find(end < start, "it ends before it starts");
                let duration = value("DURATION").and_then(|seconds| seconds.parse::<f64>().ok());
                let length = (end - start).as_seconds_f64();
                find(
                    duration.is_some_and(|said| (said - length).abs() > 0.001),
                    "DURATION is not its length",
                );
            }
            find(
                value("DURATION").is_some_and(|d| d.parse::<f64>().is_ok_and(|d| d < 0.0)),
                "negative DURATION",
            );
            let known = ["ID", "CLASS", "START-DATE", "CUE", "END-DATE", "DURATION", "PLANNED-DURATION"];
            let known =
                |key: &str| known.contains(&key) || key.starts_with("X-") || key.starts_with("SCTE35-");
            let strange = list.iter().find(|(key, _)| !known(key) && key != "END-ON-NEXT");
            find(strange.is_some(), "an attribute that the draft does not know and that is not X-…");
            let keys: BTreeSet<_> = list.iter().map(|(key, _)| key).collect();
            findings.find("4.2", keys.len() < list.len(), || {
                format!("date range {id:?}: an attribute stands twice")
            });
        }
        for (n, text) in self.date_ranges.iter().enumerate() {
            let one = attributes(text);
            let same_id = |other: &Vec<(String, String)>| other.first() == one.first();
            for other in self.date_ranges[..n].iter().map(|text| attributes(text)).filter(same_id) {
                let differs =
                    other.iter().any(|(key, value)| one.iter().any(|(k, v)| k == key && v != value));
                findings
                    .find("4.4.5.1", differs, || format!("two date ranges {text:?} say different things"));
            }
        }
    }

    fn check_tail(&self, findings: &mut Findings) {
        findings.find("6.2.6", self.hints > 1, || format!("{} preload hints of parts", self.hints));
        findings.find("4.4.5.3", self.hint.is_none() && !self.ended, || "nothing is hinted at".into());
        findings
            .find("4.4.3.4", self.ended && self.hint.is_some(), || "a playlist that has ended hints".into());
        if let Some(hint) = &self.hint {
            let listed = self.segments.iter().flat_map(|s| &s.parts).any(|part| part.uri == *hint);
            findings.find("4.4.5.3", listed, || format!("{hint} is hinted at and listed"));
        }
        let open = self.segments.iter().find(|s| s.duration.is_none());
        findings.find("4.4.3.4", self.ended && open.is_some(), || {
            "a playlist has ended with an open segment".into()
        });
        for (uri, msn, _) in &self.reports {
            findings.find("4.4.5.4", uri.contains("://"), || format!("the report of {uri} isn't relative"));
            let head = self.segments.last().map_or(0, |s| s.msn);
            // A rung that is more than a target duration behind is no rendition of the same.
            findings
                .find("6.2.4", msn.abs_diff(head) > 3, || format!("{uri} is at {msn}, this one at {head}"));
        }
    }
}

impl Segment {
    /// Seconds: of its parts as long as it is open.
    pub fn length(&self) -> f64 {
        self.duration.unwrap_or_else(|| self.parts.iter().map(|part| part.duration).sum())
    }
}

fn check_pair(a: &Segment, b: &Segment, findings: &mut Findings) {
    findings.find("4.4.4.9", a.duration.is_none(), || format!("segment {} is open before {}", a.msn, b.msn));
    findings.find("6.2.1", a.map != b.map && !b.discontinuity, || {
        format!("the map changes before segment {} without a discontinuity", b.msn)
    });
    if let (Some(start), Some(length), Some(next)) = (a.at, a.duration, b.at) {
        let drift = (next - start).as_seconds_f64() - length;
        if b.discontinuity {
            findings.find("6.2.1", drift < -ROUNDING, || {
                format!("time goes back by {drift:.4} s at segment {}", b.msn)
            });
        } else {
            findings.find("6.2.1", drift.abs() > ROUNDING, || {
                format!("segment {} starts {drift:.4} s off its clock", b.msn)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::playlist::tests::LIST;
    use super::*;

    fn found(text: &str) -> Vec<String> {
        MediaPlaylist::parse(text).unwrap().check()
    }

    #[test]
    fn a_good_playlist_has_no_findings() {
        assert_eq!(found(LIST), Vec::<String>::new());
    }

    #[test]
    fn what_players_trip_over_is_found() {
        let pin = |more: &str| {
            format!("#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-11-24T04:00:01Z\"{more}\n#EXT-X-PRE")
        };
        for (section, from, to, words) in [
            (
                "4.4.1.2",
                "#EXT-X-VERSION:9\n",
                "#EXT-X-VERSION:9\n#EXT-X-VERSION:9\n".into(),
                "stands 2 times",
            ),
            ("8", "VERSION:9", "VERSION:6".into(), "below 9"),
            ("6.2.1", "VERSION:9", "VERSION:12".into(), "is not needed"),
            ("6.2.2", "#EXT-X-MEDIA-SEQUENCE:7\n", String::new(), "MEDIA-SEQUENCE is missing"),
            (
                "4.1",
                "#EXT-X-PART-INF",
                "#EXT-X-MEDIA:TYPE=AUDIO\n#EXT-X-PART-INF".into(),
                "in a media playlist",
            ),
            ("6.2.2", "#EXT-X-PART-INF", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-PART-INF".into(), "has a type"),
            (
                "4.4.3.3",
                "#EXT-X-DISCONTINUITY-SEQUENCE",
                "#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY-SEQUENCE".into(),
                "behind what it numbers",
            ),
            ("4.4.3.1", "0.53400", "5.53400".into(), "lasts 5.534 s"),
            ("4.4.3.7", "#EXT-X-PART-INF:PART-TARGET=0.334\n", String::new(), "PART-INF is missing"),
            ("4.4.3.8", "PART-HOLD-BACK=1.002", "PART-HOLD-BACK=0.6".into(), "PART-HOLD-BACK 0.6"),
            (
                "4.4.3.8",
                "CAN-SKIP-UNTIL=24.0",
                "CAN-SKIP-UNTIL=24.0,HOLD-BACK=8".into(),
                "three target durations",
            ),
            ("4.4.3.8", "CAN-SKIP-UNTIL=24.0", "CAN-SKIP-UNTIL=20.0".into(), "six target durations"),
            ("4.4.3.8", "CAN-SKIP-UNTIL=24.0", "CAN-SKIP-DATERANGES=YES".into(), "without CAN-SKIP-UNTIL"),
            ("6.2.5.2", "CAN-BLOCK-RELOAD=YES,", String::new(), "blocking reload"),
            (
                "6.2.5.1",
                "#EXT-X-MAP",
                "#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXT-X-MAP".into(),
                "are left by a skip",
            ),
            ("3.1.2", "#EXT-X-MAP:URI=\"init1.mp4\"\n", String::new(), "has no map"),
            ("6.2.1", "seg7.m4s\n", "seg7.m4s\n#EXT-X-MAP:URI=\"init2.mp4\"\n".into(), "the map changes"),
            (
                "6.2.4",
                "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T04:00:00.534Z\n",
                String::new(),
                "no program date",
            ),
            ("6.2.1", "00.534Z", "00.634Z".into(), "off its clock"),
            (
                "6.2.1",
                "seg7.m4s\n#EXT-X-PROGRAM-DATE-TIME:2026-11-24T04:00:00.534Z",
                "seg7.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-11-24T04:00:00.234Z".into(),
                "time goes back",
            ),
            ("6.2.1", "#EXTINF", "#EXT-X-GAP\n#EXTINF".into(), "part of a gap"),
            ("3.2", "0.53400", "0.73400".into(), "its parts make"),
            ("4.4.4.9", "0.20000", "0.40000".into(), "longer than PART-TARGET"),
            ("4.4.4.9", "0.33400,URI=\"part7.0", "0.20000,URI=\"part7.0".into(), "less than 85 %"),
            (
                "6.2.2",
                "URI=\"part8.0.m4s\",INDEPENDENT=YES\n",
                format!("URI=\"part8.0.m4s\"\n{}", "#EXT-X-PART:DURATION=0.334,URI=\"p\"\n".repeat(36)),
                "still listed",
            ),
            ("4.4.5.1", "#EXT-X-PRE", pin("\n#EXT-X-DATERANGE:ID=\"\""), "it has no ID"),
            ("4.4.5.1", "#EXT-X-PRE", pin(",END-DATE=\"2026-11-24T04:00:00Z\""), "ends before it starts"),
            ("4.4.5.1", "#EXT-X-PRE", pin(",END-DATE=\"2026-11-24T04:00:03Z\",DURATION=9"), "not its length"),
            ("4.4.5.1", "#EXT-X-PRE", pin(",COLOUR=\"red\""), "does not know"),
            ("4.2", "#EXT-X-PRE", pin(",X-A=\"1\",X-A=\"2\""), "stands twice"),
            (
                "4.4.5.1",
                "#EXT-X-PRE",
                pin("\n#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-11-24T04:00:02Z\""),
                "different things",
            ),
            (
                "4.4.5.3",
                "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part8.1.m4s\"\n",
                String::new(),
                "nothing is hinted at",
            ),
            (
                "4.4.5.3",
                "HINT:TYPE=PART,URI=\"part8.1",
                "HINT:TYPE=PART,URI=\"part8.0".into(),
                "hinted at and listed",
            ),
            (
                "6.2.6",
                "#EXT-X-PRE",
                "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p\"\n#EXT-X-PRE".into(),
                "2 preload hints",
            ),
            ("4.4.3.4", "#EXT-X-REND", "#EXT-X-ENDLIST\n#EXT-X-REND".into(), "has ended hints"),
            ("4.4.5.4", "../480p", "http://there/480p".into(), "isn't relative"),
            ("6.2.4", "LAST-MSN=8", "LAST-MSN=2".into(), "is at 2"),
        ] {
            assert!(LIST.contains(from), "{from}");
            let findings = found(&LIST.replacen(from, &to, 1));
            assert!(
                findings.iter().any(|f| f.contains(words) && f.ends_with(&format!("(section {section})"))),
                "{section} {words}: {findings:?}"
            );
        }
    }
}
