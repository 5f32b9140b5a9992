//! Accepts publishers, as many as the gate lets in.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vitrine_rtmp::ConnectionGate;

use super::hub::Hub;
use super::publisher;

/// After a failed accept (no file descriptor left): long enough not to spin.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts until `stop`. A connection holds a place in the gate until its publish was accepted.
pub async fn run(hub: Arc<Hub>, listener: TcpListener, gate: ConnectionGate, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((socket, remote)) => match gate.enter(remote.ip()) {
                Some(permit) => {
                    let serve = publisher::serve(hub.clone(), socket, remote, permit);
                    let stop = stop.clone();
                    tokio::spawn(async move { stop.run_until_cancelled(serve).await });
                }
                None => tracing::warn!(%remote, "too many connections without a valid key: one was closed"),
            },
            Err(error) => {
                if error.kind() != io::ErrorKind::ConnectionAborted {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
