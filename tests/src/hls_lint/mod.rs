//! A lint for LL-HLS: reads a show as a player would and says what a player could trip over.
//!
//! | file | judges |
//! |---|---|
//! | `rules` | one media playlist by itself: [`MediaPlaylist::check`] |
//! | `update` | one version after another, a delta update beside the whole: [`MediaPlaylist::check_after`] |
//! | `multivariant` | the multivariant playlist by itself and by its media |
//! | `media` | initialisation segments and parts: tracks, times, key frames |
//! | `watch` | a rung followed in real time, every part loaded: hints, blocking reloads, refusals, pace |
//! | `plain` | the playlists without low latency, by themselves and beside the others |
//! | `show` | a show: every rung that is listed, and the rungs beside each other |
//!
//! Each finding names the section of the draft that it breaks. Three rules are our own reading: HOLD-BACK of parts is held
//! to the draft's MUST (two parts) and not its SHOULD (three); a rung that comes back begins where it came back, though
//! section 6.2.4 would have a target duration's difference at most; and a part may be without sound that stopped less than
//! a second ago, for the draft asks for no track in every part.
//!
//! Source: draft-pantos-hls-rfc8216bis.

mod finding;
mod media;
mod multivariant;
mod plain;
mod playlist;
mod rules;
mod show;
mod update;
mod watch;

pub use media::{AUDIO, Init, Run, Track, VIDEO, first_sample_is_sync, runs};
pub use multivariant::{Variant, check_multivariant, parse_multivariant};
pub use playlist::{MediaPlaylist, Part, Segment};
pub use show::{ShowReport, ShowWatch, variants_by_name};
pub use watch::{Report, Seen, Watch};
