//! Roles that an organisation puts together.

use vitrine_protocol::{OrgId, Role, RoleId};

use super::Orgs;
use crate::base::{Actor, Permission, Permissions};
use crate::db::DbError;
use crate::events::{Event, record};
use crate::org::{BuiltinRole, CustomRole, OrgError, RoleDraft, RoleTable, Seen, store};

/// The most roles of its own that an organisation takes.
const ROLES: i64 = 50;

impl Orgs {
    /// Every role there is, and what each lets people do.
    ///
    /// # Errors
    /// [`OrgError::Denied`].
    pub async fn roles(&self, actor: &Actor, org: OrgId) -> Result<RoleTable, OrgError> {
        actor.require(Permission::ViewOrganization, org)?;
        let builtin = Role::ALL.into_iter().filter(|role| *role != Role::Custom);
        let builtin = builtin
            .map(|role| BuiltinRole { role, permissions: Permissions::of(role).iter().collect() })
            .collect();
        let key_permissions = Permission::ALL.iter().copied().filter(|one| one.fits_key()).collect();
        Ok(RoleTable { items: store::roles(&self.db, org).await?, next: None, builtin, key_permissions })
    }

    /// One of the organisation's own roles.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoRole`].
    pub async fn role(&self, actor: &Actor, org: OrgId, id: RoleId) -> Result<CustomRole, OrgError> {
        actor.require(Permission::ViewOrganization, org)?;
        let roles = store::roles(&self.db, org).await?;
        roles.into_iter().find(|role| role.id == id).ok_or(OrgError::NoRole)
    }

    /// Puts a role together. Nobody puts in what they may not do themselves.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::Invalid`]; [`OrgError::AboveYou`]; [`OrgError::NameTaken`]; [`OrgError::TooMany`].
    pub async fn create_role(
        &self,
        actor: &Actor,
        org: OrgId,
        draft: RoleDraft,
    ) -> Result<CustomRole, OrgError> {
        actor.require(Permission::ManageRoles, org)?;
        let (name, permissions) = draft.check()?;
        let now = self.clock.now();
        let role = CustomRole::new(RoleId::new(), name, permissions, (now, 1));
        let mut tx = self.db.begin().await?;
        if !store::lock(&mut tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        let own = self.allowed(&mut tx, actor, org, Permission::ManageRoles).await?;
        if !role.permissions.iter().all(|one| own.has(*one)) {
            return Err(OrgError::AboveYou);
        }
        if store::role_count(&mut tx, org).await? >= ROLES {
            return Err(OrgError::TooMany(format!("an organisation has at most {ROLES} roles of its own")));
        }
        store::insert_role(&mut tx, org, &role).await.map_err(name_taken)?;
        record(&mut tx, actor, now, org, None, Event::RoleCreated { role: role.id })?;
        tx.commit().await?;
        Ok(role)
    }

    /// Changes a role, for everybody who has it and from their next request on.
    ///
    /// # Errors
    /// As [`Orgs::create_role`]; [`OrgError::NoRole`]; [`OrgError::Stale`] when it is not the version that was seen.
    pub async fn change_role_of_org(
        &self,
        actor: &Actor,
        org: OrgId,
        id: RoleId,
        seen: Option<i64>,
        draft: RoleDraft,
    ) -> Result<CustomRole, OrgError> {
        actor.require(Permission::ManageRoles, org)?;
        let (name, permissions) = draft.check()?;
        let mut tx = self.db.begin().await?;
        if !store::lock(&mut tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        let before = store::role(&mut tx, org, id).await?.ok_or(OrgError::NoRole)?;
        if seen.is_some_and(|seen| seen != before.version) {
            return Err(OrgError::Stale(before.version));
        }
        let own = self.allowed(&mut tx, actor, org, Permission::ManageRoles).await?;
        let had: Permissions = before.permissions.iter().copied().collect();
        if !permissions.within(own) || !had.within(own) {
            return Err(OrgError::AboveYou);
        }
        let role = CustomRole::new(id, name, permissions, (before.created_at, before.version + 1));
        store::save_role(&mut tx, org, &role).await.map_err(name_taken)?;
        record(&mut tx, actor, self.clock.now(), org, None, Event::RoleChanged { role: id })?;
        tx.commit().await?;
        Ok(role)
    }

    /// Deletes a role that nobody has.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoRole`]; [`OrgError::AboveYou`]; [`OrgError::RoleInUse`]; [`OrgError::Stale`] when it is not the
    /// version that was `seen`.
    pub async fn delete_role(
        &self,
        actor: &Actor,
        org: OrgId,
        role: impl Into<Seen<RoleId>>,
    ) -> Result<(), OrgError> {
        actor.require(Permission::ManageRoles, org)?;
        let Seen { id, version: seen } = role.into();
        let mut tx = self.db.begin().await?;
        if !store::lock(&mut tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        let role = store::role(&mut tx, org, id).await?.ok_or(OrgError::NoRole)?;
        if seen.is_some_and(|seen| seen != role.version) {
            return Err(OrgError::Stale(role.version));
        }
        let had: Permissions = role.permissions.iter().copied().collect();
        if !had.within(self.allowed(&mut tx, actor, org, Permission::ManageRoles).await?) {
            return Err(OrgError::AboveYou);
        }
        if store::is_role_used(&mut tx, org, id).await? {
            return Err(OrgError::RoleInUse);
        }
        store::delete_role(&mut tx, org, id).await?;
        record(&mut tx, actor, self.clock.now(), org, None, Event::RoleDeleted { role: id })?;
        Ok(tx.commit().await?)
    }
}

fn name_taken(error: DbError) -> OrgError {
    match error {
        DbError::Clash => OrgError::NameTaken,
        error => error.into(),
    }
}
