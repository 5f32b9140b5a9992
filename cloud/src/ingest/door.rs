//! What ingest asks of shows, as narrow as it is: one trait, with a fake beside the real one.

use futures_util::future::BoxFuture;
use vitrine_protocol::ShowId;

use crate::plan::PlanError;
use crate::show::{Admission, MediaFact, RunningShow, ShowError, Shows, Told};

/// Why shows said no.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The publisher may not come in. The sentence is for the person at the encoder.
    #[error("{0}")]
    Refused(String),
    /// Shows cannot answer now.
    #[error("shows do not answer: {0}")]
    Unavailable(String),
}

/// The door between ingest and shows.
pub trait ShowDoor: Send + Sync + 'static {
    /// The show that this key opens.
    fn show_of<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<ShowId, DoorError>>;
    /// May this key publish? Readies the show for a publisher if so.
    fn admit<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Admission, DoorError>>;
    /// Records a fact.
    fn report(&self, show: ShowId, told: Told, fact: MediaFact) -> BoxFuture<'_, Result<(), DoorError>>;
    /// Shows that may have a transmission.
    fn running(&self) -> BoxFuture<'_, Result<Vec<ShowId>, DoorError>>;
    /// How a show stands; `None` when there is none.
    fn standing(&self, show: ShowId) -> BoxFuture<'_, Result<Option<RunningShow>, DoorError>>;
    /// Which of these shows nothing may be sent for any more.
    fn barred<'a>(&'a self, shows: &'a [ShowId]) -> BoxFuture<'a, Result<Vec<ShowId>, DoorError>>;
    /// A number that no transmission of the show has had.
    fn next_epoch(&self, show: ShowId) -> BoxFuture<'_, Result<u32, DoorError>>;
}

impl ShowDoor for Shows {
    fn show_of<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<ShowId, DoorError>> {
        Box::pin(async move { Ok(self.find_by_key(key).await?) })
    }

    fn admit<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Admission, DoorError>> {
        Box::pin(async move { Ok(Shows::admit(self, key).await?) })
    }

    fn report(&self, show: ShowId, told: Told, fact: MediaFact) -> BoxFuture<'_, Result<(), DoorError>> {
        Box::pin(async move { Shows::report(self, show, told, fact).await.map_err(unheard) })
    }

    fn running(&self) -> BoxFuture<'_, Result<Vec<ShowId>, DoorError>> {
        Box::pin(async move { Ok(self.list_running().await?) })
    }

    fn standing(&self, show: ShowId) -> BoxFuture<'_, Result<Option<RunningShow>, DoorError>> {
        Box::pin(async move { Ok(self.find_running(show).await?) })
    }

    fn barred<'a>(&'a self, shows: &'a [ShowId]) -> BoxFuture<'a, Result<Vec<ShowId>, DoorError>> {
        Box::pin(async move { Ok(Shows::barred(self, shows).await?) })
    }

    fn next_epoch(&self, show: ShowId) -> BoxFuture<'_, Result<u32, DoorError>> {
        Box::pin(async move { Ok(self.next_transmission_epoch(show).await?) })
    }
}

/// Why a fact was not recorded. What the database calls wrong stays wrong; all else may be recorded later.
fn unheard(error: ShowError) -> DoorError {
    match &error {
        ShowError::Db(wrong) if wrong.is_about_content() => DoorError::Refused(wrong.to_string()),
        _ => error.into(),
    }
}

impl From<ShowError> for DoorError {
    fn from(error: ShowError) -> Self {
        let sentence = match &error {
            ShowError::Db(_) | ShowError::Catalog(_) | ShowError::Plan(PlanError::Db(_)) => {
                return Self::Unavailable(error.to_string());
            }
            ShowError::BadPublishKey => {
                "This stream key opens nothing. Copy the key of your show again; a new key replaces the old one."
            }
            ShowError::Ended => "This show has ended.",
            _ => return Self::Refused(error.to_string()),
        };
        Self::Refused(sentence.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::DbError;

    #[test]
    fn a_fact_is_given_up_for_what_it_says_and_never_because_nothing_can_be_written() {
        for wrong in [DbError::Clash, DbError::Dangling, DbError::Corrupt("x".into())] {
            assert!(matches!(unheard(wrong.into()), DoorError::Refused(_)));
        }
        assert!(matches!(unheard(DbError::Held("x".into()).into()), DoorError::Unavailable(_)));
        assert!(matches!(unheard(ShowError::OldOwner), DoorError::Refused(_)));
    }
}
