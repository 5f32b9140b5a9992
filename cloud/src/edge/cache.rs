//! Answers worth keeping: bounded by bytes, oldest out first.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::time::Instant;

use super::reply::Reply;

type Name = Arc<[u8]>;

#[derive(Debug)]
pub(super) struct Cache {
    entries: HashMap<Name, (Arc<Reply>, Instant)>,
    order: VecDeque<Name>,
    bytes: usize,
    bound: usize,
}

impl Cache {
    pub fn new(bound: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), bytes: 0, bound }
    }

    pub fn get(&self, key: &[u8], now: Instant) -> Option<Arc<Reply>> {
        self.entries.get(key).filter(|(_, until)| *until > now).map(|(reply, _)| reply.clone())
    }

    pub fn put(&mut self, key: &[u8], reply: Arc<Reply>, now: Instant) {
        let Some(stay) = reply.stay else { return };
        let size = cost(key, &reply);
        if size > self.bound / 4 {
            return;
        }
        let name: Name = key.into();
        match self.entries.insert(name.clone(), (reply, now + stay)) {
            Some((old, _)) => self.bytes -= cost(key, &old),
            None => self.order.push_back(name),
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

fn cost(key: &[u8], reply: &Reply) -> usize {
    // Beside the bytes: names, heads and the tables' places.
    2 * key.len() + reply.size() + 1024
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::{HeaderValue, StatusCode};

    use super::*;

    fn reply(cache: &'static str, size: usize) -> Arc<Reply> {
        let cache = HeaderValue::from_static(cache);
        Reply::new(StatusCode::OK, None, Some(&cache), vec![0; size].into()).into()
    }

    #[tokio::test(start_paused = true)]
    async fn the_cache_stays_within_its_bound_and_drops_the_oldest() {
        let mut cache = Cache::new(10_000);
        let now = Instant::now();
        for n in 0..100 {
            cache.put(format!("k{n}").as_bytes(), reply("max-age=31536000, immutable", 1_000), now);
            assert!(cache.bytes <= 10_000);
        }
        assert!(cache.get(b"k99", now).is_some() && cache.get(b"k0", now).is_none());
        assert_eq!(cache.entries.len(), cache.order.len());
    }

    #[tokio::test(start_paused = true)]
    async fn errors_are_never_kept_and_playlists_not_for_long() {
        let mut cache = Cache::new(10_000);
        let now = Instant::now();
        cache.put(b"gone", Reply::refusal(StatusCode::NOT_FOUND).into(), now);
        assert!(cache.get(b"gone", now).is_none());
        cache.put(b"list", reply("public, max-age=1", 10), now);
        assert!(cache.get(b"list", now + Duration::from_millis(100)).is_some());
        assert!(cache.get(b"list", now + Duration::from_millis(300)).is_none());
    }
}
