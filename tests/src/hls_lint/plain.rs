//! The playlists without low latency: whole segments only, the same ones as in the others.

use std::collections::BTreeMap;

use anyhow::Result;
use url::Url;

use super::finding::Findings;
use super::multivariant::parse_multivariant;
use super::playlist::{MediaPlaylist, Segment};

/// What was seen of them so far.
#[derive(Debug, Default)]
pub(super) struct Plain {
    rungs: BTreeMap<String, (MediaPlaylist, BTreeMap<u64, Segment>)>,
    pub findings: Findings,
}

impl Plain {
    /// Reads `plain.m3u8` and what it lists. What is not there is left for the next time.
    pub async fn look(&mut self, client: &reqwest::Client, multivariant: &Url) -> Result<()> {
        let read = async |address: Url| -> Option<String> {
            let response = client.get(address).send().await.ok()?.error_for_status().ok()?;
            response.text().await.ok()
        };
        let address = multivariant.join("plain.m3u8")?;
        let Some(text) = read(address.clone()).await else { return Ok(()) };
        for variant in parse_multivariant(&text)? {
            if let Some(list) = read(address.join(&variant.uri)?).await {
                self.take(variant.name(), MediaPlaylist::parse(&list)?);
            }
        }
        Ok(())
    }

    fn take(&mut self, name: &str, list: MediaPlaylist) {
        let mut found = Findings::default();
        let low = ["#EXT-X-PART", "#EXT-X-PART-INF", "#EXT-X-PRELOAD-HINT", "#EXT-X-RENDITION-REPORT"];
        for tag in low {
            found.find("4.4", list.tags.contains_key(tag), || format!("{tag} stands in it"));
        }
        found.find("4.4.3.8", list.can_block, || "it offers blocking reloads without parts".into());
        let near = list.segment_hold_back.is_some_and(|seconds| seconds < 3.0 * list.target);
        found.find("4.4.3.8", near, || "HOLD-BACK is below three target durations".into());
        let (before, known) = self.rungs.entry(name.to_owned()).or_default();
        let falls = list.media_sequence < before.media_sequence && !before.text.is_empty();
        found.find("6.2.2", falls, || {
            format!("the media sequence falls from {} to {}", before.media_sequence, list.media_sequence)
        });
        let fewer = list.head() < before.head();
        found.find("6.2.1", fewer, || format!("its end steps back to {:?}", list.head()));
        found.find("6.2.1", before.ended && !list.ended, || "it goes on after its end".into());
        for segment in &list.segments {
            let long = segment.duration.is_none_or(|seconds| seconds.round() > list.target);
            found.find("4.4.3.1", long, || format!("segment {} lasts {:?}", segment.msn, segment.duration));
            let same = known.entry(segment.msn).or_insert_with(|| segment.clone());
            found.find("6.2.1", same != segment, || format!("segment {} changes", segment.msn));
        }
        *before = list;
        self.findings.extend(Vec::from(found).into_iter().map(|finding| format!("plain {name}: {finding}")));
    }

    /// Judges them beside a rung's low-latency playlist: the same segments by the same names.
    pub fn beside<'a>(&mut self, name: &str, segments: impl IntoIterator<Item = &'a Segment>) {
        let Some((_, known)) = self.rungs.get(name) else { return };
        for segment in segments {
            let Some(plain) = known.get(&segment.msn).filter(|_| segment.uri.is_some()) else { continue };
            let whole = Segment { parts: Vec::new(), ..segment.clone() };
            self.findings.find("6.2.4", *plain != whole, || {
                format!("plain {name}: segment {} is {plain:?}, and {whole:?} with parts", segment.msn)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::playlist::tests::LIST;
    use super::*;

    const PLAIN: &str = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n\
        #EXT-X-MAP:URI=\"init1.mp4\"\n#EXTINF:2.00000,\nseg7.m4s\n#EXTINF:2.00000,\nseg8.m4s\n";

    fn found(lists: &[&str]) -> String {
        let mut plain = Plain::default();
        lists.iter().for_each(|list| plain.take("480p", MediaPlaylist::parse(list).unwrap()));
        Vec::from(plain.findings).join("; ")
    }

    #[test]
    fn a_list_that_goes_on_is_good_and_what_breaks_a_rule_is_found() {
        let longer = format!("{PLAIN}#EXTINF:2.00000,\nseg9.m4s\n");
        assert_eq!(found(&[PLAIN, &longer]), "");
        for (lists, words) in [
            (vec![LIST], "#EXT-X-PART stands in it"),
            (vec![&longer, PLAIN], "steps back"),
            (vec![PLAIN, &longer.replace("SEQUENCE:7", "SEQUENCE:6")], "the media sequence falls"),
            (vec![PLAIN, &longer.replace("seg8", "seg80")], "segment 8 changes"),
            (vec![&PLAIN.replace("2.00000,\nseg8", "4.60000,\nseg8")], "segment 8 lasts"),
            (vec![&format!("{PLAIN}#EXT-X-ENDLIST\n"), &longer], "after its end"),
        ] {
            assert!(found(&lists).contains(words), "{words}: {}", found(&lists));
        }
    }

    #[test]
    fn another_name_beside_the_parts_is_found() {
        let mut plain = Plain::default();
        plain.take("480p", MediaPlaylist::parse(PLAIN).unwrap());
        let mut twin = MediaPlaylist::parse(PLAIN).unwrap().segments;
        plain.beside("480p", &twin);
        twin[1].uri = Some("other8.m4s".into());
        plain.beside("480p", &twin);
        assert!(Vec::from(plain.findings).join("; ").contains("segment 8 is"));
    }
}
