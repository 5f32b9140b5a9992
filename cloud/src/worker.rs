//! The one list of listeners, followers, runners of jobs, and timers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::app::App;
use crate::billing::TakeWebhooks;
use crate::bus;
use crate::config::ServeRole;
use crate::db::DbError;
use crate::events::{Follower, Listener, Recorded};
use crate::import::{DropStrangersAddresses, FetchLists, FetchPictures, RunImports};
use crate::ingest::{Keep, OrderTransmissions};
use crate::jobs::{Runner, Timer, TimerResult};
use crate::leaving::{DropStrangersExports, EraseOrganizations, MakeExports};
use crate::plan::Meter;
use crate::show;
use crate::webhooks::{CallWebhooks, DropStrangersWebhooks, Lane, QueueDeliveries};

#[cfg(test)]
mod tests;

/// Those who change the database when they hear a fact.
fn listeners(app: &App) -> Vec<Arc<dyn Listener>> {
    vec![
        Arc::new(QueueDeliveries::new(app.webhooks.clone())),
        Arc::new(show::DropRemovedProducts::new(app.shows.clone())),
        Arc::new(Meter),
        Arc::new(DropStrangersWebhooks),
        Arc::new(DropStrangersAddresses),
        Arc::new(show::RevokeStrangersKeys::new(app.shows.clone())),
        Arc::new(DropStrangersExports),
    ]
}

/// Those who keep something in memory that facts change.
fn followers(app: &App) -> Vec<Arc<dyn Follower>> {
    // Pages are told to look again after what they find was forgotten.
    let pages = InOrder([Arc::new(app.storefront.clone()), Arc::new(app.rtm.clone())]);
    let mut followers: Vec<Arc<dyn Follower>> = vec![Arc::new(pages)];
    if app.config.server.plays(ServeRole::Ingest) {
        followers.push(Arc::new(OrderTransmissions(app.ingest.clone())));
    }
    followers
}

/// Followers of which the next hears a fact when the one before it has heard it.
struct InOrder([Arc<dyn Follower>; 2]);

impl Follower for InOrder {
    fn name(&self) -> &'static str {
        "pages"
    }

    fn follow<'a>(&'a self, fact: &'a Recorded) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            for follower in &self.0 {
                follower.follow(fact).await;
            }
        })
    }

    fn follow_all<'a>(&'a self, facts: &'a [Recorded]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            for follower in &self.0 {
                follower.follow_all(facts).await;
            }
        })
    }
}

/// Those who do what was left for later.
fn runners(app: &App) -> Vec<Arc<dyn Runner>> {
    let call = |lane| Arc::new(CallWebhooks::new(app.webhooks.clone(), lane));
    vec![
        app.postman.clone(),
        call(Lane::Quick),
        call(Lane::Slow),
        Arc::new(TakeWebhooks::new(app.billing.clone())),
        Arc::new(RunImports::new(app.imports.clone())),
        Arc::new(FetchLists::new(app.imports.clone())),
        Arc::new(FetchPictures::new(app.imports.clone())),
        Arc::new(MakeExports::new(app.leaving.clone())),
        Arc::new(EraseOrganizations::new(app.leaving.clone())),
    ]
}

/// What happens by time alone, in one process of all that share the database.
fn timers(app: &App) -> Vec<Timer> {
    let (orgs, catalog, shows) = (app.orgs.clone(), app.catalog.clone(), app.shows.clone());
    let overrunning = shows.clone();
    let pictures = app.catalog.clone();
    let (leaving, unused) = (app.leaving.clone(), app.leaving.clone());
    let (webhooks, waking) = (app.webhooks.clone(), app.webhooks.clone());
    let (replays, facts) = (app.replays.clone(), app.dead_facts.clone());
    let (imports, fetching, mending) = (app.imports.clone(), app.imports.clone(), app.imports.clone());
    let (looking, ending, sweeping) = (app.billing.clone(), app.billing.clone(), app.billing.clone());
    let (plans, drawing) = (app.plans.clone(), app.imports.clone());
    vec![
        Timer::new("plan.apply_due", Duration::from_secs(60), move || {
            let plans = plans.clone();
            async move { plans.apply_due().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("org.sweep_sessions", Duration::from_secs(3600), move || {
            let orgs = orgs.clone();
            async move { orgs.sweep_sessions().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("billing.look_around", Duration::from_secs(60), move || {
            let billing = looking.clone();
            async move { billing.look_around().await.map_err(Into::into) }
        }),
        Timer::new("billing.end_grace", Duration::from_secs(60), move || {
            let billing = ending.clone();
            async move { billing.end_grace().await.map_err(Into::into) }
        }),
        Timer::new("billing.sweep_webhooks", Duration::from_secs(86_400), move || {
            let billing = sweeping.clone();
            async move { billing.sweep_webhooks().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("leaving.sweep", Duration::from_secs(60), move || {
            let leaving = leaving.clone();
            async move { leaving.sweep().await.map_err(Into::into) }
        }),
        Timer::new("leaving.sweep_unused", Duration::from_secs(3600), move || {
            let leaving = unused.clone();
            async move { leaving.sweep_unused().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("webhooks.wake", Duration::from_secs(2), move || {
            let webhooks = waking.clone();
            async move { webhooks.wake().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("webhooks.sweep", Duration::from_secs(3600), move || {
            let webhooks = webhooks.clone();
            async move { webhooks.sweep().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("catalog.release_reservations", Duration::from_secs(5), move || {
            let catalog = catalog.clone();
            async move { catalog.release_expired().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("show.sweep_coupons", Duration::from_secs(2), move || {
            let shows = shows.clone();
            async move { shows.sweep_coupons().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("show.sweep_overrunning", Duration::from_secs(5), move || {
            let shows = overrunning.clone();
            async move { shows.sweep_overrunning().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("catalog.sweep_pictures", Duration::from_secs(600), move || {
            let catalog = pictures.clone();
            async move { catalog.sweep_pictures().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("replays.sweep", Duration::from_secs(900), move || {
            let replays = replays.clone();
            async move { replays.sweep().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("events.sweep_unknown", Duration::from_secs(86_400), move || {
            let facts = facts.clone();
            async move { facts.sweep_unknown().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("import.addresses", Duration::from_secs(60), move || {
            let imports = fetching.clone();
            async move { imports.fetch_due().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("import.mend", Duration::from_secs(60), move || {
            let imports = mending.clone();
            async move { imports.mend().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("import.pictures", Duration::from_secs(15), move || {
            let imports = drawing.clone();
            async move { imports.leave_pictures().await.map(drop).map_err(Into::into) }
        }),
        Timer::new("import.sweep", Duration::from_secs(3600), move || {
            let imports = imports.clone();
            async move { imports.sweep().await.map(drop).map_err(Into::into) }
        }),
    ]
}

/// What each process does for itself.
fn own_timers(app: &App) {
    let db = app.db.clone();
    every(app, "checkpoint", Duration::from_secs(300), move || {
        let db = db.clone();
        async move { db.checkpoint().await.map_err(Into::into) }
    });
}

/// How many watch is known where they are connected: each process says it to the others.
fn note_viewers(app: &App) {
    let (plans, rtm) = (app.plans.clone(), app.rtm.clone());
    every(app, "note_viewers", Duration::from_secs(10), move || {
        let (plans, watching) = (plans.clone(), rtm.watching());
        async move { plans.note_viewers(&watching).await.map_err(Into::into) }
    });
}

/// What nobody asks for any more leaves the memory.
fn drop_old_snapshots(app: &App) {
    let storefront = app.storefront.clone();
    every(app, "drop_old_snapshots", Duration::from_secs(5), move || {
        let storefront = storefront.clone();
        async move {
            storefront.drop_old_snapshots();
            Ok(())
        }
    });
}

/// Time ends a deserted show only where its media is looked after: there it is known whether the publisher is back.
fn sweep_own_shows(app: &App) {
    let (shows, ingest) = (app.shows.clone(), app.ingest.clone());
    every(app, "sweep_deserted_shows", Duration::from_secs(1), move || {
        let (shows, ingest) = (shows.clone(), ingest.clone());
        async move { shows.sweep_deserted(|show| ingest.may_end(show)).await.map(drop).map_err(Into::into) }
    });
}

/// A publisher that was let in while its organisation was suspended is found here.
fn close_barred(app: &App) {
    let ingest = app.ingest.clone();
    every(app, "close_barred", Duration::from_secs(15), move || {
        let ingest = ingest.clone();
        async move {
            ingest.close_barred().await;
            Ok(())
        }
    });
}

/// What transmissions left on the disk of this machine goes after its time.
fn sweep_disk(app: &App) {
    let (ingest, stop) = (app.ingest.clone(), app.stop.clone());
    let (recordings_for, recordings_bytes) = app.config.media.keep();
    let plans = app.plans.clone();
    every(app, "sweep_disk", Duration::from_secs(3600), move || {
        let (ingest, plans, stop) = (ingest.clone(), plans.clone(), stop.clone());
        async move {
            let reading = ingest.clone();
            let shows = tokio::task::spawn_blocking(move || reading.shows_on_disk()).await??;
            let keep = match plans.recordings_of(&shows).await {
                Ok(days) => {
                    let length = |days: i64| Duration::from_secs(days.unsigned_abs().saturating_mul(86_400));
                    let limited = days.into_iter().filter_map(|(show, days)| Some((show, length(days?))));
                    Keep { recordings_for, of_plans: limited.collect(), recordings_bytes }
                }
                // For how long they are to stay is not known: only want of room takes any.
                Err(error) => {
                    tracing::warn!(%error, "plans do not answer: recordings stay until they do");
                    Keep { recordings_for: Duration::MAX, of_plans: HashMap::new(), recordings_bytes }
                }
            };
            let swept = tokio::task::spawn_blocking(move || ingest.sweep_disk(&keep, &stop)).await??;
            tracing::debug!(bytes = swept, "the disk was swept");
            Ok(())
        }
    });
}

/// Starts everything on the app's tasks. When it returns, no later fact is missed.
///
/// # Errors
/// The database does not answer.
pub async fn start(app: &App) -> Result<(), DbError> {
    wake(app);
    for follower in followers(app) {
        app.relay.follow(follower, &app.tasks, app.stop.clone()).await?;
    }
    app.storefront.keep_snapshots();
    drop_old_snapshots(app);
    if app.config.server.plays(ServeRole::Worker) {
        for listener in listeners(app) {
            app.relay.listen(listener, &app.tasks, app.stop.clone()).await?;
        }
        app.jobs.take_over().await?;
        for runner in runners(app) {
            app.jobs.run(runner, &app.tasks, app.stop.clone());
        }
        for timer in timers(app) {
            app.jobs.every(timer, &app.tasks, app.stop.clone()).await?;
        }
        own_timers(app);
    }
    note_viewers(app);
    if app.db.is_shared() {
        app.monitor.share(&app.bus, &app.tasks, &app.stop);
    }
    if app.config.server.plays(ServeRole::Ingest) {
        sweep_own_shows(app);
        close_barred(app);
        sweep_disk(app);
    }
    Ok(())
}

/// A commit here wakes the relay and the runners of every process on the bus, this one included.
fn wake(app: &App) {
    let (relay, jobs) = (app.relay.nudge(), app.jobs.nudge());
    carry(app, bus::FACTS, app.db.commits(), move || relay.nudge());
    carry(app, bus::JOBS, app.db.jobs_left(), move || jobs.nudge());
}

/// Says commits of this process on the bus, and tells `woken` of everybody's.
fn carry(
    app: &App,
    subject: &'static str,
    mut commits: watch::Receiver<u64>,
    woken: impl Fn() + Send + Sync + 'static,
) {
    let (bus, stop) = (app.bus.clone(), app.stop.clone());
    app.tasks.spawn(async move {
        while let Some(Ok(())) = stop.run_until_cancelled(commits.changed()).await {
            bus.publish(subject, bytes::Bytes::new());
        }
    });
    let (mut heard, stop) = (app.bus.subscribe(subject), app.stop.clone());
    app.tasks.spawn(async move {
        while let Some(received) = stop.run_until_cancelled(heard.next()).await {
            if received == bus::Received::Closed {
                break;
            }
            woken();
        }
    });
}

/// Runs `work` at once and then again and again, `pause` apart.
fn every<F>(app: &App, name: &'static str, pause: Duration, work: impl Fn() -> F + Send + Sync + 'static)
where
    F: Future<Output = TimerResult> + Send,
{
    let stop = app.stop.clone();
    app.tasks.spawn(async move {
        loop {
            if let Err(error) = work().await {
                tracing::error!(timer = name, error = %chain(error.as_ref()), "a timer's work failed");
            }
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                break;
            }
        }
    });
}

/// An error with its causes, on one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}
