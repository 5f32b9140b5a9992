//! What a room knows, and how a tick changes it. Pure: no clock, no socket, no task.
//!
//! Events wait in `pending` until [`State::flush`] gives them a `seq` and makes them part of what
//! newcomers are told, so a newcomer never sees the same event in the snapshot and in a tick.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::rtm::{
    Airing, Author, ChatMessage, Reaction, RoomEvent, SNAPSHOT_HIGHLIGHTS_MS, ServerFrame, Snapshot,
};
use vitrine_protocol::{Highlight, HighlightAction, Offer, ProductId, PublishSessionId};

use crate::show::Ware;

/// Messages that a snapshot tells.
pub(super) const SNAPSHOT_MESSAGES: usize = 50;
/// Ticks that a reconnecting client can be told as `missed`.
const RING_TICKS: usize = 512;
/// Events in those ticks, all together.
const RING_EVENTS: usize = 2_048;
/// Waiting events beyond this are flushed without waiting for the tick.
const PENDING_EVENTS: usize = 256;
/// Transitions kept, whatever their age.
const HIGHLIGHTS: usize = 256;

/// Who a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Shoppers whose pages know [`RoomEvent::Offer`].
    Public,
    /// Shoppers whose pages do not: they load the line-up anew instead.
    Earlier,
    /// Members of the organisation.
    Staff,
    /// Members who may see what is earned.
    Earnings,
}

impl Audience {
    /// Whether they are shoppers.
    pub(super) fn is_public(self) -> bool {
        matches!(self, Self::Public | Self::Earlier)
    }

    fn hears(self, said: &Said) -> Option<RoomEvent> {
        let event = &said.event;
        let hears = match self {
            Self::Public | Self::Earlier => event.is_public() && !said.staff_only,
            Self::Staff => !matches!(event, RoomEvent::Order { .. } | RoomEvent::Offer(_)),
            Self::Earnings => !matches!(event, RoomEvent::Offer(_)),
        };
        match event {
            _ if !hears => None,
            RoomEvent::Offer(offer) if self == Self::Earlier => {
                Some(RoomEvent::LineupChanged { version: offer.version })
            }
            event => Some(event.clone()),
        }
    }

    /// What they hear of some events, in order. To load the line-up anew is said once.
    fn heard<'a>(self, said: impl Iterator<Item = &'a Said>) -> Vec<RoomEvent> {
        let mut heard: Vec<RoomEvent> = Vec::new();
        for mut event in said.filter_map(|one| self.hears(one)) {
            if let Some(version) = version_to_load(&mut event).copied()
                && let Some(known) = heard.iter_mut().find_map(version_to_load)
            {
                *known = version.max(*known);
                continue;
            }
            heard.push(event);
        }
        heard
    }
}

/// Of which version the line-up is to be loaded, where an event says to.
fn version_to_load(event: &mut RoomEvent) -> Option<&mut Option<i64>> {
    match event {
        RoomEvent::LineupChanged { version } => Some(version),
        _ => None,
    }
}

/// An event, and whether it is for members alone.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    event: RoomEvent,
    staff_only: bool,
}

/// What became of a product that a fact was about, as far as shoppers see it.
#[derive(Debug, PartialEq)]
pub(super) enum Shown {
    /// It looks as before.
    Same,
    /// It costs something else, or as many as are told are left.
    Offer(Offer),
    /// It is another one.
    Other,
}

/// When an event wants to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// With the next tick.
    Tick,
    /// At once.
    Now,
}

/// The room as it stood when it was opened.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) airing: Airing,
    /// Whose picture arrives.
    pub(super) received: Option<PublishSessionId>,
    pub(super) rungs: Vec<String>,
    /// Oldest first.
    pub(super) messages: Vec<ChatMessage>,
    /// Oldest first.
    pub(super) highlights: Vec<Highlight>,
    /// The line-up's products, as shoppers see them.
    pub(super) cards: Vec<Ware>,
    /// All products of the line-up, those that are not sold now among them.
    pub(super) products: Vec<ProductId>,
    /// The newest fact of which anything of this may tell.
    pub(super) version: i64,
}

/// One flush, before it is written as text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flush {
    /// All of it, for those who hear everything.
    pub(super) whole: ServerFrame,
    /// What members hear who see no orders.
    pub(super) staff: Share,
    /// What shoppers hear.
    pub(super) public: Share,
    /// What those hear whose pages are of an earlier version.
    pub(super) earlier: Share,
    /// Reactions and counts: a slow reader does without them.
    pub(super) droppable: bool,
}

/// What an audience hears of a flush.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Share {
    /// All of it, so it is written once.
    Whole,
    /// This.
    Part(Box<ServerFrame>),
    /// Nothing is for them.
    Nothing,
}

/// The whole state of one room.
#[derive(Debug)]
pub(super) struct State {
    epoch: String,
    seq: u64,
    airing: Airing,
    receiving: bool,
    rungs: Vec<String>,
    viewers: u32,
    messages: VecDeque<ChatMessage>,
    highlights: Vec<Highlight>,
    /// The line-up's products, as shoppers were told last.
    cards: HashMap<ProductId, Ware>,
    /// Of what version the public view has to be to have all that changed in it.
    version: i64,
    /// The newest fact that may have been in what the room was read from.
    read_at: i64,
    pending: Vec<Said>,
    reactions: BTreeMap<Reaction, u32>,
    viewers_changed: bool,
    ring: VecDeque<(u64, Vec<Said>)>,
    ring_events: usize,
    /// The highest `seq` that is no longer in the ring.
    forgotten: u64,
}

impl State {
    /// A room under a new `epoch`, standing as told.
    pub(super) fn new(epoch: String, standing: Standing) -> Self {
        let mut messages = VecDeque::from(standing.messages);
        messages.drain(..messages.len().saturating_sub(SNAPSHOT_MESSAGES));
        let mut highlights = standing.highlights;
        highlights.sort_by_key(|h| h.at);
        Self {
            epoch,
            seq: 0,
            airing: standing.airing,
            receiving: standing.received.is_some(),
            rungs: standing.rungs,
            viewers: 0,
            messages,
            highlights,
            cards: cards_by_id(standing.cards),
            version: standing.version,
            read_at: standing.version,
            pending: Vec::new(),
            reactions: BTreeMap::new(),
            viewers_changed: false,
            ring: VecDeque::new(),
            ring_events: 0,
            forgotten: 0,
        }
    }

    /// Takes an event in; the answer says when it wants to leave.
    pub(super) fn push(&mut self, event: RoomEvent) -> Urgency {
        if let RoomEvent::Chat(new) = &event
            && self.messages.iter().any(|known| known.id == new.id)
        {
            return Urgency::Tick; // it was stored just before this room was read
        }
        if let RoomEvent::LineupChanged { version } = &event {
            let mut waiting = self.pending.iter_mut().filter(|said| !said.staff_only);
            if let Some(known) = waiting.find_map(|said| version_to_load(&mut said.event)) {
                *known = (*known).max(*version);
                return Urgency::Tick;
            }
        }
        let urgent = match &event {
            RoomEvent::ChatRemoved { id } => {
                let gone = *id;
                self.unsay(|m| m.id == gone);
                true
            }
            RoomEvent::AuthorRemoved { author } => {
                self.unsay(|m| m.author.id == *author);
                true
            }
            RoomEvent::ChatRestored { messages } if messages.is_empty() => return Urgency::Tick,
            RoomEvent::ChatRestored { .. } | RoomEvent::Highlight { .. } | RoomEvent::State(_) => true,
            RoomEvent::Media { receiving, rungs } => {
                // Not part of a snapshot, and the next report builds on it: known from now on.
                (self.receiving, self.rungs) = (*receiving, rungs.clone());
                false
            }
            _ => false,
        };
        if let RoomEvent::Offer(new) = &event {
            // The last word on a product is what counts.
            let is_older = |said: &Said| matches!(&said.event, RoomEvent::Offer(old) if old.product_id == new.product_id);
            self.pending.retain(|said| !is_older(said));
        }
        self.pending.push(Said { event, staff_only: false });
        if urgent || self.pending.len() >= PENDING_EVENTS { Urgency::Now } else { Urgency::Tick }
    }

    /// Members see counts that shoppers are not told: they load the line-up anew with each sale.
    pub(super) fn tell_staff(&mut self) {
        let said = Said { event: self.lineup_changed(), staff_only: true };
        match self.pending.iter_mut().find(|waiting| waiting.staff_only) {
            Some(waiting) => *waiting = said,
            None => self.pending.push(said),
        }
    }

    /// The public view has to be of this version from here on.
    pub(super) fn reaches(&mut self, version: Option<i64>) {
        self.version = self.version.max(version.unwrap_or_default());
    }

    /// What says that the line-up is to be loaded.
    pub(super) fn lineup_changed(&self) -> RoomEvent {
        RoomEvent::LineupChanged { version: Some(self.version) }
    }

    /// Whether a fact may have been in what the room was read from. Whoever came in may know the show from before it.
    pub(super) fn may_have_read(&self, fact: i64) -> bool {
        fact <= self.read_at
    }

    /// What to tell those who are here, so that they know what stands now and was not told; its products are known from here on.
    pub(super) fn renew(&mut self, standing: Standing) -> Vec<RoomEvent> {
        let mut events = Vec::new();
        let first = standing.messages.first().filter(|_| standing.messages.len() >= SNAPSHOT_MESSAGES);
        for known in &self.messages {
            let is_told = first.is_none_or(|first| first.id <= known.id);
            if is_told && standing.messages.iter().all(|message| message.id != known.id) {
                events.push(RoomEvent::ChatRemoved { id: known.id });
            }
        }
        let is_new = |message: &ChatMessage| self.messages.iter().all(|known| known.id != message.id);
        let messages: Vec<_> = standing.messages.into_iter().filter(is_new).collect();
        if !messages.is_empty() {
            events.push(RoomEvent::ChatRestored { messages });
        }
        let last = self.highlights.last().map(|highlight| highlight.at);
        for highlight in standing.highlights {
            let is_known = |known: &Highlight| known.id == highlight.id && known.action == highlight.action;
            if last.is_none_or(|last| last <= highlight.at) && !self.highlights.iter().any(is_known) {
                events.push(RoomEvent::Highlight { highlight });
            }
        }
        if standing.airing != self.airing {
            events.push(RoomEvent::State(standing.airing));
        }
        let receiving = standing.received.is_some();
        if (receiving, &standing.rungs) != (self.receiving, &self.rungs) {
            events.push(RoomEvent::Media { receiving, rungs: standing.rungs });
        }
        self.know(standing.cards);
        self.read_at = standing.version;
        events.push(RoomEvent::LineupChanged { version: Some(standing.version) });
        events
    }

    /// Knows the line-up's products from here on.
    pub(super) fn know(&mut self, cards: Vec<Ware>) {
        self.cards = cards_by_id(cards);
    }

    /// Compares a product with what shoppers were told last, and knows it from here on.
    ///
    /// One that has other words or prices elsewhere is loaded anew by everybody when those changed, and when its price did: an
    /// offer says what it costs where nobody says where they are.
    pub(super) fn show(&mut self, ware: Ware) -> Shown {
        let Ware { card, locals } = ware.clone();
        let before = self.cards.insert(card.product_id, ware);
        let Some(before) = before.filter(|before| before.locals == locals) else { return Shown::Other };
        let before = before.card;
        match card.offer_since(&before) {
            Some(_) if card == before => Shown::Same,
            Some(offer) if locals.is_some() && offer.price.is_some() => Shown::Other,
            Some(mut offer) => {
                // One that waits is taken over: what it says of prices was told to nobody yet.
                let waits = |said: &&Said| matches!(&said.event, RoomEvent::Offer(old) if old.product_id == card.product_id && old.price.is_some());
                if offer.price.is_none() && self.pending.iter().any(|said| waits(&said)) {
                    offer = card.whole_offer();
                }
                Shown::Offer(offer)
            }
            None => Shown::Other,
        }
    }

    /// Nobody is told any more of what waits and is `gone`.
    fn unsay(&mut self, gone: impl Fn(&ChatMessage) -> bool) {
        self.pending.retain_mut(|said| match &mut said.event {
            RoomEvent::Chat(message) => !gone(message),
            RoomEvent::ChatRestored { messages } => {
                messages.retain(|message| !gone(message));
                !messages.is_empty()
            }
            _ => true,
        });
    }

    /// Counts one reaction; it leaves with the next droppable tick.
    pub(super) fn react(&mut self, kind: Reaction) {
        let count = self.reactions.entry(kind).or_default();
        *count = count.saturating_add(1);
    }

    /// Takes the number of people watching; it leaves with the next droppable tick if it is new.
    pub(super) fn watch(&mut self, viewers: u32) {
        if self.viewers != viewers {
            self.viewers = viewers;
            self.viewers_changed = true;
        }
    }

    /// Closes the tick: waiting events get the next `seq`, newcomers are told them from now on.
    pub(super) fn flush(&mut self) -> Option<Flush> {
        if self.pending.is_empty() {
            return None;
        }
        let events = std::mem::take(&mut self.pending);
        for said in &events {
            self.apply(&said.event);
        }
        self.seq += 1;
        self.remember(events.clone());
        Some(self.tick(events, false))
    }

    /// Reactions and viewers since the last time, as a tick that slow readers do without and
    /// that nobody is told again.
    pub(super) fn flush_droppable(&mut self) -> Option<Flush> {
        let mut events = Vec::new();
        if !self.reactions.is_empty() {
            events.push(RoomEvent::Reactions { counts: std::mem::take(&mut self.reactions) });
        }
        if std::mem::take(&mut self.viewers_changed) {
            events.push(RoomEvent::Viewers { count: self.viewers });
        }
        if events.is_empty() {
            return None;
        }
        self.seq += 1;
        let said = |event| Said { event, staff_only: false };
        Some(self.tick(events.into_iter().map(said).collect(), true))
    }

    /// What a newcomer is told first. `known` is the `(epoch, seq)` of its `hello`.
    pub(super) fn welcome(
        &self,
        you: Author,
        audience: Audience,
        known: Option<(&str, u64)>,
        now: DateTime<Utc>,
    ) -> ServerFrame {
        let missed = known.and_then(|(epoch, seq)| self.missed(audience, epoch, seq));
        let snapshot = missed.is_none().then(|| Snapshot {
            airing: self.airing.clone(),
            viewers: self.viewers,
            version: Some(self.version),
            messages: self.messages.iter().cloned().collect(),
            highlights: window(&self.highlights, now),
        });
        let snapshot = snapshot.map(Box::new);
        let (epoch, seq) = (self.epoch.clone(), self.seq);
        ServerFrame::Welcome { epoch, seq, you, snapshot, missed: missed.unwrap_or_default() }
    }

    /// How the picture arrives, for a member who joins: a snapshot has no room for it.
    pub(super) fn media(&self) -> ServerFrame {
        let event = RoomEvent::Media { receiving: self.receiving, rungs: self.rungs.clone() };
        ServerFrame::Tick { seq: self.seq, events: vec![event] }
    }

    /// When the show went live, if it did; a waiting move counts.
    pub(super) fn live_at(&self) -> Option<DateTime<Utc>> {
        let waiting = self.pending.iter().rev().find_map(|said| match &said.event {
            RoomEvent::State(airing) => Some(airing.live_at),
            _ => None,
        });
        waiting.unwrap_or(self.airing.live_at)
    }

    /// The rungs that viewers can choose.
    pub(super) fn rungs(&self) -> Vec<String> {
        self.rungs.clone()
    }

    fn missed(&self, audience: Audience, epoch: &str, seq: u64) -> Option<Vec<RoomEvent>> {
        if epoch != self.epoch || seq < self.forgotten || seq > self.seq {
            return None;
        }
        let later = self.ring.iter().filter(|(at, _)| *at > seq).flat_map(|(_, events)| events);
        Some(audience.heard(later))
    }

    fn apply(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::Chat(message) => {
                if self.messages.len() >= SNAPSHOT_MESSAGES {
                    self.messages.pop_front();
                }
                self.messages.push_back(message.clone());
            }
            RoomEvent::ChatRemoved { id } => self.messages.retain(|m| m.id != *id),
            RoomEvent::AuthorRemoved { author } => self.messages.retain(|m| m.author.id != *author),
            RoomEvent::ChatRestored { messages } => self.restore(messages),
            RoomEvent::Highlight { highlight } => self.pin(highlight.clone()),
            RoomEvent::State(airing) => self.airing = airing.clone(),
            RoomEvent::Reactions { .. }
            | RoomEvent::Viewers { .. }
            | RoomEvent::LineupChanged { .. }
            | RoomEvent::Offer(_)
            | RoomEvent::Media { .. }
            | RoomEvent::Order { .. } => {}
        }
    }

    fn restore(&mut self, messages: &[ChatMessage]) {
        for message in messages {
            // Ids sort by time.
            if self.messages.iter().all(|known| known.id != message.id) {
                let place = self.messages.partition_point(|known| known.id < message.id);
                self.messages.insert(place, message.clone());
            }
        }
        let excess = self.messages.len().saturating_sub(SNAPSHOT_MESSAGES);
        self.messages.drain(..excess);
    }

    fn pin(&mut self, highlight: Highlight) {
        if self.highlights.iter().any(|h| h.id == highlight.id && h.action == highlight.action) {
            return; // told twice: listeners may run again after a crash
        }
        let newest = self.highlights.last().map_or(highlight.at, |last| last.at.max(highlight.at));
        let place = self.highlights.partition_point(|h| h.at <= highlight.at);
        self.highlights.insert(place, highlight);
        // Twice the window, so that a snapshot asked by a slower clock still finds its own.
        self.highlights = window(&self.highlights, newest - TimeDelta::milliseconds(SNAPSHOT_HIGHLIGHTS_MS));
        let excess = self.highlights.len().saturating_sub(HIGHLIGHTS);
        self.highlights.drain(..excess);
    }

    fn remember(&mut self, events: Vec<Said>) {
        self.ring_events += events.len();
        self.ring.push_back((self.seq, events));
        while self.ring.len() > RING_TICKS || self.ring_events > RING_EVENTS {
            let Some((seq, events)) = self.ring.pop_front() else { break };
            self.ring_events -= events.len();
            self.forgotten = seq;
        }
    }

    fn tick(&self, events: Vec<Said>, droppable: bool) -> Flush {
        let seq = self.seq;
        let whole = Audience::Earnings.heard(events.iter());
        let share = |audience: Audience| match audience.heard(events.iter()) {
            heard if heard == whole => Share::Whole,
            heard if heard.is_empty() => Share::Nothing,
            heard => Share::Part(Box::new(ServerFrame::Tick { seq, events: heard })),
        };
        let (staff, public) = (share(Audience::Staff), share(Audience::Public));
        let earlier = share(Audience::Earlier);
        Flush { whole: ServerFrame::Tick { seq, events: whole }, staff, public, earlier, droppable }
    }
}

fn cards_by_id(cards: Vec<Ware>) -> HashMap<ProductId, Ware> {
    cards.into_iter().map(|ware| (ware.card.product_id, ware)).collect()
}

/// The transition in force 60 s before `now`, and all later ones; `all` is sorted by time.
pub(super) fn window(all: &[Highlight], now: DateTime<Utc>) -> Vec<Highlight> {
    let since = now - TimeDelta::milliseconds(SNAPSHOT_HIGHLIGHTS_MS);
    let split = all.partition_point(|h| h.at < since);
    let mut in_force: Option<&Highlight> = None;
    for past in &all[..split] {
        match past.action {
            HighlightAction::Show => in_force = Some(past),
            HighlightAction::Clear if in_force.is_some_and(|h| h.id == past.id) => in_force = None,
            HighlightAction::Clear => {}
        }
    }
    in_force.into_iter().chain(&all[split..]).cloned().collect()
}

#[cfg(test)]
mod tests;
