//! `GET /live/{show}/…`: what viewers ask for, without cookies, tokens or preflights.
//!
//! No router and no layer stands in front: a show with ten thousand viewers is asked a hundred thousand times a second.

use std::{future::Future, sync::Arc};

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};

use super::{Edge, asked::Asked, encoding::takes_gzip, fetch::Getting, reply::Reply};
use crate::base::Caller;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");

impl Edge {
    /// Answers a request for an address that [`is_live`](super::is_live), from `caller`. Never fails: refusals are
    /// answers, too.
    ///
    /// Nothing of the request is kept while the answer is on its way.
    pub fn answer<B>(
        &self,
        request: &Request<B>,
        caller: Caller,
    ) -> impl Future<Output = Response<Body>> + Send + use<B> {
        let bare = request.method() == Method::HEAD;
        let (mut counts, mut gzip) = (None, false);
        let getting = if !bare && request.method() != Method::GET {
            refused(Reply::refusal(StatusCode::METHOD_NOT_ALLOWED).with(header::ALLOW, METHODS))
        } else {
            match Asked::read(request.uri().path(), request.uri().query().unwrap_or_default()) {
                Ok(asked) => {
                    gzip = asked.is_playlist() && takes_gzip(request.headers());
                    // A look at the head plays nothing.
                    let seen = asked.seen().filter(|_| !bare);
                    counts = seen.map(|seen| (self.clone(), asked.show, seen));
                    self.get(asked, caller.network())
                }
                Err(status) => refused(Reply::refusal(status)),
            }
        };
        async move {
            let reply = match getting {
                Getting::There(reply) => reply,
                Getting::Coming(flight) => flight.await,
            };
            if let Some((edge, show, (rung, seen))) = counts.filter(|_| reply.status.is_success()) {
                edge.watching().got(show, &rung, seen, caller.network());
            }
            reply.response(gzip, bare)
        }
    }
}

fn refused(reply: Reply) -> Getting {
    Getting::There(Arc::new(reply))
}
