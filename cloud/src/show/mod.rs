//! Shows: their life, line-up, publish keys and sessions, and what is pinned.
//!
//! Owns: shows and their legal moves, line-ups, publish keys (hashed), publish sessions with their
//! place on the media clock, transitions of highlights. Asks nobody about media: it is told.
//! Records every `Show…`, `Lineup…`, `Publish…`, `Publisher…`, `Highlight…`, `Transmission…`, `Rung…`
//! event. Leans on `base`, `db`, `events`, `catalog`. Spec: design, "The life of a show" and "Time".

mod error;
mod listen;
mod model;
mod model_lineup;
mod publish;
mod routes;
mod service;
mod service_highlight;
mod service_media;
mod store;
mod store_publish;

pub use error::ShowError;
pub use listen::DropRemovedProducts;
pub use model::{Show, ShowDraft, ShowPatch};
pub use model_lineup::{Lineup, LineupItem};
pub use publish::{Admission, MediaFact, PublishKey, RunningShow};
pub use routes::router;
pub use service::{ChannelReason, Shows};
