//! Accepts publishers, as many as the gate lets in.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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

/// Accepts until `stop`. A connection holds a place in the gate until its publish was accepted; where there is none left, one
/// that has said nothing yet makes room.
pub async fn run(hub: Arc<Hub>, listener: TcpListener, gate: ConnectionGate, stop: CancellationToken) {
    let mut tell = tokio::time::interval(TELL_EVERY);
    let closed = Arc::<AtomicU64>::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = tell.tick() => {
                let closed = closed.swap(0, Ordering::Relaxed);
                if closed > 0 {
                    tracing::warn!(closed, "connections without a valid key were closed: there were too many");
                }
                continue;
            }
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((socket, remote)) => {
                let stop = stop.child_token();
                let send_away = {
                    let (stop, closed) = (stop.clone(), closed.clone());
                    move || {
                        closed.fetch_add(1, Ordering::Relaxed);
                        stop.cancel();
                    }
                };
                let Some(permit) = gate.enter_or_replace(remote.ip(), send_away) else {
                    closed.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                let serve = publisher::serve(hub.clone(), socket, remote, permit);
                tokio::spawn(async move { stop.run_until_cancelled(serve).await });
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;
    use crate::ingest::testing::Stage;

    /// What both sides of the handshake say: a version, and two packets.
    const HELLO: usize = 1 + 1_536;
    const ANSWER: usize = 1 + 2 * 1_536;

    #[tokio::test]
    async fn an_encoder_that_comes_back_gets_in_while_silent_connections_hold_all_places() {
        let hub = Arc::new(Hub::new(Stage::new().deps));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (gate, stop) = (ConnectionGate::new(2, 2), CancellationToken::new());
        tokio::spawn(run(hub, listener, gate.clone(), stop.clone()));
        let connect = async || TcpStream::connect(address).await.unwrap();
        let mut silent = [connect().await, connect().await];
        let mut encoder = connect().await;
        let mut hello = vec![0; HELLO];
        hello[0] = 3;
        encoder.write_all(&hello).await.unwrap();
        encoder.read_exact(&mut [0; ANSWER]).await.expect("it is spoken with");
        assert_eq!(silent[0].read(&mut [0; 1]).await.unwrap(), 0, "the oldest made room");
        assert_eq!(gate.occupied(), 2);
        stop.cancel();
    }
}
