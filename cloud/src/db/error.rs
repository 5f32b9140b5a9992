//! What can go wrong with a database.

use std::path::PathBuf;

/// An error of the database. All but [`DbError::Clash`] and [`DbError::Dangling`] are ours to mend.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A row with that key exists already.
    #[error("a row with that key exists already")]
    Clash,
    /// A row points at another that does not exist, or is still pointed at.
    #[error("a reference between rows does not hold")]
    Dangling,
    /// Somebody else does the work by now that the transaction was part of; see [`Mark`](super::Mark).
    #[error("somebody else does this work by now")]
    Overtaken,
    /// The statement failed.
    #[error("the database refused a statement")]
    Sql(#[source] sqlx::Error),
    /// A stored value is not one that this version knows.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
    /// The schema could not be brought up to date.
    #[error("the database's tables could not be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// The address names no database we know.
    #[error("VITRINE_DATABASE_URL must start with sqlite: or postgres:")]
    UnknownUrl,
    /// Another process owns the file.
    #[error("the database {0} is in use by another vitrine-cloud; stop that one first")]
    Held(PathBuf),
    /// The file cannot be opened for writing.
    #[error("the database {path} cannot be opened for writing")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Nobody answers.
    #[error("the database does not answer")]
    Unreachable(#[source] sqlx::Error),
}

impl DbError {
    /// Whether the database refuses what the statement says, so that saying it again cannot help.
    #[must_use]
    pub fn is_about_content(&self) -> bool {
        use sqlx::error::ErrorKind::{CheckViolation, NotNullViolation};
        match self {
            Self::Clash | Self::Dangling | Self::Corrupt(_) => true,
            Self::Sql(sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. }) => {
                true
            }
            Self::Sql(error) => error.as_database_error().is_some_and(|error| {
                // Postgres' class 22, "data exception"; SQLite's codes are shorter.
                let is_data = error.code().is_some_and(|code| code.len() == 5 && code.starts_with("22"));
                is_data || matches!(error.kind(), CheckViolation | NotNullViolation)
            }),
            Self::Overtaken
            | Self::Migrate(_)
            | Self::UnknownUrl
            | Self::Held(_)
            | Self::Unwritable { .. }
            | Self::Unreachable(_) => false,
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().map(|e| e.kind()) {
            Some(sqlx::error::ErrorKind::UniqueViolation) => Self::Clash,
            Some(sqlx::error::ErrorKind::ForeignKeyViolation) => Self::Dangling,
            _ => Self::Sql(error),
        }
    }
}

impl From<vitrine_protocol::InvalidId> for DbError {
    fn from(error: vitrine_protocol::InvalidId) -> Self {
        Self::Corrupt(error.to_string())
    }
}

impl From<serde_json::Error> for DbError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_away_says_nothing_about_the_content() {
        assert!(DbError::Clash.is_about_content());
        assert!(DbError::Sql(sqlx::Error::Decode("no number".into())).is_about_content());
        for away in [sqlx::Error::PoolTimedOut, sqlx::Error::PoolClosed, sqlx::Error::WorkerCrashed] {
            assert!(!DbError::Sql(away).is_about_content());
        }
    }
}
