//! The server end of the control connections: a Unix socket that only our own user can open, or TCP for transmissions on
//! other machines. Either way a transmission shows the token that it was started with.

use std::fs::Permissions;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;
use tokio_util::codec::Framed;
use tokio_util::sync::CancellationToken;

use super::IngestError;
use super::airing::{Handle, Input};
use super::hub::Hub;
use super::outbox::outbox;
use super::quiet::Quiet;
use vitrine_rtmp::{ConnectionGate, Permit};
use vitrine_transmission::encoder::Frames;
use vitrine_transmission::{Command, ControlAddress, ControlStream, Down, LinkError, Report};

/// A control connection of either kind.
type Connection = Framed<Box<dyn ControlStream>, Frames>;

const HELLO_WITHIN: Duration = Duration::from_secs(5);
const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// Bytes that are gathered before they are sent: a key frame and what came with it.
const WRITE_BYTES: usize = 256 << 10;
/// Connections at once; each show has one.
const MAX_CONNECTIONS: usize = 1_024;
/// Connections that have not said hello yet, in all and from one address.
const MAX_UNKNOWN: (usize, usize) = (256, 64);
/// What a socket address holds, on the narrowest system.
const MAX_PATH_BYTES: usize = 103;

static LINKS: AtomicU64 = AtomicU64::new(0);

/// Where transmissions are awaited.
pub enum Server {
    /// On this machine.
    Unix(UnixListener),
    /// On any.
    Tcp(TcpListener),
}

impl Server {
    /// Opens the control socket at `path`, taking over what a dead `serve` left; gives its address too.
    ///
    /// # Errors
    /// [`IngestError`].
    pub fn unix(path: &Path) -> Result<(Self, ControlAddress), IngestError> {
        if path.as_os_str().len() > MAX_PATH_BYTES {
            return Err(IngestError::PathTooLong(path.to_owned()));
        }
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(IngestError::AlreadyRunning(path.to_owned()));
        }
        let open = || -> io::Result<UnixListener> {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let listener = UnixListener::bind(path)?;
            std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
            Ok(listener)
        };
        let listener = open().map_err(|source| IngestError::Folder { path: PathBuf::from(path), source })?;
        Ok((Self::Unix(listener), ControlAddress::Unix(path.to_owned())))
    }

    /// Listens on `address`, which transmissions reach as `host`; gives the address for them too.
    ///
    /// # Errors
    /// [`IngestError::Control`].
    pub async fn tcp(address: SocketAddr, host: &str) -> Result<(Self, ControlAddress), IngestError> {
        let refused = |source| IngestError::Control { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let port = listener.local_addr().map_err(refused)?.port();
        Ok((Self::Tcp(listener), ControlAddress::Tcp(host_and_port(host, port))))
    }

    async fn accept(&self) -> io::Result<(Box<dyn ControlStream>, IpAddr)> {
        Ok(match self {
            Self::Unix(listener) => {
                (Box::new(Quiet::new(listener.accept().await?.0)?), Ipv4Addr::LOCALHOST.into())
            }
            Self::Tcp(listener) => {
                let (socket, remote) = listener.accept().await?;
                socket.set_nodelay(true)?;
                (Box::new(socket), remote.ip())
            }
        })
    }
}

/// `host:port`, with brackets around an IPv6 address.
pub fn host_and_port(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Accepts transmissions until `stop`.
pub async fn run(hub: Arc<Hub>, server: Server, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let gate = ConnectionGate::new(MAX_UNKNOWN.0, MAX_UNKNOWN.1);
    loop {
        let accepted = tokio::select! {
            accepted = server.accept() => accepted,
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((socket, remote)) => {
                let Ok(place) = places.clone().try_acquire_owned() else { continue };
                let Some(permit) = gate.enter(remote) else { continue };
                let (hub, stop) = (hub.clone(), stop.clone());
                tokio::spawn(async move {
                    let _place = place;
                    stop.run_until_cancelled(serve(&hub, socket, permit)).await;
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a control connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Serves one transmission to the end of its connection.
async fn serve(hub: &Hub, socket: Box<dyn ControlStream>, permit: Permit) {
    let mut connection = Framed::new(socket, Frames);
    connection.set_backpressure_boundary(WRITE_BYTES);
    let hello = match timeout(HELLO_WITHIN, receive(&mut connection)).await {
        Ok(Ok(Some(Report::Hello(hello)))) => hello,
        Ok(Ok(None)) => return tracing::debug!("somebody looked whether the control server is there"),
        outcome => return tracing::warn!(?outcome, "a control connection began without a hello"),
    };
    let show_id = hello.show;
    let Some(show) = hub.find(show_id) else {
        // Closed without a word, it tries again for a while: its show may be about to be taken up.
        if hub.has_no_use_for(&hello).await {
            tracing::info!(show.id = %show_id, "a transmission whose show is over was told to leave");
            turn_away(connection).await;
        }
        return;
    };
    let link = LINKS.fetch_add(1, Ordering::Relaxed);
    let (outbox, drain) = outbox();
    let (reply, answer) = oneshot::channel();
    if show.send(Input::Linked { hello, link, outbox, reply }).await.is_err() {
        return; // its task has just ended
    }
    match answer.await {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!(show.id = %show_id, "a transmission with a wrong token or epoch was turned away");
            return turn_away(connection).await;
        }
        Err(_) => return, // its task has just ended
    }
    drop(permit);
    let outcome = pump(connection, &show, link, drain).await;
    tracing::info!(show.id = %show_id, ?outcome, "a control connection ended");
    let _ = show.send(Input::Cut { link }).await;
}

/// Tells a transmission that nobody wants that it may leave: it would hold its journal else.
async fn turn_away(mut connection: Connection) {
    if let Ok(frame) = Down::Command(Command::End).to_frame() {
        let _ = timeout(WRITE_WITHIN, connection.send(frame)).await;
    }
}

async fn pump(
    connection: Connection,
    show: &Handle,
    link: u64,
    mut drain: super::outbox::Drain,
) -> Result<(), LinkError> {
    let (mut sink, mut stream) = connection.split();
    let down = async {
        while let Some(first) = drain.next().await {
            // What came together goes together: it wakes the transmission once.
            let together = async {
                sink.feed(first.to_frame()?).await?;
                while let Some(more) = drain.next_of_now() {
                    sink.feed(more.to_frame()?).await?;
                }
                Ok::<(), LinkError>(sink.flush().await?)
            };
            let late = |_| io::Error::from(io::ErrorKind::TimedOut);
            timeout(WRITE_WITHIN, together).await.map_err(late).map_err(io_error)??;
        }
        Ok(()) // the show's task has another connection, or has ended
    };
    let up = async {
        while let Some(frame) = stream.next().await {
            let report = Report::from_frame(&frame?)?;
            if show.send(Input::Report { link, report }).await.is_err() {
                break;
            }
        }
        Ok(())
    };
    tokio::select! { outcome = down => outcome, outcome = up => outcome }
}

async fn receive(connection: &mut Connection) -> Result<Option<Report>, LinkError> {
    connection.next().await.map(|frame| Report::from_frame(&frame?)).transpose()
}

fn io_error(error: io::Error) -> LinkError {
    vitrine_transmission::encoder::FrameError::Io(error).into()
}

#[cfg(test)]
mod tests {
    use vitrine_protocol::{ShowId, ShowState};
    use vitrine_transmission::Hello;

    use super::*;
    use crate::base::hash_secret;
    use crate::ingest::lease::{Lease, MSN_BLOCK, Owner, Placed, Run};
    use crate::ingest::testing::{Stage, eventually};

    /// What a transmission of `show` with this token is answered; nothing when it is closed without a word.
    async fn answer(hub: &Arc<Hub>, show: ShowId, token: &str) -> Option<Down> {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let permit = ConnectionGate::new(1, 1).enter(Ipv4Addr::LOCALHOST.into()).unwrap();
        let hub = hub.clone();
        tokio::spawn(async move { serve(&hub, Box::new(theirs), permit).await });
        let hello = Hello {
            show,
            epoch: 3,
            token: token.into(),
            pid: 1,
            origin: "http://127.0.0.1:9".into(),
            head_media_ms: 0,
            session: None,
        };
        let mut connection = Framed::new(ours, Frames);
        connection.send(Report::Hello(hello).to_frame().unwrap()).await.unwrap();
        connection.next().await.map(|frame| Down::from_frame(frame.unwrap()).unwrap())
    }

    /// Leaves a transmission behind, as the `serve` before would.
    fn leave_running(stage: &Stage, token: &str) {
        let run =
            Run { handle: None, token_hash: hash_secret(token), origin: None, origin_token: "secret".into() };
        let placed = Placed { epoch: 3, home: stage.deps.me.home(), first_msn: 0, run: Some(run) };
        stage.leases.put(Lease {
            show: stage.door.show,
            owner: Owner { serve: "before".into(), ..stage.deps.me.clone() },
            fence: 1,
            beat: 1,
            released: false,
            placed: Some(placed),
            msn_end: MSN_BLOCK,
            head_end_ms: 0,
        });
        stage.door.stands(ShowState::Live, 3);
    }

    const END: Option<Down> = Some(Down::Command(Command::End));

    #[tokio::test]
    async fn only_who_is_surely_wanted_by_nobody_is_sent_away() {
        let stage = Stage::new();
        let hub = Arc::new(Hub::new(stage.deps.clone()));
        leave_running(&stage, "its token");
        assert_eq!(answer(&hub, stage.door.show, "its token").await, None, "it may be adopted in a moment");
        assert_eq!(answer(&hub, stage.door.show, "another").await, END);
        assert_eq!(answer(&hub, ShowId::new(), "its token").await, END);
        stage.leases.away(true);
        assert_eq!(answer(&hub, ShowId::new(), "its token").await, None, "nobody knows");
    }

    #[tokio::test(start_paused = true)]
    async fn a_transmission_whose_show_could_not_be_taken_up_at_once_is_adopted_later() {
        let stage = Stage::new();
        let hub = Arc::new(Hub::new(stage.deps.clone()));
        leave_running(&stage, "its token");
        stage.door.away(true);
        hub.take_up().await.unwrap();
        assert!(hub.find(stage.door.show).is_none());
        assert_eq!(answer(&hub, stage.door.show, "its token").await, None);
        stage.door.away(false);
        stage.watch_once(&hub).await;
        eventually(|| hub.find(stage.door.show).is_some()).await;
        assert_eq!(answer(&hub, stage.door.show, "its token").await, Some(Down::Command(Command::Welcome)));
        assert!(stage.launcher.jobs.lock().is_empty());
    }
}
