//! Writing facts down and reading them back.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use vitrine_protocol::{OrgId, ShowId};

use super::{Event, store};
use crate::base::{Actor, Invalid, to_ms};
use crate::db::{Db, DbError, OutboxRow, PARTITIONS, Tx};

/// A fact with its place in the order of its organisation's facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Recorded {
    /// Grows with each fact of an organisation, with gaps; the order of commits.
    pub seq: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Whose it is.
    #[serde(rename = "org_id")]
    pub org: OrgId,
    /// The show it belongs to, if any.
    #[serde(rename = "show_id")]
    pub show: Option<ShowId>,
    /// Who did it: `user:ID`, `key:ID`, `viewer:ID` or `service:NAME`.
    pub actor: String,
    /// What happened.
    pub event: Event,
}

/// Leaves `event` in the transaction: it is written, in the order of commits, when `tx` commits.
///
/// # Errors
/// The fact cannot be written as JSON.
pub fn record(
    tx: &mut Tx,
    actor: &Actor,
    now: DateTime<Utc>,
    org: OrgId,
    show: Option<ShowId>,
    event: Event,
) -> Result<(), DbError> {
    tx.leave(OutboxRow {
        partition: partition_of(org),
        at_ms: to_ms(now),
        org_id: org.to_string(),
        show_id: show.map(|show| show.to_string()),
        actor: actor.to_string(),
        body: serde_json::to_string(&event)?,
    });
    Ok(())
}

/// The facts of a show after `after`, oldest first, at most `limit`. The caller has checked who asks.
///
/// # Errors
/// The database does not answer.
pub async fn timeline(
    db: &Db,
    org: OrgId,
    show: ShowId,
    after: i64,
    limit: i64,
) -> Result<Vec<Recorded>, DbError> {
    store::of_show(db, org, show, after, limit).await
}

/// The newest facts at one moment: what is read from the database after it has all of them, and what was read before it has none
/// that are newer.
#[derive(Debug, Clone)]
pub struct Heads(HashMap<i64, i64>);

impl Heads {
    /// The number of the newest fact in the order that the organisation's facts are in.
    #[must_use]
    pub fn of(&self, org: OrgId) -> i64 {
        self.0.get(&partition_of(org)).copied().unwrap_or_default()
    }
}

/// The newest facts now.
///
/// # Errors
/// The database does not answer.
pub async fn heads(db: &Db) -> Result<Heads, DbError> {
    Ok(Heads(store::heads(db).await?.into_iter().collect()))
}

/// Which deeds are looked for: all that fits every one of these that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeedQuery {
    /// Whose, as facts have it: `user:ID`, `key:ID` or `service:NAME`.
    pub actor: Option<String>,
    /// What, by the fact's `kind`.
    pub kind: Option<String>,
    /// What it is about: a show, a person, a key, anything that has an id in the fact.
    pub subject: Option<uuid::Uuid>,
    /// Not before this.
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub until: Option<DateTime<Utc>>,
}

impl DeedQuery {
    /// The query, if each of its words can be one.
    ///
    /// # Errors
    /// A sentence about what cannot.
    pub fn checked(self) -> Result<Self, Invalid> {
        let is_word = |text: &String| {
            (1..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        if self.kind.as_ref().is_some_and(|kind| !is_word(kind)) {
            return Err(Invalid::new("`action` takes the `kind` of a fact"));
        }
        let is_actor = |text: &String| {
            (1..=100).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b":-_".contains(&b))
        };
        if self.actor.as_ref().is_some_and(|actor| !is_actor(actor)) {
            return Err(Invalid::new("`person` takes `user:ID`, `key:ID` or `service:NAME`"));
        }
        Ok(self)
    }
}

/// What people and keys of an organisation did before `before`, newest first, at most `limit`; orders and stock have lists of
/// their own. The caller has checked who asks.
///
/// # Errors
/// The database does not answer.
pub async fn deeds(
    db: &Db,
    org: OrgId,
    query: &DeedQuery,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Recorded>, DbError> {
    store::deeds(db, org, query, before.unwrap_or(i64::MAX), limit).await
}

/// Whose counter numbers the organisation's facts: the last hexadecimal digit of its id. Written into rows,
/// so never changed; an id is a UUIDv7 (RFC 9562, section 5.7), whose last digits are random.
pub(super) fn partition_of(org: OrgId) -> i64 {
    i64::from(org.0.as_bytes()[15]) % PARTITIONS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TestClock;
    use crate::db::testing::each_db;

    #[tokio::test]
    async fn facts_are_numbered_in_the_order_of_commits() {
        each_db(async |db| {
            let (org, show, now) = (OrgId::new(), ShowId::new(), TestClock::new().clock().now());
            let actor = Actor::service("test");
            let mut first = db.begin().await.unwrap();
            record(&mut first, &actor, now, org, Some(show), Event::ShowCreated { show }).unwrap();
            record(&mut first, &actor, now, org, Some(show), Event::LineupChanged { show }).unwrap();
            first.commit().await.unwrap();
            let mut dropped = db.begin().await.unwrap();
            record(&mut dropped, &actor, now, org, Some(show), Event::ShowDeleted { show }).unwrap();
            drop(dropped);
            let mut third = db.begin().await.unwrap();
            record(&mut third, &actor, now, org, Some(show), Event::ShowResumed { show }).unwrap();
            third.commit().await.unwrap();

            let facts = timeline(&db, org, show, 0, 10).await.unwrap();
            let first = PARTITIONS + partition_of(org);
            assert_eq!(
                facts.iter().map(|fact| fact.seq).collect::<Vec<_>>(),
                [first, first + 16, first + 32]
            );
            assert_eq!(facts[2].event, Event::ShowResumed { show });
            assert_eq!((facts[0].at, facts[0].actor.as_str()), (now, "service:test"));
            assert_eq!(heads(&db).await.unwrap().of(org), facts[2].seq);
            assert!(timeline(&db, OrgId::new(), show, 0, 10).await.unwrap().is_empty());
            assert_eq!(timeline(&db, org, show, first, 10).await.unwrap(), facts[1..]);
        })
        .await;
    }

    #[tokio::test]
    async fn many_writers_of_many_organisations_leave_no_hole_and_no_deadlock() {
        each_db(async |db| {
            let orgs: Vec<_> = (0..32).map(|_| OrgId::new()).collect();
            let now = TestClock::new().clock().now();
            let mut tasks = tokio::task::JoinSet::new();
            for n in 0..48 {
                // Each tells of a few organisations, in an order of its own.
                let (db, mut told) = (db.clone(), orgs.clone());
                told.rotate_left(n * 7 % 32);
                tasks.spawn(async move {
                    let mut tx = db.begin().await.unwrap();
                    for org in &told[..4] {
                        let event = Event::ShowChanged { show: ShowId::new() };
                        record(&mut tx, &Actor::service("test"), now, *org, None, event).unwrap();
                    }
                    tx.commit().await.unwrap();
                });
            }
            while let Some(done) = tasks.join_next().await {
                done.unwrap();
            }
            let mut count = 0;
            for (partition, head) in store::heads(&db).await.unwrap() {
                let facts = store::after(&db, partition, 0, 1000).await.unwrap();
                let seqs: Vec<_> = facts.iter().map(|fact| fact.seq).collect();
                let full: Vec<_> = (1..).map(|n| n * 16 + partition).take_while(|seq| *seq <= head).collect();
                assert_eq!(seqs, full, "partition {partition}");
                assert!(facts.iter().all(|fact| partition_of(fact.org) == partition));
                count += seqs.len();
            }
            assert_eq!(count, 48 * 4);
        })
        .await;
    }

    #[test]
    fn an_organisation_keeps_its_partition_for_good() {
        for (id, partition) in [
            ("018f3b1c-0000-7000-8000-000000000000", 0),
            ("018f3b1c-0000-7000-8000-00000000000a", 10),
            ("018f3b1c-0000-7000-8000-0000000000ff", 15),
        ] {
            assert_eq!(partition_of(id.parse().unwrap()), partition, "{id}");
        }
    }
}
