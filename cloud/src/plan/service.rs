//! The handle of plans.

use chrono::{DateTime, Utc};
use vitrine_protocol::OrgId;

use super::builtin::plans;
use super::model::{check_add_ons, raised};
use super::store::{self, Written};
use super::{Assignment, Limit, LimitHit, Limits, Plan, PlanError, PlanState, Standing, Suspension};
use crate::base::{Actor, Clock};
use crate::db::{Db, Tx};
use crate::events::{Event, record};

/// Plans and who has which. Clones share everything.
#[derive(Clone)]
pub struct Plans {
    db: Db,
    clock: Clock,
    default_plan: String,
}

/// What an organisation may use, while its row is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The plan's key.
    pub plan: String,
    /// What holds now.
    pub limits: Limits,
    /// Set while the organisation is suspended.
    pub suspended: Option<Suspension>,
}

impl Allowance {
    /// Asks for `more` of what there are `used` of.
    ///
    /// # Errors
    /// [`LimitHit`] when that is more than the plan has.
    pub fn take(&self, limit: Limit, used: i64, more: i64) -> Result<(), LimitHit> {
        match self.limits.get(limit) {
            Some(allowed) if used.saturating_add(more) > allowed => {
                Err(LimitHit { limit, allowed, used, plan: self.plan.clone() })
            }
            _ => Ok(()),
        }
    }
}

impl Plans {
    /// The handle over `db`. Organisations that nobody gave a plan have `default_plan`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, default_plan: &str) -> Self {
        Self { db, clock, default_plan: default_plan.to_owned() }
    }

    /// Every plan: the operator's, and those of the program whose key he did not take.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plans(&self) -> Result<Vec<Plan>, PlanError> {
        Ok(all(store::plans(&self.db).await?))
    }

    /// The limits that hold for an organisation now.
    ///
    /// # Errors
    /// [`PlanError::NotFound`].
    pub async fn limits(&self, org: OrgId) -> Result<Limits, PlanError> {
        Ok(self.standing(org).await?.limits)
    }

    /// What an organisation has. The caller has checked who asks.
    ///
    /// # Errors
    /// [`PlanError::NotFound`].
    pub async fn standing(&self, org: OrgId) -> Result<Standing, PlanError> {
        let written = store::written(&self.db, org).await?.ok_or(PlanError::NotFound(org))?;
        self.standing_of(&all(store::plans(&self.db).await?), org, written)
    }

    /// Locks the organisation's row until the transaction ends, and says what it may use. Count what there is after this, not before.
    ///
    /// # Errors
    /// [`PlanError::NotFound`]; [`PlanError::Suspended`].
    pub async fn hold(&self, tx: &mut Tx, org: OrgId) -> Result<Allowance, PlanError> {
        let standing = self.lock(tx, org).await?;
        match standing.suspended {
            Some(suspension) => Err(PlanError::Suspended(suspension)),
            None => Ok(Allowance { plan: standing.plan.key, limits: standing.limits, suspended: None }),
        }
    }

    /// Gives an organisation a plan, from now on. Its row is locked; what was scheduled is forgotten. The caller has checked who asks.
    ///
    /// # Errors
    /// [`PlanError::NotFound`]; [`PlanError::NoPlan`]; [`PlanError::NoAddOn`]; [`PlanError::Invalid`].
    pub async fn assign(
        &self,
        tx: &mut Tx,
        org: OrgId,
        assignment: &Assignment,
        by: &Actor,
    ) -> Result<Standing, PlanError> {
        let add_ons = check_add_ons(&assignment.add_ons)?;
        let before = self.lock(tx, org).await?;
        let plans = all(store::plans_in(tx).await?);
        let plan = find(&plans, &assignment.plan)?;
        let now = self.clock.now();
        let same = before.plan.key == plan.key;
        let written = Written {
            plan: Some(plan.key.clone()),
            add_ons,
            state: assignment.state,
            since: before.since.filter(|_| same).or(Some(now)),
            period_end: assignment.period_end,
            grace_until: assignment.grace_until,
            scheduled: None,
            suspended: before.suspended,
        };
        store::save_written(tx, org, &plan.key, &written).await?;
        let event =
            Event::PlanChanged { plan: plan.key.clone(), state: assignment.state.as_str().to_owned() };
        record(tx, by, now, org, None, event)?;
        self.standing_of(&plans, org, written)
    }

    /// The organisation's row, locked, and what it has.
    pub(super) async fn lock(&self, tx: &mut Tx, org: OrgId) -> Result<Standing, PlanError> {
        if !store::lock(tx, org).await? {
            return Err(PlanError::NotFound(org));
        }
        let written = store::written_in(tx, org).await?.ok_or(PlanError::NotFound(org))?;
        self.standing_of(&all(store::plans_in(tx).await?), org, written)
    }

    fn standing_of(&self, plans: &[Plan], org: OrgId, written: Written) -> Result<Standing, PlanError> {
        let plan = find(plans, written.plan.as_deref().unwrap_or(&self.default_plan))?.clone();
        let holds = holds(written.state, written.grace_until, self.clock.now());
        let limits = match holds {
            true => raised(plan.limits, &written.add_ons),
            false => find(plans, &self.default_plan)?.limits,
        };
        let Written { add_ons, state, since, period_end, grace_until, scheduled, suspended, .. } = written;
        Ok(Standing {
            org,
            plan,
            add_ons,
            state,
            since,
            period_end,
            grace_until,
            scheduled,
            limits,
            holds,
            suspended,
        })
    }

    /// Whether the plan of organisations that nobody gave one exists.
    ///
    /// # Errors
    /// [`PlanError::NoPlan`].
    pub async fn check_default(&self) -> Result<(), PlanError> {
        find(&self.plans().await?, &self.default_plan).map(drop)
    }
}

/// The operator's plans, after those of the program whose key he did not take.
fn all(own: Vec<Plan>) -> Vec<Plan> {
    let theirs = plans().iter().filter(|plan| own.iter().all(|other| other.key != plan.key));
    let mut all: Vec<Plan> = theirs.cloned().collect();
    all.extend(own);
    all
}

/// The plan of a key.
fn find<'a>(plans: &'a [Plan], key: &str) -> Result<&'a Plan, PlanError> {
    let found = plans.iter().find(|plan| plan.key == key);
    found.ok_or_else(|| PlanError::NoPlan(key.chars().take(60).collect()))
}

/// Whether a plan holds, rather than the default one in its place.
fn holds(state: PlanState, grace_until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    match state {
        PlanState::Active => true,
        PlanState::PastDue => grace_until.is_none_or(|until| now < until),
        PlanState::Cancelled => false,
    }
}

#[cfg(test)]
mod tests;
