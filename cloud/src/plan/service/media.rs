//! What plans say about pictures: who rehearses, who watches, how long recordings stay.

use std::collections::HashMap;

use vitrine_protocol::{OrgId, ShowId};

use super::Plans;
use crate::db::Tx;
use crate::plan::store::{self, Terms};
use crate::plan::usage::month;
use crate::plan::{Limit, PlanError, RecordingTerms, Standing};

/// Shows beside those that may be on air of which an encoder is connected.
const REHEARSALS: i64 = 2;

impl Plans {
    /// Asks whether one more encoder may connect, for a show that is not on air: a picture that nobody sees costs as much as
    /// another. Rows of the show are held.
    ///
    /// # Errors
    /// [`PlanError::Rehearsals`]; [`PlanError::Suspended`]; [`PlanError::NotFound`].
    pub async fn take_rehearsal(&self, tx: &mut Tx, org: OrgId, show: ShowId) -> Result<(), PlanError> {
        let standing = self.unlimited_or_locked(tx, org, Limit::ConcurrentShows).await?;
        if let Some(at_a_time) = standing.limits.get(Limit::ConcurrentShows) {
            let used = store::rehearsals(tx, org, show, self.clock.now()).await?;
            let allowed = at_a_time.saturating_add(REHEARSALS);
            if used >= allowed {
                return Err(PlanError::Rehearsals { plan: standing.plan.key, allowed, used });
            }
        }
        Ok(())
    }

    /// The height that the largest picture of a show may have which is about to begin.
    ///
    /// # Errors
    /// [`PlanError::NotFound`].
    pub async fn ladder_top(&self, tx: &mut Tx, org: OrgId) -> Result<Option<i64>, PlanError> {
        let written = store::written_in(tx, org).await?.ok_or(PlanError::NotFound(org))?;
        let plans = super::all(store::plans_in(tx).await?);
        Ok(self.standing_of(&plans, org, written)?.limits.ladder_top)
    }

    /// Notes how many watch an organisation's shows through this process, for the most of the month and for the other processes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note_viewers(&self, all: &[(OrgId, i64)]) -> Result<(), PlanError> {
        let now = self.clock.now();
        let month = month(now);
        for (org, viewers) in all {
            let mut tx = self.db.begin().await?;
            if store::exists(&mut tx, *org).await? {
                store::note_watching(&mut tx, &self.serve, *org, *viewers, now).await?;
                let together = store::watching_now(&mut tx, *org, now).await?;
                store::raise_peak(&mut tx, *org, &month, together).await?;
                tx.commit().await?;
            }
        }
        let mut tx = self.db.begin().await?;
        store::forget_watching(&mut tx, &self.serve, now).await?;
        Ok(tx.commit().await?)
    }

    /// How many watch an organisation's shows through other processes, as they said last.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn watching_elsewhere(&self, org: OrgId) -> Result<i64, PlanError> {
        Ok(store::watching_elsewhere(&self.db, org, &self.serve, self.clock.now()).await?)
    }

    /// For how many days the recordings of these shows are kept; `None` is as long as the server keeps any. Shows that are not known
    /// are not among them. Whoever asks is about to delete: that days became fewer is noted, and holds after the notice.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn recordings_of(&self, shows: &[ShowId]) -> Result<HashMap<ShowId, Option<i64>>, PlanError> {
        let mut kept = HashMap::new();
        for (org, shows) in store::owners(&self.db, shows).await? {
            let had = store::has_aired(&self.db, org).await?;
            let mut tx = self.db.begin().await?;
            let standing = match self.lock(&mut tx, org).await {
                Ok(standing) => standing,
                Err(PlanError::NotFound(_)) => continue,
                Err(error) => return Err(error),
            };
            let (noted, now) = (store::terms_in(&mut tx, org).await?, self.clock.now());
            let terms = Terms::now_that(noted, standing.limits.retention_days, had, now);
            if noted != Some(terms) {
                store::save_terms(&mut tx, org, terms).await?;
                tx.commit().await?;
            }
            kept.extend(shows.into_iter().map(|show| (show, terms.at(now).days)));
        }
        Ok(kept)
    }

    /// How long an organisation's recordings are kept.
    pub(super) async fn recording_terms(&self, standing: &Standing) -> Result<RecordingTerms, PlanError> {
        let (org, now) = (standing.org, self.clock.now());
        let (noted, had) = (store::terms(&self.db, org).await?, store::has_aired(&self.db, org).await?);
        Ok(Terms::now_that(noted, standing.limits.retention_days, had, now).at(now))
    }
}
