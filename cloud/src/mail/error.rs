//! What can go wrong with mail.

use crate::db::DbError;
use crate::secrets::SecretsError;

/// None of them is the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The setting of the mail server is none.
    #[error(
        "VITRINE_SMTP_URL is no address of a mail server; it takes smtps://USER:PASSWORD@HOST or smtp://HOST:PORT"
    )]
    Server(#[source] lettre::transport::smtp::Error),
    /// The sender's address is none.
    #[error("VITRINE_MAIL_FROM is no address; it takes shop@example.com or Shop <shop@example.com>")]
    From(#[source] lettre::address::AddressError),
    /// A letter could not be sealed.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
