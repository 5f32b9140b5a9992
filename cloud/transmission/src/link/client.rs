//! The transmission's end of the control connection: connects, says hello, comes back when it is cut, and goes to
//! another `ingest` when that one has taken the show over.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::codec::Framed;
use vitrine_protocol::{PublishSessionId, ShowId};
use vitrine_rtmp::flv::Tag;

use super::address::{ControlAddress, ControlStream};
use super::message::{Command, Down, Hello, LinkError, Report};
use crate::encoder::{FrameError, Frames};

/// Without control for this long a transmission ends by itself.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(30);
const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);
const WELCOME_WITHIN: Duration = Duration::from_secs(5);
const WRITE_WITHIN: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(800);
/// Most pictures come in one read.
const READ_BYTES: usize = 64 << 10;
const WAITING_EVENTS: usize = 256;
const WAITING_REPORTS: usize = 64;

/// A control connection of either kind.
type Connection = Framed<Box<dyn ControlStream>, Frames>;

/// Who owns the show, and so where to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Grows with each owner of the show; an older one gives no orders.
    pub fence: u64,
    /// The owner's control server; `None` when the owner wants this transmission to leave at once.
    pub address: Option<ControlAddress>,
}

/// Who connects.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The show.
    pub show: ShowId,
    /// The epoch.
    pub epoch: u32,
    /// The token that the launcher gave.
    pub token: String,
    /// The origin's base URL.
    pub origin: String,
}

/// Where the transmission stands, told in hellos and heartbeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// How far the media clock has come.
    pub head_media_ms: i64,
    /// How far the pictures' clock has run ahead of the wall clock.
    pub drift_ms: i64,
    /// The newest media sequence number, once a segment was opened.
    pub head_msn: Option<u64>,
    /// The publish session received last.
    pub session: Option<PublishSessionId>,
}

/// What happens on the connection.
#[derive(Debug, PartialEq, Eq)]
pub enum LinkEvent {
    /// Connected and welcomed: tell again what `ingest` must know.
    Up,
    /// An order.
    Command(Command),
    /// Media.
    Tag(Tag),
    /// Cut. It tries again by itself.
    Cut,
    /// No control for [`GIVE_UP_AFTER`], or none is wanted: the last event.
    GaveUp,
}

/// The running connection. Dropping it ends its task.
pub struct Link {
    events: mpsc::Receiver<LinkEvent>,
    reports: mpsc::Sender<Report>,
}

impl Link {
    /// Starts connecting.
    pub fn start(
        identity: Identity,
        control: watch::Receiver<Control>,
        standing: watch::Receiver<Standing>,
    ) -> Self {
        let (event_sender, events) = mpsc::channel(WAITING_EVENTS);
        let (reports, report_receiver) = mpsc::channel(WAITING_REPORTS);
        let task = Task { identity, control, standing, events: event_sender, reports: report_receiver };
        tokio::spawn(task.run());
        Self { events, reports }
    }

    /// The next event; `None` only after [`LinkEvent::GaveUp`].
    pub async fn next(&mut self) -> Option<LinkEvent> {
        self.events.recv().await
    }

    /// Tells `ingest`. While the connection is cut or jammed the report is lost: say it again at [`LinkEvent::Up`].
    pub fn tell(&self, report: Report) {
        if let Err(error) = self.reports.try_send(report) {
            tracing::debug!(%error, "a report to ingest was dropped");
        }
    }
}

struct Task {
    identity: Identity,
    control: watch::Receiver<Control>,
    standing: watch::Receiver<Standing>,
    events: mpsc::Sender<LinkEvent>,
    reports: mpsc::Receiver<Report>,
}

/// The engine has gone: nobody listens any more.
struct NobodyListens;

/// Why a connection ended.
enum Ended {
    /// It failed.
    Failed(LinkError),
    /// The show has another owner.
    Moved,
}

impl Task {
    async fn run(mut self) {
        let mut controlled = Instant::now();
        let mut pause = FIRST_PAUSE;
        while controlled.elapsed() < GIVE_UP_AFTER {
            let Some(address) = self.control.borrow_and_update().address.clone() else {
                tracing::warn!("another owner of the show wants this transmission to leave");
                break;
            };
            match self.open(&address).await {
                Ok(connection) => {
                    pause = FIRST_PAUSE;
                    if self.emit(LinkEvent::Up).await.is_err() {
                        return;
                    }
                    match self.pump(connection).await {
                        Err(NobodyListens) => return,
                        Ok(Ended::Failed(error)) => tracing::warn!(%error, "control connection was cut"),
                        Ok(Ended::Moved) => tracing::info!("the show has another owner"),
                    }
                    controlled = Instant::now();
                    if self.emit(LinkEvent::Cut).await.is_err() {
                        return;
                    }
                }
                Err(LinkError::TurnedAway) if !self.moved() => {
                    tracing::warn!("ingest has another transmission for this show");
                    break;
                }
                Err(error) => tracing::debug!(%error, "no control connection yet"),
            }
            tokio::select! {
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                () = moved(&mut self.control) => (pause, controlled) = (FIRST_PAUSE, Instant::now()),
                () = self.events.closed() => return,
            }
        }
        let _ = self.emit(LinkEvent::GaveUp).await;
    }

    /// Whether the owner has changed since it was last looked at.
    fn moved(&self) -> bool {
        self.control.has_changed().unwrap_or(false)
    }

    async fn open(&mut self, address: &ControlAddress) -> Result<Connection, LinkError> {
        let socket = address.connect().await.map_err(FrameError::Io)?;
        let mut connection = Framed::with_capacity(socket, Frames, READ_BYTES);
        let standing = *self.standing.borrow();
        let hello = Report::Hello(Hello {
            show: self.identity.show,
            epoch: self.identity.epoch,
            token: self.identity.token.clone(),
            pid: std::process::id(),
            origin: self.identity.origin.clone(),
            head_media_ms: standing.head_media_ms,
            session: standing.session,
        });
        send(&mut connection, &hello).await?;
        while self.reports.try_recv().is_ok() {} // what was said while nobody heard it is said again at `Up`
        match timeout(WELCOME_WITHIN, receive(&mut connection)).await.map_err(|_| timed_out())?? {
            Down::Command(Command::Welcome) => Ok(connection),
            Down::Command(Command::End) => Err(LinkError::TurnedAway),
            _ => Err(LinkError::BadTag),
        }
    }

    async fn pump(&mut self, mut connection: Connection) -> Result<Ended, NobodyListens> {
        let mut heartbeat = interval(HEARTBEAT_EVERY);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outcome = tokio::select! {
                down = receive(&mut connection) => match down {
                    Ok(Down::Command(command)) => { self.emit(LinkEvent::Command(command)).await?; Ok(()) }
                    Ok(Down::Tag(tag)) => { self.emit(LinkEvent::Tag(tag)).await?; Ok(()) }
                    Err(error) => Err(error),
                },
                report = self.reports.recv() => match report {
                    Some(report) => send(&mut connection, &report).await,
                    None => return Err(NobodyListens),
                },
                _ = heartbeat.tick() => {
                    let Standing { head_media_ms, drift_ms, head_msn, .. } = *self.standing.borrow();
                    send(&mut connection, &Report::Heartbeat { head_media_ms, drift_ms, head_msn }).await
                }
                () = moved(&mut self.control) => {
                    let fence = self.control.borrow().fence;
                    // One who cannot hear it learns it from the row; one who cannot read the row hears it here.
                    let _ = send(&mut connection, &Report::Moved { fence }).await;
                    return Ok(Ended::Moved);
                }
            };
            if let Err(error) = outcome {
                return Ok(Ended::Failed(error));
            }
        }
    }

    async fn emit(&self, event: LinkEvent) -> Result<(), NobodyListens> {
        self.events.send(event).await.map_err(|_| NobodyListens)
    }
}

/// Waits for another owner.
async fn moved(control: &mut watch::Receiver<Control>) {
    if control.changed().await.is_err() {
        std::future::pending::<()>().await; // nobody can tell any more
    }
}

async fn receive(connection: &mut Connection) -> Result<Down, LinkError> {
    match connection.next().await {
        Some(frame) => Down::from_frame(frame?),
        None => Err(FrameError::Io(std::io::ErrorKind::UnexpectedEof.into()).into()),
    }
}

async fn send(connection: &mut Connection, report: &Report) -> Result<(), LinkError> {
    let frame = report.to_frame()?;
    timeout(WRITE_WITHIN, connection.send(frame)).await.map_err(|_| timed_out())??;
    Ok(())
}

fn timed_out() -> LinkError {
    FrameError::Io(std::io::ErrorKind::TimedOut.into()).into()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

    use super::*;

    fn start(socket: PathBuf) -> (Link, watch::Sender<Control>) {
        let (control, controls) =
            watch::channel(Control { fence: 1, address: Some(ControlAddress::Unix(socket)) });
        let (token, origin) = ("secret".into(), "http://127.0.0.1:1".into());
        let identity = Identity { show: ShowId::new(), epoch: 1, token, origin };
        (Link::start(identity, controls, watch::channel(Standing::default()).1), control)
    }

    async fn welcome(listener: &UnixListener) -> Framed<UnixStream, Frames> {
        let (socket, _) = listener.accept().await.unwrap();
        let mut connection = Framed::new(socket, Frames);
        let hello = Report::from_frame(&connection.next().await.unwrap().unwrap()).unwrap();
        assert!(matches!(hello, Report::Hello(Hello { ref token, .. }) if token == "secret"));
        connection.send(Down::Command(Command::Welcome).to_frame().unwrap()).await.unwrap();
        connection
    }

    #[tokio::test]
    async fn a_cut_connection_comes_back_with_a_new_hello() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("control.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let (mut link, _control) = start(socket);
        let mut first = welcome(&listener).await;
        assert_eq!(link.next().await, Some(LinkEvent::Up));
        first.send(Down::Command(Command::End).to_frame().unwrap()).await.unwrap();
        assert_eq!(link.next().await, Some(LinkEvent::Command(Command::End)));
        drop(first);
        assert_eq!(link.next().await, Some(LinkEvent::Cut));
        let mut second = welcome(&listener).await;
        assert_eq!(link.next().await, Some(LinkEvent::Up));
        link.tell(Report::Ended);
        loop {
            match Report::from_frame(&second.next().await.unwrap().unwrap()).unwrap() {
                Report::Heartbeat { .. } => {}
                report => break assert_eq!(report, Report::Ended),
            }
        }
    }

    #[tokio::test]
    async fn a_transmission_that_is_turned_away_gives_up_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("control.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let (mut link, _control) = start(socket);
        let (socket, _) = listener.accept().await.unwrap();
        let mut connection = Framed::new(socket, Frames);
        connection.send(Down::Command(Command::End).to_frame().unwrap()).await.unwrap();
        assert_eq!(link.next().await, Some(LinkEvent::GaveUp));
    }

    #[tokio::test]
    async fn another_owner_of_the_show_is_gone_to_and_one_that_wants_none_is_obeyed() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("control.sock");
        let (first, second) =
            (UnixListener::bind(&socket).unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let (mut link, control) = start(socket);
        let mut old = welcome(&first).await;
        assert_eq!(link.next().await, Some(LinkEvent::Up));
        let address = Some(ControlAddress::Tcp(second.local_addr().unwrap().to_string()));
        control.send_replace(Control { fence: 2, address });
        assert_eq!(link.next().await, Some(LinkEvent::Cut));
        loop {
            match Report::from_frame(&old.next().await.unwrap().unwrap()).unwrap() {
                Report::Heartbeat { .. } => {}
                report => break assert_eq!(report, Report::Moved { fence: 2 }),
            }
        }
        let (socket, _) = second.accept().await.unwrap();
        let mut connection: Framed<TcpStream, Frames> = Framed::new(socket, Frames);
        let hello = Report::from_frame(&connection.next().await.unwrap().unwrap()).unwrap();
        assert!(matches!(hello, Report::Hello(_)));
        connection.send(Down::Command(Command::Welcome).to_frame().unwrap()).await.unwrap();
        assert_eq!(link.next().await, Some(LinkEvent::Up));
        control.send_replace(Control { fence: 3, address: None });
        assert_eq!(link.next().await, Some(LinkEvent::Cut));
        assert_eq!(link.next().await, Some(LinkEvent::GaveUp));
    }

    #[tokio::test(start_paused = true)]
    async fn without_control_for_thirty_seconds_it_gives_up() {
        let folder = tempfile::tempdir().unwrap();
        let started = Instant::now();
        let (mut link, _control) = start(folder.path().join("nobody.sock"));
        assert_eq!(link.next().await, Some(LinkEvent::GaveUp));
        assert!((30..32).contains(&started.elapsed().as_secs()));
    }
}
