//! The nouns of the chat and what is legal for them. Pure.

use chrono::{DateTime, Utc};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;
use vitrine_protocol::rtm::{Author, AuthorRole, ChatMessage, MAX_CHAT_CHARS, MAX_NICKNAME_CHARS};
use vitrine_protocol::{BanId, OrgId, PublishSessionId, ShowId, UserId, ViewerId};

use super::state::Audience;
use crate::base::is_invisible;
use crate::events::Event;

/// Somebody whom a socket stands for, as its token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guest {
    pub(super) org: OrgId,
    pub(super) show: ShowId,
    pub(super) author: Author,
    /// What a ban can hold on to; members have none.
    pub(super) signals: Option<Signals>,
    /// Whether they may see what is earned.
    pub(super) earnings: bool,
    /// Whether they may speak, and not only read.
    pub(super) speaks: bool,
    /// Whether their page knows what an offer is.
    pub(super) knows_offers: bool,
}

impl Guest {
    /// Who hears what they hear.
    pub(super) fn audience(&self) -> Audience {
        match self.author.role {
            AuthorRole::Viewer if self.knows_offers => Audience::Public,
            AuthorRole::Viewer => Audience::Earlier,
            _ if self.earnings => Audience::Earnings,
            _ => Audience::Staff,
        }
    }
}

/// By what a shopper is known again. No address is kept, only a keyed hash of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signals {
    /// The viewer of the token.
    pub(super) viewer: ViewerId,
    /// The nickname as [`nickname_key`] folds it.
    pub(super) nickname: Option<String>,
    /// Keyed hash of network and browser.
    pub(super) network: Option<String>,
}

impl Signals {
    /// When this identity was first handed out: a viewer id tells the time of its making.
    pub(super) fn first_seen(&self) -> Option<DateTime<Utc>> {
        let (seconds, nanos) = self.viewer.0.get_timestamp()?.to_unix();
        DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
    }
}

/// A chat message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) org: OrgId,
    pub(super) show: ShowId,
    pub(super) message: ChatMessage,
    pub(super) signals: Option<Signals>,
    /// See [`unique_mark`].
    pub(super) mark: Option<Uuid>,
}

/// The mark of a client that stands for one message for good: a random UUID with hyphens. Other marks,
/// which older pages count from the start each time, stand for nothing.
pub(super) fn unique_mark(mark: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(mark).ok().filter(|_| mark.len() == uuid::fmt::Hyphenated::LENGTH)?;
    matches!(uuid.get_version_num(), 4 | 7).then_some(uuid)
}

/// A chat message as moderators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModeratedMessage {
    /// The message.
    #[serde(flatten)]
    pub message: ChatMessage,
    /// When a moderator removed it.
    pub removed_at: Option<DateTime<Utc>>,
}

/// A shopper who can no longer write in a show's chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Ban {
    /// The ban.
    pub id: BanId,
    /// Whom it was made for, as the chat named them.
    pub author: String,
    /// The name they had.
    pub nickname: String,
    /// Why, in the moderator's words.
    pub reason: Option<String>,
    /// Who made it.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What a ban holds on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BanSignals {
    pub(super) signals: Signals,
    pub(super) created_at: DateTime<Utc>,
}

impl BanSignals {
    /// Whether the ban covers `who`: the same viewer, or the same name, or an identity handed out
    /// after the ban to the same network and browser. Others behind that network keep their voice.
    pub(super) fn covers(&self, who: &Signals) -> bool {
        let same_name = self.signals.nickname.is_some() && self.signals.nickname == who.nickname;
        let same_network = self.signals.network.is_some() && self.signals.network == who.network;
        let came_after = who.first_seen().is_none_or(|seen| seen >= self.created_at);
        self.signals.viewer == who.viewer || same_name || (same_network && came_after)
    }
}

/// What a fact says of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MediaNews {
    /// A publisher's picture arrives.
    Arrived(PublishSessionId),
    /// A publisher is gone, which may not be the one whose picture arrives; what viewers can choose stays.
    Lost(PublishSessionId),
    /// A transmission begins or has died: no rung is there yet.
    NoRungs,
    /// Viewers can choose this rung.
    RungUp(String),
    /// They no longer can.
    RungDown(String),
}

impl MediaNews {
    /// The news in a fact, if there is any.
    pub(super) fn of(event: &Event) -> Option<Self> {
        match event {
            Event::PublisherArrived { session, .. } => Some(Self::Arrived(*session)),
            Event::PublisherLost { session, .. } => Some(Self::Lost(*session)),
            Event::TransmissionStarted { .. } | Event::TransmissionLost { .. } | Event::ShowEnded { .. } => {
                Some(Self::NoRungs)
            }
            Event::RungUp { name, .. } => Some(Self::RungUp(name.clone())),
            Event::RungDown { name, .. } => Some(Self::RungDown(name.clone())),
            _ => None,
        }
    }

    /// Changes what was known: whose picture arrives, and the rungs.
    pub(super) fn apply(&self, received: &mut Option<PublishSessionId>, rungs: &mut Vec<String>) {
        match self {
            Self::Arrived(session) => *received = Some(*session),
            Self::Lost(session) => {
                received.take_if(|known| known == session);
            }
            Self::NoRungs => rungs.clear(),
            Self::RungUp(name) => {
                rungs.retain(|known| known != name);
                rungs.push(name.clone());
            }
            Self::RungDown(name) => rungs.retain(|known| known != name),
        }
    }
}

/// A text as the chat takes it: one line, no control or direction-changing characters.
///
/// `None`: nothing is left that can be seen, or it is longer than `max` characters.
fn one_line(text: &str, max: usize) -> Option<String> {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !(c.is_control() || is_trick(c)) {
            line.push(c);
        }
    }
    let line: String = line.trim().nfc().collect();
    let is_seen = line.chars().any(|c| !c.is_whitespace() && !is_invisible(c));
    (is_seen && line.chars().count() <= max).then_some(line)
}

/// Characters that show nothing or turn the text's direction. The joiner of emoji stays.
fn is_trick(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A chat message's text, or `None` when it is empty or too long.
pub(super) fn chat_text(text: &str) -> Option<String> {
    one_line(text, MAX_CHAT_CHARS)
}

/// A nickname, or `None` when it is empty or too long.
#[must_use]
pub(super) fn nickname(text: &str) -> Option<String> {
    one_line(text, MAX_NICKNAME_CHARS)
}

/// A nickname folded for comparison: letters and digits, lower case, look-alike digits as letters.
/// `None` when nothing is left.
pub(super) fn nickname_key(nickname: &str) -> Option<String> {
    let key: String = nickname
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '0' => 'o',
            '1' | 'l' | '!' => 'i',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            other => other,
        })
        .collect();
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_message_is_one_clean_line() {
        assert_eq!(chat_text("  does it\r\n\tshrink? ").as_deref(), Some("does it shrink?"));
        assert_eq!(chat_text("a\u{0}\u{1b}[31mb\u{202e}c").as_deref(), Some("a[31mbc"));
        assert_eq!(chat_text("👩‍👩‍👧 ok").as_deref(), Some("👩‍👩‍👧 ok"));
        for empty in ["", "   ", "\u{200b}\n", "\u{7f}", "\u{115f}\u{115f}", "\u{3164} \u{2800}"] {
            assert_eq!(chat_text(empty), None);
            assert_eq!(nickname(empty), None);
        }
        assert_eq!(nickname("Ju\u{308}rgen"), nickname("J\u{fc}rgen"), "what looks the same is the same");
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(chat_text(&"é".repeat(MAX_CHAT_CHARS)).is_some());
        assert!(chat_text(&"é".repeat(MAX_CHAT_CHARS + 1)).is_none());
        assert!(nickname(&"n".repeat(MAX_NICKNAME_CHARS + 1)).is_none());
    }

    #[test]
    fn names_that_look_alike_have_one_key() {
        for name in ["Troll", "t r o l l", "TR0LL", "tro11", "t.r.o.l.l"] {
            assert_eq!(nickname_key(name).as_deref(), Some("troii"), "{name}");
        }
        assert_eq!(nickname_key("🙂"), None);
    }

    #[test]
    fn a_ban_follows_the_person_and_spares_the_neighbours() {
        let who = |nickname: &str, network: &str| Signals {
            viewer: ViewerId::new(),
            nickname: nickname_key(nickname),
            network: Some(network.to_owned()),
        };
        let troll = who("Troll", "net1");
        let neighbour = who("ana", "net1");
        let seen = troll.first_seen().unwrap();
        let ban = BanSignals { signals: troll.clone(), created_at: seen + TimeDelta::seconds(5) };
        assert!(ban.covers(&troll));
        assert!(ban.covers(&Signals { nickname: nickname_key("other"), network: None, ..troll.clone() }));
        assert!(ban.covers(&who("tr0ll", "net9")), "same name elsewhere");
        assert!(!ban.covers(&neighbour), "was there before the ban");
        let ban = BanSignals { created_at: seen - TimeDelta::seconds(5), ..ban };
        assert!(ban.covers(&who("fresh", "net1")), "a new identity from the same network");
        assert!(!ban.covers(&who("fresh", "net2")));
    }
}
