//! The handle of plans.

mod add_ons;
mod given;
mod media;

use std::sync::Arc;

use chrono::{DateTime, Months, TimeDelta, Utc};
use vitrine_protocol::OrgId;

use super::builtin::plans;
use super::model::{check_add_ons, check_price, raised};
use super::plenty::Plenty;
use super::store::{self, Written};
use super::usage::{check_month, month};
use super::{
    AddOnCount, Assignment, Limit, LimitHit, Limits, Names, Plan, PlanChange, PlanChoice, PlanError,
    PlanSource, PlanState, PlanView, ScheduledChange, Standing, Suspension, Usage,
};
use crate::base::{Actor, Clock, Invalid, Permission, trimmed};
use crate::db::{Db, Tx};
use crate::events::{Event, record};

/// How long before days of recordings become fewer.
pub(super) const NOTICE: TimeDelta = TimeDelta::days(14);
/// Plans that an operator can make.
const OWN_PLANS: usize = 100;

/// Plans and who has which. Clones share everything.
#[derive(Clone)]
pub struct Plans {
    db: Db,
    clock: Clock,
    default_plan: String,
    self_service: bool,
    plenty: Plenty,
    /// This process, among those that share the database.
    serve: Arc<str>,
}

/// Organisations, and plans by their keys, that cannot be read, each with the reason.
pub type Unreadable = (Vec<(OrgId, String)>, Vec<(String, String)>);

/// What an organisation has of one thing, and may have, while its row is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    plan: String,
    limit: Limit,
    allowed: Option<i64>,
    used: i64,
}

impl Room {
    /// Asks for `more` of it.
    ///
    /// # Errors
    /// [`LimitHit`] when that is more than the plan has.
    pub fn take(&self, more: i64) -> Result<(), LimitHit> {
        let Self { plan, limit, allowed, used } = self;
        match *allowed {
            Some(allowed) if used.saturating_add(more) > allowed => {
                Err(LimitHit { limit: *limit, allowed, used: *used, plan: plan.clone() })
            }
            _ => Ok(()),
        }
    }
}

impl Plans {
    /// The handle over `db`. Organisations that nobody gave a plan have `default_plan`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, default_plan: &str) -> Self {
        Self {
            db,
            clock,
            default_plan: default_plan.to_owned(),
            self_service: false,
            plenty: Plenty::default(),
            serve: uuid::Uuid::now_v7().to_string().into(),
        }
    }

    /// The same; owners choose plans themselves if `on`.
    #[must_use]
    pub fn self_service(self, on: bool) -> Self {
        Self { self_service: on, ..self }
    }

    /// Every plan: the operator's, and those of the program whose key he did not take.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plans(&self) -> Result<Vec<Plan>, PlanError> {
        Ok(all(store::plans(&self.db).await?))
    }

    /// The same within a transaction: who holds one connection does not wait for another.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plans_in(&self, tx: &mut Tx) -> Result<Vec<Plan>, PlanError> {
        Ok(all(store::plans_in(tx).await?))
    }

    /// Makes a plan, or changes what is named of the one of that key, for everybody who has it. One with the key of a built-in plan stands in its place.
    /// The caller has checked who asks.
    ///
    /// # Errors
    /// [`PlanError::Invalid`].
    pub async fn put_plan(
        &self,
        tx: &mut Tx,
        key: &str,
        draft: impl Into<PlanChange>,
    ) -> Result<Plan, PlanError> {
        let own = store::plans_in(tx).await?;
        let before = all(own.clone()).into_iter().find(|plan| plan.key == key);
        let plan = draft.into().over(before)?.check(key)?;
        if own.len() >= OWN_PLANS && own.iter().all(|other| other.key != plan.key) {
            return Err(Invalid::new(format!("there are at most {OWN_PLANS} plans of your own")).into());
        }
        store::save_plan(tx, &plan).await?;
        Ok(plan)
    }

    /// The key of the plan that organisations have which nobody gave one.
    #[must_use]
    pub fn default_plan(&self) -> &str {
        &self.default_plan
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

    /// What an organisation has of a thing and may have. Where there is a limit its row is locked until the transaction ends, and the
    /// count is from after that: two who ask at once do not pass together. Ask when the rows of the change are held: the organisation's
    /// is always the last.
    ///
    /// # Errors
    /// [`PlanError::NotFound`]; [`PlanError::Suspended`].
    pub async fn room(&self, tx: &mut Tx, org: OrgId, limit: Limit) -> Result<Room, PlanError> {
        let standing = self.unlimited_or_locked(tx, org, limit).await?;
        let (allowed, now) = (standing.limits.get(limit), self.clock.now());
        let used = match allowed {
            // Counting a great catalogue takes long, with everybody's writer in hand.
            Some(allowed) if limit == Limit::Products => match self.plenty.used(org, allowed, now) {
                Some(used) => used,
                None => {
                    let used = store::count_in(tx, org, limit, now).await?;
                    self.plenty.note(org, (used, allowed), now);
                    used
                }
            },
            Some(_) => store::count_in(tx, org, limit, now).await?,
            None => 0,
        };
        Ok(Room { plan: standing.plan.key, limit, allowed, used })
    }

    /// Asks for `more` of a thing, as [`Plans::room`] has it.
    ///
    /// # Errors
    /// [`PlanError::Limit`]; [`PlanError::Suspended`]; [`PlanError::NotFound`].
    pub async fn take(&self, tx: &mut Tx, org: OrgId, limit: Limit, more: i64) -> Result<(), PlanError> {
        Ok(self.room(tx, org, limit).await?.take(more)?)
    }

    /// Asks whether a show may go on air: one more at this time, one more of this month, and minutes left. Rows of the show are held.
    ///
    /// # Errors
    /// [`PlanError::Limit`]; [`PlanError::Suspended`]; [`PlanError::NotFound`], also of one that is being deleted.
    pub async fn take_air(&self, tx: &mut Tx, org: OrgId) -> Result<(), PlanError> {
        if store::is_leaving(tx, org).await? {
            return Err(PlanError::NotFound(org));
        }
        self.take(tx, org, Limit::ConcurrentShows, 1).await?;
        self.take(tx, org, Limit::MinutesAMonth, 1).await?;
        let standing = self.unlimited_or_locked(tx, org, Limit::ShowsAMonth).await?;
        let limit = Limit::ShowsAMonth;
        if let Some(allowed) = standing.limits.get(limit) {
            let used = store::aired(tx, org, self.clock.now()).await?;
            Room { plan: standing.plan.key, limit, allowed: Some(allowed), used }.take(1)?;
        }
        Ok(())
    }

    /// Counts pictures no more whose files are gone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn give_back_blobs(&self, tx: &mut Tx, org: OrgId, names: &[String]) -> Result<(), PlanError> {
        for name in names {
            store::forget_blob(tx, org, name).await?;
        }
        Ok(())
    }

    /// Notes pictures by name and size, and asks whether there is room for those that are new.
    ///
    /// # Errors
    /// [`PlanError::Limit`]; [`PlanError::Suspended`]; [`PlanError::NotFound`].
    pub async fn take_blobs(
        &self,
        tx: &mut Tx,
        org: OrgId,
        blobs: &[(&str, usize)],
    ) -> Result<(), PlanError> {
        let room = self.room(tx, org, Limit::BlobBytes).await?;
        let mut new = 0_i64;
        for (name, bytes) in blobs {
            let bytes = i64::try_from(*bytes).unwrap_or(i64::MAX);
            if store::note_blob(tx, org, name, bytes).await? {
                new = new.saturating_add(bytes);
            }
        }
        // The same picture once more takes nothing, whatever the plan is.
        if new > 0 { Ok(room.take(new)?) } else { Ok(()) }
    }

    /// What an organisation has, its row locked where there is a limit.
    async fn unlimited_or_locked(
        &self,
        tx: &mut Tx,
        org: OrgId,
        limit: Limit,
    ) -> Result<Standing, PlanError> {
        let written = store::written_in(tx, org).await?.ok_or(PlanError::NotFound(org))?;
        let mut standing = self.standing_of(&all(store::plans_in(tx).await?), org, written)?;
        if standing.limits.get(limit).is_some() {
            standing = self.lock(tx, org).await?;
        }
        match standing.suspended.clone() {
            Some(suspension) => Err(PlanError::Suspended(suspension)),
            None => Ok(standing),
        }
    }

    /// All that is known of an organisation's plan. The caller has checked who asks.
    ///
    /// # Errors
    /// [`PlanError::NotFound`].
    pub async fn view(&self, org: OrgId) -> Result<PlanView, PlanError> {
        let (standing, used) = (self.standing(org).await?, self.used(org).await?);
        let (usage, plans) = (self.usage(org, None).await?, self.plans().await?);
        let (recordings, add_ons) = (self.recording_terms(&standing).await?, self.add_ons().await?);
        let then = match &standing.scheduled {
            Some(next) => raised(find_or_later(&plans, &next.plan).limits, &next.add_ons),
            None => standing.limits,
        };
        let over_then = if standing.scheduled.is_some() { used.over(&then) } else { Vec::new() };
        let sells = sells(&plans, add_ons.iter().any(|one| one.price.is_some()));
        let offered = |plan: &Plan| !self.self_service || self.is_chosen(plan, sells);
        let offers = (plans.into_iter().filter(offered).collect(), add_ons);
        Ok(PlanView::new(standing, (used, over_then), (usage, recordings), offers, self.self_service))
    }

    /// How much of everything an organisation has, of what is kept in rows. The caller has checked who asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn used(&self, org: OrgId) -> Result<Limits, PlanError> {
        let (mut used, now) = (Limits::default(), self.clock.now());
        for limit in Limit::ALL {
            if !matches!(limit, Limit::LadderTop | Limit::Viewers | Limit::RetentionDays) {
                *used.get_mut(*limit) = Some(store::count(&self.db, org, *limit, now).await?);
            }
        }
        Ok(used)
    }

    /// What an organisation used in a month (`2026-11`), or in this one. The caller has checked who asks.
    ///
    /// # Errors
    /// [`PlanError::Invalid`] for what is no month.
    pub async fn usage(&self, org: OrgId, asked: Option<&str>) -> Result<Usage, PlanError> {
        let month = asked.map_or_else(|| Ok(month(self.clock.now())), check_month)?;
        Ok(store::usage(&self.db, org, &month).await?.unwrap_or_else(|| Usage::none(month)))
    }

    /// Suspends an organisation: its members read and change nothing, its pages are closed, its publishers are refused. A show on air
    /// goes on. The caller has checked who asks.
    ///
    /// # Errors
    /// [`PlanError::NotFound`]; [`PlanError::Invalid`].
    pub async fn suspend(&self, tx: &mut Tx, org: OrgId, reason: &str, by: &Actor) -> Result<(), PlanError> {
        let reason = trimmed("reason", reason, 1, 300)?;
        let before = self.lock(tx, org).await?;
        let now = self.clock.now();
        let at = before.suspended.map_or(now, |one| one.at);
        store::set_suspended(tx, org, Some(&Suspension { at, reason: reason.clone() })).await?;
        Ok(record(tx, by, now, org, None, Event::OrganizationSuspended { reason })?)
    }

    /// Lets a suspended organisation go on; false when it was not suspended.
    ///
    /// # Errors
    /// [`PlanError::NotFound`].
    pub async fn resume(&self, tx: &mut Tx, org: OrgId, by: &Actor) -> Result<bool, PlanError> {
        if self.lock(tx, org).await?.suspended.is_none() {
            return Ok(false);
        }
        store::set_suspended(tx, org, None).await?;
        record(tx, by, self.clock.now(), org, None, Event::OrganizationResumed)?;
        Ok(true)
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
            source: Some(assignment.source),
            yields: false,
        };
        store::save_written(tx, org, &plan.key, &written).await?;
        let event =
            Event::PlanChanged { plan: plan.key.clone(), state: assignment.state.as_str().to_owned() };
        record(tx, by, now, org, None, event)?;
        self.standing_of(&plans, org, written)
    }

    /// What an owner chooses: more at once, less when the period ends that is paid for; fewer days of recordings not before 14 days, so
    /// that nobody loses any unawares. Choosing what it has calls off what was scheduled.
    ///
    /// # Errors
    /// [`PlanError::Denied`]; [`PlanError::OperatorOnly`]; [`PlanError::Paid`], for more of any add-on too where anything has a price;
    /// [`PlanError::NoPlan`] for one that is not offered; [`PlanError::NoAddOn`].
    pub async fn choose(&self, actor: &Actor, org: OrgId, choice: PlanChoice) -> Result<PlanView, PlanError> {
        actor.require(Permission::ManagePlan, org)?;
        if !self.self_service {
            return Err(PlanError::OperatorOnly);
        }
        let mut tx = self.db.begin().await?;
        let before = self.lock(&mut tx, org).await?;
        let plans = all(store::plans_in(&mut tx).await?);
        let plan = find(&plans, &choice.plan)?;
        let prices = store::add_on_prices_in(&mut tx).await?;
        let sells = sells(&plans, !prices.is_empty());
        if plan.key != before.plan.key && !(plan.offered && self.is_chosen(plan, sells)) {
            return Err(PlanError::NoPlan(plan.key.clone()));
        }
        if plan.price.is_some() || before.plan.price.is_some() {
            return Err(PlanError::Paid);
        }
        let add_ons = check_add_ons(choice.add_ons.as_deref().unwrap_or(&before.add_ons))?;
        // What was had before something had a price may be kept.
        let had = |one: &AddOnCount| {
            before.add_ons.iter().any(|other| other.key == one.key && other.quantity >= one.quantity)
        };
        if sells && !add_ons.iter().all(had) {
            return Err(PlanError::Paid);
        }
        let same = plan.key == before.plan.key && add_ons == before.add_ons;
        if before.is_given() && !same && !choice.overrides {
            return Err(PlanError::Given);
        }
        let (wanted, now) = (raised(plan.limits, &add_ons), self.clock.now());
        let less = wanted.below(&before.limits);
        if same {
            if before.scheduled.is_some() {
                store::save_written(
                    &mut tx,
                    org,
                    &plan.key,
                    &Written { scheduled: None, ..before.written(now) },
                )
                .await?;
                record(&mut tx, actor, now, org, None, Event::PlanChangeCancelled)?;
            }
        } else if less.is_empty() {
            let assignment = Assignment {
                add_ons,
                state: before.state,
                period_end: before.period_end,
                grace_until: before.grace_until,
                source: PlanSource::Owner,
                ..Assignment::of(&plan.key)
            };
            self.assign(&mut tx, org, &assignment, actor).await?;
        } else {
            let mut at = before.period_end.filter(|end| *end > now).unwrap_or_else(|| next_month(now));
            if less.contains(&Limit::RetentionDays) {
                at = at.max(now + NOTICE);
            }
            let scheduled = Some(ScheduledChange { plan: plan.key.clone(), add_ons, at });
            let written = Written { scheduled, ..before.written(now) };
            store::save_written(&mut tx, org, &before.plan.key, &written).await?;
            let event = Event::PlanChangeScheduled { plan: plan.key.clone(), at };
            record(&mut tx, actor, now, org, None, event)?;
        }
        tx.commit().await?;
        self.view(org).await
    }

    /// Does what was scheduled for now; how many changes it was. A timer calls it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn apply_due(&self) -> Result<u32, PlanError> {
        let mut done = 0;
        for org in store::due(&self.db, self.clock.now()).await? {
            let mut tx = self.db.begin().await?;
            let standing = self.lock(&mut tx, org).await?;
            let Some(scheduled) = standing.scheduled else { continue };
            if scheduled.at > self.clock.now() {
                continue; // chosen anew between the two looks
            }
            // An owner scheduled it.
            let assignment = Assignment {
                add_ons: scheduled.add_ons,
                source: PlanSource::Owner,
                ..Assignment::of(&scheduled.plan)
            };
            match self.assign(&mut tx, org, &assignment, &Actor::service("plan")).await {
                Ok(_) => tx.commit().await?,
                // A process of the version that knows the plan does it; the others go on here.
                Err(error) => {
                    tracing::warn!(org.id = %org, %error, "a change of plan that is due cannot be done here");
                    continue;
                }
            }
            done += 1;
        }
        Ok(done)
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
        let plan = match written.plan.as_deref() {
            Some(key) => find_or_later(plans, key),
            None => find(plans, &self.default_plan)?.clone(),
        };
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
            source: written.source,
            yields: written.yields,
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

    /// Whether owners choose a plan: where anything has a price, what came with the program without one is not to be had for nothing.
    fn is_chosen(&self, plan: &Plan, sells: bool) -> bool {
        !sells || !plan.builtin || plan.price.is_some() || plan.key == self.default_plan
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

/// Whether the operator gave a plan, or an add-on, a price.
fn sells(plans: &[Plan], add_on: bool) -> bool {
    add_on || plans.iter().any(|plan| plan.price.is_some())
}

/// The plan of a key.
fn find<'a>(plans: &'a [Plan], key: &str) -> Result<&'a Plan, PlanError> {
    let found = plans.iter().find(|plan| plan.key == key);
    found.ok_or_else(|| PlanError::NoPlan(key.chars().take(60).collect()))
}

/// The plan of a key that is written. A later version may know one that this does not: no limit of it is known here then, so that
/// nothing of the organisation closes while versions overlap.
fn find_or_later(plans: &[Plan], key: &str) -> Plan {
    let later = || Plan {
        key: key.to_owned(),
        names: Names { en: key.to_owned(), de: None, fr: None },
        limits: Limits::default(),
        price: None,
        offered: false,
        builtin: false,
    };
    find(plans, key).cloned().unwrap_or_else(|_| later())
}

/// When the next calendar month begins (UTC).
fn next_month(now: DateTime<Utc>) -> DateTime<Utc> {
    store::month_of(now).checked_add_months(Months::new(1)).unwrap_or(now + NOTICE)
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
