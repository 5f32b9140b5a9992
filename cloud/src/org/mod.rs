//! Organisations, their members and sessions.
//!
//! Owns: organisations, users, roles, session tokens. Records `OrganizationRegistered`,
//! `MemberAdded`, `MemberRoleChanged`, `MemberRemoved`. Leans on `base`, `db`, `events`.

mod error;
mod model;
mod password;
mod routes;
mod service;
mod store;
mod throttle;

pub use error::OrgError;
pub use model::{
    Account, Me, Member, NewMember, Organization, OrganizationOfUser, Registration, SignedIn, User,
};
pub use routes::router;
pub use service::Orgs;
