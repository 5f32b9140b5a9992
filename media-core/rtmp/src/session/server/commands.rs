//! Commands of a publisher and their answers.

use std::time::Instant;

use super::{ConnectInfo, PublishKind, ServerEvent, ServerSession};
use crate::amf0::Amf0Value;
use crate::error::Error;
use crate::message::{self, Command};
use crate::session::StreamKey;
use crate::session::link::WINDOW_BYTES;

/// More message streams than any publisher opens on one connection.
const MAX_STREAMS: u32 = 16;
/// Longer keys are turned away without asking the application.
const MAX_KEY_BYTES: usize = 1024;

impl ServerSession {
    /// Source: RTMP 1.0, section 7.2, and what encoders in use send besides.
    pub(super) fn command(&mut self, command: Command, stream_id: u32, now: Instant) -> Result<(), Error> {
        match (command.name.as_str(), &self.app) {
            ("connect", None) => self.connect(&command),
            ("connect", Some(_)) => Err(Error::UnexpectedCommand("second connect")),
            (_, None) => Err(Error::UnexpectedCommand("command before connect")),
            ("createStream", _) => self.create_stream(&command),
            ("publish", Some(app)) => {
                let app = app.clone();
                self.ask(app, &command, stream_id)
            }
            ("releaseStream", _) => {
                self.answer(&command, vec![Amf0Value::Undefined]);
                Ok(())
            }
            ("FCPublish", _) => {
                self.answer(&command, vec![Amf0Value::Undefined]);
                self.notice("onFCPublish", "NetStream.Publish.Start");
                Ok(())
            }
            ("FCUnpublish", _) => {
                self.answer(&command, vec![Amf0Value::Undefined]);
                self.notice("onFCUnpublish", "NetStream.Unpublish.Success");
                self.stop(stream_id, now);
                Ok(())
            }
            ("deleteStream" | "closeStream", _) => {
                self.stop(stream_id, now);
                Ok(())
            }
            ("close", _) => {
                self.peer_closed();
                Ok(())
            }
            ("play" | "play2", _) => {
                let sentence = "This address takes publishers only.";
                self.link.status(stream_id, "error", "NetStream.Play.Failed", sentence, &[]);
                Ok(())
            }
            _ => Ok(()), // _checkbw, getStreamLength, pause and others: nobody waits for an answer
        }
    }

    fn connect(&mut self, command: &Command) -> Result<(), Error> {
        let info = ConnectInfo::read(&command.object).ok_or(Error::Malformed("connect"))?;
        self.link.control(message::WINDOW_ACK_SIZE, WINDOW_BYTES.to_be_bytes().to_vec());
        const DYNAMIC: u8 = 2;
        let bandwidth = [&WINDOW_BYTES.to_be_bytes()[..], &[DYNAMIC]].concat();
        self.link.control(message::SET_PEER_BANDWIDTH, bandwidth);
        self.link.set_chunk_size(self.config.chunk_size);

        let mut properties = vec![("fmsVer", "FMS/3,0,1,123".into()), ("capabilities", 31.0.into())];
        properties.extend(self.abilities());
        let mut status = vec![
            ("level", "status".into()),
            ("code", "NetConnection.Connect.Success".into()),
            ("description", "Connection succeeded.".into()),
            ("objectEncoding", 0.0.into()),
        ];
        status.extend(self.abilities());
        let answer = Command {
            name: "_result".to_owned(),
            transaction: command.transaction,
            object: Amf0Value::object(properties),
            arguments: vec![Amf0Value::object(status)],
        };
        self.link.command(0, &answer);
        self.app = Some(info.app.clone());
        self.caps_ex = info.caps_ex;
        self.events.push_back(ServerEvent::Connected(info));
        Ok(())
    }

    /// What we can do with enhanced streams. Publishers look for it in either object of the answer.
    ///
    /// Source: Enhanced RTMP v2, "Enhancing NetConnection connect Command".
    fn abilities(&self) -> Vec<(&'static str, Amf0Value)> {
        const CAN_DECODE_AND_FORWARD: f64 = 5.0;
        let names: Vec<String> = self.config.four_ccs.iter().map(|name| name.text()).collect();
        let (audio, video): (Vec<_>, Vec<_>) =
            self.config.four_ccs.iter().map(|name| (name.text(), CAN_DECODE_AND_FORWARD.into())).partition(
                |(name, _): &(String, Amf0Value)| {
                    ["mp4a", ".mp3", "Opus", "fLaC", "ac-3", "ec-3"].contains(&name.as_str())
                },
            );
        vec![
            ("fourCcList", Amf0Value::StrictArray(names.into_iter().map(Amf0Value::from).collect())),
            ("videoFourCcInfoMap", Amf0Value::object(video)),
            ("audioFourCcInfoMap", Amf0Value::object(audio)),
            ("capsEx", 1.0.into()), // we send reconnect requests; tracks and ModEx are passed on unread
        ]
    }

    fn create_stream(&mut self, command: &Command) -> Result<(), Error> {
        if self.streams == MAX_STREAMS {
            return Err(Error::UnexpectedCommand("too many message streams"));
        }
        self.streams += 1;
        self.answer(command, vec![f64::from(self.streams).into()]);
        Ok(())
    }

    fn ask(&mut self, app: String, command: &Command, stream_id: u32) -> Result<(), Error> {
        if self.publish.asked.is_some() {
            return Err(Error::UnexpectedCommand("publish before the last one was answered"));
        }
        let Some(key) = command.arguments.first().and_then(Amf0Value::as_str) else {
            return Err(Error::Malformed("publish"));
        };
        if self.publish.on_air || key.len() > MAX_KEY_BYTES {
            let sentence = "This connection cannot take that stream.";
            self.link.status(stream_id, "error", "NetStream.Publish.BadName", sentence, &[]);
            return Ok(());
        }
        let kind = PublishKind::read(command.arguments.get(1).and_then(Amf0Value::as_str));
        self.publish.asked = Some(stream_id);
        self.publish.on_air = true;
        self.link.set_message_limit(self.config.limits.message_bytes);
        self.events.push_back(ServerEvent::PublishRequested { app, stream_key: StreamKey::new(key), kind });
        Ok(())
    }

    /// Ends the publish. The peer then has the time of a login to start another.
    fn stop(&mut self, stream_id: u32, now: Instant) {
        if self.publish.on_air {
            let sentence = "The stream has ended.";
            self.link.status(stream_id, "status", "NetStream.Unpublish.Success", sentence, &[]);
            self.publish.stream_id = None;
            self.end_publish();
            self.idle_since = Some(now);
        }
    }

    fn answer(&mut self, command: &Command, arguments: Vec<Amf0Value>) {
        let answer = Command {
            name: "_result".to_owned(),
            transaction: command.transaction,
            object: Amf0Value::Null,
            arguments,
        };
        self.link.command(0, &answer);
    }

    fn notice(&mut self, name: &str, code: &str) {
        let info = [("code", code), ("description", "")].map(|(key, text)| (key, Amf0Value::from(text)));
        self.link.command(0, &Command::notice(name, vec![Amf0Value::object(info)]));
    }
}
