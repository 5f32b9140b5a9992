//! SQL of channels' names: those that they have, those that they had, and those that are kept for who had them.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, UserId};

use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::on;
use crate::org::Organization;

use super::organization_of;

/// Whether a name was another channel's not long ago, or is kept for people who are not `owner`. Ask once the name is written: of two
/// who take it at once, the later one sees what the first one left.
pub(super) async fn is_kept(
    tx: &mut Tx,
    org: OrgId,
    slug: &str,
    owner: UserId,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let kept: i64 = on!(tx, c => sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM kept_names WHERE slug = $1 AND until_ms > $2
                   AND NOT EXISTS (SELECT 1 FROM kept_names own WHERE own.slug = $1 AND own.owner = $3))
              + (SELECT COUNT(*) FROM former_channels WHERE slug = $1 AND until_ms > $2 AND org_id <> $4)"
    ).bind(slug).bind(to_ms(now)).bind(owner).bind(org).fetch_one(c).await)?;
    Ok(kept > 0)
}

/// Gives a channel that `tx` has locked another name; the one before leads to it until then. False when the name is another's, or is
/// kept: then nothing of `tx` may stay.
pub(in crate::org) async fn rename_channel(
    tx: &mut Tx,
    org: OrgId,
    (before, slug): (&str, &str),
    by: UserId,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, DbError> {
    let taken: i64 = on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM organizations WHERE slug = $1 AND id <> $2")
        .bind(slug).bind(org).fetch_one(c).await)?;
    if taken > 0 {
        return Ok(false);
    }
    on!(tx, c => sqlx::query("UPDATE organizations SET slug = $2 WHERE id = $1")
        .bind(org).bind(slug).execute(c).await.map(drop))?;
    if is_kept(tx, org, slug, by, now).await? {
        return Ok(false);
    }
    on!(tx, c => sqlx::query("DELETE FROM former_channels WHERE slug = $1 AND (org_id = $2 OR until_ms <= $3)")
        .bind(slug).bind(org).bind(to_ms(now)).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(
        "INSERT INTO former_channels (slug, org_id, until_ms) VALUES ($1, $2, $3)
         ON CONFLICT (slug) DO UPDATE SET org_id = excluded.org_id, until_ms = excluded.until_ms"
    ).bind(before).bind(org).bind(to_ms(until)).execute(c).await.map(drop))?;
    Ok(true)
}

/// How many names a channel had before that still lead to it.
pub(in crate::org) async fn former_names(
    tx: &mut Tx,
    org: OrgId,
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    Ok(
        on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM former_channels WHERE org_id = $1 AND until_ms > $2")
        .bind(org).bind(to_ms(now)).fetch_one(c).await)?,
    )
}

/// Keeps the name of an organisation's channel for its owners, if it was public, and those that it had before.
pub(in crate::org) async fn keep_name(tx: &mut Tx, org: OrgId, until: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO kept_names (slug, owner, until_ms)
         SELECT o.slug, m.user_id, $2 FROM organizations o JOIN members m ON m.org_id = o.id AND m.role = 'owner'
         WHERE o.id = $1 AND EXISTS (SELECT 1 FROM shows s WHERE s.org_id = o.id AND s.state <> 'draft')
         ON CONFLICT (slug, owner) DO UPDATE SET until_ms = excluded.until_ms"
    ).bind(org).bind(to_ms(until)).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(
        "INSERT INTO kept_names (slug, owner, until_ms)
         SELECT f.slug, m.user_id, f.until_ms FROM former_channels f JOIN members m ON m.org_id = f.org_id AND m.role = 'owner'
         WHERE f.org_id = $1
         ON CONFLICT (slug, owner) DO UPDATE SET until_ms = excluded.until_ms"
    ).bind(org).execute(c).await.map(drop))?;
    Ok(())
}

/// Names that were kept for long enough are free.
pub(in crate::org) async fn free_names(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM kept_names WHERE until_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query("DELETE FROM former_channels WHERE until_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// The organisation whose channel has the name, or had it not long ago.
pub(in crate::org) async fn organization_by_slug(
    db: &Db,
    slug: &str,
    now: DateTime<Utc>,
) -> Result<Option<Organization>, DbError> {
    let row: Option<(OrgId, String, String, Option<i64>)> = on!(db, c => sqlx::query_as(
        "SELECT id, name, slug, suspended_ms FROM organizations WHERE slug = $1
         OR (id = (SELECT org_id FROM former_channels WHERE slug = $1 AND until_ms > $2)
             AND NOT EXISTS (SELECT 1 FROM organizations other WHERE other.slug = $1))"
    ).bind(slug).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(row.map(organization_of))
}
