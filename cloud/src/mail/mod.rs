//! Mail: letters to people, written in their language and sent by SMTP, or kept as files where no server is set.
//!
//! Owns: jobs of the kind `mail.send`. [`Mailbox::leave`] leaves a letter in the transaction of the change that wants it, sealed,
//! since letters carry links that open accounts; [`SendMail`] sends it, at least once. Records nothing. Leans on `base`, `db`,
//! `secrets`, `jobs`. Spec: RFC 5322; RFC 5321 by lettre.

mod dates;
mod error;
mod letter;
mod mailbox;
mod owners;
mod passkeys;
mod people;
mod send;

pub use error::MailError;
pub use letter::{Letter, Locale, ResetLink};
pub use mailbox::Mailbox;
pub use owners::ToOwners;
pub use passkeys::OfPasskeys;
pub use people::{ToPerson, role_name};
pub use send::{SendMail, Way};
