//! The client's end of a connection: publishes one stream.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::Bytes;

use super::StreamKey;
use super::link::{Incoming, Link, chunk_stream};
use crate::amf0::{self, Amf0Value};
use crate::error::{Error, Phase};
use crate::flv::{FourCc, Tag, TagKind};
use crate::limits::Limits;
use crate::message::{self, Command, Message};

const CONNECT: f64 = 1.0;
const RELEASE_STREAM: f64 = 2.0;
const FC_PUBLISH: f64 = 3.0;
const CREATE_STREAM: f64 = 4.0;
const PUBLISH: f64 = 5.0;
const FC_UNPUBLISH: f64 = 6.0;
const DELETE_STREAM: f64 = 7.0;

/// The largest payload that the 24-bit length of a message can say.
const MAX_PAYLOAD_BYTES: usize = 0xFF_FFFF;

/// Whom to publish to and how.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The application name: the path of the URL, without the first slash.
    pub app: String,
    /// The URL without the stream key, as the server knows itself: `rtmp://host:port/app`.
    pub tc_url: String,
    /// The stream key.
    pub stream_key: StreamKey,
    /// The name we give ourselves.
    pub flash_ver: String,
    /// Size of the chunks we send: 60 000 bytes, so that most frames are one chunk.
    pub chunk_size: u32,
    /// The server should acknowledge at least every so many bytes: 500 000.
    pub window_bytes: u32,
    /// Enhanced codecs to announce. Empty announces nothing: some servers refuse what they do not know.
    pub four_ccs: Vec<FourCc>,
    /// Announce that [`ClientEvent::ReconnectRequested`] will be followed. Off for the same reason.
    pub can_reconnect: bool,
    /// Bounds on what the server may do. [`Limits::login`] is the time it has to answer the publish.
    pub limits: Limits,
}

impl ClientConfig {
    /// The usual way to publish.
    pub fn new(app: impl Into<String>, tc_url: impl Into<String>, stream_key: StreamKey) -> Self {
        Self {
            app: app.into(),
            tc_url: tc_url.into(),
            stream_key,
            flash_ver: "FMLE/3.0 (compatible; Vitrine)".to_owned(),
            chunk_size: 60_000,
            window_bytes: 500_000,
            four_ccs: Vec::new(),
            can_reconnect: false,
            limits: Limits::default(),
        }
    }
}

/// Something the server said.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientEvent {
    /// Send metadata, sequence headers, a key frame. `info` is the object of `NetStream.Publish.Start`;
    /// Vitrine's own servers put the publish session's id into its property `session`.
    Publishing {
        /// Level, code, description and what the server adds.
        info: Amf0Value,
    },
    /// The server refused, at connect, at createStream or at publish. The session has ended.
    Rejected {
        /// Such as `NetStream.Publish.BadName`; empty when the server gives none.
        code: String,
        /// A sentence of the server's.
        description: String,
    },
    /// The server says something else while we publish. Level `error` means that it will not go on.
    Status {
        /// `status`, `warning` or `error`.
        level: String,
        /// Such as `NetStream.Unpublish.Success`.
        code: String,
        /// A sentence of the server's.
        description: String,
    },
    /// The server asks us to connect again, at `tc_url` when it names one.
    ReconnectRequested {
        /// The URL to use instead of the old one.
        tc_url: Option<String>,
        /// A sentence of the server's.
        description: String,
    },
    /// Nothing more will come.
    Closed,
}

/// One publish to one server.
///
/// The output grows with every tag sent. Look at [`bytes_queued`](Self::bytes_queued) and at what the socket
/// has not taken before sending more, and drop up to a key frame when the link is behind.
#[derive(Debug)]
pub struct ClientSession {
    config: ClientConfig,
    link: Link,
    step: Step,
    events: VecDeque<ClientEvent>,
    started: Instant,
    opened: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Handshake,
    Connecting,
    Creating,
    /// Asked to publish on this message stream.
    Asking(u32),
    Publishing(u32),
    Ended,
}

impl ClientSession {
    /// A session over a connection that was made at `now`. Its first output is ready at once.
    pub fn new(config: ClientConfig, now: Instant) -> Self {
        Self {
            link: Link::client(&config.limits),
            config,
            step: Step::Handshake,
            events: VecDeque::new(),
            started: now,
            opened: None,
        }
    }

    /// Takes bytes that were read at `now`. Keep reading while publishing: acknowledgements, pings and
    /// errors come this way.
    ///
    /// # Errors
    /// The server broke a rule or a bound: close. Events from before are still there.
    pub fn receive(&mut self, mut bytes: Bytes, now: Instant) -> Result<(), Error> {
        if self.link.has_failed() {
            return Err(Error::Closed);
        }
        self.link.count(bytes.len());
        let outcome = self.process(&mut bytes, now);
        if outcome.is_err() {
            self.link.fail();
            self.peer_closed();
        }
        outcome
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.events.pop_front()
    }

    /// Everything to be sent now, in order. Empty when there is nothing.
    pub fn take_output(&mut self) -> Bytes {
        self.link.take_output()
    }

    /// Queues one tag. Script tags named `onMetaData` are sent as `@setDataFrame`.
    ///
    /// # Errors
    /// [`Error::NotPublishing`] before [`ClientEvent::Publishing`] and after the end;
    /// [`Error::MessageTooLong`] past 16 777 215 bytes.
    pub fn send_tag(&mut self, tag: &Tag) -> Result<(), Error> {
        let Step::Publishing(stream_id) = self.step else {
            return Err(Error::NotPublishing);
        };
        let (chunk_stream, payload) = match tag.kind {
            TagKind::Audio => (chunk_stream::AUDIO, tag.payload.clone()),
            TagKind::Video => (chunk_stream::VIDEO, tag.payload.clone()),
            TagKind::Script => (chunk_stream::DATA, data_frame(&tag.payload)),
        };
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(Error::MessageTooLong { length: payload.len(), limit: MAX_PAYLOAD_BYTES });
        }
        self.link.send(chunk_stream, stream_id, tag.kind.type_id(), tag.timestamp_ms, payload);
        Ok(())
    }

    /// Says goodbye: `FCUnpublish` and `deleteStream`. Send the output, then close the socket.
    pub fn close(&mut self) {
        if let Step::Asking(stream_id) | Step::Publishing(stream_id) = self.step {
            self.named_command("FCUnpublish", FC_UNPUBLISH, 0);
            let arguments = vec![f64::from(stream_id).into()];
            self.command("deleteStream", DELETE_STREAM, Amf0Value::Null, arguments, 0);
        }
        self.end();
    }

    /// The socket has ended.
    pub fn peer_closed(&mut self) {
        self.end();
    }

    /// True from [`ClientEvent::Publishing`] to the end.
    pub fn is_publishing(&self) -> bool {
        matches!(self.step, Step::Publishing(_))
    }

    /// True once the session has ended; events may still be waiting.
    pub fn is_closed(&self) -> bool {
        self.step == Step::Ended
    }

    /// Bytes made ready and not taken by [`take_output`](Self::take_output).
    pub fn bytes_queued(&self) -> usize {
        self.link.queued()
    }

    /// Bytes taken by [`take_output`](Self::take_output) so far.
    pub fn bytes_sent(&self) -> u64 {
        self.link.sent()
    }

    /// Of [`bytes_sent`](Self::bytes_sent), how many the server says it has received; `None` until it says.
    /// Servers report once per window, and some never do.
    pub fn bytes_acknowledged(&self) -> Option<u64> {
        self.link.acknowledged()
    }

    /// When to call [`check`](Self::check); `None` once publishing.
    pub fn deadline(&self) -> Option<Instant> {
        self.limit().map(|(at, _)| at)
    }

    /// Ends the session when its deadline has passed at `now`.
    ///
    /// # Errors
    /// [`Error::Timeout`].
    pub fn check(&mut self, now: Instant) -> Result<(), Error> {
        match self.limit() {
            Some((at, error)) if now >= at => {
                self.link.fail();
                self.end();
                Err(error)
            }
            _ => Ok(()),
        }
    }

    fn limit(&self) -> Option<(Instant, Error)> {
        let limits = &self.config.limits;
        let (since, limit, phase) = match (self.step, self.opened) {
            (Step::Publishing(_) | Step::Ended, _) => return None,
            (_, None) => (self.started, limits.handshake, Phase::Handshake),
            (_, Some(opened)) => (opened, limits.login, Phase::Login),
        };
        Some((since.checked_add(limit)?, Error::Timeout { phase, limit }))
    }

    fn process(&mut self, bytes: &mut Bytes, now: Instant) -> Result<(), Error> {
        while self.step != Step::Ended {
            let incoming = self.link.next(bytes)?;
            if self.step == Step::Handshake && self.link.is_open() {
                self.opened = Some(now);
                self.connect();
            }
            match incoming {
                Some(Incoming { message: Message::Command(command), .. }) => self.handle(&command)?,
                Some(_) => {}
                None => break,
            }
        }
        Ok(())
    }

    fn connect(&mut self) {
        let mut properties: Vec<(&str, Amf0Value)> = vec![
            ("app", self.config.app.as_str().into()),
            ("type", "nonprivate".into()),
            ("flashVer", self.config.flash_ver.as_str().into()),
            ("tcUrl", self.config.tc_url.as_str().into()),
        ];
        if !self.config.four_ccs.is_empty() {
            let names = self.config.four_ccs.iter().map(|name| name.text().into()).collect();
            properties.push(("fourCcList", Amf0Value::StrictArray(names)));
        }
        if self.config.can_reconnect {
            properties.push(("capsEx", 1.0.into()));
        }
        self.command("connect", CONNECT, Amf0Value::object(properties), vec![], 0);
        self.step = Step::Connecting;
    }

    fn handle(&mut self, command: &Command) -> Result<(), Error> {
        match (command.name.as_str(), self.step) {
            ("_result", Step::Connecting) if command.transaction == CONNECT => self.create(),
            ("_result", Step::Creating) if command.transaction == CREATE_STREAM => {
                let id = command.arguments.first().and_then(Amf0Value::as_number);
                let id = id.filter(|id| (0.0..=f64::from(u32::MAX)).contains(id));
                self.publish(id.ok_or(Error::Malformed("createStream answer"))? as u32);
            }
            ("_error", Step::Connecting | Step::Creating | Step::Asking(_))
                if [CONNECT, CREATE_STREAM, PUBLISH].contains(&command.transaction) =>
            {
                self.reject(command);
            }
            ("onStatus", _) => self.status(command),
            ("close", _) => self.end(),
            _ => {} // answers nobody needs (releaseStream, FCPublish), onBWDone, onFCPublish
        }
        Ok(())
    }

    fn create(&mut self) {
        let window = self.config.window_bytes.to_be_bytes().to_vec();
        self.link.control(message::WINDOW_ACK_SIZE, window);
        self.link.set_chunk_size(self.config.chunk_size);
        self.named_command("releaseStream", RELEASE_STREAM, 0);
        self.named_command("FCPublish", FC_PUBLISH, 0);
        self.command("createStream", CREATE_STREAM, Amf0Value::Null, vec![], 0);
        self.step = Step::Creating;
    }

    fn publish(&mut self, stream_id: u32) {
        let arguments = vec![self.config.stream_key.expose().into(), "live".into()];
        self.command("publish", PUBLISH, Amf0Value::Null, arguments, stream_id);
        self.step = Step::Asking(stream_id);
    }

    fn status(&mut self, command: &Command) {
        let code = info_text(command, "code");
        let level = info_text(command, "level");
        let description = info_text(command, "description");
        match self.step {
            _ if code == "NetConnection.Connect.ReconnectRequest" => {
                let tc_url = command.info().and_then(|info| info.get("tcUrl")).and_then(Amf0Value::as_str);
                let tc_url = tc_url.map(str::to_owned);
                self.events.push_back(ClientEvent::ReconnectRequested { tc_url, description });
            }
            Step::Asking(stream_id) if code == "NetStream.Publish.Start" => {
                self.step = Step::Publishing(stream_id);
                let info = command.info().cloned().unwrap_or(Amf0Value::Null);
                self.events.push_back(ClientEvent::Publishing { info });
            }
            Step::Publishing(_) => self.events.push_back(ClientEvent::Status { level, code, description }),
            _ if level == "error" => self.reject(command),
            _ => {}
        }
    }

    fn reject(&mut self, refusal: &Command) {
        let code = info_text(refusal, "code");
        let description = info_text(refusal, "description");
        self.events.push_back(ClientEvent::Rejected { code, description });
        self.end();
    }

    fn end(&mut self) {
        if self.step != Step::Ended {
            self.step = Step::Ended;
            self.events.push_back(ClientEvent::Closed);
        }
    }

    /// A command whose one argument is the stream key.
    fn named_command(&mut self, name: &str, transaction: f64, stream_id: u32) {
        let arguments = vec![self.config.stream_key.expose().into()];
        self.command(name, transaction, Amf0Value::Null, arguments, stream_id);
    }

    fn command(
        &mut self,
        name: &str,
        transaction: f64,
        object: Amf0Value,
        arguments: Vec<Amf0Value>,
        stream_id: u32,
    ) {
        self.link.command(stream_id, &Command { name: name.to_owned(), transaction, object, arguments });
    }
}

fn info_text(command: &Command, name: &str) -> String {
    command.info().and_then(|info| info.get(name)).and_then(Amf0Value::as_str).unwrap_or_default().to_owned()
}

/// Servers keep metadata for later viewers only when it comes as `@setDataFrame`.
fn data_frame(script: &Bytes) -> Bytes {
    let metadata = amf0::encode_all(&["onMetaData".into()]);
    if !script.starts_with(&metadata) {
        return script.clone();
    }
    let mut payload = amf0::encode_all(&["@setDataFrame".into()]);
    payload.extend_from_slice(script);
    payload.freeze()
}
