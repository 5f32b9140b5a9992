//! All of HTTP. What players ask for thousands of times a second goes straight to the edge; everything else through
//! the rooms' routers and their layers.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use axum::{Extension, Router};
use futures_util::future::Either;
use futures_util::{FutureExt as _, TryFutureExt as _};
use hyper::body::Incoming;
use tower::ServiceExt as _;

use super::answers::counted;
use crate::base::{Budget, Caller, Network, Proxies};
use crate::edge::{self, Edge};

/// What is served at one address.
#[derive(Debug, Clone)]
pub struct Site {
    edge: Option<Edge>,
    rest: Router,
    proxies: Proxies,
    /// The memory for answers of the rooms. That of the edge is its own: viewers take nothing from them.
    budget: Budget,
    /// Whether the log was told of a proxy that nobody named.
    told: Arc<AtomicBool>,
}

impl Site {
    /// With an edge for viewers where this process plays that role.
    pub fn new(edge: Option<Edge>, rest: Router) -> Self {
        let most = Budget::of_this_machine() / 2;
        let own = || Budget::new(most);
        let budget = edge.as_ref().map_or_else(own, |edge| edge.budget().beside(most));
        Self { edge, rest, proxies: Proxies::default(), budget, told: Arc::default() }
    }

    /// The same behind `proxies`.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// What is not the edge's gets `extension`.
    pub(super) fn layered<T: Clone + Send + Sync + 'static>(mut self, extension: Extension<T>) -> Self {
        self.rest = self.rest.layer(extension);
        self
    }

    /// Answers `peer`.
    pub(super) fn answer(
        &self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Result<Response<Body>, Infallible>> + Send + use<> {
        let caller = self.caller(&request, peer);
        if let Some(edge) = self.edge.as_ref().filter(|_| edge::is_live(request.uri().path())) {
            return Either::Left(edge.answer(&request, caller).map(Ok));
        }
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(caller);
        let (budget, network) = (self.budget.clone(), caller.network());
        let answer = self.rest.clone().oneshot(request.map(Body::new));
        Either::Right(answer.map_ok(move |answer| counted(answer, &budget, network)))
    }

    /// The memory for answers of the rooms.
    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// All memory for answers.
    pub(super) fn budgets(&self) -> impl Iterator<Item = &Budget> {
        self.edge.as_ref().map(Edge::budget).into_iter().chain([&self.budget])
    }

    /// Whose share of connections one from `peer` uses up, if anybody's.
    pub(super) fn holder(&self, peer: IpAddr) -> Option<Network> {
        self.proxies.holder(peer)
    }

    /// Whether a peer is a proxy that was named.
    pub(super) fn is_named_proxy(&self, peer: IpAddr) -> bool {
        self.proxies.trusts(peer.to_canonical())
    }

    /// Whose request it is: everything that counts or limits callers goes by this.
    fn caller<B>(&self, request: &Request<B>, peer: SocketAddr) -> Caller {
        let caller = self.proxies.caller(peer.ip(), request.headers());
        if caller.many && !self.proxies.trusts(peer.ip()) && !self.told.swap(true, Relaxed) {
            let proxy = caller.address;
            tracing::warn!(
                %proxy,
                "requests come through a proxy that is not named in VITRINE_TRUSTED_PROXIES: its visitors cannot be told apart"
            );
        }
        caller
    }
}

impl From<Router> for Site {
    fn from(rest: Router) -> Self {
        Self::new(None, rest)
    }
}
