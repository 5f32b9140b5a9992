//! Writing facts down and reading them back.

use chrono::{DateTime, Utc};
use serde::Serialize;
use vitrine_protocol::{OrgId, ShowId};

use super::{Event, store};
use crate::base::{Actor, to_ms};
use crate::db::{Db, DbError, OutboxRow, Tx};

/// A fact with its place in the order of all facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Recorded {
    /// Grows with each fact; the order of commits.
    pub seq: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Whose it is.
    #[serde(rename = "org_id")]
    pub org: OrgId,
    /// The show it belongs to, if any.
    #[serde(rename = "show_id")]
    pub show: Option<ShowId>,
    /// Who did it: `user:ID`, `viewer:ID` or `service:NAME`.
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

/// The number of the newest fact; 0 before the first.
///
/// # Errors
/// The database does not answer.
pub async fn head(db: &Db) -> Result<i64, DbError> {
    store::head(db).await
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
            assert_eq!(facts.iter().map(|fact| fact.seq).collect::<Vec<_>>(), [1, 2, 3]);
            assert_eq!(facts[2].event, Event::ShowResumed { show });
            assert_eq!((facts[0].at, facts[0].actor.as_str()), (now, "service:test"));
            assert!(timeline(&db, OrgId::new(), show, 0, 10).await.unwrap().is_empty());
            assert_eq!(head(&db).await.unwrap(), 3);
        })
        .await;
    }

    #[tokio::test]
    async fn many_writers_leave_no_hole_and_no_deadlock() {
        each_db(async |db| {
            let (org, now) = (OrgId::new(), TestClock::new().clock().now());
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..24 {
                let db = db.clone();
                tasks.spawn(async move {
                    let mut tx = db.begin().await.unwrap();
                    let show = ShowId::new();
                    record(&mut tx, &Actor::service("test"), now, org, None, Event::ShowChanged { show })
                        .unwrap();
                    tx.commit().await.unwrap();
                });
            }
            while let Some(done) = tasks.join_next().await {
                done.unwrap();
            }
            assert_eq!(head(&db).await.unwrap(), 24);
        })
        .await;
    }
}
