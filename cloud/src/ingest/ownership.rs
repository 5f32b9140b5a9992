//! The two loops that keep ownership true: one shows that this node lives, one watches the others.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use vitrine_protocol::ShowId;

use super::Deps;
use super::door::DoorError;
use super::hub::{Hub, Place, away};
use super::lease::{BEAT, LEASE, Lease, Owner};

/// How often the rows are looked at.
pub const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A database that takes longer is taken for away.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Every so many looks, shows are looked for that should have an owner and have none.
const LOOKS_PER_ORPHANS: u32 = 10;

/// How much longer than the lease this node waits for that show: so that the shows of a node that is lost do not all go to
/// the one that looked first.
pub fn spread(show: ShowId, me: &Owner) -> Duration {
    let mut hasher = DefaultHasher::new();
    (show, &me.serve).hash(&mut hasher);
    Duration::from_millis(hasher.finish() % 500)
}

/// Shows that this node lives, until `stop`; then lets go of everything. Only shows that have a task are held: a row that
/// was taken and came to nothing stands still, and is taken by whoever sees that first.
pub async fn beat(hub: Arc<Hub>, stop: CancellationToken) {
    let mut tick = interval(BEAT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut away = false;
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        let before = hub.all();
        if before.is_empty() {
            continue;
        }
        let shows: Vec<ShowId> = before.iter().map(|handle| handle.hold().show).collect();
        let kept = match timeout(ANSWER_WITHIN, hub.deps.leases.beat(&hub.deps.me.serve, &shows)).await {
            Ok(Ok(kept)) => Ok(kept),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("not in time".to_owned()),
        };
        match kept {
            Ok(kept) => {
                away = false;
                hub.lose_all_but(&before, &kept).await;
            }
            Err(error) if !std::mem::replace(&mut away, true) => {
                tracing::warn!(error, "the leases cannot be renewed; shows go on as they are");
            }
            Err(_) => {}
        }
    }
    hub.leave().await;
}

/// A node on another machine that lives: its rows are not let go, and their beat goes on. Takes a moment only where there
/// are such rows.
///
/// # Errors
/// The database does not answer.
pub async fn other_machine(deps: &Deps) -> Result<Option<Owner>, DoorError> {
    let before = deps.leases.held().await.map_err(away)?;
    if !before.iter().any(|lease| is_of_other_machine(lease, &deps.me)) {
        return Ok(None);
    }
    sleep(2 * BEAT).await;
    let after = deps.leases.held().await.map_err(away)?;
    let lives = |now: &&Lease| {
        is_of_other_machine(now, &deps.me)
            && before.iter().any(|then| then.hold() == now.hold() && then.beat != now.beat)
    };
    Ok(after.iter().find(lives).map(|lease| lease.owner.clone()))
}

/// Whether a row is held by a node on another machine. A node keeps its name over a reboot of its own.
fn is_of_other_machine(lease: &Lease, me: &Owner) -> bool {
    !lease.released && lease.owner.node != me.node && lease.owner.boot != me.boot
}

/// Watches the rows until `stop`. With `takes`, shows whose owner is gone are taken over.
pub async fn watch(hub: Arc<Hub>, takes: bool, stop: CancellationToken) {
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut looks, mut away) = (0u32, false);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        looks = looks.wrapping_add(1);
        match look(&hub, takes, looks.is_multiple_of(LOOKS_PER_ORPHANS)).await {
            Ok(()) => away = false,
            Err(error) if !std::mem::replace(&mut away, true) => {
                tracing::warn!(error, "who has which show cannot be looked at; what was seen last holds");
            }
            Err(_) => {}
        }
    }
}

/// One look.
///
/// # Errors
/// Why the database did not answer.
pub async fn look(hub: &Arc<Hub>, takes: bool, orphans: bool) -> Result<(), String> {
    let began = Instant::now();
    let held = timeout(ANSWER_WITHIN, hub.deps.leases.held()).await;
    let held = held.map_err(|_| "not in time".to_owned())?.map_err(|error| error.to_string())?;
    hub.roster.look(held.clone(), began);
    if !takes {
        return Ok(());
    }
    for lease in &held {
        if hub.find(lease.show).is_none() && hub.is_left(lease) {
            let (hub, lease) = (hub.clone(), lease.clone());
            tokio::spawn(async move {
                tracing::warn!(show.id = %lease.show, node = lease.owner.node, "the show's owner is gone: it is taken over");
                match timeout(ANSWER_WITHIN + LEASE, hub.own(lease.show)).await {
                    Ok(Ok(Place::Here(_))) => {}
                    Ok(Ok(Place::Elsewhere(_))) => {
                        tracing::info!(show.id = %lease.show, "another node was quicker")
                    }
                    Ok(Err(error)) => {
                        tracing::warn!(%error, show.id = %lease.show, "the show could not be taken over")
                    }
                    Err(_) => {
                        tracing::warn!(show.id = %lease.show, "the show could not be taken over in time")
                    }
                }
            });
        }
    }
    if orphans {
        hub.take_orphans().await.map_err(|error| error.to_string())?;
    }
    Ok(())
}
