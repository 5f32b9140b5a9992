//! Reads initialisation segments and parts as far as their promises go.
//!
//! Source: ISO/IEC 14496-12, sections 8.8 and 12; 14496-15, section 5.3.3; 14496-1, section 7.2.6.

use super::finding::Findings;

/// The track of pictures.
pub const VIDEO: u32 = 1;
/// The track of sound.
pub const AUDIO: u32 = 2;

/// Sound that is away for longer, in seconds, has stopped.
const STOPPED: f64 = 1.3;

/// What an initialisation segment says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Init {
    /// Its tracks.
    pub tracks: Vec<Track>,
    /// It begins with `ftyp` and has `mvex`.
    pub fragmented: bool,
    /// It has an edit list.
    pub edited: bool,
}

/// A track of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// Its number.
    pub id: u32,
    /// Ticks in a second.
    pub timescale: u32,
    /// As `CODECS` names it.
    pub codec: String,
    /// Width and height of pictures.
    pub size: Option<(u32, u32)>,
}

impl Init {
    /// Reads it.
    pub fn read(bytes: &[u8]) -> Self {
        let moov = child(bytes, b"moov").unwrap_or_default();
        let tracks = children(moov).filter(|(kind, _)| kind == b"trak").filter_map(|(_, trak)| track(trak));
        Self {
            tracks: tracks.collect(),
            fragmented: bytes.get(4..8) == Some(b"ftyp") && child(moov, b"mvex").is_some(),
            edited: bytes.windows(4).any(|word| word == b"elst"),
        }
    }

    /// As the `CODECS` attribute names it.
    pub fn codecs(&self) -> String {
        self.tracks.iter().map(|track| track.codec.as_str()).collect::<Vec<_>>().join(",")
    }

    /// Width and height.
    pub fn size(&self) -> Option<(u32, u32)> {
        self.tracks.iter().find_map(|track| track.size)
    }

    /// Whether it has sound.
    pub fn has_sound(&self) -> bool {
        self.track(AUDIO).is_some()
    }

    fn track(&self, id: u32) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == id)
    }

    /// Judges it.
    pub fn check(&self, name: &str) -> Vec<String> {
        let mut findings = Findings::default();
        findings.find("3.1.2", !self.fragmented, || format!("{name} is no initialisation segment"));
        findings.find("3.1.2", self.track(VIDEO).is_none(), || format!("{name} has no track of pictures"));
        // No rule of the draft: browsers and players disagree about edit lists.
        findings.find("3.1.2", self.edited, || format!("{name} has an edit list"));
        findings.into()
    }
}

fn track(trak: &[u8]) -> Option<Track> {
    let full = |body: &[u8], old: usize, new: usize| {
        let at = if *body.first()? == 1 { new } else { old };
        number(body, at)
    };
    let id = full(child(trak, b"tkhd")?, 12, 20)?;
    let mdia = child(trak, b"mdia")?;
    let timescale = full(child(mdia, b"mdhd")?, 12, 20)?;
    let stsd = child(child(child(mdia, b"minf")?, b"stbl")?, b"stsd")?;
    let (kind, entry) = children(stsd.get(8..)?).next()?;
    let half = |at: usize| Some(u32::from(u16::from_be_bytes(entry.get(at..at + 2)?.try_into().ok()?)));
    let (codec, size) = match &kind {
        b"avc1" => {
            let avcc = child(entry.get(78..)?, b"avcC")?;
            (
                format!("avc1.{:02x}{:02x}{:02x}", avcc.get(1)?, avcc.get(2)?, avcc.get(3)?),
                Some((half(24)?, half(26)?)),
            )
        }
        b"mp4a" => (format!("mp4a.40.{}", object_type(child(entry.get(28..)?, b"esds")?)?), None),
        other => (String::from_utf8_lossy(other).into_owned(), None),
    };
    Some(Track { id, timescale, codec, size })
}

/// The audio object type of an `esds`: behind tag 5, the AudioSpecificConfig.
fn object_type(esds: &[u8]) -> Option<u8> {
    let mut at = 4;
    loop {
        let tag = *esds.get(at)?;
        at += 1;
        while *esds.get(at)? & 0x80 != 0 {
            at += 1;
        }
        at += 1;
        match tag {
            3 => at += 3,
            4 => at += 13,
            5 => break,
            _ => return None,
        }
    }
    let first = esds.get(at)? >> 3;
    Some(if first == 31 { 32 + ((esds.get(at)? & 7) << 3 | esds.get(at + 1)? >> 5) } else { first })
}

/// Samples of one track without a hole between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its track.
    pub track: u32,
    /// Decode time of its first sample, in the track's ticks.
    pub start: u64,
    /// Length of all samples.
    pub length: u64,
    /// How many.
    pub samples: u32,
    /// Whether its first sample is a sync sample, when it says.
    pub sync: Option<bool>,
    /// Bytes of all samples.
    pub bytes: u64,
}

/// Reads a part, `moof` and `mdat`; `None` for anything else.
pub fn runs(part: &[u8]) -> Option<Vec<Run>> {
    let moof = child(part, b"moof")?;
    let payload = child(part, b"mdat")?.len() as u64;
    let runs: Option<Vec<_>> =
        children(moof).filter(|(kind, _)| kind == b"traf").map(|(_, traf)| run(traf)).collect();
    runs.filter(|runs| runs.iter().map(|run| run.bytes).sum::<u64>() == payload)
}

fn run(traf: &[u8]) -> Option<Run> {
    let tfhd = child(traf, b"tfhd")?;
    let flags = number(tfhd, 0)? & 0x00ff_ffff;
    let track = number(tfhd, 4)?;
    let mut at = 8 + if flags & 1 != 0 { 8 } else { 0 } + if flags & 2 != 0 { 4 } else { 0 };
    let mut default = |bit: u32| {
        let value = if flags & bit != 0 { number(tfhd, at) } else { None };
        at += if flags & bit != 0 { 4 } else { 0 };
        value
    };
    let (duration, size, marks) = (default(8), default(0x10), default(0x20));
    let tfdt = child(traf, b"tfdt")?;
    let start = match *tfdt.first()? {
        1 => u64::from(number(tfdt, 4)?) << 32 | u64::from(number(tfdt, 8)?),
        _ => u64::from(number(tfdt, 4)?),
    };
    let trun = child(traf, b"trun")?;
    let (has, samples) = (number(trun, 0)? & 0x00ff_ffff, number(trun, 4)?);
    let mut at = 8 + if has & 1 != 0 { 4 } else { 0 };
    let first_marks = if has & 4 != 0 { number(trun, at) } else { None };
    at += if has & 4 != 0 { 4 } else { 0 };
    let (mut length, mut bytes, mut sync) = (0, 0, None);
    for n in 0..samples {
        let mut field = |bit: u32, default: Option<u32>| {
            let value = if has & bit != 0 { number(trun, at) } else { default };
            at += if has & bit != 0 { 4 } else { 0 };
            value
        };
        length += u64::from(field(0x100, duration)?);
        bytes += u64::from(field(0x200, size)?);
        let marks = field(0x400, if n == 0 { first_marks.or(marks) } else { marks });
        field(0x800, Some(0));
        if n == 0 {
            sync = marks.map(|marks| marks & 0x0001_0000 == 0);
        }
    }
    Some(Run { track, start, length, samples, sync, bytes })
}

/// Whether the first picture of a part is a sync sample; `None` when there is none.
pub fn first_sample_is_sync(part: &[u8]) -> Option<bool> {
    runs(part)?.into_iter().find(|run| run.track == VIDEO && run.samples > 0)?.sync
}

/// What was heard and seen of a rung up to here, in the order of its parts.
#[derive(Debug, Clone, Default)]
pub struct Continuity {
    ends: [Option<u64>; 2],
}

impl Continuity {
    /// What follows does not join what came.
    pub fn restart(&mut self) {
        self.ends = [None; 2];
    }

    /// Judges the next part: both tracks are in it and go on where they were. It ends `end` seconds on the media's own
    /// clock, if that is known.
    pub fn check(&mut self, name: &str, init: &Init, runs: &[Run]) -> Vec<String> {
        let mut findings = Findings::default();
        for run in runs {
            findings.find("3.1.2", init.track(run.track).is_none(), || {
                format!("{name} has track {}, which its initialisation segment has not", run.track)
            });
        }
        for (slot, id) in [(0, VIDEO), (1, AUDIO)] {
            let Some(track) = init.track(id) else { continue };
            let seconds = |ticks: i64| ticks as f64 / f64::from(track.timescale);
            let what = if id == VIDEO { "pictures" } else { "sound" };
            let own: Vec<_> = runs.iter().filter(|run| run.track == id && run.samples > 0).collect();
            // What lasts longer than a part goes on through the next one, which then has none of its own. A part does not
            // wait for sound that may have stopped, whose place silence takes after a second.
            let patience = if id == VIDEO { 0.1 } else { STOPPED };
            let other = runs.iter().find(|run| run.track != id && run.samples > 0);
            let held = match (self.ends[slot], other.and_then(|run| Some((run, init.track(run.track)?)))) {
                (Some(end), Some((run, track_of))) => {
                    let until = (run.start + run.length) as f64 / f64::from(track_of.timescale);
                    end as f64 / f64::from(track.timescale) + patience > until
                }
                _ => false,
            };
            findings.find("6.2.1", own.is_empty() && !held, || format!("{name} is without {what}"));
            for run in own {
                if let Some(end) = self.ends[slot] {
                    let off = run.start as i64 - end as i64;
                    // A tick of rounding in pictures; samples of sound are counted.
                    let bound = if id == VIDEO { i64::from(track.timescale) / 500 } else { 0 };
                    findings.find("3.2", off.abs() > bound, || {
                        let way = if off > 0 { "a hole" } else { "an overlap" };
                        format!("{name}: {way} of {:.3} s in its {what}", seconds(off.abs()))
                    });
                }
                self.ends[slot] = Some(run.start + run.length);
            }
        }
        findings.into()
    }
}

fn number(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

/// The body of the first box of a kind.
fn child<'a>(data: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    children(data).find(|(found, _)| found == kind).map(|(_, body)| body)
}

/// Kinds and bodies of the boxes in `data`, up to what cannot be read.
fn children(mut data: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let size = usize::try_from(number(data, 0)?).ok()?;
        let kind = data.get(4..8)?.try_into().ok()?;
        let body = data.get(8..size)?;
        data = &data[size..];
        Some((kind, body))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn init() -> Init {
        let track = |id, timescale, codec: &str, size| Track { id, timescale, codec: codec.to_owned(), size };
        let tracks = vec![
            track(VIDEO, 90_000, "avc1.42c01e", Some((640, 360))),
            track(AUDIO, 48_000, "mp4a.40.2", None),
        ];
        Init { tracks, fragmented: true, edited: false }
    }

    fn run(track: u32, start: u64, length: u64) -> Run {
        Run { track, start, length, samples: 6, sync: Some(true), bytes: 10 }
    }

    #[test]
    fn what_is_wrong_with_an_initialisation_segment_is_found() {
        assert_eq!(init().check("i"), Vec::<String>::new());
        let wrong = Init { tracks: vec![], fragmented: false, edited: true }.check("i").join("; ");
        for words in ["no initialisation segment", "no track of pictures", "has an edit list"] {
            assert!(wrong.contains(words), "{words}: {wrong}");
        }
    }

    #[test]
    fn a_part_without_sound_or_pictures_and_holes_between_parts_are_found() {
        let first = [run(VIDEO, 900_000, 18_000), run(AUDIO, 480_000, 9_600)];
        for (second, words) in [
            (vec![run(VIDEO, 918_000, 18_000)], None),
            (vec![run(VIDEO, 918_000, 126_000)], Some("without sound")),
            (vec![run(AUDIO, 489_600, 9_600)], Some("without pictures")),
            (
                vec![run(VIDEO, 927_000, 18_000), run(AUDIO, 489_600, 9_600)],
                Some("a hole of 0.100 s in its pictures"),
            ),
            (
                vec![run(VIDEO, 918_000, 18_000), run(AUDIO, 488_576, 9_600)],
                Some("an overlap of 0.021 s in its sound"),
            ),
            (
                vec![run(VIDEO, 918_000, 18_000), run(AUDIO, 489_600, 9_600), run(3, 0, 1)],
                Some("has track 3"),
            ),
            (vec![run(VIDEO, 918_000, 18_000), run(AUDIO, 489_600, 9_600)], None),
        ] {
            let mut continuity = Continuity::default();
            assert_eq!(continuity.check("p0", &init(), &first), Vec::<String>::new());
            let findings = continuity.check("p1", &init(), &second);
            match words {
                Some(words) => assert!(findings.iter().any(|f| f.contains(words)), "{words}: {findings:?}"),
                None => assert_eq!(findings, Vec::<String>::new()),
            }
        }
        let mut continuity = Continuity::default();
        continuity.check("p0", &init(), &[run(VIDEO, 900_000, 54_000), run(AUDIO, 480_000, 9_600)]);
        assert_eq!(
            continuity.check("p1", &init(), &[run(AUDIO, 489_600, 9_600)]),
            Vec::<String>::new(),
            "held"
        );
        continuity.restart();
        let far = [run(VIDEO, 9_000_000, 18_000), run(AUDIO, 4_800_000, 9_600)];
        assert_eq!(continuity.check("p2", &init(), &far), Vec::<String>::new(), "a discontinuity");
    }

    #[test]
    fn bytes_that_are_no_part_are_none() {
        assert_eq!(runs(b"\0\0\0\x08moof\0\0\0\x08mdat"), Some(vec![]));
        assert_eq!(runs(b"\0\0\0\x08moof\0\0\0\x09mdatx"), None, "bytes that belong to no sample");
        assert_eq!(runs(b"\0\0\0\x10ftypisomiso6"), None);
    }
}
