//! SQL of the addresses that lists are fetched from.

use chrono::{DateTime, Utc};
use vitrine_protocol::OrgId;

use super::{of_word, options_of, word_of};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::import::{Format, ImportAddress};
use crate::{on, row};

row! {
    struct AddressRow {
        org_id: OrgId,
        source: String,
        address: String,
        format: String,
        options: String,
        every_minutes: i64,
        next_ms: i64,
    }
}

impl TryFrom<AddressRow> for ImportAddress {
    type Error = DbError;

    fn try_from(row: AddressRow) -> Result<Self, DbError> {
        let (options, is_known) = options_of(&row.options);
        let format = of_word(row.format).unwrap_or(Format::Unknown);
        Ok(Self {
            org: row.org_id,
            source: row.source,
            address: row.address,
            format,
            options,
            is_readable: is_known && format != Format::Unknown,
            every_minutes: u32::try_from(row.every_minutes).unwrap_or(u32::MAX),
            next_at: from_ms(row.next_ms),
        })
    }
}

/// Keeps the address of a source in the place of the one before.
pub(in crate::import) async fn set(tx: &mut Tx, address: &ImportAddress) -> Result<(), DbError> {
    let (format, options) = (word_of(&address.format)?, serde_json::to_string(&address.options)?);
    on!(tx, c => sqlx::query(
        "INSERT INTO import_addresses (org_id, source, address, format, options, every_minutes, next_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (org_id, source) DO UPDATE SET address = excluded.address, format = excluded.format,
             options = excluded.options, every_minutes = excluded.every_minutes, next_ms = excluded.next_ms"
    ).bind(address.org).bind(&address.source).bind(&address.address).bind(&format).bind(&options)
        .bind(i64::from(address.every_minutes)).bind(to_ms(address.next_at))
        .execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::import) async fn get(
    tx: &mut Tx,
    org: OrgId,
    source: &str,
) -> Result<Option<ImportAddress>, DbError> {
    let row: Option<AddressRow> = on!(tx, c => sqlx::query_as(
        "SELECT * FROM import_addresses WHERE org_id = $1 AND source = $2"
    ).bind(org).bind(source).fetch_optional(c).await)?;
    row.map(ImportAddress::try_from).transpose()
}

pub(in crate::import) async fn count(tx: &mut Tx, org: OrgId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM import_addresses WHERE org_id = $1")
        .bind(org).fetch_one(c).await)?)
}

pub(in crate::import) async fn list(db: &Db, org: OrgId) -> Result<Vec<ImportAddress>, DbError> {
    let rows: Vec<AddressRow> = on!(db, c => sqlx::query_as(
        "SELECT * FROM import_addresses WHERE org_id = $1 ORDER BY source"
    ).bind(org).fetch_all(c).await)?;
    rows.into_iter().map(ImportAddress::try_from).collect()
}

/// False when there is none.
pub(in crate::import) async fn remove(tx: &mut Tx, org: OrgId, source: &str) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query("DELETE FROM import_addresses WHERE org_id = $1 AND source = $2")
        .bind(org).bind(source).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

pub(in crate::import) async fn remove_all(tx: &mut Tx, org: OrgId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM import_addresses WHERE org_id = $1").bind(org).execute(c).await.map(drop))?;
    Ok(())
}

/// Addresses whose time has come, those that wait longest first. Suspended organisations wait.
pub(in crate::import) async fn due(
    db: &Db,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ImportAddress>, DbError> {
    let rows: Vec<AddressRow> = on!(db, c => sqlx::query_as(
        "SELECT a.* FROM import_addresses a JOIN organizations o ON o.id = a.org_id AND o.suspended_ms IS NULL
         WHERE a.next_ms <= $1 ORDER BY a.next_ms LIMIT $2"
    ).bind(to_ms(now)).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(ImportAddress::try_from).collect()
}

/// Puts an address off; false when it is not as it was read.
pub(in crate::import) async fn put_off(
    tx: &mut Tx,
    address: &ImportAddress,
    next: DateTime<Utc>,
) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE import_addresses SET next_ms = $4 WHERE org_id = $1 AND source = $2 AND next_ms = $3 AND address = $5"
    ).bind(address.org).bind(&address.source).bind(to_ms(address.next_at)).bind(to_ms(next)).bind(&address.address)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}
