//! The nouns: organisation, user, session; members, invitations and keys beside.

mod channel;
mod factors;
mod identities;
mod passkeys;
mod people;
mod requests;
mod settings;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use vitrine_protocol::{OrgId, Permission, Role, RoleId, SessionId, UserId};

use crate::base::{Invalid, Network, is_invisible, trimmed};
use crate::events::Recorded;
use crate::mail::Locale;

pub(super) use channel::{check_channel, slug};
pub use factors::{Challenge, Factors, Proof, RecoveryCodes, TotpEnrolment, TotpFactor};
pub(super) use factors::{RECOVERY_CODES, new_recovery_code, recovery_hash};
pub use identities::{Came, Identity};
pub use passkeys::{Passkey, PasskeyChallenge, PasskeyLink};
pub use people::Owners;
pub use people::{
    ApiKey, BuiltinRole, CreatedApiKey, CustomRole, Invitation, InvitationSeen, Invited, Joined, Member,
    NewApiKey, NewInvitation, Newcomer, RoleChoice, RoleDraft, RoleTable, Seen, Standing,
};
pub(super) use requests::new_user_code;
pub use requests::{NewSignInRequest, Proved, RequestSeen, SignInRequest};
pub use settings::{OrganizationPatch, OrganizationView, Settings};

/// Names that lead nowhere from elsewhere. Source: RFC 6761, section 6; RFC 6762, section 3.
const NOWHERE: [&str; 4] = ["invalid", "local", "localhost", "onion"];

/// A merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The organisation.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// Its channel's name in addresses, for example `atelier-nord`.
    pub slug: String,
    /// Whether the operator suspended it.
    pub suspended: bool,
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct User {
    /// The person.
    pub id: UserId,
    /// Lower case.
    pub email: String,
    /// Whether mail to it was shown to arrive at this person. Until then others may say that it is theirs.
    pub email_verified: bool,
    /// As others see it.
    pub name: String,
}

/// Where a person signs in from.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The network of the caller's address.
    pub network: Network,
    /// What the program says of itself (`User-Agent`); at most 200 characters of it are kept.
    pub agent: String,
    /// The word that an earlier sign-in gave this device.
    pub device: Option<String>,
    /// Whether the address stands for many people, as that of a proxy does which does not say who asks: having signed in from
    /// there tells nothing.
    pub shared: bool,
}

impl From<IpAddr> for Visit {
    fn from(address: IpAddr) -> Self {
        Self { network: address.into(), agent: String::new(), device: None, shared: false }
    }
}

/// A session of a person, as they see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was used last, to some minutes.
    pub used_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The network it began from: an IPv4 address, or the first half of an IPv6 one.
    pub network: String,
    /// The program it began in, as it says.
    pub agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// An organisation as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrganizationOfUser {
    /// The organisation.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// Its channel's name in addresses.
    pub slug: String,
    /// What the member is there.
    pub role: Role,
    /// The organisation's own role, when `role` is `custom`.
    pub role_id: Option<RoleId>,
    /// Its name.
    pub role_name: Option<String>,
    /// What that lets the member do.
    pub permissions: Vec<Permission>,
    /// Whether the operator suspended the organisation: its members look and change nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub suspended: bool,
}

/// A person and where they belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// The person.
    pub user: User,
    /// The language that letters to them are written in.
    pub locale: Locale,
    /// The organisations, oldest first.
    pub organizations: Vec<OrganizationOfUser>,
    /// Whether they run this cloud.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub operator: bool,
}

/// What is to change of a person's own account; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct MePatch {
    /// As others see it, 1 to 80 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// The language that letters to them are written in.
    #[serde(default)]
    pub locale: Option<Locale>,
}

/// Who may make an account, with an organisation of their own. Whoever is invited into one always comes in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// Everybody.
    #[default]
    Open,
    /// Whoever is invited into an organisation.
    Invitation,
    /// Nobody; invitations that were sent still hold.
    Closed,
}

impl SignUp {
    /// The word on the wire and in SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invitation => "invitation",
            Self::Closed => "closed",
        }
    }

    /// What a word stands for; one of a later version is closed.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "invitation" => Self::Invitation,
            _ => Self::Closed,
        }
    }
}

/// What somebody did in an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Deed {
    /// The name of who did it, if it is known: a person's or a key's.
    pub actor_name: Option<String>,
    /// What it was done to, as it is called now, if it is there: a person's name, the address of somebody who is invited, the name of a
    /// role or a key, the title of a product or a show, the code of a coupon, the address of a webhook.
    pub subject_name: Option<String>,
    /// What was done.
    #[serde(flatten)]
    pub fact: Recorded,
}

/// A session that has just begun. The token is shown this once.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct SignedIn {
    /// The bearer token, `vts_…`.
    pub token: String,
    /// Keep it with this device and send it along with the next sign-in: tries of strangers do not hold up a device that is
    /// known. It opens nothing by itself.
    pub device: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The person.
    pub user: User,
    /// The organisations, oldest first.
    pub organizations: Vec<OrganizationOfUser>,
}

/// A new person with a new organisation.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Registration {
    /// The person's e-mail.
    pub email: String,
    /// 8 to 200 characters.
    pub password: String,
    /// As others see it.
    pub name: String,
    /// The organisation's name; its channel's name is made of it when none is said.
    pub organization_name: String,
    /// The channel's name in addresses, and in the code of shop pages: 2 to 40 small letters and digits, with hyphens between.
    #[serde(default)]
    pub slug: Option<String>,
    /// The language of letters; English when not said.
    #[serde(default)]
    pub locale: Locale,
}

/// The checked parts of a new account.
#[derive(Debug, PartialEq, Eq)]
pub struct Account {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) password: String,
}

impl Account {
    /// Checks what a person typed.
    ///
    /// # Errors
    /// A sentence about the first field that does not fit.
    pub fn check(email: &str, name: &str, password: String) -> Result<Self, Invalid> {
        let email = new_email(email)?;
        let name = trimmed("name", name, 1, 80)?;
        Ok(Self { email, name, password: check_password(password)? })
    }
}

/// A password that can be taken, composed: keyboards differ in how they write an accent.
pub(super) fn check_password(password: String) -> Result<String, Invalid> {
    let length = password.chars().count();
    if !(8..=200).contains(&length) {
        return Err(Invalid::new("`password` takes 8 to 200 characters"));
    }
    Ok(composed(&password))
}

/// A text in the composed form of Unicode.
pub(super) fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// An e-mail in the form in which it is compared: composed, no spaces around it, lower case, and nothing in it that cannot be
/// seen: two addresses that look the same are the same.
pub(super) fn normal_email(text: &str) -> Result<String, Invalid> {
    let email = composed(&trimmed("email", text, 3, 254)?.to_lowercase());
    let fits = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !email.contains(|c: char| c.is_whitespace() || is_invisible(c) || r#"<>()[]\,;:""#.contains(c))
    });
    if fits { Ok(email) } else { Err(Invalid::new("`email` is no e-mail address")) }
}

/// An e-mail that is not known here yet: one that a letter can reach from anywhere. Those that were taken before go on as they are.
pub(super) fn new_email(text: &str) -> Result<String, Invalid> {
    let email = normal_email(text)?;
    let domain = email.split_once('@').map(|(_, domain)| domain).unwrap_or_default();
    let labels: Vec<_> = domain.split('.').collect();
    let named = labels
        .iter()
        .all(|label| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-'));
    let last = labels.last().copied().unwrap_or_default();
    let top = last.chars().any(char::is_alphabetic) && !NOWHERE.contains(&last);
    if named && labels.len() > 1 && top {
        Ok(email)
    } else {
        Err(Invalid::new("`email` has to end with the name of a site that takes mail, like `@shop.example`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_compared_in_lower_case() {
        assert_eq!(normal_email(" Ada@Example.COM ").unwrap(), "ada@example.com");
        assert_eq!(normal_email("ju\u{308}rgen@x.y"), normal_email("J\u{dc}rgen@x.y"));
        for bad in [
            "",
            "ada",
            "@x.y",
            "ada@",
            "a@b@c",
            "a b@c.d",
            "a\u{200b}@c.d",
            "a<b@c.d>",
            "a,b@c.d",
            "\"a\"@c.d",
            "\u{202e}a@c.d",
        ] {
            assert!(normal_email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_new_email_is_one_that_a_letter_reaches() {
        for good in ["ada@shop.example", "a+b@x.y", "j\u{fc}rgen@b\u{fc}cher.de", "a@b.co.uk", "a@1.xn--p1ai"]
        {
            assert!(new_email(good).is_ok(), "{good}");
        }
        for bad in [
            "a@b",
            "a@localhost",
            "a@x.localhost",
            "a@printer.local",
            "a@b.",
            "a@.b",
            "a@b..c",
            "a@-b.c",
            "a@127.0.0.1",
        ] {
            assert!(new_email(bad).is_err(), "{bad}");
            assert!(normal_email(bad).is_ok(), "{bad}: who has it goes on to sign in");
        }
    }

    #[test]
    fn a_short_password_is_refused() {
        assert!(Account::check("a@b.c", "Ada", "1234567".into()).is_err());
        assert!(Account::check("a@b.c", "Ada", "12345678".into()).is_ok());
    }
}
