//! Answers worth keeping: bounded by bytes, oldest out first.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use tokio::time::Instant;

/// What is asked: the show's path and its directives in one canonical text.
pub(super) type Key = String;

/// An origin's answer, shared by everyone who asked.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub status: StatusCode,
    pub kind: HeaderValue,
    pub cache: HeaderValue,
    pub body: Bytes,
}

impl Reply {
    pub fn refusal(status: StatusCode) -> Self {
        let kind = HeaderValue::from_static("text/plain");
        Self { status, kind, cache: HeaderValue::from_static("no-store"), body: Bytes::new() }
    }

    /// How long this edge keeps it. Its own stay is shorter than what a browser or a CDN is told.
    pub fn stay(&self) -> Option<Duration> {
        let cache = self.cache.to_str().ok().filter(|_| self.status == StatusCode::OK)?;
        if cache.contains("immutable") {
            return Some(Duration::from_secs(90));
        }
        let age: u64 = cache.split("max-age=").nth(1)?.split(',').next()?.trim().parse().ok()?;
        match age {
            0 => None,
            // A playlist without directives is asked for by players that join: they want the newest.
            1 => Some(Duration::from_millis(200)),
            more => Some(Duration::from_secs(more.min(6))),
        }
    }
}

#[derive(Debug)]
pub(super) struct Cache {
    entries: HashMap<Key, (Reply, Instant)>,
    order: VecDeque<Key>,
    bytes: usize,
    bound: usize,
}

impl Cache {
    pub fn new(bound: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), bytes: 0, bound }
    }

    pub fn get(&self, key: &str, now: Instant) -> Option<Reply> {
        self.entries.get(key).filter(|(_, until)| *until > now).map(|(reply, _)| reply.clone())
    }

    pub fn put(&mut self, key: Key, reply: Reply, now: Instant) {
        let Some(stay) = reply.stay() else { return };
        let size = cost(&key, &reply);
        if size > self.bound / 4 {
            return;
        }
        match self.entries.insert(key.clone(), (reply, now + stay)) {
            Some((old, _)) => self.bytes -= cost(&key, &old),
            None => self.order.push_back(key),
        }
        self.bytes += size;
        while let Some(oldest) = self.order.front() {
            let stale = self.entries.get(oldest).is_none_or(|(_, until)| *until <= now);
            if !stale && self.bytes <= self.bound {
                break;
            }
            if let Some((old, _)) = self.entries.remove(oldest) {
                self.bytes -= cost(oldest, &old);
            }
            self.order.pop_front();
        }
    }
}

fn cost(key: &str, reply: &Reply) -> usize {
    2 * key.len() + reply.body.len() + 256
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(cache: &'static str, size: usize) -> Reply {
        Reply {
            cache: HeaderValue::from_static(cache),
            body: vec![0; size].into(),
            ..Reply::refusal(StatusCode::OK)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_cache_stays_within_its_bound_and_drops_the_oldest() {
        let mut cache = Cache::new(10_000);
        let now = Instant::now();
        for n in 0..100 {
            cache.put(format!("k{n}"), reply("max-age=31536000, immutable", 1_000), now);
            assert!(cache.bytes <= 10_000);
        }
        assert!(cache.get("k99", now).is_some() && cache.get("k0", now).is_none());
        assert_eq!(cache.entries.len(), cache.order.len());
    }

    #[tokio::test(start_paused = true)]
    async fn errors_are_never_kept_and_playlists_not_for_long() {
        let mut cache = Cache::new(10_000);
        let now = Instant::now();
        cache.put("gone".into(), Reply::refusal(StatusCode::NOT_FOUND), now);
        assert!(cache.get("gone", now).is_none());
        cache.put("list".into(), reply("public, max-age=1", 10), now);
        assert!(cache.get("list", now + Duration::from_millis(100)).is_some());
        assert!(cache.get("list", now + Duration::from_millis(300)).is_none());
    }
}
