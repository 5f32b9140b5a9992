//! What a server session tells the application.

use std::fmt;

use crate::amf0::Amf0Value;
use crate::flv::Tag;
use crate::session::StreamKey;

/// Something that happened on a publisher's connection.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerEvent {
    /// The publisher said hello and was answered.
    Connected(ConnectInfo),
    /// The publisher wants to start: answer with `accept_publish` or `reject_publish`.
    PublishRequested {
        /// The application name, the path of the URL: `live`.
        app: String,
        /// The secret that says which show.
        stream_key: StreamKey,
        /// What the publisher wishes to happen with the stream.
        kind: PublishKind,
    },
    /// An audio or video tag, or a script tag other than a readable `onMetaData`.
    Tag(Tag),
    /// `onMetaData`: what the encoder says about its stream. Hints, not facts.
    Metadata {
        /// Names and values: `width`, `framerate`, `encoder` and so on.
        properties: Vec<(String, Amf0Value)>,
        /// The same as an FLV script tag, ready to be passed on.
        tag: Tag,
    },
    /// The publish has ended; the connection may go on.
    Unpublished,
    /// Nothing more will come.
    Closed,
}

/// What a publisher says in `connect`.
///
/// `Debug` leaves out the URL and what follows `?`: encoders set up wrongly put the stream key there.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectInfo {
    /// The application name without slashes at its end.
    pub app: String,
    /// The URL the publisher was given, when it says.
    pub tc_url: Option<String>,
    /// The encoder's name, when it says.
    pub flash_ver: Option<String>,
    /// Codecs of Enhanced RTMP that it names, `*` for all.
    pub four_ccs: Vec<String>,
    /// Abilities of Enhanced RTMP: 1 reconnect, 2 multitrack, 4 ModEx, 8 nanosecond offsets.
    pub caps_ex: u32,
}

/// What a publisher wishes to happen with its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishKind {
    /// Only pass it on. Also what is taken when nothing or something unknown is said.
    Live,
    /// Keep a recording.
    Record,
    /// Append to the last recording.
    Append,
}

impl ConnectInfo {
    /// Reads the command object of `connect`; `None` without an application name.
    pub(super) fn read(object: &Amf0Value) -> Option<Self> {
        let text = |name| object.get(name).and_then(Amf0Value::as_str).map(str::to_owned);
        let four_ccs = match object.get("fourCcList") {
            Some(Amf0Value::StrictArray(names)) => {
                names.iter().filter_map(Amf0Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        Some(Self {
            app: text("app")?.trim_end_matches('/').to_owned(),
            tc_url: text("tcUrl"),
            flash_ver: text("flashVer"),
            four_ccs,
            caps_ex: object.get("capsEx").and_then(Amf0Value::as_number).unwrap_or(0.0) as u32,
        })
    }
}

impl fmt::Debug for ConnectInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectInfo")
            .field("app", &self.app.split('?').next().unwrap_or_default())
            .field("flash_ver", &self.flash_ver)
            .field("four_ccs", &self.four_ccs)
            .field("caps_ex", &self.caps_ex)
            .finish_non_exhaustive()
    }
}

impl PublishKind {
    pub(super) fn read(name: Option<&str>) -> Self {
        match name {
            Some("record") => Self::Record,
            Some("append") => Self::Append,
            _ => Self::Live,
        }
    }
}
