//! Deleting an organisation, some hundred rows at a time.

use vitrine_protocol::OrgId;

use super::model::HEARD_AFTER;
use super::{Leaving, LeavingError, archive, store};
use crate::base::Actor;
use crate::events::{Event, record};
use crate::mail::ToOwners;

/// Rows of one transaction: others who write wait no longer than one takes.
const STEP: i64 = 500;

impl Leaving {
    /// Goes on with a deletion whose time has come, as far as it can go now. Safe to do twice, and after any crash.
    pub(super) async fn erase(&self, org: OrgId) -> Result<(), LeavingError> {
        let now = self.clock.now();
        let us = Actor::service("leaving");
        if !self.shows.on_air(org).await?.is_empty() {
            return Ok(()); // It is let finish; the timer comes again.
        }
        if !store::goes_on(&self.db, org).await? {
            return Ok(()); // What a suspended one left behind is kept.
        }
        // Nobody pays for what is not there. Where the provider does not answer, all of it waits.
        self.billing.part(org).await?;
        let mut tx = self.db.begin().await?;
        let Some((begins, emptied)) = store::begin(&mut tx, org, now).await? else { return Ok(()) };
        if begins {
            self.orgs
                .write_to_owners(&mut tx, org, |organization| ToOwners::Deleted { organization })
                .await?;
            for show in store::receiving(&mut tx, org).await? {
                record(&mut tx, &us, now, org, Some(show), Event::PublishKeyRevoked { show })?;
            }
        }
        tx.commit().await?;
        for export in store::exports(&self.db, org).await? {
            self.blobs.delete(&archive::blob(export.id)).await?;
        }
        for rows in store::ITS_OWN {
            self.erase_all(rows, org).await?;
        }
        loop {
            let mut tx = self.db.begin().await?;
            let shows = store::take_shows(&mut tx, org, STEP).await?;
            for show in &shows {
                record(&mut tx, &us, now, org, Some(*show), Event::ShowDeleted { show: *show })?;
            }
            tx.commit().await?;
            if shows.is_empty() {
                break;
            }
        }
        self.blobs.delete_folder(&format!("media/{org}")).await?;
        if emptied.is_none_or(|at| at + HEARD_AFTER > now) {
            if emptied.is_none() {
                let mut tx = self.db.begin().await?;
                store::note_emptied(&mut tx, org, now).await?;
                tx.commit().await?;
            }
            return Ok(());
        }
        for rows in store::LAST {
            self.erase_all(rows, org).await?;
        }
        let mut tx = self.db.begin().await?;
        store::delete_organization(&mut tx, org).await?;
        tx.commit().await?;
        tracing::info!(org.id = %org, "an organisation was deleted");
        Ok(())
    }

    async fn erase_all(&self, rows: &store::Rows, org: OrgId) -> Result<(), LeavingError> {
        loop {
            let mut tx = self.db.begin().await?;
            let gone = store::erase(&mut tx, rows, org, STEP).await?;
            tx.commit().await?;
            if gone < STEP.unsigned_abs() {
                return Ok(());
            }
        }
    }
}
