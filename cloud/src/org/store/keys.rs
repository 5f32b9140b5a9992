//! SQL of API keys.

use chrono::{DateTime, Utc};
use vitrine_protocol::{ApiKeyId, OrgId, Permissions, UserId};

use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::org::ApiKey;
use crate::{on, row};

row! {
    struct KeyRow {
        id: ApiKeyId,
        name: String,
        hint: String,
        permissions: String,
        created_by: String,
        created_ms: i64,
        expires_ms: Option<i64>,
        used_ms: Option<i64>,
        revoked_ms: Option<i64>,
    }
}

impl KeyRow {
    fn into_key(self) -> ApiKey {
        ApiKey {
            id: self.id,
            name: self.name,
            hint: self.hint,
            permissions: Permissions::read(&self.permissions).iter().collect(),
            created_by: self.created_by.parse().ok(),
            created_at: from_ms(self.created_ms),
            expires_at: self.expires_ms.map(from_ms),
            used_at: self.used_ms.map(from_ms),
            revoked_at: self.revoked_ms.map(from_ms),
        }
    }
}

/// The organisation's keys, newest first, those that are over among them.
pub(in crate::org) async fn keys(
    db: &Db,
    org: OrgId,
    after: Option<ApiKeyId>,
    limit: i64,
) -> Result<Vec<ApiKey>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<KeyRow> = on!(db, c => sqlx::query_as(
        "SELECT id, name, hint, permissions, created_by, created_ms, expires_ms, used_ms, revoked_ms FROM api_keys
         WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    ).bind(org).bind(before).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(KeyRow::into_key).collect())
}

/// One of the organisation's keys.
pub(in crate::org) async fn key(db: &Db, org: OrgId, id: ApiKeyId) -> Result<Option<ApiKey>, DbError> {
    let row: Option<KeyRow> = on!(db, c => sqlx::query_as(
        "SELECT id, name, hint, permissions, created_by, created_ms, expires_ms, used_ms, revoked_ms FROM api_keys
         WHERE org_id = $1 AND id = $2"
    ).bind(org).bind(id).fetch_optional(c).await)?;
    Ok(row.map(KeyRow::into_key))
}

row! {
    struct FoundRow {
        id: ApiKeyId,
        org_id: OrgId,
        permissions: String,
        used_ms: Option<i64>,
        suspended_ms: Option<i64>,
    }
}

/// A key, its organisation, what it may do, when it was used last, and whether its organisation is suspended.
pub(in crate::org) type KeyFound = (ApiKeyId, OrgId, Permissions, Option<i64>, bool);

/// The key behind a token; none when it is over.
pub(in crate::org) async fn key_of(
    db: &Db,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<KeyFound>, DbError> {
    let row: Option<FoundRow> = on!(db, c => sqlx::query_as(
        "SELECT k.id, k.org_id, k.permissions, k.used_ms, o.suspended_ms
         FROM api_keys k JOIN organizations o ON o.id = k.org_id
         WHERE k.token_hash = $1 AND k.revoked_ms IS NULL AND (k.expires_ms IS NULL OR k.expires_ms > $2)"
    ).bind(token_hash).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(row.map(|row| {
        (row.id, row.org_id, Permissions::read(&row.permissions), row.used_ms, row.suspended_ms.is_some())
    }))
}

/// How many keys of an organisation hold.
pub(in crate::org) async fn keys_that_hold(
    tx: &mut Tx,
    org: OrgId,
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM api_keys
         WHERE org_id = $1 AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > $2)"
    ).bind(org).bind(to_ms(now)).fetch_one(c).await)?)
}

/// Forgets keys of an organisation that are over, but for the newest `kept`.
pub(in crate::org) async fn thin_old_keys(
    tx: &mut Tx,
    org: OrgId,
    kept: i64,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "DELETE FROM api_keys WHERE org_id = $1 AND (revoked_ms IS NOT NULL OR expires_ms <= $2) AND id NOT IN (
             SELECT id FROM api_keys WHERE org_id = $1 AND (revoked_ms IS NOT NULL OR expires_ms <= $2)
             ORDER BY id DESC LIMIT $3)"
    ).bind(org).bind(to_ms(now)).bind(kept).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::org) async fn insert_key(
    tx: &mut Tx,
    org: OrgId,
    key: &ApiKey,
    token_hash: &str,
    permissions: Permissions,
) -> Result<(), DbError> {
    let by = key.created_by.map(|by| by.to_string()).unwrap_or_default();
    on!(tx, c => sqlx::query(
        "INSERT INTO api_keys (id, org_id, name, hint, token_hash, permissions, created_by, created_ms, expires_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ).bind(key.id).bind(org).bind(&key.name).bind(&key.hint).bind(token_hash).bind(permissions.words()).bind(by)
        .bind(to_ms(key.created_at)).bind(key.expires_at.map(to_ms)).execute(c).await.map(drop))?;
    Ok(())
}

/// Notes that a key is used.
pub(in crate::org) async fn use_key(tx: &mut Tx, id: ApiKeyId, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE api_keys SET used_ms = $2 WHERE id = $1")
        .bind(id).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Ends a key; false when there is none that holds.
pub(in crate::org) async fn revoke_key(
    tx: &mut Tx,
    org: OrgId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let ended = on!(tx, c => sqlx::query(
        "UPDATE api_keys SET revoked_ms = $3 WHERE org_id = $1 AND id = $2 AND revoked_ms IS NULL"
    ).bind(org).bind(id).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

/// The keys of an organisation that a person made and that hold, with what each may do.
pub(in crate::org) async fn keys_by(
    tx: &mut Tx,
    org: OrgId,
    maker: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<(ApiKeyId, Permissions)>, DbError> {
    let keys: Vec<(ApiKeyId, String)> = on!(tx, c => sqlx::query_as(
        "SELECT id, permissions FROM api_keys
         WHERE org_id = $1 AND created_by = $2 AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > $3)
         ORDER BY id"
    ).bind(org).bind(maker.to_string()).bind(to_ms(now)).fetch_all(c).await)?;
    Ok(keys.into_iter().map(|(id, words)| (id, Permissions::read(&words))).collect())
}

/// Ends every key of an organisation: those that held until now.
pub(in crate::org) async fn revoke_keys(
    tx: &mut Tx,
    org: OrgId,
    now: DateTime<Utc>,
) -> Result<Vec<ApiKeyId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "UPDATE api_keys SET revoked_ms = $2 WHERE org_id = $1 AND revoked_ms IS NULL RETURNING id"
    ).bind(org).bind(to_ms(now)).fetch_all(c).await)?)
}

/// Forgets keys that have been over since `before`.
pub(in crate::org) async fn delete_old_keys(tx: &mut Tx, before: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM api_keys WHERE revoked_ms <= $1 OR expires_ms <= $1")
        .bind(to_ms(before)).execute(c).await.map(drop))?;
    Ok(())
}
