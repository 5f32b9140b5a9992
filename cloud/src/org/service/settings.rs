//! What an organisation chose, and what was done in it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use vitrine_protocol::{OrgId, Role};

use super::Orgs;
use super::accounts::person;
use super::parting::NAME_KEPT;
use crate::base::{Actor, Page, Permission};
use crate::db::{DbError, Tx};
use crate::events::{DeedQuery, Event, deeds, record};
use crate::org::model::check_channel;
use crate::org::{Deed, OrgError, OrganizationPatch, OrganizationView, Settings, store};

/// Which pages may show an organisation's shows is known for so long without asking again.
const KNOWN_FOR: Duration = Duration::from_secs(5);
/// And for so long while somebody asks.
const SERVED_FOR: Duration = Duration::from_secs(60);
/// The most names that a channel had and that still lead to it.
const FORMER_NAMES: i64 = 10;
/// The most organisations of which it is known.
const MOST_KNOWN: usize = 10_000;

/// What the public side has to know of an organisation.
#[derive(Debug, Clone)]
struct Public {
    settings: Arc<Settings>,
    /// How many may watch through this process at a time, beside those who do through others; `None` is without limit.
    viewers: Option<i64>,
}

/// Settings that many viewers ask about at once.
#[derive(Clone)]
pub(super) struct Pages {
    known: Arc<Mutex<HashMap<OrgId, Arc<Known>>>>,
    pub(super) known_for: Duration,
    /// How often the database was asked.
    asked: Arc<AtomicU64>,
}

/// The settings of one organisation, asked for by one for all.
#[derive(Default)]
struct Known {
    answer: OnceCell<(Public, Instant)>,
    /// Somebody asks anew.
    asking: AtomicBool,
}

impl Default for Pages {
    fn default() -> Self {
        Self { known: Arc::default(), known_for: KNOWN_FOR, asked: Arc::default() }
    }
}

impl Pages {
    /// What is known of an organisation, or where it will be.
    fn of(&self, org: OrgId) -> Arc<Known> {
        let mut all = self.known.lock();
        let usable = |known: &&Arc<Known>| known.answer.get().is_none_or(|(_, at)| at.elapsed() < SERVED_FOR);
        if let Some(known) = all.get(&org).filter(usable) {
            return known.clone();
        }
        if all.len() >= MOST_KNOWN {
            all.clear();
        }
        let known = Arc::<Known>::default();
        all.insert(org, known.clone());
        known
    }

    /// Puts a newer answer in the place of `old`, unless that was forgotten meanwhile.
    fn renew(&self, org: OrgId, old: &Arc<Known>, new: Known) {
        let mut all = self.known.lock();
        if all.get(&org).is_some_and(|known| Arc::ptr_eq(known, old)) {
            all.insert(org, Arc::new(new));
        }
    }
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
    /// [`OrgError::Denied`]; [`OrgError::Invalid`]; [`OrgError::Stale`] when it is not the version that was seen;
    /// [`OrgError::ChannelTaken`]; [`OrgError::AboveYou`] for a channel's name that is not changed by an owner.
    pub async fn change_organization(
        &self,
        actor: &Actor,
        org: OrgId,
        seen: Option<i64>,
        mut patch: OrganizationPatch,
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
        let before = view.clone();
        let slug = patch.slug.take();
        patch.apply(&mut view.name, &mut view.settings)?;
        if let Some(slug) = slug {
            self.rename_channel(&mut tx, actor, &mut view, &slug).await?;
        }
        view.version += 1;
        store::save_settings(&mut tx, &view).await?;
        let changed = view.fields_changed_since(&before);
        let event = Event::OrganizationChanged { version: view.version, fields: changed };
        record(&mut tx, actor, self.clock.now(), org, None, event)?;
        tx.commit().await?;
        self.pages.known.lock().remove(&org);
        Ok(view)
    }

    /// Gives a channel another name. What shops have put into their pages goes on to lead there.
    async fn rename_channel(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        view: &mut OrganizationView,
        slug: &str,
    ) -> Result<(), OrgError> {
        if slug == view.slug {
            return Ok(());
        }
        let ((by, _), slug, now) = (person(actor)?, check_channel(slug)?, self.clock.now());
        let own = store::standing_in(tx, view.id, by).await?;
        if own.is_none_or(|own| own.role != Role::Owner) {
            return Err(OrgError::AboveYou);
        }
        let times = (now, now + NAME_KEPT);
        let renamed = store::rename_channel(tx, view.id, (&view.slug, &slug), by, times).await;
        match renamed {
            Ok(true) => {}
            Ok(false) | Err(DbError::Clash) => return Err(OrgError::ChannelTaken),
            Err(error) => return Err(error.into()),
        }
        if store::former_names(tx, view.id, now).await? > FORMER_NAMES {
            return Err(OrgError::TooMany(format!(
                "{FORMER_NAMES} names that the channel had still lead to it; the oldest is free a year after it was given up"
            )));
        }
        view.slug = slug;
        Ok(())
    }

    /// An organisation and what it chose, as it is now, for rooms that serve the public.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn face(&self, org: OrgId) -> Result<Option<OrganizationView>, DbError> {
        store::settings(&self.db, org).await
    }

    /// What an organisation chose, as it was not long ago, for rooms that serve the public. Of many who ask at once one asks the
    /// database; who comes while it is asked anew is given what was known.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn settings(&self, org: OrgId) -> Result<Arc<Settings>, OrgError> {
        Ok(self.public(org).await?.settings)
    }

    /// How many may watch an organisation's shows through this process at a time: what its plan has, less those who watch through
    /// others, as it was not long ago. `None` is without limit.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn most_viewers(&self, org: OrgId) -> Result<Option<i64>, OrgError> {
        Ok(self.public(org).await?.viewers)
    }

    /// One asks for all who wait, and what is known goes on to be told while somebody asks anew.
    async fn public(&self, org: OrgId) -> Result<Public, OrgError> {
        let known = self.pages.of(org);
        let (public, at) = known.answer.get_or_try_init(|| self.ask_public(org)).await?.clone();
        if at.elapsed() >= self.pages.known_for && !known.asking.swap(true, Ordering::SeqCst) {
            let orgs = self.clone();
            tokio::spawn(async move {
                match orgs.ask_public(org).await {
                    Ok(answer) => {
                        let new = Known {
                            answer: OnceCell::new_with(Some(answer)),
                            asking: AtomicBool::new(false),
                        };
                        orgs.pages.renew(org, &known, new);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "an organisation's settings could not be asked for anew");
                        known.asking.store(false, Ordering::SeqCst);
                    }
                }
            });
        }
        Ok(public)
    }

    async fn ask_public(&self, org: OrgId) -> Result<(Public, Instant), OrgError> {
        self.pages.asked.fetch_add(1, Ordering::SeqCst);
        let view = store::settings(&self.db, org).await?;
        let viewers = match &view {
            Some(_) => self.plans.limits(org).await?.viewers,
            None => None,
        };
        let viewers = match viewers {
            Some(most) => Some(most.saturating_sub(self.plans.watching_elsewhere(org).await?)),
            None => None,
        };
        let settings = Arc::new(view.map(|view| view.settings).unwrap_or_default());
        Ok((Public { settings, viewers }, Instant::now()))
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
        self.audit_of(actor, org, DeedQuery::default(), before, limit).await
    }

    /// The same of what `query` lets through.
    ///
    /// # Errors
    /// [`OrgError::Denied`]; [`OrgError::Invalid`].
    pub async fn audit_of(
        &self,
        actor: &Actor,
        org: OrgId,
        query: DeedQuery,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Page<Deed>, OrgError> {
        actor.require(Permission::ViewAudit, org)?;
        let facts = deeds(&self.db, org, &query.checked()?, before, limit + 1).await?;
        let page = Page::cut(facts, limit, |fact| fact.seq.to_string());
        let actors = page.items.iter().map(|fact| fact.actor.as_str()).collect();
        let names = store::names_of(&self.db, org, &actors).await?;
        let subjects = page.items.iter().filter_map(|fact| store::Subject::of(&fact.event)).collect();
        let things = store::names_of_subjects(&self.db, org, &subjects).await?;
        Ok(page.map(|fact| Deed {
            actor_name: names.get(&fact.actor).cloned(),
            subject_name: store::Subject::of(&fact.event).and_then(|one| one.name_in(&things)),
            fact,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TestClock;
    use crate::db::testing::each_db;
    use crate::mail::Locale;
    use crate::org::Registration;

    #[tokio::test]
    async fn of_many_who_ask_one_asks_the_database_and_the_rest_are_given_what_was_known() {
        each_db(async |db| {
            let mut orgs = Orgs::new(db.clone(), TestClock::new().clock());
            orgs.pages.known_for = Duration::from_millis(50);
            let registration = Registration {
                email: "ada@example.com".into(),
                password: "correct horse".into(),
                name: "Ada".into(),
                organization_name: "Nord".into(),
                slug: None,
                locale: Locale::En,
            };
            let signed_in =
                orgs.register(registration, std::net::IpAddr::from([127, 0, 0, 1])).await.unwrap();
            let (org, actor) =
                (signed_in.organizations[0].id, orgs.authenticate(&signed_in.token).await.unwrap());
            let crowd = async || {
                let mut tasks = tokio::task::JoinSet::new();
                for _ in 0..100 {
                    let orgs = orgs.clone();
                    tasks.spawn(async move {
                        orgs.settings(org).await.map(|settings| settings.accent_colour.clone())
                    });
                }
                tasks.join_all().await
            };
            assert!(crowd().await.into_iter().all(|one| one.unwrap().is_none()));
            assert_eq!(orgs.pages.asked.load(Ordering::SeqCst), 1);
            // A change here is known at once.
            let patch = serde_json::from_str(r##"{"accent_colour": "#112233"}"##).unwrap();
            orgs.change_organization(&actor, org, None, patch).await.unwrap();
            assert_eq!(orgs.settings(org).await.unwrap().accent_colour.as_deref(), Some("#112233"));
            tokio::time::sleep(Duration::from_millis(60)).await;
            assert!(crowd().await.into_iter().all(|one| one.unwrap().is_some()));
            while orgs.pages.asked.load(Ordering::SeqCst) < 3 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert!(orgs.pages.asked.load(Ordering::SeqCst) <= 4, "one asked, and perhaps one after it");
            // The database is gone, and pages are served as before.
            tokio::time::sleep(Duration::from_millis(60)).await;
            db.close().await;
            for _ in 0..3 {
                assert!(crowd().await.into_iter().all(|one| one.unwrap().is_some()));
            }
        })
        .await;
    }
}
