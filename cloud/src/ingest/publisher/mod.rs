//! One publisher's connection: bytes to a session, its events to the show's task, here or on the node that has the show.

mod code;
mod forward;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use vitrine_protocol::PublishSessionId;
use vitrine_rtmp::{Permit, ServerConfig, ServerEvent, ServerSession, StreamKey};

use self::code::{BAD_NAME, FAILED};
use self::forward::{Forward, NotTaken};
use self::wire::Wire;
use crate::events::LossReason;
use crate::ingest::airing::{Busy, Farewell, Handle, Input, Kick, Remote};
use crate::ingest::door::DoorError;
use crate::ingest::hub::{Hub, Place};
use crate::show::Admission;

const WRITE_WITHIN: Duration = Duration::from_secs(5);
/// Longer than it takes to find out that the show's owner is gone.
const ADMIT_WITHIN: Duration = Duration::from_secs(8);
/// A publisher that was let in before waits no longer than this for shows.
const SHOWS_WITHIN: Duration = Duration::from_secs(2);
/// Before an owner that did not answer is looked for again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(250);
/// The show's task takes tags at once; this long means that it hangs.
const HAND_OVER_WITHIN: Duration = Duration::from_secs(10);
/// A refused publisher gets this long to read why.
const FAREWELL: Duration = Duration::from_millis(500);
/// Of an encoder's name, which is its own word.
const NAME_CHARS: usize = 64;
const NOT_NOW: &str = "The show cannot be reached right now. Try again in a moment.";
const SHOW_OVER: &str = "The show has moved or ended. Connect again.";

/// Why a connection ended, for the log.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("the peer broke the protocol or a bound: {0}")]
    Protocol(#[from] vitrine_rtmp::Error),
    #[error("the socket failed")]
    Socket(#[from] std::io::Error),
    #[error("the connection was closed")]
    Closed,
    #[error("refused: {0}")]
    Refused(String),
    #[error("sent away: {}", .0.sentence)]
    Kicked(Farewell),
    #[error("the show's owner ended it: {1}")]
    OwnerEnded(&'static str, String),
    #[error("the show's task has ended")]
    ShowOver,
}

impl End {
    /// The code and the sentence for the person at the encoder, when it is we who end it.
    fn last_word(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Kicked(farewell) => {
                let comes_back = matches!(farewell.reason, LossReason::Moved | LossReason::NoPictures);
                Some((if comes_back { FAILED } else { BAD_NAME }, farewell.sentence.clone()))
            }
            Self::OwnerEnded(code, why) => Some((code, why.clone())),
            Self::ShowOver => Some((FAILED, SHOW_OVER.to_owned())),
            Self::Protocol(error) => Some((FAILED, format!("The stream cannot be read: {error}."))),
            Self::Socket(_) | Self::Closed | Self::Refused(_) => None,
        }
    }

    /// For the timeline.
    fn reason(&self) -> LossReason {
        match self {
            Self::Protocol(_) => LossReason::Protocol,
            Self::Socket(_) | Self::Closed => LossReason::Disconnected,
            Self::Kicked(farewell) => farewell.reason,
            Self::Refused(_) | Self::OwnerEnded(..) | Self::ShowOver => LossReason::Unknown,
        }
    }
}

/// What became of a try to let a publisher in.
enum Admitted {
    /// To this node's show.
    Here(Publishing),
    /// To the show's owner, with the session that it opened.
    There(Box<Forward>, String),
    /// Not: the code and the sentence for the person at the encoder.
    Not(String, String),
    /// The show is changing hands.
    NotYet,
}

struct Publishing {
    session: PublishSessionId,
    show: Handle,
    kicks: mpsc::Receiver<Farewell>,
    /// When the last bytes came, and whether their absence was reported.
    heard: Instant,
    silent: bool,
}

struct Connection {
    hub: Arc<Hub>,
    remote: SocketAddr,
    /// The encoder's name, as it says.
    encoder: String,
    wire: Wire,
    session: ServerSession,
    permit: Option<Permit>,
    publishing: Option<Publishing>,
    forward: Option<Box<Forward>>,
    said_goodbye: bool,
}

/// Serves one connection to its end.
pub async fn serve(hub: Arc<Hub>, socket: TcpStream, remote: SocketAddr, permit: Permit) {
    let session = ServerSession::new(ServerConfig::default(), Instant::now().into_std());
    let permit = Some(permit);
    let wire = match Wire::new(socket) {
        Ok(wire) => wire,
        Err(error) => return tracing::debug!(%remote, %error, "a publisher was gone at once"),
    };
    let mut connection = Connection {
        hub,
        remote,
        encoder: String::new(),
        wire,
        session,
        permit,
        publishing: None,
        forward: None,
        said_goodbye: false,
    };
    let Err(end) = connection.run().await;
    let publish = connection.publishing.as_ref().map(|publishing| publishing.session);
    tracing::info!(%remote, session = ?publish, reason = %end, "a publisher's connection ended");
    if let Some((code, sentence)) = end.last_word() {
        connection.session.break_off(code, &sentence);
    }
    connection.leave(end.reason()).await;
}

impl Connection {
    async fn run(&mut self) -> Result<std::convert::Infallible, End> {
        loop {
            self.flush().await?;
            let wake = self.wake();
            let kick = async {
                match &mut self.publishing {
                    Some(publishing) => publishing.kicks.recv().await,
                    None => std::future::pending().await,
                }
            };
            let upstream = async {
                match &mut self.forward {
                    Some(forward) => forward.ended().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                read = self.wire.read() => self.take(read?).await?,
                farewell = kick => {
                    return Err(farewell.map_or(End::ShowOver, End::Kicked));
                }
                (code, why) = upstream => return Err(End::OwnerEnded(code, why)),
                () = sleep_until(wake) => {
                    // This process may have stood still itself: what came meanwhile is still to be read.
                    if let Some(bytes) = self.wire.read_now()? {
                        self.take(bytes).await?;
                    }
                    self.session.check(Instant::now().into_std())?;
                    self.report_silence().await?;
                }
            }
        }
    }

    /// Takes what was read.
    async fn take(&mut self, bytes: Bytes) -> Result<(), End> {
        if bytes.is_empty() {
            return Err(End::Closed);
        }
        let now = Instant::now();
        if let Some(publishing) = &mut self.publishing {
            (publishing.heard, publishing.silent) = (now, false);
        }
        let outcome = self.session.receive(bytes, now.into_std());
        self.events(outcome.is_err()).await?;
        Ok(outcome?)
    }

    /// When the next limit runs out.
    fn wake(&self) -> Instant {
        let deadline = self.session.deadline().map(Instant::from_std);
        let silence = self.publishing.as_ref().filter(|publishing| !publishing.silent);
        let silence = silence.map(|publishing| publishing.heard + self.hub.deps.settings.silent_after);
        let far = Instant::now() + Duration::from_secs(60);
        deadline.into_iter().chain(silence).fold(far, Instant::min)
    }

    async fn report_silence(&mut self) -> Result<(), End> {
        let after = self.hub.deps.settings.silent_after;
        let Some(publishing) = self.publishing.as_mut() else { return Ok(()) };
        if publishing.silent || publishing.heard.elapsed() < after {
            return Ok(());
        }
        publishing.silent = true;
        let session = publishing.session;
        self.hand_over(Input::Silent { session }).await
    }

    /// Handles what the session says. One that has `failed` ends with the reason, not with what it says of its end.
    async fn events(&mut self, failed: bool) -> Result<(), End> {
        while let Some(event) = self.session.poll_event() {
            match event {
                ServerEvent::Connected(info) => {
                    tracing::debug!(remote = %self.remote, ?info, "a publisher connected");
                    self.encoder = info.flash_ver.unwrap_or_default().chars().take(NAME_CHARS).collect();
                }
                ServerEvent::PublishRequested { stream_key, .. } => self.admit(stream_key).await?,
                ServerEvent::Tag(tag) | ServerEvent::Metadata { tag, .. } => {
                    if let Some(forward) = &mut self.forward {
                        forward.send(&tag).await?;
                    } else if let Some(publishing) = &self.publishing {
                        let session = publishing.session;
                        self.hand_over(Input::Tag { session, tag }).await?;
                    }
                }
                ServerEvent::Unpublished | ServerEvent::Closed if failed => {}
                ServerEvent::Unpublished => {
                    self.said_goodbye = true;
                    self.gone(LossReason::Closed).await;
                }
                ServerEvent::Closed => return Err(End::Closed),
            }
        }
        Ok(())
    }

    async fn admit(&mut self, key: StreamKey) -> Result<(), End> {
        // It has said who it is: while that is looked at, those who have not make room.
        let _stay = self.permit.as_ref().map(Permit::stay);
        let until = Instant::now() + ADMIT_WITHIN;
        let admitted = loop {
            match timeout_at(until, self.try_admit(&key)).await {
                Ok(Admitted::NotYet) if Instant::now() + ASK_AGAIN_AFTER < until => {
                    sleep(ASK_AGAIN_AFTER).await
                }
                Ok(Admitted::NotYet) | Err(_) => break not_now(),
                Ok(admitted) => break admitted,
            }
        };
        let session = match admitted {
            Admitted::Here(publishing) => {
                let session = publishing.session.to_string();
                self.publishing = Some(publishing);
                session
            }
            Admitted::There(forward, session) => {
                self.forward = Some(forward);
                session
            }
            Admitted::Not(code, why) => return self.refuse(&code, why),
            Admitted::NotYet => return self.refuse(FAILED, NOT_NOW.to_owned()),
        };
        self.said_goodbye = false;
        self.permit = None;
        self.wire.publishes()?;
        self.session.accept_publish(&[("session", session.as_str().into())], Instant::now().into_std())?;
        tracing::info!(remote = %self.remote, session, forwarded = self.forward.is_some(), "a publisher was let in");
        Ok(())
    }

    /// Asks shows, then whoever has the show.
    async fn try_admit(&self, key: &StreamKey) -> Admitted {
        let door = &self.hub.deps.door;
        let bare = key.without_query();
        if let Some((show, before)) = self.hub.known_key(bare) {
            let admission = match timeout(SHOWS_WITHIN, door.admit(bare)).await {
                Ok(Ok(admission)) => admission,
                Ok(Err(refused @ DoorError::Refused(_))) => {
                    self.hub.forget_key(before.show);
                    return turned_away(refused);
                }
                away => {
                    let why = away.map(|answer| answer.err().map(|error| error.to_string()));
                    tracing::warn!(show.id = %before.show, ?why, "a publisher is let in as before: shows do not answer");
                    before
                }
            };
            return self.let_in(key, show, admission).await;
        }
        let place = async { self.hub.own(door.show_of(bare).await?).await };
        let show = match place.await {
            Ok(Place::Here(show)) => show,
            // Sent here by a node that thought the show was ours, so it is changing hands.
            Ok(Place::Elsewhere(_)) if forward::was_forwarded(key) => return not_now(),
            Ok(Place::Elsewhere(owner)) => {
                return match Forward::open(&owner, bare, self.remote.ip(), &self.encoder).await {
                    Ok((forward, session)) => Admitted::There(Box::new(forward), session),
                    Err(NotTaken::Refused { code, .. }) if code == FAILED => Admitted::NotYet,
                    Err(NotTaken::Refused { code, why }) => Admitted::Not(code, why),
                    Err(NotTaken::Away(error)) => {
                        tracing::info!(%error, owner = owner.rtmp, "the show's owner does not take a publisher");
                        Admitted::NotYet
                    }
                };
            }
            Err(error) => return turned_away(error),
        };
        match door.admit(bare).await {
            Ok(admission) => self.let_in(key, show, admission).await,
            Err(error) => turned_away(error),
        }
    }

    /// Asks the show's task, which decides between publishers.
    async fn let_in(&self, key: &StreamKey, show: Handle, admission: Admission) -> Admitted {
        let (session, (kick, kicks)) = (admission.session, Kick::new());
        let (reply, answer) = oneshot::channel();
        let address = forward::publisher_behind(key, &self.hub.deps.me).unwrap_or(self.remote.ip());
        let remote = Remote { address, encoder: self.encoder.clone() };
        let known = admission.clone();
        if show.send(Input::Publish { admission, remote, kick, reply }).await.is_err() {
            return Admitted::NotYet; // its task has just ended
        }
        match answer.await {
            Ok(Ok(())) => {
                self.hub.note_key(key.without_query(), known);
                Admitted::Here(Publishing { session, show, kicks, heard: Instant::now(), silent: false })
            }
            Ok(Err(Busy::Moved)) | Err(_) => Admitted::NotYet,
            Ok(Err(busy)) => Admitted::Not(code::of(busy).to_owned(), busy.sentence().to_owned()),
        }
    }

    fn refuse(&mut self, code: &str, why: String) -> Result<(), End> {
        self.session.reject_publish(code, &why)?;
        Err(End::Refused(why))
    }

    async fn hand_over(&self, input: Input) -> Result<(), End> {
        let Some(publishing) = &self.publishing else { return Ok(()) };
        match timeout(HAND_OVER_WITHIN, publishing.show.send(input)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::ShowOver),
        }
    }

    async fn gone(&mut self, reason: LossReason) {
        if let Some(Publishing { session, show, .. }) = self.publishing.take() {
            let reason = if self.said_goodbye { LossReason::Closed } else { reason };
            let _ = show.send(Input::Gone { session, reason }).await; // an ended show needs no word
        }
        if let Some(forward) = self.forward.take() {
            forward.close(self.said_goodbye).await;
        }
    }

    /// Tells the show, then lets the peer read the last words.
    async fn leave(&mut self, reason: LossReason) {
        self.gone(reason).await;
        if self.flush().await.is_ok() {
            let _ = timeout(FAREWELL, self.wire.finish()).await;
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        let output = self.session.take_output();
        if !output.is_empty() {
            let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
            timeout(WRITE_WITHIN, self.wire.write_all(&output)).await.map_err(late)??;
        }
        Ok(())
    }
}

fn not_now() -> Admitted {
    Admitted::Not(FAILED.to_owned(), NOT_NOW.to_owned())
}

fn turned_away(error: DoorError) -> Admitted {
    match error {
        DoorError::Refused(why) => Admitted::Not(BAD_NAME.to_owned(), why),
        DoorError::Unavailable(reason) => {
            tracing::error!(reason, "a publisher was turned away because shows do not answer");
            not_now()
        }
    }
}

#[cfg(test)]
mod tests;
