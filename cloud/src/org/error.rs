//! What can go wrong with organisations and sessions.

use vitrine_protocol::OrgId;

use crate::base::{Denied, Invalid};
use crate::db::DbError;
use crate::mail::MailError;
use crate::org::{Challenge, OidcError};
use crate::plan::PlanError;
use crate::secrets::SecretsError;

/// All but [`OrgError::Db`], [`OrgError::Password`], [`OrgError::Secrets`] and what this handle lacks are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum OrgError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field does not hold what it should.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such organisation.
    #[error("no organisation {0}")]
    NotFound(OrgId),
    /// There is no such member.
    #[error("no such member")]
    NoMember,
    /// E-mail or password do not fit.
    #[error("e-mail or password do not fit")]
    BadCredentials,
    /// The token is unknown or over.
    #[error("the session is unknown or over")]
    NoSession,
    /// The person has no such session.
    #[error("no such session")]
    NoSuchSession,
    /// The mailed link was used, is over, or is none.
    #[error("the link does not hold any more")]
    BadLink,
    /// A letter could not be left.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// That e-mail has an account already.
    #[error("that e-mail has an account already")]
    EmailTaken,
    /// Too many failed tries.
    #[error("too many tries")]
    TooManyTries,
    /// Too many passwords wait to be hashed.
    #[error("too many sign-ins at this moment")]
    Busy,
    /// An organisation keeps at least one owner.
    #[error("the last owner stays")]
    LastOwner,
    /// The organisation has no such role.
    #[error("no such role")]
    NoRole,
    /// The organisation has no such invitation.
    #[error("no such invitation")]
    NoInvitation,
    /// The organisation has no such key.
    #[error("no such key")]
    NoKey,
    /// Members, or those who are invited, have the role.
    #[error("somebody has the role")]
    RoleInUse,
    /// Another role has that name.
    #[error("another role has that name")]
    NameTaken,
    /// Another channel has that name, or had it not long ago.
    #[error("another channel has that name")]
    ChannelTaken,
    /// Whoever has that address is a member already.
    #[error("a member already")]
    AlreadyMember,
    /// It would give, or take from, somebody what the caller may not do themselves.
    #[error("it is more than the caller may")]
    AboveYou,
    /// There are as many as there can be; the sentence says of what.
    #[error("{0}")]
    TooMany(String),
    /// Somebody changed it meanwhile; this is its version now.
    #[error("it has changed and is at version {0}")]
    Stale(i64),
    /// Only a person may do it, not a key.
    #[error("a key is nobody's account")]
    PeopleOnly,
    /// New accounts are not taken, or only those who are invited.
    #[error("new accounts are not taken here")]
    SignUpClosed,
    /// Nobody has that address and has shown it.
    #[error("nobody has an account with that e-mail and has confirmed it")]
    NoAccount,
    /// This handle has no mail.
    #[error("there is no mail")]
    NoMail,
    /// The plan has no more of it, or the organisation is suspended.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The password is right, and the account asks for a second factor.
    #[error("a second factor is wanted")]
    SecondFactor(Challenge),
    /// The sign-in took too long, had too many wrong codes, or the password was changed.
    #[error("the sign-in is over")]
    ChallengeOver,
    /// Nobody has said yes to the studio in the browser yet.
    #[error("nobody has signed the studio in yet")]
    SignInPending,
    /// Whoever was asked in the browser said no.
    #[error("the studio was refused")]
    SignInRefused,
    /// The code does not fit, or was used.
    #[error("the code does not fit")]
    BadCode,
    /// There is an authenticator already.
    #[error("there is an authenticator already")]
    HasFactor,
    /// There is no authenticator, or none that waits for its first code.
    #[error("there is no authenticator")]
    NoFactor,
    /// The issuer does not vouch for an address of the person.
    #[error("the issuer vouches for no address")]
    NoAddress,
    /// The issuer could not tell who somebody is.
    #[error(transparent)]
    Oidc(#[from] OidcError),
    /// The person has no such account elsewhere.
    #[error("no such identity")]
    NoIdentity,
    /// Without it the person could not sign in any more.
    #[error("it is the last way in")]
    LastWayIn,
    /// This cloud's address can have no passkeys.
    #[error("there are no passkeys at this address")]
    PasskeysUnavailable,
    /// The person has no such passkey.
    #[error("no such passkey")]
    NoPasskey,
    /// It opens no account.
    #[error("the passkey opens no account")]
    PasskeyUnknown,
    /// What it answered does not fit.
    #[error("the passkey's answer does not fit")]
    PasskeyRefused,
    /// It counted back.
    #[error("the passkey has counted back")]
    PasskeyCopied,
    /// It is somebody's already.
    #[error("it is a passkey of an account already")]
    PasskeyExists,
    /// This handle has no keys to seal with.
    #[error("there are no keys")]
    NoKeys,
    /// A secret could be neither sealed nor opened.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Hashing failed.
    #[error("a password could not be hashed")]
    Password,
}
