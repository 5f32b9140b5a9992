//! Invitations: how people come into an organisation.

use chrono::TimeDelta;
use vitrine_protocol::{InvitationId, OrgId, UserId};

use super::accounts::Known;
use super::accounts::person;
use super::links::Cause;
use super::members::check_place;
use super::{Orgs, clash_is_email};
use crate::base::{Actor, Page, Permission, Secret, hash_secret, trimmed};
use crate::db::Tx;
use crate::events::{Event, record};
use crate::mail::{Letter, ToPerson, role_name};
use crate::org::model::check_password;
use crate::org::store::{self, Waiting};
use crate::org::{
    Invitation, InvitationSeen, Invited, Joined, NewInvitation, Newcomer, OrgError, RoleChoice, SignedIn,
    User, Visit,
};
use crate::plan::Limit;

/// How long an invitation holds.
const HOLDS: TimeDelta = TimeDelta::days(7);
/// The most members that an organisation has, those who are invited among them.
const MEMBERS: i64 = 500;

impl Orgs {
    /// The invitations that wait, newest first.
    ///
    /// # Errors
    /// [`OrgError::Denied`].
    pub async fn invitations(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<InvitationId>,
        limit: i64,
    ) -> Result<Page<Invitation>, OrgError> {
        actor.require_to_end(Permission::ManageMembers, org)?; // who is to end one has to find it
        let waiting = store::invitations(&self.db, org, after, limit + 1, self.clock.now()).await?;
        Ok(Page::cut(waiting, limit, |invitation| invitation.id.to_string()))
    }

    /// One invitation that waits.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoInvitation`].
    pub async fn invitation(
        &self,
        actor: &Actor,
        org: OrgId,
        id: InvitationId,
    ) -> Result<Invitation, OrgError> {
        actor.require_to_end(Permission::ManageMembers, org)?;
        let found = store::invitation(&self.db, org, id, self.clock.now()).await?;
        found.ok_or(OrgError::NoInvitation)
    }

    /// Invites somebody, in the place of any invitation that waits for the same address. A letter goes there when the inviter's own
    /// address is confirmed: strangers send no mail in a shop's name.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::Invalid`]; [`OrgError::NoRole`]; [`OrgError::AboveYou`];
    /// [`OrgError::AlreadyMember`]; [`OrgError::TooMany`]; [`OrgError::Plan`]; [`OrgError::TooManyTries`].
    pub async fn invite(&self, actor: &Actor, org: OrgId, new: NewInvitation) -> Result<Invited, OrgError> {
        actor.require(Permission::ManageMembers, org)?;
        let (by, _) = person(actor)?;
        let (email, now) = (new.check()?, self.clock.now());
        let inviter = store::candidate(&self.db, by).await?.ok_or(OrgError::NoSession)?;
        let choice = RoleChoice { role: new.role, role_id: new.role_id };
        let (mailed, copied) = (Secret::new("vti_"), Secret::new("vti_"));
        let Some(mailbox) = self.mailbox.as_ref() else {
            return Err(OrgError::NoMail);
        };
        let mut tx = self.db.begin().await?;
        if !store::lock(&mut tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        let standing = self.standing(&mut tx, org, choice).await?;
        if !standing.permissions.within(self.allowed(&mut tx, actor, org, Permission::ManageMembers).await?) {
            return Err(OrgError::AboveYou);
        }
        if store::is_member(&mut tx, org, &email).await? {
            return Err(OrgError::AlreadyMember);
        }
        if store::waiting(&mut tx, org).await? + store::member_count(&mut tx, org).await? >= MEMBERS {
            return Err(OrgError::TooMany(format!("an organisation takes {MEMBERS} members")));
        }
        // Whoever is invited once more has a seat already.
        let more = i64::from(!store::is_invited(&mut tx, org, &email, now).await?);
        self.plans.take(&mut tx, org, Limit::Seats, more).await?;
        let locale = new.locale.unwrap_or(inviter.locale);
        let mail = inviter.user.email_verified
            && self.count_letter(&inviter.user).is_ok()
            && self.letters_left(Cause::Invitation, &email, None);
        let invitation = Invitation {
            id: InvitationId::new(),
            email: email.clone(),
            role: choice.role,
            role_id: choice.role_id,
            role_name: standing.custom.map(|(_, name)| name),
            invited_by: Some(by),
            created_at: now,
            expires_at: now + HOLDS,
        };
        let hashes = (mail.then(|| mailed.hash()), copied.hash());
        let hashes = (hashes.0.as_deref(), hashes.1.as_str());
        store::insert_invitation(&mut tx, org, &invitation, by, hashes).await?;
        if mail {
            let organization = store::organization_in(&mut tx, org).await?.ok_or(OrgError::NotFound(org))?;
            let letter = ToPerson::Invitation {
                link: mailbox.link("/account/invitation", mailed.expose(), locale),
                organization: organization.name,
                by: inviter.user.name.clone(),
                role: role_name(choice.role, invitation.role_name.as_deref(), locale),
                cloud: mailbox.address(""),
                studio: self.studio_url.as_deref().map(str::to_owned),
            };
            self.mail(&mut tx, &email, &Letter::ToPerson(letter), locale).await?;
        }
        let event = Event::MemberInvited { invitation: invitation.id, role: choice.role };
        record(&mut tx, actor, now, org, None, event)?;
        tx.commit().await?;
        let link = mailbox.link("/account/invitation", copied.expose(), locale);
        Ok(Invited { invitation, link, mailed: mail })
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::NoInvitation`].
    pub async fn revoke_invitation(
        &self,
        actor: &Actor,
        org: OrgId,
        id: InvitationId,
    ) -> Result<(), OrgError> {
        actor.require_to_end(Permission::ManageMembers, org)?;
        let mut tx = self.db.begin().await?;
        if !store::delete_invitation(&mut tx, org, id).await? {
            return Err(OrgError::NoInvitation);
        }
        let event = Event::InvitationRevoked { invitation: id };
        record(&mut tx, actor, self.clock.now(), org, None, event)?;
        Ok(tx.commit().await?)
    }

    /// An invitation as its link shows it.
    ///
    /// # Errors
    /// [`OrgError::BadLink`].
    pub async fn see_invitation(&self, token: &str) -> Result<InvitationSeen, OrgError> {
        let waiting = self.waiting(token).await?;
        Ok(InvitationSeen {
            organization_name: waiting.organization_name,
            role: waiting.choice.role,
            role_name: waiting.role_name,
            invited_by: waiting.inviter,
            email: waiting.email,
        })
    }

    /// Takes the caller in. Whoever has the link is meant, whatever their address is.
    ///
    /// # Errors
    /// [`OrgError::BadLink`]; [`OrgError::TooMany`] when the caller belongs to as many organisations as one person may.
    pub async fn accept_invitation(&self, actor: &Actor, token: &str) -> Result<Joined, OrgError> {
        let (id, _) = person(actor)?;
        let waiting = self.waiting(token).await?;
        let user = store::user(&self.db, id).await?.ok_or(OrgError::NoSession)?;
        let mut tx = self.db.begin().await?;
        self.join(&mut tx, &waiting, &user).await?;
        tx.commit().await?;
        let places = store::organizations_of(&self.db, id).await?;
        let organization = places.into_iter().find(|one| one.id == waiting.org).ok_or(OrgError::NoMember)?;
        Ok(Joined { organization })
    }

    /// Takes somebody in who is not signed in, and signs them in: into their account when the password is that of one with the
    /// invitation's address, else into a new one. A mailed link shows that the address is theirs, one that was handed on does not. An
    /// account that asks for a second factor is taken in once it is signed in: until then the link goes on to hold.
    ///
    /// # Errors
    /// [`OrgError::BadLink`]; [`OrgError::Invalid`]; [`OrgError::BadCredentials`] when the address is another account's;
    /// [`OrgError::SecondFactor`], and nobody was taken in; [`OrgError::TooMany`] as in [`Orgs::accept_invitation`].
    pub async fn accept_as_new(
        &self,
        token: &str,
        who: impl Into<Newcomer<'_>>,
        password: String,
        visit: impl Into<Visit>,
    ) -> Result<SignedIn, OrgError> {
        let visit = visit.into();
        let known = self.come_in(token, who.into(), password, &visit, true).await?;
        self.begin_session(known, &visit).await
    }

    /// The same without a session, for a page.
    ///
    /// # Errors
    /// As [`Orgs::accept_as_new`], but for the second factor: the link shows that they are meant.
    pub async fn enter(
        &self,
        token: &str,
        who: Newcomer<'_>,
        password: String,
        visit: &Visit,
    ) -> Result<User, OrgError> {
        Ok(self.come_in(token, who, password, visit, false).await?.user)
    }

    async fn come_in(
        &self,
        token: &str,
        who: Newcomer<'_>,
        password: String,
        visit: &Visit,
        to_sign_in: bool,
    ) -> Result<Known, OrgError> {
        let waiting = self.waiting(token).await?;
        let password = check_password(password)?;
        let mailed = waiting.mailed.then_some(waiting.id);
        let recognised = self.recognise(&waiting.email, password.clone(), visit, mailed).await;
        let known = match recognised {
            Ok(known) => known,
            // Who has an account, or made one from here, or says that there is one, has mistyped its password.
            Err(OrgError::BadCredentials)
                if who.has_account
                    || waiting.mailed
                        && (store::is_owned(&self.db, &waiting.email).await?
                            || self.was_here(&waiting.email, visit).await?) =>
            {
                return Err(OrgError::BadCredentials);
            }
            Err(OrgError::BadCredentials) => {
                return self.enter_new(&waiting, who, password).await;
            }
            Err(error) => return Err(error),
        };
        let Known { mut user, hash } = known;
        let mut tx = self.db.begin().await?;
        if to_sign_in && store::has_factor(&mut tx, user.id).await? {
            return Ok(Known { user, hash }); // who goes on as somebody signed in
        }
        if waiting.mailed && !user.email_verified {
            store::set_email(&mut tx, user.id, &waiting.email).await.map_err(clash_is_email)?;
            user.email_verified = true;
        }
        self.join(&mut tx, &waiting, &user).await?;
        tx.commit().await?;
        Ok(Known { user, hash })
    }

    async fn enter_new(
        &self,
        waiting: &Waiting,
        who: Newcomer<'_>,
        password: String,
    ) -> Result<Known, OrgError> {
        let name = trimmed("name", who.name, 1, 80)?;
        let hash = self.passwords.of(waiting.mailed).hash(password).await?;
        let (email, now) = (waiting.email.clone(), self.clock.now());
        let user = User { id: UserId::new(), email, email_verified: waiting.mailed, name };
        let mut tx = self.db.begin().await?;
        store::insert_claim(&mut tx, &user, &hash, who.locale, now).await?;
        if waiting.mailed {
            store::set_email(&mut tx, user.id, &user.email).await.map_err(clash_is_email)?;
        }
        self.join(&mut tx, waiting, &user).await?;
        tx.commit().await?;
        Ok(Known { user, hash })
    }

    /// Makes somebody a member, once. Who is one already stays what they are.
    async fn join(&self, tx: &mut Tx, waiting: &Waiting, user: &User) -> Result<(), OrgError> {
        let (org, now) = (waiting.org, self.clock.now());
        // A person before an organisation, as everywhere.
        if !store::hold_person(tx, user.id).await? {
            return Err(OrgError::NoSession);
        }
        if !store::lock(tx, org).await? || !store::delete_invitation(tx, org, waiting.id).await? {
            return Err(OrgError::BadLink);
        }
        if store::standing_in(tx, org, user.id).await?.is_some() {
            return Ok(());
        }
        check_place(tx, user.id).await?;
        self.plans.take(tx, org, Limit::Seats, 1).await?;
        // What the inviter may no longer give is given to nobody.
        let gives = self.standing(tx, org, waiting.choice).await?.permissions;
        let inviter = store::standing_in(tx, org, waiting.invited_by).await?.ok_or(OrgError::BadLink)?;
        if !gives.within(inviter.permissions) || !inviter.permissions.has(Permission::ManageMembers) {
            return Err(OrgError::BadLink);
        }
        store::insert_member(tx, org, user.id, waiting.choice, now).await?;
        let event = Event::MemberAdded { user: user.id, role: waiting.choice.role };
        Ok(record(tx, &Actor::service("invitation"), now, org, None, event)?)
    }

    async fn waiting(&self, token: &str) -> Result<Waiting, OrgError> {
        if !token.starts_with("vti_") || token.len() > 100 {
            return Err(OrgError::BadLink);
        }
        let found = store::invitation_of(&self.db, &hash_secret(token), self.clock.now()).await?;
        found.ok_or(OrgError::BadLink)
    }
}
