//! Deleting an organisation, some hundred rows at a time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use vitrine_protocol::OrgId;

use super::model::HEARD_AFTER;
use super::{Leaving, LeavingError, archive, store};
use crate::base::Actor;
use crate::events::{Event, record};
use crate::mail::ToOwners;

/// Rows of one transaction: others who write wait no longer than one takes.
const STEP: i64 = 500;

/// The longest pause between two transactions.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

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
        let Some(emptied) = self.begin(org).await? else { return Ok(()) };
        // Nobody pays for what is not there. Only now: what is stopped at the last moment goes on being paid for. Where the provider does
        // not answer, the rest waits.
        self.billing.part(org).await?;
        for (export, _) in store::exports(&self.db, org).await? {
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

    /// Begins a deletion whose time has come, unless a show is on air: from here on nobody comes in, nothing goes on air, and
    /// publishers are closed. Since when it is emptied, or none where nothing is to be deleted now.
    pub(super) async fn begin(&self, org: OrgId) -> Result<Option<Option<DateTime<Utc>>>, LeavingError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        // Shows first, as whoever puts one on air: so one of both sees the other, and they do not wait for each other.
        if store::hold_shows(&mut tx, org).await? {
            return Ok(None); // It is let finish; the timer comes again.
        }
        let Some((begins, emptied)) = store::begin(&mut tx, org, now).await? else { return Ok(None) };
        if begins {
            self.orgs
                .write_to_owners(&mut tx, org, |organization| ToOwners::Deleted { organization })
                .await?;
            self.shows.revoke_all_keys(&mut tx, org, now).await?;
            self.orgs.keep_name(&mut tx, org).await?;
            store::let_people_go(&mut tx, org, now).await?;
        }
        tx.commit().await?;
        Ok(Some(emptied))
    }

    async fn erase_all(&self, rows: &store::Rows, org: OrgId) -> Result<(), LeavingError> {
        loop {
            let begun = Instant::now();
            let mut tx = self.db.begin().await?;
            let gone = store::erase(&mut tx, rows, org, STEP).await?;
            tx.commit().await?;
            // A row that somebody changed meanwhile is found by the next look.
            if gone == 0 {
                return Ok(());
            }
            // Others who write have as much of the time.
            tokio::time::sleep(begun.elapsed().min(LONGEST_PAUSE)).await;
        }
    }
}
