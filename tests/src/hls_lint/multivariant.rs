//! The multivariant playlist: what it offers, and whether that is true.

use anyhow::{Context, Result, ensure};

use super::finding::Findings;
use super::media::Init;
use super::playlist::{Segment, attribute, attributes};

/// One line of a multivariant playlist and its URL.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// `BANDWIDTH`.
    pub bandwidth: u64,
    /// `AVERAGE-BANDWIDTH`.
    pub average: Option<u64>,
    /// `CODECS`.
    pub codecs: String,
    /// `RESOLUTION`.
    pub resolution: (u32, u32),
    /// `FRAME-RATE`.
    pub frame_rate: f64,
    /// Relative URL.
    pub uri: String,
}

impl Variant {
    /// The rung's name: the folder of its playlist.
    pub fn name(&self) -> &str {
        self.uri.rsplit('/').nth(1).unwrap_or_default()
    }
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
            average: attribute(list, "AVERAGE-BANDWIDTH").map(|value| value.parse()).transpose()?,
            codecs: need("CODECS")?,
            resolution: (width.parse()?, height.parse()?),
            frame_rate: need("FRAME-RATE")?.parse()?,
            uri: lines.next().context("a variant without a URL")?.to_owned(),
        });
    }
    ensure!(!variants.is_empty(), "no variant is listed");
    Ok(variants)
}

/// Judges a multivariant playlist by itself.
///
/// # Errors
/// It can't be read.
pub fn check_multivariant(text: &str) -> Result<Vec<String>> {
    let (variants, mut findings) = (parse_multivariant(text)?, Findings::default());
    let count = |tag: &str| text.lines().filter(|line| line.split(':').next() == Some(tag)).count();
    for (tag, section) in [("#EXT-X-VERSION", "4.4.1.2"), ("#EXT-X-INDEPENDENT-SEGMENTS", "4.4.2.1")] {
        findings.find(section, count(tag) > 1, || format!("{tag} stands {} times", count(tag)));
    }
    for tag in ["#EXTINF", "#EXT-X-TARGETDURATION", "#EXT-X-PART", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-MAP"] {
        findings.find("4.1", count(tag) > 0, || format!("{tag} stands in a multivariant playlist"));
    }
    let captions = text.matches("CLOSED-CAPTIONS=").count();
    let none = text.matches("CLOSED-CAPTIONS=NONE").count();
    findings.find("4.4.6.2", none > 0 && (none != variants.len() || captions != none), || {
        "CLOSED-CAPTIONS=NONE must stand in every variant".into()
    });
    for line in text.lines().filter_map(|line| line.strip_prefix("#EXT-X-STREAM-INF:")) {
        let mut keys: Vec<_> = attributes(line).into_iter().map(|(key, _)| key).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        findings.find("4.2", keys.len() < all, || format!("an attribute stands twice: {line}"));
    }
    for (n, variant) in variants.iter().enumerate() {
        let name = variant.name();
        findings.find("4.4.6.2", variant.average.is_some_and(|average| average > variant.bandwidth), || {
            format!("{name}: AVERAGE-BANDWIDTH is above BANDWIDTH")
        });
        findings.find("4.4.6.2", variant.bandwidth < 10_000, || {
            format!("{name}: BANDWIDTH={} is no rate of pictures", variant.bandwidth)
        });
        findings.find("4.4.6.2", !(1.0..=240.0).contains(&variant.frame_rate), || {
            format!("{name}: FRAME-RATE={}", variant.frame_rate)
        });
        findings.find("4.4.6.2", variants[..n].iter().any(|other| other.uri == variant.uri), || {
            format!("{name} is listed twice")
        });
    }
    // The draft lets them differ; players do not go up to a rung that has fewer, however slightly.
    let rate = variants[0].frame_rate;
    findings.find("4.4.6.2", variants.iter().any(|variant| variant.frame_rate != rate), || {
        "rungs of one source differ in FRAME-RATE".into()
    });
    // The draft asks for no order; players begin with the first, and ours is the largest.
    let sizes: Vec<_> = variants.iter().map(|variant| variant.resolution.0 * variant.resolution.1).collect();
    findings.find("4.4.6.2", !sizes.is_sorted_by(|a, b| a >= b), || {
        format!("the largest isn't first: {sizes:?}")
    });
    Ok(findings.into())
}

/// Judges one variant by the media of its rung: its initialisation segment, its `segments` and their sizes in bytes.
pub fn check_variant(variant: &Variant, init: &Init, segments: &[(Segment, usize, u32)]) -> Vec<String> {
    let (name, mut findings) = (variant.name(), Findings::default());
    findings.find("6.2.4", variant.codecs != init.codecs(), || {
        format!("{name}: CODECS says {}, its initialisation segment {}", variant.codecs, init.codecs())
    });
    findings.find("4.4.6.2", Some(variant.resolution) != init.size(), || {
        format!(
            "{name}: RESOLUTION says {:?}, its initialisation segment {:?}",
            variant.resolution,
            init.size()
        )
    });
    let whole: Vec<_> =
        segments.iter().filter(|(segment, ..)| segment.duration.is_some() && !segment.gap).collect();
    let pictures: u32 = whole.iter().map(|(_, _, pictures)| pictures).sum();
    let length: f64 = whole.iter().map(|(segment, ..)| segment.length()).sum();
    let rate = f64::from(pictures) / length.max(0.001);
    // It is the largest rate of the stream; pictures that were lost make the measured one smaller.
    findings.find("4.4.6.2", length > 4.0 && rate > variant.frame_rate * 1.05 + 0.5, || {
        format!("{name}: FRAME-RATE says {}, its pictures come {rate:.2} times a second", variant.frame_rate)
    });
    let peak = peak(&whole.iter().map(|(segment, bytes, _)| (segment.length(), *bytes)).collect::<Vec<_>>());
    // Of a show that goes on, "a representative period of similar content" is asked for: the newest segment may be larger.
    findings.find("4.4.6.2", (variant.bandwidth as f64) < peak * 0.9, || {
        format!("{name}: BANDWIDTH says {}, its peak is {peak:.0}", variant.bandwidth)
    });
    findings.into()
}

/// The largest bit rate of neighbours that last 0.5 to 1.5 target durations of 4 s together.
/// Source: section 4.4.6.2, "peak segment bit rate".
fn peak(segments: &[(f64, usize)]) -> f64 {
    let mut peak = 0.0f64;
    for first in 0..segments.len() {
        let (mut length, mut bytes) = (0.0, 0);
        for (seconds, size) in &segments[first..] {
            length += seconds;
            bytes += size;
            if (2.0..=6.0).contains(&length) {
                peak = peak.max(bytes as f64 * 8.0 / length);
            }
        }
    }
    peak
}

#[cfg(test)]
mod tests {
    use super::super::media::tests::init;
    use super::*;

    const TEXT: &str = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-INDEPENDENT-SEGMENTS\n\
        #EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,CODECS=\"avc1.42c01e,mp4a.40.2\",\
        RESOLUTION=640x360,FRAME-RATE=30.000,CLOSED-CAPTIONS=NONE\nsource/index.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=400000,AVERAGE-BANDWIDTH=300000,CODECS=\"avc1.4d401e\",\
        RESOLUTION=320x180,FRAME-RATE=30.000,CLOSED-CAPTIONS=NONE\n180p/index.m3u8\n";

    #[test]
    fn what_is_wrong_with_an_offer_is_found() {
        assert_eq!(check_multivariant(TEXT).unwrap(), Vec::<String>::new());
        for (section, from, to, words) in [
            ("4.4.1.2", "#EXT-X-VERSION:9\n", "#EXT-X-VERSION:9\n#EXT-X-VERSION:9\n", "stands 2 times"),
            ("4.1", "#EXT-X-INDEP", "#EXT-X-TARGETDURATION:4\n#EXT-X-INDEP", "in a multivariant"),
            ("4.4.6.2", ",CLOSED-CAPTIONS=NONE\n180p", "\n180p", "in every variant"),
            ("4.2", "FRAME-RATE=30.000,CLOSED", "FRAME-RATE=30.000,FRAME-RATE=30.000,CLOSED", "stands twice"),
            ("4.4.6.2", "AVERAGE-BANDWIDTH=800000", "AVERAGE-BANDWIDTH=990000", "above BANDWIDTH"),
            ("4.4.6.2", "BANDWIDTH=400000,AVERAGE-BANDWIDTH=300000", "BANDWIDTH=1", "no rate of pictures"),
            (
                "4.4.6.2",
                "FRAME-RATE=30.000,CLOSED-CAPTIONS=NONE\nsource",
                "FRAME-RATE=0.100,CLOSED-CAPTIONS=NONE\nsource",
                "FRAME-RATE=0.1",
            ),
            ("4.4.6.2", "FRAME-RATE=30.000", "FRAME-RATE=29.970", "differ in FRAME-RATE"),
            ("4.4.6.2", "180p/", "source/", "listed twice"),
            ("4.4.6.2", "320x180", "1280x720", "largest isn't first"),
        ] {
            assert!(TEXT.contains(from), "{from}");
            let findings = check_multivariant(&TEXT.replacen(from, to, 1)).unwrap();
            assert!(
                findings.iter().any(|f| f.contains(words) && f.ends_with(&format!("(section {section})"))),
                "{section} {words}: {findings:?}"
            );
        }
    }

    #[test]
    fn an_offer_is_held_against_the_media() {
        let variants = parse_multivariant(TEXT).unwrap();
        let segment = |seconds| Segment { duration: Some(seconds), ..Segment::default() };
        let segments: Vec<_> = (0..4).map(|_| (segment(2.0), 200_000, 60)).collect();
        assert_eq!(check_variant(&variants[0], &init(), &segments), Vec::<String>::new());
        let wrong = check_variant(&variants[1], &init(), &segments).join("; ");
        for words in ["CODECS says avc1.4d401e", "RESOLUTION says (320, 180)", "its peak is 800000"] {
            assert!(wrong.contains(words), "{words}: {wrong}");
        }
        let fast: Vec<_> = (0..4).map(|_| (segment(2.0), 200_000, 120)).collect();
        let wrong = check_variant(&variants[0], &init(), &fast).join("; ");
        assert!(wrong.contains("come 60.00 times"), "{wrong}");
    }

    #[test]
    fn the_peak_is_that_of_neighbours_and_not_of_a_short_one() {
        assert_eq!(peak(&[(2.0, 100), (0.5, 1_000), (2.0, 100)]), 1_100.0 * 8.0 / 2.5);
        assert_eq!(peak(&[(4.0, 1_000), (4.0, 500)]), 2_000.0);
    }
}
