//! What `show` and `ingest` tell each other.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{Highlight, OrgId, PublishSessionId, ShowId, ShowState};

use crate::events::LossReason;

/// A publish key that was just made. Shown this once.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct PublishKey {
    /// The key, `vtp_…`.
    pub key: String,
    /// The server's address for the encoder, `rtmp://host:port/live`.
    pub rtmp_url: String,
    /// What OBS calls the stream key; the same as `key`.
    pub stream_key: String,
}

/// What can be told of a show's publish keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PublishKeyState {
    /// Whether a key opens the show now.
    pub active: bool,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
}

/// A publisher whose key is good. It counts once it is reported as [`MediaFact::Admitted`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The show's organisation.
    pub org: OrgId,
    /// The show that the key opens.
    pub show: ShowId,
    /// This run of the publisher.
    pub session: PublishSessionId,
    /// Zero of the show's media clock.
    pub clock_epoch: DateTime<Utc>,
    /// The height that the largest picture may have; `None` is without limit.
    pub ladder_top: Option<u32>,
    /// Whether shoppers are watching already.
    pub on_air: bool,
    /// Whether the show goes live by itself once a picture arrives.
    pub auto_live: bool,
}

/// Who reports, and when it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Grows with each owner of the show's media; an older one is not heard any more.
    pub fence: i64,
    /// When it happened. What could not be told at once is told later.
    pub at: DateTime<Utc>,
}

/// What media processes report. Kept on disk while it cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are what their names say; the variants are described")]
pub enum MediaFact {
    /// A publisher with a good key was let in.
    Admitted { session: PublishSessionId, remote: IpAddr },
    /// The publisher's picture arrives.
    Receiving { session: PublishSessionId },
    /// The publisher's RTMP time zero is `offset_ms` on the media clock.
    SessionMapped { session: PublishSessionId, offset_ms: i64 },
    /// Its pictures have run this far ahead of the wall clock.
    Drift { session: PublishSessionId, drift_ms: i64 },
    /// Whether the show is recorded: why not, if it is not.
    Recording { stopped: Option<String> },
    /// Whether what players see would survive a crash: why not, if it would not.
    Journal { stopped: Option<String> },
    /// The publisher is gone.
    PublisherLost { session: PublishSessionId, reason: LossReason },
    /// A publisher that was lost because it was silent is heard again: it may yet be lost for another reason.
    HeardAgain { session: PublishSessionId },
    /// The show's transmission runs.
    TransmissionStarted { epoch: u32 },
    /// The show's transmission died.
    TransmissionLost { epoch: u32 },
    /// Nothing came for a while: the show's transmission may leave, until something comes again.
    TransmissionRests,
    /// Viewers can choose this rung.
    RungUp { name: String },
    /// This rung is gone, and why.
    RungDown { name: String, reason: String },
    /// Whether the encoded rungs have every second picture only.
    HalfRate { on: bool },
    /// What the publisher sends, in words.
    Codec { text: String },
}

/// What media processes must know of a show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningShow {
    /// The organisation.
    pub org: OrgId,
    /// The show.
    pub show: ShowId,
    /// Where it is.
    pub state: ShowState,
    /// Whether a publisher's picture arrives, as far as was last known.
    pub receiving: bool,
    /// The publisher whose picture arrives, as far as was last known.
    pub publish_session: Option<PublishSessionId>,
    /// When it went live.
    pub live_at: Option<DateTime<Utc>>,
    /// Zero of its media clock, once it has had a publisher.
    pub clock_epoch: Option<DateTime<Utc>>,
    /// The height that its largest picture may have; `None` is without limit.
    pub ladder_top: Option<u32>,
    /// The epoch of its last transmission; 0 when there was none.
    pub transmission_epoch: u32,
    /// The fencing number of who reported last; shows listen to none before it.
    pub media_fence: i64,
    /// The transition in force and those of the last two minutes, oldest first.
    pub highlights: Vec<Highlight>,
}
