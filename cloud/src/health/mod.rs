//! How the media of shows is doing, for people and for machines that watch.
//!
//! Owns: nothing that is kept. A process knows what the transmissions of its own shows measure (`ingest`) and who watches
//! through it (`edge`); it tells the others on one database every two seconds, so that any of them can answer for any
//! show. Records nothing: samples are no facts. Leans on `base`, `bus`, `show`, `ingest`, `edge`.

mod model;
mod nodes;
mod routes;
mod service;
#[cfg(test)]
mod tests;

pub use model::{MediaHealth, RungHealth, ShowHealth};
pub use routes::router;
pub use service::Monitor;
