//! The transmission's end of the control connection: connects, says hello, and comes back when it is cut.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::codec::Framed;
use vitrine_protocol::{PublishSessionId, ShowId};
use vitrine_rtmp::flv::Tag;

use super::message::{Command, Down, Hello, LinkError, Report};
use crate::encoder::{FrameError, Frames};

/// Without control for this long a transmission ends by itself.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(30);
const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);
const WELCOME_WITHIN: Duration = Duration::from_secs(5);
const WRITE_WITHIN: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(800);
const WAITING_EVENTS: usize = 256;
const WAITING_REPORTS: usize = 64;

/// Who connects, and where to.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The control socket of `ingest`.
    pub socket: PathBuf,
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
    pub fn start(identity: Identity, standing: watch::Receiver<Standing>) -> Self {
        let (event_sender, events) = mpsc::channel(WAITING_EVENTS);
        let (reports, report_receiver) = mpsc::channel(WAITING_REPORTS);
        let task = Task { identity, standing, events: event_sender, reports: report_receiver };
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
    standing: watch::Receiver<Standing>,
    events: mpsc::Sender<LinkEvent>,
    reports: mpsc::Receiver<Report>,
}

/// The engine has gone: nobody listens any more.
struct NobodyListens;

impl Task {
    async fn run(mut self) {
        let mut controlled = Instant::now();
        let mut pause = FIRST_PAUSE;
        while controlled.elapsed() < GIVE_UP_AFTER {
            match self.open().await {
                Ok(connection) => {
                    pause = FIRST_PAUSE;
                    if self.emit(LinkEvent::Up).await.is_err() {
                        return;
                    }
                    match self.pump(connection).await {
                        Err(NobodyListens) => return,
                        Ok(error) => tracing::warn!(%error, "control connection was cut"),
                    }
                    controlled = Instant::now();
                    if self.emit(LinkEvent::Cut).await.is_err() {
                        return;
                    }
                }
                Err(LinkError::TurnedAway) => {
                    tracing::warn!("ingest has another transmission for this show");
                    break;
                }
                Err(error) => tracing::debug!(%error, "no control connection yet"),
            }
            tokio::select! {
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                () = self.events.closed() => return,
            }
        }
        let _ = self.emit(LinkEvent::GaveUp).await;
    }

    async fn open(&mut self) -> Result<Framed<UnixStream, Frames>, LinkError> {
        let socket = UnixStream::connect(&self.identity.socket).await.map_err(FrameError::Io)?;
        let mut connection = Framed::new(socket, Frames);
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

    async fn pump(&mut self, mut connection: Framed<UnixStream, Frames>) -> Result<LinkError, NobodyListens> {
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
                    let Standing { head_media_ms, drift_ms, .. } = *self.standing.borrow();
                    send(&mut connection, &Report::Heartbeat { head_media_ms, drift_ms }).await
                }
            };
            if let Err(error) = outcome {
                return Ok(error);
            }
        }
    }

    async fn emit(&self, event: LinkEvent) -> Result<(), NobodyListens> {
        self.events.send(event).await.map_err(|_| NobodyListens)
    }
}

async fn receive(connection: &mut Framed<UnixStream, Frames>) -> Result<Down, LinkError> {
    match connection.next().await {
        Some(frame) => Down::from_frame(frame?),
        None => Err(FrameError::Io(std::io::ErrorKind::UnexpectedEof.into()).into()),
    }
}

async fn send(connection: &mut Framed<UnixStream, Frames>, report: &Report) -> Result<(), LinkError> {
    let frame = report.to_frame()?;
    timeout(WRITE_WITHIN, connection.send(frame)).await.map_err(|_| timed_out())??;
    Ok(())
}

fn timed_out() -> LinkError {
    FrameError::Io(std::io::ErrorKind::TimedOut.into()).into()
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixListener;

    use super::*;

    fn identity(socket: PathBuf) -> Identity {
        let (token, origin) = ("secret".into(), "http://127.0.0.1:1".into());
        Identity { socket, show: ShowId::new(), epoch: 1, token, origin }
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
        let (_standing, receiver) = watch::channel(Standing::default());
        let mut link = Link::start(identity(socket), receiver);
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
        let (_standing, receiver) = watch::channel(Standing::default());
        let mut link = Link::start(identity(socket), receiver);
        let (socket, _) = listener.accept().await.unwrap();
        let mut connection = Framed::new(socket, Frames);
        connection.send(Down::Command(Command::End).to_frame().unwrap()).await.unwrap();
        assert_eq!(link.next().await, Some(LinkEvent::GaveUp));
    }

    #[tokio::test(start_paused = true)]
    async fn without_control_for_thirty_seconds_it_gives_up() {
        let folder = tempfile::tempdir().unwrap();
        let (_standing, receiver) = watch::channel(Standing::default());
        let started = Instant::now();
        let mut link = Link::start(identity(folder.path().join("nobody.sock")), receiver);
        assert_eq!(link.next().await, Some(LinkEvent::GaveUp));
        assert!((30..32).contains(&started.elapsed().as_secs()));
    }
}
