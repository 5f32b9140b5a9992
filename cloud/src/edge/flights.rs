//! Requests on their way to origins: one for all who ask the same, and no more than a fair share for anyone.
//!
//! What counts is the *things* that a network or a show has on the way, not the viewers who wait for them: a carrier's
//! one address with thousands of viewers of a show asks for the same few playlists and parts, and who joins a request
//! that is on its way already is never refused. A program that asks for thousands of things is refused after its share.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use futures_util::future::{BoxFuture, Shared};
use vitrine_protocol::ShowId;

use super::reply::Reply;
use crate::base::Network;

/// An answer on its way. Clones wait for the same one.
pub(super) type Flight = Shared<BoxFuture<'static, Arc<Reply>>>;

/// How many things may be on the way at once.
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
}

impl Default for Shares {
    fn default() -> Self {
        Self { all: 4096, show: 512, network: 512, network_and_show: 64 }
    }
}

/// All that is on the way, and who asked first.
pub(super) struct Flights {
    shares: Shares,
    flying: HashMap<Box<[u8]>, (Flight, ShowId, Option<Network>)>,
    shows: HashMap<ShowId, usize>,
    networks: HashMap<Network, usize>,
    both: HashMap<(Network, ShowId), usize>,
}

impl Flights {
    pub fn new(shares: Shares) -> Self {
        Self {
            shares,
            flying: HashMap::new(),
            shows: HashMap::new(),
            networks: HashMap::new(),
            both: HashMap::new(),
        }
    }

    /// The one that is on its way already.
    pub fn find(&self, key: &[u8]) -> Option<Flight> {
        self.flying.get(key).map(|(flight, ..)| flight.clone())
    }

    /// Whether another thing of `show` may be fetched because `network` asks for it.
    pub fn has_room(&self, show: ShowId, network: Option<Network>) -> bool {
        let Shares { all, show: of_show, network: of_network, network_and_show } = self.shares;
        let network_has = |network| {
            count(&self.networks, &network) < of_network
                && count(&self.both, &(network, show)) < network_and_show
        };
        self.flying.len() < all && count(&self.shows, &show) < of_show && network.is_none_or(network_has)
    }

    /// Takes one in; nothing of that key may be on its way.
    pub fn begin(&mut self, key: Box<[u8]>, flight: Flight, show: ShowId, network: Option<Network>) {
        *self.shows.entry(show).or_default() += 1;
        if let Some(network) = network {
            *self.networks.entry(network).or_default() += 1;
            *self.both.entry((network, show)).or_default() += 1;
        }
        self.flying.insert(key, (flight, show, network));
    }

    /// One has come in.
    pub fn end(&mut self, key: &[u8]) {
        let Some((_, show, network)) = self.flying.remove(key) else { return };
        less(&mut self.shows, show);
        if let Some(network) = network {
            less(&mut self.networks, network);
            less(&mut self.both, (network, show));
        }
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
        let mut begun = 0;
        while flights.has_room(show, from) {
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
        assert!(flights.has_room(show, network("203.0.113.8")));
        assert!(flights.has_room(ShowId::new(), network("203.0.113.7")), "and for its owner's other tab");
    }

    #[test]
    fn one_laptop_on_every_show_does_not_use_up_the_edge() {
        let mut flights = Flights::new(Shares::default());
        let begun: usize = (0..100).map(|_| flood(&mut flights, ShowId::new(), network("203.0.113.7"))).sum();
        assert_eq!(begun, 512);
        assert!(flights.has_room(ShowId::new(), network("203.0.113.8")));
    }

    #[test]
    fn a_thousand_laptops_on_one_show_leave_the_other_shows_alone() {
        let (mut flights, show) = (Flights::new(Shares::default()), ShowId::new());
        let begun: usize =
            (0..1000u32).map(|n| flood(&mut flights, show, Some(IpAddr::from(n.to_be_bytes()).into()))).sum();
        assert_eq!(begun, 512);
        assert!(flights.has_room(ShowId::new(), network("203.0.113.8")));
    }

    #[test]
    fn what_has_come_in_makes_room_and_leaves_nothing_behind() {
        let (mut flights, show, from) = (Flights::new(Shares::default()), ShowId::new(), network("::1"));
        flood(&mut flights, show, from);
        let keys: Vec<_> = flights.flying.keys().cloned().collect();
        flights.end(&keys[0]);
        flights.end(&keys[0]);
        assert!(flights.has_room(show, from));
        keys.iter().for_each(|key| flights.end(key));
        assert!(flights.shows.is_empty() && flights.networks.is_empty() && flights.both.is_empty());
    }

    #[test]
    fn a_proxy_with_all_its_viewers_has_no_share_of_its_own() {
        let mut flights = Flights::new(Shares::default());
        let begun: Vec<_> = (0..7).map(|_| flood(&mut flights, ShowId::new(), None)).collect();
        assert_eq!(begun, [512; 7]);
        let keys: Vec<_> = flights.flying.keys().cloned().collect();
        keys.iter().for_each(|key| flights.end(key));
        assert!(flights.shows.is_empty() && flights.networks.is_empty());
    }
}
