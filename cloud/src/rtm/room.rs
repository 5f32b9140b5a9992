//! One task owns one room: it takes commands, keeps the tick and counts who watches.
//!
//! Events wait up to 50 ms and leave as one frame; moderation, highlights and moves of the show
//! leave at once. Reactions and counts leave every 250 ms at most. A room that nobody sits in for
//! a minute closes; its next life has a new epoch.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use vitrine_protocol::rtm::{Airing, Author, Reaction, RoomEvent, ServerFrame};
use vitrine_protocol::{Offer, PublishSessionId, ShowState};

use super::conn::Close;
use super::hub::Dial;
use super::model::MediaNews;
use super::seats::{Chair, SeatId, Seats};
use super::state::{Audience, Shown, Standing, State, Urgency};
use crate::base::Clock;
use crate::show::Ware;

/// Commands that wait for a room.
pub(super) const ROOM_QUEUE: usize = 1_024;
/// How long an event may wait for company.
const TICK: Duration = Duration::from_millis(50);
/// How often reactions and counts leave.
const DROPPABLE_TICK: Duration = Duration::from_millis(250);
/// How often the people are counted.
const COUNT_EVERY: Duration = Duration::from_secs(1);
/// How long an empty room stays.
const EMPTY_FOR: Duration = Duration::from_secs(60);

/// What a room is asked.
#[derive(Debug)]
pub(super) enum Command {
    /// Somebody with a valid token sits down; the welcome waits in the chair's queue.
    /// `None` says that there is no such show.
    Sit {
        you: Author,
        audience: Audience,
        known: Option<(String, u64)>,
        chair: oneshot::Sender<Option<Chair>>,
    },
    /// The socket has gone.
    Leave(SeatId),
    /// Something happened.
    Event(RoomEvent),
    /// A fact told of a product of the line-up: that is as shoppers see it now, or is not sold. A public view of this `version` has it.
    Product { fact: i64, ware: Option<Box<Ware>>, version: i64 },
    /// The line-up's products, as shoppers see them now.
    Cards(Vec<Ware>),
    /// The show moved; without a `live_at`, that stays what it was.
    Moved(Airing),
    /// The picture arrives or stops, or a rung comes or goes.
    Media(MediaNews),
    /// Somebody reacts.
    React(Reaction),
    /// A frame for one seat alone.
    Whisper(SeatId, ServerFrame),
    /// The server stops: everybody is to come back.
    Stop,
}

/// How often a room is read anew at most that was not told everything.
const READ_EVERY: Duration = Duration::from_secs(1);

/// Why a room serves no commands any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pause {
    /// It is closed.
    Closed,
    /// It was not told everything: [`Room::renew`] is to come.
    Unread,
}

/// How often people are told at most that the line-up, or something in it, is other.
const LINEUP_EVERY: Duration = Duration::from_secs(1);

/// A room that stays until it stood empty for a minute, or until [`Command::Stop`].
pub(super) struct Room {
    state: State,
    /// Whose picture arrives.
    received: Option<PublishSessionId>,
    seats: Seats,
    clock: Clock,
    dial: Arc<Dial>,
    tick_at: Option<Instant>,
    droppable_at: Option<Instant>,
    last_droppable: Instant,
    /// When people were told last that the line-up is other, and when they are told next what came too soon after that.
    last_lineup: Option<Instant>,
    lineup_at: Option<Instant>,
    /// The same of members alone, where shoppers have nothing to load.
    last_staff: Option<Instant>,
    staff_at: Option<Instant>,
    count_at: Instant,
    empty_since: Instant,
    /// How many commands are served before the room is read anew, which was not told everything.
    before_reading: Option<usize>,
    /// It is not read anew before.
    read_after: Instant,
}

impl Room {
    /// A room with nobody in it.
    pub(super) fn new(epoch: String, standing: Standing, clock: Clock, dial: Arc<Dial>) -> Self {
        dial.set_ended(standing.airing.state == ShowState::Ended);
        let now = Instant::now();
        Self {
            received: standing.received,
            state: State::new(epoch, standing),
            seats: Seats::default(),
            clock,
            dial,
            tick_at: None,
            droppable_at: None,
            last_droppable: now,
            last_lineup: None,
            lineup_at: None,
            last_staff: None,
            staff_at: None,
            count_at: now + COUNT_EVERY,
            empty_since: now,
            before_reading: None,
            read_after: now,
        }
    }

    /// Serves commands until the room closes or has to be read anew: those that are `waiting` first.
    pub(super) async fn run(
        &mut self,
        waiting: &mut VecDeque<Command>,
        commands: &mut mpsc::Receiver<Command>,
    ) -> Pause {
        loop {
            let now = Instant::now();
            if self.before_reading.is_none() && now >= self.read_after && self.dial.take_untold() {
                // What was told before something was not is older than what will be read.
                self.before_reading = Some(waiting.len() + commands.len());
            }
            if self.before_reading == Some(0) {
                self.before_reading = None;
                self.read_after = now + READ_EVERY;
                return Pause::Unread;
            }
            let wake = [self.tick_at, self.droppable_at, self.lineup_at, self.staff_at, Some(self.count_at)]
                .into_iter()
                .flatten()
                .min();
            let wake = wake.unwrap_or(self.count_at);
            let next = match waiting.pop_front() {
                Some(command) => {
                    tokio::task::yield_now().await;
                    Some(command)
                }
                None => tokio::select! {
                    command = commands.recv() => match command {
                        None => return Pause::Closed,
                        Some(command) => Some(command),
                    },
                    () = sleep_until(wake) => None,
                },
            };
            match next {
                Some(Command::Stop) => {
                    self.seats.close_all(Close::Restarting);
                    return Pause::Closed;
                }
                Some(command) => {
                    self.before_reading = self.before_reading.map(|left| left.saturating_sub(1));
                    self.take(command);
                }
                None => {}
            }
            let now = Instant::now();
            self.leave_due(now);
            if now >= self.count_at {
                self.count(now);
                if self.seats.is_empty() && now - self.empty_since >= EMPTY_FOR {
                    return Pause::Closed;
                }
            }
        }
    }

    /// Takes what stands now, and tells what of it was not told.
    pub(super) fn renew(&mut self, standing: Standing) {
        if let Some(flush) = self.state.flush() {
            self.seats.deliver(&flush);
        }
        self.received = standing.received;
        for event in self.state.renew(standing) {
            self.event(event);
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Sit { you, audience, known, chair } => self.sit(you, audience, known, chair),
            Command::Leave(id) => self.seats.leave(id),
            Command::Event(event) => self.event(event),
            Command::Product { fact, ware, version } => {
                let shown = ware.map_or(Shown::Other, |ware| self.state.show(*ware));
                let version = Some(version);
                match shown {
                    Shown::Same if self.state.may_have_read(fact) => {
                        self.event(RoomEvent::LineupChanged { version });
                    }
                    Shown::Same => self.staff_soon(),
                    Shown::Offer(offer) => {
                        self.state.reaches(version);
                        self.event(RoomEvent::Offer(Offer { version, ..offer }));
                        self.staff_soon();
                    }
                    Shown::Other => self.event(RoomEvent::LineupChanged { version }),
                }
            }
            Command::Cards(cards) => self.state.know(cards),
            Command::Moved(airing) => {
                let live_at = airing.live_at.or_else(|| self.state.live_at());
                self.event(RoomEvent::State(Airing { live_at, ..airing }));
            }
            Command::Media(news) => {
                let mut rungs = self.state.rungs();
                news.apply(&mut self.received, &mut rungs);
                self.event(RoomEvent::Media { receiving: self.received.is_some(), rungs });
            }
            Command::React(kind) => {
                self.state.react(kind);
                self.droppable_soon();
            }
            Command::Whisper(id, frame) => self.seats.whisper(id, &frame),
            Command::Stop => {}
        }
    }

    fn sit(
        &mut self,
        you: Author,
        audience: Audience,
        known: Option<(String, u64)>,
        answer: oneshot::Sender<Option<Chair>>,
    ) {
        let known = known.as_ref().map(|(epoch, seq)| (epoch.as_str(), *seq));
        let chair = self.seats.sit(audience, you.id.clone());
        let id = chair.id;
        let first = self.state.welcome(you, audience, known, self.clock.now());
        self.seats.whisper(id, &first);
        if !audience.is_public() {
            self.seats.whisper(id, &self.state.media());
        }
        if answer.send(Some(chair)).is_err() {
            self.seats.leave(id);
        }
    }

    fn event(&mut self, mut event: RoomEvent) {
        if let RoomEvent::State(airing) = &event {
            self.dial.set_ended(airing.state == ShowState::Ended);
        }
        let now = Instant::now();
        if let RoomEvent::LineupChanged { version } = event {
            self.state.reaches(version);
            // Whoever hears it loads the line-up anew: a sale each moment is one load a second.
            if let Some(next) = self.last_lineup.map(|last| last + LINEUP_EVERY).filter(|next| now < *next) {
                self.lineup_at.get_or_insert(next);
                return;
            }
            self.last_lineup = Some(now);
            event = self.state.lineup_changed();
        }
        let at = match self.state.push(event) {
            Urgency::Now => now,
            Urgency::Tick => now + TICK,
        };
        self.tick_at = Some(self.tick_at.map_or(at, |planned| planned.min(at)));
    }

    /// Tells members that something in the line-up is other, now or a second after the last time.
    fn staff_soon(&mut self) {
        let now = Instant::now();
        let last = self.last_staff.max(self.last_lineup);
        if let Some(next) = last.map(|last| last + LINEUP_EVERY).filter(|next| now < *next) {
            self.staff_at.get_or_insert(next);
            return;
        }
        self.last_staff = Some(now);
        self.state.tell_staff();
        let at = now + TICK;
        self.tick_at = Some(self.tick_at.map_or(at, |planned| planned.min(at)));
    }

    fn droppable_soon(&mut self) {
        self.droppable_at.get_or_insert((self.last_droppable + DROPPABLE_TICK).max(Instant::now()));
    }

    fn leave_due(&mut self, now: Instant) {
        if self.lineup_at.is_some_and(|at| now >= at) {
            self.lineup_at = None;
            self.event(self.state.lineup_changed());
        }
        if self.staff_at.is_some_and(|at| now >= at) {
            self.staff_at = None;
            self.staff_soon();
        }
        if self.tick_at.is_some_and(|at| now >= at) {
            self.tick_at = None;
            if let Some(flush) = self.state.flush() {
                self.seats.deliver(&flush);
            }
        }
        if self.droppable_at.is_some_and(|at| now >= at) {
            self.droppable_at = None;
            self.last_droppable = now;
            if let Some(flush) = self.state.flush_droppable() {
                self.seats.deliver(&flush);
            }
        }
    }

    fn count(&mut self, now: Instant) {
        self.count_at = now + COUNT_EVERY;
        let viewers = self.seats.viewers();
        self.dial.set_viewers(viewers);
        self.state.watch(viewers);
        self.droppable_soon();
        if !self.seats.is_empty() {
            self.empty_since = now;
        }
    }
}
