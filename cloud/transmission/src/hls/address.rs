//! URLs of a packaged show, below its own base: `index.m3u8`, `{rung}/index.m3u8`, `{rung}/{epoch}/part7.2.m4s`;
//! `plain.m3u8` beside each `index.m3u8` is the same show without low latency.
//!
//! Playlists keep their address for the whole show; what never changes carries the epoch.

use super::{fact::RungName, want::Want};

/// The file name of playlists for low-latency players, and of those for all others.
pub(super) const LOW_LATENCY: &str = "index.m3u8";
pub(super) const PLAIN: &str = "plain.m3u8";

/// Why a URL names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressError {
    /// No such thing: 404.
    Unknown,
    /// A delivery directive (`_HLS_…`) isn't a number: 400.
    Directive,
}

impl Want {
    /// Reads the path below the show's base, without a leading slash, and the query.
    ///
    /// # Errors
    /// [`AddressError`]; a path of another epoch is unknown.
    pub fn parse(path: &str, query: &str, epoch: u32) -> Result<Self, AddressError> {
        if path == LOW_LATENCY {
            return Ok(Self::Multivariant);
        }
        if path == PLAIN {
            return Ok(Self::PlainMultivariant);
        }
        Self::in_rung(path, query, epoch).ok_or(AddressError::Unknown)?
    }

    fn in_rung(path: &str, query: &str, epoch: u32) -> Option<Result<Self, AddressError>> {
        let mut steps = path.split('/');
        let (rung, next) = (RungName::new(steps.next()?)?, steps.next()?);
        let Some(file) = steps.next() else {
            return match next {
                LOW_LATENCY => Some(Self::reload(rung, query)),
                // Without CAN-BLOCK-RELOAD the other directives mean nothing.
                PLAIN => Some(Ok(Self::PlainPlaylist { rung, skip: wants_skip(query) })),
                _ => None,
            };
        };
        if steps.next().is_some() || number::<u32>(next)? != epoch {
            return None;
        }
        if let Some(version) = file.strip_prefix("init").and_then(|f| f.strip_suffix(".mp4")) {
            return Some(Ok(Self::Init { rung, version: number(version)? }));
        }
        let stem = file.strip_suffix(".m4s")?;
        if let Some(msn) = stem.strip_prefix("seg") {
            return Some(Ok(Self::Segment { rung, msn: number(msn)? }));
        }
        let (msn, index) = stem.strip_prefix("part")?.split_once('.')?;
        Some(Ok(Self::Part { rung, msn: number(msn)?, index: number(index)? }))
    }

    fn reload(rung: RungName, query: &str) -> Result<Self, AddressError> {
        let (mut msn, mut part) = (None, None);
        for (name, value) in pairs(query) {
            match name {
                "_HLS_msn" => msn = Some(number(value).ok_or(AddressError::Directive)?),
                "_HLS_part" => part = Some(number(value).ok_or(AddressError::Directive)?),
                _ => {}
            }
        }
        Ok(Self::Playlist { rung, msn, part, skip: wants_skip(query) })
    }

    /// Whether it asks for a moment: its answer never changes, so it may be stored longer. `_HLS_skip` alone
    /// asks for what is newest.
    pub fn is_blocking(&self) -> bool {
        matches!(self, Self::Playlist { msn: Some(_), .. })
    }
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter_map(|pair| pair.split_once('='))
}

fn wants_skip(query: &str) -> bool {
    pairs(query).any(|(name, value)| name == "_HLS_skip" && matches!(value, "YES" | "v2"))
}

/// A number in its one plain form: no sign, no leading zero, so that each thing has one URL.
fn number<T: std::str::FromStr + std::fmt::Display>(text: &str) -> Option<T> {
    text.parse().ok().filter(|n: &T| n.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source() -> RungName {
        RungName::source()
    }

    #[test]
    fn each_address_names_its_thing() {
        assert_eq!(Want::parse("index.m3u8", "", 3), Ok(Want::Multivariant));
        assert_eq!(
            Want::parse("source/index.m3u8", "_HLS_msn=4&x=1&_HLS_part=0&_HLS_skip=YES", 3),
            Ok(Want::Playlist { rung: source(), msn: Some(4), part: Some(0), skip: true })
        );
        assert_eq!(Want::parse("plain.m3u8", "", 3), Ok(Want::PlainMultivariant));
        assert_eq!(
            Want::parse("480p/plain.m3u8", "_HLS_msn=x&_HLS_skip=v2", 3),
            Ok(Want::PlainPlaylist { rung: RungName::new("480p").unwrap(), skip: true }),
            "nothing to wait for, so nothing to refuse"
        );
        assert_eq!(Want::parse("source/3/init2.mp4", "", 3), Ok(Want::Init { rung: source(), version: 2 }));
        assert_eq!(Want::parse("source/3/seg12.m4s", "", 3), Ok(Want::Segment { rung: source(), msn: 12 }));
        assert_eq!(
            Want::parse("source/3/part12.4.m4s", "", 3),
            Ok(Want::Part { rung: source(), msn: 12, index: 4 })
        );
    }

    #[test]
    fn other_addresses_are_unknown_and_bad_directives_are_said_to_be_bad() {
        for path in [
            "",
            "index",
            "3/source/index.m3u8",
            "Source/index.m3u8",
            "source/2/seg1.m4s",
            "source/3/index.m3u8",
            "source/3/plain.m3u8",
            "source/3/seg-1.m4s",
            "source/3/seg01.m4s",
            "3/../source",
            "source/3/part1.m4s",
            "source/3/seg1.m4s/x",
        ] {
            assert_eq!(Want::parse(path, "", 3), Err(AddressError::Unknown), "{path}");
        }
        assert_eq!(Want::parse("source/index.m3u8", "_HLS_msn=x", 3), Err(AddressError::Directive));
    }

    proptest! {
        #[test]
        fn hostile_addresses_never_panic(path in ".{0,40}", query in ".{0,40}") {
            let _ = Want::parse(&path, &query, 1);
            let _ = Want::parse(&format!("source/1/{path}"), &query, 1);
        }
    }
}
