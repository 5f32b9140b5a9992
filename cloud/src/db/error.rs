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
