//! Jobs: work that must happen once, later, or again; and timers, each with one owner across processes.
//!
//! Owns: the table `jobs`. [`enqueue`] leaves a job in the transaction of the change that wants it; a
//! [`Runner`] does the work, at least once, under a lease that is renewed while it works; failures wait
//! longer each time and become dead letters, which people see and have tried again ([`Jobs`]). A
//! [`Timer`] is a row of the same table that comes round for ever. Records nothing. Leans on `base`, `db`.
//! Spec: design, "Storage, events, bus, blobs".

mod error;
mod model;
mod routes;
mod runner;
mod service;
mod store;
mod timer;
mod work;

pub use error::JobsError;
pub use model::{DeadJob, Job, NewJob, Policy};
pub use routes::router;
pub use runner::{Failed, Ran, Runner};
pub use service::{Jobs, Nudge, Standing, enqueue, standing};
pub use timer::{Timer, TimerResult};
