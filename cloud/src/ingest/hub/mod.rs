//! Finds and starts the tasks of shows that this node owns.

mod keys;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use parking_lot::Mutex;
use tokio::time::timeout;
use vitrine_protocol::{ShowId, ShowState};

use self::keys::Keys;
use super::Deps;
use super::airing::{self, Beginning, Handle, Input, Order};
use super::door::DoorError;
use super::lease::{Hold, LEASE, Lease, Owner, Written};
use super::ownership::spread;
use super::reporter::Reporter;
use super::roster::Roster;
use crate::base::hash_secret;
use crate::db::DbError;
use crate::show::Admission;
use vitrine_transmission::Hello;

/// A show's first look at the database after it was taken, at most.
const CATCH_UP_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);
/// When the process ends, its last facts have this long; those that take longer are on disk by then.
const TOLD_WITHIN: std::time::Duration = std::time::Duration::from_secs(1);
/// Shows that are taken up at once: a slow database is waited for side by side.
const TAKEN_UP_AT_ONCE: usize = 8;

/// The shows that are looked after now.
pub struct Hub {
    pub deps: Arc<Deps>,
    pub roster: Roster,
    shows: Mutex<HashMap<ShowId, Handle>>,
    keys: Keys,
    /// One taking of a show at a time.
    taking: Mutex<HashMap<ShowId, Arc<tokio::sync::Mutex<()>>>>,
}

/// Who looks after a show.
pub enum Place {
    /// This node.
    Here(Handle),
    /// Another, which takes its publishers.
    Elsewhere(Owner),
}

impl Hub {
    pub fn new(deps: Arc<Deps>) -> Self {
        let (roster, keys) = (Roster::default(), Keys::default());
        Self { deps, roster, shows: Mutex::default(), keys, taking: Mutex::default() }
    }

    /// The show's task, if it runs.
    pub fn find(&self, show: ShowId) -> Option<Handle> {
        self.shows.lock().get(&show).filter(|handle| !handle.is_over()).cloned()
    }

    /// Every task that runs.
    pub fn all(&self) -> Vec<Handle> {
        self.shows.lock().values().filter(|handle| !handle.is_over()).cloned().collect()
    }

    /// The task of the show that this key opened when it was last let in here, and what was known of it then.
    pub fn known_key(&self, key: &str) -> Option<(Handle, Admission)> {
        let admission = self.keys.find(key)?;
        Some((self.find(admission.show)?, admission))
    }

    /// A publisher was let in with this key.
    pub fn note_key(&self, key: &str, admission: Admission) {
        self.keys.note(key, admission, |show| self.find(show).is_some());
    }

    /// The show's key may open nothing any more: shows are asked.
    pub fn forget_key(&self, show: ShowId) {
        self.keys.forget(show);
    }

    /// Makes this node look after a show, unless another one does.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn own(self: &Arc<Self>, show: ShowId) -> Result<Place, DoorError> {
        self.own_as(show, false).await
    }

    /// The same; an `heir` takes at once what the run before it on this node had. It goes on in a task of its own, so that
    /// whoever stops waiting for it leaves no row behind that is ours and has no task.
    async fn own_as(self: &Arc<Self>, show: ShowId, heir: bool) -> Result<Place, DoorError> {
        let hub = self.clone();
        let owning = tokio::spawn(async move { hub.own_by_turns(show, heir).await });
        owning.await.unwrap_or_else(|error| Err(DoorError::Unavailable(error.to_string())))
    }

    async fn own_by_turns(&self, show: ShowId, heir: bool) -> Result<Place, DoorError> {
        let turn = self.taking.lock().entry(show).or_default().clone();
        let _turn = turn.lock().await;
        let place = self.own_in_turn(show, heir).await;
        let mut taking = self.taking.lock();
        if Arc::strong_count(&turn) <= 2 {
            taking.remove(&show); // nobody else waits for a turn
        }
        place
    }

    async fn own_in_turn(&self, show: ShowId, heir: bool) -> Result<Place, DoorError> {
        if let Some(handle) = self.find(show) {
            return Ok(Place::Here(handle));
        }
        let (leases, me) = (&self.deps.leases, &self.deps.me);
        let known = leases.get(show).await.map_err(away)?;
        let taken = match &known {
            None => leases.take(show, me, None).await,
            Some(lease) if self.may_take(lease) || heir && self.is_of_the_run_before(lease) => {
                leases.take(show, me, Some((lease.fence, lease.beat))).await
            }
            Some(lease) => return Ok(Place::Elsewhere(lease.owner.clone())),
        };
        match taken.map_err(away)? {
            Some(lease) => self.begin(lease).await.map(Place::Here),
            // Somebody was quicker; who it is stands in the row by now.
            None => match leases.get(show).await.map_err(away)? {
                Some(lease) => Ok(Place::Elsewhere(lease.owner)),
                None => Err(DoorError::Refused("There is no such show.".to_owned())),
            },
        }
    }

    /// Whether nobody else looks after a show: its row was let go, or stood still for the lease's length. One that was let go
    /// is left to its own machine for so long, when its transmission could not reach this one.
    pub fn may_take(&self, lease: &Lease) -> bool {
        let me = &self.deps.me;
        lease.released && self.is_reached_from(lease)
            || lease.owner.serve == me.serve
            || self.roster.stands_still(lease, spread(lease.show, me))
    }

    /// Whether the transmission of a row, if it has one, can dial this node.
    fn is_reached_from(&self, lease: &Lease) -> bool {
        let running = lease.placed.as_ref().filter(|placed| placed.run.is_some());
        self.deps.settings.control_listen.is_some()
            || running.is_none_or(|placed| self.deps.me.shares_machine(&placed.home))
    }

    /// Whether a row that is looked at unasked needs an owner. One of our own that has no task does once it stands still:
    /// until then its task may be starting, or letting go.
    pub fn is_left(&self, lease: &Lease) -> bool {
        let me = &self.deps.me;
        if lease.owner.serve == me.serve && !lease.released {
            self.roster.stands_still(lease, spread(lease.show, me))
        } else {
            self.may_take(lease)
        }
    }

    /// Whether a row is of the run of `serve` before this one: only one runs on a node.
    fn is_of_the_run_before(&self, lease: &Lease) -> bool {
        let me = &self.deps.me;
        lease.owner.node == me.node && lease.owner.boot == me.boot
    }

    /// Starts the task of a show that was just taken.
    async fn begin(&self, lease: Lease) -> Result<Handle, DoorError> {
        let (show, hold) = (lease.show, lease.hold());
        let standing = match timeout(LEASE, self.deps.door.standing(show)).await {
            Ok(Ok(standing)) => standing,
            outcome => {
                self.let_go(&lease).await;
                let why = outcome.map_or_else(|_| "not in time".to_owned(), |known| format!("{known:?}"));
                return Err(DoorError::Unavailable(why));
            }
        };
        tracing::info!(show.id = %show, fence = hold.fence, running = lease.run().is_some(), "the show is ours");
        let handle = airing::start(Beginning { lease, standing }, self.deps.clone());
        {
            let mut shows = self.shows.lock();
            shows.retain(|_, handle| !handle.is_over());
            shows.insert(show, handle.clone());
        }
        tokio::spawn(catch_up(self.deps.clone(), handle.clone()));
        Ok(handle)
    }

    /// Gives back a lease that nothing came of.
    async fn let_go(&self, lease: &Lease) {
        let (msn_end, head_end_ms) = (lease.msn_end, lease.head_end_ms);
        let written = Written { placed: lease.placed.clone(), msn_end, head_end_ms, released: true };
        if let Err(error) = self.deps.leases.write(lease.hold(), &written).await {
            tracing::warn!(%error, show.id = %lease.show, "a lease could not be given back");
        }
    }

    /// Gives an order to a show's task; without one there is nothing to order, and the next one will be told by shows.
    pub async fn order(&self, show: ShowId, order: Order) {
        if matches!(order, Order::CloseKey | Order::Bar | Order::End) {
            self.forget_key(show);
        }
        if let Some(handle) = self.find(show) {
            let _ = handle.send(Input::Order(order)).await;
        }
    }

    /// Takes up what an earlier `serve` left, here or on a node that let go: adopts transmissions that still run, starts
    /// those of shows on air again, and tells shows about publishers and transmissions that are gone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_up(self: &Arc<Self>) -> Result<(), DoorError> {
        let began = tokio::time::Instant::now();
        let held = self.deps.leases.held().await.map_err(away)?;
        self.roster.look(held.clone(), began);
        let free = held.iter().filter(|lease| self.may_take(lease) || self.is_of_the_run_before(lease));
        let free: Vec<ShowId> = free.map(|lease| lease.show).collect();
        let taking = iter(free).for_each_concurrent(TAKEN_UP_AT_ONCE, |show| async move {
            if let Err(error) = self.own_as(show, true).await {
                tracing::error!(%error, show.id = %show, "a show could not be taken up yet");
            }
        });
        taking.await;
        self.take_orphans().await?;
        Reporter::tell_left(&self.deps, |show| self.find(show).is_some());
        Ok(())
    }

    /// Takes shows that should have somebody to look after them, and have nobody.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_orphans(self: &Arc<Self>) -> Result<(), DoorError> {
        for show in self.deps.door.running().await? {
            if self.find(show).is_none() && !self.roster.knows(show) {
                tracing::info!(show.id = %show, "a show has nobody to look after it");
                if let Err(error) = self.own(show).await {
                    tracing::error!(%error, show.id = %show, "a show could not be taken up yet");
                }
            }
        }
        Ok(())
    }

    /// Whether nobody will ever want the transmission that says `hello`, of a show that has no task here: the show's row
    /// names another, or none. While the row cannot be read, nothing is certain.
    pub async fn has_no_use_for(&self, hello: &Hello) -> bool {
        match timeout(LEASE, self.deps.leases.get(hello.show)).await {
            Ok(Ok(Some(lease))) => lease.run().is_none_or(|run| run.token_hash != hash_secret(&hello.token)),
            Ok(Ok(None)) => true,
            Ok(Err(_)) | Err(_) => false,
        }
    }

    /// Tells the tasks whose leases are not among those that are still held.
    pub async fn lose_all_but(&self, before: &[Handle], kept: &[Hold]) {
        for handle in before.iter().filter(|handle| !kept.contains(&handle.hold())) {
            let _ = handle.send(Input::LeaseLost).await;
        }
    }

    /// Ends every task, and leaves the shows to whoever is next; what cannot be told of them at once is left on disk.
    pub async fn leave(&self) {
        for handle in self.all() {
            let _ = timeout(LEASE, handle.send(Input::Leave)).await;
        }
        self.deps.reporters.tasks.close();
        if timeout(TOLD_WITHIN, self.deps.reporters.tasks.wait()).await.is_err() {
            tracing::warn!("what happened could not all be told: the next server tells the rest");
        }
        match timeout(LEASE, self.deps.leases.release_all(&self.deps.me.serve)).await {
            Ok(Ok(())) => {}
            outcome => {
                tracing::warn!(?outcome, "the leases could not be let go; others will wait for a moment")
            }
        }
    }
}

/// What was ordered between the look at the show and the start of its task, which no fact will tell again.
async fn catch_up(deps: Arc<Deps>, handle: Handle) {
    let show = handle.hold().show;
    let standing = async {
        loop {
            match deps.door.standing(show).await {
                Ok(standing) => return standing,
                Err(error) => tracing::warn!(%error, show.id = %show, "shows do not answer"),
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    };
    let Ok(Some(standing)) = timeout(CATCH_UP_WITHIN, standing).await else { return };
    let mut orders: Vec<Order> = Vec::new();
    if standing.state.on_air() {
        orders.extend(standing.live_at.map(|at| Order::GoLive { at }));
    }
    orders.extend(standing.highlights.into_iter().map(|one| Order::Highlight(Box::new(one))));
    if standing.state == ShowState::Ended {
        orders.push(Order::End);
    }
    for order in orders {
        let _ = handle.send(Input::Order(order)).await;
    }
}

/// The database does not answer, and so shows do not either.
pub fn away(error: DbError) -> DoorError {
    DoorError::Unavailable(error.to_string())
}
