//! Answers to requests that came with an `Idempotency-Key`, so that a caller who lost one may ask again.
//!
//! Owns: the table `replays`. A request is done by one process, under a lease; its answer is kept for a day, or until the same
//! caller has used 10,000 keys after it, and given again to the same caller, at the same address, for the same body. An answer that
//! held a secret is never kept. What takes long renews its lease, and its caller asks again. Each transaction of a request
//! marks its claim as it commits, and none does once the claim was lost. So a request whose process died, or failed, before the change
//! is done again after the lease, and one after it never is: its answer is lost. `http` asks here before any room. Records nothing.
//! Leans on `base`, `db`. Source: draft-ietf-httpapi-idempotency-key-header-07.

mod model;
mod service;
mod store;

pub use model::{Answer, Begun, Claim, Kept, MOST_BODY, Wish};
pub use service::Replays;
