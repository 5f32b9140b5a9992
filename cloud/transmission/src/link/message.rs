//! What the two ends say to each other. Pure.

use bytes::{Buf, BufMut, BytesMut};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use vitrine_protocol::{Highlight, PublishSessionId, ShowId};
use vitrine_rtmp::flv::{Tag, TagKind};

use crate::encoder::{Frame, FrameError};
use crate::health::Health;

const KIND_JSON: u8 = 0;
const KIND_TAG: u8 = 1;
/// Largest JSON message. The longest is a highlight, whose card lists a product's variants.
const MAX_JSON_BYTES: usize = 1 << 20;
const TAG_HEADER_BYTES: usize = 5;

/// What can go wrong on the control connection. All of it is the far side's doing, except [`LinkError::Frame`] with an
/// I/O cause; the answer is always to close and connect anew.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The frame itself was bad, or the connection failed.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A JSON message that cannot be understood.
    #[error("a control message cannot be read")]
    Json(#[from] serde_json::Error),
    /// A JSON message past its bound.
    #[error("a control message of {0} bytes, at most {MAX_JSON_BYTES} are taken")]
    JsonTooLong(usize),
    /// A tag that ends before its header does, or is of no known type.
    #[error("a malformed media tag")]
    BadTag,
    /// `ingest` has no use for this transmission.
    #[error("turned away")]
    TurnedAway,
    /// A frame kind that this direction does not have.
    #[error("an unexpected frame of kind {0}")]
    UnknownKind(u8),
}

/// First words of a transmission on each new connection: who it is and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Its show.
    pub show: ShowId,
    /// Its epoch.
    pub epoch: u32,
    /// Proves that it is the one that was started.
    pub token: String,
    /// Its process id.
    pub pid: u32,
    /// Base URL of its origin: `http://HOST:PORT`.
    pub origin: String,
    /// How far the media clock has come: milliseconds since the show's clock epoch.
    pub head_media_ms: i64,
    /// The publish session it received last.
    pub session: Option<PublishSessionId>,
}

/// From the transmission to `ingest`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Report {
    /// First frame of a connection.
    Hello(Hello),
    /// Once a second.
    Heartbeat {
        /// How far the media clock has come.
        head_media_ms: i64,
        /// How far the pictures' clock has run ahead of the wall clock since the run began.
        #[serde(default)]
        drift_ms: i64,
        /// The newest media sequence number, once a segment was opened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        head_msn: Option<u64>,
    },
    /// How its media is doing, every two seconds.
    Health(Health),
    /// The publisher sends what cannot be shown: a sentence for the person at the encoder.
    NotCarried {
        /// Whose pictures they are.
        session: PublishSessionId,
        /// The sentence.
        sentence: String,
    },
    /// Whether the show is recorded, when that changes.
    Recording {
        /// Why not, in words for the host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<String>,
    },
    /// Whether what players see would survive a crash of the transmission, when that changes.
    Journal {
        /// Why not, in words for the host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<String>,
    },
    /// A publish session's first IDR has been placed on the media clock.
    SessionMapped {
        /// Which one.
        session: PublishSessionId,
        /// Media time = RTMP timestamp + this, in milliseconds.
        offset_ms: i64,
    },
    /// A rung came up or went down.
    Rung {
        /// `source`, `480p`.
        name: String,
        /// Whether it is up now.
        up: bool,
        /// Why it went down, in words for the host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Whether the encoder, which is behind, leaves out every second picture of its rungs.
    HalfRate {
        /// Whether it does.
        on: bool,
    },
    /// What the publisher sends, in words: `H.264 1280x720, AAC 48 kHz`.
    Codec {
        /// The words.
        text: String,
    },
    /// The show has another owner, which has called this transmission: the last word on a connection.
    Moved {
        /// The new owner's number.
        fence: u64,
    },
    /// The show has ended here: playlists carry ENDLIST; the process leaves soon and must not be restarted.
    Ended,
}

/// From `ingest` to the transmission. Each may come twice: after a reconnect `ingest` says all that still holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// The hello was accepted.
    Welcome,
    /// Tags that follow belong to this session.
    PublishStarted {
        /// Which one.
        session: PublishSessionId,
    },
    /// The publisher is gone: wait for the next.
    PublishEnded {
        /// Whose.
        session: PublishSessionId,
        /// Whether it said goodbye.
        clean: bool,
    },
    /// The show is on air: public playlists start here.
    GoLive {
        /// When the host pressed the button.
        at: DateTime<Utc>,
    },
    /// A highlight was shown or cleared.
    Highlight {
        /// The transition.
        highlight: Box<Highlight>,
    },
    /// The show is over: ENDLIST, then leave.
    End,
}

/// A frame from `ingest`: a command, or an FLV tag as `u8` type, `u32` big-endian timestamp, payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Down {
    /// An order.
    Command(Command),
    /// Media.
    Tag(Tag),
}

impl Report {
    /// The frame for this report.
    ///
    /// # Errors
    /// [`LinkError::JsonTooLong`].
    pub fn to_frame(&self) -> Result<Frame, LinkError> {
        json_frame(self)
    }

    /// The report in a frame.
    ///
    /// # Errors
    /// Any [`LinkError`]: the frame came from another process.
    pub fn from_frame(frame: &Frame) -> Result<Self, LinkError> {
        match frame.kind {
            KIND_JSON => from_json(&frame.body),
            other => Err(LinkError::UnknownKind(other)),
        }
    }
}

impl Down {
    /// The frame for this.
    ///
    /// # Errors
    /// [`LinkError::JsonTooLong`].
    pub fn to_frame(&self) -> Result<Frame, LinkError> {
        match self {
            Self::Command(command) => json_frame(command),
            Self::Tag(tag) => {
                let mut body = BytesMut::with_capacity(TAG_HEADER_BYTES + tag.payload.len());
                body.put_u8(tag.kind.type_id());
                body.put_u32(tag.timestamp_ms);
                body.put_slice(&tag.payload);
                Ok(Frame { kind: KIND_TAG, body: body.freeze() })
            }
        }
    }

    /// What a frame says.
    ///
    /// # Errors
    /// Any [`LinkError`]: the frame came from another process.
    pub fn from_frame(mut frame: Frame) -> Result<Self, LinkError> {
        match frame.kind {
            KIND_JSON => from_json(&frame.body).map(Self::Command),
            KIND_TAG => {
                if frame.body.len() < TAG_HEADER_BYTES {
                    return Err(LinkError::BadTag);
                }
                let kind = TagKind::from_type_id(frame.body.get_u8()).ok_or(LinkError::BadTag)?;
                Ok(Self::Tag(Tag { kind, timestamp_ms: frame.body.get_u32(), payload: frame.body }))
            }
            other => Err(LinkError::UnknownKind(other)),
        }
    }
}

fn json_frame<T: Serialize>(message: &T) -> Result<Frame, LinkError> {
    let body = serde_json::to_vec(message)?;
    if body.len() > MAX_JSON_BYTES {
        return Err(LinkError::JsonTooLong(body.len()));
    }
    Ok(Frame { kind: KIND_JSON, body: body.into() })
}

fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, LinkError> {
    if body.len() > MAX_JSON_BYTES {
        return Err(LinkError::JsonTooLong(body.len()));
    }
    Ok(serde_json::from_slice(body)?)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hello_reads_as_the_contract_says() {
        let show = ShowId::new();
        let hello = Report::Hello(Hello {
            show,
            epoch: 3,
            token: "t".into(),
            pid: 7,
            origin: "http://127.0.0.1:9".into(),
            head_media_ms: 1200,
            session: None,
        });
        let frame = hello.to_frame().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&frame.body).unwrap();
        assert_eq!((json["type"].as_str(), json["epoch"].as_u64()), (Some("hello"), Some(3)));
        assert_eq!(json["show"], show.to_string());
        assert_eq!(Report::from_frame(&frame).unwrap(), hello);
    }

    #[test]
    fn a_tag_keeps_its_time_and_bytes() {
        let tag =
            Tag { kind: TagKind::Video, timestamp_ms: u32::MAX, payload: Bytes::from_static(b"\x17\x01") };
        let frame = Down::Tag(tag.clone()).to_frame().unwrap();
        assert_eq!(&frame.body[..], b"\x09\xff\xff\xff\xff\x17\x01");
        assert_eq!(Down::from_frame(frame).unwrap(), Down::Tag(tag));
    }

    #[test]
    fn a_transmission_cannot_send_media_up() {
        let frame = Frame { kind: KIND_TAG, body: Bytes::from_static(&[9, 0, 0, 0, 0]) };
        assert!(matches!(Report::from_frame(&frame), Err(LinkError::UnknownKind(1))));
    }

    #[test]
    fn short_and_unknown_tags_are_refused() {
        for body in [&b""[..], &b"\x09\0\0\0"[..], &b"\x0a\0\0\0\0"[..]] {
            let frame = Frame { kind: KIND_TAG, body: Bytes::copy_from_slice(body) };
            assert!(matches!(Down::from_frame(frame), Err(LinkError::BadTag)));
        }
    }

    #[test]
    fn a_deep_or_long_json_is_an_error_and_not_a_crash() {
        let deep = [&b"["[..]; 100_000].concat();
        let long = vec![b' '; MAX_JSON_BYTES + 1];
        for body in [deep, long, b"{\"type\":\"no_such\"}".to_vec(), b"\xff\xfe".to_vec()] {
            assert!(Report::from_frame(&Frame { kind: 0, body: body.into() }).is_err());
        }
    }

    proptest! {
        #[test]
        fn hostile_frames_never_panic(kind in 0u8..4, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let frame = Frame { kind, body: body.into() };
            let _ = Report::from_frame(&frame);
            let _ = Down::from_frame(frame);
        }
    }
}
