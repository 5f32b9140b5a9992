//! Lists that are too long to be held: sent from a file, kept in a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio_util::io::ReaderStream;
use vitrine_protocol::Code;

use super::{Cloud, UNAUTHORIZED, address, good, signed_out, unreachable};
use crate::desk::view::{ChosenList, CloudAnswer};
use crate::error::CommandError;

/// As much as a list may take to come from the cloud (256 MB over a slow line).
const WITHIN: Duration = Duration::from_secs(30 * 60);
/// A list that is sent may take as long as it moves.
const SENT_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);
/// Where nothing has moved for so long, the line is dead.
const STILL: Duration = Duration::from_secs(60);
/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// So much of a list is looked at before it is sent (bytes).
const HEAD: u64 = 64 << 10;
/// The longest list that the cloud takes (bytes).
const LONGEST: u64 = 256 << 20;

/// A list on its way to the cloud.
#[derive(Default)]
pub struct Sending {
    sent: AtomicU64,
    stopped: Notify,
}

impl Sending {
    /// How much has gone out (bytes).
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// It is not to be sent any further.
    pub fn stop(&self) {
        self.stopped.notify_one();
    }

    /// Comes when nothing has moved for a while.
    async fn stands(&self) {
        let mut seen = (self.sent(), tokio::time::Instant::now());
        while seen.1.elapsed() < STILL {
            tokio::time::sleep(LOOK).await;
            if self.sent() != seen.0 {
                seen = (self.sent(), tokio::time::Instant::now());
            }
        }
    }
}

/// The beginning of a list.
pub async fn look(file: &Path) -> Result<ChosenList, CommandError> {
    let opened = tokio::fs::File::open(file).await.map_err(|error| unreadable(&error))?;
    let length = opened.metadata().await.map_err(|error| unreadable(&error))?.len();
    if length > LONGEST {
        return Err(CommandError::new(Code::TooLarge, "A list has at most 256 MB."));
    }
    let mut head = Vec::new();
    opened.take(HEAD).read_to_end(&mut head).await.map_err(|error| unreadable(&error))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(ChosenList { name, size_bytes: length as f64, head: String::from_utf8_lossy(&head).into_owned() })
}

/// Writes a short text into a file.
pub async fn write(file: &Path, text: &str) -> Result<(), CommandError> {
    tokio::fs::write(file, text).await.map_err(|error| unwritable(&error))
}

impl Cloud {
    /// Posts a file's bytes, now or not at all, and gives the answer as it comes back. It takes as long as it moves; `sending` is
    /// told how far it is, and stops it.
    pub async fn send_file(
        &self,
        path: &str,
        kind: &str,
        file: &Path,
        sending: &Arc<Sending>,
    ) -> Result<CloudAnswer, CommandError> {
        let kinds = ["text/csv", "application/xml", "application/json", "application/x-ndjson"];
        let kind = kinds
            .into_iter()
            .find(|known| *known == kind)
            .ok_or_else(|| CommandError::new(Code::UnsupportedType, "A list is a CSV, XML or JSON file."))?;
        let session = self.access.now().ok_or_else(signed_out)?;
        let opened = tokio::fs::File::open(file).await.map_err(|error| unreadable(&error))?;
        let length = opened.metadata().await.map_err(|error| unreadable(&error))?.len();
        let count = sending.clone();
        let pieces = ReaderStream::new(opened).inspect(move |piece| {
            let length = piece.as_ref().map_or(0, bytes::Bytes::len);
            count.sent.fetch_add(length as u64, Ordering::Relaxed);
        });
        let request = self
            .http
            .request(Method::POST, address(&session.base, path)?)
            .bearer_auth(&session.token)
            .timeout(SENT_WITHIN)
            .header("content-type", kind)
            .header("content-length", length)
            .body(reqwest::Body::wrap_stream(pieces));
        let sent = async {
            let answer = request.send().await.map_err(|error| unreachable(&session.base, &error))?;
            let status = u32::from(answer.status().as_u16());
            if status == UNAUTHORIZED {
                self.access.lapse(&session.token);
            }
            let body = answer.text().await.map_err(|error| unreachable(&session.base, &error))?;
            Ok(CloudAnswer { status, body, etag: None })
        };
        tokio::select! {
            answer = sent => answer,
            () = sending.stopped.notified() => {
                Err(CommandError::new(Code::IllegalMove, "The list was stopped on its way."))
            }
            () = sending.stands() => {
                Err(CommandError::new(Code::CloudUnreachable, "Nothing of the list has moved for a minute. Send it again."))
            }
        }
    }

    /// Gets what a path gives, now or not at all, into a file: whole, or not at all.
    pub async fn get_file(&self, path: &str, file: &Path) -> Result<(), CommandError> {
        let session = self.access.now().ok_or_else(signed_out)?;
        let request = self.http.request(Method::GET, address(&session.base, path)?);
        let request = request.bearer_auth(&session.token).timeout(WITHIN);
        let answer = request.send().await.map_err(|error| unreachable(&session.base, &error))?;
        let status = u32::from(answer.status().as_u16());
        if status == UNAUTHORIZED {
            self.access.lapse(&session.token);
        }
        if !answer.status().is_success() {
            let body = answer.text().await.map_err(|error| unreachable(&session.base, &error))?;
            return good(CloudAnswer { status, body, etag: None }).map(drop);
        }
        let beside = beside(file);
        let written = keep(&session.base, answer, &beside).await;
        match written {
            Ok(()) => tokio::fs::rename(&beside, file).await.map_err(|error| unwritable(&error)),
            Err(error) => {
                let _ = tokio::fs::remove_file(&beside).await;
                Err(error)
            }
        }
    }
}

async fn keep(base: &url::Url, answer: reqwest::Response, file: &Path) -> Result<(), CommandError> {
    let mut kept = tokio::fs::File::create(file).await.map_err(|error| unwritable(&error))?;
    let mut pieces = answer.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| unreachable(base, &error))?;
        kept.write_all(&piece).await.map_err(|error| unwritable(&error))?;
    }
    kept.flush().await.map_err(|error| unwritable(&error))
}

/// Where a file is written until it is whole.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    file.with_file_name(name)
}

fn unreadable(error: &std::io::Error) -> CommandError {
    CommandError::new(Code::InvalidRequest, format!("The file cannot be read: {error}."))
}

fn unwritable(error: &std::io::Error) -> CommandError {
    CommandError::new(Code::InvalidRequest, format!("The file cannot be written: {error}."))
}

#[cfg(test)]
mod tests {
    use super::super::SignedIn;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_list_may_take_hours_but_not_stand_still_for_a_minute() {
        let sending = Arc::new(Sending::default());
        let slow = sending.clone();
        tokio::spawn(async move {
            for _ in 0..240 {
                tokio::time::sleep(Duration::from_secs(30)).await;
                slow.sent.fetch_add(1, Ordering::Relaxed);
            }
        });
        let began = tokio::time::Instant::now();
        sending.stands().await;
        let (took, moved) = (began.elapsed(), Duration::from_secs(240 * 30));
        assert!(took >= moved + STILL && took <= moved + STILL + 2 * LOOK, "{took:?}");
    }

    #[tokio::test]
    async fn a_list_is_stopped_on_its_way_and_tells_how_far_it_came() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("spring.csv");
        std::fs::write(&file, vec![b'x'; 32 << 20]).unwrap();
        let cloud = Cloud::new().unwrap();
        cloud.access.set(Some(SignedIn { base, token: "t".into() }));
        let sending = Arc::new(Sending::default());
        let (sent, watched) = (cloud.clone(), sending.clone());
        let send = tokio::spawn(async move { sent.send_file("/v1/x", "text/csv", &file, &watched).await });
        let (_silent, _) = listener.accept().await.unwrap();
        while sending.sent() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        sending.stop();
        assert_eq!(send.await.unwrap().unwrap_err().code, Code::IllegalMove);
        assert!(sending.sent() < 32 << 20, "the far side read nothing of it");
    }

    #[tokio::test]
    async fn a_list_is_looked_at_without_being_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("spring.csv");
        std::fs::write(&file, format!("id,title\n{}", "1,x\n".repeat(100_000))).unwrap();
        let chosen = look(&file).await.unwrap();
        assert_eq!((chosen.name.as_str(), chosen.size_bytes), ("spring.csv", 400_009.0));
        assert!(chosen.head.starts_with("id,title\n1,x\n") && chosen.head.len() as u64 == HEAD);
        assert_eq!(look(&folder.path().join("gone.csv")).await.unwrap_err().code, Code::InvalidRequest);
    }
}
