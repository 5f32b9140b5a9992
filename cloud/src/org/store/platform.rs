//! SQL of what holds for the whole cloud: who may make an account, and who runs it.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, Permission, RoleId, UserId};

use super::accounts::user_of;
use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::on;
use crate::org::{SignUp, User};

/// Who may make an account.
pub(in crate::org) async fn sign_up(db: &Db) -> Result<SignUp, DbError> {
    let word: Option<String> = on!(db, c => sqlx::query_scalar("SELECT value FROM platform WHERE name = 'sign_up'")
        .fetch_optional(c).await)?;
    Ok(word.as_deref().map(SignUp::of).unwrap_or_default())
}

pub(in crate::org) async fn set_sign_up(tx: &mut Tx, sign_up: SignUp) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO platform (name, value) VALUES ('sign_up', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    ).bind(sign_up.as_str()).execute(c).await.map(drop))?;
    Ok(())
}

type PersonRow = (UserId, String, Option<String>, String);

/// People who run the cloud, by address.
pub(in crate::org) async fn operators(db: &Db) -> Result<Vec<User>, DbError> {
    let rows: Vec<PersonRow> = on!(db, c => sqlx::query_as(
        "SELECT id, email, claimed_email, name FROM users WHERE operator_ms IS NOT NULL ORDER BY email LIMIT 1000"
    ).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id, email, claimed, name)| user_of(id, email, claimed, name)).collect())
}

/// Makes whoever has the confirmed address one who runs the cloud, or no longer; `None` when nobody has it.
pub(in crate::org) async fn set_operator(
    tx: &mut Tx,
    email: &str,
    since: Option<DateTime<Utc>>,
) -> Result<Option<User>, DbError> {
    let row: Option<PersonRow> = on!(tx, c => sqlx::query_as(
        "UPDATE users SET operator_ms = $2 WHERE email = $1 AND claimed_email IS NULL
         RETURNING id, email, claimed_email, name"
    ).bind(email).bind(since.map(to_ms)).fetch_optional(c).await)?;
    Ok(row.map(|(id, email, claimed, name)| user_of(id, email, claimed, name)))
}

/// Members by their organisation, and roles, each with what is wrong.
pub(in crate::org) type UnreadablePeople = (Vec<(OrgId, UserId, String)>, Vec<(OrgId, RoleId, String)>);

type MemberRow = (OrgId, UserId, String, Option<String>, Option<RoleId>);

/// Members whose role, and roles of which a permission, is a word that nobody knows here; at most `limit` of each.
pub(in crate::org) async fn unreadable_people(db: &Db, limit: usize) -> Result<UnreadablePeople, DbError> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<MemberRow> = on!(db, c => sqlx::query_as(
        "SELECT m.org_id, m.user_id, m.role, m.rank, m.role_id FROM members m
         LEFT JOIN org_roles r ON r.id = m.role_id AND r.org_id = m.org_id
         WHERE m.role NOT IN ('owner', 'host', 'moderator')
            OR (m.rank IS NOT NULL AND m.rank NOT IN ('owner', 'admin', 'host', 'moderator', 'analyst', 'custom'))
            OR (m.rank = 'custom' AND r.id IS NULL)
         ORDER BY m.org_id, m.user_id LIMIT $1"
    ).bind(most).fetch_all(c).await)?;
    let member = |(org, user, role, rank, role_id): MemberRow| {
        let reason = match (rank.as_deref(), role_id) {
            (Some("custom"), _) => "the role of their own that they have is gone".to_owned(),
            (Some(rank), _) => format!("`{}` is no role that is known here", shown(rank)),
            (None, _) => format!("`{}` is no role that is known here", shown(&role)),
        };
        (org, user, reason)
    };
    let roles: Vec<(OrgId, RoleId, String)> = on!(db, c => sqlx::query_as(
        "SELECT org_id, id, permissions FROM org_roles ORDER BY org_id, id"
    ).fetch_all(c).await)?;
    let role = |(org, id, words): (OrgId, RoleId, String)| {
        let unknown =
            words.split(' ').find(|word| !word.is_empty() && word.parse::<Permission>().is_err())?;
        Some((org, id, format!("`{}` is no permission that is known here", shown(unknown))))
    };
    let roles = roles.into_iter().filter_map(role).take(limit).collect();
    Ok((rows.into_iter().map(member).collect(), roles))
}

/// A word of the database as it can be shown.
fn shown(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(60).collect()
}
