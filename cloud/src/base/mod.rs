//! What every room speaks: who acts, what time it is, how a wrong call is answered.
//!
//! Owns: [`Actor`] and the one [`Permission`] table, [`Clock`], [`ApiError`] (RFC 9457), the
//! extractors that answer with it, whose a request is ([`Caller`]), the [`Budget`] of answers that nobody took yet, [`Page`], secrets and their hashes, the way to a collector of [`Traces`]. Records nothing.

mod actor;
mod api_error;
mod body_error;
mod budget;
mod caller;
mod check;
mod clock;
mod egress;
mod extract;
mod http_client;
mod memory;
mod objects;
mod page;
mod request_id;
mod secret;
mod secret_file;
mod traces;
mod turns;

pub use actor::{Actor, ActorKind, Denied, Membership};
pub use api_error::{ApiError, PlanLimit, Problem, Problems};
pub use budget::{Budget, Charge, InMemory};
pub use caller::{Caller, Network, Proxies, SHARES_OF_A_SITE};
pub use check::{Invalid, check_text, is_invisible, trimmed, turns_direction};
pub use clock::{Clock, TestClock, Time, from_ms, to_ms};
pub use egress::{Egress, EgressError};
pub use extract::{
    Created, IfMatch, Json, Path, Query, Remote, Secretive, Versioned, foreign_page, patch_field, read_body,
};
pub use http_client::{http_client, inner_http_client};
pub use memory::{keep_memory, usable_memory};
pub use page::{Page, PageQuery};
pub use request_id::RequestId;
pub use secret::{Secret, hash_secret};
pub use secret_file::read_or_make_secret;
pub use traces::{Traces, TracesError, traced};
pub use turns::{FairTurn, FairTurns, NoTurn};
pub use vitrine_protocol::{Permission, Permissions};
