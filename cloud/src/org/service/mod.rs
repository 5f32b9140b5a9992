//! The handle of organisations, accounts and sessions.

mod accounts;
mod links;

use vitrine_protocol::{OrgId, Role, UserId};

use super::model::{composed, normal_email, slug};
use super::password::Passwords;
use super::throttle::Throttle;
use super::{Account, Member, NewMember, OrgError, Organization, User, store};
use crate::base::{Actor, Clock, Permission, hash_secret};
use crate::db::{Db, DbError, Tx};
use crate::events::{Event, record};
use crate::mail::{Locale, Mailbox};

/// The most members an organisation takes.
const MEMBERS: usize = 500;

/// Organisations, members and sessions. Clones share everything.
#[derive(Clone)]
pub struct Orgs {
    db: Db,
    clock: Clock,
    passwords: Passwords,
    throttle: Throttle,
    mailbox: Option<Mailbox>,
}

impl Orgs {
    /// The handle over `db`.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, passwords: Passwords::new(), throttle: Throttle::default(), mailbox: None }
    }

    /// The same with mail: what letters are for is left in `mailbox`.
    #[must_use]
    pub fn mailing(self, mailbox: Mailbox) -> Self {
        Self { mailbox: Some(mailbox), ..self }
    }

    /// Gives an account another password and ends its sessions, for whoever holds the database; false when nobody
    /// has that e-mail.
    ///
    /// # Errors
    /// [`OrgError::Invalid`] for what is no e-mail; the database does not answer.
    pub async fn reset_password(&self, email: &str, password: String) -> Result<bool, OrgError> {
        let email = normal_email(email)?;
        let Some(one) = store::candidates(&self.db, &email).await?.into_iter().next() else {
            return Ok(false);
        };
        let hash = self.passwords.hash(composed(&password)).await?;
        let mut tx = self.db.begin().await?;
        store::set_password(&mut tx, one.user.id, &hash).await?;
        store::delete_sessions_of(&mut tx, one.user.id).await?;
        store::forget_places(&mut tx, one.user.id).await?;
        store::delete_links(&mut tx, one.user.id).await?;
        tx.commit().await?;
        Ok(true)
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
        let members = store::members(&self.db, org).await?;
        if members.len() >= MEMBERS {
            return Err(crate::base::Invalid::new(format!("an organisation takes {MEMBERS} members")).into());
        }
        if members.iter().any(|member| member.user.email == account.email) {
            return Err(OrgError::EmailTaken);
        }
        let hash = self.passwords.hash(account.password).await?;
        let now = self.clock.now();
        let user =
            User { id: UserId::new(), email: account.email, email_verified: false, name: account.name };
        let mut tx = self.db.begin().await?;
        if !store::lock(&mut tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        store::insert_claim(&mut tx, &user, &hash, Locale::default(), now).await?;
        store::insert_member(&mut tx, org, user.id, new.role, now).await?;
        self.mail_verification(&mut tx, &user, Locale::default()).await?;
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

    async fn lock_member(&self, tx: &mut Tx, org: OrgId, user: UserId) -> Result<Role, OrgError> {
        if !store::lock(tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        store::role_of(tx, org, user).await?.ok_or(OrgError::NoMember)
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
