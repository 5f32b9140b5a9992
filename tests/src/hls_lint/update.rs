//! What may change from one version of a media playlist to the next, and what a delta update leaves out.

use super::finding::Findings;
use super::playlist::{MediaPlaylist, attributes};

impl MediaPlaylist {
    /// Judges what changed from `before` to this one.
    pub fn check_after(&self, before: &Self) -> Vec<String> {
        let mut findings = Findings::default();
        findings.find("6.2.1", self.target != before.target, || {
            format!("TARGETDURATION went from {} to {}", before.target, self.target)
        });
        let heads = [(self.version, self.part_target), (before.version, before.part_target)];
        findings.find("6.2.1", heads[0] != heads[1] || self.server_control != before.server_control, || {
            format!("version, PART-INF or SERVER-CONTROL went from {:?} to {:?}", heads[1], heads[0])
        });
        findings.find("6.2.2", self.media_sequence < before.media_sequence, || {
            format!("MEDIA-SEQUENCE went back from {} to {}", before.media_sequence, self.media_sequence)
        });
        let sequence = |list: &Self| list.discontinuity_sequence;
        findings.find("6.2.2", sequence(self) < sequence(before), || {
            format!("DISCONTINUITY-SEQUENCE went back from {} to {}", sequence(before), sequence(self))
        });
        findings.find("6.2.1", before.ended && (!self.ended || self.head() != before.head()), || {
            "something came after the end".into()
        });
        findings.find("6.2.1", self.head() < before.head() && !self.ended, || {
            format!("the head went back from {:?} to {:?}", before.head(), self.head())
        });
        let removed = self.media_sequence > before.media_sequence && !self.ended;
        let length: f64 = self.segments.iter().filter_map(|segment| segment.duration).sum();
        findings.find("6.2.2", removed && self.skipped == 0 && length < 3.0 * self.target, || {
            format!("segments were removed, and {length:.1} s are left")
        });
        for old in &before.segments {
            let Some(new) = self.segment(old.msn) else {
                let gone = old.msn >= self.media_sequence + self.skipped && old.duration.is_some();
                findings.find("6.2.1", gone, || format!("segment {} was removed from the middle", old.msn));
                continue;
            };
            let msn = old.msn;
            let numbers = (old.discontinuity_sequence, new.discontinuity_sequence);
            findings.find("6.2.2", numbers.0 != numbers.1, || {
                format!("segment {msn} changed its sequence: {numbers:?}")
            });
            findings.find("6.2.1", old.at != new.at, || {
                format!("segment {msn} moved from {:?} to {:?}", old.at, new.at)
            });
            let told = new.map.is_some() && self.skipped == 0;
            findings.find("6.2.1", told && old.map != new.map, || format!("segment {msn} changed its map"));
            if old.duration.is_some() {
                let same = (old.duration, old.gap, &old.uri) == (new.duration, new.gap, &new.uri);
                findings.find("6.2.1", !same, || format!("segment {msn} changed after it was closed"));
            }
            // Parts are appended as long as it is open, and removed all at once or oldest first.
            let kept = old.parts.iter().skip_while(|part| Some(*part) != new.parts.first());
            let grows = kept.eq(new.parts.iter().take(old.parts.len()));
            findings.find("6.2.1", !new.parts.is_empty() && !old.parts.is_empty() && !grows, || {
                format!("parts of segment {msn} changed")
            });
        }
        self.check_ranges_after(before, &mut findings);
        findings.into()
    }

    fn check_ranges_after(&self, before: &Self, findings: &mut Findings) {
        let first = self.segments.iter().find_map(|segment| segment.at);
        for text in &before.date_ranges {
            let old = attributes(text);
            let of = |list: &[(String, String)], name: &str| {
                list.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
            };
            let id = of(&old, "ID").unwrap_or_default();
            let same = |text: &&String| of(&attributes(text), "ID").as_deref() == Some(id.as_str());
            let Some(new) = self.date_ranges.iter().find(same) else {
                let end =
                    of(&old, "END-DATE").and_then(|at| at.parse::<chrono::DateTime<chrono::Utc>>().ok());
                let over = end.is_some() && end < first;
                findings.find("6.2.1", !over && self.skipped == 0, || {
                    format!("date range {id} was removed while it is on")
                });
                continue;
            };
            let new = attributes(new);
            let changed = old.iter().find(|(key, value)| of(&new, key).is_some_and(|other| other != *value));
            findings.find("4.4.5.1", changed.is_some(), || format!("date range {id} changed: {changed:?}"));
        }
    }

    /// Judges a delta update by the whole playlist of the same moment.
    pub fn check_delta(&self, whole: &Self) -> Vec<String> {
        let mut findings = Findings::default();
        let numbers =
            |list: &Self| (list.media_sequence, list.discontinuity_sequence, list.version, list.target);
        findings.find("6.2.5.1", numbers(self) != numbers(whole), || {
            format!("a delta update has {:?}, the whole playlist {:?}", numbers(self), numbers(whole))
        });
        let left = whole.segments.iter().skip(usize::try_from(self.skipped).unwrap_or(usize::MAX));
        let (mut count, mut wrong) = (0, None);
        for (own, segment) in self.segments.iter().zip(left.clone()) {
            count += 1;
            let plain = |s: &super::Segment| {
                (s.msn, s.duration, s.uri.clone(), s.at, s.gap, s.discontinuity, s.parts.clone())
            };
            if plain(own) != plain(segment) {
                wrong = wrong.or(Some(own.msn));
            }
        }
        let all = count == left.count() && count == self.segments.len();
        findings.find("6.2.5.1", !all, || {
            format!("a delta update skips {} and lists {count} of {}", self.skipped, whole.segments.len())
        });
        findings.find("6.2.5.1", wrong.is_some(), || {
            format!("a delta update tells otherwise of segment {wrong:?}")
        });
        let tail = |list: &Self| (list.date_ranges.clone(), list.hint.clone(), list.server_control.clone());
        findings.find("6.2.5.1", tail(self) != tail(whole), || {
            "a delta update differs in date ranges, hint or server control".into()
        });
        findings.into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::playlist::tests::LIST;
    use super::*;

    fn list(text: &str) -> MediaPlaylist {
        MediaPlaylist::parse(text).unwrap()
    }

    const MORE: &str = "#EXT-X-PART:DURATION=0.33400,URI=\"part8.1.m4s\"\n";
    const PIN: &str = "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-11-24T04:00:00Z\",X-A=\"1\"\n";

    /// The next version: one part more.
    fn next() -> String {
        LIST.replace(
            "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part8.1",
            &format!("{MORE}{PIN}#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part8.2"),
        )
    }

    #[test]
    fn what_may_not_change_is_found() {
        assert_eq!(list(&next()).check_after(&list(LIST)), Vec::<String>::new());
        let before = list(&next());
        assert_eq!(before.check_after(&before), Vec::<String>::new());
        for (section, from, to, words) in [
            ("6.2.1", "TARGETDURATION:4", "TARGETDURATION:5", "TARGETDURATION went"),
            ("6.2.1", "PART-TARGET=0.334", "PART-TARGET=0.4", "PART-INF"),
            ("6.2.2", "MEDIA-SEQUENCE:7", "MEDIA-SEQUENCE:6", "MEDIA-SEQUENCE went back"),
            (
                "6.2.2",
                "DISCONTINUITY-SEQUENCE:1",
                "DISCONTINUITY-SEQUENCE:0",
                "DISCONTINUITY-SEQUENCE went back",
            ),
            ("6.2.2", "MEDIA-SEQUENCE:7", "MEDIA-SEQUENCE:8", "are left"),
            ("6.2.2", "seg7.m4s\n", "seg7.m4s\n#EXT-X-DISCONTINUITY\n", "changed its sequence"),
            ("6.2.1", "04:00:00.534Z", "04:00:00.634Z", "moved from"),
            ("6.2.1", "init1", "init2", "changed its map"),
            ("6.2.1", "EXTINF:0.53400", "EXTINF:0.53300", "after it was closed"),
            ("6.2.1", "part7.0.m4s", "part7.9.m4s", "parts of segment 7"),
            ("6.2.1", MORE, "", "the head went back"),
            ("6.2.1", PIN, "", "removed while it is on"),
            ("4.4.5.1", "X-A=\"1\"", "X-A=\"2\"", "date range a changed"),
        ] {
            assert!(next().contains(from), "{from}");
            let findings = list(&next().replacen(from, to, 1)).check_after(&before);
            assert!(
                findings.iter().any(|f| f.contains(words) && f.ends_with(&format!("(section {section})"))),
                "{section} {words}: {findings:?}"
            );
        }
        let ended = list(&LIST.replace("#EXT-X-PREL", "#EXT-X-ENDLIST\n#EXT-X-PREL"));
        assert!(list(&next()).check_after(&ended).join(";").contains("after the end"));
    }

    #[test]
    fn a_delta_update_is_the_rest_of_the_whole() {
        let whole = list(LIST);
        let start = LIST.find("#EXT-X-MAP").unwrap();
        let end = LIST.find("seg7.m4s\n").unwrap() + "seg7.m4s\n".len();
        let delta = format!("{}#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n{}", &LIST[..start], &LIST[end..]);
        assert_eq!(list(&delta).check_delta(&whole), Vec::<String>::new());
        for (from, to, words) in [
            ("MEDIA-SEQUENCE:7", "MEDIA-SEQUENCE:8", "the whole playlist"),
            ("SKIPPED-SEGMENTS=1", "SKIPPED-SEGMENTS=2", "lists 0 of 2"),
            ("00.534Z", "00.535Z", "otherwise of segment"),
            ("part8.1.m4s", "part8.7.m4s", "hint"),
        ] {
            let findings = list(&delta.replacen(from, to, 1)).check_delta(&whole);
            assert!(findings.iter().any(|f| f.contains(words)), "{words}: {findings:?}");
        }
    }
}
