//! The server's end of a connection: takes one publisher, and lets the application decide about it.

mod commands;
mod event;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::link::{Incoming, Link};
use crate::AmfLimits;
use crate::amf0::{self, Amf0Value};
use crate::error::{Error, Phase};
use crate::flv::{FourCc, Tag, TagKind, aggregate};
use crate::limits::Limits;
use crate::message::{self, Message, UserControl};

pub use event::{ConnectInfo, PublishKind, ServerEvent};

/// Payloads up to this size are copied.
const SMALL_BYTES: usize = 16 << 10;

/// How a server session behaves.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Bounds on what the peer may do.
    pub limits: Limits,
    /// Size of the chunks we send, announced after `connect`: 60,000 bytes. Encoders that then use the same (ffmpeg does) send a
    /// picture in one piece instead of ten, which costs both ends a third of the system calls.
    pub chunk_size: u32,
    /// Codecs announced as decodable to publishers that speak Enhanced RTMP.
    pub four_ccs: Vec<FourCc>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            chunk_size: 60_000,
            four_ccs: vec![FourCc::AVC, FourCc::HEVC, FourCc::AV1, FourCc::AAC],
        }
    }
}

/// One connection of a publisher.
///
/// A publish is a question: after [`ServerEvent::PublishRequested`] no event comes until
/// [`accept_publish`](Self::accept_publish) or [`reject_publish`](Self::reject_publish) was called. Stop
/// reading the socket meanwhile; [`Limits::undecided_bytes`] of media are kept for encoders that do not wait.
#[derive(Debug)]
pub struct ServerSession {
    config: ServerConfig,
    link: Link,
    events: VecDeque<ServerEvent>,
    /// What the peer said in `connect`.
    app: Option<String>,
    caps_ex: u32,
    streams: u32,
    publish: Publish,
    started: Instant,
    /// When the handshake ended or the last publish did; the peer has [`Limits::login`] from there.
    idle_since: Option<Instant>,
    last_received: Instant,
    /// Bytes received beyond what the time that has passed allows.
    owed: usize,
    closed: bool,
}

/// Where the one publish of this connection stands.
#[derive(Debug, Default)]
struct Publish {
    /// The message stream whose publish waits for an answer.
    asked: Option<u32>,
    /// The application has seen the request, so later events are held back.
    shown: bool,
    /// Media is wanted: from `publish` until it is rejected or taken back.
    on_air: bool,
    /// The message stream of the accepted publish.
    stream_id: Option<u32>,
    /// Media kept while the application decides.
    undecided_bytes: usize,
}

impl ServerSession {
    /// A session for a connection that was accepted at `now`.
    pub fn new(config: ServerConfig, now: Instant) -> Self {
        Self {
            link: Link::server(&config.limits),
            config,
            events: VecDeque::new(),
            app: None,
            caps_ex: 0,
            streams: 0,
            publish: Publish::default(),
            started: now,
            idle_since: None,
            last_received: now,
            owed: 0,
            closed: false,
        }
    }

    /// Takes bytes that were read at `now`. Large payloads of tags are slices of `bytes` where possible; small ones are copied.
    ///
    /// # Errors
    /// The peer broke a rule or a bound: send nothing more and close. Events from before are still there;
    /// a publish that was on air ends with [`ServerEvent::Unpublished`] and [`ServerEvent::Closed`].
    pub fn receive(&mut self, mut bytes: Bytes, now: Instant) -> Result<(), Error> {
        if self.closed {
            return Err(Error::Closed);
        }
        let since = now.saturating_duration_since(self.last_received);
        if !bytes.is_empty() {
            self.last_received = now;
        }
        self.link.count(bytes.len());
        let outcome = self.pay(bytes.len(), since).and_then(|()| self.process(&mut bytes, now));
        if outcome.is_err() {
            self.peer_closed();
        }
        outcome
    }

    /// The next event, oldest first; `None` when there is none or a publish waits for its answer.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        if self.publish.asked.is_some() && self.publish.shown {
            return None;
        }
        let event = self.events.pop_front();
        self.publish.shown |= matches!(event, Some(ServerEvent::PublishRequested { .. }));
        event
    }

    /// Everything to be sent now, in order. Empty when there is nothing.
    pub fn take_output(&mut self) -> Bytes {
        self.link.take_output()
    }

    /// Lets the publisher start. `extra` joins level, code and description in the info object of
    /// `NetStream.Publish.Start`.
    ///
    /// # Errors
    /// [`Error::NoPublishPending`] unless [`ServerEvent::PublishRequested`] was polled and not answered.
    pub fn accept_publish(&mut self, extra: &[(&str, Amf0Value)], now: Instant) -> Result<(), Error> {
        let stream_id = self.take_question()?;
        self.last_received = now;
        self.publish.stream_id = Some(stream_id);
        self.link.control(message::USER_CONTROL, UserControl::StreamBegin(stream_id).encode());
        self.link.status(stream_id, "status", "NetStream.Publish.Start", "The show may begin.", extra);
        Ok(())
    }

    /// Turns the publisher away with `code` (such as `NetStream.Publish.BadName`) and a sentence for people.
    /// Send the output, then close.
    ///
    /// # Errors
    /// [`Error::NoPublishPending`] unless [`ServerEvent::PublishRequested`] was polled and not answered.
    pub fn reject_publish(&mut self, code: &str, description: &str) -> Result<(), Error> {
        let stream_id = self.take_question()?;
        self.publish.on_air = false;
        self.link.set_message_limit(self.config.limits.login_message_bytes);
        self.events.retain(|event| matches!(event, ServerEvent::Closed));
        self.link.status(stream_id, "error", code, description, &[]);
        Ok(())
    }

    /// Ends an accepted publish with `code` and a sentence for people, also one that an error has just ended; nothing when none
    /// runs. Send the output, then close.
    pub fn break_off(&mut self, code: &str, description: &str) {
        if let Some(stream_id) = self.publish.stream_id.take() {
            self.link.status(stream_id, "error", code, description, &[]);
            self.peer_closed();
        }
    }

    /// Asks the publisher to connect again, at `tc_url` when given, and to go on there. False when it never
    /// said that it can: then nothing is sent.
    ///
    /// Source: Enhanced RTMP v2, "Reconnect Request".
    pub fn request_reconnect(&mut self, tc_url: Option<&str>, description: &str) -> bool {
        const CAN_RECONNECT: u32 = 1;
        if self.closed || self.caps_ex & CAN_RECONNECT == 0 {
            return false;
        }
        let more: Vec<_> = tc_url.map(|url| ("tcUrl", url.into())).into_iter().collect();
        self.link.status(0, "status", "NetConnection.Connect.ReconnectRequest", description, &more);
        true
    }

    /// The socket has ended, or the application wants the session to end.
    pub fn peer_closed(&mut self) {
        if !self.closed {
            self.end_publish();
            self.closed = true;
            self.events.push_back(ServerEvent::Closed);
        }
    }

    /// True once the session has ended; events may still be waiting.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// True from an accepted publish to its end.
    pub fn is_publishing(&self) -> bool {
        self.publish.on_air && self.publish.asked.is_none()
    }

    /// When to call [`check`](Self::check); `None` while the application decides about a publish.
    pub fn deadline(&self) -> Option<Instant> {
        self.limit().map(|(at, _)| at)
    }

    /// Ends the session when its deadline has passed at `now`.
    ///
    /// # Errors
    /// [`Error::Timeout`], as from [`receive`](Self::receive).
    pub fn check(&mut self, now: Instant) -> Result<(), Error> {
        match self.limit() {
            Some((at, error)) if now >= at => {
                self.peer_closed();
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// The deadline of the moment and the error it ends with.
    fn limit(&self) -> Option<(Instant, Error)> {
        let limits = &self.config.limits;
        let (since, limit, phase) = match self.idle_since {
            _ if self.closed || self.publish.asked.is_some() => return None,
            None => (self.started, limits.handshake, Phase::Handshake),
            Some(_) if self.publish.on_air => (self.last_received, limits.idle, Phase::Stream),
            Some(since) => (since, limits.login, Phase::Login),
        };
        Some((since.checked_add(limit)?, Error::Timeout { phase, limit }))
    }

    /// Takes `bytes` from what a publisher may send; `since` the last ones, more has become free.
    fn pay(&mut self, bytes: usize, since: Duration) -> Result<(), Error> {
        let Limits { media_rate, media_burst, .. } = self.config.limits;
        let freed = (since.as_secs_f64() * media_rate as f64) as usize;
        self.owed = self.owed.saturating_sub(freed).saturating_add(bytes);
        if self.owed > media_burst { Err(Error::TooFast(media_rate)) } else { Ok(()) }
    }

    fn process(&mut self, bytes: &mut Bytes, now: Instant) -> Result<(), Error> {
        while let Some(incoming) = self.link.next(bytes)? {
            self.handle(incoming, now)?;
            if self.closed {
                return Ok(());
            }
        }
        if self.link.is_open() {
            self.idle_since.get_or_insert(now);
        }
        if self.link.queued() > self.config.limits.answer_bytes {
            return Err(Error::AnswersNotRead(self.config.limits.answer_bytes));
        }
        Ok(())
    }

    fn handle(&mut self, incoming: Incoming, now: Instant) -> Result<(), Error> {
        let Incoming { stream_id, timestamp_ms, message } = incoming;
        match message {
            Message::Command(command) => self.command(command, stream_id, now),
            Message::Audio(payload) => self.media(Tag { kind: TagKind::Audio, timestamp_ms, payload }),
            Message::Video(payload) => self.media(Tag { kind: TagKind::Video, timestamp_ms, payload }),
            Message::Data(payload) => self.data(payload, timestamp_ms),
            Message::Aggregate(payload) => {
                let tags = aggregate(payload, timestamp_ms).map_err(|_| Error::Malformed("aggregate"))?;
                tags.into_iter().try_for_each(|tag| self.media(tag))
            }
            _ => Ok(()),
        }
    }

    /// Media outside a publish is dropped; so are empty messages, which say nothing and cost an event each.
    fn media(&mut self, tag: Tag) -> Result<(), Error> {
        if self.publish.on_air && !tag.payload.is_empty() {
            self.keep(tag.payload.len())?;
            let payload = own(tag.payload);
            self.events.push_back(ServerEvent::Tag(Tag { payload, ..tag }));
        }
        Ok(())
    }

    /// `@setDataFrame` wraps what an FLV script tag holds. A message that cannot be read is passed over: it carries hints, and
    /// no hint is worth a show.
    fn data(&mut self, payload: Bytes, timestamp_ms: u32) -> Result<(), Error> {
        if !self.publish.on_air || payload.is_empty() {
            return Ok(());
        }
        let Some((payload, properties)) = script(payload, self.link.amf_limits()) else { return Ok(()) };
        self.keep(payload.len())?;
        let tag = Tag { kind: TagKind::Script, timestamp_ms, payload };
        self.events.push_back(match properties {
            Some(properties) => ServerEvent::Metadata { properties, tag },
            None => ServerEvent::Tag(tag),
        });
        Ok(())
    }

    /// Bounds the media that piles up behind an unanswered publish.
    fn keep(&mut self, bytes: usize) -> Result<(), Error> {
        if self.publish.asked.is_some() {
            self.publish.undecided_bytes += bytes + size_of::<ServerEvent>();
            let limit = self.config.limits.undecided_bytes;
            if self.publish.undecided_bytes > limit {
                return Err(Error::ImpatientPublisher(limit));
            }
        }
        Ok(())
    }

    fn take_question(&mut self) -> Result<u32, Error> {
        if !self.publish.shown {
            return Err(Error::NoPublishPending);
        }
        let stream_id = self.publish.asked.take().ok_or(Error::NoPublishPending)?;
        self.publish.shown = false;
        self.publish.undecided_bytes = 0;
        Ok(stream_id)
    }

    fn end_publish(&mut self) {
        if std::mem::take(&mut self.publish.on_air) {
            self.link.set_message_limit(self.config.limits.login_message_bytes);
            self.events.push_back(ServerEvent::Unpublished);
        }
    }
}

type Properties = Vec<(String, Amf0Value)>;

/// Small payloads get memory of their own: a slice of what was read would keep all of that as long as it lives.
fn own(payload: Bytes) -> Bytes {
    if payload.len() <= SMALL_BYTES { Bytes::copy_from_slice(&payload) } else { payload }
}

/// What a data message holds without its wrapper, and the properties if it is `onMetaData`; `None` when it cannot be read.
fn script(mut payload: Bytes, limits: &AmfLimits) -> Option<(Bytes, Option<Properties>)> {
    let (mut name, mut length) = amf0::decode_prefix(&payload, limits).ok()?;
    if name.as_str() == Some("@setDataFrame") {
        payload = payload.slice(length..);
        (name, length) = amf0::decode_prefix(&payload, limits).ok()?;
    }
    if name.as_str() != Some("onMetaData") {
        return Some((payload, None));
    }
    match amf0::decode(&payload[length..], limits) {
        Ok(values) => Some((payload, values.into_iter().next().and_then(Amf0Value::into_properties))),
        Err(amf0::Error::TooMany) => Some((payload, None)), // an index of key frames: harmless, passed on unread
        Err(_) => None,
    }
}
