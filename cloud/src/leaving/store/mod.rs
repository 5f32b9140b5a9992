//! SQL of exports and deletions.

mod erase;
mod lines;
mod unused;

use chrono::{DateTime, Utc};
use vitrine_protocol::{ExportId, OrgId, ShowId};

use super::model::KEPT_FOR;
use super::{Export, ExportState, OrganizationDeletion};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

pub(super) use erase::{ITS_OWN, LAST, Rows, erase};
pub(super) use lines::{SECTIONS, write_lines};
pub(super) use unused::{forget, unused};

row! {
    struct ExportRow {
        id: ExportId,
        state: String,
        size_bytes: Option<i64>,
        created_ms: i64,
        ended_ms: Option<i64>,
        links: i64,
    }
}

impl From<ExportRow> for Export {
    fn from(row: ExportRow) -> Self {
        let state = match row.state.as_str() {
            "waiting" => ExportState::Waiting,
            "ready" => ExportState::Ready,
            _ => ExportState::Failed,
        };
        let ready = row.ended_ms.filter(|_| state == ExportState::Ready);
        Self {
            id: row.id,
            state,
            size_bytes: row.size_bytes,
            created_at: from_ms(row.created_ms),
            expires_at: ready.map(|at| from_ms(at) + KEPT_FOR),
            url: None,
        }
    }
}

/// [`DbError::Clash`] while another of the organisation is under way.
pub(super) async fn insert_export(
    tx: &mut Tx,
    org: OrgId,
    id: ExportId,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("INSERT INTO org_exports (id, org_id, state, created_ms) VALUES ($1, $2, 'waiting', $3)")
        .bind(id).bind(org).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// The organisation's exports, newest first, each with how often its links were made void.
pub(super) async fn exports(db: &Db, org: OrgId) -> Result<Vec<(Export, i64)>, DbError> {
    let rows: Vec<ExportRow> = on!(db, c => sqlx::query_as(
        "SELECT id, state, size_bytes, created_ms, ended_ms, links FROM org_exports WHERE org_id = $1 ORDER BY id DESC LIMIT 50"
    ).bind(org).fetch_all(c).await)?;
    let with_links = |row: ExportRow| {
        let links = row.links;
        (Export::from(row), links)
    };
    Ok(rows.into_iter().map(with_links).collect())
}

/// Whose an export is and how often its links were made void, if there is such a one and its file is to be had.
pub(super) async fn linked(db: &Db, id: ExportId) -> Result<Option<(OrgId, i64)>, DbError> {
    Ok(on!(db, c => sqlx::query_as("SELECT org_id, links FROM org_exports WHERE id = $1 AND state = 'ready'")
        .bind(id).fetch_optional(c).await)?)
}

/// How often the links of an export that there is were made void.
pub(super) async fn links_of(tx: &mut Tx, id: ExportId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT links FROM org_exports WHERE id = $1")
        .bind(id).fetch_one(c).await)?)
}

/// Makes the links void to exports that were ready by `then`. The files stay, and new links to them are had.
pub(super) async fn void_links(tx: &mut Tx, org: OrgId, then: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE org_exports SET links = links + 1 WHERE org_id = $1 AND ended_ms <= $2")
        .bind(org).bind(to_ms(then)).execute(c).await.map(drop))?;
    Ok(())
}

/// Whose an export is, if there is such a one and its file is to be had.
pub(super) async fn org_of(db: &Db, id: ExportId) -> Result<Option<OrgId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar("SELECT org_id FROM org_exports WHERE id = $1 AND state = 'ready'")
        .bind(id).fetch_optional(c).await)?)
}

/// Whether an export is still to be made.
pub(super) async fn is_waiting(db: &Db, id: ExportId) -> Result<bool, DbError> {
    let found: i64 = on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM org_exports WHERE id = $1 AND state = 'waiting'")
        .bind(id).fetch_one(c).await)?;
    Ok(found == 1)
}

/// An export that waited is over; false when it did not wait.
pub(super) async fn end_export(
    tx: &mut Tx,
    id: ExportId,
    size_bytes: Option<i64>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let state = if size_bytes.is_some() { "ready" } else { "failed" };
    let ended = on!(tx, c => sqlx::query(
        "UPDATE org_exports SET state = $2, size_bytes = $3, ended_ms = $4 WHERE id = $1 AND state = 'waiting'"
    ).bind(id).bind(state).bind(size_bytes).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

/// Closes exports that were asked for until `then`. Their files go with what is old.
pub(super) async fn close_exports(tx: &mut Tx, org: OrgId, then: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE org_exports SET state = 'failed', size_bytes = NULL, ended_ms = 0 WHERE org_id = $1 AND created_ms <= $2"
    ).bind(org).bind(to_ms(then)).execute(c).await.map(drop))?;
    Ok(())
}

/// Exports of an organisation that another one took the place of.
pub(super) async fn older_exports(tx: &mut Tx, org: OrgId, id: ExportId) -> Result<Vec<ExportId>, DbError> {
    Ok(
        on!(tx, c => sqlx::query_scalar("SELECT id FROM org_exports WHERE org_id = $1 AND id < $2 AND state <> 'waiting'")
        .bind(org).bind(id).fetch_all(c).await)?,
    )
}

/// Exports that ended before `before`.
pub(super) async fn old_exports(db: &Db, before: DateTime<Utc>) -> Result<Vec<ExportId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar("SELECT id FROM org_exports WHERE ended_ms <= $1 LIMIT 500")
        .bind(to_ms(before)).fetch_all(c).await)?)
}

pub(super) async fn delete_export(tx: &mut Tx, id: ExportId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM org_exports WHERE id = $1").bind(id).execute(c).await.map(drop))?;
    Ok(())
}

row! {
    struct DeletionRow {
        asked_by: String,
        asked_ms: i64,
        due_ms: i64,
        begun_ms: Option<i64>,
    }
}

impl From<DeletionRow> for OrganizationDeletion {
    fn from(row: DeletionRow) -> Self {
        Self {
            asked_by: row.asked_by.parse().ok(),
            asked_at: from_ms(row.asked_ms),
            at: from_ms(row.due_ms),
            begun: row.begun_ms.is_some(),
        }
    }
}

/// Notes that an organisation is to be deleted; false when it is noted already.
pub(super) async fn schedule(
    tx: &mut Tx,
    org: OrgId,
    deletion: &OrganizationDeletion,
) -> Result<bool, DbError> {
    let by = deletion.asked_by.map(|by| by.to_string()).unwrap_or_default();
    let new = on!(tx, c => sqlx::query(
        "INSERT INTO org_deletions (org_id, asked_by, asked_ms, due_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id) DO NOTHING"
    ).bind(org).bind(by).bind(to_ms(deletion.asked_at)).bind(to_ms(deletion.at))
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(new == 1)
}

pub(super) async fn deletion(db: &Db, org: OrgId) -> Result<Option<OrganizationDeletion>, DbError> {
    let row: Option<DeletionRow> = on!(db, c => sqlx::query_as(
        "SELECT asked_by, asked_ms, due_ms, begun_ms FROM org_deletions WHERE org_id = $1"
    ).bind(org).fetch_optional(c).await)?;
    Ok(row.map(OrganizationDeletion::from))
}

/// Takes a deletion back that has not begun; false when there is none.
pub(super) async fn cancel(tx: &mut Tx, org: OrgId) -> Result<bool, DbError> {
    let gone = on!(tx, c => sqlx::query("DELETE FROM org_deletions WHERE org_id = $1 AND begun_ms IS NULL")
        .bind(org).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(gone == 1)
}

/// The same for one that was asked for until `then`.
pub(super) async fn cancel_asked_before(
    tx: &mut Tx,
    org: OrgId,
    then: DateTime<Utc>,
) -> Result<bool, DbError> {
    let gone = on!(tx, c => sqlx::query(
        "DELETE FROM org_deletions WHERE org_id = $1 AND asked_ms <= $2 AND begun_ms IS NULL"
    ).bind(org).bind(to_ms(then)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(gone == 1)
}

/// Organisations whose time has come, or that were emptied before `emptied_before`. What a suspended one left behind is kept until
/// the operator lets it go on; a deletion that has begun is finished.
pub(super) async fn due(
    db: &Db,
    now: DateTime<Utc>,
    emptied_before: DateTime<Utc>,
) -> Result<Vec<OrgId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT d.org_id FROM org_deletions d JOIN organizations o ON o.id = d.org_id
         WHERE d.due_ms <= $1 AND (d.emptied_ms IS NULL OR d.emptied_ms <= $2)
           AND (o.suspended_ms IS NULL OR d.begun_ms IS NOT NULL)
         ORDER BY d.due_ms LIMIT 100"
    ).bind(to_ms(now)).bind(to_ms(emptied_before)).fetch_all(c).await)?)
}

/// Whether a deletion may go on: one that was scheduled waits while the organisation is suspended.
pub(super) async fn goes_on(db: &Db, org: OrgId) -> Result<bool, DbError> {
    let found: i64 = on!(db, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM org_deletions d LEFT JOIN organizations o ON o.id = d.org_id
         WHERE d.org_id = $1 AND (o.suspended_ms IS NULL OR d.begun_ms IS NOT NULL)"
    ).bind(org).fetch_one(c).await)?;
    Ok(found > 0)
}

/// Begins a deletion whose time has come; whether it was begun just now, and since when it is emptied. None without one.
pub(super) async fn begin(
    tx: &mut Tx,
    org: OrgId,
    now: DateTime<Utc>,
) -> Result<Option<(bool, Option<DateTime<Utc>>)>, DbError> {
    let begun = on!(tx, c => sqlx::query(
        "UPDATE org_deletions SET begun_ms = $2 WHERE org_id = $1 AND due_ms <= $2 AND begun_ms IS NULL"
    ).bind(org).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    let row: Option<(Option<i64>, Option<i64>)> = on!(tx, c => sqlx::query_as(
        "SELECT begun_ms, emptied_ms FROM org_deletions WHERE org_id = $1"
    ).bind(org).fetch_optional(c).await)?;
    Ok(row.filter(|(since, _)| since.is_some()).map(|(_, emptied)| (begun == 1, emptied.map(from_ms))))
}

pub(super) async fn note_emptied(tx: &mut Tx, org: OrgId, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE org_deletions SET emptied_ms = $2 WHERE org_id = $1")
        .bind(org).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Takes up to `limit` shows of an organisation out, whose parts are gone.
pub(super) async fn take_shows(tx: &mut Tx, org: OrgId, limit: i64) -> Result<Vec<ShowId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "DELETE FROM shows WHERE id IN (SELECT id FROM shows WHERE org_id = $1 LIMIT $2) RETURNING id"
    ).bind(org).bind(limit).fetch_all(c).await)?)
}

/// Holds the organisation's shows until the end of `tx`; whether one of them is on air.
pub(super) async fn hold_shows(tx: &mut Tx, org: OrgId) -> Result<bool, DbError> {
    on!(tx, c => sqlx::query("UPDATE shows SET version = version WHERE org_id = $1 AND state <> 'ended'")
        .bind(org).execute(c).await.map(drop))?;
    let on_air: i64 = on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM shows WHERE org_id = $1 AND state IN ('live', 'interrupted')"
    ).bind(org).fetch_one(c).await)?;
    Ok(on_air > 0)
}

/// Ends who has a part in an organisation, and lets nothing of it go on air from now on.
pub(super) async fn let_people_go(tx: &mut Tx, org: OrgId, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE organizations SET leaving_ms = $2 WHERE id = $1")
        .bind(org).bind(to_ms(now)).execute(c).await.map(drop))?;
    for sql in [
        "DELETE FROM invitations WHERE org_id = $1",
        "DELETE FROM api_keys WHERE org_id = $1",
        "DELETE FROM members WHERE org_id = $1",
    ] {
        on!(tx, c => sqlx::query(sql).bind(org).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// The organisation itself, with what is left of it. Its channel's name is free.
pub(super) async fn delete_organization(tx: &mut Tx, org: OrgId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM organizations WHERE id = $1").bind(org).execute(c).await.map(drop))?;
    Ok(())
}
