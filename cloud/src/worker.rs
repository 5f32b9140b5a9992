//! The one list of listeners, followers and timers.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::bus;
use crate::config::ServeRole;
use crate::db::DbError;
use crate::events::{Follower, Listener};
use crate::ingest::OrderTransmissions;
use crate::show;

/// Those who change the database when they hear a fact.
fn listeners(app: &App) -> Vec<Arc<dyn Listener>> {
    vec![Arc::new(show::DropRemovedProducts::new(app.clock.clone()))]
}

/// Those who keep something in memory that facts change.
fn followers(app: &App) -> Vec<Arc<dyn Follower>> {
    let mut followers: Vec<Arc<dyn Follower>> = vec![Arc::new(app.rtm.clone())];
    if app.config.server.plays(ServeRole::Ingest) {
        followers.push(Arc::new(OrderTransmissions(app.ingest.clone())));
    }
    followers
}

/// What happens by time alone.
fn timers(app: &App) {
    let shows = app.shows.clone();
    every(app, "sweep_deserted_shows", Duration::from_secs(1), move || {
        let shows = shows.clone();
        async move { shows.sweep_deserted().await.map(drop).map_err(Into::into) }
    });
    let orgs = app.orgs.clone();
    every(app, "sweep_sessions", Duration::from_secs(3600), move || {
        let orgs = orgs.clone();
        async move { orgs.sweep_sessions().await.map(drop).map_err(Into::into) }
    });
    let db = app.db.clone();
    every(app, "checkpoint", Duration::from_secs(300), move || {
        let db = db.clone();
        async move { db.checkpoint().await.map_err(Into::into) }
    });
}

/// Starts everything on the app's tasks. When it returns, no later fact is missed.
///
/// # Errors
/// The database does not answer.
pub async fn start(app: &App) -> Result<(), DbError> {
    wake_relay(app);
    for follower in followers(app) {
        app.relay.follow(follower, &app.tasks, app.stop.clone()).await?;
    }
    if app.config.server.plays(ServeRole::Worker) {
        for listener in listeners(app) {
            app.relay.listen(listener, &app.tasks, app.stop.clone()).await?;
        }
        timers(app);
    }
    if app.config.server.plays(ServeRole::Ingest) {
        lose_ghosts(app);
    }
    Ok(())
}

/// A commit here wakes the relay of every process on the bus, this one included.
fn wake_relay(app: &App) {
    let (mut commits, bus, stop) = (app.db.commits(), app.bus.clone(), app.stop.clone());
    app.tasks.spawn(async move {
        while let Some(Ok(())) = stop.run_until_cancelled(commits.changed()).await {
            bus.publish(bus::FACTS, bytes::Bytes::new());
        }
    });
    let (mut facts, nudge, stop) = (app.bus.subscribe(bus::FACTS), app.relay.nudge(), app.stop.clone());
    app.tasks.spawn(async move {
        while let Some(received) = stop.run_until_cancelled(facts.next()).await {
            if received == bus::Received::Closed {
                break;
            }
            nudge.nudge();
        }
    });
}

/// Publishers of the process before this one had their sockets there. Those who have not come back some
/// seconds after the start are gone, whatever the database says.
fn lose_ghosts(app: &App) {
    let (shows, clock, stop) = (app.shows.clone(), app.clock.clone(), app.stop.clone());
    app.tasks.spawn(async move {
        let started = clock.now();
        if stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(5))).await.is_some()
            && let Err(error) = shows.lose_ghosts(started).await
        {
            tracing::error!(error = %chain(&error), "publishers of an earlier run could not be checked");
        }
    });
}

type TimerResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

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
