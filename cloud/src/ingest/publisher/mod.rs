//! One publisher's connection: bytes to a session, its events to the show's task.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use vitrine_protocol::PublishSessionId;
use vitrine_rtmp::{Permit, ServerConfig, ServerEvent, ServerSession, StreamKey};

use crate::ingest::airing::{Handle, Input, Kick};
use crate::ingest::door::DoorError;
use crate::ingest::hub::Hub;

const READ_BYTES: usize = 64 << 10;
const WRITE_WITHIN: Duration = Duration::from_secs(5);
const ADMIT_WITHIN: Duration = Duration::from_secs(8);
/// The show's task takes tags at once; this long means that it hangs.
const HAND_OVER_WITHIN: Duration = Duration::from_secs(10);
/// A refused publisher gets this long to read why.
const FAREWELL: Duration = Duration::from_millis(500);
const NOT_NOW: &str = "The show cannot be reached right now. Try again in a moment.";

/// Why a connection ended, for the log.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("the peer broke the protocol or a bound")]
    Protocol(#[from] vitrine_rtmp::Error),
    #[error("the socket failed")]
    Socket(#[from] std::io::Error),
    #[error("the connection was closed")]
    Closed,
    #[error("refused: {0}")]
    Refused(String),
    #[error("sent away: {0}")]
    Kicked(&'static str),
    #[error("the show's task has ended")]
    ShowOver,
}

struct Publishing {
    session: PublishSessionId,
    show: Handle,
    kicks: mpsc::Receiver<&'static str>,
    /// When the last bytes came, and whether their absence was reported.
    heard: Instant,
    silent: bool,
}

struct Connection {
    hub: Arc<Hub>,
    remote: SocketAddr,
    socket: TcpStream,
    session: ServerSession,
    permit: Option<Permit>,
    publishing: Option<Publishing>,
    said_goodbye: bool,
}

/// Serves one connection to its end.
pub async fn serve(hub: Arc<Hub>, socket: TcpStream, remote: SocketAddr, permit: Permit) {
    let session = ServerSession::new(ServerConfig::default(), Instant::now().into_std());
    let permit = Some(permit);
    let mut connection =
        Connection { hub, remote, socket, session, permit, publishing: None, said_goodbye: false };
    let Err(end) = connection.run().await;
    tracing::info!(%remote, reason = %end, "a publisher's connection ended");
    connection.leave().await;
}

impl Connection {
    async fn run(&mut self) -> Result<std::convert::Infallible, End> {
        self.socket.set_nodelay(true)?;
        let mut buffer = BytesMut::with_capacity(READ_BYTES);
        loop {
            self.flush().await?;
            let wake = self.wake();
            let silence = self.publishing.as_ref().map(|publishing| publishing.heard);
            let kick = async {
                match &mut self.publishing {
                    Some(publishing) => publishing.kicks.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                read = self.socket.read_buf(&mut buffer) => {
                    if read? == 0 {
                        return Err(End::Closed);
                    }
                    let now = Instant::now();
                    if let Some(publishing) = &mut self.publishing {
                        (publishing.heard, publishing.silent) = (now, false);
                    }
                    let outcome = self.session.receive(buffer.split().freeze(), now.into_std());
                    self.events().await?;
                    outcome?;
                }
                why = kick => return Err(End::Kicked(why.unwrap_or("The show is over."))),
                () = sleep_until(wake) => {
                    self.session.check(Instant::now().into_std())?;
                    if silence.is_some() { self.report_silence().await?; }
                }
            }
            buffer.reserve(READ_BYTES);
        }
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

    async fn events(&mut self) -> Result<(), End> {
        while let Some(event) = self.session.poll_event() {
            match event {
                ServerEvent::Connected(info) => {
                    tracing::debug!(remote = %self.remote, ?info, "a publisher connected");
                }
                ServerEvent::PublishRequested { stream_key, .. } => self.admit(stream_key).await?,
                ServerEvent::Tag(tag) | ServerEvent::Metadata { tag, .. } => {
                    if let Some(publishing) = &self.publishing {
                        let session = publishing.session;
                        self.hand_over(Input::Tag { session, tag }).await?;
                    }
                }
                ServerEvent::Unpublished => {
                    self.said_goodbye = true;
                    self.gone().await;
                }
                ServerEvent::Closed => return Err(End::Closed),
            }
        }
        Ok(())
    }

    async fn admit(&mut self, key: StreamKey) -> Result<(), End> {
        let door = &self.hub.deps.door;
        let answer = timeout(ADMIT_WITHIN, door.admit(key.without_query(), self.remote.ip())).await;
        let admission = match answer {
            Ok(Ok(admission)) => admission,
            Ok(Err(DoorError::Refused(why))) => return self.refuse("NetStream.Publish.BadName", why),
            Ok(Err(DoorError::Unavailable(reason))) => {
                tracing::error!(reason, "a publisher was turned away because shows do not answer");
                return self.refuse("NetStream.Publish.Failed", NOT_NOW.to_owned());
            }
            Err(_) => return self.refuse("NetStream.Publish.Failed", NOT_NOW.to_owned()),
        };
        let (session, show_id) = (admission.session, admission.show);
        let (kick, kicks) = Kick::new();
        let show = match self.hub.show_of(&admission).await {
            Ok(show) => show,
            Err(error) => {
                tracing::error!(%error, show.id = %show_id, "a publisher was turned away");
                return self.refuse("NetStream.Publish.Failed", NOT_NOW.to_owned());
            }
        };
        let (reply, answer) = oneshot::channel();
        show.send(Input::Publish { admission, kick, reply }).await.map_err(|_| End::ShowOver)?;
        if let Err(busy) = answer.await.map_err(|_| End::ShowOver)? {
            return self.refuse("NetStream.Publish.BadName", busy.sentence().to_owned());
        }
        let now = Instant::now();
        self.publishing = Some(Publishing { session, show, kicks, heard: now, silent: false });
        self.said_goodbye = false;
        self.permit = None;
        let extra = [("session", session.to_string().as_str().into())];
        self.session.accept_publish(&extra, now.into_std())?;
        tracing::info!(remote = %self.remote, show.id = %show_id, %session, "a publisher was let in");
        Ok(())
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

    async fn gone(&mut self) {
        if let Some(Publishing { session, show, .. }) = self.publishing.take() {
            let clean = self.said_goodbye;
            let _ = show.send(Input::Gone { session, clean }).await; // an ended show needs no word
        }
    }

    /// Tells the show, then lets the peer read the last words.
    async fn leave(&mut self) {
        self.gone().await;
        if self.flush().await.is_ok() && self.socket.shutdown().await.is_ok() {
            let drain = async { while matches!(self.socket.read(&mut [0; 4096]).await, Ok(1..)) {} };
            let _ = timeout(FAREWELL, drain).await;
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        let output = self.session.take_output();
        if !output.is_empty() {
            let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
            timeout(WRITE_WITHIN, self.socket.write_all(&output)).await.map_err(late)??;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
