//! What ingest asks and reports, and what time does to shows.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::{PublishSessionId, ShowId};

use crate::base::{Actor, hash_secret};
use crate::events::{EndReason, Event, record};
use crate::show::{Admission, MediaFact, RunningShow, Show, ShowError, Shows, store};

/// How far back [`Shows::list_running`] tells transitions.
const RECENT: TimeDelta = TimeDelta::minutes(2);
/// The longest text a fact of the media side may carry, in characters.
const LONGEST: usize = 300;

impl Shows {
    /// Lets a publisher in: opens a publish session for the show that `key` opens.
    ///
    /// Whether a second publisher may come beside a first is decided by the caller.
    ///
    /// # Errors
    /// [`ShowError::BadPublishKey`]; [`ShowError::Ended`].
    pub async fn admit(&self, key: &str, remote: IpAddr) -> Result<Admission, ShowError> {
        if !key.starts_with("vtp_") || key.len() > 100 {
            return Err(ShowError::BadPublishKey);
        }
        let hash = hash_secret(key);
        let show = store::publish::show_of_key(&self.db, &hash).await?.ok_or(ShowError::BadPublishKey)?;
        let mut tx = self.db.begin().await?;
        let mut show = store::lock_any(&mut tx, show).await?.ok_or(ShowError::BadPublishKey)?;
        // A key may be revoked between the two looks.
        if !store::publish::key_opens(&mut tx, &hash).await? {
            return Err(ShowError::BadPublishKey);
        }
        let now = self.clock.now();
        let clock_epoch = show.admit(now)?;
        let session = PublishSessionId::new();
        store::publish::insert_session(&mut tx, session, show.id, remote, now).await?;
        let fact = Event::PublisherAdmitted { show: show.id, session };
        self.save(&mut tx, &ingest(), &show, vec![fact]).await?;
        tx.commit().await?;
        Ok(Admission {
            org: show.org,
            show: show.id,
            session,
            clock_epoch,
            on_air: show.state.on_air(),
            auto_live: show.auto_live,
        })
    }

    /// Takes note of what the media side reports and moves the show accordingly.
    ///
    /// # Errors
    /// [`ShowError::NotFound`]; [`ShowError::Ended`] for a picture that arrives after the end.
    pub async fn report(&self, show: ShowId, fact: MediaFact) -> Result<Show, ShowError> {
        match fact {
            MediaFact::Receiving { session } => {
                let now = self.clock.now();
                self.moved(show, |show| show.receive(session, now)).await
            }
            MediaFact::PublisherLost { session, clean } => self.lost(show, session, clean).await,
            MediaFact::SessionMapped { session, offset_ms } => self.mapped(show, session, offset_ms).await,
            MediaFact::TransmissionStarted { epoch } => {
                self.noted(show, Event::TransmissionStarted { show, epoch }).await
            }
            MediaFact::TransmissionLost { epoch } => {
                self.noted(show, Event::TransmissionLost { show, epoch }).await
            }
            MediaFact::RungUp { name } => self.noted(show, Event::RungUp { show, name: short(name) }).await,
            MediaFact::RungDown { name, reason } => {
                self.noted(show, Event::RungDown { show, name: short(name), reason: short(reason) }).await
            }
            MediaFact::Codec { text } => {
                self.noted(show, Event::SourceDescribed { show, text: short(text) }).await
            }
        }
    }

    /// Shows that have, or should have, a transmission: those on air and those that receive a picture.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list_running(&self) -> Result<Vec<RunningShow>, ShowError> {
        let since = self.clock.now() - RECENT;
        let mut running = Vec::new();
        for show in store::running(&self.db).await? {
            // On air or receiving, a show has had a publisher and so has a clock.
            let Some(clock_epoch) = show.clock_epoch else { continue };
            running.push(RunningShow {
                org: show.org,
                show: show.id,
                state: show.state,
                receiving: show.receiving,
                live_at: show.live_at,
                clock_epoch,
                transmission_epoch: show.transmission_epoch,
                highlights: self.highlights(&show, since).await?,
            });
        }
        Ok(running)
    }

    /// The number of the show's next transmission; each is handed out once.
    ///
    /// # Errors
    /// [`ShowError::NotFound`].
    pub async fn next_transmission_epoch(&self, show: ShowId) -> Result<u32, ShowError> {
        let mut tx = self.db.begin().await?;
        let epoch =
            store::publish::next_transmission_epoch(&mut tx, show).await?.ok_or(ShowError::NotFound(show))?;
        tx.commit().await?;
        Ok(u32::try_from(epoch).unwrap_or(u32::MAX))
    }

    /// Ends interrupted shows whose time is up; returns how many. A timer calls it, and the start.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_deserted(&self) -> Result<u32, ShowError> {
        let mut ended = 0;
        for id in store::deserted(&self.db, self.clock.now()).await? {
            let mut tx = self.db.begin().await?;
            let Some(mut show) = store::lock_any(&mut tx, id).await? else { continue };
            // The publisher may have come back between the two looks.
            if !show.is_deserted(self.clock.now()) {
                continue;
            }
            self.end_locked(&mut tx, &Actor::service("show"), &mut show, EndReason::Deserted).await?;
            tx.commit().await?;
            ended += 1;
        }
        Ok(ended)
    }

    /// Takes publishers that arrived before `since` and have not come back for lost; returns how many.
    ///
    /// A publisher's socket dies with the process that holds it. So some seconds after its start that process
    /// calls this with the time of the start: whoever has not published again is no longer there.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lose_ghosts(&self, since: DateTime<Utc>) -> Result<u32, ShowError> {
        let mut lost = 0;
        for (show, session) in store::publish::ghosts(&self.db, since).await? {
            self.lost(show, session, false).await?;
            lost += 1;
        }
        Ok(lost)
    }

    async fn lost(&self, show: ShowId, session: PublishSessionId, clean: bool) -> Result<Show, ShowError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut show = store::lock_any(&mut tx, show).await?.ok_or(ShowError::NotFound(show))?;
        store::publish::end_session(&mut tx, show.id, session, now).await?;
        let facts = show.lose(session, clean, now, self.patience);
        self.save(&mut tx, &ingest(), &show, facts).await?;
        tx.commit().await?;
        Ok(show)
    }

    async fn mapped(
        &self,
        show: ShowId,
        session: PublishSessionId,
        offset_ms: i64,
    ) -> Result<Show, ShowError> {
        let found = store::find(&self.db, show).await?.ok_or(ShowError::NotFound(show))?;
        let mut tx = self.db.begin().await?;
        if store::publish::map_session(&mut tx, show, session, offset_ms).await? {
            let fact = Event::PublisherMapped { show, session, offset_ms };
            record(&mut tx, &ingest(), self.clock.now(), found.org, Some(show), fact)?;
        }
        tx.commit().await?;
        Ok(found)
    }

    /// A fact that leaves the show as it is.
    async fn noted(&self, show: ShowId, fact: Event) -> Result<Show, ShowError> {
        let found = store::find(&self.db, show).await?.ok_or(ShowError::NotFound(show))?;
        let mut tx = self.db.begin().await?;
        record(&mut tx, &ingest(), self.clock.now(), found.org, Some(show), fact)?;
        tx.commit().await?;
        Ok(found)
    }

    async fn moved(
        &self,
        show: ShowId,
        legal: impl FnOnce(&mut Show) -> Result<Vec<Event>, ShowError>,
    ) -> Result<Show, ShowError> {
        let mut tx = self.db.begin().await?;
        let mut show = store::lock_any(&mut tx, show).await?.ok_or(ShowError::NotFound(show))?;
        let facts = legal(&mut show)?;
        self.save(&mut tx, &ingest(), &show, facts).await?;
        tx.commit().await?;
        Ok(show)
    }
}

fn ingest() -> Actor {
    Actor::service("ingest")
}

fn short(text: String) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
