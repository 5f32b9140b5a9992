//! Accepts publishers, as many as the gate lets in.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use vitrine_rtmp::ConnectionGate;

use super::hub::Hub;
use super::{proxied, publisher};
use crate::base::Proxies;

/// After a failed accept (no file descriptor left): long enough not to spin.
const PAUSE: Duration = Duration::from_millis(100);

/// Connections of proxies that have not said yet who they stand for.
const UNSAID: usize = 512;

/// A flood of connections is one line in the log in this time.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Accepts until `stop`. A connection holds a place in the gate until its publish was accepted; where there is none left, one
/// that has said nothing yet makes room. Who stands behind one of the `proxies` counts by what it says of them.
pub async fn run(
    hub: Arc<Hub>,
    listener: TcpListener,
    gate: ConnectionGate,
    proxies: Proxies,
    stop: CancellationToken,
) {
    let mut tell = tokio::time::interval(TELL_EVERY);
    let unsaid = Arc::new(Semaphore::new(UNSAID));
    let entrance = Entrance { hub, gate, closed: Arc::default(), stop };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = tell.tick() => {
                let closed = entrance.closed.swap(0, Ordering::Relaxed);
                if closed > 0 {
                    tracing::warn!(closed, "connections without a valid key were closed: there were too many");
                }
                continue;
            }
            () = entrance.stop.cancelled() => return,
        };
        match accepted {
            Ok((socket, peer)) if proxies.trusts(peer.ip()) => {
                let Ok(waits) = unsaid.clone().try_acquire_owned() else {
                    entrance.closed.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                let entrance = entrance.clone();
                tokio::spawn(async move { entrance.enter_behind(socket, peer, waits).await });
            }
            Ok((socket, peer)) => {
                if let Some(serve) = entrance.enter(socket, peer) {
                    tokio::spawn(serve);
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

/// What everybody comes through.
#[derive(Clone)]
struct Entrance {
    hub: Arc<Hub>,
    gate: ConnectionGate,
    /// Connections that were closed, for want of places.
    closed: Arc<AtomicU64>,
    stop: CancellationToken,
}

impl Entrance {
    /// Lets a publisher in, if there is a place; what serves it.
    fn enter(
        &self,
        socket: TcpStream,
        remote: SocketAddr,
    ) -> Option<impl Future<Output = ()> + Send + use<>> {
        let stop = self.stop.child_token();
        let send_away = {
            let (stop, closed) = (stop.clone(), self.closed.clone());
            move || {
                closed.fetch_add(1, Ordering::Relaxed);
                stop.cancel();
            }
        };
        let Some(permit) = self.gate.enter_or_replace(remote.ip(), send_away) else {
            self.closed.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let serve = publisher::serve(self.hub.clone(), socket, remote, permit);
        Some(async move { stop.run_until_cancelled(serve).await.unwrap_or_default() })
    }

    /// The same behind a proxy, once it has said who it stands for.
    async fn enter_behind(self, mut socket: TcpStream, proxy: SocketAddr, waits: OwnedSemaphorePermit) {
        let said = self.stop.run_until_cancelled(proxied::publisher(&mut socket, proxy)).await;
        drop(waits);
        match said {
            Some(Ok(remote)) => {
                if let Some(serve) = self.enter(socket, remote) {
                    serve.await;
                }
            }
            Some(Err(error)) => tracing::debug!(%proxy, %error, "a proxy said nothing of its publisher"),
            None => {}
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
        tokio::spawn(run(hub, listener, gate.clone(), Proxies::default(), stop.clone()));
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

    #[tokio::test]
    async fn behind_a_proxy_each_publisher_counts_by_himself() {
        let hub = Arc::new(Hub::new(Stage::new().deps));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (gate, stop) = (ConnectionGate::new(100, 1), CancellationToken::new());
        let proxies = Proxies::new(&["127.0.0.0/8".parse().unwrap()]);
        tokio::spawn(run(hub, listener, gate.clone(), proxies, stop.clone()));
        let mut encoders = Vec::new();
        for n in 0..5 {
            let mut encoder = TcpStream::connect(address).await.unwrap();
            let mut hello = format!("PROXY TCP4 203.0.113.{n} 10.0.0.1 4711 1935\r\n").into_bytes();
            let begin = hello.len();
            hello.resize(begin + HELLO, 0);
            hello[begin] = 3;
            encoder.write_all(&hello).await.unwrap();
            encoder.read_exact(&mut [0; ANSWER]).await.expect("it is spoken with");
            encoders.push(encoder);
        }
        assert_eq!(gate.occupied(), 5, "one place for each address");
        stop.cancel();
    }
}
