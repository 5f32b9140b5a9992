//! SQL of organisations, users, members and sessions.

mod accounts;

use std::str::FromStr as _;

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, Role, SessionId, UserId};

use super::{Member, Organization, OrganizationOfUser, User};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::on;
use accounts::user_of;

pub(super) use accounts::{
    Candidate, Purpose, candidate, candidate_in, candidates, delete_expired_links, delete_links,
    end_other_sessions, end_session, forget_places, insert_claim, insert_link, is_owned, know_places,
    knows_place, link, mark_of, sessions, set_email, take_link, use_session,
};

fn role(word: &str) -> Result<Role, DbError> {
    Role::from_str(word).map_err(|_| DbError::Corrupt(format!("role {word}")))
}

pub(super) async fn slug_taken(tx: &mut Tx, slug: &str) -> Result<bool, DbError> {
    let found: Option<String> = on!(tx, c => sqlx::query_scalar("SELECT id FROM organizations WHERE slug = $1")
        .bind(slug).fetch_optional(c).await)?;
    Ok(found.is_some())
}

pub(super) async fn insert_organization(
    tx: &mut Tx,
    organization: &Organization,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO organizations (id, name, slug, created_ms, version) VALUES ($1, $2, $3, $4, 1)"
    ).bind(organization.id).bind(&organization.name).bind(&organization.slug).bind(to_ms(now))
        .execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn insert_member(
    tx: &mut Tx,
    org: OrgId,
    user: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("INSERT INTO members (org_id, user_id, role, created_ms) VALUES ($1, $2, $3, $4)")
        .bind(org).bind(user).bind(role.as_str()).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn insert_session(
    tx: &mut Tx,
    user: UserId,
    token_hash: &str,
    (network, agent): (&str, &str),
    (now, expires): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO sessions (id, user_id, token_hash, created_ms, used_ms, expires_ms, network, agent)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)"
    ).bind(SessionId::new()).bind(user).bind(token_hash).bind(to_ms(now)).bind(to_ms(expires)).bind(network).bind(agent)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The user and session behind a token that has not expired, and when it was used last.
pub(super) async fn session(
    db: &Db,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<(SessionId, UserId, String, i64)>, DbError> {
    Ok(on!(db, c => sqlx::query_as(
        "SELECT s.id, u.id, u.name, s.used_ms FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.token_hash = $1 AND s.expires_ms > $2"
    ).bind(token_hash).bind(to_ms(now)).fetch_optional(c).await)?)
}

pub(super) async fn delete_session(tx: &mut Tx, session: SessionId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM sessions WHERE id = $1").bind(session).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn delete_sessions_of(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn set_password(tx: &mut Tx, user: UserId, password_hash: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(user).bind(password_hash).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn delete_expired_sessions(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(on!(tx, c => sqlx::query("DELETE FROM sessions WHERE expires_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?)
}

pub(super) async fn organizations_of(db: &Db, user: UserId) -> Result<Vec<OrganizationOfUser>, DbError> {
    let rows: Vec<(OrgId, String, String, String)> = on!(db, c => sqlx::query_as(
        "SELECT o.id, o.name, o.slug, m.role FROM members m JOIN organizations o ON o.id = m.org_id
         WHERE m.user_id = $1 ORDER BY o.created_ms, o.id"
    ).bind(user).fetch_all(c).await)?;
    rows.into_iter()
        .map(|(id, name, slug, word)| Ok(OrganizationOfUser { id, name, slug, role: role(&word)? }))
        .collect()
}

pub(super) async fn user(db: &Db, id: UserId) -> Result<Option<User>, DbError> {
    let row: Option<(UserId, String, Option<String>, String)> = on!(db, c => sqlx::query_as(
        "SELECT id, email, claimed_email, name FROM users WHERE id = $1"
    ).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|(id, email, claimed, name)| user_of(id, email, claimed, name)))
}

pub(super) async fn organization(db: &Db, id: OrgId) -> Result<Option<Organization>, DbError> {
    let row: Option<(OrgId, String, String)> = on!(db, c => sqlx::query_as(
        "SELECT id, name, slug FROM organizations WHERE id = $1"
    ).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|(id, name, slug)| Organization { id, name, slug }))
}

pub(super) async fn organization_by_slug(db: &Db, slug: &str) -> Result<Option<Organization>, DbError> {
    let row: Option<(OrgId, String, String)> = on!(db, c => sqlx::query_as(
        "SELECT id, name, slug FROM organizations WHERE slug = $1"
    ).bind(slug).fetch_optional(c).await)?;
    Ok(row.map(|(id, name, slug)| Organization { id, name, slug }))
}

/// Locks the organisation for a change of its members; false when there is none.
pub(super) async fn lock(tx: &mut Tx, org: OrgId) -> Result<bool, DbError> {
    let locked = on!(tx, c => sqlx::query("UPDATE organizations SET version = version + 1 WHERE id = $1")
        .bind(org).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(locked == 1)
}

pub(super) async fn members(db: &Db, org: OrgId) -> Result<Vec<Member>, DbError> {
    let rows: Vec<(UserId, String, Option<String>, String, String, i64)> = on!(db, c => sqlx::query_as(
        "SELECT u.id, u.email, u.claimed_email, u.name, m.role, m.created_ms
         FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1 ORDER BY m.created_ms, u.id LIMIT 1000"
    ).bind(org).fetch_all(c).await)?;
    rows.into_iter()
        .map(|(id, email, claimed, name, word, since)| {
            let user = user_of(id, email, claimed, name);
            Ok(Member { user, role: role(&word)?, created_at: from_ms(since) })
        })
        .collect()
}

pub(super) async fn role_of(tx: &mut Tx, org: OrgId, user: UserId) -> Result<Option<Role>, DbError> {
    let word: Option<String> = on!(tx, c => sqlx::query_scalar(
        "SELECT role FROM members WHERE org_id = $1 AND user_id = $2"
    ).bind(org).bind(user).fetch_optional(c).await)?;
    word.as_deref().map(role).transpose()
}

pub(super) async fn owners(tx: &mut Tx, org: OrgId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM members WHERE org_id = $1 AND role = 'owner'")
        .bind(org).fetch_one(c).await)?)
}

pub(super) async fn set_role(tx: &mut Tx, org: OrgId, user: UserId, role: Role) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE members SET role = $3 WHERE org_id = $1 AND user_id = $2")
        .bind(org).bind(user).bind(role.as_str()).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn delete_member(tx: &mut Tx, org: OrgId, user: UserId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM members WHERE org_id = $1 AND user_id = $2")
        .bind(org).bind(user).execute(c).await.map(drop))?;
    Ok(())
}
