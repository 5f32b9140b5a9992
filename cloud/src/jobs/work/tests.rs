//! The story of jobs: time is moved by hand, and workers are turned by hand.

use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::Semaphore;
use vitrine_protocol::OrgId;

use super::*;
use crate::base::{Actor, TestClock};
use crate::db::testing::{each_db, two_processes};
use crate::jobs::{Jobs, NewJob, Ran, enqueue};
use crate::on;

const POLICY: Policy = Policy {
    at_once: 4,
    lease: Duration::from_secs(60),
    attempts: 3,
    first_pause: Duration::from_secs(5),
    longest_pause: Duration::from_secs(60),
};

/// Notes the keys of the jobs that it runs; fails some; works as long as nobody adds to `gate`.
struct Hands {
    did: Mutex<Vec<String>>,
    poison: Mutex<Option<Failed>>,
    gate: Semaphore,
}

impl Default for Hands {
    fn default() -> Self {
        Self { did: Mutex::default(), poison: Mutex::default(), gate: Semaphore::new(1000) }
    }
}

impl Hands {
    fn closed() -> Self {
        Self { gate: Semaphore::new(0), ..Self::default() }
    }

    fn did(&self) -> Vec<String> {
        let mut did = self.did.lock().clone();
        did.sort();
        did
    }
}

struct Note(Arc<Hands>);

impl Runner for Note {
    fn kind(&self) -> &'static str {
        "test.note"
    }
    fn policy(&self) -> Policy {
        POLICY
    }
    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        async move {
            self.0.gate.acquire().await?.forget();
            if job.key.starts_with("poison")
                && let Some(failed) = self.0.poison.lock().clone()
            {
                return Err(failed);
            }
            assert!(job.key != "panic", "on purpose");
            self.0.did.lock().push(job.body::<String>()?);
            Ok(())
        }
        .boxed()
    }
}

struct World {
    db: Db,
    time: TestClock,
}

impl World {
    fn new(db: Db) -> Self {
        Self { db, time: TestClock::new() }
    }

    fn worker(&self, hands: &Arc<Hands>) -> Work {
        Work::new(self.db.clone(), self.time.clock(), Arc::new(Note(hands.clone())))
    }

    async fn leave(&self, job: NewJob) -> bool {
        let mut tx = self.db.begin().await.unwrap();
        let new = enqueue(&mut tx, self.time.clock().now(), &job).await.unwrap();
        tx.commit().await.unwrap();
        new
    }

    async fn left(&self) -> Vec<String> {
        on!(self.db, c => sqlx::query_scalar("SELECT key FROM jobs WHERE dead_ms IS NULL ORDER BY key").fetch_all(c).await)
            .unwrap()
    }
}

fn note(key: &str) -> NewJob {
    NewJob::new("test.note", key, json!(key))
}

impl Work {
    /// Lets what is running end, and writes it down.
    async fn finish(&mut self) {
        while let Some(ended) = self.running.next().await {
            self.note(ended);
        }
        self.settle().await.unwrap();
    }

    /// Claims and does until nothing is due.
    async fn drain(&mut self) {
        while self.claim().await.unwrap() > 0 {
            self.finish().await;
        }
    }
}

#[tokio::test]
async fn a_job_is_left_once_with_its_transaction_and_done_once() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        let mut worker = world.worker(&hands);
        let mut dropped = world.db.begin().await.unwrap();
        enqueue(&mut dropped, world.time.clock().now(), &note("never")).await.unwrap();
        drop(dropped);
        assert!(world.leave(note("a")).await);
        assert!(!world.leave(note("a")).await, "one of its kind and key is there");
        let later = world.time.clock().now() + Duration::from_secs(30);
        assert!(world.leave(note("b").after(later)).await);
        worker.drain().await;
        assert_eq!(hands.did(), ["a"]);
        world.time.advance(Duration::from_secs(30));
        worker.drain().await;
        assert_eq!(hands.did(), ["a", "b"]);
        assert!(world.left().await.is_empty());
        assert!(world.leave(note("a")).await, "what is done may be wanted again");
    })
    .await;
}

#[tokio::test]
async fn two_workers_of_one_database_claim_each_job_once() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        let keys: Vec<_> = (100..200).map(|n| format!("{n}")).collect();
        for key in &keys {
            world.leave(note(key)).await;
        }
        let mut workers: Vec<_> = (0..6).map(|_| world.worker(&hands)).collect();
        futures_util::future::join_all(workers.iter_mut().map(Work::drain)).await;
        workers[0].drain().await;
        assert_eq!(hands.did(), keys);
        assert!(world.left().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn two_processes_claim_each_job_once() {
    two_processes(async |one, other| {
        let (world, hands) = (World::new(one), Arc::new(Hands::default()));
        let there = World { db: other, time: world.time.clone() };
        let keys: Vec<_> = (100..200).map(|n| format!("{n}")).collect();
        for key in &keys {
            world.leave(note(key)).await;
        }
        let mut workers =
            [world.worker(&hands), there.worker(&hands), world.worker(&hands), there.worker(&hands)];
        futures_util::future::join_all(workers.iter_mut().map(Work::drain)).await;
        workers[1].drain().await;
        assert_eq!(hands.did(), keys);
    })
    .await;
}

#[tokio::test]
async fn jobs_of_a_dead_worker_run_once_its_lease_has_run_out() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        for key in ["a", "b"] {
            world.leave(note(key)).await;
        }
        let mut dead = world.worker(&Arc::new(Hands::closed()));
        assert_eq!(dead.claim().await.unwrap(), 2);
        drop(dead);
        let mut worker = world.worker(&hands);
        world.time.advance(POLICY.lease - Duration::from_millis(1));
        assert_eq!(worker.claim().await.unwrap(), 0, "they may still be worked on");
        world.time.advance(Duration::from_millis(1));
        worker.drain().await;
        assert_eq!(hands.did(), ["a", "b"]);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_whoever_runs_it_dies_in_the_end() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::closed()));
        world.leave(note("a")).await;
        for _ in 0..POLICY.attempts {
            assert_eq!(world.worker(&hands).claim().await.unwrap(), 1);
            world.time.advance(POLICY.lease);
        }
        assert_eq!(world.worker(&hands).claim().await.unwrap(), 0);
        assert!(world.left().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn whoever_lost_the_lease_is_stopped_and_changes_nothing() {
    each_db(async |db| {
        let world = World::new(db);
        let (slow, quick) = (Arc::new(Hands::closed()), Arc::new(Hands::closed()));
        world.leave(note("a")).await;
        let (mut sleeper, mut worker) = (world.worker(&slow), world.worker(&quick));
        sleeper.claim().await.unwrap();
        world.time.advance(POLICY.lease);
        assert_eq!(worker.claim().await.unwrap(), 1);
        let job = sleeper.held.values().next().unwrap().0.clone();
        sleeper.renew().await.unwrap();
        sleeper.finish().await; // Its future was dropped, else this would wait for the gate.
        for outcome in [Outcome::Done, Outcome::Failed(Failed::never("x"))] {
            sleeper.ended.push((job.clone(), outcome));
            sleeper.settle().await.unwrap();
            assert_eq!(world.left().await, ["a"]);
        }
        quick.gate.add_permits(1);
        worker.finish().await;
        assert_eq!((slow.did(), quick.did()), (vec![], vec!["a".to_owned()]));
        assert!(world.left().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_job_whose_lease_ran_out_unnoticed_is_not_run_a_second_time_beside_itself() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::closed()));
        world.leave(note("a")).await;
        let mut worker = world.worker(&hands);
        worker.turn().await.unwrap();
        let claim = worker.held.values().next().unwrap().0.claim.clone();
        world.leave(note("b")).await;
        world.time.advance(POLICY.lease + Duration::from_secs(1));
        worker.turn().await.unwrap();
        assert_eq!((worker.running.len(), worker.held.len()), (2, 2), "the other one was claimed");
        assert_eq!(worker.held.values().next().unwrap().0.claim, claim);
        assert_eq!(
            world.worker(&Arc::new(Hands::default())).claim().await.unwrap(),
            0,
            "the lease holds again"
        );
        hands.gate.add_permits(4);
        worker.finish().await;
        assert_eq!(hands.did(), ["a", "b"]);
        assert!(world.left().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_job_that_was_lost_and_comes_back_is_held_by_its_new_claim() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::closed()));
        world.leave(note("a")).await;
        let mut worker = world.worker(&hands);
        worker.claim().await.unwrap();
        world.time.advance(POLICY.lease);
        let mut other = world.worker(&Arc::new(Hands::closed()));
        assert_eq!(other.claim().await.unwrap(), 1);
        other.give_back().await.unwrap();
        assert_eq!(worker.claim().await.unwrap(), 1, "before the end of the first run is noted");
        let first = worker.running.next().await.unwrap();
        assert_eq!(first.1, Outcome::Lost, "two never run beside each other");
        worker.note(first);
        assert_eq!(worker.held.len(), 1, "the second run is still held");
        hands.gate.add_permits(1);
        worker.finish().await;
        assert_eq!(hands.did(), ["a"]);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_is_renewed_keeps_others_away() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::closed()));
        world.leave(note("a")).await;
        let (mut slow, mut other) = (world.worker(&hands), world.worker(&Arc::new(Hands::default())));
        slow.claim().await.unwrap();
        for _ in 0..5 {
            world.time.advance(POLICY.lease / 2);
            slow.renew().await.unwrap();
            assert_eq!(other.claim().await.unwrap(), 0);
        }
        hands.gate.add_permits(1);
        slow.finish().await;
        assert_eq!(hands.did(), ["a"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_ends_gives_back_what_it_holds() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        world.leave(note("a")).await;
        let mut ending = world.worker(&Arc::new(Hands::closed()));
        ending.claim().await.unwrap();
        ending.give_back().await.unwrap();
        let mut worker = world.worker(&hands);
        assert_eq!(worker.claim().await.unwrap(), 1);
        assert_eq!(worker.held.values().next().unwrap().0.attempt, 1, "that was no attempt");
        worker.finish().await;
        assert_eq!(hands.did(), ["a"]);
    })
    .await;
}

/// An organisation, as a row.
async fn organisation(db: &Db) -> OrgId {
    let (org, mut tx) = (OrgId::new(), db.begin().await.unwrap());
    on!(tx, c => sqlx::query("INSERT INTO organizations (id, name, slug, created_ms, version) VALUES ($1, 'x', $2, 0, 1)")
        .bind(org).bind(org.to_string()).execute(c).await.map(drop))
    .unwrap();
    tx.commit().await.unwrap();
    org
}

#[tokio::test]
async fn a_poisonous_job_waits_longer_each_time_then_lies_dead_and_is_replayed() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        let jobs = Jobs::new(world.db.clone(), world.time.clock());
        let (org, other) = (organisation(&world.db).await, organisation(&world.db).await);
        let us = Actor::service("test");
        *hands.poison.lock() = Some(Failed::later("the far side says 500"));
        world.leave(note("poison").of(org)).await;
        world.leave(note("b").of(org)).await;
        let mut worker = world.worker(&hands);
        worker.drain().await;
        assert_eq!(hands.did(), ["b"], "the others go on");
        for attempt in 1..POLICY.attempts {
            world.time.advance(POLICY.pause(attempt, 0.0) - Duration::from_millis(1));
            assert_eq!(worker.claim().await.unwrap(), 0, "it waits after attempt {attempt}");
            assert!(jobs.dead(&us, org, None, 10).await.unwrap().items.is_empty());
            world.time.advance(POLICY.pause(attempt, 1.0));
            worker.drain().await;
        }
        let dead = jobs.dead(&us, org, None, 10).await.unwrap().items;
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].key.as_str(), dead[0].attempts), ("poison", POLICY.attempts));
        assert_eq!((dead[0].reason.as_str(), dead[0].kind.as_str()), ("the far side says 500", "test.note"));
        assert!(!world.leave(note("poison").of(org)).await, "people decide about it");
        world.time.advance(Duration::from_secs(86_400));
        worker.drain().await;

        assert!(jobs.dead(&us, other, None, 10).await.unwrap().items.is_empty());
        assert!(jobs.replay(&us, other, dead[0].id).await.is_err());
        *hands.poison.lock() = None;
        jobs.replay(&us, org, dead[0].id).await.unwrap();
        assert!(jobs.replay(&us, org, dead[0].id).await.is_err(), "it lives");
        worker.drain().await;
        assert_eq!(hands.did(), ["b", "poison"]);
        assert!(jobs.dead(&us, org, None, 10).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_can_never_succeed_dies_at_once_and_the_far_side_may_ask_for_patience() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        let mut worker = world.worker(&hands);
        *hands.poison.lock() = Some(Failed::never("no such address"));
        world.leave(note("poison")).await;
        worker.drain().await;
        assert!(world.left().await.is_empty());

        let hour = Duration::from_secs(3600);
        *hands.poison.lock() = Some(Failed::Later { reason: "slowly".into(), after: Some(hour) });
        world.leave(note("poison 2")).await;
        worker.drain().await;
        world.time.advance(POLICY.longest_pause - Duration::from_millis(1));
        assert_eq!(worker.claim().await.unwrap(), 0);
        world.time.advance(Duration::from_millis(1));
        assert_eq!(worker.claim().await.unwrap(), 1, "as long as we wait for anybody");
        worker.finish().await;
    })
    .await;
}

#[tokio::test]
async fn a_dead_job_of_nobody_is_tried_again_when_it_is_left_again() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        let mut worker = world.worker(&hands);
        *hands.poison.lock() = Some(Failed::never("no such address"));
        world.leave(note("poison")).await;
        worker.drain().await;
        *hands.poison.lock() = None;
        assert!(world.leave(NewJob::new("test.note", "poison", json!("mended"))).await);
        assert!(!world.leave(note("poison")).await, "it waits now");
        worker.drain().await;
        assert_eq!(hands.did(), ["mended"]);
    })
    .await;
}

#[tokio::test]
async fn a_panic_and_a_body_that_cannot_be_read_are_failures() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        world.leave(note("panic")).await;
        world.leave(NewJob::new("test.note", "torn", json!(7))).await;
        let mut worker = world.worker(&hands);
        worker.drain().await;
        assert_eq!(world.left().await, ["panic"], "the one is tried again, the other is dead");
    })
    .await;
}

#[tokio::test]
async fn a_lone_process_takes_over_at_its_start_and_others_wait_for_leases() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        world.leave(note("a")).await;
        world.worker(&Arc::new(Hands::closed())).claim().await.unwrap();
        let jobs = Jobs::new(world.db.clone(), world.time.clock());
        jobs.take_over().await.unwrap();
        world.worker(&hands).drain().await;
        assert_eq!(hands.did().is_empty(), world.db.is_shared());
    })
    .await;
}

#[tokio::test]
async fn a_commit_wakes_whoever_runs_jobs() {
    each_db(async |db| {
        let (world, hands) = (World::new(db), Arc::new(Hands::default()));
        let jobs = Jobs::new(world.db.clone(), world.time.clock());
        let (tasks, stop) = (tokio_util::task::TaskTracker::new(), CancellationToken::new());
        let (mut left, nudge) = (world.db.jobs_left(), jobs.nudge());
        tasks.spawn(async move {
            while left.changed().await.is_ok() {
                nudge.nudge();
            }
        });
        jobs.run(Arc::new(Note(hands.clone())), &tasks, stop.clone());
        for key in ["a", "b", "c"] {
            world.leave(note(key)).await;
            while !hands.did().contains(&key.to_owned()) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        stop.cancel();
        while !world.left().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// Holds the database's writer for a while, and goes on with only when it is looked at.
struct Writes(Db, Arc<tokio::sync::Notify>);

impl Runner for Writes {
    fn kind(&self) -> &'static str {
        "test.note"
    }

    fn run<'a>(&'a self, _: &'a Job) -> Ran<'a> {
        async move {
            let tx = self.0.begin().await?;
            self.1.notify_one();
            tokio::time::sleep(Duration::from_millis(50)).await;
            tx.commit().await?;
            Ok(())
        }
        .boxed()
    }
}

#[tokio::test]
async fn work_that_holds_the_writer_goes_on_while_its_lease_is_renewed() {
    each_db(async |db| {
        let world = World::new(db);
        assert!(world.leave(note("a")).await);
        let began = Arc::new(tokio::sync::Notify::new());
        let runner = Arc::new(Writes(world.db.clone(), began.clone()));
        let mut worker = Work::new(world.db.clone(), world.time.clock(), runner);
        assert_eq!(worker.claim().await.unwrap(), 1);
        tokio::select! {
            () = began.notified() => {}
            _ = worker.running.next() => panic!("it waits a moment first"),
        }
        worker.renew().await.expect("nobody waits for work that nobody looks at");
        worker.finish().await;
        assert!(world.left().await.is_empty());
    })
    .await;
}
