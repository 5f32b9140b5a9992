//! What an organisation chose, and what was done in it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;
use vitrine_protocol::OrgId;

use super::Orgs;
use crate::base::{Actor, Page, Permission};
use crate::events::{Event, deeds, record};
use crate::org::{Deed, OrgError, OrganizationPatch, OrganizationView, Settings, store};

/// Which pages may show an organisation's shows is known for so long without asking again.
const KNOWN_FOR: Duration = Duration::from_secs(5);
/// The most organisations of which it is known.
const MOST_KNOWN: usize = 10_000;

/// Settings that many viewers ask about at once.
pub(super) type Pages = Arc<Mutex<HashMap<OrgId, (Public, Instant)>>>;

/// What the public side has to know of an organisation.
#[derive(Debug, Clone)]
pub(super) struct Public {
    settings: Arc<Settings>,
    /// How many may watch at a time; `None` is without limit.
    viewers: Option<i64>,
}

impl Orgs {
    /// The organisation and what it chose.
    ///
    /// # Errors
    /// [`OrgError::Denied`].
    pub async fn organization(&self, actor: &Actor, org: OrgId) -> Result<OrganizationView, OrgError> {
        actor.require(Permission::ViewOrganization, org)?;
        store::settings(&self.db, org).await?.ok_or(OrgError::NotFound(org))
    }

    /// Changes its name and what it chose.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::Invalid`]; [`OrgError::Stale`] when it is not the version that was seen.
    pub async fn change_organization(
        &self,
        actor: &Actor,
        org: OrgId,
        seen: Option<i64>,
        patch: OrganizationPatch,
    ) -> Result<OrganizationView, OrgError> {
        actor.require(Permission::EditOrganization, org)?;
        let mut tx = self.db.begin().await?;
        if !store::lock(&mut tx, org).await? {
            return Err(OrgError::NotFound(org));
        }
        let mut view = store::settings_in(&mut tx, org).await?.ok_or(OrgError::NotFound(org))?;
        if seen.is_some_and(|seen| seen != view.version) {
            return Err(OrgError::Stale(view.version));
        }
        patch.apply(&mut view.name, &mut view.settings)?;
        view.version += 1;
        store::save_settings(&mut tx, &view).await?;
        let event = Event::OrganizationChanged { version: view.version };
        record(&mut tx, actor, self.clock.now(), org, None, event)?;
        tx.commit().await?;
        self.pages.lock().remove(&org);
        Ok(view)
    }

    /// What an organisation chose, as it was not long ago, for rooms that serve the public.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn settings(&self, org: OrgId) -> Result<Arc<Settings>, OrgError> {
        Ok(self.public(org).await?.settings)
    }

    /// How many may watch an organisation's shows at a time, as its plan was not long ago; `None` is without limit.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn most_viewers(&self, org: OrgId) -> Result<Option<i64>, OrgError> {
        Ok(self.public(org).await?.viewers)
    }

    async fn public(&self, org: OrgId) -> Result<Public, OrgError> {
        let known = self.pages.lock().get(&org).filter(|(_, at)| at.elapsed() < KNOWN_FOR).cloned();
        if let Some((public, _)) = known {
            return Ok(public);
        }
        let view = store::settings(&self.db, org).await?;
        let viewers = match &view {
            Some(_) => self.plans.limits(org).await?.viewers,
            None => None,
        };
        let public =
            Public { settings: Arc::new(view.map(|view| view.settings).unwrap_or_default()), viewers };
        let mut pages = self.pages.lock();
        if pages.len() >= MOST_KNOWN {
            pages.clear();
        }
        pages.insert(org, (public.clone(), Instant::now()));
        Ok(public)
    }

    /// What people and keys did, newest first.
    ///
    /// # Errors
    /// [`OrgError::Denied`].
    pub async fn audit(
        &self,
        actor: &Actor,
        org: OrgId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Page<Deed>, OrgError> {
        actor.require(Permission::ViewAudit, org)?;
        let facts = deeds(&self.db, org, before, limit + 1).await?;
        let page = Page::cut(facts, limit, |fact| fact.seq.to_string());
        let mut names = HashMap::new();
        for fact in &page.items {
            if !names.contains_key(&fact.actor) {
                names.insert(fact.actor.clone(), store::name_of(&self.db, org, &fact.actor).await?);
            }
        }
        Ok(page.map(|fact| Deed { actor_name: names.get(&fact.actor).cloned().flatten(), fact }))
    }
}
