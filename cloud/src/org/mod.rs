//! Organisations, their members, accounts and sessions.
//!
//! Owns: organisations, users and whose address is whose, members and their roles, invitations, API keys, session tokens,
//! mailed links, second factors, passkeys, accounts elsewhere. Records `OrganizationRegistered`, `Member…`, `Invitation…`, `Role…`, `ApiKey…`, `Factor…`,
//! `RecoveryCode…`, `Passkey…`, `Identity…`. Leans on `base`, `db`, `secrets`, `events`, `mail`.

mod error;
mod model;
mod oidc;
mod password;
mod relying_party;
mod routes;
mod service;
mod store;
#[cfg(test)]
mod testing;
mod throttle;
mod totp;

pub use error::OrgError;
pub use model::{
    Account, ApiKey, BuiltinRole, Came, Challenge, CreatedApiKey, CustomRole, Deed, Factors, Identity,
    Invitation, InvitationSeen, Invited, Joined, Me, MePatch, Member, NewApiKey, NewInvitation,
    NewSignInRequest, Newcomer, Organization, OrganizationOfUser, OrganizationPatch, OrganizationView,
    Owners, Passkey, PasskeyChallenge, PasskeyLink, Proof, Proved, RecoveryCodes, Registration, RequestSeen,
    RoleChoice, RoleDraft, RoleTable, Seen, Session, Settings, SignInRequest, SignUp, SignedIn, Standing,
    TotpEnrolment, TotpFactor, User, Visit,
};
pub use oidc::{Oidc, OidcError, OidcSettings, Secret as OidcSecret};
pub(crate) use routes::export_is_over;
pub use routes::router;
pub use service::Orgs;
#[cfg(test)]
pub(crate) use testing::Authenticator;
