//! How many watch each rung, from what players ask for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use parking_lot::Mutex;
use tokio::time::Instant;
use vitrine_protocol::ShowId;

/// Who asked for nothing in this time watches no more. Longer than a segment, which some players ask for as a whole.
const WITHIN: Duration = Duration::from_secs(6);
/// Moments of a rung that are kept: more than six seconds have.
const MOMENTS: usize = 64;

/// A playlist that is asked for ahead of time: `_HLS_msn` and `_HLS_part`.
type Moment = (u64, Option<u64>);

/// An estimate of who watches. A low-latency player asks for the playlist of each coming moment once, so a rung has as
/// many viewers as asked for the same moment: the most of the last six seconds. Behind a CDN, which asks once for all of
/// its viewers, it counts the CDN's servers. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Audience {
    shows: Arc<Mutex<HashMap<ShowId, HashMap<String, Rung>>>>,
}

#[derive(Debug, Default)]
struct Rung(HashMap<Moment, (u64, Instant)>);

impl Audience {
    /// `routes`, with their answers counted.
    pub fn counted(&self, routes: Router) -> Router {
        routes.route_layer(from_fn_with_state(self.clone(), count))
    }

    /// Viewers of each rung of a show.
    #[must_use]
    pub fn of(&self, show: ShowId) -> BTreeMap<String, u64> {
        self.shows.lock().get(&show).map(|rungs| viewers(rungs, Instant::now())).unwrap_or_default()
    }

    /// Viewers of each rung of every show that is watched here.
    #[must_use]
    pub fn all(&self) -> BTreeMap<ShowId, BTreeMap<String, u64>> {
        let now = Instant::now();
        let mut shows = self.shows.lock();
        shows.retain(|_, rungs| {
            rungs.retain(|_, rung| rung.viewers(now) > 0);
            !rungs.is_empty()
        });
        shows.iter().map(|(show, rungs)| (*show, viewers(rungs, now))).collect()
    }

    /// Somebody got the playlist of a moment.
    fn note(&self, show: ShowId, rung: &str, moment: Moment) {
        let mut shows = self.shows.lock();
        let rungs = shows.entry(show).or_default();
        match rungs.get_mut(rung) {
            Some(known) => known.note(moment, Instant::now()),
            None => rungs.entry(rung.to_owned()).or_default().note(moment, Instant::now()),
        }
    }
}

impl Rung {
    fn note(&mut self, moment: Moment, now: Instant) {
        let moments = &mut self.0;
        if moments.len() >= MOMENTS && !moments.contains_key(&moment) {
            moments.retain(|_, (_, first)| now - *first < WITHIN);
            if moments.len() >= MOMENTS {
                return; // somebody asks for all that ever was
            }
        }
        let (count, first) = moments.entry(moment).or_insert((0, now));
        if now - *first >= WITHIN {
            (*count, *first) = (0, now);
        }
        *count += 1;
    }

    fn viewers(&self, now: Instant) -> u64 {
        let fresh = self.0.values().filter(|(_, first)| now - *first < WITHIN);
        fresh.map(|(count, _)| *count).max().unwrap_or(0)
    }
}

fn viewers(rungs: &HashMap<String, Rung>, now: Instant) -> BTreeMap<String, u64> {
    let watched = rungs.iter().map(|(name, rung)| (name.clone(), rung.viewers(now)));
    watched.filter(|(_, viewers)| *viewers > 0).collect()
}

/// Counts what was answered: an address that names nothing leaves nothing behind.
async fn count(State(audience): State<Audience>, request: Request, next: Next) -> Response {
    let asked = asked(request.uri());
    let response = next.run(request).await;
    if let Some((show, rung, moment)) = asked.filter(|_| response.status() == StatusCode::OK) {
        audience.note(show, &rung, moment);
    }
    response
}

/// The moment that an address asks for: `/live/{show}/{rung}/index.m3u8?_HLS_msn=7&_HLS_part=2`.
fn asked(uri: &Uri) -> Option<(ShowId, String, Moment)> {
    let path = uri.path().strip_prefix("/live/")?.strip_suffix("/index.m3u8")?;
    let (show, rung) = path.split_once('/')?;
    let query = uri.query()?;
    let number = |name| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name)?.1.parse::<u64>().ok()
    };
    Some((show.parse().ok()?, rung.to_owned(), (number("_HLS_msn")?, number("_HLS_part"))))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    const SHOW: &str = "0193aabb-0000-7000-8000-000000000001";

    async fn ask(routes: &Router, path: &str) {
        let request = Request::get(format!("/live/{SHOW}/{path}")).body(Body::empty()).unwrap();
        routes.clone().oneshot(request).await.unwrap();
    }

    fn edge() -> (Audience, Router, ShowId) {
        let audience = Audience::default();
        let answer = async |uri: Uri| {
            if uri.path().contains("gone") { StatusCode::GONE } else { StatusCode::OK }
        };
        let routes = audience.counted(Router::new().route("/live/{show}/{*path}", get(answer)));
        (audience, routes, SHOW.parse().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn viewers_are_those_who_asked_for_the_same_moment() {
        let (audience, routes, show) = edge();
        for part in 0..10 {
            for viewer in 0..3 {
                ask(&routes, &format!("source/index.m3u8?_HLS_msn=7&_HLS_part={part}&token={viewer}")).await;
            }
            ask(&routes, &format!("480p/index.m3u8?_HLS_msn=7&_HLS_part={part}&_HLS_skip=YES")).await;
            tokio::time::advance(Duration::from_millis(200)).await;
        }
        // None of these is a viewer's wait for a coming moment.
        for path in ["index.m3u8", "source/index.m3u8", "gone/index.m3u8?_HLS_msn=1", "source/1/part7.1.m4s"]
        {
            for _ in 0..9 {
                ask(&routes, path).await;
            }
        }
        let watched = BTreeMap::from([("480p".to_owned(), 1), ("source".to_owned(), 3)]);
        assert_eq!(audience.of(show), watched);
        assert_eq!(audience.all(), BTreeMap::from([(show, watched)]));
        tokio::time::advance(WITHIN).await;
        assert!(audience.of(show).is_empty() && audience.all().is_empty());
        assert!(audience.shows.lock().is_empty(), "a show that nobody watches costs nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_all_that_ever_was_takes_no_memory_and_hides_nobody_for_long() {
        let (audience, routes, show) = edge();
        for msn in 0..1_000 {
            ask(&routes, &format!("source/index.m3u8?_HLS_msn={msn}")).await;
        }
        assert_eq!(audience.shows.lock()[&show]["source"].0.len(), MOMENTS);
        tokio::time::advance(WITHIN).await;
        ask(&routes, "source/index.m3u8?_HLS_msn=1000").await;
        assert_eq!(audience.of(show)["source"], 1);
    }
}
