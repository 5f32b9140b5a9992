//! The handle's part that ends shows which go on after their planned end.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::OrgId;

use super::Shows;
use crate::base::Actor;
use crate::events::EndReason;
use crate::org::Orgs;
use crate::show::{Show, ShowError, store};

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

    /// Ends shows that are on air for longer after their planned end than their organisation wants; returns how many. A timer
    /// calls it, on every node.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_overrunning(&self) -> Result<u32, ShowError> {
        let (mut ended, mut rules) = (0, HashMap::new());
        for (id, org) in store::overrunning(&self.db, self.clock.now()).await? {
            let rule = match rules.get(&org) {
                Some(rule) => *rule,
                None => *rules.entry(org).or_insert(self.overrun(org).await?),
            };
            if rule.is_none() {
                continue;
            }
            let mut tx = self.db.begin().await?;
            let Some(mut show) = store::lock_any(&mut tx, id).await? else { continue };
            // It may have been given more time, or have ended, between the two looks.
            if show.ends_at(rule).is_none_or(|at| at > self.clock.now()) {
                continue;
            }
            let reason = EndReason::PastPlannedEnd;
            self.end_locked(&mut tx, &Actor::service("show"), &mut show, reason).await?;
            tx.commit().await?;
            ended += 1;
        }
        Ok(ended)
    }

    async fn overrun(&self, org: OrgId) -> Result<Option<TimeDelta>, ShowError> {
        let Some(orgs) = &self.orgs else { return Ok(None) };
        let minutes = orgs.face(org).await?.and_then(|face| face.settings.end_after_planned_min);
        Ok(minutes.map(|minutes| TimeDelta::minutes(minutes.into())))
    }
}
