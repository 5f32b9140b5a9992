//! LL-HLS to viewers: one request upstream for many below.
//!
//! Owns: a bounded cache in memory and the requests in flight, keyed by path and `_HLS_…` directives,
//! never by a viewer's token; media that anybody still holds, which is in memory once; each network's and show's share of them; the memory for answers; a count of low-latency
//! viewers, above which newcomers are led to plain playlists. Records nothing.
//! Leans on: `ingest`, which knows where the origin of a show is and what it asks for (behind [`Origins`]).
//! Spec: design, "LL-HLS": media is immutable under an epoch path; errors are never stored.

mod asked;
mod bill;
mod cache;
mod encoding;
mod fetch;
mod flights;
mod held;
mod reached;
mod reply;
mod routes;
#[cfg(test)]
mod tests;
mod viewers;

use std::{future::Future, pin::Pin, time::Duration};

use vitrine_protocol::ShowId;

use crate::ingest::{Ingest, NoOrigin, Origin};

pub(crate) use asked::is_live;
pub use fetch::{Edge, EdgeConfig};
pub use flights::Shares;

/// Knows where shows are served from.
pub trait Origins: Send + Sync + 'static {
    /// The show's origin, on whatever node. Waits up to `patience` while a show's transmission is being started again;
    /// [`NoOrigin::Nobody`] at once for a show that isn't running.
    fn origin_within(
        &self,
        show: ShowId,
        patience: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<Origin, NoOrigin>> + Send + '_>>;
}

impl Origins for Ingest {
    fn origin_within(
        &self,
        show: ShowId,
        patience: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<Origin, NoOrigin>> + Send + '_>> {
        Box::pin(Ingest::origin_within(self, show, patience))
    }
}
