//! Finds the room of a show, and opens it when nobody was there.

use std::collections::{HashMap, HashSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use parking_lot::Mutex;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use vitrine_protocol::{OrgId, ProductId, ShowId};

use super::error::RtmError;
use super::model::Guest;
use super::room::{Command, Pause, ROOM_QUEUE, Room};
use super::seats::Chair;
use super::state::Standing;
use crate::base::Clock;
use crate::show::Ware;

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

/// What a room and those outside of it know of each other.
#[derive(Debug, Default)]
pub(super) struct Dial {
    viewers: AtomicU32,
    ended: AtomicBool,
    /// Something could not be told.
    untold: AtomicBool,
    /// The products of the line-up, once they were read.
    products: Mutex<Option<HashSet<ProductId>>>,
}

impl Dial {
    pub(super) fn set_viewers(&self, viewers: u32) {
        self.viewers.store(viewers, Ordering::Relaxed);
    }

    pub(super) fn set_ended(&self, ended: bool) {
        self.ended.store(ended, Ordering::Relaxed);
    }

    /// Whether something could not be told since this was asked last.
    pub(super) fn take_untold(&self) -> bool {
        self.untold.swap(false, Ordering::Relaxed)
    }

    fn set_untold(&self) {
        self.untold.store(true, Ordering::Relaxed);
    }

    /// Knows the products as they were read when the room was, unless it knows them from a later fact.
    fn know_at_least(&self, products: &[ProductId]) {
        self.products.lock().get_or_insert_with(|| products.iter().copied().collect());
    }

    fn may_show(&self, product: ProductId) -> bool {
        self.products.lock().as_ref().is_none_or(|products| products.contains(&product))
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

    /// Tells the room something, and waits for nothing: one that cannot keep up reads its rows anew instead.
    fn tell(&self, command: Command) {
        if let Err(TrySendError::Full(_)) = self.commands.try_send(command) {
            self.dial.set_untold();
        }
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
    pub(super) fn tell(&self, show: ShowId, command: Command) {
        if let Some(door) = self.inner.rooms.lock().get(&show) {
            door.tell(command);
        }
    }

    /// Tells an open room its line-up: the products of it, and those that are sold as shoppers see them.
    pub(super) fn tell_lineup(&self, show: ShowId, products: Vec<ProductId>, cards: Vec<Ware>) {
        if let Some(door) = self.inner.rooms.lock().get(&show) {
            *door.dial.products.lock() = Some(products.into_iter().collect());
            door.tell(Command::Cards(cards));
        }
    }

    /// Has an open room read its rows anew: what it should be told is not known.
    pub(super) fn read_anew(&self, show: ShowId) {
        if let Some(door) = self.inner.rooms.lock().get(&show) {
            *door.dial.products.lock() = None;
            door.dial.set_untold();
        }
    }

    /// The open rooms of an organisation whose line-up has a product, or may have it.
    pub(super) fn rooms_with(&self, org: OrgId, product: ProductId) -> Vec<ShowId> {
        let rooms = self.inner.rooms.lock();
        let showing = rooms.iter().filter(|(_, door)| door.org == org && door.dial.may_show(product));
        showing.map(|(show, _)| *show).collect()
    }

    /// Whether the room of a show is open.
    pub(super) fn is_open(&self, show: ShowId) -> bool {
        self.inner.rooms.lock().contains_key(&show)
    }

    /// Tells every open room of an organisation.
    pub(super) fn tell_all_of(&self, org: OrgId, command: impl Fn() -> Command) {
        for door in self.inner.rooms.lock().values().filter(|door| door.org == org) {
            door.tell(command());
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
            let mut waiting = VecDeque::new();
            match hub.read((org, show), &mut queue, &mut waiting).await {
                Ok(standing) => {
                    dial.know_at_least(&standing.products);
                    let epoch = uuid::Uuid::now_v7().simple().to_string();
                    let mut room = Room::new(epoch, standing, hub.inner.clock.clone(), dial.clone());
                    while room.run(&mut waiting, &mut queue).await == Pause::Unread {
                        match hub.read((org, show), &mut queue, &mut waiting).await {
                            Ok(standing) => {
                                dial.know_at_least(&standing.products);
                                room.renew(standing);
                            }
                            Err(RtmError::NotFound) => break,
                            Err(error) => {
                                tracing::warn!(show.id = %show, error = &error as &dyn std::error::Error, "a chat room was not read anew");
                                dial.set_untold();
                            }
                        }
                    }
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

    /// Reads the rows of a room. What happens meanwhile is told afterwards, and leaves the queue, which a crowd that comes in fills.
    async fn read(
        &self,
        (org, show): (OrgId, ShowId),
        queue: &mut mpsc::Receiver<Command>,
        waiting: &mut VecDeque<Command>,
    ) -> Result<Standing, RtmError> {
        let mut reading = self.inner.source.standing(org, show);
        loop {
            tokio::select! {
                standing = &mut reading => return standing,
                Some(command) = queue.recv(), if waiting.len() < MOST_WAITING => waiting.push_back(command),
            }
        }
    }

    fn close(&self, show: ShowId, dial: &Arc<Dial>) {
        let mut rooms = self.inner.rooms.lock();
        if rooms.get(&show).is_some_and(|door| Arc::ptr_eq(&door.dial, dial)) {
            rooms.remove(&show);
        }
    }
}
