//! RTM frames: JSON text frames over a WebSocket. `PROTOCOL.md` tells the conversation.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Code, Highlight, MessageId, Offer, OrderId, ShowId, ShowState};

/// A frame longer than this (bytes) closes the socket.
pub const MAX_CLIENT_FRAME_BYTES: usize = 16 * 1024;
/// The longest chat message, in characters.
pub const MAX_CHAT_CHARS: usize = 500;
/// The longest nickname, in characters.
pub const MAX_NICKNAME_CHARS: usize = 32;
/// The longest mark of a chat message, in bytes.
pub const MAX_MARK_BYTES: usize = 64;
/// The first frame must come within this many milliseconds.
pub const HELLO_WITHIN_MS: u64 = 5_000;
/// How far back a snapshot tells the transitions of highlights, in milliseconds.
pub const SNAPSHOT_HIGHLIGHTS_MS: i64 = 60_000;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// The first frame: who I am and what I already know.
    Hello {
        /// A session token (`vts_…`) or a viewer token.
        token: String,
        /// The room.
        show: ShowId,
        /// The epoch of the last `welcome`, on a reconnect.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<String>,
        /// The last `seq` seen in that epoch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
    },
    /// Says something in the chat.
    Chat {
        /// The client's own mark for it, at most [`MAX_MARK_BYTES`]; comes back in `accepted` or `error`. A random
        /// UUID (version 4 or 7) stands for this one message of this author: sent again, it is not said again.
        mark: String,
        /// 1 to [`MAX_CHAT_CHARS`] characters.
        text: String,
    },
    /// A reaction that floats by.
    Reaction {
        /// Which one.
        kind: Reaction,
    },
    /// Keeps the connection awake.
    Ping,
}

/// The reactions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// A heart.
    Heart,
    /// Fire.
    Fire,
    /// Applause.
    Clap,
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome {
        /// The room's life; a new one makes old `seq`s meaningless.
        epoch: String,
        /// The last `seq` that this frame covers.
        seq: u64,
        /// Who the server takes you for.
        you: Author,
        /// The room as it stands; absent when `missed` bridges the gap.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        snapshot: Option<Box<Snapshot>>,
        /// What happened since the `seq` of your `hello`.
        #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "known")]
        missed: Vec<RoomEvent>,
    },
    /// What happened since the last tick, in order.
    Tick {
        /// Grows by one with each tick of the room.
        seq: u64,
        /// The events.
        #[serde(deserialize_with = "known")]
        events: Vec<RoomEvent>,
    },
    /// A chat message was taken.
    Accepted {
        /// The client's mark.
        mark: String,
        /// The message's id.
        id: MessageId,
    },
    /// Something was refused. The socket stays open unless a close frame follows.
    Error {
        /// What programs act on.
        code: Code,
        /// What a person reads.
        message: String,
        /// Whether to try again.
        retryable: bool,
        /// The client's mark, when a chat message was refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<String>,
    },
    /// The answer to `ping`.
    Pong,
}

/// The room as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Where the show is, and where it plays.
    #[serde(flatten)]
    pub airing: Airing,
    /// People watching.
    pub viewers: u32,
    /// The public view is to have at least this `version`; a server older than this field never sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The last messages, oldest first.
    #[serde(deserialize_with = "known")]
    pub messages: Vec<ChatMessage>,
    /// The transition in force and those of the last [`SNAPSHOT_HIGHLIGHTS_MS`], oldest first.
    #[serde(deserialize_with = "known")]
    pub highlights: Vec<Highlight>,
}

/// Where a show is in its life, and what a player needs to play it: what the show's public view says too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Airing {
    /// Where it is now.
    pub state: ShowState,
    /// When it went live.
    pub live_at: Option<DateTime<Utc>>,
    /// When it ended. Absent before; a server older than this field never sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// The multivariant playlist. Absent off air; a server older than this field never sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playback_url: Option<String>,
    /// A still picture of what is on air now. Absent off air; a server older than this field never sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still_url: Option<String>,
}

/// One thing that happened in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "e", rename_all = "snake_case")]
pub enum RoomEvent {
    /// Somebody said something.
    Chat(ChatMessage),
    /// A moderator removed a message.
    ChatRemoved {
        /// Which one.
        id: MessageId,
    },
    /// An author was banned; all of their messages go.
    AuthorRemoved {
        /// Whose.
        author: String,
    },
    /// A ban was taken back: what it removed stands where it stood.
    ChatRestored {
        /// Oldest first; only what a newcomer would be told.
        messages: Vec<ChatMessage>,
    },
    /// Reactions since the last such event.
    Reactions {
        /// How many of each.
        counts: BTreeMap<Reaction, u32>,
    },
    /// How many watch.
    Viewers {
        /// People watching.
        count: u32,
    },
    /// A highlight goes on or off.
    Highlight {
        /// The transition.
        highlight: Highlight,
    },
    /// The show moved.
    State(Airing),
    /// Products or coupons of the line-up changed; load the show again.
    LineupChanged {
        /// The public view that has it is of at least this `version`; a server older than this field never sends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<i64>,
    },
    /// Shoppers only, and those alone who asked for it: what a product costs, or how many are left as far as they are told, is other.
    Offer(Offer),
    /// Staff only: somebody bought.
    Order {
        /// The order.
        id: OrderId,
        /// Total in minor units.
        total_minor: i64,
        /// ISO 4217.
        currency: crate::Currency,
        /// Pieces.
        items: u32,
    },
    /// Staff only: whether a picture arrives, and how a rung fares.
    Media {
        /// Whether a publisher is connected.
        receiving: bool,
        /// Rungs that viewers can choose.
        rungs: Vec<String>,
    },
}

/// The part of a list that is known: what a later server says beside it is left out, and what stands around it is kept.
fn known<'de, D, T>(de: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Perhaps<T> {
        Known(T),
        Later(serde::de::IgnoredAny),
    }
    let all = Vec::<Perhaps<T>>::deserialize(de)?;
    let known = all.into_iter().filter_map(|one| match one {
        Perhaps::Known(one) => Some(one),
        Perhaps::Later(_) => None,
    });
    Ok(known.collect())
}

impl RoomEvent {
    /// Whether shoppers may see it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        !matches!(self, Self::Order { .. } | Self::Media { .. })
    }
}

/// A chat message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ChatMessage {
    /// The message.
    pub id: MessageId,
    /// When it was said.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub at: DateTime<Utc>,
    /// Who said it.
    pub author: Author,
    /// Plain text; never markup.
    pub text: String,
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Author {
    /// Stable within the show; a viewer's or a user's id.
    pub id: String,
    /// The name shown.
    pub name: String,
    /// What the name stands for.
    pub role: AuthorRole,
}

/// What an author is in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum AuthorRole {
    /// A shopper.
    Viewer,
    /// The shop: owner or host.
    Host,
    /// A moderator.
    Moderator,
}
