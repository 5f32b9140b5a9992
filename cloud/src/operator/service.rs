//! The handle of operators: who asks first, then the rooms whose it is, and a note of it.

mod books;
mod mending;

use serde_json::{Value, json};
use uuid::Uuid;
use vitrine_protocol::{OrgId, ShowId};

use super::store;
use super::{
    DeedFilter, DeedKind, OperatorDeed, OperatorError, OperatorOrganization, OrganizationFile, PlanAssignment,
};
use crate::base::{Actor, Clock, Invalid, Page};
use crate::billing::Billing;
use crate::db::Db;
use crate::leaving::Leaving;
use crate::org::{Orgs, SignUp, User};
use crate::plan::{Plan, PlanChange, PlanError, Plans};
use crate::show::{Show, ShowError, Shows};

/// What whoever runs the cloud can do. Clones share everything.
#[derive(Clone)]
pub struct Operators {
    db: Db,
    clock: Clock,
    orgs: Orgs,
    plans: Plans,
    billing: Billing,
    shows: Shows,
    leaving: Leaving,
}

/// Who acts, in the facts of an organisation: its people learn that it was the operator, and not which person.
fn the_operator() -> Actor {
    Actor::service("operator")
}

impl Operators {
    /// The handle over the rooms above.
    #[must_use]
    pub fn new(
        (db, clock): (Db, Clock),
        orgs: Orgs,
        (plans, billing): (Plans, Billing),
        (shows, leaving): (Shows, Leaving),
    ) -> Self {
        Self { db, clock, orgs, plans, billing, shows, leaving }
    }

    /// Organisations, newest first: all, or those that have `query` in their name, or a member with that address.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Invalid`].
    pub async fn organizations(
        &self,
        actor: &Actor,
        query: Option<&str>,
        after: Option<OrgId>,
        limit: i64,
    ) -> Result<Page<OperatorOrganization>, OperatorError> {
        actor.require_operator()?;
        let query = query.map(str::trim).filter(|query| !query.is_empty());
        if query.is_some_and(|query| query.chars().count() > 100 || query.contains('\0')) {
            return Err(Invalid::new("`query` takes at most 100 characters").into());
        }
        let default = self.plans.default_plan();
        let found = store::organizations(&self.db, query, after, limit + 1, default).await?;
        Ok(Page::cut(found, limit, |one| one.id.to_string()))
    }

    /// One organisation with its plan and what it uses.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::NoOrganization`].
    pub async fn organization(&self, actor: &Actor, org: OrgId) -> Result<OrganizationFile, OperatorError> {
        actor.require_operator()?;
        let found = store::organization(&self.db, org, self.plans.default_plan()).await?;
        let organization = found.ok_or(OperatorError::NoOrganization)?;
        let billing = self.billing.standing(org).await?;
        let deletion = self.leaving.standing(org).await?;
        Ok(OrganizationFile { organization, plan: self.plans.view(org).await?, billing, deletion })
    }

    /// Gives an organisation a plan, at once. It stays whatever the organisation pays for, until it is taken back.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Paying`]; [`OperatorError::Plan`].
    pub async fn assign(
        &self,
        actor: &Actor,
        org: OrgId,
        said: PlanAssignment,
    ) -> Result<OrganizationFile, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        // The account's row first, as billing has it.
        let pays = self.billing.is_paying(&mut tx, org).await?;
        if pays && !said.overrides {
            drop(tx);
            let paid = self.billing.standing(org).await?.choice.map(|choice| choice.plan);
            return Err(OperatorError::Paying(paid.unwrap_or_default()));
        }
        let detail = json!({"plan": said.plan, "add_ons": said.add_ons, "state": said.state.as_str(), "override": pays});
        self.plans.assign(&mut tx, org, &said.into(), &the_operator()).await?;
        let what = (DeedKind::PlanAssigned, Some(org));
        store::note(&mut tx, actor, self.clock.now(), what, &detail).await?;
        tx.commit().await?;
        self.organization(actor, org).await
    }

    /// Every plan.
    ///
    /// # Errors
    /// [`OperatorError::Denied`].
    pub async fn plans(&self, actor: &Actor) -> Result<Vec<Plan>, OperatorError> {
        actor.require_operator()?;
        Ok(self.plans.plans().await?)
    }

    /// Makes a plan, or changes what is named of it for everybody who has it. A price that somebody pays stays.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Plan`]; [`OperatorError::PaidFor`].
    pub async fn put_plan(
        &self,
        actor: &Actor,
        key: &str,
        change: impl Into<PlanChange>,
    ) -> Result<Plan, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        let plan = self.plans.put_plan(&mut tx, key, change).await?;
        if plan.price.is_none() {
            let payers = self.billing.payers(&mut tx, key).await?;
            if payers > 0 {
                return Err(OperatorError::PaidFor(payers));
            }
        }
        let detail =
            json!({"plan": plan.key, "limits": plan.limits, "price": plan.price, "offered": plan.offered});
        store::note(&mut tx, actor, self.clock.now(), (DeedKind::PlanSaved, None), &detail).await?;
        tx.commit().await?;
        Ok(plan)
    }

    /// Who may make an account.
    ///
    /// # Errors
    /// [`OperatorError::Denied`].
    pub async fn sign_up(&self, actor: &Actor) -> Result<SignUp, OperatorError> {
        actor.require_operator()?;
        Ok(self.orgs.sign_up().await?)
    }

    /// Decides who may make an account.
    ///
    /// # Errors
    /// [`OperatorError::Denied`].
    pub async fn set_sign_up(&self, actor: &Actor, sign_up: SignUp) -> Result<(), OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        self.orgs.set_sign_up(&mut tx, sign_up).await?;
        let detail = json!({"sign_up": sign_up});
        store::note(&mut tx, actor, self.clock.now(), (DeedKind::SignUpChanged, None), &detail).await?;
        Ok(tx.commit().await?)
    }

    /// Suspends an organisation; its shows on air go on, unless they are to end.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Plan`].
    pub async fn suspend(
        &self,
        actor: &Actor,
        org: OrgId,
        reason: &str,
        end_shows: bool,
    ) -> Result<OrganizationFile, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        self.plans.suspend(&mut tx, org, reason, &the_operator()).await?;
        let detail = json!({"reason": reason.trim(), "end_shows": end_shows});
        let what = (DeedKind::OrganizationSuspended, Some(org));
        store::note(&mut tx, actor, self.clock.now(), what, &detail).await?;
        tx.commit().await?;
        if end_shows {
            let mut failed = None;
            for show in self.shows.on_air(org).await? {
                match self.end(actor, org, show).await {
                    // It ended by itself meanwhile.
                    Ok(_) | Err(OperatorError::Show(ShowError::Ended | ShowError::IllegalMove(_))) => {}
                    // The others end all the same.
                    Err(error) => failed = Some(error),
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
        self.organization(actor, org).await
    }

    /// Lets an organisation go on.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Plan`].
    pub async fn resume(&self, actor: &Actor, org: OrgId) -> Result<OrganizationFile, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        if self.plans.resume(&mut tx, org, &the_operator()).await? {
            let what = (DeedKind::OrganizationResumed, Some(org));
            store::note(&mut tx, actor, self.clock.now(), what, &Value::Null).await?;
            tx.commit().await?;
        }
        self.organization(actor, org).await
    }

    /// Ends a show that is on air.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::NoShow`]; [`OperatorError::Show`].
    pub async fn end_show(&self, actor: &Actor, show: ShowId) -> Result<Show, OperatorError> {
        actor.require_operator()?;
        let org = self.shows.find(show).await?.ok_or(OperatorError::NoShow)?.org;
        self.end(actor, org, show).await
    }

    async fn end(&self, actor: &Actor, org: OrgId, show: ShowId) -> Result<Show, OperatorError> {
        let mut tx = self.db.begin().await?;
        let ended = self.shows.end_in(&mut tx, &the_operator(), org, show).await?;
        let what = (DeedKind::ShowEnded, Some(org));
        store::note(&mut tx, actor, self.clock.now(), what, &json!({"show": show})).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// People who run the cloud.
    ///
    /// # Errors
    /// [`OperatorError::Denied`].
    pub async fn operators(&self, actor: &Actor) -> Result<Vec<User>, OperatorError> {
        actor.require_operator()?;
        Ok(self.orgs.operators().await?)
    }

    /// Makes whoever has a confirmed address an operator, or no longer.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Org`] when nobody has it.
    pub async fn set_operator(&self, actor: &Actor, email: &str, on: bool) -> Result<User, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        let user = self.orgs.set_operator(&mut tx, email, on).await?;
        let kind = if on { DeedKind::OperatorAdded } else { DeedKind::OperatorRemoved };
        store::note(&mut tx, actor, self.clock.now(), (kind, None), &json!({"user": user.id})).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Takes away the second factor of a person who lost it: they come in with the password alone, and get a letter.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Org`] when nobody has the address, or no second factor.
    pub async fn remove_factor(&self, actor: &Actor, email: &str) -> Result<User, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        let user = self.orgs.remove_lost_factor(&mut tx, &the_operator(), email).await?;
        let what = (DeedKind::FactorRemoved, None);
        store::note(&mut tx, actor, self.clock.now(), what, &json!({"user": user.id})).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// What operators did, newest first, of what `filter` lets through.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Invalid`].
    pub async fn audit(
        &self,
        actor: &Actor,
        filter: &DeedFilter,
        before: Option<Uuid>,
        limit: i64,
    ) -> Result<Page<OperatorDeed>, OperatorError> {
        actor.require_operator()?;
        if filter.actor.as_ref().is_some_and(|actor| actor.len() > 100 || actor.contains('\0')) {
            return Err(Invalid::new("`actor` takes `user:ID` or `service:NAME`").into());
        }
        let deeds = store::deeds(&self.db, filter, before, limit + 1).await?;
        Ok(Page::cut(deeds, limit, |deed| deed.id.to_string()))
    }

    /// The organisation of a channel's name or an id, for the command line.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::NoOrganization`].
    pub async fn named(&self, actor: &Actor, name: &str) -> Result<OrgId, OperatorError> {
        actor.require_operator()?;
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let found = self.orgs.find_by_slug(name).await?;
        found.map(|one| one.id).ok_or(OperatorError::NoOrganization)
    }
}

/// An organisation that is not there is one answer, whichever room says it.
impl OperatorError {
    pub(super) fn is_missing_organization(&self) -> bool {
        matches!(self, Self::NoOrganization | Self::Plan(PlanError::NotFound(_)))
    }
}

#[cfg(test)]
mod tests;
