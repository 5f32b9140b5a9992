//! HTTP of accounts, sessions, organisations and their people.

mod accounts;
mod factors;
mod identities;
mod invitations;
mod keys;
mod members;
mod pages;
mod parting;
mod passkeys;
mod requests;
mod roles;
mod settings;

#[cfg(test)]
mod tests;

pub(crate) use pages::export_is_over;

use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use vitrine_protocol::Code;

use super::{OrgError, Orgs};
use crate::base::ApiError;

/// The room's addresses.
pub fn router(orgs: Orgs) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(accounts::router())
        .merge(factors::router())
        .merge(identities::router())
        .merge(passkeys::router())
        .merge(requests::router())
        .merge(pages::router())
        .merge(parting::router())
        .merge(members::router())
        .merge(roles::router())
        .merge(invitations::router())
        .merge(keys::router())
        .merge(settings::router())
        .with_state(orgs)
}

impl From<OrgError> for ApiError {
    fn from(error: OrgError) -> Self {
        match error {
            OrgError::Denied(denied) => denied.into(),
            OrgError::Invalid(invalid) => invalid.into(),
            OrgError::NotFound(_) => Self::not_found("organisation"),
            OrgError::NoMember => Self::not_found("member"),
            OrgError::BadCredentials => Self::new(Code::BadCredentials, "e-mail or password do not fit"),
            OrgError::NoSession => {
                Self::new(Code::Unauthenticated, "the session is unknown or over; sign in again")
            }
            OrgError::EmailTaken => Self::new(Code::EmailTaken, "that e-mail has an account already"),
            OrgError::TooManyTries => Self::new(Code::RateLimited, "too many tries; wait a few minutes"),
            OrgError::Busy => {
                Self::new(Code::RateLimited, "too many people sign in at this moment; try again")
            }
            OrgError::LastOwner => {
                Self::new(Code::LastOwner, "an organisation keeps at least one owner; name another one first")
            }
            OrgError::NoRole => Self::not_found("role"),
            OrgError::NoInvitation => Self::not_found("invitation"),
            OrgError::NoKey => Self::not_found("API key"),
            OrgError::RoleInUse => Self::new(
                Code::RoleInUse,
                "members or invitations have this role; give them another one first",
            ),
            OrgError::NameTaken => Self::new(Code::NameTaken, "another role has that name"),
            OrgError::ChannelTaken => {
                Self::new(Code::NameTaken, "another channel has that name, or had it not long ago")
            }
            OrgError::AlreadyMember => {
                Self::new(Code::AlreadyMember, "whoever has that address is a member already")
            }
            OrgError::AboveYou => {
                Self::new(Code::AboveYou, "that is more than you may do yourself; ask an owner")
            }
            OrgError::TooMany(sentence) => Self::new(Code::LimitReached, sentence),
            OrgError::Stale(version) => {
                Self::new(Code::Conflict, format!("it has changed meanwhile; its version is {version}"))
                    .with_status(StatusCode::PRECONDITION_FAILED)
            }
            OrgError::PeopleOnly => {
                Self::new(Code::PeopleOnly, "an API key is nobody's account; sign in as a person")
            }
            OrgError::NoSuchSession => Self::not_found("session"),
            OrgError::SecondFactor(challenge) => Self::challenging(challenge.token, challenge.expires_at),
            OrgError::ChallengeOver => Self::new(
                Code::ChallengeOver,
                "the sign-in took too long or had too many wrong codes; begin again",
            ),
            OrgError::SignInPending => Self::new(
                Code::SignInPending,
                "nobody has said yes in the browser yet; ask again in a moment",
            ),
            OrgError::SignInRefused => {
                Self::new(Code::SignInRefused, "whoever was asked in the browser said no")
            }
            OrgError::NoIdentity => Self::not_found("account elsewhere"),
            OrgError::LastWayIn => {
                Self::new(Code::LastWayIn, "choose a password first: nothing else opens the account")
            }
            OrgError::NoAddress => Self::new(Code::FarSide, "the issuer vouches for no address of yours"),
            OrgError::Oidc(error) => {
                tracing::warn!(%error, "the issuer could not tell who somebody is");
                Self::new(Code::FarSide, "the issuer did not answer as it should")
            }
            OrgError::BadCode => Self::new(Code::BadCode, "the code does not fit, or was used already"),
            OrgError::HasFactor => {
                Self::new(Code::FactorExists, "there is an authenticator; remove it first")
            }
            OrgError::NoFactor => Self::not_found("authenticator"),
            OrgError::PasskeysUnavailable => Self::new(
                Code::PasskeysUnavailable,
                "there are no passkeys at this cloud's address: they need a name, and HTTPS",
            ),
            OrgError::NoPasskey => Self::not_found("passkey"),
            OrgError::PasskeyUnknown => Self::new(Code::PasskeyUnknown, "the passkey opens no account here"),
            OrgError::PasskeyRefused => {
                Self::new(Code::PasskeyRefused, "what the passkey answered does not fit what it was asked")
            }
            OrgError::PasskeyCopied => Self::new(
                Code::PasskeyCopied,
                "the passkey has counted back, as a copy does; sign in otherwise and remove it",
            ),
            OrgError::PasskeyExists => {
                Self::new(Code::PasskeyExists, "it is a passkey of an account already")
            }
            OrgError::BadLink => {
                Self::new(Code::LinkExpired, "the link was used already, or is too old; ask for a new one")
            }
            OrgError::Plan(error) => error.into(),
            OrgError::SignUpClosed => Self::new(
                Code::SignUpClosed,
                "this cloud takes no new accounts or organisations; ask whoever runs it, or a shop's owner, to invite you",
            ),
            OrgError::NoAccount => Self::not_found("account"),
            OrgError::Db(_)
            | OrgError::Password
            | OrgError::Mail(_)
            | OrgError::NoMail
            | OrgError::Secrets(_)
            | OrgError::NoKeys => Self::internal(&error),
        }
    }
}
