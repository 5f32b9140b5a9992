//! SQL of jobs. A claim is named anew each time, so whoever lost one changes nothing any more.

use chrono::{DateTime, Utc};
use vitrine_protocol::{JobId, OrgId};

use super::{DeadJob, Job, NewJob};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Side, Tx};
use crate::{on, row};

row! {
    struct Row {
        id: JobId,
        key: String,
        org_id: Option<OrgId>,
        attempts: i64,
        created_ms: i64,
        run_after_ms: i64,
        body: String,
    }
}

row! {
    struct DeadRow {
        id: JobId,
        kind: String,
        key: String,
        attempts: i64,
        reason: Option<String>,
        created_ms: i64,
        dead_ms: i64,
    }
}

/// Leaves a job; false when there is one of its kind and key. A dead one of nobody, which nobody could have tried again, is
/// the new one from here on. One that lives is not locked: who leaves several holds up nobody who leaves the same in another order.
pub(super) async fn insert(tx: &mut Tx, job: &NewJob, now: DateTime<Utc>) -> Result<bool, DbError> {
    let (body, run_after) = (job.body.to_string(), to_ms(job.run_after.unwrap_or(now)));
    for sql in [
        "INSERT INTO jobs (id, kind, key, org_id, body, created_ms, run_after_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, key) DO NOTHING",
        "UPDATE jobs SET org_id = $4, body = $5, attempts = 0, created_ms = $6, run_after_ms = $7, dead_ms = NULL, reason = NULL
         WHERE kind = $2 AND key = $3 AND dead_ms IS NOT NULL AND org_id IS NULL AND $1 IS NOT NULL",
    ] {
        let rows = on!(tx, c => sqlx::query(sql)
            .bind(JobId::new()).bind(job.kind).bind(&job.key).bind(job.org).bind(&body).bind(to_ms(now)).bind(run_after)
            .execute(c).await.map(|done| done.rows_affected()))?;
        if rows == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a job of that kind can be claimed now. Only reads.
pub(super) async fn any_due(db: &Db, kind: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let found: Option<JobId> = on!(db, c => sqlx::query_scalar(
        "SELECT id FROM jobs
         WHERE kind = $1 AND dead_ms IS NULL AND run_after_ms <= $2 AND claimed_until_ms <= $2 LIMIT 1"
    ).bind(kind).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(found.is_some())
}

/// The claim asks twice whether a job is free: on Postgres a row may be taken between the choice and the
/// update. Where rows can be locked, the choice passes over those that somebody else is claiming.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH free AS MATERIALIZED (
                 SELECT id FROM jobs
                 WHERE kind = $3 AND dead_ms IS NULL AND run_after_ms <= $4 AND claimed_until_ms <= $4
                 ORDER BY run_after_ms, id LIMIT $5",
            $lock,
            ")
             UPDATE jobs SET claim = $1, claimed_until_ms = $2, attempts = attempts + 1
             WHERE id IN (SELECT id FROM free) AND dead_ms IS NULL AND run_after_ms <= $4 AND claimed_until_ms <= $4
             RETURNING id, key, org_id, attempts, created_ms, run_after_ms, body"
        )
    };
}

/// Claims up to `limit` jobs until `until`, those that wait longest first.
pub(super) async fn claim(
    tx: &mut Tx,
    kind: &str,
    claim: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Job>, DbError> {
    let sql = match tx.side() {
        Side::Sqlite(_) => claim!(""),
        Side::Pg(_) => claim!(" FOR UPDATE SKIP LOCKED"),
    };
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(sql)
        .bind(claim).bind(to_ms(until)).bind(kind).bind(to_ms(now)).bind(limit).fetch_all(c).await)?;
    let mut jobs: Vec<_> = rows
        .into_iter()
        .map(|row| Job {
            id: row.id,
            key: row.key,
            org: row.org_id,
            attempt: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            created_at: from_ms(row.created_ms),
            run_after_ms: row.run_after_ms,
            body: row.body,
            claim: claim.to_owned(),
        })
        .collect();
    jobs.sort_by_key(|job| (job.run_after_ms, job.id));
    Ok(jobs)
}

/// Holds on to a claim until `until`; the jobs of it that are still there.
pub(super) async fn renew(tx: &mut Tx, claim: &str, until: DateTime<Utc>) -> Result<Vec<JobId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("UPDATE jobs SET claimed_until_ms = $2 WHERE claim = $1 RETURNING id")
        .bind(claim).bind(to_ms(until)).fetch_all(c).await)?)
}

/// The job is done; false when the claim was lost.
pub(super) async fn complete(tx: &mut Tx, job: &Job) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query("DELETE FROM jobs WHERE id = $1 AND claim = $2")
        .bind(job.id).bind(&job.claim).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The job is tried again after `run_after`; false when the claim was lost.
pub(super) async fn retry(
    tx: &mut Tx,
    job: &Job,
    run_after: DateTime<Utc>,
    reason: &str,
) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE jobs SET claim = NULL, claimed_until_ms = 0, run_after_ms = $3, reason = $4
         WHERE id = $1 AND claim = $2"
    ).bind(job.id).bind(&job.claim).bind(to_ms(run_after)).bind(reason)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The job is given up; false when the claim was lost.
pub(super) async fn bury(tx: &mut Tx, job: &Job, now: DateTime<Utc>, reason: &str) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE jobs SET claim = NULL, claimed_until_ms = 0, dead_ms = $3, reason = $4
         WHERE id = $1 AND claim = $2"
    ).bind(job.id).bind(&job.claim).bind(to_ms(now)).bind(reason)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Gives a job back untried.
pub(super) async fn release(tx: &mut Tx, job: &Job) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE jobs SET claim = NULL, claimed_until_ms = 0, attempts = attempts - 1
         WHERE id = $1 AND claim = $2"
    ).bind(job.id).bind(&job.claim).execute(c).await.map(drop))?;
    Ok(())
}

/// Ends every claim. Only for who knows that nobody else lives.
pub(super) async fn release_all(tx: &mut Tx) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE jobs SET claim = NULL, claimed_until_ms = 0 WHERE claim IS NOT NULL")
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Dead letters of an organisation, newest first.
pub(super) async fn dead(
    db: &Db,
    org: OrgId,
    after: Option<JobId>,
    limit: i64,
) -> Result<Vec<DeadJob>, DbError> {
    let rows: Vec<DeadRow> = on!(db, c => sqlx::query_as(
        "SELECT id, kind, key, attempts, reason, created_ms, dead_ms FROM jobs
         WHERE org_id = $1 AND dead_ms IS NOT NULL AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
    ).bind(org).bind(after).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(DeadJob::from).collect())
}

pub(super) async fn dead_one(db: &Db, org: OrgId, id: JobId) -> Result<Option<DeadJob>, DbError> {
    let row: Option<DeadRow> = on!(db, c => sqlx::query_as(
        "SELECT id, kind, key, attempts, reason, created_ms, dead_ms FROM jobs
         WHERE org_id = $1 AND id = $2 AND dead_ms IS NOT NULL"
    ).bind(org).bind(id).fetch_optional(c).await)?;
    Ok(row.map(DeadJob::from))
}

impl From<DeadRow> for DeadJob {
    fn from(row: DeadRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            key: row.key,
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            reason: row.reason.unwrap_or_default(),
            created_at: from_ms(row.created_ms),
            died_at: from_ms(row.dead_ms),
        }
    }
}

/// Lets a dead letter live again, as if it were new; false when there is none.
pub(super) async fn revive(tx: &mut Tx, org: OrgId, id: JobId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE jobs SET dead_ms = NULL, attempts = 0, run_after_ms = $3
         WHERE org_id = $1 AND id = $2 AND dead_ms IS NOT NULL"
    ).bind(org).bind(id).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Takes a timer that nobody holds; when it is due.
pub(super) async fn take_timer(
    tx: &mut Tx,
    name: &str,
    claim: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let due: Option<i64> = on!(tx, c => sqlx::query_scalar(
        "UPDATE jobs SET claim = $2, claimed_until_ms = $4
         WHERE kind = 'timer' AND key = $1 AND claimed_until_ms <= $3 RETURNING run_after_ms"
    ).bind(name).bind(claim).bind(to_ms(now)).bind(to_ms(until)).fetch_optional(c).await)?;
    Ok(due.map(from_ms))
}

/// Holds on to a timer and keeps when it is due; false when the claim was lost.
pub(super) async fn keep_timer(
    tx: &mut Tx,
    claim: &str,
    until: DateTime<Utc>,
    due: DateTime<Utc>,
) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE jobs SET claimed_until_ms = $2, run_after_ms = $3 WHERE claim = $1"
    ).bind(claim).bind(to_ms(until)).bind(to_ms(due)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Lets go of a timer.
pub(super) async fn release_timer(tx: &mut Tx, claim: &str, due: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE jobs SET claim = NULL, claimed_until_ms = 0, run_after_ms = $2 WHERE claim = $1"
    ).bind(claim).bind(to_ms(due)).execute(c).await.map(drop))?;
    Ok(())
}

/// When a job of that kind and key died, if there is one: the inner None is of one that lives.
pub(super) async fn died(tx: &mut Tx, kind: &str, key: &str) -> Result<Option<Option<i64>>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT dead_ms FROM jobs WHERE kind = $1 AND key = $2")
        .bind(kind).bind(key).fetch_optional(c).await)?)
}
