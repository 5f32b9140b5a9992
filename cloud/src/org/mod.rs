//! Organisations, their members, accounts and sessions.
//!
//! Owns: organisations, users and whose address is whose, roles, session tokens, mailed links. Records `OrganizationRegistered`,
//! `MemberAdded`, `MemberRoleChanged`, `MemberRemoved`. Leans on `base`, `db`, `events`, `mail`.

mod error;
mod model;
mod password;
mod routes;
mod service;
mod store;
mod throttle;

pub use error::OrgError;
pub use model::{
    Account, Me, Member, NewMember, Organization, OrganizationOfUser, Registration, Session, SignedIn, User,
    Visit,
};
pub use routes::router;
pub use service::Orgs;
