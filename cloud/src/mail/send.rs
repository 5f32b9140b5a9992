//! Sending letters: by SMTP, or into a folder.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::FutureExt as _;
use lettre::message::{Mailbox as Address, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::io::AsyncWriteExt as _;

use super::MailError;
use super::mailbox::{Body, KIND, Written, place};
use crate::jobs::{Failed, Job, Policy, Ran, Runner};
use crate::secrets::KeyRing;

/// What a mail server has to answer in.
const WITHIN: Duration = Duration::from_secs(20);

/// A mailbox is refused. Source: RFC 5321, section 4.2.3.
const REFUSED: [&str; 4] = ["550", "551", "553", "554"];

/// How letters leave.
#[derive(Clone)]
pub enum Way {
    /// By a mail server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Into this folder, a file each.
    Folder(PathBuf),
}

impl Way {
    /// By the server at `url`: `smtps://USER:PASSWORD@HOST`, `smtp://HOST:PORT?tls=required`.
    ///
    /// # Errors
    /// [`MailError::Server`].
    pub fn smtp(url: &str) -> Result<Self, MailError> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(MailError::Server)?;
        Ok(Self::Smtp(server.timeout(Some(WITHIN)).build()))
    }
}

/// Sends what was left.
pub struct SendMail {
    ring: KeyRing,
    from: Address,
    way: Way,
}

impl SendMail {
    /// Letters come `from` there.
    ///
    /// # Errors
    /// [`MailError::From`].
    pub fn new(ring: KeyRing, from: &str, way: Way) -> Result<Self, MailError> {
        Ok(Self { ring, from: from.parse().map_err(MailError::From)?, way })
    }

    async fn send(&self, job: &Job) -> Result<(), Failed> {
        let body: Body = job.body()?;
        let opened = self.ring.open(place(&job.key), &body.sealed)?;
        let written: Written = serde_json::from_slice(opened.expose())?;
        // An address that no letter can carry stays so.
        let to: Address = written.to.parse().map_err(|_| Failed::never("the address takes no mail"))?;
        let domain = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(written.subject)
            // The same each time: whoever gets it twice can tell.
            .message_id(Some(format!("<{}@{domain}>", job.id)))
            .multipart(MultiPart::alternative_plain_html(written.text, written.html))
            .map_err(|error| Failed::never(error.to_string()))?;
        match &self.way {
            Way::Smtp(server) => match server.send(message).await {
                Ok(_) => Ok(()),
                // Of the person's address, and not of ours: a server's other refusals are mended by whoever runs it.
                Err(error)
                    if error.status().is_some_and(|code| REFUSED.contains(&code.to_string().as_str())) =>
                {
                    Err(Failed::never(format!("the mail server refuses it: {error}")))
                }
                Err(error) => Err(Failed::later(format!("the mail server did not take it: {error}"))),
            },
            Way::Folder(folder) => {
                tokio::fs::create_dir_all(folder).await?;
                let (file, part) =
                    (folder.join(format!("{}.eml", job.id)), folder.join(format!("{}.part", job.id)));
                // Its link opens an account: it is for whoever runs this alone.
                let mut letter = tokio::fs::OpenOptions::new();
                let mut letter =
                    letter.create(true).truncate(true).write(true).mode(0o600).open(&part).await?;
                letter.write_all(&message.formatted()).await?;
                letter.flush().await?;
                Ok(tokio::fs::rename(&part, &file).await?)
            }
        }
    }
}

impl Runner for SendMail {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        // Some three hours: servers that ask strangers to come again later, and a morning's outage.
        Policy { at_once: 4, attempts: 20, longest_pause: Duration::from_secs(15 * 60), ..Policy::default() }
    }

    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        self.send(job).boxed()
    }
}
