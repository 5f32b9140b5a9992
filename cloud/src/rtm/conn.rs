//! One socket, from `hello` to its close. Knows no axum: it talks through [`Wire`].

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use vitrine_protocol::rtm::{
    AuthorRole, ClientFrame, HELLO_WITHIN_MS, MAX_CLIENT_FRAME_BYTES, MAX_MARK_BYTES, ServerFrame,
};
use vitrine_protocol::{Code, ShowId};

use super::error::RtmError;
use super::hub::Door;
use super::limits::Bucket;
use super::model::{self, Guest};
use super::room::Command;
use super::routes::Text;
use super::seats::Chair;
use super::service::Rtm;

/// The server pings this often (plus up to a quarter, so that sockets spread).
const PING_EVERY: Duration = Duration::from_secs(25);
/// A peer that said nothing for this long, not even a pong, has gone.
const SILENT_FOR: Duration = Duration::from_secs(70);
/// A frame that the peer does not take within this time ends the socket.
const WRITE_WITHIN: Duration = Duration::from_secs(20);
/// How long the goodbye may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// How a socket is closed. The numbers are RFC 6455's and IANA's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// A binary frame came.
    Unsupported,
    /// The first frame was no `hello`, or came late; come back.
    NoHello,
    /// This person is refused, or their token; the only close that is final.
    Refused,
    /// A frame over 16 KiB came.
    TooBig,
    /// The server restarts, or who you are changed; come back.
    Restarting,
    /// The reader was too slow; come back.
    TooSlow,
    /// More frames came than anybody writes; come back later.
    TooFast,
}

impl Close {
    /// The number on the wire.
    pub(super) fn code(self) -> u16 {
        match self {
            Self::NoHello => 1002,
            Self::Unsupported => 1003,
            Self::Refused => 1008,
            Self::TooBig => 1009,
            Self::Restarting => 1012,
            Self::TooSlow | Self::TooFast => 1013,
        }
    }

    /// The words beside it.
    pub(super) fn reason(self) -> Code {
        match self {
            Self::NoHello => Code::HelloExpected,
            Self::Unsupported => Code::UnsupportedType,
            Self::Refused => Code::Forbidden,
            Self::TooBig => Code::TooLarge,
            Self::Restarting => Code::Restarting,
            Self::TooSlow => Code::TooSlow,
            Self::TooFast => Code::RateLimited,
        }
    }
}

/// What comes from the peer.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A text frame.
    Text(Text),
    /// A binary frame.
    Binary,
    /// A pong or a ping: the peer is there.
    Alive,
    /// A frame beyond what is read at all.
    TooBig,
    /// The peer closed, or the line broke.
    Gone,
}

/// A socket's two directions. `recv` may be dropped half-way without losing a frame.
pub(super) trait Wire: Send {
    /// The next thing the peer says.
    fn recv(&mut self) -> impl Future<Output = Incoming> + Send;
    /// Writes a frame through; `false` when the peer has gone.
    fn send(&mut self, text: Text) -> impl Future<Output = bool> + Send;
    /// Asks for a sign of life; `false` when the peer has gone.
    fn ping(&mut self) -> impl Future<Output = bool> + Send;
    /// Says goodbye.
    fn close(&mut self, close: Close) -> impl Future<Output = ()> + Send;
}

/// What the request told of the peer.
#[derive(Debug, Clone, Default)]
pub(super) struct Peer {
    /// Keyed hash of network and browser.
    pub(super) network: Option<String>,
    /// The origin of the page, where it is another's.
    pub(super) page: Option<String>,
    /// Whether it asked for offers (`?offers=1`): pages of an earlier version do not know them.
    pub(super) knows_offers: bool,
}

/// Serves a socket until either side ends it.
pub(super) async fn serve<W: Wire>(mut wire: W, rtm: Rtm, peer: Peer) {
    let end = match hello(&mut wire).await {
        Err(end) => end,
        Ok(hello) => attend(&mut wire, &rtm, &peer, hello).await,
    };
    if let Some((error, close)) = end {
        if let Some(error) = error {
            let frame = serde_json::to_string(&error.frame(None)).unwrap_or_default();
            let _ = timeout(CLOSE_WITHIN, wire.send(frame.into())).await;
        }
        let _ = timeout(CLOSE_WITHIN, wire.close(close)).await;
    }
}

/// Why a socket ends, when there is still somebody to tell.
type End = Option<(Option<RtmError>, Close)>;

struct Hello {
    token: String,
    show: ShowId,
    known: Option<(String, u64)>,
}

async fn hello<W: Wire>(wire: &mut W) -> Result<Hello, End> {
    let refused = || Some((Some(RtmError::HelloExpected), Close::NoHello));
    let first = timeout(Duration::from_millis(HELLO_WITHIN_MS), async {
        loop {
            match wire.recv().await {
                Incoming::Alive => {}
                other => return other,
            }
        }
    });
    match first.await.map_err(|_| refused())? {
        Incoming::Text(text) if text.len() > MAX_CLIENT_FRAME_BYTES => Err(Some((None, Close::TooBig))),
        Incoming::Text(text) => match serde_json::from_str(text.as_str()) {
            Ok(ClientFrame::Hello { token, show, epoch, seq }) => {
                Ok(Hello { token, show, known: epoch.zip(seq) })
            }
            _ => Err(refused()),
        },
        Incoming::Binary => Err(Some((None, Close::Unsupported))),
        Incoming::TooBig => Err(Some((None, Close::TooBig))),
        Incoming::Alive | Incoming::Gone => Err(None),
    }
}

async fn attend<W: Wire>(wire: &mut W, rtm: &Rtm, peer: &Peer, hello: Hello) -> End {
    let guest = match rtm.admit(&hello.token, hello.show, peer).await {
        Ok(guest) => guest,
        Err(error) => return Some(refusal(error)),
    };
    let (door, chair) = match rtm.hub().sit(&guest, hello.known).await {
        Ok(seated) => seated,
        Err(error) => return Some(refusal(error)),
    };
    let id = chair.id;
    let mut conn = Conn::new(rtm, peer, hello.token, guest, door.clone(), chair);
    let end = conn.run(wire).await;
    let _ = door.commands.send(Command::Leave(id)).await;
    end
}

fn refusal(error: RtmError) -> (Option<RtmError>, Close) {
    let close = if error.code().retryable() { Close::Restarting } else { Close::Refused };
    (Some(error), close)
}

struct Conn<'a> {
    rtm: &'a Rtm,
    peer: &'a Peer,
    token: String,
    guest: Guest,
    door: Door,
    chair: Chair,
    frames: Bucket,
    chats: Bucket,
    reactions: Bucket,
    heard_at: Instant,
}

impl<'a> Conn<'a> {
    fn new(rtm: &'a Rtm, peer: &'a Peer, token: String, guest: Guest, door: Door, chair: Chair) -> Self {
        let now = Instant::now();
        let each = Duration::from_millis;
        let chats = match guest.author.role {
            AuthorRole::Viewer => Bucket::new(5, each(1_500), now),
            AuthorRole::Host | AuthorRole::Moderator => Bucket::new(20, each(250), now),
        };
        // A held key repeats up to sixty times a second: beyond these reactions they are dropped, never the person.
        let (frames, reactions) = (Bucket::new(300, each(10), now), Bucket::new(10, each(200), now));
        Self { rtm, peer, token, guest, door, chair, frames, chats, reactions, heard_at: now }
    }

    async fn run<W: Wire>(&mut self, wire: &mut W) -> End {
        let every = PING_EVERY + PING_EVERY.mul_f64(self.rtm.jitter() / 4.0);
        let mut ping_at = Instant::now() + every;
        loop {
            let turn = tokio::select! {
                biased;
                close = ended(&mut self.chair.end) => return Some((None, close)),
                frame = self.chair.frames.recv() => match frame {
                    Some(text) => self.write(wire, text).await,
                    None => return Some((None, ended(&mut self.chair.end).await)),
                },
                incoming = wire.recv() => {
                    self.heard_at = Instant::now();
                    self.hear(wire, incoming).await
                }
                () = sleep_until(ping_at) => {
                    ping_at = Instant::now() + every;
                    self.check(wire).await
                }
            };
            if let Err(end) = turn {
                return end;
            }
        }
    }

    /// Writes a frame, unless the seat is lost or the peer takes nothing any more.
    async fn write<W: Wire>(&mut self, wire: &mut W, text: Text) -> Result<(), End> {
        tokio::select! {
            biased;
            close = ended(&mut self.chair.end) => Err(Some((None, close))),
            sent = timeout(WRITE_WITHIN, wire.send(text)) => match sent {
                Ok(true) => Ok(()),
                Ok(false) => Err(None),
                Err(_) => Err(Some((None, Close::TooSlow))),
            },
        }
    }

    async fn answer<W: Wire>(&mut self, wire: &mut W, frame: &ServerFrame) -> Result<(), End> {
        self.write(wire, serde_json::to_string(frame).unwrap_or_default().into()).await
    }

    /// Asks for a sign of life, and whether the token still stands for the same person.
    async fn check<W: Wire>(&mut self, wire: &mut W) -> Result<(), End> {
        if self.heard_at.elapsed() > SILENT_FOR {
            return Err(None);
        }
        match self.rtm.admit(&self.token, self.guest.show, self.peer).await {
            Ok(guest) if guest == self.guest => {}
            Ok(_) => return Err(Some((None, Close::Restarting))),
            Err(error @ (RtmError::Inside(_) | RtmError::Busy | RtmError::Restarting)) => {
                tracing::warn!(%error, "a socket's token could not be checked again");
            }
            Err(error) => return Err(Some(refusal(error))),
        }
        match timeout(WRITE_WITHIN, wire.ping()).await {
            Ok(true) => Ok(()),
            _ => Err(None),
        }
    }

    async fn hear<W: Wire>(&mut self, wire: &mut W, incoming: Incoming) -> Result<(), End> {
        let text = match incoming {
            Incoming::Text(text) if text.len() <= MAX_CLIENT_FRAME_BYTES => text,
            Incoming::Text(_) | Incoming::TooBig => return Err(Some((None, Close::TooBig))),
            Incoming::Binary => return Err(Some((None, Close::Unsupported))),
            Incoming::Alive => return Ok(()),
            Incoming::Gone => return Err(None),
        };
        let now = Instant::now();
        if !self.frames.take(now) {
            return Err(Some((Some(RtmError::TooFast), Close::TooFast)));
        }
        match serde_json::from_str(text.as_str()) {
            Ok(ClientFrame::Ping) => self.answer(wire, &ServerFrame::Pong).await,
            Ok(ClientFrame::Reaction { kind }) => {
                if self.reactions.take(now) {
                    let _ = self.door.commands.send(Command::React(kind)).await;
                }
                Ok(())
            }
            Ok(ClientFrame::Chat { mark, text }) if mark.len() <= MAX_MARK_BYTES => {
                match self.say(now, &text, &mark) {
                    Ok(()) => Ok(()), // `accepted` follows once it is stored
                    Err(error) => self.answer(wire, &error.frame(Some(mark))).await,
                }
            }
            Ok(ClientFrame::Chat { .. } | ClientFrame::Hello { .. }) | Err(_) => {
                self.answer(wire, &RtmError::BadFrame.frame(None)).await
            }
        }
    }

    fn say(&mut self, now: Instant, text: &str, mark: &str) -> Result<(), RtmError> {
        if !self.guest.speaks {
            return Err(RtmError::Forbidden);
        }
        let text = model::chat_text(text).ok_or(RtmError::BadMessage)?;
        if !self.chats.take(now) {
            return Err(RtmError::TooFast);
        }
        self.rtm.say(&self.guest, text, &self.door, self.chair.id, mark)
    }
}

/// Resolves when the room ends the seat.
async fn ended(end: &mut watch::Receiver<Option<Close>>) -> Close {
    match end.wait_for(Option::is_some).await {
        Ok(close) => (*close).unwrap_or(Close::Restarting),
        Err(_) => Close::Restarting, // the room went without a word
    }
}
