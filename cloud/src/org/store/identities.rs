//! SQL of accounts elsewhere.

use chrono::{DateTime, Utc};
use vitrine_protocol::{IdentityId, UserId};

use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::org::Identity;
use crate::{on, row};

row! {
    struct IdentityRow {
        id: IdentityId,
        issuer: String,
        email: String,
        created_ms: i64,
    }
}

/// Whose account it opens.
pub(in crate::org) async fn user_of_identity(
    db: &Db,
    issuer: &str,
    subject: &str,
) -> Result<Option<UserId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar("SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2")
        .bind(issuer).bind(subject).fetch_optional(c).await)?)
}

/// Links one. [`DbError::Clash`] when it opens an account already.
pub(in crate::org) async fn insert_identity(
    tx: &mut Tx,
    user: UserId,
    (issuer, subject, email): (&str, &str, &str),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO identities (id, user_id, issuer, subject, email, created_ms) VALUES ($1, $2, $3, $4, $5, $6)"
    ).bind(IdentityId::new()).bind(user).bind(issuer).bind(subject).bind(email).bind(to_ms(now))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Those of a person, oldest first.
pub(in crate::org) async fn identities(db: &Db, user: UserId) -> Result<Vec<Identity>, DbError> {
    let rows: Vec<IdentityRow> = on!(db, c => sqlx::query_as(
        "SELECT id, issuer, email, created_ms FROM identities WHERE user_id = $1 ORDER BY id LIMIT 100"
    ).bind(user).fetch_all(c).await)?;
    let identity = |row: IdentityRow| Identity {
        id: row.id,
        issuer: row.issuer,
        label: None,
        email: row.email,
        created_at: from_ms(row.created_ms),
    };
    Ok(rows.into_iter().map(identity).collect())
}

/// How many a person has, and whether nobody knows a password of theirs.
pub(in crate::org) async fn ways_in(tx: &mut Tx, user: UserId) -> Result<(i64, bool), DbError> {
    let count = on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM identities WHERE user_id = $1")
        .bind(user).fetch_one(c).await)?;
    let passwordless: Option<bool> = on!(tx, c => sqlx::query_scalar("SELECT passwordless FROM users WHERE id = $1")
        .bind(user).fetch_optional(c).await)?;
    Ok((count, passwordless.unwrap_or_default()))
}

/// Ends one of a person's; false when there is none.
pub(in crate::org) async fn delete_identity(
    tx: &mut Tx,
    user: UserId,
    id: IdentityId,
) -> Result<bool, DbError> {
    let gone = on!(tx, c => sqlx::query("DELETE FROM identities WHERE id = $1 AND user_id = $2")
        .bind(id).bind(user).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(gone == 1)
}

/// Notes that nobody knows the person's password.
pub(in crate::org) async fn set_passwordless(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE users SET passwordless = TRUE WHERE id = $1")
        .bind(user).execute(c).await.map(drop))?;
    Ok(())
}
