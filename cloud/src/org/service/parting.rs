//! A person who leaves for good.

use chrono::TimeDelta;
use vitrine_protocol::{OrgId, Role};

use super::Orgs;
use super::accounts::person;
use super::members::check_other_owner;
use crate::base::Actor;
use crate::db::Tx;
use crate::events::{Event, record};
use crate::mail::{Letter, ToPerson};
use crate::org::{OrgError, Proof, store};

/// A channel's name that was public is given to nobody else for so long: pages may still show it.
pub(super) const NAME_KEPT: TimeDelta = TimeDelta::days(365);

impl Orgs {
    /// Keeps the name of a channel that was public for the owners of an organisation that goes. The caller has checked who asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_name(&self, tx: &mut Tx, org: OrgId) -> Result<(), OrgError> {
        Ok(store::keep_name(tx, org, self.clock.now() + NAME_KEPT).await?)
    }

    /// A transaction in which it is the caller who asks: by their password, and their second factor where there is one.
    ///
    /// # Errors
    /// [`OrgError::BadCredentials`]; [`OrgError::BadCode`]; [`OrgError::TooManyTries`]; [`OrgError::PeopleOnly`].
    pub async fn confirm(
        &self,
        actor: &Actor,
        password: String,
        proof: Option<&Proof>,
    ) -> Result<Tx, OrgError> {
        Ok(self.shown_all(actor, password, proof).await?.1)
    }

    /// Deletes the caller's account: it leaves every organisation, its sessions, links and the API keys that it made end, and its
    /// address is free. What they did stays in the books of their organisations without their name; what they said in chats stays as
    /// it was said. A letter tells the person, where the address is known to be theirs.
    ///
    /// # Errors
    /// [`OrgError::BadCredentials`]; [`OrgError::BadCode`] where the account asks for a second factor and `proof` is none, or does not
    /// fit; [`OrgError::LastOwner`] while an organisation has no other owner.
    pub async fn delete_account(
        &self,
        actor: &Actor,
        password: String,
        proof: Option<&Proof>,
    ) -> Result<(), OrgError> {
        let (user, _) = person(actor)?;
        // It holds the person's row: no organisation of theirs is made meanwhile.
        let (one, mut tx) = self.shown_all(actor, password, proof).await?;
        let now = self.clock.now();
        // In one order for everybody, so that no two wait for each other.
        for org in store::organization_ids_of(&mut tx, user).await? {
            store::lock(&mut tx, org).await?;
            let Some(standing) = store::standing_in(&mut tx, org, user).await? else { continue };
            if standing.role == Role::Owner {
                check_other_owner(&mut tx, org).await?;
            }
            store::delete_member(&mut tx, org, user).await?;
            self.end_keys_by(&mut tx, actor, (org, user), None).await?;
            record(&mut tx, actor, now, org, None, Event::MemberRemoved { user })?;
        }
        store::delete_user(&mut tx, user).await?;
        if one.user.email_verified {
            let letter = Letter::ToPerson(ToPerson::AccountDeleted);
            self.mail(&mut tx, &one.user.email, &letter, one.locale).await?;
        }
        Ok(tx.commit().await?)
    }
}
