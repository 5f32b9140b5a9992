//! The line to the cloud's RTM server: one task per open show, which reconnects by itself.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_util::sync::{CancellationToken, DropGuard};
use vitrine_protocol::rtm::{ClientFrame, RoomEvent, ServerFrame, Snapshot};
use vitrine_protocol::{Code, ShowId};

use super::cloud::Cloud;
use super::sayings::{Answer, Sayings};
use crate::error::CommandError;

/// A ping each so often keeps the line awake; two without an answer end it.
const PING_EACH: Duration = Duration::from_secs(20);
const SILENT_AFTER: Duration = Duration::from_secs(50);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What the line brings.
#[derive(Debug)]
pub enum Heard {
    /// Being opened.
    Connecting,
    /// The room as it stands: forget what was known.
    Room(Box<Snapshot>),
    /// Open again, nothing was missed but what follows as events.
    Resumed,
    /// What happened.
    Events(Vec<RoomEvent>),
    /// Lost; the next try comes in this time.
    Waiting(Duration),
    /// The session has ended; opened again once somebody has signed in.
    SignedOut,
    /// The cloud does not let this person in; there is no next try.
    Refused(CommandError),
}

/// An open line. It closes with this value.
pub struct Line {
    say: mpsc::Sender<(String, Answer)>,
    _stop: DropGuard,
}

impl Line {
    /// Opens a line to a show's room; what it brings goes to `heard`.
    pub fn open(cloud: Cloud, show: ShowId, heard: mpsc::Sender<Heard>) -> Self {
        let (say, said) = mpsc::channel(16);
        let stop = CancellationToken::new();
        let task = Task { cloud, show, heard, said, seen: None, said_no: None, sayings: Sayings::default() };
        let stopped = stop.clone();
        tokio::spawn(async move {
            tokio::select! { () = stopped.cancelled() => {}, () = task.run() => {} }
        });
        Self { say, _stop: stop.drop_guard() }
    }

    /// Where messages go in: text, and where the answer goes.
    pub fn speaker(&self) -> Speaker {
        Speaker(self.say.clone())
    }
}

/// Says something over an open line.
#[derive(Clone)]
pub struct Speaker(mpsc::Sender<(String, Answer)>);

impl Speaker {
    /// Says something and waits until the room took it.
    ///
    /// # Errors
    /// What the room answered, or that the line is down.
    pub async fn say(&self, text: String) -> Result<(), CommandError> {
        let (tx, rx) = oneshot::channel();
        self.0.try_send((text, tx)).map_err(|_| down())?;
        match tokio::time::timeout(ANSWER_WITHIN, rx).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(down()),
        }
    }
}

fn down() -> CommandError {
    CommandError::new(Code::CloudUnreachable, "The chat is not connected at the moment.")
}

struct Task {
    cloud: Cloud,
    show: ShowId,
    heard: mpsc::Sender<Heard>,
    said: mpsc::Receiver<(String, Answer)>,
    seen: Option<(String, u64)>,
    /// The server's last word about this connection as a whole.
    said_no: Option<CommandError>,
    sayings: Sayings,
}

/// Why a connection ended.
enum Gone {
    Lost,
    /// The token is not taken any more, or there is none.
    SignedOut,
    Refused(CommandError),
    Unheard,
}

impl Task {
    async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            if self.heard.send(Heard::Connecting).await.is_err() {
                return;
            }
            let start = tokio::time::Instant::now();
            let gone = self.connection().await;
            self.sayings.lose(&down());
            match gone {
                Gone::Unheard => return,
                Gone::SignedOut => {
                    if self.heard.send(Heard::SignedOut).await.is_err() {
                        return;
                    }
                    let cloud = self.cloud.clone();
                    self.hold(cloud.access().next()).await;
                    pause = FIRST_PAUSE;
                    continue;
                }
                Gone::Refused(error) => {
                    let _ = self.heard.send(Heard::Refused(error)).await;
                    return;
                }
                Gone::Lost => {}
            }
            if start.elapsed() > Duration::from_secs(20) {
                pause = FIRST_PAUSE;
            }
            let jittered = pause.mul_f64(0.5 + rand::random::<f64>() / 2.0);
            if self.heard.send(Heard::Waiting(jittered)).await.is_err() {
                return;
            }
            self.hold(tokio::time::sleep(jittered)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits; what is said meanwhile is refused at once.
    async fn hold(&mut self, until: impl Future) {
        tokio::pin!(until);
        loop {
            tokio::select! {
                _ = &mut until => return,
                Some((_, answer)) = self.said.recv() => drop(answer.send(Err(down()))),
            }
        }
    }

    async fn connection(&mut self) -> Gone {
        self.said_no = None;
        let Some(session) = self.cloud.access().now() else { return Gone::SignedOut };
        let token = session.token.clone();
        let mut url = session.base.clone();
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        if url.set_scheme(scheme).is_err() {
            return Gone::Lost;
        }
        url.set_path("/v1/rtm");
        let connecting = tokio_tungstenite::connect_async(url.as_str());
        let Ok(Ok((mut socket, _))) = tokio::time::timeout(ANSWER_WITHIN, connecting).await else {
            return Gone::Lost;
        };
        let (epoch, seq) = self.seen.clone().map_or((None, None), |(epoch, seq)| (Some(epoch), Some(seq)));
        let hello = ClientFrame::Hello { token: session.token, show: self.show, epoch, seq };
        if socket.send(frame(&hello)).await.is_err() {
            return Gone::Lost;
        }
        let mut ping = tokio::time::interval(PING_EACH);
        let mut last_heard = tokio::time::Instant::now();
        loop {
            tokio::select! {
                message = socket.next() => {
                    last_heard = tokio::time::Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => {
                            if let Some(gone) = self.take(&text).await { return gone }
                        }
                        Some(Ok(Message::Close(close))) => return self.closed(close.map(|close| close.code), &token),
                        Some(Err(_)) | None => return Gone::Lost,
                        Some(Ok(_)) => {}
                    }
                }
                Some((text, answer)) = self.said.recv() => {
                    let chat = ClientFrame::Chat { mark: self.sayings.say(&text, answer, Instant::now()), text };
                    if socket.send(frame(&chat)).await.is_err() { return Gone::Lost }
                }
                _ = ping.tick() => {
                    if last_heard.elapsed() > SILENT_AFTER || socket.send(frame(&ClientFrame::Ping)).await.is_err() {
                        return Gone::Lost;
                    }
                }
            }
        }
    }

    /// Only the cloud's own word about this person or their token ends more than this connection: what a
    /// gate or a busy server refuses passes.
    fn closed(&mut self, close: Option<CloseCode>, token: &str) -> Gone {
        match self.said_no.take() {
            Some(error) if close == Some(CloseCode::Policy) => match error.code {
                Code::Unauthenticated => {
                    self.cloud.access().lapse(token);
                    Gone::SignedOut
                }
                Code::Forbidden | Code::Banned | Code::NotFound | Code::ShowEnded => Gone::Refused(error),
                _ => Gone::Lost,
            },
            _ => Gone::Lost,
        }
    }

    /// Takes one frame of the server; an answer ends the connection. A frame of a newer server that
    /// cannot be read is left out.
    async fn take(&mut self, text: &str) -> Option<Gone> {
        let Ok(server) = serde_json::from_str::<ServerFrame>(text) else {
            tracing::warn!(bytes = text.len(), "a frame could not be read");
            return None;
        };
        let news = match server {
            ServerFrame::Welcome { epoch, seq, snapshot, missed, .. } => {
                self.seen = Some((epoch, seq));
                let first = snapshot.map_or(Heard::Resumed, Heard::Room);
                if self.heard.send(first).await.is_err() {
                    return Some(Gone::Unheard);
                }
                Heard::Events(missed)
            }
            ServerFrame::Tick { seq, events } => {
                if let Some(seen) = &mut self.seen {
                    seen.1 = seq;
                }
                Heard::Events(events)
            }
            ServerFrame::Accepted { mark, .. } => {
                self.sayings.answer(&mark, Ok(()));
                return None;
            }
            ServerFrame::Error { code, message, retryable, mark } => {
                let error = CommandError { code, message, retryable };
                match mark {
                    Some(mark) => self.sayings.answer(&mark, Err(error)),
                    None => {
                        tracing::warn!(%code, "the room refused");
                        self.said_no = Some(error);
                    }
                }
                return None;
            }
            ServerFrame::Pong => return None,
        };
        self.heard.send(news).await.is_err().then_some(Gone::Unheard)
    }
}

fn frame(frame: &ClientFrame) -> Message {
    Message::text(serde_json::to_string(frame).unwrap_or_default())
}
