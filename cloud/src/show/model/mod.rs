//! A show and its legal moves. Pure: a move changes the show and returns the facts to record.

mod lineup;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use vitrine_protocol::{HighlightId, OrgId, PublishSessionId, ShowId, ShowState};

use super::ShowError;
use crate::base::{Invalid, check_text, patch_field, trimmed};
use crate::events::{EndReason, Event, LossReason};

pub(super) use lineup::ItemKind;
pub use lineup::{Lineup, LineupItem, Ware};

/// A broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Show {
    /// The show.
    pub id: ShowId,
    /// Whose it is.
    pub org: OrgId,
    /// Its title.
    pub title: String,
    /// A picture for before and after.
    pub cover_url: Option<String>,
    /// Where it is in its life.
    pub state: ShowState,
    /// Whether a publisher's picture arrives; for staff only, since arriving is not airing.
    pub receiving: bool,
    /// Whether it goes live by itself once a picture arrives.
    pub auto_live: bool,
    /// When it is announced for.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// When it is to be over.
    pub planned_end_at: Option<DateTime<Utc>>,
    /// When it went live.
    pub live_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// While interrupted: when it ends unless a publisher comes back.
    pub interrupted_until: Option<DateTime<Utc>>,
    /// Zero of its media clock; set when the first publisher arrives.
    pub clock_epoch: Option<DateTime<Utc>>,
    /// The height that its largest picture may have; fixed while it is on air. `None` is without limit.
    pub ladder_top: Option<i64>,
    /// The epoch of its last transmission; 0 when there was none.
    pub transmission_epoch: u32,
    /// The publisher whose picture arrives.
    pub publish_session: Option<PublishSessionId>,
    /// What is pinned.
    pub highlight: Option<HighlightId>,
    /// What it sells.
    pub lineup: Lineup,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i64,
}

/// What a new show is made of.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct ShowDraft {
    /// 1 to 200 characters.
    pub title: String,
    /// A picture for before and after.
    #[serde(default)]
    pub cover_url: Option<String>,
    /// Goes live by itself once a picture arrives (encoders other than the studio).
    #[serde(default)]
    pub auto_live: bool,
    /// Announces it to shoppers.
    #[serde(default)]
    pub scheduled_at: Option<DateTime<Utc>>,
    /// When it is to be over. The organisation's settings say what happens when it is not.
    #[serde(default)]
    pub planned_end_at: Option<DateTime<Utc>>,
}

/// What of a show can be changed; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct ShowPatch {
    /// 1 to 200 characters.
    #[serde(default)]
    pub title: Option<String>,
    /// Null takes the picture away.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<String>)]
    pub cover_url: Option<Option<String>>,
    /// Goes live by itself once a picture arrives.
    #[serde(default)]
    pub auto_live: Option<bool>,
    /// Null takes the announcement back.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub scheduled_at: Option<Option<DateTime<Utc>>>,
    /// When it is to be over, also while it is on air; null takes the plan back.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub planned_end_at: Option<Option<DateTime<Utc>>>,
}

impl Show {
    /// A new show; announced when it has a start.
    ///
    /// # Errors
    /// A field that does not hold what it should.
    pub fn new(org: OrgId, draft: ShowDraft, now: DateTime<Utc>) -> Result<Self, Invalid> {
        let scheduled_at = draft.scheduled_at.map(|at| check_time("scheduled_at", at)).transpose()?;
        let planned_end_at = draft.planned_end_at.map(|at| check_time("planned_end_at", at)).transpose()?;
        check_span(scheduled_at, planned_end_at)?;
        Ok(Self {
            id: ShowId::new(),
            org,
            title: trimmed("title", &draft.title, 1, 200)?,
            cover_url: draft.cover_url.map(check_url).transpose()?,
            state: if scheduled_at.is_some() { ShowState::Scheduled } else { ShowState::Draft },
            receiving: false,
            auto_live: draft.auto_live,
            scheduled_at,
            planned_end_at,
            live_at: None,
            ended_at: None,
            interrupted_until: None,
            clock_epoch: None,
            ladder_top: None,
            transmission_epoch: 0,
            publish_session: None,
            highlight: None,
            lineup: Lineup::default(),
            created_at: now,
            version: 1,
        })
    }

    /// Changes words and settings.
    ///
    /// # Errors
    /// [`ShowError::Ended`]; [`ShowError::IllegalMove`] for another start once it has aired; [`ShowError::Invalid`].
    pub fn change(&mut self, patch: ShowPatch) -> Result<Event, ShowError> {
        self.not_over()?;
        if let Some(title) = patch.title {
            self.title = trimmed("title", &title, 1, 200)?;
        }
        if let Some(cover) = patch.cover_url {
            self.cover_url = cover.map(check_url).transpose()?;
        }
        if let Some(auto_live) = patch.auto_live {
            self.auto_live = auto_live;
        }
        if let Some(start) = patch.scheduled_at {
            if self.state.on_air() {
                return Err(ShowError::IllegalMove(self.state));
            }
            self.scheduled_at = start.map(|at| check_time("scheduled_at", at)).transpose()?;
            self.state = if start.is_some() { ShowState::Scheduled } else { ShowState::Draft };
        }
        if let Some(end) = patch.planned_end_at {
            self.planned_end_at = end.map(|at| check_time("planned_end_at", at)).transpose()?;
        }
        check_span(self.scheduled_at, self.planned_end_at)?;
        Ok(Event::ShowChanged { show: self.id })
    }

    /// Gives it another line-up.
    ///
    /// # Errors
    /// [`ShowError::Ended`].
    pub fn set_lineup(&mut self, lineup: Lineup) -> Result<Event, ShowError> {
        self.not_over()?;
        self.lineup = lineup;
        Ok(Event::LineupChanged { show: self.id })
    }

    /// Puts it on air.
    ///
    /// # Errors
    /// [`ShowError::NotReceiving`] without a picture; [`ShowError::IllegalMove`] when it is on air already;
    /// [`ShowError::Ended`].
    pub fn go_live(&mut self, now: DateTime<Utc>) -> Result<Event, ShowError> {
        match self.state {
            ShowState::Ended => Err(ShowError::Ended),
            ShowState::Live | ShowState::Interrupted => Err(ShowError::IllegalMove(self.state)),
            ShowState::Draft | ShowState::Scheduled if !self.receiving => Err(ShowError::NotReceiving),
            ShowState::Draft | ShowState::Scheduled => {
                (self.state, self.live_at) = (ShowState::Live, Some(now));
                Ok(Event::ShowWentLive { show: self.id, at: now })
            }
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// [`ShowError::IllegalMove`] when it never was on air; [`ShowError::Ended`].
    pub fn end(&mut self, now: DateTime<Utc>, reason: EndReason) -> Result<Event, ShowError> {
        match self.state {
            ShowState::Ended => Err(ShowError::Ended),
            ShowState::Draft | ShowState::Scheduled => Err(ShowError::IllegalMove(self.state)),
            ShowState::Live | ShowState::Interrupted => {
                self.state = ShowState::Ended;
                self.ended_at = Some(now);
                self.interrupted_until = None;
                Ok(Event::ShowEnded { show: self.id, reason })
            }
        }
    }

    /// Lets a publisher in whose key is good: starts the media clock if this is the first.
    ///
    /// # Errors
    /// [`ShowError::Ended`].
    pub fn admit(&mut self, now: DateTime<Utc>) -> Result<DateTime<Utc>, ShowError> {
        self.not_over()?;
        Ok(*self.clock_epoch.get_or_insert(now))
    }

    /// A publisher's picture arrives. It resumes an interrupted show and airs one that goes live by itself.
    ///
    /// # Errors
    /// [`ShowError::Ended`].
    pub fn receive(
        &mut self,
        session: PublishSessionId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, ShowError> {
        self.not_over()?;
        if self.receiving && self.publish_session == Some(session) {
            return Ok(Vec::new());
        }
        self.receiving = true;
        self.publish_session = Some(session);
        let mut facts = vec![Event::PublisherArrived { show: self.id, session }];
        match self.state {
            ShowState::Interrupted => {
                (self.state, self.interrupted_until) = (ShowState::Live, None);
                facts.push(Event::ShowResumed { show: self.id });
            }
            ShowState::Draft | ShowState::Scheduled if self.auto_live => facts.push(self.go_live(now)?),
            ShowState::Draft | ShowState::Scheduled | ShowState::Live | ShowState::Ended => {}
        }
        Ok(facts)
    }

    /// The publisher is gone. On air, the show waits for `patience`. News of an earlier publisher changes nothing.
    pub fn lose(
        &mut self,
        session: PublishSessionId,
        reason: LossReason,
        now: DateTime<Utc>,
        patience: TimeDelta,
    ) -> Vec<Event> {
        if self.publish_session != Some(session) {
            return Vec::new();
        }
        let mut facts = vec![self.loss(session, reason)];
        if matches!(reason, LossReason::Replaced | LossReason::Moved) {
            return facts; // another is in its place; where none is, whoever looks after the media tells it otherwise
        }
        self.receiving = false;
        self.publish_session = None;
        if self.state == ShowState::Live {
            let until = now + patience;
            (self.state, self.interrupted_until) = (ShowState::Interrupted, Some(until));
            facts.push(Event::ShowInterrupted { show: self.id, until });
        }
        facts
    }

    /// The fact that a publisher of the show is gone.
    #[must_use]
    pub fn loss(&self, session: PublishSessionId, reason: LossReason) -> Event {
        Event::PublisherLost { show: self.id, session, clean: reason == LossReason::Closed, reason }
    }

    /// Whether it has waited for its publisher long enough.
    #[must_use]
    pub fn is_deserted(&self, now: DateTime<Utc>) -> bool {
        self.interrupted_until.is_some_and(|until| until <= now)
    }

    /// When it ends by itself, where shows do so `after` their planned end. One that was over when it went live is none: its
    /// host is late, and nobody planned when it is to be over now.
    #[must_use]
    pub fn ends_at(&self, after: Option<TimeDelta>) -> Option<DateTime<Utc>> {
        let planned = self.planned_end_at.filter(|_| self.state.on_air())?;
        if self.live_at.is_some_and(|live| planned <= live) {
            return None;
        }
        planned.checked_add_signed(after?)
    }

    fn not_over(&self) -> Result<(), ShowError> {
        if self.state == ShowState::Ended { Err(ShowError::Ended) } else { Ok(()) }
    }
}

fn check_url(text: String) -> Result<String, Invalid> {
    check_text("cover_url", &text, 1, 2048)?;
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(text),
        _ => Err(Invalid::new("`cover_url` is no http address")),
    }
}

/// Whether a show can be announced for then: not for a day that is over.
///
/// # Errors
/// It lies more than a day in the past.
pub(in crate::show) fn check_start(start: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Invalid> {
    if start.is_some_and(|start| start < now - TimeDelta::days(1)) {
        return Err(Invalid::new("`scheduled_at` lies more than a day in the past"));
    }
    Ok(())
}

/// A time that SQL and calendars can keep, cut to milliseconds.
fn check_time(field: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>, Invalid> {
    use chrono::Datelike as _;
    if (2000..=2200).contains(&at.year()) {
        Ok(crate::base::from_ms(crate::base::to_ms(at)))
    } else {
        Err(Invalid::new(format!("`{field}` lies outside the years 2000 to 2200")))
    }
}

fn check_span(start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>) -> Result<(), Invalid> {
    match (start, end) {
        (Some(start), Some(end)) if end <= start => {
            Err(Invalid::new("`planned_end_at` lies before the start of the show"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
