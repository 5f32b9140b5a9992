//! Media that lies in memory because somebody holds it, kept by this edge or not: found again, it is there once.
//!
//! Else whoever asks for the same thing again and again and takes none of it would have a copy for each time.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::reply::Reply;

/// How often those that nobody holds any more are forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(1);

/// Answers that never change, by their names: as many as lie in memory, and those that came within a second.
#[derive(Debug, Default)]
pub(super) struct Held {
    replies: HashMap<Box<[u8]>, Weak<Reply>>,
    tidied: Option<Instant>,
}

impl Held {
    /// The one that somebody holds.
    pub fn find(&self, key: &[u8]) -> Option<Arc<Reply>> {
        self.replies.get(key)?.upgrade()
    }

    /// Remembers one that has come, if it is the same for ever.
    pub fn note(&mut self, key: &[u8], reply: &Arc<Reply>, now: Instant) {
        if !reply.immutable {
            return;
        }
        if self.tidied.is_none_or(|last| now - last >= TIDY_EVERY) {
            self.replies.retain(|_, reply| reply.strong_count() > 0);
            self.tidied = Some(now);
        }
        self.replies.insert(key.into(), Arc::downgrade(reply));
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, StatusCode};

    use super::*;

    fn reply(cache: &'static str) -> Arc<Reply> {
        let cache = HeaderValue::from_static(cache);
        Reply::new(StatusCode::OK, None, Some(&cache), vec![7; 1_000].into()).into()
    }

    #[tokio::test(start_paused = true)]
    async fn what_somebody_takes_is_found_until_its_last_byte_went_out() {
        let (mut held, now) = (Held::default(), Instant::now());
        let media = reply("max-age=31536000, immutable");
        held.note(b"media", &media, now);
        let body = media.response(false, false).into_body();
        drop(media);
        let found = held.find(b"media").map(|reply| reply.size());
        assert_eq!(found, Some(1_000));
        drop(body);
        assert!(held.find(b"media").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_changes_is_fetched_anew_and_what_nobody_holds_leaves_nothing_behind() {
        let (mut held, now) = (Held::default(), Instant::now());
        let still = reply("public, max-age=6");
        held.note(b"still", &still, now);
        assert!(held.find(b"still").is_none());
        for n in 0..1_000u32 {
            held.note(&n.to_be_bytes(), &reply("max-age=31536000, immutable"), now);
        }
        let media = reply("max-age=31536000, immutable");
        held.note(b"media", &media, now + TIDY_EVERY);
        assert_eq!(held.replies.len(), 1);
    }
}
