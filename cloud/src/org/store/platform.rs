//! SQL of what holds for the whole cloud: who may make an account, and who runs it.

use chrono::{DateTime, Utc};
use vitrine_protocol::UserId;

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
