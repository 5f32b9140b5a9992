//! Requests on their way to origins: one for all who ask the same, and no more than a fair share for anyone.
//!
//! What counts is the *things* that a network or a show has on the way, not the viewers who wait for them: a carrier's
//! one address with thousands of viewers of a show asks for the same few playlists and parts, and who joins a request
//! that is on its way already is never refused. A program that asks for thousands of things is refused after its share,
//! of those at once and of those in a second: what is answered quickly costs an origin and this edge all the same.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, Shared};
use tokio::time::Instant;
use vitrine_protocol::ShowId;

use super::reply::Reply;
use crate::base::{Network, SHARES_OF_A_SITE};

/// An answer on its way. Clones wait for the same one.
pub(super) type Flight = Shared<BoxFuture<'static, Arc<Reply>>>;

/// What the shares of a second last.
const SECOND: Duration = Duration::from_secs(1);

/// Sites that are remembered of those who wait for one thing: when a budget has room, one of so many has.
const MOST_ASKERS: usize = 8;

/// How many things may be on the way at once, or be begun in a second. A site ([`Network::site`]) has the shares of two
/// networks.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    /// From this edge.
    pub all: usize,
    /// Of one show. One with five rungs needs some thirty.
    pub show: usize,
    /// For one network, whoever of it asked first. Those of whom nobody knows their network have a show's share alone.
    pub network: usize,
    /// For one network, of one show.
    pub network_and_show: usize,
    /// For one network, in a second.
    pub network_a_second: usize,
    /// For one network, of one show, in a second. All viewers of five rungs together ask for some hundred and fifty.
    pub network_and_show_a_second: usize,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            all: 4096,
            show: 512,
            network: 512,
            network_and_show: 64,
            network_a_second: 2048,
            network_and_show_a_second: 256,
        }
    }
}

/// All that is on the way, and who waits for it.
pub(super) struct Flights {
    shares: Shares,
    flying: HashMap<Box<[u8]>, Flying>,
    shows: HashMap<ShowId, usize>,
    on_the_way: Counts,
    /// Those that were begun since `second`.
    begun: Counts,
    second: Option<Instant>,
}

struct Flying {
    flight: Flight,
    show: ShowId,
    /// Whose shares it takes.
    first: Option<Network>,
    /// One of each other site that waits for it, too.
    others: Vec<Option<Network>>,
}

/// How many things networks asked for, and the sites that they belong to.
#[derive(Default)]
struct Counts {
    networks: Tally,
    sites: Tally,
}

/// Of all shows, and of each.
#[derive(Default)]
struct Tally {
    networks: HashMap<Network, usize>,
    both: HashMap<(Network, ShowId), usize>,
}

impl Flights {
    pub fn new(shares: Shares) -> Self {
        Self {
            shares,
            flying: HashMap::new(),
            shows: HashMap::new(),
            on_the_way: Counts::default(),
            begun: Counts::default(),
            second: None,
        }
    }

    /// The one that is on its way already, for somebody in `network`, too.
    pub fn join(&mut self, key: &[u8], network: Option<Network>) -> Option<Flight> {
        let Flying { flight, first, others, .. } = self.flying.get_mut(key)?;
        let site = |network: Option<Network>| network.map(Network::site);
        let is_known = |asker: &Option<Network>| site(*asker) == site(network);
        if others.len() < MOST_ASKERS && !is_known(first) && !others.iter().any(is_known) {
            others.push(network);
        }
        Some(flight.clone())
    }

    /// Who waits for the one of this name as the `nth`, each at another site. The first is whoever asked first.
    pub fn asker(&self, key: &[u8], nth: usize) -> Option<Option<Network>> {
        let Flying { first, others, .. } = self.flying.get(key)?;
        [first].into_iter().chain(others).nth(nth).copied()
    }

    /// Whether another thing of `show` may be fetched at `now` because `network` asks for it.
    pub fn has_room(&mut self, show: ShowId, network: Option<Network>, now: Instant) -> bool {
        if self.second.is_none_or(|since| now - since >= SECOND) {
            (self.begun, self.second) = (Counts::default(), Some(now));
        }
        let shares = self.shares;
        let network_has = |network| {
            self.on_the_way.are_below(network, show, shares.network, shares.network_and_show)
                && self.begun.are_below(
                    network,
                    show,
                    shares.network_a_second,
                    shares.network_and_show_a_second,
                )
        };
        self.flying.len() < shares.all
            && count(&self.shows, &show) < shares.show
            && network.is_none_or(network_has)
    }

    /// Takes one in; nothing of that key may be on its way.
    pub fn begin(&mut self, key: Box<[u8]>, flight: Flight, show: ShowId, network: Option<Network>) {
        *self.shows.entry(show).or_default() += 1;
        if let Some(network) = network {
            self.on_the_way.add(network, show);
            self.begun.add(network, show);
        }
        self.flying.insert(key, Flying { flight, show, first: network, others: Vec::new() });
    }

    /// One has come in.
    pub fn end(&mut self, key: &[u8]) {
        let Some(Flying { show, first, .. }) = self.flying.remove(key) else { return };
        less(&mut self.shows, show);
        if let Some(network) = first {
            self.on_the_way.networks.take_off(network, show);
            self.on_the_way.sites.take_off(network.site(), show);
        }
    }
}

impl Counts {
    fn add(&mut self, network: Network, show: ShowId) {
        self.networks.add(network, show);
        self.sites.add(network.site(), show);
    }

    fn are_below(&self, network: Network, show: ShowId, of_network: usize, of_both: usize) -> bool {
        let (of_site, of_site_and_show) = (of_network * SHARES_OF_A_SITE, of_both * SHARES_OF_A_SITE);
        self.networks.are_below(network, show, of_network, of_both)
            && self.sites.are_below(network.site(), show, of_site, of_site_and_show)
    }
}

impl Tally {
    fn add(&mut self, network: Network, show: ShowId) {
        *self.networks.entry(network).or_default() += 1;
        *self.both.entry((network, show)).or_default() += 1;
    }

    fn take_off(&mut self, network: Network, show: ShowId) {
        less(&mut self.networks, network);
        less(&mut self.both, (network, show));
    }

    fn are_below(&self, network: Network, show: ShowId, of_network: usize, of_both: usize) -> bool {
        count(&self.networks, &network) < of_network && count(&self.both, &(network, show)) < of_both
    }
}

fn count<K: Hash + Eq>(counts: &HashMap<K, usize>, of: &K) -> usize {
    counts.get(of).copied().unwrap_or(0)
}

fn less<K: Hash + Eq>(counts: &mut HashMap<K, usize>, of: K) {
    if let Some(count) = counts.get_mut(&of) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&of);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::StatusCode;
    use futures_util::FutureExt as _;

    use super::*;

    fn flight() -> Flight {
        async { Arc::new(Reply::refusal(StatusCode::OK)) }.boxed().shared()
    }

    fn network(address: &str) -> Option<Network> {
        Some(address.parse::<IpAddr>().unwrap().into())
    }

    /// How many things of `show` a network gets on the way.
    fn flood(flights: &mut Flights, show: ShowId, from: Option<Network>) -> usize {
        let (mut begun, now) = (0, Instant::now());
        while flights.has_room(show, from, now) {
            let key = format!("{show} {from:?} {begun}").into_bytes().into_boxed_slice();
            flights.begin(key, flight(), show, from);
            begun += 1;
        }
        begun
    }

    #[test]
    fn one_laptop_leaves_room_for_all_others_of_its_show() {
        let (mut flights, show) = (Flights::new(Shares::default()), ShowId::new());
        assert_eq!(flood(&mut flights, show, network("203.0.113.7")), 64);
        assert!(flights.has_room(show, network("203.0.113.8"), Instant::now()));
        assert!(
            flights.has_room(ShowId::new(), network("203.0.113.7"), Instant::now()),
            "and for its owner's other tab"
        );
    }

    #[test]
    fn one_laptop_on_every_show_does_not_use_up_the_edge() {
        let mut flights = Flights::new(Shares::default());
        let begun: usize = (0..100).map(|_| flood(&mut flights, ShowId::new(), network("203.0.113.7"))).sum();
        assert_eq!(begun, 512);
        assert!(flights.has_room(ShowId::new(), network("203.0.113.8"), Instant::now()));
    }

    #[test]
    fn a_thousand_laptops_on_one_show_leave_the_other_shows_alone() {
        let (mut flights, show) = (Flights::new(Shares::default()), ShowId::new());
        let begun: usize =
            (0..1000u32).map(|n| flood(&mut flights, show, Some(IpAddr::from(n.to_be_bytes()).into()))).sum();
        assert_eq!(begun, 512);
        assert!(flights.has_room(ShowId::new(), network("203.0.113.8"), Instant::now()));
    }

    #[test]
    fn what_has_come_in_makes_room_and_leaves_nothing_behind() {
        let (mut flights, show, from) = (Flights::new(Shares::default()), ShowId::new(), network("::1"));
        flood(&mut flights, show, from);
        let keys: Vec<_> = flights.flying.keys().cloned().collect();
        flights.end(&keys[0]);
        flights.end(&keys[0]);
        assert!(flights.has_room(show, from, Instant::now()));
        keys.iter().for_each(|key| flights.end(key));
        let Counts { networks, sites } = &flights.on_the_way;
        let nothing = |tally: &Tally| tally.networks.is_empty() && tally.both.is_empty();
        assert!(flights.shows.is_empty() && nothing(networks) && nothing(sites));
    }

    #[test]
    fn who_waits_for_one_thing_is_remembered_once_for_each_site_and_a_crowd_takes_no_memory() {
        let (mut flights, show) = (Flights::new(Shares::default()), ShowId::new());
        let (laptop, viewer) = (network("2001:db8:7:1::1"), network("203.0.113.8"));
        flights.begin(b"it".as_slice().into(), flight(), show, laptop);
        for asker in [laptop, network("2001:db8:7:2::1"), viewer, None, viewer, None] {
            assert!(flights.join(b"it", asker).is_some());
        }
        let askers = |flights: &Flights| (0..).map_while(|nth| flights.asker(b"it", nth)).collect::<Vec<_>>();
        assert_eq!(askers(&flights), [laptop, viewer, None]);
        for n in 0..1_000u32 {
            flights.join(b"it", Some(IpAddr::from(n.to_be_bytes()).into()));
        }
        assert_eq!(askers(&flights).len(), 1 + MOST_ASKERS);
        flights.end(b"it");
        assert!(askers(&flights).is_empty() && flights.join(b"it", viewer).is_none());
    }

    #[test]
    fn one_house_with_many_lines_has_the_shares_of_two() {
        let (mut flights, show) = (Flights::new(Shares::default()), ShowId::new());
        let lines = || (0..8).map(|n| network(&format!("2001:db8:7:{n}::1")));
        let begun: Vec<_> = lines().map(|line| flood(&mut flights, show, line)).collect();
        assert_eq!(begun, [64, 64, 0, 0, 0, 0, 0, 0]);
        assert!(flights.has_room(show, network("2001:db8:8::1"), Instant::now()));
    }

    /// How many things of `show` a network gets within one moment, each answered at once.
    fn count_through(flights: &mut Flights, show: ShowId, from: Option<Network>, now: Instant) -> usize {
        let mut begun = 0;
        while begun < 10_000 && flights.has_room(show, from, now) {
            flights.begin(b"it".as_slice().into(), flight(), show, from);
            flights.end(b"it");
            begun += 1;
        }
        begun
    }

    #[test]
    fn one_laptop_whose_things_come_at_once_has_a_share_of_each_second() {
        let (mut flights, show, laptop) =
            (Flights::new(Shares::default()), ShowId::new(), network("203.0.113.7"));
        let now = Instant::now();
        assert_eq!(count_through(&mut flights, show, laptop, now), 256);
        assert_eq!(count_through(&mut flights, show, laptop, now + SECOND / 2), 0);
        assert_eq!(
            count_through(&mut flights, show, network("203.0.113.8"), now),
            256,
            "its neighbour plays"
        );
        let others: usize =
            (0..100).map(|_| count_through(&mut flights, ShowId::new(), laptop, now + SECOND / 2)).sum();
        assert_eq!(others, 2048 - 256);
        assert_eq!(count_through(&mut flights, show, None, now), 10_000, "a proxy's are everybody's");
        assert_eq!(count_through(&mut flights, show, laptop, now + SECOND), 256);
        assert_eq!(flights.begun.networks.both.len(), 1, "who asked in seconds past leaves nothing behind");
    }

    #[test]
    fn a_proxy_with_all_its_viewers_has_no_share_of_its_own() {
        let mut flights = Flights::new(Shares::default());
        let begun: Vec<_> = (0..7).map(|_| flood(&mut flights, ShowId::new(), None)).collect();
        assert_eq!(begun, [512; 7]);
        let keys: Vec<_> = flights.flying.keys().cloned().collect();
        keys.iter().for_each(|key| flights.end(key));
        assert!(flights.shows.is_empty() && flights.on_the_way.networks.networks.is_empty());
    }
}
