//! How many watch each rung, from what players ask for.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;
use vitrine_protocol::ShowId;

use super::Edge;
use crate::base::Network;

/// Who asked for nothing in this time watches no more. Longer than a segment, which some players ask for as a whole.
const WITHIN: Duration = Duration::from_secs(6);
/// Moments of a rung that are kept: more than six seconds have.
const MOMENTS: usize = 64;
/// Viewers behind one address of a moment that are told apart: a carrier's has more, and one laptop is no crowd.
const OF_A_NETWORK: u8 = 64;

/// A playlist that is asked for ahead of time: `_HLS_msn` and `_HLS_part`. Or a segment, which has no part.
type Moment = (u64, Option<u32>);

/// What a player asks for once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// A moment of a playlist, as low-latency players do.
    Moment(u64, Option<u32>),
    /// A whole segment, as plain players do.
    Segment(u64),
}

/// An estimate of who watches. A low-latency player asks for the playlist of each coming moment once, and a plain one
/// for each segment, so a rung has as many viewers as asked for the same one: the most of the last six seconds. Behind
/// a CDN, which asks once for all of its viewers, it counts the CDN's servers, and of one address no more than
/// [`OF_A_NETWORK`].
#[derive(Debug, Default)]
pub(super) struct Viewers {
    /// Networks are known by a hash that nobody outside can guess.
    hasher: RandomState,
    shows: Mutex<Shows>,
}

#[derive(Debug, Default)]
struct Shows {
    watched: HashMap<ShowId, HashMap<String, Rung>>,
    /// When those that nobody watches any more were forgotten last.
    tidied: Option<Instant>,
}

#[derive(Debug, Default)]
struct Rung {
    low_latency: Moments,
    plain: Moments,
}

#[derive(Debug, Default)]
struct Moments(HashMap<Moment, Asked>);

/// Who asked for one of them.
#[derive(Debug)]
struct Asked {
    first: Instant,
    count: u64,
    /// Those of them whose network is known.
    networks: HashMap<u32, u8>,
}

impl Edge {
    /// Viewers of each rung of a show through this edge, about.
    #[must_use]
    pub fn viewers(&self, show: ShowId) -> BTreeMap<String, u64> {
        self.watching().of(show, Instant::now())
    }

    /// The same of every show that is watched through this edge.
    #[must_use]
    pub fn all_viewers(&self) -> BTreeMap<ShowId, BTreeMap<String, u64>> {
        self.watching().all(Instant::now())
    }
}

impl Viewers {
    fn of(&self, show: ShowId, now: Instant) -> BTreeMap<String, u64> {
        self.shows.lock().watched.get(&show).map(|rungs| viewers(rungs, now)).unwrap_or_default()
    }

    fn all(&self, now: Instant) -> BTreeMap<ShowId, BTreeMap<String, u64>> {
        let mut shows = self.shows.lock();
        shows.tidy(now);
        shows.watched.iter().map(|(show, rungs)| (*show, viewers(rungs, now))).collect()
    }

    /// Low-latency viewers of all rungs of a show together.
    pub fn low_latency(&self, show: ShowId, now: Instant) -> u64 {
        let shows = self.shows.lock();
        shows
            .watched
            .get(&show)
            .map_or(0, |rungs| rungs.values().map(|rung| rung.low_latency.most(now)).sum())
    }

    /// Somebody in `network` got what tells that they watch. What names nothing must not come here: it would leave
    /// something behind.
    pub fn got(&self, show: ShowId, rung: &str, seen: Seen, network: Option<Network>) {
        // Two networks of one number share a part of the count: of fifty thousand hardly any do.
        let network = network.map(|network| self.hasher.hash_one(network) as u32);
        let now = Instant::now();
        let mut shows = self.shows.lock();
        // Nobody may ask for all of them, ever: those who still watch forget those who went.
        if shows.tidied.is_none_or(|last| now - last >= WITHIN) {
            shows.tidy(now);
        }
        let rungs = shows.watched.entry(show).or_default();
        match rungs.get_mut(rung) {
            Some(known) => known.note(seen, network, now),
            None => rungs.entry(rung.to_owned()).or_default().note(seen, network, now),
        }
    }
}

impl Shows {
    /// Forgets rungs and shows that nobody watches any more.
    fn tidy(&mut self, now: Instant) {
        self.tidied = Some(now);
        self.watched.retain(|_, rungs| {
            rungs.retain(|_, rung| rung.viewers(now) > 0);
            !rungs.is_empty()
        });
    }
}

impl Rung {
    fn note(&mut self, seen: Seen, network: Option<u32>, now: Instant) {
        match seen {
            Seen::Moment(msn, part) => self.low_latency.note((msn, part), network, now),
            Seen::Segment(msn) => self.plain.note((msn, None), network, now),
        }
    }

    fn viewers(&self, now: Instant) -> u64 {
        self.low_latency.most(now) + self.plain.most(now)
    }
}

impl Moments {
    fn note(&mut self, moment: Moment, network: Option<u32>, now: Instant) {
        let moments = &mut self.0;
        if moments.get(&moment).is_none_or(|asked| !asked.is_fresh(now)) {
            moments.retain(|_, asked| asked.is_fresh(now));
            // Somebody asks for all that ever was: what everybody asks for is the newest.
            while moments.len() >= MOMENTS {
                match moments.keys().min().copied() {
                    Some(oldest) if oldest < moment => moments.remove(&oldest),
                    _ => return,
                };
            }
        }
        let asked = moments.entry(moment).or_insert_with(|| Asked::begun(now));
        if let Some(network) = network {
            let of_it = asked.networks.entry(network).or_default();
            if *of_it >= OF_A_NETWORK {
                return;
            }
            *of_it += 1;
        }
        asked.count += 1;
    }

    fn most(&self, now: Instant) -> u64 {
        self.0.values().filter(|asked| asked.is_fresh(now)).map(|asked| asked.count).max().unwrap_or(0)
    }
}

impl Asked {
    fn begun(now: Instant) -> Self {
        Self { first: now, count: 0, networks: HashMap::new() }
    }

    fn is_fresh(&self, now: Instant) -> bool {
        now - self.first < WITHIN
    }
}

fn viewers(rungs: &HashMap<String, Rung>, now: Instant) -> BTreeMap<String, u64> {
    let watched = rungs.iter().map(|(name, rung)| (name.clone(), rung.viewers(now)));
    watched.filter(|(_, viewers)| *viewers > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn viewers_are_those_who_asked_for_the_same_moment() {
        let (watching, show) = (Viewers::default(), ShowId::new());
        for part in 0..10 {
            for _ in 0..3 {
                watching.got(show, "source", Seen::Moment(7, Some(part)), None);
            }
            watching.got(show, "480p", Seen::Moment(7, Some(part)), None);
            tokio::time::advance(Duration::from_millis(200)).await;
        }
        let now = Instant::now();
        let watched = BTreeMap::from([("480p".to_owned(), 1), ("source".to_owned(), 3)]);
        assert_eq!(watching.of(show, now), watched);
        assert_eq!(watching.low_latency(show, now), 4);
        assert_eq!(watching.all(now), BTreeMap::from([(show, watched)]));
        assert!(watching.of(show, now + WITHIN).is_empty() && watching.all(now + WITHIN).is_empty());
        assert!(watching.shows.lock().watched.is_empty(), "a show that nobody watches costs nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn shows_that_ended_are_forgotten_though_nobody_asks_for_all() {
        let watching = Viewers::default();
        let known = || watching.shows.lock().watched.values().map(HashMap::len).sum::<usize>();
        for _ in 0..100 {
            watching.got(ShowId::new(), "source", Seen::Moment(7, None), None);
        }
        let show = ShowId::new();
        watching.got(show, "480p", Seen::Moment(7, None), None);
        assert_eq!(known(), 101);
        tokio::time::advance(WITHIN).await;
        watching.got(show, "source", Seen::Moment(8, None), None);
        assert_eq!(known(), 1, "of the show that goes on its rung, too");
    }

    #[tokio::test(start_paused = true)]
    async fn one_laptop_is_no_crowd_and_a_crowd_is_one() {
        let (watching, show) = (Viewers::default(), ShowId::new());
        let ask = |from: u32, moment| {
            let network = Network::from(std::net::IpAddr::from(from.to_be_bytes()));
            watching.got(show, "source", Seen::Moment(7, Some(moment)), Some(network));
        };
        (0..60_000).for_each(|_| ask(0xcb00_7107, 0));
        assert_eq!(watching.low_latency(show, Instant::now()), u64::from(OF_A_NETWORK));
        (0..60_000).for_each(|from| ask(from, 1));
        assert_eq!(watching.low_latency(show, Instant::now()), 60_000);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_all_that_ever_was_takes_no_memory_and_hides_nobody() {
        let (watching, show) = (Viewers::default(), ShowId::new());
        for msn in 0..1_000 {
            watching.got(show, "source", Seen::Moment(msn, None), None);
        }
        assert_eq!(watching.shows.lock().watched[&show]["source"].low_latency.0.len(), MOMENTS);
        for _ in 0..300 {
            watching.got(show, "source", Seen::Moment(1_000, Some(0)), None);
            watching.got(show, "source", Seen::Moment(3, None), None);
        }
        assert_eq!(watching.of(show, Instant::now())["source"], 300);
    }
}
