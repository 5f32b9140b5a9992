//! What ingest asks and reports, and what time does to shows.

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::{PublishSessionId, ShowId, ShowState};

use crate::base::{Actor, hash_secret};
use crate::db::Tx;
use crate::events::{EndReason, Event, LossReason, record};
use crate::plan::PlanError;
use crate::show::store::media;
use crate::show::{Admission, MediaFact, RunningShow, Show, ShowError, Shows, Told, store};

/// How far back [`Shows::list_running`] tells transitions.
const RECENT: TimeDelta = TimeDelta::minutes(2);
/// The longest text a fact of the media side may carry, in characters.
const LONGEST: usize = 300;

impl Shows {
    /// The show that a publish key opens.
    ///
    /// # Errors
    /// [`ShowError::BadPublishKey`].
    pub async fn find_by_key(&self, key: &str) -> Result<ShowId, ShowError> {
        if !key.starts_with("vtp_") || key.len() > 100 {
            return Err(ShowError::BadPublishKey);
        }
        store::publish::show_of_key(&self.db, &hash_secret(key)).await?.ok_or(ShowError::BadPublishKey)
    }

    /// Readies the show that `key` opens for a publisher, and gives it a session. Nothing is on the timeline yet.
    ///
    /// Whether a second publisher may come beside a first is decided by the caller, who then reports
    /// [`MediaFact::Admitted`].
    ///
    /// # Errors
    /// [`ShowError::BadPublishKey`]; [`ShowError::Ended`]; [`ShowError::Plan`] when the plan has no room for one more on air.
    pub async fn admit(&self, key: &str) -> Result<Admission, ShowError> {
        let show = self.find_by_key(key).await?;
        let hash = hash_secret(key);
        let mut tx = self.db.begin().await?;
        let mut show = store::lock_any(&mut tx, show).await?.ok_or(ShowError::BadPublishKey)?;
        // A key may be revoked between the two looks.
        if !store::publish::key_opens(&mut tx, &hash).await? {
            return Err(ShowError::BadPublishKey);
        }
        // What is on air goes on, whatever the plan says: its publisher may come back.
        if !show.state.on_air() {
            self.plans.take_air(&mut tx, show.org).await?;
            self.plans.take_rehearsal(&mut tx, show.org, show.id).await?;
        }
        let before = show.clone();
        if !show.state.on_air() {
            show.ladder_top = self.plans.ladder_top(&mut tx, show.org).await?;
        }
        let clock_epoch = show.admit(self.clock.now())?;
        // A knock that changes nothing leaves the version of the show alone.
        if show != before {
            self.save(&mut tx, &ingest(), &show, Vec::new()).await?;
            tx.commit().await?;
        }
        Ok(Admission {
            org: show.org,
            show: show.id,
            session: PublishSessionId::new(),
            clock_epoch,
            ladder_top: height(show.ladder_top),
            on_air: show.state.on_air(),
            auto_live: show.auto_live,
        })
    }

    /// Takes note of what the media side reports and moves the show accordingly. What is known already changes nothing and is not
    /// on the timeline again: a transmission says how its media stands on each of its connections, and a fact whose answer was
    /// lost is told twice.
    ///
    /// # Errors
    /// [`ShowError::NotFound`]; [`ShowError::Ended`] for a picture that arrives after the end;
    /// [`ShowError::OldOwner`] when somebody else looks after the show's media now.
    #[tracing::instrument(name = "show.report", skip_all, fields(show.id = %show, fact = kind(&fact)))]
    pub async fn report(&self, show: ShowId, told: Told, fact: MediaFact) -> Result<(), ShowError> {
        let now = told.at.min(self.clock.now());
        let mut tx = self.db.begin().await?;
        if !store::publish::heed(&mut tx, show, told.fence).await? {
            drop(tx); // a second connection is not waited for with one in hand
            let known = store::find(&self.db, show).await?.is_some();
            return Err(if known { ShowError::OldOwner } else { ShowError::NotFound(show) });
        }
        let event = match fact {
            MediaFact::Receiving { session } => {
                let mut moved = lock(&mut tx, show).await?;
                let facts = self.receive(&mut tx, &mut moved, session, now).await?;
                self.save_at(&mut tx, &ingest(), &moved, now, facts).await?;
                None
            }
            MediaFact::PublisherLost { session, reason } => {
                let mut moved = lock(&mut tx, show).await?;
                let ended = store::publish::end_session(&mut tx, show, session, now).await?;
                let mut facts = moved.lose(session, reason, now, self.patience);
                if !ended && matches!(reason, LossReason::Replaced | LossReason::Moved) {
                    facts.clear(); // told before: the show stays with that session until the next picture
                }
                // Whose picture never arrived moves nothing; why it is gone is on the timeline all the same, once.
                let unseen = (ended && facts.is_empty()).then(|| moved.loss(session, reason));
                self.save_at(&mut tx, &ingest(), &moved, now, facts).await?;
                unseen
            }
            MediaFact::HeardAgain { session } => {
                store::publish::reopen_session(&mut tx, show, session).await?;
                None
            }
            MediaFact::Admitted { session, remote } => {
                let new = store::publish::insert_session(&mut tx, session, show, remote, now).await?;
                new.then_some(Event::PublisherAdmitted { show, session })
            }
            MediaFact::SessionMapped { session, offset_ms } => {
                let mapped = store::publish::map_session(&mut tx, show, session, offset_ms).await?;
                mapped.then_some(Event::PublisherMapped { show, session, offset_ms })
            }
            MediaFact::Drift { session, drift_ms } => {
                store::publish::set_drift(&mut tx, show, session, drift_ms).await?;
                None
            }
            MediaFact::TransmissionStarted { epoch } => {
                let new = media::transmission(&mut tx, show, Some(&format!("started {epoch}"))).await?;
                new.then_some(Event::TransmissionStarted { show, epoch })
            }
            MediaFact::TransmissionLost { epoch } => {
                let new = media::transmission(&mut tx, show, Some(&format!("lost {epoch}"))).await?;
                new.then_some(Event::TransmissionLost { show, epoch })
            }
            MediaFact::TransmissionRests => {
                media::transmission(&mut tx, show, None).await?;
                None
            }
            MediaFact::RungUp { name } => {
                let name = short(name);
                media::rung_up(&mut tx, show, &name).await?.then_some(Event::RungUp { show, name })
            }
            MediaFact::RungDown { name, reason } => {
                let (name, reason) = (short(name), short(reason));
                let new = media::rung_down(&mut tx, show, &name, &reason).await?;
                new.then_some(Event::RungDown { show, name, reason })
            }
            MediaFact::HalfRate { on } => {
                let event =
                    if on { Event::FrameRateHalved { show } } else { Event::FrameRateRestored { show } };
                media::half_rate(&mut tx, show, on).await?.then_some(event)
            }
            MediaFact::Recording { stopped } => {
                let stopped = stopped.map(short);
                let new = media::recording(&mut tx, show, stopped.as_deref()).await?;
                new.then_some(match stopped {
                    Some(reason) => Event::RecordingStopped { show, reason },
                    None => Event::RecordingResumed { show },
                })
            }
            MediaFact::Journal { stopped } => {
                let stopped = stopped.map(short);
                let new = media::journal(&mut tx, show, stopped.as_deref()).await?;
                new.then_some(match stopped {
                    Some(reason) => Event::JournalStopped { show, reason },
                    None => Event::JournalResumed { show },
                })
            }
            MediaFact::Codec { text } => {
                let text = short(text);
                media::source(&mut tx, show, &text).await?.then_some(Event::SourceDescribed { show, text })
            }
        };
        if let Some(event) = event {
            let org = store::publish::org(&mut tx, show).await?.ok_or(ShowError::NotFound(show))?;
            record(&mut tx, &ingest(), now, org, Some(show), event)?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A picture arrives. A show that goes live by itself does so while the plan has room for one more on air.
    async fn receive(
        &self,
        tx: &mut Tx,
        show: &mut Show,
        session: PublishSessionId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, ShowError> {
        let auto_live = show.auto_live;
        if auto_live && !show.state.on_air() {
            match self.plans.take_air(tx, show.org).await {
                Ok(()) => {}
                Err(error @ (PlanError::Limit(_) | PlanError::Suspended(_) | PlanError::NotFound(_))) => {
                    tracing::info!(show.id = %show.id, %error, "a show does not go live by itself");
                    show.auto_live = false;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let facts = show.receive(session, now);
        show.auto_live = auto_live;
        facts
    }

    /// Shows that have, or should have, somebody to look after their media: those on air and those that receive a
    /// picture.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list_running(&self) -> Result<Vec<ShowId>, ShowError> {
        Ok(store::running(&self.db).await?)
    }

    /// What the media side must know of one show, in whatever state it is.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find_running(&self, show: ShowId) -> Result<Option<RunningShow>, ShowError> {
        match store::find(&self.db, show).await? {
            Some(show) => self.as_running(show).await.map(Some),
            None => Ok(None),
        }
    }

    async fn as_running(&self, show: Show) -> Result<RunningShow, ShowError> {
        Ok(RunningShow {
            org: show.org,
            show: show.id,
            state: show.state,
            receiving: show.receiving,
            publish_session: show.publish_session,
            live_at: show.live_at,
            clock_epoch: show.clock_epoch,
            ladder_top: height(show.ladder_top),
            transmission_epoch: show.transmission_epoch,
            media_fence: store::publish::heard(&self.db, show.id).await?,
            highlights: self.highlights(&show, self.clock.now() - RECENT).await?,
        })
    }

    /// Which of these shows nothing may be sent for any more: their organisation was suspended, or is being deleted, and they are not
    /// on air.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn barred(&self, shows: &[ShowId]) -> Result<Vec<ShowId>, ShowError> {
        let mut barred = Vec::new();
        for show in shows {
            if store::publish::is_barred(&self.db, *show).await? {
                barred.push(*show);
            }
        }
        Ok(barred)
    }

    /// The rungs that viewers can choose now, by name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rungs(&self, show: &Show) -> Result<Vec<String>, ShowError> {
        // What was said of its last transmission stays known when it is over.
        let is_over = show.state == ShowState::Ended;
        if is_over { Ok(Vec::new()) } else { Ok(media::rungs(&self.db, show.id).await?) }
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

    /// Ends interrupted shows whose time is up and that `may_end`; returns how many. A timer calls it, and the start.
    ///
    /// Only who looks after a show's media knows whether its publisher has just come back, so only for that show does
    /// it say yes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_deserted(&self, may_end: impl Fn(ShowId) -> bool) -> Result<u32, ShowError> {
        let mut ended = 0;
        for id in store::deserted(&self.db, self.clock.now()).await? {
            if !may_end(id) {
                continue;
            }
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
}

/// A height as transmissions take it.
fn height(top: Option<i64>) -> Option<u32> {
    top.map(|top| u32::try_from(top).unwrap_or(u32::MAX))
}

async fn lock(tx: &mut Tx, show: ShowId) -> Result<Show, ShowError> {
    store::lock_any(tx, show).await?.ok_or(ShowError::NotFound(show))
}

fn ingest() -> Actor {
    Actor::service("ingest")
}

/// A fact's name, for traces.
fn kind(fact: &MediaFact) -> &'static str {
    match fact {
        MediaFact::Admitted { .. } => "admitted",
        MediaFact::Receiving { .. } => "receiving",
        MediaFact::SessionMapped { .. } => "session_mapped",
        MediaFact::Drift { .. } => "drift",
        MediaFact::Recording { .. } => "recording",
        MediaFact::Journal { .. } => "journal",
        MediaFact::PublisherLost { .. } => "publisher_lost",
        MediaFact::TransmissionRests => "transmission_rests",
        MediaFact::HeardAgain { .. } => "heard_again",
        MediaFact::TransmissionStarted { .. } => "transmission_started",
        MediaFact::TransmissionLost { .. } => "transmission_lost",
        MediaFact::RungUp { .. } => "rung_up",
        MediaFact::RungDown { .. } => "rung_down",
        MediaFact::HalfRate { .. } => "half_rate",
        MediaFact::Codec { .. } => "codec",
    }
}

fn short(text: String) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
