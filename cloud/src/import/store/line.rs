//! SQL of the line that an organisation's imports stand in.

use chrono::{DateTime, Utc};
use vitrine_protocol::{ImportId, OrgId};

use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct Row {
        id: ImportId,
        source: String,
        address: Option<String>,
        state: String,
        confirmed: bool,
    }
}

/// An import that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct UnderWay {
    pub(in crate::import) id: ImportId,
    pub(in crate::import) source: String,
    pub(in crate::import) is_fetched: bool,
    pub(in crate::import) is_running: bool,
    /// It was read to its end, and only takes off the sale what it left out.
    pub(in crate::import) is_confirmed: bool,
}

/// Imports of `org` that wait or run, in the order in which they came.
pub(in crate::import) async fn of(tx: &mut Tx, org: OrgId) -> Result<Vec<UnderWay>, DbError> {
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(
        "SELECT id, source, address, state, confirmed FROM imports
         WHERE org_id = $1 AND state IN ('waiting', 'running') ORDER BY id LIMIT 100"
    ).bind(org).fetch_all(c).await)?;
    let under_way = |row: Row| UnderWay {
        id: row.id,
        source: row.source,
        is_fetched: row.address.is_some(),
        is_running: row.state == "running",
        is_confirmed: row.confirmed,
    };
    Ok(rows.into_iter().map(under_way).collect())
}

/// Lets a running import wait for its next turn.
pub(in crate::import) async fn pause(tx: &mut Tx, id: ImportId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE imports SET state = 'waiting' WHERE id = $1 AND state = 'running'")
        .bind(id).execute(c).await.map(drop))?;
    Ok(())
}

/// Whether imports of organisations wait of which none runs, other than `org`.
pub(in crate::import) async fn others_wait(db: &Db, org: OrgId) -> Result<bool, DbError> {
    let found: Option<ImportId> = on!(db, c => sqlx::query_scalar(
        "SELECT w.id FROM imports w WHERE w.state = 'waiting' AND w.org_id <> $1 AND NOT EXISTS (
             SELECT 1 FROM imports r WHERE r.org_id = w.org_id AND r.state = 'running') LIMIT 1"
    ).bind(org).fetch_optional(c).await)?;
    Ok(found.is_some())
}

/// Ends imports of a source whose place `by` takes: all of them when it is whole, else those from the same address.
pub(in crate::import) async fn supersede(
    tx: &mut Tx,
    by: &crate::import::Import,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let is_whole = by.options.is_whole();
    on!(tx, c => sqlx::query(
        "UPDATE imports SET state = 'failed', reason = $4, ended_ms = $5
         WHERE org_id = $1 AND source = $2 AND id <> $3 AND state IN ('waiting', 'running') AND ($6 OR address = $7)"
    ).bind(by.org).bind(&by.source).bind(by.id).bind(reason).bind(to_ms(now)).bind(is_whole).bind(&by.address)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Organisations with imports under way that were sent before `before`.
pub(in crate::import) async fn lingering(
    db: &Db,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OrgId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT DISTINCT org_id FROM imports WHERE state IN ('waiting', 'running') AND created_ms < $1
         ORDER BY org_id LIMIT $2"
    ).bind(to_ms(before)).bind(limit).fetch_all(c).await)?)
}

/// Lets an import that was read to its end run again, to take off the sale what it leaves out; false when there is none such.
pub(in crate::import) async fn confirm(tx: &mut Tx, org: OrgId, id: ImportId) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE imports SET confirmed = TRUE, state = 'waiting', reason = NULL, ended_ms = NULL
         WHERE org_id = $1 AND id = $2 AND state = 'done' AND NOT EXISTS (
             SELECT 1 FROM imports o WHERE o.org_id = $1 AND o.source = imports.source AND o.id > imports.id)"
    ).bind(org).bind(id).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// How many imports of a source keep what is wrong with their rows, and how many of an address are kept at all.
const WITH_PROBLEMS: i64 = 3;
const FETCHED: i64 = 200;

/// Forgets what is wrong with rows of all but the last imports of a source, and old ones that were fetched.
pub(in crate::import) async fn trim(tx: &mut Tx, org: OrgId, source: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "DELETE FROM import_errors WHERE import_id IN (
             SELECT id FROM imports WHERE org_id = $1 AND source = $2 AND ended_ms IS NOT NULL AND id < (
                 SELECT MIN(id) FROM (SELECT id FROM imports WHERE org_id = $1 AND source = $2 ORDER BY id DESC LIMIT $3) kept))"
    ).bind(org).bind(source).bind(WITH_PROBLEMS).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(
        "DELETE FROM imports WHERE org_id = $1 AND source = $2 AND address IS NOT NULL AND ended_ms IS NOT NULL AND id < (
             SELECT MIN(id) FROM (SELECT id FROM imports WHERE org_id = $1 AND source = $2 ORDER BY id DESC LIMIT $3) kept)"
    ).bind(org).bind(source).bind(FETCHED).execute(c).await.map(drop))?;
    Ok(())
}
