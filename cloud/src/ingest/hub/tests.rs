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
        head_end_ms: 0,
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
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    hub.take_up().await.unwrap();
    assert!(hub.find(stage.door.show).is_some());
    let row = stage.leases.row(stage.door.show).unwrap();
    assert_eq!((row.fence, row.owner), (5, stage.deps.me.clone()));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(stage.launcher.jobs.lock().is_empty() && stage.door.facts.lock().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_slow_database_is_waited_for_by_all_shows_at_once() {
    let stage = Stage::new();
    leave_row(&stage, before(&stage), 2, true);
    let row = stage.leases.row(stage.door.show).unwrap();
    (0..7).for_each(|_| stage.leases.put(Lease { show: ShowId::new(), ..row.clone() }));
    stage.door.stands(ShowState::Live, 2);
    let second = std::time::Duration::from_secs(1);
    stage.leases.answers_after(second);
    stage.door.answers_after(second);
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    let began = tokio::time::Instant::now();
    hub.take_up().await.unwrap();
    assert_eq!(hub.all().len(), 8);
    assert!(began.elapsed() < 6 * second, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_show_on_air_whose_transmission_died_too_goes_on_in_its_epoch() {
    let stage = Stage::new();
    leave_row(&stage, before(&stage), 2, true);
    stage.launcher.journals.lock().insert(2);
    stage.door.stands(ShowState::Interrupted, 2);
    let hub = Arc::new(Hub::new(stage.deps.clone()));
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
    assert!(matches!(hub.own(stage.door.show).await, Ok(Place::Elsewhere(there)) if there == owner("b")));
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
    let Place::Here(handle) = hub.own(stage.door.show).await.unwrap() else { panic!("nobody else has it") };
    let mut kicks = stage.publish(&handle).await.unwrap().1;
    eventually(|| !stage.launcher.jobs.lock().is_empty()).await;
    let row = stage.leases.row(stage.door.show).unwrap();
    let taken = stage.deps.leases.take(row.show, &owner("b"), Some((row.fence, row.beat))).await.unwrap();
    assert!(taken.is_some());
    let (before, kept) =
        (hub.all(), stage.deps.leases.beat(&stage.deps.me.serve, &[row.show]).await.unwrap());
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
    let hub = Arc::new(Hub::new(stage.deps.clone()));
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
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    let Place::Here(handle) = hub.own(stage.door.show).await.unwrap() else { panic!("nobody else has it") };
    eventually(|| stage.door.looks() == 2).await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(matches!(stage.publish(&handle).await, Err(Busy::Ended)));
}

#[tokio::test(start_paused = true)]
async fn a_row_that_was_taken_and_came_to_nothing_gets_its_task_later() {
    let stage = Stage::new();
    stage.door.stands(ShowState::Live, 0);
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    let stop = tokio_util::sync::CancellationToken::new();
    tokio::spawn(crate::ingest::ownership::beat(hub.clone(), stop.clone()));
    stage.door.away(true);
    stage.leases.read_only(true);
    assert!(hub.own(stage.door.show).await.is_err());
    let row = stage.leases.row(stage.door.show).unwrap();
    assert!(row.owner == stage.deps.me && !row.released, "it could not be given back");
    stage.door.away(false);
    stage.leases.read_only(false);
    assert!(hub.find(stage.door.show).is_none());
    stage.watch(&hub).await;
    eventually(|| hub.find(stage.door.show).is_some()).await;
    stop.cancel();
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_for_a_show_leaves_no_row_without_a_task() {
    let stage = Stage::new();
    stage.door.stands(ShowState::Live, 0);
    let second = std::time::Duration::from_secs(1);
    stage.door.answers_after(second);
    let hub = Arc::new(Hub::new(stage.deps.clone()));
    assert!(timeout(second / 2, hub.own(stage.door.show)).await.is_err());
    assert!(stage.leases.row(stage.door.show).is_some(), "the row was taken");
    eventually(|| hub.find(stage.door.show).is_some()).await;
}

#[tokio::test(start_paused = true)]
async fn a_show_that_was_let_go_on_a_machine_that_cannot_dial_this_one_is_left_to_it_for_a_while() {
    for (boot, at_once) in [("another machine", false), ("boot", true)] {
        let stage = Stage::new();
        leave_row(&stage, Owner { boot: boot.into(), ..owner("b") }, 2, true);
        let row = stage.leases.row(stage.door.show).unwrap();
        stage.leases.put(Lease { released: true, ..row });
        stage.door.stands(ShowState::Live, 2);
        let hub = Arc::new(Hub::new(stage.deps.clone()));
        stage.watch_once(&hub).await;
        assert_eq!(hub.find(stage.door.show).is_some(), at_once, "{boot}");
        stage.watch(&hub).await;
        eventually(|| hub.find(stage.door.show).is_some()).await;
    }
}
