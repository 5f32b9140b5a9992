//! The handle of mail: letters are left here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Letter, Locale, MailError};
use crate::db::Tx;
use crate::jobs::{NewJob, enqueue};
use crate::secrets::{KeyRing, Place};

pub(super) const KIND: &str = "mail.send";

/// A letter as it waits, sealed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Written {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Body {
    pub sealed: String,
}

/// Takes letters. Clones share everything.
#[derive(Clone)]
pub struct Mailbox {
    ring: KeyRing,
    public_url: String,
}

impl Mailbox {
    /// Letters are sealed with `ring`; their links lead to `public_url`.
    #[must_use]
    pub fn new(ring: KeyRing, public_url: &str) -> Self {
        Self { ring, public_url: public_url.trim_end_matches('/').to_owned() }
    }

    /// An address of this cloud for a letter: `path` with a `token` that opens something.
    #[must_use]
    pub fn link(&self, path: &str, token: &str, locale: Locale) -> String {
        format!("{}{path}?token={token}&lang={}", self.public_url, locale.as_str())
    }

    /// An address of this cloud for a letter that opens nothing by itself.
    #[must_use]
    pub fn page(&self, path: &str, locale: Locale) -> String {
        format!("{}{path}?lang={}", self.public_url, locale.as_str())
    }

    /// An address of this cloud.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    /// Leaves a letter: it is sent after `tx` commits.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn leave(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
        to: &str,
        letter: &Letter,
        locale: Locale,
    ) -> Result<(), MailError> {
        let words = letter.words(locale);
        let written = Written {
            to: to.to_owned(),
            subject: words.subject.clone(),
            text: words.text(locale),
            html: words.html(locale),
        };
        let key = Uuid::now_v7().to_string();
        let text = serde_json::to_vec(&written).unwrap_or_default();
        let sealed = self.ring.seal(place(&key), &text)?;
        let body = serde_json::json!(Body { sealed });
        enqueue(tx, now, &NewJob { kind: KIND, key, org: None, run_after: None, body }).await?;
        Ok(())
    }
}

pub(super) fn place(key: &str) -> Place<'_> {
    Place { table: "jobs", column: "body", row: key, org: None }
}
