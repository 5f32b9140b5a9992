//! The server: accepts connections while there are descriptors for them, and ends them with the process.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Version, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vitrine_protocol::Code;

use super::connection::{Patience, Speaker};
use super::descriptors::{Admission, Descriptors};
use super::site::Site;
use super::socket::Socket;
use super::tls::Certificates;
use crate::base::ApiError;

/// How long open connections may take to end when the process stops.
const DRAIN: Duration = Duration::from_secs(5);
/// Pause when the machine has no socket left.
const OUT_OF_SOCKETS: Duration = Duration::from_secs(1);
/// How long a refusal in words may take, TLS and all.
const REFUSED_WITHIN: Duration = Duration::from_secs(3);
/// When a refused client may try again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// HTTP on one address, with TLS when there are certificates.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    certificates: Option<Certificates>,
    descriptors: Descriptors,
    patience: Patience,
}

impl Server {
    /// A server on `listener`. Nothing is accepted yet.
    #[must_use]
    pub fn new(listener: TcpListener, certificates: Option<Certificates>, descriptors: Descriptors) -> Self {
        Self { listener, certificates, descriptors, patience: Patience::default() }
    }

    /// Serves until `stop`, then lets open requests end for a few seconds.
    pub async fn run(self, site: impl Into<Site>, stop: CancellationToken) {
        let site = site.into();
        let Self { listener, certificates, descriptors, patience } = self;
        let speaker = Speaker::new(patience, stop.clone());
        let refusal = Site::from(Router::new().fallback(refuse));
        let site = site.layered(Extension(descriptors.clone()));
        let open = TaskTracker::new();
        open.spawn(descriptors.clone().keep_count(stop.clone()));
        for budget in site.budgets() {
            open.spawn(budget.clone().press_while_tight(stop.clone()));
        }
        if let Some(certificates) = &certificates {
            open.spawn(certificates.clone().keep_fresh(stop.clone()));
        }
        while let Some((socket, peer)) = accept(&listener, &stop).await {
            let (speaker, tls) = (speaker.clone(), certificates.as_ref().map(Certificates::acceptor));
            match descriptors.admit(site.holder(peer.ip())) {
                Admission::Welcome(place) => {
                    open.spawn(speaker.serve(Socket::new(socket, place), tls, peer, site.clone()));
                }
                Admission::Busy(place) => {
                    let refused = speaker.serve(Socket::new(socket, place), tls, peer, refusal.clone());
                    open.spawn(timeout(REFUSED_WITHIN, refused));
                }
                Admission::Full => drop(socket),
            }
        }
        drop(listener);
        open.close();
        if timeout(DRAIN, open.wait()).await.is_err() {
            tracing::debug!("connections were still open at the end");
        }
    }
}

/// The answer to everybody while descriptors are short.
async fn refuse(version: Version) -> Response {
    let error =
        ApiError::new(Code::Overloaded, "this server serves as many as it can; try again in a moment");
    let mut headers = HeaderMap::new();
    headers.insert(header::RETRY_AFTER, RETRY_AFTER);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    // HTTP/2 has no such header; its connection ends a moment later.
    if version < Version::HTTP_2 {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    (headers, error).into_response()
}

/// The next connection; `None` when it is time to stop.
async fn accept(listener: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return None,
        };
        match accepted {
            Ok((socket, peer)) => {
                // Small answers must not wait for a full packet.
                if let Err(error) = socket.set_nodelay(true) {
                    tracing::debug!(%error, "TCP_NODELAY was refused");
                }
                return Some((socket, peer));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(OUT_OF_SOCKETS).await;
            }
        }
    }
}

/// A peer that went before it was accepted; the next one is not concerned.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
pub(super) mod tests;
