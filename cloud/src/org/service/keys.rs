//! API keys: a shop's server speaks for its organisation, and for no person.

use chrono::TimeDelta;
use vitrine_protocol::{ApiKeyId, OrgId, Role, UserId};

use super::Orgs;
use super::accounts::{NOTED_EVERY, person};
use crate::base::{
    Actor, ActorKind, Membership, Page, Permission, Permissions, Secret, from_ms, hash_secret,
};
use crate::db::Tx;
use crate::events::{Event, record};
use crate::org::{ApiKey, CreatedApiKey, NewApiKey, OrgError, store};

/// The most keys of an organisation that hold.
const KEYS: i64 = 100;
/// The most that are kept of those that are over.
const OVER: i64 = 100;
/// Characters of a token that people tell keys apart by.
const HINT: usize = 10;
/// So long a key that is over can still be looked at.
pub(super) const OLD_KEYS: TimeDelta = TimeDelta::days(90);

impl Orgs {
    /// The keys, newest first.
    ///
    /// # Errors
    /// [`OrgError::Denied`].
    pub async fn keys(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<ApiKeyId>,
        limit: i64,
    ) -> Result<Page<ApiKey>, OrgError> {
        actor.require_to_end(Permission::ManageApiKeys, org)?; // who is to end one has to find it
        let keys = store::keys(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(keys, limit, |key| key.id.to_string()))
    }

    /// One key.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoKey`].
    pub async fn key(&self, actor: &Actor, org: OrgId, id: ApiKeyId) -> Result<ApiKey, OrgError> {
        actor.require_to_end(Permission::ManageApiKeys, org)?;
        store::key(&self.db, org, id).await?.ok_or(OrgError::NoKey)
    }

    /// Makes a key. Nobody gives it what they may not do themselves.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::Invalid`]; [`OrgError::AboveYou`]; [`OrgError::TooMany`].
    pub async fn create_key(
        &self,
        actor: &Actor,
        org: OrgId,
        new: NewApiKey,
    ) -> Result<CreatedApiKey, OrgError> {
        actor.require(Permission::ManageApiKeys, org)?;
        let (by, _) = person(actor)?;
        let now = self.clock.now();
        let (name, permissions) = new.check(now)?;
        let token = Secret::new("vtk_");
        let key = ApiKey {
            id: ApiKeyId::new(),
            name,
            hint: token.expose().chars().take(HINT).collect(),
            permissions: permissions.iter().collect(),
            created_by: Some(by),
            created_at: now,
            expires_at: new.expires_at.map(|at| from_ms(at.timestamp_millis())),
            used_at: None,
            revoked_at: None,
        };
        let mut tx = self.db.begin().await?;
        if !store::lock(&mut tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        if !permissions.within(self.allowed(&mut tx, actor, org, Permission::ManageApiKeys).await?) {
            return Err(OrgError::AboveYou);
        }
        if store::keys_that_hold(&mut tx, org, now).await? >= KEYS {
            let words = format!("an organisation has at most {KEYS} keys that hold; revoke one first");
            return Err(OrgError::TooMany(words));
        }
        store::thin_old_keys(&mut tx, org, OVER, now).await?;
        store::insert_key(&mut tx, org, &key, &token.hash(), permissions).await?;
        record(&mut tx, actor, now, org, None, Event::ApiKeyCreated { key: key.id })?;
        tx.commit().await?;
        Ok(CreatedApiKey { key, token: token.expose().to_owned() })
    }

    /// Ends a key, from its next request on.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoKey`].
    pub async fn revoke_key(&self, actor: &Actor, org: OrgId, id: ApiKeyId) -> Result<(), OrgError> {
        actor.require_to_end(Permission::ManageApiKeys, org)?;
        let (mut tx, now) = (self.db.begin().await?, self.clock.now());
        if !store::revoke_key(&mut tx, org, id, now).await? {
            return Err(OrgError::NoKey);
        }
        record(&mut tx, actor, now, org, None, Event::ApiKeyRevoked { key: id })?;
        Ok(tx.commit().await?)
    }

    /// Ends the keys that a person made in an organisation that `tx` has locked: those that need something of `lost`; all, when that
    /// is none.
    pub(super) async fn end_keys_by(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (org, maker): (OrgId, UserId),
        lost: Option<Permissions>,
    ) -> Result<(), OrgError> {
        let now = self.clock.now();
        for (key, permissions) in store::keys_by(tx, org, maker, now).await? {
            let ends = lost.is_none_or(|lost| permissions.and(lost) != Permissions::NONE);
            if ends && store::revoke_key(tx, org, key, now).await? {
                record(tx, actor, now, org, None, Event::ApiKeyRevoked { key })?;
            }
        }
        Ok(())
    }

    /// The server behind a key's token.
    pub(super) async fn authenticate_key(&self, token: &str) -> Result<Actor, OrgError> {
        let now = self.clock.now();
        let found = store::key_of(&self.db, &hash_secret(token), now).await?;
        let (id, org, permissions, used, suspended) = found.ok_or(OrgError::NoSession)?;
        if used.is_none_or(|used| from_ms(used) + NOTED_EVERY <= now)
            && let Err(error) = self.note_key(id).await
        {
            tracing::warn!(%error, "the use of a key could not be noted"); // nobody is kept out for that
        }
        let membership = Membership { org, role: Role::Custom, permissions, suspended };
        Ok(Actor { kind: ActorKind::Key(id), memberships: vec![membership], operator: false })
    }

    async fn note_key(&self, id: ApiKeyId) -> Result<(), OrgError> {
        let mut tx = self.db.begin().await?;
        store::use_key(&mut tx, id, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }
}
