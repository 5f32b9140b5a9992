//! What whoever runs the cloud puts right: what was given and is taken back, deletions that were not meant, what is paid for twice,
//! what cannot be read.

use serde_json::{Value, json};
use vitrine_protocol::OrgId;

use super::{Operators, store, the_operator};
use crate::base::{Actor, Page};
use crate::billing::{BillingView, SeveralSubscriptions};
use crate::operator::model::UnreadableKind;
use crate::operator::{DeedKind, OperatorError, OrganizationFile, UnreadableRow};
use crate::plan::{AddOn, Price};

/// How much of each kind of what cannot be read is told.
const MOST_UNREADABLE: usize = 200;

impl Operators {
    /// Takes back the plan that an operator gave: what is paid for holds, or the default plan.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::NotGiven`]; [`OperatorError::Plan`].
    pub async fn take_back(&self, actor: &Actor, org: OrgId) -> Result<OrganizationFile, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        // The account's row first, as billing has it.
        self.billing.is_paying(&mut tx, org).await?;
        if !self.plans.take_back(&mut tx, org, &the_operator()).await? {
            return Err(OperatorError::NotGiven);
        }
        self.billing.assign_in(&mut tx, org, &the_operator()).await?;
        let what = (DeedKind::PlanTakenBack, Some(org));
        store::note(&mut tx, actor, self.clock.now(), what, &Value::Null).await?;
        tx.commit().await?;
        self.organization(actor, org).await
    }

    /// Everything that raises a limit, with what it costs.
    ///
    /// # Errors
    /// [`OperatorError::Denied`].
    pub async fn add_ons(&self, actor: &Actor) -> Result<Vec<AddOn>, OperatorError> {
        actor.require_operator()?;
        Ok(self.plans.add_ons().await?)
    }

    /// Says what an add-on costs from the next invoice on. A price that somebody pays by invoice can be changed, and not taken away.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Plan`]; [`OperatorError::PaidFor`].
    pub async fn price_add_on(
        &self,
        actor: &Actor,
        key: &str,
        price: Option<Price>,
    ) -> Result<AddOn, OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        let add_on = self.plans.price_add_on(&mut tx, key, price).await?;
        if price.is_none() {
            let payers = self.billing.payers_of_add_on(&mut tx, add_on.key).await?;
            if payers > 0 {
                return Err(OperatorError::PaidFor(payers));
            }
        }
        let detail = json!({"add_on": add_on.key, "price": price});
        store::note(&mut tx, actor, self.clock.now(), (DeedKind::AddOnPriced, None), &detail).await?;
        tx.commit().await?;
        Ok(add_on)
    }

    /// Keeps an organisation that was to be deleted.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Leaving`] when none is to come, or it has begun.
    pub async fn stop_deletion(&self, actor: &Actor, org: OrgId) -> Result<(), OperatorError> {
        actor.require_operator()?;
        let mut tx = self.db.begin().await?;
        self.leaving.cancel_in(&mut tx, &the_operator(), org).await?;
        let what = (DeedKind::DeletionStopped, Some(org));
        store::note(&mut tx, actor, self.clock.now(), what, &Value::Null).await?;
        Ok(tx.commit().await?)
    }

    /// Organisations that pay for several subscriptions at once.
    ///
    /// # Errors
    /// [`OperatorError::Denied`].
    pub async fn several_subscriptions(
        &self,
        actor: &Actor,
        after: Option<OrgId>,
        limit: i64,
    ) -> Result<Page<SeveralSubscriptions>, OperatorError> {
        actor.require_operator()?;
        Ok(self.billing.several_subscriptions(after, limit).await?)
    }

    /// Ends one of them at once that is not the one that counts. It is noted before the provider is asked: an end that nobody answers
    /// for is worse than a note of one that failed, and asked again it is done.
    ///
    /// # Errors
    /// [`OperatorError::Denied`]; [`OperatorError::Billing`].
    pub async fn end_other_subscription(
        &self,
        actor: &Actor,
        org: OrgId,
        subscription: &str,
    ) -> Result<BillingView, OperatorError> {
        actor.require_operator()?;
        let known = self.billing.standing(org).await?.others;
        if known.iter().any(|other| other == subscription) {
            let mut tx = self.db.begin().await?;
            let what = (DeedKind::SubscriptionEnded, Some(org));
            let detail = json!({"at_once": true, "subscription": subscription});
            store::note(&mut tx, actor, self.clock.now(), what, &detail).await?;
            tx.commit().await?;
            return Ok(self.billing.end_other(org, subscription).await?);
        }
        Err(crate::billing::BillingError::NoSubscription.into())
    }

    /// What cannot be read: members' roles, plans, accounts with the payment provider.
    ///
    /// # Errors
    /// [`OperatorError::Denied`].
    pub async fn unreadable(&self, actor: &Actor) -> Result<Vec<UnreadableRow>, OperatorError> {
        actor.require_operator()?;
        let row = |what, id, organization, reason| UnreadableRow { what, id, organization, reason };
        let mut found = Vec::new();
        let (members, roles) = self.orgs.unreadable(MOST_UNREADABLE).await?;
        for (org, member, reason) in members {
            found.push(row(UnreadableKind::Role, Some(member.to_string()), Some(org), reason));
        }
        for (org, role, reason) in roles {
            found.push(row(UnreadableKind::RolePermissions, Some(role.to_string()), Some(org), reason));
        }
        let (plans, offers) = self.plans.unreadable(MOST_UNREADABLE).await?;
        found.extend(
            plans.into_iter().map(|(org, reason)| row(UnreadableKind::Plan, None, Some(org), reason)),
        );
        found.extend(
            offers.into_iter().map(|(key, reason)| row(UnreadableKind::PlanOffer, Some(key), None, reason)),
        );
        let accounts = self.billing.unreadable(MOST_UNREADABLE).await?;
        found.extend(
            accounts.into_iter().map(|(org, reason)| row(UnreadableKind::Billing, None, Some(org), reason)),
        );
        Ok(found)
    }
}
