//! What a viewer asks for, read from the address alone, in the one form under which it is fetched and kept.

use std::fmt::Write as _;

use axum::http::StatusCode;
use vitrine_protocol::ShowId;

use super::viewers::Seen;

/// What every address of a show's media begins with.
const BASE: &str = "/live/";
/// Longest path below a show that can name anything.
const MAX_PATH: usize = 96;
/// Bytes of a key before the path.
const HEAD: usize = 29;

/// The multivariant playlist, and the one that leads to playlists without low latency.
const MULTIVARIANT: &str = "index.m3u8";
const PLAIN_MULTIVARIANT: &str = "plain.m3u8";

/// Whether a path is the edge's.
pub(crate) fn is_live(path: &str) -> bool {
    path.starts_with(BASE)
}

/// One thing of one show. A viewer's token, and whatever else stands in a query, is no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    pub show: ShowId,
    path: &'a str,
    msn: Option<u64>,
    part: Option<u32>,
    skip: bool,
    /// Asks for the multivariant playlist while a show has more low-latency viewers than it should.
    crowded: bool,
}

impl<'a> Asked<'a> {
    /// Reads path and query. Directives mean something to a rung's playlists alone; elsewhere they are left out, so
    /// that nothing is kept twice.
    ///
    /// # Errors
    /// 404 for what no origin has; 400 for a directive that is no number or no known word.
    pub fn read(path: &'a str, query: &str) -> Result<Self, StatusCode> {
        let (show, path) =
            path.strip_prefix(BASE).and_then(|rest| rest.split_once('/')).ok_or(StatusCode::NOT_FOUND)?;
        let show = show.parse().map_err(|_| StatusCode::NOT_FOUND)?;
        if !is_plain(path) {
            return Err(StatusCode::NOT_FOUND);
        }
        let mut asked = Self { show, path, msn: None, part: None, skip: false, crowded: false };
        if path.ends_with("/index.m3u8") {
            asked.direct(query).ok_or(StatusCode::BAD_REQUEST)?;
        } else if path.ends_with("/plain.m3u8") {
            asked.skip = matches!(value(query, "_HLS_skip"), Some("YES" | "v2"));
        }
        Ok(asked)
    }

    /// Takes the directives in; `None` when one cannot be meant.
    fn direct(&mut self, query: &str) -> Option<()> {
        if let Some(text) = value(query, "_HLS_msn") {
            self.msn = Some(number(text)?);
        }
        if let Some(text) = value(query, "_HLS_part") {
            self.part = Some(u32::try_from(number(text)?).ok()?);
            self.msn?;
        }
        if let Some(text) = value(query, "_HLS_skip") {
            self.skip = matches!(text, "YES" | "v2").then_some(true)?;
        }
        Some(())
    }

    /// Whether it is the playlist that a player reads first.
    pub fn is_multivariant(&self) -> bool {
        self.path == MULTIVARIANT
    }

    /// Whether it is text that changes; media never does.
    pub fn is_playlist(&self) -> bool {
        self.path.ends_with(".m3u8")
    }

    /// The same for a crowd.
    pub fn crowded(self) -> Self {
        Self { crowded: true, ..self }
    }

    /// The name of the rung whose playlist this is, with low latency or without: its low-latency playlist's.
    pub fn rung(&self) -> Option<Key> {
        let files = [MULTIVARIANT, PLAIN_MULTIVARIANT];
        let rung = files.iter().find_map(|file| self.path.strip_suffix(file)?.strip_suffix('/'))?;
        Some(self.beside(&format!("{rung}/{MULTIVARIANT}")).key())
    }

    /// A rung's playlist as it is without directives; `None` for what has none.
    pub fn undirected(self) -> Option<Self> {
        self.path.ends_with("/index.m3u8").then_some(Self { msn: None, part: None, skip: false, ..self })
    }

    /// The moment that has to have come: `_HLS_msn` and `_HLS_part`.
    pub fn moment(&self) -> Option<(u64, Option<u32>)> {
        Some((self.msn?, self.part))
    }

    /// The same at another moment.
    pub fn at(self, (msn, part): (u64, Option<u32>)) -> Self {
        Self { msn: Some(msn), part, ..self }
    }

    /// The rung that somebody watches who asks for this, and how they can be counted.
    pub fn seen(&self) -> Option<(Box<str>, Seen)> {
        if let Some(rung) = self.path.strip_suffix("/index.m3u8") {
            return Some((rung.into(), Seen::Moment(self.msn?, self.part)));
        }
        let (rung, file) = self.path.split_once('/')?;
        let (_epoch, name) = file.split_once('/')?;
        let msn = name.strip_prefix("seg")?.strip_suffix(".m4s")?;
        Some((rung.into(), Seen::Segment(number(msn)?)))
    }

    /// The segment of a rung that it is, or that it is a part of: the rung's playlist, and the segment's number.
    pub fn segment(&self) -> Option<(String, u64)> {
        let (rung, file) = self.path.split_once('/')?;
        let (_epoch, name) = file.split_once('/')?;
        let name = name.strip_suffix(".m4s")?;
        let msn = name.strip_prefix("seg").or_else(|| name.strip_prefix("part")?.split('.').next())?;
        Some((format!("{rung}/index.m3u8"), number(msn)?))
    }

    /// The thing at another path of the same show.
    pub fn beside<'b>(&self, path: &'b str) -> Asked<'b> {
        Asked { show: self.show, path, msn: None, part: None, skip: false, crowded: false }
    }

    /// What an origin is asked, one after the other until one is found. An origin of an older release has no plain
    /// playlists.
    pub fn targets(&self) -> Vec<String> {
        if self.crowded {
            return vec![format!("/{PLAIN_MULTIVARIANT}"), format!("/{MULTIVARIANT}")];
        }
        let mut target = format!("/{}", self.path);
        let mut mark = '?';
        let mut add = |name: &str, value: &dyn std::fmt::Display| {
            // Writing into a String can't fail.
            let _ = write!(target, "{mark}{name}={value}");
            mark = '&';
        };
        self.msn.iter().for_each(|msn| add("_HLS_msn", msn));
        self.part.iter().for_each(|part| add("_HLS_part", part));
        if self.skip {
            add("_HLS_skip", &"YES");
        }
        vec![target]
    }

    /// The name under which it is kept.
    pub fn key(&self) -> Key {
        let mut key = Key { bytes: [0; HEAD + MAX_PATH], length: HEAD + self.path.len() };
        let flags = u8::from(self.msn.is_some())
            | u8::from(self.part.is_some()) << 1
            | u8::from(self.skip) << 2
            | u8::from(self.crowded) << 3;
        key.bytes[..16].copy_from_slice(self.show.0.as_bytes());
        key.bytes[16..24].copy_from_slice(&self.msn.unwrap_or_default().to_be_bytes());
        key.bytes[24..28].copy_from_slice(&self.part.unwrap_or_default().to_be_bytes());
        key.bytes[28] = flags;
        key.bytes[HEAD..key.length].copy_from_slice(self.path.as_bytes());
        key
    }
}

/// Names one thing; lies on the stack, so that what is kept is found without taking memory.
#[derive(Debug)]
pub(super) struct Key {
    bytes: [u8; HEAD + MAX_PATH],
    length: usize,
}

impl std::ops::Deref for Key {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Letters, digits, single dots and slashes: the only paths an origin has.
fn is_plain(path: &str) -> bool {
    (1..=MAX_PATH).contains(&path.len())
        && !path.contains("..")
        && !path.contains("//")
        && path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'))
}

fn value<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// A number in its one plain form: digits alone, no leading zero.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHOW: &str = "0193aabb-0000-7000-8000-000000000001";

    fn read(rest: &str) -> Result<(Vec<String>, Vec<u8>), StatusCode> {
        let address = format!("/live/{SHOW}/{rest}");
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        Asked::read(path, query).map(|asked| (asked.targets(), asked.key().to_vec()))
    }

    #[test]
    fn a_token_is_no_part_of_the_name_and_the_order_of_directives_neither() {
        let one = read("source/index.m3u8?_HLS_msn=4&_HLS_part=1&_HLS_skip=YES").unwrap();
        assert_eq!(one.0, ["/source/index.m3u8?_HLS_msn=4&_HLS_part=1&_HLS_skip=YES"]);
        assert_eq!(
            read("source/index.m3u8?token=me&_HLS_skip=v2&_HLS_part=1&x&_HLS_msn=4").unwrap(),
            one,
            "a delta is the same whatever it is called"
        );
        for other in ["", "?_HLS_msn=4", "?_HLS_msn=4&_HLS_part=0", "?_HLS_msn=0", "?_HLS_skip=YES"] {
            assert_ne!(read(&format!("source/index.m3u8{other}")).unwrap().1, one.1, "{other}");
        }
        assert_ne!(read("source/index.m3u8?_HLS_msn=0").unwrap(), read("source/index.m3u8").unwrap());
    }

    #[test]
    fn directives_of_what_has_none_make_no_second_copy() {
        let part = read("source/1/part1.2.m4s").unwrap();
        assert_eq!(read("source/1/part1.2.m4s?_HLS_msn=7&_HLS_skip=x").unwrap(), part);
        assert_eq!(read("index.m3u8?_HLS_msn=7").unwrap(), read("index.m3u8").unwrap());
        assert_eq!(read("source/plain.m3u8?_HLS_msn=7").unwrap(), read("source/plain.m3u8").unwrap());
        assert_eq!(read("source/plain.m3u8?_HLS_skip=YES").unwrap().0, ["/source/plain.m3u8?_HLS_skip=YES"]);
    }

    #[test]
    fn a_crowd_is_asked_for_apart_and_an_older_origin_still_answers() {
        let address = format!("/live/{SHOW}/index.m3u8");
        let asked = Asked::read(&address, "").unwrap();
        assert_eq!(asked.crowded().targets(), ["/plain.m3u8", "/index.m3u8"]);
        assert_ne!(*asked.key(), *asked.crowded().key());
    }

    #[test]
    fn moments_and_whole_segments_tell_who_watches_what() {
        let seen = |rest: &str| {
            let address = format!("/live/{SHOW}/{rest}");
            let (path, query) = address.split_once('?').unwrap_or((&address, ""));
            Asked::read(path, query).unwrap().seen().map(|(rung, seen)| (rung.into_string(), seen))
        };
        let of = |rung: &str, seen| Some((rung.to_owned(), seen));
        assert_eq!(seen("480p/index.m3u8?_HLS_msn=7&_HLS_part=2"), of("480p", Seen::Moment(7, Some(2))));
        assert_eq!(seen("source/1/seg7.m4s"), of("source", Seen::Segment(7)));
        for nothing in [
            "480p/index.m3u8",
            "480p/plain.m3u8",
            "index.m3u8",
            "480p/1/part7.1.m4s",
            "480p/1/init1.mp4",
            "seg7.m4s",
            "480p/1/seg07.m4s",
        ] {
            assert_eq!(seen(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn every_playlist_and_all_media_name_their_rung_however_long_it_is() {
        let name = |path: &str| {
            let address = format!("/live/{SHOW}/{path}");
            let asked = Asked::read(&address, "_HLS_msn=4").unwrap();
            let of_media = asked.segment().map(|(playlist, _)| asked.beside(&playlist).key());
            asked.rung().or(of_media).map(|key| key.to_vec())
        };
        let rung = name("source/index.m3u8");
        assert!(rung.is_some());
        for same in ["source/plain.m3u8", "source/1/seg7.m4s", "source/1/part7.2.m4s"] {
            assert_eq!(name(same), rung, "{same}");
        }
        for none in ["index.m3u8", "plain.m3u8", "source/1/init1.mp4", "still.jpg"] {
            assert_eq!(name(none), None, "{none}");
        }
        let longest = "x".repeat(MAX_PATH - "/1/seg1.m4s".len());
        assert!(name(&format!("{longest}/1/seg1.m4s")).is_some());
    }

    #[test]
    fn what_no_origin_has_is_told_here() {
        for path in ["1/../../etc", "a%2Fb", "", "a b", "source//seg1.m4s"] {
            assert_eq!(read(path), Err(StatusCode::NOT_FOUND), "{path}");
        }
        assert_eq!(read(&"x".repeat(MAX_PATH + 1)), Err(StatusCode::NOT_FOUND));
        for path in ["/live/nobody/index.m3u8", "/live/", "/live/x", &format!("/live/{SHOW}")] {
            assert_eq!(Asked::read(path, "").unwrap_err(), StatusCode::NOT_FOUND, "{path}");
        }
        for query in [
            "_HLS_msn=x",
            "_HLS_msn=",
            "_HLS_msn=-1",
            "_HLS_msn=007",
            "_HLS_msn=99999999999999999999",
            "_HLS_part=1",
            "_HLS_msn=1&_HLS_part=4294967296",
            "_HLS_skip=maybe",
        ] {
            assert_eq!(read(&format!("source/index.m3u8?{query}")), Err(StatusCode::BAD_REQUEST), "{query}");
        }
    }

    proptest! {
        #[test]
        fn hostile_addresses_never_panic(path in ".{0,120}", query in ".{0,60}", number in "[0-9+-]{0,22}") {
            let directives = format!("_HLS_msn={number}&_HLS_part={number}&{query}");
            for path in [path.clone(), format!("/live/{SHOW}/{path}"), format!("/live/{SHOW}/source/index.m3u8")] {
                let _ = Asked::read(&path, &directives).map(|asked| (asked.key().len(), asked.targets()));
            }
        }
    }
}
