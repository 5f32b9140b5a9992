//! Whoever runs the cloud, above all organisations.
//!
//! Owns: what operators did (`operator_deeds`). Everything else is done by the rooms whose it is: plans and suspension by `plan`,
//! payments by `billing`, sign-up and who is an operator by `org`, shows by `show`; each act is noted here in the transaction of the change, and recorded
//! in the organisation as the deed of `service:operator`. Leans on `org`, `plan`, `billing`, `show`, `leaving`.

mod error;
mod model;
mod routes;
mod service;
mod store;

pub use error::OperatorError;
pub use model::{
    DeedFilter, DeedKind, OperatorDeed, OperatorOrganization, OrganizationFile, PlanAssignment, UnreadableRow,
};
pub use routes::router;
pub use service::Operators;
