//! The handle's part that ends shows which go on after their planned end.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::{OrgId, ShowId};

use super::Shows;
use crate::base::Actor;
use crate::events::EndReason;
use crate::org::Orgs;
use crate::show::{Show, ShowError, store};

/// How many shows are looked up at once.
const AT_ONCE: i64 = 500;

impl Shows {
    /// The same with what organisations chose.
    #[must_use]
    pub fn as_chosen(self, orgs: Orgs) -> Self {
        Self { orgs: Some(orgs), ..self }
    }

    /// When a show on air ends by itself, if it does.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ends_at(&self, show: &Show) -> Result<Option<DateTime<Utc>>, ShowError> {
        if show.planned_end_at.is_none() || !show.state.on_air() {
            return Ok(None);
        }
        Ok(show.ends_at(self.overrun(show.org).await?))
    }

    /// Ends shows that are on air for longer after their planned end than their organisation wants; returns how many. One that
    /// cannot be ended is tried again the next time. A timer calls it, on every node.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_overrunning(&self) -> Result<u32, ShowError> {
        let (now, mut ended, mut rules, mut after) = (self.clock.now(), 0, HashMap::new(), None);
        loop {
            let page = store::overrunning(&self.db, now, after, AT_ONCE).await?;
            let Some((last, _, end)) = page.last() else { return Ok(ended) };
            after = Some((*end, *last));
            for (show, org, planned) in page {
                match self.end_overrunning(show, org, planned, &mut rules).await {
                    Ok(is_ended) => ended += u32::from(is_ended),
                    Err(error) => tracing::error!(
                        show.id = %show,
                        error = &error as &dyn std::error::Error,
                        "a show that goes on after its planned end could not be ended"
                    ),
                }
            }
        }
    }

    async fn end_overrunning(
        &self,
        id: ShowId,
        org: OrgId,
        planned: DateTime<Utc>,
        rules: &mut HashMap<OrgId, Option<TimeDelta>>,
    ) -> Result<bool, ShowError> {
        let rule = match rules.get(&org) {
            Some(rule) => *rule,
            None => *rules.entry(org).or_insert(self.overrun(org).await?),
        };
        let due = rule.and_then(|after| planned.checked_add_signed(after));
        if due.is_none_or(|at| at > self.clock.now()) {
            return Ok(false);
        }
        let mut tx = self.db.begin().await?;
        let Some(mut show) = store::lock_any(&mut tx, id).await? else { return Ok(false) };
        // It may have been given more time, or have ended, between the two looks.
        if show.ends_at(rule).is_none_or(|at| at > self.clock.now()) {
            return Ok(false);
        }
        let reason = EndReason::PastPlannedEnd;
        self.end_locked(&mut tx, &Actor::service("show"), &mut show, reason).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn overrun(&self, org: OrgId) -> Result<Option<TimeDelta>, ShowError> {
        let Some(orgs) = &self.orgs else { return Ok(None) };
        let minutes = orgs.face(org).await?.and_then(|face| face.settings.end_after_planned_min);
        Ok(minutes.map(|minutes| TimeDelta::minutes(minutes.into())))
    }
}
