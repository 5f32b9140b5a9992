//! Members: who belongs, as what, and how they leave.

use vitrine_protocol::{OrgId, Role, UserId};

use super::accounts::person;
use super::{Orgs, insert_organization};
use crate::base::{Actor, Denied, Invalid, Page, Permission, Permissions, trimmed};
use crate::db::Tx;
use crate::events::{Event, record};
use crate::mail::{Letter, Locale, ToOwners, ToPerson};
use crate::org::model::check_channel;
use crate::org::{
    Member, OrgError, Organization, OrganizationOfUser, Owners, Proof, RoleChoice, Seen, SignUp, Standing,
    store,
};

/// The most organisations that a person may make or join.
const ORGANIZATIONS: usize = 50;

/// The most owners whom one letter goes to.
const MOST_WRITTEN_TO: i64 = 50;

impl Orgs {
    /// Makes another organisation, which the caller owns.
    ///
    /// # Errors
    /// As [`Orgs::create_organization_at`].
    pub async fn create_organization(
        &self,
        actor: &Actor,
        name: &str,
    ) -> Result<OrganizationOfUser, OrgError> {
        self.create_organization_at(actor, name, None).await
    }

    /// The same with a name for its channel.
    ///
    /// # Errors
    /// [`OrgError::Invalid`]; [`OrgError::ChannelTaken`]; [`OrgError::TooMany`] when the caller belongs to as many as one person may.
    pub async fn create_organization_at(
        &self,
        actor: &Actor,
        name: &str,
        slug: Option<&str>,
    ) -> Result<OrganizationOfUser, OrgError> {
        let (user, _) = person(actor)?;
        let slug = slug.map(check_channel).transpose()?;
        let (name, now) = (trimmed("name", name, 1, 80)?, self.clock.now());
        if self.sign_up().await? != SignUp::Open && !actor.operator {
            return Err(OrgError::SignUpClosed);
        }
        let mut tx = self.db.begin().await?;
        // Whoever deletes their account at the same time sees it, or makes none.
        if !store::hold_person(&mut tx, user).await? {
            return Err(OrgError::NoSession);
        }
        check_place(&mut tx, user).await?;
        let organization = insert_organization(&mut tx, (name, slug), user, now).await?;
        store::insert_member(&mut tx, organization.id, user, Role::Owner.into(), now).await?;
        let event = Event::OrganizationRegistered { owner: user };
        record(&mut tx, actor, now, organization.id, None, event)?;
        tx.commit().await?;
        let Organization { id, name, slug, suspended } = organization;
        let permissions = Permissions::of(Role::Owner).iter().collect();
        Ok(OrganizationOfUser {
            id,
            name,
            slug,
            role: Role::Owner,
            role_id: None,
            role_name: None,
            permissions,
            suspended,
        })
    }

    /// The members, in the order of their accounts.
    ///
    /// # Errors
    /// [`OrgError::Denied`].
    pub async fn members(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<Page<Member>, OrgError> {
        actor.require(Permission::ViewOrganization, org)?;
        let members = store::members(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(members, limit, |member| member.user.id.to_string()))
    }

    /// One member.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoMember`].
    pub async fn member(&self, actor: &Actor, org: OrgId, user: UserId) -> Result<Member, OrgError> {
        actor.require(Permission::ViewOrganization, org)?;
        store::member(&self.db, org, user).await?.ok_or(OrgError::NoMember)
    }

    /// What an organisation is called, and who its owners are, for letters to them; `None` when there is no such organisation.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn owners_of(&self, tx: &mut Tx, org: OrgId) -> Result<Option<Owners>, OrgError> {
        let Some(organization) = store::organization_in(tx, org).await? else { return Ok(None) };
        let owners = store::owners_addresses(tx, org, MOST_WRITTEN_TO).await?;
        let addresses = owners.into_iter().map(|(email, locale)| (email, Locale::of(&locale))).collect();
        Ok(Some(Owners { organization: organization.name, addresses }))
    }

    /// The address of the person who asks; `None` when it is no person.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn email_of(&self, actor: &Actor) -> Result<Option<String>, OrgError> {
        let Some(id) = actor.user() else { return Ok(None) };
        Ok(store::user(&self.db, id).await?.map(|user| user.email))
    }

    /// Whether it is a person who asks, and their address was shown to be their own.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_confirmed(&self, actor: &Actor) -> Result<bool, OrgError> {
        let Some(id) = actor.user() else { return Ok(false) };
        Ok(store::user(&self.db, id).await?.is_some_and(|user| user.email_verified))
    }

    /// Gives a member another role. Nobody gives what they may not do themselves, or takes it from somebody who may more. What they
    /// invited others to ends: they may not be able to any more. So do API keys that they made and that may what they no longer may.
    ///
    /// # Errors
    /// As [`Orgs::change_role_keeping`].
    pub async fn change_role(
        &self,
        actor: &Actor,
        org: OrgId,
        member: impl Into<Seen<UserId>>,
        choice: impl Into<RoleChoice>,
    ) -> Result<Member, OrgError> {
        self.change_role_keeping(actor, org, (member, false), choice).await
    }

    /// The same; where `keep_keys`, the keys go on.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoMember`]; [`OrgError::NoRole`]; [`OrgError::AboveYou`]; [`OrgError::LastOwner`];
    /// [`OrgError::Stale`] when it is not the version that was `seen`; [`OrgError::Invalid`] for who would keep their own keys.
    pub async fn change_role_keeping(
        &self,
        actor: &Actor,
        org: OrgId,
        (member, keep_keys): (impl Into<Seen<UserId>>, bool),
        choice: impl Into<RoleChoice>,
    ) -> Result<Member, OrgError> {
        actor.require(Permission::ManageMembers, org)?;
        let Seen { id: user, version: seen } = member.into();
        let choice = choice.into();
        check_keeps(actor, user, keep_keys)?;
        let mut tx = self.db.begin().await?;
        let before = self.lock_member(&mut tx, org, user, seen).await?;
        let after = self.standing(&mut tx, org, choice).await?;
        let own = self.allowed(&mut tx, actor, org, Permission::ManageMembers).await?;
        if !before.permissions.within(own) || !after.permissions.within(own) {
            return Err(OrgError::AboveYou);
        }
        if before.role == Role::Owner && after.role != Role::Owner {
            check_other_owner(&mut tx, org).await?;
        }
        store::set_standing(&mut tx, org, user, choice).await?;
        store::delete_invitations_by(&mut tx, org, user).await?;
        if !keep_keys {
            let lost = before.permissions.iter().filter(|one| !after.permissions.has(*one)).collect();
            self.end_keys_by(&mut tx, actor, (org, user), Some(lost)).await?;
        }
        let event = Event::MemberRoleChanged { user, role: choice.role };
        record(&mut tx, actor, self.clock.now(), org, None, event)?;
        tx.commit().await?;
        store::member(&self.db, org, user).await?.ok_or(OrgError::NoMember)
    }

    /// Lets a member go, or lets the caller leave. The account stays; invitations of theirs that wait end, and so do the API keys that
    /// they made.
    ///
    /// # Errors
    /// As [`Orgs::remove_member_keeping`].
    pub async fn remove_member(
        &self,
        actor: &Actor,
        org: OrgId,
        member: impl Into<Seen<UserId>>,
    ) -> Result<(), OrgError> {
        self.remove_member_keeping(actor, org, member, false).await
    }

    /// The same; where `keep_keys`, the keys go on: the shop's server may work with them.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoMember`]; [`OrgError::AboveYou`]; [`OrgError::LastOwner`]; [`OrgError::Stale`] when it is not
    /// the version that was `seen`; [`OrgError::Invalid`] for who would keep their own keys.
    pub async fn remove_member_keeping(
        &self,
        actor: &Actor,
        org: OrgId,
        member: impl Into<Seen<UserId>>,
        keep_keys: bool,
    ) -> Result<(), OrgError> {
        let Seen { id: user, version: seen } = member.into();
        check_keeps(actor, user, keep_keys)?;
        let leaves = actor.user() == Some(user) && actor.role_in(org).is_some();
        if !leaves {
            actor.require_to_end(Permission::ManageMembers, org)?;
        }
        let mut tx = self.db.begin().await?;
        let before = self.lock_member(&mut tx, org, user, seen).await?;
        if !leaves {
            let own = self.allowed(&mut tx, actor, org, Permission::ManageMembers).await?;
            if !before.permissions.within(own) {
                return Err(OrgError::AboveYou);
            }
        }
        if before.role == Role::Owner {
            check_other_owner(&mut tx, org).await?;
        }
        store::delete_member(&mut tx, org, user).await?;
        store::delete_invitations_by(&mut tx, org, user).await?;
        if !keep_keys {
            self.end_keys_by(&mut tx, actor, (org, user), None).await?;
        }
        record(&mut tx, actor, self.clock.now(), org, None, Event::MemberRemoved { user })?;
        if !leaves {
            self.tell_removed(&mut tx, org, user).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Writes to somebody who was let go, where the address is known to be theirs.
    async fn tell_removed(&self, tx: &mut Tx, org: OrgId, user: UserId) -> Result<(), OrgError> {
        let organization = store::organization_in(tx, org).await?.ok_or(OrgError::NotFound(org))?.name;
        let Some(one) = store::candidate_in(tx, user).await?.filter(|one| one.user.email_verified) else {
            return Ok(());
        };
        let letter = Letter::ToPerson(ToPerson::Removed { organization });
        self.mail(tx, &one.user.email, &letter, one.locale).await
    }

    /// Hands the organisation to a member, in one step: they own it, and the caller is an admin from then on.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoMember`]; [`OrgError::BadCredentials`] when the password is not the caller's;
    /// [`OrgError::BadCode`] where their account asks for a second factor and `proof` is none, or does not fit.
    pub async fn transfer_ownership(
        &self,
        actor: &Actor,
        org: OrgId,
        to: UserId,
        password: String,
        proof: Option<&Proof>,
    ) -> Result<Member, OrgError> {
        actor.require(Permission::TransferOwnership, org)?;
        let (from, _) = person(actor)?;
        let (one, mut tx) = self.shown_all(actor, password, proof).await?;
        let now = self.clock.now();
        self.lock_member(&mut tx, org, to, None).await?;
        // Somebody may have taken it from the caller meanwhile.
        let own = store::standing_in(&mut tx, org, from).await?;
        if own.is_none_or(|own| own.role != Role::Owner) {
            return Err(OrgError::AboveYou);
        }
        if from != to {
            store::set_standing(&mut tx, org, to, Role::Owner.into()).await?;
            store::set_standing(&mut tx, org, from, Role::Admin.into()).await?;
            store::delete_invitations_by(&mut tx, org, from).await?;
            record(&mut tx, actor, now, org, None, Event::OwnershipTransferred { from, to })?;
            self.tell_handed_over(&mut tx, org, &one, to).await?;
        }
        tx.commit().await?;
        store::member(&self.db, org, to).await?.ok_or(OrgError::NoMember)
    }

    /// Writes to all who own an organisation now, and to who has handed it over.
    async fn tell_handed_over(
        &self,
        tx: &mut Tx,
        org: OrgId,
        before: &store::Candidate,
        to: UserId,
    ) -> Result<(), OrgError> {
        let Some(after) = store::candidate_in(tx, to).await? else { return Ok(()) };
        let (from, to) = (before.user.name.clone(), after.user.name);
        let letter = |organization| ToOwners::HandedOver { organization, from: from.clone(), to: to.clone() };
        self.write_to_owners(tx, org, letter).await?;
        if !before.user.email_verified {
            return Ok(());
        }
        let organization = store::organization_in(tx, org).await?.ok_or(OrgError::NotFound(org))?.name;
        let letter = Letter::ToOwners(letter(organization));
        self.mail(tx, &before.user.email, &letter, before.locale).await
    }

    /// What a choice lets people do, in an organisation that `tx` has locked.
    pub(super) async fn standing(
        &self,
        tx: &mut Tx,
        org: OrgId,
        choice: RoleChoice,
    ) -> Result<Standing, OrgError> {
        match (choice.role, choice.role_id) {
            (Role::Unknown, _) => {
                let known = Role::ALL.map(Role::as_str).join(", ");
                Err(Invalid::new(format!("`role` takes one of {known}")).into())
            }
            (Role::Custom, None) => {
                Err(Invalid::new("`role_id` is missing: the role `custom` takes one").into())
            }
            (Role::Custom, Some(id)) => {
                let role = store::role(tx, org, id).await?.ok_or(OrgError::NoRole)?;
                let permissions = role.permissions.iter().copied().collect();
                Ok(Standing { role: Role::Custom, custom: Some((id, role.name)), permissions })
            }
            (_, Some(_)) => Err(Invalid::new("`role_id` belongs to the role `custom` alone").into()),
            (role, None) => Ok(Standing::of(role)),
        }
    }

    /// What the caller may do in an organisation that `tx` has locked, by what they are there now: it may have been taken from them
    /// while the request was on its way.
    pub(super) async fn allowed(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        org: OrgId,
        permission: Permission,
    ) -> Result<Permissions, OrgError> {
        let Some(user) = actor.user() else {
            actor.require(permission, org)?;
            return Ok(actor.permissions_in(org));
        };
        let own = store::standing_in(tx, org, user).await?.ok_or(Denied::Stranger)?;
        if own.permissions.has(permission) {
            Ok(own.permissions)
        } else {
            Err(Denied::Role(permission).into())
        }
    }

    async fn lock_member(
        &self,
        tx: &mut Tx,
        org: OrgId,
        user: UserId,
        seen: Option<i64>,
    ) -> Result<Standing, OrgError> {
        if !store::lock(tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        let now = store::standing_in(tx, org, user).await?.ok_or(OrgError::NoMember)?;
        let version = store::version_of_member(tx, org, user).await?;
        match seen {
            Some(seen) if seen != version => Err(OrgError::Stale(version)),
            _ => Ok(now),
        }
    }
}

/// Keys that a person made are kept by somebody else alone: their own would be a way back in.
fn check_keeps(actor: &Actor, user: UserId, keep_keys: bool) -> Result<(), OrgError> {
    if keep_keys && actor.user() == Some(user) {
        return Err(Invalid::new("`keep_keys` is for keys that somebody else made").into());
    }
    Ok(())
}

/// Whether somebody whose row `tx` holds may belong to one more organisation.
pub(super) async fn check_place(tx: &mut Tx, user: UserId) -> Result<(), OrgError> {
    if store::organization_ids_of(tx, user).await?.len() >= ORGANIZATIONS {
        return Err(OrgError::TooMany(format!("a person belongs to at most {ORGANIZATIONS} organisations")));
    }
    Ok(())
}

pub(super) async fn check_other_owner(tx: &mut Tx, org: OrgId) -> Result<(), OrgError> {
    if store::owners(tx, org).await? < 2 { Err(OrgError::LastOwner) } else { Ok(()) }
}
