//! The handle of organisations, accounts and sessions.

use std::net::IpAddr;

use chrono::TimeDelta;
use vitrine_protocol::{OrgId, Role, UserId};

use super::model::{normal_email, slug};
use super::password::Passwords;
use super::throttle::Throttle;
use super::{Account, Me, Member, NewMember, OrgError, Organization, Registration, SignedIn, User, store};
use crate::base::{Actor, ActorKind, Clock, Membership, Network, Permission, Secret, hash_secret, trimmed};
use crate::db::{Db, DbError, Tx};
use crate::events::{Event, record};

/// How long a session lasts.
const SESSION: TimeDelta = TimeDelta::days(30);
/// Failed sign-ins in five minutes: for one e-mail, and from one address.
const TRIES_PER_EMAIL: u32 = 10;
const TRIES_PER_ADDRESS: u32 = 50;
/// Registrations in five minutes from one address.
const REGISTRATIONS_PER_ADDRESS: u32 = 60;
/// The most members an organisation takes.
const MEMBERS: usize = 500;

/// Organisations, members and sessions. Clones share everything.
#[derive(Clone)]
pub struct Orgs {
    db: Db,
    clock: Clock,
    passwords: Passwords,
    throttle: Throttle,
}

impl Orgs {
    /// The handle over `db`.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, passwords: Passwords::new(), throttle: Throttle::default() }
    }

    /// Makes an account with an organisation of its own and signs it in.
    ///
    /// # Errors
    /// [`OrgError::EmailTaken`]; [`OrgError::Invalid`]; [`OrgError::TooManyTries`].
    pub async fn register(&self, registration: Registration, from: IpAddr) -> Result<SignedIn, OrgError> {
        let account = Account::check(&registration.email, &registration.name, registration.password)?;
        let organization_name = trimmed("organization_name", &registration.organization_name, 1, 80)?;
        let now = self.clock.now();
        if !self.throttle.try_once(&format!("r:{}", Network::from(from)), REGISTRATIONS_PER_ADDRESS, now) {
            return Err(OrgError::TooManyTries);
        }
        let hash = self.passwords.hash(account.password).await?;
        let user = User { id: UserId::new(), email: account.email, name: account.name };
        let mut tx = self.db.begin().await?;
        store::insert_user(&mut tx, &user, &hash, now).await.map_err(clash_is_email)?;
        let slug = free_slug(&mut tx, &organization_name).await?;
        let organization = Organization { id: OrgId::new(), name: organization_name, slug };
        store::insert_organization(&mut tx, &organization, now).await?;
        store::insert_member(&mut tx, organization.id, user.id, Role::Owner, now).await?;
        let token = self.open_session(&mut tx, user.id).await?;
        let actor = Actor::service("register");
        let event = Event::OrganizationRegistered { owner: user.id };
        record(&mut tx, &actor, now, organization.id, None, event)?;
        tx.commit().await?;
        self.signed_in(user, &token).await
    }

    /// Opens a session. Who does not exist gets the same answer, after the same work, as who mistypes.
    ///
    /// # Errors
    /// [`OrgError::BadCredentials`]; [`OrgError::TooManyTries`].
    pub async fn sign_in(&self, email: &str, password: String, from: IpAddr) -> Result<SignedIn, OrgError> {
        let now = self.clock.now();
        let email = normal_email(email).map_err(|_| OrgError::BadCredentials)?;
        let (by_email, by_address) = (format!("e:{email}"), format!("a:{}", Network::from(from)));
        if password.len() > 1024 {
            return Err(OrgError::BadCredentials);
        }
        if !self.throttle.try_once(&by_address, TRIES_PER_ADDRESS, now)
            || !self.throttle.try_once(&by_email, TRIES_PER_EMAIL, now)
        {
            return Err(OrgError::TooManyTries);
        }
        let (user, hash) = store::user_by_email(&self.db, &email).await?.unzip();
        if !self.passwords.verify(password, hash).await? {
            return Err(OrgError::BadCredentials);
        }
        self.throttle.forget(&by_email);
        self.throttle.give_back(&by_address);
        let user = user.ok_or(OrgError::BadCredentials)?;
        let mut tx = self.db.begin().await?;
        let token = self.open_session(&mut tx, user.id).await?;
        tx.commit().await?;
        self.signed_in(user, &token).await
    }

    /// Gives an account another password and ends its sessions, for whoever holds the database; false when nobody
    /// has that e-mail.
    ///
    /// # Errors
    /// [`OrgError::Invalid`] for what is no e-mail; the database does not answer.
    pub async fn reset_password(&self, email: &str, password: String) -> Result<bool, OrgError> {
        let email = normal_email(email)?;
        let Some((user, _)) = store::user_by_email(&self.db, &email).await? else { return Ok(false) };
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.db.begin().await?;
        store::set_password(&mut tx, user.id, &hash).await?;
        store::delete_sessions_of(&mut tx, user.id).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The caller behind a bearer token.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] when the token is unknown or over.
    pub async fn authenticate(&self, token: &str) -> Result<Actor, OrgError> {
        if !token.starts_with("vts_") || token.len() > 100 {
            return Err(OrgError::NoSession);
        }
        let found = store::session(&self.db, &hash_secret(token), self.clock.now()).await?;
        let (session, id, name) = found.ok_or(OrgError::NoSession)?;
        let organizations = store::organizations_of(&self.db, id).await?;
        let memberships = organizations.iter().map(|o| Membership { org: o.id, role: o.role }).collect();
        Ok(Actor { kind: ActorKind::User { id, session, name }, memberships })
    }

    /// Ends the session that `actor` came with.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sign_out(&self, actor: &Actor) -> Result<(), OrgError> {
        let ActorKind::User { session, .. } = actor.kind else { return Err(OrgError::NoSession) };
        let mut tx = self.db.begin().await?;
        store::delete_session(&mut tx, session).await?;
        Ok(tx.commit().await?)
    }

    /// Who the caller is.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] for callers that are no persons.
    pub async fn me(&self, actor: &Actor) -> Result<Me, OrgError> {
        let id = actor.user().ok_or(OrgError::NoSession)?;
        let user = store::user(&self.db, id).await?.ok_or(OrgError::NoSession)?;
        Ok(Me { user, organizations: store::organizations_of(&self.db, id).await? })
    }

    /// The members, oldest first.
    ///
    /// # Errors
    /// [`OrgError::Denied`].
    pub async fn members(&self, actor: &Actor, org: OrgId) -> Result<Vec<Member>, OrgError> {
        actor.require(Permission::ViewOrganization, org)?;
        Ok(store::members(&self.db, org).await?)
    }

    /// Makes an account for somebody and takes them in.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::EmailTaken`]; [`OrgError::Invalid`].
    pub async fn add_member(&self, actor: &Actor, org: OrgId, new: NewMember) -> Result<Member, OrgError> {
        actor.require(Permission::ManageMembers, org)?;
        let account = Account::check(&new.email, &new.name, new.password)?;
        if store::members(&self.db, org).await?.len() >= MEMBERS {
            return Err(crate::base::Invalid::new(format!("an organisation takes {MEMBERS} members")).into());
        }
        let hash = self.passwords.hash(account.password).await?;
        let now = self.clock.now();
        let user = User { id: UserId::new(), email: account.email, name: account.name };
        let mut tx = self.db.begin().await?;
        if !store::lock(&mut tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        store::insert_user(&mut tx, &user, &hash, now).await.map_err(clash_is_email)?;
        store::insert_member(&mut tx, org, user.id, new.role, now).await?;
        record(&mut tx, actor, now, org, None, Event::MemberAdded { user: user.id, role: new.role })?;
        tx.commit().await?;
        Ok(Member { user, role: new.role, created_at: now })
    }

    /// Gives a member another role.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoMember`]; [`OrgError::LastOwner`].
    pub async fn change_role(
        &self,
        actor: &Actor,
        org: OrgId,
        user: UserId,
        role: Role,
    ) -> Result<Member, OrgError> {
        actor.require(Permission::ManageMembers, org)?;
        let mut tx = self.db.begin().await?;
        let before = self.lock_member(&mut tx, org, user).await?;
        if before == Role::Owner && role != Role::Owner && store::owners(&mut tx, org).await? < 2 {
            return Err(OrgError::LastOwner);
        }
        store::set_role(&mut tx, org, user, role).await?;
        record(&mut tx, actor, self.clock.now(), org, None, Event::MemberRoleChanged { user, role })?;
        tx.commit().await?;
        let members = store::members(&self.db, org).await?;
        members.into_iter().find(|member| member.user.id == user).ok_or(OrgError::NoMember)
    }

    /// Lets a member go. Their account stays.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoMember`]; [`OrgError::LastOwner`].
    pub async fn remove_member(&self, actor: &Actor, org: OrgId, user: UserId) -> Result<(), OrgError> {
        actor.require(Permission::ManageMembers, org)?;
        let mut tx = self.db.begin().await?;
        let role = self.lock_member(&mut tx, org, user).await?;
        if role == Role::Owner && store::owners(&mut tx, org).await? < 2 {
            return Err(OrgError::LastOwner);
        }
        store::delete_member(&mut tx, org, user).await?;
        record(&mut tx, actor, self.clock.now(), org, None, Event::MemberRemoved { user })?;
        Ok(tx.commit().await?)
    }

    /// The organisation, for rooms that show it to the public.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find(&self, org: OrgId) -> Result<Option<Organization>, OrgError> {
        Ok(store::organization(&self.db, org).await?)
    }

    /// The organisation of a channel's name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find_by_slug(&self, slug: &str) -> Result<Option<Organization>, OrgError> {
        if slug.is_empty() || slug.len() > 60 || slug.contains('\0') {
            return Ok(None);
        }
        Ok(store::organization_by_slug(&self.db, slug).await?)
    }

    /// Removes sessions that are over. A timer calls it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_sessions(&self) -> Result<u64, OrgError> {
        let mut tx = self.db.begin().await?;
        let gone = store::delete_expired_sessions(&mut tx, self.clock.now()).await?;
        tx.commit().await?;
        Ok(gone)
    }

    async fn lock_member(&self, tx: &mut Tx, org: OrgId, user: UserId) -> Result<Role, OrgError> {
        if !store::lock(tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        store::role_of(tx, org, user).await?.ok_or(OrgError::NoMember)
    }

    async fn open_session(&self, tx: &mut Tx, user: UserId) -> Result<Secret, OrgError> {
        let token = Secret::new("vts_");
        let now = self.clock.now();
        store::insert_session(tx, user, &token.hash(), now, now + SESSION).await?;
        Ok(token)
    }

    async fn signed_in(&self, user: User, token: &Secret) -> Result<SignedIn, OrgError> {
        let organizations = store::organizations_of(&self.db, user.id).await?;
        let expires_at = self.clock.now() + SESSION;
        Ok(SignedIn { token: token.expose().to_owned(), expires_at, user, organizations })
    }
}

/// The first of `name`, `name-2`, `name-3`… that no organisation has.
async fn free_slug(tx: &mut Tx, name: &str) -> Result<String, OrgError> {
    let base = slug(name);
    let mut candidate = base.clone();
    let mut number = 1u32;
    while store::slug_taken(tx, &candidate).await? {
        number += 1;
        // After a few, numbers would only be guessed one by one.
        let tail = if number < 20 {
            number.to_string()
        } else {
            hash_secret(&OrgId::new().to_string())[..8].to_owned()
        };
        candidate = format!("{base}-{tail}");
    }
    Ok(candidate)
}

fn clash_is_email(error: DbError) -> OrgError {
    match error {
        DbError::Clash => OrgError::EmailTaken,
        error => error.into(),
    }
}

#[cfg(test)]
mod tests;
