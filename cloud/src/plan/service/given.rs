//! What the operator gave, beside what is paid for; and what nobody can read.

use vitrine_protocol::OrgId;

use super::{Plans, Unreadable};
use crate::base::Actor;
use crate::db::Tx;
use crate::events::{Event, record};
use crate::plan::store::{self, Written};
use crate::plan::{Assignment, PlanError, PlanSource, PlanState};

impl Plans {
    /// Gives an organisation what it pays for; false when the operator gave it another plan, which stays. `news` says whether that is
    /// other than what was paid for before. Whoever asks holds the account's row.
    ///
    /// # Errors
    /// As [`Plans::assign`].
    pub async fn assign_paid(
        &self,
        tx: &mut Tx,
        org: OrgId,
        assignment: &Assignment,
        news: bool,
        by: &Actor,
    ) -> Result<bool, PlanError> {
        let written = store::written_in(tx, org).await?.ok_or(PlanError::NotFound(org))?;
        let given = written.source == Some(PlanSource::Operator);
        // What ends takes nothing from what was given.
        let yields = written.yields && assignment.state != PlanState::Cancelled;
        if given && !yields || !given && !news {
            return Ok(false);
        }
        let paid = Assignment { source: PlanSource::Billing, ..assignment.clone() };
        self.assign(tx, org, &paid, by).await?;
        Ok(true)
    }

    /// Lets the next plan that is paid for take the place of one that the operator gave.
    ///
    /// # Errors
    /// [`PlanError::NotFound`]; [`PlanError::Given`] unless that is meant.
    pub async fn make_room(&self, tx: &mut Tx, org: OrgId, meant: bool) -> Result<(), PlanError> {
        let before = self.lock(tx, org).await?;
        if !before.is_given() {
            return Ok(());
        }
        if !meant {
            return Err(PlanError::Given);
        }
        let written = Written { yields: true, ..before.written(self.clock.now()) };
        Ok(store::save_written(tx, org, &before.plan.key, &written).await?)
    }

    /// Takes back what the operator gave: the default plan holds, until something else is assigned. False when nothing was given.
    ///
    /// # Errors
    /// [`PlanError::NotFound`].
    pub async fn take_back(&self, tx: &mut Tx, org: OrgId, by: &Actor) -> Result<bool, PlanError> {
        if self.lock(tx, org).await?.source != Some(PlanSource::Operator) {
            return Ok(false);
        }
        store::delete_written(tx, org).await?;
        let (plan, state) = (self.default_plan.clone(), PlanState::Active.as_str().to_owned());
        record(tx, by, self.clock.now(), org, None, Event::PlanChanged { plan, state })?;
        Ok(true)
    }

    /// Organisations and plans that cannot be read, and why; at most `limit` organisations.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unreadable(&self, limit: usize) -> Result<Unreadable, PlanError> {
        Ok((store::unreadable(&self.db, limit).await?, store::unreadable_plans(&self.db).await?))
    }
}
