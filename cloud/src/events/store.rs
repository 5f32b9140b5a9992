//! SQL of facts, cursors and dead letters.
//!
//! Heads and cursors are kept by partition; [`UNPARTITIONED`] stands for the facts from before there were
//! any.

use vitrine_protocol::{OrgId, ShowId};

use super::dead::Place;
use super::{DeadFact, DeedQuery, Event, Recorded};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, PARTITIONS, Tx};
use crate::{on, row};

/// The facts that the one counter of earlier versions numbered.
pub(super) const UNPARTITIONED: i64 = -1;

row! {
    struct Row {
        seq: i64,
        at_ms: i64,
        org_id: OrgId,
        show_id: Option<ShowId>,
        actor: String,
        body: String,
    }
}

impl Row {
    /// A body that cannot be read is a fact we do not know, never a listener stuck before it.
    fn into_recorded(self) -> Recorded {
        let event = serde_json::from_str(&self.body).unwrap_or(Event::Unknown);
        Recorded {
            seq: self.seq,
            at: from_ms(self.at_ms),
            org: self.org_id,
            show: self.show_id,
            actor: self.actor,
            event,
        }
    }
}

pub(super) async fn of_show(
    db: &Db,
    org: OrgId,
    show: ShowId,
    after: i64,
    limit: i64,
) -> Result<Vec<Recorded>, DbError> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT seq, at_ms, org_id, show_id, actor, body FROM events
         WHERE show_id = $1 AND org_id = $2 AND seq > $3 ORDER BY seq LIMIT $4"
    ).bind(show).bind(org).bind(after).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Row::into_recorded).collect())
}

/// What is a deed, in the words of the index `events_of_deeds`.
macro_rules! deeds {
    ($before:literal) => {
        concat!(
            $before,
            "SELECT seq, at_ms, org_id, show_id, actor, body FROM events
             WHERE org_id = $1 AND seq < $2 AND body NOT LIKE '{\"kind\":\"order%' AND body NOT LIKE '{\"kind\":\"stock_%'
               AND (actor LIKE 'user:%' OR actor LIKE 'key:%' OR actor IN ('service:register', 'service:invitation', 'service:operator'))
               AND ($4 = '' OR actor = $4) AND ($5 = '' OR body LIKE $5) AND ($6 = '' OR show_id = $7 OR body LIKE $6)
               AND at_ms >= $8 AND at_ms < $9
             ORDER BY seq DESC LIMIT $3"
        )
    };
}

/// What people and keys of an organisation did before `before`, newest first. Orders and stock have lists of their own.
pub(super) async fn deeds(
    db: &Db,
    org: OrgId,
    query: &DeedQuery,
    before: i64,
    limit: i64,
) -> Result<Vec<Recorded>, DbError> {
    let actor = query.actor.as_deref().unwrap_or_default();
    // Kinds are a-z and `_`, which stands for itself closely enough: no two kinds differ in that alone.
    let kind = query.kind.as_ref().map(|kind| format!("{{\"kind\":\"{kind}\"%")).unwrap_or_default();
    let subject = query.subject.map(|subject| subject.to_string()).unwrap_or_default();
    let within = query.subject.map(|subject| format!("%\"{subject}\"%")).unwrap_or_default();
    let (from, until) = (query.from.map_or(i64::MIN, to_ms), query.until.map_or(i64::MAX, to_ms));
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(deeds!("")).bind(org).bind(before).bind(limit)
        .bind(actor).bind(&kind).bind(&within).bind(&subject).bind(from).bind(until).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Row::into_recorded).collect())
}

/// The facts of a partition after `seq`, oldest first.
pub(super) async fn after(db: &Db, partition: i64, seq: i64, limit: i64) -> Result<Vec<Recorded>, DbError> {
    let rows: Vec<Row> = if partition == UNPARTITIONED {
        on!(db, c => sqlx::query_as(
            "SELECT seq, at_ms, org_id, show_id, actor, body FROM events
             WHERE partition IS NULL AND seq > $1 ORDER BY partition, seq LIMIT $2"
        ).bind(seq).bind(limit).fetch_all(c).await)?
    } else {
        on!(db, c => sqlx::query_as(
            "SELECT seq, at_ms, org_id, show_id, actor, body FROM events
             WHERE partition = $1 AND seq > $2 ORDER BY seq LIMIT $3"
        ).bind(partition).bind(seq).bind(limit).fetch_all(c).await)?
    };
    Ok(rows.into_iter().map(Row::into_recorded).collect())
}

/// The first facts that `listener` has not heard, with their partitions, in order; those from before partitions not among them.
pub(super) async fn after_cursors(
    db: &Db,
    listener: &str,
    limit: i64,
) -> Result<Vec<(i64, Recorded)>, DbError> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT events.seq, events.at_ms, events.org_id, events.show_id, events.actor, events.body
         FROM event_partition_cursors cursor JOIN events
           ON events.partition = cursor.partition AND events.seq > cursor.seq
         WHERE cursor.listener = $1 AND cursor.partition >= 0 ORDER BY events.partition, events.seq LIMIT $2"
    ).bind(listener).bind(limit).fetch_all(c).await)?;
    // A number says its counter.
    Ok(rows.into_iter().map(|row| (row.seq % PARTITIONS, row.into_recorded())).collect())
}

/// Partition and number of the newest fact in each, [`UNPARTITIONED`] first.
pub(super) async fn heads(db: &Db) -> Result<Vec<(i64, i64)>, DbError> {
    Ok(on!(db, c => sqlx::query_as(
        "SELECT partition, seq FROM event_counters UNION ALL SELECT -1, seq FROM event_counter ORDER BY 1"
    ).fetch_all(c).await)?)
}

/// Partition, cursor and head of those in which `listener` has not heard all, [`UNPARTITIONED`] first.
pub(super) async fn unheard(db: &Db, listener: &str) -> Result<Vec<(i64, i64, i64)>, DbError> {
    Ok(on!(db, c => sqlx::query_as(
        "SELECT cursor.partition, cursor.seq, head.seq FROM event_partition_cursors cursor JOIN (
             SELECT partition, seq FROM event_counters UNION ALL SELECT -1, seq FROM event_counter
         ) head ON head.partition = cursor.partition
         WHERE cursor.listener = $1 AND head.seq > cursor.seq ORDER BY 1"
    ).bind(listener).fetch_all(c).await)?)
}

/// Gives a listener its cursors, unless it has them: at the newest facts, or before the first.
pub(super) async fn start_cursors(tx: &mut Tx, listener: &str, from_first: bool) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO event_partition_cursors (listener, partition, seq)
         SELECT $1, head.partition, CASE WHEN $2 THEN 0 ELSE head.seq END FROM (
             SELECT partition, seq FROM event_counters UNION ALL SELECT -1, seq FROM event_counter
         ) head WHERE TRUE ON CONFLICT (listener, partition) DO NOTHING"
    ).bind(listener).bind(from_first).execute(c).await.map(drop))?;
    Ok(())
}

/// Moves a cursor; false when another process moved it first.
pub(super) async fn move_cursor(
    tx: &mut Tx,
    listener: &str,
    partition: i64,
    from: i64,
    to: i64,
) -> Result<bool, DbError> {
    let moved = on!(tx, c => sqlx::query(
        "UPDATE event_partition_cursors SET seq = $4 WHERE listener = $1 AND partition = $2 AND seq = $3"
    ).bind(listener).bind(partition).bind(from).bind(to).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(moved == 1)
}

pub(super) async fn bury(
    tx: &mut Tx,
    listener: &str,
    seq: i64,
    at_ms: i64,
    reason: &str,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO event_dead_letters (listener, seq, at_ms, reason) VALUES ($1, $2, $3, $4)
         ON CONFLICT (listener, seq) DO NOTHING"
    ).bind(listener).bind(seq).bind(at_ms).bind(reason).execute(c).await.map(drop))?;
    Ok(())
}

/// Sets a fact aside that a process did not know.
pub(super) async fn set_aside(
    tx: &mut Tx,
    listener: &str,
    seq: i64,
    known: &str,
    at_ms: i64,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO event_unknown (listener, seq, known, at_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (listener, seq) DO NOTHING"
    ).bind(listener).bind(seq).bind(known).bind(at_ms).execute(c).await.map(drop))?;
    Ok(())
}

/// What processes set aside that knew others than `known`, and is due, oldest first.
pub(super) async fn aside(
    db: &Db,
    listener: &str,
    known: &str,
    now_ms: i64,
    limit: i64,
) -> Result<Vec<Recorded>, DbError> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT events.seq, events.at_ms, events.org_id, events.show_id, events.actor, events.body
         FROM event_unknown aside JOIN events ON events.seq = aside.seq
         WHERE aside.listener = $1 AND aside.known NOT LIKE '%' || $2 || '%' AND aside.due_ms <= $3
         ORDER BY aside.seq LIMIT $4"
    ).bind(listener).bind(known).bind(now_ms).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Row::into_recorded).collect())
}

/// Notes that a process which knows others than those before does not know a fact either. It stays as old as it is.
pub(super) async fn unknown_here_too(
    tx: &mut Tx,
    listener: &str,
    seq: i64,
    known: &str,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE event_unknown SET known = known || ' ' || $3
         WHERE listener = $1 AND seq = $2 AND known NOT LIKE '%' || $3 || '%'"
    ).bind(listener).bind(seq).bind(known).execute(c).await.map(drop))?;
    Ok(())
}

/// Notes that a fact which was set aside was not handled; how often that is so.
pub(super) async fn not_handled(tx: &mut Tx, listener: &str, seq: i64) -> Result<Option<i64>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "UPDATE event_unknown SET attempts = attempts + 1 WHERE listener = $1 AND seq = $2 RETURNING attempts"
    ).bind(listener).bind(seq).fetch_optional(c).await)?)
}

/// Says when such a fact is tried again.
pub(super) async fn put_off(tx: &mut Tx, listener: &str, seq: i64, due_ms: i64) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE event_unknown SET due_ms = $3 WHERE listener = $1 AND seq = $2")
        .bind(listener).bind(seq).bind(due_ms).execute(c).await.map(drop))?;
    Ok(())
}

/// Takes a fact out that was set aside; false when another process did.
pub(super) async fn take_from_aside(tx: &mut Tx, listener: &str, seq: i64) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query("DELETE FROM event_unknown WHERE listener = $1 AND seq = $2")
        .bind(listener).bind(seq).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Forgets what was set aside before `before_ms` and nobody came for.
pub(super) async fn forget_aside(tx: &mut Tx, before_ms: i64) -> Result<u64, DbError> {
    Ok(on!(tx, c => sqlx::query("DELETE FROM event_unknown WHERE at_ms < $1")
        .bind(before_ms).execute(c).await.map(|done| done.rows_affected()))?)
}

row! {
    struct DeadRow {
        listener: String,
        reason: String,
        died_ms: i64,
        replay_ms: Option<i64>,
        seq: i64,
        at_ms: i64,
        org_id: OrgId,
        show_id: Option<ShowId>,
        actor: String,
        body: String,
    }
}

/// Dead letters of an organisation, newest fact first.
pub(super) async fn dead(
    db: &Db,
    org: OrgId,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<DeadFact>, DbError> {
    let after = after.unwrap_or(Place { seq: i64::MAX, listener: String::new() });
    let rows: Vec<DeadRow> = on!(db, c => sqlx::query_as(
        "SELECT dead.listener, dead.reason, dead.at_ms AS died_ms, dead.replay_ms, events.seq, events.at_ms,
                events.org_id, events.show_id, events.actor, events.body
         FROM event_dead_letters dead JOIN events ON events.seq = dead.seq
         WHERE events.org_id = $1 AND (dead.seq < $2 OR (dead.seq = $2 AND dead.listener > $3))
         ORDER BY dead.seq DESC, dead.listener LIMIT $4"
    ).bind(org).bind(after.seq).bind(&after.listener).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(DeadRow::into_dead).collect())
}

/// A dead letter of an organisation.
pub(super) async fn dead_one(
    db: &Db,
    org: OrgId,
    listener: &str,
    seq: i64,
) -> Result<Option<DeadFact>, DbError> {
    let row: Option<DeadRow> = on!(db, c => sqlx::query_as(
        "SELECT dead.listener, dead.reason, dead.at_ms AS died_ms, dead.replay_ms, events.seq, events.at_ms,
                events.org_id, events.show_id, events.actor, events.body
         FROM event_dead_letters dead JOIN events ON events.seq = dead.seq
         WHERE events.org_id = $1 AND dead.listener = $2 AND dead.seq = $3"
    ).bind(org).bind(listener).bind(seq).fetch_optional(c).await)?;
    Ok(row.map(DeadRow::into_dead))
}

impl DeadRow {
    fn into_dead(self) -> DeadFact {
        let Self { seq, at_ms, org_id, show_id, actor, body, .. } = self;
        DeadFact {
            listener: self.listener,
            reason: self.reason,
            died_at: from_ms(self.died_ms),
            replay_asked_at: self.replay_ms.map(from_ms),
            fact: Row { seq, at_ms, org_id, show_id, actor, body }.into_recorded(),
        }
    }
}

/// Notes that a dead letter is wanted again; false when the organisation has no such letter.
pub(super) async fn ask_again(
    tx: &mut Tx,
    org: OrgId,
    listener: &str,
    seq: i64,
    now_ms: i64,
) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE event_dead_letters SET replay_ms = $4 WHERE listener = $1 AND seq = $2
         AND EXISTS (SELECT 1 FROM events WHERE events.seq = $2 AND events.org_id = $3)"
    ).bind(listener).bind(seq).bind(org).bind(now_ms).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The facts that a listener is to try again.
pub(super) async fn asked_again(db: &Db, listener: &str, limit: i64) -> Result<Vec<Recorded>, DbError> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT events.seq, events.at_ms, events.org_id, events.show_id, events.actor, events.body
         FROM event_dead_letters dead JOIN events ON events.seq = dead.seq
         WHERE dead.listener = $1 AND dead.replay_ms IS NOT NULL ORDER BY dead.seq LIMIT $2"
    ).bind(listener).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Row::into_recorded).collect())
}

/// Takes a letter out that was asked for; false when another process did.
pub(super) async fn unbury(tx: &mut Tx, listener: &str, seq: i64) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "DELETE FROM event_dead_letters WHERE listener = $1 AND seq = $2 AND replay_ms IS NOT NULL"
    ).bind(listener).bind(seq).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The try that was asked for failed.
pub(super) async fn stay_dead(
    tx: &mut Tx,
    listener: &str,
    seq: i64,
    at_ms: i64,
    reason: &str,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE event_dead_letters SET replay_ms = NULL, at_ms = $3, reason = $4
         WHERE listener = $1 AND seq = $2 AND replay_ms IS NOT NULL"
    ).bind(listener).bind(seq).bind(at_ms).bind(reason).execute(c).await.map(drop))?;
    Ok(())
}

#[cfg(test)]
pub(super) async fn dead_letters(db: &Db) -> Result<Vec<(String, i64, String)>, DbError> {
    Ok(on!(db, c => sqlx::query_as("SELECT listener, seq, reason FROM event_dead_letters ORDER BY seq")
        .fetch_all(c).await)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Side;
    use crate::db::testing::{each_db, run};

    #[tokio::test]
    async fn deeds_are_found_by_their_index_however_many_orders_there_are() {
        each_db(async |db| {
            let org = OrgId::new();
            let many = format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
                 INSERT INTO events (seq, partition, at_ms, org_id, actor, body)
                 SELECT i * 16, 0, 0, '{org}', 'key:1',
                        CASE WHEN i % 1000 = 0 THEN '{{\"kind\":\"show_changed\"}}' ELSE '{{\"kind\":\"order_recorded\"}}' END FROM n"
            );
            run(&db, &many).await;
            run(&db, "ANALYZE").await;
            assert_eq!(deeds(&db, org, &DeedQuery::default(), i64::MAX, 100).await.unwrap().len(), 20);
            let plan: Vec<String> = match db.side() {
                Side::Sqlite(c) => {
                    let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(deeds!("EXPLAIN QUERY PLAN "))
                        .bind(org).bind(i64::MAX).bind(100_i64).bind("").bind("").bind("").bind("").bind(i64::MIN).bind(i64::MAX)
                        .fetch_all(c).await.unwrap();
                    rows.into_iter().map(|row| row.3).collect()
                }
                Side::Pg(c) => sqlx::query_scalar(deeds!("EXPLAIN "))
                    .bind(org).bind(i64::MAX).bind(100_i64).bind("").bind("").bind("").bind("").bind(i64::MIN).bind(i64::MAX)
                    .fetch_all(c).await.unwrap(),
            };
            assert!(plan.iter().any(|line| line.contains("events_of_deeds")), "{plan:#?}");
        })
        .await;
    }
}
