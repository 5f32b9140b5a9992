//! The handle of shows: preparing, airing, ending, reading.

mod highlight;
mod media;
mod overrun;
mod removed;

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::rtm::Airing;
use vitrine_protocol::{Highlight, OrgId, ShowId, ShowState};

use super::model::check_start;
use super::{Lineup, LineupItem, PublishKey, PublishKeyState, Show, ShowDraft, ShowError, ShowPatch, store};
use crate::base::{Actor, Clock, Page, Permission, Secret, from_ms};
use crate::catalog::Catalog;
use crate::db::{Db, DbError, Tx};
use crate::events::{EndReason, Event, Recorded, record, timeline};
use crate::org::Orgs;
use crate::plan::{Limit, Plans};

/// For how long a show that should have begun is still the next one of its channel.
const LATE: TimeDelta = TimeDelta::hours(1);

/// Shows. Clones share everything.
#[derive(Clone)]
pub struct Shows {
    db: Db,
    clock: Clock,
    catalog: Catalog,
    patience: TimeDelta,
    rtmp_url: String,
    public_url: String,
    plans: Plans,
    /// What organisations chose of their shows' end; without, no show ends by its plan.
    orgs: Option<Orgs>,
}

/// Why a channel shows what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelReason {
    /// It is on air.
    Live,
    /// It is the next one announced.
    Next,
    /// It is the last one that ended.
    Last,
    /// There is nothing to show.
    None,
}

impl Shows {
    /// The handle over `db`. `public_url` and `rtmp_url` are how the world reaches this server;
    /// `patience` is how long a show on air waits for its publisher.
    #[must_use]
    pub fn new(
        db: Db,
        clock: Clock,
        catalog: Catalog,
        patience: TimeDelta,
        public_url: String,
        rtmp_url: String,
    ) -> Self {
        let plans = Plans::new(db.clone(), clock.clone(), "open");
        Self { db, clock, catalog, patience, rtmp_url, public_url, plans, orgs: None }
    }

    /// The same within what `plans` allow.
    #[must_use]
    pub fn within(self, plans: Plans) -> Self {
        Self { plans, ..self }
    }

    /// Makes a show.
    ///
    /// # Errors
    /// [`ShowError::Denied`]; [`ShowError::Invalid`]; [`ShowError::Plan`].
    pub async fn create(&self, actor: &Actor, org: OrgId, draft: ShowDraft) -> Result<Show, ShowError> {
        actor.require(Permission::EditShows, org)?;
        let now = self.clock.now();
        check_start(draft.scheduled_at, now)?;
        let show = Show::new(org, draft, now)?;
        let mut tx = self.db.begin().await?;
        self.plans.take(&mut tx, org, Limit::ShowsAMonth, 1).await?;
        store::insert(&mut tx, &show).await?;
        record(&mut tx, actor, now, org, Some(show.id), Event::ShowCreated { show: show.id })?;
        tx.commit().await?;
        Ok(show)
    }

    /// A show, for members.
    ///
    /// # Errors
    /// [`ShowError::Denied`]; [`ShowError::NotFound`].
    pub async fn get(&self, actor: &Actor, org: OrgId, id: ShowId) -> Result<Show, ShowError> {
        actor.require(Permission::ViewShows, org)?;
        store::get(&self.db, org, id).await?.ok_or(ShowError::NotFound(id))
    }

    /// Shows of the organisation, newest first.
    ///
    /// # Errors
    /// [`ShowError::Denied`].
    pub async fn list(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<ShowId>,
        limit: i64,
    ) -> Result<Page<Show>, ShowError> {
        actor.require(Permission::ViewShows, org)?;
        let shows = store::list(&self.db, org, after, limit + 1).await?;
        Ok(Page::cut(shows, limit, |show| show.id.to_string()))
    }

    /// Changes words and settings. `seen` is the version the caller saw, if it wants to be sure.
    ///
    /// # Errors
    /// [`ShowError::Stale`] when it has changed since; those of [`Show::change`].
    pub async fn change(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ShowId,
        seen: Option<i64>,
        patch: ShowPatch,
    ) -> Result<Show, ShowError> {
        actor.require(Permission::EditShows, org)?;
        let (mut tx, mut show) = self.lock(org, id).await?;
        if seen.is_some_and(|seen| seen != show.version - 1) {
            return Err(ShowError::Stale(show.version - 1));
        }
        // A form sends what stood there, however long ago that was.
        let start = patch.scheduled_at.flatten().filter(|start| Some(*start) != show.scheduled_at);
        check_start(start, self.clock.now())?;
        let fact = show.change(patch)?;
        self.save(&mut tx, actor, &show, vec![fact]).await?;
        tx.commit().await?;
        Ok(show)
    }

    /// Deletes a show that never aired.
    ///
    /// # Errors
    /// [`ShowError::IllegalMove`] once it has aired; [`ShowError::InUse`] when orders name it.
    pub async fn delete(&self, actor: &Actor, org: OrgId, id: ShowId) -> Result<(), ShowError> {
        actor.require(Permission::EditShows, org)?;
        let (mut tx, show) = self.lock(org, id).await?;
        if !matches!(show.state, ShowState::Draft | ShowState::Scheduled) || show.receiving {
            return Err(ShowError::IllegalMove(show.state));
        }
        store::delete(&mut tx, id).await.map_err(|error| match error {
            DbError::Dangling => ShowError::InUse,
            error => error.into(),
        })?;
        record(&mut tx, actor, self.clock.now(), org, Some(id), Event::ShowDeleted { show: id })?;
        Ok(tx.commit().await?)
    }

    /// Gives the show another line-up, of things that the catalogue holds. `seen` is the version the caller saw, if it wants to be sure.
    ///
    /// # Errors
    /// [`ShowError::Stale`] when it has changed since; [`ShowError::NotInCatalog`]; [`ShowError::Invalid`]; [`ShowError::Ended`].
    pub async fn set_lineup(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ShowId,
        seen: Option<i64>,
        items: Vec<LineupItem>,
    ) -> Result<Show, ShowError> {
        actor.require(Permission::EditShows, org)?;
        let lineup = Lineup::new(items)?;
        let (mut tx, mut show) = self.lock(org, id).await?;
        if seen.is_some_and(|seen| seen != show.version - 1) {
            return Err(ShowError::Stale(show.version - 1));
        }
        // Held until the end, so that a removal comes before or after, and its listener sees what it has to see.
        let (products, coupons) = (lineup.products(), lineup.coupons());
        if let Some(missing) = self.catalog.missing(&mut tx, org, &products, &coupons).await? {
            return Err(ShowError::NotInCatalog(missing));
        }
        let fact = show.set_lineup(lineup)?;
        store::save_lineup(&mut tx, &show).await?;
        self.save(&mut tx, actor, &show, vec![fact]).await?;
        tx.commit().await?;
        Ok(show)
    }

    /// Puts the show on air.
    ///
    /// # Errors
    /// Those of [`Show::go_live`]; [`ShowError::Plan`] when the plan has no room for one more on air.
    #[tracing::instrument(name = "show.go_live", skip_all, fields(show.id = %id))]
    pub async fn go_live(&self, actor: &Actor, org: OrgId, id: ShowId) -> Result<Show, ShowError> {
        actor.require(Permission::RunShows, org)?;
        let (mut tx, mut show) = self.lock(org, id).await?;
        let fact = show.go_live(self.clock.now())?;
        self.plans.take_air(&mut tx, org).await?;
        self.save(&mut tx, actor, &show, vec![fact]).await?;
        tx.commit().await?;
        Ok(show)
    }

    /// Ends the show. What is pinned comes off, and its publish keys open nothing any more.
    ///
    /// # Errors
    /// Those of [`Show::end`].
    #[tracing::instrument(name = "show.end", skip_all, fields(show.id = %id))]
    pub async fn end(&self, actor: &Actor, org: OrgId, id: ShowId) -> Result<Show, ShowError> {
        actor.require_to_end(Permission::RunShows, org)?;
        let mut tx = self.db.begin().await?;
        let show = self.end_in(&mut tx, actor, org, id).await?;
        tx.commit().await?;
        Ok(show)
    }

    /// The same in the transaction of whoever notes it, and has checked who asks.
    ///
    /// # Errors
    /// Those of [`Show::end`].
    pub async fn end_in(&self, tx: &mut Tx, by: &Actor, org: OrgId, id: ShowId) -> Result<Show, ShowError> {
        let mut show = store::lock(tx, org, id).await?.ok_or(ShowError::NotFound(id))?;
        self.end_locked(tx, by, &mut show, EndReason::Ended).await?;
        Ok(show)
    }

    /// Makes a publish key. Older keys open nothing any more; what they opened goes on.
    ///
    /// # Errors
    /// [`ShowError::Ended`].
    pub async fn issue_key(&self, actor: &Actor, org: OrgId, id: ShowId) -> Result<PublishKey, ShowError> {
        actor.require(Permission::ManagePublishKeys, org)?;
        let (mut tx, show) = self.lock(org, id).await?;
        if show.state == ShowState::Ended {
            return Err(ShowError::Ended);
        }
        let (key, now) = (Secret::new("vtp_"), self.clock.now());
        store::publish::retire_keys(&mut tx, id, now).await?;
        store::publish::insert_key(&mut tx, id, &key.hash(), now).await?;
        record(&mut tx, actor, now, org, Some(id), Event::PublishKeyIssued { show: id })?;
        tx.commit().await?;
        let key = key.expose().to_owned();
        Ok(PublishKey { stream_key: key.clone(), key, rtmp_url: self.rtmp_url.clone() })
    }

    /// Whether a key opens the show.
    ///
    /// # Errors
    /// [`ShowError::NotFound`].
    pub async fn key_state(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ShowId,
    ) -> Result<PublishKeyState, ShowError> {
        actor.require(Permission::ManagePublishKeys, org)?;
        store::get(&self.db, org, id).await?.ok_or(ShowError::NotFound(id))?;
        let created_at = store::publish::key_made(&self.db, id).await?.map(from_ms);
        Ok(PublishKeyState { active: created_at.is_some(), created_at })
    }

    /// Revokes every key of the show; a running publish is closed.
    ///
    /// # Errors
    /// [`ShowError::NotFound`].
    pub async fn revoke_keys(&self, actor: &Actor, org: OrgId, id: ShowId) -> Result<(), ShowError> {
        actor.require_to_end(Permission::ManagePublishKeys, org)?;
        let (mut tx, _) = self.lock(org, id).await?;
        let now = self.clock.now();
        store::publish::retire_keys(&mut tx, id, now).await?;
        record(&mut tx, actor, now, org, Some(id), Event::PublishKeyRevoked { show: id })?;
        Ok(tx.commit().await?)
    }

    /// Revokes every publish key of an organisation that was made until `then`. The caller has checked who asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke_all_keys(
        &self,
        tx: &mut Tx,
        org: OrgId,
        then: DateTime<Utc>,
    ) -> Result<(), ShowError> {
        let now = self.clock.now();
        for id in store::publish::opened_before(tx, org, then).await? {
            if store::lock(tx, org, id).await?.is_none() {
                continue;
            }
            store::publish::retire_keys(tx, id, now).await?;
            let event = Event::PublishKeyRevoked { show: id };
            record(tx, &Actor::service("show"), now, org, Some(id), event)?;
        }
        Ok(())
    }

    /// The facts of a show after `after`, oldest first.
    ///
    /// # Errors
    /// [`ShowError::Denied`]; [`ShowError::NotFound`].
    pub async fn timeline(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ShowId,
        after: i64,
        limit: i64,
    ) -> Result<Page<Recorded>, ShowError> {
        actor.require(Permission::ViewTimeline, org)?;
        store::get(&self.db, org, id).await?.ok_or(ShowError::NotFound(id))?;
        let facts = timeline(&self.db, org, id, after, limit + 1).await?;
        let mut page = Page::cut(facts, limit, |fact| fact.seq.to_string());
        if actor.require(Permission::ViewOrders, org).is_err() {
            page.items.retain(|fact| !fact.event.tells_earnings());
        }
        Ok(page)
    }

    /// A show by its id alone, for rooms that speak to the public; the caller decides what may be seen.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find(&self, id: ShowId) -> Result<Option<Show>, ShowError> {
        Ok(store::find(&self.db, id).await?)
    }

    /// The shows of an organisation that are on air.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn on_air(&self, org: OrgId) -> Result<Vec<ShowId>, ShowError> {
        Ok(store::all_on_air(&self.db, org).await?)
    }

    /// What an organisation's channel shows: the show on air, else the next one, else the last one. One that is an hour
    /// late and of which no picture arrives is not the next one any more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn channel(&self, org: OrgId) -> Result<(Option<Show>, ChannelReason), ShowError> {
        if let Some(show) = store::on_air(&self.db, org).await? {
            return Ok((Some(show), ChannelReason::Live));
        }
        if let Some(show) = store::next(&self.db, org, self.clock.now() - LATE).await? {
            return Ok((Some(show), ChannelReason::Next));
        }
        if let Some(show) = store::last(&self.db, org).await? {
            return Ok((Some(show), ChannelReason::Last));
        }
        Ok((None, ChannelReason::None))
    }

    /// Where the show's picture plays.
    #[must_use]
    pub fn playback_url(&self, show: ShowId) -> String {
        format!("{}/live/{show}/index.m3u8", self.public_url)
    }

    /// What a player is told of a show in `state`: its addresses only while it is on air. The chat's events
    /// and the public view both take them from here.
    #[must_use]
    pub fn airing(
        &self,
        show: ShowId,
        state: ShowState,
        live_at: Option<DateTime<Utc>>,
        ended_at: Option<DateTime<Utc>>,
    ) -> Airing {
        let on_air = state.on_air();
        Airing {
            state,
            live_at,
            ended_at,
            playback_url: on_air.then(|| self.playback_url(show)),
            still_url: on_air.then(|| format!("{}/live/{show}/still.jpg", self.public_url)),
        }
    }

    /// What is pinned on a show, complete.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn pinned(&self, show: &Show) -> Result<Option<Highlight>, ShowError> {
        match show.highlight {
            Some(id) => Ok(store::shown(&self.db, id).await?),
            None => Ok(None),
        }
    }

    /// The transition in force and those since `since`, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn highlights(&self, show: &Show, since: DateTime<Utc>) -> Result<Vec<Highlight>, ShowError> {
        let mut transitions = store::highlights_since(&self.db, show.id, since).await?;
        if let Some(pinned) = self.pinned(show).await?
            && !transitions.contains(&pinned)
        {
            transitions.insert(0, pinned);
        }
        Ok(transitions)
    }

    async fn lock(&self, org: OrgId, id: ShowId) -> Result<(Tx, Show), ShowError> {
        let mut tx = self.db.begin().await?;
        let show = store::lock(&mut tx, org, id).await?.ok_or(ShowError::NotFound(id))?;
        Ok((tx, show))
    }

    async fn save(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        show: &Show,
        facts: Vec<Event>,
    ) -> Result<(), ShowError> {
        self.save_at(tx, actor, show, self.clock.now(), facts).await
    }

    async fn save_at(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        show: &Show,
        now: DateTime<Utc>,
        facts: Vec<Event>,
    ) -> Result<(), ShowError> {
        store::save(tx, show).await?;
        for fact in facts {
            record(tx, actor, now, show.org, Some(show.id), fact)?;
        }
        Ok(())
    }

    async fn end_locked(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        show: &mut Show,
        reason: EndReason,
    ) -> Result<(), ShowError> {
        let now = self.clock.now();
        let ended = show.end(now, reason)?;
        let mut facts = Vec::new();
        let instant = self.present(tx, show, now).await?;
        if let Some(highlight) = self.clear_locked(tx, show, instant).await? {
            facts.push(Event::HighlightCleared { show: show.id, highlight });
        }
        facts.push(ended);
        store::publish::retire_keys(tx, show.id, now).await?;
        // The facts' time is the show's `ended_at`: the chat tells the one, the storefront the other.
        self.save_at(tx, actor, show, now, facts).await
    }
}

#[cfg(test)]
mod tests;
