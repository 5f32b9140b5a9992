//! Organisations, their members, accounts and sessions.
//!
//! Owns: organisations, users and whose address is whose, members and their roles, invitations, API keys, session tokens,
//! mailed links. Records `OrganizationRegistered`, `Member…`, `Invitation…`, `Role…`, `ApiKey…`. Leans on `base`, `db`, `events`, `mail`.

mod error;
mod model;
mod password;
mod routes;
mod service;
mod store;
mod throttle;

pub use error::OrgError;
pub use model::{
    Account, ApiKey, BuiltinRole, CreatedApiKey, CustomRole, Deed, Invitation, InvitationSeen, Invited,
    Joined, Me, Member, NewApiKey, NewInvitation, Organization, OrganizationOfUser, OrganizationPatch,
    OrganizationView, Owners, Registration, RoleChoice, RoleDraft, RoleTable, Session, Settings, SignUp,
    SignedIn,
    Standing, User, Visit,
};
pub use routes::router;
pub use service::Orgs;
