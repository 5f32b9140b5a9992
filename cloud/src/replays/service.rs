//! The handle of kept answers.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;
use parking_lot::Mutex;

use super::{Begun, Claim, Kept, Wish, store};
use crate::base::Clock;
use crate::db::{Db, DbError, Mark};

/// How long an answer is kept.
const KEEP: TimeDelta = TimeDelta::hours(24);
/// How long a request of a process that died holds its key. Whoever takes longer renews it.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How many keys are kept of one caller. A shop that sells all day uses more: the oldest give room, and nobody is refused.
const MOST: i64 = 10_000;
/// How many are forgotten in one transaction.
const SWEEP: i64 = 1000;

/// Kept answers. Clones share everything.
#[derive(Clone)]
pub struct Replays {
    db: Db,
    clock: Clock,
    most: i64,
    /// What this process is at: nobody here does it a second time, also when a disk that stalls let the lease run out.
    at_work: Arc<Mutex<HashSet<String>>>,
}

impl Replays {
    /// The handle over `db`.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, most: MOST, at_work: Arc::default() }
    }

    /// How a request stands; of those who ask at once, on any node, one is told to do it, and says with [`Replays::finish`],
    /// [`Replays::release`] or [`Replays::leave`] that it is at it no more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin(&self, wish: &Wish) -> Result<Begun, DbError> {
        let (now, name) = (self.clock.now(), uuid::Uuid::new_v4().to_string());
        let mut tx = self.db.begin().await?;
        let here = self.at_work.lock().contains(&wish.id);
        if !here && store::claim(&mut tx, wish, &name, now, now + LEASE, now + KEEP).await? {
            let full = store::count(&mut tx, wish, self.most + 1).await? > self.most;
            tx.commit().await?;
            // In a transaction of its own: two that make room at once may stand in each other's way, and what is asked for is done.
            if full && let Err(error) = self.make_room(wish).await {
                tracing::warn!(%error, "old `Idempotency-Key`s of a caller could not be forgotten");
            }
            self.at_work.lock().insert(wish.id.clone());
            return Ok(Begun::New(Claim { id: wish.id.clone(), name }));
        }
        // None: it was given up just now, so it can be asked for in a moment.
        let standing = store::find(&mut tx, wish, now).await?;
        Ok(match standing {
            Some(standing) if standing.request != wish.request => Begun::Reused,
            Some(store::Standing { answer: Some(kept), .. }) => Begun::Done(kept),
            Some(store::Standing { is_lost: true, .. }) if !here => Begun::Lost,
            Some(_) | None => Begun::UnderWay,
        })
    }

    /// Keeps the answer of a request that was done.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn finish(&self, claim: &Claim, status: u16, kept: &Kept) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        store::finish(&mut tx, claim, status, kept).await?;
        tx.commit().await?;
        self.leave(claim);
        Ok(())
    }

    /// Lets a request be tried again: its answer does not count, and nothing of it stands.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn release(&self, claim: &Claim) -> Result<(), DbError> {
        self.leave(claim);
        let mut tx = self.db.begin().await?;
        store::release(&mut tx, claim).await?;
        tx.commit().await
    }

    /// Holds a request's key for another minute: it is being done.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn renew(&self, claim: &Claim) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        store::renew(&mut tx, claim, self.clock.now() + LEASE).await?;
        tx.commit().await
    }

    /// Leaves a request as it is. Without an answer, and if nothing of it stands, it may be tried again once its lease is over.
    pub fn leave(&self, claim: &Claim) {
        self.at_work.lock().remove(&claim.id);
    }

    /// Forgets what is older than a day; how much that was.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep(&self) -> Result<u64, DbError> {
        let mut all = 0;
        loop {
            let mut tx = self.db.begin().await?;
            let swept = store::sweep(&mut tx, self.clock.now(), SWEEP).await?;
            tx.commit().await?;
            all += swept;
            if swept < SWEEP.unsigned_abs() {
                return Ok(all);
            }
        }
    }

    /// Forgets a tenth of a caller's keys at once, so that it is not to be done for each.
    async fn make_room(&self, wish: &Wish) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        store::forget_oldest(&mut tx, wish, self.clock.now(), (self.most / 10).max(1)).await?;
        tx.commit().await
    }
}

impl Claim {
    /// What the request's transactions say as they commit: that something of it stands, whoever goes down before it is answered.
    #[must_use]
    pub fn mark(&self) -> Mark {
        store::mark(self)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Answer;
    use super::*;
    use crate::base::TestClock;
    use crate::db::testing::each_db;

    fn wish(key: &str, body: &str) -> Wish {
        Wish::new("user:1", "POST /v1/orgs/1/shows", key, &[body.as_bytes()])
    }

    fn taken(begun: Begun) -> Claim {
        let Begun::New(claim) = begun else { panic!("{begun:?}") };
        claim
    }

    #[tokio::test]
    async fn a_request_is_done_once_and_its_answer_given_for_a_day() {
        each_db(async |db| {
            let hands = TestClock::new();
            let replays = Replays::new(db, hands.clock());
            let (mine, other) = (wish("k", "{}"), wish("k", "{1}"));
            let claim = taken(replays.begin(&mine).await.unwrap());
            assert_eq!(replays.begin(&mine).await.unwrap(), Begun::UnderWay);
            assert_eq!(replays.begin(&other).await.unwrap(), Begun::Reused);
            let headers = vec![("etag".to_owned(), "\"1\"".to_owned())];
            let kept = Kept::Whole(Answer { status: 201, headers, body: "{\"a\":\"\u{e4}\"}".into() });
            replays.finish(&claim, 201, &kept).await.unwrap();
            hands.advance(Duration::from_secs(24 * 3600 - 1));
            assert_eq!(replays.begin(&mine).await.unwrap(), Begun::Done(kept));
            assert_eq!(replays.begin(&other).await.unwrap(), Begun::Reused);
            assert_eq!(replays.sweep().await.unwrap(), 0);
            hands.advance(Duration::from_secs(1));
            let claim = taken(replays.begin(&other).await.unwrap());
            replays.leave(&claim);
            hands.advance(Duration::from_secs(24 * 3600));
            assert_eq!(replays.sweep().await.unwrap(), 1);
            let claim = taken(replays.begin(&mine).await.unwrap());
            replays.release(&claim).await.unwrap();
            let claim = taken(replays.begin(&mine).await.unwrap());
            for kept in [Kept::Secret, Kept::NotKept] {
                replays.finish(&claim, 201, &kept).await.unwrap();
                assert_eq!(replays.begin(&mine).await.unwrap(), Begun::Done(kept));
            }
        })
        .await;
    }

    #[tokio::test]
    async fn who_died_holds_a_key_for_a_minute_and_changes_nothing_after_that() {
        each_db(async |db| {
            let hands = TestClock::new();
            let (dead, replays) = (Replays::new(db.clone(), hands.clock()), Replays::new(db, hands.clock()));
            let lost = taken(dead.begin(&wish("k", "{}")).await.unwrap());
            hands.advance(Duration::from_secs(59));
            assert_eq!(replays.begin(&wish("k", "{}")).await.unwrap(), Begun::UnderWay);
            hands.advance(Duration::from_secs(1));
            assert_eq!(replays.begin(&wish("k", "{1}")).await.unwrap(), Begun::Reused);
            let held = taken(replays.begin(&wish("k", "{}")).await.unwrap());
            dead.renew(&lost).await.unwrap();
            dead.finish(&lost, 200, &Kept::Secret).await.unwrap();
            dead.release(&lost).await.unwrap();
            assert_eq!(replays.begin(&wish("k", "{}")).await.unwrap(), Begun::UnderWay);
            replays.finish(&held, 200, &Kept::NotKept).await.unwrap();
            assert_eq!(replays.begin(&wish("k", "{}")).await.unwrap(), Begun::Done(Kept::NotKept));
        })
        .await;
    }

    #[tokio::test]
    async fn who_takes_long_holds_a_key_and_nobody_beside_them_takes_it_over() {
        each_db(async |db| {
            let hands = TestClock::new();
            let (slow, other) = (Replays::new(db.clone(), hands.clock()), Replays::new(db, hands.clock()));
            let claim = taken(slow.begin(&wish("k", "{}")).await.unwrap());
            for _ in 0..5 {
                hands.advance(Duration::from_secs(45));
                slow.renew(&claim).await.unwrap();
                assert_eq!(other.begin(&wish("k", "{}")).await.unwrap(), Begun::UnderWay);
            }
            // A disk that stalls lets the lease run out: in the process that is at it, that opens nothing.
            hands.advance(Duration::from_secs(600));
            assert_eq!(slow.begin(&wish("k", "{}")).await.unwrap(), Begun::UnderWay);
            assert_eq!(slow.begin(&wish("k", "{1}")).await.unwrap(), Begun::Reused);
            slow.finish(&claim, 201, &Kept::NotKept).await.unwrap();
            for replays in [&slow, &other] {
                assert_eq!(replays.begin(&wish("k", "{}")).await.unwrap(), Begun::Done(Kept::NotKept));
            }
            // Left without an answer, it is done again once the lease is over.
            let left = taken(slow.begin(&wish("l", "{}")).await.unwrap());
            slow.leave(&left);
            assert_eq!(slow.begin(&wish("l", "{}")).await.unwrap(), Begun::UnderWay);
            hands.advance(Duration::from_secs(60));
            taken(slow.begin(&wish("l", "{}")).await.unwrap());
        })
        .await;
    }

    #[tokio::test]
    async fn what_stands_is_not_done_again_when_whoever_did_it_is_gone() {
        each_db(async |db| {
            let hands = TestClock::new();
            let nodes = [(); 2].map(|()| Replays::new(db.clone(), hands.clock()));
            let [dead, replays] = &nodes;
            let change = async || db.begin().await?.commit().await;
            let lost = taken(dead.begin(&wish("k", "{}")).await.unwrap());
            lost.mark().scope(change()).await.unwrap();
            assert_eq!(replays.begin(&wish("k", "{}")).await.unwrap(), Begun::UnderWay);
            hands.advance(Duration::from_secs(60));
            assert_eq!(replays.begin(&wish("k", "{}")).await.unwrap(), Begun::Lost);
            assert_eq!(replays.begin(&wish("k", "{1}")).await.unwrap(), Begun::Reused);
            assert_eq!(dead.begin(&wish("k", "{}")).await.unwrap(), Begun::UnderWay, "it is at it");
            dead.leave(&lost);
            assert_eq!(dead.begin(&wish("k", "{}")).await.unwrap(), Begun::Lost);

            // An answer that says that nothing was done counts for more.
            let refused = taken(dead.begin(&wish("refused", "{}")).await.unwrap());
            refused.mark().scope(change()).await.unwrap();
            dead.release(&refused).await.unwrap();
            taken(replays.begin(&wish("refused", "{}")).await.unwrap());

            // Who was only slow changes nothing any more.
            let slow = taken(dead.begin(&wish("slow", "{}")).await.unwrap());
            hands.advance(Duration::from_secs(60));
            let other = taken(replays.begin(&wish("slow", "{}")).await.unwrap());
            assert!(matches!(slow.mark().scope(change()).await, Err(DbError::Overtaken)));
            other.mark().scope(change()).await.unwrap();
            replays.finish(&other, 200, &Kept::NotKept).await.unwrap();
            assert_eq!(dead.begin(&wish("k", "{}")).await.unwrap(), Begun::Lost);

            // On another day the key is another key, of which nothing stands.
            hands.advance(Duration::from_secs(24 * 3600));
            taken(replays.begin(&wish("k", "{}")).await.unwrap());
            hands.advance(Duration::from_secs(60));
            taken(dead.begin(&wish("k", "{}")).await.unwrap());
        })
        .await;
    }

    #[tokio::test]
    async fn of_many_that_ask_at_once_one_does_it() {
        each_db(async |db| {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..16 {
                let replays = Replays::new(db.clone(), TestClock::new().clock());
                tasks.spawn(async move { replays.begin(&wish("k", "{}")).await.unwrap() });
            }
            let begun = tasks.join_all().await;
            assert_eq!(begun.iter().filter(|begun| matches!(begun, Begun::New(_))).count(), 1, "{begun:?}");
            assert!(begun.iter().all(|begun| matches!(begun, Begun::New(_) | Begun::UnderWay)));
        })
        .await;
    }

    #[tokio::test]
    async fn whoever_uses_more_keys_than_are_kept_of_one_caller_goes_on_and_the_oldest_are_forgotten() {
        each_db(async |db| {
            let hands = TestClock::new();
            let replays = Replays { most: 3, ..Replays::new(db.clone(), hands.clock()) };
            let other = Wish::new("user:2", "POST /", "a", &[b"{}"]);
            let theirs = taken(replays.begin(&other).await.unwrap());
            replays.finish(&theirs, 200, &Kept::NotKept).await.unwrap();
            let slow = taken(replays.begin(&wish("slow", "{}")).await.unwrap());
            for key in 0..20 {
                hands.advance(Duration::from_secs(1));
                let claim = taken(replays.begin(&wish(&key.to_string(), "{}")).await.unwrap());
                replays.finish(&claim, 200, &Kept::NotKept).await.unwrap();
            }
            let kept = crate::db::testing::number(&db, "SELECT COUNT(*) FROM replays").await;
            assert_eq!(kept, 4, "three of one caller, one of the other");
            for done in [wish("18", "{}"), wish("19", "{}"), other] {
                assert_eq!(replays.begin(&done).await.unwrap(), Begun::Done(Kept::NotKept), "{done:?}");
            }
            assert_eq!(replays.begin(&wish("slow", "{}")).await.unwrap(), Begun::UnderWay, "it goes on");
            replays.finish(&slow, 200, &Kept::NotKept).await.unwrap();
            assert_eq!(replays.begin(&wish("slow", "{}")).await.unwrap(), Begun::Done(Kept::NotKept));
            taken(replays.begin(&wish("0", "{}")).await.unwrap());
        })
        .await;
    }
}
