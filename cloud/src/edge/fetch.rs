//! Asks origins, once for all who ask the same.

use crate::base::http_client;
use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use axum::http::{HeaderValue, StatusCode, header};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, future::Shared};
use parking_lot::Mutex;
use reqwest::Client;
use tokio::time::{Instant, sleep, timeout};
use vitrine_protocol::ShowId;

use super::viewers::Viewers;
use super::{
    Origin, Origins,
    cache::{Cache, Key, Reply},
};

/// Bounds of the edge.
#[derive(Debug, Clone)]
pub struct EdgeConfig {
    /// Bytes of answers kept.
    pub cache_bytes: usize,
    /// Requests upstream at once; more are answered 503.
    pub flights: usize,
    /// How long a request goes on trying while a transmission is being started again.
    pub patience: Duration,
    /// Longest answer of an origin.
    pub answer_within: Duration,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        Self {
            cache_bytes: 64 << 20,
            flights: 2048,
            patience: Duration::from_secs(8),
            // Longer than an origin lets a request wait, so that its own answer arrives.
            answer_within: Duration::from_secs(15),
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

type Flight = Shared<BoxFuture<'static, Reply>>;

struct Inner {
    config: EdgeConfig,
    origins: Arc<dyn Origins>,
    client: Client,
    cache: Mutex<Cache>,
    flights: Mutex<HashMap<Key, Flight>>,
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
        let client = http_client()
            .no_proxy()
            .connect_timeout(Duration::from_secs(1))
            .pool_idle_timeout(Duration::from_secs(30))
            .build()?;
        let cache = Mutex::new(Cache::new(config.cache_bytes));
        let inner =
            Inner { config, origins, client, cache, flights: Mutex::default(), watching: Viewers::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Who watches.
    pub(super) fn watching(&self) -> &Viewers {
        &self.inner.watching
    }

    /// The answer for `path` (below the show's base) with `directives` (canonical, may be empty).
    pub(super) async fn get(&self, show: ShowId, path: &str, directives: &str) -> Reply {
        let key = format!("{show}/{path}?{directives}");
        if let Some(reply) = self.inner.cache.lock().get(&key, Instant::now()) {
            return reply;
        }
        let flight = {
            let mut flights = self.inner.flights.lock();
            match flights.get(&key) {
                Some(flight) => flight.clone(),
                None if flights.len() >= self.inner.config.flights => {
                    return Reply::refusal(StatusCode::SERVICE_UNAVAILABLE);
                }
                None => {
                    let flight = self.launch(show, key.clone(), format!("/{path}?{directives}"));
                    flights.insert(key, flight.clone());
                    flight
                }
            }
        };
        flight.await
    }

    /// Starts a request of its own task: it goes on when the viewer who asked first goes away. Its end is
    /// bounded by `patience` and `answer_within`.
    fn launch(&self, show: ShowId, key: Key, target: String) -> Flight {
        let inner = self.inner.clone();
        let task = tokio::spawn(async move {
            let reply = inner.fetch(show, &target).await;
            inner.cache.lock().put(key.clone(), reply.clone(), Instant::now());
            inner.flights.lock().remove(&key);
            reply
        });
        async move { task.await.unwrap_or_else(|_| Reply::refusal(StatusCode::BAD_GATEWAY)) }.boxed().shared()
    }
}

impl Inner {
    /// Asks the origin; while the transmission is away, asks again until `patience` is used up.
    async fn fetch(&self, show: ShowId, target: &str) -> Reply {
        let until = Instant::now() + self.config.patience;
        let mut pause = Duration::from_millis(100);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Some(origin) = self.origins.origin_within(show, left).await else {
                let status =
                    if left.is_zero() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NOT_FOUND };
                return Reply::refusal(status);
            };
            match timeout(self.config.answer_within, self.ask(&origin, target)).await {
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

    async fn ask(&self, origin: &Origin, target: &str) -> Result<Reply, reqwest::Error> {
        let request = self.client.get(format!("{}{target}", origin.url)).bearer_auth(&origin.token);
        let response = request.send().await?;
        let header = |name, otherwise| response.headers().get(name).cloned().unwrap_or(otherwise);
        let status = match response.status() {
            // Somebody else by now, where an origin was: for viewers it is away, and soon it is found elsewhere.
            StatusCode::UNAUTHORIZED => StatusCode::SERVICE_UNAVAILABLE,
            status => status,
        };
        let kind = header(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        let no_store = HeaderValue::from_static("no-store");
        let cache = if status.is_success() { header(header::CACHE_CONTROL, no_store) } else { no_store };
        let mut body =
            Vec::with_capacity(response.content_length().unwrap_or(0).min(MAX_BODY as u64) as usize);
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > MAX_BODY {
                return Ok(Reply::refusal(StatusCode::BAD_GATEWAY));
            }
        }
        Ok(Reply { status, kind, cache, body: body.into() })
    }
}
