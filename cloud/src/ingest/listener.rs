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

/// A flood of connections is one line in the log in this time.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Accepts until `stop`. A connection holds a place in the gate until its publish was accepted.
pub async fn run(hub: Arc<Hub>, listener: TcpListener, gate: ConnectionGate, stop: CancellationToken) {
    let mut tell = tokio::time::interval(TELL_EVERY);
    let mut refused = 0u64;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = tell.tick() => {
                if refused > 0 {
                    tracing::warn!(refused, "connections without a valid key were closed: there were too many");
                    refused = 0;
                }
                continue;
            }
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((socket, remote)) => {
                let stop = stop.child_token();
                let sent_away = stop.clone();
                match gate.enter_or_replace(remote.ip(), move || sent_away.cancel()) {
                    Some(permit) => {
                        let serve = publisher::serve(hub.clone(), socket, remote, permit);
                        tokio::spawn(async move { stop.run_until_cancelled(serve).await });
                    }
                    None => refused += 1,
                }
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::ConnectionAborted {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
