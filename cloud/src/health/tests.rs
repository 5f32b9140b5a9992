use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vitrine_protocol::ShowId;
use vitrine_transmission::Health;

use super::model::{FRESH, Sample};
use super::nodes::{Heard, messages};
use super::*;
use crate::app::testing::{each_app, owner};
use crate::bus::{BusHandle, LocalBus, MEASURED, MOST_CARRIED};
use crate::ingest::Measured;
use crate::show::{ShowDraft, ShowError};

fn measured(at: DateTime<Utc>) -> Measured {
    let rungs = BTreeMap::from([("480p".to_owned(), 900_000), ("source".to_owned(), 4_000_000)]);
    let health =
        Health { pictures_per_second: 29.9, encoder_behind_ms: Some(40), rungs, ..Health::default() };
    Measured { at, health, unrecorded: Some("The disk is full.".into()) }
}

fn watched(rungs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    rungs.iter().map(|(name, viewers)| ((*name).to_owned(), *viewers)).collect()
}

#[test]
fn samples_of_all_processes_make_one_answer() {
    let (show, now) = (ShowId::new(), DateTime::UNIX_EPOCH + TimeDelta::hours(1));
    let older =
        Measured { health: Health::default(), unrecorded: None, ..measured(now - TimeDelta::seconds(4)) };
    let samples = [
        Sample { show, measured: Some(measured(now)), viewers: watched(&[("source", 3)]) },
        Sample { show, measured: Some(older), viewers: watched(&[("source", 2), ("720p", 1)]) },
    ];
    let health = ShowHealth::of(show, samples, now);
    assert_eq!((health.measured_at, health.viewers), (Some(now), 6));
    let media = health.media.unwrap();
    assert_eq!((media.pictures_per_second, media.encoder_behind_ms), (29.9, Some(40)));
    assert_eq!(media.recording_stopped.as_deref(), Some("The disk is full."));
    let rungs: Vec<_> =
        health.rungs.iter().map(|rung| (rung.name.as_str(), rung.bits_per_second, rung.viewers)).collect();
    assert_eq!(rungs, [("480p", 900_000, 0), ("720p", 0, 1), ("source", 4_000_000, 5)]);
}

#[test]
fn a_rung_that_is_left_out_stands_there_with_the_reason() {
    let (show, now) = (ShowId::new(), DateTime::UNIX_EPOCH + TimeDelta::hours(1));
    let mut measured = measured(now);
    measured.health.left_out.insert("720p".into(), "the server has no cores left for it".into());
    let sample = Sample { show, measured: Some(measured), viewers: BTreeMap::new() };
    let rungs = ShowHealth::of(show, [sample], now).rungs;
    let left_out: Vec<_> = rungs.iter().map(|rung| (rung.name.as_str(), rung.left_out.as_deref())).collect();
    let why = Some("the server has no cores left for it");
    assert_eq!(left_out, [("480p", None), ("720p", why), ("source", None)]);
}

#[test]
fn what_was_measured_a_while_ago_is_not_told_as_now() {
    let (show, now) = (ShowId::new(), DateTime::UNIX_EPOCH + TimeDelta::hours(1));
    for at in [now - FRESH, now + FRESH] {
        let sample = Sample { show, measured: Some(measured(at)), viewers: BTreeMap::new() };
        let health = ShowHealth::of(show, [sample], now);
        assert_eq!((health.measured_at, health.media, health.rungs.len()), (None, None, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn another_process_is_heard_until_it_falls_silent() {
    let now = DateTime::UNIX_EPOCH;
    let samples: Vec<_> = (0..100)
        .map(|_| Sample {
            show: ShowId::new(),
            measured: Some(measured(now)),
            viewers: watched(&[("source", 1)]),
        })
        .collect();
    let said = messages("there", now, &samples);
    assert!(said.len() > 1 && said.iter().all(|message| message.len() <= MOST_CARRIED));
    assert!(messages("there", now, &[]).is_empty());
    let heard = Heard::default();
    for message in &said {
        heard.take(message, "here", now);
        heard.take(message, "there", now);
    }
    heard.take(b"what a later version says", "here", now);
    for sample in &samples {
        assert_eq!(heard.of(sample.show)[..], *std::slice::from_ref(sample), "once, and not one's own");
    }
    tokio::time::advance(Duration::from_secs(6)).await;
    assert!(heard.of(samples[0].show).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_node_whose_clock_is_wrong_is_heard_as_long_as_any_other() {
    let (show, now, second) =
        (ShowId::new(), DateTime::UNIX_EPOCH + TimeDelta::days(1), TimeDelta::seconds(1));
    for wrong in [TimeDelta::hours(-1), TimeDelta::zero(), TimeDelta::hours(1)] {
        let there = now + wrong;
        let sample = Sample { show, measured: Some(measured(there - second)), viewers: BTreeMap::new() };
        let heard = Heard::default();
        // It goes on telling what it measured last.
        for past in 0..8 {
            for message in messages("there", there + second * past, std::slice::from_ref(&sample)) {
                heard.take(&message, "here", now + second * past);
            }
            let health = ShowHealth::of(show, heard.of(show), now + second * past);
            assert_eq!(health.measured_at, (past < 5).then_some(now - second), "{wrong}, after {past} s");
        }
    }
}

#[tokio::test]
async fn members_see_how_a_show_does_and_strangers_see_no_show() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (eve, ..) = owner(&app, "Sud").await;
        let draft: ShowDraft = serde_json::from_value(serde_json::json!({"title": "Autumn"})).unwrap();
        let show = app.shows.create(&ada, org, draft).await.unwrap().id;
        let health = app.monitor.show(&ada, org, show).await.unwrap();
        let nothing =
            ShowHealth { show_id: show, measured_at: None, media: None, rungs: Vec::new(), viewers: 0 };
        assert_eq!(health, nothing);
        assert!(app.monitor.here().is_empty());
        assert!(matches!(app.monitor.show(&eve, org, show).await, Err(ShowError::Denied(_))));
        let unknown = app.monitor.show(&ada, org, ShowId::new()).await;
        assert!(matches!(unknown, Err(ShowError::NotFound(_))));

        // Another process has the show, and viewers.
        let bus: BusHandle = Arc::new(LocalBus::new());
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        app.monitor.share(&bus, &tasks, &stop);
        let sample =
            Sample { show, measured: Some(measured(app.clock.now())), viewers: watched(&[("source", 2)]) };
        for message in messages("there", app.clock.now(), &[sample]) {
            bus.publish(MEASURED, message);
        }
        for _ in 0..200 {
            if app.monitor.show(&ada, org, show).await.unwrap() != nothing {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let health = app.monitor.show(&ada, org, show).await.unwrap();
        assert_eq!((health.measured_at, health.viewers), (Some(app.clock.now()), 2));
        assert!(app.monitor.here().is_empty(), "what others have, they tell themselves");
        stop.cancel();
        tasks.close();
        tasks.wait().await;
    })
    .await;
}
