//! Facts that this process does not know, set aside for one that does.

use std::sync::LazyLock;

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};
use utoipa::PartialSchema as _;

use super::delivery::Delivery;
use super::relay::BATCH;
use super::{Event, Recorded, store};
use crate::base::to_ms;
use crate::db::{DbError, Tx};

/// The seconds between tries of a fact that was set aside.
const PAUSES: [i64; 4] = [5, 20, 80, 320];

/// The facts that this process knows, as one word: it differs from that of a process that knows others.
static KNOWN: LazyLock<String> = LazyLock::new(|| {
    let list = serde_json::to_vec(&Event::schema()).unwrap_or_default();
    hex::encode(&Sha256::digest(list)[..8])
});

impl Delivery {
    /// Sets those of `facts` aside that this process does not know, with the cursor that moves behind them.
    pub(super) async fn set_aside(&self, tx: &mut Tx, facts: &[Recorded]) -> Result<(), DbError> {
        for fact in facts.iter().filter(|fact| fact.event == Event::Unknown) {
            store::set_aside(tx, self.name(), fact.seq, &KNOWN, to_ms(self.clock.now())).await?;
        }
        Ok(())
    }

    /// Hands over what a process that knew other facts set aside; whether there was anything.
    pub(super) async fn catch_up(&self) -> Result<bool, DbError> {
        let listener = self.name();
        let now = self.clock.now();
        let facts = store::aside(&self.db, listener, &KNOWN, to_ms(now), BATCH).await?;
        for fact in &facts {
            let mut tx = self.db.begin().await?;
            if fact.event == Event::Unknown {
                store::unknown_here_too(&mut tx, listener, fact.seq, &KNOWN).await?;
                tx.commit().await?;
                continue;
            }
            if !store::take_from_aside(&mut tx, listener, fact.seq).await? {
                continue; // Another process has it.
            }
            let handled = match self.listener.wants(&fact.event) {
                true => self.listener.handle(&mut tx, fact).await,
                false => Ok(()),
            };
            match handled {
                Ok(()) => tx.commit().await?,
                Err(error) => {
                    drop(tx);
                    self.try_later(fact.seq, &error.to_string()).await?;
                }
            }
        }
        Ok(!facts.is_empty())
    }

    /// A fact that was set aside was not handled: it is tried again, and buried after the last try.
    async fn try_later(&self, seq: i64, reason: &str) -> Result<(), DbError> {
        let (listener, now) = (self.listener.name(), self.clock.now());
        let mut tx = self.db.begin().await?;
        let Some(attempts) = store::not_handled(&mut tx, listener, seq).await? else { return Ok(()) };
        tracing::warn!(listener, seq, attempts, reason, "a fact that was set aside was not handled");
        match usize::try_from(attempts).ok().and_then(|attempts| PAUSES.get(attempts.checked_sub(1)?)) {
            Some(pause) => {
                store::put_off(&mut tx, listener, seq, to_ms(now + TimeDelta::seconds(*pause))).await?;
            }
            None => {
                tracing::error!(
                    listener,
                    seq,
                    reason,
                    "a fact that was set aside was buried as a dead letter"
                );
                store::take_from_aside(&mut tx, listener, seq).await?;
                store::bury(&mut tx, listener, seq, to_ms(now), reason).await?;
            }
        }
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use parking_lot::Mutex;
    use vitrine_protocol::{OrgId, ShowId};

    use super::*;
    use crate::base::{Actor, TestClock};
    use crate::db::Db;
    use crate::db::testing::each_db;
    use crate::events::{DeadFacts, Heard, Listener, record};
    use crate::on;

    #[derive(Default)]
    struct Ears(Mutex<Vec<ShowId>>);

    impl Listener for Ears {
        fn name(&self) -> &'static str {
            "ears"
        }
        fn wants(&self, event: &Event) -> bool {
            matches!(event, Event::ShowChanged { .. } | Event::ShowDeleted { .. })
        }
        fn handle<'a>(&'a self, _: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
            async move {
                match fact.event {
                    Event::ShowChanged { show } => self.0.lock().push(show),
                    _ => return Err("poison".into()),
                }
                Ok(())
            }
            .boxed()
        }
    }

    async fn write(db: &Db, sql: &'static str, text: &str) {
        let mut tx = db.begin().await.unwrap();
        on!(tx, c => sqlx::query(sql).bind(text).execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();
    }

    async fn aside(db: &Db) -> i64 {
        on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM event_unknown").fetch_one(c).await).unwrap()
    }

    /// A process that starts now, until it has nothing to do.
    async fn serve(db: &Db, ears: &Arc<Ears>, clock: &TestClock) {
        let first_retry = Duration::from_millis(1);
        let mut delivery = Delivery::new(db.clone(), clock.clock(), ears.clone(), first_retry);
        delivery.begin().await.unwrap();
        while !store::unheard(db, "ears").await.unwrap().is_empty()
            || delivery.round().await.unwrap().is_none()
        {
            delivery.round().await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_a_later_version_wrote_waits_for_a_process_that_knows_it() {
        each_db(async |db| {
            let (ears, clock, org) = (Arc::new(Ears::default()), TestClock::new(), OrgId::new());
            let us = Actor::service("test");
            serve(&db, &ears, &clock).await;
            let shows = [ShowId::new(), ShowId::new(), ShowId::new(), ShowId::new()];
            for show in shows {
                let mut tx = db.begin().await.unwrap();
                record(&mut tx, &us, clock.clock().now(), org, None, Event::ShowChanged { show }).unwrap();
                tx.commit().await.unwrap();
            }
            // As the later version has them: a kind, and a value of a kind, that nobody here knows; and a poisonous one.
            for (show, body) in [
                (shows[0], "{\"kind\":\"show_applauded\"}"),
                (shows[2], "{\"kind\":\"member_role_changed\",\"user\":\"x\",\"role\":\"emperor\"}"),
            ] {
                let body = body.replace('}', &format!(",\"show\":\"{show}\"}}"));
                let mut tx = db.begin().await.unwrap();
                on!(tx, c => sqlx::query("UPDATE events SET body = $1 WHERE body LIKE $2").bind(&body)
                    .bind(format!("%{show}%")).execute(c).await.map(drop))
                .unwrap();
                tx.commit().await.unwrap();
            }
            serve(&db, &ears, &clock).await;
            assert_eq!(*ears.0.lock(), [shows[1], shows[3]], "the others are heard");
            serve(&db, &ears, &clock).await;
            assert_eq!(aside(&db).await, 2, "its own kind of process does not take them");

            // Here is a process that knows more: what it reads are facts.
            write(&db, "UPDATE event_unknown SET known = $1", "less").await;
            serve(&db, &ears, &clock).await;
            assert_eq!((aside(&db).await, ears.0.lock().len()), (2, 2), "nor one that knows others");
            write(&db, "UPDATE event_unknown SET known = $1", "less").await;
            write(&db, "UPDATE events SET body = REPLACE(body, 'show_applauded', $1)", "show_changed").await;
            write(&db, "UPDATE events SET body = REPLACE(body, 'member_role_changed', $1)", "show_deleted")
                .await;
            serve(&db, &ears, &clock).await;
            assert_eq!(*ears.0.lock(), [shows[1], shows[3], shows[0]]);
            // The poisonous one may have met a database that was away for a moment: it is tried again.
            for pause in [0, 5, 20, 80] {
                clock.advance(Duration::from_secs(pause));
                serve(&db, &ears, &clock).await;
                assert_eq!(aside(&db).await, 1, "not buried yet");
            }
            clock.advance(Duration::from_secs(320));
            serve(&db, &ears, &clock).await;
            let letters = DeadFacts::new(db.clone(), clock.clock()).list(&us, org, None, 10).await.unwrap();
            assert_eq!((aside(&db).await, letters.items.len()), (0, 1));
            assert_eq!(letters.items[0].fact.event, Event::ShowDeleted { show: shows[2] });
        })
        .await;
    }

    #[tokio::test]
    async fn what_nobody_came_for_is_forgotten_after_a_quarter() {
        each_db(async |db| {
            let clock = TestClock::new();
            let mut tx = db.begin().await.unwrap();
            store::set_aside(&mut tx, "ears", 16, "more", to_ms(clock.clock().now())).await.unwrap();
            tx.commit().await.unwrap();
            let facts = DeadFacts::new(db.clone(), clock.clock());
            assert_eq!(facts.sweep_unknown().await.unwrap(), 0);
            clock.advance(Duration::from_secs(91 * 86_400));
            assert_eq!(facts.sweep_unknown().await.unwrap(), 1);
        })
        .await;
    }
}
