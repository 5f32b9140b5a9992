//! The handle of leaving.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use vitrine_protocol::{ExportId, OrgId};

use super::archive::blob;
use super::model::{KEPT_FOR, LINK_FOR, NOTICE};
use super::run::{erase_job, export_job};
use super::{Confirmation, Export, ExportState, LeavingError, OrganizationDeletion, store};
use crate::base::{Actor, ActorKind, Clock, Invalid, Permission};
use crate::billing::Billing;
use crate::blobs::{BlobReader, Blobs};
use crate::db::{Db, DbError, Tx};
use crate::events::{Event, record};
use crate::jobs::enqueue;
use crate::mail::ToOwners;
use crate::org::{OrgError, Orgs, Proof};
use crate::secrets::{KeyRing, Place};
use crate::show::Shows;

/// Leaving. Clones share everything.
#[derive(Clone)]
pub struct Leaving {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) orgs: Orgs,
    pub(super) shows: Shows,
    pub(super) billing: Billing,
    pub(super) blobs: Blobs,
    pub(super) ring: KeyRing,
    pub(super) public_url: String,
    /// Where archives are put together.
    pub(super) folder: PathBuf,
}

impl Leaving {
    /// The handle over the rooms it leans on. Archives are put together in `folder` and had at `public_url`.
    #[must_use]
    pub fn new(
        (db, clock): (Db, Clock),
        (orgs, shows, billing): (Orgs, Shows, Billing),
        (blobs, ring): (Blobs, KeyRing),
        public_url: &str,
        folder: PathBuf,
    ) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self { db, clock, orgs, shows, billing, blobs, ring, public_url, folder }
    }

    /// Has all data put into one file; the owners get a letter when it is there.
    ///
    /// # Errors
    /// [`LeavingError::Denied`]; [`LeavingError::Running`].
    pub async fn export(&self, actor: &Actor, org: OrgId) -> Result<Export, LeavingError> {
        actor.require(Permission::ExportOrganization, org)?;
        let (id, now) = (ExportId::new(), self.clock.now());
        let mut tx = self.db.begin().await?;
        store::insert_export(&mut tx, org, id, now).await.map_err(|error| match error {
            DbError::Clash => LeavingError::Running,
            error => error.into(),
        })?;
        record(&mut tx, actor, now, org, None, Event::ExportRequested { export: id })?;
        enqueue(&mut tx, now, &export_job(org, id)).await?;
        tx.commit().await?;
        let state = ExportState::Waiting;
        Ok(Export { id, state, size_bytes: None, created_at: now, expires_at: None, url: None })
    }

    /// The exports that there are, newest first.
    ///
    /// # Errors
    /// [`LeavingError::Denied`].
    pub async fn exports(&self, actor: &Actor, org: OrgId) -> Result<Vec<Export>, LeavingError> {
        actor.require(Permission::ExportOrganization, org)?;
        let (mut exports, until) = (Vec::new(), self.clock.now() + LINK_FOR);
        for (mut export, links) in store::exports(&self.db, org).await? {
            if export.state == ExportState::Ready {
                export.url = Some(self.link(org, (export.id, links), until)?);
            }
            exports.push(export);
        }
        Ok(exports)
    }

    /// The file of an export, for whoever has a link to it.
    ///
    /// # Errors
    /// [`LeavingError::BadLink`].
    pub async fn open(&self, id: ExportId, token: &str) -> Result<BlobReader, LeavingError> {
        let (org, links) = store::linked(&self.db, id).await?.ok_or(LeavingError::BadLink)?;
        let row = row_of(id, links);
        if token.len() > 500 {
            return Err(LeavingError::BadLink);
        }
        let opened = self.ring.open(place(org, &row), token).map_err(|_| LeavingError::BadLink)?;
        let until: Option<i64> = opened.text().and_then(|text| text.parse().ok());
        if until.is_none_or(|until| until <= self.clock.now().timestamp_millis()) {
            return Err(LeavingError::BadLink);
        }
        self.blobs.open(&blob(id)).await?.ok_or(LeavingError::BadLink)
    }

    /// A link to an export's file that holds until then.
    pub(super) fn link(
        &self,
        org: OrgId,
        (id, links): (ExportId, i64),
        until: DateTime<Utc>,
    ) -> Result<String, LeavingError> {
        let row = row_of(id, links);
        let token = self.ring.seal(place(org, &row), until.timestamp_millis().to_string().as_bytes())?;
        Ok(format!("{}/v1/exports/{id}?token={token}", self.public_url))
    }

    /// Has the organisation deleted in fourteen days. Asked again, it stays with the day that was.
    ///
    /// # Errors
    /// [`LeavingError::Denied`]; [`LeavingError::Invalid`] for another name; [`LeavingError::OnAir`]; [`LeavingError::Org`] when the
    /// password is not the caller's, or their second factor is not.
    pub async fn schedule(
        &self,
        actor: &Actor,
        org: OrgId,
        confirmation: Confirmation,
    ) -> Result<OrganizationDeletion, LeavingError> {
        actor.require(Permission::DeleteOrganization, org)?;
        let organization = self.orgs.find(org).await?.ok_or(OrgError::NotFound(org))?;
        if confirmation.name.trim() != organization.name {
            return Err(Invalid::new("`name` takes the organisation's name, as it is").into());
        }
        if !self.shows.on_air(org).await?.is_empty() {
            return Err(LeavingError::OnAir);
        }
        let Confirmation { password, code, recovery_code, .. } = confirmation;
        let proof = Proof::if_said(code, recovery_code)?;
        let mut tx = self.orgs.confirm(actor, password, proof.as_ref()).await?;
        let now = self.clock.now();
        let by = name_of(actor);
        let wanted =
            OrganizationDeletion { asked_by: actor.user(), asked_at: now, at: now + NOTICE, begun: false };
        if store::schedule(&mut tx, org, &wanted).await? {
            let event = Event::OrganizationDeletionScheduled { at: wanted.at };
            record(&mut tx, actor, now, org, None, event)?;
            let letter =
                |organization| ToOwners::DeletionScheduled { organization, by: by.clone(), at: wanted.at };
            self.orgs.write_to_owners(&mut tx, org, letter).await?;
        }
        tx.commit().await?;
        store::deletion(&self.db, org).await?.ok_or(LeavingError::NoDeletion)
    }

    /// Whether and when the organisation is to be deleted, for all of its members.
    ///
    /// # Errors
    /// [`LeavingError::Denied`]; [`LeavingError::NoDeletion`].
    pub async fn deletion(&self, actor: &Actor, org: OrgId) -> Result<OrganizationDeletion, LeavingError> {
        actor.require(Permission::ViewOrganization, org)?;
        store::deletion(&self.db, org).await?.ok_or(LeavingError::NoDeletion)
    }

    /// Keeps the organisation after all.
    ///
    /// # Errors
    /// [`LeavingError::Denied`]; [`LeavingError::NoDeletion`] when none is to come, or it has begun.
    pub async fn cancel(&self, actor: &Actor, org: OrgId) -> Result<(), LeavingError> {
        actor.require_to_end(Permission::DeleteOrganization, org)?;
        let mut tx = self.db.begin().await?;
        self.cancel_in(&mut tx, actor, org).await?;
        Ok(tx.commit().await?)
    }

    /// The same in the transaction of whoever notes it, and has checked who asks.
    ///
    /// # Errors
    /// [`LeavingError::NoDeletion`] when none is to come, or it has begun.
    pub async fn cancel_in(&self, tx: &mut Tx, by: &Actor, org: OrgId) -> Result<(), LeavingError> {
        if !store::cancel(tx, org).await? {
            return Err(LeavingError::NoDeletion);
        }
        let event = Event::OrganizationDeletionCancelled;
        record(tx, by, self.clock.now(), org, None, event)?;
        self.tell_stopped(tx, by, org).await
    }

    /// Whether and when the organisation is to be deleted. The caller has checked who asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn standing(&self, org: OrgId) -> Result<Option<OrganizationDeletion>, LeavingError> {
        Ok(store::deletion(&self.db, org).await?)
    }

    async fn tell_stopped(&self, tx: &mut Tx, by: &Actor, org: OrgId) -> Result<(), LeavingError> {
        let letter = |organization| ToOwners::DeletionStopped { organization, by: name_of(by) };
        Ok(self.orgs.write_to_owners(tx, org, letter).await?)
    }

    /// Has organisations deleted whose time has come, and forgets old exports. A timer calls it.
    ///
    /// # Errors
    /// The database or the store of files does not answer.
    pub async fn sweep(&self) -> Result<(), LeavingError> {
        let now = self.clock.now();
        let due = store::due(&self.db, now, now - super::model::HEARD_AFTER).await?;
        if !due.is_empty() {
            let mut tx = self.db.begin().await?;
            for org in due {
                enqueue(&mut tx, now, &erase_job(org)).await?;
            }
            tx.commit().await?;
        }
        for export in store::old_exports(&self.db, now - KEPT_FOR).await? {
            self.blobs.delete(&blob(export)).await?;
            let mut tx = self.db.begin().await?;
            store::delete_export(&mut tx, export).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Says that an export failed for good.
    pub(super) async fn give_up(&self, id: ExportId) -> Result<(), LeavingError> {
        let mut tx = self.db.begin().await?;
        store::end_export(&mut tx, id, None, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }
}

/// What a person is called; of others that it is Vitrine.
fn name_of(actor: &Actor) -> String {
    match &actor.kind {
        ActorKind::User { name, .. } => name.clone(),
        _ => "Vitrine".to_owned(),
    }
}

/// What a link is sealed to: the export, and how often its links were made void before.
fn row_of(id: ExportId, links: i64) -> String {
    if links == 0 { id.to_string() } else { format!("{id}.{links}") }
}

fn place(org: OrgId, row: &str) -> Place<'_> {
    Place { table: "org_exports", column: "link", row, org: Some(org) }
}
