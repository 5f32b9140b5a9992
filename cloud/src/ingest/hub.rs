//! Finds and starts the tasks of shows that this node owns.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::time::timeout;
use vitrine_protocol::{ShowId, ShowState};

use super::Deps;
use super::airing::{self, Beginning, Handle, Input, Order};
use super::door::DoorError;
use super::lease::{Hold, LEASE, Lease, Written};
use super::ownership::spread;
use super::reporter::Reporter;
use super::roster::Roster;
use crate::db::DbError;

/// A show's first look at the database after it was taken, at most.
const CATCH_UP_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

/// The shows that are looked after now.
pub struct Hub {
    pub deps: Arc<Deps>,
    pub roster: Roster,
    shows: Mutex<HashMap<ShowId, Handle>>,
    /// One taking of a show at a time.
    taking: Mutex<HashMap<ShowId, Arc<tokio::sync::Mutex<()>>>>,
}

/// Who looks after a show.
pub enum Place {
    /// This node.
    Here(Handle),
    /// Another, which takes its publishers at this `host:port`.
    Elsewhere(String),
}

impl Hub {
    pub fn new(deps: Arc<Deps>) -> Self {
        Self { deps, roster: Roster::default(), shows: Mutex::default(), taking: Mutex::default() }
    }

    /// The show's task, if it runs.
    pub fn find(&self, show: ShowId) -> Option<Handle> {
        self.shows.lock().get(&show).filter(|handle| !handle.is_over()).cloned()
    }

    /// Every task that runs.
    pub fn all(&self) -> Vec<Handle> {
        self.shows.lock().values().filter(|handle| !handle.is_over()).cloned().collect()
    }

    /// Makes this node look after a show, unless another one does.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn own(&self, show: ShowId) -> Result<Place, DoorError> {
        self.own_if(show, |lease| self.may_take(lease)).await
    }

    async fn own_if(&self, show: ShowId, may_take: impl Fn(&Lease) -> bool) -> Result<Place, DoorError> {
        let turn = self.taking.lock().entry(show).or_default().clone();
        let _turn = turn.lock().await;
        let place = self.own_in_turn(show, may_take).await;
        let mut taking = self.taking.lock();
        if Arc::strong_count(&turn) <= 2 {
            taking.remove(&show); // nobody else waits for a turn
        }
        place
    }

    async fn own_in_turn(&self, show: ShowId, may_take: impl Fn(&Lease) -> bool) -> Result<Place, DoorError> {
        if let Some(handle) = self.find(show) {
            return Ok(Place::Here(handle));
        }
        let (leases, me) = (&self.deps.leases, &self.deps.me);
        let known = leases.get(show).await.map_err(away)?;
        let taken = match &known {
            None => leases.take(show, me, None).await,
            Some(lease) if may_take(lease) => leases.take(show, me, Some((lease.fence, lease.beat))).await,
            Some(lease) => return Ok(Place::Elsewhere(lease.owner.rtmp.clone())),
        };
        match taken.map_err(away)? {
            Some(lease) => self.begin(lease).await.map(Place::Here),
            // Somebody was quicker; who it is stands in the row by now.
            None => match leases.get(show).await.map_err(away)? {
                Some(lease) => Ok(Place::Elsewhere(lease.owner.rtmp)),
                None => Err(DoorError::Refused("There is no such show.".to_owned())),
            },
        }
    }

    /// Whether nobody else looks after a show: its row was let go, or stood still for the lease's length.
    pub fn may_take(&self, lease: &Lease) -> bool {
        let me = &self.deps.me;
        lease.released
            || lease.owner.serve == me.serve
            || self.roster.stands_still(lease, spread(lease.show, me))
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
        let written = Written { placed: lease.placed.clone(), msn_end: lease.msn_end, released: true };
        if let Err(error) = self.deps.leases.write(lease.hold(), &written).await {
            tracing::warn!(%error, show.id = %lease.show, "a lease could not be given back");
        }
    }

    /// Gives an order to a show's task; without one there is nothing to order, and the next one will be told by shows.
    pub async fn order(&self, show: ShowId, order: Order) {
        if let Some(handle) = self.find(show) {
            let _ = handle.send(Input::Order(order)).await;
        }
    }

    /// Takes up what an earlier `serve` left, here or on a node that let go: adopts transmissions that still run, starts
    /// those of shows on air again, and tells shows about publishers and transmissions that are gone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_up(&self) -> Result<(), DoorError> {
        let began = tokio::time::Instant::now();
        let held = self.deps.leases.held().await.map_err(away)?;
        self.roster.look(held.clone(), began);
        let free = |lease: &Lease| self.may_take(lease) || self.is_of_the_run_before(lease);
        for lease in held.iter().filter(|lease| free(lease)) {
            if let Err(error) = self.own_if(lease.show, free).await {
                tracing::error!(%error, show.id = %lease.show, "a show could not be taken up yet");
            }
        }
        self.take_orphans().await?;
        Reporter::tell_left(&self.deps, |show| self.find(show).is_some());
        Ok(())
    }

    /// Takes shows that should have somebody to look after them, and have nobody.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_orphans(&self) -> Result<(), DoorError> {
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

    /// Tells the tasks whose leases are not among those that are still held.
    pub async fn lose_all_but(&self, before: &[Handle], kept: &[Hold]) {
        for handle in before.iter().filter(|handle| !kept.contains(&handle.hold())) {
            let _ = handle.send(Input::LeaseLost).await;
        }
    }

    /// Ends every task, and leaves the shows to whoever is next.
    pub async fn leave(&self) {
        for handle in self.all() {
            let _ = timeout(LEASE, handle.send(Input::Leave)).await;
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
    orders.extend(standing.highlights.into_iter().map(Order::Highlight));
    if standing.state == ShowState::Ended {
        orders.push(Order::End);
    }
    for order in orders {
        let _ = handle.send(Input::Order(order)).await;
    }
}

fn away(error: DbError) -> DoorError {
    DoorError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use vitrine_protocol::PublishSessionId;

    use super::*;
    use crate::events::LossReason;
    use crate::ingest::airing::Busy;
    use crate::ingest::launcher::JobHandle;
    use crate::ingest::lease::{MSN_BLOCK, Owner, Placed, Run, fake::owner};
    use crate::ingest::testing::{Stage, eventually};
    use crate::show::MediaFact;

    /// Leaves a row with a transmission of `epoch`, as `by` would.
    fn leave_row(stage: &Stage, by: Owner, epoch: u32, runs: bool) {
        let run = Run {
            handle: Some(JobHandle("99".into())),
            token_hash: "hash".into(),
            origin: Some("http://127.0.0.1:9".into()),
            origin_token: "secret".into(),
        };
        let placed = Placed { epoch, home: by.home(), first_msn: 0, run: runs.then_some(run) };
        stage.leases.put(Lease {
            show: stage.door.show,
            owner: by,
            fence: 4,
            beat: 7,
            released: false,
            placed: Some(placed),
            msn_end: MSN_BLOCK,
        });
    }

    fn before(stage: &Stage) -> Owner {
        Owner { serve: "the run before".into(), ..stage.deps.me.clone() }
    }

    #[tokio::test]
    async fn a_transmission_that_outlived_serve_is_adopted_and_not_started_again() {
        let stage = Stage::new();
        leave_row(&stage, before(&stage), 2, true);
        stage.launcher.alive.lock().insert("99".into());
        stage.door.stands(ShowState::Live, 2);
        let hub = Hub::new(stage.deps.clone());
        hub.take_up().await.unwrap();
        assert!(hub.find(stage.door.show).is_some());
        let row = stage.leases.row(stage.door.show).unwrap();
        assert_eq!((row.fence, row.owner), (5, stage.deps.me.clone()));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(stage.launcher.jobs.lock().is_empty() && stage.door.facts.lock().is_empty());
    }

    #[tokio::test]
    async fn a_show_on_air_whose_transmission_died_too_goes_on_in_its_epoch() {
        let stage = Stage::new();
        leave_row(&stage, before(&stage), 2, true);
        stage.launcher.journals.lock().insert(2);
        stage.door.stands(ShowState::Interrupted, 2);
        let hub = Hub::new(stage.deps.clone());
        hub.take_up().await.unwrap();
        stage.until_told(MediaFact::TransmissionLost { epoch: 2 }).await;
        eventually(|| stage.launcher.jobs.lock().first().is_some_and(|job| job.epoch == 2)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_reboot_nothing_goes_on_in_the_same_epoch_and_no_number_is_used_twice() {
        let stage = Stage::new();
        let rebooted = Owner { boot: "the boot before".into(), ..before(&stage) };
        leave_row(&stage, rebooted, 2, true);
        stage.launcher.journals.lock().insert(2);
        stage.door.stands(ShowState::Live, 2);
        let hub = Arc::new(Hub::new(stage.deps.clone()));
        hub.take_up().await.unwrap();
        assert!(hub.find(stage.door.show).is_none(), "a row of another boot is watched first");
        stage.watch(&hub).await;
        eventually(|| !stage.launcher.jobs.lock().is_empty()).await;
        let job = stage.launcher.jobs.lock()[0].clone();
        assert_eq!((job.epoch, job.first_msn), (3, MSN_BLOCK));
        assert_eq!(stage.leases.row(stage.door.show).unwrap().msn_end, 2 * MSN_BLOCK);
    }

    #[tokio::test(start_paused = true)]
    async fn the_show_of_a_node_that_lives_is_left_alone_and_that_of_a_lost_one_is_taken() {
        let stage = Stage::new();
        leave_row(&stage, owner("b"), 2, false);
        stage.door.stands(ShowState::Live, 2);
        let hub = Arc::new(Hub::new(stage.deps.clone()));
        hub.take_up().await.unwrap();
        for _ in 0..20 {
            stage.leases.bump(stage.door.show);
            stage.watch_once(&hub).await;
            stage.watch_once(&hub).await;
        }
        assert!(hub.find(stage.door.show).is_none());
        assert!(
            matches!(hub.own(stage.door.show).await, Ok(Place::Elsewhere(rtmp)) if rtmp == "127.0.0.1:1")
        );
        let died = tokio::time::Instant::now();
        stage.watch(&hub).await;
        assert!(hub.find(stage.door.show).is_some());
        assert!(died.elapsed() < std::time::Duration::from_secs(5), "{:?}", died.elapsed());
        assert_eq!(stage.leases.row(stage.door.show).unwrap().fence, 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_was_away_for_all_makes_nobody_take_anything() {
        let stage = Stage::new();
        leave_row(&stage, owner("b"), 2, false);
        stage.door.stands(ShowState::Live, 2);
        let hub = Arc::new(Hub::new(stage.deps.clone()));
        hub.take_up().await.unwrap();
        for _ in 0..3 {
            stage.leases.away(true);
            tokio::time::sleep(std::time::Duration::from_secs(80)).await;
            stage.leases.away(false);
            assert!(matches!(hub.own(stage.door.show).await, Ok(Place::Elsewhere(_))));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_lost_its_lease_stops_acting_and_closes_its_publisher() {
        let stage = Stage::new();
        stage.door.stands(ShowState::Live, 0);
        let hub = Arc::new(Hub::new(stage.deps.clone()));
        let Place::Here(handle) = hub.own(stage.door.show).await.unwrap() else {
            panic!("nobody else has it")
        };
        let mut kicks = stage.publish(&handle).await.unwrap().1;
        eventually(|| !stage.launcher.jobs.lock().is_empty()).await;
        let row = stage.leases.row(stage.door.show).unwrap();
        let taken = stage.deps.leases.take(row.show, &owner("b"), Some((row.fence, row.beat))).await.unwrap();
        assert!(taken.is_some());
        let (before, kept) = (hub.all(), stage.deps.leases.beat(&stage.deps.me.serve).await.unwrap());
        hub.lose_all_but(&before, &kept).await;
        assert_eq!(kicks.recv().await.unwrap().reason, LossReason::Moved);
        eventually(|| hub.find(stage.door.show).is_none()).await;
        assert_eq!(stage.leases.row(stage.door.show).unwrap().owner, owner("b"));
        assert_eq!(stage.launcher.jobs.lock().len(), 1, "nothing is started again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_publisher_that_went_with_its_server_leaves_no_ghost() {
        let stage = Stage::new();
        let session = PublishSessionId::new();
        leave_row(&stage, before(&stage), 2, false);
        stage.door.stands(ShowState::Draft, 2);
        stage.door.receives(session);
        let hub = Hub::new(stage.deps.clone());
        hub.take_up().await.unwrap();
        assert!(!hub.find(stage.door.show).unwrap().is_quiet());
        stage.until_told(MediaFact::PublisherLost { session, reason: LossReason::ServerLost }).await;
        eventually(|| hub.find(stage.door.show).is_none()).await;
        assert!(stage.leases.row(stage.door.show).unwrap().released);
        assert!(stage.launcher.jobs.lock().is_empty(), "a rehearsal is not started again");
    }

    #[tokio::test]
    async fn what_was_ordered_while_the_show_was_taken_is_not_missed() {
        let stage = Stage::new();
        stage.door.stands(ShowState::Live, 0);
        stage.door.ends_after_a_look();
        let hub = Hub::new(stage.deps.clone());
        let Place::Here(handle) = hub.own(stage.door.show).await.unwrap() else {
            panic!("nobody else has it")
        };
        eventually(|| stage.door.looks() == 2).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert!(matches!(stage.publish(&handle).await, Err(Busy::Ended)));
    }
}
