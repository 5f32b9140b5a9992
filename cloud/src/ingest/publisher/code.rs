//! The status codes with which publishers are refused. Programs act on them: a studio that reads [`BAD_NAME`] at its first try
//! gives up, and tries again after any other.

use crate::ingest::airing::Busy;

/// The publisher can do something about it.
pub(super) const BAD_NAME: &str = "NetStream.Publish.BadName";
/// It can only try again. Between nodes: the owner is to be asked again.
pub(super) const FAILED: &str = "NetStream.Publish.Failed";
/// It is right, and has to wait. Between nodes: the owner's last word. OBS closes at it and writes the sentence into its log.
pub(super) const DENIED: &str = "NetStream.Publish.Denied";

/// A code that another node said, as one of these.
pub(super) fn known(code: &str) -> &'static str {
    [BAD_NAME, DENIED].into_iter().find(|known| *known == code).unwrap_or(FAILED)
}

/// What a publisher reads that the show's task did not let in.
pub(super) fn of(busy: Busy) -> &'static str {
    match busy {
        Busy::TooOften => DENIED,
        Busy::Moved => FAILED,
        Busy::Taken | Busy::Ended => BAD_NAME,
    }
}
