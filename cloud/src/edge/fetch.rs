//! Asks origins, once for all who ask the same.

use std::{fmt, sync::Arc, time::Duration};

use axum::http::{HeaderValue, StatusCode, header};
use futures_util::{FutureExt as _, StreamExt as _, TryFutureExt as _};
use parking_lot::{Mutex, RwLock};
use reqwest::Client;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};
use vitrine_protocol::ShowId;

use super::viewers::Viewers;
use super::{
    NoOrigin, Origin, Origins, Shares,
    asked::Asked,
    bill::{Bill, Payer},
    cache::Cache,
    flights::{Flight, Flights},
    held::Held,
    reached::Reached,
    reply::Reply,
};
use crate::base::{Budget, Network, inner_http_client};

/// Bounds of the edge.
#[derive(Debug, Clone)]
pub struct EdgeConfig {
    /// Bytes of answers kept. A quarter is for playlists, so that no asking for old ones pushes the media out.
    pub cache_bytes: usize,
    /// Bytes of answers in memory, kept ones and those that are not taken yet.
    pub answer_bytes: u64,
    /// Requests upstream at once; more are answered 503.
    pub shares: Shares,
    /// How long a request goes on trying while a transmission is being started again.
    pub patience: Duration,
    /// Longest answer of an origin.
    pub answer_within: Duration,
    /// Low-latency viewers of one show; who comes when there are more is led to plain playlists.
    pub ll_viewers: u32,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        Self {
            cache_bytes: 64 << 20,
            answer_bytes: Budget::of_this_machine(),
            shares: Shares::default(),
            patience: Duration::from_secs(8),
            // Longer than an origin lets a request wait, so that its own answer arrives.
            answer_within: Duration::from_secs(15),
            ll_viewers: 50_000,
        }
    }
}

/// Largest body taken from an origin: a segment of 4.5 s at 50 Mb/s is below.
const MAX_BODY: usize = 32 << 20;

/// The handle to the edge. Clones share it.
#[derive(Clone)]
pub struct Edge {
    inner: Arc<Inner>,
}

/// What a viewer gets: at once, or when it has come.
pub(super) enum Getting {
    There(Arc<Reply>),
    Coming(Flight),
}

struct Inner {
    config: EdgeConfig,
    origins: Arc<dyn Origins>,
    client: Client,
    playlists: RwLock<Cache>,
    media: RwLock<Cache>,
    flights: Mutex<Flights>,
    /// Locked within `flights`: what has come in is found here before it is no longer on its way.
    held: Mutex<Held>,
    budget: Budget,
    reached: Reached,
    watching: Viewers,
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

impl Edge {
    /// An edge in front of `origins`.
    ///
    /// # Errors
    /// The HTTP client can't be built.
    pub fn new(config: EdgeConfig, origins: Arc<dyn Origins>) -> Result<Self, reqwest::Error> {
        let client = inner_http_client()
            .no_proxy()
            .connect_timeout(Duration::from_secs(1))
            .pool_idle_timeout(Duration::from_secs(30))
            .build()?;
        let inner = Inner {
            origins,
            client,
            playlists: RwLock::new(Cache::new(config.cache_bytes / 4)),
            media: RwLock::new(Cache::new(config.cache_bytes / 4 * 3)),
            flights: Mutex::new(Flights::new(config.shares)),
            held: Mutex::default(),
            budget: Budget::new(config.answer_bytes),
            reached: Reached::default(),
            watching: Viewers::default(),
            config,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The answer for somebody in `network`.
    pub(super) fn get(&self, mut asked: Asked<'_>, network: Option<Network>) -> Getting {
        let now = Instant::now();
        if asked.is_multivariant() && self.is_crowded(asked.show, now) {
            asked = asked.crowded();
        }
        let mut key = asked.key();
        let mut kept = self.inner.cache(asked.is_playlist()).read().get(&key, now);
        if kept.is_none()
            && let Some(newest) = self.inner.reached.instead_of(asked, now)
        {
            (asked, key) = (newest, newest.key());
            kept = self.inner.playlists.read().get(&key, now);
        }
        if let Some(reply) = kept {
            return Getting::There(reply);
        }
        let (landing, flight) = match self.take_off(&key, asked.show, network, now) {
            Ok(begun) => begun,
            Err(getting) => return getting,
        };
        self.launch(&asked, landing);
        Getting::Coming(flight)
    }

    /// The memory for answers.
    pub(crate) fn budget(&self) -> &Budget {
        &self.inner.budget
    }

    /// Begins a flight; else what the viewer gets without one.
    fn take_off(
        &self,
        key: &[u8],
        show: ShowId,
        network: Option<Network>,
        now: Instant,
    ) -> Result<(Landing, Flight), Getting> {
        let mut flights = self.inner.flights.lock();
        if let Some(flight) = flights.join(key, network) {
            return Err(Getting::Coming(flight));
        }
        if let Some(reply) = self.inner.held.lock().find(key) {
            return Err(Getting::There(reply));
        }
        if !flights.has_room(show, network, now) {
            return Err(Getting::There(Reply::refusal(StatusCode::SERVICE_UNAVAILABLE).into()));
        }
        let (told, reply) = oneshot::channel();
        let lost = |_| Arc::new(Reply::refusal(StatusCode::BAD_GATEWAY));
        let flight = reply.unwrap_or_else(lost).boxed().shared();
        flights.begin(key.into(), flight.clone(), show, network);
        Ok((Landing { inner: self.inner.clone(), key: key.into(), told: Some(told) }, flight))
    }

    fn is_crowded(&self, show: ShowId, now: Instant) -> bool {
        self.inner.watching.low_latency(show, now) >= u64::from(self.inner.config.ll_viewers)
    }

    /// Who watches.
    pub(super) fn watching(&self) -> &Viewers {
        &self.inner.watching
    }

    /// Starts a request of its own task: it goes on when the viewer who asked first goes away. Its end is
    /// bounded by `patience` and `answer_within`.
    fn launch(&self, asked: &Asked<'_>, mut landing: Landing) {
        let (show, targets, is_playlist) = (asked.show, asked.targets(), asked.is_playlist());
        let rung = asked.rung();
        let is_now = self.inner.reached.is_now(asked, Instant::now());
        tokio::spawn(async move {
            let inner = &landing.inner;
            let payer = if is_now { Payer::Everybody } else { Payer::Waiting(&landing.key) };
            let mut reply = Reply::refusal(StatusCode::NOT_FOUND);
            for target in targets {
                reply = inner.fetch(show, &target, payer).await;
                if reply.status != StatusCode::NOT_FOUND {
                    break;
                }
            }
            let reply = Arc::new(reply);
            let now = Instant::now();
            inner.cache(is_playlist).write().put(&landing.key, reply.clone(), now);
            inner.held.lock().note(&landing.key, &reply, now);
            if let Some(rung) = rung.filter(|_| reply.status.is_success()) {
                inner.reached.note(&rung, reply.body(), now);
            }
            if let Some(told) = landing.told.take() {
                // Nobody waits any more: the next to ask finds it kept.
                let _ = told.send(reply);
            }
        });
    }
}

/// Ends a flight, whatever became of it.
struct Landing {
    inner: Arc<Inner>,
    key: Box<[u8]>,
    told: Option<oneshot::Sender<Arc<Reply>>>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.inner.flights.lock().end(&self.key);
    }
}

impl Inner {
    fn cache(&self, is_playlist: bool) -> &RwLock<Cache> {
        if is_playlist { &self.playlists } else { &self.media }
    }

    /// Asks the origin; while the transmission is away, asks again until `patience` is used up.
    async fn fetch(&self, show: ShowId, target: &str, payer: Payer<'_>) -> Reply {
        let until = Instant::now() + self.config.patience;
        let mut pause = Duration::from_millis(100);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let origin = match self.origins.origin_within(show, left).await {
                Ok(origin) => origin,
                Err(NoOrigin::Nobody) => return Reply::refusal(StatusCode::NOT_FOUND),
                Err(NoOrigin::NotInTime) => return Reply::refusal(StatusCode::SERVICE_UNAVAILABLE),
            };
            match timeout(self.config.answer_within, self.ask(&origin, target, payer)).await {
                Ok(Ok(reply)) => return reply,
                Ok(Err(error)) if Instant::now() + pause < until => {
                    tracing::debug!(show.id = %show, %error, "an origin is away, asking again");
                }
                Ok(Err(error)) => {
                    tracing::warn!(show.id = %show, %error, "an origin doesn't answer");
                    return Reply::refusal(StatusCode::SERVICE_UNAVAILABLE);
                }
                Err(_) => return Reply::refusal(StatusCode::SERVICE_UNAVAILABLE),
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(800));
        }
    }

    /// What the origin says. Its bytes are counted for `payer` until nobody holds them any more.
    async fn ask(&self, origin: &Origin, target: &str, payer: Payer<'_>) -> Result<Reply, reqwest::Error> {
        let request = self.client.get(format!("{}{target}", origin.url)).bearer_auth(&origin.token);
        let response = request.send().await?;
        let header = |name| -> Option<HeaderValue> { response.headers().get(name).cloned() };
        let status = match response.status() {
            // Somebody else by now, where an origin was: for viewers it is away, and soon it is found elsewhere.
            StatusCode::UNAUTHORIZED => StatusCode::SERVICE_UNAVAILABLE,
            status => status,
        };
        let (kind, cache) = (header(header::CONTENT_TYPE), header(header::CACHE_CONTROL));
        let length = response.content_length().unwrap_or(0);
        let mut bill = Bill::new(payer, &self.budget, &self.flights);
        if !bill.covers(length.min(MAX_BODY as u64)) {
            return Ok(Reply::refusal(StatusCode::SERVICE_UNAVAILABLE));
        }
        let mut body = Vec::with_capacity(length.min(MAX_BODY as u64) as usize);
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > MAX_BODY {
                return Ok(Reply::refusal(StatusCode::BAD_GATEWAY));
            }
            if !bill.covers(body.len() as u64) {
                return Ok(Reply::refusal(StatusCode::SERVICE_UNAVAILABLE));
            }
        }
        if !status.is_success() && body.is_empty() {
            return Ok(Reply::refusal(status));
        }
        Ok(Reply::new(status, kind.as_ref(), cache.as_ref(), bill.pay(body)))
    }
}
