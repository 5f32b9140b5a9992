//! SQL of what operators see and did.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;
use vitrine_protocol::OrgId;

use super::{DeedFilter, DeedKind, OperatorDeed, OperatorOrganization};
use crate::base::{Actor, from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::plan::{PlanState, Suspension};
use crate::{on, row};

row! {
    struct OrganizationRow {
        id: OrgId,
        name: String,
        slug: String,
        created_ms: i64,
        members: i64,
        plan: Option<String>,
        state: Option<String>,
        suspended_ms: Option<i64>,
        suspended_reason: Option<String>,
    }
}

impl OrganizationRow {
    fn into_organization(self, default_plan: &str) -> OperatorOrganization {
        let reason = self.suspended_reason.unwrap_or_default();
        OperatorOrganization {
            id: self.id,
            name: self.name,
            slug: self.slug,
            created_at: from_ms(self.created_ms),
            members: self.members,
            plan: self.plan.unwrap_or_else(|| default_plan.to_owned()),
            state: self.state.as_deref().map(PlanState::of).unwrap_or_default(),
            suspended: self.suspended_ms.map(|at| Suspension { at: from_ms(at), reason }),
        }
    }
}

/// The columns of [`OrganizationRow`].
macro_rules! organizations {
    ($after:literal) => {
        concat!(
            "SELECT o.id, o.name, o.slug, o.created_ms, (SELECT COUNT(*) FROM members m WHERE m.org_id = o.id) AS members, ",
            "p.plan, p.state, o.suspended_ms, o.suspended_reason ",
            "FROM organizations o LEFT JOIN org_plans p ON p.org_id = o.id ",
            $after
        )
    };
}

/// Organisations after `after`, newest first: all, those that have `words` in their name, or that a member with this address has.
pub(super) async fn organizations(
    db: &Db,
    words: Option<&str>,
    after: Option<OrgId>,
    limit: i64,
    default_plan: &str,
) -> Result<Vec<OperatorOrganization>, DbError> {
    // Ids are ordered by time, and `g` sorts after every hexadecimal digit in any collation.
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let email = words.unwrap_or_default().to_lowercase();
    let escaped: String = email
        .chars()
        .flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain(Some(c)))
        .collect();
    let like = format!("%{escaped}%");
    let rows: Vec<OrganizationRow> = on!(db, c => sqlx::query_as(organizations!(
        "WHERE o.id < $1 AND ($2 = '%%' OR LOWER(o.name) LIKE $2 ESCAPE '\\' OR o.slug LIKE $2 ESCAPE '\\' OR o.id = $3
            OR EXISTS (SELECT 1 FROM members m JOIN users u ON u.id = m.user_id
                       WHERE m.org_id = o.id AND (u.email = $3 OR u.claimed_email = $3)))
         ORDER BY o.id DESC LIMIT $4"
    )).bind(&before).bind(&like).bind(&email).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|row| row.into_organization(default_plan)).collect())
}

pub(super) async fn organization(
    db: &Db,
    org: OrgId,
    default_plan: &str,
) -> Result<Option<OperatorOrganization>, DbError> {
    let row: Option<OrganizationRow> = on!(db, c => sqlx::query_as(organizations!("WHERE o.id = $1"))
        .bind(org).fetch_optional(c).await)?;
    Ok(row.map(|row| row.into_organization(default_plan)))
}

/// Notes a deed, in the transaction of the change.
pub(super) async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: DateTime<Utc>,
    (kind, org): (DeedKind, Option<OrgId>),
    detail: &Value,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO operator_deeds (id, at_ms, actor, kind, org_id, detail) VALUES ($1, $2, $3, $4, $5, $6)"
    ).bind(Uuid::now_v7().to_string()).bind(to_ms(now)).bind(actor.to_string()).bind(kind.as_str()).bind(org)
        .bind(detail.to_string()).execute(c).await.map(drop))?;
    Ok(())
}

row! {
    struct DeedRow {
        id: String,
        at_ms: i64,
        actor: String,
        actor_name: Option<String>,
        kind: String,
        org_id: Option<OrgId>,
        detail: String,
    }
}

/// What operators did before `before`, newest first, of what `filter` lets through.
pub(super) async fn deeds(
    db: &Db,
    filter: &DeedFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<OperatorDeed>, DbError> {
    let kind = filter.kind.map(DeedKind::as_str).unwrap_or_default();
    let actor = filter.actor.as_deref().unwrap_or_default();
    let org = filter.organization.map(|org| org.to_string()).unwrap_or_default();
    let from = filter.from.map_or(i64::MIN, to_ms);
    let until = filter.until.map_or(i64::MAX, to_ms);
    let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<DeedRow> = on!(db, c => sqlx::query_as(
        "SELECT d.id, d.at_ms, d.actor, u.name AS actor_name, d.kind, d.org_id, d.detail
         FROM operator_deeds d LEFT JOIN users u ON d.actor = 'user:' || u.id
         WHERE d.id < $1 AND ($3 = '' OR d.kind = $3) AND ($4 = '' OR d.actor = $4) AND ($5 = '' OR d.org_id = $5)
            AND d.at_ms >= $6 AND d.at_ms < $7
         ORDER BY d.id DESC LIMIT $2"
    ).bind(&before).bind(limit).bind(kind).bind(actor).bind(&org).bind(from).bind(until).fetch_all(c).await)?;
    rows.into_iter()
        .map(|row| {
            Ok(OperatorDeed {
                id: row.id.parse().map_err(|_| DbError::Corrupt(format!("deed {}", row.id)))?,
                at: from_ms(row.at_ms),
                actor: row.actor,
                actor_name: row.actor_name,
                kind: serde_json::from_value(Value::String(row.kind))?,
                organization: row.org_id,
                detail: serde_json::from_str(&row.detail)?,
            })
        })
        .collect()
}
