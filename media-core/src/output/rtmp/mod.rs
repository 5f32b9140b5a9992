//! Publishes to an RTMP server, for as long as it takes: a lost connection is made again with growing pauses, the encoders never
//! notice.

mod back_off;
mod connect;
mod ledger;
mod publish;
mod socket;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use vitrine_rtmp::{StreamKey, url::RtmpUrl};

use self::{back_off::BackOff, connect::Failure, publish::Ended};
use super::{
    adapt::{Adapt, Look},
    hub::Hub,
    queue::{Bounds, Fill, Queue},
    tags::{StreamInfo, Tagger},
};
use crate::{MediaError, encode::live::Pace, time::Pts};

/// Pictures that may wait for the network: three seconds, of up to 8 Mb/s. Older ones are of no use to a live show.
const BOUNDS: Bounds = Bounds { bytes: 3 << 20, age: Duration::from_secs(3) };
/// A connection that held so long was a good one: the next pause is short again.
const HEALTHY: Duration = Duration::from_secs(20);
/// A server that has taken us once may still hold our lost connection: it is asked so often again before its word about the key counts.
const REFUSALS: u32 = 6;
/// The one word of a server that is about the key. All others pass: it is about to restart, or its database is away.
const BAD_KEY: &str = "NetStream.Publish.BadName";

/// Where to publish.
#[derive(Clone, PartialEq, Eq)]
pub struct RtmpTarget {
    url: RtmpUrl,
    key: StreamKey,
}

impl RtmpTarget {
    /// `url` is `rtmp://host[:port]/app` or `rtmps://…`, without the stream key.
    ///
    /// # Errors
    /// [`MediaError::BadSetting`] when it is not.
    pub fn new(url: &str, key: &str) -> Result<Self, MediaError> {
        let url = RtmpUrl::parse(url).map_err(|e| MediaError::BadSetting(e.to_string()))?;
        Ok(Self { url, key: StreamKey::new(key) })
    }

    /// From one address that ends with the stream key: `rtmp://host/app/key`.
    ///
    /// # Errors
    /// [`MediaError::BadSetting`] when it is not.
    pub fn with_key(url: &str) -> Result<Self, MediaError> {
        let (url, key) = RtmpUrl::parse_with_key(url).map_err(|e| MediaError::BadSetting(e.to_string()))?;
        Ok(Self { url, key })
    }
}

/// The key stays out of logs.
impl fmt::Debug for RtmpTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RtmpTarget").field("url", &self.url).finish_non_exhaustive()
    }
}

/// How a broadcast stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BroadcastState {
    /// None was started, or it was stopped.
    #[default]
    Off,
    /// The first connection is being made.
    Connecting,
    /// The server takes what we send.
    Publishing {
        /// The server's id of this publish; Vitrine's own servers give one.
        session: Option<String>,
    },
    /// The connection was lost and is made again. Pictures of this time are lost to the server.
    Reconnecting {
        /// Counts from 1 since the last good connection.
        attempt: u32,
        /// What went wrong, for programs.
        cause: LossCause,
        /// What went wrong, for people.
        reason: String,
    },
    /// The server does not want this stream. The broadcast is over.
    Refused {
        /// Such as `NetStream.Publish.BadName`.
        code: String,
        /// The server's own words.
        reason: String,
    },
}

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossCause {
    /// The host's name leads to no address.
    NameUnknown,
    /// Nobody listens there.
    Refused,
    /// The server, or the way to it, is silent.
    NoAnswer,
    /// It was there and broke.
    Broken,
    /// The server does not take the key now, though it did before.
    KeyRefused,
    /// The server is there and does not take the stream now: it says why, and is asked again.
    NotNow,
}

/// How well a broadcast goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BroadcastStats {
    /// Bits sent in the last second.
    pub bitrate_bps: u64,
    /// Bytes sent since the start, over all connections.
    pub sent_bytes: u64,
    /// Pictures that were encoded and never sent.
    pub dropped_frames: u64,
    /// Bytes, here and in the system, that the server has not got.
    pub queue_bytes: u64,
    /// Media time between the newest thing encoded and the oldest that the server has not got.
    pub queue_ms: u64,
    /// Bits a second that were chosen, picture and sound.
    pub chosen_bps: u64,
    /// Bits a second that the encoders aim at now: as much as the line takes, never more than was chosen.
    pub aim_bps: u64,
    /// Every other picture is left out, because the line takes too little.
    pub half_rate: bool,
    /// Time that the server took to answer the connection; 0 before.
    pub rtt_ms: u64,
    /// Connections made so far.
    pub connections: u32,
}

/// A place on the broadcast's timeline, as the server counts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AirPosition {
    /// The server's id of the publish.
    pub session: String,
    /// RTMP time of a picture.
    pub rtmp_ts_ms: u32,
}

/// A broadcast's state, shared between its task and those who look at it.
pub(crate) struct Shared {
    pub(super) state: watch::Sender<BroadcastState>,
    pub(super) numbers: Mutex<Numbers>,
}

#[derive(Default)]
pub(super) struct Numbers {
    stats: BroadcastStats,
    origin: Option<Pts>,
    session: Option<String>,
    second: Option<(Instant, u64)>,
}

/// What a broadcast is made of.
pub(crate) struct Broadcast {
    pub hub: Arc<Hub>,
    pub info: StreamInfo,
    pub target: RtmpTarget,
    /// The server has taken this stream before, from a pipeline that broke, and may still hold it.
    pub resumes: bool,
    /// Asks the encoder for a key frame.
    pub ask_for_key: Arc<dyn Fn() + Send + Sync>,
    /// Tells the encoder how much to make.
    pub steer: Arc<dyn Fn(Pace) + Send + Sync>,
    pub shared: Arc<Shared>,
    pub stop: CancellationToken,
}

impl Shared {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { state: watch::Sender::new(BroadcastState::Connecting), numbers: Mutex::default() })
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<BroadcastState> {
        self.state.subscribe()
    }

    pub(crate) fn stats(&self) -> BroadcastStats {
        self.numbers.lock().stats
    }

    /// Where the picture at `pts` is on the server's timeline; `None` unless publishing to a server that names sessions.
    pub(crate) fn position(&self, pts: Pts) -> Option<AirPosition> {
        let numbers = self.numbers.lock();
        let (session, origin) = (numbers.session.clone()?, numbers.origin?);
        let rtmp_ts_ms = (pts.since(origin).as_nanos() + 500_000) / 1_000_000;
        Some(AirPosition { session, rtmp_ts_ms: rtmp_ts_ms as u32 })
    }

    /// Brings the figures up to date.
    fn count(&self, now: Instant, look: &Look, fill: &Fill, pace: Pace, info: &StreamInfo) {
        let numbers = &mut *self.numbers.lock();
        let stats = &mut numbers.stats;
        (stats.queue_bytes, stats.queue_ms) = (look.waiting, look.behind.as_millis() as u64);
        stats.dropped_frames = fill.dropped_pictures;
        let sound = u64::from(info.audio_bitrate.as_bps());
        stats.chosen_bps = u64::from(info.video_bitrate.as_bps()) + sound;
        stats.aim_bps = u64::from(pace.bitrate.as_bps()) + sound;
        stats.half_rate = pace.half_rate;
        let (since, sent) = *numbers.second.get_or_insert((now, stats.sent_bytes));
        let elapsed = now.duration_since(since);
        if elapsed >= Duration::from_secs(1) {
            let bits = (stats.sent_bytes - sent) as f64 * 8.0;
            stats.bitrate_bps = (bits / elapsed.as_secs_f64()) as u64;
            numbers.second = Some((now, stats.sent_bytes));
        }
    }

    fn set(&self, state: BroadcastState) {
        let session = match &state {
            BroadcastState::Publishing { session } => session.clone(),
            _ => None,
        };
        self.numbers.lock().session = session;
        self.state.send_if_modified(|now| {
            let changed = *now != state;
            *now = state;
            changed
        });
    }
}

/// Whether the refusal with this code is the end of the broadcast, after so many in all that were about the key.
fn is_final(code: &str, connected_once: bool, key_refusals: u32) -> bool {
    code == BAD_KEY && (!connected_once || key_refusals > REFUSALS)
}

/// Why there is no connection after a refusal with this code that is not the end.
fn cause_of(code: &str) -> LossCause {
    if code == BAD_KEY { LossCause::KeyRefused } else { LossCause::NotNow }
}

impl Broadcast {
    /// Publishes until stopped or refused.
    pub(crate) async fn run(self) {
        self.publish_on().await;
        (self.steer)(Pace::full(self.info.video_bitrate));
    }

    async fn publish_on(&self) {
        let queue = self.hub.attach(BOUNDS);
        let mut tagger = Tagger::new(self.info);
        let mut adapt = Adapt::new(self.info.video_bitrate, self.info.audio_bitrate);
        let began = Instant::now();
        let mut back_off = BackOff::new();
        let (mut attempt, mut refusals, mut connected_once) = (0, 0, self.resumes);
        loop {
            let started = Instant::now();
            let ended = tokio::select! {
                ended = self.connection(&queue, &mut tagger, &mut adapt, began) => ended,
                () = self.stop.cancelled() => Ended::Stopped,
            };
            let published = matches!(*self.shared.state.borrow(), BroadcastState::Publishing { .. });
            if published {
                (attempt, refusals, connected_once) = (0, 0, true);
            }
            attempt += 1;
            let (cause, reason) = match ended {
                Ended::Stopped => break,
                Ended::Refused { code, reason } => {
                    refusals += u32::from(code == BAD_KEY);
                    if is_final(&code, connected_once, refusals) {
                        tracing::warn!(code, reason, "the server refused the broadcast");
                        self.shared.set(BroadcastState::Refused { code, reason });
                        return;
                    }
                    (cause_of(&code), if reason.is_empty() { code } else { reason })
                }
                Ended::Unreachable(Failure { cause, reason }) => (cause, reason),
                Ended::Lost(reason) => (LossCause::Broken, reason),
            };
            if published && started.elapsed() >= HEALTHY {
                back_off.reset();
            }
            {
                let numbers = &mut *self.shared.numbers.lock();
                (numbers.stats.bitrate_bps, numbers.second) = (0, None);
            }
            tracing::warn!(attempt, reason, "broadcast is reconnecting");
            self.shared.set(BroadcastState::Reconnecting { attempt, cause, reason });
            tokio::select! {
                () = tokio::time::sleep(back_off.next(rand::random())) => {}
                () = self.stop.cancelled() => break,
            }
        }
        self.shared.set(BroadcastState::Off);
    }

    async fn connection(
        &self,
        queue: &Queue,
        tagger: &mut Tagger,
        adapt: &mut Adapt,
        began: Instant,
    ) -> Ended {
        let connection = match connect::connect(&self.target.url).await {
            Ok(connection) => connection,
            Err(failure) => return Ended::Unreachable(failure),
        };
        {
            let mut numbers = self.shared.numbers.lock();
            numbers.stats.rtt_ms = connection.round_trip.as_millis() as u64;
            numbers.stats.connections += 1;
        }
        tagger.reconnect();
        adapt.connected(began.elapsed(), connection.round_trip);
        let config = self.target.url.client(self.target.key.clone());
        publish::publish(connection, config, self, queue, tagger, publish::Law { adapt, began }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_is_refused_for_good_and_not_at_once_by_a_server_that_has_taken_us() {
        /// A deploy, or a database that is away; another encoder with this key that comes and goes all the time.
        const NOT_NOW: [&str; 2] = ["NetStream.Publish.Failed", "NetStream.Publish.Denied"];
        assert!(is_final(BAD_KEY, false, 1), "a key that never was taken is wrong");
        assert!(!is_final(BAD_KEY, true, REFUSALS), "our own lost connection may still hold the place");
        assert!(is_final(BAD_KEY, true, REFUSALS + 1));
        for code in NOT_NOW {
            assert!(!is_final(code, false, 99) && !is_final(code, true, 99), "{code}");
            assert_eq!(cause_of(code), LossCause::NotNow, "the line is well: {code}");
        }
        assert_eq!(cause_of(BAD_KEY), LossCause::KeyRefused);
    }

    #[test]
    fn a_key_never_reaches_a_log() {
        let target = RtmpTarget::new("rtmp://localhost/live", "vtp_secret").unwrap();
        assert!(!format!("{target:?}").contains("secret"));
        let target = RtmpTarget::with_key("rtmp://localhost/live/vtp_secret").unwrap();
        assert!(!format!("{target:?}").contains("secret"));
    }

    #[test]
    fn an_address_that_is_none_is_refused_in_words() {
        let error = RtmpTarget::new("http://localhost/live", "x").unwrap_err();
        assert_eq!(error.to_string(), "bad setting: address must start with rtmp:// or rtmps://");
    }

    #[test]
    fn a_position_counts_from_the_first_picture_of_the_broadcast() {
        let shared = Shared::new();
        shared.numbers.lock().origin = Some(Pts::from_millis(5000));
        assert_eq!(shared.position(Pts::from_millis(6000)), None, "nothing is on air");
        shared.set(BroadcastState::Publishing { session: Some("s1".into()) });
        let position = shared.position(Pts::from_millis(6033)).unwrap();
        assert_eq!((position.session.as_str(), position.rtmp_ts_ms), ("s1", 1033));
    }
}
