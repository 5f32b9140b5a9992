//! Shows: their life, line-up, publish keys and sessions, and what is pinned.
//!
//! Owns: shows and their legal moves, line-ups, publish keys (hashed), publish sessions with their
//! place on the media clock, transitions of highlights. Asks nobody about media: it is told.
//! Records every `Show…`, `Lineup…`, `Publish…`, `Publisher…`, `Highlight…`, `Transmission…`, `Rung…`
//! event. Leans on `base`, `db`, `events`, `catalog`. Spec: design, "The life of a show" and "Time".

mod error;
mod listen;
mod model;
mod publish;
mod routes;
mod service;
mod store;

pub use error::ShowError;
pub use listen::{DropRemovedProducts, RevokeStrangersKeys};
pub use model::{Lineup, LineupItem, Show, ShowDraft, ShowPatch, Ware};
pub use publish::{Admission, MediaFact, PublishKey, PublishKeyState, RunningShow, Told};
pub use routes::router;
pub use service::{ChannelReason, Shows};
