//! Answers to requests that came with an `Idempotency-Key`, so that a caller who lost one may ask again.
//!
//! Owns: the table `replays`. A request is done by one process, under a lease; its answer is kept for a day, or until the same
//! caller has used 10,000 keys after it, and given again to the same caller, at the same address, for the same body. An answer that
//! held a secret is never kept. What died between the change and its answer is done again after the lease: at least once, as jobs
//! are. `http` asks here before any room. Records nothing. Leans on `base`, `db`. Source:
//! draft-ietf-httpapi-idempotency-key-header-07.

mod model;
mod service;
mod store;

pub use model::{Answer, Begun, Claim, Kept, MOST_BODY, Wish};
pub use service::Replays;
