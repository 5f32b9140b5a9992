//! What members are, how they are invited, and the keys of shops' servers.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{ApiKeyId, InvitationId, Permission, Permissions, Role, RoleId, UserId};

use super::{OrganizationOfUser, User, new_email};
use crate::base::{Invalid, trimmed};
use crate::mail::Locale;

/// The longest that a key may hold, when it is to end at all.
const LONGEST_KEY: TimeDelta = TimeDelta::days(3 * 366);

/// What a person is in an organisation, and what that lets them do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The role.
    pub role: Role,
    /// The organisation's own role, when it is one.
    pub custom: Option<(RoleId, String)>,
    /// What it lets them do.
    pub permissions: Permissions,
}

impl Standing {
    /// A role that is the same everywhere.
    #[must_use]
    pub fn of(role: Role) -> Self {
        Self { role, custom: None, permissions: Permissions::of(role) }
    }

    /// The word that older versions read in its place, the nearest that may less.
    pub(in crate::org) fn word_before(role: Role) -> &'static str {
        match role {
            Role::Owner => "owner",
            Role::Admin | Role::Host => "host",
            Role::Moderator | Role::Analyst | Role::Custom | Role::Unknown => "moderator",
        }
    }
}

/// Whom letters about an organisation go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owners {
    /// The organisation's name.
    pub organization: String,
    /// Its owners' addresses and languages.
    pub addresses: Vec<(String, Locale)>,
}

/// A member of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Member {
    /// The person.
    pub user: User,
    /// What they are there.
    pub role: Role,
    /// The organisation's own role, when `role` is `custom`.
    pub role_id: Option<RoleId>,
    /// Its name.
    pub role_name: Option<String>,
    /// What that lets them do.
    pub permissions: Vec<Permission>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Grows with each role that they are given; the answer's `ETag`.
    pub version: i64,
}

impl Member {
    pub(in crate::org) fn new(user: User, standing: Standing, since: DateTime<Utc>, version: i64) -> Self {
        let permissions = standing.permissions.iter().collect();
        let (role_id, role_name) = standing.custom.unzip();
        Self { user, role: standing.role, role_id, role_name, permissions, created_at: since, version }
    }
}

/// A thing that is to change, and the version of it that was seen, if that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<T> {
    /// Which.
    pub id: T,
    /// The version.
    pub version: Option<i64>,
}

impl<T> From<T> for Seen<T> {
    fn from(id: T) -> Self {
        Self { id, version: None }
    }
}

impl<T> From<(T, Option<i64>)> for Seen<T> {
    fn from((id, version): (T, Option<i64>)) -> Self {
        Self { id, version }
    }
}

/// A role to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub struct RoleChoice {
    /// What they are to be.
    pub role: Role,
    /// Which of the organisation's own roles, when `role` is `custom`.
    #[serde(default)]
    pub role_id: Option<RoleId>,
}

impl From<Role> for RoleChoice {
    fn from(role: Role) -> Self {
        Self { role, role_id: None }
    }
}

/// A role that an organisation put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CustomRole {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it lets people do.
    pub permissions: Vec<Permission>,
    /// What it does not let them do, and without which some of the rest cannot be used: `manage_stock` alone opens no list of products.
    pub lacks: Vec<Permission>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with each change; the answer's `ETag`.
    pub version: i64,
}

impl CustomRole {
    pub(in crate::org) fn new(
        id: RoleId,
        name: String,
        permissions: Permissions,
        (created_at, version): (DateTime<Utc>, i64),
    ) -> Self {
        let lacks = permissions.lacks().iter().collect();
        Self { id, name, permissions: permissions.iter().collect(), lacks, created_at, version }
    }
}

/// What a role of the organisation is to be.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct RoleDraft {
    /// Its name, 1 to 40 characters.
    pub name: String,
    /// What it lets people do: at least one thing.
    pub permissions: Vec<Permission>,
}

impl RoleDraft {
    pub(in crate::org) fn check(self) -> Result<(String, Permissions), Invalid> {
        let permissions: Permissions = self.permissions.into_iter().collect();
        if permissions == Permissions::NONE {
            return Err(Invalid::new("`permissions` takes at least one"));
        }
        Ok((trimmed("name", &self.name, 1, 40)?, permissions))
    }
}

/// What every role lets people do, for whoever chooses one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoleTable {
    /// The organisation's own roles, by name.
    pub items: Vec<CustomRole>,
    /// Always null: an organisation has few.
    pub next: Option<String>,
    /// The roles that are the same everywhere.
    pub builtin: Vec<BuiltinRole>,
    /// What can be given to an API key.
    pub key_permissions: Vec<Permission>,
}

/// A role that is the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BuiltinRole {
    /// The role.
    pub role: Role,
    /// What it lets people do.
    pub permissions: Vec<Permission>,
}

/// Somebody to be taken in.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewInvitation {
    /// Their e-mail. A letter with a link goes there.
    pub email: String,
    /// What they are to be.
    pub role: Role,
    /// Which of the organisation's own roles, when `role` is `custom`.
    #[serde(default)]
    pub role_id: Option<RoleId>,
    /// The letter's language; the inviter's when not said.
    #[serde(default)]
    pub locale: Option<Locale>,
}

impl NewInvitation {
    pub(in crate::org) fn check(&self) -> Result<String, Invalid> {
        new_email(&self.email)
    }
}

/// An invitation that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Invitation {
    /// The invitation.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: String,
    /// What they are to be.
    pub role: Role,
    /// The organisation's own role, when `role` is `custom`.
    pub role_id: Option<RoleId>,
    /// Its name.
    pub role_name: Option<String>,
    /// Who invited them.
    pub invited_by: Option<UserId>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// An invitation that was just made. Its link is shown this once.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Invited {
    /// The invitation.
    #[serde(flatten)]
    pub invitation: Invitation,
    /// A link to hand on. Whoever opens it is taken in, so give it to that person alone.
    pub link: String,
    /// Whether a letter is on its way. None is while the inviter's own address is not confirmed, or when that address got several
    /// of late.
    pub mailed: bool,
}

/// An invitation as whoever was invited sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct InvitationSeen {
    /// The organisation's name.
    pub organization_name: String,
    /// What they are to be.
    pub role: Role,
    /// The name of the organisation's own role, when `role` is `custom`.
    pub role_name: Option<String>,
    /// The name of whoever invited them.
    pub invited_by: String,
    /// The address that it was made for.
    pub email: String,
}

/// Who accepts an invitation without being signed in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Newcomer<'a> {
    /// As others are to see them, when an account is made.
    pub name: &'a str,
    /// The language of letters to them, when an account is made.
    pub locale: Locale,
    /// They say that they have an account: none is made.
    pub has_account: bool,
}

impl<'a> From<&'a str> for Newcomer<'a> {
    fn from(name: &'a str) -> Self {
        Self { name, ..Self::default() }
    }
}

/// Where somebody was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Joined {
    /// The organisation.
    pub organization: OrganizationOfUser,
}

/// A key of a shop's server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ApiKey {
    /// The key.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// How its token begins.
    pub hint: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself, if ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was used last, to some minutes.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A key to be made.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewApiKey {
    /// What it is for, 1 to 80 characters.
    pub name: String,
    /// What it may do: at least one thing, and nothing that whoever makes it may not.
    pub permissions: Vec<Permission>,
    /// When it ends by itself; at most three years from now.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl NewApiKey {
    pub(in crate::org) fn check(&self, now: DateTime<Utc>) -> Result<(String, Permissions), Invalid> {
        let permissions: Permissions = self.permissions.iter().copied().collect();
        if permissions == Permissions::NONE {
            return Err(Invalid::new("`permissions` takes at least one"));
        }
        if let Some(person) = permissions.iter().find(|one| !one.fits_key()) {
            let word = person.as_str();
            return Err(Invalid::new(format!("`permissions` holds `{word}`, which only a person may have")));
        }
        if self.expires_at.is_some_and(|at| at <= now || at > now + LONGEST_KEY) {
            return Err(Invalid::new("`expires_at` takes a time within the next three years"));
        }
        Ok((trimmed("name", &self.name, 1, 80)?, permissions))
    }
}

/// A key that was just made. Its token is shown this once.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct CreatedApiKey {
    /// The key.
    #[serde(flatten)]
    pub key: ApiKey,
    /// The bearer token, `vtk_…`.
    pub token: String,
}
