//! All of HTTP. What players ask for thousands of times a second goes straight to the edge; everything else through
//! the rooms' routers and their layers.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use axum::{Extension, Router};
use futures_util::FutureExt as _;
use futures_util::future::Either;
use hyper::body::Incoming;
use tower::ServiceExt as _;

use crate::edge::{self, Edge};

/// What is served at one address.
#[derive(Debug, Clone)]
pub struct Site {
    edge: Option<Edge>,
    rest: Router,
}

impl Site {
    /// With an edge for viewers where this process plays that role.
    pub fn new(edge: Option<Edge>, rest: Router) -> Self {
        Self { edge, rest }
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
        if let Some(edge) = self.edge.as_ref().filter(|_| edge::is_live(request.uri().path())) {
            return Either::Left(edge.answer(&request, peer.ip()).map(Ok));
        }
        request.extensions_mut().insert(ConnectInfo(peer));
        Either::Right(self.rest.clone().oneshot(request.map(Body::new)))
    }
}

impl From<Router> for Site {
    fn from(rest: Router) -> Self {
        Self { edge: None, rest }
    }
}
