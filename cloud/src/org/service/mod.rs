//! The handle of organisations, accounts and sessions.

mod accounts;
mod factors;
mod identities;
mod invitations;
mod keys;
mod links;
mod members;
mod owners;
mod parting;
mod passkeys;
mod platform;
mod profile;
mod requests;
mod roles;
mod settings;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, UserId};

use super::model::{composed, normal_email, slug};
use super::oidc::Oidc;
use super::password::Passwords;
use super::relying_party::RelyingParty;
use super::throttle::Throttle;
use super::{OrgError, Organization, store};
use crate::base::{Clock, hash_secret};
use crate::db::{Db, DbError, Tx};
use crate::mail::Mailbox;
use crate::plan::Plans;
use crate::secrets::KeyRing;
use settings::Pages;

/// Organisations, members and sessions. Clones share everything.
#[derive(Clone)]
pub struct Orgs {
    db: Db,
    clock: Clock,
    passwords: Passwords,
    throttle: Throttle,
    mailbox: Option<Mailbox>,
    ring: Option<KeyRing>,
    oidc: Option<Oidc>,
    relying_party: Option<Arc<RelyingParty>>,
    pages: Pages,
    plans: Plans,
    studio_url: Option<Arc<str>>,
}

impl Orgs {
    /// The handle over `db`.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            plans: Plans::new(db.clone(), clock.clone(), "open"),
            db,
            clock,
            passwords: Passwords::new(),
            throttle: Throttle::default(),
            mailbox: None,
            ring: None,
            oidc: None,
            relying_party: None,
            pages: Pages::default(),
            studio_url: None,
        }
    }

    /// The same with mail: what letters are for is left in `mailbox`. Passkeys are made for the address that letters lead to.
    #[must_use]
    pub fn mailing(self, mailbox: Mailbox) -> Self {
        let relying_party = RelyingParty::of(&mailbox.address("")).map(Arc::new);
        Self { mailbox: Some(mailbox), relying_party, ..self }
    }

    /// The same within what `plans` allow.
    #[must_use]
    pub fn within(self, plans: Plans) -> Self {
        Self { plans, ..self }
    }

    /// The same with keys: secrets of accounts are sealed with `ring`.
    #[must_use]
    pub fn sealing(self, ring: KeyRing) -> Self {
        Self { ring: Some(ring), ..self }
    }

    /// The same with an issuer whose accounts people sign in with.
    #[must_use]
    pub fn trusting(self, oidc: Option<Oidc>) -> Self {
        Self { oidc, ..self }
    }

    /// The same for people who get their studio at `studio_url`.
    #[must_use]
    pub fn pointing_to(self, studio_url: Option<&str>) -> Self {
        Self { studio_url: studio_url.map(Arc::from), ..self }
    }

    /// Where people get the studio, if that is known.
    #[must_use]
    pub fn studio_url(&self) -> Option<&str> {
        self.studio_url.as_deref()
    }

    /// How people reach this cloud; empty without mail.
    #[must_use]
    pub fn address(&self) -> String {
        self.mailbox.as_ref().map(|mailbox| mailbox.address("")).unwrap_or_default()
    }

    /// Whether browsers reach this cloud by HTTPS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.mailbox.as_ref().is_some_and(|mailbox| mailbox.address("").starts_with("https://"))
    }

    /// Gives an account another password and ends its sessions, for whoever holds the database; false when nobody
    /// has that e-mail.
    ///
    /// # Errors
    /// [`OrgError::Invalid`] for what is no e-mail; the database does not answer.
    pub async fn reset_password(&self, email: &str, password: String) -> Result<bool, OrgError> {
        let email = normal_email(email)?;
        let Some(one) = store::candidates(&self.db, &email, &[]).await?.into_iter().next() else {
            return Ok(false);
        };
        let hash = self.passwords.hash(composed(&password)).await?;
        let mut tx = self.db.begin().await?;
        store::set_password(&mut tx, one.user.id, &hash).await?;
        store::end_waiting(&mut tx, one.user.id).await?;
        store::delete_sessions_of(&mut tx, one.user.id).await?;
        store::forget_places(&mut tx, one.user.id).await?;
        store::delete_links(&mut tx, one.user.id).await?;
        self.tell_password_changed(&mut tx, &one).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The organisation, for rooms that show it to the public.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find(&self, org: OrgId) -> Result<Option<Organization>, OrgError> {
        Ok(store::organization(&self.db, org).await?)
    }

    /// The organisation of a channel's name, or of one that the channel had not long ago.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find_by_slug(&self, slug: &str) -> Result<Option<Organization>, OrgError> {
        if slug.is_empty() || slug.len() > 60 || slug.contains('\0') {
            return Ok(None);
        }
        Ok(store::organization_by_slug(&self.db, slug, self.clock.now()).await?)
    }
}

/// Makes an organisation. Its channel has the name that was `chosen`, else the first of `name`, `name-2`, `name-3`… that no other has,
/// or had in public before.
async fn insert_organization(
    tx: &mut Tx,
    (name, chosen): (String, Option<String>),
    owner: UserId,
    now: DateTime<Utc>,
) -> Result<Organization, OrgError> {
    let base = chosen.clone().unwrap_or_else(|| slug(&name));
    let mut organization = Organization { id: OrgId::new(), name, slug: base.clone(), suspended: false };
    let mut number = 1u32;
    while !store::insert_organization(tx, &organization, owner, now).await? {
        if chosen.is_some() {
            return Err(OrgError::ChannelTaken);
        }
        number += 1;
        // After a few, numbers would only be guessed one by one.
        let tail = if number < 20 {
            number.to_string()
        } else {
            hash_secret(&OrgId::new().to_string())[..8].to_owned()
        };
        organization.slug = format!("{base}-{tail}");
    }
    Ok(organization)
}

fn clash_is_email(error: DbError) -> OrgError {
    match error {
        DbError::Clash => OrgError::EmailTaken,
        error => error.into(),
    }
}

#[cfg(test)]
mod tests;
