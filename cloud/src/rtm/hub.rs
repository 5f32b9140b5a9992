//! Finds the room of a show, and opens it when nobody was there.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use vitrine_protocol::{OrgId, ShowId};

use super::error::RtmError;
use super::model::Guest;
use super::room::{Command, ROOM_QUEUE, Room};
use super::seats::Chair;
use super::state::Standing;
use crate::base::Clock;

/// A room may close while somebody is on the way in; so often they are sent to its next life.
const TRIES: usize = 3;
/// Commands that wait for a room beside its queue, while it opens.
const MOST_WAITING: usize = 65_536;

/// Reads how a show stands.
pub(super) trait Source: Send + Sync + 'static {
    /// Everything a room starts from.
    fn standing(&self, org: OrgId, show: ShowId) -> Reading<'_>;
}

/// The answer of a [`Source`].
pub(super) type Reading<'a> = Pin<Box<dyn Future<Output = Result<Standing, RtmError>> + Send + 'a>>;

/// What a room shows to those outside of it.
#[derive(Debug, Default)]
pub(super) struct Dial {
    viewers: AtomicU32,
    ended: AtomicBool,
}

impl Dial {
    pub(super) fn set_viewers(&self, viewers: u32) {
        self.viewers.store(viewers, Ordering::Relaxed);
    }

    pub(super) fn set_ended(&self, ended: bool) {
        self.ended.store(ended, Ordering::Relaxed);
    }
}

/// The way into a room.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) commands: mpsc::Sender<Command>,
    org: OrgId,
    dial: Arc<Dial>,
}

impl Door {
    /// Whether the show is over.
    pub(super) fn ended(&self) -> bool {
        self.dial.ended.load(Ordering::Relaxed)
    }
}

/// All open rooms of this process.
#[derive(Clone)]
pub(super) struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    source: Box<dyn Source>,
    clock: Clock,
    rooms: Mutex<HashMap<ShowId, Door>>,
    stopped: AtomicBool,
}

impl Hub {
    /// No room is open yet.
    pub(super) fn new(source: impl Source, clock: Clock) -> Self {
        let (rooms, stopped) = (Mutex::default(), AtomicBool::new(false));
        Self { inner: Arc::new(Inner { source: Box::new(source), clock, rooms, stopped }) }
    }

    /// Seats a guest; the welcome waits in the chair's queue.
    ///
    /// # Errors
    /// [`RtmError::NotFound`]; [`RtmError::Restarting`] when the room could not be opened.
    pub(super) async fn sit(
        &self,
        guest: &Guest,
        known: Option<(String, u64)>,
    ) -> Result<(Door, Chair), RtmError> {
        for _ in 0..TRIES {
            if self.inner.stopped.load(Ordering::Relaxed) {
                break;
            }
            let door = self.open(guest.org, guest.show);
            let (chair, answer) = oneshot::channel();
            let (you, audience) = (guest.author.clone(), guest.audience());
            let command = Command::Sit { you, audience, known: known.clone(), chair };
            if door.commands.send(command).await.is_err() {
                continue;
            }
            match answer.await {
                Ok(Some(chair)) => return Ok((door, chair)),
                Ok(None) => return Err(RtmError::NotFound),
                Err(_) => {} // the room closed at this moment
            }
        }
        Err(RtmError::Restarting)
    }

    /// Tells an open room something. A closed one reads the rows when it opens.
    pub(super) async fn tell(&self, show: ShowId, command: Command) {
        let door = self.inner.rooms.lock().get(&show).cloned();
        if let Some(door) = door {
            let _ = door.commands.send(command).await;
        }
    }

    /// Whether the room of a show is open.
    pub(super) fn is_open(&self, show: ShowId) -> bool {
        self.inner.rooms.lock().contains_key(&show)
    }

    /// Whether a room of an organisation is open.
    pub(super) fn has_rooms_of(&self, org: OrgId) -> bool {
        self.inner.rooms.lock().values().any(|door| door.org == org)
    }

    /// Tells every open room of an organisation.
    pub(super) async fn tell_all_of(&self, org: OrgId, command: impl Fn() -> Command) {
        let doors: Vec<Door> =
            self.inner.rooms.lock().values().filter(|door| door.org == org).cloned().collect();
        for door in doors {
            let _ = door.commands.send(command()).await;
        }
    }

    /// People watching a show.
    pub(super) fn viewers(&self, show: ShowId) -> u32 {
        self.inner.rooms.lock().get(&show).map_or(0, |door| door.dial.viewers.load(Ordering::Relaxed))
    }

    /// People watching shows of an organisation, as far as this process knows.
    pub(super) fn viewers_of(&self, org: OrgId) -> i64 {
        let rooms = self.inner.rooms.lock();
        let of_it = rooms.values().filter(|door| door.org == org);
        of_it.map(|door| i64::from(door.dial.viewers.load(Ordering::Relaxed))).sum()
    }

    /// The same of every organisation that somebody watches.
    pub(super) fn all_viewers(&self) -> HashMap<OrgId, i64> {
        let mut all = HashMap::new();
        for door in self.inner.rooms.lock().values() {
            let viewers = i64::from(door.dial.viewers.load(Ordering::Relaxed));
            if viewers > 0 {
                *all.entry(door.org).or_default() += viewers;
            }
        }
        all
    }

    /// Sends everybody away to come back, and opens no more rooms.
    pub(super) async fn stop(&self) {
        self.inner.stopped.store(true, Ordering::Relaxed);
        let doors: Vec<Door> = self.inner.rooms.lock().drain().map(|(_, door)| door).collect();
        for door in doors {
            let _ = door.commands.send(Command::Stop).await;
        }
    }

    fn open(&self, org: OrgId, show: ShowId) -> Door {
        let mut rooms = self.inner.rooms.lock();
        if let Some(door) = rooms.get(&show).filter(|door| !door.commands.is_closed()) {
            return door.clone();
        }
        let (commands, mut queue) = mpsc::channel(ROOM_QUEUE);
        let door = Door { commands, org, dial: Arc::default() };
        rooms.insert(show, door.clone());
        let (hub, dial) = (self.clone(), door.dial.clone());
        tokio::spawn(async move {
            // What happens while the rows are read is told afterwards. It leaves the queue: a crowd that comes in fills that, and
            // whoever tells facts waits for nobody's rows.
            let (mut reading, mut waiting) = (hub.inner.source.standing(org, show), VecDeque::new());
            let standing = loop {
                tokio::select! {
                    standing = &mut reading => break standing,
                    Some(command) = queue.recv(), if waiting.len() < MOST_WAITING => waiting.push_back(command),
                }
            };
            drop(reading);
            match standing {
                Ok(standing) => {
                    let epoch = uuid::Uuid::now_v7().simple().to_string();
                    let room = Room::new(epoch, standing, hub.inner.clock.clone(), dial.clone());
                    room.run(waiting, &mut queue).await;
                }
                Err(RtmError::NotFound) => {
                    hub.close(show, &dial);
                    queue.close();
                    while let Some(command) = queue.recv().await {
                        waiting.push_back(command);
                    }
                    for command in waiting {
                        if let Command::Sit { chair, .. } = command {
                            let _ = chair.send(None);
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(show.id = %show, error = &error as &dyn std::error::Error, "a chat room did not open");
                }
            }
            hub.close(show, &dial);
        });
        door
    }

    fn close(&self, show: ShowId, dial: &Arc<Dial>) {
        let mut rooms = self.inner.rooms.lock();
        if rooms.get(&show).is_some_and(|door| Arc::ptr_eq(&door.dial, dial)) {
            rooms.remove(&show);
        }
    }
}
