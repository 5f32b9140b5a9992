//! How far rungs have come, as their playlists told last, with low latency or without: all that is asked for of the past is
//! one thing.
//!
//! And media of the past is told from what everybody watches now.
//!
//! Else whoever counts through moments that are long gone would have each of them fetched, written and packed.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::asked::{Asked, Key};

/// What was read longer ago is not believed any more.
const BELIEVED: Duration = Duration::from_secs(30);

/// Segments behind the newest that players still begin with, on plain playlists too: what is older is the past.
const NOW: u64 = 12;

/// Where each rung's newest playlist ends, by its name without directives.
#[derive(Debug, Default)]
pub(super) struct Reached(Mutex<Ends>);

/// By name, and when that was read.
type Ends = HashMap<Box<[u8]>, (End, Instant)>;

/// Where a playlist ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Before this part of this segment, which is promised.
    Before(u64, u32),
    /// With its show.
    ForGood,
}

impl Reached {
    /// Reads a playlist that came for `rung`.
    pub fn note(&self, rung: &Key, playlist: &[u8], now: Instant) {
        let (rung, Some(end)): (&[u8], _) = (rung, read(playlist)) else { return };
        let mut rungs = self.0.lock();
        let fresh = |at: &Instant| now - *at < BELIEVED;
        // An answer may be overtaken by a newer one.
        if rungs.get(rung).is_some_and(|(known, at)| *known > end && fresh(at)) {
            return;
        }
        if rungs.insert(rung.into(), (end, now)).is_none() {
            rungs.retain(|_, (_, at)| fresh(at));
        }
    }

    /// What to ask for in place of a moment that is there already: the newest that is, whose playlist has them all. `None`
    /// for what may still have to be waited for.
    pub fn instead_of<'a>(&self, asked: Asked<'a>, now: Instant) -> Option<Asked<'a>> {
        let (msn, part) = asked.moment()?;
        let (end, at) = self.0.lock().get(&*asked.undirected()?.key()).copied()?;
        let newest = match end.newest() {
            Some(moment) => asked.at(moment),
            // Behind the end all directives are without meaning.
            None => asked.undirected()?,
        };
        (now - at < BELIEVED && end.has(msn, part) && newest != asked).then_some(newest)
    }
}

impl Reached {
    /// Whether this is media that everybody may be watching now: the newest of a rung whose end is known.
    pub fn is_now(&self, asked: &Asked<'_>, now: Instant) -> bool {
        let Some((playlist, msn)) = asked.segment() else { return false };
        let rung = asked.beside(&playlist).key();
        match self.0.lock().get(&*rung) {
            Some((End::Before(next, _), at)) => now - *at < BELIEVED && msn.saturating_add(NOW) >= *next,
            _ => false,
        }
    }
}

impl End {
    /// Whether what a request waits for stands before it. Source: the draft's section 6.2.5.2.
    fn has(self, msn: u64, part: Option<u32>) -> bool {
        let Self::Before(next_msn, next_part) = self else { return true };
        match part {
            None => msn < next_msn,
            // A part past the last one of a segment is the next segment's first.
            Some(part) => {
                (msn.saturating_add(1), 0) < (next_msn, next_part) || msn == next_msn && part < next_part
            }
        }
    }

    /// The newest moment before it; `None` where nobody waits any more.
    fn newest(self) -> Option<(u64, Option<u32>)> {
        match self {
            Self::Before(msn, 0) => Some((msn.checked_sub(1)?, None)),
            Self::Before(msn, part) => Some((msn, Some(part - 1))),
            Self::ForGood => None,
        }
    }
}

/// Where it ends.
fn read(playlist: &[u8]) -> Option<End> {
    std::str::from_utf8(playlist).ok()?.lines().rev().find_map(|line| match line {
        "#EXT-X-ENDLIST" => Some(End::ForGood),
        _ => promised(line).or_else(|| behind(line)),
    })
}

/// Before what a preload hint names.
fn promised(line: &str) -> Option<End> {
    let address = line.strip_prefix("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"")?.strip_suffix(".m4s\"")?;
    let (_, name) = address.rsplit_once('/')?;
    let (msn, part) = name.strip_prefix("part")?.split_once('.')?;
    Some(End::Before(msn.parse().ok()?, part.parse().ok()?))
}

/// Behind the segment that a line is the address of, where nothing is promised: on plain playlists.
fn behind(line: &str) -> Option<End> {
    let (_, name) = line.rsplit_once('/').filter(|_| !line.starts_with('#'))?;
    let msn: u64 = name.strip_prefix("seg")?.strip_suffix(".m4s")?.parse().ok()?;
    Some(End::Before(msn.checked_add(1)?, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/live/0193aabb-0000-7000-8000-000000000001/source/index.m3u8";

    fn asked(query: &str) -> Asked<'static> {
        Asked::read(PATH, query).unwrap()
    }

    fn note(reached: &Reached, last_line: &str) {
        let rung = asked("").undirected().unwrap().key();
        reached.note(&rung, format!("#EXTM3U\n{last_line}\n").as_bytes(), Instant::now());
    }

    fn hint(next: &str) -> String {
        format!("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"2/part{next}.m4s\"\n#EXT-X-RENDITION-REPORT:URI=\"x\"")
    }

    fn instead_of(reached: &Reached, query: &str) -> Option<String> {
        reached.instead_of(asked(query), Instant::now()).map(|newest| newest.targets().remove(0))
    }

    #[tokio::test(start_paused = true)]
    async fn the_past_is_one_thing_and_what_is_to_come_is_waited_for() {
        let reached = Reached::default();
        assert_eq!(instead_of(&reached, "_HLS_msn=1&_HLS_part=0"), None, "nobody knows yet");
        note(&reached, &hint("7.3"));
        for past in ["1", "6", "1&_HLS_part=0", "1&_HLS_part=4294967295", "6&_HLS_part=99", "7&_HLS_part=1"] {
            let newest = instead_of(&reached, &format!("_HLS_msn={past}"));
            assert_eq!(newest.as_deref(), Some("/source/index.m3u8?_HLS_msn=7&_HLS_part=2"), "{past}");
            let delta = instead_of(&reached, &format!("_HLS_msn={past}&_HLS_skip=v2"));
            assert!(delta.unwrap().ends_with("_HLS_msn=7&_HLS_part=2&_HLS_skip=YES"), "{past}");
        }
        for to_come in ["7", "7&_HLS_part=3", "7&_HLS_part=9", "8", "8&_HLS_part=0", "18446744073709551615"] {
            assert_eq!(instead_of(&reached, &format!("_HLS_msn={to_come}")), None, "{to_come}");
        }
        for as_it_is in ["", "_HLS_skip=YES", "_HLS_msn=7&_HLS_part=2"] {
            assert_eq!(instead_of(&reached, as_it_is), None, "{as_it_is}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn media_of_now_is_told_from_the_past() {
        let reached = Reached::default();
        let is_now = |file: &str| {
            let path = PATH.replace("index.m3u8", file);
            reached.is_now(&Asked::read(&path, "").unwrap(), Instant::now())
        };
        assert!(!is_now("2/part20.1.m4s"), "nobody knows yet");
        note(&reached, &hint("20.3"));
        for now in ["2/part20.3.m4s", "2/part8.0.m4s", "2/seg8.m4s", "2/seg21.m4s"] {
            assert!(is_now(now), "{now}");
        }
        for past in ["2/part7.5.m4s", "2/seg7.m4s", "2/seg0.m4s", "2/init1.mp4"] {
            assert!(!is_now(past), "{past}");
        }
        tokio::time::advance(BELIEVED).await;
        assert!(!is_now("2/part20.3.m4s"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_plain_playlist_tells_how_far_its_rung_has_come_and_promises_nothing() {
        let reached = Reached::default();
        let is_now = |file: &str| {
            let path = PATH.replace("index.m3u8", file);
            reached.is_now(&Asked::read(&path, "").unwrap(), Instant::now())
        };
        let plain = PATH.replace("index", "plain");
        let rung = Asked::read(&plain, "").unwrap().rung().unwrap();
        let text = "#EXTINF:2.0,\n2/seg18.m4s\n#EXTINF:2.0,\n2/seg19.m4s\n#EXT-X-DATERANGE:ID=\"x\"\n";
        reached.note(&rung, text.as_bytes(), Instant::now());
        assert!(is_now("2/seg19.m4s") && is_now("2/seg8.m4s") && !is_now("2/seg7.m4s"));
        assert_eq!(instead_of(&reached, "_HLS_msn=19&_HLS_part=3"), None, "it may be a part of segment 20");
        assert_eq!(instead_of(&reached, "_HLS_msn=20&_HLS_part=0"), None);
        note(&reached, &hint("20.3"));
        reached.note(&rung, text.as_bytes(), Instant::now());
        let newest = instead_of(&reached, "_HLS_msn=4");
        assert_eq!(
            newest.as_deref(),
            Some("/source/index.m3u8?_HLS_msn=20&_HLS_part=2"),
            "who knows more is believed"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_past_a_segment_that_was_just_closed_is_still_to_come() {
        let reached = Reached::default();
        note(&reached, &hint("8.0"));
        assert_eq!(
            instead_of(&reached, "_HLS_msn=7&_HLS_part=12"),
            None,
            "it may be the first one of segment 8"
        );
        assert_eq!(instead_of(&reached, "_HLS_msn=8&_HLS_part=0"), None);
        let newest = Some("/source/index.m3u8?_HLS_msn=7".to_owned());
        assert_eq!(instead_of(&reached, "_HLS_msn=6&_HLS_part=12"), newest);
        note(&reached, &hint("7.9"));
        assert_eq!(instead_of(&reached, "_HLS_msn=6&_HLS_part=12"), newest, "an older answer came late");
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_end_all_is_past_and_old_words_are_forgotten() {
        let reached = Reached::default();
        note(&reached, "#EXT-X-ENDLIST");
        assert_eq!(instead_of(&reached, "_HLS_msn=99&_HLS_part=4").as_deref(), Some("/source/index.m3u8"));
        let whole = instead_of(&reached, "_HLS_msn=99&_HLS_part=4&_HLS_skip=YES");
        assert_eq!(whole.as_deref(), Some("/source/index.m3u8"), "what has ended is told whole");
        tokio::time::advance(BELIEVED).await;
        assert_eq!(instead_of(&reached, "_HLS_msn=99&_HLS_part=4"), None);
        note(&reached, "#EXTINF:2.0,");
        note(&reached, &hint("x.y"));
        assert_eq!(instead_of(&reached, "_HLS_msn=1"), None);
        let other = Asked::read(&PATH.replace("source", "480p"), "").unwrap().undirected().unwrap().key();
        reached.note(&other, hint("7.3").as_bytes(), Instant::now());
        assert_eq!(reached.0.lock().len(), 1);
    }
}
